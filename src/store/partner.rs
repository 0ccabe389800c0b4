//! Partners of the exchange and their links: how each is reached, and who works off its messages just now.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::{Value, json};

use super::columns::{Attested, Columns, columns_digest};
use super::item::Stamp;
use super::lease::leases;
use super::record_history::{RecordEvent, stored_or_changed};
use super::schema::{link, partner};
use super::types::{At, Id};
use super::{Fault, Tx};
use crate::domain::{RecordEventKind, RecordKind, TransportKind};

type Done<T = ()> = Result<T, Fault>;

/// How a partner is reached.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = partner, primary_key(code), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct PartnerRow {
    /// Its organization.
    pub code: String,
    pub transport: TransportKind,
    /// URL of its inbox, or a folder.
    pub endpoint: String,
    /// What else was agreed, as JSON.
    pub agreement: String,
    /// SHA-256 of the token it calls with.
    pub token_in: Option<Vec<u8>>,
    /// The token it is called with, sealed.
    pub token_out: Option<String>,
    /// Key of the signatures of both sides, sealed.
    pub sign_key: Option<String>,
    pub changed_at: At,
}

impl PartnerRow {
    /// Names of what is not as it was, as far as it is stated; a new key is recorded without its value.
    fn changed_since(&self, old: &Self) -> Vec<&'static str> {
        let members = [
            ("transport", self.transport != old.transport),
            ("endpoint", self.endpoint != old.endpoint),
            ("agreement", self.agreement != old.agreement),
            ("token-in", self.token_in != old.token_in),
            ("token-out", self.token_out != old.token_out),
            ("sign-key", self.sign_key != old.sign_key),
        ];
        members.into_iter().filter(|(_, changed)| *changed).map(|(name, _)| name).collect()
    }
}

impl Attested for PartnerRow {
    /// Everything but the two secrets in clear, which a digest would let be guessed.
    fn columns(&self, to: &mut Columns) {
        to.text(&self.code).text(self.transport.stored()).text(&self.endpoint).text(&self.agreement);
        to.bytes(self.token_in.as_deref().unwrap_or_default());
    }
}

/// How the traffic with one organization goes.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = link, primary_key(partner), treat_none_as_null = true, treat_none_as_default_value = false)]
pub struct LinkRow {
    pub partner: String,
    /// The server process that sends to it.
    pub lease_owner: Option<Id>,
    pub lease_until: Option<At>,
    /// Attempts that failed in a row.
    pub failures: i32,
    /// Not before this time.
    pub next_attempt_at: Option<At>,
    pub last_error: Option<String>,
    pub last_sent_at: Option<At>,
    pub last_received_at: Option<At>,
}

impl LinkRow {
    fn new(partner: &str) -> Self {
        Self {
            partner: partner.to_owned(),
            lease_owner: None,
            lease_until: None,
            failures: 0,
            next_attempt_at: None,
            last_error: None,
            last_sent_at: None,
            last_received_at: None,
        }
    }
}

leases!(link by (code: &str): take_link, release_link);

