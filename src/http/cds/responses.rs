//! StoreResponse, CreateOrUpdateResponses, and what batches have in common.

use serde::Deserialize;
use utoipa::ToSchema;

use super::reply::Reply;
use super::request::{Call, RawList, parse_entry};
use crate::contract::{CdsView, Entity, MailObject, Response, lenient};
use crate::error::{Error, Findings, Result};
use crate::limits;
use crate::rules::forms::{self, given};
use crate::rules::life_cycle::StoreEvent;
use crate::service::respond::Responded;
use crate::service::{Answer, BatchMode, Entry};

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct StoreResponseParams {
    mail_object: Option<MailObject>,
    resp: Option<Response>,
    /// 1 draft, 2 final, 6 final without transfer, 7 transfer to the origin post.
    #[serde(deserialize_with = "lenient::optional_int")]
    evt_cd: Option<i32>,
    user_cd: Option<String>,
    office_cd: Option<String>,
}

pub(super) async fn store(call: Call<'_>, params: StoreResponseParams) -> Result<Reply> {
    let (actor, mut found) = call.stated(&params.user_cd, &params.office_cd);
    let event = store_event(&mut found, params.evt_cd);
    let item_id = params.mail_object.as_ref().and_then(|object| shown_id(&object.id));
    let sent = Responded {
        object: params.mail_object,
        response: params.resp,
        event,
        object_path: "mailObject".into(),
        response_path: "resp".into(),
        found,
    };
    let entry = Entry { list: "", index: None, item_id, content: Ok(sent) };
    call.services.store_responses(&actor, vec![entry], BatchMode::AllOrNothing, call.key.clone()).await?;
    Ok(Reply::void())
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct CreateOrUpdateResponsesParams {
    /// Each with MailObject and Response.
    #[schema(value_type = Vec<CdsView>)]
    cds_views: Option<RawList>,
    user_cd: Option<String>,
    office_cd: Option<String>,
}

pub(super) async fn store_many(call: Call<'_>, params: CreateOrUpdateResponsesParams) -> Result<Reply> {
    let actor = call.acting(&params.user_cd, &params.office_cd)?;
    let entries = read_views(&call, params.cds_views, responded).await?;
    let answer = call.services.store_responses(&actor, entries, call.mode, call.key.clone()).await?;
    Ok(outcomes(&call, answer))
}

/// The response in a view.
fn responded(at: &str, view: CdsView, found: Findings) -> Responded {
    Responded {
        object: view.mail_object,
        response: view.response,
        event: StoreEvent::Final,
        object_path: format!("{at}.MailObject"),
        response_path: format!("{at}.Response"),
        found,
    }
}

/// The event named; a finding, and the draft's in its place, when there is none.
pub(super) fn store_event(found: &mut Findings, code: Option<i32>) -> StoreEvent {
    let event = code.and_then(StoreEvent::from_code);
    match (code, event) {
        (None, _) => found.add("required", "evtCd", "give the event: 1, 2, 6 or 7"),
        (Some(_), None) => found.add("out_of_range", "evtCd", "the event is 1, 2, 6 or 7"),
        _ => {}
    }
    event.unwrap_or(StoreEvent::Draft)
}

/// Reads each view on its own; what cannot be read becomes the findings of its entry.
///
/// # Errors
/// 400 for more than [`limits::BATCH_VIEWS`].
pub(super) async fn read_views<T: Send + 'static>(
    call: &Call<'_>,
    views: Option<RawList>,
    content: fn(&str, CdsView, Findings) -> T,
) -> Result<Vec<Entry<T>>> {
    let Some(views) = views else { return Ok(Vec::new()) };
    if views.entries().len() > limits::BATCH_VIEWS {
        let message = format!("at most {} views fit in one call; split the list", limits::BATCH_VIEWS);
        return Err(Error::invalid("too_long", "cdsViews", message));
    }
    let zone = call.actor.zone;
    let read = move |(index, raw): (usize, &serde_json::value::RawValue)| {
        let view: Result<CdsView, _> = parse_entry(zone, "cdsViews", index, raw);
        let item_id = match &view {
            Ok(view) => view.mail_object.as_ref().and_then(|object| shown_id(&object.id)),
            Err(_) => item_id_of(raw.get()),
        };
        let at = format!("cdsViews[{index}]");
        let content = view.map(|mut view| {
            let found = hand_down(&at, &mut view);
            content(&at, view, found)
        });
        Entry { list: "cdsViews", index: Some(index), item_id, content }
    };
    call.services.offload(move || views.entries().map(read).collect()).await
}

/// The item id as outcomes and findings name it: one that is too long to be any is not repeated.
pub(super) fn shown_id(id: &Option<String>) -> Option<String> {
    given(id).filter(|id| id.chars().count() <= limits::ITEM_ID_CHARS).map(str::to_owned)
}

/// A view to be deleted is about its document, which must be a draft.
fn hand_down(at: &str, view: &mut CdsView) -> Findings {
    let mut found = Findings::default();
    let state = view.entity_state;
    if state == Entity::DELETED {
        view.declaration.get_or_insert_default().entity_state = state;
        view.response.get_or_insert_default().entity_state = state;
    } else if !state.stores() {
        found.add("out_of_range", format!("{at}.entityState"), "allowed here: 0 to 3");
    }
    found
}

/// The item id in a view that cannot be read as a whole.
fn item_id_of(view: &str) -> Option<String> {
    let view: serde_json::Value = serde_json::from_str(view).ok()?;
    view.pointer("/MailObject/Id")?.as_str().filter(|id| forms::is_item_id(id)).map(str::to_owned)
}

/// `{}`, or the outcomes when the client preferred them.
pub(super) fn outcomes(call: &Call<'_>, answer: Answer) -> Reply {
    match call.mode {
        BatchMode::AllOrNothing => Reply::void(),
        BatchMode::PerItem => {
            Reply::void().with("Outcomes", answer.value).header("preference-applied", "outcome=per-item".into())
        }
    }
}
