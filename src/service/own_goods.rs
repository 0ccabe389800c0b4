//! The search over a nomenclature that was imported.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

use crate::refdata::hs::{HsEntry, Nomenclature, nomenclature};
use crate::refdata::search::goods_of;
use crate::refdata::search::hs::HsIndex;
use crate::refdata::table::Parsed;
use crate::store::reference::ListRow;

/// The built-in nomenclature with imported entries over it, and the search over that, which is built when it is first
/// asked for: a command has no use for it.
pub(super) struct OwnGoods {
    /// Digest of the lists the entries are from.
    source: Vec<u8>,
    entries: Vec<HsEntry>,
    index: OnceLock<HsIndex>,
}

impl OwnGoods {
    /// Of imported `lists`, which `read` reads; the one from `before` where it is of the same. `None` where no entry is
    /// imported.
    pub(super) fn new<'r>(
        lists: impl Iterator<Item = &'r ListRow>,
        read: impl Fn() -> Vec<HsEntry>,
        before: Option<&Arc<Self>>,
    ) -> Option<Arc<Self>> {
        let digest = lists.fold(Sha256::new(), |digest, list| digest.chain_update(Sha256::digest(&list.body)));
        let source = digest.finalize().to_vec();
        if let Some(same) = before.filter(|before| before.source == source) {
            return Some(Arc::clone(same));
        }
        let entries = read();
        (!entries.is_empty()).then(|| Arc::new(Self { source, entries, index: OnceLock::new() }))
    }

    /// The search; half a second of work at the first call.
    pub(super) fn index(&self) -> &HsIndex {
        self.index.get_or_init(|| {
            let all = nomenclature().entries().iter().chain(&self.entries);
            let by_code: BTreeMap<&str, &HsEntry> = all.map(|entry| (entry.code.as_str(), entry)).collect();
            let rows = by_code.into_values().cloned().collect();
            goods_of(&Nomenclature::new(Parsed { rows, ..Parsed::default() }))
        })
    }

    /// Whether the search is built.
    pub(super) fn is_built(&self) -> bool {
        self.index.get().is_some()
    }
}
