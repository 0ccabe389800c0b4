//! Messages to partners: what waits, what is under way, and the bytes that were sent.
//!
//! A message row says what a partner is to be told about an item and points at a version of it; the bytes are made
//! when a courier takes it. Knows no message format and no transport.

use std::collections::BTreeMap;

use diesel::prelude::*;
use uuid::Uuid;

use super::insert::{ROWS_PER_STATEMENT, insert_all};
use super::item::{Detail, Event, Item, MessageRow, Parts, Stamp};
use super::schema::{interchange_out, mail_object, message_out};
use super::types::{At, Id};
use super::{Fault, Tx};
use crate::domain::{EventKind, InterchangeState, MessageKind, MessageState};

type Done<T = ()> = Result<T, Fault>;

/// Key of a message: post and id.
pub type MessageKey = (String, Id);

/// The ids by post, in lists that fit into one statement.
fn by_post(keys: &[MessageKey]) -> Vec<(&str, Vec<Id>)> {
    let of_posts = keys.chunk_by(|a, b| a.0 == b.0);
    let lists = of_posts.flat_map(|of_post| of_post.chunks(ROWS_PER_STATEMENT));
    lists.map(|some| (some[0].0.as_str(), some.iter().map(|key| key.1).collect())).collect()
}

/// An interchange as it is sent: the same bytes however often.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = interchange_out, treat_none_as_default_value = false)]
pub struct SendingRow {
    pub sender: String,
    pub reference: String,
    pub partner: String,
    /// `edifact` or `xml`.
    pub form: String,
    pub bytes: Vec<u8>,
    /// SHA-256 of `bytes`.
    pub digest: Vec<u8>,
    pub items: i32,
    pub state: InterchangeState,
    pub attempts: i32,
    pub note: Option<String>,
    /// What came back.
    pub answer: Option<Vec<u8>>,
    pub created_at: At,
    /// First attempt.
    pub sent_at: Option<At>,
    pub answered_at: Option<At>,
}

/// A partner for whom something waits.
#[derive(Clone, Debug, PartialEq, QueryableByName)]
struct Named {
    #[diesel(sql_type = diesel::sql_types::Text)]
    partner: String,
}

/// Counts and ages of what is in one state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Backlog {
    pub count: i64,
    pub oldest: Option<At>,
}

/// Conditions of partial indexes. Written out, for a planner does not use them for bound values.
fn waits() -> String {
    format!("state = {}", MessageState::Waiting.stored())
}

pub(super) fn trouble() -> String {
    format!("state IN ({}, {})", MessageState::Refused.stored(), MessageState::Quarantined.stored())
}

fn open() -> String {
    let open = [InterchangeState::ToSend, InterchangeState::Unanswered, InterchangeState::Quarantined];
    format!("state IN ({})", open.map(|state| state.stored().to_string()).join(", "))
}

fn holds(condition: &str) -> diesel::expression::SqlLiteral<diesel::sql_types::Bool> {
    diesel::dsl::sql(condition)
}

/// Each partner of the rows in `table` that are in state `first`, found by jumps through the partial index whose condition
/// is `of_index`.
fn jumps(table: &str, first: i32, of_index: &str) -> String {
    format!(
        "WITH RECURSIVE jump(partner) AS (\
           SELECT min(partner) FROM {table} WHERE state = {first} AND {of_index} \
           UNION ALL \
           SELECT (SELECT min(partner) FROM {table} WHERE state = {first} AND {of_index} AND partner > jump.partner) \
           FROM jump WHERE jump.partner IS NOT NULL) \
         SELECT partner FROM jump WHERE partner IS NOT NULL"
    )
}

/// What the history records of a message that does not get through.
const CONCERNED: (message_out::post_org, message_out::object_pid, message_out::kind, message_out::partner) =
    (message_out::post_org, message_out::object_pid, message_out::kind, message_out::partner);

/// What is recorded of a message in this state, if that is trouble.
fn trouble_of(state: MessageState) -> Option<EventKind> {
    match state {
        MessageState::Refused => Some(EventKind::MessageRefused),
        MessageState::Quarantined => Some(EventKind::MessageQuarantined),
        _ => None,
    }
}

