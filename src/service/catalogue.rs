//! Everything looked up in memory: lists built into the program with what was imported over them.
//!
//! One immutable catalogue serves all calls; when an import changed the lists, each server builds a new one within a
//! few seconds ([`Services::refresh_catalogue`](super::Services::refresh_catalogue)) and swaps it in.

use std::collections::HashMap;
use std::ptr;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use moka::sync::Cache;
use sha2::{Digest, Sha256};

use super::own_goods::OwnGoods;
use super::settings::{self, Settings};
use crate::domain::Level;
use crate::limits;
use crate::refdata::import;
use crate::refdata::lists::{Country, DecisionRow, List, LocalNames, Office, Operator, lists};
use crate::refdata::rates::{Rate, snapshot};
use crate::refdata::restrictions::Restriction;
use crate::refdata::search::hs::HsIndex;
use crate::refdata::search::restriction::{Against, RestrictionHit, RestrictionIndex, Route, Screened};
use crate::refdata::search::{goods, restrictions};
use crate::refdata::table::{Parsed, read};
use crate::rules::auto_response::{RuleSet, parse};
use crate::rules::currency::RateBook;
use crate::rules::decision::DecisionTable;
use crate::rules::fits::IdRules;
use crate::rules::material::MaterialTable;
use crate::rules::quality::{self, Context, Override, StopWords};
use crate::rules::referral::{AutoReferral, DeadlineRow};
use crate::store::reference::ListRow;
use crate::store::settings::SettingRow;
use crate::store::{Fault, Tx};

/// The catalogue in use, shared by everything in one server.
#[derive(Clone)]
pub(super) struct CatalogueHandle(Arc<RwLock<Arc<Catalogue>>>);

impl Default for CatalogueHandle {
    fn default() -> Self {
        Self(Arc::new(RwLock::new(Arc::new(Catalogue::new(0, &[], &[], None)))))
    }
}

impl CatalogueHandle {
    pub(super) fn current(&self) -> Arc<Catalogue> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn put(&self, built: Catalogue) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(built);
    }
}

/// What is looked up in memory.
pub struct Catalogue {
    version_no: i64,
    light_basis: Vec<u8>,
    /// Present when a nomenclature was imported.
    own_goods: Option<Arc<OwnGoods>>,
    /// Present when restrictions were imported.
    own_restrictions: Option<RestrictionIndex>,
    /// By organization; under no name those of everyone.
    rates: HashMap<String, RateBook>,
    pub decisions: DecisionTable,
    /// Rows of the decision table, built-in ones first.
    pub decision_rows: Vec<DecisionRow>,
    rules: HashMap<String, RuleSet>,
    overrides: HashMap<String, Vec<Override>>,
    auto_referrals: HashMap<String, Vec<AutoReferral>>,
    deadlines: HashMap<String, Vec<DeadlineRow>>,
    pub operators: Vec<Operator>,
    /// Names of operators and decisions, for paper.
    pub names: Arc<LocalNames>,
    countries: List<Country>,
    /// Countries of the posts among the operators; a later row goes before an earlier one.
    posts: HashMap<String, String>,
    pub offices: Vec<Office>,
    id_rules: IdRules,
    /// By customs administration; under no name that of all others.
    material: HashMap<String, MaterialTable>,
    settings: HashMap<String, Settings>,
    /// `None`: those built in.
    own_stop_words: Option<StopWords>,
    /// By goods and way.
    screened: Cache<String, [Kept; 2]>,
    /// Customs administrations of posts, as they were lately.
    customs: Cache<String, Option<String>>,
}

/// [`Against`] with the place of the rule among the restrictions: what can be kept beside them.
#[derive(Clone, Copy)]
struct Kept {
    whole: Option<usize>,
    any: bool,
}

