//! A shipment as it is submitted: read member by member, so that everything that is wrong is found at once.
//!
//! What a declaration of the type has no use for is passed over, as are members that are not known.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::contract::Number;
use crate::domain::CourierKind;
use crate::error::{Error, Findings, Result};
use crate::limits;
use crate::rules::forms::is_item_id;

/// What a courier declares. Amounts have two decimals.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shipment {
    pub user: String,
    pub consignment_note: String,
    pub cover_date: NaiveDate,
    /// ISO 3166-1 alpha-3, like the next.
    pub from_country: String,
    pub to_country: String,
    pub remark: Option<String>,
    pub courier_code: String,
    pub courier_others: Option<String>,
    pub callback_url: Option<String>,
    pub goods: Goods,
}

/// What is in it, by the type of the declaration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Goods {
    Normal { from_city: String, to_city: String, items: Vec<Line> },
    Vip { from_address: String, to_address: String, goods_description: String, total_value: Number },
}

/// A line of a declaration.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub descriptions: String,
    pub quantity: i32,
    /// Of one unit.
    pub price: Number,
    /// The courier's own code.
    pub commodity_code: String,
}

impl Goods {
    pub fn kind(&self) -> CourierKind {
        match self {
            Self::Normal { .. } => CourierKind::Normal,
            Self::Vip { .. } => CourierKind::Vip,
        }
    }

    /// Their declared value; as high as a number can be where it is more.
    pub fn value(&self) -> Decimal {
        match self {
            Self::Normal { items, .. } => total(items.iter().map(Line::value)),
            Self::Vip { total_value, .. } => total_value.value(),
        }
    }
}

impl Line {
    /// Of all units.
    pub fn value(&self) -> Decimal {
        self.price.value().saturating_mul(Decimal::from(self.quantity))
    }
}

/// What amounts come to. Amended by other means they may be of any size.
pub(super) fn total(amounts: impl Iterator<Item = Decimal>) -> Decimal {
    amounts.fold(Decimal::ZERO, Decimal::saturating_add)
}

/// An amount with two decimals.
pub fn money(amount: Decimal) -> Number {
    let mut amount = amount.round_dp(2);
    amount.rescale(2);
    amount.into()
}

/// A courier that is none of those with a code.
const OTHERS: &str = "OTHERS";
/// Digits before the point of a decimal (11, 2).
const WHOLE_DIGITS: u32 = 9;
const NOTE_FORM: &str =
    "the consignment note is the id of the item here: write 1 to 35 letters, digits or signs, without blanks";

impl Shipment {
    /// Reads a shipment; `is_country` knows the codes of three letters.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(text: &str, is_country: impl Fn(&str) -> bool) -> Result<Self> {
        let mut findings = Findings::default();
        let mut members = Members::read(text, &mut findings)?;
        let kind = members.kind();
        let user = members.one_line("user", 255);
        let consignment_note = members.needed("consignment_note", usize::MAX);
        if consignment_note.as_deref().is_some_and(|note| !is_item_id(note)) {
            members.add("format", "consignment_note", NOTE_FORM);
        }
        let cover_date = members.date("cover_date");
        let mut country = |name| {
            let code = members.needed(name, 3)?;
            if !is_country(&code) {
                let message =
                    "write the three letters of ISO 3166-1, for example MYS; those of two letters are not read here";
                members.add("unknown_code", name, message);
            }
            Some(code)
        };
        let (from_country, to_country) = (country("from_country"), country("to_country"));
        let remark = members.text("remark", 255);
        let courier_code = members.needed("courier_code", 100);
        let courier_others = members.text("courier_others", 255);
        if courier_code.as_deref() == Some(OTHERS) && courier_others.is_none() {
            members.add("required", "courier_others", "name the courier, since courier_code is OTHERS");
        }
        let callback_url = members.text("callback_url", 255);
        let goods = kind.and_then(|kind| members.goods(kind));
        findings.into_result()?;
        let read = || {
            Some(Self {
                user: user?,
                consignment_note: consignment_note?,
                cover_date: cover_date?,
                from_country: from_country?,
                to_country: to_country?,
                remark,
                courier_code: courier_code?,
                courier_others,
                callback_url,
                goods: goods?,
            })
        };
        read().ok_or_else(|| Error::Internal("a shipment lacks a member, and nobody found it".into()))
    }
}

