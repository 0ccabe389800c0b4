//! Items: their status, the marks on their ids, and where they are.

use serde::Deserialize;
use utoipa::ToSchema;

use super::ask::Ask;
use super::declarations::stored;
use super::reply::Reply;
use crate::contract::canonical::to_canonical;
use crate::contract::ingestion::Movement;
use crate::contract::item_status::{CheckItemStatusRequest, CheckItemStatusResult};
use crate::contract::own::{LightSummary, StatusList};
use crate::contract::{WatchdogInfo, WcfDate, date};
use crate::error::{Error, Findings, Result};
use crate::limits;
use crate::rules::forms::{self, given};
use crate::rules::places;
use crate::service::mail_state::{Answering, Move, in_own_words};
use crate::service::marks::SetMark;
use crate::service::one::Named;

/// One item asked about.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AskedItem {
    item_id: Option<String>,
    /// Origin post (three characters) or country (two); only an item from there is meant.
    origin: Option<String>,
    /// Country that it is bound for; only an item to there is meant.
    destination: Option<String>,
}

impl AskedItem {
    /// The item with this id, as far as the query says more of it.
    pub fn of_query(ask: &Ask<'_>, id: &str) -> Self {
        Self { item_id: Some(id.to_owned()), origin: ask.own("origin"), destination: ask.own("destination") }
    }

    fn has_origin_post(&self) -> bool {
        self.origin.as_deref().is_some_and(|origin| origin.trim().len() == POST_CHARS)
    }

    fn faults(&self, ask: &Ask<'_>) -> Findings {
        let (mut found, catalogue) = (Findings::default(), ask.services.catalogue());
        match given(&self.item_id) {
            None => found.add("required", "itemId", "give the item id, for example EE123456785AU"),
            id => forms::check_item_id(&mut found, "itemId", id),
        }
        if self.has_origin_post() {
            forms::check_post(&mut found, "origin", given(&self.origin));
        } else {
            places::check_country(&mut found, "origin", given(&self.origin), catalogue.countries());
        }
        places::check_country(&mut found, "destination", given(&self.destination), catalogue.countries());
        found
    }

    /// What is asked of the services.
    ///
    /// # Errors
    /// 400 for what is no id, post or country.
    pub fn checked(self, ask: &Ask<'_>) -> Result<CheckItemStatusRequest> {
        self.faults(ask).into_result()?;
        Ok(self.into())
    }
}

/// Characters of the code of a post; of a country there are two.
const POST_CHARS: usize = 3;

impl From<AskedItem> for CheckItemStatusRequest {
    fn from(asked: AskedItem) -> Self {
        let is_post = asked.has_origin_post();
        Self {
            item_id: asked.item_id,
            origin_country_cd: asked.origin.clone().filter(|_| !is_post),
            origin_postal_org_cd: asked.origin.filter(|_| is_post),
            destination_country_cd: asked.destination,
        }
    }
}

/// Items asked about, as many as 1,000.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AskedItems {
    items: Vec<AskedItem>,
}

impl AskedItems {
    /// What is asked of the services, in the same order.
    ///
    /// # Errors
    /// 400 for too many, and for what is no id, post or country.
    pub fn checked(self, ask: &Ask<'_>) -> Result<Vec<CheckItemStatusRequest>> {
        check_count(self.items.len())?;
        let mut findings = Findings::default();
        for (index, item) in self.items.iter().enumerate() {
            findings.extend_under(&format!("items[{index}]"), item.faults(ask));
        }
        findings.into_result()?;
        Ok(self.items.into_iter().map(Into::into).collect())
    }
}

/// # Errors
/// 400 for more items than one call takes.
pub(super) fn check_count(items: usize) -> Result<()> {
    if items <= limits::STATUS_ITEMS {
        return Ok(());
    }
    let message = format!("at most {} items fit in one call; split the list", limits::STATUS_ITEMS);
    Err(Error::invalid("too_long", "items", message))
}

pub(super) async fn statuses(ask: Ask<'_>) -> Result<Reply> {
    let asked = ask.body::<AskedItems>()?.checked(&ask)?;
    let found = ask.services.item_status(&ask.actor, asked).await?;
    let summary = LightSummary::of(found.iter().map(|item| item.light));
    Ok(Reply::ok(to_canonical(&StatusList { summary, items: found })))
}

pub(super) async fn status(ask: Ask<'_>) -> Result<Reply> {
    let found: CheckItemStatusResult = match Named::read(ask.path("id")) {
        Named::ItemId(id) => {
            let asked = AskedItem::of_query(&ask, &id).checked(&ask).map_err(|_| Error::Absent { what: "item" })?;
            let mut found = ask.services.item_status(&ask.actor, vec![asked]).await?;
            found.pop().ok_or(Error::Absent { what: "item" })?
        }
        named => ask.services.status_of_one(&ask.actor, named).await?,
    };
    Ok(Reply::ok(to_canonical(&found)))
}

/// A mark on an item id.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Marking {
    watchdog: Option<WatchdogInfo>,
    /// Whose items are meant; ZZZ for those of any post, which a block is put on when absent.
    origin: Option<String>,
    /// Tells items of several posts apart.
    destination: Option<String>,
    /// Tells uses of an id apart.
    #[serde(default, deserialize_with = "date::optional")]
    posted: Option<WcfDate>,
}

/// The item id that a path means: a mark stands on an id, not on an item.
async fn marked_id(ask: &Ask<'_>) -> Result<String> {
    match Named::read(ask.path("id")) {
        Named::ItemId(id) => Ok(id),
        named => Ok(ask.services.end_of(&ask.actor, named).await?.item_id),
    }
}

pub(super) async fn mark(ask: Ask<'_>) -> Result<Reply> {
    let Marking { watchdog, origin, destination, posted } = ask.body()?;
    let (actor, key) = (ask.acting()?, ask.key()?);
    let Some(info) = watchdog else {
        return Err(Error::invalid("required", "watchdog", "say what to do"));
    };
    let item_id = marked_id(&ask).await?;
    let own = |text: &Option<String>| given(text).map(str::to_owned);
    let sent = SetMark {
        item_id: item_id.clone(),
        origin: own(&origin),
        destination: own(&destination),
        mail_class: None,
        posting: posted,
        info,
    };
    ask.services.set_watchdog(&actor, sent, key).await?;
    let now = ask.services.watchdog(&actor, &item_id, given(&origin)).await?;
    Ok(Reply::ok(to_canonical(&now)))
}

pub(super) async fn mark_of(ask: Ask<'_>) -> Result<Reply> {
    let item_id = marked_id(&ask).await?;
    let info = ask.services.watchdog(&ask.actor, &item_id, ask.text("origin")).await?;
    Ok(Reply::ok(to_canonical(&info)))
}

pub(super) async fn move_item(ask: Ask<'_>) -> Result<Reply> {
    let moved: Movement = ask.body()?;
    let (actor, key) = (ask.acting()?, ask.key()?);
    let sent = Move::of(&moved)?;
    let answer = ask.services.move_item(&actor, sent, Answering::Receipt, key).await.map_err(in_own_words)?;
    stored(&answer)
}