impl Tx<'_> {
    /// What was agreed with the partner of this code.
    pub fn partner(&mut self, code: &str) -> Done<Option<PartnerRow>> {
        Ok(partner::table.find(code).first(self.conn).optional()?)
    }

    /// Keeps the same secrets of a partner in another form. That is no change of the partner: nothing is recorded.
    pub fn keep_sealed(&mut self, row: &PartnerRow) -> Done {
        diesel::update(partner::table.find(&row.code))
            .set((partner::token_out.eq(&row.token_out), partner::sign_key.eq(&row.sign_key)))
            .execute(self.conn)?;
        Ok(())
    }

    /// Every partner, by code.
    pub fn partners(&mut self) -> Done<Vec<PartnerRow>> {
        Ok(partner::table.order(partner::code).load(self.conn)?)
    }

    /// The partners that call with the token of this digest, by code.
    pub fn partners_by_token(&mut self, digest: &[u8]) -> Done<Vec<PartnerRow>> {
        Ok(partner::table.filter(partner::token_in.eq(digest)).order(partner::code).load(self.conn)?)
    }

    /// Adds a partner, or changes the one with this code.
    pub fn put_partner(&mut self, row: &PartnerRow, by: &Stamp) -> Done {
        let old = self.partner(&row.code)?;
        let changed = old.as_ref().map(|old| row.changed_since(old));
        let detail = match &changed {
            Some(changed) if changed.is_empty() => return Ok(()),
            Some(changed) => {
                diesel::update(partner::table.find(&row.code)).set(row).execute(self.conn)?;
                json!({ "Changed": changed })
            }
            None => {
                diesel::insert_into(partner::table).values(row).execute(self.conn)?;
                json!({ "Transport": row.transport })
            }
        };
        let event = stored_or_changed(old.is_some());
        self.record_partner(&row.code, event, Some(detail), Some(columns_digest(row)), by)
    }

    fn record_partner(
        &mut self,
        code: &str,
        event: RecordEventKind,
        detail: Option<Value>,
        digest: Option<Vec<u8>>,
        by: &Stamp,
    ) -> Done {
        let kind = RecordKind::Partner;
        self.record(RecordEvent { org: code, kind, id: code, event, detail, digest, replaced: None }, by)
    }

    /// Says whether it was there.
    pub fn drop_partner(&mut self, code: &str, by: &Stamp) -> Done<bool> {
        let dropped = diesel::delete(partner::table.find(code)).execute(self.conn)? > 0;
        if dropped {
            self.record_partner(code, RecordEventKind::Removed, None, None, by)?;
        }
        Ok(dropped)
    }

    /// Every link there ever was traffic on.
    pub fn links(&mut self) -> Done<Vec<LinkRow>> {
        Ok(link::table.order(link::partner).load(self.conn)?)
    }

    /// How the link to a partner stands; none before the first traffic.
    pub fn link(&mut self, code: &str) -> Done<Option<LinkRow>> {
        Ok(link::table.find(code).first(self.conn).optional()?)
    }

    fn link_or_new(&mut self, code: &str) -> Done<LinkRow> {
        if let Some(row) = self.link(code)? {
            return Ok(row);
        }
        let row = LinkRow::new(code);
        diesel::insert_into(link::table).values(&row).execute(self.conn)?;
        Ok(row)
    }

    fn put_link(&mut self, row: &LinkRow) -> Done {
        diesel::update(link::table.find(&row.partner)).set(row).execute(self.conn)?;
        Ok(())
    }

    /// Takes the link for `owner` until `until`, unless somebody else has it or it is to rest; says whether it did.
    pub fn lease_link(&mut self, code: &str, owner: Id, until: DateTime<Utc>) -> Done<bool> {
        let row = self.link_or_new(code)?;
        let rests = row.next_attempt_at.is_some_and(|at| at.0 > self.now);
        Ok(!rests && self.take_link(code, owner, until)?)
    }

    /// Lets the link rest until `next` after a failure.
    pub fn link_failed(&mut self, code: &str, error: &str, next: DateTime<Utc>) -> Done {
        let row = self.link_or_new(code)?;
        self.put_link(&LinkRow {
            failures: row.failures.saturating_add(1),
            next_attempt_at: Some(At(next)),
            last_error: Some(error.to_owned()),
            ..row
        })
    }

    /// Notes that something arrived at the partner.
    pub fn link_sent(&mut self, code: &str) -> Done {
        let now = At(self.now);
        let row = self.link_or_new(code)?;
        self.put_link(&LinkRow { failures: 0, next_attempt_at: None, last_error: None, last_sent_at: Some(now), ..row })
    }

    /// Notes that something came from the partner; it can be reached again, as far as we know.
    pub fn link_received(&mut self, code: &str) -> Done {
        let now = At(self.now);
        let row = self.link_or_new(code)?;
        self.put_link(&LinkRow { last_received_at: Some(now), ..row })
    }

    /// Ends the rest of a link, for an operator who repaired it.
    pub fn wake_link(&mut self, code: &str) -> Done {
        diesel::update(link::table.find(code)).set(link::next_attempt_at.eq(None::<At>)).execute(self.conn)?;
        Ok(())
    }
}
