//! Published events: derived from histories, numbered without gaps post by post, and read from there.
//!
//! Knows rows and numbers; what a row of a history is told as is decided by who derives.

use std::collections::{HashMap, HashSet};

use diesel::dsl::min;
use diesel::prelude::*;

use super::engine::conn::on_engine;
use super::insert::{insert_all, inserted_rows};
use super::item::{HistoryRow, ItemReference, ObjectRow};
use super::schema::{change, change_counter, event, event_follow, event_reader, item_history, mail_object};
use super::types::{At, Id};
use super::{Fault, Tx};
use crate::domain::{EventAudience, EventKind, EventPart, Flow, Notification};

type Done<T = ()> = Result<T, Fault>;

/// One event. Names and codes only: nothing about persons, goods or amounts.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = event, treat_none_as_default_value = false)]
pub struct EventRow {
    pub post_org: String,
    pub event_no: i64,
    pub object_pid: Id,
    /// The row of the item's history that it tells of.
    pub seq: i32,
    pub part: EventPart,
    pub at: At,
    pub event_type: Notification,
    pub subtype: Option<String>,
    /// The item that it is about; none of a notice.
    pub item_id: Option<String>,
    pub flow: Option<Flow>,
    pub orig_post: Option<String>,
    pub dest_post: Option<String>,
    pub partner_country: Option<String>,
    pub mail_class: Option<String>,
    /// The office that the item was moved at last by then, where one was stated.
    pub office: Option<String>,
    pub audience: EventAudience,
    /// [`PackedLight`](crate::domain::PackedLight), of events about the light.
    pub light: Option<i64>,
    /// Number of the colour before.
    pub light_was: Option<i32>,
    pub doc_version: Option<i32>,
    /// What its declarer calls the item.
    pub external_ref: Option<String>,
    /// The ingestion that brought the item.
    pub ingestion: Option<Id>,
    /// JSON, of a notice: what happened.
    pub detail: Option<String>,
}

impl EventRow {
    /// An event that is about no item; `detail` is JSON that says what happened.
    pub fn notice(
        org: &str,
        event_no: i64,
        event_type: Notification,
        subtype: Option<&str>,
        (detail, at): (String, At),
    ) -> Self {
        Self {
            post_org: org.to_owned(),
            event_no,
            object_pid: Id(uuid::Uuid::now_v7()),
            seq: 1,
            part: EventPart::Notice,
            at,
            event_type,
            subtype: subtype.map(str::to_owned),
            item_id: None,
            flow: None,
            orig_post: None,
            dest_post: None,
            partner_country: None,
            mail_class: None,
            office: None,
            audience: EventAudience::Post,
            light: None,
            light_was: None,
            doc_version: None,
            external_ref: None,
            ingestion: None,
            detail: Some(detail),
        }
    }
}

inserted_rows!(EventRow => event);

/// A post of which events are derived.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = event_follow, treat_none_as_default_value = false)]
pub struct FollowRow {
    pub post_org: String,
    /// Changes up to this number were looked at.
    pub change_no: i64,
    pub last_event_no: i64,
    /// What happened before is not told.
    pub since_at: At,
}

/// How far somebody has acknowledged events.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = event_reader, treat_none_as_default_value = false)]
pub struct ReaderRow {
    pub org: String,
    pub name: String,
    /// JSON: the last event of each post.
    pub places: String,
    pub updated_at: At,
}

/// A changed item with what its history has to tell.
pub struct Changed {
    pub object: ObjectRow,
    /// Oldest first.
    pub rows: Vec<HistoryRow>,
    /// The first row with which customs could see the item; none when that is not known.
    pub visible_from: Option<i32>,
    /// The offices that it was moved at, with the rows of the history that say so, oldest first.
    pub offices: Vec<(i32, String)>,
    /// What was derived already: rows and parts.
    pub derived: HashSet<(i32, EventPart)>,
    /// What its declarer calls it, and the ingestion that brought it.
    pub reference: ItemReference,
}

impl Changed {
    /// The office that it was moved at last by the time of a row.
    pub fn office_at(&self, seq: i32) -> Option<&str> {
        let (_, office) = self.offices.iter().rev().find(|(moved, _)| *moved <= seq)?;
        Some(office)
    }
}