impl Catalogue {
    /// Of what was imported; what is costly to build is taken from the one `before` where it would be the same.
    pub(super) fn new(version_no: i64, imported: &[ListRow], settings: &[SettingRow], before: Option<&Self>) -> Self {
        let decision_rows: Vec<DecisionRow> =
            lists().decisions.rows.iter().cloned().chain(rows_of(imported, "decisions", import::decisions)).collect();
        let decisions = DecisionTable::default().overlaid(decision_rows.iter().cloned());
        let countries = lists().countries.overlaid(rows_of(imported, "countries", import::countries));
        let own_restrictions = rows_of(imported, "restrictions", |body| import::restrictions(body, &countries));
        let operators: Vec<Operator> = lists()
            .operators
            .rows()
            .iter()
            .cloned()
            .chain(rows_of(imported, "operators", |body| import::operators(body, &countries)))
            .collect();
        Self {
            version_no,
            light_basis: light_basis(imported),
            own_goods: OwnGoods::new(
                of_kind(imported, "hs"),
                || rows_of(imported, "hs", import::hs),
                before.and_then(|before| before.own_goods.as_ref()),
            ),
            own_restrictions: (!own_restrictions.is_empty()).then(|| RestrictionIndex::new(own_restrictions, goods())),
            rates: rates_by_org(imported),
            rules: rules_by_customs(imported, &decisions, &countries),
            overrides: overrides_by_org(imported),
            auto_referrals: rows_by_org(imported, "referrals"),
            deadlines: rows_by_org(imported, "deadlines"),
            posts: operators.iter().map(|row| (row.code.clone(), row.country.clone())).collect(),
            names: Arc::new(LocalNames::new(countries.rows(), &operators, &decision_rows)),
            operators,
            offices: lists()
                .offices
                .rows()
                .iter()
                .cloned()
                .chain(rows_of(imported, "offices", import::offices))
                .collect(),
            decisions,
            decision_rows,
            id_rules: id_rules(imported, &countries),
            material: material_by_customs(imported),
            settings: settings::by_org(settings),
            own_stop_words: own_stop_words(imported),
            countries,
            screened: Cache::new(limits::SCREENED_KEPT),
            customs: Cache::builder()
                .max_capacity(limits::TOKEN_CACHE_ENTRIES)
                .time_to_live(Duration::from_millis(limits::TOKEN_CACHE_MS))
                .build(),
        }
    }

    /// The customs administration of a post; what is known of that is a second old at most, as it is of callers.
    pub(super) fn own_customs(&self, tx: &mut Tx<'_>, post: &str) -> Result<Option<String>, Fault> {
        if let Some(known) = self.customs.get(post) {
            return Ok(known);
        }
        let customs = tx.own_customs(post)?;
        self.customs.insert(post.to_owned(), customs.clone());
        Ok(customs)
    }

    /// Digest of the lists and settings that lights go by.
    pub fn light_basis(&self) -> &[u8] {
        &self.light_basis
    }

    /// Grows with every import and change of a rule.
    pub fn version_no(&self) -> i64 {
        self.version_no
    }

    /// The search over HS codes.
    pub fn goods(&self) -> &HsIndex {
        self.own_goods.as_deref().map_or_else(|| goods(), OwnGoods::index)
    }

    /// Whether the search over HS codes is at hand; else the first question builds it.
    pub(super) fn has_goods(&self) -> bool {
        self.own_goods.as_deref().is_none_or(OwnGoods::is_built)
    }

    /// The search over restrictions.
    pub fn restrictions(&self) -> &RestrictionIndex {
        self.own_restrictions.as_ref().unwrap_or_else(|| restrictions())
    }

    /// Words that say nothing about goods.
    pub fn stop_words(&self) -> &StopWords {
        self.own_stop_words.as_ref().unwrap_or_else(|| StopWords::built_in())
    }

