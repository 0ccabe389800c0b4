//! Items and their documents.

use super::stored::stored_enum;

stored_enum! {
    /// Inbound, outbound or transit, from the point of view of a post.
    pub enum Flow: text in "mail_object.flow" {
        Inbound = "I",
        Outbound = "O",
        Transit = "T",
    }
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

    /// The names of all.
    pub const NAMES: &[&str] = &["inbound", "outbound", "transit"];

    /// The flow of a name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Inbound, Self::Outbound, Self::Transit].into_iter().find(|flow| flow.name() == name)
    }

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
            Self::Transit => "transit",
        }
    }
}

stored_enum! {
    /// Which side a response is on.
    pub enum Side: text in "response.side, decision.side" {
        /// The post's own customs: `Response`.
        Own = "O",
        /// The destination's customs: `DCResponse`.
        Destination = "D",
    }
}

impl Side {
    /// The kind of its documents.
    pub fn document(self) -> DocumentKind {
        match self {
            Self::Own => DocumentKind::OwnResponse,
            Self::Destination => DocumentKind::DestinationResponse,
        }
    }
}

stored_enum! {
    /// A document of an item, of which there may be several versions.
    pub enum DocumentKind: text in "document_version.kind, item_history.doc_kind" {
        Declaration = "D",
        /// Response of the post's own customs.
        OwnResponse = "O",
        /// Response of the destination's customs.
        DestinationResponse = "X",
    }
}

impl DocumentKind {
    /// The side whose responses it is of; none of declarations.
    pub fn side(self) -> Option<Side> {
        match self {
            Self::Declaration => None,
            Self::OwnResponse => Some(Side::Own),
            Self::DestinationResponse => Some(Side::Destination),
        }
    }
}

stored_enum! {
    /// State of a declaration, its `CDSStateCd`.
    pub enum DeclarationState: int in "declaration.state_cd" {
        Draft = 1,
        Final = 2,
        /// Sent to the own customs.
        ToCustoms = 6,
        /// Sent to the destination post.
        ToPost = 7,
    }
}

stored_enum! {
    /// State of a response, its `CDSStateCd`.
    pub enum ResponseState: int in "response.state_cd, decision.state_cd" {
        Draft = 50,
        Final = 55,
        /// Transferred to the origin post.
        Transferred = 57,
    }
}
