//! What is to become of an object that a call brings.

use serde::{Deserialize, Deserializer, Serialize};

use super::lenient;

/// Change state of an object on input: 0 (not stated), 1 and 2 store, 3 deletes a draft. Written as 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Entity(pub i32);

impl Entity {
    /// Store it, new or not.
    pub const STORE: Self = Self(1);
    /// Delete it, possible for drafts.
    pub const DELETED: Self = Self(3);

    /// Whether the object is to be stored.
    pub fn stores(self) -> bool {
        (0..=2).contains(&self.0)
    }
}

impl Default for Entity {
    fn default() -> Self {
        Self::STORE
    }
}

impl<'de> Deserialize<'de> for Entity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(lenient::optional_int(deserializer)?.map_or(Self::STORE, Self))
    }
}
