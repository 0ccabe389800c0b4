//! Many at once at a browser: templates, imports with their check, and many forms in one file.

use entrepost::domain::Role;
use entrepost::limits;
use serde_json::json;

use crate::harness::Server;
use crate::harness::data::{declaration, fresh_id, mail_object, store};
use crate::harness::visitor::Visitor;
use crate::{on_both_engines, on_strict_servers};

const FORM: &str = "/console/items/new/form";

fn clerk<'s>(server: &'s Server, org: &str, user: &str) -> Visitor<'s> {
    server.add_person(org, user, &[Role::Clerk], &[]);
    Visitor::signed_in(server, org, user)
}

/// A sheet of one good item and one that is refused.
fn sheet(good: &str, bad: &str) -> String {
    let head = "item_id,destination,posted_on,mail_class,nature,gross_kg,postage,postage_currency,sender_name,sender_address1,sender_city,sender_country,\
        recipient_name,recipient_address1,recipient_city,recipient_country,recipient_phone,piece_description,piece_quantity,piece_net_kg,piece_value,piece_currency";
    let row = |id: &str, weight: &str| {
        format!(
            "{id},DE,2026-11-01,E,31,{weight},14.50,EUR,Harbour Toys Pty,1 Example Street,Sydney,AU,Beispielempfang,Probestrasse 5,\
            Frankfurt,DE,+49695550102,Wooden toy train,2,0.8,38.50,EUR"
        )
    };
    format!("{head}\n{}\n{}\n", row(good, "1.5"), row(bad, "heavy"))
}

on_strict_servers! {
    fn a_sheet_is_checked_first_and_taken_in_at_one_click(server) {
        let visitor = clerk(server, "AUA", "clerk");
        let (good, bad) = (fresh_id("AU"), fresh_id("AU"));
        let there = |id: &str| !server.load("AUA", json!({ "id": id, "postalOrgCd": "AUA" })).is_empty();
        visitor.get("/console/import").is(200).says("Check only");
        visitor.upload("/console/import", &[("do", "check")], b"").is(422).says("href=\"#file\"").says("Choose a file");
        visitor.get("/console/import");
        visitor.upload("/console/import", &[("do", "check")], b"PK\x03\x04 no workbook").is(422).says("id=\"file-error\"");
        visitor.get("/console/import");
        let report = visitor.upload("/console/import", &[("do", "check")], sheet(&good, &bad).as_bytes()).leads_to().to_owned();
        let shown = visitor.get(&report).is(200).says("Checked only").says("Gross weight, kg").says(&bad).says("refuses");
        assert!(!there(&good) && !there(&bad), "a check stores nothing");
        let id = shown.between("action=\"/console/imports/", "/take").to_owned();
        let book = visitor.get(&format!("/console/imports/{id}/refused")).is(200);
        assert!(book.text.starts_with("PK") && book.header("content-disposition").is_some_and(|how| how.starts_with("attachment")));
        let taken = visitor.post(&format!("/console/imports/{id}/take"), &[]).leads_to().to_owned();
        assert_ne!(taken, report);
        visitor.get(&taken).is(200).says("Imported.");
        assert!(there(&good) && !there(&bad), "each on its own");
        visitor.get("/console/import").is(200).says(&taken);
        assert!(visitor.get("/console/import/template").is(200).text.starts_with("PK"));
        // The same file again is known.
        visitor.get("/console/import");
        assert!(visitor.upload("/console/import", &[("do", "check")], sheet(&good, &bad).as_bytes()).leads_to().ends_with("?repeated"));
        // Nobody else's.
        let stranger = clerk(server, "PTA", "clerk");
        stranger.get(&report).is(404);
        stranger.get(&format!("/console/imports/{id}/refused")).is(404);
        stranger.post(&format!("/console/imports/{id}/take"), &[]).is(404);
    }

    fn a_file_is_taken_of_who_may_send_it_alone(server) {
        server.add_person("AUA", "reader", &[Role::Reader], &[]);
        let id = fresh_id("AU");
        let sheet = sheet(&id, &fresh_id("AU"));
        let reader = Visitor::signed_in(server, "AUA", "reader");
        reader.upload("/console/import", &[("do", "import")], sheet.as_bytes()).is(403);
        let nobody = Visitor::new(server);
        assert!(nobody.upload("/console/import", &[("do", "import")], sheet.as_bytes()).leads_to().starts_with("/console/login"));
        let clerk = clerk(server, "AUA", "clerk");
        // Without the token of the session.
        Visitor::new(server).get("/console/login");
        let other = Visitor::new(server);
        other.set_cookie("ep", &clerk.cookie("ep").expect("a key"));
        other.upload("/console/import", &[("do", "import")], sheet.as_bytes()).is(403);
        // A page that takes none.
        clerk.upload("/console/me", &[], b"x").is(415);
        let large = vec![b'x'; limits::BODY_BYTES + 1];
        clerk.upload("/console/import", &[("do", "import")], &large).is(413);
        assert!(server.load("AUA", json!({ "id": id, "postalOrgCd": "AUA" })).is_empty());
    }
}

