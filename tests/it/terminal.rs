//! What terminals are told, walked claim by claim along the published page of such a service: a light for each receptacle, pushed to
//! the terminal concerned and acknowledged by it, asked for by others, never binding, and behind OAuth2.

use std::collections::BTreeSet;
use std::time::Duration;

use entrepost::domain::Scope;
use serde_json::{Value, json};

use crate::harness::data::{declaration, fresh_id, mail_object, mail_state, respond};
use crate::harness::receiver::{Received, Receiver, Reply};
use crate::harness::{Answer, Server};
use crate::oauth::{client_like, new_client, token};
use crate::{on_both_engines, on_both_engines_with};

const RECEPTACLE: &str = "AUSYDADEFRAACUN60077001900015";
const DESPATCH: &str = "AUSYDADEFRAACUN60077";

/// A terminal: a client of the German post that may see lights of what is at some offices.
struct Terminal<'s> {
    server: &'s Server,
    bearer: String,
}

impl<'s> Terminal<'s> {
    fn at(server: &'s Server, offices: &[&str]) -> Self {
        Self::with(server, offices, &[Scope::ReadLight, Scope::CreateSubscriptions, Scope::ReadSubscriptions])
    }

    fn with(server: &'s Server, offices: &[&str], scopes: &[Scope]) -> Self {
        let mut new = new_client("DEA", scopes);
        new.only_offices = offices.iter().map(|office| (*office).to_owned()).collect();
        let (id, secret) = client_like(server, new);
        Self { server, bearer: format!("Bearer {}", token(server, &id, &secret)) }
    }

    fn get(&self, path: &str) -> Answer {
        self.server.get_with(path, &[("authorization", &self.bearer)])
    }

    fn post(&self, path: &str, body: &Value) -> Answer {
        let headers = [("authorization", self.bearer.as_str()), ("content-type", "application/json")];
        self.server.post_bytes(path, body.to_string().as_bytes(), &headers)
    }

    fn light(&self, id: &str) -> Value {
        self.get(&format!("/v1/items/{id}/light")).ok().json()
    }

    /// Subscribes a receiver to changes of lights.
    fn subscribe(&self, receiver: &Receiver) -> String {
        let body = json!({ "url": receiver.url, "filter": { "types": ["light.changed"] } });
        let made = self.post("/v1/subscriptions", &body).is(201).json();
        self.server.notify();
        receiver.forget();
        made["id"].as_str().expect("an id").to_owned()
    }
}

fn declare(server: &Server, id: &str, receptacle: Option<&str>) {
    let mut data = declaration("7.00");
    if let Some(receptacle) = receptacle {
        data["Data"]["ExtraFieldNames"] = json!(["EP.ReceptacleId"]);
        data["Data"]["ExtraFieldValues"] = json!([receptacle]);
    }
    let body = json!({ "mailObject": mail_object(id, "AUA", "DEA"), "decl": data, "evtCd": 2 });
    server.call_as("AUA", "StoreDeclaration", body).ok();
}

fn arrive(server: &Server, id: &str, office: &str) {
    let mut body = mail_state(id, "DEA", "AUA", "I", 50);
    body["officeCd"] = json!(office);
    server.call_as("DEA", "UpdateMailState", body).ok();
}

fn decide(server: &Server, id: &str, decision: &str) {
    server.call_as("DE", "StoreResponse", respond(id, "AUA", "DEA", decision, 2)).ok();
}

/// (item, colour, colour before) of the lights that were pushed.
fn pushed(receiver: &Receiver) -> Vec<(String, String, Option<String>)> {
    let told = |one: &Received| {
        let data = &one.json()["data"];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        (
            text(&data["itemId"]).expect("an id"),
            text(&data["light"]["is"]).expect("a colour"),
            text(&data["light"]["was"]),
        )
    };
    receiver.events().iter().map(told).collect()
}

fn ids(answer: &Answer) -> BTreeSet<String> {
    let items = answer.json()["items"].as_array().expect("a list").clone();
    items.into_iter().map(|one| one["itemId"].as_str().expect("an id").to_owned()).collect()
}

