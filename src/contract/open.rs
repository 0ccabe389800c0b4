//! Objects whose member names are not public: those that have a meaning here are read, the others are kept as sent and
//! returned, so that a client with other names at least gets its data back.

use std::collections::BTreeMap;

use serde::de::{DeserializeOwned, Error as _};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::value::RawValue;

/// Members of an object whose names we do not know, kept with the text sent.
pub type OtherMembers = BTreeMap<String, Box<RawValue>>;

/// Reads the members of `Known` from an object and keeps the rest, but for `dropped` names.
pub(super) fn split<'de, D, Known>(deserializer: D, dropped: &[&[&str]]) -> Result<(Known, OtherMembers), D::Error>
where
    D: Deserializer<'de>,
    Known: DeserializeOwned + Serialize + Default,
{
    let text = <&RawValue>::deserialize(deserializer)?.get();
    let known: Known = serde_json::from_str(text).map_err(D::Error::custom)?;
    let mut other: OtherMembers = serde_json::from_str(text).map_err(D::Error::custom)?;
    let names: BTreeMap<String, Box<RawValue>> =
        serde_json::to_string(&known).and_then(|text| serde_json::from_str(&text)).map_err(D::Error::custom)?;
    let is_dropped = |name: &str| dropped.iter().any(|names| names.contains(&name));
    other.retain(|name, _| !names.contains_key(name) && !is_dropped(name));
    Ok((known, other))
}

/// Writes known and other members as one object.
pub(super) fn merge<S: Serializer, Known: Serialize>(
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

/// Bytes of the names and values of the members kept.
pub fn size_of(other: &OtherMembers) -> usize {
    other.iter().map(|(name, value)| name.len() + value.get().len()).sum()
}

/// Gives an object of `known` and `other` members its reader and writer. First list: other names of known members;
/// second: names that are not kept.
macro_rules! open_object {
    ($outer:ty, $aliases:expr, $dropped:expr) => {
        impl<'de> serde::Deserialize<'de> for $outer {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let (known, other) = $crate::contract::open::split(deserializer, &[&$aliases, &$dropped])?;
                Ok(Self { known, other })
            }
        }
        impl serde::Serialize for $outer {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::contract::open::merge(&self.known, &self.other, serializer)
            }
        }
    };
}
pub(super) use open_object;
