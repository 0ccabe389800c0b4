//! Storing declarations: StoreDeclaration and CreateOrUpdateDeclarations.

use tracing::Span;
use uuid::Uuid;

use super::batch::{self, Entry, Ledger, Outcome};
use super::catalogue::Catalogue;
use super::groups::Call;
use super::idempotency::once;
use super::item::identity::{self, Key};
use super::item::unit_of_work::UnitOfWork;
use super::judgement::{Judgement, is_older_version};
use super::one::version_tag;
use super::prepared::{Content, Ready};
use super::quality::Declarer;
use super::rights::UseCase;
use super::views::changed_members;
use super::{Actor, Answer, BatchMode, Part, RequestKey, Services};
use crate::contract::canonical::to_canonical;
use crate::contract::own::Receipt;
use crate::contract::{Declaration, Entity, MailObject};
use crate::domain::{DeclarationState, DocumentKind, EventKind, Flow};
use crate::error::{Error, Findings, Result};
use crate::limits;
use crate::rules::enrich;
use crate::rules::forms::check_length;
use crate::rules::life_cycle::{self, Standing, StoreEvent};
use crate::rules::overlay;
use crate::rules::places;
use crate::rules::reserved;
use crate::rules::structure::{self, given};
pub use crate::store::item::Callback;
use crate::store::item::{DeclarationRow, Detail, Document, Event, Item, ItemReference, Parts};
use crate::store::types::Id;
use crate::store::{Fault, Tx};

/// A declaration to store, as sent, with where it stood in the request.
#[derive(Debug)]
pub struct Declared {
    pub object: Option<MailObject>,
    pub declaration: Option<Declaration>,
    pub event: StoreEvent,
    /// Path of the mail object in the request, for findings.
    pub object_path: String,
    pub declaration_path: String,
    /// What the item is called in the sender's own house; empty to take that away.
    pub external_reference: Option<String>,
    /// The ingestion that it comes with.
    pub ingestion: Option<Uuid>,
    /// Where the events of the item are sent; as before when absent.
    pub callback: Option<Callback>,
    /// What was found before.
    pub found: Findings,
}

impl Services {
    /// The same after what they leave out was filled in from the goods and senders of the organization.
    ///
    /// # Errors
    /// Like [`Self::store_declarations`].
    pub async fn store_limited_declarations(
        &self,
        actor: &Actor,
        mut entries: Vec<Entry<Declared>>,
        mode: BatchMode,
        key: Option<RequestKey>,
    ) -> Result<Answer> {
        actor.check(UseCase::Declare)?;
        self.complete(actor, entries.iter_mut().filter_map(|entry| entry.content.as_mut().ok())).await?;
        self.store_declarations(actor, entries, mode, key).await
    }

    /// Stores declarations of the caller's own items: all of them, or each on its own. What one alone made of its item is
    /// answered as a [`Receipt`].
    ///
    /// # Errors
    /// Every finding of every entry; 401 when customs calls or every entry names another post.
    pub async fn store_declarations(
        &self,
        actor: &Actor,
        entries: Vec<Entry<Declared>>,
        mode: BatchMode,
        key: Option<RequestKey>,
    ) -> Result<Answer> {
        actor.check(UseCase::Declare)?;
        actor.own_post(None)?;
        let is_batch = entries.len() > 1;
        let (services, by) = (self.clone(), actor.clone());
        let prepare_all = move || batch::each_on(entries, |sent| prepare(&services, &by, sent));
        let ready = if is_batch { self.offload(prepare_all).await?? } else { prepare_all()? };
        let is_refused = batch::is_refused(&ready, mode);
        let answer = match <[Entry<Ready>; 1]>::try_from(ready) {
            Ok([entry]) if mode == BatchMode::AllOrNothing && !is_refused => {
                self.store_grouped(Call { actor: actor.clone(), entry, key, span: Span::current() }).await?
            }
            ready => {
                let ready = ready.map_or_else(|many| many, Vec::from);
                let (services, actor) = (self.clone(), actor.clone());
                let store = move |tx: &mut Tx<'_>| {
                    let answer = once(tx, &actor, key.as_ref(), |tx| store_all(&services, tx, &actor, &ready, mode));
                    answer.map(|answer| answer.about(&ready))
                };
                if is_refused { self.store.read(store).await? } else { self.store.write(store).await? }
            }
        };
        self.notify_outbox();
        self.note_activity(Part::Declaration);
        Ok(answer)
    }
}

