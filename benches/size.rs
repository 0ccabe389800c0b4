//! What an item takes on disk, how quickly histories are verified, and what numbering a change writes to PostgreSQL's log.
//!
//! Items as posts send them, stored over HTTP in batches, sealed; the database as it is then, after a checkpoint and without
//! VACUUM, indexes included, less what it takes when it is empty. Settings: EPBENCH_SIZE (items), EPBENCH_CHANGES (numbered),
//! EPBENCH_ENGINES, EPBENCH_DIR.

mod common;

use std::path::Path;

use common::client::one_by_one;
use common::postgres::Server;
use common::server::{Wish, sqlite_url, start, wait};
use common::{Outcome, folder, payload, setting, timed, verdict, wants};
use diesel::connection::SimpleConnection;
use diesel::sql_types::{BigInt, Text};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};

/// Items in one call.
const VIEWS: u64 = 500;

fn main() -> Outcome {
    let size = setting("SIZE", 50_000);
    println!("size: {size} items of three lines, origin side, partner without a route");
    if wants("sqlite") {
        let folder = folder()?;
        let file = folder.path().join("size.db");
        let bytes = |_: &str| sqlite_tables(&file);
        measure("SQLite", &sqlite_url(folder.path(), "size"), size, 2_000.0, bytes)?;
    }
    if wants("postgres") {
        match Server::start()? {
            Some(server) => {
                let url = server.database("size")?;
                measure("PostgreSQL", &url, size, 1_800.0, postgres_tables)?;
                numbering(&server.database("numbers")?)?;
            }
            None => println!("PostgreSQL is not installed here; left out"),
        }
    }
    Ok(())
}

/// Bytes of each table with its indexes.
type Tables = Vec<(String, i64)>;

fn measure(engine: &str, url: &str, size: u64, wanted: f64, tables: impl Fn(&str) -> Outcome<Tables>) -> Outcome {
    start(url, &Wish::default())?.stop()?;
    let empty: i64 = tables(url)?.iter().map(|table| table.1).sum();
    let running = start(url, &Wish::default())?;
    let requests: Vec<Vec<u8>> = (0..size / VIEWS)
        .map(|number| {
            let mut request = Vec::new();
            payload::store_views(number, VIEWS, &mut request);
            request
        })
        .collect();
    one_by_one(running.address, &requests)?;
    let services = running.services.clone();
    wait(async {
        services.number_changes().await?;
        services.seal().await
    })??;
    let (verified, took) = timed(|| wait(services.verify_history()));
    let verified = verified??;
    if verified.fault.is_some() || verified.items != size {
        return Err(format!("the history is not whole: {verified:?}").into());
    }
    running.stop()?;
    let mut tables = tables(url)?;
    let total: i64 = tables.iter().map(|table| table.1).sum();
    let each = (total - empty) as f64 / size as f64;
    verdict(&format!("{engine}: bytes an item"), each, each <= wanted, &format!("≤ {wanted}"));
    tables.sort_unstable_by_key(|table| -table.1);
    for (name, bytes) in tables.iter().take(10) {
        println!("    {name}: {:.0}", *bytes as f64 / size as f64);
    }
    let rate = size as f64 / took.as_secs_f64();
    verdict(&format!("{engine}: items verified a second"), rate, rate >= 50_000.0, "≥ 50,000");
    Ok(())
}

fn sqlite_tables(file: &Path) -> Outcome<Tables> {
    let conn = rusqlite::Connection::open(file)?;
    conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    let mut statement = conn.prepare("SELECT name, sum(pgsize) FROM dbstat GROUP BY name")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[derive(QueryableByName)]
struct Table {
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

fn postgres_tables(url: &str) -> Outcome<Tables> {
    let mut conn = PgConnection::establish(url)?;
    conn.batch_execute("CHECKPOINT")?;
    let tables: Vec<Table> = diesel::sql_query(
        "SELECT relname::text AS name, pg_total_relation_size(oid)::bigint AS bytes FROM pg_class
         WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace",
    )
    .load(&mut conn)?;
    Ok(tables.into_iter().map(|table| (table.name, table.bytes)).collect())
}

/// What the job that numbers changes writes to the log: new items without numbers, then the job alone.
fn numbering(url: &str) -> Outcome {
    let changes = setting("CHANGES", 20_000);
    let running = start(url, &Wish::default())?;
    running.stop()?;
    let config = common::server::config(url, &Wish::default())?;
    let services = entrepost::app::open(&config, entrepost::clock::Clock::default())?;
    wait(common::base::fill_unnumbered(&services, changes))??;
    let mut conn = PgConnection::establish(url)?;
    let before = written(&mut conn)?;
    let numbered = wait(services.number_changes())??;
    let each = (written(&mut conn)? - before) as f64 / numbered as f64;
    verdict(
        &format!("PostgreSQL: log written by numbering a change, {numbered} changes"),
        each,
        each <= 450.0,
        "≤ 450",
    );
    Ok(())
}

#[derive(QueryableByName)]
struct Position {
    #[diesel(sql_type = BigInt)]
    bytes: i64,
}

fn written(conn: &mut PgConnection) -> Outcome<i64> {
    let position: Position =
        diesel::sql_query("SELECT (pg_current_wal_lsn() - '0/0'::pg_lsn)::bigint AS bytes").get_result(conn)?;
    Ok(position.bytes)
}
