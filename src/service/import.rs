//! Importing lists and rules: checked as a whole, stored as text, in force on every server within seconds.

use std::slice;

use chrono::TimeDelta;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::Services;
use super::automatic::facts;
use super::catalogue::Catalogue;
use super::marks::Marks;
use crate::contract::WcfDate;
use crate::contract::canonical::hex;
use crate::domain::{Level, OrganizationKind};
use crate::error::{Error, Findings, Result};
use crate::limits;
use crate::refdata::hs::{HsEntry, nomenclature};
use crate::refdata::import::{self, ecb};
use crate::refdata::lists::{Country, List, StopWord};
use crate::refdata::rates::Rate;
use crate::refdata::sheet::{Sheet, plain};
use crate::refdata::table::{Fault, Parsed, read};
use crate::rules::auto_response::{DryRun, Facts, RuleSet, parse};
use crate::rules::places;
use crate::rules::quality;
use crate::rules::referral::{AutoReferral, DeadlineRow};
use crate::sheet::list::{as_csv, is_workbook};
use crate::store::item::Stamp;
use crate::store::load::ItemFilter;
use crate::store::reference::{CURRENT, ListRow};
use crate::store::types::At;
use crate::store::{self, Tx};

/// Which list a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListKind {
    Hs,
    Restrictions,
    Rates,
    Decisions,
    Countries,
    Operators,
    Offices,
    /// Which decisions of a customs administration raise which referrals.
    Referrals,
    /// Hours within which a post wants its referrals answered.
    Deadlines,
    /// Whose change ends a decision, for everyone or for one customs administration.
    Material,
    /// Which countries' posts may use which item ids.
    IdCountries,
    /// Item ids that an origin may use although its country may not.
    ForeignIds,
    /// Words of descriptions that do not say what the goods are.
    StopWords,
}

/// Names on the command line, in the order shown.
pub const LIST_KINDS: [(&str, ListKind); 13] = [
    ("hs", ListKind::Hs),
    ("restrictions", ListKind::Restrictions),
    ("rates", ListKind::Rates),
    ("decisions", ListKind::Decisions),
    ("countries", ListKind::Countries),
    ("operators", ListKind::Operators),
    ("offices", ListKind::Offices),
    ("referrals", ListKind::Referrals),
    ("deadlines", ListKind::Deadlines),
    ("material", ListKind::Material),
    ("id_countries", ListKind::IdCountries),
    ("foreign_ids", ListKind::ForeignIds),
    ("stop_words", ListKind::StopWords),
];

impl ListKind {
    /// Name on the command line and in the store.
    pub fn name(self) -> &'static str {
        LIST_KINDS.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }

    /// Whose table it is.
    fn scope(self) -> Scope {
        match self {
            Self::Referrals => Scope::Of(OrganizationKind::Customs),
            Self::Deadlines => Scope::Of(OrganizationKind::Post),
            Self::ForeignIds => Scope::OfOrigin,
            Self::Rates => Scope::OfEveryoneOr(None),
            Self::Material => Scope::OfEveryoneOr(Some(OrganizationKind::Customs)),
            _ => Scope::OfEveryone,
        }
    }
}

/// Whose a list is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scope {
    OfEveryone,
    /// Everyone's, and beside it one of each organization of this kind, or of any.
    OfEveryoneOr(Option<OrganizationKind>),
    /// One of each organization of this kind, none of everyone.
    Of(OrganizationKind),
    /// One of each post that items come from, whether or not it is an organization here.
    OfOrigin,
}

impl Scope {
    /// Whether one organization has such a list, and whether it must be named.
    fn check(self, org: &str) -> Result<()> {
        match self {
            Self::OfEveryone if !org.is_empty() => {
                let message = "only rates, referrals, deadlines, material and foreign_ids are kept per organization";
                Err(Error::invalid("posts", "org", message))
            }
            Self::Of(_) | Self::OfOrigin if org.is_empty() => {
                Err(Error::invalid("required", "org", "name the organization whose table it is"))
            }
            _ => Ok(()),
        }
    }
}

