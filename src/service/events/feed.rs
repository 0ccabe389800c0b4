//! Events as a feed: page by page after a cursor, or from where a reader has acknowledged.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::view::view;
use crate::contract::event::EventView;
use crate::domain::{EventAudience, Notification, OrganizationKind};
use crate::error::{Error, Findings, Result};
use crate::limits;
use crate::service::cursor::{binding, page_size, read_place, write_place};
use crate::service::{Actor, Services};
use crate::store::event::{EventRow, ReaderRow};
use crate::store::types::At;
use crate::store::{Fault, Tx};

/// The last event of each post, by its code.
type Place = BTreeMap<String, i64>;

/// What to read.
#[derive(Clone, Debug, Default)]
pub struct EventQuery {
    pub after: Option<String>,
    /// The name of a reader, which goes on where it has acknowledged.
    pub reader: Option<String>,
    /// Types; `light.*` means all that begin so. All when empty.
    pub types: Vec<String>,
    pub item_id: Option<String>,
    pub limit: Option<i32>,
    /// How long to wait where there is nothing yet.
    pub wait: Duration,
    /// What links begin with: where clients reach the server, if that is set.
    pub base: String,
}

/// Some events, in the order of their post.
#[derive(Clone, Debug)]
pub struct EventPage {
    pub events: Vec<EventView>,
    /// The cursor of what comes next; always there.
    pub next: String,
    /// More is there already.
    pub more: bool,
}

/// Events of a post as they are stored.
pub struct StoredEvents {
    /// With their numbers.
    pub events: Vec<(i64, EventView)>,
    /// The number of the last one there was.
    pub last: i64,
}

struct Feed {
    posts: Vec<String>,
    for_customs: bool,
    offices: Option<Vec<String>>,
    types: Vec<String>,
    item_id: Option<String>,
    limit: usize,
}

impl Feed {
    fn lets_through(&self, row: &EventRow) -> bool {
        let of_type = |wanted: &String| match wanted.strip_suffix('*') {
            Some(family) => row.event_type.stored().starts_with(family),
            None => row.event_type.stored() == wanted,
        };
        (!self.for_customs || row.audience == EventAudience::PostAndCustoms)
            && (self.types.is_empty() || self.types.iter().any(of_type))
            && self.item_id.as_ref().is_none_or(|id| *id == row.item_id)
            && self.offices.as_ref().is_none_or(|own| row.office.as_ref().is_some_and(|office| own.contains(office)))
    }

    /// What comes after `place`, which is moved on.
    fn read(&self, tx: &mut Tx<'_>, place: &mut Place) -> Result<(Vec<EventRow>, bool), Fault> {
        let (mut found, mut more) = (Vec::new(), false);
        for post in &self.posts {
            let (oldest, last) = tx.event_range(post)?;
            let number = place.entry(post.clone()).or_insert_with(|| oldest.map_or(last, |oldest| oldest - 1));
            if *number < oldest.map_or(last, |oldest| oldest - 1) {
                return Err(Error::CursorExpired.into());
            }
            while *number < last && found.len() < self.limit {
                let rows = tx.events_after(post, *number, limits::EVENTS_READ)?;
                let Some(end) = rows.last().map(|row| row.event_no) else {
                    *number = last;
                    break;
                };
                for row in rows {
                    *number = row.event_no;
                    if self.lets_through(&row) {
                        found.push(row);
                        if found.len() == self.limit {
                            break;
                        }
                    }
                }
                debug_assert!(*number <= end);
            }
            more |= *number < last;
        }
        Ok((found, more))
    }
}

