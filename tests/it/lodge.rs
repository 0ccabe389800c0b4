//! Declaring at home, without an account: four steps, the check, the number with its secret, and what its owner does with it.

use entrepost::domain::Role;
use serde_json::{Value, json};

use crate::browser::every_rule;
use crate::console_declare::{Fields, fields, get, send};
use crate::harness::browser::{Browser, ENTER, axe};
use crate::harness::data::fresh_id;
use crate::harness::raw::Raw;
use crate::harness::visitor::{Shown, Visitor};
use crate::harness::{Engine, Server};
use crate::on_engines;

const FORM: &str = "/declare/AUA";

/// What a sender types, step by step.
fn typed() -> [Vec<(&'static str, &'static str)>; 4] {
    [
        vec![("recipient_country", "DE"), ("mail_class", "C"), ("nature", "31"), ("gross_kg", "1.5")],
        vec![
            ("sender_name", "Zoë Beispielabsender"),
            ("sender_address1", "1 Example Street"),
            ("sender_zip", "7000"),
            ("sender_city", "Hobart"),
            ("sender_country", "AU"),
            ("sender_phone", "+61355501020"),
        ],
        vec![
            ("recipient_name", "Köln — 北京"),
            ("recipient_address1", "Probestrasse 5"),
            ("recipient_zip", "60594"),
            ("recipient_city", "Frankfurt"),
            ("recipient_phone", "+49695550102"),
        ],
        vec![
            ("piece_description-1", "Wooden toy train for children"),
            ("piece_quantity-1", "2"),
            ("piece_net_kg-1", "0.8"),
            ("piece_value-1", "38.50"),
            ("piece_currency-1", "EUR"),
            ("piece_hs-1", "950300"),
            ("piece_origin-1", "AU"),
        ],
    ]
}

/// Fills in all steps; gives the page that checks them.
fn to_check(visitor: &Visitor<'_>) -> Shown {
    let mut shown = visitor.get(FORM).is(200);
    for step in typed() {
        shown = send(visitor, FORM, &fields(&shown), &step, "next").is(200);
    }
    shown
}

/// The time that somebody takes who fills it in.
fn time_passes(server: &Server, seconds: u64) {
    let by = std::time::Duration::from_secs(seconds);
    server.block_on(|services| async move { services.clock.advance(by) });
}

/// A form that was begun a while ago, as it is by the time that somebody has filled it in.
fn begun_before(server: &Server, shown: &Shown) -> Fields {
    time_passes(server, 60);
    fields(shown)
}

/// Lodges it; gives number and secret.
fn lodged(server: &Server, visitor: &Visitor<'_>) -> (String, String) {
    lodge(visitor, &begun_before(server, &to_check(visitor)))
}

fn lodge(visitor: &Visitor<'_>, form: &Fields) -> (String, String) {
    let shown = send(visitor, FORM, form, &[("true", "yes")], "lodge").is(200);
    let number = shown.between("<p class=\"huge\">", "</p>").to_owned();
    let secret = shown.between("<code id=\"secret\">", "</code>").to_owned();
    (number, secret)
}

fn kept(server: &Server, number: &str) -> Option<Value> {
    let found =
        server.call_as("AUA", "GetAnonymousDeclaration", json!({ "searchCriteria": { "Id": number } })).ok().json();
    found["GetAnonymousDeclarationResult"].as_array().and_then(|list| list.first().cloned())
}

fn count(server: &Server) -> i64 {
    Raw::open(&server.database_url).number("SELECT count(*) AS n FROM anonymous_declaration")
}

