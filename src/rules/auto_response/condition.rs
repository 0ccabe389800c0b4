//! The conditions of a rule.

use rust_decimal::Decimal;

use super::facts::{Facts, Watchdog};
use crate::rules::currency::RateBook;

/// One condition. Lists hold when one of their entries does.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// I, O, T.
    Flow(Vec<String>),
    /// ISO countries.
    Origin(Vec<String>),
    NotOrigin(Vec<String>),
    Destination(Vec<String>),
    MailClass(Vec<String>),
    Nature(Vec<String>),
    /// The value of all lines in `currency` lies within the bounds, both included.
    Value {
        min: Option<Decimal>,
        max: Option<Decimal>,
        currency: String,
    },
    /// The HS code of some line begins with one of these.
    HsAny(Vec<String>),
    /// The HS code of every line begins with one of these.
    HsAll(Vec<String>),
    /// The HS code of no line begins with one of these; lines without code are not known to be others.
    HsNone(Vec<String>),
    Restriction(RestrictionState),
    Quality(QualityState),
    QualityScoreBelow(u8),
    /// One of these quality rules is broken.
    QualityRules(Vec<String>),
    /// Words or phrases in name, address or e-mail address, without regard to case and accents.
    SenderWords(Vec<Vec<String>>),
    RecipientWords(Vec<Vec<String>>),
    Watchdog(Presence),
}

/// What screening found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestrictionState {
    None,
    Any,
    Prohibited,
    Restricted,
}

/// What the quality rules found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QualityState {
    /// No findings at all.
    Clean,
    /// None that rejects.
    Accepted,
    /// One that rejects.
    Rejected,
}

/// The mark on an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    None,
    Any,
    Warning,
    Blocked,
}

impl Condition {
    pub(super) fn holds(&self, facts: &Facts, rates: &[&RateBook]) -> bool {
        let among = |list: &[String], value: &str| list.iter().any(|entry| entry == value);
        let begins = |list: &[String], code: &str| list.iter().any(|prefix| code.starts_with(prefix));
        let codes = &facts.hs_codes;
        match self {
            Self::Flow(list) => among(list, &facts.flow),
            Self::Origin(list) => among(list, &facts.origin),
            Self::NotOrigin(list) => !facts.origin.is_empty() && !among(list, &facts.origin),
            Self::Destination(list) => among(list, &facts.destination),
            Self::MailClass(list) => among(list, &facts.mail_class),
            Self::Nature(list) => among(list, &facts.nature),
            Self::Value { min, max, currency } => facts
                .total(currency, rates)
                .is_some_and(|total| min.is_none_or(|min| min <= total) && max.is_none_or(|max| total <= max)),
            Self::HsAny(list) => codes.iter().any(|code| begins(list, code)),
            Self::HsAll(list) => !codes.is_empty() && codes.iter().all(|code| begins(list, code)),
            Self::HsNone(list) => codes.iter().all(|code| !code.is_empty() && !begins(list, code)),
            Self::Restriction(state) => match state {
                RestrictionState::None => !facts.prohibited && !facts.restricted,
                RestrictionState::Any => facts.prohibited || facts.restricted,
                RestrictionState::Prohibited => facts.prohibited,
                RestrictionState::Restricted => facts.restricted,
            },
            Self::Quality(state) => match state {
                QualityState::Clean => facts.quality_rules.is_empty(),
                QualityState::Accepted => !facts.quality_rejected,
                QualityState::Rejected => facts.quality_rejected,
            },
            Self::QualityScoreBelow(score) => facts.quality_score < *score,
            Self::QualityRules(list) => facts.quality_rules.iter().any(|rule| among(list, rule)),
            Self::SenderWords(phrases) => phrases.iter().any(|phrase| holds_phrase(&facts.sender, phrase)),
            Self::RecipientWords(phrases) => phrases.iter().any(|phrase| holds_phrase(&facts.recipient, phrase)),
            Self::Watchdog(presence) => match presence {
                Presence::None => facts.watchdog.is_none(),
                Presence::Any => facts.watchdog.is_some(),
                Presence::Warning => facts.watchdog == Some(Watchdog::Warning),
                Presence::Blocked => facts.watchdog == Some(Watchdog::Blocked),
            },
        }
    }
}

fn holds_phrase(words: &[String], phrase: &[String]) -> bool {
    !phrase.is_empty() && words.windows(phrase.len()).any(|window| window == phrase)
}
