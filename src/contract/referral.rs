//! Questions and orders from the destination, and the answers to them.
//!
//! The member names of these objects are not public: ours follow `contract/cds-api.md` section (a), common other
//! names are accepted, and members we do not know are kept as sent and returned.

use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, Error as _};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::{date, date::WcfDate, lenient};

/// Members of an object whose names we do not know, kept with the text sent.
pub type OtherMembers = BTreeMap<String, Box<RawValue>>;

/// A question, order or message from the destination about an inbound item.
#[derive(Clone, Debug, Default)]
pub struct Referral {
    pub known: ReferralMembers,
    pub other: OtherMembers,
}

/// The members of a referral that have a meaning here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct ReferralMembers {
    /// Lines concerned.
    #[serde(deserialize_with = "lenient::or_default")]
    pub content_pieces_indexes: Vec<i32>,
    /// When raised.
    #[serde(deserialize_with = "date::optional")]
    pub event_dt: Option<WcfDate>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub extra_field_names: Vec<Option<String>>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub extra_field_values: Vec<Option<String>>,
    /// RFI, RFS, ERR, INC, AMD, DNL, ASC.
    #[serde(alias = "Code", alias = "ReferralTypeCd")]
    pub referral_cd: Option<String>,
    /// The sender's reference, repeated in the answer.
    pub referral_id: Option<String>,
    /// What is wanted.
    pub remarks: Option<String>,
}

/// The origin post's answer to a referral.
#[derive(Clone, Debug, Default)]
pub struct ReferralResponse {
    pub known: ReferralResponseMembers,
    pub other: OtherMembers,
}

/// The members of a referral response that have a meaning here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct ReferralResponseMembers {
    pub action_taken: Option<String>,
    #[serde(deserialize_with = "date::optional")]
    pub event_dt: Option<WcfDate>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub extra_field_names: Vec<Option<String>>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub extra_field_values: Vec<Option<String>>,
    /// Supporting information.
    pub information: Option<String>,
    /// The referral that is answered.
    pub referral_id: Option<String>,
    /// R10 … R42.
    #[serde(alias = "Code", alias = "ResponseCd")]
    pub referral_response_cd: Option<String>,
}

/// Reads the members of `Known` from an object and keeps the rest.
fn split<'de, D, Known>(deserializer: D) -> Result<(Known, OtherMembers), D::Error>
where
    D: Deserializer<'de>,
    Known: DeserializeOwned + Serialize + Default,
{
    let text = <&RawValue>::deserialize(deserializer)?.get();
    let known: Known = serde_json::from_str(text).map_err(D::Error::custom)?;
    let mut other: OtherMembers = serde_json::from_str(text).map_err(D::Error::custom)?;
    let names: BTreeMap<String, Box<RawValue>> =
        serde_json::to_string(&known).and_then(|text| serde_json::from_str(&text)).map_err(D::Error::custom)?;
    other.retain(|name, _| !names.contains_key(name) && !ALIASES.contains(&name.as_str()));
    Ok((known, other))
}

/// Other names that are read into known members, so they are not kept a second time.
const ALIASES: [&str; 3] = ["Code", "ReferralTypeCd", "ResponseCd"];

/// Writes known and other members as one object.
fn merge<S: Serializer, Known: Serialize>(
    known: &Known,
    other: &OtherMembers,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    use serde::ser::Error as _;
    let mut all: OtherMembers =
        serde_json::to_string(known).and_then(|text| serde_json::from_str(&text)).map_err(S::Error::custom)?;
    all.extend(other.iter().map(|(name, value)| (name.clone(), value.clone())));
    let mut map = serializer.serialize_map(Some(all.len()))?;
    for (name, value) in &all {
        map.serialize_entry(name, value)?;
    }
    map.end()
}

macro_rules! open_object {
    ($outer:ty) => {
        impl<'de> Deserialize<'de> for $outer {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let (known, other) = split(deserializer)?;
                Ok(Self { known, other })
            }
        }
        impl Serialize for $outer {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                merge(&self.known, &self.other, serializer)
            }
        }
    };
}
open_object!(Referral);
open_object!(ReferralResponse);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_members_are_kept_with_their_digits_and_aliases_understood() {
        let sent = r#"{"Code":"RFI","Urgency":1.50,"ReferralId":"R-1","Nested":{"b":[1]}}"#;
        let referral: Referral = serde_json::from_str(sent).unwrap();
        assert_eq!(referral.known.referral_cd.as_deref(), Some("RFI"));
        let written = serde_json::to_string(&referral).unwrap();
        assert!(written.contains(r#""Urgency":1.50"#) && written.contains(r#""Nested":{"b":[1]}"#), "{written}");
        assert!(!written.contains(r#""Code""#), "{written}");
    }
}
