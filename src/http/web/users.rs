//! Users of the organization and their sessions, for its administrators.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use maud::{Markup, html};

use super::field::{Line, Problems, Tick, line, send, table, ticks};
use super::layout::{form, form_again, page, see_other};
use super::me::{roles_text, session_heads, session_row};
use super::visit::Visit;
use crate::domain::{Role, Roles};
use crate::error::{Error, Result};
use crate::service::users::{AccountChanges, AccountView, Expected, WhichSessions};

/// Members of the use cases, and the fields that they are typed into.
const FIELDS: &[(&str, &str)] =
    &[("USER", "user"), ("user", "user"), ("display-name", "display-name"), ("role", "role"), ("office", "office")];

fn address_of(user: &str) -> String {
    let query = serde_urlencoded::to_string([("user", user)]).unwrap_or_default();
    format!("/console/admin/user?{query}")
}

/// The table of users.
pub(super) async fn list(visit: Visit<'_>) -> Result<HttpResponse> {
    let (texts, person) = (visit.texts, visit.person()?);
    let accounts = visit.shared.services.accounts(&person.administrator()?, &person.org).await?;
    let row = |account: &AccountView| {
        let state = match (account.is_locked, account.has_password) {
            (true, _) => texts.get("users.locked"),
            (false, true) => texts.get("users.open"),
            (false, false) => texts.get("users.no-password"),
        };
        html! {
            tr {
                th scope="row" { a.id href=(address_of(&account.user_cd)) { (account.user_cd) } }
                td { (account.display_name) }
                td { (roles_text(texts, account.roles)) }
                td.id { (account.offices.join(" ")) }
                td { (state) }
                td { (texts.get(if account.has_factor { "users.yes" } else { "users.no" })) }
                td { @if let Some(at) = account.seen_at { time datetime=(at.to_rfc3339()) { (visit.time(at)) } } @else { "–" } }
            }
        }
    };
    let rows: Vec<Markup> = accounts.iter().map(row).collect();
    let heads = ["login.user", "me.name", "me.roles", "users.offices", "users.state", "factor.title", "sessions.seen"];
    let count = accounts.len().to_string();
    let content = html! {
        @if visit.query.has("done") { div.note.good role="status" { p { (texts.get("me.done")) } } }
        p.actions { a.button.main href="/console/admin/users/new" { (texts.get("users.new")) } }
        (table(&texts.with("users.caption", &[("count", &count), ("zone", person.zone.name())]), &heads.map(|key| texts.get(key)), &rows))
    };
    page(&visit, texts.get("users.title"), content)
}

/// What a form says of a user, or what is stored.
struct Shown {
    display_name: String,
    roles: Roles,
    offices: Vec<String>,
}

impl Shown {
    fn of(visit: &Visit<'_>) -> Self {
        Self {
            display_name: visit.form.trimmed("display-name").to_owned(),
            roles: visit.form.all("role").filter_map(|role| Role::from_stored(role).ok()).collect(),
            offices: visit.form.all("office").map(str::to_owned).collect(),
        }
    }

    fn changes(&self) -> AccountChanges {
        AccountChanges {
            display_name: Some(self.display_name.clone()),
            roles: Some(self.roles),
            offices: Some(self.offices.clone()),
            ..AccountChanges::default()
        }
    }
}

/// Name, roles and offices.
async fn fields(visit: &Visit<'_>, problems: &Problems, shown: &Shown) -> Result<Markup> {
    let (texts, person) = (visit.texts, visit.person()?);
    let kind = person.organization_kind();
    let roles: Vec<Tick<'_>> = Role::of_kind(kind)
        .map(|role| Tick {
            value: role.stored(),
            label: texts.find(&format!("role.{role}")).unwrap_or_default().to_owned(),
            hint: texts.find(&format!("hint.role.{role}")),
            is_on: shown.roles.hold(role),
        })
        .collect();
    let mut known = visit.shared.services.offices().await?;
    // Those of the organization, and those of others that the user has already.
    known.retain(|office| office.org == person.org || shown.offices.contains(&office.code));
    let offices: Vec<Tick<'_>> = known
        .iter()
        .map(|office| Tick {
            value: &office.code,
            label: format!("{} {}", office.code, office.name),
            hint: None,
            is_on: shown.offices.contains(&office.code),
        })
        .collect();
    Ok(html! {
        (line(problems, Line { name: "display-name", label: texts.get("me.name"), hint: Some(texts.get("me.name-hint")), value: &shown.display_name,
            autocomplete: Some("off"), ..Line::default() }))
        (ticks(problems, "role", texts.get("me.roles"), Some(texts.get("users.roles-hint")), &roles))
        @if !offices.is_empty() { (ticks(problems, "office", texts.get("users.offices"), Some(texts.get("users.offices-hint")), &offices)) }
    })
}

