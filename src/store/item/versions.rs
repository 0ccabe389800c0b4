//! Versions of an item's documents that are not current.

use diesel::prelude::*;

use super::{Item, ObjectRow};
use crate::domain::DocumentKind;
use crate::store::engine::conn::{MultiBackend, on_engine};
use crate::store::schema::{declaration, document_version, response};
use crate::store::text::StoredText;
use crate::store::types::Id;
use crate::store::{Fault, Tx};

type Done<T = ()> = Result<T, Fault>;

/// Number, digest and text of a version; no text once it was erased.
type Version = (i32, Vec<u8>, Option<StoredText>);

impl Tx<'_> {
    /// Archived versions of a kind: number, digest and text, unless it was erased.
    pub fn archived(&mut self, item: &Item, kind: DocumentKind) -> Done<Vec<Version>> {
        if item.is_new {
            return Ok(Vec::new());
        }
        let columns = (document_version::version_no, document_version::digest, document_version::body);
        Ok(versions_of(&item.object, kind).select(columns).load(self.conn)?)
    }

    /// The text of an archived version, unless it was erased.
    pub fn archived_text(
        &mut self,
        object: &ObjectRow,
        kind: DocumentKind,
        version_no: i32,
    ) -> Done<Option<StoredText>> {
        let key = (&object.post_org, object.pid, kind, version_no);
        let found: Option<Option<StoredText>> =
            document_version::table.find(key).select(document_version::body).first(self.conn).optional()?;
        Ok(found.flatten())
    }

    /// The text of a version: `Some(None)` when it was erased by retention.
    pub fn version_text(
        &mut self,
        post_org: &str,
        pid: Id,
        kind: DocumentKind,
        version: i32,
    ) -> Done<Option<Option<StoredText>>> {
        let current: Option<(i32, Option<StoredText>)> = match kind.side() {
            None => declaration::table
                .find((post_org, pid))
                .select((declaration::version_no, declaration::body))
                .first(self.conn)
                .optional()?,
            Some(side) => response::table
                .find((post_org, pid, side))
                .select((response::version_no, response::body))
                .first(self.conn)
                .optional()?,
        };
        if let Some((_, body)) = current.filter(|(no, _)| *no == version) {
            return Ok(Some(body));
        }
        let archived: Option<Option<StoredText>> = document_version::table
            .find((post_org, pid, kind, version))
            .select(document_version::body)
            .first(self.conn)
            .optional()?;
        Ok(archived)
    }

    /// Whether a document of a kind was superseded before that had this digest.
    pub fn has_superseded(&mut self, item: &Item, kind: DocumentKind, digest: &[u8]) -> Done<bool> {
        let pending = item.superseded.iter().any(|version| version.kind == kind && version.digest == digest);
        if pending || item.is_new {
            return Ok(pending);
        }
        let same = document_version::table
            .filter(document_version::post_org.eq(&item.object.post_org))
            .filter(document_version::object_pid.eq(item.object.pid))
            .filter(document_version::kind.eq(kind))
            .filter(document_version::digest.eq(digest));
        Ok(on_engine!(self.conn, |conn| diesel::select(diesel::dsl::exists(same)).get_result(conn))?)
    }

    /// The highest version number given out for a kind of document of an item, `current` included; 0 when none was.
    pub fn last_version(&mut self, item: &Item, kind: DocumentKind, current: Option<i32>) -> Done<i32> {
        let pending = item.superseded.iter().filter(|version| version.kind == kind).map(|version| version.version_no);
        let known = pending.chain(current).max().unwrap_or(0);
        if item.is_new {
            return Ok(known);
        }
        let archived: Option<i32> = versions_of(&item.object, kind)
            .order(document_version::version_no.desc())
            .select(document_version::version_no)
            .first(self.conn)
            .optional()?;
        Ok(archived.unwrap_or(0).max(known))
    }
}

type Versions = document_version::BoxedQuery<'static, MultiBackend>;

fn versions_of(object: &ObjectRow, kind: DocumentKind) -> Versions {
    document_version::table
        .filter(document_version::post_org.eq(object.post_org.clone()))
        .filter(document_version::object_pid.eq(object.pid))
        .filter(document_version::kind.eq(kind))
        .into_boxed()
}
