//! Storing responses: StoreResponse and CreateOrUpdateResponses.

use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

use super::batch::{self, Entry, Ledger, Outcome};
use super::catalogue::Catalogue;
use super::idempotency::once;
use super::item::identity::{self, Key};
use super::item::unit_of_work::UnitOfWork;
use super::placing::{self, Incoming, Placing};
use super::refer;
use super::rights::UseCase;
use super::{Actor, Answer, BatchMode, Part, RequestKey, Services};
use crate::contract::{Entity, MailObject, Response};
use crate::domain::{Author, EventKind, Flow, OrganizationKind, ResponseState, Side};
use crate::error::{Error, Findings, Result};
use crate::rules::life_cycle::StoreEvent;
use crate::rules::precedence;
use crate::rules::structure::{self, given};
use crate::store::item::{Detail, Event, Item, Parts};
use crate::store::{Fault, Tx};

/// A response to store, as sent, with where it stood in the request.
#[derive(Debug)]
pub struct Responded {
    pub object: Option<MailObject>,
    pub response: Option<Response>,
    pub event: StoreEvent,
    pub object_path: String,
    pub response_path: String,
    /// What was found before.
    pub found: Findings,
}

/// A response checked and written canonically, outside the transaction.
#[derive(Clone, Debug)]
struct Ready {
    object: MailObject,
    key: Key,
    /// The posts in whose rows the item may be, best first.
    posts: Vec<String>,
    entity: Entity,
    incoming: Incoming,
    object_path: String,
    response_path: String,
}

impl Services {
    /// Stores responses: of customs to its items, or entered by a post on behalf of customs.
    ///
    /// # Errors
    /// Every finding of every entry; 401 when every entry names a post or customs administration that is not the
    /// caller's.
    pub async fn store_responses(
        &self,
        actor: &Actor,
        entries: Vec<Entry<Responded>>,
        mode: BatchMode,
        key: Option<RequestKey>,
    ) -> Result<Answer> {
        actor.check(UseCase::Decide)?;
        let now = self.clock.now();
        let (is_batch, by) = (entries.len() > 1, actor.clone());
        let prepare_all = move || batch::each_on(entries, |sent| prepare(&by, now, sent));
        let ready = if is_batch { self.offload(prepare_all).await?? } else { prepare_all()? };
        let is_refused = batch::is_refused(&ready, mode);
        let (services, actor) = (self.clone(), actor.clone());
        let store = move |tx: &mut Tx<'_>| {
            let answer = once(tx, &actor, key.as_ref(), |tx| store_all(&services, tx, &actor, &ready, mode));
            answer.map(|answer| answer.about(&ready))
        };
        let answer = if is_refused { self.store.read(store).await? } else { self.store.write(store).await? };
        self.notify_outbox();
        self.note_activity(Part::Response);
        Ok(answer)
    }
}

fn prepare(actor: &Actor, now: DateTime<Utc>, sent: Responded) -> Result<Ready> {
    let Responded { object, response, event, object_path, response_path, found: mut findings } = sent;
    let objects = batch::both(&mut findings, (&object_path, object), (&response_path, response));
    let Some((object, response)) = objects else { return Err(Error::Invalid(findings)) };
    let customs = given(&response.cust_organization_cd).map(str::to_owned);
    if actor.kind == OrganizationKind::Customs && customs.as_deref().is_some_and(|named| named != actor.org) {
        return Err(Error::Unauthorized);
    }
    let posts = posts_for(actor, &object, given(&response.post_organization_cd))?;
    findings.extend_under(&object_path, structure::mail_object(&object));
    batch::check_entity(&mut findings, &object_path, object.entity_state, false);
    batch::check_entity(&mut findings, &response_path, response.entity_state, true);
    structure::check_customs(&mut findings, &format!("{response_path}.CustOrganizationCd"), customs.as_deref());
    let stores = response.entity_state.stores();
    match &response.data {
        Some(data) if stores => {
            findings.extend_under(&format!("{response_path}.Data"), structure::response_data(data));
            precedence::check_date(&mut findings, &format!("{response_path}.Data.ClearanceDt"), data.clearance_dt, now);
            if given(&data.decision_cd).is_none() && event != StoreEvent::Draft {
                let message = "a final response needs the decision code, for example 2 (cleared)";
                findings.add("required", format!("{response_path}.Data.DecisionCd"), message);
            }
        }
        None if stores => findings.add("required", format!("{response_path}.Data"), "give the content of the response"),
        _ => {}
    }
    findings.into_result()?;
    let rank = if actor.kind == OrganizationKind::Customs { Author::Customs } else { Author::Post };
    let incoming = Incoming::of(response.data.unwrap_or_default(), event, &actor.org, rank);
    Ok(Ready {
        key: Key { must_name: actor.kind == OrganizationKind::Customs, ..Key::of(&object) },
        object,
        posts,
        entity: response.entity_state,
        incoming: Incoming { customs, ..incoming },
        object_path,
        response_path,
    })
}

