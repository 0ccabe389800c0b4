//! Declaring: a new item from scratch, like another one or as somebody lodged it, and another version of one. What is typed is
//! checked as a whole, shown as customs will see it, and stored at one more click. A form that is sent twice is stored once.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use maud::{Markup, html};
use rust_decimal::Decimal;
use uuid::Uuid;

use super::declared::{
    DOCUMENTS, FormFindings, NEW, SECTIONS, Shown, beside, differences, field_of, filled_of, label_of, unseen,
    value_in_words,
};
use super::field::{Line, Problems, line, table};
use super::items::{absent, named};
use super::layout::{form, form_again, framed, page, see_other};
use super::templates;
use super::visit::Visit;
use crate::contract::{Number, RestrictionProhibition};
use crate::error::{Error, Result};
use crate::limits;
use crate::refdata::lists::Language;
use crate::rules::life_cycle::StoreEvent;
use crate::service::Actor;
use crate::service::form::{Begun, FormJudged};
use crate::service::one::Named;
use crate::service::rights::UseCase;
use crate::sheet::SheetItem;
use crate::sheet::filled::{Filled, says_something};

/// Members that go along with the fields: what makes the form one, what it is of, and which warnings were seen.
const CARRIED: [&str; 5] = ["key", "lodged", "tag", "version", "seen"];

/// What is declared at a form.
struct Task<'v> {
    visit: &'v Visit<'v>,
    actor: &'v Actor,
    /// Where the form is sent.
    action: String,
    title: &'static str,
    /// The item as it stands, of which this is to be another version.
    begun: Option<Begun>,
}

/// What stands beside the fields of a form.
#[derive(Default)]
struct Beside {
    proposed: Option<(usize, Vec<crate::contract::HSLookupInfo>)>,
    focus: Option<String>,
    note: Option<&'static str>,
}

/// What to begin with.
pub(super) async fn start(visit: Visit<'_>) -> Result<HttpResponse> {
    let content = beginnings(&visit, &Problems::default()).await?;
    page(&visit, visit.texts.get("declare.title"), content)
}

async fn beginnings(visit: &Visit<'_>, problems: &Problems) -> Result<Markup> {
    let templates = visit.shared.services.templates(actor_of(visit)?).await?;
    let (texts, query) = (visit.texts, &visit.query);
    let one = |name: &str, label: &str, hint: &str, go: &str| {
        html! {
            form method="get" action=(NEW) novalidate data-again {
                (line(problems, Line { name, label, hint: Some(hint), value: query.trimmed(name), autocomplete: Some("off"), ..Line::default() }))
                p.actions { button type="submit" { (go) } }
            }
        }
    };
    Ok(html! {
        p.actions { a.button.main href=(NEW) autofocus { (texts.get("declare.scratch")) } }
        h2 { (texts.get("declare.copy-title")) }
        (one("copy", texts.get("items.id"), texts.get("declare.copy-hint"), texts.get("declare.copy")))
        h2 { (texts.get("declare.lodged-title")) }
        (one("lodged", texts.get("declare.lodged-id"), texts.get("declare.lodged-hint"), texts.get("declare.lodged")))
        @if !templates.is_empty() {
            h2 { (texts.get("templates.title")) }
            ul { @for template in &templates { li dir="auto" { a href=(templates::address(template)) { (template.name) } " " span.id { (template.owner) } } } }
        }
    })
}

