//! What is shown of ingestions, and given back of them.

use std::collections::HashSet;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use uuid::Uuid;

use super::options::{IngestOptions, counts, unreadable};
use super::reading::About;
use crate::contract::canonical::hex;
use crate::contract::ingestion::{FileFinding, FileView, FindingPage, IngestedItem, IngestionLinks, IngestionView};
use crate::domain::{IngestionMedia, IngestionState};
use crate::error::{Error, Result};
use crate::limits;
use crate::service::rights::UseCase;
use crate::service::{Actor, Services};
use crate::sheet::write::refused_rows;
use crate::store::ingestion::{FindingRow, IngestedRow, IngestionRow};
use crate::store::types::Id;
use crate::store::{Fault, Tx};

/// The state of an ingestion beside its report.
#[derive(Clone, Debug)]
pub struct Taken {
    pub view: IngestionView,
    /// Nothing of it is to come.
    pub is_over: bool,
    /// Nothing of it could be read.
    pub is_failed: bool,
}

const ABSENT: Error = Error::Absent { what: "ingestion" };

impl Services {
    /// How far an ingestion of the caller is, and what came of it.
    ///
    /// # Errors
    /// 404 where there is none.
    pub async fn ingestion(&self, actor: &Actor, id: Uuid) -> Result<Taken> {
        actor.check(UseCase::SeeItems)?;
        let org = actor.own_post(None)?.to_owned();
        let found = self.store.read(move |tx| {
            let Some(row) = tx.ingestion(&org, Id(id))? else { return Ok(None) };
            view(tx, row, limits::INGESTED_SHOWN, MOST_FINDINGS).map(Some)
        });
        found.await?.ok_or(ABSENT)
    }

    /// The newest ingestions of the caller.
    ///
    /// # Errors
    /// 401 for customs.
    pub async fn ingestions(&self, actor: &Actor) -> Result<Vec<IngestionView>> {
        actor.check(UseCase::SeeItems)?;
        let org = actor.own_post(None)?.to_owned();
        let read = self.store.read(move |tx| {
            let rows = tx.ingestions(&org, limits::INGESTIONS_LISTED)?;
            rows.into_iter().map(|row| view(tx, row, 0, 0).map(|taken| taken.view)).collect::<Result<Vec<_>, Fault>>()
        });
        read.await
    }

    /// Findings of an ingestion of the caller, page by page.
    ///
    /// # Errors
    /// 404 where there is no such ingestion, 400 for a cursor that is none.
    pub async fn ingestion_findings(&self, actor: &Actor, id: Uuid, cursor: Option<&str>) -> Result<FindingPage> {
        actor.check(UseCase::SeeItems)?;
        let org = actor.own_post(None)?.to_owned();
        let after: i32 = cursor.map_or(Ok(0), str::parse).map_err(|_| {
            Error::invalid("cursor", "cursor", "not a cursor of this list; take nextCursor of the page before")
        })?;
        let read = self.store.read(move |tx| {
            if tx.ingestion(&org, Id(id))?.is_none() {
                return Ok(None);
            }
            tx.ingestion_findings(&org, Id(id), after, PAGE + 1).map(Some)
        });
        let mut rows = read.await?.ok_or(ABSENT)?;
        let has_more = rows.len() as i64 > PAGE;
        rows.truncate(PAGE as usize);
        let next_cursor = rows.last().filter(|_| has_more).map(|last| last.number.to_string());
        Ok(FindingPage { findings: findings(rows), next_cursor })
    }

    /// The rows of a sheet that were refused, as a workbook.
    ///
    /// # Errors
    /// 404 where there is no such ingestion, or none of a sheet; 410 when what was sent is not kept any more.
    pub async fn refused_workbook(&self, actor: &Actor, id: Uuid) -> Result<Vec<u8>> {
        actor.check(UseCase::SeeItems)?;
        let org = actor.own_post(None)?.to_owned();
        let read = self.store.read(move |tx| {
            let row = tx.ingestion(&org, Id(id))?.filter(|row| row.media == IngestionMedia::Sheet);
            let Some(row) = row else { return Err(ABSENT.into()) };
            let bytes = tx.ingestion_bytes(&org, Id(id))?.ok_or(Error::Erased)?;
            let items = tx.ingested_items(&org, Id(id), limits::INGESTION_ROWS as i64)?;
            let findings = tx.ingestion_findings(&org, Id(id), 0, MOST_FINDINGS)?;
            Ok((row, bytes, items, findings))
        });
        let (row, bytes, items, found) = read.await?;
        let options: IngestOptions = serde_json::from_str(&row.options)
            .map_err(|error| Error::Internal(format!("options of an ingestion cannot be read: {error}")))?;
        let refused = items.iter().filter(|item| item.outcome == "refused");
        let rows: HashSet<u32> = refused.flat_map(|item| rows_of(item).into_iter().flatten()).collect();
        let found = findings(found);
        let write = move || refused_rows(&bytes, (options.sheet.as_deref(), row.kind), &rows, &found);
        self.offload(write).await??.map_err(unreadable)
    }

