//! The customs data view: an item with everything known about it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::declaration::Declaration;
use super::entity::Entity;
use super::mail_object::MailObject;
use super::response::Response;

/// Mail object, declaration and customs responses of one item.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct CdsView {
    #[serde(rename = "entityState")]
    #[schema(value_type = i32, minimum = 0, maximum = 3)]
    pub entity_state: Entity,
    /// Response of the destination's customs (outbound mail).
    #[serde(rename = "DCResponse")]
    pub dc_response: Option<Response>,
    pub declaration: Option<Declaration>,
    pub mail_object: Option<MailObject>,
    /// Response of the own customs.
    pub response: Option<Response>,
}
