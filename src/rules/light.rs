//! The light at a scan: may this item go on, by everything known about it?
//!
//! Every concern has a colour, a code and words; the light is the gravest of them. Green needs a ground of its own, so
//! that what is not known is never green.
//!
#![doc = include_str!("light.md")]

use std::borrow::Cow;

use super::item_facts::{Fact, Facts};
use super::security::has_departed;
pub use crate::domain::Light;
use crate::domain::{FiscalState, Flow, SecurityState};

/// The table above, as Markdown, for the documentation.
pub const TABLE: &str = include_str!("light.md");

/// One concern, or the ground of a green light.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub code: &'static str,
    pub light: Light,
    /// For a person.
    pub text: Cow<'static, str>,
}

/// A mark set by hand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mark {
    #[default]
    None,
    Warning,
    Blocked,
}

/// What is known about an item.
#[derive(Clone, Debug)]
pub struct Picture<'a> {
    pub flow: Flow,
    /// A declaration was sent to the destination, or received.
    pub has_data: bool,
    /// Leaving departure aside.
    pub security: SecurityState,
    /// With the own customs.
    pub fiscal: FiscalState,
    /// With the destination's customs, once it answered.
    pub destination: Option<FiscalState>,
    /// The code of a decision that is in no list.
    pub unknown_decision: Option<&'a str>,
    /// Codes of the referrals that wait for an answer.
    pub open_referrals: &'a [&'a str],
    pub mark: Mark,
    pub remarks: Option<&'a str>,
    pub mail_state: Option<i32>,
    pub facts: Facts,
    /// Its origin may not use the id.
    pub foreign_id: bool,
    /// What stopped an earlier use of the id still counts.
    pub earlier_use: bool,
}

/// The light of an item and what makes it so, gravest first.
pub fn judge(picture: &Picture<'_>) -> (Light, Vec<Reason>) {
    let mut reasons = Reasons::default();
    watchdog(picture.mark, picture.remarks, &mut reasons);
    security(picture, &mut reasons);
    customs(picture, &mut reasons);
    authority(picture, &mut reasons);
    if !picture.has_data {
        reasons.amber("NO_DATA", "No declaration was sent or received for this item");
    }
    ground(picture, &mut reasons);
    reasons.close()
}

/// The light of an item that nothing is known about.
pub fn unknown() -> (Light, Vec<Reason>) {
    let mut reasons = Reasons::default();
    reasons.amber("UNKNOWN_ITEM", "Nothing is known under this id");
    reasons.close()
}

/// The light of an id that nothing but a mark, if that, is known about.
pub fn without_item(mark: Mark, remarks: Option<&str>) -> (Light, Vec<Reason>) {
    if mark == Mark::None {
        return unknown();
    }
    let mut reasons = Reasons::default();
    watchdog(mark, remarks, &mut reasons);
    reasons.close()
}

#[derive(Default)]
struct Reasons(Vec<Reason>);

impl Reasons {
    fn add(&mut self, light: Light, code: &'static str, text: impl Into<Cow<'static, str>>) {
        self.0.push(Reason { code, light, text: text.into() });
    }

    fn red(&mut self, code: &'static str, text: impl Into<Cow<'static, str>>) {
        self.add(Light::Red, code, text);
    }

    fn amber(&mut self, code: &'static str, text: impl Into<Cow<'static, str>>) {
        self.add(Light::Amber, code, text);
    }

    fn green(&mut self, code: &'static str, text: impl Into<Cow<'static, str>>) {
        self.add(Light::Green, code, text);
    }

    fn close(mut self) -> (Light, Vec<Reason>) {
        self.0.sort_by_key(|reason| std::cmp::Reverse(reason.light));
        // Nothing to say for it and nothing against it: not known.
        let light = self.0.first().map_or(Light::Amber, |gravest| gravest.light);
        (light, self.0)
    }
}

fn watchdog(mark: Mark, remarks: Option<&str>, reasons: &mut Reasons) {
    let with_remark = |words: &'static str| match remarks {
        Some(remarks) => Cow::Owned(format!("{words}: {remarks}")),
        None => Cow::Borrowed(words),
    };
    match mark {
        Mark::None => {}
        Mark::Warning => reasons.amber("WATCHDOG_WARNING", with_remark("Marked with a warning")),
        Mark::Blocked => reasons.red("WATCHDOG_BLOCKED", with_remark("Marked as blocked")),
    }
}

