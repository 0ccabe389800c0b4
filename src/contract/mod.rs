//! The published language: the data contracts exactly as they travel.
//!
//! Member names, order (base members first, then alphabetical) and nullability are those of the published CDS API; see
//! "Quirks of the wire" in ARCHITECTURE.md. This room parses and writes; it decides nothing and knows no rule.

pub mod anonymous;
pub mod canonical;
pub mod commerce;
pub mod date;
pub mod declaration;
pub mod heartbeat;
pub mod hs_code;
pub mod iso;
pub mod item_status;
pub mod lenient;
pub mod mail_object;
pub mod number;
pub mod open;
pub mod refdata;
pub mod referral;
pub mod response;
pub mod view;
pub mod watchdog;

use serde::{Deserialize, Deserializer, Serialize};

pub use anonymous::{AnonymousDeclaration, SearchCriteria};
pub use commerce::{MarketedGood, PostalService};
pub use date::WcfDate;
pub use declaration::{CommercialTransaction, ContentPiece, Declaration, DeclarationData, Document};
pub use mail_object::MailObject;
pub use number::Number;
pub use refdata::{CodeName, CodeNameCategory, HSLookupInfo, RestrictionProhibition, SimpleRefDataCocktail};
pub use referral::{Referral, ReferralDialogue, ReferralResponse};
pub use response::{Response, ResponseData, Tax};
pub use view::CdsView;
pub use watchdog::WatchdogInfo;

/// Change state of an object on input: 0 (not stated), 1 and 2 store, 3 deletes a draft. Written as 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Entity(pub i32);

impl Entity {
    /// Store it, new or not.
    pub const STORE: Self = Self(1);
    /// Delete it, possible for drafts.
    pub const DELETED: Self = Self(3);

    /// Whether the object is to be stored.
    pub fn stores(self) -> bool {
        (0..=2).contains(&self.0)
    }
}

impl Default for Entity {
    fn default() -> Self {
        Self::STORE
    }
}

impl<'de> Deserialize<'de> for Entity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(lenient::optional_int(deserializer)?.map_or(Self::STORE, Self))
    }
}