/// A file to import.
#[derive(Clone, Debug)]
pub struct Import {
    pub kind: ListKind,
    /// The organization it counts for; empty for everyone. Rates and material members may have one; referrals,
    /// deadlines and foreign ids must.
    pub org: String,
    pub bytes: Vec<u8>,
    /// Texts of the Combined Nomenclature in French and Spanish, where `bytes` is its JSON form.
    pub translations: Option<(Vec<u8>, Vec<u8>)>,
    pub dry_run: bool,
    /// Take the rows that are right although others are not.
    pub skip_bad: bool,
}

/// What a file was found to hold, and whether it was taken.
#[derive(Clone, Debug)]
pub struct ImportReport {
    pub rows: usize,
    pub faults: Vec<Fault>,
    /// Without a dry run it is taken.
    pub is_enough: bool,
    pub stored: bool,
}

/// A file read: how many rows, which faults, and the text to keep in our own form.
struct Checked {
    rows: usize,
    faults: Vec<Fault>,
    body: String,
}

impl Services {
    /// Checks a file and, unless it has faults or it is a dry run, puts it in the place of the list's present edition
    /// (rates are added to those there).
    ///
    /// # Errors
    /// 400 when the organization is unknown.
    pub async fn import_list(&self, import: Import) -> Result<ImportReport> {
        let (kind, org) = (import.kind, import.org.clone());
        kind.scope().check(&org)?;
        let is_of_one = !org.is_empty();
        let (dry_run, skip_bad) = (import.dry_run, import.skip_bad);
        self.refresh_catalogue().await?;
        let catalogue = self.catalogue();
        let reading = tokio::task::spawn_blocking(move || read_list(&import, catalogue.countries())).await;
        let checked = reading.map_err(|error| Error::Internal(format!("import: {error}")))?;
        // An empty table of an organization turns off what it did; an empty list is a mistake.
        let has_rows = checked.rows > 0 || (is_of_one && kind != ListKind::Rates && checked.faults.is_empty());
        let is_enough = has_rows && (checked.faults.is_empty() || skip_bad);
        let stored = !dry_run && is_enough;
        if stored {
            self.store_list(kind, org, &checked).await?;
        }
        Ok(ImportReport { rows: checked.rows, faults: checked.faults, is_enough, stored })
    }

    async fn store_list(&self, kind: ListKind, org: String, checked: &Checked) -> Result<()> {
        let (rows, body) = (checked.rows, checked.body.clone());
        let edition = match kind {
            ListKind::Rates => hex(&Sha256::digest(body.as_bytes())[..8]),
            _ => CURRENT.to_owned(),
        };
        self.refresh_catalogue().await?;
        let catalogue = self.catalogue();
        let of_one = Some(org.clone()).filter(|org| !org.is_empty());
        self.store
            .write(move |tx| {
                check_owner(tx, kind, &org, &catalogue)?;
                let row = ListRow {
                    kind: kind.name().into(),
                    org: org.clone(),
                    edition: edition.clone(),
                    imported_at: At(tx.now),
                    body: body.clone(),
                };
                tx.put_reference(&row, json!({ "Rows": rows }), &Stamp::command_line())
            })
            .await?;
        self.refresh_catalogue().await?;
        if kind == ListKind::Material {
            self.judge_all_anew(of_one.as_deref()).await?;
        }
        Ok(())
    }

    /// Puts the rules of a TOML text in the place of a customs administration's auto-response rules; gives how many.
    ///
    /// # Errors
    /// 400 with every mistake of the text.
    pub async fn set_rules(&self, customs: &str, text: &str) -> Result<usize> {
        let rules = self.checked_rules(customs, text).await?;
        let bodies = one_by_one(text)?;
        let customs = customs.to_owned();
        self.store
            .write(move |tx| {
                let row = |(place, (name, body)): (i64, &(String, String))| ListRow {
                    kind: "rule".into(),
                    org: customs.clone(),
                    edition: name.clone(),
                    // Rows are read oldest first: rules of one priority are tried in the order of the file.
                    imported_at: At(tx.now + TimeDelta::microseconds(place)),
                    body: body.clone(),
                };
                let rows: Vec<ListRow> = (0..).zip(&bodies).map(row).collect();
                tx.replace_references("rule", &customs, &rows, &Stamp::command_line())
            })
            .await?;
        self.refresh_catalogue().await?;
        Ok(rules.rules().len())
    }

