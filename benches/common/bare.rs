//! The peer: the same rows put into the same tables by the engine's own means, with nothing around it.
//!
//! SQLite: prepared statements, one insert a row, one commit a batch. PostgreSQL: one statement a table and batch,
//! with an array for each column, the quickest form short of COPY.

use std::path::Path;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::pg::Pg;
use diesel::sql_types::{Array, BigInt, Binary, Bool, Integer, Nullable, Text};
use diesel::{Connection, PgConnection, RunQueryDsl};
use entrepost::domain::SecurityState;
use entrepost::service::Services;
use entrepost::store::item::{DeclarationRow, HistoryRow, MessageRow, ObjectRow, Parts};
use entrepost::store::text::{DbText, StoredText};
use entrepost::store::types::{At, DbId, DbTime, Id};
use entrepost::store::{Database, Migrations, StoreOptions};
use rusqlite::{Statement, params};

use super::payload::item_id;
use super::server::wait;
use super::{Outcome, timed};

/// The rows of one item.
#[derive(Clone)]
pub struct ItemRows {
    object: ObjectRow,
    declaration: DeclarationRow,
    history: HistoryRow,
    /// What the destination post is to be told.
    message: MessageRow,
}

/// A table and the columns that are filled, in the order of the values below.
struct Columns<const N: usize> {
    table: &'static str,
    names: [&'static str; N],
}

impl<const N: usize> Columns<N> {
    /// `INSERT INTO table (columns)`, up to where the values begin.
    fn insert_into(&self) -> String {
        format!("INSERT INTO {} ({})", self.table, self.names.join(","))
    }

