//! When each part of the service was last used: GetHeartbeat.
//!
//! Uses are noted in memory and written down every few seconds by the upkeep worker, so that all servers on one
//! database and the next start know them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::Services;
use super::activity::Part;
use crate::contract::WcfDate;
use crate::contract::heartbeat::Heartbeat;
use crate::error::Result;
use crate::store::types::At;

impl Services {
    /// Notes that `part` was used now.
    pub fn note_activity(&self, part: Part) {
        self.activity.note(part, self.clock.now());
    }

    /// Writes down what was noted since the last time.
    pub async fn keep_activity(&self) -> Result<()> {
        let used = self.tokens_used.due(self.clock.now());
        if !used.is_empty() {
            self.store
                .write(move |tx| used.iter().try_for_each(|(token, at)| tx.note_token_use(token, At(*at))))
                .await?;
        }
        let noted = self.activity.take();
        if noted.is_empty() {
            return Ok(());
        }
        let again = noted.clone();
        let kept = self.store.write(move |tx| noted.iter().try_for_each(|(part, at)| tx.beat(part.name(), *at))).await;
        if kept.is_err() {
            self.activity.give_back(again);
        }
        kept
    }

    /// When each part was last used, on any server.
    pub async fn heartbeat(&self) -> Result<Heartbeat> {
        let mut last: BTreeMap<String, DateTime<Utc>> =
            self.store.read(|tx| Ok(tx.heartbeats()?.into_iter().map(|(name, at)| (name, at.0)).collect())).await?;
        for (part, at) in self.activity.noted() {
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
