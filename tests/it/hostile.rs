//! Interchanges made to hurt: both databases judge them alike and before they store anything, memory is bounded by the bytes, and
//! what cannot be stored waits in quarantine.

use std::time::Duration;

use entrepost::edi::Action;

use crate::exchange::{TOKEN, admin, control, hand_in, itmatt, set};
use crate::harness::data::fresh_id;
use crate::harness::process::{Process, poll};
use crate::harness::raw::Raw;
use crate::harness::{Engine, Server, postgres};
use crate::on_engines;

/// A server with a partner AUA elsewhere that calls with [`TOKEN`], and sends to DEA here.
fn with_partner(engine: Engine) -> Server {
    let [_, germany] = Server::pair([Engine::Sqlite, engine]);
    set(&germany, "AUA", |partner| {
        partner.token_in = Some(TOKEN.into());
        partner.sign_key = Some(String::new());
        partner.endpoint = Some("http://127.0.0.1:1/".into());
    });
    germany
}

/// Names that some database, index or terminal has trouble with.
fn nasty_names() -> Vec<String> {
    let mut names: Vec<String> =
        ["\0", "A\0B", "\u{1}", "A\nB", "\u{7f}", "\u{85}", "\u{200B}", "?'x", "A#B", "%s", "../x"]
            .map(str::to_owned)
            .into();
    names.extend([36, 3_000, 100_000].map(|length| "N".repeat(length)));
    names.extend(["ä".repeat(35), "\u{FFFD}".into(), "💥".repeat(9_000)]);
    names
}

#[test]
fn both_databases_judge_alike_before_they_store() {
    if !postgres::is_there() {
        return;
    }
    let servers = [Engine::Sqlite, Engine::Postgres].map(with_partner);
    let good = String::from_utf8(itmatt("REF000", &["EE000000016AU"], "Wooden toy train")).expect("text");
    let places = [
        "+AUA:58",
        "+DEA:58",
        "REF000++",
        "REF000-1",
        "MS+AUA",
        "MR+DEA",
        "EE000000016AU",
        "35+AU",
        "ITMATT:D",
        "TSR+N",
    ];
    for place in places {
        for name in nasty_names() {
            let separators = place.len() - place.trim_start_matches(['+', 'M', 'S', 'R', '3', '5', 'T', 'N']).len();
            let text = good.replace(place, &format!("{}{name}{}", &place[..separators.min(3)], ending(place)));
            let answers = servers.each_ref().map(|server| hand_in(server, TOKEN, text.as_bytes()));
            let [sqlite, postgres] = &answers;
            assert_eq!(sqlite.status, postgres.status, "{place} {name:?}: {} | {}", sqlite.text, postgres.text);
            assert!(matches!(sqlite.status, 200 | 400 | 409), "{place} {name:?}: {}", sqlite.text);
            let again = servers.each_ref().map(|server| hand_in(server, TOKEN, text.as_bytes()));
            for (first, again) in answers.iter().zip(&again) {
                assert_eq!((first.status, &first.text), (again.status, &again.text), "{place} {name:?}");
            }
        }
    }
}

/// What stands behind the name in a place.
fn ending(place: &str) -> &'static str {
    match place {
        "+AUA:58" | "+DEA:58" => ":58",
        "REF000++" => "++",
        "ITMATT:D" => ":D",
        _ => "",
    }
}

fn what_cannot_be_stored_waits(engine: Engine) {
    let server = with_partner(engine);
    let mut raw = Raw::open(&server.database_url);
    raw.run(match engine {
        Engine::Sqlite => {
            "CREATE TRIGGER refuse BEFORE INSERT ON item_in BEGIN SELECT RAISE(ABORT, 'not this one'); END"
        }
        Engine::Postgres => {
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'not this one'; END $$;
             CREATE TRIGGER refuse BEFORE INSERT ON item_in FOR EACH ROW EXECUTE FUNCTION refuse()"
        }
    });
    let id = fresh_id("AU");
    let bytes = itmatt("REF00000000009", &[&id], "Wooden toy train for children");
    let refused = hand_in(&server, TOKEN, &bytes).refused(400);
    assert_eq!(control(&refused).action, Action::Rejected);
    assert_eq!(hand_in(&server, TOKEN, &bytes).refused(400).text, refused.text);
    assert!(server.history("DEA", &id).is_empty());
    // What comes behind it is not held up.
    raw.run(if engine == Engine::Sqlite { "DROP TRIGGER refuse" } else { "DROP TRIGGER refuse ON item_in" });
    let next = fresh_id("AU");
    hand_in(&server, TOKEN, &itmatt("REF00000000010", &[&next], "Wooden toy train for children")).ok();
    assert!(admin(&server, &["exchange", "quarantine"]).contains("REF00000000009"));
    assert_eq!(admin(&server, &["exchange", "rerun", "AUA", "REF00000000009"]).trim(), "applied");
    assert_eq!(server.history("DEA", &id).len(), 1);
}

on_engines! { a_fault_of_the_store_puts_the_bytes_into_quarantine => what_cannot_be_stored_waits }

