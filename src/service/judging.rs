//! What stands: of everything that was said about an item, what its decisions and referrals amount to now.
//!
//! Asked whenever an item with decisions or referrals is saved. Puts together what the store has (texts, versions, what was
//! handed to whom) for the pure rules in `authority`, `material` and `security`, and keeps what comes out in columns.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::catalogue::Catalogue;
use super::respond::own_customs;
use super::settings::{DecisionClock, Reads};
use super::standing;
use super::version::{self, SHOWN_BYTES, Timeline, Version};
use crate::contract::{DeclarationData, Referral};
use crate::rules::authority::{self, Author, DataRank, Decided};
use crate::rules::decision::Category;
use crate::rules::fiscal::FiscalState;
use crate::rules::item_facts::{Fact, Facts};
use crate::rules::life_cycle::RESPONSE_DRAFT;
use crate::rules::light::LEFT_INWARD_OFFICE;
use crate::rules::material;
use crate::rules::reserved::{self, GOODS};
use crate::rules::security::{self, Act, Asks, Effect};
use crate::store::history::{Event, Stamp};
use crate::store::items::{DecisionRow, Item, ResponseRow, Side};
use crate::store::outbox::MessageState;
use crate::store::referral::{AnswerRow, ReferralRow};
use crate::store::types::At;
use crate::store::{Fault, Tx};

/// What a decision or a referral was about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Judged {
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
    pub(super) fn keep(self, row: &mut DecisionRow) {
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
pub(super) struct Question<'q> {
    /// As its author named it.
    pub stated: Option<&'q str>,
    pub by: By<'q>,
    /// The time it gives itself.
    pub dated: DateTime<Utc>,
    pub received: DateTime<Utc>,
}

/// Who says something, as far as that decides what it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By<'q> {
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
pub(super) struct Judging<'j> {
    catalogue: &'j Catalogue,
    customs: Option<String>,
    pub timeline: Timeline,
    /// Texts by number; none where erased.
    texts: HashMap<i32, Option<DeclarationData>>,
}

impl<'j> Judging<'j> {
    /// With everything that the judgement of `item` needs.
    pub(super) fn of(tx: &mut Tx<'_>, catalogue: &'j Catalogue, item: &mut Item, stamp: &Stamp) -> Result<Self, Fault> {
        tx.complete(item)?;
        let timeline = Timeline::of(tx, item, stamp)?;
        let customs = own_customs(tx, &item.object.post_org)?;
        Ok(Self { catalogue, customs, timeline, texts: HashMap::new() })
    }

    /// The version that something about `item` is about.
    pub(super) fn judged(&self, tx: &mut Tx<'_>, item: &Item, question: &Question<'_>) -> Result<Judged, Fault> {
        match question.stated {
            Some(GOODS) => return Ok(Judged::Goods { dest: item.object.dest_post.clone() }),
            Some(name) => {
                let known = self.timeline.named(name);
                return Ok(known.map_or_else(|| Judged::Unknown { name: name.to_owned() }, Judged::of));
            }
            None => {}
        }
        let found = match question.by {
            By::Onlooker => self.timeline.last().filter(|_| item.declaration().is_some()),
            By::Partner(partner) => self.acknowledged(tx, item, partner, question)?,
            By::OwnCustoms(customs) => self.handed(tx, item, customs, question)?,
        };
        Ok(found.map_or(Judged::Nothing, Judged::of))
    }

    /// The newest version that a partner had acknowledged; the oldest one, when nothing is known of that.
    fn acknowledged(
        &self,
        tx: &mut Tx<'_>,
        item: &Item,
        partner: &str,
        question: &Question<'_>,
    ) -> Result<Option<&Version>, Fault> {
        let said = tx.messages_about(&item.object.post_org, item.object.pid)?;
        let taken: Vec<_> = said
            .iter()
            .filter(|row| row.partner == partner && row.state == MessageState::Accepted.code() && !row.withdraws)
            .filter(|row| row.sent_at.is_some_and(|sent| sent.0 <= question.dated.max(question.received)))
            .collect();
        let before: Vec<_> =
            taken.iter().filter(|row| row.sent_at.is_some_and(|sent| sent.0 <= question.dated)).collect();
        let name = before.last().map(|row| &row.digest).or(taken.first().map(|row| &row.digest));
        let of_name = |name: &Vec<u8>| self.timeline.iter().rev().find(|version| version.name.as_ref() == Some(name));
        Ok(name.and_then(of_name).or_else(|| self.oldest(question.received)))
    }