on_both_engines_with! {
    [("notify-allow-nets", "127.0.0.0/8")];
    fn lights_are_pushed_to_the_terminal_concerned(server) {
        let (frankfurt, elsewhere) = (Terminal::at(server, &["DEFRAA"]), Terminal::at(server, &["DEBERA"]));
        let (here, there) = (Receiver::start(), Receiver::start());
        let subscription = frankfurt.subscribe(&here);
        elsewhere.subscribe(&there);
        let id = fresh_id("AU");
        declare(server, &id, None);
        server.notify();
        assert!(pushed(&here).is_empty(), "it is at no office yet");
        arrive(server, &id, "DEFRAA");
        server.notify();
        assert_eq!(pushed(&here), [(id.clone(), "Amber".to_owned(), None)], "what comes to the terminal is told to it");
        decide(server, &id, "2");
        server.notify();
        decide(server, &id, "6");
        server.notify();
        let light = |is: &str, was: &str| (id.clone(), is.to_owned(), Some(was.to_owned()));
        assert_eq!(pushed(&here)[1..], [light("Green", "Amber"), light("Red", "Green")]);
        assert!(pushed(&there).is_empty());
        let event = here.events()[1].json();
        assert_eq!((&event["data"]["light"]["mayProceed"], &event["data"]["light"]["binding"]), (&json!(true), &json!(false)));
        assert_eq!(event["data"]["light"]["reasons"], json!(["CLEARED"]), "why, in codes");

        // Acknowledged by its 2xx, and the log proves who was told what and when.
        let log = frankfurt.get(&format!("/v1/subscriptions/{subscription}/deliveries?item={id}")).ok().json();
        let rows = log["deliveries"].as_array().expect("a list");
        assert!(rows.len() == 3 && rows.iter().all(|row| row["state"] == "delivered"), "{log}");
        let one = frankfurt.get(&format!("/v1/subscriptions/{subscription}/deliveries/{}", rows[1]["sequence"])).ok().json();
        assert_eq!((&one["log"][0]["status"], one["log"][0]["at"].is_string()), (&json!(200), true), "{one}");
        // It goes on to another terminal: that one is told.
        arrive(server, &id, "DEBERA");
        server.notify();
        assert_eq!(pushed(&there), [(id.clone(), "Red".to_owned(), None)]);
        assert_eq!(pushed(&here).len(), 3);
        assert_eq!(frankfurt.light(&id)["reasons"][0]["code"], "UNKNOWN_ITEM");
    }

    fn what_is_not_acknowledged_is_pushed_again(server) {
        let (terminal, receiver, id) = (Terminal::at(server, &["DEFRAA"]), Receiver::start(), fresh_id("AU"));
        let subscription = terminal.subscribe(&receiver);
        declare(server, &id, None);
        receiver.answer_always(500);
        arrive(server, &id, "DEFRAA");
        decide(server, &id, "2");
        server.notify();
        assert_eq!(pushed(&receiver).len(), 1, "the next one waits for it");
        let log = || terminal.get(&format!("/v1/subscriptions/{subscription}/deliveries?state=waiting")).ok().json()["deliveries"].as_array().map(Vec::len);
        assert_eq!(log(), Some(2), "none is taken for acknowledged");
        receiver.forget();
        receiver.answer(|_| Reply::Status(204));
        server.clock.advance(Duration::from_secs(6));
        server.notify();
        let colours: Vec<String> = pushed(&receiver).into_iter().map(|(_, is, _)| is).collect();
        assert_eq!((colours, log()), (vec!["Amber".to_owned(), "Green".to_owned()], Some(0)));
    }
}

