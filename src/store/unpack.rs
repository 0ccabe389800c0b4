//! The way back from packed texts, for a version that knows none: walks all documents once.

use diesel::prelude::*;
use uuid::Uuid;

use super::engine::conn::AnyConn;
use super::schema::{declaration, document_version, referral, referral_response, response};
use super::text::StoredText;
use super::types::Id;

/// Items whose texts are unpacked at a time.
const ITEMS_PER_PAGE: i64 = 500;

/// Unpacks columns of one table, item by item in order of their ids.
macro_rules! unpack_column {
    ($conn:ident, $table:ident, $($column:ident),+) => {{
        use $table::dsl;
        let posts: Vec<String> = dsl::$table.select(dsl::post_org).distinct().load($conn)?;
        for post in posts {
            let mut after = Id(Uuid::nil());
            loop {
                let items = dsl::$table.filter(dsl::post_org.eq(&post)).filter(dsl::object_pid.gt(after));
                let items = items.select(dsl::object_pid).distinct().order(dsl::object_pid).limit(ITEMS_PER_PAGE);
                let items: Vec<Id> = items.load($conn)?;
                let Some(last) = items.last() else { break };
                after = *last;
                for item in &items {
                    let of_item = || dsl::$table.filter(dsl::post_org.eq(&post)).filter(dsl::object_pid.eq(*item));
                    $({
                        let texts: Vec<Option<StoredText>> = of_item().select(dsl::$column).load($conn)?;
                        for packed in texts.into_iter().flatten() {
                            let of_text = of_item().filter(dsl::$column.eq(&packed));
                            diesel::update(of_text).set(dsl::$column.eq(Some(packed.unpacked()))).execute($conn)?;
                        }
                    })+
                }
            }
        }
    }};
}

/// Stores all texts as they are, for a version that knows no packed ones. Page by page, in one transaction.
pub(super) fn unpack_texts(conn: &mut AnyConn) -> QueryResult<()> {
    conn.transaction(|conn| {
        unpack_column!(conn, declaration, body, quality_findings);
        unpack_column!(conn, response, body);
        unpack_column!(conn, document_version, body);
        unpack_column!(conn, referral, body);
        unpack_column!(conn, referral_response, body);
        Ok(())
    })
}
