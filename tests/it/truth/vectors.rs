//! The vectors, by their numbers.

use std::time::Duration;

use serde_json::{Value, json};

use super::messages;
use super::notation::{Course, extra, play, play_id};
use super::scene::{Place, Scene, token_of};
use super::{between_two, everywhere};
use crate::harness::data::fresh_id;
use crate::harness::process::{Process, entrepost};
use crate::harness::raw::Raw;
use crate::harness::{Engine, Server};
use crate::on_engines;
use crate::openapi::PUBLISHED;
use crate::samples::SAMPLES;

/// Vector 1: declared, handed over, cleared.
const CLEARED: &str = "AUA:D v1; DE:L; DE:R 2; ";

/// A course after vector 1.
#[track_caller]
fn play_cleared(place: Place, text: &str) -> Course {
    play(place, &format!("{CLEARED}{text}"))
}

everywhere! {
    fn v01_cleared_as_handed_over(place) {
        play_cleared(place, "DEA Green CLEARED; AUA Green DC_CLEARED; WL(DE)-");
    }

    fn v02_changed_between_load_and_decision(place) {
        play(place, "AUA:D v1; DE:L; AUA:D v2; DE:R 2 → DEA Amber CHANGED Response=null; WL(DE)+; AUA Amber CHANGED");
    }

    fn v03_loaded_and_decided_again(place) {
        play(place, "AUA:D v1; DE:L; AUA:D v2; DE:R 2; DE:L; DE:R 2 → DEA Green CLEARED; AUA Green; WL(DE)-");
        play(place, "AUA:D v1; DE:L; AUA:D v2; DE:R 2@none; DE:L; DE:R 2@none → DEA Green CLEARED; AUA Green; WL(DE)-");
    }

    fn v04_the_decision_names_the_version(place) {
        let changed = "AUA:D v1; DE:L; AUA:D v2; ";
        play(place, &format!("{changed} DE:R 2 EP.Version=DEA → DEA Green; AUA Green; WL(DE)-"));
        let unknown = "00000000000000000000000000000bad";
        play(place, &format!("{changed} DE:R 2 EP.Version={unknown} !400 unknown_version → DEA Amber; AUA Amber"));
    }

    fn v05_immaterial_changes_leave_it_cleared(place) {
        play_cleared(place, "DEA:ASC; AUA:D v1t → DEA Green; AUA Green OK_TO_LOAD DC_CLEARED; WL(DE)-");
        play_cleared(place, "AUA:D v1 GrossWeight=1.520 → DEA Green; AUA Green
            AUA:D v1 GrossWeight=1.575 → DEA Green; AUA Green
            AUA:D v1 GrossWeight=1.576 → DEA Amber CHANGED; AUA Amber CHANGED");
    }

    fn v06_small_steps_are_measured_from_what_was_judged(place) {
        play_cleared(place, "AUA:D v1 GrossWeight=1.560 → DEA Green; AUA Green
            AUA:D v1 GrossWeight=1.620 → DEA Amber CHANGED; AUA Amber
            AUA:D v1 GrossWeight=1.680 → DEA Amber CHANGED; AUA Amber");
    }

    fn v07_back_to_what_was_judged(place) {
        play_cleared(place, "count; AUA:D v2 → DEA Amber CHANGED; AUA Amber CHANGED
            AUA:D v1 → DEA Green CLEARED; AUA Green DC_CLEARED; WL(DE)-; DEA rows=2; AUA rows=2");
    }

    fn v08_ids_and_documents_may_be_added_but_not_changed_or_removed(place) {
        play_cleared(place, "AUA:D v1 SenderIdRef=IM2760000001 → DEA Green; AUA Green
            DE:L; DE:R 2; AUA:D v1 SenderIdRef=IM2760000002 → DEA Amber CHANGED; AUA Amber");
        play_cleared(place, "AUA:D v1 Document=INV-1 → DEA Green; AUA Green
            DE:L; DE:R 2; AUA:D v1 → DEA Amber CHANGED; AUA Amber");
    }

    fn v09_names_lines_and_codes(place) {
        play(place, "AUA:D v1 RecipientName=Max_Müller; DE:L; DE:R 2
            AUA:D v1 RecipientName=MAX_MUELLER,_ → DEA Green; AUA Green
            AUA:D v1 RecipientName=Max_Mülner → DEA Amber CHANGED; AUA Amber");
        play(place, "AUA:D v1two; DE:L; DE:R 2; AUA:D v1owt → DEA Green; AUA Green");
        play_cleared(place, "AUA:D v1 HS=95030099 → DEA Green; AUA Green
            AUA:D v1 HS=950420 → DEA Amber CHANGED; AUA Amber");
    }

    fn v10_held_and_changed(place) {
        play(place, "AUA:D v1; DE:L; DE:R 5; AUA:D v2 → DEA Amber HOLD CHANGED Response=5; WL(DE)+; AUA Amber DC_HOLD
            DE:L; DE:R 2 → DEA Green CLEARED; AUA Green; WL(DE)-");
    }

    fn v11_prohibited_and_changed(place) {
        play(place, "AUA:D v1; DE:L; DE:R 7; AUA:D v2 → DEA Red DETAINED CHANGED Response=7; WL(DE)+; AUA Red
            count; AUA:D v2 → AUA rows=0; DEA rows=0; sent=0; DEA Red DETAINED; WL(DE)+");
    }

    fn v12_decided_before_any_data(place) {
        play(place, "DE:R 2; AUA:D v1 → DEA Amber CHANGED; AUA Amber; WL(DE)+; DE:L; DE:R 2 → DEA Green; AUA Green");
        play(place, "DE:R 2 EP.Version=item; AUA:D v1 → DEA Green CLEARED; AUA Green; WL(DE)-");
    }

    fn v13_a_clock_six_hours_behind(place) {
        let course = "AUA:D v1; DE:L; DE:R 2@-360 → DEA Green; AUA Green; AUA:D v2; DE:L; DE:R 2@-360";
        play(place, &format!("{course} → DEA Amber CHANGED; AUA Amber; WL(DE)+"));
        play(place, &format!("set DE decision-clock receipt; {course} → DEA Green; AUA Green; WL(DE)-"));
    }

    fn v14_what_was_never_handed_over_was_not_judged(place) {
        play(place, "AUA:D v1; DE:L; AUA:D v2; t; DE:R 2@t → DEA Amber CHANGED; AUA Amber; WL(DE)+");
    }

    fn v15_a_client_that_reads_each_item_once(place) {
        play(place, "set DE reads first; AUA:D v1; DE:L; AUA:D v2; DE:L window; DE:R 2 → DEA Amber CHANGED; AUA Amber
            DE:L open; DE:R 2 → DEA Green; AUA Green; WL(DE)-");
    }

    fn v16_nothing_was_ever_loaded(place) {
        play(place, "AUA:D v1; DE:R 2 → DEA Green; AUA Green; AUA:D v2 → DEA Amber CHANGED; AUA Amber; WL(DE)+");
    }

    fn v19_who_decides_for_customs(place) {
        play(place, "AUA:D v1; DE:L; DE:R 7; DEA:Rde 2 → DEA Red DETAINED; AUA Red");
        play(place, "AUA:D v1; DE:L; DEA:Rde 2 → DEA Amber DECISION_BY_POST; WL(DE)+");
        play(place, "set DE answered-by-post yes; AUA:D v1; DE:L; DEA:Rde 2 → DEA Green CLEARED; WL(DE)-");
        play(place, "AUA:D v1; DEA:Rde 2 → DEA Green CLEARED; WL(DE)-");
        play(place, "AUA:D v1; AUA:Rau 99 → WL(AU)+");
    }

    fn v20_the_destination_s_own_word_goes_first(place) {
        play(place, "AUA:D v1; AUA:Rde 2 → AUA Green DC_CLEARED; DE:R 5@-10 → AUA Amber DC_HOLD; DEA Amber HOLD");
    }

    fn v21_two_decisions_at_nearly_one_time(place) {
        let handed = "AUA:D v1; DE:L; t; ";
        play(place, &format!("{handed} DE:R 2@t+4; DE:R 7@t+2 → DEA Red DETAINED; AUA Red DC_DETAINED"));
        play(place, &format!("{handed} DE:R 7@t; DE:R 2@t → DEA Red DETAINED; AUA Red DC_DETAINED"));
        play(place, &format!("{handed} DE:R 99@t; DE:R 1@t; DE:R 2@t → DEA Green CLEARED; AUA Green DC_CLEARED"));
        play(place, &format!("{handed} DE:R 7@t; DE:R 2@t+1s → DEA Green CLEARED; AUA Green DC_CLEARED"));
    }

    fn v22_an_id_of_another_country(place) {
        play(place, "FRA:D FRA>DEA v1; DE:R 2 → DEA Amber FOREIGN_ID
            AUA:D AUA>DEA v1 → DEA Amber NO_DECISION !FOREIGN_ID !SEVERAL_ITEMS
            DE:L; DE:R 2 → DEA Green CLEARED !SEVERAL_ITEMS; AUA Green
            DE:R 7 FRA>DEA → DEA Green !SEVERAL_ITEMS; AUA Green
            foreign-ids FRA AU → DEA Red SEVERAL_ITEMS DETAINED; AUA Green");
    }

    fn v23_a_stranger_s_item_hides_no_stop_and_no_mark(place) {
        let course = play(place, "AUA:D v1; DEA:DNL; DE:block → DEA Red
            FRA:D FRA>DEA v1 PD+1d; DE:R 2 FRA>DEA → DEA Red STOPPED WATCHDOG_BLOCKED; DE Red; AUA Red STOPPED
            DE:block → DEA Red; DE Red");
        course.scene.call("DEA", "PrintCustomsDeclaration", &json!({ "mailItemId": course.id })).ok();
        let printed = "SELECT o.orig_post AS t FROM item_history h JOIN mail_object o ON o.post_org = h.post_org
             AND o.pid = h.object_pid WHERE h.event = 'declaration.printed'";
        assert_eq!(Raw::open(&course.scene.server("DEA").database_url).texts(printed), ["AUA"]);
    }

    fn v24_data_in_the_origin_s_name(place) {
        play(place, "FRA:D AUA>DEA v1 PD+399d; DE:L; DE:R 2 → DEA Amber DATA_NOT_OF_ORIGIN DeclaredBy=FRA; WL(DE)-
            AUA:D v2 → DEA Amber CHANGED !DATA_NOT_OF_ORIGIN HS=930690 DeclaredBy=AUA PD=+0d lives=1; WL(DE)+
            DE:R 7 → DEA Red; AUA Red");
    }

    fn v25_a_post_that_speaks_for_the_origin(place) {
        let mut course = play(place, "set FRA speaks-for AUA; FRA:D AUA>DEA v1; DE:L; DE:R 2 → DEA Green
            AUA:D v1 → DEA Green; count
            FRA:D AUA>DEA v2 → DEA Green HS=950300 DeclaredBy=AUA; WL(DE)-");
        assert_eq!(course.member("FRA", "HS"), "930690", "stored in its own row");
        let log = course.scene.admin_says("DEA", &["exchange", "log", "DEA", &course.id]);
        assert!(log.contains("overtaken"), "{log}");
        course.go("AUA Green");
    }

    fn v26_a_prohibition_outlives_a_new_posting_date(place) {
        play(place, "AUA:D v1; DE:L; DEA:DNL; DE:R 7 → DEA Red; AUA:D v1 PD+400d → DEA Red lives=1; AUA Red lives=1
            AUA finding=posting_date");
        play(place, "AUA:D v1 PD-400d; DE:L; DEA:DNL; DE:R 7 PD-400d → DEA Red
            AUA:D v1; DE:L; DE:R 2 PD → DEA Red EARLIER_USE; AUA Red EARLIER_USE
            DE:R 2 PD-400d; DEA:ASC Lifts=DNL → DEA Green CLEARED; AUA Green");
    }

    fn v27_an_id_that_is_used_again(place) {
        play(place, "AUA:D v1; DE:L; DE:R 7; DE:block → DEA Red; days 396
            AUA:D v1 PD+396d → DEA Amber NO_DECISION !WATCHDOG_BLOCKED !EARLIER_USE; AUA Amber NOT_ASSESSED");
    }

    fn v28_the_destination_that_was(place) {
        play(place, "AUA:D AUA>FRA v1; AUA:D AUA>DEA v1 → AUA Amber; FRA Amber REDIRECTED
            FRA:ASC → AUA Amber; FRA:DNL → AUA Amber; FR:R 2 AUA>FRA → AUA Amber NOT_ASSESSED; FRA Amber REDIRECTED");
    }

    fn v29_the_way_back(place) {
        play_cleared(place, "AUA:M O 10 DEA → AUA Green DC_CLEARED
            DEA:D DEA>AUA v1 → AUA Amber NO_DECISION; WL(AU,I)+
            AU:L; AU:R 2 → AUA Green CLEARED !DC_CLEARED; DEA.I Response=2; DEA.O DCResponse=2; DEA(DE) Green DC_CLEARED");
    }

    fn v30_the_way_back_of_what_has_not_left(place) {
        play_cleared(place, "DEA:DNL → AUA Red STOPPED; DEA:D DEA>AUA v1; AU:L; AU:R 2 → AUA Red STOPPED");
    }

    fn v31_refused_goes_back_detained_does_not(place) {
        let back = "DEA:M I 50 AUA; DEA:M O 2 AUA";
        play(place, &format!("AUA:D v1; DE:L; DE:R 6; {back} → DEA Amber NOT_ASSESSED"));
        play(place, &format!("AUA:D v1; DE:L; DE:R 7; {back} → DEA Red DETAINED"));
    }

    fn v32_handed_over_by_another_post(place) {
        play_cleared(place, "DEA:M I 50 FRA → DEA Green lives=1 MailStateCd=50 EP.HandedOverBy=FRA");
        play(place, "AUA:D v1; DE:L; DEA:M I 52 FRA → DEA Red LEFT_UNCLEARED lives=1");
        let bare = play(place, "DE:R 2; DEA:M I 50 FRA → DEA lives=1 MailStateCd=50");
        let history = bare.scene.server("DEA").history("DEA", &bare.id);
        assert!(history.iter().any(|row| row.detail.contains("FRA")), "who handed it over stands in the history");
        let twin = play_cleared(place, "FRA:D FRA>DEA v1; DEA:M I 50 FRA → DEA Green CLEARED lives=2");
        let states: Vec<Value> = twin.rows("DEA").iter().map(|view| view["MailObject"]["MailStateCd"].clone()).collect();
        assert_eq!(states, [50, 50], "the state stands on both");
    }

    fn v33_left_cleared_and_changed(place) {
        play_cleared(place, "DEA:M I 52 AUA; AUA:D v2 → DEA Amber CHANGED !LEFT_UNCLEARED; WL(DE)+
            AUA:D v2 MailStateCd=5; DEA:D v2 MailStateCd=5 → DEA Amber CHANGED !LEFT_UNCLEARED MailStateCd=52");
    }

    fn v34_a_mark_before_any_item(place) {
        play(place, "DE:block; FRA:D FRA>DEA v1; AUA:D AUA>DEA v1 → DEA(FR) Red WATCHDOG_BLOCKED; DEA(AU) Red; DEA Red
            DEA:clear !400 not_yours → DEA Red; DE:clear → DEA Amber !WATCHDOG_BLOCKED");
    }

    fn v35_customs_of_two_posts_marks(place) {
        let declared = "AUA:D AUA>DEB v1; AUA:D AUA>DEA v1";
        let blocked = "DEA Red WATCHDOG_BLOCKED; DEB Red WATCHDOG_BLOCKED; DE Red";
        play(place, &format!("{declared}; DE:block → {blocked}"));
        play(place, &format!("DE:block; {declared} → {blocked}"));
    }

    fn v36_an_id_of_a_post_s_own(place) {
        let id = fresh_id("AU").replace("EE", "LOCAL");
        let lenient = "quality AUA item_id_form off; quality FRA item_id_form off; quality DEA item_id_form off; ";
        play_id(place, &id, &format!("{lenient} {CLEARED} FRA:D FRA>DEA v1 → DEA Amber SEVERAL_ITEMS
            DEA(AU) Green; DEA(AUA) Green; DEA:M I 50 AUA → DEA Green !SEVERAL_ITEMS
            DEA:block → DEA Red; DEA:clear !400 ambiguous; DEA:clear originPostalOrgCd=ZZZ → DEA Green"));
    }

    fn v37_corrections_are_not_the_origin_s(place) {
        let mut course = Course::new(Scene::at(place), &fresh_id("AU"));
        rules(&course, RULE_TOYS);
        course.go("AUA:D v1 HS=930690 RevisedHS=950300 → AUA finding=reserved_member RevisedHS=null; DEA RevisedHS=null
            DEA:scan I 50 AUA → DEA Amber Response=null");
        let asked = json!({ "mailItemID": course.id, "returnRestrictionsProhibitions": true });
        let restricted = course.scene.call("AUA", "IsItemRestrictedProhibited", &asked).ok().json();
        assert_eq!(restricted["IsItemRestrictedProhibitedResult"], true);
        play(place, "AUA:D v1; DEA:D AUA>DEA v1 RevisedHS=950300 → DEA RevisedHS=950300
            AUA:D v1t → DEA RevisedHS=950300 RecipientTelephone=+49695550199; AUA RevisedHS=null");
    }

    fn v38_a_rule_answers_for_what_it_saw(place) {
        let with_rule = || {
            let course = Course::new(Scene::at(place), &fresh_id("AU"));
            rules(&course, RULE_SMALL_GIFTS);
            course
        };
        with_rule().go("AUA:D v1 Amount=12.50; DEA:scan I 50 AUA → DEA Green CLEARED Response=2
            AUA:D v1 Amount=900.00; DEA:scan I 50 AUA → DEA Amber CHANGED Response=null; WL(DE)+");
        with_rule().go("AUA:D v1 Amount=12.50; DE:L; DE:R 2; AUA:D v1 Amount=14.50 → DEA Amber
            DEA:scan I 50 AUA → DEA Amber CHANGED Response=null; WL(DE)+");
    }

    fn v39_a_question_stays_open_until_it_is_answered(place) {
        play(place, "AUA:D v1; DEA:RFI; AUA:D v1t → AUA SecurityState=REFERRED_DATA; DEA SecurityState=REFERRED_DATA
            DEA:ASC → AUA Amber SecurityState=REFERRED_DATA
            AUA:D v2 → AUA Amber SecurityState=ASSESSING REFERRAL_OPEN
            AUA:R10 → AUA !REFERRAL_OPEN; DEA !REFERRAL_OPEN");
    }

    fn v41_which_posts_an_id_fits(place) {
        // Each captured by the destination itself; what is found there.
        let cases = [
            ("GG", "GBA", "AU", ""),
            ("RE", "FRA", "AU", ""),
            ("PR", "USA", "AU", ""),
            ("HK", "CNA", "AU", "foreign_id"),
            ("AE", "AEA", "AU", ""),
            ("GB", "NPT", "GB", ""),
            ("AU", "QQQ", "AU", "foreign_id unknown_post"),
        ];
        for (letters, origin, sender, findings) in cases {
            let captured = format!("DEA:D {origin}>DEA v1 SenderCountryCd={sender}");
            let mut course = play_id(place, &fresh_id(letters), &captured);
            if origin == "QQQ" {
                course.go("DEA Amber FOREIGN_ID");
            }
            let found = course.member("DEA", "Quality.Findings");
            for rule in ["foreign_id", "unknown_post"] {
                let has = found.contains(&format!("\"{rule}\""));
                assert_eq!(has, findings.contains(rule), "{rule}, {letters} {origin}: {found}");
            }
        }
    }

    fn v43_a_decision_said_again_judges_nothing_else(place) {
        play(place, "AUA:D v1; DE:L; t; DE:R 2@t; AUA:D v2; DE:R 2@t → DEA Amber CHANGED; AUA Amber; WL(DE)+");
    }

    fn v45_killed_after_handing_over(place) {
        let mut course = Course::new(Scene::at(place), &fresh_id("AU"));
        course.pause = Duration::ZERO;
        course.go("AUA:D v1");
        let asked = json!({ "token": token_of("DE"), "userCd": "tester", "id": course.id });
        course.scene.while_down("DE", |url, address| {
            let arguments = ["serve", "--listen", address, "--log-level", "error", "--database-url", url];
            let process = Process::start(&mut entrepost(&arguments));
            let (status, answer) = process.client().call("Load", &asked).expect("answers");
            assert_eq!((status, answer["LoadResult"].as_array().map(Vec::len)), (200, Some(1)), "{answer}");
            process.kill();
        });
        course.pause = Duration::from_secs(60);
        course.go("AUA:D v2; DE:R 2 → DEA Amber CHANGED; AUA Amber; WL(DE)+");
    }

    fn v47_an_item_does_not_come_back_because_a_stranger_says_so(place) {
        play_cleared(place, "AUA:M O 10 DEA; FRA:D FRA>AUA v1 → AUA Green; AUA(FR) FOREIGN_ID
            AUA:M I 50 FRA → AUA Amber !FOREIGN_ID NO_DECISION; WL(AU,I)+");
    }

    fn v48_the_destination_s_own_capture(place) {
        play_cleared(place, "DEA:D AUA>DEA v1b → DEA Amber CHANGED DeclaredBy=DEA Number=3; WL(DE)+
            AUA:D v1 → DEA Amber CHANGED DeclaredBy=DEA Number=3
            AUA:D v1c → DEA Amber CHANGED DeclaredBy=AUA Number=2 Amount=55.0");
    }

    fn v49_naming_a_country_of_origin_hides_nothing(place) {
        let course = "AUA:D v1; DE:L; DE:R 7 → DEA(FR) Red DETAINED; DEA(AU) Red DETAINED; ";
        play(place, course);
        play(place, &format!("{course} FRA:D FRA>DEA v1 → DEA(FR) Red; DEA(FRA) Red; DEA(AU) Red DETAINED !FOREIGN_ID; DEA Red"));
    }

    fn v50_redirected_after_a_stop_or_a_refusal(place) {
        play(place, "AUA:D AUA>FRA v1; FRA:DNL → AUA Red STOPPED
            AUA:D AUA>DEA v1; DE:L; DE:R 2 → AUA Red STOPPED; DEA Green CLEARED");
        play(place, "AUA:D AUA>FRA v1; FR:L; FR:R 6 → AUA Red; AUA:D AUA>DEA v1 → AUA Amber; AUA:D AUA>FRA v1 → AUA Red");
    }

    fn v51_a_view_stored_back_is_nothing_new(place) {
        let mut course = play_cleared(place, "DEA Green; count");
        let version = course.member("AUA", "EP.Version");
        assert_eq!((version.len(), course.member("AUA", "DeclaredBy").as_str()), (32, "AUA"));
        let views = course.rows("AUA");
        assert!(extra(&views[0]["Declaration"]["Data"], "EP.Version") == version, "{}", views[0]);
        course.scene.call("AUA", "CreateOrUpdateDeclarations", &json!({ "cdsViews": views })).ok();
        course.go("AUA rows=0 Green; DEA rows=0 Green; sent=0");
        assert_eq!(course.member("AUA", "EP.Version"), version);
    }
}

between_two! {
    fn v17_decided_while_the_link_is_down(place) {
        let mut course = play(place, "AUA:D v1; DE:L");
        course.scene.let_send([false, false]);
        course.go("AUA:D v2 → AUA Amber; DE:R 2 → AUA Amber; DEA Green");
        course.scene.let_send([false, true]);
        course.go("AUA Amber CHANGED; DEA Green");
        course.scene.let_send([true, true]);
        course.go("AUA Amber CHANGED; DEA Amber CHANGED; WL(DE)+");
    }

    fn v18_a_version_that_the_destination_refuses(place) {
        let mut course = Course::new(Scene::at(place), &fresh_id("AU"));
        course.scene.agree("DEA", "AUA", |partner| partner.level = Some(entrepost::domain::Level::Reject));
        course.go("quality AUA required warn; AUA:D v1; DE:L; AUA:D v2 RecipientName=null; DE:R 2
            AUA Amber CHANGED REFERRAL_OPEN; DEA Green CLEARED HS=950300; WL(DE)-");
    }

    fn v40_a_message_dated_a_year_ahead(place) {
        let mut course = Course::new(Scene::at(place), &fresh_id("AU"));
        messages::hand_in(&course, &messages::itmatt(&course, "v2").dated(365));
        course.go("DEA Amber HS=930690");
        course.scene.turn(Duration::from_secs(60));
        messages::hand_in(&course, &messages::itmatt(&course, "v1"));
        course.go("DEA Amber HS=950300");
    }

    fn v43_messages_said_again_judge_nothing_else(place) {
        let mut course = play_cleared(place, "AUA Green; AUA:D v2 → AUA Amber; DEA Amber");
        let (itmatts, cusrsps) = (messages::sent(&course, "AUA", "ITMATT"), messages::sent(&course, "DEA", "CUSRSP"));
        assert_eq!((itmatts.len(), cusrsps.len()), (2, 1));
        for again in [&itmatts[0], &cusrsps[0]] {
            messages::hand_in_bytes(&course, again);
            messages::hand_in_bytes(&course, &messages::under_another_reference(again));
            course.go("AUA Amber CHANGED; DEA Amber CHANGED HS=930690; WL(DE)+");
        }
    }

    fn v44_taken_back_and_declared_again(place) {
        let cancelled = || {
            let mut course = Course::new(Scene::at(place), &fresh_id("AU"));
            messages::hand_in(&course, &messages::itmatt(&course, "v1"));
            course.go("DE:L; DE:R 2 → DEA Green CLEARED");
            messages::hand_in(&course, &messages::itmatt(&course, "v1").deleting());
            course.go("DEA Red CANCELLED");
            course.scene.turn(Duration::from_secs(60));
            course
        };
        let mut again = cancelled();
        messages::hand_in(&again, &messages::itmatt(&again, "v1"));
        again.go("DEA Green CLEARED");
        let mut other = cancelled();
        messages::hand_in(&other, &messages::itmatt(&other, "v2"));
        other.go("DEA Amber CHANGED; WL(DE)+");
    }

    fn v46_two_contents_under_one_name(place) {
        let mut course = Course::new(Scene::at(place), &fresh_id("AU"));
        let name = "0123456789abcdef0123456789abcdef";
        messages::hand_in(&course, &messages::itmatt(&course, "v1").version(name));
        course.go("DE:L; DE:R 2 → DEA Green");
        messages::hand_in(&course, &messages::itmatt(&course, "v2").version(name));
        course.go("DEA Amber CHANGED finding=version_name_reused; WL(DE)+");

        // A decision about something that the origin never declared, in the place of the one that was made.
        let mut course = play(place, "AUA:D v1; DE:L");
        course.scene.let_send([true, false]);
        course.go("DE:R 2 → AUA Amber NOT_ASSESSED");
        let decided = messages::sent(&course, "DEA", "CUSRSP").pop().expect("a decision");
        assert_eq!(messages::named(&decided), course.member("AUA", "EP.Version"), "the name that the origin gave");
        messages::hand_in_bytes(&course, &messages::naming(&decided, "00000000000000000000000000000bad"));
        course.go("AUA Amber CHANGED !DC_CLEARED");
    }
}

/// The published samples in the order of the page, against the demo.
fn every_sample_is_answered(engine: Engine) {
    let server = Server::start(engine);
    let mut refused = Vec::new();
    for method in PUBLISHED.iter().filter(|method| !method.starts_with("Print")) {
        let (_, body) = SAMPLES.iter().find(|(name, _)| name == method).expect("a sample");
        let answer = server.post(method, body, &[]);
        if answer.status != 200 {
            refused.push(format!("{method}: {} {}", answer.status, answer.text));
        }
    }
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

on_engines! { v42_the_published_samples_one_after_the_other => every_sample_is_answered }

const RULE_TOYS: &str = "[[rule]]\nname = \"toys\"\n[rule.when]\nhs_any = [\"9503\"]\n[rule.then]\ndecision = \"2\"\n";
const RULE_SMALL_GIFTS: &str = "[[rule]]\nname = \"small gifts\"\n[rule.when]\nnature = [\"31\"]\nvalue_max = 45\n\
    value_currency = \"EUR\"\n[rule.then]\ndecision = \"2\"\n";

/// Puts rules of automatic answers of German customs in force.
fn rules(course: &Course, text: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rules.toml");
    std::fs::write(&file, text).expect("writes");
    course.scene.admin("DE", &["rule", "set", "DE", file.to_str().expect("a path")]);
}