/// The form of a new item.
pub(super) async fn show(visit: Visit<'_>) -> Result<HttpResponse> {
    let (texts, actor) = (visit.texts, visit.person()?.actor(UseCase::Declare)?);
    let services = &visit.shared.services;
    let given = |name: &str| visit.query.get(name).split_whitespace().collect::<String>().to_uppercase();
    let (copy, lodged, template) = (given("copy"), given("lodged"), visit.query.get("template"));
    let begun = match (copy.as_str(), lodged.as_str()) {
        ("", "") if !template.is_empty() => {
            services.form_of_template(actor, visit.query.get("owner"), template).await.map(|filled| (filled, None))
        }
        ("", "") => services.blank_form(actor).map(|filled| (filled, None)),
        ("", id) => services.form_of_lodged(actor, id).await.map(|filled| (filled, Some("declare.lodged-note"))),
        (id, _) => {
            let named = Named::read(&id.to_lowercase());
            let named = if matches!(named, Named::Pid(_)) { named } else { Named::ItemId(id.to_owned()) };
            services.form_like(actor, named).await.map(|filled| (filled, Some("declare.copy-note")))
        }
    };
    let (filled, note) = match begun {
        Ok(begun) => begun,
        Err(Error::Absent { .. } | Error::Ambiguous { .. } | Error::Invalid(_)) => {
            let field = if lodged.is_empty() { "copy" } else { "lodged" };
            let problems = Problems::one(Some(field), texts.get("declare.nothing-there"));
            let content = beginnings(&visit, &problems).await?;
            return form_again(
                &visit,
                StatusCode::UNPROCESSABLE_ENTITY,
                texts.get("declare.title"),
                &problems,
                content,
            );
        }
        Err(error) => return Err(error),
    };
    let carried = [("key".to_owned(), Uuid::now_v7().to_string()), ("lodged".to_owned(), lodged)];
    let visit = Visit { form: carried.into_iter().collect(), ..visit };
    let task = Task::new(&visit, actor_of(&visit)?);
    task.form(&filled, &Problems::default(), StatusCode::OK, Beside { note, ..Beside::default() })
}

/// What was sent of the form of a new item.
pub(super) async fn act(visit: Visit<'_>) -> Result<HttpResponse> {
    Task::new(&visit, actor_of(&visit)?).act().await
}

/// The form of an item as it stands.
pub(super) async fn show_amend(visit: Visit<'_>) -> Result<HttpResponse> {
    let begun = begun(&visit).await?;
    let as_it_is = begun.as_it_is.as_ref();
    let (tag, version) = as_it_is.map(|known| (known.tag.clone(), known.version)).unwrap_or_default();
    let carried = [("key", Uuid::now_v7().to_string()), ("tag", tag), ("version", version.to_string())];
    let visit = Visit { form: carried.map(|(name, value)| (name.to_owned(), value)).into_iter().collect(), ..visit };
    let filled = begun.filled.clone();
    let task = Task::of(&visit, actor_of(&visit)?, begun);
    if !filled.is_whole() {
        let content = html! { p { (visit.texts.get("amend.not-carried")) } p { a href=(task.item()) { (visit.texts.get("scan.open")) } } };
        return framed(&visit, StatusCode::CONFLICT, task.title, task.title, content);
    }
    task.form(&filled, &Problems::default(), StatusCode::OK, Beside::default())
}

/// What was sent of the form of an item.
pub(super) async fn act_amend(visit: Visit<'_>) -> Result<HttpResponse> {
    let begun = begun(&visit).await?;
    Task::of(&visit, actor_of(&visit)?, begun).act().await
}

fn actor_of<'v>(visit: &'v Visit<'_>) -> Result<&'v Actor> {
    visit.person()?.actor(UseCase::Declare)
}

/// The item that the address names, as it stands.
async fn begun(visit: &Visit<'_>) -> Result<Begun> {
    let actor = actor_of(visit)?;
    let (post, one) = named(visit)?;
    actor.own_post(Some(post)).map_err(absent)?;
    visit.shared.services.form_of(actor, one).await.map_err(absent)
}

impl<'v> Task<'v> {
    fn new(visit: &'v Visit<'v>, actor: &'v Actor) -> Self {
        Self { visit, actor, action: NEW.to_owned(), title: visit.texts.get("declare.title"), begun: None }
    }

    fn of(visit: &'v Visit<'v>, actor: &'v Actor, begun: Begun) -> Self {
        let action = format!("/console/items/{}/amend", visit.parts.join("/"));
        Self { visit, actor, action, title: visit.texts.get("amend.title"), begun: Some(begun) }
    }

    /// Address of the item that is changed.
    fn item(&self) -> String {
        self.action.trim_end_matches("/amend").to_owned()
    }

