//! What an item is printed as.

use sha2::{Digest, Sha256};

use super::ask::Ask;
use super::reply::Reply;
use crate::contract::canonical::{hex, to_canonical};
use crate::contract::own::{DocumentLink, DocumentList};
use crate::error::{Error, Result};
use crate::http::printing::PrintOptions;
use crate::service::one::Named;

/// Each document with its title, and the options it stands for.
const DOCUMENTS: &[(&str, &str, Option<&str>, Option<&str>)] = &[
    ("cn22", "Customs declaration CN22", Some("CN22"), None),
    ("cn23", "Customs declaration CN23", Some("CN23"), None),
    ("label", "The form that the rules ask for, on a label of 100 x 150 mm", None, Some("label")),
];

/// Papers by name.
pub(super) const PAPERS: &[&str] = &["form", "A4", "A5", "label"];

pub(super) async fn list(ask: Ask<'_>) -> Result<Reply> {
    let (_, _, pid) = ask.services.printable_one(&ask.actor, Named::read(ask.path("id"))).await?;
    let documents = DOCUMENTS.iter().map(|(name, title, ..)| DocumentLink {
        name: (*name).to_owned(),
        title: (*title).to_owned(),
        href: format!("/v1/declarations/{pid}/documents/{name}"),
        media_type: "application/pdf".to_owned(),
    });
    Ok(Reply::ok(to_canonical(&DocumentList { documents: documents.collect() })))
}

pub(super) async fn pdf(ask: Ask<'_>) -> Result<Reply> {
    let wanted = DOCUMENTS.iter().find(|(name, ..)| *name == ask.path("document"));
    let (name, _, form, paper) = wanted.ok_or(Error::Absent { what: "document" })?;
    let options = PrintOptions {
        form: form.map(str::to_owned),
        language_cd: ask.own("language"),
        copies: ask.number("copies"),
        paper: paper.map(str::to_owned).or_else(|| ask.own("paper")),
    };
    let checked = options.checked(ask.actor.zone, &ask.services.catalogue())?;
    let (item, version, pid) = ask.services.printable_one(&ask.actor, Named::read(ask.path("id"))).await?;
    let today = ask.services.clock.now().with_timezone(&ask.actor.zone).date_naive();
    // The form is of a version, of a day, and of how it was asked for.
    let asked = Sha256::digest(format!("{options:?} {today}"));
    let tag = format!("{version}-{}", hex(&asked[..4]));
    let is_known = ask.has_version(&format!("\"{tag}\""));
    if is_known {
        return Ok(Reply::nothing().tagged(&tag).unless_known(true));
    }
    let id = item.view.mail_object.as_ref().and_then(|object| object.id.clone()).unwrap_or_default();
    let bytes = ask.shared.printer.print(ask.services, vec![item], checked, today).await?;
    ask.services.note_one_printed(&ask.stated(), pid).await?;
    Ok(Reply::pdf(bytes, &format!("{}-{name}.pdf", file_name(&id))).tagged(&tag))
}

/// An id as part of a file name.
fn file_name(id: &str) -> String {
    id.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect()
}
