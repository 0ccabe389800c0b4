//! What couriers are answered: their published model of a declaration, and how it says whether a call went well.

use serde::Serialize;
use utoipa::ToSchema;

use super::number::Number;

/// A declaration as couriers know it. Amounts have two decimals.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CourierDeclaration {
    /// Its number within the organization.
    pub id: i64,
    /// N normal, C VIP.
    pub r#type: &'static str,
    pub user: String,
    pub consignment_note: String,
    /// C cancelled, D draft, A approved, R rejected, F referred, S saved, X cancellation asked for. There are no drafts and no
    /// such requests here.
    pub status: &'static str,
    /// The same as a word; NOT_REQUIRED of what is sent within a country.
    pub status_text: &'static str,
    /// YYYYMMDD
    pub cover_date: String,
    /// ISO 3166-1 alpha-3.
    pub from_country: String,
    /// ISO 3166-1 alpha-3.
    pub to_country: String,
    pub remark: Option<String>,
    pub courier_code: String,
    pub courier_others: Option<String>,
    pub callback_url: Option<String>,
    pub total_value: Number,
    /// Nothing is insured here: 0.00.
    pub total_surcharge: Number,
    /// The fee that customs decided on, in its currency; 0.00 before.
    pub tax: Number,
    /// Surcharge and tax.
    pub total_charge: Number,
    /// A CN23 as PDF, for a day; empty unless the client has such links.
    pub cover_note_url: String,
    /// Seconds since 1970.
    pub created_at: i64,
    /// Of type C, like the next four.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_address: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub goods_description: Option<String>,
    /// 0.00
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate: Option<Number>,
    /// Of type N, like the next two.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_city: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub items: Option<Vec<CourierItem>>,
}

/// A line of a declaration of type N.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CourierItem {
    /// From 1.
    pub no: i32,
    pub descriptions: String,
    /// The same: some clients read it under this name.
    pub desciptions: String,
    pub quantity: i32,
    /// Of one unit.
    pub price: Number,
    /// Of the line.
    pub subtotal: Number,
    /// The courier's own code.
    pub commodity_code: String,
    /// 0.00
    pub rate: Number,
    /// 0.00
    pub surcharge: Number,
}

/// A call that went well.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct CourierAnswer {
    /// SUCCESS
    pub status: &'static str,
    pub declaration: CourierDeclaration,
    /// What was taken otherwise than it was sent; absent where nothing was.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<CourierFault>,
}

impl CourierAnswer {
    pub fn of(declaration: CourierDeclaration, warnings: Vec<CourierFault>) -> Self {
        Self { status: "SUCCESS", declaration, warnings }
    }
}

/// One fault of a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CourierFault {
    pub code: &'static str,
    /// The member, for example `items[0].price`.
    pub path: String,
    pub message: String,
}
