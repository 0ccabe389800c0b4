//! The CN22/CN23 data of an item.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::date::{self, WcfDate};
use super::entity::Entity;
use super::number::Number;
use super::{hs_code, lenient};

/// A declaration and the organizations it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct Declaration {
    #[serde(rename = "entityState")]
    #[schema(value_type = i32, minimum = 0, maximum = 3)]
    pub entity_state: Entity,
    /// 1 draft, 2 final, 6 sent to customs, 7 sent to the destination post.
    #[serde(rename = "CDSStateCd", deserialize_with = "lenient::optional_int")]
    pub cds_state_cd: Option<i32>,
    /// Customs administration of the post.
    pub cust_organization_cd: Option<String>,
    #[serde(deserialize_with = "lenient::optional_guid")]
    pub mail_object_p_id: Option<Uuid>,
    #[serde(deserialize_with = "lenient::optional_guid")]
    pub p_id: Option<Uuid>,
    /// The post that owns the record.
    pub post_organization_cd: Option<String>,
    /// Always null on output and ignored on input.
    #[serde(rename = "XMLData", skip_deserializing)]
    pub xml_data: Option<String>,
    pub data: Option<DeclarationData>,
}

/// What the sender declares.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeclarationData {
    #[serde(deserialize_with = "lenient::or_default")]
    pub commercial_transactions: Vec<CommercialTransaction>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub content_pieces: Vec<ContentPiece>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub documents: Vec<Document>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub extra_field_names: Vec<Option<String>>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub extra_field_values: Vec<Option<String>>,
    /// Kilograms.
    pub gross_weight: Option<Number>,
    /// N normal, R registered, V insured.
    pub handling_class_cd: Option<String>,
    pub insured_value: Option<Number>,
    pub insured_value_currency_cd: Option<String>,
    /// Highest `ContentPiece.Index` handed out.
    #[serde(deserialize_with = "lenient::optional_int")]
    pub max_index: Option<i32>,
    /// 11 sale, 21 returned goods, 31 gift, 32 sample, 91 documents, 991 mixed, 999 other.
    pub nature_type_cd: Option<String>,
    pub package_image_local_path: Option<String>,
    pub package_image_source_info: Option<String>,
    pub postage: Option<Number>,
    pub postage_currency_cd: Option<String>,
    pub recipient_address_line1: Option<String>,
    pub recipient_address_line2: Option<String>,
    pub recipient_city: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub recipient_country_cd: Option<String>,
    pub recipient_email: Option<String>,
    pub recipient_fax: Option<String>,
    pub recipient_first_name: Option<String>,
    pub recipient_id_ref: Option<String>,
    pub recipient_last_name: Option<String>,
    pub recipient_name: Option<String>,
    pub recipient_state: Option<String>,
    pub recipient_telephone: Option<String>,
    #[serde(rename = "RecipientZIP")]
    pub recipient_zip: Option<String>,
    pub sender_address_line1: Option<String>,
    pub sender_address_line2: Option<String>,
    pub sender_city: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub sender_country_cd: Option<String>,
    pub sender_email: Option<String>,
    pub sender_first_name: Option<String>,
    pub sender_id_ref: Option<String>,
    pub sender_last_name: Option<String>,
    pub sender_name: Option<String>,
    pub sender_state: Option<String>,
    pub sender_telephone: Option<String>,
    #[serde(rename = "SenderZIP")]
    pub sender_zip: Option<String>,
    #[serde(deserialize_with = "date::optional")]
    pub transport_date: Option<WcfDate>,
    /// UN/ECE Recommendation 19: 1 sea, 2 rail, 3 road, 4 air, 5 mail, 8 inland water.
    pub transport_mode: Option<String>,
}

/// One line of the declaration.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct ContentPiece {
    /// Value of the whole line.
    pub amount: Option<Number>,
    pub currency_cd: Option<String>,
    pub description: Option<String>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub extra_field_names: Vec<Option<String>>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub extra_field_values: Vec<Option<String>>,
    #[serde(rename = "HS", deserialize_with = "hs_code::optional")]
    pub hs: Option<String>,
    pub import_restrictions: Option<String>,
    pub import_restrictions_notes: Option<String>,
    /// Stable id of the line within the declaration, 1 or more.
    #[serde(deserialize_with = "lenient::optional_int")]
    pub index: Option<i32>,
    /// Kilograms, of the whole line.
    pub net_weight: Option<Number>,
    /// Quantity of units.
    #[serde(deserialize_with = "lenient::optional_int")]
    pub number: Option<i32>,
    /// Country of origin of the goods, ISO 3166-1 alpha-2.
    pub orig_country_cd: Option<String>,
    pub revised_description: Option<String>,
    #[serde(rename = "RevisedHS", deserialize_with = "hs_code::optional")]
    pub revised_hs: Option<String>,
    /// Number of own marketed goods that say what the line leaves out. Under `/v1` alone, and kept as the extra field
    /// `EP.GoodsReference`.
    #[serde(
        rename = "goodsReference",
        skip_serializing_if = "Option::is_none",
        deserialize_with = "lenient::optional_int"
    )]
    #[schema(nullable = false)]
    pub goods_reference: Option<i32>,
}

/// A licence, certificate or invoice that goes with the item.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct Document {
    pub document_id: Option<String>,
    pub document_name: Option<String>,
    pub document_type: Option<String>,
}

/// A marketplace sale and the lines it covers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct CommercialTransaction {
    #[serde(deserialize_with = "lenient::whole_numbers")]
    pub content_pieces_indexes: Vec<i32>,
    pub market_place_id: Option<String>,
    pub market_place_url: Option<String>,
    pub purchase_order_number: Option<String>,
    pub sales_order_number: Option<String>,
}
