//! Declaring at a browser, over HTTP as a browser speaks it: the form, its lines, what is wrong with it, and what it becomes.

use entrepost::domain::Role;
use serde_json::{Value, json};

use crate::harness::Server;
use crate::harness::data::{declaration, fresh_id, mail_object, s10, store};
use crate::harness::raw::Raw;
use crate::harness::visitor::{PASSWORD, Shown, Visitor};
use crate::on_strict_servers;

const FORM: &str = "/console/items/new/form";

/// Fields of a form by name.
pub type Fields = Vec<(String, String)>;

fn decoded(text: &str) -> String {
    text.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// Every field of the form that a page shows, as a browser would send it, but its buttons.
pub fn fields(shown: &Shown) -> Fields {
    let form =
        shown.text.split("<main").nth(1).and_then(|main| main.split("<form method=\"post\"").nth(1)).expect("a form");
    let form = form.split("</form>").next().expect("its end");
    let mut found = Vec::new();
    let attribute = |tag: &str, name: &str| {
        tag.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split_once('"')).map(|(text, _)| decoded(text))
    };
    for tag in form.split('<') {
        let tag = tag.split('>').next().unwrap_or_default();
        // A box that is not ticked sends nothing.
        let is_off = tag.contains("type=\"checkbox\"") && !tag.ends_with(" checked");
        if tag.starts_with("input") && !is_off {
            let name = attribute(tag, "name").expect("a name");
            found.push((name, attribute(tag, "value").unwrap_or_default()));
        }
    }
    for select in form.split("<select").skip(1) {
        let select = select.split("</select>").next().expect("its end");
        let chosen = select
            .split("<option")
            .find(|option| option.split('>').next().is_some_and(|tag| tag.ends_with(" selected")));
        let value = chosen.and_then(|option| attribute(option, "value")).unwrap_or_default();
        found.push((attribute(select, "name").expect("a name"), value));
    }
    found.retain(|(name, _)| name != "csrf");
    found
}

pub fn get<'f>(fields: &'f Fields, name: &str) -> &'f str {
    fields.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
}

/// Types into fields, and presses a button.
pub fn send(visitor: &Visitor<'_>, path: &str, fields: &Fields, typed: &[(&str, &str)], button: &str) -> Shown {
    let mut all: Fields =
        fields.iter().filter(|(name, _)| !typed.iter().any(|(known, _)| known == name)).cloned().collect();
    all.extend(typed.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())));
    all.push(("do".to_owned(), button.to_owned()));
    let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    visitor.post(path, &all)
}

/// What a clerk types of a good item.
fn good(id: &str) -> Vec<(&'static str, String)> {
    [
        ("item_id", id),
        ("destination", "DE"),
        ("posted_on", "2026-11-01"),
        ("mail_class", "E"),
        ("mail_category", "A"),
        ("nature", "31"),
        ("gross_kg", "1.500"),
        ("handling", "N"),
        ("postage", "14.50"),
        ("postage_currency", "eur"),
        ("sender_name", "Harbour Toys Pty"),
        ("sender_address1", "1 Example Street"),
        ("sender_city", "Sydney"),
        ("sender_zip", "2000"),
        ("sender_country", "AU"),
        ("recipient_name", "Beispielempfang"),
        ("recipient_address1", "Probestrasse 5"),
        ("recipient_city", "Köln — 北京"),
        ("recipient_zip", "60594"),
        ("recipient_country", "DE"),
        ("recipient_phone", "+49695550102"),
        ("piece_description-1", "Wooden toy train for children"),
        ("piece_quantity-1", "2"),
        ("piece_net_kg-1", "0.800"),
        ("piece_value-1", "38.50"),
        ("piece_currency-1", "EUR"),
        ("piece_hs-1", "9503.00"),
        ("piece_origin-1", "AU"),
    ]
    .map(|(name, text)| (name, text.to_owned()))
    .to_vec()
}

fn typed<'t>(good: &'t [(&'static str, String)], instead: &'t [(&'static str, &'t str)]) -> Vec<(&'t str, &'t str)> {
    let kept = good.iter().filter(|(name, _)| !instead.iter().any(|(known, _)| known == name));
    kept.map(|(name, text)| (*name, text.as_str())).chain(instead.iter().copied()).collect()
}

fn clerk(server: &Server) -> Visitor<'_> {
    server.add_person("AUA", "clerk", &[Role::Clerk], &["AUSYDA"]);
    Visitor::signed_in(server, "AUA", "clerk")
}

