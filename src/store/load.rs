//! Finding many items: filters, paging by persistent id, the change feed.
//!
//! Paging is by persistent id, which never changes, so that every row that exists throughout is met exactly once.
//! Every query leads with the post and uses an index; a date window decides by its size which one.

use std::collections::HashMap;

use chrono::DateTime;
use diesel::dsl::{exists, not, sql};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use uuid::Uuid;

use super::engine::conn::{MultiBackend, on_engine};
use super::item::{Item, ObjectRow, Parts, is_despatch};
use super::schema::{change, declaration, item_place, item_word, mail_object, response};
use super::types::{At, DbTime, Id};
use super::{Fault, Tx};
use crate::contract::date;
use crate::domain::{DeclarationState, Flow, Light, PackedLight, ResponseState, Side};
use crate::limits;

type Done<T> = Result<T, Fault>;

/// What Load can ask for. Everything that is set must hold.
#[derive(Clone, Debug, Default)]
pub struct ItemFilter {
    pub item_id: Option<String>,
    pub flow: Option<Flow>,
    /// The destination outbound, the origin inbound, either in transit.
    pub partner_post: Option<String>,
    pub orig_post: Option<String>,
    pub dest_post: Option<String>,
    pub partner_country: Option<String>,
    /// Of the declaration, as far as it is seen.
    pub declaration_state: Option<DeclarationState>,
    /// Code of the final decision of the own customs.
    pub decision: Option<String>,
    pub posting_from: Option<At>,
    pub posting_to: Option<At>,
    pub zip_from: Option<String>,
    pub zip_to: Option<String>,
    pub mail_class: Option<String>,
    pub mail_state: Option<i32>,
    /// What its declarer calls it.
    pub external_ref: Option<String>,
    /// Colour of the light that is stored.
    pub light: Option<Light>,
    /// The receptacle or despatch that it lies in.
    pub receptacle: Option<String>,
    /// Words of it, each within one of these.
    pub words: Vec<WordRange>,
    pub without_response: bool,
    pub with_document: bool,
    /// Seen by the customs administration rather than by the post.
    pub as_customs: bool,
}

/// Words from one to another, both included.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WordRange {
    pub from: String,
    pub through: String,
    /// So many items have such a word that each is asked whether it has one: [`Tx::note_common_words`].
    pub is_common: bool,
}

impl ItemFilter {
    fn has_window(&self) -> bool {
        self.posting_from.is_some() || self.posting_to.is_some()
    }
}

/// A window with more items than this is walked in order of persistent id instead of date.
const NARROW_WINDOW: i64 = 10_000;
/// Most ids fetched by one statement.
const IDS_PER_QUERY: usize = 1_000;

pub(super) type Query = mail_object::BoxedQuery<'static, MultiBackend>;

