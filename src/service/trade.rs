//! What posts offer: LoadMarketedGood, StoreMarketedGood, LoadPostalServices, StorePostalService.
//!
//! Readers see what is valid now and offered to everyone or to them; a seller sees its own goods besides.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::catalogue::Catalogue;
use super::cursor::{binding, cut, page_size};
use super::idempotency::once;
use super::lookup::{contracts, country};
use super::rights::UseCase;
use super::{Actor, Answer, IfVersion, RequestKey, Services};
use crate::contract::canonical::{digest, hex, to_canonical};
use crate::contract::own::OfferReceipt;
use crate::contract::{Entity, MarketedGood, PostalService, WcfDate};
use crate::domain::{RecordEventKind, RecordKind};
use crate::error::{Error, Result};
use crate::limits;
use crate::refdata::search::restriction::Route;
use crate::rules::structure::{UNKNOWN_POST, given};
use crate::rules::trade as rules;
use crate::store::Fault;
use crate::store::Tx;
use crate::store::record_history::RecordEvent;
use crate::store::trade::{GoodFilter, GoodRow, ServiceRow};
use crate::store::types::{At, Id};

/// Which goods to load.
#[derive(Clone, Debug, Default)]
pub struct GoodQuery {
    pub seller: Option<String>,
    pub buyer: Option<String>,
    /// Also own goods that are not valid now.
    pub with_invalid: bool,
    /// With what the country of the buyer (else of the caller) has against the goods.
    pub with_restrictions: bool,
    pub limit: Option<i32>,
    pub cursor: Option<String>,
}

/// A page of goods as JSON.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub goods: Vec<String>,
    pub next_cursor: Option<String>,
}

/// An offer of the caller's own as JSON, with the tag of its version.
#[derive(Clone, Debug)]
pub struct Offer {
    pub text: String,
    pub tag: String,
}

impl Offer {
    /// # Errors
    /// When what is stored cannot be read.
    fn read<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_str(&self.text)
            .map_err(|error| Error::Internal(format!("a stored offer cannot be read: {error}")))
    }
}

/// What the version of an offer is called.
fn tag_of(digest: &[u8]) -> String {
    hex(&digest[..digest.len().min(8)])
}

/// What storing made of an offer.
fn receipt(id: &str, digest: &[u8], outcome: &str) -> Answer {
    let receipt = OfferReceipt { id: id.to_owned(), outcome: outcome.to_owned(), tag: tag_of(digest) };
    Answer::of(to_canonical(&receipt))
}

/// # Errors
/// 404 for an offer that is not there, 412 for one that was changed since.
fn check_version(digest: Option<&[u8]>, if_version: &IfVersion) -> Result<(), Fault> {
    let digest = digest.ok_or(Error::Absent { what: "offer" })?;
    if if_version.is(&tag_of(digest)) { Ok(()) } else { Err(Error::Changed.into()) }
}

/// The span in which an offer holds, ended now.
fn ended(from: Option<WcfDate>, to: Option<WcfDate>, now: WcfDate) -> (Option<WcfDate>, Option<WcfDate>) {
    let to = to.map_or(now, |to| to.min(now));
    (from.map(|from| from.min(to)), Some(to))
}

impl Services {
    /// Stores goods of the caller: new without a number (or with 0), else under it.
    ///
    /// # Errors
    /// 400 with findings, and for a change state that does not fit; 401 for customs and for another seller.
    pub async fn store_good(&self, actor: &Actor, good: MarketedGood, key: Option<RequestKey>) -> Result<Answer> {
        actor.check(UseCase::Offer)?;
        self.put_good(actor, good, None, key).await
    }

    /// Changes goods of the caller that have a number.
    ///
    /// # Errors
    /// Like [`Self::store_good`]; 404 when there are none with the number, 412 when they were changed since.
    pub async fn change_good(
        &self,
        actor: &Actor,
        number: i32,
        good: MarketedGood,
        if_version: IfVersion,
        key: Option<RequestKey>,
    ) -> Result<Answer> {
        actor.check(UseCase::Offer)?;
        let good = MarketedGood { reference_id: Some(number), ..good };
        self.put_good(actor, good, Some(if_version), key).await
    }

