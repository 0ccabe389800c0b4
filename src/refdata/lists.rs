//! The code lists: one row type each, and the set of them that is built into the program.
//!
//! Codes are matched exactly. Names fall back to English. Whether an unknown code is a fault is not decided here.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, LazyLock};

use entrepost_goods::tongue::Tongue;
use rust_decimal::Decimal;

use super::id_countries::IdCountries;
use super::material::MaterialRow;
use super::table::{Cell, Fault, FromRow, Meta, Parsed, Row, read};

/// A language the lists have names in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    #[default]
    En,
    Fr,
    Es,
    Pt,
}

impl Language {
    pub const ALL: [Self; 4] = [Self::En, Self::Fr, Self::Es, Self::Pt];

    /// `EN`, `fr`, `pt-BR` …; `None` for a language without names here.
    pub fn parse(code: &str) -> Option<Self> {
        let primary = code.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.code()))
    }

    /// Two capital letters.
    pub fn code(self) -> &'static str {
        match self {
            Self::En => "EN",
            Self::Fr => "FR",
            Self::Es => "ES",
            Self::Pt => "PT",
        }
    }
}

impl From<Language> for Tongue {
    fn from(language: Language) -> Self {
        match language {
            Language::En => Self::En,
            Language::Fr => Self::Fr,
            Language::Es => Self::Es,
            Language::Pt => Self::Pt,
        }
    }
}

/// A name in up to four languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names([String; 4]);

impl Names {
    /// Reads `name_en` … `name_pt`, or `name` where a list has one name only.
    fn from_row(row: &Row<'_>) -> Cell<Self> {
        let english = match row.text("name_en") {
            "" => row.needed("name").map_err(|_| ("name_en", "empty, but a value is needed".to_owned()))?,
            name => name,
        };
        Ok(Self([english, row.text("name_fr"), row.text("name_es"), row.text("name_pt")].map(str::to_owned)))
    }

    /// The name in `language`, in English where it is missing.
    pub fn in_language(&self, language: Language) -> &str {
        match &self.0[language as usize] {
            name if name.is_empty() => &self.0[0],
            name => name,
        }
    }
}

/// A row that is found by a code and has a name.
pub trait Coded {
    fn code(&self) -> &str;
    fn names(&self) -> &Names;
}

/// A code list with its look-up.
#[derive(Clone, Debug)]
pub struct List<R> {
    meta: Meta,
    rows: Vec<R>,
    by_code: HashMap<String, usize>,
}

impl<R: Coded> List<R> {
    /// Of two rows with the same code the later one counts.
    pub fn new(meta: Meta, rows: Vec<R>) -> Self {
        let by_code = rows.iter().enumerate().map(|(at, row)| (row.code().to_owned(), at)).collect();
        Self { meta, rows, by_code }
    }

    /// The list with `rows` in the place of those that have their codes, or added to them.
    pub fn overlaid(&self, rows: Vec<R>) -> Self
    where
        R: Clone,
    {
        let replaced: HashSet<&str> = rows.iter().map(Coded::code).collect();
        let kept: Vec<R> = self.rows.iter().filter(|row| !replaced.contains(row.code())).cloned().collect();
        Self::new(self.meta.clone(), kept.into_iter().chain(rows).collect())
    }

    /// The row with this code.
    pub fn get(&self, code: &str) -> Option<&R> {
        self.by_code.get(code).and_then(|at| self.rows.get(*at))
    }

    /// Whether the list has this code.
    pub fn contains(&self, code: &str) -> bool {
        self.by_code.contains_key(code)
    }

    /// The name of `code`, `None` when it is not in the list.
    pub fn name(&self, code: &str, language: Language) -> Option<&str> {
        self.get(code).map(|row| row.names().in_language(language))
    }

    /// In the order of the file.
    pub fn rows(&self) -> &[R] {
        &self.rows
    }

    /// What the list says of itself.
    pub fn meta(&self) -> &Meta {
        &self.meta
    }
}

