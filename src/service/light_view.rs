//! The light of ids as terminals and handlers ask for it: one, with its past, or many at once; nothing else of the item.
//!
//! It is what CheckItemStatus shows. A client that acts for some offices only sees what was moved at one of them last: the rest is
//! as if it were not there.

use std::time::Duration;

use chrono::SecondsFormat;
use sha2::{Digest, Sha256};

use super::item::visible::sees;
use super::item_status::Answer;
use super::one::{self, Named};
use super::{Actor, Services};
use crate::contract::canonical::{hex, to_canonical};
use crate::contract::item_status::CheckItemStatusRequest;
use crate::contract::own::{
    ItemLight, LightHistory, LightLinks, LightPeriod, LightSummary, LightView, ManyLights, segment,
};
use crate::domain::OrganizationKind;
use crate::error::{Error, Result};
use crate::store::item::LightChange;
use crate::store::light::LightRow;

/// What every answer says of itself.
const NOTICE: &str = "Information only: who hands the item over answers for it. Ask again before it leaves.";

/// The light of an id with the tag of this answer.
pub struct TaggedLight {
    pub light: ItemLight,
    /// Without quotes.
    pub tag: String,
}

impl Services {
    /// The light of an id; where the caller has this one already, a change is waited for.
    ///
    /// # Errors
    /// 429 when too many wait; when the database cannot be read.
    pub async fn light(
        &self,
        actor: &Actor,
        asked: CheckItemStatusRequest,
        (wait, is_known): (Duration, impl Fn(&str) -> bool),
    ) -> Result<TaggedLight> {
        let mut patience = self.waiters.patience(&actor.org, wait);
        loop {
            let light = self.lights_of(actor, vec![asked.clone()]).await?.into_iter().next();
            let light = light.ok_or_else(|| Error::Internal("a light without an answer".into()))?;
            let tag = tag_of(&light);
            if !is_known(&tag) || !patience.wait().await? {
                return Ok(TaggedLight { light, tag });
            }
        }
    }

    /// The lights of many ids, in the order asked.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn lights(&self, actor: &Actor, asked: Vec<CheckItemStatusRequest>) -> Result<ManyLights> {
        let items = self.lights_of(actor, asked).await?;
        let count = |colour: &str| items.iter().filter(|item| item.light.light == colour).count();
        let summary = LightSummary { green: count("Green"), amber: count("Amber"), red: count("Red") };
        Ok(ManyLights { summary, items })
    }

    async fn lights_of(&self, actor: &Actor, asked: Vec<CheckItemStatusRequest>) -> Result<Vec<ItemLight>> {
        let answers = self.answers(actor, asked.clone()).await?;
        let rows: Vec<(String, crate::store::types::Id)> =
            answers.iter().filter_map(|answer| answer.row.clone()).collect();
        let with_office = actor.offices.is_some();
        let rows = self.store.read(move |tx| tx.light_rows(&rows, with_office)).await?;
        let catalogue = self.catalogue();
        let mut shown = Vec::with_capacity(answers.len());
        let mut hidden = Vec::new();
        for answer in answers {
            let row = answer.row.as_ref().and_then(|row| rows.iter().find(|known| known.is(row)));
            let may_see = match (&actor.offices, row) {
                (Some(own), Some(row)) => row.office.as_ref().is_some_and(|office| own.contains(office)),
                (Some(_), None) => false,
                (None, _) => true,
            };
            if !may_see {
                hidden.push(shown.len());
            }
            let binds = row.is_some_and(|row| catalogue.settings(&row.post_org).light_binding);
            shown.push(item_light(answer, row, binds));
        }
        for at in hidden {
            shown[at] = unknown(&shown[at].item_id);
        }
        Ok(shown)
    }

    /// How the light of an item changed, oldest first, as its history proves.
    ///
    /// # Errors
    /// 404 when the caller has no such item, 409 when several fit.
    pub async fn light_history(&self, actor: &Actor, named: Named, post: Option<&str>) -> Result<LightHistory> {
        let posts = actor.posts_meant(post)?;
        let (services, actor) = (self.clone(), actor.clone());
        self.store
            .read(move |tx| {
                let absent = || Error::Absent { what: "item" };
                let item = one::find(tx, &services.catalogue(), &actor, &posts, &named)?;
                let rows =
                    tx.light_rows(&[(item.object.post_org.clone(), item.object.pid)], actor.offices.is_some())?;
                let is_at_own_office = |own: &Vec<String>| {
                    rows.iter().any(|row| row.office.as_ref().is_some_and(|office| own.contains(office)))
                };
                if !sees(&actor, &item) || !actor.offices.as_ref().is_none_or(is_at_own_office) {
                    return Err(absent().into());
                }
                let history = tx.recorded(&item.object)?;
                let shows = |row: &crate::store::item::Recorded| row.event.kind.shows_to_customs();
                let first = match actor.kind {
                    OrganizationKind::Post => 0,
                    OrganizationKind::Customs => history.iter().position(shows).unwrap_or(history.len()),
                };
                let periods = history.into_iter().skip(first).filter_map(|row| {
                    let LightChange { was, is, why } = row.event.detail.light?;
                    let at = row.at.0.to_rfc3339_opts(SecondsFormat::Micros, true);
                    Some(LightPeriod { at, was, is, reasons: why, event: row.event.kind.stored(), by: row.actor_org })
                });
                Ok(LightHistory {
                    p_id: item.object.pid.0,
                    item_id: item.object.item_id.clone(),
                    changes: periods.collect(),
                })
            })
            .await
    }
}

fn item_light(answer: Answer, row: Option<&LightRow>, binds: bool) -> ItemLight {
    let id = &answer.status.item_id;
    let links = LightLinks {
        this: format!("/v1/items/{}/light", segment(id)),
        history: row.map(|row| format!("/v1/items/{}/light/history", row.pid.0)),
    };
    ItemLight {
        item_id: id.clone(),
        p_id: row.map(|row| row.pid.0),
        light: LightView::of(&answer.status, binds),
        item_sequence: row.map(|row| row.head_seq),
        office: row.and_then(|row| row.office.clone()),
        notice: NOTICE,
        links,
    }
}

/// As of an id that nothing is known about.
fn unknown(id: &str) -> ItemLight {
    let (light, reasons) = crate::rules::light::unknown();
    let reasons = reasons.into_iter().map(|reason| crate::contract::own::LightReason {
        code: reason.code,
        light: reason.light.name(),
        text: reason.text.into_owned(),
    });
    ItemLight {
        item_id: id.to_owned(),
        p_id: None,
        light: LightView {
            light: light.name(),
            may_proceed: false,
            conditions: Vec::new(),
            reasons: reasons.collect(),
            binding: false,
        },
        item_sequence: None,
        office: None,
        notice: NOTICE,
        links: LightLinks { this: format!("/v1/items/{}/light", segment(id)), history: None },
    }
}

/// Stands for everything that an answer says.
fn tag_of(light: &ItemLight) -> String {
    let digest = Sha256::digest(to_canonical(light));
    format!("{}.{}", light.item_sequence.unwrap_or(0), hex(&digest[..8]))
}