/// The limits of an address are another test's: each test has a server of its own.
fn a_sender_declares_in_four_steps(engine: Engine) {
    let server = Server::start(engine);
    let visitor = Visitor::new(&server);
    let posts = visitor.get("/declare").is(200).says("Which post do you send with?");
    assert!(posts.text.contains("href=\"/declare/AUA\"") && posts.text.contains("href=\"/declare/DEA\""));
    let shown = to_check(&visitor).says("Köln — 北京").says("Wooden toy train for children").says("Germany");
    let shown = shown.says("name=\"true\"");
    let fields = begun_before(&server, &shown);
    send(&visitor, FORM, &fields, &[], "lodge").is(422).says("Say that what you declare is complete and true");
    let done = send(&visitor, FORM, &fields, &[("true", "yes")], "lodge").is(200);
    let number = done.between("<p class=\"huge\">", "</p>").to_owned();
    let stored = kept(&server, &number).expect("it is kept");
    assert_eq!((&stored["DestPostOrgCd"], &stored["MailClassCd"]), (&json!("DEA"), &json!("C")));
    let data = &stored["Data"];
    assert_eq!((&data["SenderName"], &data["RecipientName"]), (&json!("Zoë Beispielabsender"), &json!("Köln — 北京")));
    assert_eq!(data["ContentPieces"][0]["HS"], "950300");
    // Sent twice it is one, under the same number and secret.
    let again = send(&visitor, FORM, &fields, &[("true", "yes")], "lodge").is(200);
    assert_eq!(again.between("<p class=\"huge\">", "</p>"), number);
    assert_eq!(again.between("<code id=\"secret\">", "</code>"), done.between("<code id=\"secret\">", "</code>"));
    // The clerk scans the number, and the form is filled.
    server.add_person("AUA", "clerk", &[Role::Clerk], &["AUSYDA"]);
    let clerk = Visitor::signed_in(&server, "AUA", "clerk");
    let form = clerk.get(&format!("/console/items/new/form?lodged={number}")).is(200);
    assert_eq!(get(&self::fields(&form), "sender_name"), "Zoë Beispielabsender");
}

fn each_step_says_what_is_wrong_with_it(engine: Engine) {
    let server = Server::start(engine);
    let visitor = Visitor::new(&server);
    let first = visitor.get(FORM).is(200);
    let refused = send(&visitor, FORM, &fields(&first), &[("gross_kg", "heavy")], "next").is(422);
    for field in ["recipient_country", "mail_class", "nature", "gross_kg"] {
        assert!(refused.text.contains(&format!("href=\"#{field}\"")), "{field} is not told of");
    }
    // What is not asked of a sender is not missed.
    for field in ["item_id", "posted_on", "postage", "destination"] {
        assert!(!refused.text.contains(&format!("#{field}\"")), "{field} is told of");
    }
    assert_eq!(get(&fields(&refused), "gross_kg"), "heavy");
    let second = send(&visitor, FORM, &fields(&refused), &typed()[0], "next").is(200).says("needed for Germany");
    send(&visitor, FORM, &fields(&second), &[("sender_name", " ")], "next").is(422).says("href=\"#sender_name\"");
    // Back and on again keeps what was typed.
    let second = send(&visitor, FORM, &fields(&second), &typed()[1], "next").is(200);
    let back = send(&visitor, FORM, &fields(&second), &[("recipient_name", "Half a name")], "to-1").is(200);
    assert_eq!((get(&fields(&back), "gross_kg"), get(&fields(&back), "recipient_name")), ("1.5", "Half a name"));
    // Lines are added, dropped and given codes.
    let goods = send(&visitor, FORM, &fields(&back), &[], "to-4").is(200);
    let two = send(&visitor, FORM, &fields(&goods), &[("piece_description-1", "cotton shirts")], "add").is(200);
    assert!(two.text.contains("name=\"piece_description-2\""));
    let proposed = send(&visitor, FORM, &fields(&two), &[], "hs-1").is(200).says("take-1-61");
    assert!(proposed.text.contains("name=\"piece_description-2\""));
    let taken = send(&visitor, FORM, &fields(&two), &[], "take-1-610510").is(200);
    assert_eq!(get(&fields(&taken), "piece_hs-1"), "610510");
    let one = send(&visitor, FORM, &fields(&taken), &[], "drop-2").is(200);
    assert!(!one.text.contains("name=\"piece_description-2\""));
}

fn nothing_is_kept_of_who_gives_up(engine: Engine) {
    let server = Server::start(engine);
    let visitor = Visitor::new(&server);
    let before = count(&server);
    to_check(&visitor);
    server.settle();
    assert_eq!(count(&server), before);
    if let Some(file) = server.database_url.strip_prefix("sqlite:") {
        for file in [file.to_owned(), format!("{file}-wal")] {
            let bytes = std::fs::read(&file).unwrap_or_default();
            let needle = "Beispielabsender".as_bytes();
            assert!(!bytes.windows(needle.len()).any(|window| window == needle), "{file} holds the name");
        }
    }
}