macro_rules! coded_row {
    ($(#[$doc:meta])* $name:ident [$($column:literal),*] { $($(#[$field_doc:meta])* $field:ident: $ty:ty = $read:expr;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name {
            pub code: String,
            pub names: Names,
            $($(#[$field_doc])* pub $field: $ty,)*
        }
        impl Coded for $name {
            fn code(&self) -> &str {
                &self.code
            }
            fn names(&self) -> &Names {
                &self.names
            }
        }
        impl FromRow for $name {
            const COLUMNS: &'static [&'static str] = &["code", $($column),*];
            fn from_row(row: &Row<'_>) -> Cell<Self> {
                $(let $field = ($read)(row)?;)*
                Ok(Self { code: row.needed("code")?.to_owned(), names: Names::from_row(row)?, $($field,)* })
            }
        }
    };
}

fn text(column: &'static str) -> impl Fn(&Row<'_>) -> Cell<String> {
    move |row| Ok(row.text(column).to_owned())
}

coded_row! {
    /// A code with its names and nothing more.
    Plain [] {}
}
coded_row! {
    /// A country or territory, ISO 3166-1 alpha-2.
    Country ["eu"] {
        /// Belongs to the customs territory of the European Union.
        eu: bool = |row: &Row<'_>| row.flag("eu");
        /// Its code of three letters; none where the standard has none, or the list does not say.
        alpha3: Option<String> = |row: &Row<'_>| match row.text("alpha3") {
            "" => Ok(None),
            _ => row.letters("alpha3", 3).map(Some),
        };
    }
}
coded_row! {
    /// A currency, ISO 4217.
    Currency ["minor_units"] {
        /// Decimals of its amounts; `None` where the standard defines none.
        minor_units: Option<u32> = |row: &Row<'_>| row.whole("minor_units");
    }
}
coded_row! {
    /// A designated postal operator, three characters. Its country cannot be read off its code.
    Operator ["country"] {
        country: String = |row: &Row<'_>| row.letters("country", 2);
    }
}
coded_row! {
    /// An office of exchange, six characters.
    Office ["operator"] {
        operator: String = |row: &Row<'_>| row.needed("operator").map(str::to_owned);
    }
}
coded_row! {
    /// A mail class.
    MailClass ["max_kg"] {
        /// The most that an item of the class may weigh; `None` where nothing is known of a limit.
        max_kg: Option<Decimal> = |row: &Row<'_>| row.optional_positive("max_kg");
    }
}
coded_row! {
    /// A mail sub-class (UPU list 117).
    MailSubclass ["mail_class"] {
        mail_class: String = text("mail_class");
    }
}
coded_row! {
    /// A reason of a customs decision.
    DecisionReason ["category"] {
        /// Category of the decisions it goes with.
        category: String = text("category");
    }
}
coded_row! {
    /// A kind of referral.
    ReferralCode ["needs_answer", "blocks", "reply_hours"] {
        needs_answer: bool = |row: &Row<'_>| row.flag("needs_answer");
        /// The item must not travel while it stands.
        blocks: bool = |row: &Row<'_>| row.flag("blocks");
        /// Hours within which an answer is due; 0 when none is expected.
        reply_hours: u32 = |row: &Row<'_>| Ok(row.whole("reply_hours")?.unwrap_or_default());
    }
}
coded_row! {
    /// An answer to a referral.
    ReferralResponseCode ["for_codes", "next_state"] {
        /// Referral codes it may answer; `any` for all.
        for_codes: Vec<String> = |row: &Row<'_>| Ok(row.text("for_codes").split_whitespace().map(str::to_owned).collect());
        next_state: String = text("next_state");
    }
}

/// A row of the decision table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecisionRow {
    /// Customs organization it counts for; empty for all.
    pub customs: String,
    pub code: String,
    pub names: Names,
    /// `Hold`, `Clearance`, `Prohibition` or `Information`.
    pub category: String,
    /// No further decision is expected.
    pub is_final: bool,
    pub opens_hold: bool,
}

/// The code by which every customs administration says that it received the data, and decides nothing.
const ACKNOWLEDGED: &str = "99";

impl FromRow for DecisionRow {
    const COLUMNS: &'static [&'static str] = &["customs", "code", "category", "final", "opens_hold"];
    fn from_row(row: &Row<'_>) -> Cell<Self> {
        let category = row.needed("category")?;
        if !["Hold", "Clearance", "Prohibition", "Information"].contains(&category) {
            return Err(("category", "expected Hold, Clearance, Prohibition or Information".into()));
        }
        let code = row.needed("code")?;
        if code.len() > 3 || !code.bytes().all(|b| b.is_ascii_digit()) {
            return Err(("code", "a decision code has one to three digits".into()));
        }
        if code == ACKNOWLEDGED && category != "Information" {
            return Err((
                "category",
                "99 acknowledges receipt for every customs: it may be renamed, and is Information".into(),
            ));
        }
        Ok(Self {
            customs: row.text("customs").to_owned(),
            code: code.to_owned(),
            names: Names::from_row(row)?,
            category: category.to_owned(),
            is_final: row.flag("final")?,
            opens_hold: row.flag("opens_hold")?,
        })
    }
}

