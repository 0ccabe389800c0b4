//! Moving items along: UpdateMailState, UpdateMailState_ForTransitItems, UpdateMailStateAndGetCustomsStatus.

use uuid::Uuid;

use super::automatic;
use super::batch::Outcome;
use super::catalogue::Catalogue;
use super::declare::receipt;
use super::idempotency::once;
use super::item::identity::{self, Key};
use super::item::unit_of_work::UnitOfWork;
use super::item::which::{Candidates, Row};
use super::rights::UseCase;
use super::views::view;
use super::{Actor, Answer, RequestKey, Services};
use crate::contract::MailObject;
use crate::contract::canonical::to_canonical;
use crate::contract::ingestion::Movement;
use crate::domain::{EventKind, Flow};
use crate::error::{Error, Findings, Result};
use crate::rules::forms::given;
use crate::rules::item_facts::{Fact, Facts};
use crate::rules::mail_state::{SENT_TO_CUSTOMS, moved};
use crate::rules::structure::{self, UNKNOWN_POST};
use crate::rules::which::{self, Purpose};
use crate::store::item::{DeclarationRow, Detail, Event, Item, ItemReference, Parts};
use crate::store::types::Id;
use crate::store::{Fault, Tx};

/// A move of one item.
#[derive(Clone, Debug)]
pub struct Move {
    pub item_id: String,
    pub post: Option<String>,
    /// The destination outbound, the origin inbound and in transit.
    pub partner: String,
    pub flow: Flow,
    pub mail_state: Option<i32>,
    /// Where a transit item goes.
    pub item_destination: Option<String>,
}

impl Move {
    /// The move that an entry of the own surface describes.
    ///
    /// # Errors
    /// 400 with what is missing.
    pub fn of(moved: &Movement) -> Result<Self> {
        let mut findings = Findings::default();
        let flow = given(&moved.flow).and_then(Flow::named);
        if flow.is_none() {
            findings.add("required", "flow", format!("write one of {}", Flow::NAMES.join(", ")));
        }
        for (path, value) in [("itemId", &moved.item_id), ("partner", &moved.partner)] {
            if given(value).is_none() {
                findings.add("required", path, "it is needed here");
            }
        }
        if flow == Some(Flow::Transit) && given(&moved.destination).is_none() {
            findings.add("required", "destination", "a transit item needs its destination post");
        }
        findings.into_result()?;
        let own = |text: &Option<String>| given(text).unwrap_or_default().to_owned();
        let flow = flow.unwrap_or(Flow::Transit);
        Ok(Self {
            item_id: own(&moved.item_id),
            post: None,
            partner: own(&moved.partner),
            flow,
            mail_state: moved.mail_state,
            item_destination: given(&moved.destination).filter(|_| flow == Flow::Transit).map(str::to_owned),
        })
    }
}

/// Findings about a move under the names that its members have on the own surface.
pub fn in_own_words(error: Error) -> Error {
    let Error::Invalid(findings) = error else { return error };
    Error::Invalid(findings.each(|mut finding| {
        let known = [("id", "itemId"), ("partnerPostalOrgCd", "partner"), ("itemDestPostalOrgCd", "destination")];
        if let Some((_, own)) = known.iter().find(|(name, _)| *name == finding.path) {
            finding.path = (*own).to_owned();
        }
        finding
    }))
}

/// What a move is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answering {
    Nothing,
    /// What was made of the item.
    Receipt,
    /// The item's view, read in the same transaction.
    /// `force`: where customs has not answered, its auto-response rules may.
    View {
        force: bool,
    },
}

impl Services {
    /// Sets the mail state, creating the item when it is new.
    ///
    /// # Errors
    /// 400 with findings; 401 when customs calls or another post is named.
    pub async fn move_item(
        &self,
        actor: &Actor,
        sent: Move,
        answering: Answering,
        key: Option<RequestKey>,
    ) -> Result<Answer> {
        actor.check(UseCase::MoveItems)?;
        let post = actor.own_post(sent.post.as_deref())?.to_owned();
        let moved = Moved::of(&post, &sent)?;
        let (services, actor) = (self.clone(), actor.clone());
        let answer = self
            .store
            .write(move |tx| {
                once(tx, &actor, key.as_ref(), |tx| {
                    let user_created = services.ensure_user(tx, &actor)?;
                    let catalogue = services.catalogue();
                    let office = actor.office_cd.as_deref();
                    let by = Mover { catalogue: &catalogue, post: &post, user_created, office, ingestion: None };
                    let mut item = store_move(tx, &actor, &by, &moved)?;
                    Ok(match answering {
                        Answering::View { force } => {
                            if force {
                                automatic::answer(tx, &catalogue, &mut item, &actor.stamp())?;
                            }
                            Answer::of(view(&item, &actor))
                        }
                        Answering::Receipt => Answer::of(to_canonical(&receipt(&item, "moved"))),
                        Answering::Nothing => Answer::void(),
                    })
                })
            })
            .await;
        self.notify_outbox();
        answer
    }
}

