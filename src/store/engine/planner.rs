//! What PostgreSQL's planner is to believe of the tables before anything was analysed: a new database, or one restored from a dump,
//! has no figures, and without them every index that begins with the post looks alike.
//!
//! SQLite has its figures in migrations (`planner`). PostgreSQL takes them only from rows: so rows of the right shape are put in,
//! analysed and taken out, in one transaction that nobody else sees anything of.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

/// Tables that grow with the mail, each with the column that names the post; what others refer to last.
const FIGURED: [(&str, &str); 18] = [
    ("change", "post_org"),
    ("declaration", "post_org"),
    ("response", "post_org"),
    ("document_version", "post_org"),
    ("decision", "post_org"),
    ("handed", "post_org"),
    ("item_history", "post_org"),
    ("referral", "post_org"),
    ("referral_response", "post_org"),
    ("message_out", "post_org"),
    ("item_in", "recipient"),
    ("post_seal", "post_org"),
    ("anonymous_declaration", "post_org"),
    ("record_history", "org"),
    ("record_head", "org"),
    ("mark", "author_org"),
    ("retired_mark", "post_org"),
    ("mail_object", "post_org"),
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
        conn.batch_execute(ROWS)?;
        for table in &unknown {
            conn.batch_execute(&format!("ANALYZE {table}"))?;
        }
        for (table, post) in FIGURED {
            conn.batch_execute(&format!("DELETE FROM {table} WHERE {post} LIKE '?%'"))?;
        }
        Ok(())
    })
}

/// Tables without figures.
fn unknown_tables(conn: &mut PgConnection) -> QueryResult<Vec<&'static str>> {
    let mut unknown = Vec::new();
    for (table, post) in FIGURED {
        let known: Counted = diesel::sql_query(
            "SELECT count(*) AS count FROM pg_stats
             WHERE schemaname = current_schema() AND tablename = $1 AND attname = $2",
        )
        .bind::<Text, _>(table)
        .bind::<Text, _>(post)
        .get_result(conn)?;
        if known.count == 0 {
            unknown.push(table);
        }
    }
    Ok(unknown)
}
