//! Fields of forms, and what is wrong with them: label, hint, error and what ties them together are never apart.

use maud::{Markup, html};

use super::texts::Texts;
use crate::error::{Error, Finding};

/// What is wrong with a form: which field, and what to do. The summary says the same words as the field.
#[derive(Debug, Default)]
pub(super) struct Problems(Vec<Problem>);

#[derive(Debug)]
struct Problem {
    /// Id of the field; none where it is about the whole.
    field: Option<String>,
    text: String,
    /// It exists in English only.
    is_english: bool,
}

impl Problems {
    /// One problem, in the language of the page.
    pub fn one(field: Option<&str>, text: impl Into<String>) -> Self {
        let mut problems = Self::default();
        problems.add(field.map(str::to_owned), text, false);
        problems
    }

    /// Adds a problem, which may be told in English only.
    pub fn add(&mut self, field: Option<String>, text: impl Into<String>, is_english: bool) {
        self.0.push(Problem { field, text: text.into(), is_english });
    }

    /// Puts them into the order of the fields; what is about the whole comes last.
    pub fn order_by(&mut self, place: impl Fn(&str) -> usize) {
        self.0.sort_by_key(|problem| problem.field.as_deref().map_or(usize::MAX, &place));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What a use case found. `fields` says which member of it is which field.
    ///
    /// # Errors
    /// Every other error.
    pub fn of(error: Error, texts: Texts, fields: &[(&str, &'static str)]) -> Result<Self, Error> {
        let (Error::Invalid(findings) | Error::Conflict(findings)) = error else { return Err(error) };
        let field =
            |finding: &Finding| fields.iter().find(|(path, _)| *path == finding.path).map(|(_, id)| (*id).to_owned());
        let problem = |finding: &Finding| {
            let code = &finding.code;
            let known = texts.find(&format!("fault.{code}")).or_else(|| texts.find(&format!("found.{code}")));
            let text = known.map_or_else(|| finding.message.clone(), str::to_owned);
            Problem { field: field(finding), text, is_english: known.is_none() }
        };
        Ok(Self(findings.iter().map(problem).collect()))
    }

    /// The box above the form; nothing where nothing is wrong.
    pub fn summary(&self, texts: Texts) -> Markup {
        html! {
            @if !self.0.is_empty() {
                div.summary #problem role="alert" tabindex="-1" {
                    h2 { (texts.get("error.summary")) }
                    ul {
                        @for problem in &self.0 {
                            li lang=[problem.is_english.then_some("en")] {
                                @if let Some(field) = &problem.field { a href=(format!("#{field}")) { (problem.text) } }
                                @else { (problem.text) }
                            }
                        }
                    }
                }
            }
        }
    }

    /// What is wrong with a field.
    pub fn text_at(&self, field: &str) -> Option<&str> {
        self.at(field).map(|problem| problem.text.as_str())
    }

    /// Whether something is wrong with a field.
    pub fn has(&self, field: &str) -> bool {
        self.at(field).is_some()
    }

    fn at(&self, field: &str) -> Option<&Problem> {
        self.0.iter().find(|problem| problem.field.as_deref() == Some(field))
    }
}

/// One line of text to be typed.
#[derive(Clone, Copy, Default)]
pub(super) struct Line<'f> {
    /// Name, and id.
    pub name: &'f str,
    pub label: &'f str,
    pub hint: Option<&'f str>,
    pub value: &'f str,
    /// `password`, or another type than text.
    pub kind: Option<&'static str>,
    /// What browsers fill it with (WCAG 1.3.5).
    pub autocomplete: Option<&'static str>,
    pub inputmode: Option<&'static str>,
    /// A word of few characters.
    pub is_short: bool,
    /// What stands beside the label: that it has to be filled in.
    pub mark: Option<&'f str>,
    /// Id of the values that are proposed.
    pub list: Option<&'f str>,
    /// The cursor stands there when the page opens.
    pub has_focus: bool,
    pub is_fixed: bool,
}

/// Ids of what describes a field.
fn described(name: &str, hint: bool, error: bool) -> Option<String> {
    let ids: Vec<String> = [(hint, "hint"), (error, "error")]
        .iter()
        .filter(|(is, _)| *is)
        .map(|(_, end)| format!("{name}-{end}"))
        .collect();
    Some(ids.join(" ")).filter(|ids| !ids.is_empty())
}

fn hint_and_error(name: &str, hint: Option<&str>, problem: Option<&Problem>) -> Markup {
    html! {
        @if let Some(hint) = hint { p.hint id=(format!("{name}-hint")) { (hint) } }
        @if let Some(problem) = problem {
            p.error id=(format!("{name}-error")) lang=[problem.is_english.then_some("en")] { (problem.text) }
        }
    }
}

fn marked(mark: Option<&str>) -> Markup {
    html! { @if let Some(mark) = mark { " " span.mark { (mark) } } }
}

pub(super) fn line(problems: &Problems, line: Line<'_>) -> Markup {
    let problem = problems.at(line.name);
    html! {
        div.field {
            label for=(line.name) { (line.label) (marked(line.mark)) }
            (hint_and_error(line.name, line.hint, problem))
            input id=(line.name) name=(line.name) type=(line.kind.unwrap_or("text")) value=(line.value)
                class=[line.is_short.then_some("short")] autocomplete=[line.autocomplete] inputmode=[line.inputmode]
                list=[line.list] aria-required=[line.mark.map(|_| "true")] autofocus[line.has_focus] readonly[line.is_fixed]
                aria-invalid=[problem.map(|_| "true")]
                aria-describedby=[described(line.name, line.hint.is_some(), problem.is_some())];
        }
    }
}

/// Several lines of text to be typed or pasted.
pub(super) fn area(problems: &Problems, name: &str, label: &str, hint: Option<&str>, value: &str) -> Markup {
    let problem = problems.at(name);
    html! {
        div.field {
            label for=(name) { (label) }
            (hint_and_error(name, hint, problem))
            textarea id=(name) name=(name) rows="8" aria-invalid=[problem.map(|_| "true")]
                aria-describedby=[described(name, hint.is_some(), problem.is_some())] { (value) }
        }
    }
}

/// One of several: value and text of each.
pub(super) fn choice(
    problems: &Problems,
    name: &str,
    label: &str,
    hint: Option<&str>,
    options: &[(&str, String)],
    chosen: &str,
) -> Markup {
    marked_choice(problems, name, label, (hint, None), options, chosen)
}

/// The same with what stands beside the label.
pub(super) fn marked_choice(
    problems: &Problems,
    name: &str,
    label: &str,
    (hint, mark): (Option<&str>, Option<&str>),
    options: &[(&str, String)],
    chosen: &str,
) -> Markup {
    let problem = problems.at(name);
    html! {
        div.field {
            label for=(name) { (label) (marked(mark)) }
            (hint_and_error(name, hint, problem))
            select id=(name) name=(name) aria-required=[mark.map(|_| "true")] aria-invalid=[problem.map(|_| "true")]
                aria-describedby=[described(name, hint.is_some(), problem.is_some())] {
                @for (value, text) in options { option value=(value) selected[*value == chosen] { (text) } }
            }
        }
    }
}

/// A box of several that may be ticked.
pub(super) struct Tick<'f> {
    pub value: &'f str,
    pub label: String,
    pub hint: Option<&'f str>,
    pub is_on: bool,
}

