//! Declaring at home, without an account: four steps, a page that checks them, and a number with a symbol that the clerk scans.
//!
//! What is typed travels from step to step in the form itself: nothing is stored of who gives up. Whoever keeps the secret that is
//! shown at the end comes back, changes it or erases it.

use std::collections::HashSet;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue, RETRY_AFTER};
use chrono::TimeDelta;
use maud::{Markup, html};

use super::declare::restrictions;
use super::declared::{
    FormFindings, SENDER, Section, Shown, beside, field_of, filled_of, is_listed, label_of, place_of, unseen_but,
    value_in_words,
};
use super::field::{Line, Problems, Tick, line, ticks};
use super::layout::{form, form_again, framed, page};
use super::papers::{form_options, pdf};
use super::symbols::{bars, qr};
use super::visit::Visit;
use crate::contract::HSLookupInfo;
use crate::error::{Error, Result};
use crate::limits;
use crate::refdata::lists::{Language, lists};
use crate::service::Actor;
use crate::service::begun_form::BegunForm;
use crate::service::form::FormJudged;
use crate::service::lodging::LodgingSecret;
use crate::service::requirements::ON_EVERY_FORM;
use crate::sheet::filled::Filled;

/// The steps, in their order; the last one is of each line of goods.
const STEPS: [Section; 4] = [
    Section {
        heading: "lodge.parcel",
        keys: &["recipient_country", "mail_class", "nature", "nature_explained", "gross_kg"],
        more: &[],
    },
    Section { heading: "lodge.you", keys: SENDER, more: &[] },
    Section {
        heading: "lodge.recipient",
        keys: &[
            "recipient_name",
            "recipient_address1",
            "recipient_address2",
            "recipient_zip",
            "recipient_city",
            "recipient_state",
            "recipient_phone",
            "recipient_email",
        ],
        more: &[],
    },
    Section {
        heading: "declare.line",
        keys: &[
            "piece_description",
            "piece_quantity",
            "piece_net_kg",
            "piece_value",
            "piece_currency",
            "piece_origin",
            "piece_hs",
        ],
        more: &[],
    },
];
/// Place of the step with the goods.
const GOODS: usize = 3;
/// What stands above each step: what it is for.
const WHY: [&str; 4] = ["lodge.parcel-why", "lodge.you-why", "lodge.recipient-why", "lodge.goods-why"];
/// What each step is called in the list of tasks.
const NAMES: [&str; 4] = ["lodge.parcel", "lodge.you", "lodge.recipient", "items.goods"];

/// Members that go along: what makes the form one and says when it was begun, and of what it is a change.
const CARRIED: [&str; 3] = ["begun", "number", "secret"];
/// A field that people do not see and do not fill in.
const TRAP: &str = "website";

/// A sender with a post.
struct Lodging<'v> {
    visit: &'v Visit<'v>,
    actor: Actor,
    /// Name of the post.
    post: String,
}

/// What stands beside the fields of a step.
#[derive(Default)]
struct Beside {
    proposed: Option<(usize, Vec<HSLookupInfo>)>,
    focus: Option<String>,
}

/// Which post.
pub(super) async fn choose(visit: Visit<'_>) -> Result<HttpResponse> {
    let posts = visit.shared.services.lodging_posts().await?;
    if let [(code, _)] = posts.as_slice() {
        let only = Visit { parts: vec![code.clone()], ..visit };
        return begin(only).await;
    }
    let asked = visit.query.trimmed("post").to_uppercase();
    if posts.iter().any(|(code, _)| *code == asked) {
        return begin(Visit { parts: vec![asked], ..visit }).await;
    }
    let texts = visit.texts;
    let content = html! {
        p { (texts.get("lodge.which-post")) }
        ul.choices { @for (code, name) in &posts { li { a href=(format!("/declare/{code}")) { (name) } } } }
    };
    page(&visit, texts.get("lodge.title"), content)
}