    /// Goods of the caller by their number.
    ///
    /// # Errors
    /// 404 when there are none; 401 for customs.
    pub async fn good(&self, actor: &Actor, number: i32) -> Result<Offer> {
        let seller = actor.own_post(None)?.to_owned();
        let found = self.store.read(move |tx| tx.good(&seller, number)).await?;
        let row = found.ok_or(Error::Absent { what: "offer" })?;
        Ok(Offer { tag: tag_of(&row.digest), text: row.body })
    }

    /// Ends goods of the caller now.
    ///
    /// # Errors
    /// 404 when there are none with the number, 412 when they were changed since.
    pub async fn end_good(&self, actor: &Actor, number: i32, if_version: IfVersion) -> Result<Answer> {
        actor.check(UseCase::Offer)?;
        let mut good: MarketedGood = self.good(actor, number).await?.read()?;
        (good.valid_from, good.valid_to) = ended(good.valid_from, good.valid_to, WcfDate::new(self.clock.now()));
        self.change_good(actor, number, good, if_version, None).await
    }

    async fn put_good(
        &self,
        actor: &Actor,
        good: MarketedGood,
        if_version: Option<IfVersion>,
        key: Option<RequestKey>,
    ) -> Result<Answer> {
        let warnings = u32::from(rules::has_unknown_code(&good));
        let (good, actor) = (checked_good(&self.catalogue(), actor, good)?, actor.clone());
        let answer = self.store.write(move |tx| {
            once(tx, &actor, key.as_ref(), |tx| {
                if let (Some(if_version), Some(number)) = (&if_version, good.reference_id) {
                    let old = tx.good(&actor.org, number)?;
                    check_version(old.as_ref().map(|old| old.digest.as_slice()), if_version)?;
                }
                let mut batch = GoodsBatch::of(&actor.org);
                let placed = batch.place(tx, &good)?;
                batch.save(tx, &actor)?;
                let answer = receipt(&placed.number.to_string(), &placed.digest, placed.outcome.word());
                Ok(Answer { warnings, ..answer })
            })
        });
        answer.await
    }

    /// Goods of a seller, or offered to a buyer, that the caller may see.
    ///
    /// # Errors
    /// 400 when neither is named or the cursor does not fit.
    pub async fn goods(&self, actor: &Actor, query: GoodQuery) -> Result<Page> {
        if query.seller.is_none() && query.buyer.is_none() {
            let message = "name the seller, the buyer or both";
            return Err(Error::invalid("required", "sellerOrganizationCd", message));
        }
        let filter = GoodFilter {
            seller: query.seller,
            buyer: query.buyer,
            viewers: std::iter::once(&actor.org).chain(&actor.posts).cloned().collect(),
            with_invalid: query.with_invalid,
        };
        let bound = binding(&format!("{} goods {filter:?}", actor.org));
        let after = query.cursor.as_deref().map(|text| place(text, bound)).transpose()?;
        let limit = page_size(query.limit, limits::LOAD_DEFAULT, limits::LOAD_MAX);
        let (catalogue, today) = (self.catalogue(), self.today());
        let (with_restrictions, own_country) = (query.with_restrictions, actor.country.clone());
        self.store
            .read(move |tx| {
                let mut rows = tx.goods(&filter, after.as_ref(), limit + 1)?;
                let next_cursor = cut(&mut rows, limit).map(|row| cursor(row, bound));
                let mut goods: Vec<String> = rows.into_iter().map(|row| row.body).collect();
                if with_restrictions {
                    let destination = match &filter.buyer {
                        Some(buyer) => country(tx, &catalogue, "buyerOrganizationCd", buyer)?,
                        None => own_country.clone(),
                    };
                    goods.iter_mut().for_each(|good| screen(&catalogue, good, &destination, today));
                }
                Ok(Page { goods, next_cursor })
            })
            .await
    }

    /// Stores a postal service of the caller: new without an id, else under it.
    ///
    /// # Errors
    /// 400 with findings, and for a change state that does not fit; 401 for customs and for another origin.
    pub async fn store_service(
        &self,
        actor: &Actor,
        service: PostalService,
        key: Option<RequestKey>,
    ) -> Result<Answer> {
        actor.check(UseCase::Offer)?;
        self.put_service(actor, service, None, key).await
    }

