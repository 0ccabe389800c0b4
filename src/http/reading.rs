//! What is read of a request alike at every door: JSON text into types, and who acts.

pub(super) use crate::contract::reading::parse;
use crate::error::Findings;
use crate::rules::forms;
use crate::service::Actor;

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
