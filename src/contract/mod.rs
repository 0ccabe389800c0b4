//! The published language: the data contracts exactly as they travel.
//!
//! Member names, order (base members first, then alphabetical) and nullability are those of the published CDS API; see
//! "Quirks of the wire" in ARCHITECTURE.md. This room parses and writes; it decides nothing and knows no rule.

pub mod anonymous;
pub mod canonical;
pub mod commerce;
pub mod courier;
pub mod date;
pub mod dates;
pub mod declaration;
pub mod entity;
pub mod event;
pub mod heartbeat;
pub mod hs_code;
pub mod ingestion;
pub mod iso;
pub mod item_status;
pub mod lenient;
pub mod mail_object;
pub mod number;
pub mod open;
pub mod outcome;
pub mod own;
pub mod reading;
pub mod refdata;
pub mod referral;
pub mod response;
pub mod sender;
pub mod subscription;
pub mod view;
pub mod watchdog;

pub use anonymous::{AnonymousDeclaration, SearchCriteria};
pub use commerce::{MarketedGood, PostalService};
pub use date::WcfDate;
pub use declaration::{CommercialTransaction, ContentPiece, Declaration, DeclarationData, Document};
pub use entity::Entity;
pub use mail_object::MailObject;
pub use number::Number;
pub use refdata::{CodeName, CodeNameCategory, HSLookupInfo, RestrictionProhibition, SimpleRefDataCocktail};
pub use referral::{Referral, ReferralDialogue, ReferralResponse};
pub use response::{Response, ResponseData, Tax};
pub use sender::{Sender, SenderProfile};
pub use view::CdsView;
pub use watchdog::WatchdogInfo;
