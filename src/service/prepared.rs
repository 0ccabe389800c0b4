//! A declaration as it is before the transaction that stores it: checked, judged, written canonically.

use super::item::identity::{self, Key};
use super::judgement::Judgement;
use crate::contract::canonical::{digest, to_canonical};
use crate::contract::{DeclarationData, Entity, MailObject};
use crate::rules::life_cycle::StoreEvent;
use crate::rules::structure::given;
use crate::store::item::{ItemPlace, ItemReference};
use crate::store::text::StoredText;

/// A declaration checked and written canonically, outside the transaction.
#[derive(Clone, Debug)]
pub(super) struct Ready {
    pub object: MailObject,
    pub key: Key,
    pub event: StoreEvent,
    pub entity: Entity,
    pub customs: Option<String>,
    pub content: Content,
    pub object_path: String,
    pub declaration_path: String,
    /// What the item is called, and what it comes with.
    pub reference: ItemReference,
}

/// What a declaration says, written canonically, with what is kept of it in columns.
#[derive(Clone, Debug)]
pub(super) struct Content {
    pub body: StoredText,
    pub digest: Vec<u8>,
    pub sender_zip: Option<String>,
    pub recipient_zip: Option<String>,
    pub sender_country: Option<String>,
    pub recipient_country: Option<String>,
    pub judgement: Judgement,
    /// What the item lies in, by its extra fields.
    pub place: ItemPlace,
}

/// The receptacle and the despatch that a declaration names.
fn place_of(data: &DeclarationData) -> ItemPlace {
    let named = |name: &str| {
        let at = data.extra_field_names.iter().position(|known| known.as_deref().map(str::trim) == Some(name))?;
        data.extra_field_values.get(at)?.as_deref().map(str::trim).filter(|id| !id.is_empty())
    };
    ItemPlace::new(named("EP.ReceptacleId"), named("EP.DespatchId"))
}

impl Content {
    pub(super) fn body(&self) -> &str {
        &self.body
    }

    /// The same judgement of other data.
    pub(super) fn of_data(&self, data: &DeclarationData) -> Self {
        Self::of(data, self.judgement.clone())
    }

    /// The same with the finding that its sender's name for it is that of another version.
    pub(super) fn of_reused_name(&self, message: &str) -> Self {
        Self { judgement: self.judgement.of_reused_name(message), ..self.clone() }
    }

    pub(super) fn of(data: &DeclarationData, judgement: Judgement) -> Self {
        let body = to_canonical(data);
        Self {
            digest: digest(&body),
            body: body.into(),
            place: place_of(data),
            sender_zip: given(&data.sender_zip).map(identity::comparable_zip),
            recipient_zip: given(&data.recipient_zip).map(identity::comparable_zip),
            sender_country: given(&data.sender_country_cd).map(str::to_owned),
            recipient_country: given(&data.recipient_country_cd).map(str::to_owned),
            judgement,
        }
    }
}
