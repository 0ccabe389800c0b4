//! When each part of the service was last used, in memory.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::limits;

/// A part of the service whose last use is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    ApiCall,
    /// Item data to the customs of a post, taken by its system.
    CusitmSent,
    /// A decision, from customs or from the destination post, taken in here.
    CusrspReceived,
    Declaration,
    /// Item data from another post, taken in here.
    ItmattReceived,
    /// Item data to another post, taken by its system.
    ItmattSent,
    Login,
    Print,
    Referral,
    Response,
}

impl Part {
    /// The name it is written down under.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ApiCall => "LastApiCallDt",
            Self::CusitmSent => "LastCusitmSentDt",
            Self::CusrspReceived => "LastCusrspReceivedDt",
            Self::Declaration => "LastDeclarationDt",
            Self::ItmattReceived => "LastItmattReceivedDt",
            Self::ItmattSent => "LastItmattSentDt",
            Self::Login => "LastLoginDt",
            Self::Print => "LastPrintDt",
            Self::Referral => "LastReferralDt",
            Self::Response => "LastResponseDt",
        }
    }
}

/// When tokens were last used, as far as that is not written down yet: each at most once in [`limits::USE_NOTED_S`].
#[derive(Clone, Default)]
pub(super) struct TokensUsed(Arc<Mutex<HashMap<Vec<u8>, Used>>>);

#[derive(Clone, Copy)]
struct Used {
    at: DateTime<Utc>,
    written: Option<DateTime<Utc>>,
}

impl TokensUsed {
    pub(super) fn note(&self, token: &[u8], at: DateTime<Utc>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match all.get_mut(token) {
            Some(used) => used.at = at,
            None => {
                all.insert(token.to_vec(), Used { at, written: None });
            }
        }
    }

    /// What is to be written down now. Tokens that were not used since are forgotten.
    pub(super) fn due(&self, now: DateTime<Utc>) -> Vec<(Vec<u8>, DateTime<Utc>)> {
        let pause = TimeDelta::seconds(limits::USE_NOTED_S);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, used| used.written.is_none_or(|written| used.at > written || now - written < pause));
        let mut due = Vec::new();
        for (token, used) in all.iter_mut() {
            if used.written.is_none_or(|written| used.at > written && now - written >= pause) {
                used.written = Some(now);
                due.push((token.clone(), used.at));
            }
        }
        due
    }
}

/// Last uses not written down yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Activity(Arc<Mutex<BTreeMap<Part, DateTime<Utc>>>>);

impl Activity {
    fn parts(&self) -> MutexGuard<'_, BTreeMap<Part, DateTime<Utc>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn note(&self, part: Part, at: DateTime<Utc>) {
        self.parts().insert(part, at);
    }

    pub(super) fn noted(&self) -> BTreeMap<Part, DateTime<Utc>> {
        self.parts().clone()
    }

    /// What was noted, to be written down.
    pub(super) fn take(&self) -> BTreeMap<Part, DateTime<Utc>> {
        std::mem::take(&mut *self.parts())
    }

    /// What could not be written down, unless the part was used again since.
    pub(super) fn give_back(&self, noted: BTreeMap<Part, DateTime<Utc>>) {
        let mut parts = self.parts();
        for (part, at) in noted {
            parts.entry(part).or_insert(at);
        }
    }
}
