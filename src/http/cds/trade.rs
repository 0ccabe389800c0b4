//! LoadMarketedGood, StoreMarketedGood, LoadPostalServices, StorePostalService.

use serde::Deserialize;
use utoipa::ToSchema;

use super::declarations::WARNINGS;
use super::referrals::object;
use super::reply::Reply;
use super::request::{Call, Needed};
use crate::contract::{MarketedGood, PostalService, lenient};
use crate::error::Result;
use crate::rules::forms::given;
use crate::service::trade::GoodQuery;

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct LoadGoodParams {
    seller_organization_cd: Option<String>,
    /// Offered to this organization, or to everyone.
    buyer_organization_cd: Option<String>,
    /// Own member: also own goods that are not valid now.
    #[serde(deserialize_with = "lenient::flag")]
    with_invalid: bool,
    /// Own member: adds to each entry, as RestrictionsProhibitions, what the country of the buyer (else of the caller)
    /// and the UPU have against the goods.
    #[serde(deserialize_with = "lenient::flag")]
    with_restrictions: bool,
    /// Own member: default 1000, at most 5000.
    #[serde(deserialize_with = "lenient::optional_int")]
    records_limit: Option<i32>,
    /// Own member: X-Next-Cursor of the answer before.
    cursor: Option<String>,
}

pub(super) async fn load_goods(call: Call<'_>, params: LoadGoodParams) -> Result<Reply> {
    let own = |text: &Option<String>| given(text).map(str::to_owned);
    let query = GoodQuery {
        seller: own(&params.seller_organization_cd),
        buyer: own(&params.buyer_organization_cd),
        with_invalid: params.with_invalid,
        with_restrictions: params.with_restrictions,
        limit: params.records_limit,
        cursor: own(&params.cursor),
    };
    let page = call.services.goods(&call.actor, query).await?;
    Ok(Reply::list("LoadMarketedGood", &page.goods, page.next_cursor))
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct StoreGoodParams {
    marketed_good: Option<MarketedGood>,
}

pub(super) async fn store_good(call: Call<'_>, params: StoreGoodParams) -> Result<Reply> {
    let mut needed = Needed::default();
    let good = object(&mut needed, "marketedGood", params.marketed_good, "give the goods");
    needed.done()?;
    let answer = call.services.store_good(&call.actor, good, call.key.clone()).await?;
    Ok(Reply::void().header(WARNINGS, answer.warnings.to_string()))
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct LoadServicesParams {
    orig_organization_cd: Option<String>,
    dest_organization_cd: Option<String>,
}

pub(super) async fn load_services(call: Call<'_>, params: LoadServicesParams) -> Result<Reply> {
    let mut needed = Needed::default();
    let origin = needed.text("origOrganizationCd", &params.orig_organization_cd, "give the post that offers");
    let destination =
        needed.text("destOrganizationCd", &params.dest_organization_cd, "give the post the service goes to");
    needed.done()?;
    let found = call.services.services_between(origin, destination).await?;
    Ok(Reply::list("LoadPostalServices", &found, None))
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct StoreServiceParams {
    postal_service: Option<PostalService>,
}

pub(super) async fn store_service(call: Call<'_>, params: StoreServiceParams) -> Result<Reply> {
    let mut needed = Needed::default();
    let service = object(&mut needed, "postalService", params.postal_service, "give the service");
    needed.done()?;
    call.services.store_service(&call.actor, service, call.key.clone()).await?;
    Ok(Reply::void())
}