fn security(picture: &Picture<'_>, reasons: &mut Reasons) {
    match picture.security {
        SecurityState::Stopped if has_departed(picture.mail_state) => {
            reasons.red("DEPARTED_AFTER_DNL", "Must not be loaded, but it has left the office of exchange");
        }
        SecurityState::Stopped => reasons.red("STOPPED", "Do not load: stopped by order"),
        SecurityState::Cancelled if picture.facts.has(Fact::Redirected) => {
            reasons.amber("REDIRECTED", "Goes to another post now");
        }
        SecurityState::Cancelled => reasons.red("CANCELLED", "Withdrawn, or returned to the sender"),
        SecurityState::ReferredData | SecurityState::ReferredScreen if picture.open_referrals.is_empty() => {
            reasons.amber("NOT_SETTLED", "A referral was answered, but the answer did not settle it");
        }
        _ => {}
    }
    for code in picture.open_referrals {
        reasons.amber("REFERRAL_OPEN", format!("Referral {code} waits for its answer"));
    }
}

fn customs(picture: &Picture<'_>, reasons: &mut Reasons) {
    match picture.fiscal {
        FiscalState::Refused => reasons.red("REFUSED", "Customs refused the item"),
        FiscalState::Detained => reasons.red("DETAINED", "Customs detains or seized the item"),
        FiscalState::Hold => reasons.amber("HOLD", "Customs holds the item"),
        _ => {}
    }
    match picture.destination {
        Some(FiscalState::Refused) => reasons.red("DC_REFUSED", "The destination's customs refused the item"),
        Some(FiscalState::Detained) => reasons.red("DC_DETAINED", "The destination's customs detains the item"),
        Some(FiscalState::Hold) => reasons.amber("DC_HOLD", "The destination's customs holds the item"),
        _ => {}
    }
    if let Some(code) = picture.unknown_decision {
        reasons.amber("DECISION_UNKNOWN", format!("Decision {code} is in no list"));
    }
}

/// Whose word all this is, and what it was about.
fn authority(picture: &Picture<'_>, reasons: &mut Reasons) {
    let has = |fact| picture.facts.has(fact);
    if picture.earlier_use {
        reasons.red("EARLIER_USE", "An earlier use of this id was stopped or refused within a year");
    }
    if picture.foreign_id {
        reasons.amber("FOREIGN_ID", "The post it comes from may not use this id");
    }
    if has(Fact::DataNotOfOrigin) {
        reasons.amber("DATA_NOT_OF_ORIGIN", "Declared by a post that does not speak for the origin");
    }
    if has(Fact::ChangedSinceDecision) || has(Fact::ChangedSinceDestinationDecision) {
        reasons.amber("CHANGED_SINCE_DECISION", "Declared otherwise than when customs decided");
    }
    if has(Fact::DecisionByPost) || has(Fact::DestinationDecisionByPost) {
        reasons.amber("DECISION_BY_POST", "Entered by a post; customs has not decided itself");
    }
}

/// The reason that several items have one id; in the colour of the answer.
pub fn several(light: Light) -> Reason {
    Reason { code: "SEVERAL_ITEMS", light, text: "Several items have this id; the gravest is shown".into() }
}

/// What still counts of a way out that is done, once the way back counts: what was held, kept, stopped or marked.
pub fn outlasts(reason: &Reason) -> bool {
    ["HOLD", "DETAINED", "STOPPED", "DEPARTED_AFTER_DNL", "WATCHDOG_BLOCKED", "WATCHDOG_WARNING"].contains(&reason.code)
}

/// The light of one answer made of several lists of reasons, gravest first.
pub fn together(reasons: Vec<Reason>) -> (Light, Vec<Reason>) {
    Reasons(reasons).close()
}

/// What speaks for the item; its absence is a concern.
fn ground(picture: &Picture<'_>, reasons: &mut Reasons) {
    if picture.flow == Flow::Inbound {
        return inbound_ground(picture, reasons);
    }
    let cleared_there = matches!(picture.destination, Some(FiscalState::Cleared | FiscalState::ClearedDue));
    if picture.security == SecurityState::OkToLoad {
        reasons.green("OK_TO_LOAD", "Assessment complete");
    }
    if cleared_there {
        reasons.green("DC_CLEARED", "Cleared by the destination's customs");
    }
    let still_open = matches!(
        picture.security,
        SecurityState::None | SecurityState::Declared | SecurityState::Assessing | SecurityState::Despatched
    );
    let lapsed = picture.facts.has(Fact::ChangedSinceDestinationDecision)
        && matches!(picture.destination, Some(FiscalState::Sent));
    if still_open && !cleared_there && !lapsed {
        reasons.amber("NOT_ASSESSED", "No assessment is complete");
    }
}

