//! The security state of an item: may it be loaded?
//!
//! Derived from the set of everything that was sent, asked and answered, put into one order: time of issue, then rank,
//! then reference, never arrival. Servers that hold the same events therefore show the same
//! state, in whatever order and however often the events came. Silence never makes an item [`SecurityState::OkToLoad`].
//!
#![doc = include_str!("security.md")]
//!
//! At the same second: versions before questions before answers before ASC before DNL. An answer counts from its referral
//! on, however its clock runs. R41 and R42 close nothing. Knows no item, no clock and no store.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::domain::SecurityState;
use crate::refdata::lists::lists;

/// The table above, as Markdown, for the documentation.
pub const TABLE: &str = include_str!("security.md");

/// What a kind of referral does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asks {
    /// ERR, INC, RFI, AMD, and every code that is not listed.
    Data,
    /// RFS.
    Screening,
    /// ASC: the assessment is complete.
    Nothing,
    /// DNL: do not load.
    Stop,
}

impl Asks {
    pub fn of(referral_cd: &str) -> Self {
        match referral_cd {
            "RFS" => Self::Screening,
            "ASC" => Self::Nothing,
            code if lists().referral_codes.get(code).is_some_and(|row| row.blocks) => Self::Stop,
            _ => Self::Data,
        }
    }
}

/// Whether an answer is expected to a referral; to codes that are not listed, too.
pub fn needs_answer(referral_cd: &str) -> bool {
    lists().referral_codes.get(referral_cd).is_none_or(|row| row.needs_answer)
}

/// What an answer does to the referral it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// The question is closed.
    Closes,
    /// The item was stopped.
    Stops,
    /// The item was withdrawn.
    Cancels,
    /// An answer that settles nothing (R33, R41).
    Alerts,
    /// More time is wanted: as if not answered.
    Waits,
}

impl Effect {
    /// By the list of answers. An answer that is not listed, or listed for other referrals, closes the question and
    /// does no more: posts may use codes of their own.
    pub fn of(response_cd: &str, referral_cd: &str) -> Self {
        let Some(row) = lists().referral_response_codes.get(response_cd) else { return Self::Closes };
        let fits = row.for_codes.iter().any(|code| code == referral_cd || code == "any");
        match row.next_state.as_str() {
            "UNCHANGED" => Self::Waits,
            "CANCELLED" if fits => Self::Cancels,
            "STOPPED" if fits => Self::Stops,
            "ALERT" => Self::Alerts,
            _ => Self::Closes,
        }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// A declaration, or a new version of it, was passed on; `to_customs`: customs may see it.
    Declared { to_customs: bool },
    /// A version of the declaration that says something else than what the referral with the event's reference was about,
    /// or brings a document more.
    Changed,
    /// A referral with the event's reference was raised.
    Raised(Asks),
    /// The referral with the event's reference was answered.
    Answered(Effect),
    /// The declaration was withdrawn, and none came since.
    Cancelled,
}

/// One event, as its issuer dated and numbered it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    pub at: DateTime<Utc>,
    /// Reference of the referral; of a declaration, its version.
    pub reference: String,
    pub act: Act,
}

impl Event {
    fn rank(&self) -> u8 {
        match self.act {
            Act::Declared { .. } | Act::Changed => 0,
            Act::Raised(Asks::Data | Asks::Screening) => 1,
            Act::Answered(_) => 2,
            Act::Raised(Asks::Nothing) => 3,
            Act::Raised(Asks::Stop) => 4,
            Act::Cancelled => 5,
        }
    }
}