/// Checks a declaration and writes it canonically.
pub(super) fn prepare(services: &Services, actor: &Actor, sent: Declared) -> Result<Ready> {
    let Declared {
        object,
        declaration,
        event,
        object_path,
        declaration_path,
        external_reference,
        ingestion,
        callback,
        found,
    } = sent;
    let mut findings = found;
    let objects = batch::both(&mut findings, (&object_path, object), (&declaration_path, declaration));
    let Some((object, mut declaration)) = objects else { return Err(Error::Invalid(findings)) };
    actor.own_post(given(&declaration.post_organization_cd))?;
    let customs = actor.own_customs(given(&declaration.cust_organization_cd))?;
    findings.extend_under(&object_path, structure::mail_object(&object));
    batch::check_entity(&mut findings, &object_path, object.entity_state, false);
    batch::check_entity(&mut findings, &declaration_path, declaration.entity_state, true);
    structure::check_customs(&mut findings, &format!("{declaration_path}.CustOrganizationCd"), customs.as_deref());
    let mut judgement = Judgement::default();
    match (&mut declaration.data, declaration.entity_state.stores()) {
        (Some(data), true) => {
            reserved::take(&mut data.extra_field_names, &mut data.extra_field_values);
            enrich::drop_goods(data);
            let is_origin = given(&object.orig_post_org_cd) == Some(actor.org.as_str());
            let has_overlay = is_origin && overlay::remove(data);
            let (catalogue, path) = (services.catalogue(), format!("{declaration_path}.Data"));
            findings.extend_under(&path, structure::declaration_data(data));
            findings.extend_under(&path, places::check_declared(data, catalogue.countries()));
            // What is too long is not read for its meaning.
            let is_readable = findings.iter().all(|found| found.code != "too_long");
            let is_final = event != StoreEvent::Draft;
            let country = given(&data.sender_country_cd).unwrap_or(&actor.country).to_owned();
            let declarer = Declarer { org: &actor.org, country: &country, is_partner: false };
            let paths = (object_path.as_str(), declaration_path.as_str());
            if is_readable {
                judgement = services.judge(declarer, &object, data, is_final, paths, &mut findings);
            }
            if has_overlay {
                judgement.note_overlay(&catalogue, &actor.org);
            }
        }
        (None, true) => {
            findings.add("required", format!("{declaration_path}.Data"), "give the content of the declaration")
        }
        (_, false) => {}
    }
    let external_reference = external_reference.map(|text| text.trim().to_owned());
    check_length(&mut findings, "externalReference", &external_reference, limits::EXTERNAL_REFERENCE_CHARS);
    findings.into_result()?;
    Ok(Ready {
        key: Key::of(&object),
        object,
        event,
        entity: declaration.entity_state,
        customs,
        content: Content::of(&declaration.data.unwrap_or_default(), judgement),
        object_path,
        declaration_path,
        reference: ItemReference { external: external_reference, ingestion: ingestion.map(Id), callback },
    })
}

pub(super) fn store_all(
    services: &Services,
    tx: &mut Tx<'_>,
    actor: &Actor,
    entries: &[Entry<Ready>],
    mode: BatchMode,
) -> Result<Answer, Fault> {
    let is_refused = batch::is_refused(entries, mode);
    let user_created = !is_refused && services.ensure_user(tx, actor)?;
    let catalogue = services.catalogue();
    let ready = || entries.iter().filter_map(|entry| entry.content.as_ref().ok());
    let mut unit = UnitOfWork::load(tx, &catalogue, &actor.org, ready().map(|ready| &ready.key), Parts::Declaration)?;
    let mut ledger = Ledger::new(mode);
    let mut made = Made::default();
    for entry in entries {
        let result = store_entry(tx, &mut unit, &catalogue, entry, user_created, &mut made);
        ledger.note(entry, result)?;
    }
    let warnings: u32 = ready().map(|ready| ready.content.judgement.warnings).sum();
    let answer = made.answer(warnings, ledger.close()?, is_single(entries));
    unit.save(tx, &actor.stamp())?;
    Ok(answer)
}

