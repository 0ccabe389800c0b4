//! When each part of the service was last used, in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

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
