//! What an item is printed as.

use sha2::{Digest, Sha256};

use super::ask::Ask;
use super::reply::Reply;
use crate::contract::CdsView;
use crate::contract::canonical::{hex, to_canonical};
use crate::contract::own::{DocumentLink, DocumentList};
use crate::error::{Error, Result};
use crate::http::printing::{PrintOptions, file_name};
use crate::print::{Extent, Options, has_duty_note};
use crate::service::one::Named;

/// A document that an item can be printed as.
struct Document {
    name: &'static str,
    title: &'static str,
    form: Option<&'static str>,
    paper: Option<&'static str>,
    extent: Extent,
}

const fn document(name: &'static str, title: &'static str, form: Option<&'static str>) -> Document {
    Document { name, title, form, paper: None, extent: Extent::Whole }
}

/// All of them.
const DOCUMENTS: &[Document] = &[
    document("cn22", "Customs declaration CN22", Some("CN22")),
    document("cn23", "Customs declaration CN23", Some("CN23")),
    Document {
        paper: Some("label"),
        ..document("label", "The form that the rules ask for, on a label of 100 x 150 mm", None)
    },
    Document {
        extent: Extent::DutyNote,
        ..document("dutynote", "What customs answered, with taxes and what is to be paid", None)
    },
];

impl Document {
    /// Whether an item can be printed as this.
    fn is_of(&self, view: &CdsView) -> bool {
        self.extent != Extent::DutyNote || has_duty_note(view)
    }
}

/// Papers by name.
pub(super) const PAPERS: &[&str] = &["form", "A4", "A5", "label"];

pub(super) async fn list(ask: Ask<'_>) -> Result<Reply> {
    let (item, _, pid) = ask.services.printable_one(&ask.actor, Named::read(ask.path("id"))).await?;
    let documents = DOCUMENTS.iter().filter(|document| document.is_of(&item.view)).map(|document| DocumentLink {
        name: document.name.to_owned(),
        title: document.title.to_owned(),
        href: format!("/v1/declarations/{pid}/documents/{}", document.name),
        media_type: "application/pdf".to_owned(),
    });
    Ok(Reply::ok(to_canonical(&DocumentList { documents: documents.collect() })))
}

pub(super) async fn pdf(ask: Ask<'_>) -> Result<Reply> {
    const ABSENT: Error = Error::Absent { what: "document" };
    let document = DOCUMENTS.iter().find(|document| document.name == ask.path("document")).ok_or(ABSENT)?;
    let options = PrintOptions {
        form: document.form.map(str::to_owned),
        language_cd: ask.own("language"),
        copies: ask.number("copies"),
        paper: document.paper.map(str::to_owned).or_else(|| ask.own("paper")),
    };
    let options = options.checked(ask.actor.zone, &ask.services.catalogue())?;
    let options = Options { extent: document.extent, ..options };
    let (item, version, pid) = ask.services.printable_one(&ask.actor, Named::read(ask.path("id"))).await?;
    if !document.is_of(&item.view) {
        return Err(ABSENT);
    }
    let today = ask.services.clock.now().with_timezone(&ask.actor.zone).date_naive();
    // The form is of a version, of a day, and of how it was asked for.
    let asked = Sha256::digest(format!("{options:?} {today}"));
    let tag = format!("{version}-{}", hex(&asked[..4]));
    let is_known = ask.has_version(&format!("\"{tag}\""));
    if is_known {
        return Ok(Reply::nothing().tagged(&tag).unless_known(true));
    }
    let id = item.view.mail_object.as_ref().and_then(|object| object.id.clone()).unwrap_or_default();
    let bytes = ask.shared.printer.print(ask.services, vec![item], options, today).await?;
    ask.services.note_one_printed(&ask.stated(), pid).await?;
    Ok(Reply::pdf(bytes, &file_name(&id, Some(document.name))).tagged(&tag))
}