    /// Does what a button of the form or of the page that checks it says.
    async fn act(&self) -> Result<HttpResponse> {
        let mut filled = filled_of(&self.visit.form);
        let (button, rest) = self.visit.form.get("do").split_once('-').unwrap_or((self.visit.form.get("do"), ""));
        let (number, code) = rest.split_once('-').unwrap_or((rest, ""));
        let at =
            number.parse::<usize>().ok().and_then(|number| number.checked_sub(1)).filter(|at| *at < filled.lines.len());
        let focus = |key: &str, at: usize| Beside { focus: Some(field_of(key, Some(at))), ..Beside::default() };
        let edited = match (button, at) {
            ("add", _) if filled.lines.len() < limits::FORM_LINES => {
                let last = filled.lines.last().and_then(|line| line.get("piece_currency").cloned());
                let line = last.map(|currency| ("piece_currency".to_owned(), currency)).into_iter().collect();
                filled.lines.push(line);
                focus("piece_description", filled.lines.len() - 1)
            }
            ("drop", Some(at)) if filled.lines.len() > 1 => {
                filled.lines.remove(at);
                focus("piece_description", at.min(filled.lines.len() - 1))
            }
            ("take", Some(at)) => {
                filled.lines[at].insert("piece_hs".to_owned(), code.to_owned());
                focus("piece_hs", at)
            }
            ("hs", Some(at)) => {
                let codes = self.visit.shared.services.hs_codes(filled.text(Some(at), "piece_description"));
                Beside { proposed: Some((at, codes)), ..focus("piece_hs", at) }
            }
            ("back" | "add" | "drop", _) => Beside::default(),
            ("template", _) => return self.keep(&filled).await,
            ("draft", _) => return self.store(&filled, StoreEvent::Draft).await,
            ("declare", _) => return self.store(&filled, StoreEvent::Final).await,
            ("customs", _) => return self.store(&filled, StoreEvent::ToCustoms).await,
            ("save", _) => {
                let as_before = self.begun.as_ref().and_then(|begun| begun.as_it_is.as_ref());
                return self.store(&filled, as_before.map_or(StoreEvent::Final, |known| known.event)).await;
            }
            _ => return self.check(&filled).await,
        };
        self.form(&filled, &Problems::default(), StatusCode::OK, edited)
    }

