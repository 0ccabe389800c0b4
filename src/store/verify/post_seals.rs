//! The seals of a post, and the items that have not changed since.

use std::collections::HashMap;

use diesel::prelude::*;
use uuid::Uuid;

use super::items::SealedHeads;
use super::{Done, ITEMS_PER_PART, Looked, Part, Verdict};
use crate::store::Tx;
use crate::store::schema::{item_history, mail_object, post_seal, seal_head};
use crate::store::seal::{Leaf, PostSealRow, root};
use crate::store::types::Id;

impl Tx<'_> {
    /// Looks at one seal of a post and at the items whose last change it holds.
    pub(super) fn look_at_sealed(&mut self, post: &str, seal_no: i64, verdict: &mut Verdict) -> Looked<Part> {
        let (before, previous) = self.post_seal_before(post, seal_no)?;
        let next = post_seal::table.filter(post_seal::post_org.eq(post)).filter(post_seal::seal_no.ge(seal_no));
        let link: Option<PostSealRow> = next.order(post_seal::seal_no).first(self.conn).optional()?;
        let Some(link) = link else { return Ok(Part::Unnumbered { after: Id(Uuid::nil()), sealed_through: before }) };
        if link.seal_no != seal_no {
            return Err(format!("seal {seal_no} of {post} was removed").into());
        }
        let altered = || format!("seal {seal_no} of {post} was altered");
        let leaves = Leaf::read_all(&link.leaves).filter(|leaves| leaves.len() as i32 == link.items);
        let leaves = leaves.filter(|_| link.hash == link.hash_after(&previous)).ok_or_else(altered)?;
        let mut hashes = Vec::with_capacity(leaves.len());
        for some in leaves.chunks(ITEMS_PER_PART) {
            hashes.extend(self.sealed_hashes(post, seal_no, some)?);
        }
        let heads = leaves.iter().zip(&hashes).map(|(leaf, hash)| (leaf.pid, leaf.head_seq, hash.as_slice()));
        if root(heads) != link.root {
            return Err(altered().into());
        }
        let sealed: SealedHeads = leaves.iter().map(|leaf| (leaf.pid, leaf.head_seq)).collect();
        let mut after = before;
        while let Some(reached) = self.look_at_numbered(post, (after, link.through_no), Some(&sealed), verdict)? {
            after = reached;
        }
        verdict.seals += 1;
        verdict.sealed_at = Some(link.sealed_at.0);
        Ok(Part::Sealed { seal_no: seal_no + 1 })
    }

    /// End and hash of the seal before this one; where the first one begins.
    fn post_seal_before(&mut self, post: &str, seal_no: i64) -> Looked<(i64, Vec<u8>)> {
        if seal_no <= 1 {
            return Ok((self.sealed_together()?, Vec::new()));
        }
        let before = post_seal::table.find((post, seal_no - 1)).select((post_seal::through_no, post_seal::hash));
        let before: Option<(i64, Vec<u8>)> = before.first(self.conn).optional()?;
        before.ok_or_else(|| format!("seal {} of {post} was removed", seal_no - 1).into())
    }

    /// The hashes in the histories at the heads that a seal holds.
    fn sealed_hashes(&mut self, post: &str, seal_no: i64, leaves: &[Leaf]) -> Looked<Vec<Vec<u8>>> {
        let pids: Vec<Id> = leaves.iter().map(|leaf| leaf.pid).collect();
        let rows: Vec<(Id, i32, Vec<u8>)> = item_history::table
            .filter(item_history::post_org.eq(post))
            .filter(item_history::object_pid.eq_any(&pids))
            .select((item_history::object_pid, item_history::seq, item_history::hash))
            .load(self.conn)?;
        let mut hashes: HashMap<(Id, i32), Vec<u8>> =
            rows.into_iter().map(|(pid, seq, hash)| ((pid, seq), hash)).collect();
        let mut found = Vec::with_capacity(leaves.len());
        for leaf in leaves {
            match hashes.remove(&(leaf.pid, leaf.head_seq)) {
                Some(hash) if hash.starts_with(&leaf.hash_start) => found.push(hash),
                other => return Err(self.what_was_done(post, seal_no, leaf, other.is_some())?.into()),
            }
        }
        Ok(found)
    }

    /// The numbers of a post's newest seal, and of its newest that a link of the chain over all up to this one holds (0: none).
    pub fn post_seals(&mut self, post: &str, chained_in: i64) -> Done<(i64, i64)> {
        let newest = post_seal::table.filter(post_seal::post_org.eq(post)).order(post_seal::seal_no.desc());
        let newest: Option<i64> = newest.select(post_seal::seal_no).first(self.conn).optional()?;
        let chained = seal_head::table.filter(seal_head::post_org.eq(post)).filter(seal_head::seal_no.le(chained_in));
        let chained = chained.order(seal_head::post_seal_no.desc()).select(seal_head::post_seal_no);
        Ok((newest.unwrap_or(0), chained.first(self.conn).optional()?.unwrap_or(0)))
    }

    /// Posts that have items or seals, whether or not they are organizations (any more).
    pub fn posts_to_verify(&mut self) -> Done<Vec<String>> {
        let mut posts = self.posts()?;
        let mut after = String::new();
        while let Some(next) = self.post_with_items_after(&after)? {
            after.clone_from(&next);
            posts.push(next);
        }
        after.clear();
        while let Some(next) = self.post_with_seals_after(&after)? {
            after.clone_from(&next);
            posts.push(next);
        }
        posts.sort_unstable();
        posts.dedup();
        Ok(posts)
    }

    fn post_with_items_after(&mut self, post: &str) -> Done<Option<String>> {
        let later = mail_object::table.filter(mail_object::post_org.gt(post)).order(mail_object::post_org);
        Ok(later.select(mail_object::post_org).first(self.conn).optional()?)
    }

    fn post_with_seals_after(&mut self, post: &str) -> Done<Option<String>> {
        let later = post_seal::table.filter(post_seal::post_org.gt(post)).order(post_seal::post_org);
        Ok(later.select(post_seal::post_org).first(self.conn).optional()?)
    }

    /// What became of a sealed head whose hash is not the one that was sealed.
    fn what_was_done(&mut self, post: &str, seal_no: i64, leaf: &Leaf, is_there: bool) -> Looked<String> {
        let name = match self.evidence(post, &[leaf.pid])?.pop() {
            None => return Ok(format!("item {} of {post} was removed (sealed in seal {seal_no})", leaf.pid.0)),
            Some(item) => {
                // The item's own chain may break at an earlier row.
                item.chain()?;
                item.name()
            }
        };
        let how = if is_there { "altered" } else { "removed" };
        Ok(format!("history row {} of {name} was {how}", leaf.head_seq))
    }
}
