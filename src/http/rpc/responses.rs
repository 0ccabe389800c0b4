//! StoreResponse, CreateOrUpdateResponses, and what batches have in common.

use serde::Deserialize;
use utoipa::ToSchema;

use super::request::{Call, Needed, RawList};
use crate::contract::{CdsView, MailObject, Response, lenient};
use crate::error::{Error, Finding, Result};
use crate::http::answer::Reply;
use crate::limits;
use crate::rules::life_cycle::StoreEvent;
use crate::rules::structure::given;
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
    let mut needed = Needed::default();
    let object = needed.object("mailObject", params.mail_object);
    let response = needed.object("resp", params.resp);
    let event = store_event(&mut needed, params.evt_cd);
    let actor = call.acting(&params.user_cd, &params.office_cd);
    needed.done()?;
    let actor = actor?;
    let (Some(object), Some(response), Some(event)) = (object, response, event) else { return Ok(Reply::void()) };
    let entry = Entry {
        index: None,
        item_id: given(&object.id).map(str::to_owned),
        content: Ok(Responded {
            object,
            response,
            event,
            object_path: "mailObject".into(),
            response_path: "resp".into(),
        }),
    };
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
    let entries = read_views(&call, params.cds_views, responded)?;
    let answer = call.services.store_responses(&actor, entries, call.mode, call.key.clone()).await?;
    Ok(outcomes(&call, answer))
}

/// The response in a view.
fn responded(at: &str, view: CdsView) -> Result<Responded, Vec<Finding>> {
    let missing = |member: &str| vec![Finding::new("required", format!("{at}.{member}"), "give this object")];
    let object = view.mail_object.ok_or_else(|| missing("MailObject"))?;
    let response = view.response.ok_or_else(|| missing("Response"))?;
    Ok(Responded {
        object,
        response,
        event: StoreEvent::Final,
        object_path: format!("{at}.MailObject"),
        response_path: format!("{at}.Response"),
    })
}

/// The event named, or a finding.
pub(super) fn store_event(needed: &mut Needed, code: Option<i32>) -> Option<StoreEvent> {
    let event = code.and_then(StoreEvent::from_code);
    match (code, event) {
        (None, _) => needed.findings.add("required", "evtCd", "give the event: 1, 2, 6 or 7"),
        (Some(_), None) => needed.findings.add("out_of_range", "evtCd", "the event is 1, 2, 6 or 7"),
        _ => {}
    }
    event
}

/// Reads each view on its own; what cannot be read becomes the findings of its entry.
pub(super) fn read_views<T>(
    call: &Call<'_>,
    views: Option<RawList>,
    content: impl Fn(&str, CdsView) -> Result<T, Vec<Finding>>,
) -> Result<Vec<Entry<T>>> {
    let Some(views) = views else { return Ok(Vec::new()) };
    if views.entries().len() > limits::BATCH_VIEWS {
        let message = format!("at most {} views fit in one call; split the list", limits::BATCH_VIEWS);
        return Err(Error::invalid("too_long", "cdsViews", message));
    }
    let read = |(index, raw): (usize, &serde_json::value::RawValue)| {
        let view: Result<CdsView, _> = call.parse_entry("cdsViews", index, raw);
        let item_id = view.as_ref().ok().and_then(|view| given(&view.mail_object.as_ref()?.id).map(str::to_owned));
        let content = view.and_then(|view| content(&format!("cdsViews[{index}]"), view));
        let content = content.map_err(|findings| at_index(findings, index, item_id.as_deref()));
        Entry { index: Some(index), item_id, content }
    };
    Ok(views.entries().map(read).collect())
}

fn at_index(mut findings: Vec<Finding>, index: usize, item_id: Option<&str>) -> Vec<Finding> {
    for finding in &mut findings {
        finding.index = Some(index);
        finding.item_id = item_id.map(str::to_owned);
    }
    findings
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
