//! A customs administration on another server than its post.

use std::time::Duration;

use entrepost::domain::OrganizationKind;
use entrepost::service::admin::NewOrganization;
use serde_json::{Value, json};

use super::{settle, used};
use crate::harness::data::{fresh_id, mail_object, response, store};
use crate::harness::process::poll;
use crate::harness::{Engine, Server};

/// Gives a post of one server the customs of the other.
fn give_customs(servers: &[Server; 2], post: &str, customs: &str) {
    let home = usize::from(post == "DEA");
    for (at, server) in servers.iter().enumerate() {
        let row = NewOrganization {
            code: post.into(),
            kind: OrganizationKind::Post,
            country: post[..2].into(),
            name: "A post".into(),
            customs: Some(customs.into()),
            remote: at != home,
            time_zone: "UTC".into(),
            creates_users: true,
        };
        server.block_on(|services| async move { services.put_organization(row).await }).expect("an organization");
    }
}

#[test]
fn customs_elsewhere_is_told_that_item_data_was_taken_back() {
    let servers = Server::pair([Engine::Sqlite, Engine::Sqlite]);
    let [australia, _] = &servers;
    give_customs(&servers, "DEA", "AU");
    let id = fresh_id("AU");
    let events = || -> Vec<String> { australia.history("DEA", &id).into_iter().map(|row| row.event).collect() };
    for (to, said) in [("DEA", "received"), ("FRA", "withdrawn"), ("DEA", "received")] {
        australia.call_as("AUA", "StoreDeclaration", store(&id, "AUA", to, 2)).ok();
        settle(&servers);
        assert_eq!(events().last(), Some(&format!("declaration.{said}")), "{:?}", events());
    }
    assert_eq!(events().len(), 3);
}

/// Customs that lives elsewhere gets CUSITM and answers with CUSRSP; a post hosted nowhere near has its own rows there.
#[test]
fn customs_elsewhere_sees_declarations_and_its_answer_comes_back() {
    let servers = Server::pair([Engine::Sqlite, Engine::Sqlite]);
    let [australia, germany] = &servers;
    // Germany's server hosts the customs of Australia's post, too, for once.
    give_customs(&servers, "AUA", "DE");
    servers.iter().for_each(|server| server.clock.advance(Duration::from_secs(2)));
    let id = fresh_id("AU");
    let mut sent = store(&id, "AUA", "FRA", 2);
    sent["decl"]["CustOrganizationCd"] = Value::Null;
    australia.call_as("AUA", "StoreDeclaration", sent).ok();
    settle(&servers);
    // A token is remembered with what it may see for a second of real time.
    let seen = poll(Duration::from_secs(5), || {
        let answer = germany.call_as("DE", "Load", json!({ "postalOrgCd": "AUA", "id": id }));
        (answer.status == 200).then(|| answer.json()["LoadResult"][0].clone()).filter(Value::is_object)
    });
    let view = seen.expect("customs elsewhere has the item");
    assert_eq!(view["Declaration"]["Data"], australia.status("AUA", "AUA", &id, "O")["Declaration"]["Data"]);
    let mut answer = json!({ "mailObject": mail_object(&id, "AUA", "FRA"), "resp": response("2", 0), "evtCd": 2 });
    answer["resp"]["PostOrganizationCd"] = json!("AUA");
    germany.call_as("DE", "StoreResponse", answer).ok();
    settle(&servers);
    assert_eq!(australia.status("AUA", "AUA", &id, "O")["Response"]["Data"]["DecisionCd"], "2");
    assert!(used(australia, "AUA").contains(&"LastCusitmSentDt"), "{:?}", used(australia, "AUA"));
}