fn what_was_lodged_is_its_senders(engine: Engine) {
    let server = Server::start(engine);
    let visitor = Visitor::new(&server);
    let (number, secret) = lodged(&server, &visitor);
    let mine = format!("{FORM}/mine");
    let opened = |number: &str, secret: &str, button: &str| {
        visitor.post(&mine, &[("number", number), ("secret", secret), ("do", button)])
    };
    let shown = opened(&number, &secret.to_lowercase().replace('-', " "), "show").is(200);
    let shown = shown.says("Zoë Beispielabsender");
    assert!(!opened(&number, "0000-0000-0000", "show").is(422).text.contains("Zoë"));
    // What is nobody's and what is another's look alike.
    let (absent, foreign) = (opened("100000000AU", &secret, "show").is(422), opened(&number, "WRONG", "show").is(422));
    let text = |shown: &Shown| shown.between("<main", "</main>").replace("100000000AU", "").replace(&number, "");
    assert_eq!(text(&absent), text(&foreign));

    let form = visitor.post(&mine, &[("number", &number), ("secret", &secret), ("do", "change")]).is(200);
    assert_eq!(get(&fields(&shown), "number"), number);
    assert_eq!(form.header("cache-control"), Some("no-store"), "it holds the secret");
    let mut form = form;
    for _ in 0..4 {
        form = send(&visitor, FORM, &fields(&form), &[("piece_description-1", "Wooden toy ship for children")], "next")
            .is(200);
    }
    let done = send(&visitor, FORM, &begun_before(&server, &form), &[("true", "yes")], "lodge").is(200);
    assert_eq!(done.between("<p class=\"huge\">", "</p>"), number);
    assert_eq!(
        kept(&server, &number).expect("kept")["Data"]["ContentPieces"][0]["Description"],
        "Wooden toy ship for children"
    );
}

fn a_secret_is_tried_five_times_a_minute(engine: Engine) {
    let server = Server::start(engine);
    let visitor = Visitor::new(&server);
    let (number, secret) = lodged(&server, &visitor);
    let mine = format!("{FORM}/mine");
    for _ in 0..5 {
        visitor.post(&mine, &[("number", &number), ("secret", "WRONG"), ("do", "show")]).is(422);
    }
    visitor.post(&mine, &[("number", &number), ("secret", &secret), ("do", "show")]).is(429);
}

fn what_was_lodged_can_be_erased(engine: Engine) {
    let server = Server::start(engine);
    let visitor = Visitor::new(&server);
    let before = count(&server);
    let form = begun_before(&server, &to_check(&visitor));
    let (number, secret) = lodge(&visitor, &form);
    let mine = format!("{FORM}/mine");
    visitor.post(&mine, &[("number", &number), ("secret", &secret), ("do", "erase")]).is(200).says("It was erased");
    assert_eq!(kept(&server, &number), None);
    visitor.post(&mine, &[("number", &number), ("secret", &secret), ("do", "show")]).is(422);
    // The form that lodged it, sent once more, says so instead of showing a number that is no longer there.
    send(&visitor, FORM, &form, &[("true", "yes")], "lodge").is(422).says("was sent before");
    assert_eq!(count(&server), before);
    let verdict = server.block_on(|services| async move { services.verify_history().await }).expect("looks");
    assert_eq!(verdict.fault, None);
    // What became an item is the post's.
    let (number, secret) = lodged(&server, &visitor);
    let item = fresh_id("AU");
    server
        .call_as(
            "AUA",
            "ConvertAnonymousToCDSDeclaration",
            json!({ "anonymousDeclarationId": number, "internationalItemId": item }),
        )
        .ok();
    let shown = visitor.post(&mine, &[("number", &number), ("secret", &secret), ("do", "erase")]).is(200);
    assert!(shown.says("The post has taken it over").text.contains(&number));
}

fn prohibited_goods_are_stopped_and_restricted_ones_confirmed(engine: Engine) {
    let server = Server::start(engine);
    let visitor = Visitor::new(&server);
    let shown = to_check(&visitor);
    let goods = send(&visitor, FORM, &fields(&shown), &[], "to-4").is(200);
    let line = [("piece_description-1", "Cigarettes"), ("piece_hs-1", "240220")];
    let check = send(&visitor, FORM, &fields(&goods), &line, "next").is(200);
    let is_prohibited = check.text.contains("does not let such goods in");
    let is_restricted = check.text.contains("name=\"restricted\"");
    assert!(is_prohibited || is_restricted, "{}", check.text);
    let before = count(&server);
    let tried = send(&visitor, FORM, &begun_before(&server, &check), &[("true", "yes")], "lodge");
    assert_ne!(tried.status, 303);
    assert!(!tried.text.contains("id=\"secret\""), "it was lodged");
    assert_eq!(count(&server), before);
}