/// The first step, with nothing typed yet.
pub(super) async fn begin(visit: Visit<'_>) -> Result<HttpResponse> {
    visit.shared.rate_limits.form(visit.address())?;
    let lodging = Lodging::of(&visit).await?;
    let mut filled = Filled::default();
    filled.item.insert("sender_country".into(), lodging.actor.country.clone());
    filled.lines.push(Default::default());
    lodging.begin(&filled, None).await
}

/// What was sent of a step.
pub(super) async fn go_on(visit: Visit<'_>) -> Result<HttpResponse> {
    visit.shared.rate_limits.form_step(visit.address())?;
    Lodging::of(&visit).await?.act().await
}

impl<'v> Lodging<'v> {
    async fn of(visit: &'v Visit<'v>) -> Result<Self> {
        let services = &visit.shared.services;
        let code = visit.parts.first().map(|code| code.to_uppercase()).unwrap_or_default();
        let (actor, post) = services.lodging_at(&code).await?;
        Ok(Self { visit, actor, post })
    }

    fn action(&self) -> String {
        format!("/declare/{}", self.actor.org)
    }

    fn title(&self) -> String {
        self.visit.texts.with("lodge.title-at", &[("post", &self.post)])
    }

    /// The first step of a form of its own, of a new declaration or of one that is changed.
    async fn begin(&self, filled: &Filled, of: Option<(&str, &str)>) -> Result<HttpResponse> {
        let (number, secret) = of.unwrap_or_default();
        let carried = [("begun", self.begun().await?), ("number", number.to_owned()), ("secret", secret.to_owned())];
        let carried = carried.map(|(name, value)| (name.to_owned(), value));
        self.step(filled, 0, &Problems::default(), Beside::default(), &carried)
    }

    async fn begun(&self) -> Result<String> {
        self.visit.shared.services.begin_form(&self.actor.org).await
    }

    /// Does what the button says.
    async fn act(&self) -> Result<HttpResponse> {
        let (form, services) = (&self.visit.form, &self.visit.shared.services);
        let mut filled = asked(filled_of(form));
        let at_step = form.get("step").parse::<usize>().unwrap_or(0).min(STEPS.len());
        let (button, rest) = form.get("do").split_once('-').unwrap_or((form.get("do"), ""));
        let (number, code) = rest.split_once('-').unwrap_or((rest, ""));
        let number = number.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let line = number.filter(|at| *at < filled.lines.len());
        let focus = |key: &str, at: usize| Beside { focus: Some(field_of(key, Some(at))), ..Beside::default() };
        let edited = match (button, line) {
            ("add", _) if filled.lines.len() < limits::LODGING_LINES => {
                let currency = filled.lines.last().and_then(|line| line.get("piece_currency").cloned());
                filled.lines.push(currency.map(|code| ("piece_currency".to_owned(), code)).into_iter().collect());
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
                let codes = services.hs_codes(filled.text(Some(at), "piece_description"));
                Beside { proposed: Some((at, codes)), ..focus("piece_hs", at) }
            }
            ("to", _) => {
                let to = number.unwrap_or(0).min(GOODS);
                return self.step(&filled, to, &Problems::default(), Beside::default(), &self.carried());
            }
            ("lodge", _) => return self.lodge(&filled).await,
            ("add" | "drop", _) => Beside::default(),
            _ => return self.next(&filled, at_step).await,
        };
        self.step(&filled, GOODS, &Problems::default(), edited, &self.carried())
    }

    fn carried(&self) -> [(String, String); 3] {
        CARRIED.map(|name| (name.to_owned(), self.visit.form.get(name).to_owned()))
    }

    /// The next step, unless something of this one is wrong.
    async fn next(&self, filled: &Filled, at: usize) -> Result<HttpResponse> {
        let judged = self.judged(filled).await?;
        let problems = self.problems(filled, &judged, at.min(GOODS))?;
        if !problems.is_empty() {
            return self.step(filled, at.min(GOODS), &problems, Beside::default(), &self.carried());
        }
        if at < GOODS {
            return self.step(filled, at + 1, &problems, Beside::default(), &self.carried());
        }
        self.check(filled, &judged, &Problems::default(), &self.carried())
    }

