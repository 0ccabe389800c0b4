//! Partners: how each is reached and what was agreed with it.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::secrets::Kept;
use crate::domain::{Level, MessageKind, OrganizationKind, TransportKind};
use crate::edi::profile::{AGENCIES, ASSOCIATION};
use crate::edi::{Charset, Form, Profile, Severity};
use crate::error::{Error, Findings, Result};
use crate::limits;
use crate::rules::forms::{is_customs_code, is_post_code};
use crate::store::item::Stamp;
use crate::store::partner::PartnerRow;
use crate::store::types::At;
use crate::store::{Fault, Tx};
use crate::vault::Vault;
use crate::vault::signature::key_bytes;

/// What was agreed with a partner beyond where it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Agreement {
    /// `edifact` or `xml`.
    pub syntax: String,
    /// Syntax identifier of EDIFACT: UNOA, UNOB, UNOC, UNOW.
    pub charset: String,
    /// `UNH` controlling agency.
    pub agency: String,
    /// Association code: the code-list profile.
    pub profile: String,
    /// A CONTRL is expected for each interchange.
    pub control: bool,
    /// Message types sent and taken; empty for all.
    pub messages: BTreeSet<MessageKind>,
    /// One of [`Agreement::LEVELS`].
    pub level: Level,
    /// Organizations here that use the link; empty for all.
    pub serves: BTreeSet<String>,
    /// Token and data may travel to it unencrypted.
    pub plain_http: bool,
    /// Items it may send in an hour.
    pub items_per_hour: i32,
}

impl Default for Agreement {
    fn default() -> Self {
        Self {
            syntax: "edifact".into(),
            charset: "UNOC".into(),
            agency: "UP".into(),
            profile: ASSOCIATION.into(),
            control: true,
            messages: BTreeSet::new(),
            level: Level::Warn,
            serves: BTreeSet::new(),
            plain_http: false,
            items_per_hour: limits::EXCHANGE_ITEMS_PER_HOUR,
        }
    }
}

impl Agreement {
    /// How strictly the data of a link may be judged.
    pub const LEVELS: [Level; 3] = [Level::Reject, Level::Warn, Level::Off];

    /// What organizations on one server agree on: everything travels, nothing is lost. Their requests are limited where they
    /// make them.
    pub fn hosted() -> Self {
        Self { charset: "UNOW".into(), level: Level::Off, items_per_hour: i32::MAX, ..Self::default() }
    }

    pub fn form(&self) -> Form {
        if self.syntax == "xml" { Form::Xml } else { Form::Edifact }
    }

    /// How messages to the partner are written.
    pub fn edi_profile(&self) -> Profile {
        Profile {
            charset: Charset::from_name(&self.charset).unwrap_or_default(),
            agency: self.agency.clone(),
            association: self.profile.clone(),
            required: if self.level == Level::Reject { Severity::Error } else { Severity::Warning },
            ..Profile::default()
        }
    }

    /// Whether messages of this type are agreed.
    pub fn takes(&self, kind: MessageKind) -> bool {
        self.messages.is_empty() || self.messages.contains(&kind)
    }

    /// Whether this organization uses the link.
    pub fn serves(&self, org: &str) -> bool {
        self.serves.is_empty() || self.serves.contains(org)
    }

    fn check(&self, findings: &mut Findings) {
        if self.syntax != "edifact" && self.syntax != "xml" {
            findings.add("unknown_code", "syntax", "the syntaxes are edifact and xml");
        }
        if Charset::from_name(&self.charset).is_none() {
            findings.add("unknown_code", "charset", "the character sets are UNOA, UNOB, UNOC and UNOW");
        }
        if !AGENCIES.contains(&self.agency.as_str()) {
            findings.add("unknown_code", "agency", format!("the agencies are {}", AGENCIES.join(", ")));
        }
        if self.profile.is_empty() || self.profile.len() > 6 || !self.profile.bytes().all(|b| b.is_ascii_alphanumeric())
        {
            findings.add("format", "profile", "an association code has one to six letters and digits");
        }
        if !Self::LEVELS.contains(&self.level) {
            findings.add("unknown_code", "level", "the levels of a link are reject, warn and off");
        }
        for org in self.serves.iter().filter(|org| !is_post_code(org) && !is_customs_code(org)) {
            findings.add("format", "serves", format!("{org} is no code of an organization"));
        }
    }
}

/// How bytes get to a partner.
#[derive(Clone, PartialEq, Eq)]
pub enum Transport {
    /// The partner lives on this server.
    Hosted,
    Http {
        url: String,
        /// Sealed.
        token: Option<String>,
        /// Sealed.
        sign_key: Option<String>,
    },
    Directory(PathBuf),
}

impl Transport {
    /// The way to a partner that lives elsewhere.
    pub(super) fn of(row: PartnerRow) -> Self {
        match row.transport {
            TransportKind::Directory => Self::Directory(row.endpoint.into()),
            TransportKind::Http => Self::Http { url: row.endpoint, token: row.token_out, sign_key: row.sign_key },
        }
    }
}