    /// What the form declares; the form again where something in it cannot be read.
    fn read<'f>(&self, filled: &'f Filled) -> Result<Result<SheetItem, FormFindings<'f>>> {
        let comma = self.visit.texts.0 != Language::En;
        let item = self.visit.shared.services.read_form(self.actor, filled, comma)?;
        let mut findings = FormFindings::new(self.visit.texts, filled);
        findings.unreadable(&item.findings);
        Ok(if findings.problems.is_empty() { Ok(item) } else { Err(findings) })
    }

    fn again(&self, findings: FormFindings<'_>) -> Result<HttpResponse> {
        self.form(findings.filled, &findings.ordered(), StatusCode::UNPROCESSABLE_ENTITY, Beside::default())
    }

    /// Everything that is found, or the page that shows what will be declared.
    async fn check(&self, filled: &Filled) -> Result<HttpResponse> {
        if self.is_outdated() {
            return self.conflict(filled).await;
        }
        // What cannot be read does not keep the rest from being looked at.
        let comma = self.visit.texts.0 != Language::En;
        let services = &self.visit.shared.services;
        let item = services.read_form(self.actor, filled, comma)?;
        let mut findings = FormFindings::new(self.visit.texts, filled);
        findings.unreadable(&item.findings);
        let as_it_is = self.begun.as_ref().and_then(|begun| begun.as_it_is.as_ref());
        let judged = services.judge_form(self.actor, as_it_is, item, StoreEvent::Final).await?;
        findings.refused(&judged.judged.refused, &judged.item);
        let id = judged.item.object.id.clone().unwrap_or_default();
        if findings.problems.is_empty() && self.visit.form.get("seen") != id {
            // The id is read from a label: what is odd about it is asked once.
            let of_id = judged.judged.found.iter().filter(|found| found.rule.starts_with("item_id_"));
            of_id.for_each(|found| findings.add(&found.rule, Some(("item_id".to_owned(), None)), &found.message));
        }
        if findings.problems.is_empty() { self.checked(filled, &judged).await } else { self.seen(&id, findings) }
    }

    /// The form again; what is odd about an id counts as seen.
    fn seen(&self, id: &str, findings: FormFindings<'_>) -> Result<HttpResponse> {
        let note = CARRIED
            .iter()
            .filter(|name| **name != "seen")
            .map(|name| ((*name).to_owned(), self.visit.form.get(name).to_owned()));
        let carried = html! {
            @for (name, value) in note { @if !value.is_empty() { input type="hidden" name=(name) value=(value); } }
            input type="hidden" name="seen" value=(id);
        };
        self.form_with(
            findings.filled,
            &findings.ordered(),
            StatusCode::UNPROCESSABLE_ENTITY,
            Beside::default(),
            carried,
        )
    }

    /// Keeps the form as a template, and shows it again.
    async fn keep(&self, filled: &Filled) -> Result<HttpResponse> {
        let (texts, form) = (self.visit.texts, &self.visit.form);
        let services = &self.visit.shared.services;
        let kept = services.keep_form(self.actor, form.get("template"), form.has("shared"), filled).await;
        match kept {
            Ok(()) => {
                let beside = Beside { note: Some("templates.kept"), ..Beside::default() };
                self.form(filled, &Problems::default(), StatusCode::OK, beside)
            }
            Err(Error::Invalid(_)) => {
                let most = limits::TEMPLATE_NAME_CHARS.to_string();
                let text = texts.with("templates.name-wanted", &[("most", &most)]);
                let problems = Problems::one(Some("template"), text);
                self.form(filled, &problems, StatusCode::UNPROCESSABLE_ENTITY, Beside::default())
            }
            Err(error) => Err(error),
        }
    }

    /// The fields that keep a form as a template.
    fn keeping(&self, problems: &Problems) -> Markup {
        let (texts, form) = (self.visit.texts, &self.visit.form);
        html! {
            details open[problems.has("template")] {
                summary { (texts.get("templates.save")) }
                (line(problems, Line { name: "template", label: texts.get("templates.name"), hint: Some(texts.get("templates.hint")),
                    value: form.get("template"), autocomplete: Some("off"), ..Line::default() }))
                div.tick {
                    input type="checkbox" id="shared" name="shared" value="yes" checked[form.has("shared")];
                    label for="shared" { (texts.get("templates.share-it")) }
                }
                p.actions { button type="submit" name="do" value="template" { (texts.get("templates.save")) } }
            }
        }
    }

    fn is_outdated(&self) -> bool {
        let as_it_is = self.begun.as_ref().and_then(|begun| begun.as_it_is.as_ref());
        as_it_is.is_some_and(|known| known.tag != self.visit.form.get("tag"))
    }

    async fn store(&self, filled: &Filled, event: StoreEvent) -> Result<HttpResponse> {
        let item = match self.read(filled)? {
            Ok(item) => item,
            Err(findings) => return self.again(findings),
        };
        let read = item.clone();
        let services = &self.visit.shared.services;
        let key = Uuid::try_parse(self.visit.form.get("key")).ok();
        let as_it_is = self.begun.as_ref().and_then(|begun| begun.as_it_is.as_ref());
        let stored = match as_it_is {
            Some(known) => services.amend_form(self.actor, known, item, event, (self.visit.form.get("tag"), key)).await,
            None => {
                let lodged = Some(self.visit.form.get("lodged").to_owned()).filter(|id| !id.is_empty());
                services.declare_form(self.actor, item, event, lodged, key).await
            }
        };
        let mut findings = FormFindings::new(self.visit.texts, filled);
        match stored {
            Ok(receipt) => {
                return Ok(see_other(&format!("/console/items/{}/{}?done=stored", self.actor.org, receipt.p_id)));
            }
            Err(Error::Changed) => return self.conflict(filled).await,
            Err(Error::Invalid(found) | Error::Conflict(found)) => findings.refused(&found, &read),
            Err(Error::KeyReused) => findings.problems.add(None, self.visit.texts.get("declare.sent-already"), false),
            Err(error) => return Err(error),
        }
        self.again(findings)
    }

    fn form(&self, filled: &Filled, problems: &Problems, status: StatusCode, beside: Beside) -> Result<HttpResponse> {
        self.form_with(filled, problems, status, beside, self.carried())
    }

    fn carried(&self) -> Markup {
        let value = |name: &'static str| Some((name, self.visit.form.get(name))).filter(|(_, value)| !value.is_empty());
        html! { @for (name, value) in CARRIED.into_iter().filter_map(value) { input type="hidden" name=(name) value=(value); } }
    }

    fn form_with(
        &self,
        filled: &Filled,
        problems: &Problems,
        status: StatusCode,
        beside: Beside,
        carried: Markup,
    ) -> Result<HttpResponse> {
        let (texts, services) = (self.visit.texts, &self.visit.shared.services);
        let to = services.country_of_form(filled);
        let needed = services.needed(self.actor, &self.actor.country, &to, filled.text(None, "nature"))?;
        let posts = services
            .catalogue()
            .operators
            .iter()
            .map(|post| (post.code.clone(), post.names.in_language(texts.0).to_owned()))
            .collect();
        let shown = Shown {
            texts,
            filled,
            problems,
            needed: &needed,
            mark: texts.get("declare.needed"),
            by_name: false,
            proposed: beside.proposed,
            focus: beside.focus,
            is_fixed: self.begun.is_some(),
            posts,
        };
        let is_draft = self
            .begun
            .as_ref()
            .and_then(|begun| begun.as_it_is.as_ref())
            .is_none_or(|known| known.event == StoreEvent::Draft);
        let body = html! {
            (carried)
            (shown.markup())
            (self.keeping(problems))
            p.actions {
                button.main type="submit" name="do" value="check" data-key="send" { (texts.get("declare.check")) }
                @if is_draft { button type="submit" name="do" value="draft" { (texts.get("declare.draft")) } }
            }
        };
        let content = html! {
            @if let Some(note) = beside.note { div.note { p { (texts.get(note)) } } }
            p.hint { (texts.get("declare.marked")) }
            (form(self.visit, &self.action, body)?)
        };
        if status == StatusCode::OK {
            page(self.visit, self.title, content)
        } else {
            form_again(self.visit, status, self.title, problems, content)
        }
    }

    /// What will be declared, as it will be seen.
    async fn checked(&self, filled: &Filled, judged: &FormJudged) -> Result<HttpResponse> {
        let texts = self.visit.texts;
        let found: Vec<(String, bool, &str)> = judged
            .judged
            .found
            .iter()
            .map(|found| {
                let (text, is_english) = beside(texts, filled, &judged.item, found);
                (text, is_english, found.rule.as_str())
            })
            .collect();
        let as_it_is = self.begun.as_ref().and_then(|begun| begun.as_it_is.as_ref());
        let is_draft = as_it_is.is_none_or(|known| known.event == StoreEvent::Draft);
        let body = html! {
            (self.carried())
            (unseen(filled))
            p.actions {
                @if is_draft {
                    button.main type="submit" name="do" value="declare" data-key="send" { (texts.get("declare.declare")) }
                    button type="submit" name="do" value="customs" { (texts.get("declare.customs")) }
                    button type="submit" name="do" value="draft" { (texts.get("declare.draft")) }
                } @else {
                    button.main type="submit" name="do" value="save" data-key="send" { (texts.get("amend.save")) }
                }
                button.quiet type="submit" name="do" value="back" { (texts.get("declare.back")) }
            }
        };
        let content = html! {
            @if found.is_empty() { div.note.good role="status" { p { (texts.get("declare.nothing-found")) } } }
            @else {
                div.note role="status" {
                    h2 { (texts.get("declare.warnings")) }
                    ul {
                        @for (text, is_english, rule) in &found {
                            li { span lang=[is_english.then_some("en")] { (text) } " " code { (rule) } }
                        }
                    }
                }
            }
            (restrictions(self.visit, &judged.restrictions))
            @if let Some(begun) = &self.begun { (changes(self.visit, &begun.filled, filled)) }
            (summary(self.visit, filled))
            (goods(self.visit, filled, &judged.item))
            (form(self.visit, &self.action, body)?)
        };
        page(self.visit, texts.get("declare.check-title"), content)
    }

    /// What the item was, what this form says, and what somebody else made of it meanwhile.
    async fn conflict(&self, mine: &Filled) -> Result<HttpResponse> {
        let texts = self.visit.texts;
        let now = begun(self.visit).await?;
        let Some(Named::Pid(pid)) = named(self.visit).ok().map(|(_, one)| one) else { return Err(Error::Changed) };
        let version = self.visit.form.get("version").parse().unwrap_or(0);
        let services = &self.visit.shared.services;
        let was = match services.form_of_version(self.actor, &now, pid, version).await {
            Ok(was) => was,
            Err(Error::Absent { .. }) => None,
            Err(error) => return Err(error),
        };
        let theirs = &now.filled;
        let mut places = differences(mine, theirs);
        places.extend(was.iter().flat_map(|was| differences(was, theirs)).collect::<Vec<_>>());
        places.sort_by_key(|(key, at)| (*at, key.clone()));
        places.dedup();
        let value = |filled: Option<&Filled>, key: &str, at: Option<usize>| {
            let text = filled.map_or("", |filled| filled.text(at, key));
            if text.is_empty() { "–".to_owned() } else { value_in_words(texts, key, text) }
        };
        let rows: Vec<Markup> = places
            .iter()
            .map(|(key, at)| {
                html! {
                    tr {
                        th scope="row" { (label_of(texts, key, *at)) }
                        td dir="auto" { (value(was.as_ref(), key, *at)) }
                        td dir="auto" { (value(Some(mine), key, *at)) }
                        td dir="auto" { (value(Some(theirs), key, *at)) }
                    }
                }
            })
            .collect();
        let known = now.as_it_is.as_ref();
        let body = html! {
            input type="hidden" name="key" value=(Uuid::now_v7());
            @if let Some(known) = known {
                input type="hidden" name="tag" value=(known.tag);
                input type="hidden" name="version" value=(known.version);
            }
            (unseen(mine))
            p.actions {
                button.main type="submit" name="do" value="check" { (texts.get("amend.mine")) }
                button type="submit" name="do" value="back" { (texts.get("declare.back")) }
                a.button href=(self.action) { (texts.get("amend.theirs")) }
            }
        };
        let heads = ["amend.field", "amend.was", "amend.yours", "amend.others"];
        let content = html! {
            div.summary #problem role="alert" tabindex="-1" { p { (texts.get("amend.changed")) } }
            (table(texts.get("amend.columns"), &heads.map(|key| texts.get(key)), &rows))
            (form(self.visit, &self.action, body)?)
        };
        let title = texts.with("error.title", &[("title", texts.get("amend.conflict"))]);
        framed(self.visit, StatusCode::CONFLICT, &title, texts.get("amend.conflict"), content)
    }
}

