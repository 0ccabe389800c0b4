//! Search by words: which words an item has, kept by a job behind the changes of its post, and what a searched text asks for.

use serde::Deserialize;

use super::Services;
use crate::error::{Error, Result};
use crate::limits;
use crate::rules::words::{Wanted, wanted, words_of};
use crate::store::Fault;
use crate::store::Tx;
use crate::store::load::WordRange;
use crate::store::word::{Searched, WordRow};

/// Members of a declaration that are searched, the ones that people remember first.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct SearchedData {
    recipient_name: Option<String>,
    recipient_first_name: Option<String>,
    recipient_last_name: Option<String>,
    sender_name: Option<String>,
    sender_first_name: Option<String>,
    sender_last_name: Option<String>,
    recipient_city: Option<String>,
    sender_city: Option<String>,
}

impl SearchedData {
    fn texts(self) -> [Option<String>; 8] {
        [
            self.recipient_name,
            self.recipient_first_name,
            self.recipient_last_name,
            self.sender_name,
            self.sender_first_name,
            self.sender_last_name,
            self.recipient_city,
            self.sender_city,
        ]
    }
}

impl Services {
    /// Keeps the words of what changed since; gives of how many items.
    ///
    /// # Errors
    /// When the database is away; what was kept stays.
    pub async fn keep_words(&self) -> Result<usize> {
        let behind = self.store.read(|tx| {
            let posts = tx.posts()?;
            tx.posts_without_words(&posts)
        });
        let mut kept = 0;
        for post in behind.await? {
            loop {
                let of_post = post.clone();
                let page = self.store.read(move |tx| tx.searched_items(&of_post, limits::ITEM_WORDS_KEPT)).await?;
                if page.reached == page.after {
                    break;
                }
                let (of_post, items) = (post.clone(), page.items.len());
                let words: Vec<WordRow> = page.items.iter().flat_map(|item| words_of_item(&post, item)).collect();
                // Where another server was faster, its work is gone on from.
                if self.store.write(move |tx| tx.put_words(&of_post, &page, &words)).await? {
                    kept += items;
                }
            }
        }
        Ok(kept)
    }
}

/// At most [`limits::ITEM_WORDS`]: what people remember first. A word is hidden where all that it stands in is.
fn words_of_item(post: &str, item: &Searched) -> Vec<WordRow> {
    let mut found: Vec<(String, bool)> = Vec::new();
    let mut add = |text: &str, hidden: bool| {
        for word in words_of(text) {
            match found.iter().position(|(known, _)| *known == word) {
                Some(at) => found[at].1 &= hidden,
                None if found.len() < limits::ITEM_WORDS => found.push((word, hidden)),
                None => {}
            }
        }
    };
    add(&item.item_id, false);
    if let Some((text, seen)) = &item.declaration {
        let data: SearchedData = serde_json::from_str(text).unwrap_or_default();
        data.texts().iter().flatten().for_each(|text| add(text, !seen));
    }
    item.local_ids.iter().flatten().for_each(|id| add(id, false));
    // What its declarer calls it is no matter of customs.
    item.external_reference.iter().for_each(|name| add(name, true));
    let row = |(word, hidden)| WordRow { post_org: post.to_owned(), word, object_pid: item.pid, hidden };
    found.into_iter().map(row).collect()
}

/// The words that a text asks for, as the filter of items takes them.
///
/// # Errors
/// 400 for a text without words, or with too many.
pub fn searched(text: &str) -> Result<Vec<WordRange>> {
    let words = wanted(text, limits::ITEM_WORDS_ASKED + 1);
    if words.is_empty() {
        return Err(Error::invalid("format", "q", "write a word: letters or digits"));
    }
    if words.len() > limits::ITEM_WORDS_ASKED {
        let message = format!("write at most {} words", limits::ITEM_WORDS_ASKED);
        return Err(Error::invalid("too_long", "q", message));
    }
    Ok(words.into_iter().map(range).collect())
}

fn range(wanted: Wanted) -> WordRange {
    match wanted {
        Wanted::Whole(word) => WordRange { from: word.clone(), through: word, is_common: false },
        // The tilde comes after every letter and digit that words are of.
        Wanted::Beginning(word) => WordRange { through: format!("{word}~"), from: word, is_common: false },
    }
}

/// # Errors
/// 400 where no words are kept.
pub(super) fn check_words(tx: &mut Tx<'_>) -> Result<(), Fault> {
    if tx.keeps_words()? {
        return Ok(());
    }
    let message = "words are kept where people sign in, and this server knows none; search by itemId";
    Err(Error::invalid("unconfigured", "q", message).into())
}