    /// Which rule of a text would have answered, on how many of the items stored now.
    ///
    /// # Errors
    /// 400 with every mistake of the text.
    pub async fn try_rules(&self, customs: &str, text: &str) -> Result<DryRun> {
        let rules = self.checked_rules(customs, text).await?;
        let catalogue = self.catalogue();
        let now = WcfDate::new(self.clock.now());
        let facts = self.facts_of_all(customs, now).await?;
        Ok(rules.dry_run(&facts, &catalogue.rates(customs)))
    }

    async fn checked_rules(&self, customs: &str, text: &str) -> Result<RuleSet> {
        let code = customs.to_owned();
        let org = self.store.read(move |tx| tx.organization(&code)).await?;
        if org.is_none_or(|org| org.kind != OrganizationKind::Customs) {
            return Err(Error::invalid("absent", "customs", "there is no such customs administration; add it first"));
        }
        self.refresh_catalogue().await?;
        let catalogue = self.catalogue();
        parse(text, &catalogue.decisions, catalogue.countries(), customs).map_err(|faults| {
            let finding = |fault: &crate::rules::auto_response::RuleFault| {
                crate::error::Finding::new("format", "", fault.to_string())
            };
            Error::Invalid(faults.iter().map(finding).collect())
        })
    }

    /// The facts of every item that the customs administration may see.
    async fn facts_of_all(&self, customs: &str, now: WcfDate) -> Result<Vec<Facts>> {
        let (catalogue, customs) = (self.catalogue(), customs.to_owned());
        self.store
            .read(move |tx| {
                let Some(org) = tx.organization(&customs)? else { return Ok(Vec::new()) };
                let filter = ItemFilter { as_customs: true, ..ItemFilter::default() };
                let mut all = Vec::new();
                for post in tx.posts_of_customs(&org)? {
                    let mut after = None;
                    loop {
                        let page = tx.page_by_pid(&post, &filter, after, limits::TRIED_AT_ONCE)?;
                        let ids: Vec<&str> = page.iter().map(|item| item.object.item_id.as_str()).collect();
                        let marks = Marks::of(tx, slice::from_ref(&post), Some(&customs), &ids)?;
                        all.extend(page.iter().filter_map(|item| facts(&catalogue, item, &marks, now)));
                        let Some(last) = page.last().filter(|_| page.len() == limits::TRIED_AT_ONCE) else { break };
                        after = Some(last.object.pid.0);
                    }
                }
                Ok(all)
            })
            .await
    }

    /// The stored auto-response rules of a customs administration, as TOML.
    pub async fn rules_text(&self, customs: &str) -> Result<String> {
        let customs = customs.to_owned();
        let lists = self.store.read(|tx| tx.reference_lists()).await?;
        let of_customs = lists.into_iter().filter(|row| row.kind == "rule" && row.org == customs);
        Ok(of_customs.map(|row| row.body).collect::<Vec<_>>().join("\n"))
    }

    /// Drops one auto-response rule.
    ///
    /// # Errors
    /// 400 when there is no such rule.
    pub async fn drop_rule(&self, customs: &str, name: &str) -> Result<()> {
        let (org, edition) = (customs.to_owned(), name.to_owned());
        let by = Stamp::command_line();
        let dropped = self.store.write(move |tx| tx.drop_reference("rule", &org, &edition, &by)).await?;
        self.refresh_catalogue().await?;
        if dropped { Ok(()) } else { Err(Error::invalid("absent", "NAME", "there is no such rule")) }
    }

