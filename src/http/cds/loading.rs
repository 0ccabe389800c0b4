//! Load, LoadByMailState, GetCustomsStatus.

use serde::Deserialize;
use utoipa::ToSchema;

use super::reply::Reply;
use super::request::{Call, Needed};
use crate::contract::{WcfDate, date, lenient};
use crate::domain::{Scope, Scopes};
use crate::error::{Error, Result};
use crate::rules::forms::given;
use crate::service::load::{Count, ItemFilter, Page, Query, ViewForm, bound, mail_state};

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct LoadParams {
    postal_org_cd: Option<String>,
    #[serde(rename = "customsOrgCd")]
    _customs_org_cd: Option<String>,
    /// P or C; taken from the token when absent.
    #[serde(rename = "organizationTypeCd")]
    _organization_type_cd: Option<String>,
    id: Option<String>,
    /// I inbound, O outbound, T transit.
    flow: Option<String>,
    /// Destination of outbound, origin of inbound mail.
    partner_postal_org_cd: Option<String>,
    part_country_cd: Option<String>,
    /// Posting date from, inclusive.
    #[serde(deserialize_with = "date::optional")]
    dt_from: Option<WcfDate>,
    /// Posting date to, inclusive.
    #[serde(deserialize_with = "date::optional_end")]
    dt_to: Option<WcfDate>,
    /// Of the sender for outbound, of the recipient for inbound mail.
    zip_from: Option<String>,
    zip_to: Option<String>,
    mail_class_cd: Option<String>,
    #[serde(deserialize_with = "lenient::flag")]
    only_without_response: bool,
    #[serde(deserialize_with = "lenient::flag")]
    only_with_declaration_or_response: bool,
    /// Default 1000, at most 5000.
    #[serde(deserialize_with = "lenient::optional_int")]
    records_limit: Option<i32>,
    /// Own member: X-Next-Cursor of the answer before.
    cursor: Option<String>,
    /// Own member: starts the change feed.
    #[serde(deserialize_with = "date::optional")]
    modified_since: Option<WcfDate>,
    /// Own member: answer in X-Total-Count how many items match the filters, whether or not they changed since
    /// `modifiedSince`.
    #[serde(deserialize_with = "lenient::flag")]
    count_total: bool,
}

pub(super) async fn load(call: Call<'_>, params: LoadParams) -> Result<Reply> {
    let mut needed = Needed::default();
    let flow = needed.flow("flow", &params.flow);
    needed.country(&call, "partCountryCd", &params.part_country_cd);
    needed.done()?;
    let own = |text: &Option<String>| given(text).map(str::to_owned);
    let filter = ItemFilter {
        item_id: own(&params.id),
        flow,
        partner_post: own(&params.partner_postal_org_cd),
        partner_country: own(&params.part_country_cd),
        posting_from: bound(params.dt_from),
        posting_to: bound(params.dt_to),
        zip_from: own(&params.zip_from),
        zip_to: own(&params.zip_to),
        mail_class: own(&params.mail_class_cd),
        without_response: params.only_without_response,
        with_document: params.only_with_declaration_or_response,
        ..ItemFilter::default()
    };
    let query = Query {
        post: own(&params.postal_org_cd),
        filter,
        limit: call.limit(params.records_limit),
        cursor: own(&params.cursor),
        modified_since: params.modified_since.map(|date| date.instant()),
        count: Count::all_if(params.count_total),
        form: ViewForm::View,
    };
    Ok(page("Load", call.services.load(&call.actor, query).await?))
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct LoadByMailStateParams {
    postal_org_cd: Option<String>,
    #[serde(rename = "customsOrgCd")]
    _customs_org_cd: Option<String>,
    /// P or C; taken from the token when absent.
    #[serde(rename = "organizationTypeCd")]
    _organization_type_cd: Option<String>,
    /// I inbound, O outbound, T transit.
    flow: Option<String>,
    /// The number as text, for example "1".
    mail_state_cd: Option<String>,
    /// Own member: default 1000, at most 5000.
    #[serde(deserialize_with = "lenient::optional_int")]
    records_limit: Option<i32>,
    /// Own member: X-Next-Cursor of the answer before.
    cursor: Option<String>,
    /// Own member: starts the change feed.
    #[serde(deserialize_with = "date::optional")]
    modified_since: Option<WcfDate>,
    /// Own member: answer in X-Total-Count how many items match the filters, whether or not they changed since
    /// `modifiedSince`.
    #[serde(deserialize_with = "lenient::flag")]
    count_total: bool,
}

pub(super) async fn load_by_mail_state(call: Call<'_>, params: LoadByMailStateParams) -> Result<Reply> {
    let mut needed = Needed::default();
    let flow = needed.flow("flow", &params.flow);
    let state = needed.text("mailStateCd", &params.mail_state_cd, "give the mail state as text, for example \"1\"");
    needed.done()?;
    let state = mail_state(state)?;
    let filter = ItemFilter { flow, mail_state: Some(state), ..ItemFilter::default() };
    let query = Query {
        post: given(&params.postal_org_cd).map(str::to_owned),
        filter,
        limit: call.limit(params.records_limit),
        cursor: given(&params.cursor).map(str::to_owned),
        modified_since: params.modified_since.map(|date| date.instant()),
        count: Count::all_if(params.count_total),
        form: ViewForm::View,
    };
    Ok(page("LoadByMailState", call.services.load(&call.actor, query).await?))
}

fn page(method: &str, page: Page) -> Reply {
    let mut reply = Reply::list(method, &page.views, page.next_cursor);
    if let Some(more) = page.more {
        reply = reply.header("x-more", more.to_string());
    }
    if let Some(total) = page.total {
        reply = reply.header("x-total-count", total.to_string());
    }
    reply
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct CustomsStatusParams {
    postal_org_cd: Option<String>,
    id: Option<String>,
    /// I inbound, O outbound, T transit.
    flow: Option<String>,
    /// Answer by the auto-response rules when customs has not answered.
    #[serde(deserialize_with = "lenient::flag")]
    force_create_response_if_not_available: bool,
    /// The user who acts. Needed to have an answer forced without a session.
    user_cd: Option<String>,
    office_cd: Option<String>,
}

pub(super) async fn customs_status(call: Call<'_>, params: CustomsStatusParams) -> Result<Reply> {
    let mut needed = Needed::default();
    let id = needed.text("id", &params.id, "give the item id");
    let flow = needed.flow("flow", &params.flow);
    needed.done()?;
    let post = given(&params.postal_org_cd);
    // To have an answer made is more than to read one.
    let needed: Scopes = [Scope::CreateMessages].into_iter().collect();
    if params.force_create_response_if_not_available && !call.actor.may(needed) {
        return Err(Error::MissingScope { needed: needed.to_string() });
    }
    let view = if params.force_create_response_if_not_available {
        let actor = call.acting(&params.user_cd, &params.office_cd)?;
        call.services.customs_status_or_answer(&actor, post, id, flow).await?
    } else {
        call.services.customs_status(&call.actor, post, id, flow).await?
    };
    Ok(Reply::result("GetCustomsStatus", view))
}
