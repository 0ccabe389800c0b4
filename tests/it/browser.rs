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
fn every_rule() -> Value {
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
    let pages = PAGES.iter().filter(|page| {
        page.verb == "GET" && matches!(page.access, Access::SignedIn | Access::May(_) | Access::AtPost(_))
    });
    let of_post = server.load("AUA", json!({ "id": "EE123456785AU", "postalOrgCd": "AUA" }));
    let item = of_post[0]["MailObject"]["PId"].as_str().expect("an id").to_owned();
    let addresses: Vec<(String, String)> = pages
        .map(|page| {
            let query = match page.path {
                path if path.starts_with("/console/admin/user") => "?user=zoe",
                "/console/scan" => "?id=EE123456785AU",
                _ => "",
            };
            let name = page.path.trim_start_matches("/console").replace('/', "-").replace(['{', '}'], "");
            let path = page.path.replace("{post}", "AUA").replace("{pid}", &item);
            (name, format!("{path}{query}"))
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
