//! What is printed: stored items as typed views, their value in special drawing rights, and the note in the history.

use rust_decimal::Decimal;
use uuid::Uuid;

use super::catalogue::Catalogue;
use super::item::save;
use super::item::visible::declaration_for;
use super::item::which::{Candidates, Row};
use super::one::{self, Named};
use super::rights::UseCase;
use super::views::view;
use super::{Actor, Part, Services};
use crate::contract::CdsView;
use crate::domain::{EventKind, Flow};
use crate::error::{Error, Findings, Result};
use crate::rules::currency::convert;
use crate::rules::structure::given;
use crate::rules::which::{self, Purpose};
use crate::store::item::{Event, Item, Parts};
use crate::store::{Fault, Tx};

/// Special drawing rights, by ISO 4217.
const SDR: &str = "XDR";

/// A view to print.
#[derive(Clone, Debug)]
pub struct Printable {
    pub view: CdsView,
    /// Value of the contents in SDR; absent where a line has no value or there is no rate.
    pub sdr_value: Option<Decimal>,
}

impl Services {
    /// The newest items of the caller with these ids, in their order.
    ///
    /// # Errors
    /// 400 naming each id that the caller has no declared item of.
    pub async fn printable(&self, actor: &Actor, path: &'static str, ids: &[String]) -> Result<Vec<Printable>> {
        actor.check(UseCase::Print)?;
        let (reader, catalogue, ids) = (actor.clone(), self.catalogue(), ids.to_vec());
        let views = self.store.read(move |tx| {
            let items = declared_items(tx, &catalogue, &reader, path, &ids)?;
            Ok(items.iter().map(|item| view(item, &reader)).collect::<Vec<_>>())
        });
        let views: Result<Vec<CdsView>> = views.await?.iter().map(|text| typed(text)).collect();
        Ok(views?.into_iter().map(|view| self.with_value(actor, view)).collect())
    }

    /// The item named as it is printed, with the tag of the version and its item id.
    ///
    /// # Errors
    /// 404 when the caller has no declared item of that name, 409 when several fit.
    pub async fn printable_one(&self, actor: &Actor, named: Named) -> Result<(Printable, String, Uuid)> {
        actor.check(UseCase::Print)?;
        let (reader, catalogue) = (actor.clone(), self.catalogue());
        let found = self.store.read(move |tx| {
            let item = one::find(tx, &catalogue, &reader, &reader.posts, &named)?;
            let row = declaration_for(&reader, &item).ok_or(Error::Absent { what: "declaration" })?;
            Ok((view(&item, &reader), one::version_tag(&item.object, Some(row)), item.object.pid.0))
        });
        let (text, tag, pid) = found.await?;
        Ok((self.with_value(actor, typed(&text)?), tag, pid))
    }

    /// Notes in the history of an item that it was printed.
    ///
    /// # Errors
    /// When it is not there any more.
    pub async fn note_one_printed(&self, actor: &Actor, pid: Uuid) -> Result<()> {
        actor.check(UseCase::Print)?;
        let (services, actor) = (self.clone(), actor.clone());
        let note = move |tx: &mut Tx<'_>| {
            let catalogue = services.catalogue();
            services.ensure_user(tx, &actor)?;
            let mut item = one::find(tx, &catalogue, &actor, &actor.posts, &Named::Pid(pid))?;
            item.record(Event::of(EventKind::DeclarationPrinted));
            save::save(tx, &catalogue, std::slice::from_mut(&mut item), &actor.stamp())
        };
        self.store.write(note).await?;
        self.note_activity(Part::Print);
        Ok(())
    }

    /// Notes in the histories that the items were printed.
    pub async fn note_printed(&self, actor: &Actor, path: &'static str, ids: &[String]) -> Result<()> {
        actor.check(UseCase::Print)?;
        let (services, actor, ids) = (self.clone(), actor.clone(), ids.to_vec());
        self.store
            .write(move |tx| {
                services.ensure_user(tx, &actor)?;
                let mut items = declared_items(tx, &services.catalogue(), &actor, path, &ids)?;
                items.sort_by_key(|item| item.object.pid);
                items.dedup_by_key(|item| item.object.pid);
                for item in &mut items {
                    item.record(Event::of(EventKind::DeclarationPrinted));
                }
                save::save(tx, &services.catalogue(), &mut items, &actor.stamp())
            })
            .await?;
        self.note_activity(Part::Print);
        Ok(())
    }

    /// A view with the value of its contents in SDR, by the caller's rates.
    pub fn with_value(&self, actor: &Actor, view: CdsView) -> Printable {
        let sdr_value = self.sdr_value(actor, &view);
        Printable { view, sdr_value }
    }

    fn sdr_value(&self, actor: &Actor, view: &CdsView) -> Option<Decimal> {
        let catalogue = self.catalogue();
        let rates = catalogue.rates(&actor.org);
        let pieces = &view.declaration.as_ref()?.data.as_ref()?.content_pieces;
        let mut total = Decimal::ZERO;
        for piece in pieces {
            let amount = piece.amount.as_ref()?.value();
            let converted = convert(&rates, amount, given(&piece.currency_cd)?, SDR, self.today()).ok()?;
            total = total.checked_add(converted.amount)?;
        }
        (!pieces.is_empty()).then_some(total)
    }
}

fn typed(text: &str) -> Result<CdsView> {
    serde_json::from_str(text).map_err(|error| Error::Internal(format!("a stored view cannot be read: {error}")))
}

/// What an id means is printed: of several items one that leaves from here, then the newest.
fn declared_items(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    actor: &Actor,
    path: &str,
    ids: &[String],
) -> Result<Vec<Item>, Fault> {
    let mut findings = Findings::default();
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        let mut items = Vec::new();
        for post in &actor.posts {
            items.extend(tx.items_by_id(post, &[id], Parts::All)?);
        }
        items.retain(|item| declaration_for(actor, item).is_some());
        let candidates = Candidates::of(tx, items.iter().map(|item| Row::from(&item.object)))?;
        let rows = candidates.see(catalogue);
        let meant = which::choose(&rows, None, Purpose::Naming).counting;
        let best = meant.into_iter().max_by_key(|at| (rows[*at].flow == Flow::Outbound, rows[*at].age()));
        match best.map(|at| items[at].clone()) {
            Some(item) => found.push(item),
            None => findings.add("absent", path, format!("there is no declared item of yours with the id {id}")),
        }
    }
    findings.into_result()?;
    Ok(found)
}
