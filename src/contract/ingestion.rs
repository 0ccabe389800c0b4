//! Many declarations at once: what is sent, and the one report about it, whatever form they came in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{Declaration, MailObject, MarketedGood, SenderProfile};

/// What is to be done with a declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Event)]
pub enum DeclarationEvent {
    /// Kept as a draft.
    Draft,
    /// Stored final, with everything that follows by itself.
    Final,
    /// Sent to the own customs.
    ToCustoms,
    /// Sent to the destination post.
    ToPost,
}

impl DeclarationEvent {
    /// The names of all, which are those of the states they lead to as well.
    pub const NAMES: &[&str] = &["draft", "final", "toCustoms", "toPost"];

    /// The event of a name.
    pub fn named(name: &str) -> Option<Self> {
        let at = Self::NAMES.iter().position(|known| *known == name)?;
        [Self::Draft, Self::Final, Self::ToCustoms, Self::ToPost].get(at).copied()
    }
}

/// A declaration to store.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewDeclaration {
    pub mail_object: Option<MailObject>,
    pub declaration: Option<Declaration>,
    /// Final when absent.
    pub event: Option<DeclarationEvent>,
    /// What the item is called in the sender's own house: repeated by events about it. At most 64 characters.
    #[schema(max_length = 64)]
    pub external_reference: Option<String>,
    /// Where the events of the item are sent: under a callback host of yours. Not in ingestions.
    #[schema(max_length = 500)]
    pub callback_url: Option<String>,
}

/// A move of an item.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Movement {
    pub item_id: Option<String>,
    /// inbound, outbound or transit, as the caller sees it.
    pub flow: Option<String>,
    /// The destination outbound, the origin inbound and in transit.
    pub partner: Option<String>,
    /// 1 received from customer, 2 arrived at outward office, 10 departed it, 50 arrived at inward office, 52 departed it.
    pub mail_state: Option<i32>,
    /// Where a transit item goes.
    pub destination: Option<String>,
}

/// What an ingestion holds: the list of its kind, at most 100,000 entries. The list alone is taken as well.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewEntries {
    pub declarations: Option<Vec<NewDeclaration>>,
    /// Those with a number replace the goods that have it.
    pub goods: Option<Vec<MarketedGood>>,
    /// Each replaces the profile that has its reference.
    pub senders: Option<Vec<SenderProfile>>,
    pub movements: Option<Vec<Movement>>,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = FindingLevel)]
pub enum Weight {
    /// Worth knowing.
    Note,
    /// Taken all the same.
    Warning,
    /// The item is refused.
    Error,
}

/// What was found in what was sent. Holds no value of it but what is proposed instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileFinding {
    /// Of a sheet: the row, from 1, as spreadsheet programs count. Null where the whole file is meant.
    pub row: Option<u32>,
    /// Of a sheet: key of the column.
    pub column: Option<String>,
    /// Of a sheet: for example S17.
    pub cell: Option<String>,
    /// Of a list: position of the entry, from 0.
    pub index: Option<usize>,
    /// Of a list: JSON Pointer to the member.
    pub path: Option<String>,
    /// Id of the item, number of the goods, reference of the sender.
    pub item: Option<String>,
    pub code: String,
    pub level: Weight,
    /// What is wrong and what to do about it.
    pub message: String,
    /// What was probably meant.
    pub proposal: Option<String>,
}

/// What a file turned out to be.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Source {
    /// `xlsx`, `csv`, `json` or `ndjson`; XML is kept as JSON.
    pub format: String,
    /// Of a workbook.
    pub sheet: Option<String>,
    /// Of CSV.
    pub encoding: Option<String>,
    pub separator: Option<String>,
}

/// A file with what names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FileView {
    /// What it is called by who sent it: of a form its file name, else that of Content-Disposition.
    pub name: Option<String>,
    /// Digest of its bytes, in hexadecimal digits.
    pub sha256: String,
    #[serde(flatten)]
    pub source: Source,
}

/// How many entries there are of each outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// Not there before.
    pub new: u32,
    /// There before, otherwise.
    pub changed: u32,
    /// There before just so; nothing was stored.
    pub unchanged: u32,
    pub refused: u32,
    /// Findings that refuse nothing.
    pub warnings: u32,
}

/// The columns of a sheet.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ColumnsView {
    pub known: usize,
    /// Keys that are none.
    pub ignored: Vec<String>,
    /// Keys of templates that the file does not have.
    pub missing: Vec<String>,
}

/// What became of an item that was refused or changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IngestedItem {
    /// Its number in what was sent, from 0.
    pub index: u32,
    pub item: Option<String>,
    /// Of a sheet: its first and its last row.
    pub rows: Option<[u32; 2]>,
    /// `new`, `changed` or `refused`.
    pub outcome: String,
    /// Names of members that changed.
    pub changed: Vec<String>,
}

/// An ingestion: how far it is, and what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IngestionView {
    pub reference_id: Uuid,
    /// `declarations`, `goods`, `senders` or `movements`.
    pub kind: String,
    /// `waiting`, `running`, `done` or `failed` (nothing was taken).
    pub state: String,
    pub dry_run: bool,
    /// `wholeItems`: each item on its own; `all`: all or none.
    pub mode: String,
    pub file: FileView,
    /// RFC 3339.
    pub received_at: String,
    pub done_at: Option<String>,
    /// Of a sheet: rows of data read so far.
    pub rows: u32,
    /// Items done so far.
    pub items: u32,
    pub counts: Counts,
    /// Of a sheet.
    pub columns: Option<ColumnsView>,
    /// The first ones; the rest is at `links.findings`.
    pub findings: Vec<FileFinding>,
    /// Findings beyond those kept.
    pub more: u32,
    /// The first items that were refused or changed.
    pub items_detail: Vec<IngestedItem>,
    pub links: IngestionLinks,
}

/// Where the rest is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IngestionLinks {
    #[serde(rename = "self")]
    pub itself: String,
    pub findings: String,
    /// Of a sheet of which rows were refused: these, as a workbook.
    pub refused: Option<String>,
}

/// What was taken in, and where to ask for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IngestionReceipt {
    pub reference_id: Uuid,
    /// The same bytes were sent within the last day: this is the reference of then.
    pub repeated: bool,
    pub links: IngestionLinks,
}

/// Ingestions of an organization.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IngestionList {
    /// Newest first, at most 100.
    pub ingestions: Vec<IngestionView>,
}

/// A page of findings.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FindingPage {
    pub findings: Vec<FileFinding>,
    pub next_cursor: Option<String>,
}
