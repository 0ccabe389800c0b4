//! What was wrong with an item, in the words that partners are told it: list ZEC of the message profile
//! (`docs/edi-profile.md`).
//!
//! One table for all that can be found, finding codes and quality rules alike; a test looks for those it lacks.

use crate::error::Finding;

/// A data error of list ZEC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DataError {
    Missing,
    Format,
    UnknownCode,
    VagueText,
    Inconsistent,
    Late,
    Duplicate,
    UnknownItem,
}

use DataError::{Duplicate, Format, Inconsistent, Late, Missing, UnknownCode, UnknownItem, VagueText};

impl DataError {
    /// What `finding` says, by its code.
    pub fn of(finding: &Finding) -> Self {
        Self::named(finding.code).unwrap_or(Format)
    }

    /// The data error of a finding code, which may be the name of a quality rule.
    pub fn named(name: &str) -> Option<Self> {
        TABLE.iter().find(|(_, names)| names.contains(&name)).map(|(error, _)| *error)
    }

    /// `E001` to `E008`.
    pub fn code(self) -> &'static str {
        match self {
            Missing => "E001",
            Format => "E002",
            UnknownCode => "E003",
            VagueText => "E004",
            Inconsistent => "E005",
            Late => "E006",
            Duplicate => "E007",
            UnknownItem => "E008",
        }
    }
}

/// Every finding code and every quality rule, by what it amounts to.
pub const TABLE: &[(DataError, &[&str])] = &[
    (Missing, &["required", "postage_zero", "hs_absent", "origin_absent", "nature_unexplained", "contact_absent"]),
    (
        Format,
        &[
            "type",
            "format",
            "too_long",
            "out_of_range",
            "limit",
            "cursor",
            "unknown_parameter",
            "read_only",
            "glyph",
            "json",
            "http",
            "unconfigured",
            "kind",
            "callback_host",
            "cell_error",
            "date_form",
            "digits_lost",
            "formula",
            "formula_empty",
            "merged",
            "number_as_text",
            "number_form",
            "whole_number_form",
            "password_wrong",
            "password_length",
            "password_common",
            "password_user",
            "code",
            "syntax",
            "charset",
            "segment",
            "profile",
            "size",
            "decimals",
            "item_id_form",
            "item_id_check_digit",
            "hs_form",
            "zip_short",
            "weight_zero",
            "value_zero",
            "value_one",
            "reserved_member",
            "not_printable",
        ],
    ),
    (
        UnknownCode,
        &[
            "unknown_code",
            "no_rate",
            "country_known",
            "currency_known",
            "code_known",
            "hs_unknown",
            "unknown_post",
            "item_id_country",
        ],
    ),
    (
        VagueText,
        &[
            "description_vague",
            "description_short",
            "stop_word_alone",
            "stop_word_inside",
            "placeholder",
            "name_short",
            "address_short",
        ],
    ),
    (
        Inconsistent,
        &[
            "changed_since",
            "not_carried",
            "sheet_conflict",
            "version",
            "unequal_length",
            "count",
            "twice",
            "flow",
            "posts",
            "state",
            "item_id_class",
            "net_over_gross",
            "currencies_mixed",
            "total_differs",
            "postage_currency",
            "gift_commercial",
            "prohibited_goods",
            "restricted_goods",
            "not_yours",
            "foreign_id",
            "posting_date",
            "transport_date",
            "weight_over_limit",
            "recipient_country",
            "sender_is_recipient",
        ],
    ),
    (Late, &["late"]),
    (Duplicate, &["version_name_reused", "older_version", "taken"]),
    (UnknownItem, &["absent", "ambiguous", "unknown_version"]),
];