    async fn judged(&self, filled: &Filled) -> Result<FormJudged> {
        let comma = self.visit.texts.0 != Language::En;
        self.visit.shared.services.judge_lodging(&self.actor, filled, comma).await
    }

    /// What is wrong with the fields of a step.
    fn problems(&self, filled: &Filled, judged: &FormJudged, step: usize) -> Result<Problems> {
        let is_of_step = |key: &str| STEPS[step].keys.contains(&key);
        let mut findings = FormFindings::new(self.visit.texts, filled);
        let unread = judged.item.findings.iter().filter(|found| found.column.as_deref().is_some_and(is_of_step));
        findings.unreadable(&unread.cloned().collect::<Vec<_>>());
        findings.refused_where(&judged.judged.refused, &judged.item, is_of_step);
        let texts = self.visit.texts;
        let needed = self.needed(filled)?;
        let is_said = |line: &usize| *line == 0 || !filled.lines[*line].is_empty();
        let lines: Vec<Option<usize>> =
            if step == GOODS { (0..filled.lines.len()).filter(is_said).map(Some).collect() } else { vec![None] };
        for line in lines {
            for key in STEPS[step].keys {
                let text = filled.text(line, key).trim();
                let code = match text.chars().count() {
                    0 if needed.contains(key) => "required",
                    count if count > limits::LODGING_TEXT_CHARS => "too_long",
                    1.. if !is_listed(texts, key, text) => "code_known",
                    _ => continue,
                };
                if !findings.problems.has(&field_of(key, line)) {
                    findings.add(
                        code,
                        Some(((*key).to_owned(), line)),
                        texts.find(&format!("found.{code}")).unwrap_or_default(),
                    );
                }
            }
        }
        Ok(findings.ordered())
    }

