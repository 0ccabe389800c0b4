//! What posts offer each other: marketed goods and postal services. The misspelt names are part of the contract.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::date::{self, WcfDate};
use super::entity::Entity;
use super::number::Number;
use super::refdata::RestrictionProhibition;
use super::{hs_code, lenient};

/// An amount of money.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
#[schema(as = Value)]
pub struct Money {
    pub amount: Option<Number>,
    /// ISO 4217.
    pub currency: Option<String>,
}

/// Goods that a post offers for sale.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct MarketedGood {
    #[serde(rename = "entityState")]
    #[schema(value_type = i32, minimum = 0, maximum = 3)]
    pub entity_state: Entity,
    pub description: Option<String>,
    pub details: Option<MarketedGoodDetails>,
    /// Number within the seller's goods; null or 0 to create.
    #[serde(deserialize_with = "lenient::optional_int")]
    pub reference_id: Option<i32>,
    /// The post that sells.
    pub seller_organization_cd: Option<String>,
    #[serde(deserialize_with = "date::optional")]
    pub valid_from: Option<WcfDate>,
    #[serde(deserialize_with = "date::optional_end")]
    pub valid_to: Option<WcfDate>,
}

/// Goods in an answer. For the contract document only: the text stored is written with the other member put after.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct OfferedGood {
    #[serde(flatten)]
    pub stored: MarketedGood,
    /// Own member, with `withRestrictions`: what the country of the buyer and the UPU have against the goods.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub restrictions_prohibitions: Option<Vec<RestrictionProhibition>>,
}

/// The goods in detail.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct MarketedGoodDetails {
    /// Organizations it is offered to; empty means everyone.
    #[serde(deserialize_with = "lenient::or_default")]
    pub buyer_organizations: Vec<Option<String>>,
    #[serde(deserialize_with = "lenient::flag")]
    pub free_of_charge_return: bool,
    pub good_details: Option<String>,
    #[serde(rename = "HSCode", deserialize_with = "hs_code::optional")]
    pub hs_code: Option<String>,
    /// Centimetres.
    pub height_cm: Option<Number>,
    /// Centimetres.
    pub length_cm: Option<Number>,
    /// Own member: where the goods are made, ISO 3166-1 alpha-2.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub orig_country_cd: Option<String>,
    pub picture: Option<String>,
    pub price: Option<Money>,
    pub seller_address: Option<String>,
    pub seller_city: Option<String>,
    pub seller_country: Option<String>,
    pub seller_name: Option<String>,
    pub seller_phone: Option<String>,
    pub seller_ref_id: Option<String>,
    pub seller_zip: Option<String>,
    pub service_description: Option<String>,
    #[serde(deserialize_with = "lenient::optional_int")]
    pub stock: Option<i32>,
    /// Kilograms.
    pub weight_kg: Option<Number>,
    /// Centimetres.
    pub width_cm: Option<Number>,
}

/// A service from one post to another.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct PostalService {
    #[serde(rename = "entityState")]
    #[schema(value_type = i32, minimum = 0, maximum = 3)]
    pub entity_state: Entity,
    pub dest_organization_cd: Option<String>,
    pub details: Option<ServiceDetails>,
    pub mail_category_cd: Option<String>,
    pub mail_class_cd: Option<String>,
    /// The post that offers it.
    pub orig_organization_cd: Option<String>,
    /// Null to create.
    #[serde(deserialize_with = "lenient::optional_guid")]
    pub service_id: Option<Uuid>,
    pub service_nm: Option<String>,
    #[serde(deserialize_with = "date::optional")]
    pub valid_from: Option<WcfDate>,
    #[serde(deserialize_with = "date::optional_end")]
    pub valid_to: Option<WcfDate>,
}

/// The service in detail.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct ServiceDetails {
    pub dest_country: Option<String>,
    pub dest_zone_number: Option<String>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub mail_subclasses: Vec<Option<String>>,
    pub options: Option<ServiceOptions>,
    pub orig_country: Option<String>,
    pub orig_zone_number: Option<String>,
    pub physical_limits: Option<PhysicalLimits>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub rates: Vec<ServiceRate>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub standards: Vec<ServiceStandard>,
}

/// What the service includes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct ServiceOptions {
    #[serde(rename = "CODFlag", deserialize_with = "lenient::flag")]
    pub cod_flag: bool,
    #[serde(deserialize_with = "lenient::flag")]
    pub deliv_confirmation: bool,
    /// N normal, R registered, V insured.
    pub handling_class: Option<String>,
    #[serde(deserialize_with = "lenient::flag")]
    pub hold_for_pickup: bool,
    #[serde(deserialize_with = "lenient::flag")]
    pub on_demand_pickup: bool,
    #[serde(deserialize_with = "lenient::flag")]
    pub on_time_deliv_guarantee: bool,
    #[serde(deserialize_with = "lenient::flag")]
    pub signature_required: bool,
    #[serde(deserialize_with = "lenient::flag")]
    pub tracking: bool,
}

/// Sizes and weights that are taken. The names with `Lenght` are those of the contract.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct PhysicalLimits {
    pub max_height: Option<Number>,
    pub max_lenght: Option<Number>,
    pub max_weight: Option<Number>,
    pub max_width: Option<Number>,
    pub min_height: Option<Number>,
    pub min_lenght: Option<Number>,
    pub min_weight: Option<Number>,
    pub min_width: Option<Number>,
}

/// The price up to a weight. `RatePeKg` is the name in the contract.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct ServiceRate {
    pub item_max_weight: Option<Number>,
    pub rate_code: Option<String>,
    pub rate_pe_kg: Option<Money>,
}

/// How long it takes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct ServiceStandard {
    #[serde(deserialize_with = "whole")]
    pub cutoff_hour: i32,
    #[serde(deserialize_with = "whole")]
    pub cutoff_min: i32,
    #[serde(deserialize_with = "whole")]
    pub max_days: i32,
    #[serde(deserialize_with = "whole")]
    pub min_days: i32,
}

/// A whole number that is always there; `null` reads as 0.
fn whole<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<i32, D::Error> {
    Ok(lenient::optional_int(deserializer)?.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn misspelt_and_irregular_names_travel_as_published() {
        let details = ServiceDetails {
            options: Some(ServiceOptions::default()),
            physical_limits: Some(PhysicalLimits::default()),
            rates: vec![ServiceRate::default()],
            ..ServiceDetails::default()
        };
        let written = serde_json::to_string(&details).unwrap();
        for name in ["MaxLenght", "MinLenght", "RatePeKg", "CODFlag", "OnTimeDelivGuarantee", "DelivConfirmation"] {
            assert!(written.contains(&format!("\"{name}\"")), "{name}: {written}");
        }
        let good = serde_json::to_string(&MarketedGoodDetails::default()).unwrap();
        for name in ["HSCode", "HeightCm", "WeightKg", "SellerRefId", "BuyerOrganizations"] {
            assert!(good.contains(&format!("\"{name}\"")), "{name}: {good}");
        }
    }
}
