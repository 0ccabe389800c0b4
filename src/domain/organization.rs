//! Who takes part.

use super::stored::stored_enum;

stored_enum! {
    /// Kind of organization.
    pub enum OrganizationKind: text in "organization.kind" {
        /// A postal operator.
        Post = "P",
        /// A customs administration.
        Customs = "C",
    }
}

impl OrganizationKind {
    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Post => "post",
            Self::Customs => "customs",
        }
    }
}