fn stored(server: &Server, id: &str) -> Option<Value> {
    server.load("AUA", json!({ "id": id, "postalOrgCd": "AUA" })).into_iter().next()
}

on_strict_servers! {
    fn what_is_typed_is_checked_shown_and_declared_once(server) {
        let visitor = clerk(server);
        let id = fresh_id("AU");
        let blank = visitor.get(FORM).is(200).says("· needed");
        let form = fields(&blank);
        assert_eq!(get(&form, "sender_country"), "AU");
        let good = good(&id);
        // Nothing is stored by looking at it.
        let checked = send(&visitor, FORM, &form, &typed(&good, &[]), "check").is(200).says("Check the declaration").says("Köln — 北京");
        assert!(stored(server, &id).is_none());
        let sent = fields(&checked);
        let item = send(&visitor, FORM, &sent, &[], "declare").leads_to().to_owned();
        let shown = visitor.get(&item).is(200).says("Stored.").says(&id).says("Amber");
        assert!(shown.text.contains("NOT_ASSESSED"), "{}", shown.text);
        // The same over the methods: value by value as a program would have sent it.
        let mut twin = declaration("38.50");
        twin["Data"]["RecipientCity"] = json!("Köln — 北京");
        let view = stored(server, &id).expect("stored");
        for member in ["SenderName", "RecipientCity", "GrossWeight", "NatureTypeCd", "Postage", "PostageCurrencyCd"] {
            assert_eq!(view["Declaration"]["Data"][member], twin["Data"][member], "{member}");
        }
        let (piece, like) = (&view["Declaration"]["Data"]["ContentPieces"][0], &twin["Data"]["ContentPieces"][0]);
        for member in ["Description", "Number", "NetWeight", "Amount", "CurrencyCd", "HS", "OrigCountryCd", "Index"] {
            assert_eq!(piece[member], like[member], "{member}");
        }
        assert_eq!(view["MailObject"]["DestPostOrgCd"], "DEA");
        // A double click, Back, and once more: one version, and one entry of the history.
        assert_eq!(send(&visitor, FORM, &sent, &[], "declare").leads_to(), item);
        let pid = view["MailObject"]["PId"].as_str().expect("an id").to_owned();
        let history = server.rest("AUA", "GET", &format!("/v1/declarations/{pid}/history"), None, &[]).ok().json();
        assert_eq!(history["events"].as_array().map(Vec::len), Some(1), "{history}");
        // The same form with other content is another matter, and the same id from another form as well.
        send(&visitor, FORM, &sent, &[("gross_kg", "1.700")], "declare").is(422).says("This form was declared before");
        let another = fields(&visitor.get(FORM));
        send(&visitor, FORM, &another, &typed(&good, &[]), "declare").is(422).says("href=\"#item_id\"").says("a declaration under this item id already");
    }

    fn lines_are_added_and_taken_out_and_keep_their_order(server) {
        let visitor = clerk(server);
        let id = fresh_id("AU");
        let good = good(&id);
        let mut shown = send(&visitor, FORM, &fields(&visitor.get(FORM)), &typed(&good, &[]), "add").is(200);
        for number in 2..=12 {
            let (name, text) = (format!("piece_description-{number}"), format!("Printed novel, volume {number}"));
            let field = shown.text.split(&format!("id=\"{name}\"")).nth(1).and_then(|rest| rest.split('>').next()).expect("a field");
            assert!(field.contains("autofocus"), "the cursor stands in the new line: {field}");
            let more = [
                (name.as_str(), text.as_str()), (&format!("piece_quantity-{number}"), "1"), (&format!("piece_net_kg-{number}"), "0.010"),
                (&format!("piece_value-{number}"), "2.00"), (&format!("piece_hs-{number}"), "490199"), (&format!("piece_origin-{number}"), "AU"),
            ];
            shown = send(&visitor, FORM, &fields(&shown), &more, "add").is(200);
        }
        // The thirteenth is empty, and the third goes.
        let shown = send(&visitor, FORM, &fields(&shown), &[], "drop-3").is(200);
        assert!(!shown.text.contains("volume 3\"") && shown.text.contains("volume 12\""));
        let checked = send(&visitor, FORM, &fields(&shown), &[], "check").is(200).says("Together: 58.50 EUR");
        send(&visitor, FORM, &fields(&checked), &[], "declare").leads_to();
        let view = stored(server, &id).expect("stored");
        let pieces = view["Declaration"]["Data"]["ContentPieces"].as_array().expect("lines").clone();
        let told: Vec<&str> = pieces.iter().filter_map(|piece| piece["Description"].as_str()).collect();
        assert_eq!((told.len(), told[0], told[1], told[10]), (11, "Wooden toy train for children", "Printed novel, volume 2", "Printed novel, volume 12"));
        assert_eq!(pieces[10]["CurrencyCd"], "EUR", "taken over from the line before");
    }

    fn everything_that_is_wrong_is_told_at_its_field(server) {
        let visitor = clerk(server);
        let form = fields(&visitor.get(FORM));
        let shown = send(&visitor, FORM, &form, &[("posted_on", "")], "check").is(422).says("<title>Error: New declaration");
        let summary = shown.between("<div class=\"summary\"", "</div>").to_owned();
        let links: Vec<&str> = summary.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        for key in ["item_id", "destination", "posted_on", "mail_class", "nature", "gross_kg", "postage", "sender_name", "recipient_name", "piece_description-1"] {
            assert!(links.contains(&key), "{key} in {links:?}");
        }
        for link in links {
            assert_eq!(shown.text.matches(&format!("id=\"{link}\"")).count(), 1, "{link} is a field");
            let at_field = shown.between(&format!("id=\"{link}-error\">"), "</p>");
            assert!(summary.contains(at_field), "{link} says the same: {at_field}");
        }
        // In every language, in its own words.
        for (language, word) in [("fr", "un formulaire douanier"), ("es", "un formulario aduanero"), ("pt", "um formulário aduaneiro")] {
            visitor.get(&format!("{FORM}?lang={language}"));
            let shown = send(&visitor, FORM, &form, &[("posted_on", "")], "check").is(422).says(word);
            assert!(!shown.between("<div class=\"summary\"", "</div>").contains("lang=\"en\""), "{}", shown.text);
        }
        visitor.get(&format!("{FORM}?lang=en"));
        let good = good(&fresh_id("AU"));
        for (name, text, field, words) in [
            ("gross_kg", "1,234.5", "gross_kg", "not a number"), ("posted_on", "26/11/2026", "posted_on", "2026-11-26"),
            ("piece_quantity-1", "two", "piece_quantity-1", "not a whole number"), ("sender_country", "Australia", "sender_country", "country"),
            ("destination", "XXX", "destination", ""), ("recipient_country", "QQ", "recipient_country", ""),
            ("piece_value-1", "0", "piece_value-1", "value of 0"), ("piece_currency-1", "EURO", "piece_currency-1", "currency"),
            ("nature", "999", "nature_explained", "explain"), ("piece_net_kg-1", "9", "gross_kg", "exceed"),
        ] {
            let shown = send(&visitor, FORM, &form, &typed(&good, &[(name, text)]), "check");
            if field == "destination" {
                continue;
            }
            let shown = shown.is(422).says(&format!("href=\"#{field}\"")).says(words);
            assert!(shown.text.contains("value=\"Köln — 北京\""), "what was typed is kept");
        }
        // A comma is a decimal sign where people write it so.
        visitor.get(&format!("{FORM}?lang=fr"));
        send(&visitor, FORM, &form, &typed(&good, &[("gross_kg", "1,5")]), "check").is(200);
        send(&visitor, FORM, &form, &typed(&good, &[("gross_kg", "1.234,5")]), "check").is(422).says("séparateur de milliers");
        assert!(stored(server, &good[0].1).is_none());
    }

    fn an_id_with_a_wrong_check_digit_is_asked_about_once(server) {
        let visitor = clerk(server);
        let right = s10("EE", 77_000_001, "AU");
        let wrong = format!("{}{}AU", &right[..10], (right.as_bytes()[10] - b'0' + 1) % 10);
        let good = good(&wrong);
        let shown = send(&visitor, FORM, &fields(&visitor.get(FORM)), &typed(&good, &[]), "check").is(422);
        let shown = shown.says(&format!("should be {}", &right[10..11])).says("href=\"#item_id\"").says("value=\"Köln — 北京\"");
        send(&visitor, FORM, &fields(&shown), &[], "check").is(200).says("item_id_check_digit");
    }

    fn codes_are_proposed_by_the_description_and_taken(server) {
        let visitor = clerk(server);
        let form = fields(&visitor.get(FORM));
        let shown = send(&visitor, FORM, &form, &[("piece_description-1", "wooden toy train")], "hs-1").is(200).says("Take 9503");
        let code = shown.between("value=\"take-1-", "\"").to_owned();
        let shown = send(&visitor, FORM, &fields(&shown), &[], &format!("take-1-{code}")).is(200);
        assert_eq!(get(&fields(&shown), "piece_hs-1"), code);
        send(&visitor, FORM, &form, &[("piece_description-1", "qqqq zzzz")], "hs-1").is(200).says("No code fits");
    }

    fn marks_follow_the_lane_and_restrictions_are_told(server) {
        let visitor = clerk(server);
        let form = fields(&visitor.get(FORM));
        let good = good(&fresh_id("AU"));
        let mark = |shown: &Shown, key: &str| shown.between(&format!("for=\"{key}\""), "</label>").contains("needed");
        let gift = send(&visitor, FORM, &form, &typed(&good, &[]), "add").is(200);
        let sale = send(&visitor, FORM, &form, &typed(&good, &[("nature", "11")]), "add").is(200);
        assert!(!mark(&gift, "piece_hs-1") && mark(&sale, "piece_hs-1") && mark(&sale, "recipient_phone"));
        let outside = send(&visitor, FORM, &form, &typed(&good, &[("nature", "11"), ("destination", "BRA"), ("recipient_country", "BR")]), "add").is(200);
        assert!(!mark(&outside, "recipient_phone"));
        let weapon = [("piece_description-1", "Hand grenade"), ("piece_hs-1", "930690")];
        let shown = send(&visitor, FORM, &form, &typed(&good, &weapon), "check").is(200);
        assert!(shown.text.contains("Rules of the destination") && shown.text.contains("prohibited"), "{}", shown.text);
    }

    fn a_draft_needs_little_and_is_declared_later(server) {
        let visitor = clerk(server);
        let id = fresh_id("AU");
        let form = fields(&visitor.get(FORM));
        let typed = [("item_id", id.as_str()), ("destination", "DEA"), ("sender_name", "Harbour Toys Pty")];
        let item = send(&visitor, FORM, &form, &typed, "draft").leads_to().to_owned();
        let amend = item.replace("?done=stored", "/amend");
        let draft = fields(&visitor.get(&amend).is(200).says("Save as draft"));
        assert_eq!(get(&draft, "sender_name"), "Harbour Toys Pty");
        let good = good(&id);
        let checked = send(&visitor, &amend, &draft, &self::typed(&good, &[]), "check").is(200).says("What changes");
        send(&visitor, &amend, &fields(&checked), &[], "declare").leads_to();
        assert_eq!(stored(server, &id).expect("stored")["Declaration"]["CDSStateCd"], 2);
        // No draft any more.
        let shown = visitor.get(&amend).is(200);
        assert!(!shown.text.contains("Save as draft"));
    }

    fn what_is_like_another_item_or_was_lodged_at_home_is_filled_in(server) {
        let visitor = clerk(server);
        let id = fresh_id("AU");
        let mut body = store(&id, "AUA", "DEA", 2);
        body["mailObject"]["LocalId"] = json!("LOCAL-1");
        body["decl"]["Data"]["Documents"] = json!([{ "DocumentType": "380", "DocumentId": "I-1" }]);
        body["decl"]["Data"]["ExtraFieldNames"] = json!(["Colour"]);
        body["decl"]["Data"]["ExtraFieldValues"] = json!(["red"]);
        server.call_as("AUA", "StoreDeclaration", body).ok();
        visitor.get("/console/items/new").is(200).says("Begin from scratch");
        let copy = fields(&visitor.get(&format!("{FORM}?copy={}", id.to_lowercase())).is(200).says("Taken over from another item"));
        for (key, text) in [("item_id", ""), ("local_id", ""), ("doc1_id", ""), ("sender_name", "Harbour Toys Pty"), ("piece_value-1", "38.5"), ("extra:Colour", "red"), ("destination", "DEA")] {
            assert_eq!(get(&copy, key), text, "{key}");
        }
        let twin = fresh_id("AU");
        send(&visitor, FORM, &copy, &[("item_id", &twin), ("posted_on", "2026-11-01")], "declare").leads_to();
        let (one, other) = (stored(server, &id).expect("one"), stored(server, &twin).expect("other"));
        for member in ["SenderName", "RecipientZIP", "GrossWeight", "ContentPieces"] {
            assert_eq!(one["Declaration"]["Data"][member], other["Declaration"]["Data"][member], "{member}");
        }
        visitor.get(&format!("{FORM}?copy=RR999999999AU")).is(422).says("href=\"#copy\"").says("nothing under this number");
        // Lodged at home: the item takes its place, once.
        let mut lodged = declaration("38.50");
        lodged["MailClassCd"] = json!("E");
        let number = server.call_as("AUA", "CreateOrUpdateAnonymousDeclaration", json!({ "anonymousDeclaration": lodged })).ok().json();
        let number = number["CreateOrUpdateAnonymousDeclarationResult"].as_str().expect("a number").to_owned();
        let form = fields(&visitor.get(&format!("{FORM}?lodged={number}")).is(200).says("Filled in by the sender"));
        assert_eq!((get(&form, "recipient_name"), get(&form, "item_id")), ("Beispielempfang", ""));
        let of_lodged = fresh_id("AU");
        send(&visitor, FORM, &form, &[("item_id", &of_lodged), ("destination", "DE")], "declare").leads_to();
        let named = server.call_as("AUA", "GetFinalDeclarationIdFromAnonymousDeclarationId", json!({ "anonymousDeclId": number })).ok().json();
        assert_eq!(named["GetFinalDeclarationIdFromAnonymousDeclarationIdResult"], *of_lodged);
        visitor.get(&format!("{FORM}?lodged={number}")).is(422).says("href=\"#lodged\"");
        // Nobody else's.
        server.add_person("PTA", "clerk", &[Role::Clerk], &[]);
        let stranger = Visitor::signed_in(server, "PTA", "clerk");
        stranger.get(&format!("{FORM}?copy={id}")).is(422).says("nothing under this number");
    }

    fn two_who_change_one_item_are_shown_what_each_made_of_it(server) {
        let visitor = clerk(server);
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        let pid = stored(server, &id).expect("stored")["MailObject"]["PId"].as_str().expect("an id").to_owned();
        let amend = format!("/console/items/AUA/{pid}/amend");
        let (mine, theirs) = (fields(&visitor.get(&amend).is(200)), fields(&visitor.get(&amend).is(200)));
        let checked = send(&visitor, &amend, &theirs, &[("gross_kg", "1.600")], "check").is(200).says("What changes");
        send(&visitor, &amend, &fields(&checked), &[], "save").leads_to();
        let shown = send(&visitor, &amend, &mine, &[("gross_kg", "1.700"), ("comments", "mine <b>")], "check").is(409);
        for text in [">1.5<", ">1.700<", ">1.600<", "mine &lt;b&gt;", "Take mine"] {
            assert!(shown.text.contains(text), "{text} in {}", shown.text);
        }
        // Mine is not stored unseen either.
        send(&visitor, &amend, &mine, &[("gross_kg", "1.700")], "save").is(409);
        let checked = send(&visitor, &amend, &fields(&shown), &[], "check").is(200);
        send(&visitor, &amend, &fields(&checked), &[], "save").leads_to();
        let view = stored(server, &id).expect("stored");
        assert_eq!(view["Declaration"]["Data"]["GrossWeight"], json!(1.7));
        let history = server.rest("AUA", "GET", &format!("/v1/declarations/{pid}/history"), None, &[]).ok().json();
        let users: Vec<&str> = history["events"].as_array().expect("events").iter().filter_map(|event| event["user"].as_str()).collect();
        assert_eq!(users.iter().filter(|user| **user == "clerk").count(), 2, "{history}");
    }

    fn a_declaration_is_withdrawn_with_its_reason(server) {
        let visitor = clerk(server);
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        let pid = stored(server, &id).expect("stored")["MailObject"]["PId"].as_str().expect("an id").to_owned();
        let withdraw = format!("/console/items/AUA/{pid}/withdraw");
        let form = fields(&visitor.get(&withdraw).is(200));
        send(&visitor, &withdraw, &form, &[], "").is(422).says("href=\"#reason\"");
        let outdated: Fields = vec![("tag".into(), "0.0.00".into())];
        send(&visitor, &withdraw, &outdated, &[("reason", "posted by mistake")], "").is(409);
        let item = send(&visitor, &withdraw, &form, &[("reason", "posted by mistake")], "").leads_to().to_owned();
        visitor.get(&item).is(200).says("Withdrawn.").says("Nothing is declared");
        // What is another's looks like nothing.
        server.add_person("PTA", "clerk", &[Role::Clerk], &[]);
        Visitor::signed_in(server, "PTA", "clerk").get(&withdraw).is(404);
    }

    fn a_form_that_outlives_its_session_is_declared_after_signing_in(server) {
        let visitor = clerk(server);
        let id = fresh_id("AU");
        let good = good(&id);
        let checked = send(&visitor, FORM, &fields(&visitor.get(FORM)), &typed(&good, &[]), "check").is(200);
        let sent = fields(&checked);
        Raw::open(&server.database_url).run("DELETE FROM web_session");
        let shown = send(&visitor, FORM, &sent, &[], "declare").is(401).says("Signed out, nothing is lost");
        let kept = fields(&shown);
        for (name, text) in &sent {
            if name != "who" {
                assert_eq!(get(&kept, &format!("kept.{name}")), text, "{name}");
            }
        }
        let signing_in: Vec<(&str, &str)> =
            kept.iter().filter(|(name, _)| name != "password").map(|(name, text)| (name.as_str(), text.as_str())).collect();
        let signing_in: Vec<(&str, &str)> = signing_in.into_iter().chain([("password", PASSWORD)]).collect();
        visitor.post("/console/login", &signing_in).leads_to();
        assert_eq!(stored(server, &id).expect("stored")["Declaration"]["Data"]["RecipientCity"], "Köln — 北京");
    }

    fn hostile_texts_are_texts_in_every_field(server) {
        let visitor = clerk(server);
        let form = fields(&visitor.get(FORM));
        let hostile = "\"><script>alert(1)</script><img src=x onerror=alert(1)> javascript:alert(1) &amp;";
        let shown = form.iter().filter(|(name, _)| !["who", "lines"].contains(&name.as_str()));
        let typed: Vec<(&str, &str)> = shown.map(|(name, _)| (name.as_str(), hostile)).collect();
        for button in ["check", "add", "hs-1", "draft", "take-1-<script>"] {
            let answer = send(&visitor, FORM, &form, &typed, button);
            assert!([200, 422].contains(&answer.status), "{button}: {}", answer.status);
            assert!(!answer.text.contains("<script>alert") && !answer.text.contains("<img"), "{button}");
            for name in ["item_id", "sender_name", "recipient_email", "piece_description-1", "doc1_id"] {
                assert_eq!(get(&fields(&answer), name), hostile, "{name} after {button}");
            }
        }
    }

    fn who_only_reads_does_not_declare(server) {
        server.add_person("AUA", "reader", &[Role::Reader], &[]);
        server.add_person("DE", "supervisor", &[Role::Supervisor], &[]);
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", json!({ "mailObject": mail_object(&id, "AUA", "DEA"), "decl": declaration("38.50"), "evtCd": 2 })).ok();
        let pid = stored(server, &id).expect("stored")["MailObject"]["PId"].as_str().expect("an id").to_owned();
        for (org, user) in [("AUA", "reader"), ("DE", "supervisor")] {
            let visitor = Visitor::signed_in(server, org, user);
            for path in [FORM.to_owned(), "/console/items/new".to_owned(), format!("/console/items/AUA/{pid}/amend"), format!("/console/items/AUA/{pid}/withdraw")] {
                visitor.get(&path).is(403);
            }
            for button in ["check", "declare", "draft"] {
                visitor.post(FORM, &[("item_id", "EE000000000AU"), ("do", button)]).is(403);
            }
        }
    }
}
