//! An event as it is published, made from its row: the same whenever it is read.

use chrono::SecondsFormat;

use crate::contract::event::{EventContent, EventData, EventLight, EventLinks, EventView};
use crate::contract::own::segment;
use crate::domain::{Flow, Light, PackedLight};
use crate::store::event::EventRow;

/// The event of a row; its links begin with `base`. `binding`: whether its post says that lights bind.
pub(super) fn view(row: EventRow, base: &str, binding: bool) -> EventView {
    let id = id_of(&row);
    let (r#type, timestamp) = (row.event_type.stored(), row.at.0.to_rfc3339_opts(SecondsFormat::Micros, true));
    let (organization, subtype) = (row.post_org.clone(), row.subtype.clone());
    let data = match &row.detail {
        Some(detail) => EventContent::Notice(serde_json::from_str(detail).unwrap_or_default()),
        None => EventContent::Item(Box::new(of_item(row, &id, base, binding))),
    };
    EventView {
        id,
        r#type,
        subtype,
        timestamp,
        organization,
        subscription: None,
        sequence: None,
        replay: None,
        test: None,
        data,
    }
}

/// The id of an event, which is written from where it comes from.
pub(super) fn id_of(row: &EventRow) -> String {
    format!("evt_{}_{}{}", row.object_pid.0.simple(), row.seq, row.part)
}

fn of_item(row: EventRow, id: &str, base: &str, binding: bool) -> EventData {
    let pid = row.object_pid.0;
    let item_id = row.item_id.unwrap_or_default();
    let links = EventLinks {
        this: format!("{base}/v1/events/{id}"),
        declaration: format!("{base}/v1/declarations/{pid}"),
        light: format!("{base}/v1/items/{}/light", segment(&item_id)),
    };
    let light = row.light.map(PackedLight::from_stored).map(|light| EventLight {
        is: light.light().name(),
        was: row.light_was.and_then(|was| Light::ALL.into_iter().find(|light| *light as i32 == was)).map(Light::name),
        reasons: light.codes().collect(),
        may_proceed: light.light() == Light::Green,
        binding,
    });
    EventData {
        item_id,
        p_id: pid,
        item_sequence: row.seq,
        flow: row.flow.map(Flow::stored).unwrap_or_default(),
        orig_post: row.orig_post.unwrap_or_default(),
        dest_post: row.dest_post.unwrap_or_default(),
        partner_country: row.partner_country,
        mail_class: row.mail_class,
        office: row.office,
        version: row.doc_version,
        light,
        links,
    }
}