    /// Keys that have to be filled in: what every form asks for, and what the lane does.
    fn needed(&self, filled: &Filled) -> Result<HashSet<&'static str>> {
        let services = &self.visit.shared.services;
        let (to, nature) = (services.country_of_form(filled), filled.text(None, "nature"));
        let mut needed = services.needed(&self.actor, &self.actor.country, &to, nature)?;
        needed.extend(ON_EVERY_FORM);
        Ok(needed)
    }

    /// Buttons that lead to each step; those that are behind are done.
    fn tasks(&self, now: usize) -> Markup {
        let texts = self.visit.texts;
        html! {
            ol.tasks aria-label=(texts.get("lodge.steps")) {
                @for (at, name) in NAMES.iter().enumerate() {
                    li aria-current=[(at == now).then_some("step")] {
                        @if at < now {
                            button.quiet type="submit" name="do" value=(format!("to-{}", at + 1)) { (texts.get(name)) }
                            " " span.hint { (texts.get("lodge.done")) }
                        } @else { (texts.get(name)) }
                    }
                }
            }
        }
    }

    /// A step with what was typed.
    fn step(
        &self,
        filled: &Filled,
        at: usize,
        problems: &Problems,
        beside: Beside,
        carried: &[(String, String)],
    ) -> Result<HttpResponse> {
        let (texts, services) = (self.visit.texts, &self.visit.shared.services);
        let to = services.country_of_form(filled);
        let needed = self.needed(filled)?;
        let country = lists().countries.name(&to, texts.0).unwrap_or_default().to_owned();
        let mark = match country.is_empty() {
            true => texts.get("declare.needed").to_owned(),
            false => texts.with("lodge.needed", &[("country", &country)]),
        };
        let has_focus = beside.focus.is_some();
        let shown = Shown {
            texts,
            filled,
            problems,
            needed: &needed,
            mark: &mark,
            by_name: true,
            proposed: beside.proposed,
            focus: beside.focus,
            is_fixed: false,
            posts: Vec::new(),
        };
        let body = html! {
            // Enter does what the first button does.
            button.unseen type="submit" name="do" value="next" tabindex="-1" aria-hidden="true" { (texts.get("lodge.next")) }
            @for (name, value) in carried { @if !value.is_empty() { input type="hidden" name=(name) value=(value); } }
            input type="hidden" name="step" value=(at);
            (trap(self.visit))
            (unseen_but(filled, STEPS[at].keys))
            (self.tasks(at))
            p { (texts.get(WHY[at])) }
            @if at == GOODS {
                @for line in 0..filled.lines.len() { (shown.line_of(&STEPS[GOODS], line)) }
                p.actions { button type="submit" name="do" value="add" { (texts.get("declare.add")) } }
            } @else { (shown.section(&STEPS[at], None)) }
            p.actions {
                button.main type="submit" name="do" value="next" { (texts.get("lodge.next")) }
                @if at > 0 { button.quiet type="submit" name="do" value=(format!("to-{at}")) { (texts.get("lodge.back")) } }
            }
        };
        let name = texts.get(NAMES[at]);
        let content = html! {
            p.hint { (self.title()) }
            @if at == 0 && !has_focus { p { (texts.get("lodge.intro")) } p { a href=(format!("{}/mine", self.action())) { (texts.get("lodge.mine-link")) } } }
            (form(self.visit, &self.action(), body)?)
        };
        let heading = texts.with("lodge.step", &[("number", &(at + 1).to_string()), ("name", name)]);
        let mut response = if problems.is_empty() {
            framed(self.visit, StatusCode::OK, &heading, &heading, content)?
        } else {
            form_again(self.visit, StatusCode::UNPROCESSABLE_ENTITY, &heading, problems, content)?
        };
        // The Back button shows a step again as it was; a page with a secret is kept nowhere.
        if !carried.iter().any(|(name, value)| name == "secret" && !value.is_empty()) {
            response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        }
        Ok(response)
    }

    /// Everything once more, with what the destination says of the goods.
    fn check(
        &self,
        filled: &Filled,
        judged: &FormJudged,
        problems: &Problems,
        carried: &[(String, String)],
    ) -> Result<HttpResponse> {
        let texts = self.visit.texts;
        let has = |category: &str| judged.restrictions.iter().any(|rule| rule.p_category.as_deref() == Some(category));
        let (is_prohibited, is_restricted) =
            (has("P"), judged.restrictions.iter().any(|rule| rule.p_category.as_deref() != Some("P")));
        let is_ours = |key: &str| STEPS.iter().any(|step| step.keys.contains(&key));
        let notes: Vec<(String, bool)> = judged
            .judged
            .found
            .iter()
            .filter(|found| place_of(&found.rule, &found.path, &judged.item).is_some_and(|(key, _)| is_ours(&key)))
            .map(|found| beside(texts, filled, &judged.item, found))
            .collect();
        let tick = |name: &'static str, label: &'static str| {
            let boxes = [Tick { value: "yes", label: texts.get(label).to_owned(), hint: None, is_on: false }];
            ticks(problems, name, texts.get("lodge.confirm"), None, &boxes)
        };
        let body = html! {
            @for (name, value) in carried { @if !value.is_empty() { input type="hidden" name=(name) value=(value); } }
            input type="hidden" name="step" value=(STEPS.len());
            (trap(self.visit))
            (unseen_but(filled, &[]))
            (self.tasks(STEPS.len()))
            (self.answers(filled))
            @if !notes.is_empty() {
                div.note {
                    h2 { (texts.get("declare.warnings")) }
                    ul { @for (text, is_english) in &notes { li lang=[is_english.then_some("en")] { (text) } } }
                }
            }
            (restrictions(self.visit, &judged.restrictions))
            @if is_prohibited {
                div.summary role="alert" { p { (texts.get("lodge.prohibited")) } }
            } @else {
                @if is_restricted { (tick("restricted", "lodge.restricted")) }
                (tick("true", "lodge.true"))
                p.actions { button.main type="submit" name="do" value="lodge" { (texts.get("lodge.lodge")) } }
            }
        };
        let content = html! { p.hint { (self.title()) } (form(self.visit, &self.action(), body)?) };
        let title = texts.get("lodge.check");
        if problems.is_empty() {
            page(self.visit, title, content)
        } else {
            form_again(self.visit, StatusCode::UNPROCESSABLE_ENTITY, title, problems, content)
        }
    }

    /// What was typed, step by step, each with a way back to it.
    fn answers(&self, filled: &Filled) -> Markup {
        let texts = self.visit.texts;
        let change = |at: usize| html! { button.quiet type="submit" name="do" value=(format!("to-{}", at + 1)) { (texts.with("lodge.change", &[("name", texts.get(NAMES[at]))])) } };
        html! {
            @for at in 0..STEPS.len() {
                h2 { (texts.get(NAMES[at])) }
                (self.said(filled, at))
                p { (change(at)) }
            }
        }
    }

    /// Lodges it, if nothing is wrong any more and everything was confirmed.
    async fn lodge(&self, filled: &Filled) -> Result<HttpResponse> {
        let (visit, texts, services) = (self.visit, self.visit.texts, &self.visit.shared.services);
        let judged = self.judged(filled).await?;
        for step in 0..STEPS.len() {
            let problems = self.problems(filled, &judged, step)?;
            if !problems.is_empty() {
                return self.step(filled, step, &problems, Beside::default(), &self.carried());
            }
        }
        let is_restricted = judged.restrictions.iter().any(|rule| rule.p_category.as_deref() != Some("P"));
        let is_prohibited = judged.restrictions.iter().any(|rule| rule.p_category.as_deref() == Some("P"));
        let mut problems = Problems::default();
        if visit.form.get("true").is_empty() {
            problems.add(Some("true".into()), texts.get("lodge.true-wanted"), false);
        }
        if is_restricted && visit.form.get("restricted").is_empty() {
            problems.add(Some("restricted".into()), texts.get("lodge.restricted-wanted"), false);
        }
        let latest = services.clock.now() - TimeDelta::seconds(limits::LODGING_FASTEST_S);
        let begun = services.begun_form(&self.actor.org, visit.form.get("begun")).await?;
        let mut carried = self.carried();
        if begun.is_none() {
            // What cannot be sent again as it is begins anew with everything that was typed, and counts as begun.
            visit.shared.rate_limits.form(visit.address())?;
            carried[0].1 = self.begun().await?;
        }
        let begun = begun.filter(|begun| begun.begun_at <= latest);
        if begun.is_none() || !visit.form.get(TRAP).is_empty() {
            problems.add(None, texts.get("lodge.hasty"), false);
        }
        let check = |problems: &Problems| self.check(filled, &judged, problems, &carried);
        let Some(BegunForm { key, .. }) = begun.filter(|_| problems.is_empty() && !is_prohibited) else {
            return check(&problems);
        };
        match visit.shared.rate_limits.lodging(&self.actor.org, visit.address()) {
            Err(Error::TooManyRequests { retry_after_s, .. }) => {
                let text = texts.with("error.often-what", &[("seconds", &retry_after_s.to_string())]);
                let mut response = check(&Problems::one(None, text))?;
                *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
                response.headers_mut().insert(RETRY_AFTER, retry_after_s.into());
                return Ok(response);
            }
            allowed => allowed?,
        }
        let number = Some(visit.form.get("number").to_owned()).filter(|number| !number.is_empty());
        let secret = match &number {
            Some(_) => LodgingSecret::typed(visit.form.get("secret")),
            None => LodgingSecret::of_form(key),
        };
        match services.lodge(&self.actor, judged.item.clone(), (key, &secret), number).await {
            Ok(number) => self.lodged(&number, &secret),
            Err(Error::KeyReused) => {
                problems.add(None, texts.get("lodge.sent-already"), false);
                check(&problems)
            }
            Err(Error::Absent { .. }) => {
                problems.add(None, texts.get("lodge.mine-none"), false);
                check(&problems)
            }
            Err(Error::Invalid(findings) | Error::Conflict(findings))
                if findings.iter().any(|found| found.code == "state") =>
            {
                problems.add(None, texts.get("lodge.taken-over"), false);
                check(&problems)
            }
            Err(error @ (Error::Invalid(_) | Error::Conflict(_))) => check(&Problems::of(error, texts, &[])?),
            Err(error) => Err(error),
        }
    }

    /// The number with its symbols, the secret, and what comes next.
    fn lodged(&self, number: &str, secret: &LodgingSecret) -> Result<HttpResponse> {
        let (visit, texts) = (self.visit, self.visit.texts);
        let until = visit.time(visit.shared.services.lodged_until());
        let content = html! {
            p { (texts.with("lodge.lodged-what", &[("post", &self.post)])) }
            p.huge { (number) }
            div.symbols { (qr(number)?) (bars(number)) }
            p { (texts.with("lodge.kept", &[("time", &until)])) }
            h2 { (texts.get("lodge.secret-title")) }
            p { (texts.get("lodge.secret-what")) }
            p { code #secret { (secret.shown()) } " "
                button type="button" hidden data-copy="secret" data-done=(texts.get("codes.copied")) { (texts.get("codes.copy")) span role="status" {} } }
            (self.paper(number, secret)?)
            p { a href=(format!("{}/mine", self.action())) { (texts.get("lodge.mine-link")) } }
            p { a href=(self.action()) { (texts.get("lodge.another")) } }
        };
        page(visit, texts.get("lodge.lodged"), content)
    }
}