    /// By what was handed: the newest version handed by the time that counts, else the one handed first; the oldest
    /// visible one where nothing is noted, since a lost note must never name a newer one.
    fn handed(
        &self,
        tx: &mut Tx<'_>,
        item: &Item,
        customs: &str,
        question: &Question<'_>,
    ) -> Result<Option<&Version>, Fault> {
        let settings = self.catalogue.settings(customs);
        let by = match settings.decision_clock {
            DecisionClock::Stated => question.dated.min(question.received),
            DecisionClock::Receipt => question.received,
        };
        let notes = tx.handed(&item.object.post_org, item.object.pid, customs)?;
        let notes: Vec<_> =
            notes.iter().filter(|note| second(note.first_at) <= question.received.timestamp()).collect();
        let place = |version: &[u8]| {
            let is_it = |known: &Version| known.name.as_deref().is_some_and(|name| name.starts_with(version));
            self.timeline.versions.iter().rposition(is_it)
        };
        let first = notes.iter().find_map(|note| place(&note.version));
        let in_time = notes.iter().filter_map(|note| {
            let counts_from = match settings.reads {
                Reads::Latest => Some(note.first_at),
                Reads::First => note.asked_at,
            };
            counts_from.filter(|at| second(*at) <= by.timestamp()).and_then(|_| place(&note.version))
        });
        match in_time.max().or(first) {
            Some(at) => Ok(self.timeline.versions.get(at)),
            None => Ok(self.oldest(question.received)),
        }
    }

    /// The oldest version that its customs could see by a time.
    fn oldest(&self, by: DateTime<Utc>) -> Option<&Version> {
        self.timeline.iter().find(|version| version.visible && version.received <= by)
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
        let at_hand = item.declaration().filter(|row| row.version_no == no).map(|row| row.body.as_str());
        let at_hand = at_hand.or_else(|| item.superseded_text("D", no)).map(str::to_owned);
        let text = match at_hand {
            Some(text) => Some(text),
            None => tx.archived_text(&item.object, "D", no)?,
        };
        self.texts.insert(no, text.and_then(|text| serde_json::from_str(&text).ok()));
        Ok(())
    }
}

fn second(at: At) -> i64 {
    at.0.timestamp()
}

/// The newest version that customs could see by a time, in whole seconds; the last one of all, when it could see none.
pub(super) fn newest_visible(timeline: &Timeline, by: DateTime<Utc>) -> Option<Judged> {
    let seen = |version: &&Version| version.visible && version.received.timestamp() <= by.timestamp();
    timeline.iter().rev().find(seen).or(timeline.last()).map(Judged::of)
}

/// Finds anew what the decisions of an item judged, by what is noted and set now; says whether the item is to be saved.
pub(super) fn judge_again(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    item: &mut Item,
    stamp: &Stamp,
) -> Result<bool, Fault> {
    let mut judging = Judging::of(tx, catalogue, item, stamp)?;
    let before = item.clone();
    let handed_to = |row: &&DecisionRow| {
        Author::from_number(row.author_rank) == Author::Customs && Some(&row.author_org) == judging.customs.as_ref()
    };
    let lives_elsewhere = match &judging.customs {
        Some(customs) => tx.organization(customs)?.is_some_and(|customs| customs.remote),
        None => true,
    };
    let handed_to = |row: &&DecisionRow| !lives_elsewhere && handed_to(row);
    let by_customs: Vec<DecisionRow> = item.decisions(Side::Own).filter(handed_to).cloned().collect();
    let mut otherwise = Vec::new();
    for mut row in by_customs {
        let question = Question {
            stated: row.stated_version.as_deref(),
            by: By::OwnCustoms(&row.author_org),
            dated: row.decided_at.0,
            received: row.received_at.0,
        };
        let judged = judging.judged(tx, item, &question)?;
        if judged != Judged::of_row(&row) {
            otherwise.push(row.version_no);
        }
        judged.keep(&mut row);
        item.put_decision(row);
    }
    let mut facts = Facts(item.object.facts);
    note_whose_data(catalogue, item, &mut facts);
    if facts.has(Fact::Decided) {
        judging.settle_decisions(tx, item, &mut facts)?;
    }
    item.object.facts = facts.0;
    let changed = !item.is_like(&before);
    if changed {
        let detail = serde_json::json!({ "Decisions": otherwise }).to_string();
        item.record(Event { name: JUDGED_ANEW, detail, document: None });
    }
    Ok(changed)
}

