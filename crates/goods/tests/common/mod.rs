//! The lists that the program is built with, and the search over them.

#![allow(clippy::expect_used)]

use std::sync::LazyLock;

use entrepost_goods::hs::HsIndex;
use entrepost_goods::words::{Lists, Sources};

/// The lists.
pub fn lists() -> &'static Lists {
    static LISTS: LazyLock<Lists> = LazyLock::new(|| {
        let sources = Sources {
            codes: include_str!("../../../../refdata/hs2022.csv"),
            phrases: include_str!("../../../../refdata/synonyms.csv"),
            kinds: include_str!("../../../../refdata/goods.csv"),
            trade_names: include_str!("../../../../refdata/trade_names.csv"),
            vague: include_str!("../../../../refdata/stop_words.csv"),
        };
        Lists::read(sources).expect("right lists")
    });
    &LISTS
}

/// The search over them.
pub fn goods() -> &'static HsIndex {
    static GOODS: LazyLock<HsIndex> = LazyLock::new(|| HsIndex::read(lists().index()));
    &GOODS
}
