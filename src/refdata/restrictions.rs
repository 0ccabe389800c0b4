//! Prohibitions and restrictions: the rules, which codes they cover, for whom and when they hold.
//!
//! A rule is a fact of a destination (or of the UPU, for all destinations). Whether it applies to an item is a matter
//! for people: a rule found is a reason to look, and says why it was found.

use std::sync::LazyLock;

use chrono::NaiveDate;

use super::hs::nomenclature;
use super::lists::{Coded, Language, lists};
use super::table::{Cell, FromRow, Parsed, Row, read, shown};
use crate::contract::RestrictionProhibition;
use crate::contract::hs_code::DASHES;

/// One rule against certain goods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restriction {
    /// Country that imposes it; empty for a rule of the UPU that holds for all.
    pub destination: String,
    /// P prohibited, R restricted.
    pub category: String,
    /// The goods, in `language`.
    pub description: String,
    /// Codes and ranges in digits, both ends of equal length.
    pub from_hs: String,
    pub to_hs: String,
    /// Divided by commas.
    pub hs_list: String,
    /// Sending countries it is limited to; empty means all.
    pub sending_countries: Vec<String>,
    /// Code of the language of the texts.
    pub language: String,
    /// The goods one by one, with semicolons between them, where the description does not list them so: names, what goods
    /// are made of (`of ivory`) or have in them (`with lithium battery`). In `language`.
    pub goods: String,
    pub note: String,
    pub website: String,
    pub source: String,
    pub valid_from: Option<NaiveDate>,
    /// Last day.
    pub valid_to: Option<NaiveDate>,
    spans: Vec<HsSpan>,
    exceptions: Vec<HsSpan>,
}

/// How a code lies to the codes of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HsFit {
    /// The rule covers everything the code stands for; holds the code or range of the rule.
    Covered(String),
    /// The rule covers a part of it only: the code is shorter than those of the rule, or of its exceptions.
    Partly(String),
}

/// A code or a range of codes of any length, both ends included.
#[derive(Clone, Debug, PartialEq, Eq)]
struct HsSpan {
    low: u64,
    high: u64,
    text: String,
}

/// An HS code as rules are compared with it: all codes that begin with its digits.
#[derive(Clone, Debug)]
pub struct HsCode {
    /// Its digits alone.
    pub digits: String,
    low: u64,
    high: u64,
}

impl HsCode {
    /// Reads a code of any length from two digits; dots and blanks do not count.
    pub fn parse(code: &str) -> Option<Self> {
        let mut digits = digits(code);
        digits.truncate(DIGITS);
        let (low, high) = bounds(&digits)?;
        Some(Self { digits, low, high })
    }
}

/// Digits that codes are compared with; longer ones are cut.
const DIGITS: usize = 14;

/// The lowest and the highest code that begin with `digits`.
fn bounds(digits: &str) -> Option<(u64, u64)> {
    let digits = digits.get(..DIGITS.min(digits.len()))?;
    if digits.len() < 2 || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some((format!("{digits:0<DIGITS$}").parse().ok()?, format!("{digits:9<DIGITS$}").parse().ok()?))
}

impl HsSpan {
    /// Reads `0601`, `06.01`, `0601-0604`, or the short form of the UPU's lists, `06.01-04`.
    fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let mut ends = text.split(DASHES).map(str::trim);
        match (ends.next(), ends.next(), ends.next()) {
            (Some(code), None, _) => Self::between(code, code),
            (Some(from), Some(to), None) => Self::between(from, &lengthened(from, to)),
            _ => Err(format!("`{}` has more than two ends; set ranges apart with commas", shown(text))),
        }
    }

    /// From the first code that begins with `from` to the last that begins with `to`.
    fn between(from: &str, to: &str) -> Result<Self, String> {
        let (first, last) = (listed(from)?, listed(to)?);
        let text = if first == last { first.clone() } else { format!("{first}-{last}") };
        if first.len() != last.len() {
            return Err(format!("the ends of `{text}` differ in length; write both alike, like 0601-0604"));
        }
        match (bounds(&first), bounds(&last)) {
            (Some((low, _)), Some((_, high))) if low <= high => Ok(Self { low, high, text }),
            _ => Err(format!("`{text}` is no range of HS codes; write the lower code first")),
        }
    }

    /// Reads codes and ranges with commas, semicolons or blanks between them.
    fn parse_list(list: &str) -> Result<Vec<Self>, String> {
        if is_decimal(list) {
            let problem =
                "may be one code with a decimal comma; write a dot, or a blank behind a comma that divides codes";
            return Err(format!("`{}` {problem}", shown(list)));
        }
        let list = without_blanks_at_dashes(list);
        let parts = list.split([',', ';']).filter(|part| !part.trim().is_empty());
        parts.flat_map(split_at_blanks).map(|part| Self::parse(&part?)).collect()
    }

    fn holds(&self, code: &HsCode) -> bool {
        self.low <= code.low && code.high <= self.high
    }

    fn touches(&self, code: &HsCode) -> bool {
        self.low <= code.high && code.low <= self.high
    }
}

