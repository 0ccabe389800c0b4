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

/// Several of an enum's words at once. As text the words, separated by blanks, in the order of the vocabulary.
macro_rules! word_set {
    ($(#[$meta:meta])* pub struct $name:ident($bits:ty) of $one:ident) => {
        $(#[$meta])* ///
        /// As text their words, separated by blanks, in the order of the vocabulary.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct $name($bits);

        impl $name {
            /// Whether `one` is among them.
            pub fn hold(self, one: $one) -> bool {
                self.0 & (1 << one as u32) != 0
            }

            /// Whether all of `others` are among them.
            pub fn hold_all(self, others: Self) -> bool {
                self.0 & others.0 == others.0
            }

            /// Those that are among both.
            #[must_use]
            pub fn both(self, others: Self) -> Self {
                Self(self.0 & others.0)
            }

            pub fn is_empty(self) -> bool {
                self.0 == 0
            }

            /// Each of them, in the order of the vocabulary.
            pub fn each(self) -> impl Iterator<Item = $one> {
                $one::ALL.into_iter().filter(move |one| self.hold(*one))
            }
        }

        impl FromIterator<$one> for $name {
            fn from_iter<I: IntoIterator<Item = $one>>(some: I) -> Self {
                Self(some.into_iter().fold(0, |all, one| all | 1 << one as u32))
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::UnknownValue;

            /// # Errors
            /// A word that names none.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.split_ascii_whitespace().map($one::from_stored).collect()
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                for (at, one) in self.each().enumerate() {
                    write!(f, "{}{one}", if at > 0 { " " } else { "" })?;
                }
                Ok(())
            }
        }
    };
}
pub(super) use word_set;

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