on_both_engines! {
    fn a_light_is_asked_for_by_who_has_the_scope_and_says_that_it_informs(server) {
        let (terminal, id) = (Terminal::at(server, &["DEFRAA"]), fresh_id("AU"));
        declare(server, &id, Some(RECEPTACLE));
        arrive(server, &id, "DEFRAA");
        let light = terminal.light(&id);
        assert_eq!((&light["light"], &light["mayProceed"], &light["binding"], &light["office"]), (&json!("Amber"), &json!(false), &json!(false), &json!("DEFRAA")));
        assert!(light["notice"].as_str().expect("a text").contains("Information only"));
        assert!(light.get("value").is_none());
        // Nothing else of the item, and nothing for who lacks the scope.
        terminal.get(&format!("/v1/declarations/{id}")).refused(403);
        let other = Terminal::with(server, &["DEFRAA"], &[Scope::ReadItems]);
        for path in [format!("/v1/items/{id}/light"), format!("/v1/containers/{RECEPTACLE}/lights")] {
            let refused = other.get(&path).refused(403);
            assert!(refused.header("www-authenticate").is_some_and(|how| how.contains("read:light")), "{refused:?}");
        }
        // Who is elsewhere is told what is told of an id that nobody knows.
        let elsewhere = Terminal::at(server, &["DEBERA"]);
        let none = fresh_id("AU");
        let told = |id: &str| elsewhere.get(&format!("/v1/items/{id}/light")).ok().text.replace(id, "…");
        assert_eq!(told(&id), told(&none));
        elsewhere.get(&format!("/v1/containers/{RECEPTACLE}/lights")).refused(404);
        elsewhere.get(&format!("/v1/items/{id}/light/history")).refused(404);
        // A post may make it binding; that is said then.
        let changes = entrepost::service::settings::SettingChanges { light_binding: Some(true), ..Default::default() };
        server.block_on(|services| async move { services.set_organization("DEA", changes).await }).expect("sets");
        assert_eq!(terminal.light(&id)["binding"], true);
    }

    fn the_words_of_the_platform_stand_beside_ours(server) {
        let (terminal, ways) = (Terminal::at(server, &["DEFRAA"]), ["2", "3", "6", ""]);
        let items: Vec<String> = ways.iter().map(|_| fresh_id("AU")).collect();
        for (id, decision) in items.iter().zip(ways) {
            declare(server, id, Some(RECEPTACLE));
            arrive(server, id, "DEFRAA");
            if !decision.is_empty() {
                decide(server, id, decision);
            }
        }
        let unknown = fresh_id("AU");
        let asked: Vec<Value> = items.iter().chain([&unknown]).map(|id| json!({ "itemId": id })).collect();
        let listed = terminal.post("/v1/items/lights?vocabulary=nxtport", &json!({ "items": asked })).ok().json();
        let all = listed["items"].as_array().expect("a list").clone();
        for light in &all {
            let value = if light["mayProceed"] == true { "released" } else { "notreleased" };
            assert_eq!(light["value"], value, "{light}");
            assert_eq!(light["mayProceed"] == true, light["light"] == "Green", "only green may leave: {light}");
        }
        assert!(all.iter().any(|light| light["value"] == "released") && all[4]["value"] == "notreleased", "{listed}");
        for light in &all[..4] {
            let path = format!("/v1/items/{}/light?vocabulary=nxtport", light["itemId"].as_str().expect("an id"));
            assert_eq!(terminal.get(&path).ok().json()["value"], light["value"]);
        }
        let container = terminal.get(&format!("/v1/containers/{RECEPTACLE}/lights?vocabulary=nxtport")).ok().json();
        assert!(container["items"].as_array().expect("a list").iter().all(|light| light["value"].is_string()));
        for path in ["/v1/items/X/light?vocabulary=other", "/v1/items/X/light?vocabulary=nxtport&vocabulary=nxtport"] {
            terminal.get(path).refused(400);
        }
    }

    fn a_token_is_needed_and_had_by_the_published_way(server) {
        let id = fresh_id("AU");
        declare(server, &id, None);
        let metadata = server.get("/.well-known/oauth-authorization-server").ok().json();
        let endpoint = metadata["token_endpoint"].as_str().expect("an address").to_owned();
        assert!(metadata["scopes_supported"].as_array().expect("scopes").contains(&json!("read:light")));
        let (client, secret) = client_like(server, new_client("DEA", &[Scope::ReadLight]));
        let form = format!("grant_type=client_credentials&client_id={client}&client_secret={secret}&scope=read:light");
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        let path = endpoint.strip_prefix(&server.base).expect("of this server");
        let granted = server.post_bytes(path, form.as_bytes(), &kind).ok().json();
        assert_eq!((&granted["token_type"], &granted["scope"]), (&json!("Bearer"), &json!("read:light")));
        let bearer = format!("Bearer {}", granted["access_token"].as_str().expect("a token"));
        let path = format!("/v1/items/{id}/light");
        assert_eq!(server.get_with(&path, &[("authorization", &bearer)]).ok().json()["light"], "Amber");
        server.get(&path).refused(401);
        // Signing in for others and registering oneself are not offered.
        for grant in ["password", "authorization_code"] {
            let other = form.replace("client_credentials", grant);
            assert_eq!(server.post_bytes("/oauth2/token", other.as_bytes(), &kind).refused(400).json()["error"], "unsupported_grant_type");
        }
        assert_eq!(server.post_bytes("/oauth2/register", b"{}", &[]).status, 404);
    }
}

