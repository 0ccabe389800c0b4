//! Partners: how each is reached and what was agreed with it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::transport::signature::key_bytes;
use crate::edi::profile::{AGENCIES, ASSOCIATION};
use crate::edi::{Charset, Form, Kind, Profile, Severity};
use crate::error::{Error, Findings, Result};
use crate::rules::structure::{is_customs_code, is_post_code};
use crate::store::partner::PartnerRow;
use crate::store::types::At;
use crate::store::{Fault, Tx};

/// How strictly the data of a link is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Items against the profile or the quality rules are refused, and not sent.
    Reject,
    /// They are taken and sent, and remarked upon.
    #[default]
    Warn,
    /// They are taken and sent.
    Off,
}

impl Level {
    pub const NAMES: [&str; 3] = ["reject", "warn", "off"];

    /// The level of that name.
    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "reject" => Some(Self::Reject),
            "warn" => Some(Self::Warn),
            "off" => Some(Self::Off),
            _ => None,
        }
    }
}

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
    pub messages: BTreeSet<String>,
    pub level: Level,
    /// Organizations here that use the link; empty for all.
    pub serves: BTreeSet<String>,
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
        }
    }
}

impl Agreement {
    /// What organizations on one server agree on: everything travels, nothing is lost.
    pub fn hosted() -> Self {
        Self { charset: "UNOW".into(), level: Level::Off, ..Self::default() }
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
    pub fn takes(&self, kind: &str) -> bool {
        self.messages.is_empty() || self.messages.contains(kind)
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
        for kind in self.messages.iter().filter(|kind| Kind::from_name(kind).is_none()) {
            let known = Kind::ALL.map(Kind::name).join(", ");
            findings.add("unknown_code", "messages", format!("{kind} is not known; the message types are {known}"));
        }
        for org in self.serves.iter().filter(|org| !is_post_code(org) && !is_customs_code(org)) {
            findings.add("format", "serves", format!("{org} is no code of an organization"));
        }
    }
}

/// How bytes get to a partner.
#[derive(Clone, PartialEq, Eq)]
pub enum Way {
    /// The partner lives on this server.
    Hosted,
    Http {
        url: String,
        token: Option<String>,
        sign_key: Option<String>,
    },
    Directory(PathBuf),
}

impl std::fmt::Debug for Way {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hosted => f.write_str("hosted"),
            Self::Http { url, .. } => write!(f, "http {url}"),
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
    pub way: Way,
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
}

impl NewPartner {
    /// The row to store, over what was stored before.
    fn row(self, old: Option<PartnerRow>, now: At) -> Result<PartnerRow> {
        let mut findings = Findings::default();
        let mut agreement = old.as_ref().map(agreement_of).unwrap_or_default();
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
        agreement.messages = self.messages.unwrap_or(agreement.messages);
        agreement.serves = self.serves.unwrap_or(agreement.serves);
        agreement.check(&mut findings);
        let transport = self.transport.or(old.as_ref().map(|old| old.transport.clone())).unwrap_or_default();
        let endpoint = self.endpoint.or(old.as_ref().map(|old| old.endpoint.clone())).unwrap_or_default();
        check_endpoint(&transport, &endpoint, &mut findings);
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
        let kept = |new: Option<String>, old: Option<String>| new.or(old).filter(|text| !text.is_empty());
        let sign_key = kept(self.sign_key, old.as_ref().and_then(|old| old.sign_key.clone()));
        if let Some(Err(remedy)) = sign_key.as_deref().map(key_bytes) {
            findings.add("format", "sign-key", remedy);
        }
        findings.into_result()?;
        Ok(PartnerRow {
            code: self.code,
            transport,
            endpoint,
            agreement: serde_json::to_string(&agreement).map_err(|error| Error::Internal(error.to_string()))?,
            token_in,
            token_out: kept(self.token_out, old.and_then(|old| old.token_out)),
            sign_key,
            changed_at: now,
        })
    }
}

fn check_endpoint(transport: &str, endpoint: &str, findings: &mut Findings) {
    match transport {
        "http" if endpoint.starts_with("http://") || endpoint.starts_with("https://") => {}
        "http" => findings.add("format", "endpoint", "give the URL of the inbox, https://HOST/exchange/inbox"),
        "directory" if PathBuf::from(endpoint).is_absolute() => {}
        "directory" => findings.add("format", "endpoint", "give the absolute path of a folder"),
        _ => findings.add("unknown_code", "transport", "the transports are http and directory"),
    }
}

/// SHA-256 of a token, as it is stored.
pub(super) fn token_digest(token: &Uuid) -> Vec<u8> {
    Sha256::digest(token.hyphenated().to_string().as_bytes()).to_vec()
}

/// What was agreed with a stored partner.
pub fn agreement_of(row: &PartnerRow) -> Agreement {
    serde_json::from_str(&row.agreement).unwrap_or_default()
}

/// Adds a partner, or changes the one with this code.
///
/// # Errors
/// 400 with what is wrong; the organization must exist and be remote.
pub(super) fn put(tx: &mut Tx<'_>, new: NewPartner) -> Result<(), Fault> {
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
    let row = new.row(old, At(tx.now))?;
    tx.put_partner(&row)
}

/// The partner behind a code, if there is a way to it.
pub(super) fn find(tx: &mut Tx<'_>, code: &str) -> Result<Option<Partner>, Fault> {
    let Some(org) = tx.organization(code)? else { return Ok(None) };
    let customs = org.kind == "C";
    if !org.remote {
        return Ok(Some(Partner { code: org.code, customs, way: Way::Hosted, agreement: Agreement::hosted() }));
    }
    let Some(row) = tx.partner(code)? else { return Ok(None) };
    let agreement = agreement_of(&row);
    let way = match row.transport.as_str() {
        "directory" => Way::Directory(row.endpoint.into()),
        _ => Way::Http { url: row.endpoint, token: row.token_out, sign_key: row.sign_key },
    };
    Ok(Some(Partner { code: row.code, customs, way, agreement }))
}