    /// An insert of one row.
    fn insert_one(&self) -> String {
        format!("{} VALUES ({})", self.insert_into(), ["?"; N].join(","))
    }
}

const CHANGE: Columns<3> = Columns { table: "change", names: ["post_org", "pid", "number"] };

const MAIL_OBJECT: Columns<27> = Columns {
    table: "mail_object",
    names: [
        "post_org",
        "pid",
        "item_id",
        "orig_post",
        "dest_post",
        "life_no",
        "flow",
        "partner_country",
        "mail_class",
        "mail_category",
        "type_cd",
        "local_id",
        "local_id2",
        "mail_state",
        "mail_state_remarks",
        "posting_dt",
        "zip",
        "customs_visible",
        "has_response",
        "has_dc_response",
        "head_seq",
        "head_hash",
        "created_at",
        "changed_at",
        "declared_at",
        "security_state",
        "declaration_seen",
    ],
};

const DECLARATION: Columns<12> = Columns {
    table: "declaration",
    names: [
        "post_org",
        "object_pid",
        "pid",
        "state_cd",
        "customs_org",
        "seen",
        "sent",
        "version_no",
        "digest",
        "body",
        "quality_score",
        "quality_findings",
    ],
};

const ITEM_HISTORY: Columns<13> = Columns {
    table: "item_history",
    names: [
        "post_org",
        "object_pid",
        "seq",
        "at",
        "actor_org",
        "user_cd",
        "office_cd",
        "event",
        "detail",
        "doc_kind",
        "doc_version",
        "doc_digest",
        "hash",
    ],
};

const MESSAGE_OUT: Columns<19> = Columns {
    table: "message_out",
    names: [
        "post_org",
        "id",
        "partner",
        "sender",
        "kind",
        "withdraws",
        "item_id",
        "object_pid",
        "item_seq",
        "version_no",
        "reference",
        "digest",
        "body",
        "state",
        "interchange",
        "message_ref",
        "note",
        "created_at",
        "sent_at",
    ],
};

/// Reads back what the server stored for the items with these numbers; fails unless each is there with exactly one
/// declaration, one row of history and one message to be sent.
pub fn stored(services: &Services, numbers: std::ops::Range<u64>) -> Outcome<Vec<ItemRows>> {
    let mut rows = Vec::new();
    let all: Vec<u64> = numbers.collect();
    for some in all.chunks(1000) {
        let ids: Vec<String> = some.iter().copied().map(item_id).collect();
        let found = wait(services.store.read(move |tx| {
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            let items = tx.items_by_id("AUA", &ids, Parts::Declaration)?;
            let with_rows = items.into_iter().map(|item| {
                let messages = tx.messages_about("AUA", item.object.pid)?;
                Ok((tx.history_of(&item.object)?, messages, item))
            });
            with_rows.collect::<Result<Vec<_>, _>>()
        }))??;
        for (history, messages, item) in found {
            let declaration = item.declaration().cloned().ok_or("an item without declaration")?;
            let [history] = <[_; 1]>::try_from(history).map_err(|_| "an item without exactly one event")?;
            let [message] = <[_; 1]>::try_from(messages).map_err(|_| "an item without exactly one message")?;
            rows.push(ItemRows { object: item.object, declaration, history, message });
        }
    }
    if rows.len() != all.len() {
        return Err(format!("{} items were acknowledged, {} are there", all.len(), rows.len()).into());
    }
    Ok(rows)
}

/// Items a second that SQLite takes in batches, on a fresh database at `path` with the settings of the server.
pub fn sqlite_rate(path: &Path, rows: &[ItemRows], batch: usize, commit_delay: Duration) -> Outcome<f64> {
    Migrations::open(&StoreOptions::new(Database::Sqlite(path.to_owned())))?.up()?;
    let conn = rusqlite::Connection::open(path)?;
    conn.execute_batch(
        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000; PRAGMA wal_autocheckpoint = 4000;",
    )?;
    let mut object = conn.prepare(&MAIL_OBJECT.insert_one())?;
    let mut change = conn.prepare(&CHANGE.insert_one())?;
    let mut declaration = conn.prepare(&DECLARATION.insert_one())?;
    let mut history = conn.prepare(&ITEM_HISTORY.insert_one())?;
    let mut message = conn.prepare(&MESSAGE_OUT.insert_one())?;
    let began = Instant::now();
    let mut number: i64 = 0;
    for batch in rows.chunks(batch) {
        conn.execute_batch("BEGIN IMMEDIATE")?;
        for row in batch {
            number += 1;
            insert_object(&mut object, &row.object)?;
            change.execute(params![row.object.post_org, id(&row.object.pid), number])?;
            insert_declaration(&mut declaration, &row.declaration)?;
            insert_history(&mut history, &row.history)?;
            insert_message(&mut message, &row.message)?;
        }
        if !commit_delay.is_zero() {
            std::thread::sleep(commit_delay);
        }
        conn.execute_batch("COMMIT")?;
    }
    Ok(rows.len() as f64 / began.elapsed().as_secs_f64())
}

fn id(id: &Id) -> &[u8] {
    id.0.as_bytes()
}

fn time(at: &At) -> i64 {
    at.0.timestamp_micros()
}

fn insert_object(statement: &mut Statement<'_>, row: &ObjectRow) -> rusqlite::Result<usize> {
    statement.execute(params![
        row.post_org,
        id(&row.pid),
        row.item_id,
        row.orig_post,
        row.dest_post,
        row.life_no,
        row.flow.stored(),
        row.partner_country,
        row.mail_class,
        row.mail_category,
        row.type_cd,
        row.local_id,
        row.local_id2,
        row.mail_state,
        row.mail_state_remarks,
        row.posting_dt.as_ref().map(time),
        row.zip,
        row.customs_visible,
        row.has_response,
        row.has_dc_response,
        row.head_seq,
        row.head_hash,
        time(&row.created_at),
        time(&row.changed_at),
        row.declared_at.as_ref().map(time),
        row.security_state.map(SecurityState::stored),
        row.declaration_seen,
    ])
}

fn insert_declaration(statement: &mut Statement<'_>, row: &DeclarationRow) -> rusqlite::Result<usize> {
    statement.execute(params![
        row.post_org,
        id(&row.object_pid),
        id(&row.pid),
        row.state_cd.stored(),
        row.customs_org,
        row.seen,
        row.sent,
        row.version_no,
        row.digest,
        row.body.as_ref().map(StoredText::stored),
        row.quality_score,
        row.quality_findings.as_ref().map(StoredText::stored),
    ])
}

fn insert_history(statement: &mut Statement<'_>, row: &HistoryRow) -> rusqlite::Result<usize> {
    statement.execute(params![
        row.post_org,
        id(&row.object_pid),
        row.seq,
        time(&row.at),
        row.actor_org,
        row.user_cd,
        row.office_cd,
        row.event,
        row.detail,
        row.doc_kind,
        row.doc_version,
        row.doc_digest,
        row.hash,
    ])
}

fn insert_message(statement: &mut Statement<'_>, row: &MessageRow) -> rusqlite::Result<usize> {
    statement.execute(params![
        row.post_org,
        id(&row.id),
        row.partner,
        row.sender,
        row.kind.stored(),
        row.withdraws,
        row.item_id,
        id(&row.object_pid),
        row.item_seq,
        row.version_no,
        row.reference,
        row.digest,
        row.body,
        row.state.stored(),
        row.interchange,
        row.message_ref,
        row.note,
        time(&row.created_at),
        row.sent_at.as_ref().map(time),
    ])
}

/// Items a second that PostgreSQL takes in batches over one connection, in a fresh database at `url`.
pub fn postgres_rate(url: &str, rows: &[ItemRows], batch: usize) -> Outcome<f64> {
    Migrations::open(&StoreOptions::new(Database::Postgres(url.to_owned())))?.up()?;
    let mut conn = PgConnection::establish(url)?;
    let (done, took) = timed(|| {
        rows.chunks(batch).try_for_each(|batch| {
            conn.batch_execute("BEGIN")?;
            insert_objects(&mut conn, batch)?;
            insert_changes(&mut conn, batch)?;
            insert_declarations(&mut conn, batch)?;
            insert_histories(&mut conn, batch)?;
            insert_messages(&mut conn, batch)?;
            conn.batch_execute("COMMIT")
        })
    });
    done?;
    Ok(rows.len() as f64 / took.as_secs_f64())
}

/// `INSERT … SELECT * FROM unnest(…)` with a column of `$rows` for each `type: expression`.
macro_rules! insert_columns {
    ($conn:expr, $columns:expr, $rows:expr, |$row:ident| $($ty:ty => $value:expr),* $(,)?) => {{
        let marks: Vec<String> =
            [$(stringify!($ty)),*].iter().enumerate().map(|(at, _)| format!("${}", at + 1)).collect();
        let sql = format!("{} SELECT * FROM unnest({})", $columns.insert_into(), marks.join(","));
        diesel::sql_query(sql)
            .into_boxed::<Pg>()
            $(.bind::<Array<$ty>, _>($rows.iter().map(|$row| $value).collect::<Vec<_>>()))*
            .execute($conn)
    }};
}

fn insert_objects(conn: &mut PgConnection, rows: &[ItemRows]) -> diesel::QueryResult<usize> {
    insert_columns!(conn, MAIL_OBJECT, rows, |row|
        Text => &row.object.post_org,
        DbId => row.object.pid,
        Text => &row.object.item_id,
        Text => &row.object.orig_post,
        Text => &row.object.dest_post,
        Integer => row.object.life_no,
        Text => row.object.flow,
        Nullable<Text> => &row.object.partner_country,
        Nullable<Text> => &row.object.mail_class,
        Nullable<Text> => &row.object.mail_category,
        Nullable<Text> => &row.object.type_cd,
        Nullable<Text> => &row.object.local_id,
        Nullable<Text> => &row.object.local_id2,
        Nullable<Integer> => row.object.mail_state,
        Nullable<Text> => &row.object.mail_state_remarks,
        Nullable<DbTime> => row.object.posting_dt,
        Nullable<Text> => &row.object.zip,
        Bool => row.object.customs_visible,
        Bool => row.object.has_response,
        Bool => row.object.has_dc_response,
        Integer => row.object.head_seq,
        Binary => &row.object.head_hash,
        DbTime => row.object.created_at,
        DbTime => row.object.changed_at,
        Nullable<DbTime> => row.object.declared_at,
        Nullable<Text> => row.object.security_state,
        Bool => row.object.declaration_seen,
    )
}

fn no_number(_: &ItemRows) -> Option<i64> {
    None
}

/// Without numbers, which a job gives later.
fn insert_changes(conn: &mut PgConnection, rows: &[ItemRows]) -> diesel::QueryResult<usize> {
    insert_columns!(conn, CHANGE, rows, |row|
        Text => &row.object.post_org,
        DbId => row.object.pid,
        Nullable<BigInt> => no_number(row),
    )
}

fn insert_declarations(conn: &mut PgConnection, rows: &[ItemRows]) -> diesel::QueryResult<usize> {
    insert_columns!(conn, DECLARATION, rows, |row|
        Text => &row.declaration.post_org,
        DbId => row.declaration.object_pid,
        DbId => row.declaration.pid,
        Integer => row.declaration.state_cd,
        Nullable<Text> => &row.declaration.customs_org,
        Bool => row.declaration.seen,
        Bool => row.declaration.sent,
        Integer => row.declaration.version_no,
        Binary => &row.declaration.digest,
        Nullable<DbText> => row.declaration.body.as_ref(),
        Nullable<Integer> => row.declaration.quality_score,
        Nullable<DbText> => row.declaration.quality_findings.as_ref(),
    )
}

fn insert_histories(conn: &mut PgConnection, rows: &[ItemRows]) -> diesel::QueryResult<usize> {
    insert_columns!(conn, ITEM_HISTORY, rows, |row|
        Text => &row.history.post_org,
        DbId => row.history.object_pid,
        Integer => row.history.seq,
        DbTime => row.history.at,
        Text => &row.history.actor_org,
        Nullable<Text> => &row.history.user_cd,
        Nullable<Text> => &row.history.office_cd,
        Text => &row.history.event,
        Text => &row.history.detail,
        Nullable<Text> => &row.history.doc_kind,
        Nullable<Integer> => row.history.doc_version,
        Nullable<Binary> => &row.history.doc_digest,
        Binary => &row.history.hash,
    )
}

fn insert_messages(conn: &mut PgConnection, rows: &[ItemRows]) -> diesel::QueryResult<usize> {
    insert_columns!(conn, MESSAGE_OUT, rows, |row|
        Text => &row.message.post_org,
        DbId => row.message.id,
        Text => &row.message.partner,
        Text => &row.message.sender,
        Text => row.message.kind,
        Bool => row.message.withdraws,
        Text => &row.message.item_id,
        DbId => row.message.object_pid,
        Integer => row.message.item_seq,
        Nullable<Integer> => row.message.version_no,
        Nullable<Text> => &row.message.reference,
        Binary => &row.message.digest,
        Nullable<Text> => &row.message.body,
        Integer => row.message.state,
        Nullable<Text> => &row.message.interchange,
        Nullable<Text> => &row.message.message_ref,
        Nullable<Text> => &row.message.note,
        DbTime => row.message.created_at,
        Nullable<DbTime> => row.message.sent_at,
    )
}