/// The event of an item whose decisions were judged by other notes, settings or lists than before.
pub(super) const JUDGED_ANEW: &str = "item.judged-anew";

/// Numbers of the decisions that an event of that name says are about another version than was thought.
pub(super) fn judged_otherwise(event: &Event) -> Vec<i32> {
    let detail: serde_json::Value = serde_json::from_str(&event.detail).unwrap_or_default();
    let numbers = detail["Decisions"].as_array().cloned().unwrap_or_default();
    numbers.iter().filter_map(|number| i32::try_from(number.as_i64()?).ok()).collect()
}

/// Brings the columns that follow from others up to date on an item about to be saved.
pub(super) fn settle(tx: &mut Tx<'_>, catalogue: &Catalogue, item: &mut Item, stamp: &Stamp) -> Result<(), Fault> {
    let mut facts = Facts(item.object.facts);
    note_whose_data(catalogue, item, &mut facts);
    let withdrawn = item.events().iter().any(|event| event.name == standing::WITHDRAWN);
    let referred = withdrawn || item.object.security_state.is_some();
    if referred || facts.has(Fact::Decided) {
        let mut judging = Judging::of(tx, catalogue, item, stamp)?;
        if facts.has(Fact::Decided) {
            judging.settle_decisions(tx, item, &mut facts)?;
        }
        if referred {
            item.object.security_state =
                judging.security_state(tx, item, &mut facts)?.map(|state| state.code().to_owned());
        }
    }
    item.object.facts = facts.0;
    Ok(())
}

/// Whose data the declaration is.
fn note_whose_data(catalogue: &Catalogue, item: &Item, facts: &mut Facts) {
    let declarer = item.declaration().and_then(|row| row.declared_by.as_deref());
    let rank = declarer.map(|declarer| data_rank(catalogue, item, declarer));
    if item.declaration().is_some() {
        facts.set(Fact::Redirected, false);
    }
    facts.set(Fact::DataNotOfOrigin, rank == Some(DataRank::Stranger));
    facts.set(Fact::OwnCapture, declarer == Some(item.object.post_org.as_str()));
    if item.events().iter().any(|event| event.name == super::identity::REDIRECTED) {
        facts.set(Fact::WasBoundElsewhere, true);
    }
}

/// The rank of what `declarer` says about an item.
pub(super) fn data_rank(catalogue: &Catalogue, item: &Item, declarer: &str) -> DataRank {
    let speaks_for = |by: &str, origin: &str| catalogue.settings(by).speaks_for.iter().any(|post| post == origin);
    DataRank::of(declarer, &item.object.orig_post, &item.object.post_org, speaks_for)
}

/// What the decisions of one side amount to.
struct Outcome {
    fiscal: FiscalState,
    changed: bool,
    by_post: bool,
    answers: bool,
    /// Number of the decision to show.
    current: i32,
    lapsed: Option<Vec<u8>>,
}

