//! Versions of an item's declaration: their names, and how they followed each other in one row.
//!
//! A version is everything that travels: the text and the members of the mail object told to partners. Its name is a digest
//! of that, this server's own; a partner's name for it is an alias, good for answers to that partner and nothing else.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use crate::contract::canonical::hex;
use crate::domain::{DocumentKind, EventKind, Side};
use crate::rules::security::{self, Act};
use crate::store::item::{Document, Event, Item, ObjectRow, Stamp};
use crate::store::{Fault, Tx};

/// Bytes of a version's name that are shown, and told to partners.
pub(in crate::service) const SHOWN_BYTES: usize = 16;

/// The name of what travels with a declaration.
pub(in crate::service) fn name(object: &ObjectRow, document: &[u8]) -> Vec<u8> {
    let mut hasher = Sha256::new();
    hasher.update(document);
    let posting = object.posting_dt.map(|at| at.0.to_rfc3339());
    let members = [
        Some(&object.orig_post),
        Some(&object.dest_post),
        object.mail_class.as_ref(),
        object.mail_category.as_ref(),
        object.type_cd.as_ref(),
        posting.as_ref(),
    ];
    for member in members {
        hasher.update(member.map_or("", String::as_str));
        hasher.update([0]);
    }
    hasher.finalize().to_vec()
}

/// The name as it is shown: 32 hexadecimal digits.
pub fn shown(name: &[u8]) -> String {
    hex(&name[..name.len().min(SHOWN_BYTES)])
}

/// The name of an item's current declaration.
pub fn current_name(item: &Item) -> Option<Vec<u8>> {
    item.declaration().map(|row| name(&item.object, &row.digest))
}

/// One version as it came to stand in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::service) struct Version {
    /// That of the text.
    pub no: i32,
    pub dest: String,
    /// Absent for what was stored before names were kept.
    pub name: Option<Vec<u8>>,
    pub author: String,
    /// The author's name for it.
    pub alias: Option<String>,
    /// When it counts from.
    pub at: DateTime<Utc>,
    pub received: DateTime<Utc>,
    /// Own customs may see it.
    pub visible: bool,
}

impl Version {
    pub(in crate::service) fn is_named(&self, text: &str) -> bool {
        self.name.as_deref().is_some_and(|name| shown(name).eq_ignore_ascii_case(text))
    }
}

/// Every version that stood in a row, oldest first.
#[derive(Clone, Debug, Default)]
pub(in crate::service) struct Timeline {
    pub versions: Vec<Version>,
    /// Where the item was bound for before.
    pub bound_before: Vec<(String, DateTime<Utc>)>,
    /// When declarations were passed on, and their withdrawal, unless one came afterwards. Whole seconds, as referrals have.
    pub passed_on: Vec<security::Event>,
    /// How many versions stood when a referral was stored, by its reference.
    before_referrals: HashMap<String, usize>,
    /// The same of a decision, by its side and number.
    before_decisions: HashMap<(Side, i32), usize>,
}

/// An event, stored or about to be.
struct Happened<'e> {
    event: &'e Event,
    actor: &'e str,
    at: DateTime<Utc>,
}

impl Happened<'_> {
    /// Number of the text it brings.
    fn text(&self) -> Option<i32> {
        let declares = |made: &&Document| made.kind == DocumentKind::Declaration;
        self.event.document.as_ref().filter(declares).map(|made| made.version_no)
    }

    /// When it counts from.
    fn said_at(&self) -> DateTime<Utc> {
        self.event.detail.counts_from(None, self.at).instant()
    }
}

impl Timeline {
    /// Of an item with what is recorded on it by now.
    pub(in crate::service) fn of(tx: &mut Tx<'_>, item: &Item, stamp: &Stamp) -> Result<Self, Fault> {
        let stored = if item.is_new() { Vec::new() } else { tx.recorded(&item.object)? };
        let of_history = stored.iter().map(|row| Happened { event: &row.event, actor: &row.actor_org, at: row.at.0 });
        let pending = item.events().iter().map(|event| Happened { event, actor: &stamp.actor_org, at: tx.now });
        let happened: Vec<Happened<'_>> = of_history.chain(pending).collect();
        let redirected = |one: &&Happened<'_>| one.event.kind == EventKind::ObjectRedirected;
        let first_bound = happened.iter().filter(redirected).find_map(|one| one.event.detail.from.clone());
        let mut walk = Walk { dest: first_bound.unwrap_or_else(|| item.object.dest_post.clone()), ..Walk::default() };
        for one in &happened {
            walk.on(one);
            walk.pass_on(one);
            walk.note_what_stood(one);
        }
        Ok(walk.timeline)
    }