/// Stores the declarations of several calls of one writer, which are about different items; each has its own outcome.
///
/// # Errors
/// What is not about one of them alone: nothing is stored then.
pub(super) fn store_each(services: &Services, tx: &mut Tx<'_>, calls: &[Call]) -> Result<Vec<Result<Answer>>, Fault> {
    let Some(Call { actor, .. }) = calls.first() else { return Ok(Vec::new()) };
    let mut user_created = services.ensure_user(tx, actor)?;
    let catalogue = services.catalogue();
    let ready = calls.iter().filter_map(|call| call.entry.content.as_ref().ok());
    let mut unit = UnitOfWork::load(tx, &catalogue, &actor.org, ready.map(|ready| &ready.key), Parts::Declaration)?;
    let mut answers = Vec::with_capacity(calls.len());
    for Call { entry, key, .. } in calls {
        let store = |tx: &mut Tx<'_>| {
            let mut made = Made::default();
            let result = store_entry(tx, &mut unit, &catalogue, entry, user_created, &mut made);
            // The first that is stored records it.
            user_created &= result.is_err();
            let mut ledger = Ledger::new(BatchMode::AllOrNothing);
            ledger.note(entry, result)?;
            let warnings = entry.content.as_ref().map_or(0, |ready| ready.content.judgement.warnings);
            Ok(made.answer(warnings, ledger.close()?, is_single(std::slice::from_ref(entry))))
        };
        answers.push(match once(tx, actor, key.as_ref(), store) {
            Err(Fault::App(error)) => Err(error),
            answer => Ok(answer?),
        });
    }
    if user_created {
        // None was stored, so there is to be no user either.
        return Err(Error::Internal("a user was made for stores that were all refused".into()).into());
    }
    unit.save(tx, &actor.stamp())?;
    Ok(answers)
}

/// What a call made of its items.
#[derive(Default)]
pub(super) struct Made {
    /// How many declarations are earlier versions again.
    older: u32,
    /// The declarer calls the last one something else than before.
    pub(super) is_renamed: bool,
    /// Of the last one.
    receipt: Option<Receipt>,
}

impl Made {
    /// The receipt of the last declaration, as JSON, and how many warnings it came with.
    pub(super) fn into_answer(self, warnings: u32) -> Answer {
        self.answer(warnings, Answer::void(), true)
    }

    /// Notes what became of an item, which was declared before or not.
    fn note(&mut self, item: &Item, was_declared: bool, outcome: Outcome) {
        self.receipt = Some(receipt(item, word(item, was_declared, outcome)));
    }

    /// The answer of a call; of a single declaration its receipt.
    fn answer(self, warnings: u32, answer: Answer, is_single: bool) -> Answer {
        let value = match self.receipt {
            Some(receipt) if is_single => to_canonical(&receipt),
            _ => answer.value,
        };
        Answer { value, warnings: warnings + self.older, brief: answer.brief }
    }
}

/// Whether a call is about one declaration and no list.
fn is_single(entries: &[Entry<Ready>]) -> bool {
    matches!(entries, [Entry { index: None, .. }])
}

fn word(item: &Item, was_declared: bool, outcome: Outcome) -> &'static str {
    match (outcome, was_declared, item.declaration().is_some()) {
        (Outcome::Unchanged, ..) => "unchanged",
        (Outcome::Stored, _, false) => "deleted",
        (Outcome::Stored, false, true) => "created",
        (Outcome::Stored, true, true) => "changed",
    }
}

/// What an item is after something was made of it.
pub(super) fn receipt(item: &Item, outcome: &str) -> Receipt {
    let row = item.declaration();
    Receipt {
        p_id: item.object.pid.0,
        item_id: item.object.item_id.clone(),
        version: row.map_or(0, |row| row.version_no),
        state: row.map_or(0, |row| row.state_cd.stored()),
        outcome: outcome.to_owned(),
        tag: version_tag(&item.object, row),
    }
}

/// Stores one entry in a unit of work, unless it was refused before.
fn store_entry(
    tx: &mut Tx<'_>,
    unit: &mut UnitOfWork<'_>,
    catalogue: &Catalogue,
    entry: &Entry<Ready>,
    user_created: bool,
    made: &mut Made,
) -> Result<Outcome, Fault> {
    let ready = entry.content.as_ref().map_err(|findings| Fault::from(findings.clone()))?;
    unit.change(tx, &ready.key, |tx, item| apply(tx, catalogue, item, ready, user_created, made))
}

