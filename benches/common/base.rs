//! Bases of many items, filled through the store: what the benches of reading work on.

use std::time::Instant;

use entrepost::app::Running;
use entrepost::contract::DeclarationData;
use entrepost::contract::canonical::{digest, to_canonical};
use entrepost::domain::{DeclarationState, DocumentKind, EventKind, Flow};
use entrepost::service::Services;
use entrepost::store::item::{DeclarationRow, Document, Event, Item, ObjectRow, Stamp};
use entrepost::store::text::StoredText;
use entrepost::store::types::{At, Id};
use uuid::Uuid;

use super::Outcome;
use super::client::one_by_one;
use super::payload;
use super::server::{Wish, start, wait};

/// A number of an item spread over the base, with room for a window behind it.
pub fn somewhere(call: u64, size: u64) -> u64 {
    call.wrapping_mul(2_654_435_761) % (size - size / 50)
}

/// A server on a base with `size` items.
pub fn filled(engine: &str, url: &str, size: u64) -> Outcome<Running> {
    let running = start(url, &Wish::default())?;
    let began = Instant::now();
    wait(fill(&running.services, size))??;
    println!("{engine}: {size} items filled in {:.0} s", began.elapsed().as_secs_f64());
    // The first calls open connections and read the root pages.
    one_by_one(running.address, &vec![payload::customs_status(1); 50])?;
    Ok(running)
}

/// Puts items into the base and seals them.
async fn fill(services: &Services, size: u64) -> Outcome {
    fill_unnumbered(services, size).await?;
    services.number_changes().await?;
    services.seal().await?;
    Ok(())
}

/// Puts items into the base through the store, many in one transaction.
pub async fn fill_unnumbered(services: &Services, size: u64) -> Outcome {
    let data: DeclarationData = serde_json::from_str(&payload::data(0))?;
    let body = to_canonical(&data);
    let content = digest(&body);
    let body = StoredText::new(body);
    let numbers: Vec<u64> = (0..size).collect();
    for some in numbers.chunks(5_000) {
        let (some, body, content) = (some.to_vec(), body.clone(), content.clone());
        services
            .store
            .write(move |tx| {
                let mut items: Vec<Item> = some.iter().map(|number| item(*number, &body, &content)).collect();
                tx.save_items(&mut items, &Stamp { actor_org: "AUA".into(), ..Stamp::default() })
            })
            .await?;
    }
    Ok(())
}

fn item(number: u64, body: &StoredText, content: &[u8]) -> Item {
    let at = chrono::DateTime::from_timestamp_millis(payload::posting(number) as i64).unwrap_or_default();
    let pid = Id(Uuid::now_v7());
    let text = |text: &str| Some(text.to_owned());
    let mut item = Item::new(ObjectRow {
        post_org: "AUA".into(),
        pid,
        item_id: payload::item_id(number),
        orig_post: "AUA".into(),
        dest_post: "USA".into(),
        life_no: 1,
        flow: Flow::Outbound,
        partner_country: text("US"),
        mail_class: text("C"),
        mail_category: text("A"),
        type_cd: text("I"),
        local_id: None,
        local_id2: None,
        mail_state: None,
        mail_state_remarks: None,
        posting_dt: Some(At(at)),
        zip: text("2000"),
        customs_visible: true,
        has_response: false,
        has_dc_response: false,
        head_seq: 0,
        head_hash: Vec::new(),
        created_at: At(at),
        changed_at: At(at),
        declared_at: Some(At(at)),
        security_state: None,
        declaration_seen: true,
        facts: 0,
        light: None,
    });
    item.put_declaration(DeclarationRow {
        post_org: "AUA".into(),
        object_pid: pid,
        pid: Id(Uuid::now_v7()),
        state_cd: DeclarationState::Final,
        customs_org: text("AU"),
        seen: true,
        sent: true,
        version_no: 1,
        digest: content.to_vec(),
        body: Some(body.clone()),
        quality_score: None,
        quality_findings: None,
        declared_by: text("AUA"),
        handed_over_by: None,
    });
    let document = Some(Document { kind: DocumentKind::Declaration, version_no: 1, digest: content.to_vec() });
    item.record(Event { document, ..Event::of(EventKind::DeclarationFinal) });
    item
}