impl std::fmt::Debug for Transport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hosted => f.write_str("hosted"),
            Self::Http { url, .. } => write!(f, "http {}", masked(url)),
            Self::Directory(path) => write!(f, "directory {}", path.display()),
        }
    }
}

/// A partner that can be reached.
#[derive(Clone, Debug)]
pub struct Partner {
    pub code: String,
    /// A customs administration.
    pub customs: bool,
    pub way: Transport,
    pub agreement: Agreement,
}

/// A partner to add or change. What is absent stays as it was, or takes its default.
#[derive(Clone, Debug, Default)]
pub struct NewPartner {
    pub code: String,
    pub transport: Option<String>,
    pub endpoint: Option<String>,
    /// The token we call it with.
    pub token_out: Option<String>,
    /// The token it calls us with; a GUID.
    pub token_in: Option<String>,
    /// Key of the signatures over bodies, both ways; empty for none. After `whsec_` it is base64.
    pub sign_key: Option<String>,
    pub syntax: Option<String>,
    pub charset: Option<String>,
    pub agency: Option<String>,
    pub profile: Option<String>,
    pub control: Option<bool>,
    pub messages: Option<BTreeSet<String>>,
    pub level: Option<Level>,
    pub serves: Option<BTreeSet<String>>,
    /// Token and data may travel to it unencrypted.
    pub plain_http: Option<bool>,
    /// Items it may send in an hour.
    pub items_per_hour: Option<i32>,
}

impl NewPartner {
    /// The row to store, over what was stored before.
    fn row(self, old: Option<PartnerRow>, now: At, vault: &Vault) -> Result<PartnerRow> {
        let mut findings = Findings::default();
        let mut agreement = old.as_ref().map(agreement_of).transpose()?.unwrap_or_default();
        let texts = [
            (&mut agreement.syntax, self.syntax),
            (&mut agreement.charset, self.charset),
            (&mut agreement.agency, self.agency),
            (&mut agreement.profile, self.profile),
        ];
        for (kept, given) in texts {
            if let Some(given) = given {
                *kept = given;
            }
        }
        agreement.control = self.control.unwrap_or(agreement.control);
        agreement.level = self.level.unwrap_or(agreement.level);
        if let Some(names) = &self.messages {
            agreement.messages = message_kinds(names, &mut findings);
        }
        agreement.serves = self.serves.unwrap_or(agreement.serves);
        agreement.plain_http = self.plain_http.unwrap_or(agreement.plain_http);
        agreement.items_per_hour = self.items_per_hour.unwrap_or(agreement.items_per_hour);
        agreement.check(&mut findings);
        let endpoint = self.endpoint.or(old.as_ref().map(|old| old.endpoint.clone())).unwrap_or_default();
        let transport = match &self.transport {
            Some(name) => TransportKind::from_stored(name).ok(),
            None => old.as_ref().map(|old| old.transport),
        };
        check_endpoint(transport, &endpoint, agreement.plain_http, &mut findings);
        let token_in = match self.token_in {
            None => old.as_ref().and_then(|old| old.token_in.clone()),
            Some(text) => match Uuid::try_parse(&text) {
                Ok(token) => Some(token_digest(&token)),
                Err(_) => {
                    findings.add("format", "token-in", "write a GUID, 8-4-4-4-12 hexadecimal digits");
                    None
                }
            },
        };
        if let Some(Err(remedy)) = self.sign_key.as_deref().filter(|key| !key.is_empty()).map(key_bytes) {
            findings.add("format", "sign-key", remedy);
        }
        findings.into_result()?;
        let (old_token, old_key) = old.map(|old| (old.token_out, old.sign_key)).unwrap_or_default();
        let token_out = Kept::TokenOut.seal(vault, &self.code, self.token_out, old_token)?;
        let sign_key = Kept::SignKey.seal(vault, &self.code, self.sign_key, old_key)?;
        Ok(PartnerRow {
            code: self.code,
            transport: transport.unwrap_or(TransportKind::Http),
            endpoint,
            agreement: serde_json::to_string(&agreement).map_err(|error| Error::Internal(error.to_string()))?,
            token_in,
            token_out,
            sign_key,
            changed_at: now,
        })
    }
}

fn message_kinds(names: &BTreeSet<String>, findings: &mut Findings) -> BTreeSet<MessageKind> {
    let mut kinds = BTreeSet::new();
    for name in names {
        match MessageKind::from_stored(name) {
            Ok(kind) => drop(kinds.insert(kind)),
            Err(unknown) => {
                let message = format!("{name} is not known; the message types are {}", unknown.known);
                findings.add("unknown_code", "messages", message);
            }
        }
    }
    kinds
}