/// The codes of a part without commas. Blanks may divide codes or, as in `8507 60`, the digits of one: then the latter
/// would be read as chapters, so two digits are not taken beside others.
fn split_at_blanks(part: &str) -> impl Iterator<Item = Result<String, String>> {
    let codes: Vec<&str> = part.split_whitespace().collect();
    let is_unclear = codes.len() > 1 && codes.iter().any(|code| code.len() == 2);
    let unclear = format!("`{}` may be one code or several; set codes apart with commas", shown(part));
    let codes: Vec<String> = codes.into_iter().map(str::to_owned).collect();
    codes.into_iter().map(move |code| if is_unclear { Err(unclear.clone()) } else { Ok(code) })
}

/// Whether a list may be a heading or subheading that a spreadsheet took for a number, like `10,06`.
fn is_decimal(list: &str) -> bool {
    let parts = list.trim().split_once(',').map(|(whole, rest)| (whole.len(), rest.len()));
    matches!(parts, Some((2 | 4, 2))) && list.trim().bytes().all(|byte| byte.is_ascii_digit() || byte == b',')
}

/// A list in which each dash stands between its ends, with a hyphen for every kind of dash.
fn without_blanks_at_dashes(list: &str) -> String {
    list.split(DASHES).map(str::trim).collect::<Vec<_>>().join("-")
}

/// The upper end of a range with what the short form leaves out of it: in `01.01-06` it is 01.06.
fn lengthened(from: &str, to: &str) -> String {
    match from.rsplit_once('.') {
        Some((kept, last)) if !to.contains('.') && last.len() == to.len() => format!("{kept}.{to}"),
        _ => to.to_owned(),
    }
}

/// The digits of a code as lists write it: 2, 4, 6, 8 or 10 of them, with dots at most after pairs. Anything else may be what
/// a spreadsheet made of a code: a leading zero lost, a date, a number with exponent.
fn listed(code: &str) -> Result<String, String> {
    let groups: Vec<&str> = code.split('.').collect();
    let has_form = |at: usize, group: &&str| match (at, group.len()) {
        (0, 2 | 4) | (_, 2) => true,
        // National digits: four at once, behind a heading written in one.
        (_, 4) => groups.first().is_some_and(|first| first.len() == 4),
        _ => groups.len() == 1 && matches!(group.len(), 6 | 8 | 10),
    };
    let digits = groups.concat();
    let is_code = digits.len() <= 10 && digits.bytes().all(|byte| byte.is_ascii_digit());
    // Three pairs may be a date, and are one where there is no such code.
    let is_date = groups.len() == 3 && groups[0].len() == 2 && nomenclature().get(&digits).is_none();
    if is_code && !is_date && groups.iter().enumerate().all(|(at, group)| has_form(at, group)) {
        return Ok(digits);
    }
    let forms = "2, 4, 6, 8 or 10 digits, like 0402, 04.02 or 0402.10, or a range of such codes like 0601-0604";
    let remedy = "a leading zero or an exponent is the work of a spreadsheet: make the column text";
    Err(format!("`{}` is no HS code: {forms} ({remedy})", shown(code)))
}

fn digits(code: &str) -> String {
    code.chars().filter(char::is_ascii_digit).collect()
}

impl FromRow for Restriction {
    const COLUMNS: &'static [&'static str] = &[
        "destination",
        "category",
        "description",
        "from_hs",
        "to_hs",
        "hs_list",
        "hs_except",
        "sending_countries",
        "language",
        "note",
    ];

    fn from_row(row: &Row<'_>) -> Cell<Self> {
        let category = row.needed("category")?;
        if !matches!(category, "P" | "R") {
            return Err(("category", format!("`{}` is neither P nor R", shown(category))));
        }
        let destination = row.text("destination");
        if !destination.is_empty() {
            row.letters("destination", 2)?;
        }
        let mut spans = HsSpan::parse_list(row.text("hs_list")).map_err(|problem| ("hs_list", problem))?;
        let hs_list = spans.iter().map(|span| span.text.as_str()).collect::<Vec<_>>().join(",");
        let range = range(row)?;
        let (from_hs, to_hs) = ends(range.as_ref());
        spans.extend(range);
        let sending = row.text("sending_countries").split([',', ';', ' ']).filter(|country| !country.is_empty());
        Ok(Self {
            destination: destination.to_owned(),
            category: category.to_owned(),
            description: row.needed("description")?.to_owned(),
            from_hs,
            to_hs,
            hs_list,
            sending_countries: sending.map(str::to_ascii_uppercase).collect(),
            language: row.needed("language")?.to_ascii_uppercase(),
            goods: row.text("goods").to_owned(),
            note: row.text("note").to_owned(),
            website: row.text("website").to_owned(),
            source: row.text("source").to_owned(),
            valid_from: row.date("valid_from")?,
            valid_to: row.date("valid_to")?,
            spans,
            exceptions: HsSpan::parse_list(row.text("hs_except")).map_err(|problem| ("hs_except", problem))?,
        })
    }
}

