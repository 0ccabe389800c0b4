//! Interchanges made to hurt: both databases judge them alike and before they store anything, and
//! what cannot be stored waits in quarantine.

use entrepost::edi::Action;

use crate::exchange::{TOKEN, admin, control, hand_in, itmatt, set};
use crate::harness::data::fresh_id;
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
    let mut names: Vec<String> = ["\0", "A\0B", "\u{1}", "A\nB", "\u{7f}", "\u{85}", "\u{200B}", "?'x", "A#B", "%s", "../x"]
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
    let places = ["+AUA:58", "+DEA:58", "REF000++", "REF000-1", "MS+AUA", "MR+DEA", "EE000000016AU", "35+AU", "ITMATT:D", "TSR+N"];
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
        Engine::Sqlite => "CREATE TRIGGER refuse BEFORE INSERT ON item_in BEGIN SELECT RAISE(ABORT, 'not this one'); END",
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