impl Tx<'_> {
    /// How far a post is followed, if it is.
    pub fn follow(&mut self, post: &str) -> Done<Option<FollowRow>> {
        Ok(event_follow::table.find(post).first(self.conn).optional()?)
    }

    /// Begins to follow a post, unless it is followed. What happens from now on is told.
    pub fn begin_to_follow(&mut self, post: &str) -> Done {
        if self.follow(post)?.is_some() {
            return Ok(());
        }
        let change_no = self.last_change_no(post)?;
        let row = FollowRow { post_org: post.to_owned(), change_no, last_event_no: 0, since_at: At(self.now) };
        let put = diesel::insert_into(event_follow::table).values(&row).on_conflict_do_nothing();
        on_engine!(self.conn, |conn| put.execute(conn))?;
        Ok(())
    }

    /// Has everything that happened since looked at again.
    pub fn follow_again(&mut self, post: &str, since: At) -> Done {
        self.begin_to_follow(post)?;
        let place = event_follow::table.find(post);
        diesel::update(place)
            .set((event_follow::change_no.eq(0), event_follow::since_at.eq(since)))
            .execute(self.conn)?;
        Ok(())
    }

    /// The posts that are followed, by code.
    pub fn followed_posts(&mut self) -> Done<Vec<String>> {
        Ok(event_follow::table.order(event_follow::post_org).select(event_follow::post_org).load(self.conn)?)
    }

    /// The followed posts with changes that were not looked at.
    pub fn posts_to_derive(&mut self) -> Done<Vec<String>> {
        let followed: Vec<(String, i64)> =
            event_follow::table.select((event_follow::post_org, event_follow::change_no)).load(self.conn)?;
        if followed.is_empty() {
            return Ok(Vec::new());
        }
        let posts: Vec<&str> = followed.iter().map(|(post, _)| post.as_str()).collect();
        let counters: Vec<(String, i64)> = change_counter::table
            .filter(change_counter::post_org.eq_any(posts))
            .select((change_counter::post_org, change_counter::last_no))
            .load(self.conn)?;
        let is_behind = |(post, last): &(String, i64)| followed.iter().any(|(known, no)| known == post && no < last);
        Ok(counters.into_iter().filter(is_behind).map(|(post, _)| post).collect())
    }

    /// The next changed items of a post, in the order of their changes, and how far that is; of each what its history says
    /// since `since`.
    pub fn changed_items(&mut self, follow: &FollowRow, since: At, limit: i64) -> Done<(Vec<Changed>, i64)> {
        let post = follow.post_org.as_str();
        // The counter first: what it covers is there to be read.
        let last_no = self.last_change_no(post)?;
        let changes: Vec<(Id, Option<i64>)> = change::table
            .filter(change::post_org.eq(post))
            .filter(change::number.gt(follow.change_no).and(change::number.le(last_no)))
            .order(change::number)
            .limit(limit)
            .select((change::pid, change::number))
            .load(self.conn)?;
        let reached = match changes.last() {
            Some((_, Some(number))) if changes.len() as i64 == limit => *number,
            _ => last_no,
        };
        let pids: Vec<Id> = changes.into_iter().map(|(pid, _)| pid).collect();
        if pids.is_empty() {
            return Ok((Vec::new(), reached));
        }
        let objects: Vec<ObjectRow> = mail_object::table
            .filter(mail_object::post_org.eq(post).and(mail_object::pid.eq_any(pids.clone())))
            .load(self.conn)?;
        let mut found: HashMap<Id, Changed> =
            objects.into_iter().map(|object| (object.pid, Changed::of(object))).collect();
        let history: Vec<HistoryRow> = item_history::table
            .filter(item_history::post_org.eq(post).and(item_history::object_pid.eq_any(pids.clone())))
            .filter(item_history::at.ge(since))
            .order((item_history::object_pid, item_history::seq))
            .load(self.conn)?;
        for row in history {
            if let Some(item) = found.get_mut(&row.object_pid) {
                item.rows.push(row);
            }
        }
        let shows: Vec<&str> =
            EventKind::ALL.into_iter().filter(|kind| kind.shows_to_customs()).map(EventKind::stored).collect();
        let shown: Vec<(Id, Option<i32>)> = item_history::table
            .filter(item_history::post_org.eq(post).and(item_history::object_pid.eq_any(pids.clone())))
            .filter(item_history::event.eq_any(shows))
            .group_by(item_history::object_pid)
            .select((item_history::object_pid, min(item_history::seq)))
            .load(self.conn)?;
        for (pid, seq) in shown {
            if let Some(item) = found.get_mut(&pid) {
                item.visible_from = seq;
            }
        }
        let moves: Vec<(Id, i32, Option<String>)> = item_history::table
            .filter(item_history::post_org.eq(post).and(item_history::object_pid.eq_any(pids.clone())))
            .filter(item_history::event.eq(EventKind::ObjectMoved.stored()))
            .filter(item_history::office_cd.is_not_null())
            .order((item_history::object_pid, item_history::seq))
            .select((item_history::object_pid, item_history::seq, item_history::office_cd))
            .load(self.conn)?;
        for (pid, seq, office) in moves {
            if let (Some(item), Some(office)) = (found.get_mut(&pid), office) {
                item.offices.push((seq, office));
            }
        }
        let derived: Vec<(Id, i32, EventPart)> = event::table
            .filter(event::post_org.eq(post).and(event::object_pid.eq_any(pids.clone())))
            .select((event::object_pid, event::seq, event::part))
            .load(self.conn)?;
        for (pid, seq, part) in derived {
            if let Some(item) = found.get_mut(&pid) {
                item.derived.insert((seq, part));
            }
        }
        for (pid, reference) in self.references(post, &pids)? {
            if let Some(item) = found.get_mut(&pid) {
                item.reference = reference;
            }
        }
        Ok((pids.iter().filter_map(|pid| found.remove(pid)).collect(), reached))
    }

    /// Stores events, numbered already, and notes how far that is. Says whether that was done: not when somebody else went on
    /// from `follow` meanwhile.
    pub fn put_events(&mut self, follow: &FollowRow, reached: i64, events: &[EventRow]) -> Done<bool> {
        let last_event_no = events.last().map_or(follow.last_event_no, |last| last.event_no);
        let place = event_follow::table
            .find(&follow.post_org)
            .filter(event_follow::change_no.eq(follow.change_no))
            .filter(event_follow::last_event_no.eq(follow.last_event_no));
        let goes_on = (event_follow::change_no.eq(reached), event_follow::last_event_no.eq(last_event_no));
        if diesel::update(place).set(goes_on).execute(self.conn)? == 0 {
            return Ok(false);
        }
        insert_all(self.conn, events)?;
        Ok(true)
    }

    /// Adds an event that is about no item, if the organization is followed.
    pub fn add_notice(&mut self, org: &str, event_type: Notification, subtype: Option<&str>, detail: String) -> Done {
        let Some(follow) = self.follow(org)? else { return Ok(()) };
        let row = EventRow::notice(org, follow.last_event_no + 1, event_type, subtype, (detail, At(self.now)));
        if self.put_events(&follow, follow.change_no, &[row])? {
            return Ok(());
        }
        Err(crate::error::Error::unavailable("Another server added an event meanwhile").into())
    }

    /// Events of a post after a number, at most `limit`.
    pub fn events_after(&mut self, post: &str, after: i64, limit: i64) -> Done<Vec<EventRow>> {
        Ok(event::table
            .filter(event::post_org.eq(post).and(event::event_no.gt(after)))
            .order(event::event_no)
            .limit(limit)
            .load(self.conn)?)
    }

    /// Numbers of the oldest event kept of a post, and of the last one there was.
    pub fn event_range(&mut self, post: &str) -> Done<(Option<i64>, i64)> {
        let oldest = event::table.filter(event::post_org.eq(post)).select(min(event::event_no));
        let oldest: Option<i64> = oldest.first(self.conn)?;
        let last = self.follow(post)?.map_or(0, |follow| follow.last_event_no);
        Ok((oldest, last))
    }

    /// The event that tells of this part of this row of a history.
    pub fn event(&mut self, post: &str, pid: Id, seq: i32, part: EventPart) -> Done<Option<EventRow>> {
        Ok(event::table
            .filter(event::post_org.eq(post).and(event::object_pid.eq(pid)))
            .filter(event::seq.eq(seq).and(event::part.eq(part)))
            .first(self.conn)
            .optional()?)
    }

    /// Drops events of a post that are older, some at a time; gives how many.
    pub fn drop_events_before(&mut self, post: &str, before: At, limit: i64) -> Done<usize> {
        let of_post = event::table.filter(event::post_org.eq(post));
        let first: Vec<(i64, At)> =
            of_post.order(event::event_no).limit(limit).select((event::event_no, event::at)).load(self.conn)?;
        let Some((through, _)) = first.into_iter().take_while(|(_, at)| *at < before).last() else { return Ok(0) };
        let old = event::table.filter(event::post_org.eq(post).and(event::event_no.le(through)));
        Ok(diesel::delete(old).execute(self.conn)?)
    }

    /// How far a reader has acknowledged.
    pub fn reader(&mut self, org: &str, name: &str) -> Done<Option<ReaderRow>> {
        Ok(event_reader::table.find((org, name)).first(self.conn).optional()?)
    }

    /// The readers of an organization, by name.
    pub fn readers(&mut self, org: &str) -> Done<Vec<ReaderRow>> {
        Ok(event_reader::table.filter(event_reader::org.eq(org)).order(event_reader::name).load(self.conn)?)
    }

    /// Notes how far a reader has acknowledged.
    pub fn put_reader(&mut self, row: &ReaderRow) -> Done {
        if diesel::update(event_reader::table.find((&row.org, &row.name))).set(row).execute(self.conn)? == 0 {
            diesel::insert_into(event_reader::table).values(row).execute(self.conn)?;
        }
        Ok(())
    }

    /// Forgets a reader; says whether there was one.
    pub fn drop_reader(&mut self, org: &str, name: &str) -> Done<bool> {
        Ok(diesel::delete(event_reader::table.find((org, name))).execute(self.conn)? > 0)
    }
}

impl Changed {
    fn of(object: ObjectRow) -> Self {
        Self {
            object,
            rows: Vec::new(),
            visible_from: None,
            offices: Vec::new(),
            derived: HashSet::new(),
            reference: ItemReference::default(),
        }
    }
}
