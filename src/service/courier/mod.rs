//! Declarations of couriers: submitted and asked for under numbers of their own. A shipment that goes to another country is stored as
//! any declaration is; what is sent within one goes to no customs, and is kept as what was submitted alone.

mod admin;
pub(in crate::service) mod ids;
mod link;
mod model;
pub mod settings;

use crate::contract::canonical::{digest, to_canonical};
use crate::contract::courier::CourierDeclaration;
use crate::error::{Error, Finding, Findings, Result};
use crate::limits;
use crate::rules::courier::{DECLARATION_PATH, Goods, OBJECT_PATH, Shipment, Terms, documents, member_of};
use crate::rules::life_cycle::StoreEvent;
use crate::rules::structure::UNKNOWN_POST;
use crate::store::courier::CourierRow;
use crate::store::item::{Callback, Item, Parts};
use crate::store::text::StoredText;
use crate::store::types::{At, Id};
use crate::store::{Fault, Tx};

use super::catalogue::Catalogue;
use super::declare::{Declared, Made, apply, prepare};
use super::item::unit_of_work::UnitOfWork;
use super::oauth::courier_terms;
use super::prepared::Ready;
use super::rights::UseCase;
use super::{Actor, CourierTerms, Part, Services};

/// What became of a shipment that was submitted.
#[derive(Clone, Debug)]
pub enum Submitted {
    /// It is stored, now or since it was submitted first.
    Stored(Box<CourierDeclaration>),
    /// There is another one with its consignment note; holds that one's number.
    Taken(i64),
}

/// What a courier is told of how a declaration stands.
#[derive(Clone, Debug)]
pub struct CourierUpdate {
    pub declaration: CourierDeclaration,
    /// Stands for what it says, whatever its links are.
    pub digest: Vec<u8>,
    /// It is what the courier was told last.
    pub is_known: bool,
}

impl Services {
    /// Whether couriers know a country by this code of three letters.
    pub fn is_alpha3(&self, code: &str) -> bool {
        self.catalogue().country_by_alpha3(code).is_some()
    }

