//! One entry of a storing call, alone or in a batch, and what became of it.

use crate::contract::Entity;
use crate::contract::canonical::to_canonical;
use crate::contract::outcome::{self, OutcomeError};
use crate::error::{Error, Finding, Findings};
use crate::limits;
use crate::store::Fault;

/// How a batch treats entries that cannot be stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchMode {
    /// One refused entry refuses the whole call.
    AllOrNothing,
    /// Each entry stands alone; the answer lists an outcome per entry.
    PerItem,
}

/// The answer of a writing use case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// JSON text of its result.
    pub value: String,
    /// Findings that did not refuse it.
    pub warnings: u32,
    /// What is kept for repeats when the result is too large for that, or what was kept of one that was.
    pub brief: Option<String>,
}

impl Answer {
    /// A result, as JSON.
    pub fn of(value: String) -> Self {
        Self { value, warnings: 0, brief: None }
    }

    /// A method without result.
    pub fn void() -> Self {
        Self::of("null".into())
    }
}

/// One entry of a call: what it holds, or why it cannot be stored.
#[derive(Clone, Debug)]
pub struct Entry<T> {
    /// Name of the list sent; empty in calls with one entry.
    pub list: &'static str,
    /// Position in the list; absent in calls with one entry.
    pub index: Option<usize>,
    pub item_id: Option<String>,
    pub content: Result<T, Findings>,
}

impl<T> Entry<T> {
    /// Goes on with the content, or with the findings of `step` put in their place.
    ///
    /// # Errors
    /// What is not a finding of this entry alone.
    pub(super) fn then<U>(self, step: impl FnOnce(T) -> Result<U, Error>) -> Result<Entry<U>, Error> {
        let Self { list, index, item_id, content } = self;
        let content = match content.map(step) {
            Ok(Ok(content)) => Ok(content),
            Ok(Err(Error::Invalid(findings))) | Err(findings) => Err(located(findings, index, item_id.as_deref())),
            Ok(Err(error)) => return Err(error),
        };
        Ok(Entry { list, index, item_id, content })
    }
}

/// Takes each entry of a call one step on. One that names what is not the caller's is refused like what is not there, so
/// that the others stand; the text says no more than that.
///
/// # Errors
/// 401 when no entry is about anything of the caller's; what is not about one entry alone.
pub(super) fn each_on<T, U>(
    entries: Vec<Entry<T>>,
    step: impl Fn(T) -> Result<U, Error>,
) -> Result<Vec<Entry<U>>, Error> {
    let (mut taken, mut foreign) = (Vec::with_capacity(entries.len()), 0);
    for entry in entries {
        let (list, index, item_id) = (entry.list, entry.index, entry.item_id.clone());
        taken.push(match entry.then(&step) {
            Err(Error::Unauthorized) => {
                foreign += 1;
                let content = Err(located(not_yours(list, index).into(), index, item_id.as_deref()));
                Entry { list, index, item_id, content }
            }
            entry => entry?,
        });
    }
    if foreign > 0 && foreign == taken.len() { Err(Error::Unauthorized) } else { Ok(taken) }
}

fn not_yours(list: &str, index: Option<usize>) -> Finding {
    let path = index.map(|index| format!("{list}[{index}]")).unwrap_or_default();
    Finding::new("absent", path, "there is no such item or organization of yours; name your own post and customs")
}

/// Says of each finding which entry it is about. Of one of several entries only the first are kept.
fn located(findings: Findings, index: Option<usize>, item_id: Option<&str>) -> Findings {
    let most = if index.is_some() { limits::FINDINGS_PER_ENTRY } else { limits::FINDINGS_SHOWN };
    findings.at_most(most).each(|mut finding| {
        finding.index = finding.index.or(index);
        finding.item_id = finding.item_id.take().or_else(|| item_id.map(str::to_owned));
        finding
    })
}

/// What became of one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Stored,
    Unchanged,
}

/// Item id and result of one entry.
type Line = (Option<String>, Result<Outcome, Findings>);

/// Results of all entries, in the order sent.
pub(super) struct Ledger {
    mode: BatchMode,
    /// The entries stood in a list.
    is_list: bool,
    results: Vec<Line>,
}

impl Ledger {
    pub(super) fn new(mode: BatchMode) -> Self {
        Self { mode, is_list: false, results: Vec::new() }
    }

