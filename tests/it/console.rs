//! Signing in at a browser, the own account and its users, over HTTP as a browser speaks it.

use std::time::{Duration, Instant};

use entrepost::domain::Role;
use entrepost::limits;
use entrepost::service::settings::SettingChanges;
use entrepost::service::users::{AccountChanges, Administrator, Expected};
use entrepost::vault::totp;
use serde_json::json;

use crate::harness::raw::Raw;
use crate::harness::visitor::{PASSWORD, Visitor};
use crate::harness::{Engine, Server};
use crate::{on_both_engines, on_both_engines_with, on_engines};

/// What everybody is told who does not get in.
const WRONG: &str = "Organization, user and password do not fit together, or the account is locked";

/// The code that a device shows now.
fn code_now(server: &Server, secret: &str) -> String {
    totp::code(secret, server.clock.now().timestamp()).expect("a secret")
}

/// Sets up a second factor at the own page; gives its secret and the recovery codes.
fn set_up_factor(server: &Server, visitor: &Visitor<'_>, path: &str) -> (String, Vec<String>) {
    let secret = visitor.get(path).is(200).value("secret");
    let code = code_now(server, &secret);
    let shown = visitor.post(path, &[("secret", &secret), ("code", &code)]).is(200).says("Recovery codes");
    let codes = shown.between("id=\"codes\">", "</ul>").split("<code>").skip(1);
    (secret, codes.map(|code| code.split('<').next().expect("a code").to_owned()).collect())
}

/// Limits that no test meets but the one about them.
const PATIENT: [(&str, &str); 2] = [("logins-per-account", "1000"), ("logins-per-address", "1000")];

