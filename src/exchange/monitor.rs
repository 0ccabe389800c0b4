//! How the links are doing: what waits and for how long, what was never answered, and four alarms on what comes in.

use chrono::{DateTime, TimeDelta, Utc};

use super::handle::Exchange;
use super::partner::{self, Transport, agreement_of};
use crate::domain::{InterchangeState, MessageKind, MessageState};
use crate::error::Result;
use crate::limits;
use crate::store::inbox::HourRow;
use crate::store::outbox::Backlog;
use crate::store::partner::{LinkRow, PartnerRow};
use crate::store::types::At;
use crate::store::{Fault, Tx};

/// What is wrong with the traffic of a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Alarm {
    /// Nothing came for a day, though there was traffic before.
    Silence,
    /// Less than half of what usually comes in a day.
    LowVolume,
    /// More than a tenth of the item data came late against the posting date.
    Late,
    /// More than a tenth of the item data left recommended fields blank.
    Blank,
    /// Something is in quarantine.
    Quarantine,
    /// An interchange was not acknowledged for an hour.
    Unanswered,
}

impl Alarm {
    pub const ALL: [Self; 6] =
        [Self::Silence, Self::LowVolume, Self::Late, Self::Blank, Self::Quarantine, Self::Unanswered];

    /// As in metrics and status.
    pub fn name(self) -> &'static str {
        match self {
            Self::Silence => "silence",
            Self::LowVolume => "low-volume",
            Self::Late => "late",
            Self::Blank => "blank-fields",
            Self::Quarantine => "quarantine",
            Self::Unanswered => "unanswered",
        }
    }
}

/// The state of one link.
#[derive(Clone, Debug)]
pub struct LinkStatus {
    pub partner: String,
    /// `hosted`, `http …`, `directory …` or `no route`.
    pub way: String,
    pub waiting: Backlog,
    /// Interchanges made and not delivered.
    pub under_way: Backlog,
    /// Sent and not acknowledged.
    pub unanswered: Backlog,
    pub refused: Backlog,
    /// Messages of ours that could not be sent.
    pub quarantined_out: Backlog,
    /// Interchanges of the partner that could not be read.
    pub quarantined_in: Backlog,
    /// Items waiting for their object.
    pub parked: Backlog,
    pub last_sent_at: Option<At>,
    pub last_received_at: Option<At>,
    pub failures: i32,
    pub next_attempt_at: Option<At>,
    pub last_error: Option<String>,
    pub alarms: Vec<Alarm>,
}

impl Exchange {
    /// The state of every link.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn status(&self) -> Result<Vec<LinkStatus>> {
        self.store
            .read(|tx| {
                let mut codes = tx.message_partners()?;
                codes.extend(tx.partners()?.into_iter().map(|row| row.code));
                codes.sort_unstable();
                codes.dedup();
                codes.into_iter().map(|code| link_status(tx, code)).collect()
            })
            .await
    }

    /// Writes the state of every link into the metrics.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn observe(&self) -> Result<()> {
        let now = self.clock.now();
        for link in self.status().await? {
            let partner = || [("partner", link.partner.clone())];
            let age = |pile: &Backlog| pile.oldest.map_or(0.0, |at| (now - at.0).as_seconds_f64());
            metrics::gauge!("entrepost_exchange_waiting", &partner()).set(link.waiting.count as f64);
            metrics::gauge!("entrepost_exchange_waiting_oldest_seconds", &partner()).set(age(&link.waiting));
            metrics::gauge!("entrepost_exchange_unanswered", &partner()).set(link.unanswered.count as f64);
            metrics::gauge!("entrepost_exchange_unanswered_oldest_seconds", &partner()).set(age(&link.unanswered));
            metrics::gauge!("entrepost_exchange_parked", &partner()).set(link.parked.count as f64);
            let quarantined = link.quarantined_in.count + link.quarantined_out.count;
            metrics::gauge!("entrepost_exchange_quarantined", &partner()).set(quarantined as f64);
            for alarm in Alarm::ALL {
                let labels = [("partner", link.partner.clone()), ("alarm", alarm.name().to_owned())];
                let raised = if link.alarms.contains(&alarm) { 1.0 } else { 0.0 };
                metrics::gauge!("entrepost_exchange_alarm", &labels).set(raised);
            }
        }
        Ok(())
    }
}

fn link_status(tx: &mut Tx<'_>, code: String) -> Result<LinkStatus, Fault> {
    let way = match partner::way_to(tx, &code)? {
        None => "no route".to_owned(),
        Some(way) => format!("{way:?}"),
    };
    let link = tx.link(&code)?;
    let hours = tx.hours_since(&code, At(tx.now - TimeDelta::days(MEMORY_DAYS)))?;
    let mut status = LinkStatus {
        waiting: tx.message_backlog(&code, MessageState::Waiting)?,
        under_way: tx.sending_backlog(&code, InterchangeState::ToSend)?,
        refused: tx.message_backlog(&code, MessageState::Refused)?,
        quarantined_out: tx.message_backlog(&code, MessageState::Quarantined)?,
        unanswered: tx.sending_backlog(&code, InterchangeState::Unanswered)?,
        quarantined_in: tx.received_pile(&code)?,
        parked: tx.parked_pile(&code)?,
        last_sent_at: link.as_ref().and_then(|link| link.last_sent_at),
        last_received_at: link.as_ref().and_then(|link| link.last_received_at),
        failures: link.as_ref().map_or(0, |link: &LinkRow| link.failures),
        next_attempt_at: link.as_ref().and_then(|link| link.next_attempt_at),
        last_error: link.and_then(|link| link.last_error),
        partner: code,
        way,
        alarms: Vec::new(),
    };
    status.alarms = traffic_alarms(&hours, tx.now);
    if status.quarantined_in.count + status.quarantined_out.count > 0 {
        status.alarms.push(Alarm::Quarantine);
    }
    if status.unanswered.oldest.is_some_and(|at| tx.now - at.0 > TimeDelta::hours(1)) {
        status.alarms.push(Alarm::Unanswered);
    }
    Ok(status)
}

