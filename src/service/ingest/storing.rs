//! Some entries put where they belong, in one transaction. A dry run is the same work up to saving.

use super::reading::{Entry, Sent, SentPlace};
use crate::contract::{DeclarationData, MarketedGood, SenderProfile};
use crate::domain::IngestionKind;
use crate::error::{Error, Finding, Findings};
use crate::rules::trade::has_unknown_code;
use crate::service::batch::Outcome as Done;
use crate::service::catalogue::Catalogue;
use crate::service::declare::{Made, apply, prepare};
use crate::service::item::identity::Key;
use crate::service::item::unit_of_work::UnitOfWork;
use crate::service::judgement::found_in;
use crate::service::mail_state::{Move, Moved, Mover, in_own_words, put_move};
use crate::service::one::version_tag;
use crate::service::prepared::{Content, Ready};
use crate::service::senders::{SenderBatch, checked_sender};
use crate::service::trade::{GoodsBatch, Kept, checked_good};
use crate::service::{Actor, Services};
use crate::sheet::SheetFinding;
use crate::sheet::out::{PARTIAL, settled};
use crate::store::item::{Item, Parts};
use crate::store::types::Id;
use crate::store::{Fault, Tx};

/// An entry that was checked, or what refuses it.
#[derive(Debug)]
pub(super) struct Checked {
    pub number: usize,
    pub name: Option<String>,
    pub place: SentPlace,
    pub findings: Vec<SheetFinding>,
    version: Option<String>,
    /// None where the findings refuse it.
    ready: Option<Prepared>,
}

/// What an entry says, as far as that can be known without the store.
#[derive(Debug)]
enum Prepared {
    Declaration(Box<Ready>),
    Good(Box<MarketedGood>),
    Sender(Box<SenderProfile>),
    Movement(Box<Moved>),
}

/// What is done with what was put in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Saving {
    Nothing,
    EachItem,
    AllOrNone,
}

/// What became of an entry.
#[derive(Clone, Debug)]
pub(super) struct Became {
    pub outcome: Outcome,
    /// Members that changed.
    pub members: Vec<String>,
    /// What was found when it was put in its place.
    pub findings: Vec<SheetFinding>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    New,
    Changed,
    Unchanged,
    Refused,
}

impl Outcome {
    pub fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
        }
    }
}

impl From<Kept> for Outcome {
    fn from(kept: Kept) -> Self {
        match kept {
            Kept::Created => Self::New,
            Kept::Changed => Self::Changed,
            Kept::Unchanged => Self::Unchanged,
        }
    }
}

/// Checks an entry as far as that needs nothing stored.
///
/// # Errors
/// What is not about this entry alone.
pub(super) fn check(services: &Services, actor: &Actor, sent: Sent) -> Result<Checked, Error> {
    let Sent { number, name, place, mut findings, entry, version } = sent;
    let prepared = entry.map(|entry| prepared(services, actor, entry));
    let ready = match prepared {
        None => None,
        Some(Ok(ready)) => {
            findings.extend(warnings(&ready, &place, name.as_ref()));
            Some(ready)
        }
        Some(Err(error)) => {
            findings.extend(refusing(error, &place, name.as_ref())?);
            None
        }
    };
    Ok(Checked { number, name, place, findings, version, ready })
}

fn prepared(services: &Services, actor: &Actor, entry: Entry) -> Result<Prepared, Error> {
    Ok(match entry {
        Entry::Declaration(declared) => Prepared::Declaration(Box::new(prepare(services, actor, *declared)?)),
        Entry::Good(good) => Prepared::Good(Box::new(checked_good(&services.catalogue(), actor, *good)?)),
        Entry::Sender(profile) => Prepared::Sender(Box::new(checked_sender(&services.catalogue(), *profile)?)),
        Entry::Movement(moved) => {
            let moved = Moved::of(actor.own_post(None)?, &Move::of(&moved)?).map_err(in_own_words)?;
            Prepared::Movement(Box::new(moved))
        }
    })
}

/// What is worth knowing of an entry that can be stored.
fn warnings(ready: &Prepared, place: &SentPlace, name: Option<&String>) -> Vec<SheetFinding> {
    match ready {
        Prepared::Declaration(ready) => {
            let found = found_in(ready.content.judgement.findings.as_deref());
            let warning = |found: crate::service::judgement::Found| {
                let warning = SheetFinding::warning(&found.rule, found.message);
                place.locate(warning, &in_declaration(&found.path), name)
            };
            found.into_iter().map(warning).collect()
        }
        Prepared::Good(good) if has_unknown_code(good) => {
            let warning = SheetFinding::warning("unknown_code", "the HS code is none of the nomenclature; look at it");
            vec![place.locate(warning, "Details.HSCode", name)]
        }
        _ => Vec::new(),
    }
}

