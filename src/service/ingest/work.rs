//! Works ingestions off: some items a transaction, in which it is noted how far that is, so that a crash repeats nothing.

use std::ops::ControlFlow;
use std::sync::Arc;

use chrono::TimeDelta;
use tokio::runtime::Handle;
use tokio::sync::mpsc;
use uuid::Uuid;

use super::options::{IngestOptions, counts, unreadable};
use super::reading::{About, Entry, Reader, Sent, Stop};
use super::storing::{Became, Checked, Outcome, Saving, check, store};
use crate::contract::canonical::to_canonical;
use crate::contract::event::NoticeData;
use crate::domain::{IngestionKind, IngestionState, Notification};
use crate::error::{Error, Result};
use crate::limits;
use crate::service::{Actor, Part, Services};
use crate::sheet::{SheetFinding, Weight};
use crate::store::ingestion::{FindingRow, IngestedRow, IngestionRow};
use crate::store::types::{At, Id};
use crate::store::{Fault, Tx};

/// Called with how far an ingestion is.
pub type Progress = Arc<dyn Fn(&IngestionRow) + Send + Sync>;

/// What a reader hands over.
enum Step {
    About(About),
    Items(Vec<Checked>),
    /// Nothing follows.
    End(Vec<SheetFinding>),
    Stopped(Error),
}

/// Some steps may wait while one is stored.
const STEPS_AHEAD: usize = 2;

impl Services {
    /// Works off every ingestion that waits and that nobody else works at; gives how many.
    ///
    /// # Errors
    /// When the database is away; what was taken stays.
    pub async fn take_in_ingestions(&self) -> Result<usize> {
        let mut taken = 0;
        for org in self.store.read(|tx| tx.posts()).await? {
            let owner = Id(Uuid::now_v7());
            while let Some(row) = self.lease(&org, owner).await? {
                self.work_off(row, owner, None).await?;
                taken += 1;
            }
        }
        Ok(taken)
    }

    async fn lease(&self, org: &str, owner: Id) -> Result<Option<IngestionRow>> {
        let (of_org, looked) = (org.to_owned(), org.to_owned());
        // The writer is not asked where nothing waits.
        if !self.store.read(move |tx| tx.has_open_ingestion(&looked)).await? {
            return Ok(None);
        }
        let until = self.clock.now() + TimeDelta::seconds(limits::INGESTION_LEASE_S);
        self.store.write(move |tx| tx.lease_ingestion(&of_org, owner, until)).await
    }

    /// Works one ingestion off now, unless somebody does; says how far it is then.
    ///
    /// # Errors
    /// 404 where there is none; when the database is away.
    pub async fn finish_ingestion(&self, org: &str, id: Uuid, progress: Option<Progress>) -> Result<IngestionRow> {
        // As it is leased to who sent it.
        let (owner, of_org) = (Id(id), org.to_owned());
        let until = self.clock.now() + TimeDelta::seconds(limits::INGESTION_LEASE_S);
        let lease = self.store.write(move |tx| tx.lease_one_ingestion(&of_org, Id(id), owner, until)).await?;
        if let Some(row) = lease {
            self.work_off(row, owner, progress).await?;
        }
        let of_org = org.to_owned();
        let row = self.store.read(move |tx| tx.ingestion(&of_org, Id(id))).await?;
        row.ok_or(Error::Absent { what: "ingestion" })
    }

    /// Works off an ingestion that was leased, from where it is to its end.
    async fn work_off(&self, mut row: IngestionRow, owner: Id, progress: Option<Progress>) -> Result<()> {
        let options: IngestOptions = serde_json::from_str(&row.options)
            .map_err(|error| Error::Internal(format!("options of an ingestion cannot be read: {error}")))?;
        let (org, id) = (row.org.clone(), row.id);
        let Some(bytes) = self.store.read(move |tx| tx.ingestion_bytes(&org, id)).await? else {
            return self.end(row, owner, Err(Error::Erased)).await;
        };
        let actor = Actor {
            user_cd: row.user_cd.clone(),
            office_cd: row.office_cd.clone(),
            client: row.client.clone(),
            ..self.actor_for(&row.org).await?
        };
        let saving = match (row.dry_run, options.all) {
            (true, _) => Saving::Nothing,
            (false, true) => Saving::AllOrNone,
            (false, false) => Saving::EachItem,
        };
        let mut steps = self.read_steps(&row, bytes, actor.clone(), options);
        while let Some(step) = steps.recv().await {
            match step {
                Step::About(about) => row.about = Some(to_canonical(&about)),
                Step::Items(items) => {
                    let Some(now) = self.take(row, owner, &actor, items, saving).await? else { return Ok(()) };
                    row = now;
                    progress.iter().for_each(|report| report(&row));
                }
                Step::End(findings) => return self.end(row, owner, Ok(findings)).await,
                Step::Stopped(error) => return self.end(row, owner, Err(error)).await,
            }
        }
        Err(Error::Internal("the reader of an ingestion ended without a word".into()))
    }