/// The range that stands in the columns `from_hs` and `to_hs`.
fn range(row: &Row<'_>) -> Cell<Option<HsSpan>> {
    let span = match (row.text("from_hs"), row.text("to_hs")) {
        ("", "") => return Ok(None),
        ("", _) => return Err(("from_hs", "empty, but to_hs is given".into())),
        (from, "") => HsSpan::parse(from),
        (from, to) => HsSpan::between(from, to),
    };
    span.map(Some).map_err(|problem| ("from_hs", problem))
}

/// The first and the last code of a range.
fn ends(span: Option<&HsSpan>) -> (String, String) {
    let Some(span) = span else { return (String::new(), String::new()) };
    let (first, last) = span.text.split_once('-').unwrap_or((&span.text, ""));
    (first.to_owned(), last.to_owned())
}

impl Restriction {
    /// Whether the rule holds for an item from `sending` to `destination` on a day. An unknown sending country (empty)
    /// may be any.
    pub fn holds(&self, destination: &str, sending: &str, on: NaiveDate) -> bool {
        let there = self.destination.is_empty() || self.destination == destination;
        let here = sending.is_empty()
            || self.sending_countries.is_empty()
            || self.sending_countries.iter().any(|country| country == sending);
        let now = self.valid_from.is_none_or(|from| from <= on) && self.valid_to.is_none_or(|to| on <= to);
        there && here && now
    }

    /// Whether the rule names codes at all; else its description is all there is.
    pub fn has_codes(&self) -> bool {
        !self.spans.is_empty()
    }

    /// Whether the rule covers `code`.
    pub fn fit(&self, code: &HsCode) -> Option<HsFit> {
        if self.exceptions.iter().any(|exception| exception.holds(code)) {
            return None;
        }
        let partly_excepted = self.exceptions.iter().any(|exception| exception.touches(code));
        let covering = self.spans.iter().find(|span| span.holds(code));
        match covering {
            Some(span) if !partly_excepted => Some(HsFit::Covered(span.text.clone())),
            Some(span) => Some(HsFit::Partly(span.text.clone())),
            None => self.spans.iter().find(|span| span.touches(code)).map(|span| HsFit::Partly(span.text.clone())),
        }
    }

    /// The language of the texts as far as it is one of ours, else English.
    pub fn text_language(&self) -> Language {
        Language::parse(&self.language).unwrap_or_default()
    }

    /// What the rule rests on, and from when on it holds; empty where its list does not say.
    fn source_told(&self) -> String {
        match (self.source.as_str(), self.valid_from) {
            ("", _) => String::new(),
            (source, None) => format!("Source: {source}."),
            (source, Some(from)) => format!("Source: {source}; holds from {from}."),
        }
    }

    /// The rule as it travels; the note goes on with its source, and at the end with `reason`, why it was found.
    pub fn to_contract(&self, reason: &str) -> RestrictionProhibition {
        let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let reason = if reason.is_empty() { String::new() } else { format!("[{reason}]") };
        let source = self.source_told();
        let note = [self.note.as_str(), &source, &reason];
        let note: Vec<&str> = note.into_iter().filter(|part| !part.is_empty()).collect();
        RestrictionProhibition {
            description: filled(&self.description),
            from_hs_code: filled(&self.from_hs),
            hs_code_list: filled(&self.hs_list),
            language_cd: filled(&self.language),
            organization_cd: Some(organization(&self.destination)),
            p_category: filled(&self.category),
            restricted_countries: filled(&self.sending_countries.join(",")),
            restriction_note: filled(&note.join(" ")),
            to_hs_code: filled(&self.to_hs),
            website_info: filled(&self.website),
            ..RestrictionProhibition::default()
        }
    }
}

