//! Text search for goods: which HS codes and which restrictions fit a description.
//!
//! Small indexes in memory, one per language and list; the language of a question need not be told. Every hit says
//! which words it was found by. Nothing is learnt or stored here.

pub mod certainty;
pub mod hs;
pub mod index;
pub mod restriction;
pub mod similar;
pub mod synonyms;
pub mod text;
pub mod tongue;
pub mod trade;

use std::sync::LazyLock;

use self::hs::HsIndex;
use self::restriction::RestrictionIndex;
use super::hs::nomenclature;
use super::restrictions::seed;

/// The search over the nomenclature and the everyday words built into the program; built at the first call.
pub fn goods() -> &'static HsIndex {
    static GOODS: LazyLock<HsIndex> = LazyLock::new(|| HsIndex::new(nomenclature(), &synonyms::built_in()));
    &GOODS
}

/// The search over the restrictions built into the program; built at the first call.
pub fn restrictions() -> &'static RestrictionIndex {
    static RESTRICTIONS: LazyLock<RestrictionIndex> = LazyLock::new(|| RestrictionIndex::new(seed().rows.clone()));
    &RESTRICTIONS
}
