//! Many declarations at once: ingestions and imports with their reports, exports, templates.

use uuid::Uuid;

use super::ask::Ask;
use super::item_filter::filter;
use super::reply::Reply;
use crate::contract::canonical::to_canonical;
use crate::contract::ingestion::{DeclarationEvent, IngestionList, IngestionReceipt};
use crate::domain::{IngestionKind, IngestionMedia, Scope, Scopes};
use crate::error::{Error, Result};
use crate::refdata::lists::Language;
use crate::service::RequestKey;
use crate::service::exports::{ExportForm, ExportQuery};
use crate::service::ingest::{IngestOptions, NewIngestion, Taken, links_of};

/// The media type of workbooks.
pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The kinds of ingestions, each with what CAS calls such messages.
const KINDS: [(IngestionKind, &str); 4] = [
    (IngestionKind::Declarations, "CustomsShipment"),
    (IngestionKind::Goods, "ArticleDataItem"),
    (IngestionKind::Senders, "BusinessPartners"),
    (IngestionKind::Movements, "MovementOrder"),
];

/// Their names here.
pub(super) const KIND_NAMES: &[&str] = &["declarations", "goods", "senders", "movements"];

/// What an ingestion is said to hold, by its name here or as CAS calls it; declarations where nothing is said.
///
/// # Errors
/// 400 for another kind, with what to do instead; 403 without the scope that entries of the kind need.
fn kind(ask: &Ask<'_>) -> Result<IngestionKind> {
    let said = ask.text("kind").unwrap_or(IngestionKind::Declarations.stored());
    let found = KINDS.into_iter().find(|(kind, cas)| kind.stored() == said || cas.eq_ignore_ascii_case(said));
    let Some((kind, _)) = found else { return Err(Error::invalid("kind", "kind", instead_of(said))) };
    let needed: Scopes = match kind {
        IngestionKind::Declarations => Scopes::default(),
        IngestionKind::Goods | IngestionKind::Senders => [Scope::WriteCatalogue].into_iter().collect(),
        IngestionKind::Movements => [Scope::WriteMovements].into_iter().collect(),
    };
    if ask.actor.may(needed) { Ok(kind) } else { Err(Error::MissingScope { needed: needed.to_string() }) }
}

/// What is said of kinds that are not taken.
fn instead_of(kind: &str) -> String {
    let is = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(kind));
    let known = KIND_NAMES.join(", ");
    if is(&["CertificateOfOrigin"]) {
        "a certificate is a document of its declaration: send it there, in declaration.Data.Documents".to_owned()
    } else if is(&["Formula", "MaterialList", "MaterialListInvalidationRequest"]) {
        format!("special procedures have no postal use, so this kind is not taken; known are {known}")
    } else {
        format!("write one of {known}")
    }
}

fn new(ask: &Ask<'_>, waits: bool) -> Result<NewIngestion> {
    let (media, bytes) = match ask.file() {
        Some(("application/x-ndjson", bytes)) => (IngestionMedia::Lines, bytes),
        Some((_, bytes)) => (IngestionMedia::Sheet, bytes),
        None => (IngestionMedia::Json, ask.body_text().as_bytes()),
    };
    Ok(NewIngestion {
        kind: kind(ask)?,
        media,
        file_name: ask.file_name().map(str::to_owned),
        bytes: bytes.to_vec(),
        dry_run: ask.flag("dryRun"),
        options: IngestOptions {
            all: ask.text("mode") == Some("all"),
            event: ask.text("event").and_then(DeclarationEvent::named).unwrap_or(DeclarationEvent::Final),
            sheet: ask.own("sheet"),
        },
        waits,
        again: ask.flag("again"),
    })
}

pub(super) async fn create(ask: Ask<'_>) -> Result<Reply> {
    keep(&ask, new(&ask, false)?, ask.key()?).await
}

/// A declaration whose caller does not wait for what becomes of it.
pub(super) async fn create_one(ask: &Ask<'_>) -> Result<Reply> {
    const ASYNC: &str = "respond-async";
    let bytes = format!("[{}]", ask.body_text()).into_bytes();
    // Declared anew it is stored anew, whatever was declared meanwhile: a repeat is known by its key alone.
    let new = NewIngestion { media: IngestionMedia::Json, bytes, again: true, ..new(ask, false)? };
    Ok(keep(ask, new, ask.key_for(ASYNC)?).await?.applying(ASYNC))
}

async fn keep(ask: &Ask<'_>, new: NewIngestion, key: Option<RequestKey>) -> Result<Reply> {
    let taken = ask.services.ingest(&ask.acting()?, new, key).await?;
    let links = links_of(taken.id);
    let location = links.itself.clone();
    let receipt = IngestionReceipt { reference_id: taken.id, repeated: taken.repeated, links };
    Ok(Reply::accepted(to_canonical(&receipt), &location))
}

