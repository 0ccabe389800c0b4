//! What a post has agreed on with its couriers.

use std::collections::HashMap;

use crate::error::Findings;
use crate::limits;
use crate::rules::forms::{is_currency_code, is_mail_class};

/// The settings of one post for what couriers submit; without a currency nothing can be submitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CourierSettings {
    /// Of all amounts; ISO 4217.
    pub currency: Option<String>,
    pub mail_class: String,
    pub nature: String,
    /// HS codes by the couriers' own.
    pub commodities: HashMap<String, String>,
}

impl Default for CourierSettings {
    fn default() -> Self {
        // Parcels; mixed contents.
        Self { currency: None, mail_class: "C".into(), nature: "991".into(), commodities: HashMap::new() }
    }
}

const CURRENCY: &str = "courier_currency";
const MAIL_CLASS: &str = "courier_mail_class";
const NATURE: &str = "courier_nature";
const COMMODITIES: &str = "courier_commodities";

impl CourierSettings {
    /// Takes over a stored setting; one of another kind is left alone.
    pub(in crate::service) fn put(&mut self, name: &str, value: &str) {
        match name {
            CURRENCY => self.currency = Some(value.to_owned()).filter(|value| !value.is_empty()),
            MAIL_CLASS => value.clone_into(&mut self.mail_class),
            NATURE => value.clone_into(&mut self.nature),
            COMMODITIES => {
                let pairs = value.lines().filter_map(|line| line.split_once('='));
                self.commodities = pairs.map(|(code, hs)| (code.to_owned(), hs.to_owned())).collect();
            }
            _ => {}
        }
    }

    /// What is not as by default, in words.
    pub(in crate::service) fn shown(&self) -> Option<String> {
        let currency = self.currency.as_ref()?;
        let codes = self.commodities.len();
        Some(format!(
            "couriers {currency}, mail class {}, nature {}, {codes} commodity codes",
            self.mail_class, self.nature
        ))
    }
}

/// Settings to change; `None` leaves one as it is.
#[derive(Clone, Debug, Default)]
pub struct CourierChanges {
    pub currency: Option<String>,
    pub mail_class: Option<String>,
    pub nature: Option<String>,
    /// Own codes with their HS codes, in the place of those there are.
    pub commodities: Option<Vec<(String, String)>>,
}

impl CourierChanges {
    /// Reads a table of commodity codes: `code,hs` in each line, the first of which may name the columns.
    ///
    /// # Errors
    /// 400 naming each line that is none.
    pub fn read_commodities(text: &str) -> Result<Vec<(String, String)>, crate::error::Error> {
        let mut findings = Findings::default();
        let mut pairs: Vec<(String, String)> = Vec::new();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (line, number) in text.lines().zip(1..) {
            let line = line.trim();
            if line.is_empty() || (number == 1 && line.replace(' ', "").eq_ignore_ascii_case("code,hs")) {
                continue;
            }
            let path = format!("commodities:{number}");
            let (code, hs) =
                line.split_once([',', ';', '\t']).map_or((line, ""), |(code, hs)| (code.trim(), hs.trim()));
            let digits: String = hs.chars().filter(|c| !matches!(c, '.' | ' ')).collect();
            let is_hs = (6..=14).contains(&digits.len()) && digits.bytes().all(|digit| digit.is_ascii_digit());
            if code.is_empty() || code.chars().count() > 10 || code.contains('=') {
                findings.add("format", path, "begin with a code of 1 to 10 characters, then a comma and the HS code");
            } else if !is_hs {
                findings.add("format", path, "write the HS code in digits, six or more, behind a comma");
            } else if pairs.iter().any(|(known, _)| known == code) {
                findings.add("format", path, "this code is there twice");
            } else {
                pairs.push((code.to_owned(), digits));
            }
        }
        if pairs.len() > limits::COURIER_COMMODITIES {
            findings.add("too_long", "commodities", format!("at most {} codes fit here", limits::COURIER_COMMODITIES));
        }
        findings.into_result()?;
        Ok(pairs)
    }

    /// Names and values as they are stored.
    pub(in crate::service) fn rows(&self) -> Vec<(&'static str, String)> {
        let commodities = self.commodities.as_ref().map(|pairs| {
            let lines: Vec<String> = pairs.iter().map(|(code, hs)| format!("{code}={hs}")).collect();
            lines.join("\n")
        });
        let all = [
            (CURRENCY, self.currency.clone()),
            (MAIL_CLASS, self.mail_class.clone()),
            (NATURE, self.nature.clone()),
            (COMMODITIES, commodities),
        ];
        all.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    /// What is wrong with these.
    pub(in crate::service) fn faults(
        &self,
        is_currency: impl Fn(&str) -> bool,
        is_nature: impl Fn(&str) -> bool,
    ) -> Findings {
        let mut findings = Findings::default();
        if self.currency.as_deref().is_some_and(|code| !is_currency_code(code) || !is_currency(code)) {
            findings.add("unknown_code", "currency", "write a currency of ISO 4217, for example MYR");
        }
        if self.mail_class.as_deref().is_some_and(|code| !is_mail_class(code)) {
            findings.add("format", "mail-class", "write one capital letter, for example C");
        }
        if self.nature.as_deref().is_some_and(|code| !is_nature(code)) {
            findings.add("unknown_code", "nature", "write a code of the list, for example 991 (mixed) or 11 (sale)");
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_of_codes_is_read_and_kept() {
        let read = CourierChanges::read_commodities("code,hs\n1002, 8517.13\n\nA-1;610910\n").expect("reads");
        let changes = CourierChanges { commodities: Some(read), ..CourierChanges::default() };
        let mut settings = CourierSettings::default();
        changes.rows().iter().for_each(|(name, value)| settings.put(name, value));
        let known = |code: &str| settings.commodities.get(code).map(String::as_str);
        assert_eq!((known("1002"), known("A-1"), known("hs")), (Some("851713"), Some("610910"), None));
        for wrong in ["1002", "1002,85", ",610910", "12345678901,610910", "a=b,610910", "1,610910\n1,610910"] {
            assert!(CourierChanges::read_commodities(wrong).is_err(), "{wrong}");
        }
    }
}
