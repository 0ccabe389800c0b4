//! Finding items by words, by the colour of their light and by where they lie, on the own surface and in the console.

use entrepost::domain::Role;
use serde_json::{Value, json};

use crate::harness::data::{declaration, fresh_id, mail_object, store};
use crate::harness::visitor::Visitor;
use crate::harness::{Engine, Server};
use crate::on_engines;

/// Ids of the items that a query finds, sorted.
fn found(server: &Server, org: &str, query: &str) -> Vec<String> {
    let listed = server.rest(org, "GET", &format!("/v1/declarations?{query}"), None, &[]).ok().json();
    let items = listed["items"].as_array().expect("items").iter();
    let mut ids: Vec<String> = items.map(|item| item["itemId"].as_str().expect("an id").to_owned()).collect();
    ids.sort();
    ids
}

fn refused(server: &Server, query: &str) -> Vec<(String, String)> {
    server.rest("AUA", "GET", &format!("/v1/declarations?{query}"), None, &[]).refused(400).faults()
}

/// An item of AUA to DEA whose declaration says something else.
fn declared(server: &Server, event: i32, change: impl Fn(&mut Value)) -> String {
    let id = fresh_id("AU");
    let mut body = store(&id, "AUA", "DEA", event);
    change(&mut body);
    server.call_as("AUA", "StoreDeclaration", body).ok();
    id
}

fn keep_words(server: &Server) {
    server.settle();
    server.block_on(|services| async move { services.keep_words().await }).expect("keeps");
}

fn words_find_items(engine: Engine) {
    let server = Server::start(engine);
    assert_eq!(refused(&server, "q=anna"), [("unconfigured".to_owned(), "/q".to_owned())]);
    server.add_person("AUA", "clerk", &[Role::Clerk], &[]);
    let names = |recipient: &'static str, city: &'static str| {
        move |body: &mut Value| {
            body["decl"]["Data"]["RecipientName"] = json!(recipient);
            body["decl"]["Data"]["RecipientCity"] = json!(city);
        }
    };
    let one = declared(&server, 2, names("Zoë Quitzmüller-Weiß", "Überlingen"));
    let two = declared(&server, 2, names("Li Quitzow", "北京"));
    let draft = declared(&server, 1, names("Quitzling Draft", "Bonn"));
    let local = declared(&server, 2, |body| body["mailObject"]["LocalId"] = json!("SHOP-77/4711x"));
    keep_words(&server);

    let all = |ids: &[&String]| {
        let mut ids: Vec<String> = ids.iter().map(|id| (*id).clone()).collect();
        ids.sort();
        ids
    };
    for (asked, expected) in [
        ("quitz", all(&[&one, &two, &draft])),
        ("QUITZMULLER", all(&[&one])),
        ("quitzm%C3%BCller", all(&[&one])),
        ("weiss+zoe", all(&[&one])),
        ("uberl+quitz", all(&[&one])),
        ("beij", all(&[])),
        ("jing", all(&[&two])),
        ("li+quitz", all(&[&two])),
        // A word of under three letters is no beginning.
        ("qu", all(&[])),
        ("4711", all(&[&local])),
        (one.as_str(), all(&[&one])),
        (&one[..12], all(&[&one])),
        ("quitz+nobody", all(&[])),
    ] {
        assert_eq!(found(&server, "AUA", &format!("q={asked}")), expected, "{asked}");
    }
    // Customs finds by what it sees, and nobody finds another's.
    assert_eq!(found(&server, "AU", "q=quitz"), all(&[&one, &two]));
    assert_eq!(found(&server, "PTA", "q=quitz"), all(&[]));
    // Pages, and how many there are.
    let first = server.rest("AUA", "GET", "/v1/declarations?q=quitz&limit=2&count=true", None, &[]).ok();
    assert_eq!(first.header("x-total-count"), Some("3"));
    let next = first.json()["nextCursor"].as_str().expect("a cursor").to_owned();
    assert_eq!(found(&server, "AUA", &format!("q=quitz&limit=2&cursor={next}")).len(), 1);
    // What changes is found by what it says now.
    let patch = json!({ "declaration": { "Data": { "RecipientName": "Otto Anders" } } });
    server.rest("AUA", "PATCH", &format!("/v1/declarations/{one}"), Some(&patch), &[("if-match", "*")]).ok();
    keep_words(&server);
    assert_eq!(found(&server, "AUA", "q=quitz"), all(&[&two, &draft]));
    assert_eq!(found(&server, "AUA", "q=anders+uberlingen"), all(&[&one]));
    // A draft that is declared is found by customs.
    let mut body = store(&draft, "AUA", "DEA", 2);
    names("Quitzling Draft", "Bonn")(&mut body);
    server.call_as("AUA", "StoreDeclaration", body).ok();
    keep_words(&server);
    assert_eq!(found(&server, "AU", "q=quitz"), all(&[&two, &draft]));

    // What its declarer calls an item is no matter of customs, which sees the item.
    let named = fresh_id("AU");
    let mut body = json!({ "mailObject": mail_object(&named, "AUA", "DEA"), "declaration": declaration("1.00") });
    body["externalReference"] = json!("SECRETORDER-77");
    server.rest("AUA", "POST", "/v1/declarations", Some(&body), &[]).refused(201);
    keep_words(&server);
    assert_eq!(found(&server, "AUA", "q=secretorder"), all(&[&named]));
    assert_eq!(found(&server, "AU", "q=secretorder"), all(&[]));
    assert_eq!(found(&server, "AU", &format!("q={named}")), all(&[&named]));

    // Nor can it be guessed; a word of it that stands elsewhere as well is found by that.
    assert_eq!(found(&server, "AUA", "externalReference=SECRETORDER-77"), all(&[&named]));
    assert_eq!(found(&server, "AU", "externalReference=SECRETORDER-77"), all(&[]));
    let long = fresh_id("AU");
    let mut body = json!({ "mailObject": mail_object(&long, "AUA", "DEA"), "declaration": declaration("1.00") });
    body["externalReference"] = json!("Kowalski 0197f3a2-11aa-22bb-33cc-44dd55ee66ff");
    body["mailObject"]["LocalId"] = json!("ORD-2026/000123");
    body["declaration"]["Data"]["RecipientName"] = json!("Anna Maria Kowalski");
    body["declaration"]["Data"]["RecipientCity"] = json!("Entenhausen am See");
    server.rest("AUA", "POST", "/v1/declarations", Some(&body), &[]).refused(201);
    keep_words(&server);
    assert_eq!(found(&server, "AU", "q=kowalski"), all(&[&long]));
    assert_eq!(found(&server, "AUA", "q=ord-2026/000123+entenhausen"), all(&[&long]));
    assert_eq!(found(&server, "AUA", "q=44dd55ee66ff"), all(&[&long]));
    // An id as it is printed on a label.
    let printed = format!("{}%20{}%20{}%20{}%20{}", &long[..2], &long[2..5], &long[5..8], &long[8..11], &long[11..]);
    assert_eq!(found(&server, "AUA", &format!("q={printed}")), all(&[&long]));

    for wrong in ["q=--", "q=a+b+c+d+e"] {
        assert_eq!(refused(&server, wrong)[0].1, "/q", "{wrong}");
    }
    assert_eq!(found(&server, "AUA", "q=%27%25_%5C%22ann").len(), found(&server, "AUA", "q=ann").len());
    the_console_finds_them(&server, &two);
}

