//! Attempts that must fail, by their numbers. Where a vector plays the same, it is named and not played again: A1 is 2,
//! A4 and A5 are 26, A6 is 22, A7 is 28, A8 and A9 are 24, A10 is 37, A11 is 38, A13 is 33, A15 is 36, A17 is 40, A18 is
//! 17 and 43, A20 is 39, A23 is 46.

use std::time::Duration;

use super::messages;
use super::notation::play;
use super::{between_two, everywhere};

everywhere! {
    /// The destination post answers over the head of its customs, and ends its customs' mark.
    fn a02_the_post_in_the_place_of_its_customs(place) {
        play(place, "AUA:D v1; DE:L; DE:R 7; DE:block; DEA:Rde 2; DEA:Rde 99 → DEA Red DETAINED WATCHDOG_BLOCKED; AUA Red
            DEA:clear !400 not_yours → DEA Red WATCHDOG_BLOCKED; DE Red");
        play(place, "AUA:D v1; DE:L; DEA:Rde 99 → DEA Amber; WL(DE)+");
    }

    /// Twenty steps, each small against the one before.
    fn a03_salami(place) {
        let mut course = play(place, "AUA:D v1; DE:L; DE:R 2 → DEA Green");
        let mut changed = false;
        for step in 1..=20 {
            let (grams, cents) = (1_500 + 50 * step, 3_850 - step);
            course.go(&format!("AUA:D v1 GrossWeight={}.{:03} Amount={}.{:02}", grams / 1000, grams % 1000, cents / 100, cents % 100));
            changed |= course.light("DEA") != "Green";
            assert_eq!(changed, step >= 2, "step {step}: more than was judged allows, however small the step");
        }
        course.go("DEA Amber CHANGED; AUA Amber; WL(DE)+");
    }

    /// One node of customs is four minutes ahead; the other prohibits two minutes later.
    fn a12_two_clocks_of_one_customs(place) {
        play(place, "AUA:D v1; DE:L; t; DE:R 2@t+4; DE:R 6@t+2 → DEA Red REFUSED; AUA Red DC_REFUSED");
    }

    /// A competitor of the same country declares the origin's id.
    fn a14_a_post_of_the_same_country(place) {
        play(place, "AUA:D v1; DE:L; DE:R 7; AUB:D AUB>DEA v1 PD+1d; DE:R 2 AUB>DEA
            DEA Red SEVERAL_ITEMS DETAINED; AUA Red DC_DETAINED");
        play(place, "AUA:D v1; DE:L; AUB:D AUB>DEA v1; DE:R 2 AUB>DEA → DEA Amber; WL(DE)+; AUA Amber NOT_ASSESSED");
        // A decision that names no origin could mean either.
        play(place, "AUA:D v1; AUB:D AUB>DEA v1; DE:R 2 ZZZ>DEA !400 ambiguous → DEA Amber");
    }

    /// The customs of a country that the item never touches.
    fn a19_unrelated_customs(place) {
        play(place, "AUA:D v1; DE:L; FR:R 2 AUA>DEA !401 → DEA Amber NO_DECISION; AUA Amber
            FR:R 2 AUA>FRA → DEA Amber NO_DECISION; AUA Amber NOT_ASSESSED; WL(DE)+");
        play(place, "AUA:D v1; DE:L; DE:R 7; FR:R 2 AUA>FRA → DEA Red DETAINED; AUA Red DC_DETAINED");
    }

    /// Not an attempt that fails: data sent to the post only keeps the export customs blind, and the published meaning
    /// lets the item go once the destination clears it.
    fn a21_export_customs_that_were_not_told(place) {
        play(place, "AUA:D7 v1 → AU UNKNOWN_ITEM; DE:L; DE:R 2 → DEA Green CLEARED; AUA Green DC_CLEARED");
    }

    /// There and back until somebody looks away.
    fn a22_toggling(place) {
        play(place, "AUA:D v1; DE:L; DE:R 2; AUA:D v2 → DEA Amber; AUA:D v1 → DEA Green; AUA:D v2 → DEA Amber CHANGED
            WL(DE)+; DE:L; DE:R 7 → DEA Red; AUA:D v1 → DEA Red DETAINED CHANGED; WL(DE)+; AUA:D v2 → DEA Red; AUA Red");
    }
}

between_two! {
    /// Partners that the item does not go to tell its origin that it was cleared and assessed: one that it went to before,
    /// and one that it never went to.
    fn a07_a19_messages_of_posts_without_a_say(place) {
        let mut former = play(place, "AUA:D AUA>FRA v1; AUA:D AUA>DEA v1 → AUA Amber NOT_ASSESSED");
        let mut never = play(place, "AUA:D v1 → AUA Amber NOT_ASSESSED");
        for course in [&mut former, &mut never] {
            for message in [messages::clears(course, "FRA"), messages::assesses(course, "FRA")] {
                messages::hand_in_bytes(course, &message);
                course.go("AUA Amber NOT_ASSESSED !DC_CLEARED !OK_TO_LOAD; DEA Amber NO_DECISION");
            }
        }
    }

    /// A partner sends what it said before in an interchange of its own.
    fn a16_an_older_message(place) {
        let mut course = play(place, "AUA:D v1; DE:L; DE:R 2; AUA:D v2 → DEA Amber CHANGED");
        messages::hand_in(&course, &messages::itmatt(&course, "v1").dated(-1));
        course.go("DEA Amber CHANGED HS=930690; WL(DE)+");
        course.scene.turn(Duration::from_secs(3600));
        course.go("DEA Amber CHANGED HS=930690; AUA Amber");
    }
}