    /// Drops what was sent, and reports, when their time is over.
    pub(in crate::service) async fn drop_old_ingestions(&self) -> Result<()> {
        let before = |days| first_id(self.clock.now() - TimeDelta::days(days));
        let (bytes, reports) = (before(limits::INGESTION_BYTES_DAYS), before(limits::INGESTION_DAYS));
        for org in self.store.read(|tx| tx.posts()).await? {
            loop {
                let of_org = org.clone();
                let drop = self.store.write(move |tx| tx.drop_old_ingestions(&of_org, bytes, reports, DROPPED));
                if drop.await? == 0 {
                    break;
                }
            }
        }
        Ok(())
    }
}

/// Errors, and what else was found.
const MOST_FINDINGS: i64 = 2 * limits::SHEET_FINDINGS as i64;
/// Findings of a page.
const PAGE: i64 = 500;
/// Ingestions dropped in one short transaction.
const DROPPED: i64 = 20;

/// The least id that is made at a time: ids begin with theirs.
fn first_id(at: DateTime<Utc>) -> Id {
    let ms = u128::try_from(at.timestamp_millis()).unwrap_or_default();
    Id(Uuid::from_u128(ms << 80))
}

fn rows_of(item: &IngestedRow) -> Option<std::ops::RangeInclusive<u32>> {
    Some(u32::try_from(item.first_row?).ok()?..=u32::try_from(item.last_row?).ok()?)
}

fn findings(rows: Vec<FindingRow>) -> Vec<FileFinding> {
    rows.into_iter().filter_map(|row| serde_json::from_str(&row.body).ok()).collect()
}

fn view(tx: &mut Tx<'_>, row: IngestionRow, items: i64, most: i64) -> Result<Taken, Fault> {
    let found = if most == 0 { Vec::new() } else { tx.ingestion_findings(&row.org, row.id, 0, most)? };
    let items = if items == 0 { Vec::new() } else { tx.ingested_items(&row.org, row.id, items)? };
    let about: About = row.about.as_deref().and_then(|about| serde_json::from_str(about).ok()).unwrap_or_default();
    let options: Option<IngestOptions> = serde_json::from_str(&row.options).ok();
    let count = |count: i32| u32::try_from(count).unwrap_or_default();
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    let beyond = |count: i32| u32::try_from(count - limits::SHEET_FINDINGS as i32).unwrap_or_default();
    let view = IngestionView {
        reference_id: row.id.0,
        kind: row.kind.to_string(),
        state: row.state.to_string(),
        dry_run: row.dry_run,
        mode: if options.is_some_and(|options| options.all) { "all" } else { "wholeItems" }.to_owned(),
        file: FileView { name: row.file_name.clone(), sha256: hex(&row.sha256), source: about.source },
        received_at: time(row.received_at.0),
        done_at: row.done_at.map(|at| time(at.0)),
        rows: count(row.rows_read),
        items: count(row.next_index),
        counts: counts(&row),
        columns: about.columns,
        findings: findings(found),
        more: beyond(row.warnings) + beyond(row.findings - row.warnings),
        items_detail: items.into_iter().map(detail).collect(),
        links: links(&row),
    };
    let is_failed = row.state == IngestionState::Failed;
    Ok(Taken { view, is_over: is_failed || row.state == IngestionState::Done, is_failed })
}

fn detail(row: IngestedRow) -> IngestedItem {
    IngestedItem {
        index: u32::try_from(row.number).unwrap_or_default(),
        rows: rows_of(&row).map(|rows| [*rows.start(), *rows.end()]),
        item: row.item_id,
        outcome: row.outcome,
        changed: serde_json::from_str(&row.members).unwrap_or_default(),
    }
}

fn links(row: &IngestionRow) -> IngestionLinks {
    let itself = format!("/v1/ingestions/{}", row.id.0);
    let has_refused = row.media == IngestionMedia::Sheet && row.refused > 0;
    IngestionLinks {
        findings: format!("{itself}/findings"),
        refused: has_refused.then(|| format!("/v1/imports/{}/refused.xlsx", row.id.0)),
        itself,
    }
}

/// Where an ingestion is that was just taken in.
pub fn links_of(id: Uuid) -> IngestionLinks {
    let itself = format!("/v1/ingestions/{id}");
    IngestionLinks { findings: format!("{itself}/findings"), refused: None, itself }
}
