//! The pages in a real browser: by keyboard, with axe, in every language, light and dark, narrow, with script and without.

use entrepost::domain::Role;
use entrepost::http::{Access, PAGES};
use entrepost::service::users::{AccountChanges, Administrator, Expected};
use serde_json::{Value, json};

use crate::harness::browser::{Browser, ENTER, TAB, axe};
use crate::harness::raw::Raw;
use crate::harness::visitor::PASSWORD;
use crate::harness::{Engine, Server};

/// Rules of axe: WCAG 2.2 AA, and what is good practice.
pub fn every_rule() -> Value {
    let tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    json!({ "type": "tag", "values": tags })
}

/// A server with people of every kind; the limits of signing in are another test's.
fn server() -> Server {
    let patient = [("logins-per-account", "1000"), ("logins-per-address", "1000")];
    let server = Server::start_with(Engine::Sqlite, &patient);
    server.add_person("AUA", "admin", &[Role::Admin, Role::Clerk], &["AUSYDA", "DEFRAA"]);
    server.add_person("AUA", "zoe", &[Role::Clerk], &["AUSYDA"]);
    server.add_person("AUA", "reader", &[Role::Reader], &[]);
    server
}

/// Signs in by the keyboard alone.
fn sign_in(browser: &Browser, server: &Server, org: &str, user: &str) {
    browser.go(&format!("{}/console/login", server.base));
    browser.sees("#organization");
    browser.fill("#organization", org);
    browser.press(&format!("{TAB}{user}{TAB}{PASSWORD}{ENTER}"));
}

fn set_language(server: &Server, user: &str, language: &str) {
    Raw::open(&server.database_url)
        .run(&format!("UPDATE user_account SET language = '{language}' WHERE user_cd = '{user}'"));
}