/// Every rule of the destination that the goods meet.
pub(super) fn restrictions(visit: &Visit<'_>, found: &[RestrictionProhibition]) -> Markup {
    let texts = visit.texts;
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let rows: Vec<Markup> = found
        .iter()
        .map(|rule| {
            let is_prohibited = rule.p_category.as_deref() == Some("P");
            html! {
                tr {
                    td { (texts.get(if is_prohibited { "declare.prohibited" } else { "declare.restricted" })) }
                    td lang="en" { (text(&rule.description)) }
                    td lang="en" { (text(&rule.restriction_note)) }
                    td.id { (text(&rule.organization_cd)) }
                    td { (text(&rule.website_info)) }
                }
            }
        })
        .collect();
    let heads = ["declare.rule", "items.goods", "declare.conditions", "items.by", "declare.source"];
    html! { @if !rows.is_empty() { (table(texts.get("declare.restrictions"), &heads.map(|key| texts.get(key)), &rows)) } }
}

/// What changes, old and new.
fn changes(visit: &Visit<'_>, was: &Filled, is: &Filled) -> Markup {
    let texts = visit.texts;
    let value = |filled: &Filled, key: &str, at| {
        let text = filled.text(at, key);
        if text.is_empty() { "–".to_owned() } else { value_in_words(texts, key, text) }
    };
    let rows: Vec<Markup> = differences(was, is)
        .iter()
        .map(|(key, at)| {
            html! {
                tr {
                    th scope="row" { (label_of(texts, key, *at)) }
                    td dir="auto" { (value(was, key, *at)) }
                    td dir="auto" { (value(is, key, *at)) }
                }
            }
        })
        .collect();
    let heads = ["amend.field", "amend.was", "amend.will-be"];
    html! {
        @if rows.is_empty() { div.note { p { (texts.get("amend.nothing")) } } }
        @else { (table(texts.get("amend.changes"), &heads.map(|key| texts.get(key)), &rows)) }
    }
}

