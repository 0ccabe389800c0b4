//! CreateReferral, CreateReferralResp, GetReferralAndReferralResponse.

use serde::Deserialize;
use utoipa::ToSchema;

use super::reply::Reply;
use super::request::{Call, Needed};
use crate::contract::referral::{ReferralMembers, ReferralResponseMembers};
use crate::contract::{Referral, ReferralResponse, WcfDate, date, lenient};
use crate::error::Result;
use crate::rules::forms::{self, given};
use crate::rules::referral::is_response_code;
use crate::service::load::{ItemFilter, bound};
use crate::service::refer::About;
use crate::service::referrals::{Query, ReferralFilter};

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct CreateReferralParams {
    id: Option<String>,
    /// The item's own post, the destination.
    #[serde(alias = "postalOrgCd")]
    post_org_cd: Option<String>,
    /// The origin post.
    #[serde(alias = "partnerPostalOrgCd")]
    partner_post_org_cd: Option<String>,
    #[schema(value_type = ReferralMembers)]
    referral: Option<Referral>,
}

pub(super) async fn create(call: Call<'_>, params: CreateReferralParams) -> Result<Reply> {
    let mut needed = Needed::default();
    let about = about(&mut needed, &params.id, &params.post_org_cd, &params.partner_post_org_cd);
    let referral = object(&mut needed, "referral", params.referral, "give the referral");
    call.actor.posts_meant(given(&params.post_org_cd))?;
    needed.done()?;
    call.services.create_referral(&call.actor, about, referral, call.key.clone()).await?;
    Ok(Reply::void())
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct CreateReferralRespParams {
    id: Option<String>,
    /// The item's own post, the origin.
    #[serde(alias = "postalOrgCd")]
    post_org_cd: Option<String>,
    /// The destination post.
    #[serde(alias = "partnerPostalOrgCd")]
    partner_post_org_cd: Option<String>,
    #[schema(value_type = ReferralResponseMembers)]
    referral_response: Option<ReferralResponse>,
}

pub(super) async fn answer(call: Call<'_>, params: CreateReferralRespParams) -> Result<Reply> {
    let mut needed = Needed::default();
    let about = about(&mut needed, &params.id, &params.post_org_cd, &params.partner_post_org_cd);
    let response = object(&mut needed, "referralResponse", params.referral_response, "give the answer");
    call.actor.own_post(given(&params.post_org_cd))?;
    needed.done()?;
    call.services.answer_referral(&call.actor, about, response, call.key.clone()).await?;
    Ok(Reply::void())
}

fn about(needed: &mut Needed, id: &Option<String>, post: &Option<String>, partner: &Option<String>) -> About {
    About {
        item_id: needed.text("id", id, "give the item id").to_owned(),
        post: needed.text("postOrgCd", post, "give the item's own post").to_owned(),
        partner: needed.text("partnerPostOrgCd", partner, "give the partner post").to_owned(),
    }
}

/// The object, or a finding and an empty one.
pub(super) fn object<T: Default>(needed: &mut Needed, path: &'static str, object: Option<T>, remedy: &str) -> T {
    object.unwrap_or_else(|| {
        needed.findings.add("required", path, remedy);
        T::default()
    })
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct GetReferralParams {
    postal_org_cd: Option<String>,
    /// I inbound, O outbound, T transit.
    flow: Option<String>,
    id: Option<String>,
    /// Destination of outbound, origin of inbound mail.
    partner_postal_org_cd: Option<String>,
    /// Posting date from, inclusive.
    #[serde(deserialize_with = "date::optional")]
    posting_dt_from: Option<WcfDate>,
    /// Posting date to, inclusive.
    #[serde(deserialize_with = "date::optional_end")]
    posting_dt_to: Option<WcfDate>,
    /// A referral or answer happened from, inclusive.
    #[serde(deserialize_with = "date::optional")]
    event_dt_from: Option<WcfDate>,
    /// A referral or answer happened to, inclusive.
    #[serde(deserialize_with = "date::optional_end")]
    event_dt_to: Option<WcfDate>,
    mail_class_cd: Option<String>,
    /// The office that acts; selects nothing.
    office_cd: Option<String>,
    /// Only items with a referral that waits for its answer.
    #[serde(deserialize_with = "lenient::flag")]
    has_pending_referral: bool,
    /// Codes of referrals, separated by commas.
    referral_type: Option<String>,
    /// Codes of answers, separated by commas.
    referral_response_type: Option<String>,
    /// Own member: only items with a referral past its deadline.
    #[serde(deserialize_with = "lenient::flag")]
    overdue: bool,
    /// Own member: only items with a referral past half its time.
    #[serde(deserialize_with = "lenient::flag")]
    reminder_due: bool,
    /// Own member: default 1000, at most 5000.
    #[serde(deserialize_with = "lenient::optional_int")]
    records_limit: Option<i32>,
    /// Own member: X-Next-Cursor of the answer before.
    cursor: Option<String>,
}

pub(super) async fn get(call: Call<'_>, params: GetReferralParams) -> Result<Reply> {
    let mut needed = Needed::default();
    let post = needed.text("postalOrgCd", &params.postal_org_cd, "give the post").to_owned();
    let flow = needed.flow("flow", &params.flow);
    if given(&params.flow).is_none() {
        needed.findings.add("required", "flow", "give the flow: I, O or T");
    }
    forms::check_office(&mut needed.findings, "officeCd", given(&params.office_cd));
    let codes = code_list(&params.referral_type);
    let answer_codes = code_list(&params.referral_response_type);
    let is_referral = |code: &String| (3..=4).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric());
    if !codes.iter().all(is_referral) {
        needed.findings.add("format", "referralType", "write codes separated by commas, for example RFI, RFS");
    }
    if !answer_codes.iter().all(|code| is_response_code(code)) {
        needed.findings.add("format", "referralResponseType", "write codes separated by commas, for example R20, R30");
    }
    call.actor.posts_meant(given(&params.postal_org_cd))?;
    needed.done()?;
    let own = |text: &Option<String>| given(text).map(str::to_owned);
    let items = ItemFilter {
        item_id: own(&params.id),
        flow,
        partner_post: own(&params.partner_postal_org_cd),
        posting_from: bound(params.posting_dt_from),
        posting_to: bound(params.posting_dt_to),
        mail_class: own(&params.mail_class_cd),
        ..ItemFilter::default()
    };
    let filter = ReferralFilter {
        items,
        codes,
        answer_codes,
        event_from: bound(params.event_dt_from),
        event_to: bound(params.event_dt_to),
        pending: params.has_pending_referral,
        ..ReferralFilter::default()
    };
    let query = Query {
        post,
        filter,
        overdue: params.overdue,
        reminder_due: params.reminder_due,
        limit: params.records_limit,
        cursor: own(&params.cursor),
    };
    let page = call.services.referrals(&call.actor, query).await?;
    Ok(Reply::list("GetReferralAndReferralResponse", &page.dialogues, page.next_cursor))
}

fn code_list(text: &Option<String>) -> Vec<String> {
    let codes = given(text).unwrap_or_default().split(',').map(str::trim);
    codes.filter(|code| !code.is_empty()).map(str::to_owned).collect()
}
