//! Events as a feed: page by page after a cursor, or from where a reader has acknowledged.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::view::view;
use crate::contract::event::EventView;
use crate::domain::{EventAudience, EventPart, Notification, OrganizationKind};
use crate::error::{Error, Findings, Result};
use crate::limits;
use crate::service::cursor::{binding, page_size, read_place, write_place};
use crate::service::rights::UseCase;
use crate::service::{Actor, Services};
use crate::store::event::{EventRow, ReaderRow};
use crate::store::types::At;
use crate::store::{Fault, Tx};

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

/// How far a feed was read.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Place {
    /// Which of the posts comes first on the next page, so that none waits for a busy one.
    #[serde(default)]
    first: usize,
    /// The last event of each post, by its code.
    numbers: BTreeMap<String, i64>,
}

impl Place {
    /// # Errors
    /// 400 for a text that is no place.
    fn parse(text: &str) -> Result<Self> {
        let fits = |place: &Self| place.numbers.values().all(|number| *number >= 0);
        let place = serde_json::from_str(text).ok().filter(fits);
        place
            .ok_or_else(|| Error::invalid("cursor", "cursor", "not a cursor of the event feed; start again without it"))
    }

    fn write(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// Whose events a caller may hear of: those of the posts whose items it may see, and its own.
pub fn streams(actor: &Actor) -> Vec<String> {
    let own = Some(&actor.org).filter(|org| !actor.posts.contains(org));
    actor.posts.iter().chain(own).cloned().collect()
}

/// Whether a caller may hear of an event.
pub fn may_hear(actor: &Actor, row: &EventRow) -> bool {
    if row.part == EventPart::Notice {
        return row.post_org == actor.org && actor.offices.is_none();
    }
    (actor.kind == OrganizationKind::Post || row.audience == EventAudience::PostAndCustoms)
        && actor.acts_at(row.office.as_deref())
}

/// Whether a type is the one wanted, or of the family wanted (`light.*`).
pub fn is_wanted(wanted: &str, event_type: Notification) -> bool {
    match wanted.strip_suffix('*') {
        Some(family) => event_type.stored().starts_with(family),
        None => event_type.stored() == wanted,
    }
}

struct Feed {
    actor: Actor,
    streams: Vec<String>,
    types: Vec<String>,
    item_id: Option<String>,
    limit: usize,
}

/// Some rows of a feed.
struct Stretch {
    rows: Vec<EventRow>,
    more: bool,
    reached: Place,
}

impl Feed {
    fn lets_through(&self, row: &EventRow) -> bool {
        may_hear(&self.actor, row)
            && (self.types.is_empty() || self.types.iter().any(|wanted| is_wanted(wanted, row.event_type)))
            && self.item_id.as_ref().is_none_or(|id| row.item_id.as_ref() == Some(id))
    }

    /// What comes after a place. A filter that lets little through ends the stretch as well, with what was found until then.
    fn read(&self, tx: &mut Tx<'_>, from: &Place) -> Result<Stretch, Fault> {
        let (posts, mut numbers) = (&self.streams, from.numbers.clone());
        let first = from.first % posts.len().max(1);
        let (mut rows, mut more, mut room) = (Vec::new(), false, limits::EVENTS_LOOKED_AT);
        let mut next = None;
        for at in (first..posts.len()).chain(0..first) {
            let post = &posts[at];
            let (oldest, last) = tx.event_range(post)?;
            let before_oldest = oldest.map_or(last, |oldest| oldest - 1);
            let number = numbers.entry(post.clone()).or_insert(before_oldest);
            if *number < before_oldest {
                return Err(Error::CursorExpired.into());
            }
            while *number < last && rows.len() < self.limit && room > 0 {
                let some = tx.events_after(post, *number, limits::EVENTS_READ.min(room))?;
                if some.is_empty() {
                    *number = last;
                }
                for row in some {
                    (*number, room) = (row.event_no, room - 1);
                    if self.lets_through(&row) {
                        rows.push(row);
                        if rows.len() == self.limit {
                            break;
                        }
                    }
                }
            }
            more |= *number < last;
            if next.is_none() && (rows.len() == self.limit || room == 0) {
                next = Some((at + 1) % posts.len());
            }
        }
        Ok(Stretch { rows, more, reached: Place { first: next.unwrap_or(0), numbers } })
    }
}

impl Services {
    /// Reads events. The first call of an organization begins to follow its posts: what happens from then on is told.
    ///
    /// # Errors
    /// 400 for a cursor that does not fit, or with a type that there is none of; 410 for a cursor to events that were
    /// dropped; 404 for a reader that is not there; 429 when too many wait.
    pub async fn events(&self, actor: &Actor, query: EventQuery) -> Result<EventPage> {
        actor.check(UseCase::SeeItems)?;
        check_types(&query.types)?;
        let bound = binding(&format!("events {} {:?} {:?} {:?}", actor.org, actor.posts, query.types, query.item_id));
        let mut place = match (&query.after, &query.reader) {
            (Some(after), _) => Place::parse(&read_place(after, bound)?)?,
            (None, Some(reader)) => self.acknowledged(actor, reader).await?,
            (None, None) => Place::default(),
        };
        let streams = streams(actor);
        place.numbers.retain(|post, _| streams.contains(post));
        self.follow(&streams).await?;
        let feed = Arc::new(Feed {
            actor: actor.clone(),
            streams,
            types: query.types,
            item_id: query.item_id,
            limit: page_size(query.limit, limits::EVENTS_DEFAULT, limits::EVENTS_MOST),
        });
        let mut poll = self.long_polls.begin(&actor.org, query.wait);
        loop {
            let (reading, from) = (Arc::clone(&feed), place);
            let Stretch { rows, more, reached } = self.store.read(move |tx| reading.read(tx, &from)).await?;
            place = reached;
            if !rows.is_empty() || more || !poll.wait().await? {
                let next = write_place(&place.write(), bound);
                let events = rows.into_iter().map(|row| self.shown(row, &query.base)).collect();
                return Ok(EventPage { events, next, more });
            }
        }
    }

    /// Events of a post, or the notices of an organization, after a number, whoever may hear of them, with their numbers; at most
    /// `limit`. For administrators.
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

    /// Begins to follow what is not followed yet.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn follow(&self, posts: &[String]) -> Result<()> {
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
        actor.check(UseCase::SeeItems)?;
        let absent = Error::Absent { what: "event" };
        let Some((pid, seq, part)) = parts_of(id) else { return Err(absent) };
        let streams = streams(actor);
        let found = self.store.read(move |tx| {
            for post in &streams {
                if let Some(row) = tx.event(post, pid, seq, part)? {
                    return Ok(Some(row));
                }
            }
            Ok(None)
        });
        found.await?.filter(|row| may_hear(actor, row)).map(|row| self.shown(row, base)).ok_or(absent)
    }

    /// An event as it is published; its links begin with `base`.
    pub fn shown(&self, row: EventRow, base: &str) -> EventView {
        let binding = self.catalogue().settings(&row.post_org).light_binding;
        view(row, base, binding)
    }

    async fn acknowledged(&self, actor: &Actor, name: &str) -> Result<Place> {
        let (org, name) = (actor.org.clone(), name.to_owned());
        let row = self.store.read(move |tx| tx.reader(&org, &name)).await?;
        Place::parse(&row.ok_or(Error::Absent { what: "reader" })?.places)
    }

    /// Has a reader go on after a cursor of an unfiltered or filtered feed of the same caller; one that is new begins there, or
    /// with the oldest event where no cursor is given.
    ///
    /// # Errors
    /// 400 for a name or a cursor that does not fit, or one reader too many.
    pub async fn acknowledge(&self, actor: &Actor, name: &str, through: Option<&str>) -> Result<()> {
        actor.check(UseCase::SeeItems)?;
        let fits = !name.is_empty()
            && name.len() <= limits::READER_NAME_CHARS
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
        if !fits {
            let message = "write 1 to 64 letters, digits, points, hyphens or underscores";
            return Err(Error::invalid("format", "name", message));
        }
        let place = match through {
            Some(cursor) => Place::parse(&any_place(cursor)?)?,
            None => Place::default(),
        };
        let streams = streams(actor);
        if place.numbers.keys().any(|post| !streams.contains(post)) {
            return Err(Error::invalid("cursor", "through", "not a cursor of this organization"));
        }
        self.follow(&streams).await?;
        let (org, name) = (actor.org.clone(), name.to_owned());
        let places = place.write();
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
        actor.check(UseCase::SeeItems)?;
        let org = actor.org.clone();
        let rows = self.store.read(move |tx| tx.readers(&org)).await?;
        Ok(rows.into_iter().map(|row| (row.name, row.updated_at.0)).collect())
    }

    /// Forgets a reader.
    ///
    /// # Errors
    /// 404 when there is none of this name.
    pub async fn drop_event_reader(&self, actor: &Actor, name: &str) -> Result<()> {
        actor.check(UseCase::SeeItems)?;
        let (org, name) = (actor.org.clone(), name.to_owned());
        match self.store.write(move |tx| tx.drop_reader(&org, &name)).await? {
            true => Ok(()),
            false => Err(Error::Absent { what: "reader" }),
        }
    }
}

/// The row and part that an event's id names.
pub fn parts_of(id: &str) -> Option<(crate::store::types::Id, i32, crate::domain::EventPart)> {
    let (pid, rest) = id.strip_prefix("evt_")?.split_once('_')?;
    let at = rest.len().checked_sub(1)?;
    let (seq, part) = rest.split_at_checked(at)?;
    let is_plain = pid.len() == 32 && seq.bytes().all(|byte| byte.is_ascii_digit()) && !seq.starts_with('0');
    let pid = uuid::Uuid::parse_str(pid).ok().filter(|_| is_plain)?;
    Some((crate::store::types::Id(pid), seq.parse().ok()?, crate::domain::EventPart::from_stored(part).ok()?))
}

/// # Errors
/// 400 naming the types there are.
pub fn check_types(types: &[String]) -> Result<()> {
    let mut findings = Findings::default();
    for wanted in types {
        if !Notification::ALL.iter().any(|known| is_wanted(wanted, *known)) {
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

/// The place of a cursor, whatever the filters it was made with.
fn any_place(cursor: &str) -> Result<String> {
    let refused = || Error::invalid("cursor", "through", "not a cursor of the event feed");
    crate::service::cursor::place_of_any(cursor).ok_or_else(refused)
}
