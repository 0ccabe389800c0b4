//! GetWatchdogItemInfo, SetWatchdogItemInfo.

use serde::Deserialize;
use utoipa::ToSchema;

use super::referrals::object;
use super::reply::Reply;
use super::request::{Call, Needed};
use crate::contract::canonical::to_canonical;
use crate::contract::{WatchdogInfo, WcfDate, date};
use crate::error::Result;
use crate::rules::forms::given;
use crate::service::marks::SetMark;

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct GetWatchdogParams {
    item_id: Option<String>,
    /// Own member: only marks on items of this post, or of any.
    origin_postal_org_cd: Option<String>,
}

pub(super) async fn get(call: Call<'_>, params: GetWatchdogParams) -> Result<Reply> {
    let mut needed = Needed::default();
    let id = needed.text("itemId", &params.item_id, "give the item id");
    needed.done()?;
    let info = call.services.watchdog(&call.actor, id, given(&params.origin_postal_org_cd)).await?;
    Ok(Reply::result("GetWatchdogItemInfo", to_canonical(&info)))
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct SetWatchdogParams {
    item_id: Option<String>,
    /// Own member: whose items are meant; ZZZ for those of any post, which a block is put on when absent.
    origin_postal_org_cd: Option<String>,
    /// Tells items of several posts apart.
    destination_postal_org_cd: Option<String>,
    /// Read and checked; a mark stands on an item id whatever the class.
    #[serde(alias = "mailClass")]
    mail_class_cd: Option<String>,
    /// Tells items of several posts apart; the mark lasts for what is posted within twelve months of it too.
    #[serde(deserialize_with = "date::optional")]
    posting_date: Option<WcfDate>,
    watchdog_info: Option<WatchdogInfo>,
}

pub(super) async fn set(call: Call<'_>, params: SetWatchdogParams) -> Result<Reply> {
    let mut needed = Needed::default();
    let item_id = needed.text("itemId", &params.item_id, "give the item id").to_owned();
    let info = object(&mut needed, "watchdogInfo", params.watchdog_info, "say what to do");
    needed.done()?;
    let sent = SetMark {
        item_id,
        origin: given(&params.origin_postal_org_cd).map(str::to_owned),
        destination: given(&params.destination_postal_org_cd).map(str::to_owned),
        mail_class: given(&params.mail_class_cd).map(str::to_owned),
        posting: params.posting_date,
        info,
    };
    call.services.set_watchdog(&call.actor, sent, call.key.clone()).await?;
    Ok(Reply::void())
}