/// Names that an installation may add to or replace: of countries, of operators, and of decisions. Of two rows of one code the later
/// counts.
#[derive(Clone, Debug)]
pub struct LocalNames {
    countries: HashMap<String, Names>,
    operators: HashMap<String, Names>,
    /// By customs organization (empty for all) and code.
    decisions: HashMap<(String, String), Names>,
}

impl LocalNames {
    pub fn new(countries: &[Country], operators: &[Operator], decisions: &[DecisionRow]) -> Self {
        let decision = |row: &DecisionRow| ((row.customs.clone(), row.code.clone()), row.names.clone());
        Self {
            countries: countries.iter().map(|row| (row.code.clone(), row.names.clone())).collect(),
            operators: operators.iter().map(|row| (row.code.clone(), row.names.clone())).collect(),
            decisions: decisions.iter().map(decision).collect(),
        }
    }

    /// Those of the lists built in.
    pub fn built_in() -> Arc<Self> {
        static NAMES: LazyLock<Arc<LocalNames>> = LazyLock::new(|| {
            Arc::new(LocalNames::new(lists().countries.rows(), lists().operators.rows(), &lists().decisions.rows))
        });
        Arc::clone(&NAMES)
    }

    pub fn country(&self, code: &str) -> Option<&Names> {
        self.countries.get(code)
    }

    pub fn operator(&self, code: &str) -> Option<&Names> {
        self.operators.get(code)
    }

    /// The name of a decision with this customs organization, else of everyone's.
    pub fn decision(&self, customs: &str, code: &str) -> Option<&Names> {
        let of = |owner: &str| self.decisions.get(&(owner.to_owned(), code.to_owned()));
        of(customs).or_else(|| of(""))
    }
}

/// A range of service indicators of the S10 item identifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct S10Indicator {
    /// First and last pair of letters, both included.
    pub from: String,
    pub to: String,
    /// Empty for domestic and bilateral ranges without a fixed class.
    pub mail_class: String,
    pub handling_class: String,
    /// The most that such an item may weigh, where that differs from its class.
    pub max_kg: Option<Decimal>,
    pub name: String,
}

impl FromRow for S10Indicator {
    const COLUMNS: &'static [&'static str] = &["from", "to", "mail_class", "handling_class", "max_kg", "name_en"];
    fn from_row(row: &Row<'_>) -> Cell<Self> {
        Ok(Self {
            from: row.letters("from", 2)?,
            to: row.letters("to", 2)?,
            mail_class: row.text("mail_class").to_owned(),
            handling_class: row.text("handling_class").to_owned(),
            max_kg: row.optional_positive("max_kg")?,
            name: row.text("name_en").to_owned(),
        })
    }
}

/// What is written for a country and is no code of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CountryAlias {
    pub code: String,
    /// The countries it may mean; none for what is no country at all.
    pub instead: Vec<String>,
    /// Why it is no code; empty where that goes without saying.
    pub note: String,
}

impl FromRow for CountryAlias {
    const COLUMNS: &'static [&'static str] = &["code", "instead", "note"];
    fn from_row(row: &Row<'_>) -> Cell<Self> {
        let instead = row.text("instead").split_whitespace().map(str::to_owned).collect();
        Ok(Self { code: row.needed("code")?.to_owned(), instead, note: row.text("note").to_owned() })
    }
}

/// How a word of a description stands to what the goods are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordKind {
    /// Names no goods, wherever it stands.
    Nothing,
    /// Names a class of goods; two of them together may name goods (`tool box`).
    Class,
    /// Joins two descriptions.
    Joins,
    /// Names goods, though it is short or made of listed words; compared as written.
    Goods,
}

/// A word or phrase of descriptions that does not say what the goods are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StopWord {
    /// Two capital letters; any language.
    pub language: String,
    pub word: String,
    pub kind: WordKind,
    /// What to write instead, in the language of the word; may be empty.
    pub use_instead: String,
}

