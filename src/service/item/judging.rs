//! What stands: of everything that was said about an item, what its decisions and referrals amount to now.
//!
//! Asked whenever an item with decisions or referrals is saved. Puts together what the store has (texts, versions, what was
//! handed to whom) for the pure rules in `authority`, `material` and `security`. Here: what something was about, and whether
//! that is what is declared now.

mod decisions;
mod provenance;
mod referrals;

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::version::{SHOWN_BYTES, Timeline, Version};
use crate::contract::DeclarationData;
use crate::domain::{DocumentKind, MessageState};
use crate::rules::material;
use crate::rules::reserved::GOODS;
use crate::service::catalogue::Catalogue;
use crate::service::settings::{DecisionClock, Reads};
use crate::store::item::{DecisionRow, Item, Stamp};
use crate::store::types::At;
use crate::store::{Fault, Tx};

pub(in crate::service) use decisions::{counts, data_rank, decided, judge_again, newest_visible, settle};
pub use provenance::{Provenance, provenance_of_decision, provenance_of_referral};

/// What a decision or a referral was about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::service) enum Judged {
    /// There was nothing to judge.
    Nothing,
    /// The goods themselves, on their way to this post.
    Goods {
        dest: String,
    },
    Version {
        no: i32,
        dest: String,
        name: Option<Vec<u8>>,
    },
    /// A version that is not known here: not what is said now.
    Unknown {
        name: String,
    },
}

impl Judged {
    fn of(version: &Version) -> Self {
        Self::Version { no: version.no, dest: version.dest.clone(), name: version.name.clone() }
    }

    fn of_row(row: &DecisionRow) -> Self {
        match (row.judged_no, &row.judged_dest, &row.judged_name) {
            (Some(no), Some(dest), name) => Self::Version { no, dest: dest.clone(), name: name.clone() },
            (None, Some(dest), _) => Self::Goods { dest: dest.clone() },
            (_, None, Some(name)) => Self::Unknown { name: String::from_utf8_lossy(name).into_owned() },
            (_, None, None) => Self::Nothing,
        }
    }

    /// Puts it into the columns of a decision.
    pub(in crate::service) fn keep(self, row: &mut DecisionRow) {
        (row.judged_no, row.judged_dest, row.judged_name) = match self {
            Self::Nothing => (None, None, None),
            Self::Goods { dest } => (None, Some(dest), None),
            Self::Version { no, dest, name } => (Some(no), Some(dest), name),
            Self::Unknown { name } => (None, None, Some(name.into_bytes())),
        };
    }

    /// The first half of its name, to be shown with a clearance that lapsed.
    fn shown_name(&self) -> Vec<u8> {
        match self {
            Self::Version { name: Some(name), .. } => name[..name.len().min(SHOWN_BYTES)].to_vec(),
            _ => vec![0; SHOWN_BYTES],
        }
    }
}

/// How the version that something is about is found.
pub(in crate::service) struct Question<'q> {
    /// As its author named it.
    pub stated: Option<&'q str>,
    /// What stood when it was stored; nothing later can have been judged.
    pub among: &'q [Version],
    pub by: By<'q>,
    /// The time it gives itself.
    pub dated: DateTime<Utc>,
    pub received: DateTime<Utc>,
}

impl<'q> Question<'q> {
    /// The oldest version that its customs could see.
    fn oldest(&self) -> Option<&'q Version> {
        self.among.iter().find(|version| version.visible && version.received <= self.received)
    }
}

/// Who says something, as far as that decides what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::service) enum By<'q> {
    /// The administration of the row, which was handed what it asked for.
    OwnCustoms(&'q str),
    /// A partner, which knows what it acknowledged.
    Partner(&'q str),
    /// Somebody who looks at what is there: a rule, a post.
    Onlooker,
}

/// How what is declared now differs from what was judged.
#[derive(Clone, Copy, Debug)]
struct Difference {
    is_material: bool,
    document_added: bool,
}

/// One item under judgement.
pub(in crate::service) struct Judging<'j> {
    catalogue: &'j Catalogue,
    customs: Option<String>,
    pub timeline: Timeline,
    /// Texts by number; none where erased.
    texts: HashMap<i32, Option<DeclarationData>>,
}

impl<'j> Judging<'j> {
    /// With everything that the judgement of `item` needs.
    pub(in crate::service) fn of(
        tx: &mut Tx<'_>,
        catalogue: &'j Catalogue,
        item: &mut Item,
        stamp: &Stamp,
    ) -> Result<Self, Fault> {
        tx.complete(item)?;
        let timeline = Timeline::of(tx, item, stamp)?;
        let customs = tx.own_customs(&item.object.post_org)?;
        Ok(Self { catalogue, customs, timeline, texts: HashMap::new() })
    }

    /// The version that something about `item` is about.
    pub(in crate::service) fn judged(
        &self,
        tx: &mut Tx<'_>,
        item: &Item,
        question: &Question<'_>,
    ) -> Result<Judged, Fault> {
        match question.stated {
            Some(GOODS) => {
                let dest = question.among.last().map_or(&item.object.dest_post, |version| &version.dest);
                return Ok(Judged::Goods { dest: dest.clone() });
            }
            Some(name) => {
                let known = self.timeline.named(name);
                return Ok(known.map_or_else(|| Judged::Unknown { name: name.to_owned() }, Judged::of));
            }
            None => {}
        }
        let found = match question.by {
            By::Onlooker => question.among.last().filter(|_| item.declaration().is_some()),
            By::Partner(partner) => self.acknowledged(tx, item, partner, question)?,
            By::OwnCustoms(customs) => self.handed(tx, item, customs, question)?,
        };
        Ok(found.map_or(Judged::Nothing, Judged::of))
    }

