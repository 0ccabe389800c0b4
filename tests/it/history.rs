//! The history can be trusted: whole after much use, and whoever alters the database behind the server's back is
//! found out, with the row named.

use std::sync::atomic::{AtomicBool, Ordering};

use entrepost::store::item::HistoryRow;
use entrepost::store::verify::Verdict;
use serde_json::{Value, json};

use crate::harness::data::{declaration, fresh_id, mail_object, respond, response, store};
use crate::harness::outside::python_program;
use crate::harness::process::{admin, refused, run};
use crate::harness::raw::Raw;
use crate::harness::{Engine, Server, postgres};
use crate::{on_both_engines, on_engines};

fn verify(server: &Server) -> Verdict {
    server.block_on(|services| async move { services.verify_history().await }).expect("verifies")
}

fn seal(server: &Server) -> usize {
    server.settle();
    server.block_on(|services| async move { services.seal().await }).expect("seals")
}

/// Puts the seals of all posts into the chain over all.
fn chain(server: &Server) {
    server.block_on(|services| async move { services.chain_seals().await }).expect("chains");
}

fn history(server: &Server, post: &'static str, id: &str) -> Vec<HistoryRow> {
    let id = id.to_owned();
    server.block_on(|services| async move { services.item_history(post, &id).await }).expect("a history")
}

/// Declares an item with `amount` as the value of its line.
fn declare(server: &Server, id: &str, amount: &str) {
    let body = json!({ "mailObject": mail_object(id, "AUA", "DEA"), "decl": declaration(amount), "evtCd": 2 });
    server.call_as("AUA", "StoreDeclaration", body).ok();
}

/// German customs decides, `seconds` after the first time it could.
fn decide(server: &Server, id: &str, decision: &str, seconds: i64) {
    let body = json!({ "mailObject": mail_object(id, "AUA", "DEA"), "resp": response(decision, seconds), "evtCd": 2 });
    server.call_as("DE", "StoreResponse", body).ok();
}

fn advance(server: &Server, id: &str, state: i32) {
    let body = json!({ "id": id, "postalOrgCd": "AUA", "partnerPostalOrgCd": "DEA", "flow": "O", "mailState": state });
    server.call_as("AUA", "UpdateMailState", body).ok();
}

on_both_engines! {
    fn it_is_whole_after_much_use(server) {
        let ids: Vec<String> = (0..12).map(|_| fresh_id("AU")).collect();
        for (at, id) in ids.iter().enumerate() {
            server.call_as("AUA", "StoreDeclaration", store(id, "AUA", "DEA", 1)).ok();
            declare(server, id, "1.50");
            declare(server, id, "1.5");
            decide(server, id, "2", 0);
            decide(server, id, "6", 60);
            // Older than what is known: kept, and not current.
            decide(server, id, "3", 30);
            advance(server, id, 10);
            declare(server, id, &format!("{}.00", 10 + at));
            if at % 4 == 3 {
                assert!(seal(server) > 0);
            }
        }
        let draft = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&draft, "AUA", "DEA", 1)).ok();
        let mut deletion = store(&draft, "AUA", "DEA", 1);
        deletion["decl"]["entityState"] = json!(3);
        server.call_as("AUA", "StoreDeclaration", deletion).ok();
        server.call_as("AU", "StoreResponse", respond(&ids[0], "AUA", "DEA", "2", 1)).ok();

        let verdict = verify(server);
        assert_eq!(verdict.fault, None);
        assert!(verdict.seals >= 3 && verdict.rows > 80 && verdict.sealed_at.is_some(), "{verdict:?}");
        seal(server);
        assert_eq!(seal(server), 0, "nothing changed since");
        assert_eq!(verify(server).fault, None);
    }

    fn it_is_found_whole_while_it_grows(server) {
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            let id = fresh_id("AU");
            declare(server, &id, "1.00");
            let stop = &stop;
            scope.spawn(move || {
                let mut no = 2;
                while !stop.load(Ordering::Relaxed) {
                    declare(server, &id, &format!("{no}.00"));
                    declare(server, &fresh_id("AU"), "1.00");
                    no += 1;
                }
            });
            let found: Vec<Option<String>> = (0..8).map(|_| {
                seal(server);
                verify(server).fault
            }).collect();
            stop.store(true, Ordering::Relaxed);
            assert!(found.iter().all(Option::is_none), "{found:?}");
        });
    }

    fn the_history_says_who_did_what(server) {
        let id = fresh_id("AU");
        let mut first = store(&id, "AUA", "DEA", 2);
        first["officeCd"] = json!("AUSYDA");
        server.call_as("AUA", "StoreDeclaration", first).ok();
        decide(server, &id, "2", 0);
        let at_origin = history(server, "AUA", &id);
        let events: Vec<&str> = at_origin.iter().map(|row| row.event.as_str()).collect();
        assert_eq!(events, ["declaration.final", "response.received"]);
        let row = &at_origin[0];
        let who = (row.actor_org.as_str(), row.user_cd.as_deref(), row.office_cd.as_deref());
        assert_eq!(who, ("AUA", Some("tester"), Some("AUSYDA")));
        let at_destination = history(server, "DEA", &id);
        let who: Vec<&str> = at_destination.iter().map(|row| row.actor_org.as_str()).collect();
        assert_eq!(who, ["AUA", "DE"], "what came from elsewhere is recorded with its sender");
        assert!(at_origin.iter().chain(&at_destination).all(|row| !row.detail.contains("Harbour")), "no personal data");
    }
}

