//! What a rule may ask about an item.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use crate::contract::{ContentPiece, DeclarationData, MailObject, WcfDate};
use crate::refdata::search::text::plain_words;
use crate::rules::currency::{RateBook, convert};
use crate::rules::overlay;

/// A mark set on an item by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watchdog {
    Warning,
    Blocked,
}

/// What is known of an item when an answer is wanted.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// I, O or T, as the post of the item sees it.
    pub flow: String,
    /// ISO countries; empty when not known.
    pub origin: String,
    pub destination: String,
    pub mail_class: String,
    pub nature: String,
    /// Value and currency of each line; `None` for a line without one of them.
    pub values: Vec<Option<(Decimal, String)>>,
    /// Digits of the HS codes of each line, as declared and as revised; empty where there is neither.
    pub hs_codes: Vec<String>,
    pub prohibited: bool,
    pub restricted: bool,
    /// Findings of the quality rules: their names, and whether one of them rejects.
    pub quality_rules: Vec<String>,
    pub quality_rejected: bool,
    pub quality_score: u8,
    /// Name, address and contacts, as plain words.
    pub sender: Vec<String>,
    pub recipient: Vec<String>,
    pub watchdog: Option<Watchdog>,
    /// The time of the answer.
    pub now: Option<WcfDate>,
}

impl Facts {
    /// The facts that stand in the documents; the caller adds countries of the posts, screening, quality and watchdog.
    pub fn of(object: &MailObject, data: &DeclarationData, flow: &str) -> Self {
        let text = |value: &Option<String>| value.as_deref().unwrap_or_default().trim().to_owned();
        let value = |piece: &ContentPiece| {
            let currency = text(&piece.currency_cd);
            piece.amount.as_ref().map(|amount| (amount.value(), currency)).filter(|(_, currency)| !currency.is_empty())
        };
        let words = |texts: &[&Option<String>]| {
            texts.iter().flat_map(|text| plain_words(text.as_deref().unwrap_or_default())).collect()
        };
        Self {
            flow: flow.to_owned(),
            origin: text(&data.sender_country_cd),
            destination: text(&data.recipient_country_cd),
            mail_class: text(&object.mail_class_cd),
            nature: text(&data.nature_type_cd),
            values: data.content_pieces.iter().map(value).collect(),
            hs_codes: data.content_pieces.iter().flat_map(hs_codes).collect(),
            quality_score: 100,
            sender: words(&[
                &data.sender_name,
                &data.sender_first_name,
                &data.sender_last_name,
                &data.sender_address_line1,
                &data.sender_address_line2,
                &data.sender_city,
                &data.sender_email,
            ]),
            recipient: words(&[
                &data.recipient_name,
                &data.recipient_first_name,
                &data.recipient_last_name,
                &data.recipient_address_line1,
                &data.recipient_address_line2,
                &data.recipient_city,
                &data.recipient_email,
            ]),
            ..Self::default()
        }
    }

    pub(super) fn today(&self) -> Option<NaiveDate> {
        self.now.map(|now| now.instant().date_naive())
    }

    /// The value of all lines in `currency`; `None` when a line has none or there is no rate.
    pub(super) fn total(&self, currency: &str, rates: &[&RateBook]) -> Option<Decimal> {
        if self.values.is_empty() {
            return None;
        }
        let today = self.today().unwrap_or(NaiveDate::MAX);
        let mut total = Decimal::ZERO;
        for value in &self.values {
            let (amount, own) = value.as_ref()?;
            total = total.checked_add(convert(rates, *amount, own, currency, today).ok()?.amount)?;
        }
        Some(total)
    }
}

/// The codes a line is judged by: that declared, and beside it that revised.
fn hs_codes(piece: &ContentPiece) -> Vec<String> {
    let digits = |code: &str| code.chars().filter(char::is_ascii_digit).collect::<String>();
    let mut codes: Vec<String> = overlay::readings(piece).map(|(code, _)| digits(code)).collect();
    codes.dedup();
    if codes.len() > 1 {
        codes.retain(|code| !code.is_empty());
    }
    codes
}