/// Every field of the item that says something.
fn summary(visit: &Visit<'_>, filled: &Filled) -> Markup {
    let texts = visit.texts;
    html! {
        @for section in SECTIONS.iter().chain([&DOCUMENTS]) {
            @let said: Vec<&str> = section.keys.iter().chain(section.more).copied().filter(|key| !filled.text(None, key).trim().is_empty()).collect();
            @if !said.is_empty() {
                h2 { (texts.get(section.heading)) }
                dl { @for key in said { dt { (label_of(texts, key, None)) } dd dir="auto" { (value_in_words(texts, key, filled.text(None, key))) } } }
            }
        }
    }
}

/// The lines of goods, and what they are together.
fn goods(visit: &Visit<'_>, filled: &Filled, item: &SheetItem) -> Markup {
    let texts = visit.texts;
    let rows: Vec<Markup> = filled
        .lines
        .iter()
        .filter(|line| says_something(line))
        .map(|line| {
            let text = |key: &str| line.get(key).map_or("–", String::as_str);
            html! {
                tr {
                    td dir="auto" { (text("piece_description")) }
                    td.id { (text("piece_hs")) }
                    td.id { (text("piece_origin")) }
                    td.number { (text("piece_quantity")) }
                    td.number { (text("piece_net_kg")) }
                    td.number { (text("piece_value")) " " (line.get("piece_currency").map_or("", String::as_str)) }
                }
            }
        })
        .collect();
    let heads = ["items.goods", "items.hs", "items.made-in", "items.number", "items.net", "items.value"];
    let mut values: BTreeMap<&str, Decimal> = BTreeMap::new();
    for piece in &item.data.content_pieces {
        let value = values.entry(piece.currency_cd.as_deref().unwrap_or_default()).or_default();
        *value = value.saturating_add(piece.amount.as_ref().map(Number::value).unwrap_or_default());
    }
    let weights = item.data.content_pieces.iter().filter_map(|piece| piece.net_weight.as_ref().map(Number::value));
    let weight = weights.fold(Decimal::ZERO, Decimal::saturating_add);
    let values: Vec<String> = values.iter().map(|(currency, value)| format!("{value} {currency}")).collect();
    html! {
        (table(texts.get("items.goods"), &heads.map(|key| texts.get(key)), &rows))
        p { (texts.with("declare.sums", &[("value", &values.join(", ")), ("weight", &weight.to_string())])) }
    }
}