/// The program in docs/seals.md.
fn documented_check() -> &'static str {
    let document = include_str!("../../docs/seals.md");
    document.split("```python\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a program")
}

on_both_engines! {
    fn a_sealed_item_is_proven_to_somebody_without_the_database(server) {
        // Alone, in pairs, and with one left over on some level.
        for items in [1, 2, 3, 6, 7] {
            let ids: Vec<String> = (0..items).map(|_| fresh_id("AU")).collect();
            ids.iter().for_each(|id| declare(server, id, "1.00"));
            seal(server);
            chain(server);
            for id in &ids {
                let proof = admin(&server.database_url, &["history", "proof", "AUA", id]);
                assert!(proof.contains("chained\tseal "), "{proof}");
                let Some((fits, told)) = python_program(documented_check(), "AUA", &proof) else { return };
                assert!(fits && told == "sealed\n", "{told} {proof}");
                let row = proof.lines().find(|line| line.starts_with("hash\t")).expect("the hash of the row");
                let other = proof.replace(row, &format!("hash\t{}", "0".repeat(64)));
                for wrong in [other, proof.replace("through\t", "through\t1")] {
                    let (fits, _) = python_program(documented_check(), "AUA", &wrong).expect("Python is there");
                    assert!(!fits, "{wrong}");
                }
                let (fits, _) = python_program(documented_check(), "DEA", &proof).expect("Python is there");
                assert!(!fits, "the seal is of one post");
            }
        }
        let fresh = fresh_id("AU");
        declare(server, &fresh, "1.00");
        assert!(refused(&server.database_url, &["history", "proof", "AUA", &fresh]).contains("not sealed yet"));
        assert!(refused(&server.database_url, &["history", "proof", "FRA", &fresh]).contains("no such item"));
    }
}

/// What is left of an item whose texts were erased, at a post.
fn dialogue(server: &Server, org: &str, id: &str) -> Value {
    let answer = server
        .call_as(org, "GetReferralAndReferralResponse", json!({ "postalOrgCd": org, "flow": "I", "id": id }))
        .ok();
    answer.json()["GetReferralAndReferralResponseResult"][0].clone()
}