    /// Changes a service of the caller that has an id.
    ///
    /// # Errors
    /// Like [`Self::store_service`]; 404 when there is none with the id, 412 when it was changed since.
    pub async fn change_service(
        &self,
        actor: &Actor,
        id: Uuid,
        service: PostalService,
        if_version: IfVersion,
        key: Option<RequestKey>,
    ) -> Result<Answer> {
        actor.check(UseCase::Offer)?;
        let service = PostalService { service_id: Some(id), ..service };
        self.put_service(actor, service, Some(if_version), key).await
    }

    /// A service of the caller by its id.
    ///
    /// # Errors
    /// 404 when there is none; 401 for customs.
    pub async fn postal_service(&self, actor: &Actor, id: Uuid) -> Result<Offer> {
        let origin = actor.own_post(None)?.to_owned();
        let found = self.store.read(move |tx| tx.postal_service(&origin, Id(id))).await?;
        let row = found.ok_or(Error::Absent { what: "offer" })?;
        Ok(Offer { tag: tag_of(&row.digest), text: row.body })
    }

    /// Ends a service of the caller now.
    ///
    /// # Errors
    /// 404 when there is none with the id, 412 when it was changed since.
    pub async fn end_service(&self, actor: &Actor, id: Uuid, if_version: IfVersion) -> Result<Answer> {
        actor.check(UseCase::Offer)?;
        let mut service: PostalService = self.postal_service(actor, id).await?.read()?;
        (service.valid_from, service.valid_to) =
            ended(service.valid_from, service.valid_to, WcfDate::new(self.clock.now()));
        self.change_service(actor, id, service, if_version, None).await
    }

    async fn put_service(
        &self,
        actor: &Actor,
        service: PostalService,
        if_version: Option<IfVersion>,
        key: Option<RequestKey>,
    ) -> Result<Answer> {
        let origin = actor.own_post(given(&service.orig_organization_cd))?.to_owned();
        check_entity("postalService", service.entity_state)?;
        rules::postal_service(&service, self.catalogue().countries()).into_result()?;
        let service = PostalService { entity_state: Entity::STORE, orig_organization_cd: Some(origin), ..service };
        let actor = actor.clone();
        let put = move |tx: &mut Tx<'_>| {
            once(tx, &actor, key.as_ref(), |tx| {
                if let (Some(if_version), Some(id)) = (&if_version, service.service_id) {
                    let old = tx.postal_service(&actor.org, Id(id))?;
                    check_version(old.as_ref().map(|old| old.digest.as_slice()), if_version)?;
                }
                put_service(tx, &actor, &service)
            })
        };
        self.store.write(put).await
    }

    /// Services from one post to another that are valid now, as JSON.
    ///
    /// # Errors
    /// 400 when there are none and a post is not known.
    pub async fn services_between(&self, origin: &str, destination: &str) -> Result<Vec<String>> {
        let (origin, destination) = (origin.to_owned(), destination.to_owned());
        let catalogue = self.catalogue();
        self.store
            .read(move |tx| {
                let found = tx.services_between(&origin, &destination)?;
                if found.is_empty() {
                    country(tx, &catalogue, "origOrganizationCd", &origin)?;
                    country(tx, &catalogue, "destOrganizationCd", &destination)?;
                }
                Ok(found.into_iter().map(|row| row.body).collect())
            })
            .await
    }
}