/// The state that follows from `events`, leaving departure aside.
pub fn state(events: &[Event]) -> SecurityState {
    // Raised twice under one reference: the later time, whichever arrived first.
    let mut raised: BTreeMap<&str, DateTime<Utc>> = BTreeMap::new();
    for event in events.iter().filter(|event| matches!(event.act, Act::Raised(_))) {
        let at = raised.entry(&event.reference).or_insert(event.at);
        *at = event.at.max(*at);
    }
    let counts_from = |event: &Event| match (&event.act, raised.get(event.reference.as_str())) {
        (Act::Answered(_), Some(question)) => event.at.max(*question),
        _ => event.at,
    };
    let mut ordered: Vec<&Event> = events.iter().collect();
    ordered.sort_by_key(|event| (counts_from(event), event.rank(), *event));
    ordered.dedup();
    let mut progress = Progress::default();
    for event in ordered {
        progress.apply(event);
    }
    progress.state()
}

/// The state of an item about which nothing was ever asked.
/// `sent`: its declaration went to the destination, or came from the origin; `seen`: customs may see it.
pub fn unquestioned(sent: bool, seen: bool) -> SecurityState {
    match (sent, seen) {
        (_, true) => SecurityState::Assessing,
        (true, false) => SecurityState::Declared,
        (false, false) => SecurityState::None,
    }
}

/// The state to show for an item that left the office of exchange.
pub fn departed(state: SecurityState) -> SecurityState {
    match state {
        SecurityState::Assessing | SecurityState::OkToLoad => SecurityState::Despatched,
        state => state,
    }
}

/// Whether an item in this mail state has left the outward office of exchange.
pub fn has_departed(mail_state: Option<i32>) -> bool {
    mail_state.is_some_and(|state| state >= DEPARTED)
}

/// Mail state "departed the outward office of exchange"; later ones are greater.
const DEPARTED: i32 = 10;

/// Mail state "arrived at the inward office of exchange"; later ones are greater.
pub const ARRIVED: i32 = 50;

/// What the events so far amount to.
#[derive(Default)]
struct Progress<'e> {
    declared: bool,
    before_customs: bool,
    open_data: BTreeSet<&'e str>,
    open_screening: BTreeSet<&'e str>,
    assessed: bool,
    questioned: bool,
    stopped: bool,
    cancelled: bool,
}

impl<'e> Progress<'e> {
    fn apply(&mut self, event: &'e Event) {
        match &event.act {
            Act::Declared { to_customs } => {
                self.declared = true;
                self.before_customs |= to_customs;
            }
            Act::Changed => {
                self.open_data.remove(event.reference.as_str());
            }
            Act::Raised(Asks::Data) => self.ask(&event.reference, false),
            Act::Raised(Asks::Screening) => self.ask(&event.reference, true),
            Act::Raised(Asks::Nothing) => self.assessed |= !self.is_open(),
            Act::Raised(Asks::Stop) => self.stopped = true,
            Act::Answered(effect) => self.answer(&event.reference, *effect),
            Act::Cancelled => self.cancelled = true,
        }
    }

    fn ask(&mut self, reference: &'e str, screening: bool) {
        let open = if screening { &mut self.open_screening } else { &mut self.open_data };
        open.insert(reference);
        self.questioned = true;
        self.assessed = false;
    }

    fn answer(&mut self, reference: &str, effect: Effect) {
        match effect {
            Effect::Waits | Effect::Alerts => return,
            Effect::Closes => {}
            Effect::Stops => self.stopped = true,
            Effect::Cancels => self.cancelled = true,
        }
        self.open_data.remove(reference);
        self.open_screening.remove(reference);
    }

    fn is_open(&self) -> bool {
        !self.open_data.is_empty() || !self.open_screening.is_empty()
    }

    fn state(&self) -> SecurityState {
        if self.cancelled {
            SecurityState::Cancelled
        } else if self.stopped {
            SecurityState::Stopped
        } else if !self.open_screening.is_empty() {
            SecurityState::ReferredScreen
        } else if !self.open_data.is_empty() {
            SecurityState::ReferredData
        } else if self.assessed {
            SecurityState::OkToLoad
        } else if self.before_customs || self.questioned {
            SecurityState::Assessing
        } else if self.declared {
            SecurityState::Declared
        } else {
            SecurityState::None
        }
    }
}

#[cfg(test)]
#[path = "security_tests.rs"]
mod tests;
