//! What the own surface shows around the contract's documents. Members are in camel case here, unlike those of the contract.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::item_status::CheckItemStatusResult;
use super::{Declaration, MailObject, ReferralDialogue, Response};

/// What storing a declaration made of its item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// Persistent id of the item.
    pub p_id: Uuid,
    pub item_id: String,
    /// Number of the declaration's version; 0 where none is left.
    pub version: i32,
    /// 1 draft, 2 final, 6 sent to customs, 7 sent to the destination post; 0 where none is left.
    pub state: i32,
    /// `created`, `changed`, `unchanged`, `withdrawn` or `deleted`.
    pub outcome: String,
    /// The entity tag, without its quotes.
    pub tag: String,
}

/// The light of an item with everything that speaks for its colour.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LightView {
    /// Green, Amber or Red. What is not known is never green.
    pub light: &'static str,
    /// Only what is green may leave.
    pub may_proceed: bool,
    /// What has to be done when it leaves, for example `DUE_ON_DELIVERY`.
    pub conditions: Vec<&'static str>,
    /// Gravest first.
    pub reasons: Vec<LightReason>,
    /// Whether the post says that its light binds who handles its items; otherwise it informs.
    pub binding: bool,
}

/// One reason of the light.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LightReason {
    pub code: &'static str,
    pub light: &'static str,
    pub text: String,
}

impl LightView {
    /// What a status says of the light; whether it binds is the post's to say.
    pub fn of(status: &CheckItemStatusResult, binding: bool) -> Self {
        let reason = |reason: &super::item_status::StatusReason| LightReason {
            code: reason.code,
            light: reason.light,
            text: reason.text.clone().into_owned(),
        };
        let may_proceed = status.light == "Green";
        let is_due = may_proceed && status.reasons.iter().any(|reason| reason.code == "CLEARED_DUE");
        Self {
            light: status.light,
            may_proceed,
            conditions: if is_due { vec!["DUE_ON_DELIVERY"] } else { Vec::new() },
            reasons: status.reasons.iter().map(reason).collect(),
            binding,
        }
    }
}

/// A text as one part of an address.
pub fn segment(text: &str) -> String {
    let mut part = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => part.push(byte.into()),
            _ => part.push_str(&format!("%{byte:02X}")),
        }
    }
    part
}

/// The light of an id, for who asks whether an item may go on.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemLight {
    pub item_id: String,
    /// Persistent id of the item; null where nothing is known under the id.
    pub p_id: Option<Uuid>,
    #[serde(flatten)]
    pub light: LightView,
    /// With `vocabulary=nxtport`: `released` or `notreleased`, as terminals of that platform know it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<&'static str>,
    /// Rises with everything that happens to the item.
    pub item_sequence: Option<i32>,
    /// The office that it was moved at last; told to clients that act for some offices only.
    pub office: Option<String>,
    pub notice: &'static str,
    pub links: LightLinks,
}

/// A vocabulary in which lights are told besides their own.
pub const NXTPORT: &str = "nxtport";

impl ItemLight {
    /// The same in a vocabulary as well. What they call orange may leave with a duty attached; nothing that may not proceed here is
    /// ever called released.
    #[must_use]
    pub fn in_vocabulary(self, vocabulary: Option<&str>) -> Self {
        let value = if self.light.may_proceed { "released" } else { "notreleased" };
        Self { value: (vocabulary == Some(NXTPORT)).then_some(value), ..self }
    }
}

/// Where to read on.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LightLinks {
    #[serde(rename = "self")]
    pub this: String,
    pub history: Option<String>,
}

/// The lights of many ids.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManyLights {
    pub summary: LightSummary,
    /// In the order asked.
    pub items: Vec<ItemLight>,
}

/// How many there are of each colour.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LightSummary {
    pub green: usize,
    pub amber: usize,
    pub red: usize,
}

impl LightSummary {
    /// Counts lights by their names.
    pub fn of<'n>(lights: impl Iterator<Item = &'n str> + Clone) -> Self {
        let count = |colour: &str| lights.clone().filter(|light| *light == colour).count();
        Self { green: count("Green"), amber: count("Amber"), red: count("Red") }
    }
}

impl ManyLights {
    /// Lights with how many there are of each colour.
    pub fn of(items: Vec<ItemLight>) -> Self {
        Self { summary: LightSummary::of(items.iter().map(|item| item.light.light)), items }
    }

