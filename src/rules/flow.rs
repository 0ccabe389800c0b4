//! The flow of an item as one post sees it.

use std::fmt;

/// Inbound, outbound or transit, from the point of view of a post.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    Inbound,
    Outbound,
    Transit,
}

impl Flow {
    /// Outbound for the origin, inbound for the destination, transit for everyone else.
    pub fn derive(post: &str, origin: &str, destination: &str) -> Self {
        if post == origin {
            Self::Outbound
        } else if post == destination {
            Self::Inbound
        } else {
            Self::Transit
        }
    }

    /// Reads `I`, `O` or `T`.
    pub fn parse(code: &str) -> Option<Self> {
        match code {
            "I" => Some(Self::Inbound),
            "O" => Some(Self::Outbound),
            "T" => Some(Self::Transit),
            _ => None,
        }
    }

    pub fn code(self) -> &'static str {
        match self {
            Self::Inbound => "I",
            Self::Outbound => "O",
            Self::Transit => "T",
        }
    }
}

impl fmt::Display for Flow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
            Self::Transit => "transit",
        })
    }
}
