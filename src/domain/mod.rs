//! The vocabulary: what things of the trade are called, once. A word that is stored is written here and nowhere else.
//!
//! Knows no contract, no rule and no table beyond its name; decides nothing. Every room may use it.

mod courier;
mod event;
mod exchange;
mod ingestion;
mod item;
mod light;
mod notification;
mod organization;
mod person;
mod scope;
mod status;
mod stored;
mod subscription;
mod verdict;

pub use courier::{CourierKind, CourierStatus};
pub use event::{EventKind, RecordEventKind, RecordKind};
pub use exchange::{InterchangeState, ItemOutcome, MessageKind, MessageState, ReceivedState, TransportKind};
pub use ingestion::{IngestionKind, IngestionMedia, IngestionState};
pub use item::{DeclarationState, DocumentKind, Flow, ResponseState, Side};
pub use light::{Light, PackedLight};
pub use notification::{EventAudience, EventPart, Notification};
pub use organization::OrganizationKind;
pub use person::{Role, Roles, SessionKind};
pub use scope::{Scope, Scopes};
pub use status::Component;
pub use stored::UnknownValue;
pub use subscription::{
    AttemptCause, DeliveryState, Ordering, ReceiverMode, SignatureKind, SubscriptionKind, SubscriptionState,
};
pub use verdict::{Author, Category, FiscalState, Level, MarkOperation, SecurityState};