impl Judging<'_> {
    fn settle_decisions(&mut self, tx: &mut Tx<'_>, item: &mut Item, facts: &mut Facts) -> Result<(), Fault> {
        let own = self.outcome(tx, item, Side::Own)?;
        let there = self.outcome(tx, item, Side::Destination)?;
        let is = |outcome: &Option<Outcome>, what: fn(&Outcome) -> bool| outcome.as_ref().is_some_and(what);
        facts.set(Fact::ChangedSinceDecision, is(&own, |own| own.changed));
        facts.set(Fact::ChangedSinceDestinationDecision, is(&there, |there| there.changed));
        facts.set(Fact::DecisionByPost, is(&own, |own| own.by_post));
        facts.set(Fact::DestinationDecisionByPost, is(&there, |there| there.by_post));
        let cleared = |own: &Outcome| matches!(own.fiscal, FiscalState::Cleared | FiscalState::ClearedDue);
        if item.object.mail_state == Some(LEFT_INWARD_OFFICE) && is(&own, cleared) {
            facts.set(Fact::LeftCleared, true);
        }
        item.object.has_response = is(&own, |own| own.answers);
        item.object.has_dc_response = there.is_some();
        for (side, outcome) in [(Side::Own, own), (Side::Destination, there)] {
            if let Some(outcome) = outcome {
                show(tx, item, side, &outcome)?;
            }
        }
        Ok(())
    }

    fn outcome(&mut self, tx: &mut Tx<'_>, item: &Item, side: Side) -> Result<Option<Outcome>, Fault> {
        let mut decisions = Vec::new();
        for row in item.decisions(side).cloned().collect::<Vec<_>>() {
            if !counts(tx, item, &row)? {
                continue;
            }
            let stands = self.stands(tx, item, &Judged::of_row(&row))?;
            decisions.push((self.decided(&row, stands), row));
        }
        let (said, rows): (Vec<Decided>, Vec<DecisionRow>) = decisions.into_iter().unzip();
        let row_of = |decided: &Decided| said.iter().position(|other| std::ptr::eq(other, decided)).map(|at| &rows[at]);
        let (Some(effective), Some(current)) = (authority::effective(&said), authority::current(&said)) else {
            return Ok(None);
        };
        let Some(shown) = row_of(current) else { return Ok(None) };
        Ok(Some(Outcome {
            fiscal: if effective.is_lapsed_clearance() { FiscalState::Sent } else { effective.state },
            changed: effective.decides() && !effective.stands,
            by_post: effective.decides() && effective.beside_customs,
            answers: effective.answers(),
            current: shown.version_no,
            lapsed: current.is_lapsed_clearance().then(|| Judged::of_row(shown).shown_name()),
        }))
    }

    fn decided(&self, row: &DecisionRow, stands: bool) -> Decided {
        let agreed =
            row.customs_org.as_deref().is_some_and(|customs| self.catalogue.settings(customs).answered_by_post);
        Decided { beside_customs: row.beside_customs && !agreed, ..decided(row, stands) }
    }

    /// Whether the newest decision of the own customs side leaves room for a rule to answer: nothing stands, and nobody
    /// but rules has decided.
    pub(super) fn is_open_to_rules(&mut self, tx: &mut Tx<'_>, item: &Item) -> Result<bool, Fault> {
        for row in item.decisions(Side::Own).cloned().collect::<Vec<_>>() {
            let by_person = Author::from_number(row.author_rank) != Author::Rule;
            if by_person && decided(&row, true).decides() {
                return Ok(false);
            }
            if self.stands(tx, item, &Judged::of_row(&row))? && decided(&row, true).decides() {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// A stored decision as the rules of authority see it.
pub(super) fn decided(row: &DecisionRow, stands: bool) -> Decided {
    Decided {
        author: Author::from_number(row.author_rank),
        org: row.author_org.clone(),
        place: row.place,
        category: row.category.as_deref().and_then(Category::from_name),
        state: FiscalState::parse(&row.fiscal_state).unwrap_or(FiscalState::Hold),
        digest: row.digest.clone(),
        stands,
        beside_customs: row.beside_customs,
    }
}

/// Whether its author has a say in the item now. On the side of the destination it has while the item goes there.
pub(super) fn counts(tx: &mut Tx<'_>, item: &Item, row: &DecisionRow) -> Result<bool, Fault> {
    if row.side == Side::Own.code() || row.author_org == item.object.dest_post {
        return Ok(true);
    }
    if row.author_org != item.object.post_org {
        return Ok(false);
    }
    let there = own_customs(tx, &item.object.dest_post)?;
    Ok(there.is_none() || there == row.customs_org)
}

/// Keeps what a side amounts to with the response to show, which comes out of the archive where another one was shown.
fn show(tx: &mut Tx<'_>, item: &mut Item, side: Side, outcome: &Outcome) -> Result<(), Fault> {
    let fiscal_state = Some(outcome.fiscal.code().to_owned());
    let shown = item.response(side).filter(|row| row.state_cd != RESPONSE_DRAFT).cloned();
    if let Some(row) = shown.as_ref().filter(|row| row.version_no == outcome.current) {
        if (&row.fiscal_state, &row.lapsed) != (&fiscal_state, &outcome.lapsed) {
            item.put_response(side, ResponseRow { fiscal_state, lapsed: outcome.lapsed.clone(), ..row.clone() });
        }
        return Ok(());
    }
    let decision = item.decisions(side).find(|row| row.version_no == outcome.current).cloned();
    let (Some(decision), Some(shown)) = (decision, shown) else { return Ok(()) };
    let Some(body) = tx.archived_text(&item.object, side.version_kind(), decision.version_no)? else { return Ok(()) };
    let row = ResponseRow {
        state_cd: decision.state_cd,
        customs_org: decision.customs_org,
        author_org: decision.author_org,
        sent: decision.sent,
        decision_cd: decision.decision_cd,
        decided_at: decision.decided_at,
        version_no: decision.version_no,
        digest: decision.digest,
        body,
        fiscal_state,
        lapsed: outcome.lapsed.clone(),
        ..shown
    };
    item.restore_response(side, row);
    Ok(())
}

impl Judging<'_> {
    /// The security state of an item with referrals, or withdrawn; of others it follows from their columns. Notes which
    /// referrals still wait.
    fn security_state(
        &mut self,
        tx: &mut Tx<'_>,
        item: &Item,
        facts: &mut Facts,
    ) -> Result<Option<security::SecurityState>, Fault> {
        let referrals = tx.referrals_of(&item.object)?;
        let answers = tx.answers_of(&item.object)?;
        for referral in &referrals {
            let pending = standing::waits(referral, &answers);
            if pending != referral.pending {
                tx.set_pending(referral, pending)?;
            }
        }
        let mut events = standing::declared_events(tx, item)?;
        let (mut completed, mut stand) = (false, false);
        for referral in self.heard(item, &referrals) {
            let said = self.referral_events(tx, item, referral)?;
            if Asks::of(&referral.code) == Asks::Nothing {
                (completed, stand) = (true, stand || !said.is_empty());
            }
            events.extend(said);
            events.extend(
                answers.iter().filter(|row| row.reference == referral.reference).map(|row| answered(row, referral)),
            );
        }
        facts.set(Fact::AssessmentLapsed, completed && !stand);
        let state = security::state(&events);
        Ok((!referrals.is_empty() || state == security::SecurityState::Cancelled).then_some(state))
    }

    /// The referrals of those who have a say, but for stops that were lifted and what lifted them. Of what a post asked
    /// that the item went to before, only a stop goes on.
    fn heard<'r>(&self, item: &Item, referrals: &'r [ReferralRow]) -> Vec<&'r ReferralRow> {
        let object = &item.object;
        let has_say = |row: &ReferralRow| {
            let from_there = row.raised_by == object.dest_post || row.raised_by == object.orig_post;
            let own = row.raised_by == object.post_org || self.customs.as_ref() == Some(&row.raised_by);
            own || from_there
        };
        let stopped_before = |row: &ReferralRow| {
            let left = |(post, at): &(String, DateTime<Utc>)| *post == row.raised_by && *at >= row.created_at.0;
            Asks::of(&row.code) == Asks::Stop && self.timeline.bound_before.iter().any(left)
        };
        let lifted: Vec<(&str, String)> = referrals
            .iter()
            .filter(|row| Asks::of(&row.code) == Asks::Nothing && has_say(row))
            .filter_map(|row| Some((row.raised_by.as_str(), lifts(row)?)))
            .collect();
        let is_lifted = |row: &ReferralRow| {
            Asks::of(&row.code) == Asks::Stop
                && lifted.iter().any(|(by, reference)| *by == row.raised_by && *reference == row.reference)
        };
        let lifts_one = |row: &ReferralRow| {
            Asks::of(&row.code) == Asks::Nothing
                && lifts(row).is_some_and(|lifted| {
                    referrals
                        .iter()
                        .any(|stop| is_lifted(stop) && stop.reference == lifted && stop.raised_by == row.raised_by)
                })
        };
        referrals
            .iter()
            .filter(|row| (has_say(row) || stopped_before(row)) && !is_lifted(row) && !lifts_one(row))
            .collect()
    }

    /// A referral as events: as raised, unless it completes the assessment of something else; and, where it asks about the
    /// data, when that changed.
    fn referral_events(
        &mut self,
        tx: &mut Tx<'_>,
        item: &Item,
        referral: &ReferralRow,
    ) -> Result<Vec<security::Event>, Fault> {
        let asks = Asks::of(&referral.code);
        let event = |at, act| security::Event { at, reference: referral.reference.clone(), act };
        let raised = event(referral.event_at.0, Act::Raised(asks));
        if matches!(asks, Asks::Stop | Asks::Screening) {
            return Ok(vec![raised]);
        }
        let judged = self.referred(tx, item, referral)?;
        if asks == Asks::Nothing {
            return Ok(if self.stands(tx, item, &judged)? { vec![raised] } else { Vec::new() });
        }
        let changed = self.changed_after(tx, item, referral, &judged)?;
        Ok([Some(raised), changed.map(|at| event(at, Act::Changed))].into_iter().flatten().collect())
    }

    /// When something was declared that differs from what a question was about, or brought a document more.
    fn changed_after(
        &mut self,
        tx: &mut Tx<'_>,
        item: &Item,
        referral: &ReferralRow,
        judged: &Judged,
    ) -> Result<Option<DateTime<Utc>>, Fault> {
        let later: Vec<Version> =
            self.timeline.iter().filter(|version| version.at > referral.event_at.0).cloned().collect();
        for version in later {
            let moves_on = match judged {
                Judged::Version { no, dest, .. } => {
                    let now = (version.no, version.dest.as_str());
                    let found = self.difference(tx, item, (*no, dest), now)?;
                    found.is_material || found.document_added
                }
                Judged::Goods { dest } => *dest != version.dest,
                Judged::Nothing | Judged::Unknown { .. } => true,
            };
            if moves_on {
                return Ok(Some(version.at));
            }
        }
        Ok(None)
    }

    /// What a referral was about.
    fn referred(&self, tx: &mut Tx<'_>, item: &Item, referral: &ReferralRow) -> Result<Judged, Fault> {
        let stated = stated_version(referral);
        let by = if self.customs.as_ref() == Some(&referral.raised_by) {
            By::OwnCustoms(&referral.raised_by)
        } else if referral.raised_by == item.object.post_org {
            By::Onlooker
        } else {
            By::Partner(&referral.raised_by)
        };
        if by == By::Onlooker && stated.is_none() {
            let by = referral.event_at.0.min(referral.created_at.0).timestamp();
            let seen = self.timeline.iter().rev().find(|version| version.received.timestamp() <= by);
            return Ok(seen.map_or(Judged::Nothing, Judged::of));
        }
        let question =
            Question { stated: stated.as_deref(), by, dated: referral.event_at.0, received: referral.created_at.0 };
        self.judged(tx, item, &question)
    }
}

