//! Marks that people set on items to have them stopped or looked at.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use super::date::{self, WcfDate};
use super::lenient;
use super::number::raw_scalar;
use crate::domain::MarkOperation;

/// The mark of an item.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct WatchdogInfo {
    /// Own member: the mark ends by itself.
    #[serde(deserialize_with = "date::optional_end")]
    pub expiry_dt: Option<WcfDate>,
    /// 2 Clear, 4 MarkAsBlocked, 5 MarkWithWarning; the names are accepted too.
    pub operation: Option<MarkOperation>,
    /// The reason, shown to the operator.
    pub remarks: Option<String>,
}

/// What may be said of a mark, for findings.
pub const OPERATIONS: &str = "2 (Clear), 4 (MarkAsBlocked) or 5 (MarkWithWarning)";

impl utoipa::PartialSchema for MarkOperation {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Integer)
            .enum_values(Some(Self::ALL.map(Self::stored)))
            .description(Some("2 Clear, 4 MarkAsBlocked, 5 MarkWithWarning"))
            .into()
    }
}
impl ToSchema for MarkOperation {}

impl Serialize for MarkOperation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i32(self.stored())
    }
}

impl<'de> Deserialize<'de> for MarkOperation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = raw_scalar(deserializer)?;
        let text = raw.trim();
        let number = lenient::whole(text);
        let is_it = |operation: &Self| operation.to_string() == text || number == Some(operation.stored());
        let found = Self::ALL.into_iter().find(is_it);
        found.ok_or_else(|| D::Error::custom(format!("the operation is {OPERATIONS}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_read_and_numbers_written() {
        for (text, operation) in [
            ("4", MarkOperation::MarkAsBlocked),
            (r#""5""#, MarkOperation::MarkWithWarning),
            ("2", MarkOperation::Clear),
            ("4.0", MarkOperation::MarkAsBlocked),
        ] {
            assert_eq!(serde_json::from_str::<MarkOperation>(text).unwrap(), operation);
        }
        let info: WatchdogInfo = serde_json::from_str(r#"{"Operation":"MarkAsBlocked","Remarks":"x"}"#).unwrap();
        let written = serde_json::to_string(&info).unwrap();
        assert_eq!(written, r#"{"ExpiryDt":null,"Operation":4,"Remarks":"x"}"#);
        for bad in ["0", "1", "3", r#""clear""#, "true", "4.5"] {
            let told = serde_json::from_str::<MarkOperation>(bad).unwrap_err().to_string();
            assert!(told.contains(OPERATIONS), "{bad}: {told}");
        }
        assert_eq!(serde_json::from_str::<WatchdogInfo>(r#"{"Operation":null}"#).unwrap().operation, None);
    }
}
