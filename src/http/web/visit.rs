//! The ground of the console: a row of the table of pages, who may open it, and a visit to it.

use std::future::Future;
use std::pin::Pin;

use actix_web::http::header::{HOST, USER_AGENT};
use actix_web::{HttpRequest, HttpResponse};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::sent::{File, Form};
use super::texts::Texts;
use crate::domain::SessionKind;
use crate::error::{Error, Result};
use crate::http::pipeline::client;
use crate::http::shared::Shared;
use crate::service::person::Person;
use crate::service::rights::UseCase;
use crate::service::sign_in::Browser;

pub(super) type Serving<'a> = Pin<Box<dyn Future<Output = Result<HttpResponse>> + 'a>>;

/// One page of the console, or what one of its forms does: the single source for routes, menu and access tests.
pub struct Page {
    pub verb: &'static str,
    /// Parts in braces stand for any one part.
    pub path: &'static str,
    pub access: Access,
    /// Its form has a file.
    pub takes_file: bool,
    /// Key of the text it has in the main menu; none where it stands in no menu.
    pub menu: Option<&'static str>,
    pub(super) run: for<'a> fn(Visit<'a>) -> Serving<'a>,
}

/// Who may open a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Anybody,
    /// Who has begun to sign in, and who has signed in.
    Begun,
    /// Who has come to this step of signing in.
    Step(SessionKind),
    /// Everybody who is signed in, whatever the role.
    SignedIn,
    May(UseCase),
    /// Who may do this, at a post.
    AtPost(UseCase),
}

impl Page {
    /// Whether a path is this page's; gives what stands in the place of the braces.
    pub(super) fn fits<'p>(&self, path: &'p str) -> Option<Vec<&'p str>> {
        let (mut own, mut asked) = (self.path.split('/'), path.split('/'));
        let mut found = Vec::new();
        loop {
            match (own.next(), asked.next()) {
                (None, None) => return Some(found),
                (Some(part), Some(given)) if part.starts_with('{') && !given.is_empty() => found.push(given),
                (Some(part), Some(given)) if part == given => {}
                _ => return None,
            }
        }
    }

    /// Whether it is in the menu of this person.
    pub(super) fn is_in_menu_of(&self, person: &Person) -> bool {
        match self.access {
            Access::SignedIn => true,
            Access::May(case) => person.may(case),
            Access::AtPost(case) => person.may_at_post(case),
            Access::Anybody | Access::Begun | Access::Step(_) => false,
        }
    }
}

/// Somebody asks for a page.
pub(super) struct Visit<'a> {
    pub request: &'a HttpRequest,
    pub shared: &'a Shared,
    pub pages: &'static [Page],
    pub texts: Texts,
    /// Who holds a session, however far signing in has come.
    pub person: Option<Person>,
    /// The key of that session.
    pub key: Option<Uuid>,
    pub query: Form,
    pub form: Form,
    /// The file that was sent with the form.
    pub file: File,
    /// What stands in the place of the braces of the path.
    pub parts: Vec<String>,
}

impl<'a> Visit<'a> {
    /// Who is signed in.
    ///
    /// # Errors
    /// 401 for nobody; the table of pages keeps these away.
    pub fn person(&self) -> Result<&Person> {
        self.person.as_ref().ok_or(Error::Unauthorized)
    }

    /// The browser, as it names itself, and where it is.
    pub fn browser(&self) -> Browser {
        let agent = self.request.headers().get(USER_AGENT).and_then(|value| value.to_str().ok());
        Browser { agent: agent.map(str::to_owned), address: Some(self.address().to_string()) }
    }

    pub fn address(&self) -> std::net::IpAddr {
        client::of(self.request, &self.shared.trusted_proxies)
    }

    /// The visit with what was sent; who visits stays here as well.
    pub fn take_forms(&mut self) -> Visit<'a> {
        let (query, form) = (std::mem::take(&mut self.query), std::mem::take(&mut self.form));
        let (parts, file) = (std::mem::take(&mut self.parts), std::mem::take(&mut self.file));
        Visit { query, form, file, parts, person: self.person.clone(), ..*self }
    }

    /// Where this server is reached, as the browser calls it.
    pub fn base(&self) -> String {
        let host = self.request.headers().get(HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let public = self.shared.public_url.clone();
        public.unwrap_or_else(|| format!("{}://{host}", self.shared.scheme))
    }

    /// The same visit by who holds a new key.
    ///
    /// # Errors
    /// 401 when it opens nothing.
    pub async fn with_key(self, key: Uuid) -> Result<Visit<'a>> {
        let person = self.shared.services.person(&key).await?;
        Ok(Self { person: Some(person.ok_or(Error::Unauthorized)?), key: Some(key), ..self })
    }

    /// The page that serves a path, with what stands in the place of its braces.
    pub fn page<'p>(&self, verb: &str, path: &'p str) -> Option<(&'static Page, Vec<&'p str>)> {
        self.pages.iter().filter(|page| page.verb == verb).find_map(|page| Some((page, page.fits(path)?)))
    }

    /// A time in words, in the zone of who is signed in.
    pub fn time(&self, at: DateTime<Utc>) -> String {
        let zone = self.person.as_ref().map_or(chrono_tz::Tz::UTC, |person| person.zone);
        self.texts.time(at.with_timezone(&zone))
    }
}