/// The main post of a country, `UPU` for none, the country itself where its post is not listed.
fn organization(country: &str) -> String {
    if country.is_empty() {
        return "UPU".into();
    }
    let main = lists().operators.rows().iter().find(|operator| operator.country == country);
    main.map_or(country, |operator| operator.code()).to_owned()
}

/// The text of the rules built into the program.
pub const EMBEDDED: (&str, &str) = ("restrictions.csv", include_str!("../../refdata/restrictions.csv"));

/// The rules built into the program: a seed from public law, no substitute for the lists of the posts.
pub fn seed() -> &'static Parsed<Restriction> {
    static SEED: LazyLock<Parsed<Restriction>> = LazyLock::new(|| read(EMBEDDED.1.as_bytes()));
    &SEED
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use chrono::Datelike;

    use super::*;

    fn rule(from: &str, to: &str, list: &str, except: &str) -> Restriction {
        let header = "destination,category,description,from_hs,to_hs,hs_list,hs_except,sending_countries,language,note,\
                      valid_from,valid_to";
        let text = format!(
            "{header}\nAU,P,Goods,{from},{to},\"{list}\",\"{except}\",\"CN;RU\",EN,Why,2026-01-01,2026-06-30\n"
        );
        let parsed = read::<Restriction>(text.as_bytes());
        assert_eq!(parsed.faults, []);
        parsed.rows.into_iter().next().unwrap()
    }

    fn covered(fit: Option<HsFit>) -> Option<bool> {
        fit.map(|fit| matches!(fit, HsFit::Covered(_)))
    }

    #[test]
    fn the_seed_is_without_fault_and_its_codes_exist() {
        assert_eq!(seed().faults, []);
        let nomenclature = crate::refdata::hs::nomenclature();
        for rule in &seed().rows {
            let ends = rule.spans.iter().chain(&rule.exceptions).flat_map(|span| span.text.split('-'));
            let unknown: Vec<&str> = ends.filter(|code| nomenclature.get(code).is_none()).collect();
            assert!(unknown.is_empty(), "{unknown:?} of `{}`", rule.description);
        }
    }

    /// The years that a source names: `Act 2015`, `Regulation (EU) 2019/880`.
    fn years(source: &str) -> Vec<i32> {
        let numbers = source.split(|c: char| !c.is_ascii_digit()).filter(|digits| digits.len() == 4);
        numbers.filter_map(|digits| digits.parse().ok()).filter(|year| (1900..2100).contains(year)).collect()
    }

    #[test]
    fn every_rule_names_its_source_and_holds_no_earlier_than_it() {
        let list = seed().meta.valid_from.expect("the list is dated");
        for rule in &seed().rows {
            let told = format!("{} `{}`: {}", rule.destination, rule.description, rule.source);
            assert!(!rule.source.is_empty() && rule.website.starts_with("https://"), "{told}");
            let from = rule.valid_from.unwrap_or_else(|| panic!("{told}: no date"));
            assert!(from >= list && rule.valid_to.is_none_or(|to| to >= from), "{told}: {from}");
            // Where a newer act took over from an older one, the rule is as old as that.
            let oldest = years(&rule.source).into_iter().min();
            assert!(oldest.is_none_or(|year| year <= from.year()), "{told}: {from}");
            let note = rule.to_contract("found by: x").restriction_note.expect("a note");
            assert!(note.contains(&format!("Source: {}; holds from {from}. [found by: x]", rule.source)), "{note}");
        }
        let places: HashSet<&str> = seed().rows.iter().map(|rule| rule.destination.as_str()).collect();
        assert_eq!(places.len(), 18, "17 destinations, and the UPU's own");
    }

    #[test]
    fn codes_fit_at_every_length() {
        let rule = rule("2401", "2403", "850760,09", "240210");
        let fit = |code: &str| HsCode::parse(code).and_then(|code| rule.fit(&code));
        for (code, expected) in [
            ("2401", Some(true)),
            ("240399", Some(true)),
            ("2403.99.10", Some(true)),
            ("24039910 00", Some(true)),
            ("2404", None),
            ("240210", None),
            ("24021000", None),
            ("2402", Some(false)),
            ("24", Some(false)),
            ("85", Some(false)),
            ("8507", Some(false)),
            ("8507609090", Some(true)),
            ("850750", None),
            ("0902", Some(true)),
            ("09", Some(true)),
            ("9", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(covered(fit(code)), expected, "{code}");
        }
        assert_eq!(fit("240399"), Some(HsFit::Covered("2401-2403".into())));
    }

    /// The codes that a list is read as, or the problem.
    fn list(text: &str) -> Result<String, String> {
        let spans = HsSpan::parse_list(text)?;
        Ok(spans.iter().map(|span| span.text.as_str()).collect::<Vec<_>>().join(","))
    }

    #[test]
    fn ranges_are_read_in_every_form_that_lists_have() {
        for (typed, read) in [
            ("0601-0604", "0601-0604"),
            ("0601\u{2013}0604", "0601-0604"),
            ("0601 \u{2014} 0604", "0601-0604"),
            ("06.01-06.04", "0601-0604"),
            ("06.01-04", "0601-0604"),
            ("06.01 \u{2013} 04", "0601-0604"),
            ("0601.10-20", "060110-060120"),
            ("01-06", "01-06"),
            ("0402, 04.02.10;0402.10.11 8517.62.0090", "0402,040210,04021011,8517620090"),
            ("0402 0403", "0402,0403"),
            ("0101.2110", "01012110"),
            ("09", "09"),
            ("10, 06", "10,06"),
            ("01.06.20", "010620"),
            ("0601-0601", "0601"),
            (" , ;", ""),
        ] {
            assert_eq!(list(typed).as_deref(), Ok(read), "{typed}");
        }
    }

    #[test]
    fn what_may_be_another_code_is_refused() {
        for typed in [
            "402",
            "6",
            "10512",
            "6.1E+05",
            "6,1E+05",
            "1.01",
            "0101.1",
            "6109.1",
            "0402.0",
            "610910.0",
            "01.06.2026",
            "0101/0106",
            "0101-106",
            "0101-06",
            "01-0106",
            "0604-0601",
            "01.06-01",
            "0101-0106-0108",
            "0101-",
            "-0101",
            "0101..10",
            "0101.",
            "HS0402",
            "\u{0660}\u{0664}\u{0660}\u{0662}",
            "8507 60",
            "0901 21 00",
            "0601 to 0604",
            "'0402",
            "=\"0402\"",
            "01-Jun",
            "090121001122",
            "0601\u{2013}0604\u{2013}",
            "ex 0402",
            "10,06",
            "8517,62",
            "12.10.26",
            "85.17.62.0090",
        ] {
            assert!(list(typed).is_err(), "{typed}: {:?}", list(typed));
        }
    }

    #[test]
    fn destination_sending_country_and_dates_limit_a_rule() {
        let rule = rule("", "", "2402", "");
        let day = |text: &str| text.parse().unwrap();
        assert!(rule.holds("AU", "CN", day("2026-01-01")) && rule.holds("AU", "", day("2026-06-30")));
        assert!(!rule.holds("NZ", "CN", day("2026-03-01")));
        assert!(!rule.holds("AU", "DE", day("2026-03-01")));
        assert!(!rule.holds("AU", "CN", day("2025-12-31")) && !rule.holds("AU", "CN", day("2026-07-01")));
        let upu = Restriction { destination: String::new(), ..rule };
        assert!(upu.holds("NZ", "CN", day("2026-03-01")));
    }

    #[test]
    fn a_rule_travels_with_its_reason() {
        let answer = rule("2401", "2403", "", "").to_contract("HS 2402 lies in 2401-2403");
        assert_eq!(answer.organization_cd.as_deref(), Some("AUA"));
        assert_eq!(answer.restriction_note.as_deref(), Some("Why [HS 2402 lies in 2401-2403]"));
        assert_eq!(answer.restricted_countries.as_deref(), Some("CN,RU"));
        assert_eq!((answer.from_hs_code.as_deref(), answer.to_hs_code.as_deref()), (Some("2401"), Some("2403")));
        assert_eq!(organization(""), "UPU");
    }

    #[test]
    fn rows_that_cannot_be_used_are_faults() {
        let header = "destination,category,description,from_hs,to_hs,hs_list,hs_except,sending_countries,language,note";
        let rows = [
            "Au,P,x,,,,,,EN,",
            "AU,X,x,,,,,,EN,",
            "AU,P,x,2403,2401,,,,EN,",
            "AU,P,x,105,106,,,,EN,",
            "AU,P,x,01.01,06,,,,EN,",
            "AU,P,x,,,24x-y,,,EN,",
            "AU,P,x,,,2401,402,,EN,",
            "AU,P,,,,,,,EN,",
        ];
        let parsed = read::<Restriction>(format!("{header}\n{}\n", rows.join("\n")).as_bytes());
        let columns: Vec<&str> = parsed.faults.iter().map(|fault| fault.column.as_str()).collect();
        let expected =
            ["destination", "category", "from_hs", "from_hs", "from_hs", "hs_list", "hs_except", "description"];
        assert_eq!(columns, expected);
    }
}