fn answered(row: &AnswerRow, referral: &ReferralRow) -> security::Event {
    let act = Act::Answered(Effect::of(&row.code, &referral.code));
    security::Event { at: row.event_at.0, reference: row.reference.clone(), act }
}

fn typed(referral: &ReferralRow) -> Option<Referral> {
    serde_json::from_str(&referral.body).ok()
}

/// The version that the author of a referral named.
pub(super) fn stated_version(referral: &ReferralRow) -> Option<String> {
    let mut known = typed(referral)?.known;
    reserved::take(&mut known.extra_field_names, &mut known.extra_field_values).version
}

/// The reference of the stop that an ASC lifts.
fn lifts(referral: &ReferralRow) -> Option<String> {
    typed(referral)?.known.lifts.filter(|reference| !reference.trim().is_empty())
}

/// What a partner is told of a decision or a referral besides its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// The version that it is about, by the partner's own name where that is known.
    pub version: Option<String>,
    /// The place of a decision among those of its author.
    pub order: Option<i64>,
}

/// What `partner` is told of the decision of the own customs with this number.
///
/// # Errors
/// When the database cannot be read.
pub fn told_of_decision(tx: &mut Tx<'_>, item: &Item, version_no: i32, partner: &str) -> Result<Told, Fault> {
    let mut item = item.clone();
    tx.complete(&mut item)?;
    let Some(row) = item.decisions(Side::Own).find(|row| row.version_no == version_no).cloned() else {
        return Ok(Told::default());
    };
    let timeline = Timeline::of(tx, &item, &Stamp::default())?;
    let order = authority::order(Author::from_number(row.author_rank), row.place);
    Ok(Told { version: name_for(&timeline, &Judged::of_row(&row), partner), order: Some(order) })
}

/// What `partner` is told of a referral.
///
/// # Errors
/// When the database cannot be read.
pub fn told_of_referral(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    item: &Item,
    referral: &ReferralRow,
    partner: &str,
) -> Result<Told, Fault> {
    let mut item = item.clone();
    let judging = Judging::of(tx, catalogue, &mut item, &Stamp::default())?;
    let judged = judging.referred(tx, &item, referral)?;
    Ok(Told { version: name_for(&judging.timeline, &judged, partner), order: None })
}

/// The name under which a partner may know what was judged: its own, else ours, which it will find to be nothing it says.
fn name_for(timeline: &Timeline, judged: &Judged, partner: &str) -> Option<String> {
    match judged {
        Judged::Nothing => Some(NOTHING.to_owned()),
        Judged::Goods { .. } => Some(GOODS.to_owned()),
        Judged::Unknown { name } => Some(name.clone()),
        Judged::Version { no, dest, name } => {
            let alias = timeline.alias(partner, *no, dest).map(str::to_owned);
            alias.or_else(|| name.as_deref().map(version::shown))
        }
    }
}

/// The name of what was judged when nothing was there: that of no version.
const NOTHING: &str = "none";