/// The items of `post` that `filter` lets through.
pub(super) fn matching(post: &str, filter: &ItemFilter) -> Query {
    let mut query = mail_object::table.filter(mail_object::post_org.eq(post.to_owned())).into_boxed();
    if let Some(id) = filter.item_id.clone() {
        query = query.filter(mail_object::item_id.eq(id));
    }
    if let Some(state) = filter.mail_state {
        query = query.filter(mail_object::mail_state.eq(state));
    }
    if let Some(flow) = filter.flow {
        query = query.filter(mail_object::flow.eq(flow));
    }
    if let Some(class) = filter.mail_class.clone() {
        query = query.filter(mail_object::mail_class.eq(class));
    }
    if let Some(country) = filter.partner_country.clone() {
        query = query.filter(mail_object::partner_country.eq(country));
    }
    if let Some(partner) = filter.partner_post.clone() {
        let as_origin = mail_object::orig_post.eq(partner.clone()).and(mail_object::flow.ne(Flow::Outbound));
        let as_destination = mail_object::dest_post.eq(partner).and(mail_object::flow.ne(Flow::Inbound));
        query = query.filter(as_origin.or(as_destination));
    }
    if let Some(origin) = filter.orig_post.clone() {
        query = query.filter(mail_object::orig_post.eq(origin));
    }
    if let Some(destination) = filter.dest_post.clone() {
        query = query.filter(mail_object::dest_post.eq(destination));
    }
    if let Some(reference) = filter.external_ref.clone() {
        // What its declarer calls an item is no matter of customs: nothing equals NULL.
        let reference = Some(reference).filter(|_| !filter.as_customs);
        let called = item_place::table
            .filter(item_place::post_org.eq(post.to_owned()))
            .filter(item_place::external_ref.eq(reference))
            .select(item_place::object_pid);
        query = query.filter(mail_object::pid.eq_any(called));
    }
    if let Some(light) = filter.light {
        // As the index of these rows says it.
        let colour = sql::<BigInt>("(mail_object.light >> 56)").eq(PackedLight::colour_stored(light));
        query = query.filter(mail_object::light.is_not_null()).filter(colour);
    }
    query = by_words(in_receptacle(query, post, filter), post, filter);
    query = by_documents(within(query, filter), post, filter);
    if filter.without_response {
        // As the index of these rows says it.
        query = query.filter(not(mail_object::has_response));
    }
    if filter.as_customs {
        query = query.filter(mail_object::customs_visible.eq(true));
    }
    if filter.with_document {
        let own = declaration::table
            .filter(declaration::post_org.eq(post.to_owned()))
            .filter(declaration::object_pid.eq(mail_object::pid))
            .filter(declaration::seen.eq(true).or(declaration::seen.eq(filter.as_customs)));
        query = query.filter(exists(own).or(mail_object::has_response).or(mail_object::has_dc_response));
    }
    query
}

/// Where the items have to lie.
fn in_receptacle(query: Query, post: &str, filter: &ItemFilter) -> Query {
    let Some(id) = filter.receptacle.clone() else { return query };
    let of_post = item_place::table.filter(item_place::post_org.eq(post.to_owned())).select(item_place::object_pid);
    match is_despatch(&id) {
        true => query.filter(mail_object::pid.eq_any(of_post.filter(item_place::despatch.eq(id)))),
        false => query.filter(mail_object::pid.eq_any(of_post.filter(item_place::receptacle.eq(id)))),
    }
}

/// What words the items have to have; customs finds them by what it sees.
fn by_words(mut query: Query, post: &str, filter: &ItemFilter) -> Query {
    for range in &filter.words {
        let with = item_word::table
            .filter(item_word::post_org.eq(post.to_owned()))
            .filter(item_word::word.between(range.from.clone(), range.through.clone()))
            .filter(item_word::hidden.eq(false).or(item_word::hidden.ne(filter.as_customs)));
        query = match range.is_common {
            true => query.filter(exists(with.filter(item_word::object_pid.eq(mail_object::pid)))),
            false => query.filter(mail_object::pid.eq_any(with.select(item_word::object_pid))),
        };
    }
    query
}

/// What the declaration and the decision have to be.
fn by_documents(mut query: Query, post: &str, filter: &ItemFilter) -> Query {
    if let Some(state) = filter.declaration_state {
        let declared = declaration::table
            .filter(declaration::post_org.eq(post.to_owned()))
            .filter(declaration::object_pid.eq(mail_object::pid))
            .filter(declaration::state_cd.eq(state))
            .filter(declaration::seen.eq(true).or(declaration::seen.eq(filter.as_customs)));
        query = query.filter(exists(declared));
    }
    if let Some(code) = filter.decision.clone() {
        let decided = response::table
            .filter(response::post_org.eq(post.to_owned()))
            .filter(response::object_pid.eq(mail_object::pid))
            .filter(response::side.eq(Side::Own))
            .filter(response::state_cd.ne(ResponseState::Draft))
            .filter(response::lapsed.is_null())
            .filter(response::decision_cd.eq(code));
        query = query.filter(exists(decided));
    }
    query
}

