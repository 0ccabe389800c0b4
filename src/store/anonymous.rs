//! Anonymous declarations: kept by the post that took them, found by nobody else, erased when they expire.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

use super::engine::conn::MultiBackend;
use super::item::Stamp;
use super::record_history::RecordEvent;
use super::schema::{anonymous_declaration as table, lodging_key};
use super::types::{At, Id};
use super::{Fault, Tx};
use crate::domain::{RecordEventKind, RecordKind};

type Done<T = ()> = Result<T, Fault>;

/// An anonymous declaration.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable, AsChangeset)]
#[diesel(table_name = table, primary_key(post_org, id), treat_none_as_null = true)]
#[diesel(treat_none_as_default_value = false)]
pub struct AnonymousRow {
    pub post_org: String,
    pub id: String,
    pub pid: Id,
    pub created_at: At,
    pub changed_at: At,
    pub expires_at: At,
    /// The item id it became.
    pub final_id: Option<String>,
    pub dest_post: Option<String>,
    pub mail_class: Option<String>,
    pub office_cd: Option<String>,
    pub user_cd: Option<String>,
    pub sender_name_key: Option<String>,
    pub sender_email_key: Option<String>,
    pub sender_telephone_key: Option<String>,
    pub recipient_name_key: Option<String>,
    pub recipient_country: Option<String>,
    pub recipient_zip_key: Option<String>,
    /// Canonical text of `Data`.
    pub body: String,
    /// The members whose names we do not know, as a JSON object.
    pub other: String,
    /// SHA-256 of what its sender comes back with; none where a program lodged it.
    pub secret: Option<Vec<u8>>,
}

/// What to find anonymous declarations by. Keys are in their comparable form. Everything that is set must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AnonymousFilter {
    pub id: Option<String>,
    pub created_from: Option<At>,
    pub created_to: Option<At>,
    pub office_cd: Option<String>,
    pub user_cd: Option<String>,
    /// Its beginning.
    pub sender_name: Option<String>,
    pub sender_email: Option<String>,
    pub sender_telephone: Option<String>,
    /// Its beginning.
    pub recipient_name: Option<String>,
    pub recipient_country: Option<String>,
    pub recipient_zip: Option<String>,
}

type Query<'a> = table::BoxedQuery<'a, MultiBackend>;

fn matching<'a>(filter: &'a AnonymousFilter, mut query: Query<'a>) -> Query<'a> {
    let equal = |column: &'a Option<String>| column.as_deref();
    if let Some(id) = equal(&filter.id) {
        query = query.filter(table::id.eq(id));
    }
    if let Some(from) = filter.created_from {
        query = query.filter(table::created_at.ge(from));
    }
    if let Some(to) = filter.created_to {
        query = query.filter(table::created_at.le(to));
    }
    if let Some(office) = equal(&filter.office_cd) {
        query = query.filter(table::office_cd.eq(office));
    }
    if let Some(user) = equal(&filter.user_cd) {
        query = query.filter(table::user_cd.eq(user));
    }
    if let Some(email) = equal(&filter.sender_email) {
        query = query.filter(table::sender_email_key.eq(email));
    }
    if let Some(telephone) = equal(&filter.sender_telephone) {
        query = query.filter(table::sender_telephone_key.eq(telephone));
    }
    if let Some(country) = equal(&filter.recipient_country) {
        query = query.filter(table::recipient_country.eq(country));
    }
    if let Some(zip) = equal(&filter.recipient_zip) {
        query = query.filter(table::recipient_zip_key.eq(zip));
    }
    if let Some(name) = equal(&filter.sender_name) {
        query = query.filter(table::sender_name_key.like(beginning(name)).escape('!'));
    }
    if let Some(name) = equal(&filter.recipient_name) {
        query = query.filter(table::recipient_name_key.like(beginning(name)).escape('!'));
    }
    query
}

/// The LIKE pattern of everything that begins with `text`.
fn beginning(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 1);
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