on_both_engines_with! {
    [("notify-allow-nets", "127.0.0.0/8")];
    fn a_receptacle_of_300_items_waits_at_its_office_until_all_may_go(server) {
        let (terminal, elsewhere, receiver) = (Terminal::at(server, &["DEFRAA"]), Terminal::at(server, &["DEBERA"]), Receiver::start());
        terminal.subscribe(&receiver);
        let items: Vec<String> = (0..300).map(|_| fresh_id("AU")).collect();
        let views: Vec<Value> = items.iter().map(|id| {
            let mut data = declaration("7.00");
            data["Data"]["ExtraFieldNames"] = json!(["EP.ReceptacleId"]);
            data["Data"]["ExtraFieldValues"] = json!([RECEPTACLE]);
            json!({ "MailObject": mail_object(id, "AUA", "DEA"), "Declaration": data })
        }).collect();
        server.call_as("AUA", "CreateOrUpdateDeclarations", json!({ "cdsViews": views })).ok();
        for id in &items {
            let mut body = mail_state(id, "DEA", "AUA", "I", 50);
            body["officeCd"] = json!("DEFRAA");
            let body = json!({ "token": crate::harness::server::token_of("DEA"), "userCd": "tester" }).as_object().into_iter().flatten()
                .fold(body, |mut body, (name, value)| { body[name] = value.clone(); body });
            let answer = server.post_bytes("/UpdateMailState", body.to_string().as_bytes(), &[("content-type", "application/json")]);
            assert_eq!(answer.status, 200, "{}", answer.text);
        }
        let clear = |some: &[String]| {
            let views: Vec<Value> = some.iter().map(|id| json!({
                "MailObject": mail_object(id, "AUA", "DEA"), "Response": crate::harness::data::response("2", 5),
            })).collect();
            server.call_as("DE", "CreateOrUpdateResponses", json!({ "cdsViews": views })).ok();
            server.settle();
        };
        clear(&items[..299]);
        server.notify();

        // By receptacle, by despatch and by list the same is said.
        let set: BTreeSet<String> = items.iter().cloned().collect();
        let asked: Vec<Value> = items.iter().map(|id| json!({ "itemId": id })).collect();
        let answers = || [
            terminal.get(&format!("/v1/containers/{RECEPTACLE}/lights")).ok(),
            terminal.get(&format!("/v1/containers/{DESPATCH}/lights")).ok(),
            terminal.post("/v1/items/lights", &json!({ "items": asked })).ok(),
        ];
        for answer in answers() {
            assert_eq!((ids(&answer), answer.json()["summary"].clone()), (set.clone(), json!({ "green": 299, "amber": 1, "red": 0 })));
        }
        let held = terminal.get(&format!("/v1/containers/{RECEPTACLE}/lights?light=Amber")).ok();
        assert_eq!(ids(&held), BTreeSet::from([items[299].clone()]));
        assert_eq!(held.json()["items"][0]["mayProceed"], false);
        for container in [RECEPTACLE, DESPATCH] {
            elsewhere.get(&format!("/v1/containers/{container}/lights")).refused(404);
        }
        // Each was told when it came, and most when they were cleared.
        assert_eq!(pushed(&receiver).len(), 599);

        receiver.forget();
        clear(&items[299..]);
        server.notify();
        assert_eq!(pushed(&receiver), [(items[299].clone(), "Green".to_owned(), Some("Amber".to_owned()))]);
        for answer in answers() {
            assert_eq!(answer.json()["summary"], json!({ "green": 300, "amber": 0, "red": 0 }));
        }
    }
}