impl FromRow for StopWord {
    const COLUMNS: &'static [&'static str] = &["language", "word", "kind", "use_instead"];
    fn from_row(row: &Row<'_>) -> Cell<Self> {
        let kind = match row.text("kind") {
            "nothing" => WordKind::Nothing,
            "class" => WordKind::Class,
            "joins" => WordKind::Joins,
            "goods" => WordKind::Goods,
            _ => return Err(("kind", "expected nothing, class, joins or goods".into())),
        };
        let word = row.needed("word")?;
        if !word.chars().any(char::is_alphanumeric) {
            return Err(("word", "a word has letters".into()));
        }
        let language = row.letters("language", 2)?;
        Ok(Self { language, word: word.to_owned(), kind, use_instead: row.text("use_instead").to_owned() })
    }
}

/// A value typed to get past a required field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filler {
    /// Covers the whole trimmed value; `*` stands for any run of characters.
    pub pattern: String,
    /// `name`, `address`, `zip`, `phone` or `email`.
    pub kind: String,
    pub note: String,
}

impl FromRow for Filler {
    const COLUMNS: &'static [&'static str] = &["pattern", "kind", "note"];
    fn from_row(row: &Row<'_>) -> Cell<Self> {
        Ok(Self {
            pattern: row.needed("pattern")?.to_owned(),
            kind: row.needed("kind")?.to_owned(),
            note: row.text("note").to_owned(),
        })
    }
}

/// The texts of the lists built into the program: file name and content.
pub const EMBEDDED: &[(&str, &str)] = &[
    ("cds_states.csv", include_str!("../../refdata/cds_states.csv")),
    ("countries.csv", include_str!("../../refdata/countries.csv")),
    ("country_aliases.csv", include_str!("../../refdata/country_aliases.csv")),
    ("currencies.csv", include_str!("../../refdata/currencies.csv")),
    ("data_quality_fillers.csv", include_str!("../../refdata/data_quality_fillers.csv")),
    ("decision_reasons.csv", include_str!("../../refdata/decision_reasons.csv")),
    ("decisions.csv", include_str!("../../refdata/decisions.csv")),
    ("document_types.csv", include_str!("../../refdata/document_types.csv")),
    ("handling_classes.csv", include_str!("../../refdata/handling_classes.csv")),
    ("id_countries.csv", include_str!("../../refdata/id_countries.csv")),
    ("mail_categories.csv", include_str!("../../refdata/mail_categories.csv")),
    ("mail_classes.csv", include_str!("../../refdata/mail_classes.csv")),
    ("mail_states.csv", include_str!("../../refdata/mail_states.csv")),
    ("mail_subclasses.csv", include_str!("../../refdata/mail_subclasses.csv")),
    ("material.csv", include_str!("../../refdata/material.csv")),
    ("nature_types.csv", include_str!("../../refdata/nature_types.csv")),
    ("non_delivery.csv", include_str!("../../refdata/non_delivery.csv")),
    ("offices.csv", include_str!("../../refdata/offices.csv")),
    ("operators.csv", include_str!("../../refdata/operators.csv")),
    ("referral_codes.csv", include_str!("../../refdata/referral_codes.csv")),
    ("referral_response_codes.csv", include_str!("../../refdata/referral_response_codes.csv")),
    ("s10_indicators.csv", include_str!("../../refdata/s10_indicators.csv")),
    STOP_WORDS,
    ("tax_types.csv", include_str!("../../refdata/tax_types.csv")),
    ("transport_modes.csv", include_str!("../../refdata/transport_modes.csv")),
];

/// The text of the vague words built into the program.
pub const STOP_WORDS: (&str, &str) = ("stop_words.csv", include_str!("../../refdata/stop_words.csv"));

/// Reads one embedded list; its faults are kept for [`Lists::faults`].
pub(super) fn embedded<R: FromRow>(file: &'static str, faults: &mut Vec<(&'static str, Fault)>) -> Parsed<R> {
    let text = EMBEDDED.iter().find(|(name, _)| *name == file).map_or("", |(_, text)| text);
    let mut parsed = read(text.as_bytes());
    faults.extend(parsed.faults.drain(..).map(|fault| (file, fault)));
    parsed
}

