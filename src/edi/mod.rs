//! Bytes ↔ contracts: the messages ITMATT, CUSITM, CUSRSP, ITMREF, REFRSP and CONTRL in EDIFACT and in XML.
//!
//! UPU-style, own profile `PCX100` (`docs/edi-profile.md`): the layouts of the UPU standards are not public, so ours
//! claim no conformity with them. One model, the contracts; two renderings that carry every member of it and read
//! back to the same value ([`normalize`] says what "same" leaves out). Everything is pure: no clock, no files, no
//! sockets, and no input makes it panic. Who sends what to whom, duplicates and answers are the exchange's business.

mod amount;
pub mod check;
pub mod contrl;
pub mod edifact;
pub mod finding;
mod item_builder;
mod message;
mod names;
pub mod normalize;
pub mod profile;
pub mod tool;
pub mod xml;

#[cfg(test)]
mod tests;

pub use contrl::acknowledge;
pub use finding::{Finding, Findings, Position, Severity};
pub use message::{
    Action, Control, Form, Function, Interchange, Item, ItemMessage, Kind, Mailbox, Message, Organization, Outline,
    Read, Written,
};
pub use profile::{Charset, Profile};

use crate::limits;

/// Reads an interchange in either form. Never fails: what is wrong stands in the findings.
pub fn read(bytes: &[u8]) -> Read {
    if bytes.len() > limits::EDI_BYTES {
        return too_large(bytes);
    }
    let mut read = match Form::of(bytes) {
        Form::Edifact => edifact::read(bytes),
        Form::Xml => xml::read(bytes),
    };
    names::judge(&mut read);
    read
}

fn too_large(bytes: &[u8]) -> Read {
    let mut findings = Findings::default();
    let text = format!("the interchange exceeds {} bytes; send fewer items in one", limits::EDI_BYTES);
    findings.push(Finding::error("limit", "", text));
    Read {
        form: Form::of(&bytes[..bytes.len().min(64)]),
        interchange: Interchange::default(),
        findings,
        outline: Vec::new(),
        charset: None,
    }
}

/// Writes an interchange in the form asked for.
///
/// # Errors
/// Everything that keeps it from being sent: members the profile needs and that are absent, texts beyond their
/// place, too many decimals. Nothing is ever cut.
pub fn write(interchange: &Interchange, form: Form, profile: &Profile) -> Result<Written, Findings> {
    match form {
        Form::Edifact => edifact::write(interchange, profile),
        Form::Xml => xml::write(interchange, profile),
    }
}