/// Asks why a declaration is taken back.
pub(super) async fn ask_withdraw(visit: Visit<'_>) -> Result<HttpResponse> {
    let begun = begun(&visit).await?;
    let tag = begun.as_it_is.as_ref().map_or("", |known| &known.tag);
    let content = withdraw_form(&visit, tag, &Problems::default())?;
    page(&visit, visit.texts.get("withdraw.title"), content)
}

fn withdraw_form(visit: &Visit<'_>, tag: &str, problems: &Problems) -> Result<Markup> {
    let texts = visit.texts;
    let item = format!("/console/items/{}", visit.parts.join("/"));
    let body = html! {
        input type="hidden" name="tag" value=(tag);
        (line(problems, Line { name: "reason", label: texts.get("withdraw.reason"), hint: Some(texts.get("withdraw.reason-hint")),
            value: visit.form.get("reason"), autocomplete: Some("off"), has_focus: true, ..Line::default() }))
        p.actions {
            button.grave type="submit" { (texts.get("withdraw.do")) }
            a.button href=(item) { (texts.get("withdraw.keep")) }
        }
    };
    Ok(html! { p { (texts.get("withdraw.what")) } (form(visit, &format!("{item}/withdraw"), body)?) })
}

/// Takes a declaration back.
pub(super) async fn withdraw(visit: Visit<'_>) -> Result<HttpResponse> {
    let (texts, actor) = (visit.texts, actor_of(&visit)?);
    let (post, one) = named(&visit)?;
    actor.own_post(Some(post)).map_err(absent)?;
    let tag = visit.form.get("tag").to_owned();
    let reason = visit.form.trimmed("reason").to_owned();
    let again = |problems: Problems, status: StatusCode| {
        let content = withdraw_form(&visit, &tag, &problems)?;
        form_again(&visit, status, texts.get("withdraw.title"), &problems, content)
    };
    if reason.is_empty() || reason.chars().count() > limits::REASON_CHARS {
        return again(
            Problems::one(Some("reason"), texts.get("withdraw.reason-wanted")),
            StatusCode::UNPROCESSABLE_ENTITY,
        );
    }
    let if_version = crate::service::one::IfVersion::These(vec![tag.clone()]);
    match visit.shared.services.withdraw(actor, one, reason, if_version, None).await {
        Ok(_) => Ok(see_other(&format!("/console/items/{}?done=withdrawn", visit.parts.join("/")))),
        Err(Error::Changed) => again(Problems::one(None, texts.get("withdraw.changed")), StatusCode::CONFLICT),
        Err(error) => again(Problems::of(error, texts, &[])?, StatusCode::UNPROCESSABLE_ENTITY),
    }
}
