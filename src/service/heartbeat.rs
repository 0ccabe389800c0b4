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

/// Last uses not written down yet.
#[derive(Clone, Debug, Default)]
pub struct Beats(Arc<Mutex<BTreeMap<&'static str, DateTime<Utc>>>>);

impl Services {
    /// Notes that `component` was used now.
    pub fn beat(&self, component: &'static str) {
        let now = self.clock.now();
        self.beats.0.lock().unwrap_or_else(PoisonError::into_inner).insert(component, now);
    }

    fn noted(&self) -> BTreeMap<&'static str, DateTime<Utc>> {
        self.beats.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Writes down what was noted since the last time.
    pub async fn keep_beats(&self) -> Result<()> {
        let noted = std::mem::take(&mut *self.beats.0.lock().unwrap_or_else(PoisonError::into_inner));
        if noted.is_empty() {
            return Ok(());
        }
        let again = noted.clone();
        let kept =
            self.store.write(move |tx| noted.iter().try_for_each(|(component, at)| tx.beat(component, *at))).await;
        if kept.is_err() {
            let mut beats = self.beats.0.lock().unwrap_or_else(PoisonError::into_inner);
            for (component, at) in again {
                beats.entry(component).or_insert(at);
            }
        }
        kept
    }

    /// When each component was last used, on any server.
    pub async fn heartbeat(&self) -> Result<Heartbeat> {
        let mut last: BTreeMap<String, DateTime<Utc>> =
            self.store.read(|tx| Ok(tx.heartbeats()?.into_iter().map(|(name, at)| (name, at.0)).collect())).await?;
        for (component, at) in self.noted() {
            let known = last.entry(component.to_owned()).or_insert(at);
            *known = (*known).max(at);
        }
        let of = |component: &str| last.get(component).copied().map(WcfDate::new);
        Ok(Heartbeat {
            last_api_call_dt: of("LastApiCallDt"),
            last_cusitm_sent_dt: of("LastCusitmSentDt"),
            last_cusrsp_received_dt: of("LastCusrspReceivedDt"),
            last_declaration_dt: of("LastDeclarationDt"),
            last_itmatt_received_dt: of("LastItmattReceivedDt"),
            last_itmatt_sent_dt: of("LastItmattSentDt"),
            last_login_dt: of("LastLoginDt"),
            last_print_dt: of("LastPrintDt"),
            last_referral_dt: of("LastReferralDt"),
            last_response_dt: of("LastResponseDt"),
            server_dt: WcfDate::new(self.clock.now()),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }
}
