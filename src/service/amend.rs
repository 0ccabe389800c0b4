//! Changing an item of the caller's own as it was read: its declaration is amended, submitted, judged without being stored,
//! withdrawn, or copied.
//!
//! What may follow what is said by `rules/life_cycle`; which version is changed is compared in the transaction that writes.

use super::anonymous::close_lodged;
use super::batch::Outcome;
use super::catalogue::Catalogue;
use super::declare::{Declared, Made, apply, prepare, receipt, standing_of};
use super::idempotency::once;
use super::item::identity::Key;
use super::item::unit_of_work::UnitOfWork;
use super::judgement::{Found, Judgement, found_in};
use super::one::{self, IfVersion, Named};
use super::prepared::Ready;
use super::rights::UseCase;
use super::views::documents;
use super::{Actor, Answer, Part, RequestKey, Services};
use crate::contract::canonical::to_canonical;
use crate::contract::{Declaration, Entity, MailObject};
use crate::domain::{DeclarationState, EventKind, Flow};
use crate::error::{Error, Finding, Findings, Result};
use crate::rules::life_cycle::{self, Standing, StoreEvent, Withdrawal};
use crate::store::item::{Detail, Event, Item, Parts};
use crate::store::{Fault, Tx};

/// An item of the caller's own as it can be changed.
#[derive(Clone, Debug)]
pub struct Changeable {
    /// The mail object as JSON; holds the persistent id.
    pub mail_object: String,
    /// The declaration as JSON; `null` where there is none.
    pub declaration: String,
    /// What stores it as it is.
    pub event: StoreEvent,
    /// Stands for what can be changed of it.
    pub tag: String,
    /// Number of the declaration's version; 0 where there is none.
    pub version: i32,
    /// What it is called in the own house.
    pub external_reference: Option<String>,
    flow: Flow,
    standing: Option<Standing<DeclarationState>>,
}

/// An item of which there is no declaration yet.
#[derive(Debug)]
pub struct NewItem {
    pub object: MailObject,
    pub declaration: Declaration,
    pub event: StoreEvent,
    pub external_reference: Option<String>,
    /// Id of the anonymous declaration that becomes it.
    pub lodged: Option<String>,
}

/// A change of an item, of which version it is, and what is to be done with the declaration.
#[derive(Debug)]
pub struct Amendment {
    pub object: MailObject,
    pub declaration: Declaration,
    pub event: StoreEvent,
    /// What the item is called in the sender's own house; as before when absent, empty to take that away.
    pub external_reference: Option<String>,
    pub if_version: IfVersion,
}

/// What the checks say of a declaration that is not stored.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What would refuse it.
    pub refused: Findings,
    /// What would be kept beside it.
    pub found: Vec<Found>,
    /// Its quality, where nothing refuses it.
    pub score: Option<i32>,
}

impl Services {
    /// The item named as it can be changed by its post.
    ///
    /// # Errors
    /// 404 when the caller has none, 409 when several fit, 401 for customs.
    pub async fn changeable(&self, actor: &Actor, named: Named) -> Result<Changeable> {
        actor.check(UseCase::Declare)?;
        let post = actor.own_post(None)?.to_owned();
        let (services, actor) = (self.clone(), actor.clone());
        self.store
            .read(move |tx| {
                let item = one::find(tx, &services.catalogue(), &actor, std::slice::from_ref(&post), &named)?;
                let shown = documents(&item, &actor);
                let row = item.declaration();
                let state = row.map(|row| row.state_cd);
                let reference = tx.references(&item.object.post_org, &[item.object.pid])?.pop();
                Ok(Changeable {
                    mail_object: shown.mail_object,
                    declaration: shown.declaration,
                    event: state.map_or(StoreEvent::Draft, StoreEvent::of_state),
                    tag: one::version_tag(&item.object, row),
                    version: row.map_or(0, |row| row.version_no),
                    external_reference: reference.and_then(|(_, reference)| reference.external),
                    flow: item.object.flow,
                    standing: row.map(standing_of),
                })
            })
            .await
    }

