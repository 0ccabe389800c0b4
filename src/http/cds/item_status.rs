//! CheckItemStatus.

use serde::Deserialize;
use utoipa::ToSchema;

use super::reply::Reply;
use super::request::{Call, RawList, parse_entry};
use crate::contract::canonical::to_canonical;
use crate::contract::item_status::CheckItemStatusRequest;
use crate::error::{Error, Finding, Findings, Result};
use crate::limits;
use crate::refdata::lists::{Country, List};
use crate::rules::forms::{self, given};
use crate::rules::places;

#[derive(Deserialize, Default, ToSchema)]
#[serde(default)]
pub(super) struct CheckItemStatusParams {
    /// At most 1,000.
    #[serde(rename = "Items", alias = "items")]
    #[schema(value_type = Vec<CheckItemStatusRequest>)]
    items: Option<RawList>,
}

pub(super) async fn check(call: Call<'_>, params: CheckItemStatusParams) -> Result<Reply> {
    let Some(items) = params.items else {
        return Err(Error::invalid("required", "Items", "list the items, each with its ItemId"));
    };
    if items.entries().len() > limits::STATUS_ITEMS {
        let message = format!("at most {} items fit in one call; split the list", limits::STATUS_ITEMS);
        return Err(Error::invalid("too_long", "Items", message));
    }
    let mut asked: Vec<CheckItemStatusRequest> = Vec::with_capacity(items.entries().len());
    let mut findings = Findings::default();
    let catalogue = call.services.catalogue();
    for (index, raw) in items.entries() {
        match parse_entry::<CheckItemStatusRequest>(call.actor.zone, "Items", index, raw) {
            Ok(item) => {
                findings.extend_under("", faults(&item, index, catalogue.countries()));
                asked.push(item);
            }
            Err(faults) => findings.extend_under("", faults.each(|fault| at(fault, index))),
        }
    }
    findings.into_result()?;
    let found = call.services.item_status(&call.actor, asked).await?;
    Ok(Reply::result("CheckItemStatus", to_canonical(&found)))
}

fn faults(item: &CheckItemStatusRequest, index: usize, countries: &List<Country>) -> Findings {
    let mut faults = Findings::default();
    match given(&item.item_id) {
        None => faults.add("required", "ItemId", "give the item id, for example EE123456785AU"),
        id => forms::check_item_id(&mut faults, "ItemId", id),
    }
    places::check_country(&mut faults, "OriginCountryCd", given(&item.origin_country_cd), countries);
    places::check_country(&mut faults, "DestinationCountryCd", given(&item.destination_country_cd), countries);
    let list = format!("Items[{index}]");
    faults.each(|fault| at(fault.under(&list), index))
}

fn at(fault: Finding, index: usize) -> Finding {
    Finding { index: Some(index), ..fault }
}