/// Of what was sent, what senders are asked for.
fn asked(mut filled: Filled) -> Filled {
    let is_of = |steps: &[Section], key: &str| steps.iter().any(|step| step.keys.contains(&key));
    filled.item.retain(|key, _| is_of(&STEPS[..GOODS], key));
    filled.lines.truncate(limits::LODGING_LINES);
    filled.lines.iter_mut().for_each(|line| line.retain(|key, _| is_of(&STEPS[GOODS..], key)));
    filled
}

/// What only programs fill in.
fn trap(visit: &Visit<'_>) -> Markup {
    html! {
        div.unseen aria-hidden="true" {
            label for=(TRAP) { (visit.texts.get("lodge.trap")) }
            input id=(TRAP) name=(TRAP) tabindex="-1" autocomplete="off";
        }
    }
}

/// A country or a currency by its name.
fn named(tongue: Language, key: &str, value: &str) -> String {
    let name = match key {
        "recipient_country" | "sender_country" | "piece_origin" => lists().countries.name(value, tongue),
        "piece_currency" => lists().currencies.name(value, tongue),
        _ => None,
    };
    name.unwrap_or(value).to_owned()
}

/// Number and secret of what was lodged before.
pub(super) async fn ask_mine(visit: Visit<'_>) -> Result<HttpResponse> {
    let lodging = Lodging::of(&visit).await?;
    let content = lodging.mine_form(&Problems::default())?;
    page(&visit, visit.texts.get("lodge.mine"), content)
}