fn programs_that_fill_in_everything_are_stopped(engine: Engine) {
    let server = Server::start(engine);
    let visitor = Visitor::new(&server);
    let shown = to_check(&visitor);
    // In no time.
    send(&visitor, FORM, &fields(&shown), &[("true", "yes")], "lodge").is(422).says("Nothing was sent");
    time_passes(&server, 60);
    // With a beginning of its own: the time, the key and the signature of another form.
    let begun = get(&fields(&shown), "begun").to_owned();
    let other = get(&fields(&visitor.get(FORM)), "begun").to_owned();
    let parts: Vec<&str> = begun.split('.').collect();
    let earlier = format!("{}.{}.{}", parts[0], parts[1].parse::<i64>().expect("seconds") - 60, parts[2]);
    let another = format!("{}.{}.{}", other.split('.').next().unwrap_or_default(), parts[1], parts[2]);
    for wrong in ["", "x", "..", &earlier, &another] {
        let form: Fields = fields(&shown)
            .into_iter()
            .map(|(name, value)| if name == "begun" { (name, wrong.to_owned()) } else { (name, value) })
            .collect();
        send(&visitor, FORM, &form, &[("true", "yes")], "lodge").is(422).says("Nothing was sent");
    }
    // Where people see no field.
    let trapped = [("true", "yes"), ("website", "https://example.com/")];
    send(&visitor, FORM, &begun_before(&server, &shown), &trapped, "lodge").is(422).says("Nothing was sent");
    // From a page of somebody else.
    visitor.send("POST", FORM, Some(&[("do", "lodge")]), &[("origin", "https://elsewhere.example")]).is(403);
    visitor.get("/declare/XYZ").is(404);
    visitor.get("/declare/DE").is(404);
}

fn a_beginning_is_of_one_post_and_of_half_a_day(engine: Engine) {
    let server = Server::start(engine);
    let visitor = Visitor::new(&server);
    let form = begun_before(&server, &to_check(&visitor));
    let before = count(&server);
    let elsewhere = send(&visitor, "/declare/PTA", &form, &[("true", "yes")], "lodge").is(422);
    assert!(elsewhere.text.contains("Nothing was sent"), "{}", elsewhere.text);
    // Half a day later it is begun anew, with everything that was typed.
    time_passes(&server, 12 * 3_600);
    let anew = send(&visitor, FORM, &form, &[("true", "yes")], "lodge").is(422).says("Nothing was sent");
    assert_eq!(count(&server), before);
    assert_ne!(get(&fields(&anew), "begun"), get(&form, "begun"));
    lodge(&visitor, &begun_before(&server, &anew));
    assert_eq!(count(&server), before + 1);
    // Who has lodged too much keeps the form.
    let mut last = None;
    for _ in 0..12 {
        let form = begun_before(&server, &to_check(&visitor));
        let shown = send(&visitor, FORM, &form, &[("true", "yes")], "lodge");
        if shown.status == 429 {
            last = Some(shown.says("Köln — 北京").says("Too many attempts"));
            break;
        }
    }
    assert!(last.is_some_and(|shown| shown.header("retry-after").is_some()), "an address may lodge ten an hour");
}

