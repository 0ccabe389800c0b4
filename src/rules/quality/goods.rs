//! The lines of the declaration: descriptions, values, weights, codes, and what may not travel.

use std::collections::{BTreeSet, HashSet};
use std::sync::LazyLock;

use deunicode::deunicode;
use rust_decimal::Decimal;

use super::finding::Checks;
use super::item::{amount_decimals, known};
use super::typed::is_sign;
use super::vague::Vague;
use crate::contract::{ContentPiece, DeclarationData};
use crate::refdata::lists::{Language, lists};
use crate::refdata::restrictions::Restriction;
use crate::refdata::search::goods;
use crate::rules::forms::given;
use crate::rules::overlay;

/// The shortest description that some destinations take.
const SHORTEST: usize = 5;
/// More of one thing than this is no gift.
const GIFT_QUANTITY: i32 = 20;
/// Abbreviations of companies at the end of a name.
const LEGAL_FORMS: &str = "ltd limited llc inc corp corporation gmbh ag kg ohg ug bv nv sa sas sarl srl spa sl slu lda oy ab \
     aps plc pty pvt co kk sdn bhd";

pub(super) fn check(data: &DeclarationData, checks: &mut Checks<'_>) {
    let nature = given(&data.nature_type_cd).unwrap_or_default();
    for (at, piece) in data.content_pieces.iter().enumerate() {
        let line = Line { piece, at, nature };
        line.required(checks);
        line.numbers(checks);
        line.description(checks);
        line.code(checks);
        line.origin(checks);
        line.screen(checks);
    }
    currencies(data, checks);
    if nature == "31" {
        gift(data, checks);
    }
}

struct Line<'a> {
    piece: &'a ContentPiece,
    at: usize,
    nature: &'a str,
}

impl Line<'_> {
    fn path(&self, member: &str) -> String {
        format!("ContentPieces[{}].{member}", self.at)
    }

    fn text(&self) -> Option<&str> {
        given(&self.piece.revised_description).or_else(|| given(&self.piece.description))
    }

    fn hs(&self) -> Option<&str> {
        given(&self.piece.revised_hs).or_else(|| given(&self.piece.hs))
    }

    fn required(&self, checks: &mut Checks<'_>) {
        let members = [
            ("Description", self.text().is_some()),
            ("Number", self.piece.number.is_some_and(|number| number > 0)),
            ("NetWeight", self.piece.net_weight.is_some()),
            ("Amount", self.piece.amount.is_some()),
            ("CurrencyCd", given(&self.piece.currency_cd).is_some()),
        ];
        for (member, _) in members.into_iter().filter(|(_, given)| !given) {
            checks.data("required", self.path(member), "needed for every line; fill it in");
        }
    }

    fn numbers(&self, checks: &mut Checks<'_>) {
        if let Some(amount) = &self.piece.amount {
            if amount.value().is_zero() && self.nature != "91" {
                let message = "a value of 0; give what the goods are worth, gifts and samples too";
                checks.data("value_zero", self.path("Amount"), message);
            } else if amount.value() == Decimal::ONE {
                checks.data("value_one", self.path("Amount"), "a value of 1 looks like a filler; give the real value");
            }
            amount_decimals(&self.path("Amount"), Some(amount), given(&self.piece.currency_cd), checks);
        }
        if let Some(weight) = &self.piece.net_weight {
            if weight.value().is_zero() {
                checks.data("weight_zero", self.path("NetWeight"), "0 kg cannot be; weigh the goods");
            }
            if weight.decimals() > 3 {
                checks.data("decimals", self.path("NetWeight"), "more than 3 decimals; round to grams");
            }
        }
        if !known(&lists().currencies, &self.piece.currency_cd) {
            let message = "not a currency of ISO 4217; give its three-letter code";
            checks.data("currency_known", self.path("CurrencyCd"), message);
        }
    }

    fn description(&self, checks: &mut Checks<'_>) {
        let Some(text) = self.text() else { return };
        let path = self.path("Description");
        let judged = checks.context.stop_words().judge(text);
        if judged == Some(Vague::Wordless) || is_category(text) {
            let message = "says nothing about the goods; name them: what, for whom, of what";
            checks.data("description_vague", path, message);
            return;
        }
        if text.chars().count() < SHORTEST && !text.chars().any(is_sign) {
            let message = format!("shorter than {SHORTEST} characters; name the goods more fully");
            checks.data("description_short", path.clone(), message);
        }
        let remedy = |instead: Option<String>| match instead {
            Some(instead) => format!("write for example: {instead}"),
            None => "name them: what, for whom, of what".into(),
        };
        match judged {
            Some(Vague::Nothing(instead)) => {
                let message = format!("says nothing about the goods; {}", remedy(instead));
                checks.data("stop_word_alone", path, message);
            }
            Some(Vague::Class(instead)) => {
                let message = format!("a class of goods, not the goods; {}", remedy(instead));
                checks.data("stop_word_alone", path, message);
            }
            Some(Vague::Inside(word)) => {
                let message = format!("`{word}` is vague; say more about the goods: what, for whom, of what");
                checks.data("stop_word_inside", path, message);
            }
            Some(Vague::Wordless) | None => {}
        }
    }

    fn code(&self, checks: &mut Checks<'_>) {
        let Some(code) = self.hs() else {
            if matches!(self.nature, "11" | "21" | "32") {
                let message = "no HS code; GetHSCodes proposes codes for the description";
                checks.data("hs_absent", self.path("HS"), message);
            }
            return;
        };
        let digits: String = code.chars().filter(char::is_ascii_digit).collect();
        let strangers = code.chars().any(|c| !c.is_ascii_digit() && !matches!(c, '.' | ' '));
        if strangers || !(6..=14).contains(&digits.len()) {
            checks.data("hs_form", self.path("HS"), "an HS code has six to fourteen digits, like 610910");
        } else if digits.get(..6).is_some_and(|six| !goods().has_code(six)) {
            let message = "the first six digits are no code of HS 2022; GetHSCodes proposes codes";
            checks.data("hs_unknown", self.path("HS"), message);
        }
    }

    fn origin(&self, checks: &mut Checks<'_>) {
        if self.nature == "11" && given(&self.piece.orig_country_cd).is_none() {
            let message = "no country of origin; give the country where the goods were made";
            checks.data("origin_absent", self.path("OrigCountryCd"), message);
        }
    }

    /// The worst rule of each kind, so that one line gives at most two findings.
    fn screen(&self, checks: &mut Checks<'_>) {
        let Some(screening) = checks.context.screening else { return };
        let found: Vec<_> = overlay::readings(self.piece).map(|(code, text)| screening(code, text)).collect();
        let prohibited = found.iter().find_map(|found| found.prohibited.whole);
        let restricted = found.iter().find_map(|found| found.restricted.whole);
        for (against, rule, verb) in
            [(prohibited, "prohibited_goods", "forbidden"), (restricted, "restricted_goods", "restricted")]
        {
            let Some(against) = against else { continue };
            let by = if against.destination.is_empty() { "in the mail" } else { "in the country of destination" };
            let message = format!("may be {verb} {by}: {}", in_english(against));
            checks.data(rule, self.path("Description"), message);
        }
    }
}

