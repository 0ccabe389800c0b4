//! The chain over all: each link, and what it holds.

use diesel::prelude::*;

use super::{Looked, Verdict};
use crate::store::Tx;
use crate::store::schema::{item_history, mail_object, post_seal, record_seal_entry, seal, seal_entry, seal_head};
use crate::store::seal::{SealEntryRow, SealHeadRow, SealRow, Sealed};

impl Tx<'_> {
    /// Walks the chain over all and checks that what each link behind `since` holds is still there.
    pub(super) fn look_at_chain(&mut self, since: i64, verdict: &mut Verdict) -> Looked {
        let mut previous: Vec<u8> = Vec::new();
        let (mut expected_no, mut last_no) = (1, 0);
        loop {
            let next: Option<SealRow> =
                seal::table.filter(seal::seal_no.gt(last_no)).order(seal::seal_no).first(self.conn).optional()?;
            let Some(link) = next else { return self.look_behind_chain(last_no) };
            if link.seal_no != expected_no {
                return Err(format!("seal {expected_no} was removed").into());
            }
            let sealed = self.entries_of(link.seal_no)?;
            if sealed.hash_of(&link, &previous) != link.hash || sealed.len() as i32 != link.entries {
                return Err(format!("seal {} or one of its entries was altered", link.seal_no).into());
            }
            if link.seal_no > since {
                self.look_at_entries(&sealed)?;
            }
            verdict.seals += 1;
            verdict.sealed_at = Some(link.sealed_at.0);
            verdict.last_seal = Some((link.seal_no, link.hash.clone()));
            previous = link.hash;
            last_no = link.seal_no;
            expected_no += 1;
        }
    }

    /// Entries of a link that is not there (any more), behind the last one that is.
    fn look_behind_chain(&mut self, last_no: i64) -> Looked {
        let of_items = seal_entry::table.filter(seal_entry::seal_no.gt(last_no)).order(seal_entry::seal_no);
        let of_items: Option<i64> = of_items.select(seal_entry::seal_no).first(self.conn).optional()?;
        let of_records =
            record_seal_entry::table.filter(record_seal_entry::seal_no.gt(last_no)).order(record_seal_entry::seal_no);
        let of_records: Option<i64> = of_records.select(record_seal_entry::seal_no).first(self.conn).optional()?;
        let of_posts = seal_head::table.filter(seal_head::seal_no.gt(last_no)).order(seal_head::seal_no);
        let of_posts: Option<i64> = of_posts.select(seal_head::seal_no).first(self.conn).optional()?;
        match of_items.or(of_records).or(of_posts) {
            Some(no) => Err(format!("seal {no} was removed").into()),
            None => Ok(()),
        }
    }

    fn look_at_entries(&mut self, sealed: &Sealed) -> Looked {
        for entry in &sealed.items {
            self.look_at_entry(entry)?;
        }
        for entry in &sealed.records {
            if let Some(fault) = self.verify_record_entry(entry)? {
                return Err(fault.into());
            }
        }
        for head in &sealed.heads {
            self.look_at_head(head)?;
        }
        Ok(())
    }

    /// Whether the seal of a post that was chained is still the one it was.
    fn look_at_head(&mut self, head: &SealHeadRow) -> Looked {
        let of_post = post_seal::table.find((&head.post_org, head.post_seal_no)).select(post_seal::hash);
        let how = match of_post.first::<Vec<u8>>(self.conn).optional()? {
            Some(hash) if hash == head.hash => return Ok(()),
            Some(_) => "altered",
            None => "removed",
        };
        Err(format!("seal {} of {} was {how} (chained in seal {})", head.post_seal_no, head.post_org, head.seal_no)
            .into())
    }

    /// Whether a head that an earlier version sealed is still in its item's history.
    fn look_at_entry(&mut self, entry: &SealEntryRow) -> Looked {
        let name = format!("item {} of {}", entry.object_pid.0, entry.post_org);
        let object: Option<String> = mail_object::table
            .find((&entry.post_org, entry.object_pid))
            .select(mail_object::item_id)
            .first(self.conn)
            .optional()?;
        let Some(item_id) = object else {
            return Err(format!("{name} was removed (sealed in seal {})", entry.seal_no).into());
        };
        let hash: Option<Vec<u8>> = item_history::table
            .find((&entry.post_org, entry.object_pid, entry.head_seq))
            .select(item_history::hash)
            .first(self.conn)
            .optional()?;
        let done = match hash {
            Some(hash) if hash == entry.head_hash => return Ok(()),
            Some(_) => "altered",
            None => "removed",
        };
        // The item's own chain may break at an earlier row.
        for item in self.evidence(&entry.post_org, &[entry.object_pid])? {
            item.chain()?;
        }
        Err(format!("history row {} of {name} ({item_id}) was {done}", entry.head_seq).into())
    }
}