/// Puts one declaration into its item, and notes what it made of it. Leaves the item alone when it refuses.
pub(super) fn apply(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    item: &mut Item,
    ready: &Ready,
    user_created: bool,
    made: &mut Made,
) -> Result<Outcome, Fault> {
    let was_declared = item.declaration().is_some();
    let outcome = put(tx, catalogue, item, ready, user_created, made)?;
    made.note(item, was_declared, outcome);
    Ok(outcome)
}

fn put(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    item: &mut Item,
    ready: &Ready,
    user_created: bool,
    made: &mut Made,
) -> Result<Outcome, Fault> {
    if ready.entity == Entity::DELETED {
        return delete_draft(item, ready);
    }
    let changed = merge_object(catalogue, item, ready)?;
    let customs = ready.customs.clone();
    let declarer = item.object.post_org.clone();
    let said = NewDeclaration { event: ready.event, customs, declarer: &declarer, content: &ready.content };
    made.is_renamed = is_renamed(tx, item, &ready.reference)?;
    let Some(placed) = place(tx, catalogue, item, said, !changed.is_empty())? else {
        if ready.reference.external.is_some() || ready.reference.callback.is_some() {
            item.put_reference(ItemReference { ingestion: None, ..ready.reference.clone() });
        }
        return Ok(if made.is_renamed { Outcome::Stored } else { Outcome::Unchanged });
    };
    if ready.reference != ItemReference::default() {
        item.put_reference(ready.reference.clone());
    }
    made.older += u32::from(placed.is_older);
    let detail = detail(&changed, placed.replaced.as_ref(), &ready.content.body, user_created);
    item.record(Event { kind: event_kind(ready.event), detail, document: placed.document });
    Ok(Outcome::Stored)
}

/// Whether the declarer calls the item something else than before.
fn is_renamed(tx: &mut Tx<'_>, item: &Item, said: &ItemReference) -> Result<bool, Fault> {
    let Some(name) = said.external.as_deref() else { return Ok(false) };
    let stored = tx.references(&item.object.post_org, &[item.object.pid])?.pop();
    Ok(stored.and_then(|(_, stored)| stored.external).unwrap_or_default() != name)
}

/// A declaration to put into an item, and whose it is.
pub(super) struct NewDeclaration<'s> {
    pub event: StoreEvent,
    /// The customs administration that it belongs to.
    pub customs: Option<String>,
    /// The post whose data it is.
    pub declarer: &'s str,
    pub content: &'s Content,
}

/// A declaration that was put into an item; the event of it is the caller's to record.
pub(super) struct Placed {
    /// The version whose text it replaces.
    pub replaced: Option<DeclarationRow>,
    /// The version it makes; absent when the text was there already.
    pub document: Option<Document>,
    /// It is what the item said before the version it replaces.
    pub is_older: bool,
}