    /// Sets how strict a quality rule is for an organization: everywhere, or for one destination country.
    ///
    /// # Errors
    /// 400 naming an unknown rule, level or organization.
    pub async fn set_quality(&self, org: &str, rule: &str, level: &str, destination: Option<&str>) -> Result<()> {
        let Some(listed) = quality::rule(rule) else {
            let known: Vec<&str> = quality::RULES.iter().map(|rule| rule.id).collect();
            return Err(Error::invalid("unknown_code", "RULE", format!("the rules are {}", known.join(", "))));
        };
        if Level::from_stored(level).map_or(true, |level| !listed.levels().contains(&level)) {
            let levels: Vec<&str> = listed.levels().iter().map(|level| level.stored()).collect();
            let message = format!("the levels are {}", levels.join(", "));
            return Err(Error::invalid("unknown_code", "LEVEL", message));
        }
        if rule == quality::FOREIGN_ID && destination.is_some() {
            let message = "this rule has one level for all destinations; leave the option out";
            return Err(Error::invalid("posts", "destination", message));
        }
        let mut findings = Findings::default();
        places::check_country(&mut findings, "destination", destination, self.catalogue().countries());
        findings.into_result()?;
        let edition = destination.map_or(rule.to_owned(), |country| format!("{rule}@{country}"));
        let (org, level) = (org.to_owned(), level.to_owned());
        self.store
            .write(move |tx| {
                if tx.organization(&org)?.is_none() {
                    return Err(Error::invalid("absent", "ORG", "there is no such organization; add it first").into());
                }
                let row = ListRow {
                    kind: "quality".into(),
                    org: org.clone(),
                    edition: edition.clone(),
                    imported_at: At(tx.now),
                    body: level.clone(),
                };
                tx.put_reference(&row, json!({ "Level": level }), &Stamp::command_line())
            })
            .await?;
        self.refresh_catalogue().await.map(|_| ())
    }
}

/// The organization that a table is for must be there, and of the kind that has such tables.
fn check_owner(tx: &mut Tx<'_>, kind: ListKind, org: &str, catalogue: &Catalogue) -> Result<(), store::Fault> {
    let path = "org";
    let refused = |code, message: &str| Err(Error::invalid(code, path, message).into());
    let owner = match kind.scope() {
        _ if org.is_empty() => return Ok(()),
        Scope::OfOrigin if catalogue.is_listed(org) => return Ok(()),
        Scope::OfOrigin => {
            return refused("absent", "the list of operators has no such post; import a list that has it first");
        }
        Scope::Of(owner) | Scope::OfEveryoneOr(Some(owner)) => Some(owner),
        Scope::OfEveryone | Scope::OfEveryoneOr(None) => None,
    };
    match (tx.organization(org)?, owner) {
        (None, _) => refused("absent", "there is no such organization; add it first"),
        (Some(row), Some(owner)) if row.kind != owner => {
            refused("posts", "referrals and material are tables of a customs administration, deadlines those of a post")
        }
        _ => Ok(()),
    }
}

/// Each `[[rule]]` of a text as a text of its own, with its name. The text was checked before.
fn one_by_one(text: &str) -> Result<Vec<(String, String)>> {
    let table: toml::Table = text.parse().map_err(|error| Error::Internal(format!("rules: {error}")))?;
    let rules = table.get("rule").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    let alone = |rule: toml::Value| {
        let name = rule.get("name").and_then(toml::Value::as_str).unwrap_or_default().to_owned();
        let mut table = toml::Table::new();
        table.insert("rule".into(), toml::Value::Array(vec![rule]));
        (name, table.to_string())
    };
    Ok(rules.into_iter().map(alone).collect())
}

/// Reads a file, however a spreadsheet has saved it. What one of the databases cannot keep is a fault like any other.
fn read_list(import: &Import, countries: &List<Country>) -> Checked {
    let fault = |problem: String| Checked {
        rows: 0,
        faults: vec![Fault { line: 0, column: String::new(), problem }],
        body: String::new(),
    };
    let of_workbook = if is_workbook(&import.bytes) { as_csv(&import.bytes).map(Some) } else { Ok(None) };
    let checked = match of_workbook {
        Ok(Some(csv)) => read_kind(import, &csv, countries),
        Ok(None) => read_kind(import, &plain(&import.bytes), countries),
        Err(refusal) => return fault(format!("{refusal}; or save the sheet as CSV UTF-8")),
    };
    if !checked.body.contains('\0') {
        return checked;
    }
    fault("a text holds the character U+0000, which cannot be kept; take it out".to_owned())
}

