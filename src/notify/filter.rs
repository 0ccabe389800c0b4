//! Which events a subscription lets through. Looks at the event alone.

use crate::contract::subscription::EventFilter;
use crate::domain::{Flow, Light, PackedLight};
use crate::error::{Findings, Result};
use crate::limits;
use crate::service::events::{check_types, is_wanted};
use crate::store::event::EventRow;

/// Whether a filter lets an event through.
pub(super) fn lets_through(filter: &EventFilter, row: &EventRow) -> bool {
    let has = |wanted: &[String], value: Option<&str>| {
        wanted.is_empty() || value.is_some_and(|value| wanted.iter().any(|one| one == value))
    };
    let light = row.light.map(|light| PackedLight::from_stored(light).light().name());
    (filter.types.is_empty() || filter.types.iter().any(|wanted| is_wanted(wanted, row.event_type)))
        && has(&filter.subtypes, row.subtype.as_deref())
        && has(&filter.flows, row.flow.map(Flow::stored))
        && has(&filter.orig_posts, row.orig_post.as_deref())
        && has(&filter.dest_posts, row.dest_post.as_deref())
        && has(&filter.partner_countries, row.partner_country.as_deref())
        && has(&filter.mail_classes, row.mail_class.as_deref())
        && has(&filter.offices, row.office.as_deref())
        && has(&filter.posts, Some(&row.post_org))
        && has(&filter.lights, light)
}

/// # Errors
/// 400 naming each list that is too long or holds what there is not.
pub(super) fn check(filter: &EventFilter) -> Result<()> {
    let mut findings = Findings::default();
    let lists = [
        ("types", &filter.types),
        ("subtypes", &filter.subtypes),
        ("flows", &filter.flows),
        ("origPosts", &filter.orig_posts),
        ("destPosts", &filter.dest_posts),
        ("partnerCountries", &filter.partner_countries),
        ("mailClasses", &filter.mail_classes),
        ("offices", &filter.offices),
        ("posts", &filter.posts),
        ("lights", &filter.lights),
    ];
    for (name, values) in lists {
        let path = format!("filter.{name}");
        if values.len() > limits::HOOK_FILTER_VALUES {
            findings.add("limit", &path, format!("at most {} values", limits::HOOK_FILTER_VALUES));
        }
        if values.iter().any(|value| value.is_empty() || value.len() > limits::HOOK_LABEL_CHARS) {
            findings.add("format", &path, format!("a value has 1 to {} characters", limits::HOOK_LABEL_CHARS));
        }
    }
    if filter.flows.iter().any(|flow| Flow::from_stored(flow).is_err()) {
        findings.add("unknown_code", "filter.flows", "write I (inbound), O (outbound) or T (transit)");
    }
    if filter.lights.iter().any(|light| !Light::ALL.into_iter().any(|known| known.name() == light)) {
        findings.add("unknown_code", "filter.lights", "write Green, Amber or Red");
    }
    findings.into_result()?;
    check_types(&filter.types)
}