    /// Notes the result of the next entry.
    ///
    /// # Errors
    /// What is not a refusal of this entry alone (the database) ends the call.
    pub(super) fn note<T>(&mut self, entry: &Entry<T>, result: Result<Outcome, Fault>) -> Result<(), Fault> {
        let result = match result {
            Ok(outcome) => Ok(outcome),
            Err(Fault::App(Error::Invalid(findings))) => Err(located(findings, entry.index, entry.item_id.as_deref())),
            Err(fault) => return Err(fault),
        };
        self.is_list |= entry.index.is_some();
        self.results.push((entry.item_id.clone(), result));
        Ok(())
    }

    /// The call's answer: of a list, an outcome for each entry.
    ///
    /// # Errors
    /// All findings of all entries, when one refused entry refuses the call.
    pub(super) fn close(self) -> Result<Answer, Fault> {
        if self.mode == BatchMode::AllOrNothing {
            let mut all = Findings::default();
            for findings in self.results.iter().filter_map(|(_, result)| result.as_ref().err()) {
                all.extend_under("", findings.clone());
            }
            if !all.is_empty() {
                return Err(all.into());
            }
        }
        if !self.is_list {
            return Ok(Answer::void());
        }
        Ok(Answer { brief: Some(self.brief()), ..Answer::of(to_canonical(&self.outcomes())) })
    }

    fn outcomes(&self) -> Vec<outcome::Outcome> {
        let mut room = limits::FINDINGS_PER_ANSWER;
        let each = self.results.iter().enumerate().map(|(index, (item_id, result))| {
            let (outcome, errors, more) = match result {
                Ok(outcome) => (outcome.name(), Vec::new(), 0),
                Err(findings) => {
                    let errors: Vec<_> = findings.iter().take(room).map(error).collect();
                    room -= errors.len();
                    let more = findings.iter().len() - errors.len() + findings.more();
                    (REFUSED, errors, more)
                }
            };
            let more_errors = Some(more).filter(|more| *more > 0);
            outcome::Outcome { index, item_id: item_id.clone(), outcome: outcome.to_owned(), errors, more_errors }
        });
        each.collect()
    }

    /// The outcomes alone, a letter each.
    fn brief(&self) -> String {
        let letter = |(_, result): &Line| match result {
            Ok(Outcome::Stored) => 'S',
            Ok(Outcome::Unchanged) => 'U',
            Err(_) => 'R',
        };
        self.results.iter().map(letter).collect()
    }
}

const REFUSED: &str = "refused";

impl Outcome {
    fn name(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Unchanged => "unchanged",
        }
    }
}

fn error(finding: &Finding) -> OutcomeError {
    OutcomeError { code: finding.code.to_owned(), path: finding.path.clone(), message: finding.message.clone() }
}

impl Answer {
    /// The answer to a call about `entries`; of a repeat of which only the outcomes were kept, these.
    pub(super) fn about<T>(mut self, entries: &[Entry<T>]) -> Self {
        if let (true, Some(brief)) = (self.value.is_empty(), &self.brief) {
            let outcomes = brief.chars().zip(entries).enumerate().map(|(index, (letter, entry))| {
                let outcome = match letter {
                    'S' => Outcome::Stored.name(),
                    'U' => Outcome::Unchanged.name(),
                    _ => REFUSED,
                };
                outcome::Outcome {
                    index,
                    item_id: entry.item_id.clone(),
                    outcome: outcome.to_owned(),
                    errors: Vec::new(),
                    more_errors: None,
                }
            });
            self.value = to_canonical(&outcomes.collect::<Vec<_>>());
        }
        self
    }
}

/// Whether a call is refused for what was found before its transaction. What else is wrong is looked for then, but nothing
/// is written.
pub(super) fn is_refused<T>(entries: &[Entry<T>], mode: BatchMode) -> bool {
    mode == BatchMode::AllOrNothing && entries.iter().any(|entry| entry.content.is_err())
}

/// Refuses change states that do not exist or make no sense on this object.
pub(super) fn check_entity(findings: &mut Findings, path: &str, entity: Entity, can_be_deleted: bool) {
    let deletes = entity == Entity::DELETED && can_be_deleted;
    if !(entity.stores() || deletes) {
        let allowed = if can_be_deleted { "0 to 3" } else { "0, 1 or 2" };
        findings.add("out_of_range", format!("{path}.entityState"), format!("allowed here: {allowed}"));
    }
}

/// Both objects of an entry, or a finding for each that is absent.
pub(super) fn both<A, B>(findings: &mut Findings, a: (&str, Option<A>), b: (&str, Option<B>)) -> Option<(A, B)> {
    for (path, absent) in [(a.0, a.1.is_none()), (b.0, b.1.is_none())] {
        if absent {
            findings.add("required", path, "give this object");
        }
    }
    a.1.zip(b.1)
}