/// Whether a table begins with this column.
fn begins_with(bytes: &[u8], column: &str) -> bool {
    Sheet::open(bytes).is_ok_and(|sheet| sheet.header.first().is_some_and(|name| name == column))
}

fn read_kind(import: &Import, bytes: &[u8], countries: &List<Country>) -> Checked {
    match import.kind {
        ListKind::Hs => read_hs(import, bytes),
        ListKind::Rates if begins_with(bytes, "Date") => own_form(ecb::rates(bytes), rates_text),
        ListKind::Rates => as_sent(bytes, &import::rates(bytes)),
        ListKind::Restrictions => as_sent(bytes, &import::restrictions(bytes, countries)),
        ListKind::Decisions => as_sent(bytes, &import::decisions(bytes)),
        ListKind::Countries => as_sent(bytes, &import::countries(bytes)),
        ListKind::Operators => as_sent(bytes, &import::operators(bytes, countries)),
        ListKind::Offices => as_sent(bytes, &import::offices(bytes)),
        ListKind::Referrals => as_sent(bytes, &read::<AutoReferral>(bytes)),
        ListKind::Deadlines => as_sent(bytes, &read::<DeadlineRow>(bytes)),
        ListKind::Material => as_sent(bytes, &import::material(bytes)),
        ListKind::IdCountries => as_sent(bytes, &import::id_countries(bytes, countries)),
        ListKind::ForeignIds => as_sent(bytes, &import::foreign_ids(bytes)),
        ListKind::StopWords => as_sent(bytes, &read::<StopWord>(bytes)),
    }
}

/// The nomenclature: our own form, the public table of the harmonized system, or the Combined Nomenclature's JSON.
fn read_hs(import: &Import, bytes: &[u8]) -> Checked {
    if begins_with(bytes, "section") {
        return own_form(import::hs::harmonized_system(bytes), hs_text);
    }
    if bytes.trim_ascii_start().starts_with(b"[") {
        let (fr, es) = import.translations.clone().unwrap_or_default();
        let (fr, es) = (import::hs::translations(&plain(&fr)), import::hs::translations(&plain(&es)));
        let mut faults = fr.faults;
        faults.extend(es.faults);
        let (fr, es) = (fr.rows.into_iter().collect(), es.rows.into_iter().collect());
        let mut parsed = import::hs::combined_nomenclature(bytes, &fr, &es, nomenclature());
        parsed.faults.extend(faults);
        return own_form(parsed, hs_text);
    }
    as_sent(bytes, &import::hs(bytes))
}

/// Kept as sent: rows with faults are passed over again when the list is read.
fn as_sent<R>(bytes: &[u8], parsed: &Parsed<R>) -> Checked {
    let body = String::from_utf8_lossy(bytes).into_owned();
    Checked { rows: parsed.rows.len(), faults: parsed.faults.clone(), body }
}

fn own_form<R>(parsed: Parsed<R>, text: impl Fn(&[R]) -> String) -> Checked {
    Checked { rows: parsed.rows.len(), body: text(&parsed.rows), faults: parsed.faults }
}

fn table<const N: usize>(header: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // Writing into memory cannot fail.
    let _ = writer.write_record(header);
    for row in rows {
        let _ = writer.write_record(&row);
    }
    writer.into_inner().map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
}

fn hs_text(rows: &[HsEntry]) -> String {
    let row = |entry: &HsEntry| [entry.code.clone(), entry.en.clone(), entry.fr.clone(), entry.es.clone()];
    table(["code", "en", "fr", "es"], rows.iter().map(row))
}

fn rates_text(rows: &[Rate]) -> String {
    let row = |rate: &Rate| {
        [rate.date.to_string(), rate.base.clone(), rate.quote.clone(), rate.rate.to_string(), rate.source.clone()]
    };
    table(["date", "base", "quote", "rate", "source"], rows.iter().map(row))
}