on_both_engines! {
    fn texts_may_be_erased_and_what_counts_goes_on_counting(server) {
        let id = fresh_id("AU");
        declare(server, &id, "38.50");
        declare(server, &id, "40.00");
        server.load("DE", json!({ "id": id }));
        decide(server, &id, "2", 0);
        refer(server, &id);
        let lifted = json!({ "ReferralCd": "ASC", "ReferralId": "Q2", "Lifts": "S1", "Remarks": "May go on" });
        for referral in [json!({ "ReferralCd": "DNL", "ReferralId": "S1", "Remarks": "Stop" }), lifted] {
            let body = json!({ "id": id, "postOrgCd": "DEA", "partnerPostOrgCd": "AUA", "referral": referral });
            server.call_as("DEA", "CreateReferral", body).ok();
        }
        let lights = || ["AUA", "DEA"].map(|org| server.call_as(org, "CheckItemStatus",
            json!({ "Items": [{ "ItemId": id }] })).ok().json());
        let before = lights();
        let mut raw = Raw::open(&server.database_url);
        for table in ["declaration", "response", "document_version", "referral", "referral_response"] {
            raw.run(&format!("UPDATE {table} SET body = NULL"));
        }
        drop(raw);
        assert_eq!(verify(server).fault, None);
        assert_eq!(lights(), before);
        // What is written afterwards goes by columns: the stop stays lifted, and the answers answered.
        advance(server, &id, 10);
        declare(server, &id, "40.00");
        let dialogue = dialogue(server, "DEA", &id);
        let told = dialogue["Referrals"].as_array().expect("referrals").clone();
        let asked = told.iter().find(|row| row["ReferralId"] == "Q1").expect("it was asked");
        assert_eq!((&asked["ReferralCd"], &asked["ReferralId"]), (&json!("RFI"), &json!("Q1")), "{dialogue}");
        assert_eq!((&asked["ResponsePending"], &asked["Remarks"]), (&json!(false), &Value::Null), "{dialogue}");
        let view = server.load("DEA", json!({ "id": id }))[0].clone();
        assert_eq!(view["Response"]["Data"], Value::Null);
        assert_eq!((&view["Response"]["CDSStateCd"], &view["MailObject"]["Id"]), (&json!(55), &json!(id)));
        assert_eq!(lights()[1]["CheckItemStatusResult"][0]["SecurityState"], before[1]["CheckItemStatusResult"][0]["SecurityState"]);
        // Said again, the text is there again.
        let own = server.load("AUA", json!({ "id": id }))[0].clone();
        assert_eq!(own["Declaration"]["Data"]["ContentPieces"][0]["Amount"], json!(40.0));
        assert_eq!(verify(server).fault, None);
    }
}

const VERIFY: &[&str] = &["admin", "history", "verify"];

/// Germany asks about the item, Australia answers.
fn refer(server: &Server, id: &str) {
    let question = json!({
        "id": id, "postOrgCd": "DEA", "partnerPostOrgCd": "AUA",
        "referral": { "ReferralCd": "RFI", "ReferralId": "Q1", "Remarks": "What is it made of?" },
    });
    server.call_as("DEA", "CreateReferral", question).ok();
    let answer = json!({
        "id": id, "postOrgCd": "AUA", "partnerPostOrgCd": "DEA",
        "referralResponse": { "ReferralResponseCd": "R12", "ReferralId": "Q1", "Remarks": "Of wood" },
    });
    server.call_as("AUA", "CreateReferralResp", answer).ok();
}

/// A database with a history of several versions and seals, to be tampered with.
struct Scene {
    url: String,
    _folder: Option<tempfile::TempDir>,
    /// Four history rows, two declarations, two responses; sealed three times.
    sealed: String,
    /// Two history rows after the last seal.
    fresh: String,
    /// A referral with its answer; alone in the last seal.
    referred: String,
    /// The history of `sealed` at AUA.
    rows: Vec<HistoryRow>,
}

impl Scene {
    fn build(engine: Engine) -> Self {
        let (url, folder) = crate::harness::server::filled_database(engine);
        let server = Server::on(&url, &[("seal-seconds", "86400")]);
        let (sealed, fresh, referred) = (fresh_id("AU"), fresh_id("AU"), fresh_id("AU"));
        declare(&server, &sealed, "38.50");
        declare(&server, &sealed, "40.00");
        seal(&server);
        decide(&server, &sealed, "2", 0);
        decide(&server, &sealed, "6", 60);
        seal(&server);
        declare(&server, &referred, "1.00");
        refer(&server, &referred);
        seal(&server);
        chain(&server);
        declare(&server, &fresh, "1.00");
        declare(&server, &fresh, "2.00");
        server.settle();
        let rows = history(&server, "AUA", &sealed);
        // Three at each of the two posts, those of the demo's items at the others, and two over all.
        assert_eq!((rows.len(), verify(&server).seals), (4, 10));
        server.stop();
        Self { url, _folder: folder, sealed, fresh, referred, rows }
    }

