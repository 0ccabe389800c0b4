//! Some declarations put into their items, in one transaction. A dry run is the same work up to saving.

use super::reading::{Sent, SentPlace};
use crate::contract::DeclarationData;
use crate::error::{Error, Finding, Findings};
use crate::service::catalogue::Catalogue;
use crate::service::declare::{Made, apply, prepare};
use crate::service::item::unit_of_work::UnitOfWork;
use crate::service::judgement::found_in;
use crate::service::one::version_tag;
use crate::service::prepared::{Content, Ready};
use crate::service::{Actor, Services};
use crate::sheet::out::{PARTIAL, settled};
use crate::sheet::{SheetFinding, Weight};
use crate::store::item::{Item, Parts};
use crate::store::{Fault, Tx};

/// A declaration that was checked, or what refuses it.
#[derive(Debug)]
pub(super) struct Checked {
    pub number: usize,
    pub item_id: Option<String>,
    pub place: SentPlace,
    pub findings: Vec<SheetFinding>,
    version: Option<String>,
    /// None where the findings refuse it.
    ready: Option<Ready>,
}

/// What is done with what was put into items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Saving {
    Nothing,
    EachItem,
    AllOrNone,
}

/// What became of a declaration.
#[derive(Clone, Debug)]
pub(super) struct Became {
    pub outcome: Outcome,
    /// Members that changed.
    pub members: Vec<String>,
    /// What was found when it was put into its item.
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

/// Checks a declaration as far as that needs nothing stored.
///
/// # Errors
/// What is not about this declaration alone.
pub(super) fn check(services: &Services, actor: &Actor, sent: Sent) -> Result<Checked, Error> {
    let Sent { number, item_id, place, mut findings, declared, version } = sent;
    let prepared = declared.map(|declared| prepare(services, actor, declared));
    let ready = match prepared {
        None => None,
        Some(Ok(ready)) => {
            for found in found_in(ready.content.judgement.findings.as_deref()) {
                let warning = SheetFinding::new("", Weight::Warning, found.message);
                let warning = SheetFinding { code: found.rule, ..warning };
                findings.push(place.locate(warning, &in_declaration(&found.path), item_id.as_ref()));
            }
            Some(ready)
        }
        Some(Err(error)) => {
            findings.extend(refusing(error, &place, item_id.as_ref())?);
            None
        }
    };
    Ok(Checked { number, item_id, place, findings, version, ready })
}

/// A path of the quality rules as one of what was sent.
fn in_declaration(path: &str) -> String {
    match path.strip_prefix("MailObject.") {
        Some(member) => format!("mailObject.{member}"),
        None => format!("declaration.Data.{path}"),
    }
}

/// What refuses a declaration, with where it stood.
fn refusing(error: Error, place: &SentPlace, item: Option<&String>) -> Result<Vec<SheetFinding>, Error> {
    let findings = match error {
        Error::Invalid(findings) => findings,
        Error::Unauthorized => {
            let message = "there is no such organization of yours; name your own post and customs";
            Findings::from(Finding::new("absent", "", message))
        }
        error => return Err(error),
    };
    let located = |found: Finding| place.locate(SheetFinding::error(found.code, found.message), &found.path, item);
    Ok(findings.into_vec().into_iter().map(located).collect())
}

/// Puts declarations into their items, and saves these as far as `saving` says.
///
/// # Errors
/// What is not about one of them alone: nothing is saved then.
pub(super) fn store(
    services: &Services,
    tx: &mut Tx<'_>,
    actor: &Actor,
    checked: &[Checked],
    saving: Saving,
) -> Result<Vec<Became>, Fault> {
    let catalogue = services.catalogue();
    let user_created = saving != Saving::Nothing && services.ensure_user(tx, actor)?;
    let keys = checked.iter().filter_map(|one| one.ready.as_ref()).map(|ready| &ready.key);
    let mut unit = UnitOfWork::load(tx, &catalogue, &actor.org, keys, Parts::Declaration)?;
    let mut all = Vec::with_capacity(checked.len());
    for one in checked {
        all.push(put(tx, &mut unit, &catalogue, one, user_created)?);
    }
    let is_refused = all.iter().any(|became| became.outcome == Outcome::Refused);
    match saving {
        Saving::Nothing => {}
        Saving::AllOrNone if is_refused => {}
        Saving::EachItem | Saving::AllOrNone => unit.save(tx, &actor.stamp())?,
    }
    Ok(all)
}

fn put(
    tx: &mut Tx<'_>,
    unit: &mut UnitOfWork<'_>,
    catalogue: &Catalogue,
    one: &Checked,
    user_created: bool,
) -> Result<Became, Fault> {
    let refused = |findings| Became { outcome: Outcome::Refused, members: Vec::new(), findings };
    let Some(ready) = &one.ready else { return Ok(refused(Vec::new())) };
    let (mut outcome, mut members) = (Outcome::Unchanged, Vec::new());
    let result = unit.change(tx, &ready.key, |tx, item| {
        let was_declared = item.declaration().is_some();
        let stored_version = version_tag(&item.object, item.declaration());
        let as_stored = if one.place.rows().is_some() { alike(item, ready) } else { None };
        let mut made = Made::default();
        let done = apply(tx, catalogue, item, as_stored.as_ref().unwrap_or(ready), user_created, &mut made)?;
        if done == crate::service::batch::Outcome::Stored {
            if was_declared {
                check_version(one.version.as_deref(), &stored_version)?;
            }
            outcome = if was_declared { Outcome::Changed } else { Outcome::New };
            members = changed_members(item, made.is_renamed);
        }
        Ok(done)
    });
    match result {
        Ok(_) => Ok(Became { outcome, members, findings: Vec::new() }),
        Err(Fault::App(error)) => Ok(refused(refusing(error, &one.place, one.item_id.as_ref())?)),
        Err(fault) => Err(fault),
    }
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
