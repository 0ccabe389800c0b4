//! The postal item as one post sees it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::date::{self, WcfDate};
use super::entity::Entity;
use super::lenient;

/// One postal item. Origin or destination `ZZZ` means "not known yet".
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct MailObject {
    #[serde(rename = "entityState")]
    #[schema(value_type = i32, minimum = 0, maximum = 3)]
    pub entity_state: Entity,
    /// Destination post, three characters.
    pub dest_post_org_cd: Option<String>,
    /// Item id, normally S10 (13 characters).
    pub id: Option<String>,
    /// Domestic id of the post.
    pub local_id: Option<String>,
    pub local_id2: Option<String>,
    /// UPU list 115: A air, B S.A.L., C surface, D priority by surface.
    pub mail_category_cd: Option<String>,
    /// U letters, C parcels, E EMS, T empties.
    pub mail_class_cd: Option<String>,
    /// 1 received from customer, 2 arrived at outward office, 10 departed it, 50 arrived at inward office, 52 departed it.
    #[serde(deserialize_with = "lenient::optional_int")]
    pub mail_state_cd: Option<i32>,
    pub mail_state_remarks: Option<String>,
    /// Origin post, three characters.
    pub orig_post_org_cd: Option<String>,
    /// Persistent id given by the server.
    #[serde(deserialize_with = "lenient::optional_guid")]
    pub p_id: Option<Uuid>,
    #[serde(deserialize_with = "date::optional")]
    pub posting_dt: Option<WcfDate>,
    /// Kind of mail object; `I` (item) unless sent otherwise.
    pub type_cd: Option<String>,
}