/// The bounds on posting date and postal code. Hidden from the planner (COALESCE of one value): a wide date window
/// must not tempt it to sort a million rows for each page; narrow ones are fetched by their ids.
fn within(mut query: Query, filter: &ItemFilter) -> Query {
    let posted = || sql::<Nullable<DbTime>>("COALESCE(mail_object.posting_dt, NULL)");
    if let Some(from) = filter.posting_from {
        query = query.filter(posted().ge(from));
    }
    if let Some(to) = filter.posting_to {
        query = query.filter(posted().le(to));
    }
    if let Some(from) = filter.zip_from.clone() {
        query = query.filter(mail_object::zip.ge(from));
    }
    if let Some(to) = filter.zip_to.clone() {
        query = query.filter(mail_object::zip.le(to));
    }
    query
}

/// What an item is called, where it comes from and where it goes.
#[derive(Clone, Debug, Queryable)]
pub struct ItemLane {
    pub pid: Id,
    pub item_id: String,
    pub orig_post: String,
    pub dest_post: String,
    /// When it came to be known at its post.
    pub created_at: At,
}

/// A stretch of a post's feed.
#[derive(Clone, Debug)]
pub struct ChangePage {
    pub items: Vec<Item>,
    /// Everything up to this number was looked at.
    pub reached: i64,
}