pub(super) fn ticks(problems: &Problems, name: &str, legend: &str, hint: Option<&str>, boxes: &[Tick<'_>]) -> Markup {
    let problem = problems.at(name);
    html! {
        fieldset id=(name) tabindex="-1" aria-describedby=[described(name, hint.is_some(), problem.is_some())] {
            legend { (legend) }
            (hint_and_error(name, hint, problem))
            @for (at, tick) in boxes.iter().enumerate() {
                @let id = format!("{name}-{at}");
                div.tick {
                    input type="checkbox" id=(id) name=(name) value=(tick.value) checked[tick.is_on]
                        aria-describedby=[tick.hint.map(|_| format!("{id}-hint"))];
                    label for=(id) { (tick.label) }
                    @if let Some(hint) = tick.hint { p.hint id=(format!("{id}-hint")) { (hint) } }
                }
            }
        }
    }
}

/// A button that sends the form.
pub(super) fn send(text: &str) -> Markup {
    html! { p.actions { button.main type="submit" { (text) } } }
}

/// A table that may be wider than the page, within a region that scrolls.
pub(super) fn table(caption: &str, heads: &[&str], rows: &[Markup]) -> Markup {
    html! {
        div.scroll role="region" aria-label=(caption) tabindex="0" {
            table {
                caption { (caption) }
                thead { tr { @for head in heads { th scope="col" { (head) } } } }
                tbody { @for row in rows { (row) } }
            }
        }
    }
}