    /// Reads and checks on a thread of its own what was not taken yet.
    fn read_steps(
        &self,
        row: &IngestionRow,
        bytes: Vec<u8>,
        actor: Actor,
        options: IngestOptions,
    ) -> mpsc::Receiver<Step> {
        let (sender, steps) = mpsc::channel(STEPS_AHEAD);
        let (services, kind, media, id) = (self.clone(), row.kind, row.media, row.id.0);
        let done = usize::try_from(row.next_index).unwrap_or_default();
        let runtime = Handle::current();
        tokio::task::spawn_blocking(move || {
            let catalogue = services.catalogue();
            let reader = Reader { actor: &actor, catalogue: &catalogue, kind, options: &options, ingestion: Some(id) };
            let most = if options.all { limits::INGESTION_ALL } else { limits::INGESTION_STEP };
            let ready = |some: Vec<Sent>| runtime.block_on(check_all(&services, &actor, some));
            let (mut some, mut fault) = (Vec::new(), None);
            let steps = sender.clone();
            let result =
                reader.read(media, &bytes, &mut |about| drop(steps.blocking_send(Step::About(about))), &mut |sent| {
                    if sent.number < done {
                        return ControlFlow::Continue(());
                    }
                    some.push(sent);
                    if some.len() < most {
                        return ControlFlow::Continue(());
                    }
                    if options.all {
                        let message = format!("at most {most} items can be taken all or none; split the file");
                        fault = Some(Error::invalid("limit", "", message));
                        return ControlFlow::Break(());
                    }
                    match ready(std::mem::take(&mut some)) {
                        Ok(items) => match steps.blocking_send(Step::Items(items)) {
                            Ok(()) => ControlFlow::Continue(()),
                            Err(_) => ControlFlow::Break(()),
                        },
                        Err(error) => {
                            fault = Some(error);
                            ControlFlow::Break(())
                        }
                    }
                });
            let last = match (fault, result) {
                (Some(error), _) | (None, Err(Stop::Fault(error))) => Step::Stopped(error),
                (None, Err(Stop::Refused(refusal))) => Step::Stopped(unreadable(refusal)),
                (None, Ok(_)) if sender.is_closed() => return,
                (None, Ok(findings)) => match ready(some) {
                    Ok(items) => {
                        if !items.is_empty() {
                            let _ = sender.blocking_send(Step::Items(items));
                        }
                        Step::End(findings)
                    }
                    Err(error) => Step::Stopped(error),
                },
            };
            let _ = sender.blocking_send(last);
        });
        steps
    }

    /// Takes some items, and notes how far that is; none where somebody else went on meanwhile.
    async fn take(
        &self,
        row: IngestionRow,
        owner: Id,
        actor: &Actor,
        items: Vec<Checked>,
        saving: Saving,
    ) -> Result<Option<IngestionRow>> {
        let (services, actor, items) = (self.clone(), actor.clone(), Arc::new(items));
        let (kind, id) = (row.kind, row.id);
        let tried = match saving {
            Saving::Nothing => {
                let (services, actor, items) = (services.clone(), actor.clone(), Arc::clone(&items));
                Some(self.store.read(move |tx| store(&services, tx, (&actor, kind, id), &items, saving)).await?)
            }
            _ => None,
        };
        let until = self.clock.now() + TimeDelta::seconds(limits::INGESTION_LEASE_S);
        let work = move |tx: &mut Tx<'_>| {
            if !is_ours(tx, &row, owner)? {
                return Ok(None);
            }
            let became = match &tried {
                Some(became) => became.clone(),
                None => store(&services, tx, (&actor, kind, id), &items, saving)?,
            };
            let mut row = IngestionRow { lease_until: Some(At(until)), ..row.clone() };
            note(tx, &mut row, &items, &became, saving)?;
            tx.put_ingestion(&row)?;
            Ok(Some(row))
        };
        let row = self.store.write(work).await?;
        self.notify_outbox();
        if kind == IngestionKind::Declarations {
            self.note_activity(Part::Declaration);
        }
        Ok(row)
    }

    /// Notes that an ingestion is at its end: what is about the whole of it, or why nothing more of it can be taken.
    async fn end(&self, row: IngestionRow, owner: Id, result: Result<Vec<SheetFinding>>) -> Result<()> {
        let (state, findings) = match result {
            Ok(findings) => (IngestionState::Done, findings),
            Err(Error::Internal(reason)) => return Err(Error::Internal(reason)),
            Err(error @ Error::Unavailable { .. }) => return Err(error),
            Err(error) => {
                let code = match &error {
                    Error::Unreadable { code, .. } => code,
                    Error::Invalid(findings) => findings.iter().next().map_or("format", |found| found.code),
                    _ => "erased",
                };
                // What was taken before stays taken.
                let state = if row.next_index > 0 { IngestionState::Done } else { IngestionState::Failed };
                (state, vec![SheetFinding::error(code, error.to_string())])
            }
        };
        let end = move |tx: &mut Tx<'_>| {
            if !is_ours(tx, &row, owner)? {
                return Ok(());
            }
            let mut row =
                IngestionRow { state, done_at: Some(At(tx.now)), lease_owner: None, lease_until: None, ..row.clone() };
            let kept = kept(&mut row, &findings);
            tx.add_ingested(&kept, &[])?;
            tx.put_ingestion(&row)?;
            notify(tx, &row)
        };
        self.store.write(end).await?;
        self.notify_events();
        Ok(())
    }
}

