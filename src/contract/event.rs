//! An event as it is published. Names and codes, never personal data, goods or amounts: who needs those reads the item.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// What happened to an item. Members may be added; types that are not known are to be passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventView {
    /// The same however often the event is read, sent or derived.
    pub id: String,
    pub r#type: &'static str,
    pub subtype: Option<String>,
    /// RFC 3339.
    pub timestamp: String,
    /// The post whose item it is.
    pub organization: String,
    pub data: EventData,
}

/// The item that something happened to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventData {
    pub item_id: String,
    pub p_id: Uuid,
    /// Rises with every event of the item; what is left out is not the caller's to see.
    pub item_sequence: i32,
    /// I inbound, O outbound, T transit.
    pub flow: &'static str,
    pub orig_post: String,
    pub dest_post: String,
    pub partner_country: Option<String>,
    pub mail_class: Option<String>,
    /// The office that the item was moved at last by then.
    pub office: Option<String>,
    /// The version of the document that it is about.
    pub version: Option<i32>,
    /// Of `light.changed`.
    pub light: Option<EventLight>,
    pub links: EventLinks,
}

/// A light that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventLight {
    /// Green, Amber or Red.
    pub is: &'static str,
    /// The light before; null where it is the first, or the item came to another office.
    pub was: Option<&'static str>,
    /// Codes of the reasons.
    pub reasons: Vec<&'static str>,
    /// True for green alone.
    pub may_proceed: bool,
    /// The light informs; who hands the item over answers for it.
    pub binding: bool,
}

/// Where to read on. Each needs a token: an address is no permission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventLinks {
    #[serde(rename = "self")]
    pub this: String,
    pub declaration: String,
    pub light: String,
}

/// A page of events.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventList {
    pub events: Vec<EventView>,
    /// The cursor of what comes next; always there.
    pub next: String,
    /// More is there already.
    pub more: bool,
}

/// Who reads events under a name of its own.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReaderView {
    pub name: String,
    /// When it acknowledged last; RFC 3339.
    pub updated_at: String,
}

/// The readers of an organization.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReaderList {
    /// By name.
    pub readers: Vec<ReaderView>,
}