/// A move that was checked.
#[derive(Clone, Debug)]
pub(super) struct Moved {
    /// What it says of the item.
    object: MailObject,
    flow: Flow,
}

impl Moved {
    /// # Errors
    /// 400 with findings.
    pub(super) fn of(post: &str, sent: &Move) -> Result<Self> {
        Ok(Self { object: object_of(post, sent)?, flow: sent.flow })
    }

    /// What names its item.
    pub(super) fn key(&self) -> Key {
        Key::of(&self.object)
    }
}

/// The mail object that a move describes.
fn object_of(post: &str, sent: &Move) -> Result<MailObject> {
    let mut findings = Findings::default();
    structure::check_item_id(&mut findings, "id", Some(&sent.item_id));
    structure::check_post(&mut findings, "partnerPostalOrgCd", Some(&sent.partner));
    structure::check_post(&mut findings, "itemDestPostalOrgCd", sent.item_destination.as_deref());
    if sent.partner == post {
        findings.add("posts", "partnerPostalOrgCd", "the partner is another post than the calling one");
    }
    match sent.mail_state {
        None => findings.add("required", "mailState", "give the state: 1, 2, 5, 10, 50 or 52"),
        Some(state) if !(0..=999).contains(&state) => {
            findings.add("out_of_range", "mailState", "a mail state is a number from 0 to 999");
        }
        Some(_) => {}
    }
    let unknown = || UNKNOWN_POST.to_owned();
    let (origin, destination) = match sent.flow {
        Flow::Outbound => (post.to_owned(), sent.partner.clone()),
        Flow::Inbound => (sent.partner.clone(), post.to_owned()),
        Flow::Transit => (sent.partner.clone(), sent.item_destination.clone().unwrap_or_else(unknown)),
    };
    if sent.flow == Flow::Transit && (destination == post || destination == origin) {
        let message = "a transit item goes to a third post: neither the calling one nor the partner";
        findings.add("posts", "itemDestPostalOrgCd", message);
    }
    findings.into_result()?;
    Ok(MailObject {
        id: Some(sent.item_id.clone()),
        orig_post_org_cd: Some(origin),
        dest_post_org_cd: Some(destination),
        mail_state_cd: sent.mail_state,
        ..MailObject::default()
    })
}

/// Who moves items, and with what that comes.
pub(super) struct Mover<'m> {
    pub catalogue: &'m Catalogue,
    pub post: &'m str,
    pub user_created: bool,
    /// Where they are.
    pub office: Option<&'m str>,
    pub ingestion: Option<Id>,
}

/// A move ready to be stored.
struct Moving<'m> {
    by: &'m Mover<'m>,
    object: &'m MailObject,
    flow: Flow,
}

/// Stores a move; gives the item to show.
fn store_move(tx: &mut Tx<'_>, actor: &Actor, by: &Mover<'_>, moved: &Moved) -> Result<Item, Fault> {
    let key = moved.key();
    let mut unit = UnitOfWork::load(tx, by.catalogue, by.post, std::iter::once(&key), Parts::All)?;
    let (shown, _) = put_move(tx, &mut unit, by, moved)?;
    unit.save(tx, &actor.stamp())?;
    unit.into_item(tx, &shown)?.ok_or_else(|| Error::Internal("the item moved is gone".into()).into())
}

/// Moves an item that is at hand; gives what names it, and whether anything changed. The move goes to the item that comes
/// from the partner, and, where that may not have the id, to the one that may as well; no second item is made beside that.
pub(super) fn put_move(
    tx: &mut Tx<'_>,
    unit: &mut UnitOfWork<'_>,
    by: &Mover<'_>,
    moved: &Moved,
) -> Result<(Key, Outcome), Fault> {
    let (key, moving) = (moved.key(), &Moving { by, object: &moved.object, flow: moved.flow });
    let handed_over = handed_over(tx, moving, unit, &key)?;
    let partners_own = handed_over.is_none() || unit.has(tx, &key)?;
    let mut outcome = Outcome::Unchanged;
    if partners_own {
        outcome = unit.change(tx, &key, |tx, item| moving.apply(tx, item))?;
    }
    let shown = handed_over.map_or(key, |pid| Key { pid: Some(pid), ..Key::about(&moved.object.id) });
    if shown.pid.is_some() {
        // Nothing is refused here any more, so a move is made of both items or of none.
        let second = unit.change(tx, &shown, |tx, item| moving.apply_handed_over(tx, item))?;
        outcome = if second == Outcome::Stored { second } else { outcome };
    }
    Ok((shown, outcome))
}