    /// Rates in the order they count: the organization's own, then everyone's, built in or imported.
    pub fn rates<'c>(&'c self, org: &str) -> Vec<&'c RateBook> {
        [self.rates.get(org), self.rates.get("")].into_iter().flatten().collect()
    }

    /// The auto-response rules of a customs administration.
    pub fn rules(&self, customs: &str) -> Option<&RuleSet> {
        self.rules.get(customs)
    }

    /// An organization's own strictness of the quality rules.
    pub fn overrides(&self, org: &str) -> &[Override] {
        self.overrides.get(org).map_or(&[], Vec::as_slice)
    }

    /// How strict a quality rule is for an organization, whatever the destination.
    pub fn quality_level(&self, org: &str, rule: &str) -> Level {
        let context =
            Context { overrides: self.overrides(org), countries: Some(&self.countries), ..Context::default() };
        quality::rule(rule).map_or(Level::Off, |rule| context.level(rule))
    }

    /// Whether an item whose id does not fit its origin is at best Amber for the post whose row it is. Set to off or
    /// warn, it is not; an item that was stored before it was set to reject is.
    pub fn foreign_id_is_amber(&self, owner: &str) -> bool {
        self.quality_level(owner, quality::FOREIGN_ID) >= Level::Amber
    }

    /// Which decisions of a customs administration raise which referrals; empty unless it was given a table.
    pub fn auto_referrals(&self, customs: &str) -> &[AutoReferral] {
        self.auto_referrals.get(customs).map_or(&[], Vec::as_slice)
    }

    /// Hours within which a post wants its referrals answered, where it has deadlines of its own.
    pub fn reply_hours(&self, post: &str, referral_cd: &str) -> Option<u32> {
        let own = self.deadlines.get(post)?;
        own.iter().rev().find(|row| row.referral == referral_cd).map(|row| row.hours)
    }

    /// The list of countries, imported ones over those built in.
    pub fn countries(&self) -> &List<Country> {
        &self.countries
    }

    /// The country with a code of three letters. An imported list need not have these: then those built in count.
    pub fn country_by_alpha3(&self, alpha3: &str) -> Option<&str> {
        let built_in = |code: &str| lists().countries.get(code).and_then(|country| country.alpha3.as_deref());
        let mut known = self.countries.rows().iter();
        let named = |country: &&Country| country.alpha3.as_deref().or_else(|| built_in(&country.code)) == Some(alpha3);
        known.find(named).map(|country| country.code.as_str())
    }

    /// The only listed post of a country; none where there are several, or none.
    pub fn only_post_of(&self, country: &str) -> Option<&str> {
        let mut of_country = self.posts.iter().filter(|(_, known)| *known == country).map(|(post, _)| post.as_str());
        of_country.next().filter(|_| of_country.next().is_none())
    }

    /// The country of a post.
    pub fn country_of_post(&self, post: &str) -> Option<&str> {
        self.posts.get(post).map(String::as_str)
    }

    /// The posts of a country, by code.
    pub fn posts_of(&self, country: &str) -> Vec<String> {
        let all = lists().operators.rows().iter().filter(|post| post.country == country);
        all.filter(|post| self.is_listed(&post.code)).map(|post| post.code.clone()).collect()
    }

    /// Whether the list of operators, built in or imported, has this post.
    pub fn is_listed(&self, post: &str) -> bool {
        self.posts.contains_key(post)
    }

    /// Whether `origin` may use an item id: one that is not of S10 form, one of its country, or one that this
    /// installation lets it use. An unknown origin and a post that is not listed may use no S10 id.
    pub fn fits(&self, item_id: &str, origin: &str) -> bool {
        self.id_rules.fits(item_id, origin, self.country_of_post(origin))
    }

    /// Whether a post of `there` delivers in `country`: the two are one for item ids, too.
    pub fn delivers_in(&self, there: &str, country: &str) -> bool {
        self.id_rules.may_use(country, there)
    }

    /// What counts as a material difference for decisions of a customs administration.
    pub fn material(&self, customs: &str) -> &MaterialTable {
        static BUILT_IN: LazyLock<MaterialTable> = LazyLock::new(MaterialTable::built_in);
        self.material.get(customs).or_else(|| self.material.get("")).unwrap_or(&BUILT_IN)
    }

    /// What an organization has set for itself.
    pub fn settings(&self, org: &str) -> &Settings {
        static DEFAULT: LazyLock<Settings> = LazyLock::new(Settings::default);
        self.settings.get(org).unwrap_or(&DEFAULT)
    }

    /// Restrictions on goods with a code (may be empty) and a description.
    pub fn restrictions_on(&self, code: &str, text: &str, route: Route<'_>) -> Vec<RestrictionHit<'_>> {
        self.restrictions().screen(code, text, route, self.goods())
    }

    /// What stands against goods on the way; kept, as the same goods are declared again and again.
    pub fn screened(&self, code: &str, text: &str, route: Route<'_>) -> Screened<'_> {
        let rules = self.restrictions().rules();
        // Texts of the contract hold no U+0000, and the free text stands last.
        let key = format!("{}\0{}\0{}\0{code}\0{text}", route.on, route.destination, route.sending);
        let place = |found: &Restriction| rules.iter().position(|rule| ptr::eq(rule, found));
        let kept = self.screened.get_with_by_ref(key.as_str(), || {
            let Screened { prohibited, restricted } = Screened::of(&self.restrictions_on(code, text, route));
            [prohibited, restricted].map(|against| Kept { whole: against.whole.and_then(place), any: against.any })
        });
        let [prohibited, restricted] =
            kept.map(|kept| Against { whole: kept.whole.and_then(|place| rules.get(place)), any: kept.any });
        Screened { prohibited, restricted }
    }
}

fn of_kind<'r>(imported: &'r [ListRow], kind: &'r str) -> impl Iterator<Item = &'r ListRow> {
    imported.iter().filter(move |row| row.kind == kind)
}

/// The rows of every imported edition of a list, read as they were when they were imported. Rows that cannot be used
/// are told: those of a list imported with its faults, or by a version that read more forms.
fn rows_of<R>(imported: &[ListRow], kind: &str, read: impl Fn(&[u8]) -> Parsed<R>) -> Vec<R> {
    let rows = |list: &ListRow| {
        let Parsed { rows, faults, .. } = read(list.body.as_bytes());
        if let Some(first) = faults.first() {
            let count = faults.len();
            tracing::warn!(list = kind, org = list.org, count, %first, "rows of a list are not used; import it anew");
        }
        rows
    };
    of_kind(imported, kind).flat_map(rows).collect()
}

/// The built-in words that say nothing about goods, with the imported rows over them.
fn own_stop_words(imported: &[ListRow]) -> Option<StopWords> {
    let own = rows_of(imported, "stop_words", read);
    (!own.is_empty()).then(|| StopWords::built_in().overlaid(own))
}

/// Which post may use which ids and how strict its owner is about it, and what decisions mean.
fn light_basis(imported: &[ListRow]) -> Vec<u8> {
    const LISTS: [&str; 5] = ["countries", "decisions", "foreign_ids", "id_countries", "operators"];
    let is_meant = |row: &&ListRow| {
        LISTS.contains(&row.kind.as_str()) || row.kind == "quality" && row.edition.starts_with(quality::FOREIGN_ID)
    };
    let mut rows: Vec<&ListRow> = imported.iter().filter(is_meant).collect();
    rows.sort_by_key(|row| (&row.kind, &row.org, &row.edition));
    let mut digest = Sha256::new_with_prefix(env!("CARGO_PKG_VERSION"));
    for row in rows {
        for text in [&row.kind, &row.org, &row.edition, &row.body] {
            digest.update((text.len() as u64).to_be_bytes());
            digest.update(text);
        }
    }
    digest.finalize().to_vec()
}

/// Imported rates of everyone are added to the built-in ones, so that the newest of both counts.
fn rates_by_org(imported: &[ListRow]) -> HashMap<String, RateBook> {
    let mut rates: HashMap<String, Vec<Rate>> = HashMap::from([(String::new(), snapshot().rows.clone())]);
    for list in of_kind(imported, "rates") {
        rates.entry(list.org.clone()).or_default().extend(import::rates(list.body.as_bytes()).rows);
    }
    rates.into_iter().map(|(org, rates)| (org, RateBook::new(&rates))).collect()
}

fn rules_by_customs(
    imported: &[ListRow],
    decisions: &DecisionTable,
    countries: &List<Country>,
) -> HashMap<String, RuleSet> {
    let mut texts: HashMap<String, String> = HashMap::new();
    for rule in of_kind(imported, "rule") {
        let text = texts.entry(rule.org.clone()).or_default();
        text.push_str(&rule.body);
        text.push('\n');
    }
    texts
        .into_iter()
        .filter_map(|(customs, text)| Some((customs.clone(), parse(&text, decisions, countries, &customs).ok()?)))
        .collect()
}

fn rows_by_org<R: crate::refdata::table::FromRow>(imported: &[ListRow], kind: &str) -> HashMap<String, Vec<R>> {
    let mut by_org: HashMap<String, Vec<R>> = HashMap::new();
    for list in of_kind(imported, kind) {
        by_org.entry(list.org.clone()).or_default().extend(read::<R>(list.body.as_bytes()).rows);
    }
    by_org
}

/// The countries of item ids, imported rows over those built in, and the foreign ids of origins.
fn id_rules(imported: &[ListRow], countries: &List<Country>) -> IdRules {
    let built_in = lists().id_countries.rows.iter().cloned();
    IdRules::new(
        built_in.chain(rows_of(imported, "id_countries", |body| import::id_countries(body, countries))),
        rows_by_org(imported, "foreign_ids"),
    )
}

/// Tables with imported rows over those built in: everyone's, and over that each customs administration's own.
fn material_by_customs(imported: &[ListRow]) -> HashMap<String, MaterialTable> {
    let mut rows = rows_by_org(imported, "material");
    let everyones = MaterialTable::built_in().overlaid(&rows.remove("").unwrap_or_default());
    let own = rows.into_iter().map(|(customs, rows)| (customs, everyones.clone().overlaid(&rows)));
    own.chain([(String::new(), everyones.clone())]).collect()
}

fn overrides_by_org(imported: &[ListRow]) -> HashMap<String, Vec<Override>> {
    let mut overrides: HashMap<String, Vec<Override>> = HashMap::new();
    for row in of_kind(imported, "quality") {
        // Edition: rule, then the destination if it is for one only.
        let (rule, destination) = row.edition.split_once('@').unwrap_or((&row.edition, ""));
        let level = match Level::from_stored(&row.body) {
            Ok(level) => level,
            Err(unknown) => {
                tracing::error!(org = row.org, rule, %unknown, "the level of a quality rule is passed over");
                continue;
            }
        };
        let destination = (!destination.is_empty()).then(|| destination.to_owned());
        overrides.entry(row.org.clone()).or_default().push(Override { rule: rule.to_owned(), destination, level });
    }
    overrides
}

/// The day of a time, in UTC.
pub(super) fn day(at: DateTime<Utc>) -> NaiveDate {
    at.date_naive()
}
