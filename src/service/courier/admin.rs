//! What the command line sets for couriers.

use super::settings::CourierChanges;
use crate::domain::{Level, OrganizationKind};
use crate::error::{Error, Result};
use crate::refdata::lists::lists;
use crate::service::Services;
use crate::store::item::Stamp;
use crate::store::settings::SettingRow;

/// Quality rules that the published form of a courier's declaration cannot keep, as it has no members for what they ask.
const LENIENT_RULES: [&str; 3] = ["item_id_form", "required", "contact_absent"];

impl Services {
    /// Sets what a post has agreed on with its couriers, and lets the rules that the published form cannot keep
    /// warn it only. Gives those that it let off.
    ///
    /// # Errors
    /// 400 when there is no such post here, a setting cannot be so, or there would be no currency.
    pub async fn set_courier(&self, org: &str, changes: CourierChanges) -> Result<Vec<&'static str>> {
        let nature = |code: &str| lists().nature_types.contains(code);
        let mut findings = changes.faults(|code| lists().currencies.contains(code), nature);
        if changes.currency.is_none() && self.catalogue().settings(org).courier.currency.is_none() {
            findings.add("required", "currency", "say which currency amounts are in, for example MYR");
        }
        findings.into_result()?;
        let code = org.to_owned();
        self.store
            .write(move |tx| {
                match tx.organization(&code)? {
                    Some(row) if row.kind == OrganizationKind::Post && !row.remote => {}
                    _ => {
                        let message = "couriers declare as a post that is served here; there is none with this code";
                        return Err(Error::invalid("absent", "ORG", message).into());
                    }
                }
                for (name, value) in changes.rows() {
                    let row = SettingRow { org: code.clone(), name: name.to_owned(), value };
                    tx.put_setting(&row, &Stamp::command_line())?;
                }
                Ok(())
            })
            .await?;
        let catalogue = self.catalogue();
        // By its own word, for some destinations are stricter than the level shows.
        let own = catalogue.overrides(org);
        let is_lenient = |rule: &str| {
            own.iter().any(|own| own.rule == rule && own.destination.is_none() && own.level <= Level::Warn)
        };
        let strict: Vec<&str> = LENIENT_RULES.into_iter().filter(|rule| !is_lenient(rule)).collect();
        for rule in &strict {
            self.set_quality(org, rule, Level::Warn.stored(), None).await?;
        }
        self.refresh_catalogue().await?;
        Ok(strict)
    }
}
