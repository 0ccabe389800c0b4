//! What an event of an item's history says besides its kind: one form for all kinds, of which each uses its members.
//!
//! Written once, when the history row is made, and read from there. A member that is not known is passed over, one that is
//! absent was not said; texts that are no detail at all are a fault. Holds names and references, never personal data.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};

use crate::contract::canonical::to_canonical;
use crate::contract::{WcfDate, date};
use crate::domain::{Light, PackedLight};

/// What an event tells of a row: nothing, that it was taken away, or the digest it has now (see `row_digest`).
pub type Attestation = Option<Option<String>>;

/// A struct whose members are written when they are there.
macro_rules! said_members {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$of:meta])* $member:ident: $type:ty,)* }) => {
        $(#[$meta])*
        pub struct $name {
            $($(#[$of])* #[serde(skip_serializing_if = "Option::is_none")] pub $member: Option<$type>,)*
        }
    };
}

said_members! {
    /// What an event says. The order is that of the stored text.
    #[derive(Clone, Debug, Default, PartialEq, Deserialize, Serialize)]
    #[serde(rename_all = "PascalCase", default)]
    pub struct Detail {
        /// The OAuth2 client that did it.
        client: String,
        /// Members of a declaration that differ from those of the version before.
        data: Vec<String>,
        /// Numbers of the decisions that turned out to be about another version than was thought.
        decisions: Vec<i32>,
        /// Of a referral or an answer.
        digest: String,
        /// Where the item was bound for before it was redirected.
        from: String,
        /// The post that moved the item without being its origin.
        handed_over_by: String,
        /// Members of the mail object that changed.
        mail_object: Vec<String>,
        /// Where a move put it.
        mail_state: i32,
        referral_cd: String,
        referral_id: String,
        referral_response_cd: String,
        /// Name of the rule of customs that answered.
        rule: String,
        /// Where the item was redirected to.
        to: String,
        /// The call named a user that was not known before.
        user_created: bool,
        /// When it counts from, where that is neither its own date nor its receipt.
        #[serde(deserialize_with = "date::optional")]
        issued_at: WcfDate,
        /// The sender's name for the version.
        alias: String,
        #[serde(deserialize_with = "present_or_null")]
        referral_row: Option<String>,
        #[serde(deserialize_with = "present_or_null")]
        answer_row: Option<String>,
        /// What a mark says that was set on the id.
        operation: String,
        /// How the light changed.
        light: LightChange,
        /// A referral whose answer was to be reminded of, or is due.
        overdue: Overdue,
        /// References of the referrals that wait for their answer from now on.
        waiting: Vec<String>,
        /// The whole name of the version that stands now, hexadecimal.
        version: String,
        #[serde(deserialize_with = "present_or_null")]
        declaration_row: Option<String>,
        #[serde(deserialize_with = "present_or_null")]
        own_response_row: Option<String>,
        #[serde(deserialize_with = "present_or_null")]
        destination_response_row: Option<String>,
        /// Row digests of decisions, by side and number.
        decision_rows: BTreeMap<String, String>,
        #[serde(deserialize_with = "present_or_null")]
        object_row: Option<String>,
        /// Why the declaration was withdrawn, in the words of who did.
        reason: String,
    }
}

/// A referral that waits too long.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Overdue {
    pub referral_id: String,
    pub referral_cd: String,
}

/// A light that changed, or was judged for the first time.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct LightChange {
    /// The light before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    pub is: String,
    /// Codes of the reasons, the gravest first.
    pub why: Vec<String>,
}

impl LightChange {
    /// The light as it is kept; none of a colour that nobody knows.
    pub fn packed(&self) -> Option<PackedLight> {
        let light = Light::ALL.into_iter().find(|light| light.name() == self.is)?;
        Some(PackedLight::new(light, self.why.iter().map(String::as_str)))
    }
}

/// A member that is there says something, also where it is null.
fn present_or_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Attestation, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Detail {
    /// That something counts from this time.
    pub fn issued(at: DateTime<Utc>) -> Self {
        Self { issued_at: Some(WcfDate::new(at)), ..Self::default() }
    }

    /// That a call may have named a user who was not known before.
    pub fn of_user(created: bool) -> Self {
        Self { user_created: created.then_some(true), ..Self::default() }
    }

    /// When something counts from that stands in the history at `at`: what is noted here, else its own date, else its
    /// receipt.
    pub fn counts_from(&self, dated: Option<WcfDate>, at: DateTime<Utc>) -> WcfDate {
        self.issued_at.or(dated).unwrap_or_else(|| WcfDate::new(at))
    }

    /// The text that is stored.
    pub(super) fn to_text(&self) -> String {
        to_canonical(self)
    }

    /// Reads a stored text.
    ///
    /// # Errors
    /// A text that is no detail, in words.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        // A list would be read as the members in their order.
        let read = if text.starts_with('{') {
            serde_json::from_str(text).map_err(|error| error.to_string())
        } else {
            Err("it is no JSON object".to_owned())
        };
        read.map_err(|why| format!("item_history.detail cannot be read: {why}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_reads_back_with_what_it_tells_of_rows() {
        let detail = Detail {
            mail_object: Some(vec!["PostingDt".into()]),
            user_created: Some(true),
            declaration_row: Some(None),
            object_row: Some(Some("ab".into())),
            ..Detail::default()
        };
        let text = r#"{"MailObject":["PostingDt"],"UserCreated":true,"DeclarationRow":null,"ObjectRow":"ab"}"#;
        assert_eq!(detail.to_text(), text);
        assert_eq!(Detail::parse(text), Ok(detail));
        assert_eq!(Detail::default().to_text(), "{}");
    }

    #[test]
    fn what_older_versions_wrote_is_read_and_what_is_no_detail_is_not() {
        let mark = r#"{"ExpiryDt":null,"MailObject":[],"Operation":"MarkAsBlocked","Remarks":"x","ObjectRow":"ab"}"#;
        assert_eq!(Detail::parse(mark).unwrap().object_row, Some(Some("ab".into())));
        let dated = Detail::parse(r#"{"IssuedAt":"/Date(1795704467000+0000)/"}"#).unwrap();
        assert_eq!(dated.counts_from(None, DateTime::UNIX_EPOCH).instant().timestamp(), 1_795_704_467);
        assert_eq!(Detail::parse("{}").unwrap().counts_from(None, DateTime::UNIX_EPOCH).instant().timestamp(), 0);
        for broken in ["", "nothing", "[]", r#"{"Version":5}"#, r#"{"IssuedAt":"soon"}"#, r#"{"DecisionRows":[]}"#] {
            assert!(Detail::parse(broken).unwrap_err().starts_with("item_history.detail cannot be read"), "{broken}");
        }
    }
}