/// Fills in what declarations leave out, and checks them.
async fn check_all(services: &Services, actor: &Actor, mut some: Vec<Sent>) -> Result<Vec<Checked>> {
    let declared = some.iter_mut().filter_map(|sent| match &mut sent.entry {
        Some(Entry::Declaration(declared)) => Some(&mut **declared),
        _ => None,
    });
    services.complete(actor, declared).await?;
    some.into_iter().map(|sent| check(services, actor, sent)).collect()
}

/// Adds the event that an ingestion is over; a dry run has none.
fn notify(tx: &mut Tx<'_>, row: &IngestionRow) -> Result<(), Fault> {
    if row.dry_run {
        return Ok(());
    }
    let (about, subtype) = match row.state {
        IngestionState::Failed => (Notification::IngestionFailed, "syntax"),
        _ if row.created + row.changed + row.unchanged == 0 && row.refused > 0 => {
            (Notification::IngestionFailed, "business")
        }
        _ if row.refused > 0 => (Notification::IngestionCompleted, "partial"),
        _ => (Notification::IngestionCompleted, "all"),
    };
    let counts = Some(counts(row));
    let data =
        NoticeData { ingestion_reference: Some(row.id.0), client: row.client.clone(), counts, ..NoticeData::default() };
    tx.add_notice(&row.org, about, Some(subtype), to_canonical(&data))
}

/// Whether an ingestion is still as it was left.
fn is_ours(tx: &mut Tx<'_>, row: &IngestionRow, owner: Id) -> Result<bool, Fault> {
    let stored = tx.ingestion(&row.org, row.id)?;
    Ok(stored.is_some_and(|stored| stored.lease_owner == Some(owner) && stored.next_index == row.next_index))
}

fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// Counts what became of items, and keeps what was found.
fn note(
    tx: &mut Tx<'_>,
    row: &mut IngestionRow,
    items: &[Checked],
    became: &[Became],
    saving: Saving,
) -> Result<(), Fault> {
    let count = |outcome| number(became.iter().filter(|one| one.outcome == outcome).count());
    let is_none = saving == Saving::AllOrNone && count(Outcome::Refused) > 0;
    row.refused += count(Outcome::Refused);
    row.unchanged += count(Outcome::Unchanged);
    if !is_none {
        row.created += count(Outcome::New);
        row.changed += count(Outcome::Changed);
    }
    row.rows_read += number(items.iter().map(|one| one.place.row_count()).sum());
    let findings = items.iter().zip(became).flat_map(|(one, became)| one.findings.iter().chain(&became.findings));
    let mut findings: Vec<SheetFinding> = findings.cloned().collect();
    if is_none {
        let message = "nothing was stored, for some items are refused and all or none were to be taken";
        findings.push(SheetFinding::error("state", message));
    }
    let reported =
        items.iter().zip(became).filter(|(_, became)| matches!(became.outcome, Outcome::Changed | Outcome::Refused));
    let reported = reported.map(|(one, became)| IngestedRow {
        org: row.org.clone(),
        ingestion: row.id,
        number: number(one.number),
        item_id: one.name.clone(),
        first_row: one.place.rows().and_then(|rows| i32::try_from(rows.0).ok()),
        last_row: one.place.rows().and_then(|rows| i32::try_from(rows.1).ok()),
        outcome: became.outcome.word().to_owned(),
        members: to_canonical(&became.members),
    });
    let reported: Vec<IngestedRow> = reported.collect();
    row.next_index += number(items.len());
    let kept = kept(row, &findings);
    tx.add_ingested(&kept, &reported)
}

/// Those of some findings that there is room for; all are counted. What refuses has room of its own, so that warnings take
/// none from it.
fn kept(row: &mut IngestionRow, findings: &[SheetFinding]) -> Vec<FindingRow> {
    let most = number(limits::SHEET_FINDINGS);
    let mut rows = Vec::new();
    for found in findings {
        let refuses = found.level == Weight::Error;
        let before = if refuses { row.findings - row.warnings } else { row.warnings };
        row.findings += 1;
        row.warnings += i32::from(!refuses);
        if before < most {
            let (org, ingestion, number) = (row.org.clone(), row.id, row.findings);
            rows.push(FindingRow { org, ingestion, number, body: to_canonical(found) });
        }
    }
    rows
}