/// What was lodged before: shown, changed, erased.
pub(super) async fn mine(visit: Visit<'_>) -> Result<HttpResponse> {
    let lodging = Lodging::of(&visit).await?;
    visit.shared.rate_limits.lodging_secret(visit.address())?;
    let (texts, services, actor) = (visit.texts, &visit.shared.services, &lodging.actor);
    let number: String = visit.form.get("number").split_whitespace().collect::<String>().to_uppercase();
    let secret = LodgingSecret::typed(visit.form.get("secret"));
    let own = match services.own_lodged(actor, &number, &secret).await {
        Ok(own) => own,
        Err(Error::Absent { .. }) => {
            let problems = Problems::one(Some("number"), texts.get("lodge.mine-none"));
            let content = lodging.mine_form(&problems)?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return form_again(&visit, status, texts.get("lodge.mine"), &problems, content);
        }
        Err(error) => return Err(error),
    };
    match visit.form.get("do") {
        "change" if !own.is_taken_over => {
            let mut filled = own.filled;
            filled.lines.resize(filled.lines.len().max(1), Default::default());
            lodging.begin(&filled, Some((&number, &secret.shown()))).await
        }
        "print" => lodging.printed(&number, &secret).await,
        "erase" if !own.is_taken_over => {
            services.erase_lodged(actor, &number, &secret).await?;
            let content = html! {
                div.note.good role="status" { p { (texts.get("lodge.erased")) } }
                p { a href=(lodging.action()) { (texts.get("lodge.another")) } }
            };
            page(&visit, texts.get("lodge.mine"), content)
        }
        _ => {
            let until = visit.time(own.expires_at);
            let body = html! {
                input type="hidden" name="number" value=(number);
                input type="hidden" name="secret" value=(secret.shown());
                @if own.is_taken_over { div.note { p { (texts.get("lodge.taken-over")) } } }
                @else {
                    div.symbols { (qr(&number)?) (bars(&number)) }
                    p { (texts.with("lodge.kept", &[("time", &until)])) }
                    @for step in 0..STEPS.len() { h2 { (texts.get(NAMES[step])) } (lodging.said(&own.filled, step)) }
                    p.actions {
                        button.main type="submit" name="do" value="change" { (texts.get("lodge.mine-change")) }
                        button type="submit" name="do" value="print" { (texts.get("lodge.print")) }
                        button.grave type="submit" name="do" value="erase" { (texts.get("lodge.erase")) }
                    }
                }
            };
            let content = html! { p.huge { (number) } (form(&visit, &format!("{}/mine", lodging.action()), body)?) };
            page(&visit, texts.get("lodge.mine"), content)
        }
    }
}

