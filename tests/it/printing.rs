//! CN22 and CN23 over HTTP.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entrepost::limits;
use entrepost::service::import::{Import, ListKind};
use serde_json::{Value, json};

use crate::harness::Server;
use crate::harness::data::{fresh_id, status, store};
use crate::harness::server::token_of;
use crate::on_both_engines;

fn is_pdf(encoded: &Value) -> bool {
    let bytes = STANDARD.decode(encoded.as_str().unwrap_or_default()).unwrap_or_default();
    bytes.starts_with(b"%PDF-") && bytes.len() > 5_000
}

/// How often the history of an item of AUA's or FRA's notes that it was printed.
fn printed(server: &Server, id: &str) -> usize {
    let rows = ["AUA", "FRA"].into_iter().flat_map(|post| server.history(post, id));
    rows.filter(|row| row.event == "declaration.printed").count()
}

on_both_engines! {
    fn stored_items_and_views_are_printed_and_the_history_notes_it(server) {
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        let printed = json!({ "mailItemId": id, "form": "CN23", "paper": "A4", "languageCd": "ES" });
        let printed = server.call_as("AUA", "PrintCustomsDeclaration", printed).ok().json();
        assert!(is_pdf(&printed["PrintCustomsDeclarationResult"]));
        let item = id.clone();
        let history = server.block_on(|services| async move { services.item_history("AUA", &item).await }).expect("rows");
        assert_eq!(history.last().map(|row| row.event.as_str()), Some("declaration.printed"));

        let view = server.call_as("AUA", "GetCustomsStatus", status("AUA", &id, "O")).ok().json();
        let view = json!({ "cdsView": view["GetCustomsStatusResult"] });
        assert!(is_pdf(&server.call_as("AUA", "PrintDoc", view).ok().json()["PrintDocResult"]));
        let nothing = server.call_as("AUA", "PrintDoc", json!({ "cdsView": {} }));
        assert_eq!(nothing.status, 400, "{}", nothing.text);

        let foreign = server.call_as("FRA", "PrintCustomsDeclaration", json!({ "mailItemId": id }));
        assert_eq!(foreign.findings(), [("absent".into(), "mailItemId".into())]);
        let unknown = server.call_as("AUA", "PrintCustomsDeclaration", json!({ "mailItemId": id, "form": "CN9" }));
        assert_eq!(unknown.findings(), [("unknown_code".into(), "form".into())]);
    }

    fn a_list_of_items_is_printed_into_one_file(server) {
        let ids = [fresh_id("AU"), fresh_id("AU")];
        for id in &ids {
            server.call_as("AUA", "StoreDeclaration", store(id, "AUA", "DEA", 2)).ok();
        }
        let both = server.call_as("AUA", "print", json!({ "mailItemIds": ids, "form": "CN23", "paper": "A4" })).ok();
        assert_eq!(both.header("content-type"), Some("application/pdf"));
        assert_eq!(both.header("content-disposition"), Some("attachment; filename=\"declarations.pdf\""));
        assert!(both.text.starts_with("%PDF-"));
        let one = server.call_as("AUA", "print", json!({ "mailItemIds": [ids[0]], "form": "CN23", "paper": "A4" })).ok();
        assert!(one.text.starts_with("%PDF-") && one.text.len() < both.text.len());
        for (id, times) in ids.iter().zip([2, 1]) {
            assert_eq!(printed(server, id), times, "the history notes each time");
        }
        // The token may stand in the header; customs prints what it may see, at its own post and where it goes.
        let body = json!({ "mailItemIds": ids, "userCd": "clerk" }).to_string();
        for org in ["AU", "DEA", "DE"] {
            let bearer = format!("Bearer {}", token_of(org));
            let answer = server.post("print", &body, &[("authorization", &bearer)]).ok();
            assert!(answer.text.starts_with("%PDF-"), "{org}");
        }
    }

    fn a_list_with_an_item_of_others_prints_none(server) {
        let (own, foreign) = (fresh_id("FR"), fresh_id("AU"));
        server.call_as("FRA", "StoreDeclaration", store(&own, "FRA", "DEA", 2)).ok();
        server.call_as("AUA", "StoreDeclaration", store(&foreign, "AUA", "DEA", 2)).ok();
        let refused = |ids: [&str; 2]| server.call_as("FRA", "print", json!({ "mailItemIds": ids })).refused(400);
        let answer = refused([&own, &foreign]);
        assert_eq!(answer.findings(), [("absent".into(), "mailItemIds".into())]);
        // What others have looks like what nobody has.
        let nothing = fresh_id("AU");
        assert_eq!(answer.text.replace(&foreign, ""), refused([&own, &nothing]).text.replace(&nothing, ""));
        assert_eq!((printed(server, &own), printed(server, &foreign)), (0, 0));
    }

    fn a_list_that_cannot_be_read_is_refused_with_what_is_wrong(server) {
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        let with = |members: Value| {
            let mut body = json!({ "mailItemIds": [id] });
            body.as_object_mut().expect("an object").extend(members.as_object().expect("an object").clone());
            server.call_as("AUA", "print", body).findings()
        };
        for ids in [json!([]), Value::Null, json!(["", " "])] {
            assert_eq!(with(json!({ "mailItemIds": ids })), [("required".into(), "mailItemIds".into())], "{ids}");
        }
        assert_eq!(with(json!({ "mailItemIds": [7] })), [("type".into(), "mailItemIds[0]".into())]);
        assert_eq!(with(json!({ "mailItemIds": id })), [("type".into(), "mailItemIds".into())]);
        assert_eq!(with(json!({ "userCd": "" })), [("required".into(), "userCd".into())]);
        let options = json!({ "form": "CN9", "paper": "A0", "languageCd": "??", "copies": 0 });
        let mut wrong = with(options);
        wrong.sort();
        let unknown = ["form", "languageCd", "paper"].map(|member| ("unknown_code".to_owned(), member.to_owned()));
        assert_eq!(wrong[..1], [("out_of_range".to_owned(), "copies".to_owned())]);
        assert_eq!(wrong[1..], unknown);
        for text in ["", "[]", "{", "%PDF-", "\u{feff}{}"] {
            let answer = server.post("print", text, &[("authorization", &format!("Bearer {}", token_of("AUA")))]);
            assert_eq!(answer.findings(), [("json".into(), String::new())], "{text:?}");
        }
        assert_eq!(printed(server, &id), 0);
    }

    fn a_list_is_printed_up_to_its_limit(server) {
        let of = |count: usize| {
            let ids: Vec<String> = (0..count).map(|_| fresh_id("AU")).collect();
            server.call_as("AUA", "print", json!({ "mailItemIds": ids })).findings()
        };
        // At the limit the items are looked for, and are not there; one beyond it nothing is.
        let absent = of(limits::PRINT_ITEMS);
        assert!(!absent.is_empty() && absent.iter().all(|(code, _)| code == "absent"), "{absent:?}");
        assert_eq!(of(limits::PRINT_ITEMS + 1), [("required".into(), "mailItemIds".into())]);
        // And so with the copies of one item.
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        let copies = |count: usize| {
            server.call_as("AUA", "print", json!({ "mailItemIds": [id], "form": "CN22", "copies": count }))
        };
        assert!(copies(limits::PRINT_COPIES).ok().text.starts_with("%PDF-"));
        copies(limits::PRINT_COPIES + 1).refused(400);
    }

    fn operators_are_called_as_imported(server) {
        let id = fresh_id("AU");
        server.call_as("AUA", "StoreDeclaration", store(&id, "AUA", "DEA", 2)).ok();
        let print = || {
            let printed = server.call_as("AUA", "PrintCustomsDeclaration", json!({ "mailItemId": id })).ok().json();
            printed["PrintCustomsDeclarationResult"].clone()
        };
        let before = print();
        assert_eq!(before, print());
        let (org, bytes) = (String::new(), "code,country,name\nAUA,AU,Post of the Harbours\n".into());
        let import = Import { kind: ListKind::Operators, org, bytes, translations: None, dry_run: false, skip_bad: false };
        server.block_on(|services| async move { services.import_list(import).await }).expect("imports");
        assert_ne!(before, print());
    }
}
