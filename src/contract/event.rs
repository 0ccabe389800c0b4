//! An event as it is published. Names and codes, never personal data, goods or amounts: who needs those reads the item.

use serde::{Deserialize, Serialize};
use utoipa::openapi::schema::{AnyOfBuilder, Schema};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};
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
    /// The post whose item it is; of what is about no item, whom it concerns.
    pub organization: String,
    /// The subscription that it is sent by.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscription: Option<String>,
    /// Its number among what is sent by that subscription, without gaps; the same when it is sent again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<i64>,
    /// Whether it is sent once more at its owner's wish.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replay: Option<bool>,
    /// True of a sample that was asked for: nothing happened.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<bool>,
    pub data: EventContent,
}

/// What an event is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum EventContent {
    Item(Box<EventData>),
    Notice(NoticeData),
}

/// Either of both; not exactly one, for members may be added to each.
impl PartialSchema for EventContent {
    fn schema() -> RefOr<Schema> {
        let of = |name: &str| Ref::from_schema_name(name);
        AnyOfBuilder::new().item(of(&EventData::name())).item(of(&NoticeData::name())).into()
    }
}

impl ToSchema for EventContent {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        for (name, schema) in [(EventData::name(), EventData::schema()), (NoticeData::name(), NoticeData::schema())] {
            schemas.push((name.into_owned(), schema));
        }
        EventData::schemas(schemas);
        NoticeData::schemas(schemas);
    }
}

/// What happened besides items: to a subscription, or a client's secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct NoticeData {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subscription: Option<String>,
    /// The OAuth2 client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
    /// What it is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Why, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Since when; RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// When it will end or be ended; RFC 3339.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
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
