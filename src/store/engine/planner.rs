//! What PostgreSQL's planner is to believe of the tables before anything was analysed: a new database, or one restored from a dump,
//! has no figures, and without them every index that begins with the post looks alike.
//!
//! SQLite has its figures in migrations (`planner`). PostgreSQL takes them only from rows: so rows of the right shape are put in,
//! analysed and taken out, in one transaction that nobody else sees anything of.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

/// Tables that grow with the mail, each with the columns that hold organizations, or what else has a great share of the rows, first
/// the organization whose rows they are; what others refer to last.
const FIGURED: [(&str, &[&str]); 29] = [
    ("change", &["post_org"]),
    ("declaration", &["post_org"]),
    ("response", &["post_org"]),
    ("document_version", &["post_org"]),
    ("decision", &["post_org", "author_org"]),
    ("handed", &["post_org", "customs_org"]),
    ("item_history", &["post_org"]),
    ("referral", &["post_org"]),
    ("referral_response", &["post_org"]),
    ("message_out", &["post_org", "partner"]),
    ("item_in", &["recipient", "sender"]),
    ("post_seal", &["post_org"]),
    ("anonymous_declaration", &["post_org"]),
    ("record_history", &["org"]),
    ("record_head", &["org"]),
    ("mark", &["author_org"]),
    ("retired_mark", &["post_org"]),
    ("light_due", &["post_org"]),
    ("event", &["post_org"]),
    ("item_place", &["post_org"]),
    ("item_word", &["post_org"]),
    ("delivery", &["org", "subscription"]),
    ("delivery_attempt", &["org", "subscription"]),
    ("ingestion", &["org"]),
    ("ingestion_bytes", &["org"]),
    ("ingestion_finding", &["org"]),
    ("ingestion_item", &["org"]),
    ("courier_declaration", &["org"]),
    ("mail_object", &["post_org"]),
];
const ROWS: &str = include_str!("planner_rows.sql");

#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Gives the planner figures of the tables that it has none of.
pub(super) fn give_figures(conn: &mut PgConnection) -> QueryResult<()> {
    let unknown = unknown_tables(conn)?;
    if unknown.is_empty() {
        return Ok(());
    }
    conn.transaction(|conn| {
        // A large table that was restored takes its time to be sampled.
        conn.batch_execute("SET LOCAL statement_timeout = 0")?;
        let columns = || unknown.iter().flat_map(|(table, columns)| columns.iter().map(move |column| (table, column)));
        // One usual value is looked for, and every other one is taken to have all the rows that this leaves: half of them.
        for (table, column) in columns() {
            let half = "SET (n_distinct = 2), ALTER COLUMN";
            conn.batch_execute(&format!("ALTER TABLE {table} ALTER COLUMN {column} {half} {column} SET STATISTICS 1"))?;
        }
        conn.batch_execute(ROWS)?;
        for (table, _) in &unknown {
            conn.batch_execute(&format!("ANALYZE {table}"))?;
        }
        // For ever: a post that was not there when a table was analysed next would be taken to have no rows.
        for (table, column) in columns() {
            conn.batch_execute(&format!("ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0"))?;
        }
        for (table, organizations) in FIGURED {
            // By value, which the primary key finds among any number of rows.
            conn.batch_execute(&format!("DELETE FROM {table} WHERE {} IN ('?0', '?1')", organizations[0]))?;
        }
        Ok(())
    })
}

/// Tables without figures.
fn unknown_tables(conn: &mut PgConnection) -> QueryResult<Vec<(&'static str, &'static [&'static str])>> {
    let mut unknown = Vec::new();
    for (table, organizations) in FIGURED {
        let known: Counted = diesel::sql_query(
            "SELECT count(*) AS count FROM pg_stats
             WHERE schemaname = current_schema() AND tablename = $1 AND attname = $2",
        )
        .bind::<Text, _>(table)
        .bind::<Text, _>(organizations[0])
        .get_result(conn)?;
        if known.count == 0 {
            unknown.push((table, organizations));
        }
    }
    Ok(unknown)
}