    /// Stores a changed declaration in the place of the version that was read.
    ///
    /// # Errors
    /// Every finding; 412 when the item was changed since; 401 for customs.
    pub async fn amend(&self, actor: &Actor, change: Amendment, key: Option<RequestKey>) -> Result<Answer> {
        actor.check(UseCase::Declare)?;
        let Amendment { object, declaration, event, external_reference, if_version } = change;
        let mut sent = Declared { external_reference, ..declared(object, declaration, event) };
        self.complete(actor, std::iter::once(&mut sent)).await?;
        let ready = prepare(self, actor, sent)?;
        let warnings = ready.content.judgement.warnings;
        let about = ready.key.clone();
        let work = move |tx: &mut Tx<'_>, catalogue: &Catalogue, item: &mut Item, user_created: bool| {
            if_version.check(item)?;
            let mut made = Made::default();
            let outcome = apply(tx, catalogue, item, &ready, user_created, &mut made)?;
            Ok((outcome, made.into_answer(warnings)))
        };
        let answer = self.change_one(actor, about, key, work).await?;
        self.note_activity(Part::Declaration);
        Ok(answer)
    }

    /// What the checks say of a declaration if it were stored, of a new item where none is given; nothing is.
    ///
    /// # Errors
    /// 401 for customs, and for a declaration that names another post.
    pub fn judge_only(
        &self,
        actor: &Actor,
        as_it_is: Option<&Changeable>,
        change: (MailObject, Declaration, StoreEvent),
    ) -> Result<Judged> {
        actor.check(UseCase::Declare)?;
        let (object, declaration, event) = change;
        let mut refused = Findings::default();
        let (standing, flow) = as_it_is.map_or((None, Flow::Outbound), |known| (known.standing, known.flow));
        if let Err(illegal) = life_cycle::declaration(standing, event, flow) {
            refused.add("state", "event", illegal.0);
        }
        match prepare(self, actor, declared(object, declaration, event)) {
            Ok(Ready { content, .. }) => {
                let Judgement { score, findings, .. } = content.judgement;
                let found = found_in(findings.as_deref());
                Ok(Judged { score: refused.is_empty().then_some(score), refused, found })
            }
            Err(Error::Invalid(findings)) => {
                refused.extend_under("", findings);
                Ok(Judged { refused, found: Vec::new(), score: None })
            }
            Err(error) => Err(error),
        }
    }

    /// Takes the declaration of an item back before it has left: partners that were told are told so, and a draft is
    /// deleted. Declaring it again revives the item.
    ///
    /// # Errors
    /// 400 with a finding of code `state` where it cannot be taken back; 404, 409 and 412 like [`Self::amend`].
    pub async fn withdraw(
        &self,
        actor: &Actor,
        named: Named,
        reason: String,
        if_version: IfVersion,
        key: Option<RequestKey>,
    ) -> Result<Answer> {
        actor.check(UseCase::Declare)?;
        let about = self.key_of(actor, named).await?;
        let work = move |_: &mut Tx<'_>, _: &Catalogue, item: &mut Item, user_created: bool| {
            if_version.check(item)?;
            let way = way_back(item)?;
            item.delete_declaration();
            let detail = Detail { reason: Some(reason.clone()), ..Detail::of_user(user_created) };
            let (kind, word) = match way {
                Withdrawal::Deleted => (EventKind::DeclarationDeleted, "deleted"),
                Withdrawal::Withdrawn => (EventKind::DeclarationWithdrawn, "withdrawn"),
            };
            item.record(Event { detail, ..Event::of(kind) });
            Ok((Outcome::Stored, Answer::of(to_canonical(&receipt(item, word)))))
        };
        self.change_one(actor, about, key, work).await
    }

    /// Declares an item of which there is no declaration yet.
    ///
    /// # Errors
    /// Every finding; one of code `state` where the item is declared already, `absent` where no such anonymous declaration is
    /// open.
    pub async fn declare_new(&self, actor: &Actor, new: NewItem, key: Option<RequestKey>) -> Result<Answer> {
        actor.check(UseCase::Declare)?;
        let NewItem { object, declaration, event, external_reference, lodged } = new;
        let sent = Declared { external_reference, ..declared(object, declaration, event) };
        let ready = prepare(self, actor, sent)?;
        let warnings = ready.content.judgement.warnings;
        let (about, by) = (ready.key.clone(), actor.clone());
        let work = move |tx: &mut Tx<'_>, catalogue: &Catalogue, item: &mut Item, user_created: bool| {
            if item.declaration().is_some() {
                let message =
                    "there is a declaration under this item id already; declare another id, or change that one";
                return Err(Error::invalid("state", "itemId", message).into());
            }
            let mut made = Made::default();
            let outcome = apply(tx, catalogue, item, &ready, user_created, &mut made)?;
            if let Some(id) = &lodged {
                close_lodged(tx, &by, id, &item.object.item_id)?;
            }
            Ok((outcome, made.into_answer(warnings)))
        };
        let answer = self.change_one(actor, about, key, work).await?;
        self.note_activity(Part::Declaration);
        Ok(answer)
    }

    /// What the item named is known by to its post.
    async fn key_of(&self, actor: &Actor, named: Named) -> Result<Key> {
        let post = actor.own_post(None)?.to_owned();
        let (services, actor) = (self.clone(), actor.clone());
        self.store
            .read(move |tx| {
                let item = one::find(tx, &services.catalogue(), &actor, std::slice::from_ref(&post), &named)?;
                Ok(Key { pid: Some(item.object.pid.0), ..Key::about(&Some(item.object.item_id)) })
            })
            .await
    }

    /// Changes one item of the caller's own in a transaction, once for a key.
    async fn change_one(
        &self,
        actor: &Actor,
        about: Key,
        key: Option<RequestKey>,
        work: impl Fn(&mut Tx<'_>, &Catalogue, &mut Item, bool) -> Result<(Outcome, Answer), Fault> + Send + Sync + 'static,
    ) -> Result<Answer> {
        let post = actor.own_post(None)?.to_owned();
        let (services, actor) = (self.clone(), actor.clone());
        let change = move |tx: &mut Tx<'_>| {
            once(tx, &actor, key.as_ref(), |tx| {
                let user_created = services.ensure_user(tx, &actor)?;
                let catalogue = services.catalogue();
                let mut unit = UnitOfWork::load(tx, &catalogue, &post, std::iter::once(&about), Parts::Declaration)?;
                let mut answer = Answer::void();
                unit.change(tx, &about, |tx, item| {
                    let (outcome, said) = work(tx, &catalogue, item, user_created)?;
                    answer = said;
                    Ok(outcome)
                })?;
                unit.save(tx, &actor.stamp())?;
                Ok(answer)
            })
        };
        let answer = self.store.write(change).await?;
        self.notify_outbox();
        Ok(answer)
    }
}

/// A declaration under the names that the own surface has for its parts.
fn declared(object: MailObject, declaration: Declaration, event: StoreEvent) -> Declared {
    let declaration = Declaration { entity_state: Entity::STORE, ..declaration };
    Declared {
        object: Some(MailObject { entity_state: Entity::STORE, ..object }),
        declaration: Some(declaration),
        event,
        object_path: "mailObject".into(),
        declaration_path: "declaration".into(),
        external_reference: None,
        ingestion: None,
        callback: None,
        found: Findings::default(),
    }
}

/// How the declaration of an item is taken back.
fn way_back(item: &Item) -> Result<Withdrawal, Fault> {
    let row = item.declaration();
    let post = &item.object.post_org;
    if let Some(declarer) = row.and_then(|row| row.declared_by.as_ref()).filter(|declarer| *declarer != post) {
        let message = format!("the declaration is of {declarer}, which alone can take it back");
        return Err(Finding::new("state", "", message).into());
    }
    life_cycle::withdrawal(row.map(standing_of), item.object.flow, item.object.mail_state)
        .map_err(|illegal| Finding::new("state", "", illegal.0).into())
}