/// What nobody was asked, codes that are in no list and texts that go on and on are not believed.
fn only_what_was_asked_is_taken(engine: Engine) {
    let server = Server::start(engine);
    let visitor = Visitor::new(&server);
    let form = begun_before(&server, &to_check(&visitor));
    let long = "x".repeat(201);
    for (name, text, field) in [
        ("nature", "77", "nature"),
        ("mail_class", "Q", "mail_class"),
        ("sender_country", "QQ", "sender_country"),
        ("piece_currency-1", "QQQ", "piece_currency-1"),
        ("recipient_name", long.as_str(), "recipient_name"),
        ("piece_description-1", long.as_str(), "piece_description-1"),
    ] {
        let shown = send(&visitor, FORM, &form, &[(name, text), ("true", "yes")], "lodge").is(422);
        assert!(shown.text.contains(&format!("href=\"#{field}\"")), "{name}: {}", shown.text);
    }
    let more = [
        ("extra:EP.Version", "7"),
        ("extra:Colour", "red"),
        ("item_id", "EE123456785AU"),
        ("comments", "unasked"),
        ("doc1_id", "I-1"),
        ("true", "yes"),
    ];
    let shown = send(&visitor, FORM, &form, &more, "lodge").is(200);
    let number = shown.between("<p class=\"huge\">", "</p>").to_owned();
    let data = kept(&server, &number).expect("it is kept")["Data"].clone();
    assert!(!data.to_string().contains("unasked") && !data.to_string().contains("Colour"), "{data}");
    assert_eq!((&data["ExtraFieldNames"], &data["Documents"]), (&json!([]), &json!([])), "{data}");
    // More lines than a form has are not looked at.
    let lines: Vec<(String, String)> =
        (1..=40).map(|line| (format!("piece_description-{line}"), "cotton shirts".to_owned())).collect();
    let lines: Vec<(&str, &str)> = lines.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let shown = send(&visitor, FORM, &form, &[lines, vec![("lines", "40")]].concat(), "add").is(200);
    assert!(shown.text.contains("name=\"piece_description-20\"") && !shown.text.contains("piece_description-21"));
}

fn a_customs_form_of_what_was_lodged_is_for_its_sender(engine: Engine) {
    let server = Server::start(engine);
    let visitor = Visitor::new(&server);
    let (number, secret) = lodged(&server, &visitor);
    let mine = format!("{FORM}/mine");
    let asked = |secret: &str| visitor.post(&mine, &[("number", &number), ("secret", secret), ("do", "print")]);
    let printed = asked(&secret).is(200);
    assert_eq!(printed.header("content-type"), Some("application/pdf"));
    assert_eq!(printed.header("content-disposition"), Some(&*format!("attachment; filename=\"{number}.pdf\"")));
    assert_eq!(printed.header("cache-control"), Some("no-store"));
    assert!(printed.text.starts_with("%PDF"), "{}", &printed.text[..20]);
    assert!(!asked("0000-0000-0000").is(422).text.contains("%PDF"));
}

fn forms_of_an_address_are_limited(engine: Engine) {
    let server = Server::start(engine);
    let visitor = Visitor::new(&server);
    for _ in 0..30 {
        visitor.get(FORM).is(200);
    }
    visitor.get(FORM).is(429);
    // Two come free in a second meanwhile.
    let taken = (0..1_000).take_while(|_| visitor.post(FORM, &[("do", "add")]).status == 200).count();
    assert!((120..1_000).contains(&taken), "{taken}");
}

on_engines! { a_parcel_is_declared_at_home => a_sender_declares_in_four_steps }
on_engines! { a_step_tells_what_is_wrong => each_step_says_what_is_wrong_with_it }
on_engines! { giving_up_leaves_nothing => nothing_is_kept_of_who_gives_up }
on_engines! { the_secret_opens_what_was_lodged => what_was_lodged_is_its_senders }
on_engines! { a_secret_is_not_guessed => a_secret_is_tried_five_times_a_minute }
on_engines! { what_was_lodged_is_erased => what_was_lodged_can_be_erased }
on_engines! { rules_of_the_destination_stop_a_form => prohibited_goods_are_stopped_and_restricted_ones_confirmed }
on_engines! { programs_are_kept_out => programs_that_fill_in_everything_are_stopped }
on_engines! { a_beginning_lodges_once => a_beginning_is_of_one_post_and_of_half_a_day }
on_engines! { answers_to_what_was_not_asked_are_dropped => only_what_was_asked_is_taken }
on_engines! { the_form_is_printed_for_its_sender => a_customs_form_of_what_was_lodged_is_for_its_sender }
on_engines! { an_address_begins_so_many_forms => forms_of_an_address_are_limited }

/// Chooses in a list or types into a line.
fn fill_step(browser: &Browser, step: &[(&str, &str)]) {
    for (name, text) in step {
        browser.script(&format!(
            "const field = document.getElementById({name:?}); field.value = {text:?}; if (field.value !== {text:?}) throw field.id"
        ));
    }
}

