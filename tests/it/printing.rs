//! CN22 and CN23 over HTTP.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use entrepost::service::import::{Import, ListKind};
use serde_json::{Value, json};

use crate::harness::data::{fresh_id, status, store};
use crate::on_both_engines;

fn is_pdf(encoded: &Value) -> bool {
    let bytes = STANDARD.decode(encoded.as_str().unwrap_or_default()).unwrap_or_default();
    bytes.starts_with(b"%PDF-") && bytes.len() > 5_000
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
        let list = server.call_as("AUA", "print", json!({ "mailItemIds": [id, "EE000000000XX"] }));
        assert_eq!(list.findings(), [("absent".into(), "mailItemIds".into())]);
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