macro_rules! lists {
    ($($(#[$doc:meta])* $name:ident: $row:ty = $file:literal;)* [] $($(#[$raw_doc:meta])* $raw:ident: $raw_row:ty = $raw_file:literal;)*) => {
        /// Every code list built into the program.
        #[derive(Debug)]
        pub struct Lists {
            $($(#[$doc])* pub $name: List<$row>,)*
            $($(#[$raw_doc])* pub $raw: Parsed<$raw_row>,)*
            /// Faults of the embedded files; empty, as a test makes sure.
            pub faults: Vec<(&'static str, Fault)>,
        }
        impl Lists {
            fn load() -> Self {
                let mut faults = Vec::new();
                $(let parsed = embedded::<$row>($file, &mut faults);
                let $name = List::new(parsed.meta, parsed.rows);)*
                $(let $raw = embedded::<$raw_row>($raw_file, &mut faults);)*
                Self { $($name,)* $($raw,)* faults }
            }
        }
    };
}

lists! {
    cds_states: Plain = "cds_states.csv";
    countries: Country = "countries.csv";
    currencies: Currency = "currencies.csv";
    decision_reasons: DecisionReason = "decision_reasons.csv";
    document_types: Plain = "document_types.csv";
    handling_classes: Plain = "handling_classes.csv";
    mail_categories: Plain = "mail_categories.csv";
    mail_classes: MailClass = "mail_classes.csv";
    mail_states: Plain = "mail_states.csv";
    mail_subclasses: MailSubclass = "mail_subclasses.csv";
    nature_types: Plain = "nature_types.csv";
    non_delivery: Plain = "non_delivery.csv";
    offices: Office = "offices.csv";
    operators: Operator = "operators.csv";
    referral_codes: ReferralCode = "referral_codes.csv";
    referral_response_codes: ReferralResponseCode = "referral_response_codes.csv";
    tax_types: Plain = "tax_types.csv";
    transport_modes: Plain = "transport_modes.csv";
    []
    country_aliases: CountryAlias = "country_aliases.csv";
    decisions: DecisionRow = "decisions.csv";
    fillers: Filler = "data_quality_fillers.csv";
    id_countries: IdCountries = "id_countries.csv";
    material: MaterialRow = "material.csv";
    s10_indicators: S10Indicator = "s10_indicators.csv";
    stop_words: StopWord = "stop_words.csv";
}

/// The code lists built into the program, read once.
pub fn lists() -> &'static Lists {
    static LISTS: LazyLock<Lists> = LazyLock::new(Lists::load);
    &LISTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_embedded_list_is_without_fault() {
        assert_eq!(lists().faults, []);
        assert!(lists().countries.rows().len() > 240);
        assert!(lists().stop_words.rows.len() > 350);
        assert_eq!(lists().decisions.meta.version, "2026-11-26");
    }

    #[test]
    fn no_code_stands_twice_in_a_list() {
        let lists = lists();
        assert_eq!(lists.countries.rows().len(), lists.countries.by_code.len());
        assert_eq!(lists.currencies.rows().len(), lists.currencies.by_code.len());
        assert_eq!(lists.operators.rows().len(), lists.operators.by_code.len());
        assert_eq!(lists.decision_reasons.rows().len(), lists.decision_reasons.by_code.len());
    }

    #[test]
    fn lists_that_point_at_each_other_agree() {
        let lists = lists();
        for operator in lists.operators.rows() {
            assert!(lists.countries.contains(&operator.country), "{} is in no known country", operator.code);
        }
        for office in lists.offices.rows() {
            assert!(lists.operators.contains(&office.operator), "{} belongs to no known operator", office.code);
        }
        for alias in &lists.country_aliases.rows {
            assert!(!lists.countries.contains(&alias.code), "{} is a country", alias.code);
            assert!(alias.instead.iter().all(|code| lists.countries.contains(code)), "{}", alias.code);
            assert!(!alias.instead.is_empty() || !alias.note.is_empty(), "{} gives no advice", alias.code);
        }
        for subclass in lists.mail_subclasses.rows() {
            assert!(lists.mail_classes.contains(&subclass.mail_class));
        }
        for answer in lists.referral_response_codes.rows() {
            let known = |code: &String| code == "any" || lists.referral_codes.contains(code);
            assert!(answer.for_codes.iter().all(known), "{} answers an unknown referral", answer.code);
        }
    }

    #[test]
    fn names_come_in_four_languages_and_fall_back_to_english() {
        let countries = &lists().countries;
        assert_eq!(countries.name("DE", Language::Fr), Some("Allemagne"));
        assert_eq!(countries.name("DE", Language::Pt), Some("Alemanha"));
        assert_eq!(countries.name("XX", Language::En), None);
        assert_eq!(lists().offices.name("DEFRAA", Language::Es), Some("Frankfurt international mail centre"));
        assert_eq!(Language::parse("pt-BR"), Some(Language::Pt));
        assert_eq!(Language::parse("est"), None);
    }
}