/// What a rule says. Of one in another language only where to read it: findings are in English throughout.
fn in_english(rule: &Restriction) -> String {
    if rule.language.is_empty() || rule.language.eq_ignore_ascii_case("EN") {
        return format!("{} ({})", rule.description, rule.note);
    }
    let range = if rule.to_hs.is_empty() { rule.from_hs.clone() } else { format!("{}-{}", rule.from_hs, rule.to_hs) };
    let codes: Vec<&str> = [range.as_str(), &rule.hs_list].into_iter().filter(|codes| !codes.is_empty()).collect();
    let on = if codes.is_empty() { String::new() } else { format!(" on HS {}", codes.join(", ")) };
    let (country, language) = (&rule.destination, &rule.language);
    format!("a rule of {country}{on}; GetRestrictionProhibitionByDescriptionByCountry has its text in {language}")
}

/// The name of a category of transaction, in any language.
fn is_category(text: &str) -> bool {
    fn plain(text: &str) -> String {
        deunicode(text).to_lowercase()
    }
    static NAMES: LazyLock<HashSet<String>> = LazyLock::new(|| {
        let rows = lists().nature_types.rows().iter();
        rows.flat_map(|row| Language::ALL.map(|language| plain(row.names.in_language(language)))).collect()
    });
    NAMES.contains(&plain(text.trim()))
}

fn currencies(data: &DeclarationData, checks: &mut Checks<'_>) {
    let used: BTreeSet<&str> = data.content_pieces.iter().filter_map(|piece| given(&piece.currency_cd)).collect();
    if used.len() > 1 {
        checks.data("currencies_mixed", "ContentPieces", "lines in different currencies; use one for all");
    }
    if let Some(postage) = given(&data.postage_currency_cd)
        && used.iter().any(|currency| *currency != postage)
    {
        let message = "another currency than that of the goods; use one for both";
        checks.data("postage_currency", "PostageCurrencyCd", message);
    }
}

fn gift(data: &DeclarationData, checks: &mut Checks<'_>) {
    if given(&data.sender_name).is_some_and(is_company) {
        let message = "a company rarely sends gifts; use 11 (sale) or 32 (sample) where that is what it is";
        checks.data("gift_commercial", "NatureTypeCd", message);
    }
    for (at, piece) in data.content_pieces.iter().enumerate() {
        if piece.number.is_some_and(|number| number > GIFT_QUANTITY) {
            let message = format!("more than {GIFT_QUANTITY} of one thing look like trade goods; check the nature");
            checks.data("gift_commercial", format!("ContentPieces[{at}].Number"), message);
        }
    }
}

/// The last word of the name, points left out, is the abbreviation of a company.
fn is_company(name: &str) -> bool {
    let last = name.split([' ', ',']).rfind(|word| !word.is_empty()).unwrap_or_default();
    let last = last.replace('.', "").to_lowercase();
    LEGAL_FORMS.split_whitespace().any(|form| form == last)
}
