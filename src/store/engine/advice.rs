//! What an administrator is told about a database: a PostgreSQL server on which what was acknowledged may be lost, or on which all
//! waits for one host; a file that others can read.

use std::os::unix::fs::MetadataExt;
use std::path::Path;

use super::conn::AnyConn;
use super::fault::Fault;
use super::options::{Database, StoreOptions};
use super::pool::{self, Manager, server_setting, speaks_english};
use super::server_url;
use crate::error::Result;

/// What is to be said about the database, one line each.
///
/// # Errors
/// When the database cannot be asked.
pub fn advice(options: &StoreOptions) -> Result<Vec<String>> {
    let url = match &options.database {
        Database::Postgres(url) => url,
        Database::Sqlite(file) => return Ok(about_file(file)),
    };
    let AnyConn::Postgres(mut conn) = pool::open_one(&Manager::new(options))? else { return Ok(Vec::new()) };
    let mut told = about_server(&mut conn).map_err(Fault::told)?;
    if server_url::host_count(url) == 1 {
        told.push(
            "database-url names one host: when it is gone, nothing takes its place; with standbys, name all of them and add \
             target_session_attrs=read-write"
                .into(),
        );
    }
    Ok(told)
}

/// A file of an earlier version may be open to all.
fn about_file(file: &Path) -> Vec<String> {
    let mode = std::fs::metadata(file).map_or(0o600, |found| found.mode() & 0o777);
    let open =
        format!("{} can be read by others (mode {mode:o}): it holds personal data and keys; chmod 600", file.display());
    if mode & 0o077 == 0 { Vec::new() } else { vec![open] }
}

/// A setting, the values that are taken for right, and what another one means.
const SETTINGS: [(&str, &[&str], &str); 3] = [
    ("fsync", &["on"], "a power cut may destroy the database; set it to on"),
    ("full_page_writes", &["on"], "a power cut may destroy the database; set it to on"),
    (
        "synchronous_commit",
        &["on", "remote_apply", "remote_write"],
        "what was acknowledged may be lost in a crash or failover; set it to on",
    ),
];

fn about_server(conn: &mut diesel::PgConnection) -> diesel::QueryResult<Vec<String>> {
    use diesel::RunQueryDsl;

    let mut told = Vec::new();
    for (name, right, meaning) in SETTINGS {
        let value = server_setting(conn, name)?;
        if !right.contains(&value.as_str()) {
            told.push(format!("{name} is {value}: {meaning}"));
        }
    }
    let standbys: Count = diesel::sql_query("SELECT count(*) AS count FROM pg_stat_replication").get_result(conn)?;
    if standbys.count > 0 && server_setting(conn, "synchronous_standby_names")?.is_empty() {
        told.push(format!(
            "{} standbys follow asynchronously: what was acknowledged last is lost when one takes over; set \
             synchronous_standby_names",
            standbys.count
        ));
    }
    if !speaks_english(conn)? {
        told.push(
            "lc_messages is not English and this user may not choose: a full disk at the server is answered 500 instead of \
             503; ALTER ROLE … SET lc_messages = 'C', as administrator of the server"
                .into(),
        );
    }
    Ok(told)
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    count: i64,
}