    /// Stores a shipment; links in the answer begin with `base`. The same shipment again is the declaration that it became.
    ///
    /// # Errors
    /// Everything that is wrong with it, by the names of its own members.
    pub async fn submit_shipment(
        &self,
        actor: &Actor,
        shipment: Shipment,
        callback: Option<Callback>,
        base: &str,
    ) -> Result<Submitted> {
        actor.check(UseCase::Declare)?;
        actor.own_post(None)?;
        let request = to_canonical(&shipment);
        let (org, note, digest) = (actor.org.clone(), shipment.consignment_note.clone(), digest(&request));
        let known = self.store.read(move |tx| tx.courier_declaration_noted(&org, &note)).await?;
        if let Some(row) = known {
            return self.submitted_before(actor, row, &digest, base).await;
        }
        let goods = shipment.goods.clone();
        let ready = self.ready(actor, &shipment, callback).map_err(|error| in_members(error, &goods))?;
        let id = self.next_courier_id(&actor.org).await?;
        let row = CourierRow {
            org: actor.org.clone(),
            id,
            consignment_note: shipment.consignment_note,
            object_pid: None,
            kind: goods.kind(),
            client: actor.client.clone(),
            request: StoredText::new(request),
            digest: digest.clone(),
            notified: None,
            created_at: At(self.clock.now()),
        };
        let (services, by) = (self.clone(), actor.clone());
        let store = move |tx: &mut Tx<'_>| {
            if let Some(row) = tx.courier_declaration_noted(&row.org, &row.consignment_note)? {
                return Ok(Err(row));
            }
            let catalogue = services.catalogue();
            let object_pid =
                ready.as_ref().map(|ready| store_item(&services, tx, &by, &catalogue, ready)).transpose()?;
            let row = CourierRow { object_pid, ..row.clone() };
            tx.add_courier_declaration(&row)?;
            let declaration = model::declaration(tx, &catalogue, &by, &row)?;
            tx.note_courier_notified(&row.org, row.id, &model::digest_of(&declaration))?;
            Ok(Ok((row, declaration)))
        };
        let stored = self.store.write(store).await.map_err(|error| in_members(error, &goods))?;
        match stored {
            Ok((row, declaration)) => {
                self.notify_outbox();
                self.note_activity(Part::Declaration);
                Ok(Submitted::Stored(Box::new(self.with_link(&row, declaration, actor.courier, base))))
            }
            Err(row) => self.submitted_before(actor, row, &digest, base).await,
        }
    }

    /// The declaration with a number, as it stands.
    ///
    /// # Errors
    /// 404 when the caller has none.
    pub async fn shipment(&self, actor: &Actor, id: i64, base: &str) -> Result<CourierDeclaration> {
        actor.check(UseCase::SeeItems)?;
        actor.own_post(None)?;
        let org = actor.org.clone();
        let row = self.store.read(move |tx| tx.courier_declaration(&org, id)).await?;
        self.shipment_shown(actor, row.ok_or(ABSENT)?, base).await
    }

    /// What the courier of an item is to be told; none where no courier submitted it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn courier_update(&self, actor: &Actor, pid: Id, base: &str) -> Result<Option<CourierUpdate>> {
        actor.check(UseCase::SeeItems)?;
        let (services, by, base) = (self.clone(), actor.clone(), base.to_owned());
        self.store
            .read(move |tx| {
                let Some(row) = tx.courier_declaration_of(&by.org, pid)? else { return Ok(None) };
                let client = row.client.as_deref().map(|id| tx.client(id)).transpose()?.flatten();
                let terms = client.as_ref().map(courier_terms).unwrap_or_default();
                let declaration = model::declaration(tx, &services.catalogue(), &by, &row)?;
                let digest = model::digest_of(&declaration);
                let is_known = row.notified.as_ref() == Some(&digest);
                Ok(Some(CourierUpdate {
                    declaration: services.with_link(&row, declaration, terms, &base),
                    digest,
                    is_known,
                }))
            })
            .await
    }

    /// The item whose document a link leads to, and whose it is.
    ///
    /// # Errors
    /// 404 for a link that leads nowhere, or does so no longer.
    pub async fn linked_item(&self, link: &str) -> Result<(Actor, Id)> {
        let linked = link::linked(&self.vault, link, self.clock.now());
        let (org, id) = linked.ok_or(Error::Absent { what: "document" })?;
        let actor = self.actor_for(&org).await.map_err(|_| Error::Absent { what: "document" })?;
        let row = self.store.read(move |tx| tx.courier_declaration(&org, id)).await?;
        let pid = row.and_then(|row| row.object_pid).ok_or(Error::Absent { what: "document" })?;
        Ok((actor, pid))
    }

    async fn submitted_before(&self, actor: &Actor, row: CourierRow, digest: &[u8], base: &str) -> Result<Submitted> {
        if row.digest != digest {
            return Ok(Submitted::Taken(row.id));
        }
        Ok(Submitted::Stored(Box::new(self.shipment_shown(actor, row, base).await?)))
    }

    async fn shipment_shown(&self, actor: &Actor, row: CourierRow, base: &str) -> Result<CourierDeclaration> {
        let (catalogue, by, of) = (self.catalogue(), actor.clone(), row.clone());
        let declaration = self.store.read(move |tx| model::declaration(tx, &catalogue, &by, &of)).await?;
        Ok(self.with_link(&row, declaration, actor.courier, base))
    }

    fn with_link(
        &self,
        row: &CourierRow,
        declaration: CourierDeclaration,
        terms: CourierTerms,
        base: &str,
    ) -> CourierDeclaration {
        let has_document = terms.document_links && row.object_pid.is_some();
        let link = has_document.then(|| link::link(&self.vault, &row.org, row.id, self.clock.now())).flatten();
        let cover_note_url = link.map_or_else(String::new, |path| format!("{base}{path}"));
        CourierDeclaration { cover_note_url, ..declaration }
    }

    /// The declaration that a shipment becomes, checked; none for what is sent within a country.
    fn ready(&self, actor: &Actor, shipment: &Shipment, callback: Option<Callback>) -> Result<Option<Ready>> {
        let catalogue = self.catalogue();
        let settings = &catalogue.settings(&actor.org).courier;
        let Some(currency) = settings.currency.as_deref() else {
            let message = "the operator of this server has to say what couriers have agreed on: `admin courier set`";
            return Err(Error::invalid("unconfigured", "", message));
        };
        let country = |alpha3: &str| {
            let found = catalogue.country_by_alpha3(alpha3);
            found.ok_or_else(|| Error::Internal("a country of a shipment is not known".into()))
        };
        let (from, to) = (country(&shipment.from_country)?, country(&shipment.to_country)?);
        if from == to {
            return Ok(None);
        }
        // What comes in to the courier's own country is bound for the courier itself.
        let post = |country| catalogue.only_post_of(country).filter(|post| *post != actor.org).unwrap_or(UNKNOWN_POST);
        let (origin, destination) =
            if to == actor.country { (post(from), actor.org.as_str()) } else { (actor.org.as_str(), post(to)) };
        let (object, declaration) = documents(
            shipment,
            &Terms {
                origin,
                destination,
                from,
                to,
                zone: actor.zone,
                currency,
                mail_class: &settings.mail_class,
                nature: &settings.nature,
                commodities: &settings.commodities,
            },
        );
        let declared = Declared {
            object: Some(object),
            declaration: Some(declaration),
            event: StoreEvent::Final,
            object_path: OBJECT_PATH.into(),
            declaration_path: DECLARATION_PATH.into(),
            external_reference: None,
            ingestion: None,
            callback,
            found: Findings::default(),
        };
        prepare(self, actor, declared).map(Some)
    }

    async fn next_courier_id(&self, org: &str) -> Result<i64> {
        if let Some(id) = self.courier_ids.next(org) {
            return Ok(id);
        }
        let of_org = org.to_owned();
        let first = self.store.write(move |tx| tx.take_courier_ids(&of_org, limits::COURIER_IDS)).await?;
        self.courier_ids.put(org, first + 1..first + limits::COURIER_IDS);
        Ok(first)
    }
}

