//! Goods that a post offers, looked after in the console.

use entrepost::domain::Role;
use serde_json::Value;

use crate::console_declare::{Fields, fields, get};
use crate::harness::Server;
use crate::harness::data::fresh_id;
use crate::harness::visitor::{Shown, Visitor};
use crate::on_both_engines;

const GOOD: &str = "/console/good";

fn clerk(server: &Server) -> Visitor<'_> {
    server.add_person("AUA", "clerk", &[Role::Clerk], &["AUSYDA"]);
    Visitor::signed_in(server, "AUA", "clerk")
}

/// Sends a form with some fields otherwise.
fn send(visitor: &Visitor<'_>, form: &Fields, other: &[(&str, &str)], button: &str) -> Shown {
    let kept = form.iter().filter(|(name, _)| !other.iter().any(|(known, _)| known == name));
    let kept: Vec<(&str, &str)> = kept.map(|(name, text)| (name.as_str(), text.as_str())).collect();
    visitor.post(GOOD, &[&kept[..], other, &[("do", button)]].concat())
}

/// Numbers of the goods of AUA with this description, with the whole of each.
fn offered(server: &Server, description: &str) -> Vec<(i64, Value)> {
    let listed = server.rest("AUA", "GET", "/v1/goods?withInvalid=true&limit=1000", None, &[]).ok().json();
    let goods = listed["goods"].as_array().expect("goods").iter().filter(|good| good["Description"] == description);
    goods.map(|good| (good["ReferenceId"].as_i64().expect("a number"), good.clone())).collect()
}

