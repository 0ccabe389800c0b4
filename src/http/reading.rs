//! What is read of a request alike at every door: JSON text into types, and who acts.

use chrono_tz::Tz;
use serde::de::DeserializeOwned;

use crate::contract::date::with_zone;
use crate::error::{Finding, Findings, Result};
use crate::rules::forms;
use crate::service::Actor;

/// Reads JSON text with `zone` as the meaning of dates without one. Following the path costs more than reading, so it
/// is done only for a text that cannot be read.
pub(super) fn parse<T: DeserializeOwned>(zone: Tz, text: &str) -> Result<T, Finding> {
    with_zone(zone, || {
        if let Ok(read) = serde_json::from_str(text) {
            return Ok(read);
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let path = error.path().to_string();
            let path = if path == "." { String::new() } else { path };
            Finding::new("type", path, without_value(&error.into_inner().to_string()))
        })
    })
}

/// The parser's message without the value it met, which may be somebody's name or number, and without the place in
/// the text, which the path says better.
fn without_value(message: &str) -> String {
    let message = message.rfind(" at line ").map_or(message, |end| &message[..end]);
    match (message.find(['"', '`']), message.rfind(", expected ")) {
        (Some(start), Some(end)) if start < end => format!("{}{}", message[..start].trim_end(), &message[end..]),
        _ => message.to_owned(),
    }
}

/// The caller with the user and the office that a request states, each with the name of the member or header that states
/// it. A session's are bound; a client has its own where none is stated.
pub(super) fn acting(
    caller: &Actor,
    (user_path, user): (&str, Option<&str>),
    (office_path, office): (&str, Option<&str>),
) -> (Actor, Findings) {
    let mut findings = Findings::default();
    forms::check_user(&mut findings, user_path, user);
    forms::check_office(&mut findings, office_path, office);
    let mut actor = caller.clone();
    if let (Some(allowed), Some(named)) = (&actor.offices, office)
        && !allowed.iter().any(|office| office == named)
    {
        let message = format!("this client acts for {} only", allowed.join(", "));
        findings.add("unknown_code", office_path, message);
    }
    if actor.session.is_some() {
        let differs = |bound: &Option<String>, stated: Option<&str>| stated.is_some() && bound.as_deref() != stated;
        if differs(&actor.user_cd, user) {
            findings.add("unknown_code", user_path, "the session belongs to another user; log in as this one");
        }
        if differs(&actor.office_cd, office) {
            findings.add("unknown_code", office_path, "the session is bound to another office; log in for this one");
        }
    } else if actor.client.is_some() {
        if let Some(user) = user {
            actor.user_cd = Some(user.to_owned());
            actor.is_client_itself = false;
        }
        if let Some(office) = office {
            actor.office_cd = Some(office.to_owned());
        }
    } else {
        if user.is_none() {
            findings.add("required", user_path, "say which user acts, for example depost");
        }
        actor.user_cd = user.map(str::to_owned);
        actor.office_cd = office.map(str::to_owned);
    }
    (actor, findings)
}
