//! Enums whose values are stored: [`stored_enum!`] writes each value once, beside its name.

use std::fmt;

/// A stored value that this version does not know. Never taken for another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownValue {
    /// Tables and columns that hold such values.
    pub columns: &'static str,
    pub value: String,
    pub known: String,
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { columns, value, known } = self;
        write!(f, "{columns} holds {value:?}, which this version does not know; it knows {known}")
    }
}

impl std::error::Error for UnknownValue {}

/// An enum with the values that stand for it in the columns named.
///
/// `text` enums are displayed, written and read as JSON by their stored word; `int` enums may have a word for people
/// behind each number.
macro_rules! stored_enum {
    (
        $(#[$meta:meta])* pub enum $name:ident: text in $columns:literal {
            $($(#[$of:meta])* $variant:ident = $value:literal),+ $(,)?
        }
    ) => {
        stored_enum!(@enum $(#[$meta])* $name $columns str { $($(#[$of])* $variant = $value),+ });

        impl $name {
            /// The word that is stored.
            pub const fn stored(self) -> &'static str {
                match self { $(Self::$variant => $value),+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.stored())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.stored())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let word = String::deserialize(deserializer)?;
                Self::from_stored(&word).map_err(serde::de::Error::custom)
            }
        }
    };
    (
        $(#[$meta:meta])* pub enum $name:ident: int in $columns:literal {
            $($(#[$of:meta])* $variant:ident = $value:literal $(=> $word:literal)?),+ $(,)?
        }
    ) => {
        stored_enum!(@enum $(#[$meta])* $name $columns i32 { $($(#[$of])* $variant = $value),+ });
        stored_enum!(@words $name { $($variant $(=> $word)?),+ });

        impl $name {
            /// The number that is stored.
            pub const fn stored(self) -> i32 {
                *self.value()
            }

            /// The same, where a place is needed that holds it.
            pub const fn value(self) -> &'static i32 {
                match self { $(Self::$variant => &$value),+ }
            }
        }
    };
    (@enum $(#[$meta:meta])* $name:ident $columns:literal $type:ident {
        $($(#[$of:meta])* $variant:ident = $value:literal),+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$of])* $variant),+ }

        impl $name {
            /// Every one, in order.
            pub const ALL: [Self; [$(stringify!($variant)),+].len()] = [$(Self::$variant),+];

            /// Tables and columns that hold it.
            pub const COLUMNS: &str = $columns;

            /// The one with this stored value.
            ///
            /// # Errors
            /// A value that no variant has.
            pub fn from_stored(value: stored_enum!(@borrowed $type)) -> Result<Self, $crate::domain::UnknownValue> {
                match value {
                    $($value => Ok(Self::$variant),)+
                    unknown => Err($crate::domain::UnknownValue {
                        columns: Self::COLUMNS,
                        value: unknown.to_string(),
                        known: Self::ALL.map(|known| known.stored().to_string()).join(", "),
                    }),
                }
            }
        }
    };
    (@borrowed str) => { &str };
    (@borrowed i32) => { i32 };
    (@words $name:ident { $($variant:ident => $word:literal),+ }) => {
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self { $(Self::$variant => $word),+ })
            }
        }
    };
    (@words $name:ident { $($variant:ident),+ }) => {};
}
pub(super) use stored_enum;

#[cfg(test)]
mod tests {
    use crate::domain::{EventKind, Flow, MessageState};

    #[test]
    fn a_value_reads_back_as_what_it_was_stored_for_and_no_other_does() {
        for flow in Flow::ALL {
            assert_eq!(Flow::from_stored(flow.stored()), Ok(flow));
            assert_eq!(serde_json::from_str::<Flow>(&serde_json::to_string(&flow).unwrap()).unwrap(), flow);
        }
        for state in MessageState::ALL {
            assert_eq!(MessageState::from_stored(state.stored()), Ok(state));
        }
        for unknown in ["", "i", "X", " I"] {
            let text = Flow::from_stored(unknown).unwrap_err().to_string();
            assert!(text.contains("mail_object.flow") && text.contains(&format!("{unknown:?}")), "{text}");
        }
        assert!(MessageState::from_stored(-1).unwrap_err().to_string().contains("message_out.state holds \"-1\""));
        assert!(serde_json::from_str::<EventKind>("\"declaration.forged\"").is_err());
    }
}