impl Tx<'_> {
    /// Items after `after` in order of persistent id, at most `limit`.
    pub fn page_by_pid(
        &mut self,
        post: &str,
        filter: &ItemFilter,
        after: Option<Uuid>,
        limit: usize,
    ) -> Done<Vec<Item>> {
        let after = Id(after.unwrap_or(Uuid::nil()));
        let objects = match self.narrow_window(post, filter, after)? {
            Some(pids) => self.objects_of_window(post, filter, &pids, limit)?,
            None => {
                let rest = matching(post, filter).filter(mail_object::pid.gt(after));
                rest.order(mail_object::pid).limit(limit as i64).load(self.conn)?
            }
        };
        self.with_documents(post, objects, Parts::All)
    }

    /// Items with change numbers above `after` and up to `through`, in that order: at most `limit` of those that changed at
    /// `since` or later, out of at most [`limits::FEED_WINDOW`] changes.
    pub fn page_by_change(
        &mut self,
        post: &str,
        filter: &ItemFilter,
        since: Option<At>,
        (after, through): (i64, i64),
        limit: usize,
    ) -> Done<ChangePage> {
        let mut objects: Vec<(i64, ObjectRow)> = Vec::new();
        let (mut reached, mut looked_at, mut asked) = (after, 0, 0);
        while reached < through && objects.len() < limit && looked_at < limits::FEED_WINDOW {
            // As many as are wanted; more and more where the filter lets few through.
            asked = (limit - objects.len()).max(2 * asked).min(IDS_PER_QUERY);
            let places = self.changes_between(post, reached, through, asked)?;
            let window = matching(post, filter).filter(mail_object::pid.eq_any(places.iter().map(|place| place.1)));
            let window = match since {
                Some(since) => window.filter(mail_object::changed_at.ge(since)),
                None => window,
            };
            let mut rows: HashMap<Id, ObjectRow> =
                window.load::<ObjectRow>(self.conn)?.into_iter().map(|row| (row.pid, row)).collect();
            looked_at += places.len();
            reached = if places.len() < asked { through } else { places.last().map_or(through, |place| place.0) };
            for (number, pid) in places {
                if let Some(row) = rows.remove(&pid) {
                    objects.push((number, row));
                    if objects.len() == limit {
                        reached = number;
                        break;
                    }
                }
            }
        }
        let objects = objects.into_iter().map(|(_, row)| row).collect();
        Ok(ChangePage { items: self.with_documents(post, objects, Parts::All)?, reached })
    }

    /// Numbers and items of the next changes of a post.
    pub(super) fn changes_between(
        &mut self,
        post: &str,
        after: i64,
        through: i64,
        limit: usize,
    ) -> Done<Vec<(i64, Id)>> {
        let places: Vec<(Option<i64>, Id)> = on_engine!(self.conn, |conn| change::table
            .filter(change::post_org.eq(post))
            .filter(change::number.gt(after))
            .filter(change::number.le(through))
            .order(change::number)
            .limit(limit as i64)
            .select((change::number, change::pid))
            .load(conn))?;
        Ok(places.into_iter().filter_map(|(number, pid)| Some((number?, pid))).collect())
    }

    /// What a post's items with persistent ids after `after` are called and where they go, in the order of these ids, at
    /// most `limit`.
    pub fn lanes_by_pid(&mut self, post: &str, after: Option<Uuid>, limit: usize) -> Done<Vec<ItemLane>> {
        let after = Id(after.unwrap_or(Uuid::nil()));
        let rest = mail_object::table.filter(mail_object::post_org.eq(post)).filter(mail_object::pid.gt(after));
        let lanes = rest.order(mail_object::pid).limit(limit as i64).select((
            mail_object::pid,
            mail_object::item_id,
            mail_object::orig_post,
            mail_object::dest_post,
            mail_object::created_at,
        ));
        Ok(lanes.load(self.conn)?)
    }

    /// Notes which words of a filter many items have: their items are not gathered, but looked through.
    pub fn note_common_words(&mut self, posts: &[String], filter: &mut ItemFilter) -> Done<()> {
        for range in &mut filter.words {
            for post in posts {
                let with: Vec<Id> = item_word::table
                    .filter(item_word::post_org.eq(post))
                    .filter(item_word::word.between(&range.from, &range.through))
                    .select(item_word::object_pid)
                    .limit(limits::COMMON_WORD)
                    .load(self.conn)?;
                range.is_common |= with.len() as i64 == limits::COMMON_WORD;
            }
        }
        Ok(())
    }

    /// How many items match.
    pub fn count_items(&mut self, post: &str, filter: &ItemFilter) -> Done<i64> {
        Ok(matching(post, filter).count().get_result(self.conn)?)
    }

    /// How many items match, or `most` where they are as many or more: no more of them are looked at.
    pub fn count_some_items(&mut self, post: &str, filter: &ItemFilter, most: i64) -> Done<i64> {
        let some: Vec<Id> = matching(post, filter).select(mail_object::pid).limit(most).load(self.conn)?;
        Ok(some.len() as i64)
    }

    /// The ids after `after` in a date window, sorted, when there are few enough to go by date.
    fn narrow_window(&mut self, post: &str, filter: &ItemFilter, after: Id) -> Done<Option<Vec<Id>>> {
        if !filter.has_window() || filter.item_id.is_some() {
            return Ok(None);
        }
        let bound = |given: Option<At>, ms| given.or_else(|| DateTime::from_timestamp_millis(ms).map(At));
        let from = bound(filter.posting_from, date::UNSET_MS);
        let to = bound(filter.posting_to, date::MAX_MS);
        let mut pids: Vec<Id> = on_engine!(self.conn, |conn| mail_object::table
            .filter(mail_object::post_org.eq(post))
            .filter(mail_object::posting_dt.between(from, to))
            .filter(mail_object::pid.gt(after))
            .select(mail_object::pid)
            .limit(NARROW_WINDOW + 1)
            .load(conn))?;
        if pids.len() as i64 > NARROW_WINDOW {
            return Ok(None);
        }
        pids.sort_unstable();
        Ok(Some(pids))
    }

    fn objects_of_window(
        &mut self,
        post: &str,
        filter: &ItemFilter,
        pids: &[Id],
        limit: usize,
    ) -> Done<Vec<ObjectRow>> {
        let mut found = Vec::new();
        let (mut rest, mut asked) = (pids, 0);
        while !rest.is_empty() && found.len() < limit {
            let room = limit - found.len();
            // As many as are wanted; more and more where the filter lets few through.
            asked = room.max(2 * asked).min(IDS_PER_QUERY);
            let (chunk, later) = rest.split_at(asked.min(rest.len()));
            rest = later;
            let rows: Vec<ObjectRow> = matching(post, filter)
                .filter(mail_object::pid.eq_any(chunk.to_vec()))
                .order(mail_object::pid)
                .limit(room as i64)
                .load(self.conn)?;
            found.extend(rows);
        }
        Ok(found)
    }
}
