//! From rows of histories to events: which row is told as what, and to whom.

use std::time::Duration;

use chrono::TimeDelta;

use crate::domain::{EventAudience, EventKind, EventPart, Light, Notification, PackedLight};
use crate::error::Result;
use crate::limits;
use crate::service::Services;
use crate::store::event::{Changed, EventRow, FollowRow};
use crate::store::item::{Detail, LightChange, Recorded};
use crate::store::types::At;
use crate::store::{Fault, Tx};

impl Services {
    /// Derives the events of what changed since at posts that are followed; gives how many.
    ///
    /// # Errors
    /// When the database is away; what was derived stays.
    pub async fn derive_events(&self) -> Result<usize> {
        let mut derived = 0;
        for post in self.store.read(|tx| tx.posts_to_derive()).await? {
            derived += self.derive_of(&post).await?;
        }
        if derived > 0 {
            self.notify_events();
        }
        Ok(derived)
    }

    async fn derive_of(&self, post: &str) -> Result<usize> {
        let mut derived = 0;
        loop {
            let (of_post, kept) = (post.to_owned(), kept(self.terms.events));
            let read = self.store.read(move |tx| {
                let Some(follow) = tx.follow(&of_post)? else { return Ok(None) };
                derive(tx, follow, kept).map(Some)
            });
            let Some(Derived { follow, reached, events }) = read.await? else { return Ok(derived) };
            if reached == follow.change_no {
                return Ok(derived);
            }
            let count = events.len();
            // Where another server was faster, its work is gone on from.
            if self.store.write(move |tx| tx.put_events(&follow, reached, &events)).await? {
                derived += count;
            }
        }
    }

    /// Has the events of a post derived anew since a time, as far as they are not there; numbers are only added.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn rebuild_events(&self, post: &str, since: chrono::DateTime<chrono::Utc>) -> Result<usize> {
        let of_post = post.to_owned();
        self.store.write(move |tx| tx.follow_again(&of_post, At(since))).await?;
        let derived = self.derive_of(post).await?;
        self.notify_events();
        Ok(derived)
    }

    /// Drops events whose time is over.
    pub(in crate::service) async fn drop_old_events(&self) -> Result<()> {
        let before = At(self.clock.now() - kept(self.terms.events));
        for post in self.store.read(|tx| tx.followed_posts()).await? {
            loop {
                let of_post = post.clone();
                let some = limits::EVENTS_DROPPED;
                if (self.store.write(move |tx| tx.drop_events_before(&of_post, before, some)).await? as i64) < some {
                    break;
                }
            }
        }
        Ok(())
    }
}

/// The next events of a post.
struct Derived {
    follow: FollowRow,
    /// Changes up to this number were looked at.
    reached: i64,
    events: Vec<EventRow>,
}

fn kept(events: Duration) -> TimeDelta {
    TimeDelta::from_std(events).unwrap_or(TimeDelta::MAX)
}

/// A row may be a little older than the time at which it could be read.
const CLOCK_MARGIN_S: i64 = 120;

fn derive(tx: &mut Tx<'_>, follow: FollowRow, kept: TimeDelta) -> Result<Derived, Fault> {
    let since = (follow.since_at.0 - TimeDelta::seconds(CLOCK_MARGIN_S)).max(tx.now - kept);
    let (items, reached) = tx.changed_items(&follow, At(since), limits::EVENTS_DERIVED)?;
    let mut events = Vec::new();
    for mut item in items {
        let rows = std::mem::take(&mut item.rows).into_iter().map(|row| Ok((row.seq, row.read()?)));
        let rows: Vec<(i32, Recorded)> = rows.collect::<Result<_, Fault>>()?;
        // Where none of these rows changed it, the light was what it is.
        let never_changed = rows.iter().all(|(_, row)| row.event.detail.light.is_none());
        let mut light = item.object.light.map(PackedLight::from_stored).filter(|_| never_changed);
        for (seq, row) in rows {
            light = row.event.detail.light.as_ref().and_then(LightChange::packed).or(light);
            let new =
                events_of(&row, seq, &item, light).into_iter().filter(|new| !item.derived.contains(&(seq, new.part)));
            for new in new {
                let event_no = follow.last_event_no + 1 + events.len() as i64;
                events.push(event_row(&item, seq, event_no, new));
            }
        }
    }
    Ok(Derived { follow, reached, events })
}

fn event_row(item: &Changed, seq: i32, event_no: i64, new: NewEvent) -> EventRow {
    let object = &item.object;
    let is_visible = object.customs_visible && item.visible_from.is_some_and(|from| from <= seq);
    EventRow {
        post_org: object.post_org.clone(),
        event_no,
        object_pid: object.pid,
        seq,
        part: new.part,
        at: new.at,
        event_type: new.event_type,
        subtype: new.subtype,
        item_id: Some(object.item_id.clone()),
        flow: Some(object.flow),
        orig_post: Some(object.orig_post.clone()),
        dest_post: Some(object.dest_post.clone()),
        partner_country: object.partner_country.clone(),
        mail_class: object.mail_class.clone(),
        office: item.office_at(seq).map(str::to_owned),
        audience: if is_visible { new.audience } else { EventAudience::Post },
        light: new.light.map(PackedLight::stored),
        light_was: new.light_was.map(|light| light as i32),
        doc_version: new.doc_version,
        detail: None,
    }
}