impl Lodging<'_> {
    /// Leads to the customs form of what was lodged.
    fn paper(&self, number: &str, secret: &LodgingSecret) -> Result<Markup> {
        let body = html! {
            input type="hidden" name="number" value=(number);
            input type="hidden" name="secret" value=(secret.shown());
            p.actions { button type="submit" name="do" value="print" { (self.visit.texts.get("lodge.print")) } }
        };
        form(self.visit, &format!("{}/mine", self.action()), body)
    }

    /// The customs form of what was lodged, with its number in the place of the item's.
    async fn printed(&self, number: &str, secret: &LodgingSecret) -> Result<HttpResponse> {
        let (shared, zone) = (self.visit.shared, self.actor.zone);
        let services = &shared.services;
        let lodged = services.printable_lodged(&self.actor, number, secret).await?;
        let options = form_options(self.visit.texts.0, None).checked(zone, &services.catalogue())?;
        let today = services.clock.now().with_timezone(&zone).date_naive();
        let bytes = shared.printer.print(services, vec![lodged], options, today).await?;
        Ok(pdf(number, bytes))
    }

    fn mine_form(&self, problems: &Problems) -> Result<Markup> {
        let (visit, texts) = (self.visit, self.visit.texts);
        let body = html! {
            (line(problems, Line { name: "number", label: texts.get("lodge.number"), hint: Some(texts.get("lodge.number-hint")),
                value: visit.form.trimmed("number"), autocomplete: Some("off"), is_short: true, ..Line::default() }))
            (line(problems, Line { name: "secret", label: texts.get("lodge.secret-title"), hint: Some(texts.get("lodge.secret-hint")),
                autocomplete: Some("off"), is_short: true, ..Line::default() }))
            p.actions { button.main type="submit" name="do" value="show" { (texts.get("lodge.show")) } }
        };
        form(visit, &format!("{}/mine", self.action()), body)
    }

    /// What was typed of a step.
    fn said(&self, filled: &Filled, step: usize) -> Markup {
        let texts = self.visit.texts;
        let row = |key: &'static str, line: Option<usize>| {
            let text = filled.text(line, key).trim();
            let value = named(texts.0, key, &value_in_words(texts, key, text));
            html! { @if !text.is_empty() { dt { (label_of(texts, key, line)) } dd dir="auto" { (value) } } }
        };
        let lines: Vec<Option<usize>> =
            if step == GOODS { (0..filled.lines.len()).map(Some).collect() } else { vec![None] };
        html! { dl { @for line in lines { @for key in STEPS[step].keys { (row(key, line)) } } } }
    }
}