/// The members of an object, and what was found wrong with them.
struct Members<'m> {
    /// Path of the object; empty for the whole.
    at: String,
    all: BTreeMap<String, Box<RawValue>>,
    findings: &'m mut Findings,
}

impl<'m> Members<'m> {
    fn read(text: &str, findings: &'m mut Findings) -> Result<Self> {
        let all = object(text).ok_or_else(|| {
            Error::invalid("json", "", "the body must be one JSON object with the members of a declaration")
        })?;
        Ok(Self { at: String::new(), all, findings })
    }

    fn path(&self, name: &str) -> String {
        if self.at.is_empty() { name.to_owned() } else { format!("{}.{name}", self.at) }
    }

    fn add(&mut self, code: &'static str, name: &str, message: impl Into<String>) {
        let path = self.path(name);
        self.findings.add(code, path, message);
    }

    /// The JSON text of a member; none where it is null.
    fn raw(&self, name: &str) -> Option<&str> {
        self.all.get(name).map(|raw| raw.get()).filter(|raw| *raw != "null")
    }

    /// A text without blanks around it; none where it is empty.
    fn text(&mut self, name: &str, most: usize) -> Option<String> {
        let raw = self.raw(name)?;
        let Ok(text) = serde_json::from_str::<String>(raw) else {
            self.add("type", name, "write a text");
            return None;
        };
        let text = text.trim();
        if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.add("format", name, "write it without control characters");
        } else if text.chars().count() > most {
            self.add("too_long", name, format!("at most {most} characters fit here; shorten the text"));
        }
        Some(text.to_owned()).filter(|text| !text.is_empty())
    }

    fn needed(&mut self, name: &str, most: usize) -> Option<String> {
        let before = self.findings.iter().len() + self.findings.more();
        let text = self.text(name, most);
        let is_found_wrong = self.findings.iter().len() + self.findings.more() > before;
        if text.is_none() && !is_found_wrong {
            self.add("required", name, "it is needed");
        }
        text
    }

    /// A text that is needed and has no line breaks.
    fn one_line(&mut self, name: &str, most: usize) -> Option<String> {
        let text = self.needed(name, most)?;
        if text.chars().any(|c| matches!(c, '\n' | '\r' | '\t')) {
            self.add("format", name, "write it on one line, without tabs");
        }
        Some(text)
    }

    /// A number or date, also as a text; empty is none.
    fn digits(&self, name: &str) -> Option<String> {
        let raw = self.raw(name)?;
        let text = serde_json::from_str::<String>(raw).unwrap_or_else(|_| raw.to_owned());
        Some(text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    fn kind(&mut self) -> Option<CourierKind> {
        let letter = self.needed("type", 1)?;
        let kind = CourierKind::from_stored(&letter).ok();
        if kind.is_none() {
            self.add("unknown_code", "type", "write N (normal) or C (VIP)");
        }
        kind
    }

    fn date(&mut self, name: &str) -> Option<NaiveDate> {
        let Some(text) = self.digits(name) else {
            self.add("required", name, "it is needed, as YYYYMMDD");
            return None;
        };
        let is_plain = text.len() == 8 && text.bytes().all(|digit| digit.is_ascii_digit());
        let date = NaiveDate::parse_from_str(&text, "%Y%m%d").ok().filter(|_| is_plain);
        if date.is_none() {
            self.add("format", name, "write a day as YYYYMMDD, for example 20261127");
        }
        date
    }

    fn amount(&mut self, name: &str) -> Option<Number> {
        let Some(text) = self.digits(name) else {
            self.add("required", name, "it is needed, for example 12.50");
            return None;
        };
        let Ok(number) = Number::parse(&text) else {
            self.add("type", name, "write a decimal number, for example 12.50");
            return None;
        };
        let most = Decimal::from(10_u64.pow(WHOLE_DIGITS));
        if number.value() < Decimal::ZERO || number.value() >= most || number.decimals() > 2 {
            self.add("out_of_range", name, "write an amount below 1000000000, not negative, with at most two decimals");
        }
        Some(money(number.value()))
    }

    fn quantity(&mut self) -> Option<i32> {
        let Some(text) = self.digits("quantity") else { return Some(1) };
        let number = text.parse().ok().filter(|number: &i32| *number >= 1);
        if number.is_none() {
            self.add("out_of_range", "quantity", "write a whole number from 1, or leave it out for 1");
        }
        number
    }

    fn goods(&mut self, kind: CourierKind) -> Option<Goods> {
        match kind {
            CourierKind::Vip => {
                let (from, to) = (self.needed("from_address", 255), self.needed("to_address", 255));
                let (description, value) = (self.needed("goods_description", 255), self.amount("total_value"));
                Some(Goods::Vip {
                    from_address: from?,
                    to_address: to?,
                    goods_description: description?,
                    total_value: value?,
                })
            }
            CourierKind::Normal => {
                let (from, to) = (self.needed("from_city", 255), self.needed("to_city", 255));
                let items = self.items();
                Some(Goods::Normal { from_city: from?, to_city: to?, items: items? })
            }
        }
    }

    fn items(&mut self) -> Option<Vec<Line>> {
        let list = self.raw("items").map(serde_json::from_str::<Vec<Box<RawValue>>>);
        let list = match list {
            Some(Ok(list)) if !list.is_empty() => list,
            Some(Err(_)) => {
                self.add("type", "items", "write a list of items");
                return None;
            }
            _ => {
                self.add("required", "items", "name at least one item");
                return None;
            }
        };
        if list.len() > limits::CONTENT_PIECES {
            self.add("too_long", "items", format!("at most {} items fit here", limits::CONTENT_PIECES));
            return None;
        }
        let lines: Vec<Option<Line>> = list.iter().enumerate().map(|(at, raw)| self.line(at, raw.get())).collect();
        lines.into_iter().collect()
    }

    fn line(&mut self, at: usize, text: &str) -> Option<Line> {
        let at = format!("items[{at}]");
        let Some(all) = object(text) else {
            self.add("type", &at, "write an item as an object");
            return None;
        };
        let mut item = Members { at, all, findings: &mut *self.findings };
        let (descriptions, quantity) = (item.needed("descriptions", 255), item.quantity());
        let (price, commodity_code) = (item.amount("price"), item.needed("commodity_code", 10));
        Some(Line { descriptions: descriptions?, quantity: quantity?, price: price?, commodity_code: commodity_code? })
    }
}

/// The members of a JSON object by name. The parser would take a list as members by place.
fn object(text: &str) -> Option<BTreeMap<String, Box<RawValue>>> {
    if text.trim_start().starts_with('{') { serde_json::from_str(text).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Shipment> {
        Shipment::read(text, |code| ["MYS", "SGP"].contains(&code))
    }

    fn faults(text: &str) -> Vec<(String, &'static str)> {
        match read(text) {
            Err(Error::Invalid(findings)) => {
                findings.into_vec().into_iter().map(|found| (found.path, found.code)).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    const COMMON: &str = r#""user":"u","consignment_note":"CN1","cover_date":"20261127","from_country":"MYS",
        "to_country":"SGP","courier_code":"DHL""#;

    fn with(more: &str) -> String {
        format!("{{{COMMON},{more}}}")
    }

    #[test]
    fn both_types_are_read() {
        let normal = r#""type":"N","from_city":"KL","to_city":"SG","items":[{"descriptions":"tea","price":"2.5","commodity_code":"1"}],"total_value":"?""#;
        let Goods::Normal { items, .. } = read(&with(normal)).expect("reads").goods else { panic!("normal") };
        assert_eq!((items[0].quantity, items[0].price.digits()), (1, "2.50"));
        let vip =
            r#""type":"C","from_address":" a ","to_address":"b","goods_description":"tea","total_value":10,"items":5"#;
        let Goods::Vip { from_address, total_value, .. } = read(&with(vip)).expect("reads").goods else {
            panic!("VIP")
        };
        assert_eq!((from_address.as_str(), total_value.digits()), ("a", "10.00"));
    }

    #[test]
    fn a_stored_shipment_reads_back() {
        let text = with(
            r#""type":"N","from_city":"KL","to_city":"SG","items":[{"descriptions":"tea","price":2.5,"quantity":"3","commodity_code":"1"}]"#,
        );
        let shipment = read(&text).expect("reads");
        let stored = serde_json::to_string(&shipment).expect("writes");
        assert_eq!(serde_json::from_str::<Shipment>(&stored).expect("reads"), shipment);
    }

    #[test]
    fn everything_wrong_is_found_at_once() {
        let needed = ["type", "user", "consignment_note", "cover_date", "from_country", "to_country", "courier_code"];
        assert_eq!(faults("{}"), needed.map(|name| (name.to_owned(), "required")));
        let line = |name: &str, code| (format!("items[0].{name}"), code);
        let text = with(
            r#""type":"N","from_city":5,"items":[{"descriptions":"","quantity":0,"price":-1,"commodity_code":"12345678901"},7]"#,
        );
        assert_eq!(
            faults(&text),
            [
                ("from_city".to_owned(), "type"),
                ("to_city".to_owned(), "required"),
                line("descriptions", "required"),
                line("quantity", "out_of_range"),
                line("price", "out_of_range"),
                line("commodity_code", "too_long"),
                ("items[1]".to_owned(), "type"),
            ]
        );
    }

    #[test]
    fn values_at_their_edges() {
        let value = |value: &str| {
            with(&format!(
                r#""type":"C","from_address":"a","to_address":"b","goods_description":"c","total_value":{value}"#
            ))
        };
        for fits in ["0", "999999999.99", r#""12.50""#, "1e2", "0.100"] {
            assert!(read(&value(fits)).is_ok(), "{fits}");
        }
        for (wrong, code) in [
            ("1000000000", "out_of_range"),
            ("0.001", "out_of_range"),
            ("true", "type"),
            ("{}", "type"),
            ("null", "required"),
        ] {
            assert_eq!(faults(&value(wrong)), [("total_value".to_owned(), code)], "{wrong}");
        }
        for (member, wrong, code) in [
            ("from_country", r#""MY""#, "unknown_code"),
            ("from_country", r#""mys""#, "unknown_code"),
            ("to_country", r#""MYSX""#, "too_long"),
            ("cover_date", r#""2026-11-27""#, "format"),
            ("cover_date", r#""20261131""#, "format"),
            ("consignment_note", r#""CN 1""#, "format"),
            ("courier_code", r#""OTHERS""#, "required"),
            ("user", "\"a\\u0007\"", "format"),
            ("type", r#""V""#, "unknown_code"),
        ] {
            let text = value("1").replacen('{', &format!("{{\"{member}\":{wrong},"), 1);
            // The last of two counts, so what is wrong takes the place of what was right.
            let right = format!("\"{member}\":");
            let at = text.rfind(&right).expect("there");
            let text = if at > 1 { text[..at].to_owned() + "\"was\":" + &text[at + right.len()..] } else { text };
            let found = faults(&text);
            assert!(found.iter().any(|(_, found)| *found == code), "{member} {wrong}: {found:?}");
        }
        assert!(matches!(read("[]"), Err(Error::Invalid(_))) && matches!(read(""), Err(Error::Invalid(_))));
    }
}
