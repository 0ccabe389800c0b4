//! Text search for goods: which HS codes and which restrictions fit a description.
//!
//! What goods are called is a crate of its own, `entrepost-goods`, whose index is built with the program. Here are the
//! lists it is built from, and the rules that goods meet. The language of a question need not be told. Every hit says which
//! words it was found by. Nothing is learnt or stored here.

pub mod restriction;

use std::sync::LazyLock;

use bytes::Bytes;
pub use entrepost_goods::{hs, text, tongue, words};

const _: () = assert!(crate::limits::TEXT_CHARS <= text::TEXT_CHARS, "a whole description is read");
use rust_decimal::Decimal;

use self::hs::{HsHit, HsIndex};
use self::restriction::RestrictionIndex;
use self::words::{Code, Lists, Sources};
use super::hs::Nomenclature;
use super::lists::STOP_WORDS;
use super::restrictions::seed;
use crate::contract::HSLookupInfo;

/// The text of the kinds of goods built into the program.
pub const KINDS: (&str, &str) = ("goods.csv", include_str!("../../../refdata/goods.csv"));
/// The text of the trade names built into the program.
pub const TRADE_NAMES: (&str, &str) = ("trade_names.csv", include_str!("../../../refdata/trade_names.csv"));
/// The text of the everyday words built into the program.
pub const PHRASES: (&str, &str) = ("synonyms.csv", include_str!("../../../refdata/synonyms.csv"));

/// The search over the nomenclature and the everyday words built into the program.
pub fn goods() -> &'static HsIndex {
    static INDEX: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/goods.index"));
    static GOODS: LazyLock<HsIndex> = LazyLock::new(|| HsIndex::read(Bytes::from_static(INDEX)));
    &GOODS
}

/// The search over another nomenclature and the everyday words built into the program. Takes seconds of work: an index is
/// built.
pub fn goods_of(nomenclature: &Nomenclature) -> HsIndex {
    let mut lists = lists();
    lists.codes = nomenclature.entries().iter().map(Code::from).collect();
    HsIndex::read(lists.index())
}

/// The lists that the program's index is built from.
pub fn lists() -> Lists {
    let sources = Sources {
        codes: super::hs::EMBEDDED.1,
        phrases: PHRASES.1,
        kinds: KINDS.1,
        trade_names: TRADE_NAMES.1,
        vague: STOP_WORDS.1,
    };
    // The build has read them before.
    Lists::read(sources).unwrap_or_default()
}

/// The search over the restrictions built into the program; built at the first call.
pub fn restrictions() -> &'static RestrictionIndex {
    static RESTRICTIONS: LazyLock<RestrictionIndex> =
        LazyLock::new(|| RestrictionIndex::new(seed().rows.clone(), goods()));
    &RESTRICTIONS
}

impl From<&HsHit> for HSLookupInfo {
    /// The proposal as it travels.
    fn from(hit: &HsHit) -> Self {
        Self {
            hs_code: Some(hit.code.clone()),
            observations: Some(hit.observations.clone()),
            certainty: Some(Decimal::new((hit.certainty * 100.0).round() as i64, 2).into()),
            found_by: Some(hit.found_by.clone()),
            heading: Some(hit.heading.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refdata::hs::nomenclature;

    #[test]
    fn the_index_of_the_build_is_that_of_the_lists() {
        let read = goods().search("leather wallet", 10);
        assert_eq!(read, goods_of(nomenclature()).search("leather wallet", 10));
        let index: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/goods.index"));
        assert!(lists().index() == index);
    }

    #[test]
    fn a_proposal_travels_with_its_certainty_and_why_it_was_found() {
        let hit = goods().search("leather wallet", 1).remove(0);
        let told = HSLookupInfo::from(&hit);
        assert_eq!(
            (told.hs_code, told.found_by, told.heading),
            (Some(hit.code), Some(hit.found_by), Some(hit.heading))
        );
        assert!(told.certainty.is_some_and(|certainty| certainty.value() > Decimal::new(5, 1)));
    }
}