fn inbound_ground(picture: &Picture<'_>, reasons: &mut Reasons) {
    match picture.fiscal {
        FiscalState::Cleared => reasons.green("CLEARED", "Cleared by customs"),
        FiscalState::ClearedDue => reasons.green("CLEARED_DUE", "Cleared by customs, an amount is due on delivery"),
        FiscalState::Sent if picture.facts.has(Fact::ChangedSinceDecision) => {}
        FiscalState::NotSent | FiscalState::Sent | FiscalState::Acked => {
            reasons.amber("NO_DECISION", "Customs has not decided");
        }
        FiscalState::Hold | FiscalState::Refused | FiscalState::Detained => {}
    }
    let cleared = matches!(picture.fiscal, FiscalState::Cleared | FiscalState::ClearedDue);
    if picture.mail_state == Some(LEFT_INWARD_OFFICE) && !cleared && !picture.facts.has(Fact::LeftCleared) {
        reasons.red("LEFT_UNCLEARED", "Left the inward office of exchange without clearance");
    }
}

/// Mail state "departed the inward office of exchange".
pub const LEFT_INWARD_OFFICE: i32 = 52;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cleared() -> Picture<'static> {
        Picture {
            flow: Flow::Inbound,
            has_data: true,
            security: SecurityState::Assessing,
            fiscal: FiscalState::Cleared,
            destination: None,
            unknown_decision: None,
            open_referrals: &[],
            mark: Mark::None,
            remarks: None,
            mail_state: Some(50),
            facts: Facts::default(),
            foreign_id: false,
            earlier_use: false,
        }
    }

    fn codes(picture: &Picture<'_>) -> (Light, Vec<&'static str>) {
        let (light, reasons) = judge(picture);
        (light, reasons.iter().map(|reason| reason.code).collect())
    }

    #[test]
    fn a_cleared_inbound_item_is_green_until_something_speaks_against_it() {
        assert_eq!(codes(&cleared()), (Light::Green, vec!["CLEARED"]));
        let picture = Picture { open_referrals: &["RFI"], ..cleared() };
        assert_eq!(codes(&picture), (Light::Amber, vec!["REFERRAL_OPEN", "CLEARED"]));
        assert_eq!(codes(&Picture { has_data: false, ..cleared() }).0, Light::Amber);
        assert_eq!(codes(&Picture { security: SecurityState::Stopped, ..cleared() }).1[0], "DEPARTED_AFTER_DNL");
        assert_eq!(codes(&Picture { fiscal: FiscalState::Refused, ..cleared() }), (Light::Red, vec!["REFUSED"]));
        let left = Picture { fiscal: FiscalState::Hold, mail_state: Some(52), ..cleared() };
        assert_eq!(codes(&left), (Light::Red, vec!["LEFT_UNCLEARED", "HOLD"]));
    }

    #[test]
    fn the_watchdog_speaks_with_its_remark() {
        let blocked = Picture { mark: Mark::Blocked, remarks: Some("lithium cells"), ..cleared() };
        let (light, reasons) = judge(&blocked);
        assert_eq!((light, reasons[0].code), (Light::Red, "WATCHDOG_BLOCKED"));
        assert!(reasons[0].text.ends_with("lithium cells"));
        assert_eq!(codes(&Picture { mark: Mark::Warning, ..cleared() }).0, Light::Amber);
    }

    #[test]
    fn outbound_needs_an_assessment_or_the_destinations_clearance() {
        let outbound = Picture { flow: Flow::Outbound, ..cleared() };
        assert_eq!(codes(&outbound), (Light::Amber, vec!["NOT_ASSESSED"]), "export clearance is not enough");
        let assessed = Picture { security: SecurityState::OkToLoad, ..outbound.clone() };
        assert_eq!(codes(&assessed), (Light::Green, vec!["OK_TO_LOAD"]));
        let there = Picture { destination: Some(FiscalState::ClearedDue), ..outbound.clone() };
        assert_eq!(codes(&there), (Light::Green, vec!["DC_CLEARED"]));
        let held_there = Picture { destination: Some(FiscalState::Hold), ..assessed };
        assert_eq!(codes(&held_there).0, Light::Amber);
    }

    #[test]
    fn what_is_not_known_is_never_green() {
        assert_eq!(unknown().0, Light::Amber);
        for (mark, light, code) in [
            (Mark::None, Light::Amber, "UNKNOWN_ITEM"),
            (Mark::Warning, Light::Amber, "WATCHDOG_WARNING"),
            (Mark::Blocked, Light::Red, "WATCHDOG_BLOCKED"),
        ] {
            let (shown, reasons) = without_item(mark, Some("look"));
            assert_eq!((shown, reasons[0].code, reasons.len()), (light, code, 1));
        }
        let unlisted = Picture { unknown_decision: Some("777"), fiscal: FiscalState::Hold, ..cleared() };
        assert_eq!(codes(&unlisted), (Light::Amber, vec!["HOLD", "DECISION_UNKNOWN"]));
    }

    fn any_picture() -> impl Strategy<Value = Picture<'static>> {
        (
            proptest::sample::select(vec![Flow::Inbound, Flow::Outbound, Flow::Transit]),
            any::<bool>(),
            proptest::sample::select(SecurityState::ALL.to_vec()),
            proptest::sample::select(FiscalState::ALL.to_vec()),
            proptest::option::of(proptest::sample::select(FiscalState::ALL.to_vec())),
            proptest::sample::select(vec![Mark::None, Mark::Warning, Mark::Blocked]),
            proptest::sample::select(vec![&[] as &'static [&'static str], &["RFS"]]),
            proptest::option::of(0i32..60),
            (0i32..2048, any::<bool>()),
        )
            .prop_map(
                |(flow, has_data, security, fiscal, destination, mark, open_referrals, mail_state, more)| {
                    let (facts, foreign_id) = more;
                    Picture {
                        flow,
                        has_data,
                        security,
                        fiscal,
                        destination,
                        unknown_decision: None,
                        open_referrals,
                        mark,
                        remarks: None,
                        mail_state,
                        facts: Facts(facts),
                        foreign_id,
                        earlier_use: false,
                    }
                },
            )
    }

    proptest! {
        #[test]
        fn what_is_not_known_is_never_green_whatever_else_is(
            picture in any_picture(),
            unlisted in proptest::option::of(Just("777")),
            lacks_data in any::<bool>(),
        ) {
            let undecided = |state: FiscalState| !matches!(state, FiscalState::Cleared | FiscalState::ClearedDue);
            let unassessed = match picture.flow {
                Flow::Inbound => undecided(picture.fiscal),
                _ => picture.security != SecurityState::OkToLoad && picture.destination.is_none_or(undecided),
            };
            let picture = Picture { has_data: picture.has_data && !lacks_data, unknown_decision: unlisted, ..picture };
            if !picture.has_data || unlisted.is_some() || unassessed {
                prop_assert!(judge(&picture).0 != Light::Green, "{picture:?}");
            }
        }

        #[test]
        fn what_is_not_of_who_has_a_say_or_not_what_was_judged_is_never_green(picture in any_picture()) {
            let doubts = [
                Fact::ChangedSinceDecision,
                Fact::ChangedSinceDestinationDecision,
                Fact::DecisionByPost,
                Fact::DestinationDecisionByPost,
                Fact::DataNotOfOrigin,
            ];
            if picture.foreign_id || doubts.into_iter().any(|fact| picture.facts.has(fact)) {
                prop_assert!(judge(&picture).0 != Light::Green, "{picture:?}");
            }
        }

        #[test]
        fn every_reason_has_a_number_of_its_own(picture in any_picture()) {
            let known = |reason: &Reason| Light::REASONS.iter().filter(|(code, _)| *code == reason.code).count() == 1;
            prop_assert!(judge(&picture).1.iter().all(known));
            prop_assert!(Light::REASONS.iter().enumerate().all(|(at, (_, number))| usize::from(*number) == at));
        }

        #[test]
        fn the_light_is_the_gravest_reason_and_green_has_a_ground(picture in any_picture()) {
            let (light, reasons) = judge(&picture);
            prop_assert!(!reasons.is_empty());
            prop_assert_eq!(Some(light), reasons.iter().map(|reason| reason.light).max());
            if light == Light::Green {
                let cleared = |state: FiscalState| matches!(state, FiscalState::Cleared | FiscalState::ClearedDue);
                let ground = match picture.flow {
                    Flow::Inbound => cleared(picture.fiscal),
                    _ => picture.security == SecurityState::OkToLoad || picture.destination.is_some_and(cleared),
                };
                prop_assert!(ground && picture.has_data && picture.mark == Mark::None);
                prop_assert!(picture.open_referrals.is_empty());
                prop_assert!(!matches!(picture.security, SecurityState::Stopped | SecurityState::Cancelled));
            }
        }
    }
}
