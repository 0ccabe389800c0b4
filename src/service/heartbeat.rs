//! When each part of the service was last used: GetHeartbeat.
//!
//! Uses are noted in memory and written down every few seconds by the upkeep worker, so that all servers on one
//! database and the next start know them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Utc};

use super::Services;
use crate::contract::WcfDate;
use crate::contract::heartbeat::Heartbeat;
use crate::error::Result;

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
    fn name(self) -> &'static str {
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
pub struct Beats(Arc<Mutex<BTreeMap<Part, DateTime<Utc>>>>);

impl Services {
    /// Notes that `part` was used now.
    pub fn beat(&self, part: Part) {
        let now = self.clock.now();
        self.beats.0.lock().unwrap_or_else(PoisonError::into_inner).insert(part, now);
    }

    fn noted(&self) -> BTreeMap<Part, DateTime<Utc>> {
        self.beats.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Writes down what was noted since the last time.
    pub async fn keep_beats(&self) -> Result<()> {
        let noted = std::mem::take(&mut *self.beats.0.lock().unwrap_or_else(PoisonError::into_inner));
        if noted.is_empty() {
            return Ok(());
        }
        let again = noted.clone();
        let kept = self.store.write(move |tx| noted.iter().try_for_each(|(part, at)| tx.beat(part.name(), *at))).await;
        if kept.is_err() {
            let mut beats = self.beats.0.lock().unwrap_or_else(PoisonError::into_inner);
            for (part, at) in again {
                beats.entry(part).or_insert(at);
            }
        }
        kept
    }

    /// When each part was last used, on any server.
    pub async fn heartbeat(&self) -> Result<Heartbeat> {
        let mut last: BTreeMap<String, DateTime<Utc>> =
            self.store.read(|tx| Ok(tx.heartbeats()?.into_iter().map(|(name, at)| (name, at.0)).collect())).await?;
        for (part, at) in self.noted() {
            let known = last.entry(part.name().to_owned()).or_insert(at);
            *known = (*known).max(at);
        }
        let of = |part: Part| last.get(part.name()).copied().map(WcfDate::new);
        Ok(Heartbeat {
            last_api_call_dt: of(Part::ApiCall),
            last_cusitm_sent_dt: of(Part::CusitmSent),
            last_cusrsp_received_dt: of(Part::CusrspReceived),
            last_declaration_dt: of(Part::Declaration),
            last_itmatt_received_dt: of(Part::ItmattReceived),
            last_itmatt_sent_dt: of(Part::ItmattSent),
            last_login_dt: of(Part::Login),
            last_print_dt: of(Part::Print),
            last_referral_dt: of(Part::Referral),
            last_response_dt: of(Part::Response),
            server_dt: WcfDate::new(self.clock.now()),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }
}