    /// A copy of the database, with the folder that holds it.
    fn copy(&self) -> (String, Option<tempfile::TempDir>) {
        if !self.url.starts_with("sqlite:") {
            return (postgres::copy_of(&self.url), None);
        }
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("copy.db");
        Raw::open(&self.url).run(&format!("VACUUM INTO '{}'", file.display()));
        (format!("sqlite:{}", file.display()), Some(folder))
    }

    /// Runs `tampering` on a copy: the check must end with 1 and say `told`. `$S`, `$F` and `$R` stand for the conditions
    /// that mean rows of the sealed, the fresh and the referred item, `$s`, `$f` and `$r` for their ids.
    fn found_out(&self, tampering: &str, told: &[&str]) {
        self.found_out_expecting(None, tampering, told);
    }

    /// The same, with a seal noted before.
    fn found_out_expecting(&self, seal: Option<&str>, tampering: &str, told: &[&str]) {
        let (url, _folder) = self.copy();
        let pid_of = |id: &str| format!("(SELECT pid FROM mail_object WHERE post_org = 'AUA' AND item_id = '{id}')");
        let rows_of = |id: &str| format!("post_org = 'AUA' AND object_pid = {}", pid_of(id));
        let fill = |text: &str| {
            let text = text.replace("$S", &rows_of(&self.sealed)).replace("$F", &rows_of(&self.fresh));
            let text = text.replace("$R", &rows_of(&self.referred)).replace("$r", &self.referred);
            text.replace("$s", &self.sealed).replace("$f", &self.fresh)
        };
        let mut raw = Raw::open(&url);
        raw.without_foreign_keys();
        raw.run(&fill(tampering));
        drop(raw);
        let expect = seal.map(|seal| ["--expect", seal]);
        let err = run(&[VERIFY, expect.as_ref().map_or(&[][..], |two| &two[..]), &["--database-url", &url]].concat())
            .fails(1);
        for part in told {
            let part = fill(part);
            assert!(err.contains(&part), "`{part}` is not told after `{tampering}`, but: {err}");
        }
    }
}

/// Bytes as the engine writes them in SQL.
fn bytes(url: &str, bytes: &[u8]) -> String {
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    if url.starts_with("sqlite:") { format!("X'{hex}'") } else { format!("'\\x{hex}'::bytea") }
}

fn altered_rows(scene: &Scene) {
    for change in ["user_cd = 'somebody'", "detail = '{\"x\":1}'", "doc_version = 7", "event = 'object.moved'"] {
        let sql = format!("UPDATE item_history SET {change} WHERE $S AND seq = 2");
        scene.found_out(&sql, &["history row 2 of item", "of AUA ($s)", "altered"]);
        let sql = format!("UPDATE item_history SET {change} WHERE $F AND seq = 2");
        scene.found_out(&sql, &["history row 2 of item", "of AUA ($f)", "altered"]);
    }
    scene.found_out(
        "UPDATE item_history SET hash = (SELECT hash FROM item_history WHERE $S AND seq = 1) WHERE $S AND seq = 4",
        &["history row 4 of item", "($s)", "altered"],
    );
}

fn removed_and_inserted_rows(scene: &Scene) {
    scene.found_out("DELETE FROM item_history WHERE $S AND seq = 3", &["history row 3 of item", "($s)", "removed"]);
    scene.found_out("DELETE FROM item_history WHERE $S AND seq = 4", &["history row 4 of item", "($s)", "removed"]);
    scene.found_out("DELETE FROM item_history WHERE $F AND seq = 1", &["history row 1 of item", "($f)", "removed"]);
    scene.found_out("DELETE FROM item_history WHERE $F AND seq = 2", &["history row 2 of item", "($f)", "removed"]);
    scene.found_out("DELETE FROM item_history WHERE $F", &["history row 1 of item", "($f)", "removed"]);
    let copied = |from: i32, to: i32, of: &str| {
        format!(
            "INSERT INTO item_history SELECT post_org, object_pid, {to}, at, actor_org, user_cd, office_cd, event,
             detail, doc_kind, doc_version, doc_digest, hash FROM item_history WHERE {of} AND seq = {from}"
        )
    };
    scene.found_out(&copied(2, 3, "$F"), &["history row 3 of item", "($f)", "inserted"]);
    let make_room = "UPDATE item_history SET seq = seq + 100 WHERE $S AND seq > 2;
        UPDATE item_history SET seq = seq - 99 WHERE $S AND seq > 100;";
    scene.found_out(&format!("{make_room} {}", copied(2, 3, "$S")), &["history row 3 of item", "($s)"]);
    // The end of a sealed chain cut off, and the item's head set back to fit.
    scene.found_out(
        "UPDATE mail_object SET head_seq = 3, head_hash = (SELECT hash FROM item_history WHERE $S AND seq = 3)
         WHERE post_org = 'AUA' AND item_id = '$s'; DELETE FROM item_history WHERE $S AND seq = 4",
        &["history row 4 of item", "($s)", "removed"],
    );
    scene.found_out(
        "UPDATE mail_object SET head_hash = (SELECT hash FROM item_history WHERE $F AND seq = 1)
         WHERE post_org = 'AUA' AND item_id = '$f'",
        &["history row 2 of item", "($f)", "head altered"],
    );
}

