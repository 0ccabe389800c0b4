//! Sender profiles, and for whom each is the default. What is done with them is not known here.

use diesel::prelude::*;

use super::columns::text_digest;
use super::item::Stamp;
use super::record_history::{RecordEvent, stored_or_changed};
use super::schema::{default_sender, sender_profile};
use super::types::At;
use super::{Fault, Tx};
use crate::contract::canonical::to_canonical;
use crate::contract::{Sender, SenderProfile};
use crate::domain::{RecordEventKind, RecordKind};
use crate::error::Error;

type Done<T = ()> = Result<T, Fault>;

#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = sender_profile)]
struct ProfileRow {
    org: String,
    reference: String,
    changed_at: At,
    /// JSON of a [`Sender`].
    sender: String,
}

#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = default_sender)]
struct DefaultRow {
    org: String,
    /// Empty: everybody who has none.
    client: String,
    reference: String,
}

/// The client of a default that is everybody's.
const EVERYBODY: &str = "";

/// Whose default a profile is to be.
fn holders(profile: &SenderProfile) -> Vec<&str> {
    let everybody = profile.is_default.then_some(EVERYBODY);
    everybody.into_iter().chain(profile.clients.iter().map(String::as_str)).collect()
}

fn profile(row: ProfileRow, holders: Vec<String>) -> Done<SenderProfile> {
    let sender: Sender = serde_json::from_str(&row.sender)
        .map_err(|error| Error::Internal(format!("a stored sender cannot be read: {error}")))?;
    let (everybody, clients): (Vec<String>, Vec<String>) =
        holders.into_iter().partition(|client| client.as_str() == EVERYBODY);
    Ok(SenderProfile { reference: row.reference, sender, is_default: !everybody.is_empty(), clients })
}

impl Tx<'_> {
    /// A sender profile of an organization.
    pub fn sender_profile(&mut self, org: &str, reference: &str) -> Done<Option<SenderProfile>> {
        let row: Option<ProfileRow> = sender_profile::table.find((org, reference)).first(self.conn).optional()?;
        let Some(row) = row else { return Ok(None) };
        let of_profile = default_sender::table.filter(default_sender::org.eq(org));
        let of_profile = of_profile.filter(default_sender::reference.eq(reference)).order(default_sender::client);
        profile(row, of_profile.select(default_sender::client).load(self.conn)?).map(Some)
    }

    /// Profiles with a reference after `after`, in order, at most `limit`.
    pub fn sender_profiles(&mut self, org: &str, after: &str, limit: usize) -> Done<Vec<SenderProfile>> {
        let of_org = sender_profile::table.filter(sender_profile::org.eq(org));
        let later = of_org.filter(sender_profile::reference.gt(after)).order(sender_profile::reference);
        let references: Vec<String> =
            later.select(sender_profile::reference).limit(limit.try_into().unwrap_or(i64::MAX)).load(self.conn)?;
        let mut profiles = Vec::with_capacity(references.len());
        for reference in references {
            profiles.extend(self.sender_profile(org, &reference)?);
        }
        Ok(profiles)
    }

    /// How many profiles an organization has.
    pub fn count_sender_profiles(&mut self, org: &str) -> Done<i64> {
        Ok(sender_profile::table.filter(sender_profile::org.eq(org)).count().get_result(self.conn)?)
    }

    /// The default sender of a client, else of everybody.
    pub fn default_sender(&mut self, org: &str, client: Option<&str>) -> Done<Option<SenderProfile>> {
        for holder in client.into_iter().chain([EVERYBODY]) {
            let row: Option<DefaultRow> = default_sender::table.find((org, holder)).first(self.conn).optional()?;
            if let Some(row) = row {
                return self.sender_profile(org, &row.reference);
            }
        }
        Ok(None)
    }

    /// Adds a profile, or takes the place of the one with its reference. Whoever it is the default of has no other any more.
    pub fn put_sender_profile(&mut self, org: &str, new: &SenderProfile, by: &Stamp) -> Done {
        let was_there = self.sender_profile(org, &new.reference)?.is_some();
        let others = self.others_with_defaults_of(org, new)?;
        let row = ProfileRow {
            org: org.to_owned(),
            reference: new.reference.clone(),
            changed_at: At(self.now),
            sender: to_canonical(&new.sender),
        };
        if was_there {
            let old = sender_profile::table.find((org, &new.reference));
            let set = (sender_profile::changed_at.eq(row.changed_at), sender_profile::sender.eq(&row.sender));
            diesel::update(old).set(set).execute(self.conn)?;
        } else {
            diesel::insert_into(sender_profile::table).values(&row).execute(self.conn)?;
        }
        self.drop_defaults(org, &new.reference)?;
        for client in holders(new) {
            diesel::delete(default_sender::table.find((org, client))).execute(self.conn)?;
            let row = DefaultRow { org: org.to_owned(), client: client.to_owned(), reference: new.reference.clone() };
            diesel::insert_into(default_sender::table).values(&row).execute(self.conn)?;
        }
        self.record_sender(org, &new.reference, stored_or_changed(was_there), by)?;
        for reference in others {
            self.record_sender(org, &reference, RecordEventKind::Changed, by)?;
        }
        Ok(())
    }

    /// Other profiles that are the default of somebody who is to have this one.
    fn others_with_defaults_of(&mut self, org: &str, new: &SenderProfile) -> Done<Vec<String>> {
        let of_holders = default_sender::table.filter(default_sender::org.eq(org));
        let of_holders = of_holders.filter(default_sender::client.eq_any(holders(new)));
        let references: Vec<String> = of_holders
            .filter(default_sender::reference.ne(&new.reference))
            .select(default_sender::reference)
            .distinct()
            .order(default_sender::reference)
            .load(self.conn)?;
        Ok(references)
    }

    fn drop_defaults(&mut self, org: &str, reference: &str) -> Done {
        let of_profile = default_sender::table.filter(default_sender::org.eq(org));
        diesel::delete(of_profile.filter(default_sender::reference.eq(reference))).execute(self.conn)?;
        Ok(())
    }

    /// Takes a profile away, as the default of anybody too.
    pub fn drop_sender_profile(&mut self, org: &str, reference: &str, by: &Stamp) -> Done {
        self.drop_defaults(org, reference)?;
        diesel::delete(sender_profile::table.find((org, reference))).execute(self.conn)?;
        self.record_sender(org, reference, RecordEventKind::Removed, by)
    }

    /// Records what a profile has become; what it was is kept nowhere, for it is about a person.
    fn record_sender(&mut self, org: &str, id: &str, event: RecordEventKind, by: &Stamp) -> Done {
        let now = self.sender_profile(org, id)?;
        let digest = now.map(|profile| text_digest(&to_canonical(&profile)));
        let event = RecordEvent { org, kind: RecordKind::Sender, id, event, detail: None, digest, replaced: None };
        self.record(event, by)
    }
}
