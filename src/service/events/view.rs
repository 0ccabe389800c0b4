//! An event as it is published, made from its row: the same whenever it is read.

use chrono::SecondsFormat;

use crate::contract::event::{EventData, EventLight, EventLinks, EventView};
use crate::contract::own::segment;
use crate::domain::{Light, PackedLight};
use crate::store::event::EventRow;

/// The event of a row; its links begin with `base`. `binding`: whether its post says that lights bind.
pub(super) fn view(row: EventRow, base: &str, binding: bool) -> EventView {
    let pid = row.object_pid.0;
    let id = format!("evt_{}_{}{}", pid.simple(), row.seq, row.part);
    let links = EventLinks {
        this: format!("{base}/v1/events/{id}"),
        declaration: format!("{base}/v1/declarations/{pid}"),
        light: format!("{base}/v1/items/{}/light", segment(&row.item_id)),
    };
    let light = row.light.map(PackedLight::from_stored).map(|light| EventLight {
        is: light.light().name(),
        was: row.light_was.and_then(|was| Light::ALL.into_iter().find(|light| *light as i32 == was)).map(Light::name),
        reasons: light.codes().collect(),
        may_proceed: light.light() == Light::Green,
        binding,
    });
    EventView {
        id,
        r#type: row.event_type.stored(),
        subtype: row.subtype,
        timestamp: row.at.0.to_rfc3339_opts(SecondsFormat::Micros, true),
        organization: row.post_org,
        data: EventData {
            item_id: row.item_id,
            p_id: pid,
            item_sequence: row.seq,
            flow: row.flow.stored(),
            orig_post: row.orig_post,
            dest_post: row.dest_post,
            partner_country: row.partner_country,
            mail_class: row.mail_class,
            office: row.office,
            version: row.doc_version,
            light,
            links,
        },
    }
}