pub(super) async fn import(ask: Ask<'_>) -> Result<Reply> {
    let (actor, key) = (ask.acting()?, ask.key()?);
    let taken = ask.services.ingest(&actor, new(&ask, true)?, key).await?;
    if taken.is_short {
        ask.services.finish_ingestion(&actor.org, taken.id, None).await?;
    }
    let Taken { view, is_over, is_failed } = ask.services.ingestion(&actor, taken.id).await?;
    if let (true, Some(finding)) = (is_failed, view.findings.first()) {
        return Err(Error::Unreadable { code: "damaged", reason: finding.message.trim_end_matches('.').to_owned() });
    }
    let text = to_canonical(&view);
    Ok(if is_over { Reply::ok(text) } else { Reply::accepted(text, &format!("/v1/imports/{}", taken.id)) })
}

/// What an address names.
fn id_of(ask: &Ask<'_>) -> Result<Uuid> {
    Uuid::parse_str(ask.path("ingestion")).map_err(|_| Error::Absent { what: "ingestion" })
}

pub(super) async fn list(ask: Ask<'_>) -> Result<Reply> {
    let ingestions = ask.services.ingestions(&ask.actor).await?;
    Ok(Reply::ok(to_canonical(&IngestionList { ingestions })))
}

pub(super) async fn read(ask: Ask<'_>) -> Result<Reply> {
    let taken = ask.services.ingestion(&ask.actor, id_of(&ask)?).await?;
    Ok(Reply::ok(to_canonical(&taken.view)))
}

pub(super) async fn findings(ask: Ask<'_>) -> Result<Reply> {
    let page = ask.services.ingestion_findings(&ask.actor, id_of(&ask)?, ask.text("cursor")).await?;
    let next = page.next_cursor.as_deref().map(|cursor| ask.next_page(cursor));
    Ok(Reply::ok(to_canonical(&page)).next(next))
}

pub(super) async fn refused(ask: Ask<'_>) -> Result<Reply> {
    let bytes = ask.services.refused_workbook(&ask.actor, id_of(&ask)?).await?;
    Ok(Reply::file(bytes, XLSX, "refused.xlsx"))
}

fn language(ask: &Ask<'_>) -> Language {
    ask.text("lang").and_then(Language::parse).unwrap_or_default()
}

/// Items in a file on the disk, so that memory is that of a page and a fault is told before anything is sent.
async fn export(ask: &Ask<'_>, form: ExportForm, kind: &'static str) -> Result<Reply> {
    let full = |error| Error::unavailable(format!("A file cannot be written: {error}"));
    let file = tempfile::tempfile().map_err(full)?;
    let query = ExportQuery { post: ask.own("post"), filter: filter(ask)?, form, language: language(ask) };
    let (file, items) = ask.services.export(&ask.actor, query, &|_| (), file).await?;
    Ok(Reply::spooled(file, kind)?.counted(i64::try_from(items).ok(), None))
}

pub(super) async fn export_workbook(ask: Ask<'_>) -> Result<Reply> {
    Ok(export(&ask, ExportForm::Xlsx, XLSX).await?.named("declarations.xlsx"))
}

pub(super) async fn export_csv(ask: Ask<'_>) -> Result<Reply> {
    let separator = match ask.text("sep") {
        Some("comma") => b',',
        Some("tab") => b'\t',
        Some(_) => b';',
        None if language(&ask) == Language::En => b',',
        None => b';',
    };
    Ok(export(&ask, ExportForm::Csv { separator }, "text/csv; charset=utf-8").await?.named("declarations.csv"))
}

pub(super) async fn export_json(ask: Ask<'_>) -> Result<Reply> {
    export(&ask, ExportForm::Json, "application/json").await
}

fn blank(ask: &Ask<'_>, kind: IngestionKind, name: &str) -> Result<Reply> {
    let bytes = ask.services.sheet_template(&ask.actor, kind, language(ask), ask.text("lane"))?;
    Ok(Reply::file(bytes, XLSX, name))
}

pub(super) async fn declaration_sheet(ask: Ask<'_>) -> Result<Reply> {
    blank(&ask, IngestionKind::Declarations, "declarations.xlsx")
}

pub(super) async fn goods_sheet(ask: Ask<'_>) -> Result<Reply> {
    blank(&ask, IngestionKind::Goods, "goods.xlsx")
}

pub(super) async fn senders_sheet(ask: Ask<'_>) -> Result<Reply> {
    blank(&ask, IngestionKind::Senders, "senders.xlsx")
}

pub(super) async fn movements_sheet(ask: Ask<'_>) -> Result<Reply> {
    blank(&ask, IngestionKind::Movements, "movements.xlsx")
}
