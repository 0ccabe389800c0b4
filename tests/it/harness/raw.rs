//! The database itself, behind the server's back.

use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, SqliteConnection};
use entrepost::store::text::StoredText;

/// A connection of its own to the database of a server.
pub enum Raw {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Nullable<Text>)]
    t: Option<String>,
}

/// A text of a document, given as it is stored in hexadecimal digits.
pub fn stored_text(stored: &str) -> String {
    let digits = |at| u8::from_str_radix(&stored[at..at + 2], 16).expect("hexadecimal digits");
    let stored: Vec<u8> = (0..stored.len()).step_by(2).map(digits).collect();
    StoredText::from_stored(&stored).expect("a stored text").to_string()
}

/// The whole part of the first amount in a declaration's text, given likewise.
pub fn first_amount(stored: &str) -> u32 {
    let text = stored_text(stored);
    let amount = text.split("\"Amount\":").nth(1).and_then(|rest| rest.split('.').next()).expect("an amount");
    amount.parse().expect("a number")
}

impl Raw {
    pub fn open(database_url: &str) -> Self {
        match database_url.strip_prefix("sqlite:") {
            Some(file) => {
                let mut conn = SqliteConnection::establish(file).expect("opens");
                conn.batch_execute("PRAGMA busy_timeout = 10000").expect("sets");
                Self::Sqlite(conn)
            }
            None => Self::Postgres(PgConnection::establish(database_url).expect("connects")),
        }
    }

    /// Runs statements.
    #[track_caller]
    pub fn run(&mut self, sql: &str) {
        let done = match self {
            Self::Sqlite(conn) => conn.batch_execute(sql),
            Self::Postgres(conn) => conn.batch_execute(sql),
        };
        done.unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    /// From here on foreign keys are not looked at, as somebody who tampers would have it.
    pub fn without_foreign_keys(&mut self) {
        match self {
            Self::Sqlite(_) => self.run("PRAGMA foreign_keys = OFF"),
            Self::Postgres(_) => self.run("SET session_replication_role = replica"),
        }
    }

    /// The number that a query gives as `n`.
    #[track_caller]
    pub fn number(&mut self, sql: &str) -> i64 {
        let query = diesel::sql_query(sql);
        let row: Number = match self {
            Self::Sqlite(conn) => query.get_result(conn),
            Self::Postgres(conn) => query.get_result(conn),
        }
        .unwrap_or_else(|error| panic!("{error}: {sql}"));
        row.n
    }

    /// The texts that a query gives as `t`.
    #[track_caller]
    pub fn texts(&mut self, sql: &str) -> Vec<String> {
        let query = diesel::sql_query(sql);
        let rows: Vec<Line> = match self {
            Self::Sqlite(conn) => query.load(conn),
            Self::Postgres(conn) => query.load(conn),
        }
        .unwrap_or_else(|error| panic!("{error}: {sql}"));
        rows.into_iter().filter_map(|row| row.t).collect()
    }
}