impl Services {
    /// Reads events. The first call of an organization begins to follow its posts: what happens from then on is told.
    ///
    /// # Errors
    /// 400 for a cursor that does not fit, or with a type that there is none of; 410 for a cursor to events that were
    /// dropped; 404 for a reader that is not there; 429 when too many wait.
    pub async fn events(&self, actor: &Actor, query: EventQuery) -> Result<EventPage> {
        check_types(&query.types)?;
        let bound = binding(&format!("events {} {:?} {:?} {:?}", actor.org, actor.posts, query.types, query.item_id));
        let mut place = match (&query.after, &query.reader) {
            (Some(after), _) => read_place(after, bound).and_then(|text| place_of(&text))?,
            (None, Some(reader)) => self.acknowledged(actor, reader).await?,
            (None, None) => Place::new(),
        };
        place.retain(|post, _| actor.posts.contains(post));
        let feed = Arc::new(Feed {
            posts: actor.posts.clone(),
            for_customs: actor.kind == OrganizationKind::Customs,
            offices: actor.offices.clone(),
            types: query.types,
            item_id: query.item_id,
            limit: page_size(query.limit, limits::EVENTS_DEFAULT, limits::EVENTS_MOST),
        });
        self.follow(&actor.posts).await?;
        let mut patience = self.waiters.patience(&actor.org, query.wait);
        loop {
            let (reading, from) = (Arc::clone(&feed), place);
            let read = self.store.read(move |tx| {
                let mut from = from.clone();
                let (events, more) = reading.read(tx, &mut from)?;
                Ok((events, more, from))
            });
            let (events, more, reached) = read.await?;
            place = reached;
            if !events.is_empty() || !patience.wait().await? {
                let next = write_place(&serde_json::to_string(&place).unwrap_or_default(), bound);
                let events = events.into_iter().map(|row| self.shown(row, &query.base)).collect();
                return Ok(EventPage { events, next, more });
            }
        }
    }

    /// Events of a post after a number with their numbers, whoever may hear of them; at most `limit`. For administrators.
    ///
    /// # Errors
    /// 400 for what is no post; when the database is away.
    pub async fn stored_events(&self, post: &str, after: i64, limit: i64) -> Result<StoredEvents> {
        let of_post = post.to_owned();
        let read = self.store.read(move |tx| {
            if !tx.posts()?.contains(&of_post) {
                return Err(Error::invalid("unknown_code", "POST", "there is no such post").into());
            }
            let (_, last) = tx.event_range(&of_post)?;
            Ok((tx.events_after(&of_post, after, limit)?, last))
        });
        let (rows, last) = read.await?;
        let events = rows.into_iter().map(|row| (row.event_no, self.shown(row, ""))).collect();
        Ok(StoredEvents { events, last })
    }

    async fn follow(&self, posts: &[String]) -> Result<()> {
        let followed = self.store.read(|tx| tx.followed_posts()).await?;
        let new: Vec<String> = posts.iter().filter(|post| !followed.contains(post)).cloned().collect();
        if new.is_empty() {
            return Ok(());
        }
        self.store.write(move |tx| new.iter().try_for_each(|post| tx.begin_to_follow(post))).await
    }

    /// One event, as far as the caller may hear of it.
    ///
    /// # Errors
    /// 404 for an event that is not there, or not the caller's.
    pub async fn event(&self, actor: &Actor, id: &str, base: &str) -> Result<EventView> {
        let absent = Error::Absent { what: "event" };
        let Some((pid, seq, part)) = parts_of(id) else { return Err(absent) };
        let posts = actor.posts.clone();
        let found = self.store.read(move |tx| {
            for post in &posts {
                if let Some(row) = tx.event(post, pid, seq, part)? {
                    return Ok(Some(row));
                }
            }
            Ok(None)
        });
        let may_hear = |row: &EventRow| {
            (actor.kind == OrganizationKind::Post || row.audience == EventAudience::PostAndCustoms)
                && actor.offices.as_ref().is_none_or(|own| row.office.as_ref().is_some_and(|at| own.contains(at)))
        };
        found.await?.filter(may_hear).map(|row| self.shown(row, base)).ok_or(absent)
    }

    fn shown(&self, row: EventRow, base: &str) -> EventView {
        let binding = self.catalogue().settings(&row.post_org).light_binding;
        view(row, base, binding)
    }

    async fn acknowledged(&self, actor: &Actor, name: &str) -> Result<Place> {
        let (org, name) = (actor.org.clone(), name.to_owned());
        let row = self.store.read(move |tx| tx.reader(&org, &name)).await?;
        place_of(&row.ok_or(Error::Absent { what: "reader" })?.places)
    }