on_both_engines_with! {
    PATIENT;

    fn nobody_learns_why_signing_in_was_refused(server) {
        server.add_person("AUA", "clerk", &[Role::Clerk], &[]);
        server.add_person("AUA", "locked", &[Role::Clerk], &[]);
        let admin = Administrator::command_line();
        let lock = AccountChanges { is_locked: Some(true), ..AccountChanges::default() };
        server.block_on(|services| async move { services.put_account(&admin, "AUA", "locked", lock, Expected::Known).await }).expect("locks");
        let mut bodies = std::collections::BTreeSet::new();
        for (org, user, password) in [
            ("AUA", "clerk", "wrong"), ("AUA", "unknown", PASSWORD), ("AUA", "locked", PASSWORD), ("DEA", "clerk", PASSWORD),
            ("XXA", "clerk", PASSWORD), ("-", "clerk", PASSWORD),
        ] {
            let visitor = Visitor::new(server);
            let shown = visitor.sign_in(org, user, password).is(401).says(WRONG);
            assert_eq!(visitor.cookie("ep"), None);
            assert!(!shown.text.contains(PASSWORD));
            bodies.insert(shown.text.replace(&format!("value=\"{org}\""), "").replace(&format!("value=\"{user}\""), ""));
        }
        assert_eq!(bodies.len(), 1, "all are told the same");
        Visitor::new(server).sign_in("AUA", "clerk", "").is(422).says("Give organization, user and password");
        assert_eq!(Visitor::new(server).sign_in("aua", "clerk", PASSWORD).leads_to(), "/console");
    }

    fn who_is_unknown_takes_as_long_as_who_is_known(server) {
        server.add_person("AUA", "clerk", &[Role::Clerk], &[]);
        let fastest = |user: &str| {
            let once = |_| {
                let began = Instant::now();
                Visitor::new(server).sign_in("AUA", user, "wrong").is(401);
                began.elapsed()
            };
            (0..5).map(once).min().expect("a time")
        };
        let (known, unknown) = (fastest("clerk"), fastest("unknown"));
        // Without the hash it would be a tenth; other tests run meanwhile.
        assert!(unknown * 4 > known && known * 4 > unknown, "{known:?} and {unknown:?}");
    }

    fn a_session_is_held_by_its_cookie_and_opens_pages_alone(server) {
        server.add_person("AUA", "clerk", &[Role::Clerk], &["AUSYDA"]);
        let visitor = Visitor::new(server);
        // A key that somebody planted before opens nothing afterwards.
        let planted = "7b1f0d3e-1111-4222-8333-444444444444";
        visitor.set_cookie("ep", planted);
        let shown = visitor.sign_in("AUA", "clerk", PASSWORD);
        assert_eq!(shown.leads_to(), "/console");
        let cookies: Vec<&str> =
            shown.headers.iter().filter(|(name, _)| name == "set-cookie").map(|(_, value)| value.as_str()).collect();
        let key = cookies.iter().find(|cookie| cookie.starts_with("ep=")).expect("a key");
        assert!(key.contains("; Path=/; HttpOnly; SameSite=Lax") && !key.contains("Max-Age"), "{key}");
        assert!(cookies.iter().any(|cookie| cookie.starts_with("ep-org=AUA;")), "{cookies:?}");
        let key = visitor.cookie("ep").expect("a key");
        assert_ne!(key, planted);
        let home = visitor.get("/console").is(200).says("AUSYDA").says("Australia/Sydney");
        for (name, part) in [
            ("content-security-policy", "default-src 'none'; style-src 'self'; script-src 'self'"),
            ("content-security-policy", "frame-ancestors 'none'; base-uri 'none'"),
            ("x-content-type-options", "nosniff"), ("referrer-policy", "same-origin"), ("cache-control", "no-store"),
            ("cross-origin-opener-policy", "same-origin"), ("x-frame-options", "DENY"), ("permissions-policy", "camera=(self)"),
        ] {
            assert!(home.header(name).is_some_and(|value| value.contains(part)), "{name}: {:?}", home.headers);
        }
        assert!(!home.text.contains("<script>") && !home.text.contains(" style=") && !home.text.contains(" onclick"));
        // No method and no resource takes it, in a cookie or as a bearer; and no page takes a bearer.
        let cookie = format!("ep={key}");
        server.post("GetHeartbeat", "{}", &[("cookie", &cookie)]).refused(401);
        server.post("GetHeartbeat", &json!({ "token": key }).to_string(), &[]).refused(401);
        server.ask("GET", "/v1/authorizationStatus", None, &[("cookie", &cookie)]).refused(401);
        server.ask("GET", "/v1/authorizationStatus", None, &[("authorization", &format!("Bearer {key}"))]).refused(401);
        let stranger = Visitor::new(server);
        let bearer = format!("Bearer {}", crate::harness::server::token_of("AUA"));
        assert_eq!(stranger.send("GET", "/console", None, &[("authorization", &bearer)]).leads_to(), "/console/login");
        stranger.set_cookie("ep", crate::harness::server::token_of("AUA"));
        assert_eq!(stranger.get("/console").leads_to(), "/console/login");
        // Signing out ends it for whoever has the key.
        let out = visitor.post("/console/logout", &[]);
        assert_eq!((out.leads_to(), visitor.cookie("ep")), ("/console/login?out", None));
        assert!(out.header("clear-site-data").is_some());
        visitor.set_cookie("ep", &key);
        assert_eq!(visitor.get("/console/me?x=1").leads_to(), "/console/login?to=%2Fconsole%2Fme%3Fx%3D1");
    }

    fn a_form_from_elsewhere_is_refused_before_anything_is_looked_at(server) {
        server.add_person("AUA", "clerk", &[Role::Clerk], &[]);
        let (visitor, other) = (Visitor::signed_in(server, "AUA", "clerk"), Visitor::signed_in(server, "AUA", "clerk"));
        let (own, token) = (server.base.clone(), visitor.token());
        let name = "stolen";
        let send = |token: &str, headers: &[(&str, &str)]| {
            visitor.send("POST", "/console/me", Some(&[("display-name", name), ("csrf", token)]), headers).status
        };
        for headers in [
            &[][..], &[("origin", "https://evil.example")], &[("origin", "null")], &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")], &[("sec-fetch-site", "none")], &[("sec-fetch-site", "cross-site"), ("origin", &own)],
        ] {
            assert_eq!(send(&token, headers), 403, "{headers:?}");
        }
        let mut altered = token.clone().into_bytes();
        altered[50] = if altered[50] == b'A' { b'B' } else { b'A' };
        for wrong in ["", "AAAA", &other.token(), &String::from_utf8(altered).expect("ASCII"), &"A".repeat(86)] {
            assert_eq!(send(wrong, &[("origin", &own)]), 403, "{wrong}");
        }
        // Signing in is guarded as well: nobody is signed in as somebody else unawares.
        let login = [("organization", "AUA"), ("user", "clerk"), ("password", PASSWORD)];
        let stranger = Visitor::new(server);
        stranger.send("POST", "/console/login", Some(&login), &[("origin", "https://evil.example")]).is(403);
        assert!(!visitor.get("/console/me").text.contains(name));
        assert_eq!(send(&visitor.token(), &[("sec-fetch-site", "same-origin")]), 303);
        visitor.get("/console/me").is(200).says(name);
    }

    fn a_page_shows_what_was_typed_as_text(server) {
        server.add_person("AUA", "admin", &[Role::Admin], &[]);
        let visitor = Visitor::signed_in(server, "AUA", "admin");
        for hostile in ["<script>alert(1)</script>", "\" onfocus=alert(1) x=\"", "javascript:alert(1)", "</title><b>"] {
            visitor.get("/console/me");
            visitor.post("/console/me", &[("display-name", hostile)]).leads_to();
            for path in ["/console/me", "/console/admin/users", "/console/admin/user?user=admin"] {
                let shown = visitor.get(path).is(200);
                for raw in ["<script>alert", "\" onfocus", "href=\"javascript:", "</title><b>"] {
                    assert!(!shown.text.contains(raw), "{path}: {raw}");
                }
            }
        }
        let shown = visitor.post("/console/me", &[("display-name", &"x".repeat(limits::DISPLAY_NAME_CHARS + 1))]).is(422);
        shown.says("<title>Error: My account").says("href=\"#display-name\"").says("aria-invalid=\"true\"");
    }

    fn a_second_factor_is_asked_for_and_no_code_counts_twice(server) {
        server.add_person("DE", "officer", &[Role::Officer], &[]);
        let first = Visitor::signed_in(server, "DE", "officer");
        let old_key = first.cookie("ep");
        let secret = first.get("/console/me/factor").is(200).value("secret");
        first.post("/console/me/factor", &[("secret", &secret), ("code", "000000")]).is(422).says("not the code");
        let (secret, codes) = set_up_factor(server, &first, "/console/me/factor");
        assert_eq!(codes.len(), totp::RECOVERY_CODES);
        assert_ne!(first.cookie("ep"), old_key, "a new key");
        let sealed = Raw::open(&server.database_url).texts("SELECT factor AS t FROM user_account WHERE user_cd = 'officer'").remove(0);
        assert!(sealed.starts_with("sealed1:") && !sealed.contains(&secret));
        // The code that set it up is used, too.
        let visitor = Visitor::new(server);
        assert_eq!(visitor.sign_in("DE", "officer", PASSWORD).leads_to(), "/console/login/code");
        let pending = visitor.cookie("ep").expect("a key");
        visitor.get("/console/login/code").is(200);
        visitor.post("/console/login/code", &[("code", &code_now(server, &secret))]).is(422).says("Each code works once");
        assert_eq!(visitor.get("/console").leads_to(), "/console/login/code", "half signed in is not signed in");
        assert_eq!(visitor.get("/console/me/password").leads_to(), "/console/login/code");
        server.clock.advance(Duration::from_secs(30));
        let code = code_now(server, &secret);
        assert_eq!(visitor.post("/console/login/code", &[("code", &code)]).leads_to(), "/console");
        visitor.get("/console").is(200);
        // The key of the step before opens nothing, and the code is used.
        let again = Visitor::new(server);
        again.set_cookie("ep", &pending);
        assert_eq!(again.get("/console/login/code").leads_to(), "/console/login?to=%2Fconsole%2Flogin%2Fcode".split("?to").next().expect("a path"));
        again.sign_in("DE", "officer", PASSWORD).leads_to();
        again.get("/console/login/code").is(200);
        again.post("/console/login/code", &[("code", &code)]).is(422);
        // A recovery code stands in for the device once.
        assert_eq!(again.post("/console/login/code", &[("code", &codes[3].to_uppercase())]).leads_to(), "/console");
        again.get("/console/me/factor").is(200).says(">9<");
        let third = Visitor::new(server);
        third.sign_in("DE", "officer", PASSWORD).leads_to();
        third.get("/console/login/code").is(200);
        third.post("/console/login/code", &[("code", &codes[3])]).is(422);
        // Other codes take the place of all of them.
        again.get("/console/me/codes").is(200);
        again.post("/console/me/codes", &[("password", "wrong")]).is(422).says("This is not your password");
        again.post("/console/me/codes", &[("password", PASSWORD)]).is(200);
        third.get("/console/login/code").is(200);
        third.post("/console/login/code", &[("code", &codes[4])]).is(422);
        // Taken away with the password.
        again.get("/console/me/factor").is(200);
        again.post("/console/me/factor/off", &[("password", PASSWORD)]).leads_to();
        assert_eq!(Visitor::new(server).sign_in("DE", "officer", PASSWORD).leads_to(), "/console");
    }

    fn an_organization_demands_a_second_factor_for_roles(server) {
        server.add_person("AUA", "chief", &[Role::Supervisor], &["AUSYDA", "DEFRAA"]);
        server.add_person("AUA", "admin", &[Role::Admin], &[]);
        server.add_person("-", "operator", &[Role::Operator], &[]);
        let changes = SettingChanges { second_factor_for: Some([Role::Supervisor].into_iter().collect()), ..SettingChanges::default() };
        server.block_on(|services| async move { services.set_organization("AUA", changes).await }).expect("sets");
        // Who has the role sets it up first; then an office is chosen.
        let visitor = Visitor::new(server);
        assert_eq!(visitor.sign_in("AUA", "chief", PASSWORD).leads_to(), "/console/login/enrol");
        assert_eq!(visitor.get("/console").leads_to(), "/console/login/enrol");
        set_up_factor(server, &visitor, "/console/login/enrol");
        visitor.post("/console/login/next", &[]).is(200).says("Choose your office");
        visitor.post("/console/login/office", &[("office", "FRCDGA")]).is(422);
        assert_eq!(visitor.post("/console/login/office", &[("office", "DEFRAA")]).leads_to(), "/console");
        visitor.get("/console/me").is(200).says("DEFRAA");
        visitor.get("/console/me/factor").is(200).says("cannot be taken away");
        visitor.post("/console/me/factor/off", &[("password", PASSWORD)]).is(422);
        // Another office later, under another key.
        let before = visitor.cookie("ep");
        visitor.get("/console/me").is(200);
        visitor.post("/console/me/office", &[("office", "AUSYDA")]).leads_to();
        assert_ne!(visitor.cookie("ep"), before);
        // When the device is lost an administrator has another one set up.
        let admin = Visitor::signed_in(server, "AUA", "admin");
        admin.get("/console/admin/user?user=chief").is(200).says("Take the second factor away");
        admin.post("/console/admin/user/factor", &[("user", "chief")]).leads_to();
        assert!(visitor.get("/console").leads_to().starts_with("/console/login"));
        assert_eq!(Visitor::new(server).sign_in("AUA", "chief", PASSWORD).leads_to(), "/console/login/enrol");
        // Who runs the server needs one always, and sees no item and no user of anybody.
        let operator = Visitor::new(server);
        assert_eq!(operator.sign_in("-", "operator", PASSWORD).leads_to(), "/console/login/enrol");
        set_up_factor(server, &operator, "/console/login/enrol");
        assert_eq!(operator.post("/console/login/next", &[]).leads_to(), "/console");
        operator.get("/console/admin/users").is(403);
    }

    fn a_password_that_is_changed_ends_every_other_session(server) {
        server.add_person("AUA", "clerk", &[Role::Clerk], &[]);
        let (here, there) = (Visitor::signed_in(server, "AUA", "clerk"), Visitor::signed_in(server, "AUA", "clerk"));
        let change = |old: &str, new: &str, again: &str| {
            here.get("/console/me/password").is(200);
            here.post("/console/me/password", &[("old", old), ("new", new), ("again", again)])
        };
        let good = "seven slow snails sing";
        change("wrong", good, good).is(422).says("This is not your password");
        change(PASSWORD, "short", "short").is(422).says("12 to 256 characters");
        change(PASSWORD, "Password2026!", "Password2026!").is(422).says("tried first");
        change(PASSWORD, "I am the clerk here", "I am the clerk here").is(422).says("user code");
        change(PASSWORD, good, "another").is(422).says("not the same");
        let before = here.cookie("ep");
        assert_eq!(change(PASSWORD, good, good).leads_to(), "/console/me?done");
        assert_ne!(here.cookie("ep"), before, "a new key");
        here.get("/console/me").is(200);
        assert!(there.get("/console/me").leads_to().starts_with("/console/login"));
        Visitor::new(server).sign_in("AUA", "clerk", PASSWORD).is(401);
        Visitor::new(server).sign_in("AUA", "clerk", good).leads_to();
        // Sessions are seen and ended; the one at hand is marked.
        let shown = here.get("/console/me/sessions").is(200).says("this one");
        assert_eq!(shown.text.matches("<tr>").count(), 3, "{}", shown.text);
        let name = shown.between("name=\"session\" value=\"", "\"").to_owned();
        here.post("/console/me/sessions", &[("session", &name)]).leads_to();
        assert_eq!(here.get("/console/me/sessions").text.matches("<tr>").count(), 2);
        Visitor::new(server).sign_in("AUA", "clerk", good).leads_to();
        here.get("/console/me/sessions");
        here.post("/console/me/sessions", &[("others", "yes")]).leads_to();
        assert_eq!(here.get("/console/me/sessions").text.matches("<tr>").count(), 2);
    }

    fn what_was_typed_outlives_the_session(server) {
        server.add_person("AUA", "clerk", &[Role::Clerk], &[]);
        server.add_person("AUA", "other", &[Role::Clerk], &[]);
        let ended = || {
            let visitor = Visitor::signed_in(server, "AUA", "clerk");
            let who = visitor.get("/console/me").value("who");
            Raw::open(&server.database_url).run("DELETE FROM web_session");
            let shown = visitor.post("/console/me", &[("who", &who), ("display-name", "Köln — 北京 \"x\""), ("theme", "dark")]);
            let shown = shown.is(401).says("Signed out, nothing is lost");
            assert_eq!((shown.value("organization"), shown.value("user")), ("AUA".into(), "clerk".into()));
            let kept: Vec<(String, String)> = ["to", "was", "kept.display-name", "kept.theme"]
                .map(|name| (name.to_owned(), shown.value(name).replace("&quot;", "\"")))
                .into();
            (visitor, kept)
        };
        let sign_in = |visitor: &Visitor<'_>, user: &str, password: &str, kept: &[(String, String)]| {
            let mut fields = vec![("organization", "AUA"), ("user", user), ("password", password)];
            fields.extend(kept.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            visitor.post("/console/login", &fields)
        };
        let (visitor, kept) = ended();
        // A wrong password loses nothing either.
        let shown = sign_in(&visitor, "clerk", "wrong", &kept).is(401);
        assert_eq!(shown.value("kept.theme"), "dark");
        assert_eq!(sign_in(&visitor, "clerk", PASSWORD, &kept).leads_to(), "/console/me?done");
        visitor.get("/console/me").is(200).says("Köln — 北京 &quot;x&quot;").says("data-theme=\"dark\"");
        // What one has typed is not another's to send.
        let (visitor, kept) = ended();
        assert_eq!(sign_in(&visitor, "other", PASSWORD, &kept).leads_to(), "/console");
        assert!(!visitor.get("/console/me").text.contains("Köln"));
        // It goes through the second factor, too.
        let visitor = Visitor::signed_in(server, "AUA", "clerk");
        let (secret, _) = set_up_factor(server, &visitor, "/console/me/factor");
        let kept: Vec<(String, String)> = [("to", "/console/me"), ("was", "AUA/clerk"), ("kept.display-name", "Zoë")]
            .map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        let late = Visitor::new(server);
        let shown = sign_in(&late, "clerk", PASSWORD, &kept).is(200).says("Second factor");
        assert_eq!(shown.value("kept.display-name"), "Zoë");
        server.clock.advance(Duration::from_secs(30));
        let code = code_now(server, &secret);
        let mut fields = vec![("code", code.as_str())];
        fields.extend(kept.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        assert_eq!(late.post("/console/login/code", &fields).leads_to(), "/console/me?done");
        late.get("/console/me").is(200).says("Zoë");
        // An address leads nowhere but into the console.
        for elsewhere in ["https://evil.example", "//evil.example", "/console/../x", "/console//evil.example", "/console\\x", "/StoreDeclaration"] {
            let visitor = Visitor::new(server);
            let fields = [("organization", "AUA"), ("user", "other"), ("password", PASSWORD), ("to", elsewhere)];
            assert_eq!(visitor.post("/console/login", &fields).leads_to(), "/console", "{elsewhere}");
        }
    }

    fn an_administrator_looks_after_users_of_its_own(server) {
        server.add_person("AUA", "admin", &[Role::Admin], &[]);
        server.add_person("DEA", "admin", &[Role::Admin], &[]);
        let admin = Visitor::signed_in(server, "AUA", "admin");
        admin.get("/console/admin/users/new").is(200).says("AUSYDA");
        // Roles that there are not here, and what only the command line may.
        for role in ["officer", "operator"] {
            let shown = admin.post("/console/admin/users/new", &[("user", "zoe"), ("role", role)]).is(422);
            assert!(shown.text.contains("href=\"#role\""), "{}", shown.text);
        }
        let shown = admin.post("/console/admin/users/new", &[("user", "zoe"), ("display-name", "Zoë"), ("role", "clerk"), ("role", "reader"), ("office", "AUSYDA")]);
        let link = shown.is(200).between("/console/reset?link=", "<").to_owned();
        admin.get("/console/admin/users").is(200).says("Zoë").says("no password").says("Reader, Clerk");
        admin.get("/console/admin/users/new").is(200);
        admin.post("/console/admin/users/new", &[("user", "zoe")]).is(422).says("href=\"#user\"");
        // The link sets the first password, once; a newer one ends it.
        let zoe = Visitor::new(server);
        zoe.get(&format!("/console/reset?link={link}")).is(200).says("zoe");
        admin.get("/console/admin/user?user=zoe").is(200);
        let newer = admin.post("/console/admin/user/link", &[("user", "zoe")]).is(200).between("/console/reset?link=", "<").to_owned();
        let set = |link: &str, new: &str| zoe.post("/console/reset", &[("link", link), ("new", new), ("again", new)]);
        set(&link, PASSWORD).is(404).says("does not work any more");
        set(&newer, "short").is(422);
        assert_eq!(set(&newer, PASSWORD).leads_to(), "/console/login?set");
        set(&newer, PASSWORD).is(404);
        zoe.sign_in("AUA", "zoe", PASSWORD).leads_to();
        zoe.get("/console").is(200).says("AUSYDA");
        let late = admin.post("/console/admin/user/link", &[("user", "zoe")]).is(200).between("/console/reset?link=", "<").to_owned();
        server.clock.advance(Duration::from_secs(3_601));
        set(&late, PASSWORD).is(404);
        // Another organization's user is nobody.
        let admin = Visitor::signed_in(server, "AUA", "admin");
        admin.get("/console/admin/user?user=user_cd").is(404);
        for path in ["lock", "link", "remove", "factor", "sessions"] {
            admin.post(&format!("/console/admin/user/{path}"), &[("user", "user_cd")]).is(404);
        }
        // The own account is not locked, removed or stripped by oneself.
        admin.get("/console/admin/users").is(200);
        for path in ["lock", "remove"] {
            assert!([400, 422].contains(&admin.post(&format!("/console/admin/user/{path}"), &[("user", "admin")]).status));
        }
        admin.post("/console/admin/user", &[("user", "admin"), ("role", "reader")]).is(422);
        admin.get("/console/admin/users").is(200);
        // Locking ends what is open and lets nobody in; what was done has an actor.
        let zoe = Visitor::signed_in(server, "AUA", "zoe");
        admin.get("/console/admin/sessions").is(200).says("zoe");
        admin.post("/console/admin/user/lock", &[("user", "zoe")]).leads_to();
        assert!(zoe.get("/console").leads_to().starts_with("/console/login"));
        zoe.sign_in("AUA", "zoe", PASSWORD).is(401);
        admin.post("/console/admin/user/unlock", &[("user", "zoe")]).leads_to();
        let zoe = Visitor::signed_in(server, "AUA", "zoe");
        admin.post("/console/admin/user/sessions", &[("user", "zoe")]).leads_to();
        assert!(zoe.get("/console").leads_to().starts_with("/console/login"));
        // A role that is taken away is gone at once.
        let zoe = Visitor::signed_in(server, "AUA", "zoe");
        admin.post("/console/admin/user/remove", &[("user", "zoe")]).leads_to();
        assert!(zoe.get("/console").leads_to().starts_with("/console/login"));
        let rows = server.block_on(|services| async move {
            services.record_history("AUA", entrepost::domain::RecordKind::User, "zoe").await
        }).expect("a history");
        let told: Vec<String> = rows.iter().map(|row| format!("{} {}/{}", row.event, row.actor_org, row.user_cd.as_deref().unwrap_or("-"))).collect();
        assert_eq!(told.first().map(String::as_str), Some("stored AUA/admin"));
        assert_eq!(told.last().map(String::as_str), Some("removed AUA/admin"));
        for expected in ["changed AUA/zoe", "signed-in AUA/zoe", "changed AUA/admin"] {
            assert!(told.iter().any(|row| row == expected), "{expected}: {told:?}");
        }
    }

    fn a_session_ends_by_time_and_with_the_organization(server) {
        server.add_person("PTA", "clerk", &[Role::Clerk], &[]);
        let visitor = Visitor::signed_in(server, "PTA", "clerk");
        for _ in 0..3 {
            server.clock.advance(Duration::from_secs(29 * 60));
            visitor.get("/console").is(200);
        }
        server.clock.advance(Duration::from_secs(31 * 60));
        assert!(visitor.get("/console").leads_to().starts_with("/console/login"));
        let visitor = Visitor::signed_in(server, "PTA", "clerk");
        for _ in 0..24 {
            server.clock.advance(Duration::from_secs(29 * 60));
            visitor.get("/console").is(200);
        }
        server.clock.advance(Duration::from_secs(29 * 60));
        assert!(visitor.get("/console").leads_to().starts_with("/console/login"));
        server.block_on(|services| async move { services.drop_expired().await }).expect("drops");
        assert_eq!(Raw::open(&server.database_url).number("SELECT count(*) AS n FROM web_session"), 0);
    }

    fn pages_speak_the_language_that_is_asked_for(server) {
        let visitor = Visitor::new(server);
        let shown = visitor.send("GET", "/console/login", None, &[("accept-language", "de, fr;q=0.9, en;q=0.8")]).is(200);
        shown.says("<html lang=\"fr\"").says("Se connecter");
        visitor.get("/console/login?lang=es").is(200).says("<html lang=\"es\"");
        visitor.get("/console/login").is(200).says("<html lang=\"es\"");
        server.add_person("AUA", "clerk", &[Role::Clerk], &[]);
        let visitor = Visitor::signed_in(server, "AUA", "clerk");
        visitor.post("/console/me", &[("language", "pt")]).leads_to();
        visitor.get("/console").is(200).says("<html lang=\"pt\"").says("Entrou como: Funcionário");
        visitor.get("/console/nothing/here").is(404).says("Não há nada aqui");
    }
}

on_both_engines_with! {
    [("public-url", "https://posts.example")];

    fn behind_https_the_cookie_is_of_this_host_alone(server) {
        server.add_person("AUA", "clerk", &[Role::Clerk], &[]);
        let visitor = Visitor::new(server);
        let login = [("organization", "AUA"), ("user", "clerk"), ("password", PASSWORD)];
        let shown = visitor.send("POST", "/console/login", Some(&login), &[("origin", "https://posts.example")]);
        shown.leads_to();
        let cookies = shown.headers.iter().filter(|(name, _)| name == "set-cookie");
        let key = cookies.map(|(_, value)| value).find(|value| value.starts_with("__Host-ep=")).expect("a key");
        assert!(key.contains("; Path=/;") && key.contains("; Secure") && key.contains("HttpOnly"), "{key}");
        assert!(shown.header("strict-transport-security").is_some());
        visitor.get("/console").is(200);
    }
}

on_both_engines_with! {
    [("console", "off")];

    fn without_a_console_there_is_none(server) {
        for path in ["/console", "/console/login", "/console/assets/console.css"] {
            let answer = server.get(path);
            assert!([404, 405].contains(&answer.status), "{path}: {}", answer.status);
            assert!(!answer.text.contains("<html"), "{path}");
        }
    }
}

fn files_of_pages(engine: Engine) {
    let server = Server::start(engine);
    let login = Visitor::new(&server).get("/console/login").is(200);
    for name in ["console.css", "console.js", "icon.svg"] {
        let address =
            format!("/console/assets/{name}?v={}", login.between(&format!("/console/assets/{name}?v="), "\""));
        let file = server.get(&address);
        assert_eq!(file.status, 200, "{address}");
        assert!(file.header("cache-control").is_some_and(|value| value.contains("immutable")), "{address}");
    }
    assert_eq!(server.get("/console/assets/../../etc/passwd").status, 404);
    for (verb, path) in [("PUT", "/console"), ("POST", "/console"), ("DELETE", "/console/login")] {
        let origin = server.base.clone();
        let shown = Visitor::new(&server).send(verb, path, None, &[("origin", &origin)]);
        assert_eq!(shown.status, 405, "{verb} {path}: {}", shown.text);
    }
}

on_engines! { the_files_of_pages_are_kept_by_browsers => files_of_pages }

on_both_engines! {
    fn who_tries_passwords_waits_longer_each_time_known_or_not(server) {
        server.add_person("AUA", "clerk", &[Role::Clerk], &[]);
        for user in ["clerk", "unknown"] {
            for _ in 0..limits::SIGN_IN_FREE_FAILURES {
                Visitor::new(server).sign_in("AUA", user, "wrong").is(401);
            }
            // Also with the right one, which so cannot be told.
            let shown = Visitor::new(server).sign_in("AUA", user, PASSWORD).is(429).says("Too many attempts");
            let wait: u64 = shown.header("retry-after").and_then(|wait| wait.parse().ok()).expect("a time");
            assert!((1..=limits::SIGN_IN_DELAY_S + 1).contains(&wait), "{wait}");
        }
        // Who calls with the organization's token is another matter.
        server.call("Login", &json!({ "securityToken": crate::harness::server::token_of("DEA"), "userCd": "depost", "password": "xxxxxx" })).ok();
    }
}
