//! One entry of a storing call, alone or in a batch, and what became of it.

use serde::Serialize;

use crate::contract::Entity;
use crate::contract::canonical::to_canonical;
use crate::error::{Error, Finding, Findings};
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
}

impl Answer {
    /// A result, as JSON.
    pub fn of(value: String) -> Self {
        Self { value, warnings: 0 }
    }

    /// A method without result.
    pub fn void() -> Self {
        Self::of("null".into())
    }
}

/// One entry of a call: what it holds, or why it cannot be stored.
#[derive(Clone, Debug)]
pub struct Entry<T> {
    /// Position in the list sent; absent in calls with one entry.
    pub index: Option<usize>,
    pub item_id: Option<String>,
    pub content: Result<T, Vec<Finding>>,
}

impl<T> Entry<T> {
    /// Goes on with the content, or with the findings of `step` put in their place.
    ///
    /// # Errors
    /// What is not a finding of this entry alone.
    pub(super) fn then<U>(self, step: impl FnOnce(T) -> Result<U, Error>) -> Result<Entry<U>, Error> {
        let Self { index, item_id, content } = self;
        let content = match content.map(step) {
            Ok(Ok(content)) => Ok(content),
            Ok(Err(Error::Invalid(findings))) | Err(findings) => Err(located(findings, index, item_id.as_deref())),
            Ok(Err(error)) => return Err(error),
        };
        Ok(Entry { index, item_id, content })
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
        let (index, item_id) = (entry.index, entry.item_id.clone());
        taken.push(match entry.then(&step) {
            Err(Error::Unauthorized) => {
                foreign += 1;
                let content = Err(located(vec![not_yours(index)], index, item_id.as_deref()));
                Entry { index, item_id, content }
            }
            entry => entry?,
        });
    }
    if foreign > 0 && foreign == taken.len() { Err(Error::Unauthorized) } else { Ok(taken) }
}

fn not_yours(index: Option<usize>) -> Finding {
    let path = index.map(|index| format!("cdsViews[{index}]")).unwrap_or_default();
    Finding::new("absent", path, "there is no such item or organization of yours; name your own post and customs")
}

/// Says of each finding which entry it is about.
fn located(mut findings: Vec<Finding>, index: Option<usize>, item_id: Option<&str>) -> Vec<Finding> {
    for finding in &mut findings {
        finding.index = finding.index.or(index);
        finding.item_id = finding.item_id.take().or_else(|| item_id.map(str::to_owned));
    }
    findings
}

/// What became of one entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Stored,
    Unchanged,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct EntryOutcome<'a> {
    index: usize,
    item_id: Option<&'a str>,
    outcome: &'static str,
    errors: Vec<EntryError<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct EntryError<'a> {
    code: &'a str,
    path: &'a str,
    message: &'a str,
}

/// Item id and result of one entry.
type Line = (Option<String>, Result<Outcome, Vec<Finding>>);

/// Results of all entries, in the order sent.
pub(super) struct Ledger {
    mode: BatchMode,
    results: Vec<Line>,
}

impl Ledger {
    pub(super) fn new(mode: BatchMode) -> Self {
        Self { mode, results: Vec::new() }
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
        self.results.push((entry.item_id.clone(), result));
        Ok(())
    }

    /// The call's answer.
    ///
    /// # Errors
    /// All findings of all entries, when one refused entry refuses the call.
    pub(super) fn close(self) -> Result<Answer, Fault> {
        match self.mode {
            BatchMode::AllOrNothing => {
                let findings: Vec<Finding> =
                    self.results.into_iter().filter_map(|(_, result)| result.err()).flatten().collect();
                if findings.is_empty() { Ok(Answer::void()) } else { Err(findings.into()) }
            }
            BatchMode::PerItem => Ok(Answer::of(to_canonical(&self.outcomes()))),
        }
    }

    fn outcomes(&self) -> Vec<EntryOutcome<'_>> {
        let each = self.results.iter().enumerate().map(|(index, (item_id, result))| {
            let (outcome, findings) = match result {
                Ok(Outcome::Stored) => ("stored", &[][..]),
                Ok(Outcome::Unchanged) => ("unchanged", &[][..]),
                Err(findings) => ("refused", &findings[..]),
            };
            let errors = findings
                .iter()
                .map(|finding| EntryError { code: finding.code, path: &finding.path, message: &finding.message })
                .collect();
            EntryOutcome { index, item_id: item_id.as_deref(), outcome, errors }
        });
        each.collect()
    }
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
