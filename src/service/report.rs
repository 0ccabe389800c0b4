//! What operators want to know of all items together. Read page by page, each page in a reading of its own.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::Services;
use crate::domain::OrganizationKind;
use crate::error::Result;
use crate::limits;
use crate::rules::item_id::S10;
use crate::rules::structure::UNKNOWN_POST;
use crate::store::load::ItemLane;

/// Items of one post whose ids are not those of their origin's country.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignLane {
    /// The post whose rows they are.
    pub owner: String,
    pub origin: String,
    /// The last two letters of the ids.
    pub letters: String,
    pub count: u64,
    /// How many go to a post that may use such ids: they may be on their way back.
    pub going_back: u64,
    /// When the newest came to be known.
    pub newest: DateTime<Utc>,
}

impl Services {
    /// The lanes of stored items whose ids do not fit their origin, by owner, origin and letters. Items of an unknown
    /// origin are left out: whether they fit depends on who declared them.
    pub async fn foreign_id_lanes(&self) -> Result<Vec<ForeignLane>> {
        self.refresh_catalogue().await?;
        let mut lanes = BTreeMap::new();
        for org in self.organizations().await?.into_iter().filter(|org| org.kind == OrganizationKind::Post) {
            let mut after = None;
            loop {
                let post = org.code.clone();
                let page = self.store.read(move |tx| tx.lanes_by_pid(&post, after, limits::TRIED_AT_ONCE)).await?;
                page.iter().for_each(|item| self.count_foreign(&org.code, item, &mut lanes));
                let Some(last) = page.last().filter(|_| page.len() == limits::TRIED_AT_ONCE) else { break };
                after = Some(last.pid.0);
            }
        }
        Ok(lanes.into_values().collect())
    }

    fn count_foreign(&self, owner: &str, item: &ItemLane, lanes: &mut BTreeMap<(String, String, String), ForeignLane>) {
        let catalogue = self.catalogue();
        let Some(id) = S10::parse(&item.item_id) else { return };
        if item.orig_post == UNKNOWN_POST || catalogue.fits(&item.item_id, &item.orig_post) {
            return;
        }
        let key = (owner.to_owned(), item.orig_post.clone(), id.country().to_owned());
        let lane = lanes.entry(key).or_insert_with(|| ForeignLane {
            owner: owner.to_owned(),
            origin: item.orig_post.clone(),
            letters: id.country().to_owned(),
            count: 0,
            going_back: 0,
            newest: item.created_at.0,
        });
        lane.count += 1;
        lane.going_back += u64::from(catalogue.fits(&item.item_id, &item.dest_post));
        lane.newest = lane.newest.max(item.created_at.0);
    }
}