/// How far back "usually" goes.
const MEMORY_DAYS: i64 = 28;
/// Days of traffic needed before its volume means anything.
const SETTLED_DAYS: i64 = 4;
/// A day with less than this says nothing about the usual volume.
const USUAL_ITEMS: f64 = 20.0;
/// Shares are told of at least so many items.
const SHARE_ITEMS: i32 = 10;

/// The alarms that follow from what came in.
fn traffic_alarms(hours: &[HourRow], now: DateTime<Utc>) -> Vec<Alarm> {
    let mut alarms = Vec::new();
    let day_ago = now - TimeDelta::days(1);
    let recent: Vec<&HourRow> = hours.iter().filter(|row| row.hour.0 > day_ago).collect();
    let earlier: Vec<&HourRow> = hours.iter().filter(|row| row.hour.0 <= day_ago).collect();
    let sum = |rows: &[&HourRow], of: fn(&HourRow) -> i32| rows.iter().map(|row| of(row)).sum::<i32>();
    let items = sum(&recent, |row| row.items);
    if items == 0 && !earlier.is_empty() {
        alarms.push(Alarm::Silence);
    }
    if let Some(first) = earlier.first() {
        let days = (day_ago - first.hour.0).num_hours() as f64 / 24.0;
        let usual = f64::from(sum(&earlier, |row| row.items)) / days.max(1.0);
        let settled = days >= SETTLED_DAYS as f64 && usual >= USUAL_ITEMS;
        if settled && items > 0 && f64::from(items) < usual / 2.0 {
            alarms.push(Alarm::LowVolume);
        }
    }
    let share = |part: i32| items >= SHARE_ITEMS && part * 10 > items;
    if share(sum(&recent, |row| row.late)) {
        alarms.push(Alarm::Late);
    }
    if share(sum(&recent, |row| row.blank)) {
        alarms.push(Alarm::Blank);
    }
    alarms
}

/// A partner for a list: what was agreed, no secrets.
///
/// # Errors
/// When what was agreed cannot be read.
pub fn described(row: &PartnerRow) -> Result<String> {
    let agreement = agreement_of(row)?;
    let way = Transport::of(row.clone());
    let list = |names: Vec<String>| if names.is_empty() { "all".to_owned() } else { names.join(",") };
    Ok(format!(
        "{}\t{way:?}\t{} {} {} {}\tCONTRL {}\tmessages {}\tfor {}\tlevel {:?}\tat most {} items an hour\t{}, {}, {}",
        row.code,
        agreement.syntax,
        agreement.charset,
        agreement.agency,
        agreement.profile,
        if agreement.control { "wanted" } else { "not wanted" },
        list(agreement.messages.iter().map(MessageKind::to_string).collect()),
        list(agreement.serves.iter().cloned().collect()),
        agreement.level,
        agreement.items_per_hour,
        if row.token_in.is_some() { "calls with a token" } else { "cannot call" },
        if row.token_out.is_some() { "called with a token" } else { "called without token" },
        if row.sign_key.is_some() { "signed" } else { "not signed" },
    ))
}

/// Items made before this have waited for their object longer than they should.
pub(super) fn overdue(now: DateTime<Utc>) -> At {
    At(now - TimeDelta::minutes(limits::EXCHANGE_PARKED_MIN))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_790_000_000;

    fn hour(hours_ago: i64, items: i32, late: i32, blank: i32) -> HourRow {
        let at = DateTime::from_timestamp(NOW - hours_ago * 3600, 0).unwrap();
        HourRow { partner: "DEA".into(), hour: At(at), items, late, blank }
    }

    fn alarms(hours: &[HourRow]) -> Vec<Alarm> {
        let mut hours = hours.to_vec();
        hours.sort_by_key(|row| row.hour);
        traffic_alarms(&hours, DateTime::from_timestamp(NOW, 0).unwrap())
    }

    #[test]
    fn each_alarm_has_its_cause_and_none_without() {
        let usual: Vec<HourRow> = (2..12).map(|day| hour(day * 24, 100, 0, 0)).collect();
        let with = |row: HourRow| alarms(&[usual.clone(), vec![row]].concat());
        assert_eq!(alarms(&usual), [Alarm::Silence]);
        assert_eq!(with(hour(1, 100, 0, 0)), []);
        assert_eq!(with(hour(1, 40, 0, 0)), [Alarm::LowVolume]);
        assert_eq!(with(hour(1, 60, 0, 0)), []);
        assert_eq!(with(hour(1, 100, 11, 0)), [Alarm::Late]);
        assert_eq!(with(hour(1, 100, 10, 0)), []);
        assert_eq!(with(hour(1, 100, 0, 11)), [Alarm::Blank]);
        assert_eq!(alarms(&[]), [], "a link that never was used is not silent");
        assert_eq!(alarms(&[hour(1, 3, 3, 3)]), [], "three items say nothing");
    }
}
