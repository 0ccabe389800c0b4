//! Reading many items: Load and LoadByMailState, page by page or as a feed of changes.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::cursor::{Cursor, FeedPlaces, binding, cut, page_size};
use super::item::handed::Reading;
use super::item::identity::comparable_zip;
use super::one::in_list;
use super::rights::UseCase;
use super::search::check_words;
use super::views::view;
use super::{Actor, Services};
use crate::domain::OrganizationKind;
use crate::error::{Error, Result};
use crate::limits;
use crate::store::item::{Item, ItemReference};
use crate::store::types::{At, Id};
use crate::store::{Fault, Tx};

pub use crate::store::load::ItemFilter;

/// What to load.
#[derive(Clone, Debug, Default)]
pub struct Query {
    pub post: Option<String>,
    pub filter: ItemFilter,
    /// Zero or less: the default.
    pub limit: Option<i32>,
    pub cursor: Option<String>,
    /// Feed: start with what changed since.
    pub modified_since: Option<DateTime<Utc>>,
    pub count: Count,
    pub form: ViewForm,
}

/// Whether the items that match are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Count {
    #[default]
    None,
    /// All of them, however long that takes.
    All,
    /// No further than to this many.
    Most(i64),
}

impl Count {
    /// All of them where that is asked for.
    pub fn all_if(asked: bool) -> Self {
        if asked { Self::All } else { Self::None }
    }
}

/// What is written of each item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ViewForm {
    /// The customs data view.
    #[default]
    View,
    /// An entry of a list of the own surface.
    Listed,
}

/// One page.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// Views as JSON.
    pub views: Vec<String>,
    pub next_cursor: Option<String>,
    /// Feed only: more is there already.
    pub more: Option<bool>,
    /// Items that match, as far as they are counted.
    pub total: Option<i64>,
}

/// A seal may be made while older changes are still being committed by another clock; go back this far.
const CLOCK_MARGIN_S: i64 = 120;

impl Services {
    /// Loads a page of what the caller may see.
    ///
    /// # Errors
    /// 400 for a cursor that does not fit, 401 for a post that is not the caller's.
    pub async fn load(&self, actor: &Actor, query: Query) -> Result<Page> {
        actor.check(UseCase::SeeItems)?;
        let posts = actor.posts_meant(query.post.as_deref())?;
        let mut filter = query.filter;
        filter.as_customs = actor.kind == OrganizationKind::Customs;
        filter.zip_from = filter.zip_from.map(|zip| comparable_zip(&zip));
        filter.zip_to = filter.zip_to.map(|zip| comparable_zip(&zip));
        let bound = binding(&format!("{} {posts:?} {filter:?}", actor.org));
        let start = query.cursor.as_deref().map(|text| Cursor::read(text, bound)).transpose()?;
        let limit = page_size(query.limit, limits::LOAD_DEFAULT, limits::LOAD_MAX);
        let (since, count) = (query.modified_since, query.count);
        let (services, sees) = (self.clone(), Reader::of(actor, &filter, query.form));
        self.store
            .read(move |tx| {
                let actor = &sees;
                let mut filter = filter.clone();
                if !filter.words.is_empty() {
                    check_words(tx)?;
                    tx.note_common_words(&posts, &mut filter)?;
                }
                let range = Range { services: &services, posts: &posts, filter: &filter, limit, bound };
                let mut page = match (&start, since) {
                    (Some(Cursor::AfterItem(pid)), _) => range.by_item(tx, actor, Some(*pid))?,
                    (Some(Cursor::AfterChanges(places)), _) => {
                        let places = places_now(tx, &posts, places)?;
                        range.by_change(tx, actor, places, None)?
                    }
                    (None, Some(since)) => {
                        let places = places_since(tx, &posts, since)?;
                        range.by_change(tx, actor, places, Some(since))?
                    }
                    (None, None) => range.by_item(tx, actor, None)?,
                };
                page.total = range.count(tx, count)?;
                Ok(page)
            })
            .await
    }
}

/// Places in the feeds of some posts before every change since `since`.
fn places_since(tx: &mut Tx<'_>, posts: &[String], since: DateTime<Utc>) -> Result<FeedPlaces, Fault> {
    let sealed_at = since - TimeDelta::seconds(CLOCK_MARGIN_S);
    let mut numbers = Vec::with_capacity(posts.len());
    for post in posts {
        numbers.push(tx.sealed_before(post, sealed_at)?);
    }
    Ok(FeedPlaces { epoch: tx.last_epoch()?, first: 0, numbers })
}