on_both_engines! {
    fn goods_are_added_changed_and_ended(server) {
        let visitor = clerk(server);
        let name = format!("Wall clock <b>{}</b>", fresh_id("AU"));
        visitor.get("/console/goods").is(200).says("What the post offers");
        let form = fields(&visitor.get(GOOD).is(200));
        let said = [
            ("description", name.as_str()), ("hs", "9105.29"), ("weight", "0.35"), ("origin", "ch"), ("price", "12.50"),
            ("currency", "eur"), ("buyers", "fra, DEA"), ("from", "2026-11-26"), ("to", "2099-12-31"),
        ];
        assert_eq!(send(&visitor, &form, &said, "save").leads_to(), "/console/goods?done");
        // Sent twice it is one.
        assert_eq!(send(&visitor, &form, &said, "save").leads_to(), "/console/goods?done");
        let found = offered(server, &name);
        let [(number, good)] = &found[..] else { panic!("{found:?}") };
        let details = &good["Details"];
        assert_eq!((&details["HSCode"], details["WeightKg"].as_f64(), &details["OrigCountryCd"]), (&"910529".into(), Some(0.35), &"CH".into()));
        assert_eq!((details["Price"]["Amount"].as_f64(), &details["Price"]["Currency"]), (Some(12.5), &"EUR".into()));
        assert_eq!(details["BuyerOrganizations"], serde_json::json!(["FRA", "DEA"]));
        // Days are those of Sydney, the last one included.
        assert_eq!((&good["ValidFrom"], &good["ValidTo"]), (&"2026-11-25T13:00:00Z".into(), &"2099-12-31T12:59:59Z".into()));
        let shown = visitor.get(&format!("{GOOD}?number={number}")).is(200);
        assert!(!shown.text.contains("<b>"), "hostile texts are texts");
        let kept = fields(&shown);
        for (field, text) in [("description", name.as_str()), ("hs", "910529"), ("from", "2026-11-26"), ("to", "2099-12-31"), ("buyers", "FRA DEA")] {
            assert_eq!(get(&kept, field), text, "{field}");
        }
        // What the form does not show stays.
        let mut whole = good.clone();
        whole["Details"]["Stock"] = 7.into();
        server.rest("AUA", "PUT", &format!("/v1/goods/{number}"), Some(&whole), &[("if-match", "*")]).ok();
        send(&visitor, &kept, &[("weight", "0.4")], "save").is(409).says("Somebody changed these goods meanwhile");
        let kept = fields(&visitor.get(&format!("{GOOD}?number={number}")).is(200));
        visitor.get(&format!("{GOOD}?lang=fr"));
        send(&visitor, &kept, &[("weight", "0,4")], "save").leads_to();
        visitor.get(&format!("{GOOD}?lang=en"));
        let (_, good) = offered(server, &name).remove(0);
        assert_eq!((good["Details"]["WeightKg"].as_f64(), &good["Details"]["Stock"]), (Some(0.4), &7.into()));
        // Ended now.
        let kept = fields(&visitor.get(&format!("{GOOD}?number={number}")).is(200));
        send(&visitor, &kept, &[], "end").leads_to();
        visitor.get(&format!("{GOOD}?number={number}")).is(200);
        assert!(offered(server, &name)[0].1["ValidTo"].as_str().expect("a time") < "2099");
    }

    fn a_form_that_was_stored_keeps_what_is_typed_into_it_afterwards(server) {
        let visitor = clerk(server);
        let (one, two) = (format!("Lamp {}", fresh_id("AU")), format!("Lamp {}", fresh_id("AU")));
        let form = fields(&visitor.get(GOOD).is(200));
        send(&visitor, &form, &[("description", &one)], "save").leads_to();
        // Back, changed, and saved once more.
        let again = send(&visitor, &form, &[("description", &two)], "save").is(409).says("This form was stored before");
        let kept = fields(&again);
        assert_eq!((get(&kept, "description"), offered(server, &two).len()), (two.as_str(), 0));
        send(&visitor, &kept, &[], "save").leads_to();
        assert_eq!((offered(server, &one).len(), offered(server, &two).len()), (1, 1));
        let (number, _) = offered(server, &two).remove(0);
        let old = fields(&visitor.get(&format!("{GOOD}?number={number}")).is(200));
        send(&visitor, &old, &[("weight", "1")], "save").leads_to();
        send(&visitor, &old, &[("weight", "2")], "save").is(409).says("Somebody changed these goods meanwhile");
    }

    fn days_that_are_not_changed_stay_the_times_that_they_are(server) {
        let visitor = clerk(server);
        let name = fresh_id("AU");
        let times = serde_json::json!({ "Description": name, "ValidFrom": "2026-12-01T18:00:00Z", "ValidTo": "2098-12-24T11:00:00Z" });
        server.rest("AUA", "POST", "/v1/goods", Some(&times), &[]).refused(201);
        let saved = |other: &[(&str, &str)], button: &str| {
            let (number, _) = offered(server, &name).remove(0);
            let form = fields(&visitor.get(&format!("{GOOD}?number={number}")).is(200));
            send(&visitor, &form, other, button).leads_to();
            let good = offered(server, &name).remove(0).1;
            (good["ValidFrom"].as_str().expect("a time").to_owned(), good["ValidTo"].as_str().expect("a time").to_owned())
        };
        let (from, to) = ("2026-12-01T18:00:00Z".to_owned(), "2098-12-24T11:00:00Z".to_owned());
        assert_eq!(saved(&[("weight", "1")], "save"), (from, to));
        assert_eq!(saved(&[("to", "2098-12-26")], "save").1, "2098-12-26T12:59:59Z");
        let ended = saved(&[], "end");
        assert_eq!(saved(&[("weight", "2")], "save"), ended, "what was ended is not offered again");
    }

    fn what_is_wrong_with_goods_is_told_at_its_field(server) {
        let visitor = clerk(server);
        let form = fields(&visitor.get(GOOD).is(200));
        send(&visitor, &form, &[], "save").is(422).says("href=\"#description\"");
        for (field, text) in [
            ("weight", "heavy"), ("weight", "-1"), ("weight", "1,5"), ("price", "12.50 EUR"), ("currency", "EURO"), ("hs", "toys"), ("origin", "QQ"),
            ("buyers", "FRA ?"), ("from", "26/11/2026"), ("to", "tomorrow"),
        ] {
            let shown = send(&visitor, &form, &[("description", "Clock"), (field, text)], "save");
            assert_eq!(shown.status, 422, "{field}: {text}");
            assert!(shown.text.contains(&format!("href=\"#{field}\"")), "{field}: {}", shown.text);
            assert_eq!(get(&fields(&shown), field), text, "what was typed is kept");
        }
        let long = "x".repeat(entrepost::limits::TEXT_CHARS + 1);
        send(&visitor, &form, &[("description", &long)], "save").is(422).says("href=\"#description\"");
    }

    fn goods_of_others_are_not_there(server) {
        let made = server.rest("AUA", "POST", "/v1/goods", Some(&serde_json::json!({ "Description": fresh_id("AU") })), &[]).refused(201).json();
        server.add_person("PTA", "clerk", &[Role::Clerk], &[]);
        let stranger = Visitor::signed_in(server, "PTA", "clerk");
        let (foreign, absent) = (format!("{GOOD}?number={}", made["id"].as_str().expect("a number")), format!("{GOOD}?number=999999"));
        let text = |path: &str| stranger.get(path).is(404).between("<main", "</main>").to_owned();
        assert_eq!(text(&foreign), text(&absent));
        stranger.get(&format!("{GOOD}?number=x")).is(404);
        server.add_person("AUA", "reader", &[Role::Reader], &[]);
        Visitor::signed_in(server, "AUA", "reader").get("/console/goods").is(403);
    }
}
