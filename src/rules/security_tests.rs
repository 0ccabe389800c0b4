use proptest::prelude::*;

use super::*;

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000 + second, 0).unwrap()
}

fn event(second: i64, reference: &str, act: Act) -> Event {
    Event { at: at(second), reference: reference.into(), act }
}

fn declared(second: i64) -> Event {
    event(second, "1", Act::Declared { to_customs: true })
}

fn changed(second: i64, reference: &str) -> Event {
    event(second, reference, Act::Changed)
}

fn raised(second: i64, reference: &str, code: &str) -> Event {
    event(second, reference, Act::Raised(Asks::of(code)))
}

fn answered(second: i64, reference: &str, response: &str, referral: &str) -> Event {
    event(second, reference, Act::Answered(Effect::of(response, referral)))
}

#[test]
fn every_row_of_the_table() {
    let (rfi, rfs, asc, dnl) =
        (raised(1, "A", "RFI"), raised(2, "B", "RFS"), raised(6, "C", "ASC"), raised(8, "D", "DNL"));
    let rows: [(&[Event], bool, &str); 19] = [
        (&[], false, "NONE"),
        (&[event(0, "1", Act::Declared { to_customs: false })], false, "DECLARED"),
        (&[declared(0)], false, "ASSESSING"),
        (&[declared(0), rfi.clone()], false, "REFERRED_DATA"),
        (&[declared(0), rfi.clone(), rfs.clone()], false, "REFERRED_SCREEN"),
        (&[declared(0), rfi.clone(), rfs.clone(), answered(3, "B", "R20", "RFS")], false, "REFERRED_DATA"),
        (&[declared(0), rfi.clone(), answered(3, "A", "R12", "RFI")], false, "ASSESSING"),
        (&[declared(0), rfi.clone(), changed(3, "A")], false, "ASSESSING"),
        (&[declared(0), rfi.clone(), declared(3)], false, "REFERRED_DATA"),
        (&[declared(0), rfs.clone(), changed(3, "A")], false, "REFERRED_SCREEN"),
        (&[declared(0), asc.clone()], false, "OK_TO_LOAD"),
        (&[declared(0), rfi.clone(), asc.clone()], false, "REFERRED_DATA"),
        (&[declared(0), asc.clone(), raised(7, "E", "RFS")], false, "REFERRED_SCREEN"),
        (&[declared(0), asc.clone(), declared(7)], false, "OK_TO_LOAD"),
        (&[declared(0), dnl.clone(), raised(9, "F", "ASC")], false, "STOPPED"),
        (&[declared(0), rfs.clone(), answered(3, "B", "R21", "RFS")], false, "STOPPED"),
        (&[declared(0), dnl.clone(), answered(9, "D", "R40", "DNL")], false, "CANCELLED"),
        (&[declared(0), asc.clone()], true, "DESPATCHED"),
        (&[declared(0), rfi.clone()], true, "REFERRED_DATA"),
    ];
    for (events, left, expected) in rows {
        let state = if left { departed(state(events)) } else { state(events) };
        assert_eq!(state.stored(), expected, "{events:?}");
    }
}

#[test]
fn more_time_and_unknown_items_close_nothing() {
    for code in ["R41", "R42"] {
        let events = [declared(0), raised(1, "A", "RFI"), answered(2, "A", code, "RFI"), raised(3, "B", "ASC")];
        assert_eq!(state(&events), SecurityState::ReferredData, "{code}");
    }
}

#[test]
fn codes_of_others_close_a_question_and_do_no_more() {
    for code in ["R20", "R30", "R77"] {
        let events = [declared(0), raised(1, "A", "RFI"), answered(2, "A", code, "RFI")];
        assert_eq!(state(&events), SecurityState::Assessing, "{code}");
    }
    assert_eq!(Asks::of("BCFS"), Asks::Data, "a referral that is not listed asks; it never completes");
    assert!(needs_answer("BCFS") && needs_answer("DNL") && !needs_answer("ASC"));
}

#[test]
fn an_answer_of_a_slow_clock_still_answers() {
    let events = [declared(0), raised(10, "A", "RFI"), answered(5, "A", "R12", "RFI"), raised(11, "B", "ASC")];
    assert_eq!(state(&events), SecurityState::OkToLoad);
}

#[test]
fn within_one_second_question_answer_and_completion_read_in_that_order() {
    let events = [raised(1, "Z", "ASC"), answered(1, "A", "R12", "RFI"), raised(1, "A", "RFI"), declared(1)];
    assert_eq!(state(&events), SecurityState::OkToLoad);
}

fn any_event() -> impl Strategy<Value = Event> {
    let act = prop_oneof![
        any::<bool>().prop_map(|to_customs| Act::Declared { to_customs }),
        prop_oneof![Just("RFI"), Just("RFS"), Just("ERR"), Just("ASC"), Just("DNL")]
            .prop_map(|code| Act::Raised(Asks::of(code))),
        prop_oneof![
            Just(Effect::Closes),
            Just(Effect::Stops),
            Just(Effect::Cancels),
            Just(Effect::Alerts),
            Just(Effect::Waits)
        ]
        .prop_map(Act::Answered),
        Just(Act::Changed),
        Just(Act::Cancelled),
    ];
    (0i64..6, "[ABC]", act).prop_map(|(second, reference, act)| event(second, &reference, act))
}

fn sent_again_and_shuffled() -> impl Strategy<Value = (Vec<Event>, Vec<Event>)> {
    proptest::collection::vec(any_event(), 0..10).prop_flat_map(|events| {
        let again = proptest::collection::vec(proptest::sample::select(with_one(&events)), 0..6);
        (Just(events.clone()), again).prop_flat_map(|(events, again)| {
            let mut all = events.clone();
            if !events.is_empty() {
                all.extend(again);
            }
            (Just(events), Just(all).prop_shuffle())
        })
    })
}

/// `select` wants at least one element.
fn with_one(events: &[Event]) -> Vec<Event> {
    if events.is_empty() { vec![declared(0)] } else { events.to_vec() }
}

proptest! {
    #[test]
    fn order_and_repetition_of_arrival_do_not_matter((events, arrived) in sent_again_and_shuffled()) {
        prop_assert_eq!(state(&events), state(&arrived));
    }

    #[test]
    fn silence_never_becomes_ok_to_load(events in proptest::collection::vec(any_event(), 0..10)) {
        let said = events.iter().any(|event| event.act == Act::Raised(Asks::Nothing));
        prop_assert!(said || state(&events) != SecurityState::OkToLoad);
    }

    #[test]
    fn a_stop_is_never_lifted(events in proptest::collection::vec(any_event(), 0..10)) {
        let stopped = events.iter().any(|event| event.act == Act::Raised(Asks::Stop));
        let state = state(&events);
        prop_assert!(!stopped || matches!(state, SecurityState::Stopped | SecurityState::Cancelled));
    }
}

#[test]
fn codes_read_back() {
    for state in SecurityState::ALL {
        assert_eq!(SecurityState::from_stored(state.stored()), Ok(state));
    }
}

#[test]
fn without_questions_the_short_way_agrees_with_the_long_one() {
    for (declared, customs_sees) in [(false, false), (true, false), (true, true)] {
        let events: Vec<Event> =
            declared.then(|| event(0, "1", Act::Declared { to_customs: customs_sees })).into_iter().collect();
        assert_eq!(unquestioned(declared, customs_sees), state(&events));
    }
}