/// A path of the quality rules as one of what was sent.
fn in_declaration(path: &str) -> String {
    match path.strip_prefix("MailObject.") {
        Some(member) => format!("mailObject.{member}"),
        None => format!("declaration.Data.{path}"),
    }
}

/// What paths of findings about goods begin with.
const OF_A_GOOD: &str = "marketedGood.";

/// What refuses an entry, with where it stood.
fn refusing(error: Error, place: &SentPlace, item: Option<&String>) -> Result<Vec<SheetFinding>, Error> {
    let findings = match error {
        Error::Invalid(findings) => findings,
        Error::Unauthorized => {
            let message = "there is no such organization of yours; name your own post and customs";
            Findings::from(Finding::new("absent", "", message))
        }
        error => return Err(error),
    };
    let located = |found: Finding| {
        let path = found.path.strip_prefix(OF_A_GOOD).unwrap_or(&found.path);
        place.locate(SheetFinding::error(found.code, found.message), path, item)
    };
    Ok(findings.into_vec().into_iter().map(located).collect())
}

/// What entries of a kind are put into.
enum Target<'d> {
    Declarations(UnitOfWork<'d>),
    Movements(UnitOfWork<'d>),
    Goods(GoodsBatch),
    Senders(SenderBatch),
}

/// For whom entries are put in their places, and with what they come.
struct Work<'w> {
    kind: IngestionKind,
    ingestion: Id,
    actor: &'w Actor,
    catalogue: &'w Catalogue,
    user_created: bool,
}

/// Puts entries in their places, and saves these as far as `saving` says.
///
/// # Errors
/// What is not about one of them alone: nothing is saved then.
pub(super) fn store(
    services: &Services,
    tx: &mut Tx<'_>,
    (actor, kind, ingestion): (&Actor, IngestionKind, Id),
    checked: &[Checked],
    saving: Saving,
) -> Result<Vec<Became>, Fault> {
    let catalogue = &services.catalogue();
    let names_users = matches!(kind, IngestionKind::Declarations | IngestionKind::Movements);
    let user_created = names_users && saving != Saving::Nothing && services.ensure_user(tx, actor)?;
    let work = Work { kind, ingestion, actor, catalogue, user_created };
    let mut target = Target::open(tx, &work, checked)?;
    let mut all = Vec::with_capacity(checked.len());
    for one in checked {
        all.push(target.put(tx, &work, one)?);
    }
    let is_refused = all.iter().any(|became| became.outcome == Outcome::Refused);
    match saving {
        Saving::Nothing => {}
        Saving::AllOrNone if is_refused => {}
        Saving::EachItem | Saving::AllOrNone => target.save(tx, actor)?,
    }
    Ok(all)
}

impl<'d> Target<'d> {
    /// With everything at hand that the entries may mean.
    fn open(tx: &mut Tx<'_>, work: &Work<'d>, checked: &[Checked]) -> Result<Self, Fault> {
        let (catalogue, post) = (work.catalogue, work.actor.org.as_str());
        let keys: Vec<Key> = checked.iter().filter_map(|one| one.ready.as_ref()?.key()).collect();
        Ok(match work.kind {
            IngestionKind::Declarations => {
                Self::Declarations(UnitOfWork::load(tx, catalogue, post, keys.iter(), Parts::Declaration)?)
            }
            IngestionKind::Movements => {
                Self::Movements(UnitOfWork::load(tx, catalogue, post, keys.iter(), Parts::All)?)
            }
            IngestionKind::Goods => Self::Goods(GoodsBatch::of(post)),
            IngestionKind::Senders => Self::Senders(SenderBatch::of(post)),
        })
    }

    fn put(&mut self, tx: &mut Tx<'_>, work: &Work<'_>, one: &Checked) -> Result<Became, Fault> {
        let result = match (self, &one.ready) {
            (Self::Declarations(unit), Some(Prepared::Declaration(ready))) => declare(tx, unit, work, one, ready),
            (Self::Movements(unit), Some(Prepared::Movement(moved))) => move_item(tx, unit, work, moved),
            (Self::Goods(goods), Some(Prepared::Good(good))) => {
                goods.place(tx, good).map(|placed| Became::from(placed.outcome))
            }
            (Self::Senders(file), Some(Prepared::Sender(profile))) => {
                file.put(tx, profile, |_| Ok(())).map(Became::from)
            }
            _ => return Ok(Became::refused(Vec::new())),
        };
        match result {
            Ok(became) => Ok(became),
            Err(Fault::App(error)) => Ok(Became::refused(refusing(error, &one.place, one.name.as_ref())?)),
            Err(fault) => Err(fault),
        }
    }