async fn new_form(visit: &Visit<'_>, problems: &Problems) -> Result<Markup> {
    let texts = visit.texts;
    let content = html! {
        (line(problems, Line { name: "user", label: texts.get("login.user"), hint: Some(texts.get("users.code-hint")), value: visit.form.trimmed("user"),
            autocomplete: Some("off"), has_focus: true, ..Line::default() }))
        (fields(visit, problems, &Shown::of(visit)).await?)
        (send(texts.get("users.add")))
    };
    form(visit, "/console/admin/users/new", content)
}

pub(super) async fn ask_new(visit: Visit<'_>) -> Result<HttpResponse> {
    let content = new_form(&visit, &Problems::default()).await?;
    page(&visit, visit.texts.get("users.new"), content)
}

/// Adds a user, and shows the link by which the first password is set.
pub(super) async fn add(visit: Visit<'_>) -> Result<HttpResponse> {
    let (services, person) = (&visit.shared.services, visit.person()?);
    let (admin, user) = (person.administrator()?, visit.form.trimmed("user").to_owned());
    match services.put_account(&admin, &person.org, &user, Shown::of(&visit).changes(), Expected::New).await {
        Ok(()) => link_page(&visit, &user).await,
        Err(error) => {
            let problems = Problems::of(error, visit.texts, FIELDS)?;
            let content = new_form(&visit, &problems).await?;
            form_again(&visit, StatusCode::UNPROCESSABLE_ENTITY, visit.texts.get("users.new"), &problems, content)
        }
    }
}

/// The user that an address or a form names; of another organization there is none.
async fn named(visit: &Visit<'_>) -> Result<AccountView> {
    let person = visit.person()?;
    let user = if visit.form.has("user") { visit.form.get("user") } else { visit.query.get("user") };
    let accounts = visit.shared.services.accounts(&person.administrator()?, &person.org).await?;
    accounts.into_iter().find(|account| account.user_cd == user).ok_or(Error::Absent { what: "user" })
}

fn title_of(visit: &Visit<'_>, account: &AccountView) -> String {
    visit.texts.with("users.one", &[("user", &account.user_cd)])
}

/// One user, with everything that can be done.
pub(super) async fn show(visit: Visit<'_>) -> Result<HttpResponse> {
    let account = named(&visit).await?;
    let shown =
        Shown { display_name: account.display_name.clone(), roles: account.roles, offices: account.offices.clone() };
    let content = one(&visit, &account, &Problems::default(), &shown).await?;
    page(&visit, &title_of(&visit, &account), content)
}

async fn one(visit: &Visit<'_>, account: &AccountView, problems: &Problems, shown: &Shown) -> Result<Markup> {
    let (texts, person) = (visit.texts, visit.person()?);
    let is_own = account.user_cd == person.user_cd;
    let user = html! { input type="hidden" name="user" value=(account.user_cd); };
    let act = |action: &str, key: &'static str, is_grave: bool| {
        form(
            visit,
            action,
            html! { (user) p.actions { button class=[is_grave.then_some("grave")] type="submit" { (texts.get(key)) } } },
        )
    };
    let lock = if account.is_locked {
        ("/console/admin/user/unlock", "users.unlock")
    } else {
        ("/console/admin/user/lock", "users.lock")
    };
    Ok(html! {
        @if visit.query.has("done") { div.note.good role="status" { p { (texts.get("me.done")) } } }
        @if account.is_locked { div.note { p { (texts.get("users.is-locked")) } } }
        (form(visit, "/console/admin/user", html! { (user) (fields(visit, problems, shown).await?) (send(texts.get("me.save"))) })?)
        h2 { (texts.get("users.link")) }
        p { (texts.get("users.link-hint")) }
        (act("/console/admin/user/link", "users.link", false)?)
        @if account.has_factor {
            h2 { (texts.get("factor.title")) }
            p { (texts.get("users.factor-hint")) }
            (act("/console/admin/user/factor", "users.factor-off", true)?)
        }
        @if account.sessions > 0 {
            h2 { (texts.get("sessions.title")) }
            p { (texts.with("users.sessions", &[("count", &account.sessions.to_string())])) }
            (act("/console/admin/user/sessions", "users.end-sessions", true)?)
        }
        @if !is_own {
            h2 { (texts.get("users.bar")) }
            (act(lock.0, lock.1, true)?)
            p { a href=(format!("/console/admin/user/remove?{}", serde_urlencoded::to_string([("user", &account.user_cd)]).unwrap_or_default())) { (texts.get("users.remove")) } }
        }
    })
}

/// Name, roles and offices of a user.
pub(super) async fn change(visit: Visit<'_>) -> Result<HttpResponse> {
    let (account, shown) = (named(&visit).await?, Shown::of(&visit));
    let (services, person) = (&visit.shared.services, visit.person()?);
    let admin = person.administrator()?;
    match services.put_account(&admin, &person.org, &account.user_cd, shown.changes(), Expected::Known).await {
        Ok(()) => Ok(see_other(&format!("{}&done", address_of(&account.user_cd)))),
        Err(error) => {
            let problems = Problems::of(error, visit.texts, FIELDS)?;
            let content = one(&visit, &account, &problems, &shown).await?;
            let title = title_of(&visit, &account);
            form_again(&visit, StatusCode::UNPROCESSABLE_ENTITY, &title, &problems, content)
        }
    }
}

