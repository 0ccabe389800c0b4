//! What was handed to customs: which calls hand a declaration over, and that the notes of it are not lost where more
//! than one process works.

use std::time::Duration;

use serde_json::json;

use super::everywhere;
use super::notation::{Course, play};
use super::scene::{Place, Scene, token_of};
use crate::harness::data::fresh_id;
use crate::harness::process::poll;
use crate::harness::{Engine, postgres};

/// Declared twice; a decision that follows is about the second version only if that was handed over.
const DECLARED_TWICE: &str = "AUA:D v1; AUA:D v2; DEA:M I 50 AUA; ";

everywhere! {
    fn every_answer_with_the_declaration_hands_it_over(place) {
        for asked in ["DE:L", "DE:L window", "DE:L open", "DE:LM 50", "DE:S"] {
            play(place, &format!("{DECLARED_TWICE} {asked}; DE:R 2 → DEA Green CLEARED; AUA Green; WL(DE)-"));
        }
    }

    fn what_others_read_or_what_holds_no_declaration_hands_nothing_over(place) {
        for asked in ["DE Amber", "DEA:L", "DEA:S", "AU:L"] {
            play(place, &format!("{DECLARED_TWICE} {asked}; DE:R 2 → DEA Amber CHANGED; AUA Amber; WL(DE)+"));
        }
    }

    fn notes_outlive_an_ordered_stop(place) {
        let mut course = play(place, &format!("{DECLARED_TWICE} DE:L"));
        course.scene.while_down("DE", |_, _| ());
        course.go("DE:R 2 → DEA Green CLEARED; AUA Green; WL(DE)-");
    }
}

/// One process hands the declaration over, another one takes the decision before it can know.
#[test]
fn a_note_of_another_process_comes_after_the_decision() {
    if !postgres::is_there() {
        return;
    }
    let mut course = Course::new(Scene::at(Place::OneServer(Engine::Postgres)), &fresh_id("AU"));
    course.go(DECLARED_TWICE);
    course.scene.turn(Duration::from_secs(60));
    let other = course.scene.twin("DE");
    let loaded = other.load("DE", json!({ "id": course.id, "token": token_of("DE") }));
    assert_eq!(loaded.len(), 1);
    course.go("DE:R 2");
    for post in ["DEA", "AUA"] {
        let cleared = poll(Duration::from_secs(10), || (course.light(post) == "Green").then_some(()));
        assert!(cleared.is_some(), "the decision is judged anew when the note arrives: {}", course.entry(post));
    }
    course.go("DEA Green CLEARED; AUA Green; WL(DE)-");
    drop(other);
}