/// A row added behind the seal with everything right but the seal itself.
fn forged_row(scene: &Scene) {
    let last = scene.rows.last().expect("rows");
    let forged = HistoryRow {
        seq: 5,
        event: "forged".into(),
        doc_kind: None,
        doc_version: None,
        doc_digest: None,
        ..last.clone()
    };
    let hash = bytes(&scene.url, &forged.hash_after(&last.hash));
    let sql = format!(
        "INSERT INTO item_history SELECT post_org, object_pid, 5, at, actor_org, user_cd, office_cd, 'forged', detail,
         NULL, NULL, NULL, {hash} FROM item_history WHERE $S AND seq = 4;
         UPDATE mail_object SET head_seq = 5, head_hash = {hash} WHERE post_org = 'AUA' AND item_id = '$s'"
    );
    scene.found_out(&sql, &["history row 5 of item", "($s)", "inserted behind a seal"]);
}

fn documents(scene: &Scene) {
    // Another text as earlier versions stored it.
    let golden = r#"SET body = '{"GrossWeight":1.5}'"#;
    scene.found_out(
        &format!("UPDATE declaration {golden} WHERE $S"),
        &["version 2 of kind D of item", "($s)", "altered"],
    );
    scene.found_out(
        &format!("UPDATE declaration {golden} WHERE $F"),
        &["version 2 of kind D of item", "($f)", "altered"],
    );
    scene.found_out(
        &format!("UPDATE document_version {golden} WHERE $S AND kind = 'D'"),
        &["version 1 of kind D of item", "($s)", "altered"],
    );
    scene.found_out("DELETE FROM declaration WHERE $S", &["version 2 of kind D of item", "($s)", "removed"]);
    scene.found_out("DELETE FROM response WHERE $S", &["version 2 of kind X of item", "($s)", "removed"]);
    for kind in ["D", "X"] {
        let sql = format!("DELETE FROM document_version WHERE $S AND kind = '{kind}'");
        scene.found_out(&sql, &[&format!("version 1 of kind {kind} of item"), "($s)", "removed"]);
    }
    scene.found_out(
        r#"UPDATE response SET body = '{"DecisionCd":"2"}' WHERE $S"#,
        &["version 2 of kind X of item", "($s)", "altered"],
    );
    scene.found_out(
        "UPDATE declaration SET body = substr(body, 1, 40) WHERE $S",
        &["altered", "a stored text is damaged"],
    );
}

/// What decides without being a text: states, dates, who may see it.
fn standings(scene: &Scene) {
    for change in [
        "fiscal_state = 'CLEARED'",
        "decision_cd = '2'",
        "decided_at = (SELECT created_at FROM mail_object WHERE post_org = 'AUA' AND item_id = '$r')",
        "state_cd = 50",
        "customs_org = 'FR'",
    ] {
        let told = ["the response of the destination's customs of item", "($s)", "altered"];
        scene.found_out(&format!("UPDATE response SET {change} WHERE $S"), &told);
    }
    for change in ["seen = NOT seen", "state_cd = 1", "customs_org = NULL", "quality_findings = '[]'"] {
        let told = ["the declaration of item", "($s)", "altered"];
        scene.found_out(&format!("UPDATE declaration SET {change} WHERE $S"), &told);
    }
    for change in [
        "security_state = 'OK_TO_LOAD'",
        "mail_state = 52",
        "dest_post = 'FRA'",
        "customs_visible = NOT customs_visible",
        "declared_at = NULL",
    ] {
        let sql = format!("UPDATE mail_object SET {change} WHERE post_org = 'AUA' AND item_id = '$r'");
        scene.found_out(&sql, &["the mail object of item", "($r)", "altered"]);
    }
}