impl Tx<'_> {
    /// Puts a message about an item that is not stored here into the outbox; every other one is saved with its item.
    pub fn add_message_without_item(&mut self, row: &MessageRow) -> Done {
        Ok(insert_all(self.conn, [row])?)
    }

    /// What was said about an item to anyone, oldest first.
    pub fn messages_about(&mut self, post: &str, pid: Id) -> Done<Vec<MessageRow>> {
        Ok(message_out::table
            .filter(message_out::post_org.eq(post))
            .filter(message_out::object_pid.eq(pid))
            .order((message_out::item_seq, message_out::id))
            .load(self.conn)?)
    }

    /// Partners for whom messages wait or interchanges are to be sent.
    pub fn partners_with_work(&mut self) -> Done<Vec<String>> {
        let mut partners = Vec::new();
        let of_messages = jumps("message_out", MessageState::Waiting.stored(), &waits());
        let of_interchanges = jumps("interchange_out", InterchangeState::ToSend.stored(), &open());
        for query in [of_messages, of_interchanges] {
            let found: Vec<Named> = diesel::sql_query(query).load(self.conn)?;
            partners.extend(found.into_iter().map(|named| named.partner));
        }
        partners.sort_unstable();
        partners.dedup();
        Ok(partners)
    }

    /// The messages that have waited longest for a partner.
    pub fn waiting_messages(&mut self, partner: &str, limit: usize) -> Done<Vec<MessageRow>> {
        Ok(message_out::table
            .filter(message_out::partner.eq(partner))
            .filter(holds(&waits()))
            .order(message_out::id)
            .limit(limit as i64)
            .load(self.conn)?)
    }

    /// Moves waiting messages into an interchange; gives how many were still waiting.
    pub fn take_messages(&mut self, keys: &[MessageKey], interchange: &str, message_ref: &str) -> Done<usize> {
        let mut taken = 0;
        for (post, ids) in by_post(keys) {
            taken += diesel::update(message_out::table)
                .filter(message_out::post_org.eq(post).and(message_out::id.eq_any(ids)))
                .filter(message_out::state.eq(MessageState::Waiting))
                .set((
                    message_out::state.eq(MessageState::UnderWay),
                    message_out::interchange.eq(interchange),
                    message_out::message_ref.eq(message_ref),
                    message_out::sent_at.eq(At(self.now)),
                ))
                .execute(self.conn)?;
        }
        Ok(taken)
    }

    /// Sets the state of single messages.
    pub fn mark_messages(&mut self, keys: &[MessageKey], state: MessageState, note: Option<&str>) -> Done {
        for (post, ids) in by_post(keys) {
            let these = message_out::post_org.eq(post).and(message_out::id.eq_any(ids));
            diesel::update(message_out::table)
                .filter(these.clone())
                .set((message_out::state.eq(state), message_out::note.eq(note)))
                .execute(self.conn)?;
            if let Some(kind) = trouble_of(state) {
                let concerned = message_out::table.filter(these).select(CONCERNED).load(self.conn)?;
                self.record_trouble(kind, concerned)?;
            }
        }
        Ok(())
    }

    /// Has the histories of items tell of messages about them that do not get through.
    fn record_trouble(&mut self, kind: EventKind, messages: Vec<(String, Id, MessageKind, String)>) -> Done {
        let mut by_post: BTreeMap<String, BTreeMap<Id, (MessageKind, String)>> = BTreeMap::new();
        // What is about an item that is not stored here has a nil id.
        for (post, pid, message, partner) in messages.into_iter().filter(|(_, pid, ..)| !pid.0.is_nil()) {
            by_post.entry(post).or_default().insert(pid, (message, partner));
        }
        for (post, of_items) in by_post {
            let pids: Vec<Id> = of_items.keys().copied().collect();
            let mut items = self.items_by_pids(&post, &pids)?;
            for item in &mut items {
                let Some((message, partner)) = of_items.get(&item.object.pid) else { continue };
                let (message, partner) = (Some(message.to_string()), Some(partner.clone()));
                item.record(Event { detail: Detail { message, partner, ..Detail::default() }, ..Event::of(kind) });
            }
            self.save_items(&mut items, &Stamp::server())?;
        }
        Ok(())
    }

    /// Sets the state of the messages of an interchange: all, or those with one message reference.
    pub fn settle_messages(
        &mut self,
        sender: &str,
        interchange: &str,
        message_ref: Option<&str>,
        state: MessageState,
        note: Option<&str>,
    ) -> Done {
        let of_interchange = message_out::interchange.eq(interchange).and(message_out::sender.eq(sender));
        let change = (message_out::state.eq(state), message_out::note.eq(note));
        let mut concerned = Vec::new();
        match message_ref {
            None => {
                diesel::update(message_out::table.filter(of_interchange)).set(change).execute(self.conn)?;
                if trouble_of(state).is_some() {
                    concerned = message_out::table.filter(of_interchange).select(CONCERNED).load(self.conn)?;
                }
            }
            Some(reference) => {
                let these = of_interchange.and(message_out::message_ref.eq(reference));
                diesel::update(message_out::table.filter(these)).set(change).execute(self.conn)?;
                if trouble_of(state).is_some() {
                    concerned = message_out::table.filter(these).select(CONCERNED).load(self.conn)?;
                }
            }
        }
        trouble_of(state).map_or(Ok(()), |kind| self.record_trouble(kind, concerned))
    }

    /// The types of the messages that went into an interchange.
    pub fn kinds_in(&mut self, sender: &str, interchange: &str) -> Done<Vec<MessageKind>> {
        let of_interchange = message_out::interchange.eq(interchange).and(message_out::sender.eq(sender));
        Ok(message_out::table.filter(of_interchange).select(message_out::kind).distinct().load(self.conn)?)
    }

    /// Lets the quarantined messages of a partner (or one interchange of it) wait again; gives how many.
    pub fn requeue(&mut self, partner: &str, interchange: Option<&str>) -> Done<usize> {
        let quarantined = message_out::partner.eq(partner).and(message_out::state.eq(MessageState::Quarantined));
        let change = (
            message_out::state.eq(MessageState::Waiting),
            message_out::interchange.eq(None::<String>),
            message_out::message_ref.eq(None::<String>),
            message_out::note.eq(None::<String>),
        );
        Ok(match interchange {
            None => diesel::update(message_out::table.filter(quarantined).filter(holds(&trouble())))
                .set(change)
                .execute(self.conn)?,
            Some(reference) => diesel::update(message_out::table)
                .filter(quarantined)
                .filter(holds(&trouble()))
                .filter(message_out::interchange.eq(reference))
                .set(change)
                .execute(self.conn)?,
        })
    }

    /// The items with these persistent ids, documents included.
    pub fn items_by_pids(&mut self, post: &str, pids: &[Id]) -> Done<Vec<Item>> {
        let mut items = Vec::new();
        for some in pids.chunks(ROWS_PER_STATEMENT) {
            let objects = mail_object::table
                .filter(mail_object::post_org.eq(post).and(mail_object::pid.eq_any(some.to_vec())))
                .load(self.conn)?;
            items.extend(self.with_documents(post, objects, Parts::All)?);
        }
        Ok(items)
    }

    /// Stores an interchange to be sent.
    pub fn add_sending(&mut self, row: &SendingRow) -> Done {
        diesel::insert_into(interchange_out::table).values(row).execute(self.conn)?;
        Ok(())
    }

    /// The interchange to be sent next to a partner.
    pub fn next_sending(&mut self, partner: &str) -> Done<Option<SendingRow>> {
        Ok(interchange_out::table
            .filter(interchange_out::partner.eq(partner).and(interchange_out::state.eq(InterchangeState::ToSend)))
            .filter(holds(&open()))
            .order(interchange_out::created_at)
            .first(self.conn)
            .optional()?)
    }

    /// The interchange that `sender` gave this reference.
    pub fn sending(&mut self, sender: &str, reference: &str) -> Done<Option<SendingRow>> {
        Ok(interchange_out::table.find((sender, reference)).first(self.conn).optional()?)
    }

    /// Interchanges with this reference, whoever sent them from here.
    pub fn sendings_named(&mut self, reference: &str) -> Done<Vec<SendingRow>> {
        Ok(interchange_out::table.filter(interchange_out::reference.eq(reference)).load(self.conn)?)
    }

    /// Notes an attempt that failed.
    pub fn sending_failed(&mut self, sender: &str, reference: &str, note: &str) -> Done {
        let now = At(self.now);
        let row = interchange_out::table.find((sender, reference));
        let first: Option<At> = row.select(interchange_out::sent_at).first(self.conn)?;
        diesel::update(row)
            .set((
                interchange_out::attempts.eq(interchange_out::attempts + 1),
                interchange_out::note.eq(note),
                interchange_out::sent_at.eq(first.unwrap_or(now)),
            ))
            .execute(self.conn)?;
        Ok(())
    }

    /// Notes how an interchange stands.
    pub fn set_sending(
        &mut self,
        sender: &str,
        reference: &str,
        state: InterchangeState,
        note: Option<&str>,
        answer: Option<&[u8]>,
    ) -> Done {
        let now = At(self.now);
        let row = interchange_out::table.find((sender, reference));
        let first: Option<At> = row.select(interchange_out::sent_at).first(self.conn)?;
        diesel::update(row)
            .set((
                interchange_out::state.eq(state),
                interchange_out::note.eq(note),
                interchange_out::sent_at.eq(first.unwrap_or(now)),
            ))
            .execute(self.conn)?;
        if let Some(answer) = answer {
            diesel::update(row)
                .set((interchange_out::answer.eq(answer), interchange_out::answered_at.eq(now)))
                .execute(self.conn)?;
        }
        Ok(())
    }

    /// Messages to a partner that wait, were refused or are in quarantine.
    pub fn message_backlog(&mut self, partner: &str, state: MessageState) -> Done<Backlog> {
        let condition = if state == MessageState::Waiting { waits() } else { trouble() };
        let (count, oldest) = message_out::table
            .filter(message_out::partner.eq(partner).and(message_out::state.eq(state)))
            .filter(holds(&condition))
            .select((diesel::dsl::count_star(), diesel::dsl::min(message_out::created_at)))
            .first(self.conn)?;
        Ok(Backlog { count, oldest })
    }

    /// Interchanges to a partner that are to be sent, are unanswered or are in quarantine.
    pub fn sending_backlog(&mut self, partner: &str, state: InterchangeState) -> Done<Backlog> {
        let (count, oldest) = interchange_out::table
            .filter(interchange_out::partner.eq(partner).and(interchange_out::state.eq(state)))
            .filter(holds(&open()))
            .select((diesel::dsl::count_star(), diesel::dsl::min(interchange_out::created_at)))
            .first(self.conn)?;
        Ok(Backlog { count, oldest })
    }

    /// Everyone to whom something was sent or is to be sent.
    pub fn message_partners(&mut self) -> Done<Vec<String>> {
        let mut partners = self.partners_with_work()?;
        partners.extend(self.links()?.into_iter().map(|link| link.partner));
        partners.sort_unstable();
        partners.dedup();
        Ok(partners)
    }

    /// Messages about an item of `post` with this id, of every use of the id, and refusals of such items.
    pub fn messages_named(&mut self, post: &str, item_id: &str) -> Done<Vec<MessageRow>> {
        let pids: Vec<Id> = mail_object::table
            .filter(mail_object::post_org.eq(post).and(mail_object::item_id.eq(item_id)))
            .select(mail_object::pid)
            .load(self.conn)?;
        let mut rows = Vec::new();
        for pid in pids.into_iter().chain([Id(Uuid::nil())]) {
            let about = self.messages_about(post, pid)?;
            rows.extend(about.into_iter().filter(|row| row.item_id == item_id));
        }
        Ok(rows)
    }
}