fn check_endpoint(transport: Option<TransportKind>, endpoint: &str, plain_http: bool, findings: &mut Findings) {
    use TransportKind::{Directory, Http};
    match transport {
        Some(Http) if endpoint.starts_with("https://") => {}
        Some(Http) if endpoint.starts_with("http://") => {
            if !plain_http && !is_loopback(endpoint) {
                let text = "http:// sends token and personal data unencrypted; use https://, or allow it with --plain-http yes";
                findings.add("format", "endpoint", text);
            }
        }
        Some(Http) => findings.add("format", "endpoint", "give the URL of the inbox, https://HOST/exchange/inbox"),
        Some(Directory) if PathBuf::from(endpoint).is_absolute() => {}
        Some(Directory) => findings.add("format", "endpoint", "give the absolute path of a folder"),
        None => findings.add("unknown_code", "transport", "the transports are http and directory"),
    }
}

/// Whether a URL stays on this machine.
fn is_loopback(url: &str) -> bool {
    let authority =
        url.split_once("://").map_or(url, |(_, rest)| rest).split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let bare = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next(),
        None => host.split(':').next(),
    };
    let bare = bare.unwrap_or_default();
    bare == "localhost" || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A URL as it may be shown: without user and password, and without parameters, which may hold a token.
fn masked(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    let (rest, parameters) = rest.split_once('?').map_or((rest, ""), |(rest, _)| (rest, "?***"));
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let host = authority.rsplit_once('@').map_or(authority.to_owned(), |(_, host)| format!("***@{host}"));
    format!("{scheme}://{host}{path}{parameters}")
}

/// SHA-256 of a token, as it is stored.
pub(super) fn token_digest(token: &Uuid) -> Vec<u8> {
    Sha256::digest(token.hyphenated().to_string().as_bytes()).to_vec()
}

/// What was agreed with a stored partner.
///
/// # Errors
/// When it cannot be read: nothing is agreed by default that was agreed otherwise.
pub fn agreement_of(row: &PartnerRow) -> Result<Agreement> {
    let fault = |why: String| {
        let remedy = "drop the partner and add it again";
        Error::Internal(format!("partner.agreement of {} cannot be read; {remedy}: {why}", row.code))
    };
    let agreement: Agreement = serde_json::from_str(&row.agreement).map_err(|error| fault(error.to_string()))?;
    let mut findings = Findings::default();
    agreement.check(&mut findings);
    findings.into_result().map_err(|error| fault(error.to_string()))?;
    Ok(agreement)
}

/// Adds a partner, or changes the one with this code.
///
/// # Errors
/// 400 with what is wrong; the organization must exist and be remote.
pub(super) fn put(tx: &mut Tx<'_>, new: NewPartner, vault: &Vault) -> Result<(), Fault> {
    match tx.organization(&new.code)? {
        None => {
            let message = "there is no such organization; add it with --remote first";
            return Err(Error::invalid("absent", "CODE", message).into());
        }
        Some(org) if !org.remote => {
            let message = "the organization lives on this server; its messages need no transport";
            return Err(Error::invalid("posts", "CODE", message).into());
        }
        Some(_) => {}
    }
    let old = tx.partner(&new.code)?;
    let row = new.row(old, At(tx.now), vault)?;
    tx.put_partner(&row, &Stamp::command_line())
}

/// The partner behind a code, if there is a way to it.
pub(super) fn find(tx: &mut Tx<'_>, code: &str) -> Result<Option<Partner>, Fault> {
    let Some(org) = tx.organization(code)? else { return Ok(None) };
    let customs = org.kind == OrganizationKind::Customs;
    if !org.remote {
        return Ok(Some(Partner { code: org.code, customs, way: Transport::Hosted, agreement: Agreement::hosted() }));
    }
    let Some(row) = tx.partner(code)? else { return Ok(None) };
    let agreement = agreement_of(&row)?;
    Ok(Some(Partner { code: row.code.clone(), customs, way: Transport::of(row), agreement }))
}

/// The way to a partner, if there is one, whatever was agreed.
pub(super) fn way_to(tx: &mut Tx<'_>, code: &str) -> Result<Option<Transport>, Fault> {
    match tx.organization(code)? {
        None => Ok(None),
        Some(org) if !org.remote => Ok(Some(Transport::Hosted)),
        Some(_) => Ok(tx.partner(code)?.map(Transport::of)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_of_a_url_holds_no_secret() {
        for (url, shown) in [
            ("https://host/exchange/inbox", "https://host/exchange/inbox"),
            ("https://user:p@ss@host:8443/inbox?token=1", "https://***@host:8443/inbox?***"),
            ("http://token@host", "http://***@host"),
            ("http://host?key=a@b/c", "http://host?***"),
            ("http://host/a@b", "http://host/a@b"),
        ] {
            assert_eq!(masked(url), shown);
        }
    }

    #[test]
    fn loopback_is_told_by_the_host_alone() {
        for url in ["http://127.0.0.1:1/", "http://127.9.9.9", "http://localhost:80/x", "http://[::1]:9/"] {
            assert!(is_loopback(url), "{url}");
        }
        for url in
            ["http://localhost.example/", "http://127.0.0.1@example/", "http://example/localhost", "http://10.0.0.1/"]
        {
            assert!(!is_loopback(url), "{url}");
        }
    }
}