#[test]
fn memory_is_bounded_by_the_bytes() {
    let germany = with_partner(Engine::Sqlite);
    let (url, _folder) = (germany.database_url.clone(), germany.keep_folder());
    germany.stop();
    let envelope = "UNB+UNOC:3+AUA:58+DEA:58+261101:0930+REF";
    let item = |at: usize| format!("CNI+{at}+A'");
    let many_items: String = (1..500_000).map(item).collect();
    let messages: String =
        (1..=7_000).map(|at| format!("UNH+{at}+ITMATT:D'{}", (1..=100).map(item).collect::<String>())).collect();
    let namespace = entrepost::edi::xml::NAMESPACE;
    let floods = [
        format!("{envelope}1'UNH+1+ITMATT:D:00A:UP:PCX100'{many_items}"),
        format!("{envelope}2'{messages}"),
        format!("{envelope}3'{}", "UNH+1+CUSRSP:D'UNT+2+1'".repeat(200_000)),
        format!("{envelope}4'UNH+1+ITMATT:D'CNI+1+A'{}", "GID'".repeat(400_000)),
        format!("{envelope}5'{}", "+:".repeat(3_000_000)),
        format!("<Interchange xmlns=\"{namespace}\">{}</Interchange>", "<Message/>".repeat(400_000)),
        format!("<Interchange xmlns=\"{namespace}\"><Message>{}</Message></Interchange>", "<Item/>".repeat(400_000)),
        format!("{envelope}6'UNH+1+CONTRL:4'UCI+1+A+B+4'{}", "UCM+1+A+4'".repeat(400_000)),
        format!("{envelope}7'UNH+1+ITMATT:D'CNI+1+A'GID'{}", "FTX+AAA+++a'".repeat(500_000)),
        format!("{envelope}8'UNH+1+ITMATT:D'CNI+1+A'FTX+ZZZ++a:b+{}'", "?+".repeat(3_000_000)),
        format!("{envelope}9'UNH+1+ITMATT:D'CNI+1+{}'", "N".repeat(6_000_000)),
    ];
    for (at, flood) in floods.iter().enumerate() {
        // A process of its own for each: what was taken before is not given back.
        let process = Process::serve(&url, &[]);
        assert_eq!(hand_in_at(&process, format!("junk {at}").as_bytes()), 400, "what every first call costs");
        // What a start loads in the background is not the flood's.
        let mut before = process.most_memory();
        let settled = poll(Duration::from_secs(30), || {
            std::thread::sleep(Duration::from_millis(700));
            let now = process.most_memory();
            (std::mem::replace(&mut before, now) == now).then_some(())
        });
        assert!(settled.is_some(), "the start goes on and on");
        let answer = hand_in_at(&process, flood.as_bytes());
        let grown = process.most_memory() - before;
        assert!(matches!(answer, 400 | 409), "flood {at}: {answer}");
        let most = (8 * flood.len()).max(64 << 20);
        assert!(grown <= most, "flood {at}: {} MiB for {} MiB", grown >> 20, flood.len() >> 20);
    }
}

fn hand_in_at(process: &Process, bytes: &[u8]) -> u16 {
    let request = crate::harness::server::agent()
        .post(format!("{}/exchange/inbox", process.base))
        .header("authorization", format!("Bearer {TOKEN}"));
    request.send(bytes).expect("answers").status().as_u16()
}

fn quarantine_has_an_end(engine: Engine) {
    let server = with_partner(engine);
    let mut raw = Raw::open(&server.database_url);
    let junk = |at: usize| format!("junk {at}");
    hand_in(&server, TOKEN, junk(0).as_bytes()).refused(400);
    // As many again, by the engine's own means.
    let columns = "partner, recipient, bytes, digest, items, state, findings, answer, repeats, received_at";
    let numbers = match engine {
        Engine::Sqlite => {
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 999) SELECT i FROM n"
        }
        Engine::Postgres => "SELECT generate_series(1, 999) AS i",
    };
    raw.run(&format!(
        "INSERT INTO interchange_in (sender, reference, {columns})
         SELECT sender, reference || i, {columns} FROM interchange_in, ({numbers}) numbers WHERE state = 1"
    ));
    let full = hand_in(&server, TOKEN, junk(1).as_bytes()).refused(429);
    assert!(full.header("retry-after").is_some() && full.text.contains("quarantine"), "{}", full.text);
    // What came before is still answered, what is well still taken.
    hand_in(&server, TOKEN, junk(0).as_bytes()).refused(400);
    let id = fresh_id("AU");
    hand_in(&server, TOKEN, &itmatt("REF00000000011", &[&id], "Wooden toy train for children")).ok();
    assert_eq!(admin(&server, &["exchange", "discard", "AUA"]).trim(), "1000 interchanges discarded");
    hand_in(&server, TOKEN, junk(1).as_bytes()).refused(400);
    assert_eq!(server.history("DEA", &id).len(), 1, "only what waited is forgotten");
    // By size, too.
    let large = "X".repeat(7 << 20);
    let taken =
        (0..12).take_while(|at| hand_in(&server, TOKEN, format!("{large}{at}").as_bytes()).status == 400).count();
    assert_eq!(taken, 9, "64 MiB");
}

on_engines! { what_a_partner_leaves_in_quarantine_has_an_end => quarantine_has_an_end }

fn items_of_an_hour_have_an_end(engine: Engine) {
    let server = with_partner(engine);
    set(&server, "AUA", |partner| partner.items_per_hour = Some(3));
    let send = |reference: &str, count: usize| {
        let ids: Vec<String> = (0..count).map(|_| fresh_id("AU")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let bytes = itmatt(reference, &ids, "Wooden toy train for children");
        (hand_in(&server, TOKEN, &bytes), bytes)
    };
    send("REF00000000021", 2).0.ok();
    let (refused, bytes) = send("REF00000000022", 2);
    let refused = refused.refused(429);
    let wait: u64 = refused.header("retry-after").expect("Retry-After").parse().expect("seconds");
    assert!((1..=3_600).contains(&wait), "{wait}");
    send("REF00000000023", 1).0.ok();
    server.clock.advance(std::time::Duration::from_secs(wait));
    hand_in(&server, TOKEN, &bytes).ok();
}

on_engines! { what_a_partner_declares_in_an_hour_has_an_end => items_of_an_hour_have_an_end }