    /// The same in a vocabulary as well.
    #[must_use]
    pub fn in_vocabulary(self, vocabulary: Option<&str>) -> Self {
        Self { items: self.items.into_iter().map(|item| item.in_vocabulary(vocabulary)).collect(), ..self }
    }
}

/// How the light of an item changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LightHistory {
    pub p_id: Uuid,
    pub item_id: String,
    /// Oldest first.
    pub changes: Vec<LightPeriod>,
}

/// One change of a light.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LightPeriod {
    /// RFC 3339; from then on.
    pub at: String,
    /// The light before; null where it is the first.
    pub was: Option<String>,
    pub is: String,
    /// Codes of the reasons, the gravest first.
    pub reasons: Vec<String>,
    /// What changed it, as the history calls it.
    pub event: &'static str,
    /// The organization that did; - is the server itself.
    pub by: String,
}

/// An item with everything that is said of it. For the description of the surface only: documents are spliced as stored.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemDocument {
    /// Persistent id of the item.
    pub p_id: Uuid,
    pub item_id: String,
    /// The post whose item it is.
    pub post: String,
    /// Number of the declaration's version; 0 where there is none to be seen.
    pub version: i32,
    /// What its post calls it in its own house; shown to the post alone.
    pub external_reference: Option<String>,
    pub mail_object: MailObject,
    pub declaration: Option<Declaration>,
    /// Of the customs of `post`.
    pub response: Option<Response>,
    /// Of the destination's customs.
    pub dc_response: Option<Response>,
    pub states: ItemStates,
    pub light: LightView,
    /// What was asked about it, and answered.
    pub referrals: Option<ReferralDialogue>,
    pub links: ItemLinks,
}

/// An item in a list. For the description only, too.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ListedItem {
    pub p_id: Uuid,
    pub item_id: String,
    pub post: String,
    pub version: i32,
    /// What its post calls it in its own house; shown to the post alone.
    pub external_reference: Option<String>,
    pub mail_object: MailObject,
    pub declaration: Option<Declaration>,
    pub response: Option<Response>,
    pub dc_response: Option<Response>,
    pub states: ListedStates,
    pub links: ListedLinks,
}

/// Where an item stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemStates {
    /// 1 draft, 2 final, 6 sent to customs, 7 sent to the destination post.
    pub declaration: Option<i32>,
    /// 1 received from customer, 2 arrived at outward office, 10 departed it, 50 arrived at inward office, 52 departed it.
    pub mail: Option<i32>,
    /// NOT_SENT, SENT, ACKED, HOLD, CLEARED, CLEARED_DUE, REFUSED, DETAINED.
    pub fiscal: Option<String>,
    /// NONE, DECLARED, ASSESSING, REFERRED_DATA, REFERRED_SCREEN, OK_TO_LOAD, STOPPED, DESPATCHED, CANCELLED.
    pub security: Option<String>,
}

/// The same without what has to be judged.
#[derive(Serialize, ToSchema)]
pub struct ListedStates {
    pub declaration: Option<i32>,
    pub mail: Option<i32>,
}

/// Where the rest is.
#[derive(Serialize, ToSchema)]
pub struct ItemLinks {
    #[serde(rename = "self")]
    pub itself: String,
    pub history: String,
    pub documents: String,
}

/// Where the whole is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ListedLinks {
    #[serde(rename = "self")]
    pub itself: String,
}

/// What happened to an item.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryView {
    pub p_id: Uuid,
    pub item_id: String,
    /// Oldest first.
    pub events: Vec<HistoryEntry>,
}

/// One event of a history.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    /// Number within the history of the item; of others' drafts nothing is told, so numbers may be left out.
    pub seq: i32,
    /// RFC 3339.
    pub at: String,
    /// For example `declaration.final`.
    pub event: String,
    /// Who did it.
    pub organization: String,
    /// Of the own organization only.
    pub user: Option<String>,
    pub office: Option<String>,
    pub client: Option<String>,
    /// `declaration`, `response` or `dcresponse`, where a version was made.
    pub document: Option<String>,
    pub version: Option<i32>,
    /// Names of members that changed, for example `declaration.GrossWeight`.
    pub changed: Vec<String>,
    /// Why it was withdrawn.
    pub reason: Option<String>,
    /// Where it was bound for before it was redirected.
    pub from: Option<String>,
    pub to: Option<String>,
    /// The rule of customs that answered.
    pub rule: Option<String>,
    pub referral_cd: Option<String>,
    pub referral_id: Option<String>,
}