const ABSENT: Error = Error::Absent { what: "declaration" };

/// Stores the declaration of an item that was not declared before.
fn store_item(
    services: &Services,
    tx: &mut Tx<'_>,
    actor: &Actor,
    catalogue: &Catalogue,
    ready: &Ready,
) -> Result<Id, Fault> {
    let user_created = services.ensure_user(tx, actor)?;
    let keys = std::iter::once(&ready.key);
    let mut unit = UnitOfWork::load(tx, catalogue, &actor.org, keys, Parts::Declaration)?;
    let mut pid = None;
    unit.change(tx, &ready.key, |tx, item: &mut Item| {
        if item.declaration().is_some() {
            let message = "an item with this id was declared by other means; amend it there";
            return Err(Error::Conflict(Finding::new("taken", "object.Id", message).into()).into());
        }
        pid = Some(item.object.pid);
        apply(tx, catalogue, item, ready, user_created, &mut Made::default())
    })?;
    unit.save(tx, &actor.stamp())?;
    pid.ok_or_else(|| Error::Internal("a shipment became no item".into()).into())
}

/// The same error by the names of the courier's own members. A fault of what has no name there says what it is about.
fn in_members(error: Error, goods: &Goods) -> Error {
    let renamed = |finding: Finding| match (finding.path.as_str(), member_of(&finding.path, goods)) {
        ("userCd", _) => Finding { path: "user".into(), ..finding },
        (_, Some(path)) => Finding { path, ..finding },
        ("", None) => finding,
        (_, None) => {
            let message = format!("{}: {}", finding.path, finding.message);
            Finding { path: String::new(), message, ..finding }
        }
    };
    match error {
        Error::Invalid(findings) => Error::Invalid(findings.each(renamed)),
        Error::Conflict(findings) => Error::Conflict(findings.each(renamed)),
        other => other,
    }
}
