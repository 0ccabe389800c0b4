//! The letter of a declaration, from the light of its item.

use crate::domain::{CourierStatus, Light};

const REJECTED: [&str; 6] = ["REFUSED", "DC_REFUSED", "DETAINED", "DC_DETAINED", "STOPPED", "DEPARTED_AFTER_DNL"];
const REFERRED: [&str; 7] =
    ["REFERRAL_OPEN", "NOT_SETTLED", "HOLD", "DC_HOLD", "DECISION_UNKNOWN", "WATCHDOG_BLOCKED", "WATCHDOG_WARNING"];

/// How a declaration stands whose item has this light, for these reasons. What is not known is never approved.
pub fn status<'r>(light: &str, reasons: impl Iterator<Item = &'r str> + Clone) -> CourierStatus {
    let has = |codes: &[&str]| reasons.clone().any(|reason| codes.contains(&reason));
    if has(&["CANCELLED"]) {
        CourierStatus::Cancelled
    } else if has(&REJECTED) {
        CourierStatus::Rejected
    } else if light == Light::Green.name() {
        CourierStatus::Approved
    } else if has(&REFERRED) {
        CourierStatus::Referred
    } else {
        CourierStatus::Saved
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_gravest_reason_decides() {
        for (light, reasons, letter) in [
            ("Red", &["CANCELLED", "REFUSED"][..], "C"),
            ("Red", &["DC_DETAINED", "REFERRAL_OPEN"], "R"),
            ("Red", &["DEPARTED_AFTER_DNL"], "R"),
            ("Green", &["CLEARED"], "A"),
            ("Green", &["CLEARED_DUE"], "A"),
            ("Amber", &["REFERRAL_OPEN", "NO_DECISION"], "F"),
            ("Red", &["WATCHDOG_BLOCKED"], "F"),
            ("Amber", &["NO_DECISION"], "S"),
            ("Amber", &["EARLIER_USE"], "S"),
            ("Amber", &[], "S"),
        ] {
            assert_eq!(status(light, reasons.iter().copied()).letter(), letter, "{light} {reasons:?}");
        }
        for reason in REJECTED.iter().chain(&REFERRED) {
            assert!(Light::REASONS.iter().any(|(known, _)| known == reason), "{reason}");
        }
    }
}