/// Puts a declaration into an item, whoever it came from. `None`: nothing about it, nor about the object, is new.
///
/// # Errors
/// When the event may not follow the state, see [`life_cycle::declaration`].
pub(super) fn place(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    item: &mut Item,
    said: NewDeclaration<'_>,
    object_changed: bool,
) -> Result<Option<Placed>, Fault> {
    let NewDeclaration { event, customs, declarer, content } = said;
    let flow = item.object.flow;
    let old = item.declaration().cloned();
    let standing = life_cycle::declaration(old.as_ref().map(standing_of), event, flow)
        .map_err(|illegal| Error::invalid("state", "evtCd", illegal.0))?;
    let same_text = old.as_ref().is_some_and(|old| old.digest == content.digest);
    let same_declarer = |old: &DeclarationRow| old.declared_by.as_deref().is_none_or(|known| known == declarer);
    // NewDeclaration again, a text that was erased is there again.
    let stands = |old: &DeclarationRow| {
        same_text
            && old.body.is_some()
            && standing_of(old) == standing
            && old.customs_org == customs
            && same_declarer(old)
    };
    if !object_changed && old.as_ref().is_some_and(stands) {
        return Ok(None);
    }
    let is_older = is_older(tx, item, content)?;
    let judgement = &content.judgement;
    let judgement = if is_older { judgement.of_older_version() } else { judgement.clone() };
    let version_no = match &old {
        Some(old) if same_text => old.version_no,
        Some(old) => old.version_no + 1,
        None if item.is_new() => 1,
        None => tx.last_version(item, DocumentKind::Declaration, None)? + 1,
    };
    let outbound = flow == Flow::Outbound;
    let address = if outbound { &content.recipient_country } else { &content.sender_country };
    item.object.customs_visible |= standing.seen;
    item.object.zip = if outbound { content.sender_zip.clone() } else { content.recipient_zip.clone() };
    item.object.partner_country = identity::partner_country(catalogue, &item.object, address.as_deref());
    let (kept, replaced) = if same_text { (old, None) } else { (None, old) };
    let before = kept.as_ref().or(replaced.as_ref());
    let pid = before.map_or_else(|| Id(Uuid::now_v7()), |old| old.pid);
    let handed_over_by = before.and_then(|old| old.handed_over_by.clone());
    item.put_place(content.place.clone());
    item.put_declaration(DeclarationRow {
        post_org: item.object.post_org.clone(),
        object_pid: item.object.pid,
        pid,
        state_cd: standing.state,
        customs_org: customs,
        seen: standing.seen,
        sent: standing.sent,
        version_no,
        digest: content.digest.clone(),
        body: kept.and_then(|old| old.body).or_else(|| Some(content.body.clone())),
        quality_score: Some(judgement.score),
        quality_findings: judgement.findings,
        declared_by: Some(declarer.to_owned()),
        handed_over_by,
    });
    let document =
        (!same_text).then(|| Document { kind: DocumentKind::Declaration, version_no, digest: content.digest.clone() });
    Ok(Some(Placed { replaced, document, is_older }))
}

/// Whether what an item is to say is what it said before the version that is current.
fn is_older(tx: &mut Tx<'_>, item: &Item, content: &Content) -> Result<bool, Fault> {
    match item.declaration() {
        None => Ok(false),
        Some(old) if old.digest == content.digest => Ok(is_older_version(old.quality_findings.as_deref())),
        Some(_) => tx.has_superseded(item, DocumentKind::Declaration, &content.digest),
    }
}

fn event_kind(event: StoreEvent) -> EventKind {
    match event {
        StoreEvent::Draft => EventKind::DeclarationDraft,
        StoreEvent::Final => EventKind::DeclarationFinal,
        StoreEvent::ToCustoms => EventKind::DeclarationToCustoms,
        StoreEvent::ToPost => EventKind::DeclarationToPost,
    }
}

pub(super) fn standing_of(row: &DeclarationRow) -> Standing<DeclarationState> {
    Standing { state: row.state_cd, seen: row.seen, sent: row.sent }
}

fn delete_draft(item: &mut Item, ready: &Ready) -> Result<Outcome, Fault> {
    let path = format!("{}.entityState", ready.declaration_path);
    match item.declaration() {
        None => {
            let message = "there is no draft of yours to delete; check Id, OrigPostOrgCd and PostingDt";
            Err(Error::invalid("absent", ready.object_path.as_str(), message).into())
        }
        Some(row) if row.seen || row.sent || row.state_cd != DeclarationState::Draft => {
            let message =
                format!("the declaration is in state {}; only a draft (state 1) can be deleted", row.state_cd.stored());
            Err(Error::invalid("state", path, message).into())
        }
        Some(_) => {
            item.delete_declaration();
            item.record(Event::of(EventKind::DeclarationDeleted));
            Ok(Outcome::Stored)
        }
    }
}

fn merge_object(catalogue: &Catalogue, item: &mut Item, ready: &Ready) -> Result<Vec<&'static str>, Fault> {
    let changed = identity::merge(catalogue, item, &ready.object);
    identity::check_posts(&item.object).map_err(|finding| Fault::from(finding.under(&ready.object_path)))?;
    Ok(changed)
}

/// What changed, for the history: names only.
fn detail(object: &[&str], old: Option<&DeclarationRow>, body: &str, user_created: bool) -> Detail {
    let mail_object = (!object.is_empty()).then(|| object.iter().map(|member| (*member).to_owned()).collect());
    let data = old.map(|old| changed_members(old.body.as_deref().unwrap_or_default(), body));
    Detail { mail_object, data, ..Detail::of_user(user_created) }
}