    /// Has a reader go on after a cursor of an unfiltered or filtered feed of the same caller; one that is new begins there, or
    /// with the oldest event where no cursor is given.
    ///
    /// # Errors
    /// 400 for a name or a cursor that does not fit, or one reader too many.
    pub async fn acknowledge(&self, actor: &Actor, name: &str, through: Option<&str>) -> Result<()> {
        let fits = !name.is_empty()
            && name.len() <= limits::READER_NAME_CHARS
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if !fits {
            let message = "write 1 to 64 letters, digits, points, hyphens or underscores";
            return Err(Error::invalid("format", "name", message));
        }
        let place = match through {
            Some(cursor) => place_of(&any_place(cursor)?)?,
            None => Place::new(),
        };
        if place.keys().any(|post| !actor.posts.contains(post)) {
            return Err(Error::invalid("cursor", "through", "not a cursor of this organization"));
        }
        self.follow(&actor.posts).await?;
        let (org, name) = (actor.org.clone(), name.to_owned());
        let places = serde_json::to_string(&place).unwrap_or_default();
        let write = self.store.write(move |tx| {
            let known = tx.readers(&org)?;
            if known.len() >= limits::READERS && known.iter().all(|row| row.name != name) {
                let message =
                    format!("an organization has at most {} readers; drop one that is not used", limits::READERS);
                return Err(Error::invalid("limit", "name", message).into());
            }
            let updated_at = At(tx.now);
            tx.put_reader(&ReaderRow { org: org.clone(), name: name.clone(), places: places.clone(), updated_at })
        });
        write.await
    }

    /// The readers of an organization, with when each acknowledged last.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn event_readers(&self, actor: &Actor) -> Result<Vec<(String, DateTime<Utc>)>> {
        let org = actor.org.clone();
        let rows = self.store.read(move |tx| tx.readers(&org)).await?;
        Ok(rows.into_iter().map(|row| (row.name, row.updated_at.0)).collect())
    }

    /// Forgets a reader.
    ///
    /// # Errors
    /// 404 when there is none of this name.
    pub async fn drop_event_reader(&self, actor: &Actor, name: &str) -> Result<()> {
        let (org, name) = (actor.org.clone(), name.to_owned());
        match self.store.write(move |tx| tx.drop_reader(&org, &name)).await? {
            true => Ok(()),
            false => Err(Error::Absent { what: "reader" }),
        }
    }
}

/// The row and part that an event's id names.
fn parts_of(id: &str) -> Option<(crate::store::types::Id, i32, crate::domain::EventPart)> {
    let (pid, rest) = id.strip_prefix("evt_")?.split_once('_')?;
    let at = rest.len().checked_sub(1)?;
    let (seq, part) = rest.split_at_checked(at)?;
    let is_plain = pid.len() == 32 && seq.bytes().all(|byte| byte.is_ascii_digit()) && !seq.starts_with('0');
    let pid = uuid::Uuid::parse_str(pid).ok().filter(|_| is_plain)?;
    Some((crate::store::types::Id(pid), seq.parse().ok()?, crate::domain::EventPart::from_stored(part).ok()?))
}

/// # Errors
/// 400 naming the types there are.
fn check_types(types: &[String]) -> Result<()> {
    let mut findings = Findings::default();
    for wanted in types {
        let begins = wanted.strip_suffix('*');
        let known = |known: &Notification| match begins {
            Some(family) => known.stored().starts_with(family),
            None => known.stored() == wanted,
        };
        if !Notification::ALL.iter().any(known) {
            let all = Notification::ALL.map(Notification::stored).join(", ");
            findings.add(
                "unknown_code",
                "type",
                format!("there is no such type; there are {all}, and light.* and the like"),
            );
        }
    }
    findings.into_result()
}

fn place_of(text: &str) -> Result<Place> {
    let fits = |place: &Place| place.values().all(|number| *number >= 0);
    let place = serde_json::from_str(text).ok().filter(fits);
    place.ok_or_else(|| Error::invalid("cursor", "cursor", "not a cursor of the event feed; start again without it"))
}

/// The place of a cursor, whatever the filters it was made with.
fn any_place(cursor: &str) -> Result<String> {
    let refused = || Error::invalid("cursor", "through", "not a cursor of the event feed");
    crate::service::cursor::place_of_any(cursor).ok_or_else(refused)
}