on_both_engines! {
    fn goods_and_senders_are_imported_by_who_may_offer(server) {
        let clerk = clerk(server, "AUA", "clerk");
        clerk.get("/console/import").is(200).says("value=\"goods\"").says("template?kind=senders");
        for kind in ["declarations", "goods", "senders", "movements"] {
            let book = clerk.get(&format!("/console/import/template?kind={kind}")).is(200);
            assert!(book.header("content-disposition").is_some_and(|how| how.contains(&format!("{kind}.xlsx"))), "{kind}");
        }
        clerk.get("/console/import/template?kind=nothing").is(404);
        let name = format!("Imported clock {}", fresh_id("AU"));
        let sheet = format!("description;price;price_currency\n{name};12,50;EUR\n");
        clerk.get("/console/import");
        let report = clerk.upload("/console/import", &[("do", "import"), ("kind", "goods")], sheet.as_bytes()).leads_to().to_owned();
        clerk.get(&report).is(200).says("a.csv").says("Imported.");
        clerk.get("/console/goods").is(200).says(&name);
        clerk.get("/console/import").is(200).says("a.csv");
        clerk.upload("/console/import", &[("do", "import"), ("kind", "nothing")], sheet.as_bytes()).is(404);
    }

    fn a_long_list_says_that_there_are_more_than_it_counts(server) {
        server.add_person("AUA", "reader", &[Role::Reader], &[]);
        let post = Visitor::signed_in(server, "AUA", "reader");
        let most = usize::try_from(limits::LIST_COUNTED).expect("a number");
        // One is there already.
        for count in [most / 2, most / 2 - 1] {
            let view = |_| json!({ "MailObject": mail_object(&fresh_id("AU"), "AUA", "FRA"), "Declaration": declaration("38.50") });
            let views: Vec<_> = (0..count).map(view).collect();
            server.call_as("AUA", "CreateOrUpdateDeclarations", json!({ "cdsViews": views })).ok();
        }
        post.get("/console/items?partner=FRA").is(200).says(&format!(">{most} items"));
        server.call_as("AUA", "StoreDeclaration", store(&fresh_id("AU"), "AUA", "FRA", 1)).ok();
        post.get("/console/items?partner=FRA").is(200).says(&format!("More than {most} items"));
        // A word that all of them have, alone and with one that few have, in either order.
        let one = fresh_id("AU");
        let mut rare = store(&one, "AUA", "FRA", 2);
        rare["decl"]["Data"]["RecipientName"] = json!("Quentin Rarely");
        let common = rare["decl"]["Data"]["RecipientCity"].as_str().expect("a city").to_owned();
        server.call_as("AUA", "StoreDeclaration", rare).ok();
        server.settle();
        server.block_on(|services| async move { services.keep_words().await }).expect("keeps");
        let listed = |query: &str| server.rest("AUA", "GET", &format!("/v1/declarations?count=true&q={query}"), None, &[]).ok();
        let found = |query: &str| listed(query).header("x-total-count").expect("a count").parse::<usize>().expect("a number");
        assert!(found(&common) > most);
        for query in [format!("{common}+rarely"), format!("rarely+{common}")] {
            assert_eq!((found(&query), &listed(&query).json()["items"][0]["itemId"]), (1, &json!(one)), "{query}");
        }
        let export = server.rest("AUA", "GET", &format!("/v1/exports/declarations.json?q=rarely+{common}"), None, &[]).ok().json();
        assert_eq!(export.as_array().map(Vec::len), Some(1), "{export}");
    }

    fn many_forms_are_printed_as_one_file(server) {
        server.add_person("AUA", "reader", &[Role::Reader], &[]);
        let visitor = Visitor::signed_in(server, "AUA", "reader");
        let ids: Vec<String> = (0..3).map(|_| fresh_id("AU")).collect();
        for id in &ids {
            server.call_as("AUA", "StoreDeclaration", store(id, "AUA", "DEA", 2)).ok();
        }
        visitor.get("/console/print").is(200).says("one a line");
        let typed = ids.join("\r\n").to_lowercase();
        let bytes = visitor.post_for_bytes("/console/print", &[("ids", &typed), ("form", "CN23"), ("language", "FR"), ("copies", "1")]);
        assert!(bytes.starts_with(b"%PDF"));
        for id in &ids {
            let printed = server.history("AUA", id).iter().filter(|row| row.event == "declaration.printed").count();
            assert_eq!(printed, 1, "{id}");
        }
        visitor.get("/console/print");
        let unknown = fresh_id("AU");
        let shown = visitor.post("/console/print", &[("ids", &format!("{} {unknown}", ids[0]))]).is(422).says("href=\"#ids\"");
        assert!(shown.between("id=\"ids-error\">", "</p>").ends_with(&format!("id {unknown}.")), "{}", shown.text);
        visitor.post("/console/print", &[("ids", " ")]).is(422).says("Give 1 to 500");
        visitor.post("/console/print", &[("ids", &ids[0]), ("copies", "many")]).is(422).says("href=\"#copies\"");
        // Another's is not there.
        let stranger = clerk(server, "PTA", "clerk");
        stranger.get("/console/print");
        stranger.post("/console/print", &[("ids", &ids[0])]).is(422);
    }

    fn templates_are_the_owners_until_they_are_shared(server) {
        let (zoe, max) = (clerk(server, "AUA", "zoe"), clerk(server, "AUA", "max"));
        let fields = [
            ("lines", "2"), ("item_id", "EE123456785AU"), ("doc1_id", "I-1"), ("sender_name", "Harbour <b>Toys"), ("destination", "DEA"),
            ("piece_description-1", "Wooden toy train"), ("piece_description-2", "Rail"), ("template", "Toys & trains"), ("do", "template"),
        ];
        zoe.get(FORM).is(200);
        zoe.post(FORM, &fields).is(200).says("Saved as a template").says("value=\"Harbour &lt;b&gt;Toys\"");
        let address = format!("{FORM}?template=Toys+%26+trains&owner=zoe");
        let filled = zoe.get(&address).is(200);
        assert_eq!((filled.value("sender_name").as_str(), filled.value("item_id").as_str(), filled.value("doc1_id").as_str()), ("Harbour &lt;b&gt;Toys", "", ""));
        assert_eq!(filled.value("piece_description-2"), "Rail");
        zoe.get("/console/items/new").is(200).says("Toys &amp; trains");
        // Another clerk sees it when it is shared.
        assert!(!max.get("/console/items/new").is(200).text.contains("Toys &amp; trains"));
        max.get(&address).is(422);
        zoe.get("/console/templates").is(200).says("for the owner");
        assert_eq!(zoe.post("/console/templates", &[("name", "Toys & trains"), ("do", "share")]).leads_to(), "/console/templates?done");
        max.get("/console/templates").is(200).says("Toys &amp; trains").says("for all here");
        assert_eq!(max.get(&address).is(200).value("piece_description-2"), "Rail");
        max.post("/console/templates", &[("name", "Toys & trains"), ("do", "drop")]).is(404);
        clerk(server, "PTA", "clerk").get(&address).is(422);
        for name in ["", &"x".repeat(limits::TEMPLATE_NAME_CHARS + 1)] {
            zoe.get(FORM);
            zoe.post(FORM, &[("template", name), ("do", "template")]).is(422).says("href=\"#template\"");
        }
        zoe.post("/console/templates", &[("name", "Toys & trains"), ("do", "drop")]).leads_to();
        max.get(&address).is(422);
        // They go with their owner.
        zoe.post(FORM, &fields).is(200);
        server.add_person("AUA", "admin", &[Role::Admin], &[]);
        let admin = Visitor::signed_in(server, "AUA", "admin");
        admin.post("/console/admin/user/remove", &[("user", "zoe")]).leads_to();
        let mut raw = crate::harness::raw::Raw::open(&server.database_url);
        assert_eq!(raw.number("SELECT count(*) AS n FROM template"), 0);
    }
}
