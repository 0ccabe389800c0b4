//! CreateNewDeclaration, CreateNewResponse: blanks to fill in. Nothing is stored.

use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::reply::Reply;
use super::request::{Call, Needed};
use crate::contract::canonical::to_canonical;
use crate::contract::{Declaration, DeclarationData, Response, ResponseData};
use crate::domain::{DeclarationState, ResponseState};
use crate::error::{Findings, Result};
use crate::rules::forms::{self, given};

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct NewDeclarationParams {
    postal_org_cd: Option<String>,
    customs_org_cd: Option<String>,
    item_id: Option<String>,
    /// I inbound, O outbound, T transit.
    mail_flow: Option<String>,
}

pub(super) async fn declaration(call: Call<'_>, params: NewDeclarationParams) -> Result<Reply> {
    let mut needed = Needed::default();
    needed.flow("mailFlow", &params.mail_flow);
    forms::check_item_id(&mut needed.findings, "itemId", given(&params.item_id));
    needed.done()?;
    let (post, customs) = organizations(&call, &params.postal_org_cd, &params.customs_org_cd)?;
    let blank = Declaration {
        cds_state_cd: Some(DeclarationState::Draft.stored()),
        cust_organization_cd: customs,
        mail_object_p_id: Some(Uuid::nil()),
        post_organization_cd: post,
        data: Some(DeclarationData::default()),
        ..Declaration::default()
    };
    Ok(Reply::result("CreateNewDeclaration", to_canonical(&blank)))
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct NewResponseParams {
    postal_org_cd: Option<String>,
    customs_org_cd: Option<String>,
}

pub(super) async fn response(call: Call<'_>, params: NewResponseParams) -> Result<Reply> {
    let (post, customs) = organizations(&call, &params.postal_org_cd, &params.customs_org_cd)?;
    let blank = Response {
        cds_state_cd: Some(ResponseState::Draft.stored()),
        cust_organization_cd: customs,
        mail_object_p_id: Some(Uuid::nil()),
        post_organization_cd: post,
        data: Some(ResponseData::default()),
        ..Response::default()
    };
    Ok(Reply::result("CreateNewResponse", to_canonical(&blank)))
}

/// Post and customs for the blank: those named, else the caller's own.
fn organizations(
    call: &Call<'_>,
    post: &Option<String>,
    customs: &Option<String>,
) -> Result<(Option<String>, Option<String>)> {
    let mut posts = call.actor.posts_meant(given(post))?;
    let post = if posts.len() == 1 { posts.pop() } else { None };
    let mut findings = Findings::default();
    forms::check_customs(&mut findings, "customsOrgCd", given(customs));
    findings.into_result()?;
    Ok((post, given(customs).map(str::to_owned).or_else(|| call.actor.customs.clone())))
}
