//! The courier door: a shipment as couriers submit it (`shipment`), what it is as mail object and declaration (`documents`), and the
//! letter by which they are told how it stands (`status`).

mod documents;
mod shipment;
mod status;

pub use documents::{DECLARATION_PATH, OBJECT_PATH, Terms, amended, documents, member_of};
pub use shipment::{Goods, Line, Shipment, money};
pub use status::status;