/// A version of a declaration. For the description only.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct VersionView {
    pub p_id: Uuid,
    pub item_id: String,
    pub version: i32,
    /// Whether it is the one that stands.
    pub current: bool,
    pub data: super::DeclarationData,
}

/// What was made of an item, with how many findings did not refuse it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StoredView {
    #[serde(flatten)]
    pub receipt: Receipt,
    pub warnings: u32,
    pub links: ListedLinks,
}

/// What became of the entries of a batch, in the order sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BatchView {
    pub outcomes: Vec<OutcomeView>,
}

/// What became of one entry.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OutcomeView {
    pub index: usize,
    pub item_id: Option<String>,
    /// `stored`, `unchanged` or `refused`.
    pub outcome: String,
    pub errors: Vec<FaultView>,
    /// Errors beyond those listed.
    pub more: usize,
}

/// One fault of what was sent.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FaultView {
    pub code: String,
    /// JSON Pointer to the member.
    pub path: String,
    pub message: String,
    /// `warn`, `amber` or `reject`.
    pub level: String,
}

/// What the checks say of a declaration that is not stored.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct JudgedView {
    /// Whether it could be stored.
    pub valid: bool,
    /// 0 to 100; absent where it is refused.
    pub score: Option<i32>,
    pub findings: Vec<FaultView>,
    /// Findings beyond those listed.
    pub more: usize,
}

/// A page of items. For the description only.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ItemPage {
    pub items: Vec<ListedItem>,
    /// Where the next page begins; null on the last one. The Link header has the whole address.
    pub next_cursor: Option<String>,
}

/// The documents that an item can be printed as.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentList {
    pub documents: Vec<DocumentLink>,
}

/// One document.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DocumentLink {
    pub name: String,
    pub title: String,
    pub href: String,
    pub media_type: String,
}

/// What a copy was made.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CopyView {
    /// The draft, where an item id was given.
    pub declaration: Option<StoredView>,
    /// Id of the anonymous declaration, where none was.
    pub anonymous_id: Option<String>,
}

/// The status of items, in the order asked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct StatusList {
    pub summary: LightSummary,
    pub items: Vec<CheckItemStatusResult>,
}

/// Something was put on an item.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MadeView {
    pub p_id: Uuid,
    pub item_id: String,
    pub links: ListedLinks,
}

/// What storing made of an entry of the catalogue.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct OfferReceipt {
    /// Number of goods, id of a service, reference of a sender.
    pub id: String,
    /// `created`, `changed` or `unchanged`.
    pub outcome: String,
    /// The entity tag, without its quotes.
    pub tag: String,
}

/// A page of goods. For the description only.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GoodPage {
    pub goods: Vec<super::commerce::OfferedGood>,
    pub next_cursor: Option<String>,
}

/// Services between two posts. For the description only.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ServicePage {
    pub services: Vec<super::PostalService>,
    pub next_cursor: Option<String>,
}

/// The lists that there are.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ListNames {
    pub lists: Vec<ListName>,
}

/// One list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ListName {
    pub name: String,
    pub href: String,
}

/// A list. For the description only.
#[derive(Serialize, ToSchema)]
pub struct CodeList {
    pub name: String,
    pub entries: Vec<CodeEntry>,
}

/// An entry of a list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct CodeEntry {
    pub code: String,
    pub name: String,
    /// Of decisions and reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
}

/// HS codes for goods, best first. For the description only.
#[derive(Serialize, ToSchema)]
pub struct HsCodes {
    pub codes: Vec<super::HSLookupInfo>,
}

/// What a destination and the UPU have against goods. For the description only.
#[derive(Serialize, ToSchema)]
pub struct RestrictionList {
    pub restrictions: Vec<super::RestrictionProhibition>,
}

/// What is asked of a declaration today on a lane.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Requirements {
    pub from: String,
    pub to: String,
    pub class: Option<String>,
    /// The day it is true of.
    pub on: String,
    /// What an item of the class may weigh at most, in kilograms; null where no class is given or none is known.
    pub max_weight_kg: Option<String>,
    /// Strictest first.
    pub rules: Vec<Requirement>,
    /// How many kinds of goods the destination, or the UPU, forbids.
    pub prohibitions: usize,
    /// How many it restricts.
    pub restrictions: usize,
}

/// One rule.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Requirement {
    pub rule: String,
    /// `reject`: mandatory, a final declaration is refused without; `amber` and `warn`: asked for.
    pub level: String,
    /// What is asked for.
    pub asks: String,
}
