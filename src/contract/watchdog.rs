//! Marks that people set on items to have them stopped or looked at.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::ToSchema;

use super::number::raw_scalar;
use super::{date, date::WcfDate, lenient};

/// The mark of an item.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct WatchdogInfo {
    /// Own member: the mark ends by itself.
    #[serde(deserialize_with = "date::optional_end")]
    pub expiry_dt: Option<WcfDate>,
    /// 2 Clear, 4 MarkAsBlocked, 5 MarkWithWarning; the names are accepted too.
    pub operation: Option<Operation>,
    /// The reason, shown to the operator.
    pub remarks: Option<String>,
}

/// What is marked. Written as its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    Clear,
    MarkAsBlocked,
    MarkWithWarning,
}

impl Operation {
    const ALL: [(Self, i32, &'static str); 3] = [
        (Self::Clear, 2, "Clear"),
        (Self::MarkAsBlocked, 4, "MarkAsBlocked"),
        (Self::MarkWithWarning, 5, "MarkWithWarning"),
    ];

    /// What may be said, for findings.
    pub const ALLOWED: &str = "2 (Clear), 4 (MarkAsBlocked) or 5 (MarkWithWarning)";

    /// The number that travels.
    pub fn number(self) -> i32 {
        Self::ALL.iter().find(|row| row.0 == self).map_or(2, |row| row.1)
    }

    /// The operation with this number.
    pub fn from_number(number: i32) -> Option<Self> {
        Self::ALL.iter().find(|row| row.1 == number).map(|row| row.0)
    }

    /// The name that is read as well.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|row| row.0 == self).map_or("Clear", |row| row.2)
    }
}

impl utoipa::PartialSchema for Operation {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Integer)
            .enum_values(Some(Self::ALL.map(|row| row.1)))
            .description(Some("2 Clear, 4 MarkAsBlocked, 5 MarkWithWarning"))
            .into()
    }
}
impl ToSchema for Operation {}

impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i32(self.number())
    }
}

impl<'de> Deserialize<'de> for Operation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = raw_scalar(deserializer)?;
        let text = raw.trim();
        let number = lenient::whole(text);
        let found = Self::ALL.iter().find(|row| row.2 == text || number == Some(row.1));
        found.map(|row| row.0).ok_or_else(|| D::Error::custom(format!("the operation is {}", Self::ALLOWED)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_names_are_read_and_numbers_written() {
        for (text, operation) in [
            ("4", Operation::MarkAsBlocked),
            (r#""5""#, Operation::MarkWithWarning),
            ("2", Operation::Clear),
            ("4.0", Operation::MarkAsBlocked),
        ] {
            assert_eq!(serde_json::from_str::<Operation>(text).unwrap(), operation);
        }
        let info: WatchdogInfo = serde_json::from_str(r#"{"Operation":"MarkAsBlocked","Remarks":"x"}"#).unwrap();
        let written = serde_json::to_string(&info).unwrap();
        assert_eq!(written, r#"{"ExpiryDt":null,"Operation":4,"Remarks":"x"}"#);
        for bad in ["0", "1", "3", r#""clear""#, "true", "4.5"] {
            let told = serde_json::from_str::<Operation>(bad).unwrap_err().to_string();
            assert!(told.contains(Operation::ALLOWED), "{bad}: {told}");
        }
        assert_eq!(serde_json::from_str::<WatchdogInfo>(r#"{"Operation":null}"#).unwrap().operation, None);
    }
}
