//! The light of an item and its reasons: their names, and the number that both are stored as.
//!
//! What makes a light so is a matter of the rules.

/// The colour of an item, or of one concern about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Light {
    Green,
    Amber,
    Red,
}

impl Light {
    /// Every one, the mildest first.
    pub const ALL: [Self; 3] = [Self::Green, Self::Amber, Self::Red];

    /// The word that travels.
    pub fn name(self) -> &'static str {
        match self {
            Self::Green => "Green",
            Self::Amber => "Amber",
            Self::Red => "Red",
        }
    }

    /// The words of all, in the order of [`Self::ALL`].
    pub const NAMES: &[&str] = &["Green", "Amber", "Red"];

    /// What a word stands for.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|light| light.name() == name)
    }

    /// Every reason with its number, which is stored in sets of reasons: never used for another one.
    pub const REASONS: [(&str, u8); 30] = [
        ("WATCHDOG_WARNING", 0),
        ("WATCHDOG_BLOCKED", 1),
        ("STOPPED", 2),
        ("DEPARTED_AFTER_DNL", 3),
        ("CANCELLED", 4),
        ("NOT_SETTLED", 5),
        ("REFERRAL_OPEN", 6),
        ("REFUSED", 7),
        ("DETAINED", 8),
        ("HOLD", 9),
        ("DC_REFUSED", 10),
        ("DC_DETAINED", 11),
        ("DC_HOLD", 12),
        ("DECISION_UNKNOWN", 13),
        ("OK_TO_LOAD", 14),
        ("DC_CLEARED", 15),
        ("NOT_ASSESSED", 16),
        ("CLEARED", 17),
        ("CLEARED_DUE", 18),
        ("NO_DECISION", 19),
        ("LEFT_UNCLEARED", 20),
        ("NO_DATA", 21),
        ("UNKNOWN_ITEM", 22),
        ("SEVERAL_ITEMS", 23),
        ("FOREIGN_ID", 24),
        ("DATA_NOT_OF_ORIGIN", 25),
        ("CHANGED_SINCE_DECISION", 26),
        ("DECISION_BY_POST", 27),
        ("EARLIER_USE", 28),
        ("REDIRECTED", 29),
    ];
}

/// A light with the codes of its reasons, in one number: the colour above, a set of reasons below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackedLight(i64);

/// Where the colour begins.
const COLOUR_BIT: u32 = 56;

impl PackedLight {
    /// Codes that are no reasons are left out.
    pub fn new<'c>(light: Light, codes: impl IntoIterator<Item = &'c str>) -> Self {
        let number =
            |code: &str| Light::REASONS.iter().find(|(known, _)| *known == code).map(|(_, number)| 1 << number);
        let set = codes.into_iter().filter_map(number).fold(0, |set: i64, bit: i64| set | bit);
        Self((light as i64) << COLOUR_BIT | set)
    }

    /// What stored lights of a colour have above their reasons.
    pub fn colour_stored(light: Light) -> i64 {
        light as i64
    }

    pub fn light(self) -> Light {
        let colour = self.0 >> COLOUR_BIT;
        Light::ALL.into_iter().find(|light| *light as i64 == colour).unwrap_or(Light::Red)
    }

    /// By their numbers.
    pub fn codes(self) -> impl Iterator<Item = &'static str> {
        Light::REASONS.iter().filter(move |(_, number)| self.0 & 1 << number != 0).map(|(code, _)| *code)
    }

    pub fn has(self, code: &str) -> bool {
        self.codes().any(|known| known == code)
    }

    /// The number that is stored.
    pub fn stored(self) -> i64 {
        self.0
    }

    /// What a stored number says.
    pub fn from_stored(number: i64) -> Self {
        Self(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_light_is_read_as_it_was_stored() {
        for light in Light::ALL {
            let packed = PackedLight::new(light, ["REDIRECTED", "WATCHDOG_WARNING", "NO_SUCH_REASON"]);
            let read = PackedLight::from_stored(packed.stored());
            assert_eq!(read.light(), light);
            assert_eq!(read.codes().collect::<Vec<_>>(), ["WATCHDOG_WARNING", "REDIRECTED"]);
            assert!(read.has("REDIRECTED") && !read.has("HOLD"));
        }
        assert_eq!(PackedLight::from_stored(i64::MAX).light(), Light::Red, "never better than what cannot be read");
    }
}
