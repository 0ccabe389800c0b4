//! Reading rules from a TOML text. All mistakes are reported together, each with its rule and key.
//!
//! Amounts and rates are written in quotes (`"22.50"`) or as whole numbers: a bare `22.5` would pass through a binary
//! number.

use std::fmt;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use toml::{Table, Value};

use super::condition::{Condition, Presence, QualityState, RestrictionState};
use super::rule::{Answer, AutoRule, Charge, RuleSet, TaxRule};
use crate::domain::Category;
use crate::limits;
use crate::refdata::lists::{Coded, Country, List, lists};
use crate::refdata::search::text::plain_words;
use crate::rules::decision::DecisionTable;
use crate::rules::quality;

/// One mistake in a text of rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFault {
    /// Name of the rule, or its number where it has none; empty for the text as a whole.
    pub rule: String,
    /// Key within the rule, for example `when.origin`.
    pub key: String,
    /// What is wrong and what is expected.
    pub problem: String,
}

impl fmt::Display for RuleFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.rule.as_str(), self.key.as_str()) {
            ("", "") => f.write_str(&self.problem),
            ("", key) => write!(f, "{key}: {}", self.problem),
            (rule, key) => write!(f, "rule {rule}, {key}: {}", self.problem),
        }
    }
}

/// Reads `[[rule]]` tables; decisions are looked up for `customs`.
///
/// # Errors
/// Every mistake; a text with one is not used at all.
pub fn parse(
    text: &str,
    decisions: &DecisionTable,
    countries: &List<Country>,
    customs: &str,
) -> Result<RuleSet, Vec<RuleFault>> {
    let whole = |problem: String| vec![RuleFault { rule: String::new(), key: String::new(), problem }];
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = text.get(..at).map_or(1, |before| before.matches('\n').count() + 1);
        whole(format!("line {line}: {}", error.message()))
    })?;
    let mut reader = Reader { faults: Vec::new(), decisions, countries, customs };
    let mut rules = Vec::new();
    for (key, value) in &table {
        match value.as_array().filter(|_| key == "rule") {
            Some(list) => rules = reader.rules(list),
            None => reader.faults.push(RuleFault {
                rule: String::new(),
                key: key.clone(),
                problem: "not known here; rules stand in [[rule]] tables".into(),
            }),
        }
    }
    if reader.faults.is_empty() { Ok(RuleSet::new(rules)) } else { Err(reader.faults) }
}

struct Reader<'a> {
    faults: Vec<RuleFault>,
    decisions: &'a DecisionTable,
    countries: &'a List<Country>,
    customs: &'a str,
}

/// The keys of one table, with the place they stand in.
struct Keys<'a> {
    rule: &'a str,
    within: &'static str,
    table: &'a Table,
}

const RULE_KEYS: &[&str] = &["name", "priority", "enabled", "valid_from", "valid_to", "when", "then"];
const WHEN_KEYS: &[&str] = &[
    "flow",
    "origin",
    "not_origin",
    "destination",
    "mail_class",
    "nature",
    "value_min",
    "value_max",
    "value_currency",
    "hs_any",
    "hs_all",
    "hs_none",
    "restriction",
    "quality",
    "quality_score_below",
    "quality_rules",
    "sender_words",
    "recipient_words",
    "watchdog",
];
const THEN_KEYS: &[&str] = &["decision", "reason", "reason_text", "tax", "fee"];
const TAX_KEYS: &[&str] = &["type", "amount", "rate", "currency"];
const FEE_KEYS: &[&str] = &["amount", "currency"];