fn the_console_finds_them(server: &Server, id: &str) {
    let visitor = Visitor::signed_in(server, "AUA", "clerk");
    visitor.get("/console/items?q=quitzow").is(200).says(id).says("1 items");
    visitor.get("/console/items?q=quitzow+nobody").is(200).says("No item fits");
    let leads = visitor.get(&format!("/console/items?q={}", id.to_lowercase())).leads_to().to_owned();
    visitor.get(&leads).is(200).says(id);
    // What is no colour filters nothing, and is not shown as if it did.
    visitor.get("/console/items?light=mauve").is(422).says("href=\"#light\"");
}

fn lights_and_receptacles_find_items(engine: Engine) {
    let server = Server::start(engine);
    let (plain, marked) = (declared(&server, 2, |_| ()), declared(&server, 2, |_| ()));
    let light = |id: &str| {
        server.rest("AUA", "GET", &format!("/v1/items/{id}/light"), None, &[]).ok().json()["light"]
            .as_str()
            .expect("a light")
            .to_owned()
    };
    let lit = |colour: &str| found(&server, "AUA", &format!("light={colour}&limit=1000"));
    assert_eq!(light(&plain), "Amber");
    assert!(lit("Amber").contains(&plain) && !lit("Red").contains(&plain) && !lit("Green").contains(&plain));
    let mark = json!({ "watchdog": { "Operation": 4 } });
    server.rest("AUA", "PUT", &format!("/v1/items/{marked}/watchdog"), Some(&mark), &[]).ok();
    assert_eq!(light(&marked), "Red");
    assert!(lit("Red").contains(&marked) && !lit("Amber").contains(&marked));
    assert_eq!(server.rest("AUA", "GET", "/v1/declarations?light=red", None, &[]).status, 400);

    let receptacle = "AUSYDADEFRAACUN60001001000123";
    let put = json!({ "items": [plain] });
    server.rest("AUA", "PUT", &format!("/v1/containers/{receptacle}/items"), Some(&put), &[]).refused(204);
    assert_eq!(found(&server, "AUA", &format!("receptacle={receptacle}")), std::slice::from_ref(&plain));
    assert_eq!(found(&server, "AUA", &format!("receptacle={}", &receptacle[..20])), [plain]);
    assert_eq!(found(&server, "DEA", &format!("receptacle={receptacle}")), [""; 0]);
    assert_eq!(found(&server, "AUA", "receptacle=AUSYDADEFRAACUN60009"), [""; 0]);
}

on_engines! { items_are_found_by_words => words_find_items }
on_engines! { items_are_found_by_light_and_place => lights_and_receptacles_find_items }
