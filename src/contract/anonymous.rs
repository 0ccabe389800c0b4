//! Declarations made by senders before an item id is known.
//!
//! Only `Data` and the form of the id are public; the other names are ours, and members we do not know are kept as sent
//! and returned.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::date::{self, WcfDate};
use super::declaration::DeclarationData;
use super::lenient;
use super::open::{OtherMembers, open_object};

/// A declaration without an item.
#[derive(Clone, Debug, Default)]
pub struct AnonymousDeclaration {
    pub known: AnonymousMembers,
    pub other: OtherMembers,
}

/// The members of an anonymous declaration that have a meaning here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct AnonymousMembers {
    /// Given by the server.
    #[serde(deserialize_with = "date::optional")]
    pub created_dt: Option<WcfDate>,
    pub data: Option<DeclarationData>,
    /// Post the item will go to; the designated operator of the recipient's country when absent.
    #[serde(alias = "DestPostalOrgCd", alias = "DestinationPostalOrgCd")]
    pub dest_post_org_cd: Option<String>,
    /// Given by the server: not found any more from then on.
    #[serde(deserialize_with = "date::optional")]
    pub expiry_dt: Option<WcfDate>,
    /// Given by the server: the item id, once converted.
    pub final_declaration_id: Option<String>,
    /// Digits and the country of the post, for example 9384748AU; absent to create one.
    #[serde(alias = "AnonymousDeclarationId", alias = "AnonymousDeclId")]
    pub id: Option<String>,
    /// U letters, C parcels, E EMS.
    pub mail_class_cd: Option<String>,
    pub office_cd: Option<String>,
    /// The post that keeps it.
    #[serde(alias = "PostOrgCd", alias = "PostOrganizationCd")]
    pub postal_org_cd: Option<String>,
    pub user_cd: Option<String>,
}

const ALIASES: [&str; 6] = [
    "AnonymousDeclId",
    "AnonymousDeclarationId",
    "DestPostalOrgCd",
    "DestinationPostalOrgCd",
    "PostOrgCd",
    "PostOrganizationCd",
];
open_object!(AnonymousDeclaration, ALIASES, []);

/// What to search anonymous declarations by; everything given must hold, and something must be given.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct SearchCriteria {
    #[serde(deserialize_with = "date::optional")]
    pub created_from: Option<WcfDate>,
    #[serde(deserialize_with = "date::optional_end")]
    pub created_to: Option<WcfDate>,
    /// Own member: X-Next-Cursor of the answer before.
    pub cursor: Option<String>,
    #[serde(alias = "AnonymousDeclarationId", alias = "AnonymousDeclId")]
    pub id: Option<String>,
    pub office_cd: Option<String>,
    #[serde(alias = "PostOrgCd", alias = "PostOrganizationCd")]
    pub postal_org_cd: Option<String>,
    pub recipient_country_cd: Option<String>,
    /// Its beginning is enough; capitals do not matter.
    pub recipient_name: Option<String>,
    #[serde(rename = "RecipientZIP")]
    pub recipient_zip: Option<String>,
    /// Default 100, at most 1000.
    #[serde(deserialize_with = "lenient::optional_int")]
    pub records_limit: Option<i32>,
    pub sender_email: Option<String>,
    /// Its beginning is enough; capitals do not matter.
    pub sender_name: Option<String>,
    /// Digits are compared.
    pub sender_telephone: Option<String>,
    pub user_cd: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_members_are_kept_and_other_names_understood() {
        let sent = r#"{"AnonymousDeclarationId":"1AU","Data":{"SenderName":"A"},"Kiosk":{"No":7.0}}"#;
        let read: AnonymousDeclaration = serde_json::from_str(sent).unwrap();
        assert_eq!(read.known.id.as_deref(), Some("1AU"));
        assert_eq!(read.known.data.as_ref().and_then(|data| data.sender_name.as_deref()), Some("A"));
        assert_eq!(read.other.keys().collect::<Vec<_>>(), ["Kiosk"]);
        let written = serde_json::to_string(&read).unwrap();
        assert!(written.contains(r#""Kiosk":{"No":7.0}"#) && !written.contains("AnonymousDeclarationId"), "{written}");
    }
}