    /// The last one.
    pub(in crate::service) fn last(&self) -> Option<&Version> {
        self.versions.last()
    }

    pub(in crate::service) fn iter(&self) -> impl DoubleEndedIterator<Item = &Version> {
        self.versions.iter()
    }

    /// The latest with this name, as shown.
    pub(in crate::service) fn named(&self, text: &str) -> Option<&Version> {
        self.versions.iter().rev().find(|version| version.is_named(text))
    }

    /// The name under which `partner` knows the version with this text and destination.
    pub(in crate::service) fn alias(&self, partner: &str, no: i32, dest: &str) -> Option<&str> {
        let is_it = |version: &&Version| version.author == partner && (version.no, version.dest.as_str()) == (no, dest);
        self.versions.iter().rev().find(is_it).and_then(|version| version.alias.as_deref())
    }

    /// The version that `partner` gave this name first.
    pub(in crate::service) fn named_by(&self, partner: &str, name: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.author == partner && version.alias.as_deref() == Some(name))
    }

    /// What stood when a referral was stored, by the order of the history: two things of one second, or one clock that
    /// was set, change nothing. All of it, for a referral whose storing is not in the history.
    pub(in crate::service) fn before_referral(&self, reference: &str) -> &[Version] {
        self.first(self.before_referrals.get(reference))
    }

    /// The same of a decision.
    pub(in crate::service) fn before_decision(&self, side: Side, version_no: i32) -> &[Version] {
        self.first(self.before_decisions.get(&(side, version_no)))
    }

    fn first(&self, count: Option<&usize>) -> &[Version] {
        &self.versions[..count.copied().unwrap_or(self.versions.len())]
    }

    /// Who said the text with this number first.
    pub(in crate::service) fn author_of(&self, no: i32) -> Option<&str> {
        self.versions.iter().find(|version| version.no == no).map(|version| version.author.as_str())
    }
}

#[derive(Default)]
struct Walk {
    timeline: Timeline,
    dest: String,
    no: Option<i32>,
    visible: bool,
}

impl Walk {
    fn on(&mut self, one: &Happened<'_>) {
        let Event { kind, detail, .. } = one.event;
        if !kind.is_about_versions() {
            return;
        }
        if *kind == EventKind::ObjectRedirected {
            self.timeline.bound_before.extend(detail.from.clone().map(|from| (from, one.at)));
            self.dest = detail.to.clone().unwrap_or_default();
        }
        if kind.takes_declaration_away() {
            (self.no, self.visible) = (None, false);
            return;
        }
        self.no = one.text().or(self.no);
        self.visible |= kind.passes_on() == Some(true);
        let Some(no) = self.no else { return };
        let version = Version {
            no,
            dest: self.dest.clone(),
            name: detail.version.as_deref().and_then(bytes_of),
            author: one.actor.to_owned(),
            alias: detail.alias.clone(),
            at: one.said_at(),
            received: one.at,
            visible: self.visible,
        };
        self.push(version, one.text().is_some());
    }

    fn pass_on(&mut self, one: &Happened<'_>) {
        let kind = one.event.kind;
        let act = match kind.passes_on() {
            _ if kind == EventKind::DeclarationWithdrawn => Act::Cancelled,
            Some(to_customs) => Act::Declared { to_customs },
            None => return,
        };
        let passed_on = &mut self.timeline.passed_on;
        passed_on.retain(|event| event.act != Act::Cancelled);
        passed_on.push(security::Event { at: one.said_at(), reference: kind.to_string(), act });
    }

    fn note_what_stood(&mut self, one: &Happened<'_>) {
        let Event { kind, detail, document } = one.event;
        let count = self.timeline.versions.len();
        let is_referral = matches!(kind, EventKind::ReferralRaised | EventKind::ReferralReceived);
        if let Some(reference) = detail.referral_id.as_ref().filter(|_| is_referral) {
            self.timeline.before_referrals.entry(reference.clone()).or_insert(count);
        }
        let decided = document.as_ref().filter(|_| kind.is_about_response() && kind.decides());
        if let Some((side, made)) = decided.and_then(|made| Some((made.kind.side()?, made))) {
            self.timeline.before_decisions.entry((side, made.version_no)).or_insert(count);
        }
    }

    /// The same again, by an event that neither brings a text nor says anything new, is no version.
    fn push(&mut self, version: Version, brings_text: bool) {
        let same = self.timeline.versions.last().is_some_and(|last| {
            let named = version.name.is_none() || version.name == last.name;
            (last.no, &last.dest, last.visible) == (version.no, &version.dest, version.visible) && named
        });
        if brings_text || !same {
            self.timeline.versions.push(version);
        }
    }
}

fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let digit = |at: usize| text.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok());
    (0..text.len()).step_by(2).map(digit).collect()
}