#[test]
fn a_parcel_is_declared_on_a_telephone() {
    let Some(axe) = axe() else { return };
    let server = Server::start(Engine::Sqlite);
    let browser = Browser::start(true);
    browser.resize(360, 780);
    let mut faults = Vec::new();
    let mut look = |name: &str| {
        faults.extend(browser.violations(&axe, &every_rule()).into_iter().map(|fault| format!("{name}: {fault}")));
        let wide = browser.script("return document.documentElement.scrollWidth > document.documentElement.clientWidth");
        assert_eq!(wide, false, "{name} scrolls sideways");
        browser.picture(&format!("declare-{name}"));
        browser.resize(360, 780);
    };
    browser.go(&format!("{}/declare", server.base));
    browser.arrives_at("Declare a parcel for customs");
    look("posts");
    browser.go(&format!("{}{FORM}", server.base));
    browser.arrives_at("Step 1 of 4: The parcel");
    look("1");
    browser.click("button.main");
    browser.sees("#recipient_country[aria-invalid=true]");
    look("1-wrong");
    let [parcel, you, recipient, goods] = typed();
    fill_step(&browser, &parcel);
    browser.click("button.main");
    browser.arrives_at("Step 2 of 4: You");
    fill_step(&browser, &you);
    look("2");
    browser.click("button.main");
    browser.arrives_at("Step 3 of 4: The recipient");
    fill_step(&browser, &recipient);
    look("3");
    browser.click("button.main");
    browser.arrives_at("Step 4 of 4: Goods");
    // The Back button of the browser leads to the step as it was.
    browser.script("history.back()");
    browser.arrives_at("Step 3 of 4: The recipient");
    browser.sees("#recipient_name");
    browser.script("history.forward()");
    browser.arrives_at("Step 4 of 4: Goods");
    fill_step(&browser, &goods);
    look("4");
    browser.click("button.main");
    browser.arrives_at("Check what you declare");
    look("check");
    browser.click("#true-0");
    browser.click("button.main");
    browser.arrives_at("Your declaration is with the post");
    look("done");
    let number = browser.script("return document.querySelector('.huge').innerText");
    let number = number.as_str().expect("a number").to_owned();
    assert!(kept(&server, &number).is_some());
    let picture = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/pictures/declare-done.png");
    let read = std::process::Command::new("zbarimg").args(["--quiet", "--raw"]).arg(picture).output().expect("zbarimg");
    let read = String::from_utf8_lossy(&read.stdout).into_owned();
    assert!(read.lines().any(|line| line == number), "{read} is not {number}");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_form_can_be_read_in_every_language_light_and_dark() {
    let Some(axe) = axe() else { return };
    let server = Server::start(Engine::Sqlite);
    let browser = Browser::start(true);
    browser.resize(320, 900);
    let mut faults = Vec::new();
    for language in ["fr", "es", "pt", "en"] {
        browser.prefer(if language == "pt" { "dark" } else { "light" });
        let mut look = |name: &str| {
            assert_eq!(browser.script("return document.documentElement.lang"), language, "{name}");
            let found = browser.violations(&axe, &every_rule());
            faults.extend(found.into_iter().map(|fault| format!("{name} in {language}: {fault}")));
            let wide =
                browser.script("return document.documentElement.scrollWidth > document.documentElement.clientWidth");
            assert_eq!(wide, false, "{name} in {language} scrolls sideways");
        };
        browser.go(&format!("{}{FORM}?lang={language}", server.base));
        for (at, step) in typed().iter().enumerate() {
            browser.sees(&format!("input[name=step][value='{at}']"));
            look("a step");
            fill_step(&browser, step);
            browser.click("button.main");
        }
        browser.sees("#true-0");
        look("the check");
        browser.click("button.main");
        browser.sees("#true[aria-invalid=true], #true-0[aria-invalid=true], [role=alert]");
        look("the check, not confirmed");
        time_passes(&server, 60);
        browser.click("#true-0");
        browser.click("button.main");
        browser.sees("#secret");
        look("what was lodged");
        browser.picture(&format!("declare-done-{language}"));
        browser.resize(320, 900);
        browser.go(&format!("{}{FORM}/mine", server.base));
        look("number and secret");
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_parcel_is_declared_without_script() {
    if axe().is_none() {
        return;
    }
    let server = Server::start(Engine::Sqlite);
    let browser = Browser::start(false);
    browser.go(&format!("{}{FORM}?lang=es", server.base));
    browser.arrives_at("Paso 1 de 4: El paquete");
    browser.fill("#gross_kg", "1,5");
    browser.press(ENTER);
    // The language is kept, and so is what was typed.
    browser.sees("#recipient_country[aria-invalid=true]");
    browser.sees("#gross_kg[value='1,5']");
}