/// Adds to stored goods what `destination` and the UPU have against them.
fn screen(catalogue: &Catalogue, good: &mut String, destination: &str, on: NaiveDate) {
    let Ok(read) = serde_json::from_str::<MarketedGood>(good) else { return };
    let Some(open) = good.strip_suffix('}') else { return };
    let details = read.details.unwrap_or_default();
    let listed = || given(&read.seller_organization_cd).and_then(|seller| catalogue.country_of_post(seller));
    let sending = given(&details.seller_country).or_else(listed).unwrap_or_default();
    let route = Route { destination, sending, on };
    let text = given(&read.description).unwrap_or_default();
    let hits = catalogue.restrictions_on(given(&details.hs_code).unwrap_or_default(), text, route);
    *good = format!(r#"{open},"RestrictionsProhibitions":{}}}"#, to_canonical(&contracts(hits)));
}

/// Whether goods are offered at a moment.
pub(super) fn is_offered_at(good: &GoodRow, moment: DateTime<Utc>) -> bool {
    good.valid_from.is_none_or(|from| from.0 <= moment) && good.valid_to.is_none_or(|to| to.0 >= moment)
}

fn at(date: Option<WcfDate>) -> Option<At> {
    date.map(|date| At(date.instant()))
}

/// An offer is no draft, so none is deleted.
fn check_entity(path: &str, state: Entity) -> Result<()> {
    if state.stores() {
        return Ok(());
    }
    let message = "allowed here: 0, 1 or 2; to end an offer store it with a ValidTo that has passed";
    Err(Error::invalid("out_of_range", format!("{path}.entityState"), message))
}

/// Goods of the caller, ready to be stored.
///
/// # Errors
/// 400 with findings; 401 for customs and for another seller.
pub(super) fn checked_good(catalogue: &Catalogue, actor: &Actor, good: MarketedGood) -> Result<MarketedGood> {
    let seller = actor.own_post(given(&good.seller_organization_cd))?.to_owned();
    check_entity("marketedGood", good.entity_state)?;
    rules::marketed_good(&good, catalogue.countries()).into_result()?;
    Ok(MarketedGood {
        entity_state: Entity::STORE,
        seller_organization_cd: Some(seller),
        reference_id: good.reference_id.filter(|number| *number != 0),
        ..good
    })
}

/// What storing makes of an entry of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    Created,
    Changed,
    Unchanged,
}

impl Kept {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
        }
    }
}

fn too_many(path: &str) -> Fault {
    let message = format!("an organization has at most {}; change one instead", limits::CATALOGUE_ENTRIES);
    Error::invalid("limit", path, message).into()
}

/// Goods of one seller on their way into the store: decided one after the other, as if each were stored before the next, and
/// written together.
#[derive(Debug)]
pub(super) struct GoodsBatch {
    seller: String,
    decided: BTreeMap<i32, Decided>,
    /// How many goods there are, and the highest number, once that was asked for.
    standing: Option<(i64, i32)>,
}

#[derive(Debug)]
struct Decided {
    row: GoodRow,
    buyers: Vec<String>,
    /// What is stored now.
    replaced: Option<String>,
}

/// What became of goods of a batch.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub number: i32,
    pub digest: Vec<u8>,
    pub outcome: Kept,
}

impl GoodsBatch {
    pub(super) fn of(seller: &str) -> Self {
        Self { seller: seller.to_owned(), decided: BTreeMap::new(), standing: None }
    }

    /// Takes goods that were checked. The same content without a number is the same goods.
    ///
    /// # Errors
    /// 400 when there are too many; nothing is taken then.
    pub(super) fn place(&mut self, tx: &mut Tx<'_>, good: &MarketedGood) -> Result<Placed, Fault> {
        let digest = digest(&to_canonical(&MarketedGood { reference_id: None, ..good.clone() }));
        let known = match good.reference_id {
            Some(number) => self.numbered(tx, number)?,
            None => self.like(tx, &digest)?,
        };
        if let Some(same) = known.as_ref().filter(|known| known.digest == digest) {
            return Ok(Placed { number: same.reference_id, digest, outcome: Kept::Unchanged });
        }
        let number = match (&known, good.reference_id) {
            (Some(known), _) => known.reference_id,
            (None, number) => self.next_number(tx, number)?,
        };
        let buyers = rules::buyers(good);
        let row = GoodRow {
            seller: self.seller.clone(),
            reference_id: number,
            valid_from: at(good.valid_from),
            valid_to: at(good.valid_to),
            for_everyone: buyers.is_empty(),
            changed_at: At(tx.now),
            digest: digest.clone(),
            body: to_canonical(&MarketedGood { reference_id: Some(number), ..good.clone() }),
        };
        let outcome = if known.is_some() { Kept::Changed } else { Kept::Created };
        let replaced = match self.decided.remove(&number) {
            Some(before) => before.replaced,
            None => known.map(|known| known.body),
        };
        self.decided.insert(number, Decided { row, buyers, replaced });
        Ok(Placed { number, digest, outcome })
    }

    /// The goods with a number, as they are to be.
    fn numbered(&self, tx: &mut Tx<'_>, number: i32) -> Result<Option<GoodRow>, Fault> {
        match self.decided.get(&number) {
            Some(decided) => Ok(Some(decided.row.clone())),
            None => Ok(tx.good(&self.seller, number)?),
        }
    }