impl Reader<'_> {
    fn rules(&mut self, list: &[Value]) -> Vec<AutoRule> {
        if list.len() > limits::AUTO_RULES {
            let problem = format!("more than {} rules; merge some", limits::AUTO_RULES);
            self.faults.push(RuleFault { rule: String::new(), key: "rule".into(), problem });
            return Vec::new();
        }
        let mut rules: Vec<AutoRule> = Vec::new();
        for (at, value) in list.iter().enumerate() {
            let empty = Table::new();
            let table = value.as_table().unwrap_or(&empty);
            let number = format!("#{}", at + 1);
            let name = table.get("name").and_then(Value::as_str).map_or(number.as_str(), str::trim);
            let keys = Keys { rule: name, within: "", table };
            if rules.iter().any(|rule| rule.name == name) {
                self.fault(&keys, "name", "used twice; give each rule its own name");
            }
            if let Some(rule) = self.rule(&keys) {
                rules.push(rule);
            }
        }
        rules
    }

    fn rule(&mut self, keys: &Keys<'_>) -> Option<AutoRule> {
        self.unknown_keys(keys, RULE_KEYS);
        let name = self.text(keys, "name");
        if name.as_ref().is_none_or(|name| name.contains(char::is_control)) {
            self.fault(keys, "name", "missing, or with control characters; give the rule a name");
        }
        let priority = keys.table.get("priority").map_or(Some(100), Value::as_integer);
        if priority.is_none() {
            self.fault(keys, "priority", "expected a whole number, lower ones are tried first");
        }
        let enabled = keys.table.get("enabled").map_or(Some(true), Value::as_bool);
        if enabled.is_none() {
            self.fault(keys, "enabled", "expected true or false");
        }
        let (valid_from, valid_to) = (self.date(keys, "valid_from"), self.date(keys, "valid_to"));
        if let (Some(from), Some(to)) = (valid_from, valid_to)
            && to < from
        {
            self.fault(keys, "valid_to", "lies before valid_from");
        }
        let conditions = self.sub(keys, "when").map(|when| self.conditions(&when)).unwrap_or_default();
        let Some(then) = self.sub(keys, "then") else {
            self.fault(keys, "then", "missing; say at least which decision to give");
            return None;
        };
        let answer = self.answer(&then)?;
        Some(AutoRule { name: name?, priority: priority?, enabled: enabled?, valid_from, valid_to, conditions, answer })
    }

    fn conditions(&mut self, keys: &Keys<'_>) -> Vec<Condition> {
        self.unknown_keys(keys, WHEN_KEYS);
        let lists = lists();
        let one_of = |known: &'static str| move |entry: &str| known.split(' ').any(|word| word == entry);
        let countries = self.countries;
        let country = |entry: &str| countries.contains(entry);
        // Pairs only: three digits are a code that has lost its leading zero.
        let digits = |entry: &str| {
            entry.len() >= 2 && entry.len().is_multiple_of(2) && entry.bytes().all(|b| b.is_ascii_digit())
        };
        let quality_rule = |entry: &str| quality::rule(entry).is_some();
        let has_words = |entry: &str| !plain_words(entry).is_empty();
        let phrases = |list: Vec<String>| list.iter().map(|phrase| plain_words(phrase)).collect();
        let found = [
            self.list(keys, "flow", "I, O or T", one_of("I O T")).map(Condition::Flow),
            self.list(keys, "origin", COUNTRY, country).map(Condition::Origin),
            self.list(keys, "not_origin", COUNTRY, country).map(Condition::NotOrigin),
            self.list(keys, "destination", COUNTRY, country).map(Condition::Destination),
            self.list(keys, "mail_class", "a listed mail class", in_list(&lists.mail_classes))
                .map(Condition::MailClass),
            self.list(keys, "nature", "a listed nature", in_list(&lists.nature_types)).map(Condition::Nature),
            self.value(keys),
            self.list(keys, "hs_any", HS, digits).map(Condition::HsAny),
            self.list(keys, "hs_all", HS, digits).map(Condition::HsAll),
            self.list(keys, "hs_none", HS, digits).map(Condition::HsNone),
            self.word(keys, "restriction", RESTRICTION).map(Condition::Restriction),
            self.word(keys, "quality", QUALITY).map(Condition::Quality),
            self.score(keys),
            self.list(keys, "quality_rules", "a quality rule", quality_rule).map(Condition::QualityRules),
            self.list(keys, "sender_words", "words", has_words).map(phrases).map(Condition::SenderWords),
            self.list(keys, "recipient_words", "words", has_words).map(phrases).map(Condition::RecipientWords),
            self.word(keys, "watchdog", WATCHDOG).map(Condition::Watchdog),
        ];
        found.into_iter().flatten().collect()
    }

    fn value(&mut self, keys: &Keys<'_>) -> Option<Condition> {
        let (min, max) = (self.decimal(keys, "value_min"), self.decimal(keys, "value_max"));
        let currency = self.currency(keys, "value_currency");
        let bounded = keys.table.contains_key("value_min") || keys.table.contains_key("value_max");
        match currency {
            None if bounded => self.fault(keys, "value_currency", "missing; a bound needs its currency"),
            Some(_) if !bounded => self.fault(keys, "value_currency", "needs value_min or value_max"),
            _ => {}
        }
        if let (Some(min), Some(max)) = (min, max)
            && max < min
        {
            self.fault(keys, "value_max", "lies below value_min");
        }
        currency.filter(|_| bounded).map(|currency| Condition::Value { min, max, currency })
    }

    fn score(&mut self, keys: &Keys<'_>) -> Option<Condition> {
        let value = keys.table.get("quality_score_below")?;
        let score =
            value.as_integer().and_then(|score| u8::try_from(score).ok()).filter(|score| (1..=100).contains(score));
        if score.is_none() {
            self.fault(keys, "quality_score_below", "expected a whole number from 1 to 100");
        }
        score.map(Condition::QualityScoreBelow)
    }

    fn answer(&mut self, keys: &Keys<'_>) -> Option<Answer> {
        self.unknown_keys(keys, THEN_KEYS);
        let decision = self.decision(keys);
        let reason = self.text(keys, "reason");
        if reason.as_ref().is_some_and(|code| !lists().decision_reasons.contains(code)) {
            self.fault(keys, "reason", "not a listed reason");
        }
        let taxes = self.taxes(keys);
        let fee = self.sub(keys, "fee").and_then(|fee| {
            self.unknown_keys(&fee, FEE_KEYS);
            let (amount, currency) = (self.decimal(&fee, "amount"), self.currency(&fee, "currency"));
            if amount.is_none() || currency.is_none() {
                self.fault(&fee, "amount", "a fee needs amount and currency");
            }
            amount.zip(currency)
        });
        let (decision, category) = decision?;
        Some(Answer { decision, category, reason, reason_text: self.text(keys, "reason_text"), taxes, fee })
    }

    fn decision(&mut self, keys: &Keys<'_>) -> Option<(String, Category)> {
        let code = match keys.table.get("decision") {
            Some(Value::Integer(code)) => code.to_string(),
            _ => self.text(keys, "decision").unwrap_or_default(),
        };
        match self.decisions.decide(self.customs, &code) {
            Ok(decision) if decision.known => Some((decision.code, decision.category)),
            _ => {
                self.fault(keys, "decision", "missing or not a listed decision code");
                None
            }
        }
    }

    fn taxes(&mut self, keys: &Keys<'_>) -> Vec<TaxRule> {
        let Some(value) = keys.table.get("tax") else { return Vec::new() };
        let Some(list) = value.as_array().filter(|list| list.iter().all(Value::is_table)) else {
            self.fault(keys, "tax", "expected [[rule.then.tax]] tables");
            return Vec::new();
        };
        let tables = list.iter().filter_map(Value::as_table);
        tables.filter_map(|table| self.tax(&Keys { rule: keys.rule, within: "then.tax.", table })).collect()
    }

    fn tax(&mut self, keys: &Keys<'_>) -> Option<TaxRule> {
        self.unknown_keys(keys, TAX_KEYS);
        let tax_type = self.text(keys, "type");
        if !tax_type.as_ref().is_some_and(|code| lists().tax_types.contains(code)) {
            self.fault(keys, "type", "missing or not a listed tax type");
        }
        let currency = self.currency(keys, "currency");
        if currency.is_none() {
            self.fault(keys, "currency", "missing or not a currency");
        }
        let charge = match (self.decimal(keys, "amount"), self.decimal(keys, "rate")) {
            (Some(amount), None) => Some(Charge::Amount(amount)),
            (None, Some(rate)) => Some(Charge::Rate(rate)),
            _ => {
                self.fault(keys, "rate", "give either rate (per cent) or amount");
                None
            }
        };
        Some(TaxRule { tax_type: tax_type?, currency: currency?, charge: charge? })
    }

    fn fault(&mut self, keys: &Keys<'_>, key: &str, problem: &str) {
        let key = format!("{}{key}", keys.within);
        self.faults.push(RuleFault { rule: keys.rule.to_owned(), key, problem: problem.to_owned() });
    }

    fn unknown_keys(&mut self, keys: &Keys<'_>, known: &[&str]) {
        for key in keys.table.keys().filter(|key| !known.contains(&key.as_str())) {
            let nearest = known.iter().min_by_key(|name| strsim::osa_distance(key, name)).copied().unwrap_or_default();
            self.fault(keys, key, &format!("not known here; did you mean {nearest}?"));
        }
    }

    fn sub<'a>(&mut self, keys: &Keys<'a>, key: &'static str) -> Option<Keys<'a>> {
        let value = keys.table.get(key)?;
        let within = match key {
            "when" => "when.",
            "then" => "then.",
            _ => "then.fee.",
        };
        match value.as_table() {
            Some(table) => Some(Keys { rule: keys.rule, within, table }),
            None => {
                self.fault(keys, key, "expected a table");
                None
            }
        }
    }

    fn text(&mut self, keys: &Keys<'_>, key: &str) -> Option<String> {
        let value = keys.table.get(key)?;
        let text = value.as_str().map(str::trim).filter(|text| !text.is_empty() && text.len() <= limits::TEXT_CHARS);
        if text.is_none() {
            self.fault(keys, key, "expected a text in quotes");
        }
        text.map(str::to_owned)
    }

    fn date(&mut self, keys: &Keys<'_>, key: &str) -> Option<NaiveDate> {
        let value = keys.table.get(key)?;
        let date = match value {
            Value::Datetime(date) => date.to_string().parse().ok(),
            Value::String(text) => text.parse().ok(),
            _ => None,
        };
        if date.is_none() {
            self.fault(keys, key, "expected a date like 2026-01-31");
        }
        date
    }

    fn decimal(&mut self, keys: &Keys<'_>, key: &str) -> Option<Decimal> {
        let value = keys.table.get(key)?;
        let number = match value {
            Value::Integer(whole) => Some(Decimal::from(*whole)),
            Value::String(text) => Decimal::from_str_exact(text.trim()).ok(),
            _ => None,
        };
        let number = number.filter(|number| !number.is_sign_negative());
        if number.is_none() {
            self.fault(keys, key, "expected a number of 0 or more, in quotes when it has decimals: \"22.50\"");
        }
        number
    }

    fn currency(&mut self, keys: &Keys<'_>, key: &str) -> Option<String> {
        let code = self.text(keys, key)?;
        if !lists().currencies.contains(&code) {
            self.fault(keys, key, "not a currency of ISO 4217");
            return None;
        }
        Some(code)
    }

    /// A list of texts, or one text.
    fn list(&mut self, keys: &Keys<'_>, key: &str, expected: &str, fits: impl Fn(&str) -> bool) -> Option<Vec<String>> {
        let value = keys.table.get(key)?;
        let entries: Vec<&Value> = value.as_array().map_or_else(|| vec![value], |list| list.iter().collect());
        let texts: Vec<&str> = entries.iter().filter_map(|entry| entry.as_str()).map(str::trim).collect();
        if texts.len() < entries.len() || texts.is_empty() || !texts.iter().all(|text| fits(text)) {
            self.fault(keys, key, &format!("each entry must be {expected}, in quotes"));
            return None;
        }
        Some(texts.into_iter().map(str::to_owned).collect())
    }

    fn word<T: Copy>(&mut self, keys: &Keys<'_>, key: &str, words: &[(&str, T)]) -> Option<T> {
        let value = keys.table.get(key)?;
        let found = words.iter().find(|(word, _)| value.as_str() == Some(*word));
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.fault(keys, key, &format!("expected one of: {}", known.join(", ")));
        }
        found.map(|(_, meaning)| *meaning)
    }
}

const COUNTRY: &str = "a country of ISO 3166-1 like NL";
const HS: &str = "the first 2, 4, 6, 8 or 10 digits of an HS code";
const RESTRICTION: &[(&str, RestrictionState)] = &[
    ("none", RestrictionState::None),
    ("any", RestrictionState::Any),
    ("prohibited", RestrictionState::Prohibited),
    ("restricted", RestrictionState::Restricted),
];
const QUALITY: &[(&str, QualityState)] =
    &[("clean", QualityState::Clean), ("accepted", QualityState::Accepted), ("rejected", QualityState::Rejected)];
const WATCHDOG: &[(&str, Presence)] =
    &[("none", Presence::None), ("any", Presence::Any), ("warning", Presence::Warning), ("blocked", Presence::Blocked)];

fn in_list<R: Coded>(list: &List<R>) -> impl Fn(&str) -> bool + '_ {
    |code| list.contains(code)
}