    fn save(self, tx: &mut Tx<'_>, actor: &Actor) -> Result<(), Fault> {
        match self {
            Self::Declarations(mut unit) | Self::Movements(mut unit) => unit.save(tx, &actor.stamp()),
            Self::Goods(goods) => goods.save(tx, actor),
            Self::Senders(file) => file.save(tx, &actor.stamp()),
        }
    }
}

impl Prepared {
    /// What names its item.
    fn key(&self) -> Option<Key> {
        match self {
            Self::Declaration(ready) => Some(ready.key.clone()),
            Self::Movement(moved) => Some(moved.key()),
            Self::Good(_) | Self::Sender(_) => None,
        }
    }
}

impl Became {
    fn refused(findings: Vec<SheetFinding>) -> Self {
        Self { outcome: Outcome::Refused, members: Vec::new(), findings }
    }
}

impl From<Kept> for Became {
    fn from(kept: Kept) -> Self {
        Self { outcome: kept.into(), members: Vec::new(), findings: Vec::new() }
    }
}

fn declare(
    tx: &mut Tx<'_>,
    unit: &mut UnitOfWork<'_>,
    work: &Work<'_>,
    one: &Checked,
    ready: &Ready,
) -> Result<Became, Fault> {
    let (mut outcome, mut members) = (Outcome::Unchanged, Vec::new());
    unit.change(tx, &ready.key, |tx, item| {
        let was_declared = item.declaration().is_some();
        let stored_version = version_tag(&item.object, item.declaration());
        let as_stored = if one.place.rows().is_some() { alike(item, ready) } else { None };
        let ready = as_stored.as_ref().unwrap_or(ready);
        let mut made = Made::default();
        let done = apply(tx, work.catalogue, item, ready, work.user_created, &mut made)?;
        if done == Done::Stored {
            if was_declared {
                check_version(one.version.as_deref(), &stored_version)?;
            }
            outcome = if was_declared { Outcome::Changed } else { Outcome::New };
            members = changed_members(item, made.is_renamed);
        }
        Ok(done)
    })?;
    Ok(Became { outcome, members, findings: Vec::new() })
}

fn move_item(tx: &mut Tx<'_>, unit: &mut UnitOfWork<'_>, work: &Work<'_>, moved: &Moved) -> Result<Became, Fault> {
    let office = work.actor.office_cd.as_deref();
    let by = Mover {
        catalogue: work.catalogue,
        post: &work.actor.org,
        user_created: work.user_created,
        office,
        ingestion: Some(work.ingestion),
    };
    let is_known = !unit.items_with_id(&moved.key().item_id).is_empty();
    let (_, done) = put_move(tx, unit, &by, moved)?;
    let outcome = match (done, is_known) {
        (Done::Unchanged, _) => Outcome::Unchanged,
        (Done::Stored, true) => Outcome::Changed,
        (Done::Stored, false) => Outcome::New,
    };
    Ok(Became { outcome, members: Vec::new(), findings: Vec::new() })
}

/// The same declaration with the text that is stored, where a sheet has no words for what they differ in.
fn alike(item: &Item, ready: &Ready) -> Option<Ready> {
    let row = item.declaration().filter(|row| row.digest != ready.content.digest)?;
    let body = row.body.clone()?;
    let read = |text: &str| serde_json::from_str::<DeclarationData>(text).ok();
    let (stored, sent) = (read(&body)?, read(ready.content.body())?);
    (settled(&stored) == settled(&sent)).then(|| Ready {
        content: Content { body, digest: row.digest.clone(), ..ready.content.clone() },
        ..ready.clone()
    })
}

/// Whether rows of an export may change the item.
fn check_version(exported: Option<&str>, stored: &str) -> Result<(), Fault> {
    let refused = |code, message: &str| Err(Error::invalid(code, "version", message).into());
    match exported {
        Some(version) if version.starts_with(PARTIAL) => {
            refused("not_carried", "the item holds what a sheet cannot carry; change it by other means")
        }
        Some(version) if version != stored => refused(
            "changed_since",
            "the item was changed since it was exported; export it again and repeat the change",
        ),
        _ => Ok(()),
    }
}

/// Names of members that the last event changed, and of the declarer's own reference.
fn changed_members(item: &Item, is_renamed: bool) -> Vec<String> {
    let name = is_renamed.then(|| "externalReference".to_owned());
    let Some(event) = item.events().last() else { return name.into_iter().collect() };
    let of_object = event.detail.mail_object.iter().flatten().map(|member| format!("mailObject.{member}"));
    let of_data = event.detail.data.iter().flatten().map(|member| format!("declaration.{member}"));
    of_object.chain(of_data).chain(name).collect()
}