    /// The goods with this content, as they are to be.
    fn like(&self, tx: &mut Tx<'_>, digest: &[u8]) -> Result<Option<GoodRow>, Fault> {
        if let Some(decided) = self.decided.values().find(|decided| decided.row.digest == digest) {
            return Ok(Some(decided.row.clone()));
        }
        let stored = tx.good_like(&self.seller, digest)?;
        Ok(stored.filter(|row| !self.decided.contains_key(&row.reference_id)))
    }

    /// A number for new goods: the one that is wanted, else the next.
    fn next_number(&mut self, tx: &mut Tx<'_>, wanted: Option<i32>) -> Result<i32, Fault> {
        let (count, last) = match self.standing {
            Some(standing) => standing,
            None => (tx.count_goods(&self.seller)?, tx.last_good(&self.seller)?),
        };
        if count >= limits::CATALOGUE_ENTRIES {
            return Err(too_many("marketedGood"));
        }
        let number = match wanted {
            Some(number) => number,
            None => last.checked_add(1).ok_or_else(|| too_many("marketedGood.ReferenceId"))?,
        };
        self.standing = Some((count + 1, last.max(number)));
        Ok(number)
    }

    /// Writes what was taken, and who did it.
    pub(super) fn save(self, tx: &mut Tx<'_>, actor: &Actor) -> Result<(), Fault> {
        for (number, Decided { row, buyers, replaced }) in self.decided {
            tx.put_good(&row, &buyers)?;
            record(tx, actor, RecordKind::Good, &number.to_string(), row.digest, replaced)?;
        }
        Ok(())
    }
}

/// The same content without an id is the same service.
fn put_service(tx: &mut Tx<'_>, actor: &Actor, service: &PostalService) -> Result<Answer, Fault> {
    let origin = actor.org.as_str();
    let digest = digest(&to_canonical(&PostalService { service_id: None, ..service.clone() }));
    let old = match service.service_id {
        Some(id) => tx.postal_service(origin, Id(id))?,
        None => tx.service_like(origin, &digest)?,
    };
    if let Some(old) = old.as_ref().filter(|old| old.digest == digest) {
        return Ok(receipt(&old.service_id.0.to_string(), &digest, "unchanged"));
    }
    if old.is_none() && tx.count_services(origin)? >= limits::CATALOGUE_ENTRIES {
        return Err(too_many("postalService"));
    }
    let service_id = service.service_id.unwrap_or_else(Uuid::now_v7);
    let destination = given(&service.dest_organization_cd).filter(|code| *code != UNKNOWN_POST);
    let row = ServiceRow {
        orig_org: origin.to_owned(),
        service_id: Id(service_id),
        dest_org: destination.unwrap_or_default().to_owned(),
        valid_from: at(service.valid_from),
        valid_to: at(service.valid_to),
        changed_at: At(tx.now),
        digest,
        body: to_canonical(&PostalService { service_id: Some(service_id), ..service.clone() }),
    };
    tx.put_service(&row)?;
    let answer = receipt(&service_id.to_string(), &row.digest, if old.is_some() { "changed" } else { "created" });
    record(tx, actor, RecordKind::Service, &service_id.to_string(), row.digest, old.map(|old| old.body))?;
    Ok(answer)
}

fn record(
    tx: &mut Tx<'_>,
    actor: &Actor,
    kind: RecordKind,
    id: &str,
    digest: Vec<u8>,
    replaced: Option<String>,
) -> Result<(), Fault> {
    let event = if replaced.is_some() { RecordEventKind::Changed } else { RecordEventKind::Stored };
    let (org, digest) = (&actor.org, Some(digest));
    tx.record(RecordEvent { org, kind, id, event, detail: None, digest, replaced }, &actor.stamp())
}

/// Goods are in order of seller and number; their place is written as text.
fn cursor(row: &GoodRow, bound: [u8; 8]) -> String {
    super::cursor::write_place(&format!("{} {}", row.seller, row.reference_id), bound)
}

fn place(text: &str, bound: [u8; 8]) -> Result<(String, i32)> {
    let place = super::cursor::read_place(text, bound)?;
    let parsed = place.split_once(' ').and_then(|(seller, number)| Some((seller.to_owned(), number.parse().ok()?)));
    parsed.ok_or_else(|| Error::invalid("cursor", "cursor", "not a cursor of this server"))
}