impl Tx<'_> {
    /// What the beginnings of senders' forms are signed with.
    pub fn lodging_key(&mut self) -> Done<Vec<u8>> {
        Ok(lodging_key::table.select(lodging_key::key).first(self.conn)?)
    }

    /// An anonymous declaration of `post`, converted or not, expired or not.
    pub fn anonymous(&mut self, post: &str, id: &str) -> Done<Option<AnonymousRow>> {
        Ok(table::table.find((post, id)).get_result(self.conn).optional()?)
    }

    /// Stores an anonymous declaration.
    pub fn add_anonymous(&mut self, row: &AnonymousRow) -> Done {
        diesel::insert_into(table::table).values(row).execute(self.conn)?;
        Ok(())
    }

    /// Changes an anonymous declaration, which must be there.
    pub fn change_anonymous(&mut self, row: &AnonymousRow) -> Done {
        diesel::update(table::table.find((&row.post_org, &row.id))).set(row).execute(self.conn)?;
        Ok(())
    }

    /// Those of `post` neither converted nor expired, after `after` in order of persistent id, at most `limit`.
    pub fn open_anonymous(
        &mut self,
        post: &str,
        filter: &AnonymousFilter,
        after: Option<Uuid>,
        limit: usize,
    ) -> Done<Vec<AnonymousRow>> {
        let open = table::table
            .filter(table::post_org.eq(post))
            .filter(table::final_id.is_null())
            .filter(table::expires_at.gt(At(self.now)))
            .filter(table::pid.gt(Id(after.unwrap_or(Uuid::nil()))))
            .into_boxed();
        Ok(matching(filter, open).order(table::pid).limit(limit as i64).load(self.conn)?)
    }

    /// Erases what has expired, at most `limit` rows; gives how many. What was converted lives on as an item: of it the
    /// two ids are kept, so that a look-up and a repeat are answered as before.
    pub fn drop_expired_anonymous(&mut self, limit: i64) -> Done<usize> {
        let posts = self.posts()?;
        let expired: Vec<AnonymousRow> = table::table
            .filter(table::post_org.eq_any(posts))
            .filter(table::expires_at.le(At(self.now)))
            .order(table::expires_at)
            .limit(limit)
            .load(self.conn)?;
        let found = expired.len();
        for row in expired {
            self.erase_replaced(&row.post_org, RecordKind::Anonymous, &row.id)?;
            match row.final_id {
                Some(_) => self.change_anonymous(&row.without_data())?,
                None => self.drop_anonymous(&row)?,
            }
        }
        Ok(found)
    }

    /// Erases one before its time, with everything that it ever said.
    pub fn erase_anonymous(&mut self, row: &AnonymousRow) -> Done {
        self.erase_replaced(&row.post_org, RecordKind::Anonymous, &row.id)?;
        self.drop_anonymous(row)
    }

    fn drop_anonymous(&mut self, row: &AnonymousRow) -> Done {
        diesel::delete(table::table.find((&row.post_org, &row.id))).execute(self.conn)?;
        let event = RecordEvent {
            org: &row.post_org,
            kind: RecordKind::Anonymous,
            id: &row.id,
            event: RecordEventKind::Removed,
            detail: None,
            digest: None,
            replaced: None,
        };
        self.record(event, &Stamp::server())
    }
}

/// Seconds since 1970 of the end of the year 9999: an expiry that never comes.
const NEVER_S: i64 = 253_402_300_799;

impl AnonymousRow {
    /// Nothing of a person any more, and nothing that expires.
    fn without_data(self) -> Self {
        Self {
            expires_at: At(DateTime::from_timestamp(NEVER_S, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)),
            sender_name_key: None,
            sender_email_key: None,
            sender_telephone_key: None,
            recipient_name_key: None,
            recipient_country: None,
            recipient_zip_key: None,
            body: String::new(),
            other: "{}".into(),
            secret: None,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::beginning;

    #[test]
    fn signs_of_patterns_lose_their_meaning() {
        assert_eq!(beginning("50%_a!b"), "50!%!_a!!b%");
    }
}
