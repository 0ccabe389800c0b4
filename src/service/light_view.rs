//! The light of ids as terminals and handlers ask for it: one, with its past, or many at once; nothing else of the item.
//!
//! It is what CheckItemStatus shows. A client that acts for some offices only sees what was moved at one of them last: the rest is
//! as if it were not there.

use std::collections::HashMap;
use std::time::Duration;

use chrono::SecondsFormat;
use sha2::{Digest, Sha256};

use super::item_status::Answer;
use super::one::{self, Named};
use super::rights::UseCase;
use super::{Actor, Services};
use crate::contract::canonical::{hex, to_canonical};
use crate::contract::item_status::CheckItemStatusRequest;
use crate::contract::own::{
    ItemLight, LightHistory, LightLinks, LightPeriod, LightReason, LightView, ManyLights, segment,
};
use crate::domain::OrganizationKind;
use crate::error::{Error, Result};
use crate::rules::light;
use crate::store::Tx;
use crate::store::item::{LightChange, Recorded};
use crate::store::light::LightRow;
use crate::store::types::Id;

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
        actor.check(UseCase::SeeItems)?;
        let mut poll = self.long_polls.begin(&actor.org, wait);
        loop {
            let light = self.lights_of(actor, vec![asked.clone()]).await?.into_iter().next();
            let light = light.ok_or_else(|| Error::Internal("a light without an answer".into()))?;
            let tag = tag_of(&light);
            if !is_known(&tag) || !poll.wait().await? {
                return Ok(TaggedLight { light, tag });
            }
        }
    }

    /// The lights of many ids, in the order asked.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn lights(&self, actor: &Actor, asked: Vec<CheckItemStatusRequest>) -> Result<ManyLights> {
        actor.check(UseCase::SeeItems)?;
        Ok(ManyLights::of(self.lights_of(actor, asked).await?))
    }

    /// The lights of ids, in the order asked; of what the caller may not see as of an id that nobody knows.
    pub(super) async fn lights_of(&self, actor: &Actor, asked: Vec<CheckItemStatusRequest>) -> Result<Vec<ItemLight>> {
        let with_office = actor.offices.is_some();
        let rows_of = move |tx: &mut Tx<'_>, answers: &[Answer]| {
            let rows: Vec<(String, Id)> = answers.iter().filter_map(|answer| answer.row.clone()).collect();
            tx.light_rows(&rows, with_office)
        };
        let (mut answers, mut rows) = (Vec::new(), HashMap::new());
        for (part, of_part) in self.answers(actor, asked, rows_of).await? {
            answers.extend(part);
            rows.extend(of_part.into_iter().map(|row: LightRow| ((row.post_org.clone(), row.pid), row)));
        }
        let catalogue = self.catalogue();
        let lights = answers.into_iter().map(|answer| {
            let row = answer.row.as_ref().and_then(|row| rows.get(row));
            if !actor.acts_at(row.and_then(|row| row.office.as_deref())) {
                return unknown(&answer.status.item_id);
            }
            let binds = row.is_some_and(|row| catalogue.settings(&row.post_org).light_binding);
            item_light(answer, row, binds)
        });
        Ok(lights.collect())
    }

    /// How the light of an item changed, oldest first, as its history proves.
    ///
    /// # Errors
    /// 404 when the caller has no such item, 409 when several fit.
    pub async fn light_history(&self, actor: &Actor, named: Named, post: Option<&str>) -> Result<LightHistory> {
        actor.check(UseCase::SeeItems)?;
        let posts = actor.posts_meant(post)?;
        let (services, actor) = (self.clone(), actor.clone());
        self.store
            .read(move |tx| {
                let item = one::find(tx, &services.catalogue(), &actor, &posts, &named)?;
                let row = (item.object.post_org.clone(), item.object.pid);
                let rows = tx.light_rows(&[row], actor.offices.is_some())?;
                if !actor.acts_at(rows.first().and_then(|row| row.office.as_deref())) {
                    return Err(Error::Absent { what: "item" }.into());
                }
                let history = tx.recorded(&item.object)?;
                let shows = |row: &Recorded| row.event.kind.shows_to_customs();
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
        value: None,
        item_sequence: row.map(|row| row.head_seq),
        office: row.and_then(|row| row.office.clone()),
        notice: NOTICE,
        links,
    }
}

/// As of an id that nothing is known about.
fn unknown(id: &str) -> ItemLight {
    let (light, reasons) = light::unknown();
    let reasons = reasons.into_iter().map(|reason| LightReason {
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
        value: None,
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