/// The places of a cursor in the present epoch: where one began since, no further than before its first number.
fn places_now(tx: &mut Tx<'_>, posts: &[String], places: &FeedPlaces) -> Result<FeedPlaces, Fault> {
    let epoch = tx.last_epoch()?;
    let mut numbers = Vec::with_capacity(posts.len());
    for (at, post) in posts.iter().enumerate() {
        let number = places.number(at);
        let since = if places.epoch < epoch { tx.epochs(post)? } else { Vec::new() };
        let later = since.into_iter().filter(|(epoch, _)| *epoch > places.epoch);
        numbers.push(later.map(|(_, first_no)| first_no - 1).fold(number, i64::min));
    }
    Ok(FeedPlaces { epoch, first: places.first, numbers })
}

/// Who reads, and how it asked.
struct Reader {
    actor: Actor,
    reading: Reading,
    form: ViewForm,
}

impl Reader {
    fn of(actor: &Actor, filter: &ItemFilter, form: ViewForm) -> Self {
        let asked = filter.item_id.is_some() || filter.without_response;
        Self { actor: actor.clone(), reading: if asked { Reading::Asked } else { Reading::Passing }, form }
    }
}

struct Range<'a> {
    services: &'a Services,
    posts: &'a [String],
    filter: &'a ItemFilter,
    limit: usize,
    bound: [u8; 8],
}

impl Range<'_> {
    /// Query paging.
    fn by_item(&self, tx: &mut Tx<'_>, reader: &Reader, after: Option<uuid::Uuid>) -> Result<Page, Fault> {
        let mut found: Vec<Item> = Vec::new();
        for post in self.posts {
            found.extend(tx.page_by_pid(post, self.filter, after, self.limit + 1)?);
        }
        found.sort_by_key(|item| item.object.pid);
        let last = cut(&mut found, self.limit).map(|item| Cursor::AfterItem(item.object.pid.0).write(self.bound));
        Ok(Page { views: self.views(tx, &found, reader)?, next_cursor: last, ..Page::default() })
    }

    /// The change feed: what was numbered after `places`, post by post. The page after a full one begins with another post,
    /// so that none waits for ever.
    fn by_change(
        &self,
        tx: &mut Tx<'_>,
        reader: &Reader,
        mut places: FeedPlaces,
        since: Option<DateTime<Utc>>,
    ) -> Result<Page, Fault> {
        let posts = self.posts.len();
        let first = places.first % posts.max(1);
        let (mut found, mut more, mut next): (Vec<Item>, bool, Option<usize>) = (Vec::new(), false, None);
        for at in (first..posts).chain(0..first) {
            let post = &self.posts[at];
            // The counter first: what it covers is there to be read.
            let last_no = tx.last_change_no(post)?;
            let number = &mut places.numbers[at];
            while *number < last_no && found.len() < self.limit {
                let room = self.limit - found.len();
                let page = tx.page_by_change(post, self.filter, since.map(At), (*number, last_no), room)?;
                *number = page.reached;
                // A stretch without anything that matches is passed over rather than answered empty.
                found.extend(page.items);
            }
            more |= *number < last_no;
            if found.len() == self.limit && next.is_none() {
                next = Some((at + 1) % posts);
            }
        }
        places.first = next.unwrap_or(0);
        let views = self.views(tx, &found, reader)?;
        let cursor = Cursor::AfterChanges(places).write(self.bound);
        Ok(Page { views, next_cursor: Some(cursor), more: Some(more), total: None })
    }

    /// The views of a page; what customs gets to see is noted.
    fn views(&self, tx: &mut Tx<'_>, items: &[Item], reader: &Reader) -> Result<Vec<String>, Fault> {
        self.services.note_handed(&reader.actor, items, reader.reading);
        if reader.form == ViewForm::View {
            return Ok(items.iter().map(|item| view(item, &reader.actor)).collect());
        }
        let pids: Vec<Id> = items.iter().map(|item| item.object.pid).collect();
        let own = self.posts.iter().find(|post| **post == reader.actor.org);
        let references = own.map(|post| tx.references(post, &pids)).transpose()?.unwrap_or_default();
        let references: HashMap<Id, ItemReference> = references.into_iter().collect();
        Ok(items.iter().map(|item| in_list(item, &reader.actor, references.get(&item.object.pid))).collect())
    }

    fn count(&self, tx: &mut Tx<'_>, count: Count) -> Result<Option<i64>, Fault> {
        let mut total = 0;
        for post in self.posts {
            total += match count {
                Count::None => return Ok(None),
                Count::All => tx.count_items(post, self.filter)?,
                Count::Most(most) => tx.count_some_items(post, self.filter, most - total)?,
            };
        }
        Ok(Some(total))
    }
}

/// A posting-date bound for the filter.
pub fn bound(date: Option<crate::contract::WcfDate>) -> Option<At> {
    date.map(|date| At(date.instant()))
}

/// An instant for the filter.
pub fn moment(at: DateTime<Utc>) -> At {
    At(at)
}

/// # Errors
/// 400 when the mail state is not a number.
pub fn mail_state(text: &str) -> Result<i32> {
    let message = "give the number of the mail state as text, for example \"1\"";
    text.trim().parse().map_err(|_| Error::invalid("format", "mailStateCd", message))
}