    /// The newest version that a partner had acknowledged; the oldest one, when nothing is known of that.
    fn acknowledged<'q>(
        &self,
        tx: &mut Tx<'_>,
        item: &Item,
        partner: &str,
        question: &Question<'q>,
    ) -> Result<Option<&'q Version>, Fault> {
        let said = tx.messages_about(&item.object.post_org, item.object.pid)?;
        let taken: Vec<_> = said
            .iter()
            .filter(|row| row.partner == partner && row.state == MessageState::Accepted && !row.withdraws)
            .filter(|row| row.sent_at.is_some_and(|sent| sent.0 <= question.dated.max(question.received)))
            .collect();
        let before: Vec<_> =
            taken.iter().filter(|row| row.sent_at.is_some_and(|sent| sent.0 <= question.dated)).collect();
        let name = before.last().map(|row| &row.digest).or(taken.first().map(|row| &row.digest));
        let of_name = |name: &Vec<u8>| question.among.iter().rev().find(|version| version.name.as_ref() == Some(name));
        Ok(name.and_then(of_name).or_else(|| question.oldest()))
    }

    /// By what was handed: the newest version handed by the time that counts, else the one handed first; the oldest
    /// visible one where nothing is noted, since a lost note must never name a newer one.
    fn handed<'q>(
        &self,
        tx: &mut Tx<'_>,
        item: &Item,
        customs: &str,
        question: &Question<'q>,
    ) -> Result<Option<&'q Version>, Fault> {
        let settings = self.catalogue.settings(customs);
        let by = match settings.decision_clock {
            DecisionClock::Stated => question.dated.min(question.received),
            DecisionClock::Receipt => question.received,
        };
        let notes = tx.handed(&item.object.post_org, item.object.pid, customs)?;
        // Only the time that a decision gives itself is in whole seconds.
        let notes: Vec<_> = notes.iter().filter(|note| note.first_at.0 <= question.received).collect();
        let place = |version: &[u8]| {
            let is_it = |known: &Version| known.name.as_deref().is_some_and(|name| name.starts_with(version));
            question.among.iter().rposition(is_it)
        };
        let first = notes.iter().find_map(|note| place(&note.version));
        let in_time = notes.iter().filter_map(|note| {
            let counts_from = match settings.reads {
                Reads::Latest => Some(note.first_at),
                Reads::First => note.asked_at,
            };
            counts_from
                .filter(|at| at.0 <= question.received && second(*at) <= by.timestamp())
                .and_then(|_| place(&note.version))
        });
        match in_time.max().or(first) {
            Some(at) => Ok(question.among.get(at)),
            None => Ok(question.oldest()),
        }
    }

    /// Whether what was judged is what is declared now, but for what is immaterial.
    fn stands(&mut self, tx: &mut Tx<'_>, item: &Item, judged: &Judged) -> Result<bool, Fault> {
        let Some(now) = item.declaration().map(|row| row.version_no) else { return Ok(true) };
        let dest = item.object.dest_post.clone();
        Ok(match judged {
            Judged::Nothing | Judged::Unknown { .. } => false,
            Judged::Goods { dest: judged } => *judged == dest,
            Judged::Version { no, dest: judged, .. } => {
                !self.difference(tx, item, (*no, judged), (now, &dest))?.is_material
            }
        })
    }

    /// How two versions differ. A text that was erased differs from every other. Revised codes are set by posts alone,
    /// so that they count like what is declared.
    fn difference(
        &mut self,
        tx: &mut Tx<'_>,
        item: &Item,
        judged: (i32, &str),
        now: (i32, &str),
    ) -> Result<Difference, Fault> {
        if judged == now {
            return Ok(Difference { is_material: false, document_added: false });
        }
        self.read(tx, item, judged.0)?;
        self.read(tx, item, now.0)?;
        let catalogue = self.catalogue;
        let text = |no| self.texts.get(&no).and_then(Option::as_ref);
        let (Some(before), Some(after)) = (text(judged.0), text(now.0)) else {
            return Ok(Difference { is_material: true, document_added: true });
        };
        let version =
            |data, dest_post| material::Version { data, dest_post, dest_country: catalogue.country_of_post(dest_post) };
        let table = catalogue.material(self.customs.as_deref().unwrap_or_default());
        let found = material::compare(&version(before, judged.1), &version(after, now.1), table);
        let is_material = found.is_material() || found.overlay_changed;
        Ok(Difference { is_material, document_added: found.document_added })
    }

    fn read(&mut self, tx: &mut Tx<'_>, item: &Item, no: i32) -> Result<(), Fault> {
        if self.texts.contains_key(&no) {
            return Ok(());
        }
        let read = |text: &str| serde_json::from_str(text).ok();
        let at_hand = item.declaration().filter(|row| row.version_no == no).and_then(|row| row.body.as_deref());
        let data = match at_hand.or_else(|| item.superseded_text(DocumentKind::Declaration, no)) {
            Some(text) => read(text),
            None => tx.archived_text(&item.object, DocumentKind::Declaration, no)?.as_deref().and_then(read),
        };
        self.texts.insert(no, data);
        Ok(())
    }
}

fn second(at: At) -> i64 {
    at.0.timestamp()
}
