//! Sender profiles: who sends, kept under a name of the organization's own, so that declarations need not repeat it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::DeclarationData;

/// Declares the sender's members, as a declaration names them, once for all that is done with them.
macro_rules! sender {
    ($($(#[$attribute:meta])* $member:ident $name:literal,)*) => {
        /// Who sends: the members of a declaration that say so.
        #[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
        #[serde(rename_all = "PascalCase", default, deny_unknown_fields)]
        pub struct Sender {
            $($(#[$attribute])* pub $member: Option<String>,)*
        }

        impl Sender {
            /// The sender that a declaration names.
            pub fn of(data: &DeclarationData) -> Self {
                Self { $($member: data.$member.clone(),)* }
            }

            /// Puts these members into a declaration, in the place of its own; gives the names of those that are given.
            pub fn put_into(&self, data: &mut DeclarationData) -> Vec<&'static str> {
                $(data.$member.clone_from(&self.$member);)*
                self.given()
            }

            /// The names of the members that say something.
            pub fn given(&self) -> Vec<&'static str> {
                let members = [$(($name, &self.$member)),*];
                let says_something = |text: &Option<String>| text.as_deref().is_some_and(|text| !text.trim().is_empty());
                members.into_iter().filter(|(_, text)| says_something(text)).map(|(name, _)| name).collect()
            }
        }
    };
}

sender! {
    sender_address_line1 "SenderAddressLine1",
    sender_address_line2 "SenderAddressLine2",
    sender_city "SenderCity",
    /// ISO 3166-1 alpha-2.
    sender_country_cd "SenderCountryCd",
    sender_email "SenderEmail",
    sender_first_name "SenderFirstName",
    sender_id_ref "SenderIdRef",
    sender_last_name "SenderLastName",
    sender_name "SenderName",
    sender_state "SenderState",
    sender_telephone "SenderTelephone",
    #[serde(rename = "SenderZIP")]
    sender_zip "SenderZIP",
}

/// A sender, and whose declarations it completes where they name none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct SenderProfile {
    /// What the organization calls it: letters, digits, `-`, `_` and `.`, at most 64.
    #[schema(max_length = 64)]
    pub reference: String,
    pub sender: Sender,
    /// Of every caller of the organization that has none of its own.
    pub is_default: bool,
    /// OAuth2 clients of the organization whose own default it is. At most 100.
    pub clients: Vec<String>,
}

/// The sender profiles of an organization, by their references.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SenderPage {
    pub senders: Vec<SenderProfile>,
    /// Hand it back to get the next page; null on the last one.
    pub next_cursor: Option<String>,
}