async fn set_lock(visit: Visit<'_>, is_locked: bool) -> Result<HttpResponse> {
    let account = named(&visit).await?;
    let person = visit.person()?;
    let changes = AccountChanges { is_locked: Some(is_locked), ..AccountChanges::default() };
    let admin = person.administrator()?;
    visit.shared.services.put_account(&admin, &person.org, &account.user_cd, changes, Expected::Known).await?;
    Ok(see_other(&format!("{}&done", address_of(&account.user_cd))))
}

pub(super) async fn lock(visit: Visit<'_>) -> Result<HttpResponse> {
    set_lock(visit, true).await
}

pub(super) async fn unlock(visit: Visit<'_>) -> Result<HttpResponse> {
    set_lock(visit, false).await
}

/// Makes a link that sets the password, and shows it once.
pub(super) async fn link(visit: Visit<'_>) -> Result<HttpResponse> {
    let account = named(&visit).await?;
    link_page(&visit, &account.user_cd).await
}

async fn link_page(visit: &Visit<'_>, user: &str) -> Result<HttpResponse> {
    let (texts, person) = (visit.texts, visit.person()?);
    let link = visit.shared.services.make_reset_link(&person.administrator()?, &person.org, user).await?;
    let base = visit.base();
    let content = html! {
        div.note { p { (texts.with("users.link-what", &[("user", user)])) } }
        p { code #link { (base) "/console/reset?link=" (link.expose()) } }
        p.actions {
            button type="button" data-copy="link" data-done=(texts.get("codes.copied")) hidden { (texts.get("codes.copy")) " " span role="status" {} }
            a.button href=(address_of(user)) { (texts.get("users.back")) }
        }
    };
    page(visit, texts.get("users.link"), content)
}

/// Takes a lost second factor away.
pub(super) async fn drop_factor(visit: Visit<'_>) -> Result<HttpResponse> {
    let (account, person) = (named(&visit).await?, visit.person()?);
    visit.shared.services.reset_factor(&person.administrator()?, &person.org, &account.user_cd).await?;
    Ok(see_other(&format!("{}&done", address_of(&account.user_cd))))
}

/// Ends every session of a user.
pub(super) async fn end_all(visit: Visit<'_>) -> Result<HttpResponse> {
    let (account, person) = (named(&visit).await?, visit.person()?);
    let which = WhichSessions::OfUser(account.user_cd.clone());
    visit.shared.services.end_sessions(&person.administrator()?, &person.org, which).await?;
    Ok(see_other(&format!("{}&done", address_of(&account.user_cd))))
}

/// Asks whether a user is to be removed.
pub(super) async fn ask_remove(visit: Visit<'_>) -> Result<HttpResponse> {
    let (account, texts) = (named(&visit).await?, visit.texts);
    let content = html! {
        p { (texts.with("users.remove-what", &[("user", &account.user_cd)])) }
        (form(&visit, "/console/admin/user/remove", html! {
            input type="hidden" name="user" value=(account.user_cd);
            p.actions { button.grave type="submit" { (texts.get("users.remove")) } a.button href=(address_of(&account.user_cd)) { (texts.get("users.keep")) } }
        })?)
    };
    page(&visit, texts.get("users.remove"), content)
}

pub(super) async fn remove(visit: Visit<'_>) -> Result<HttpResponse> {
    let (account, person) = (named(&visit).await?, visit.person()?);
    visit.shared.services.remove_account(&person.administrator()?, &person.org, &account.user_cd).await?;
    Ok(see_other("/console/admin/users?done"))
}

/// Every session of the organization.
pub(super) async fn sessions(visit: Visit<'_>) -> Result<HttpResponse> {
    let (texts, person) = (visit.texts, visit.person()?);
    let all = visit.shared.services.sessions(&person.administrator()?, &person.org).await?;
    let own = visit.shared.services.own_sessions(person).await?;
    let this = own.iter().find(|(_, is_this)| *is_this).map(|(session, _)| session.name.as_str());
    let row =
        |session| session_row(&visit, session, this == Some(session.name.as_str()), true, "/console/admin/sessions");
    let rows: Vec<Markup> = all.iter().map(row).collect::<Result<_>>()?;
    let content = html! {
        @if visit.query.has("done") { div.note.good role="status" { p { (texts.get("sessions.ended")) } } }
        (table(&texts.with("sessions.caption", &[("zone", person.zone.name())]), &session_heads(texts, true), &rows))
    };
    page(&visit, texts.get("sessions.all"), content)
}

/// Ends one of them.
pub(super) async fn end_session(visit: Visit<'_>) -> Result<HttpResponse> {
    let person = visit.person()?;
    let which = WhichSessions::Named(visit.form.get("session").to_owned());
    match visit.shared.services.end_sessions(&person.administrator()?, &person.org, which).await {
        // It has ended by itself meanwhile.
        Ok(_) | Err(Error::Absent { .. }) => Ok(see_other("/console/admin/sessions?done")),
        Err(error) => Err(error),
    }
}
