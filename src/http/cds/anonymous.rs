//! CreateOrUpdateAnonymousDeclaration, GetAnonymousDeclaration, GetFinalDeclarationIdFromAnonymousDeclarationId,
//! ConvertAnonymousToCDSDeclaration.

use serde::Deserialize;
use utoipa::ToSchema;

use super::declarations::WARNINGS;
use super::referrals::object;
use super::reply::Reply;
use super::request::{Call, Needed};
use crate::contract::anonymous::AnonymousMembers;
use crate::contract::canonical::to_canonical;
use crate::contract::{AnonymousDeclaration, SearchCriteria};
use crate::error::Result;
use crate::rules::forms::given;
use crate::service::anonymous::Conversion;

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PutParams {
    #[schema(value_type = AnonymousMembers)]
    anonymous_declaration: Option<AnonymousDeclaration>,
}

pub(super) async fn put(call: Call<'_>, params: PutParams) -> Result<Reply> {
    call.rate_limits.anonymous(&call.actor.org)?;
    let mut needed = Needed::default();
    let sent = object(&mut needed, "anonymousDeclaration", params.anonymous_declaration, "give the declaration");
    needed.done()?;
    let answer = call.services.put_anonymous(&call.actor, sent, call.key.clone()).await?;
    Ok(Reply::result("CreateOrUpdateAnonymousDeclaration", answer.value))
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct GetParams {
    /// At least one criterion.
    search_criteria: Option<SearchCriteria>,
}

pub(super) async fn get(call: Call<'_>, params: GetParams) -> Result<Reply> {
    call.rate_limits.anonymous(&call.actor.org)?;
    let mut needed = Needed::default();
    let criteria = object(&mut needed, "searchCriteria", params.search_criteria, "give at least one criterion");
    needed.country(&call, "searchCriteria.RecipientCountryCd", &criteria.recipient_country_cd);
    needed.done()?;
    let page = call.services.find_anonymous(&call.actor, criteria).await?;
    Ok(Reply::list("GetAnonymousDeclaration", &page.declarations, page.next_cursor))
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct FinalIdParams {
    #[serde(alias = "anonymousDeclarationId")]
    anonymous_decl_id: Option<String>,
}

pub(super) async fn final_id(call: Call<'_>, params: FinalIdParams) -> Result<Reply> {
    call.rate_limits.anonymous(&call.actor.org)?;
    let mut needed = Needed::default();
    let id = needed.text("anonymousDeclId", &params.anonymous_decl_id, "give the id of the anonymous declaration");
    needed.done()?;
    let found = call.services.final_id(&call.actor, id).await?;
    Ok(Reply::result("GetFinalDeclarationIdFromAnonymousDeclarationId", to_canonical(&found)))
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ConvertParams {
    #[serde(alias = "anonymousDeclId")]
    anonymous_declaration_id: Option<String>,
    /// The item id; the anonymous id when absent.
    international_item_id: Option<String>,
    user_cd: Option<String>,
    office_cd: Option<String>,
}

pub(super) async fn convert(call: Call<'_>, params: ConvertParams) -> Result<Reply> {
    call.rate_limits.anonymous(&call.actor.org)?;
    let (actor, found) = call.stated(&params.user_cd, &params.office_cd);
    let mut needed = Needed { findings: found };
    let remedy = "give the id of the anonymous declaration";
    let id = needed.text("anonymousDeclarationId", &params.anonymous_declaration_id, remedy).to_owned();
    needed.done()?;
    let wanted = Conversion { id, item_id: given(&params.international_item_id).map(str::to_owned) };
    let answer = call.services.convert_anonymous(&actor, wanted, call.key.clone()).await?;
    Ok(Reply::void().header(WARNINGS, answer.warnings.to_string()))
}