/// The caller's posts that may hold the item: the one named, else destination before origin.
fn posts_for(actor: &Actor, object: &MailObject, named: Option<&str>) -> Result<Vec<String>> {
    let ends = [given(&object.dest_post_org_cd), given(&object.orig_post_org_cd)];
    let posts = if actor.kind == OrganizationKind::Post || named.is_some() || ends.iter().all(Option::is_none) {
        actor.posts_meant(named)?
    } else {
        let mine = |end: &&str| actor.posts.iter().any(|post| post == end);
        ends.into_iter().flatten().filter(mine).map(str::to_owned).collect()
    };
    if posts.is_empty() { Err(Error::Unauthorized) } else { Ok(posts) }
}

fn store_all(
    services: &Services,
    tx: &mut Tx<'_>,
    actor: &Actor,
    entries: &[Entry<Ready>],
    mode: BatchMode,
) -> Result<Answer, Fault> {
    let is_refused = batch::is_refused(entries, mode);
    let user_created = !is_refused && services.ensure_user(tx, actor)?;
    let catalogue = services.catalogue();
    let mut units = Units::open(tx, &catalogue, entries)?;
    let mut ledger = Ledger::new(mode);
    for entry in entries {
        let result = match &entry.content {
            Err(findings) => Err(findings.clone().into()),
            Ok(ready) => {
                let post = units.post_of(tx, ready)?.to_owned();
                let work = |tx: &mut Tx<'_>, item: &mut Item| {
                    if !is_refused {
                        services.bring_notes(tx, &item.object.post_org, item.object.pid)?;
                    }
                    let outcome = apply(tx, &catalogue, actor, item, ready, user_created)?;
                    refer::automatic(tx, &catalogue, item, outcome)?;
                    Ok(outcome)
                };
                match units.0.get_mut(&post) {
                    Some(unit) => unit.change(tx, &ready.key, work),
                    None => Err(Error::Unauthorized.into()),
                }
            }
        };
        ledger.note(entry, result)?;
    }
    let answer = ledger.close()?;
    for unit in units.0.values_mut() {
        unit.save(tx, &actor.stamp())?;
    }
    Ok(answer)
}

/// The working sets of all posts a call touches.
struct Units<'c>(BTreeMap<String, UnitOfWork<'c>>);

impl<'c> Units<'c> {
    fn open(tx: &mut Tx<'_>, catalogue: &'c Catalogue, entries: &[Entry<Ready>]) -> Result<Self, Fault> {
        let mut keys: BTreeMap<&str, Vec<&Key>> = BTreeMap::new();
        for ready in entries.iter().filter_map(|entry| entry.content.as_ref().ok()) {
            for post in &ready.posts {
                keys.entry(post).or_default().push(&ready.key);
            }
        }
        let mut units = BTreeMap::new();
        for (post, keys) in keys {
            units.insert(post.to_owned(), UnitOfWork::load(tx, catalogue, post, keys.into_iter(), Parts::All)?);
        }
        Ok(Self(units))
    }

