//! What customs decided about an item.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::date::{self, WcfDate};
use super::entity::Entity;
use super::number::Number;
use super::{hs_code, lenient};

/// A customs response and the organizations it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct Response {
    #[serde(rename = "entityState")]
    #[schema(value_type = i32, minimum = 0, maximum = 3)]
    pub entity_state: Entity,
    /// 50 draft, 55 final, 57 transferred to the partner post.
    #[serde(rename = "CDSStateCd", deserialize_with = "lenient::optional_int")]
    pub cds_state_cd: Option<i32>,
    /// The customs administration that decided.
    pub cust_organization_cd: Option<String>,
    #[serde(deserialize_with = "lenient::optional_guid")]
    pub mail_object_p_id: Option<Uuid>,
    #[serde(deserialize_with = "lenient::optional_guid")]
    pub p_id: Option<Uuid>,
    pub post_organization_cd: Option<String>,
    /// Always null on output and ignored on input.
    #[serde(rename = "XMLData", skip_deserializing)]
    pub xml_data: Option<String>,
    pub data: Option<ResponseData>,
}

/// The decision with its taxes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct ResponseData {
    /// Time of the customs act, whatever its outcome.
    #[serde(deserialize_with = "date::optional")]
    pub clearance_dt: Option<WcfDate>,
    pub decision_cd: Option<String>,
    pub decision_reason_cd: Option<String>,
    pub decision_reason_nm: Option<String>,
    #[serde(deserialize_with = "lenient::flag")]
    pub dutiable: bool,
    #[serde(deserialize_with = "lenient::or_default")]
    pub extra_field_names: Vec<Option<String>>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub extra_field_values: Vec<Option<String>>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub taxes: Vec<Tax>,
    /// Handling fee on top of the taxes.
    pub total_fee: Option<Number>,
    pub total_fee_currency_cd: Option<String>,
}

/// One tax or duty.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct Tax {
    pub amount: Option<Number>,
    pub currency_cd: Option<String>,
    pub description: Option<String>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub extra_field_names: Vec<Option<String>>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub extra_field_values: Vec<Option<String>>,
    #[serde(rename = "HS", deserialize_with = "hs_code::optional")]
    pub hs: Option<String>,
    pub net_weight: Option<Number>,
    #[serde(deserialize_with = "lenient::optional_int")]
    pub number: Option<i32>,
    /// Per cent.
    pub rate: Option<Number>,
    #[serde(rename = "Type")]
    pub tax_type: Option<String>,
}