#[test]
fn everybody_can_use_every_page() {
    let Some(axe) = axe() else { return };
    let server = server();
    let browser = Browser::start(true);
    let mut faults = Vec::new();
    let mut look = |name: &str, path: &str| {
        browser.go(&format!("{}{path}", server.base));
        faults.extend(browser.violations(&axe, &every_rule()).into_iter().map(|fault| format!("{name}: {fault}")));
    };
    look("start", "/");
    look("login", "/console/login");
    look("reset", "/console/reset?link=none");
    browser.picture("login");
    browser.resize(1_280, 900);
    sign_in(&browser, &server, "AUA", "admin");
    browser.arrives_at("Choose your office");
    faults.extend(browser.violations(&axe, &every_rule()));
    browser.click("button[value=AUSYDA]");
    browser.arrives_at("Start");
    let lock = AccountChanges { is_locked: Some(true), ..AccountChanges::default() };
    let admin = Administrator::command_line();
    server
        .block_on(|services| async move { services.put_account(&admin, "AUA", "reader", lock, Expected::Known).await })
        .expect("locks");
    // Files are no pages.
    let is_file = |path: &str| path.ends_with("/template") || path.ends_with("/refused");
    let pages = PAGES.iter().filter(|page| !is_file(page.path)).filter(|page| {
        page.verb == "GET" && matches!(page.access, Access::SignedIn | Access::May(_) | Access::AtPost(_))
    });
    let of_post = server.load("AUA", json!({ "id": "EE123456785AU", "postalOrgCd": "AUA" }));
    let item = of_post[0]["MailObject"]["PId"].as_str().expect("an id").to_owned();
    let asked = server.load("AUA", json!({ "id": "EE23050001XAU", "postalOrgCd": "AUA", "flow": "O" }));
    let asked = asked[0]["MailObject"]["PId"].as_str().expect("an id").to_owned();
    let sheet = b"item_id,destination,piece_hs\nEE000000999AU,DE,12\n";
    let imported = crate::ingestions::send(&server, "/v1/imports?dryRun=true", "text/csv", sheet).ok().json();
    let imported = imported["referenceId"].as_str().expect("an id").to_owned();
    let addresses: Vec<(String, String)> = pages
        .map(|page| {
            let query = match page.path {
                path if path.starts_with("/console/admin/user") => "?user=zoe",
                "/console/scan" => "?id=EE123456785AU",
                "/console/items/new/form" => "?copy=EE123456785AU",
                "/console/referral" => "?item={asked}&reference=DEA-2019-1",
                _ => "",
            };
            let name = page.path.trim_start_matches("/console").replace('/', "-").replace(['{', '}'], "");
            let path = page.path.replace("{post}", "AUA").replace("{pid}", &item).replace("{id}", &imported);
            (name, format!("{path}{}", query.replace("{asked}", &asked)))
        })
        .collect();
    for language in ["fr", "es", "pt", "en"] {
        set_language(&server, "admin", language);
        for (name, path) in &addresses {
            browser.go(&format!("{}{path}", server.base));
            assert_eq!(browser.script("return document.documentElement.lang"), language, "{path}");
            let found = browser.violations(&axe, &every_rule());
            faults.extend(found.into_iter().map(|fault| format!("{path} in {language}: {fault}")));
            // 1280 pixels at 400 % are as many.
            browser.resize(320, 900);
            let wide =
                browser.script("return document.documentElement.scrollWidth > document.documentElement.clientWidth");
            assert_eq!(wide, false, "{path} in {language} scrolls sideways");
            if language == "fr" {
                browser.picture(&format!("page{name}-narrow"));
            }
            browser.resize(1_280, 900);
            if language == "en" {
                browser.picture(&format!("page{name}-light"));
                browser.resize(1_280, 900);
                browser.prefer("dark");
                browser.go(&format!("{}{path}", server.base));
                let found = browser.violations(&axe, &json!({ "type": "rule", "values": ["color-contrast"] }));
                faults.extend(found.into_iter().map(|fault| format!("{path}, dark: {fault}")));
                browser.picture(&format!("page{name}-dark"));
                browser.resize(1_280, 900);
                browser.prefer("light");
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_is_wrong_is_said_where_the_cursor_is_and_nothing_typed_is_lost() {
    let Some(axe) = axe() else { return };
    let server = server();
    let browser = Browser::start(true);
    sign_in(&browser, &server, "AUA", "zoe");
    browser.arrives_at("Start");
    // The key is out of reach for scripts, and no script but ours runs.
    assert_eq!(browser.script("return document.cookie"), "");
    let blocked = browser.later(
        "const done = arguments[arguments.length - 1]; \
         document.addEventListener('securitypolicyviolation', event => done(event.effectiveDirective)); \
         const script = document.createElement('script'); script.textContent = 'window.ran = 1'; document.head.append(script);",
    );
    assert_eq!((blocked, browser.script("return window.ran === undefined")), (json!("script-src-elem"), json!(true)));
    // A password that nobody should have.
    browser.go(&format!("{}/console/me/password", server.base));
    browser.fill("#old", PASSWORD);
    browser.fill("#new", "Password2026!");
    browser.fill("#again", "Password2026!");
    browser.press(ENTER);
    browser.sees("#new[aria-invalid=true]");
    assert_eq!(browser.script("return document.activeElement.id"), "problem");
    assert!(browser.script("return document.title").as_str().is_some_and(|title| title.starts_with("Error: ")));
    assert_eq!(browser.script("return document.getElementById('old').value"), "", "passwords are not sent back");
    assert_eq!(browser.violations(&axe, &every_rule()), Vec::<String>::new());
    browser.picture("page-me-password-error");
    browser.resize(1_280, 900);
    let same =
        "return document.querySelector('.summary li').innerText === document.getElementById('new-error').innerText";
    assert_eq!(browser.script(same), true);
    browser.click(".summary a");
    assert_eq!(browser.script("return document.activeElement.id"), "new");
    // The session ends while something is typed.
    browser.go(&format!("{}/console/me", server.base));
    browser.fill("#display-name", "Zoë — 北京");
    Raw::open(&server.database_url).run("DELETE FROM web_session");
    browser.press(ENTER);
    browser.arrives_at("Signed out, nothing is lost");
    assert_eq!(browser.violations(&axe, &every_rule()), Vec::<String>::new());
    browser.picture("signed-out");
    browser.resize(1_280, 900);
    assert_eq!(browser.script("return document.activeElement.id"), "password", "organization and user are known");
    browser.press(&format!("{PASSWORD}{ENTER}"));
    browser.arrives_at("My account");
    assert_eq!(browser.script("return document.getElementById('display-name').value"), "Zoë — 北京");
    // Who has no role is told so, and what is not there as well.
    browser.go(&format!("{}/console/admin/users", server.base));
    browser.arrives_at("Your role does not open this");
    assert_eq!(browser.violations(&axe, &every_rule()), Vec::<String>::new());
    browser.go(&format!("{}/console/nothing", server.base));
    browser.arrives_at("There is nothing here");
    browser.picture("absent");
    browser.resize(1_280, 900);
    browser.click(".out button");
    browser.arrives_at("Sign in");
}

#[test]
fn pages_work_without_script() {
    if axe().is_none() {
        return;
    }
    let server = server();
    let browser = Browser::start(false);
    sign_in(&browser, &server, "AUA", "zoe");
    browser.arrives_at("Start");
    browser.go(&format!("{}/console/me", server.base));
    browser.fill("#display-name", &"x".repeat(101));
    browser.press(ENTER);
    browser.sees("#display-name[aria-invalid=true]");
    browser.click(".summary a");
    browser.fill("#display-name", "Zoë");
    browser.press(ENTER);
    browser.sees(".note.good");
    browser.go(&format!("{}/console/me/factor", server.base));
    browser.sees("svg.qr path");
    browser.fill("#code", "000000");
    browser.press(ENTER);
    browser.sees("#code[aria-invalid=true]");
    browser.click(".out button");
    browser.arrives_at("Sign in");
}

#[test]
fn a_scanner_is_answered_without_a_page_and_never_with_what_was_known_before() {
    if axe().is_none() {
        return;
    }
    let server = server();
    let browser = Browser::start(true);
    sign_in(&browser, &server, "AUA", "zoe");
    browser.arrives_at("Start");
    browser.go(&format!("{}/console/scan", server.base));
    browser.sees("#id");
    browser.script("window.same = true");
    for (id, class) in [("EE123456785AU", "green"), ("EE000000014AU", "amber"), ("EE123456785AU", "green")] {
        browser.press(&format!("{id}{ENTER}"));
        browser.sees(&format!("#answer .{class}"));
        assert_eq!(browser.script("return document.querySelector('#answer .id').innerText"), id);
        assert_eq!(
            browser.script("return [document.activeElement.id, document.activeElement.value, window.same]"),
            json!(["id", "", true])
        );
    }
    browser.press(&format!("{}{ENTER}", "X".repeat(36)));
    browser.sees("#answer .summary");
    server.stop();
    browser.press(&format!("EE123456785AU{ENTER}"));
    browser.sees("#answer .huge:not(:has(.light))");
    let told = browser.script("return document.getElementById('answer').innerText");
    assert!(told.as_str().is_some_and(|told| told.contains("No answer") && !told.contains("Green")), "{told}");
}

/// What a clerk types of an item, in the order of the fields; the date and the country of the sender are there.
fn typed(id: &str) -> String {
    let item = [id, "DE", "", "E", "31", "", "1.500", "14.50", "EUR", "N", ""];
    let sender = ["Harbour Toys Pty", "1 Example Street", "", "2000", "Sydney", "", "", "", "", ""];
    let recipient = ["Beispielempfang", "Probestrasse 5", "", "60594", "Köln — 北京", "", "DE", "+49695550102", "", ""];
    let goods = ["Wooden toy train for children", "2", "0.800", "38.50", "EUR", "950300", "AU"];
    [&item[..], &sender, &recipient, &goods].concat().join(TAB)
}

/// Puts the cursor into a field.
fn stand_in(browser: &Browser, field: &str) {
    browser.script(&format!("document.getElementById('{field}').focus()"));
}

#[test]
fn a_clerk_declares_by_the_keyboard_alone() {
    let Some(axe) = axe() else { return };
    let server = Server::start_strict(Engine::Sqlite);
    server.add_person("AUA", "zoe", &[Role::Clerk], &["AUSYDA"]);
    let browser = Browser::start(true);
    browser.resize(1_280, 900);
    sign_in(&browser, &server, "AUA", "zoe");
    browser.arrives_at("Start");
    browser.picture("page-start-clerk");
    browser.resize(1_280, 900);
    browser.go(&format!("{}/console/items/new", server.base));
    browser.arrives_at("New declaration");
    browser.press(ENTER);
    browser.sees("#item_id");
    // Nothing filled in: told where the cursor is, and each at its field.
    stand_in(&browser, "item_id");
    browser.press(ENTER);
    browser.sees("#item_id[aria-invalid=true]");
    assert_eq!(browser.script("return document.activeElement.id"), "problem");
    assert!(browser.script("return document.title").as_str().is_some_and(|title| title.starts_with("Error: ")));
    let unlinked = "return [...document.querySelectorAll('.summary li')].filter(entry => { \
         const link = entry.querySelector('a'); const field = link && document.querySelector(link.getAttribute('href')); \
         return !field || document.getElementById(field.id + '-error').innerText !== entry.innerText; }).map(entry => entry.innerText)";
    assert_eq!(browser.script(unlinked), json!([]));
    assert_eq!(browser.violations(&axe, &every_rule()), Vec::<String>::new());
    browser.picture("page-new-errors");
    browser.resize(1_280, 900);
    browser.click(".summary a");
    assert_eq!(browser.script("return document.activeElement.id"), "item_id");
    let id = crate::harness::data::fresh_id("AU");
    browser.press(&typed(&id));
    browser.script("document.activeElement.form.requestSubmit(document.querySelector('[data-key=add]'))");
    browser.sees("#piece_description-2");
    let stands = browser.script("return document.activeElement.id");
    assert_eq!(stands, "piece_description-2", "the cursor stands in the new line");
    assert_eq!(browser.violations(&axe, &every_rule()), Vec::<String>::new());
    browser.picture("page-new-lines");
    browser.resize(1_280, 900);
    stand_in(&browser, "piece_description-2");
    browser.press(&format!("Printed novel{TAB}1{TAB}0.100{TAB}9.00{TAB}{TAB}490199{TAB}AU{ENTER}"));
    browser.arrives_at("Check the declaration");
    assert_eq!(browser.violations(&axe, &every_rule()), Vec::<String>::new());
    browser.picture("page-new-check");
    browser.resize(320, 900);
    let wide = browser.script("return document.documentElement.scrollWidth > document.documentElement.clientWidth");
    assert_eq!(wide, false, "the page that checks scrolls sideways");
    browser.resize(1_280, 900);
    browser.script("document.querySelector('button[value=declare]').focus()");
    browser.press(ENTER);
    browser.sees(".note.good");
    browser.sees(".light.amber");
    browser.picture("page-item-declared");
    browser.resize(1_280, 900);
    let shown = server.call_as("AUA", "CheckItemStatus", json!({ "Items": [{ "ItemId": id }] })).ok().json();
    assert!(shown.to_string().contains("NOT_ASSESSED"), "{shown}");
    let view = server.load("AUA", json!({ "id": id, "postalOrgCd": "AUA" })).remove(0);
    let pieces = view["Declaration"]["Data"]["ContentPieces"].as_array().map(Vec::len);
    assert_eq!((pieces, &view["Declaration"]["Data"]["RecipientCity"]), (Some(2), &json!("Köln — 北京")));
    // A code is proposed and taken.
    browser.go(&format!("{}/console/items/new/form", server.base));
    browser.fill("#piece_description-1", "wooden toy train");
    browser.click("button[value=hs-1]");
    browser.sees(".codes-found button");
    browser.picture("page-new-codes");
    browser.resize(1_280, 900);
    browser.click(".codes-found button");
    browser.sees("#piece_hs-1:not([value=''])");
}

#[test]
fn a_clerk_declares_without_script() {
    if axe().is_none() {
        return;
    }
    let server = Server::start_strict(Engine::Sqlite);
    server.add_person("AUA", "zoe", &[Role::Clerk], &["AUSYDA"]);
    let browser = Browser::start(false);
    browser.resize(1_280, 900);
    sign_in(&browser, &server, "AUA", "zoe");
    browser.arrives_at("Start");
    browser.go(&format!("{}/console/items/new/form", server.base));
    browser.click("#item_id");
    browser.press(ENTER);
    browser.sees("#item_id[aria-invalid=true]");
    browser.click("#item_id");
    let id = crate::harness::data::fresh_id("AU");
    browser.press(&typed(&id));
    browser.click("button[value=add]");
    browser.sees("#piece_description-2");
    browser.click("button[value=drop-2]");
    browser.sees("#piece_description-1");
    browser.click("button.main[value=check]");
    browser.arrives_at("Check the declaration");
    browser.click("button[value=declare]");
    browser.sees(".light.amber");
    // A question is answered.
    let asked = json!({ "id": id, "postOrgCd": "DEA", "partnerPostOrgCd": "AUA", "referral": { "ReferralCd": "RFI" } });
    server.call_as("DEA", "CreateReferral", asked).ok();
    browser.go(&format!("{}/console/referrals", server.base));
    browser.sees("table");
    browser.picture("page-referrals-waiting");
    browser.resize(1_280, 900);
    browser.click(&format!("a[aria-label$='{id}']"));
    browser.arrives_at("Answer a question");
    browser.click("label[for=code]");
    browser.press(&format!("R11{TAB}supplied{ENTER}"));
    browser.sees(".note.good");
}

#[test]
fn single_keys_lead_and_can_be_turned_off() {
    if axe().is_none() {
        return;
    }
    let server = server();
    let browser = Browser::start(true);
    sign_in(&browser, &server, "AUA", "zoe");
    browser.arrives_at("Start");
    browser.press("/");
    browser.arrives_at("Items");
    browser.press("/");
    assert_eq!(browser.script("return document.activeElement.id"), "q");
    // In a field a key is a letter.
    browser.press("ns?");
    assert_eq!(browser.script("return document.getElementById('q').value"), "ns?");
    browser.script("document.activeElement.blur()");
    let row = "return [...document.querySelectorAll('main tbody tr')].indexOf(document.activeElement.closest('tr'))";
    browser.press("jj");
    assert_eq!(browser.script(row), 1);
    browser.press("k");
    assert_eq!(browser.script(row), 0);
    let leads = browser.script("return document.activeElement.getAttribute('href')");
    browser.press("o");
    browser.sees(".light");
    assert_eq!(browser.script("return location.pathname"), leads);
    browser.press("s");
    browser.sees("#id");
    // The scan box has the cursor: out of it first.
    browser.script("document.activeElement.blur()");
    browser.press("?");
    browser.arrives_at("Keys");
    browser.click("[data-keys]");
    browser.press("n");
    assert_eq!(
        browser.script("return [location.pathname, localStorage.getItem('keys')]"),
        json!(["/console/keys", "off"])
    );
    browser.click("[data-keys]");
    browser.script("document.activeElement.blur()");
    browser.press("n");
    browser.arrives_at("New declaration");
}