fn referrals(scene: &Scene) {
    let referral = "referral Q1 of item";
    for change in ["body = '{\"ReferralCd\":\"RFI\"}'", "due_at = NULL", "code = 'SCN'", "raised_by = 'FRA'"] {
        let told = [referral, "($r)", "altered"];
        scene.found_out(&format!("UPDATE referral SET {change} WHERE $R"), &told);
    }
    for change in ["pending = NOT pending", "lifts = 'Q9'", "stated_version = 'item'", "text_digest = NULL"] {
        scene.found_out(&format!("UPDATE referral SET {change} WHERE $R"), &["referral Q1", "($r)", "altered"]);
    }
    scene.found_out("DELETE FROM referral WHERE $R", &[referral, "($r)", "removed"]);
    let copied = "INSERT INTO referral SELECT post_org, object_pid, 'Q2', code, raised_by, event_at, remind_at, due_at,
        pending, created_at, digest, body, text_digest, stated_version, lifts FROM referral WHERE $R";
    scene.found_out(copied, &["referral Q2 of item", "($r)", "inserted"]);
    let answer = "the answer to referral Q1 of item";
    for change in ["body = '{\"ReferralResponseCd\":\"R01\"}'", "code = 'R19'", "reference = 'Q2'"] {
        scene
            .found_out(&format!("UPDATE referral_response SET {change} WHERE $R"), &["the answer to referral", "($r)"]);
    }
    scene.found_out("DELETE FROM referral_response WHERE $R", &[answer, "($r)", "removed"]);
}

/// The newest seal taken away with all that it sealed: noticed by who noted it.
fn newest_seal(scene: &Scene) {
    let (url, _folder) = scene.copy();
    let out = run(&[VERIFY, &["--database-url", &url]].concat()).ok();
    let noted = out.lines().find_map(|line| line.strip_prefix("last seal: ")).expect("the last seal").to_owned();
    assert!(noted.starts_with("3:") && noted.len() == 66, "{noted}");
    let again = run(&[VERIFY, &["--expect", &noted, "--database-url", &url]].concat()).ok();
    assert!(again.contains("the history is whole"), "{again}");
    let everything = "DELETE FROM seal_head WHERE seal_no = 3; DELETE FROM seal WHERE seal_no = 3;
        DELETE FROM post_seal WHERE seal_no = 3;
        DELETE FROM change WHERE pid IN (SELECT pid FROM mail_object WHERE item_id = '$r');
        DELETE FROM referral WHERE object_pid IN (SELECT pid FROM mail_object WHERE item_id = '$r');
        DELETE FROM referral_response WHERE object_pid IN (SELECT pid FROM mail_object WHERE item_id = '$r');
        DELETE FROM declaration WHERE object_pid IN (SELECT pid FROM mail_object WHERE item_id = '$r');
        DELETE FROM item_history WHERE object_pid IN (SELECT pid FROM mail_object WHERE item_id = '$r');
        DELETE FROM mail_object WHERE item_id = '$r'";
    scene.found_out_expecting(Some(&noted), everything, &["seal 3 was removed"]);
    let other = format!("2:{}", &noted[2..]);
    scene.found_out_expecting(Some(&other), "SELECT 1", &["seal 2 is another one than the one expected"]);
    run(&[VERIFY, &["--expect", "3", "--database-url", &url]].concat()).fails(1);
}

