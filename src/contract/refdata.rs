//! Reference data as it travels: code lists for clients, HS proposals, restrictions.
//!
//! The members of the list cocktail are not public: these are our own names, one list each.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Number;
use super::entity::Entity;

/// A code and its name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct CodeName {
    pub code: String,
    /// In the language asked for, in English where it is missing.
    pub name: String,
}

/// A code, its name and the category of decisions it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct CodeNameCategory {
    /// Hold, Clearance, Prohibition or Information.
    pub category: String,
    pub code: String,
    pub name: String,
}

/// Every code list a client needs, in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct SimpleRefDataCocktail {
    #[serde(rename = "CDSStates")]
    pub cds_states: Vec<CodeName>,
    pub countries: Vec<CodeName>,
    pub currencies: Vec<CodeName>,
    pub decisions: Vec<CodeNameCategory>,
    pub document_types: Vec<CodeName>,
    pub handling_classes: Vec<CodeName>,
    /// Own member: SHA-256 of the lists, 64 hexadecimal digits; the entity tag is the same.
    pub hash: String,
    /// EN, FR, ES or PT.
    pub language_cd: String,
    pub mail_categories: Vec<CodeName>,
    pub mail_classes: Vec<CodeName>,
    pub mail_states: Vec<CodeName>,
    pub nature_types: Vec<CodeName>,
    pub offices: Vec<CodeName>,
    /// Designated postal operators.
    pub organizations: Vec<CodeName>,
    pub reasons: Vec<CodeNameCategory>,
    pub referral_codes: Vec<CodeName>,
    pub referral_response_codes: Vec<CodeName>,
    pub tax_types: Vec<CodeName>,
    pub transport_modes: Vec<CodeName>,
    /// Own member: edition of the built-in lists, a point, and a number that grows with every import on this server.
    pub version: String,
}

/// A proposed HS code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct HSLookupInfo {
    /// Own member: how often a proposal like this is right, from 0 to 1.
    #[serde(rename = "Certainty")]
    pub certainty: Option<Number>,
    /// Own member: the words of the description, or the trade name and the kind of goods it stands for, that the code was
    /// found by.
    #[serde(rename = "FoundBy")]
    pub found_by: Option<String>,
    /// Digits only, never longer than what is known.
    #[serde(rename = "HSCode")]
    pub hs_code: Option<String>,
    /// Own member: the heading of four digits that the code lies in, with its text; not a code to declare.
    #[serde(rename = "Heading")]
    pub heading: Option<String>,
    /// What the code covers and why it was found.
    #[serde(rename = "Observations")]
    pub observations: Option<String>,
}

/// A rule of a destination (or of the UPU, for everyone) against certain goods.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct RestrictionProhibition {
    #[serde(rename = "entityState")]
    #[schema(value_type = i32, minimum = 0, maximum = 3)]
    pub entity_state: Entity,
    pub additional_doc_file_name: Option<String>,
    /// Goods concerned.
    pub description: Option<String>,
    #[serde(rename = "FromHSCode")]
    pub from_hs_code: Option<String>,
    /// HS codes and ranges (`0601-0604`), comma-separated.
    #[serde(rename = "HSCodeList")]
    pub hs_code_list: Option<String>,
    pub language_cd: Option<String>,
    /// Post whose country imposes the rule; `UPU` for a rule that holds everywhere.
    pub organization_cd: Option<String>,
    /// P prohibited, R restricted.
    #[serde(rename = "PCategory")]
    pub p_category: Option<String>,
    /// Sending countries the rule is limited to, comma-separated; empty means all.
    pub restricted_countries: Option<String>,
    /// Conditions, and why the rule was found.
    pub restriction_note: Option<String>,
    #[serde(rename = "ToHSCode")]
    pub to_hs_code: Option<String>,
    pub website_info: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_have_their_published_names() {
        let names = |json: String| {
            let value: serde_json::Value = serde_json::from_str(&json).unwrap();
            value.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
        };
        let hs = names(serde_json::to_string(&HSLookupInfo::default()).unwrap());
        assert_eq!(hs, ["Certainty", "FoundBy", "HSCode", "Heading", "Observations"]);
        let rule = names(serde_json::to_string(&RestrictionProhibition::default()).unwrap());
        let mut expected = [
            "entityState",
            "AdditionalDocFileName",
            "Description",
            "FromHSCode",
            "HSCodeList",
            "LanguageCd",
            "OrganizationCd",
            "PCategory",
            "RestrictedCountries",
            "RestrictionNote",
            "ToHSCode",
            "WebsiteInfo",
        ];
        expected.sort_unstable();
        assert_eq!(rule, expected);
        let cocktail = names(serde_json::to_string(&SimpleRefDataCocktail::default()).unwrap());
        assert_eq!(cocktail.len(), 20);
        assert!(cocktail.contains(&"CDSStates".to_owned()) && cocktail.contains(&"LanguageCd".to_owned()));
        assert!(cocktail.contains(&"Hash".to_owned()) && cocktail.contains(&"Version".to_owned()));
    }
}