/// An event of a row of a history.
struct NewEvent {
    part: EventPart,
    at: At,
    event_type: Notification,
    subtype: Option<String>,
    audience: EventAudience,
    light: Option<PackedLight>,
    light_was: Option<Light>,
    doc_version: Option<i32>,
}

/// The events of one row of an item; `now`: its light after the row, as far as that is known.
fn events_of(row: &Recorded, seq: i32, item: &Changed, now: Option<PackedLight>) -> Vec<NewEvent> {
    let is_move = item.offices.iter().any(|(moved, _)| *moved == seq);
    let comes_to_office = is_move && item.office_at(seq) != item.office_at(seq - 1);
    let (event, at) = (&row.event, row.at);
    let mut events = Vec::new();
    if let Some((event_type, subtype, audience)) = cause(event.kind, &event.detail) {
        let doc_version = event.document.as_ref().map(|made| made.version_no);
        let part = EventPart::Cause;
        events.push(NewEvent { part, at, event_type, subtype, audience, light: None, light_was: None, doc_version });
    }
    let change = event.detail.light.as_ref();
    let changed = change.and_then(|change| {
        let was = Light::ALL.into_iter().find(|light| Some(light.name()) == change.was.as_deref());
        Some((change.packed()?, was))
    });
    let light = match changed {
        // The first light of an item says nothing that its declaration does not, unless it is red.
        Some((light, was)) if was.is_some() || light.light() == Light::Red => Some((light, was)),
        // An office hears of what comes to it.
        Some((light, _)) if comes_to_office => Some((light, None)),
        None if comes_to_office => now.map(|light| (light, None)),
        _ => None,
    };
    if let Some((light, light_was)) = light {
        events.push(NewEvent {
            part: EventPart::Light,
            at,
            event_type: Notification::LightChanged,
            subtype: Some(light.light().name().to_lowercase()),
            audience: EventAudience::PostAndCustoms,
            light: Some(light),
            light_was,
            doc_version: None,
        });
    }
    events
}

/// Type, subtype and audience of what happened; nothing for what changes nothing but perhaps the light.
fn cause(kind: EventKind, detail: &Detail) -> Option<(Notification, Option<String>, EventAudience)> {
    use EventAudience::{Post, PostAndCustoms};
    use EventKind::*;
    use Notification::*;
    let word = |word: &str| Some(word.to_owned());
    Some(match kind {
        DeclarationDraft => (DeclarationStored, word("draft"), Post),
        DeclarationFinal => (DeclarationStored, word("final"), PostAndCustoms),
        DeclarationToCustoms => (DeclarationStored, word("to_customs"), PostAndCustoms),
        DeclarationToPost => (DeclarationStored, word("to_post"), PostAndCustoms),
        DeclarationReceived => (DeclarationStored, word("received"), PostAndCustoms),
        DeclarationWithdrawn => (DeclarationStored, word("withdrawn"), PostAndCustoms),
        DeclarationDeleted => (DeclarationStored, word("deleted"), Post),
        DeclarationPrinted => (DocumentPrinted, None, Post),
        EventKind::ObjectMoved => (ItemMoved, detail.mail_state.map(|state| state.to_string()), PostAndCustoms),
        ObjectOriginKnown => (ItemChanged, word("origin"), PostAndCustoms),
        ObjectChanged => (ItemChanged, None, PostAndCustoms),
        ObjectRedirected => (ItemRedirected, None, PostAndCustoms),
        ResponseFinal => (ResponseStored, word("final"), PostAndCustoms),
        ResponseToCustoms => (ResponseStored, word("to_customs"), PostAndCustoms),
        ResponseToPost => (ResponseStored, word("to_post"), PostAndCustoms),
        ResponseReceived => (ResponseStored, word("received"), PostAndCustoms),
        ResponseAutomatic => (ResponseStored, word("automatic"), PostAndCustoms),
        ResponseOvertaken => (ResponseStored, word("overtaken"), PostAndCustoms),
        EventKind::ReferralRaised | ReferralReceived => {
            (Notification::ReferralRaised, detail.referral_cd.clone(), PostAndCustoms)
        }
        EventKind::ReferralAnswered | ReferralResponseReceived => {
            (Notification::ReferralAnswered, detail.referral_response_cd.clone(), PostAndCustoms)
        }
        EventKind::ReferralOverdue => {
            let code = detail.overdue.as_ref().map(|overdue| overdue.referral_cd.clone());
            (Notification::ReferralOverdue, code, PostAndCustoms)
        }
        EventKind::MessageRefused => (Notification::MessageRefused, detail.message.clone(), Post),
        EventKind::MessageQuarantined => (Notification::MessageQuarantined, detail.message.clone(), Post),
        MarkSet => (WatchdogChanged, detail.operation.as_deref().and_then(marked), PostAndCustoms),
        MarkExpired => (WatchdogChanged, word("expired"), PostAndCustoms),
        // A draft is its author's alone; a judgement says nothing new but the light.
        ResponseDraft | ResponseDeleted | Judged | JudgedAnew | LightJudged => return None,
    })
}

fn marked(operation: &str) -> Option<String> {
    let word = match operation {
        "MarkAsBlocked" => "blocked",
        "MarkWithWarning" => "warning",
        "Clear" => "cleared",
        _ => return None,
    };
    Some(word.to_owned())
}