/// The item that a partner handed over which is not its origin: one that may have the id, while the partner's own, if there
/// is one, may not.
fn handed_over(tx: &mut Tx<'_>, moving: &Moving<'_>, unit: &UnitOfWork<'_>, key: &Key) -> Result<Option<Uuid>, Fault> {
    if moving.flow == Flow::Outbound || key.origin == UNKNOWN_POST {
        return Ok(None);
    }
    let mut items = unit.items_with_id(&key.item_id);
    items.retain(|item| item.object.flow == moving.flow);
    let candidates = Candidates::of(tx, items.iter().map(|item| Row::from(&item.object)))?;
    let rows = candidates.see(moving.by.catalogue);
    let meant = which::choose(&rows, None, Purpose::Naming);
    let is_partners = |at: &&usize| rows[**at].origin == key.origin;
    if moving.by.catalogue.fits(&key.item_id, &key.origin) || meant.fitting.iter().any(|at| is_partners(&at)) {
        return Ok(None);
    }
    let known = meant.fitting.iter().filter(|at| rows[**at].origin != UNKNOWN_POST);
    Ok(known.max_by_key(|at| rows[**at].age()).map(|at| rows[*at].pid))
}

impl Moving<'_> {
    /// Moves the partner's own item.
    fn apply(&self, tx: &mut Tx<'_>, item: &mut Item) -> Result<Outcome, Fault> {
        let changed = self.merge(item, self.object);
        identity::check_posts(&item.object).map_err(Fault::from)?;
        if item.object.flow != self.flow {
            return Err(super::status::flow_contradicted(self.flow));
        }
        let mut facts = Facts(item.object.facts);
        facts.set(Fact::MovedByPost, facts.has(Fact::MovedByPost) || (self.flow != Flow::Outbound && self.is_move()));
        let named = facts.0 != item.object.facts || self.comes_to_office(tx, item)?;
        item.object.facts = facts.0;
        Ok(self.record(item, changed, named, None))
    }

    /// Moves an item that another post than its origin handed over.
    fn apply_handed_over(&self, tx: &mut Tx<'_>, item: &mut Item) -> Result<Outcome, Fault> {
        let sent = MailObject { mail_state_cd: self.object.mail_state_cd, ..MailObject::default() };
        let changed = self.merge(item, &sent);
        let by = self.object.orig_post_org_cd.clone();
        let is_new = item.declaration().is_some_and(|row| row.handed_over_by != by);
        if let (true, Some(row)) = (is_new, item.declaration().cloned()) {
            item.put_declaration(DeclarationRow { handed_over_by: by.clone(), ..row });
        }
        let is_new = is_new || self.comes_to_office(tx, item)?;
        Ok(self.record(item, changed, is_new, by))
    }

    /// Whether it was at another office before, or at none: the same state at two offices is two moves, for what is at an office
    /// is what was moved there last.
    fn comes_to_office(&self, tx: &mut Tx<'_>, item: &Item) -> Result<bool, Fault> {
        match self.by.office {
            Some(office) if self.is_move() && !item.is_new() => {
                Ok(tx.last_office(&item.object.post_org, item.object.pid)?.as_deref() != Some(office))
            }
            _ => Ok(false),
        }
    }

    /// What a move says of its item; unlike a view it may set the state back.
    fn merge(&self, item: &mut Item, sent: &MailObject) -> Vec<&'static str> {
        let before = item.object.mail_state;
        let mut changed = identity::merge(self.by.catalogue, item, sent);
        let state = sent.mail_state_cd.map(|said| moved(before, said));
        if item.object.mail_state != state {
            item.object.mail_state = state;
            changed.push("MailStateCd");
        }
        changed
    }

    fn is_move(&self) -> bool {
        self.object.mail_state_cd != Some(SENT_TO_CUSTOMS)
    }

    fn record(
        &self,
        item: &mut Item,
        changed: Vec<&'static str>,
        more: bool,
        handed_over_by: Option<String>,
    ) -> Outcome {
        let visible = item.object.customs_visible || self.is_move();
        if changed.is_empty() && !more && item.object.customs_visible == visible {
            return Outcome::Unchanged;
        }
        item.object.customs_visible = visible;
        let mail_object = Some(changed.into_iter().map(str::to_owned).collect());
        let mail_state = item.object.mail_state;
        let detail = Detail { mail_object, mail_state, handed_over_by, ..Detail::of_user(self.by.user_created) };
        item.record(Event { detail, ..Event::of(EventKind::ObjectMoved) });
        if self.by.ingestion.is_some() {
            item.put_reference(ItemReference { ingestion: self.by.ingestion, ..ItemReference::default() });
        }
        Outcome::Stored
    }
}