fn whole_items(scene: &Scene) {
    let all_rows = |of: &str, id: &str| {
        format!(
            "DELETE FROM declaration WHERE {of}; DELETE FROM response WHERE {of};
             DELETE FROM document_version WHERE {of}; DELETE FROM item_history WHERE {of};
             DELETE FROM decision WHERE {of};
             DELETE FROM change WHERE post_org = 'AUA' AND pid = (SELECT pid FROM mail_object WHERE post_org = 'AUA'
                 AND item_id = '{id}');
             DELETE FROM mail_object WHERE post_org = 'AUA' AND item_id = '{id}'"
        )
    };
    let removed = format!("item {} of AUA was removed (sealed in seal 1)", scene.rows[0].object_pid.0);
    scene.found_out(&all_rows("$S", "$s"), &[&removed]);
    // Sealed, moved out of the way, and forgotten by the feed.
    let place = "DELETE FROM change WHERE post_org = 'AUA' AND pid = (SELECT pid FROM mail_object WHERE post_org = 'AUA' AND item_id = '$f')";
    scene.found_out(place, &["the place of item", "($f)", "was removed"]);
    scene.found_out("DELETE FROM mail_object WHERE post_org = 'AUA' AND item_id = '$f'", &["of AUA was removed"]);
}

fn seals(scene: &Scene) {
    let other =
        |column: &str| format!("{column} = (SELECT {column} FROM post_seal WHERE post_org = 'AUA' AND seal_no = 1)");
    let (hash, root, leaves, at) = (other("hash"), other("root"), other("leaves"), other("sealed_at"));
    for change in ["items = 7", "through_no = 1", &hash, &root, &leaves, &at] {
        let sql = format!("UPDATE post_seal SET {change} WHERE post_org = 'AUA' AND seal_no = 2");
        scene.found_out(&sql, &["seal 2 of AUA was altered"]);
    }
    for no in [1, 2, 3] {
        let sql = format!("DELETE FROM post_seal WHERE post_org = 'AUA' AND seal_no = {no}");
        scene.found_out(&sql, &[&format!("seal {no} of AUA was removed")]);
    }
    scene.found_out("DELETE FROM post_seal WHERE post_org = 'DEA'", &["seal 1 of DEA was removed (chained in seal 1)"]);
    for change in ["entries = 77", "through_change_no = 1", "hash = (SELECT hash FROM seal WHERE seal_no = 1)"] {
        let sql = format!("UPDATE seal SET {change} WHERE seal_no = 3");
        scene.found_out(&sql, &["seal 3 or one of its entries was altered"]);
    }
    scene.found_out(
        "UPDATE seal SET sealed_at = (SELECT sealed_at FROM seal WHERE seal_no = 1) WHERE seal_no = 3",
        &["seal 3 or one of its entries was altered"],
    );
    let chained = "WHERE seal_no = 3 AND post_org = 'AUA'";
    let told = ["seal 3 or one of its entries was altered"];
    scene.found_out(&format!("UPDATE seal_head SET post_seal_no = 1 {chained}"), &told);
    scene.found_out(&format!("DELETE FROM seal_head {chained}"), &told);
    scene.found_out(
        "DELETE FROM seal_head WHERE seal_no = 1; DELETE FROM seal WHERE seal_no = 1",
        &["seal 1 was removed"],
    );
    scene.found_out("DELETE FROM seal WHERE seal_no = 3", &["seal 3 was removed"]);
    scene.found_out("DELETE FROM seal", &["seal 1 was removed"]);
}

/// What must not be taken for tampering.
fn innocent(scene: &Scene) {
    let (url, _folder) = scene.copy();
    let out = run(&["admin", "history", "verify", "--database-url", &url]).ok();
    assert!(out.contains("10 seals") && out.contains("the history is whole"), "{out}");
    // Retention erases the texts of old versions.
    Raw::open(&url).run("UPDATE document_version SET body = NULL");
    run(&["admin", "history", "verify", "--database-url", &url]).ok();
    for table in ["declaration", "response", "referral", "referral_response"] {
        Raw::open(&url).run(&format!("UPDATE {table} SET body = NULL"));
    }
    run(&["admin", "history", "verify", "--database-url", &url]).ok();
}

fn tampering(engine: Engine) {
    let scene = Scene::build(engine);
    innocent(&scene);
    altered_rows(&scene);
    removed_and_inserted_rows(&scene);
    forged_row(&scene);
    documents(&scene);
    standings(&scene);
    referrals(&scene);
    whole_items(&scene);
    seals(&scene);
    newest_seal(&scene);
}

on_engines! { whoever_tampers_is_found_out => tampering }
