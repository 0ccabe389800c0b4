//! Who may open what at a browser: every page and every use case, from the tables that say so, with every role.

use std::collections::BTreeSet;
use std::path::Path;

use entrepost::domain::{OrganizationKind, Role, Roles, SessionKind};
use entrepost::http::{Access, PAGES};

use crate::harness::raw::Raw;
use crate::harness::visitor::Visitor;
use crate::harness::{Engine, Server};
use crate::{on_both_engines, on_engines};

/// Everybody there can be: organization, user, role.
fn everybody() -> Vec<(&'static str, String, Option<Role>)> {
    let of = |org, kind| Role::of_kind(kind).map(move |role| (org, role.to_string(), Some(role)));
    let mut all: Vec<_> = of("AUA", Some(OrganizationKind::Post)).collect();
    all.extend(of("DE", Some(OrganizationKind::Customs)));
    all.push(("AUA", "nobody".to_owned(), None));
    all
}

fn is_open(access: Access, roles: Roles, org: &str) -> bool {
    match access {
        Access::Anybody | Access::Begun | Access::SignedIn => true,
        Access::Step(kind) => kind == SessionKind::Web,
        Access::May(case) => case.is_open_to(roles),
        // The customs administrations of these tests have two letters.
        Access::AtPost(case) => case.is_open_to(roles) && org.len() == 3,
    }
}

fn every_page_asks_who_visits(engine: Engine) {
    let patient = [("logins-per-account", "1000"), ("logins-per-address", "1000")];
    let server = Server::start_with(engine, &patient);
    let people = everybody();
    for (org, user, role) in &people {
        server.add_person(org, user, role.as_slice(), &[]);
    }
    let stranger = Visitor::new(&server);
    let mut raw = Raw::open(&server.database_url);
    let mut rows = || raw.number("SELECT count(*) AS n FROM record_history");
    // A session asks for so many pages at a time, and there are more.
    for pages in PAGES.chunks(PAGES.len().div_ceil(3)) {
        let visitors: Vec<(Visitor<'_>, Roles)> = people
            .iter()
            .map(|(org, user, role)| (Visitor::signed_in(&server, org, user), role.iter().copied().collect()))
            .collect();
        let before = rows();
        for page in pages {
            let name = format!("{} {}", page.verb, page.path);
            // An item that there is not.
            let path = page.path.replace("{post}", "AUA").replace("{pid}", "0197f000-0000-7000-8000-000000000000");
            // Who is nobody is led to the first step; a form is kept for after it.
            let shown = match page.verb {
                "GET" => stranger.get(&path),
                _ => stranger.post(&path, &[("typed", "Köln — 北京")]),
            };
            match page.access {
                Access::Anybody => assert_ne!(shown.status, 303, "{name}"),
                Access::SignedIn | Access::May(_) | Access::AtPost(_) if page.verb == "POST" => {
                    shown.is(401).says("Signed out, nothing is lost").says("value=\"Köln — 北京\"");
                }
                _ => assert!(shown.leads_to().starts_with("/console/login"), "{name}"),
            }
            for ((visitor, roles), (org, user, _)) in visitors.iter().zip(&people) {
                let who = format!("{name} by {user} of {org}");
                if page.verb == "GET" {
                    let shown = visitor.get(&path);
                    match (page.access, is_open(page.access, *roles, org)) {
                        (Access::Anybody | Access::Step(_), _) => {
                            assert!([200, 303, 404].contains(&shown.status), "{who}")
                        }
                        // Another page may come first, but not that of signing in.
                        (_, true) if shown.status == 303 => {
                            assert!(!shown.leads_to().starts_with("/console/login"), "{who}")
                        }
                        (_, true) => assert!([200, 404].contains(&shown.status), "{who}: {}", shown.status),
                        (_, false) => drop(shown.is(403).says("Your role does not open this")),
                    }
                } else if page.access != Access::Anybody {
                    // Without the token of the session, whoever it is.
                    let origin = server.base.clone();
                    let shown = visitor.send("POST", &path, Some(&[]), &[("origin", &origin)]);
                    assert!([303, 403].contains(&shown.status), "{who}: {}", shown.status);
                    if !is_open(page.access, *roles, org) && !matches!(page.access, Access::Step(_)) {
                        visitor.post(&path, &[("user", "clerk"), ("session", "x")]).is(403);
                    }
                }
            }
        }
        assert_eq!(rows(), before, "who may not has changed nothing");
    }
}

on_engines! { every_page_asks_for_session_and_role => every_page_asks_who_visits }

on_both_engines! {
    fn the_menu_holds_what_is_open_and_nothing_else(server) {
        for (org, user, role) in everybody() {
            server.add_person(org, &user, role.as_slice(), &[]);
            let home = Visitor::signed_in(server, org, &user).get("/console").is(200);
            let menu = home.between("<nav", "</nav>");
            for page in PAGES.iter().filter(|page| page.menu.is_some()) {
                let is_there = menu.contains(&format!("href=\"{}\"", page.path));
                assert_eq!(is_there, is_open(page.access, role.into_iter().collect(), org), "{user} of {org}: {}", page.path);
            }
        }
    }
}

/// Use cases that every caller has whatever the role: what is the same for everybody, and who one is.
const OPEN_TO_ALL: &[&str] = &[
    "cocktail",
    "decision",
    "good",
    "goods",
    "login",
    "logout",
    "needed",
    "postal_service",
    "requirements",
    "restrictions_by_description",
    "restrictions_by_hs",
    "with_value",
];

#[test]
fn every_use_case_that_takes_an_actor_asks_for_its_role() {
    let mut asked = BTreeSet::new();
    let mut lacking = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/service")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
                continue;
            }
            let text = std::fs::read_to_string(entry.path()).expect("text");
            for (at, _) in text.match_indices("    pub ") {
                let rest = &text[at + 8..];
                let rest = rest.strip_prefix("async ").unwrap_or(rest);
                let Some(rest) = rest.strip_prefix("fn ") else { continue };
                let Some((head, body)) = rest.split_once("{\n") else { continue };
                if !head.contains("&self") || !head.contains("actor: &Actor") {
                    continue;
                }
                let name = head.split(['(', '<']).next().expect("a name").to_owned();
                let first = body.lines().next().unwrap_or_default().trim();
                if first.starts_with("actor.check(") {
                    asked.insert(name);
                } else if !OPEN_TO_ALL.contains(&name.as_str()) {
                    lacking.push(name);
                }
            }
        }
    }
    assert!(lacking.is_empty(), "these do not ask for a role: {lacking:?}");
    assert!(asked.len() > 30, "the sources were not read: {asked:?}");
}