    /// The post that has the item already, else the best one to create it in.
    fn post_of<'r>(&self, tx: &mut Tx<'_>, ready: &'r Ready) -> Result<&'r str, Fault> {
        for post in &ready.posts {
            if let Some(unit) = self.0.get(post)
                && unit.has(tx, &ready.key)?
            {
                return Ok(post);
            }
        }
        Ok(ready.posts.first().map_or("", String::as_str))
    }
}

/// Puts one response into its item. Leaves the item alone when it refuses.
fn apply(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    actor: &Actor,
    item: &mut Item,
    ready: &Ready,
    user_created: bool,
) -> Result<Outcome, Fault> {
    if item.is_new() {
        let complete =
            given(&ready.object.orig_post_org_cd).is_some() && given(&ready.object.dest_post_org_cd).is_some();
        if !complete || ready.entity == Entity::DELETED {
            let message = "there is no such item; give id and both posts to answer before the data arrives";
            return Err(Error::invalid("absent", ready.object_path.as_str(), message).into());
        }
        identity::merge(catalogue, item, &ready.object);
        let checked = identity::check_posts(&item.object);
        checked.map_err(|finding| Fault::from(finding.under(&ready.object_path)))?;
    }
    let side = side_of(tx, actor, item, ready)?;
    match ready.entity {
        Entity::DELETED => delete_draft(item, side, actor, ready),
        _ => {
            let mut incoming = ready.incoming.clone();
            if incoming.customs.is_none() {
                incoming.customs = placing::customs_of_side(tx, item, side)?;
            }
            let detail = Detail::of_user(user_created);
            let stamp = actor.stamp();
            let (event, path) = (event_kind(incoming.event), ready.response_path.as_str());
            placing::place(tx, item, &Placing { catalogue, stamp: &stamp, side, event, detail, path }, &incoming)
        }
    }
}

fn event_kind(event: StoreEvent) -> EventKind {
    match event {
        StoreEvent::Draft => EventKind::ResponseDraft,
        StoreEvent::Final => EventKind::ResponseFinal,
        StoreEvent::ToCustoms => EventKind::ResponseToCustoms,
        StoreEvent::ToPost => EventKind::ResponseToPost,
    }
}

/// A response is the own customs' when it names that administration. When it names none: customs means itself; a
/// post means the destination's customs on outbound items and its own otherwise.
fn side_of(tx: &mut Tx<'_>, actor: &Actor, item: &Item, ready: &Ready) -> Result<Side, Fault> {
    if actor.kind == OrganizationKind::Customs {
        return Ok(Side::Own);
    }
    let Some(named) = &ready.incoming.customs else {
        return Ok(if item.object.flow == Flow::Outbound { Side::Destination } else { Side::Own });
    };
    let own = match &actor.customs {
        Some(own) => Some(own.clone()),
        None => tx.own_customs(&item.object.post_org)?,
    };
    let is_own = own.as_ref() == Some(named);
    if !is_own && item.object.flow == Flow::Inbound {
        let path = format!("{}.CustOrganizationCd", ready.response_path);
        let own = own.unwrap_or_else(|| "not known yet".into());
        let message = format!("on inbound items the own customs decides, which is {own}");
        return Err(Error::invalid("unknown_code", path, message).into());
    }
    Ok(if is_own { Side::Own } else { Side::Destination })
}

fn delete_draft(item: &mut Item, side: Side, actor: &Actor, ready: &Ready) -> Result<Outcome, Fault> {
    match item.response(side) {
        Some(row) if row.state_cd == ResponseState::Draft && row.author_org == actor.org => {
            item.delete_response(side);
            item.record(Event::of(EventKind::ResponseDeleted));
            Ok(Outcome::Stored)
        }
        _ => {
            let path = format!("{}.entityState", ready.response_path);
            Err(Error::invalid("state", path, "only a draft response (state 50) of your own can be deleted").into())
        }
    }
}
