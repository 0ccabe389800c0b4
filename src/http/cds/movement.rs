//! UpdateMailState, UpdateMailState_ForTransitItems, UpdateMailStateAndGetCustomsStatus.

use serde::Deserialize;
use utoipa::ToSchema;

use super::reply::Reply;
use super::request::{Call, Needed};
use crate::contract::lenient;
use crate::domain::Flow;
use crate::error::Result;
use crate::rules::forms::given;
use crate::service::Answer;
use crate::service::mail_state::{Answering, Move};

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct MoveParams {
    id: Option<String>,
    postal_org_cd: Option<String>,
    partner_postal_org_cd: Option<String>,
    /// I inbound, O outbound, T transit.
    flow: Option<String>,
    /// 1, 2, 10, 50, 52; 5 (sent to customs) takes the place of none of them.
    #[serde(deserialize_with = "lenient::optional_int")]
    mail_state: Option<i32>,
    user_cd: Option<String>,
    office_cd: Option<String>,
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct TransitMoveParams {
    id: Option<String>,
    postal_org_cd: Option<String>,
    partner_postal_org_cd: Option<String>,
    /// I inbound, O outbound, T transit.
    flow: Option<String>,
    #[serde(deserialize_with = "lenient::optional_int")]
    mail_state: Option<i32>,
    /// Needed for flow T.
    item_dest_postal_org_cd: Option<String>,
    user_cd: Option<String>,
    office_cd: Option<String>,
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct MoveAndGetParams {
    id: Option<String>,
    postal_org_cd: Option<String>,
    partner_postal_org_cd: Option<String>,
    /// I inbound, O outbound, T transit.
    flow: Option<String>,
    #[serde(deserialize_with = "lenient::optional_int")]
    mail_state: Option<i32>,
    /// Needed for flow T.
    item_dest_postal_org_cd: Option<String>,
    /// Answer by the auto-response rules when customs has not answered.
    #[serde(deserialize_with = "lenient::flag")]
    force_create_response_if_not_available: bool,
    user_cd: Option<String>,
    office_cd: Option<String>,
}

impl From<MoveParams> for MoveAndGetParams {
    fn from(params: MoveParams) -> Self {
        Self {
            id: params.id,
            postal_org_cd: params.postal_org_cd,
            partner_postal_org_cd: params.partner_postal_org_cd,
            flow: params.flow,
            mail_state: params.mail_state,
            user_cd: params.user_cd,
            office_cd: params.office_cd,
            ..Self::default()
        }
    }
}

impl From<TransitMoveParams> for MoveAndGetParams {
    fn from(params: TransitMoveParams) -> Self {
        Self {
            id: params.id,
            postal_org_cd: params.postal_org_cd,
            partner_postal_org_cd: params.partner_postal_org_cd,
            flow: params.flow,
            mail_state: params.mail_state,
            item_dest_postal_org_cd: params.item_dest_postal_org_cd,
            user_cd: params.user_cd,
            office_cd: params.office_cd,
            ..Self::default()
        }
    }
}

pub(super) async fn update(call: Call<'_>, params: MoveParams) -> Result<Reply> {
    store(&call, params.into(), Needed::default(), Answering::Nothing).await?;
    Ok(Reply::void())
}

pub(super) async fn update_transit(call: Call<'_>, params: TransitMoveParams) -> Result<Reply> {
    let needed = transit_destination(&params.flow, &params.item_dest_postal_org_cd);
    store(&call, params.into(), needed, Answering::Nothing).await?;
    Ok(Reply::void())
}

pub(super) async fn update_and_get(call: Call<'_>, params: MoveAndGetParams) -> Result<Reply> {
    let needed = transit_destination(&params.flow, &params.item_dest_postal_org_cd);
    let force = params.force_create_response_if_not_available;
    let answer = store(&call, params, needed, Answering::View { force }).await?;
    Ok(Reply::result("UpdateMailStateAndGetCustomsStatus", answer.value))
}

/// Methods that have a member for the destination of transit items need it for them.
fn transit_destination(flow: &Option<String>, destination: &Option<String>) -> Needed {
    let mut needed = Needed::default();
    if given(flow) == Some(Flow::Transit.stored()) {
        needed.text("itemDestPostalOrgCd", destination, "a transit item needs its destination post");
    }
    needed
}

async fn store(call: &Call<'_>, params: MoveAndGetParams, mut needed: Needed, answering: Answering) -> Result<Answer> {
    let item_id = needed.text("id", &params.id, "give the item id").to_owned();
    let partner = needed.text("partnerPostalOrgCd", &params.partner_postal_org_cd, "give the partner post").to_owned();
    let flow = needed.flow("flow", &params.flow);
    if given(&params.flow).is_none() {
        needed.findings.add("required", "flow", "give the flow: I, O or T");
    }
    let actor = call.acting(&params.user_cd, &params.office_cd);
    needed.done()?;
    let flow = flow.unwrap_or(Flow::Transit);
    let moved = Move {
        item_id,
        post: given(&params.postal_org_cd).map(str::to_owned),
        partner,
        flow,
        mail_state: params.mail_state,
        item_destination: given(&params.item_dest_postal_org_cd).filter(|_| flow == Flow::Transit).map(str::to_owned),
    };
    call.services.move_item(&actor?, moved, answering, call.key.clone()).await
}
