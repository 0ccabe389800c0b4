//! The item as a whole: its id, classes, weights, postage and nature.

use super::finding::{Checks, Subject};
use crate::contract::{DeclarationData, MailObject, Number};
use crate::refdata::lists::{Coded, Country, List, lists};
use crate::rules::forms::given;
use crate::rules::item_id::{CheckDigit, S10};
use crate::rules::places;

/// The extra field that explains nature 999.
const EXPLANATION: &str = "EP.NatureExplanation";
/// From this mail state on the item has left the outward office of exchange.
const DEPARTED: i32 = 10;
/// Longest fields that the message profile carries, in characters.
const CITY: usize = 35;
const ZIP: usize = 17;
const LINE: usize = 70;
const CONTACT: usize = 254;
const DESCRIPTION: usize = 512;

pub(super) fn check(object: &MailObject, data: &DeclarationData, checks: &mut Checks<'_>) {
    item_id(object, checks);
    if object.mail_state_cd.is_some_and(|state| state >= DEPARTED) {
        let message = "the item has left the outward office of exchange already; declare before it departs";
        checks.found("late", Subject::MailObject, "MailStateCd", message);
    }
    required(object, data, checks);
    codes(object, data, checks);
    countries(data, checks);
    weight_and_postage(data, checks);
    weight_limit(object, data, checks);
    sizes(data, checks);
    if given(&data.nature_type_cd) == Some("999") && extra_field(data, EXPLANATION).is_none() {
        let message = format!("nature 999 needs an explanation; give the extra field {EXPLANATION}");
        checks.data("nature_unexplained", "NatureTypeCd", message);
    }
}

fn extra_field<'a>(data: &'a DeclarationData, name: &str) -> Option<&'a str> {
    let mut pairs = data.extra_field_names.iter().zip(&data.extra_field_values);
    let (_, value) = pairs.find(|(known, _)| known.as_deref() == Some(name))?;
    given(value)
}

fn item_id(object: &MailObject, checks: &mut Checks<'_>) {
    let Some(id) = given(&object.id) else { return };
    let countries = checks.context.countries();
    let mut found = |rule, message: String| checks.found(rule, Subject::MailObject, "Id", message);
    if let Some(s10) = S10::parse(id) {
        if let CheckDigit::Wrong { expected } = s10.check_digit() {
            found("item_id_check_digit", format!("the check digit should be {expected}; compare with the label"));
        }
        if !countries.contains(s10.country()) {
            let advice = places::country_advice(s10.country(), countries);
            found("item_id_country", format!("the last two letters are no country or territory of the list; {advice}"));
        }
        let of_id = s10.service().and_then(|service| service.mail_class);
        if let (Some(of_id), Some(class)) = (of_id, given(&object.mail_class_cd))
            && of_id != class
        {
            let indicator = s10.service_indicator();
            found(
                "item_id_class",
                format!("ids that begin with {indicator} belong to mail class {of_id}; correct one of the two"),
            );
        }
    } else if !is_provisional(id, countries) {
        let message = "not two letters, nine digits and two letters; read the id again from the label";
        found("item_id_form", message.into());
    }
}

/// A running number and the country of the post: the id of a declaration made before acceptance.
fn is_provisional(id: &str, countries: &List<Country>) -> bool {
    let (digits, country) = id.split_at(id.bytes().take_while(u8::is_ascii_digit).count());
    !digits.is_empty() && countries.contains(country)
}

fn required(object: &MailObject, data: &DeclarationData, checks: &mut Checks<'_>) {
    for (path, given) in
        [("MailClassCd", given(&object.mail_class_cd).is_some()), ("PostingDt", object.posting_dt.is_some())]
    {
        if !given {
            checks.found("required", Subject::MailObject, path, "needed on a customs form; fill it in");
        }
    }
    let amounts = [
        ("InsuredValueCurrencyCd", data.insured_value.is_none() || given(&data.insured_value_currency_cd).is_some()),
        ("Postage", data.postage.is_some()),
        ("PostageCurrencyCd", data.postage.is_none() || given(&data.postage_currency_cd).is_some()),
        ("GrossWeight", data.gross_weight.is_some()),
        ("NatureTypeCd", given(&data.nature_type_cd).is_some()),
        ("ContentPieces", !data.content_pieces.is_empty()),
    ];
    for (path, _) in amounts.into_iter().filter(|(_, given)| !given) {
        checks.data("required", path, "needed on a customs form; fill it in");
    }
}

fn codes(object: &MailObject, data: &DeclarationData, checks: &mut Checks<'_>) {
    let lists = lists();
    for (path, code, known) in [
        ("MailClassCd", &object.mail_class_cd, known(&lists.mail_classes, &object.mail_class_cd)),
        ("MailCategoryCd", &object.mail_category_cd, known(&lists.mail_categories, &object.mail_category_cd)),
    ] {
        if given(code).is_some() && !known {
            checks.found("code_known", Subject::MailObject, path, UNLISTED);
        }
    }
    for (path, known) in [
        ("HandlingClassCd", known(&lists.handling_classes, &data.handling_class_cd)),
        ("NatureTypeCd", known(&lists.nature_types, &data.nature_type_cd)),
        ("TransportMode", known(&lists.transport_modes, &data.transport_mode)),
    ] {
        if !known {
            checks.data("code_known", path, UNLISTED);
        }
    }
    for (path, known) in [
        ("PostageCurrencyCd", known(&lists.currencies, &data.postage_currency_cd)),
        ("InsuredValueCurrencyCd", known(&lists.currencies, &data.insured_value_currency_cd)),
    ] {
        if !known {
            checks.data("currency_known", path, "not a currency of ISO 4217; give its three-letter code");
        }
    }
}

/// Countries in what a partner sent; a caller that names an unlisted one is refused.
fn countries(data: &DeclarationData, checks: &mut Checks<'_>) {
    let listed = checks.context.countries();
    for (path, code) in places::declared(data) {
        if checks.context.is_partner && !listed.contains(code) {
            checks.data("country_known", path, places::unlisted_country(code, listed));
        }
    }
}

const UNLISTED: &str = "not a listed code; LoadRefDataCocktail gives the lists";

/// In the list, or not given at all.
pub(super) fn known<R: Coded>(list: &List<R>, code: &Option<String>) -> bool {
    given(code).is_none_or(|code| list.contains(code))
}

/// The most that an item of its class may weigh; an M bag, known by its id, more than other letter post.
fn weight_limit(object: &MailObject, data: &DeclarationData, checks: &mut Checks<'_>) {
    let of_id = given(&object.id).and_then(S10::parse).and_then(S10::service).and_then(|service| service.max_kg);
    let of_class = given(&object.mail_class_cd).and_then(|class| lists().mail_classes.get(class)?.max_kg);
    if let (Some(gross), Some(limit)) = (&data.gross_weight, of_id.or(of_class))
        && gross.value() > limit
    {
        let message =
            format!("more than the {limit} kg that an item of its class may weigh; weights are in kg, not in g");
        checks.data("weight_over_limit", "GrossWeight", message);
    }
}

fn weight_and_postage(data: &DeclarationData, checks: &mut Checks<'_>) {
    if let Some(gross) = &data.gross_weight {
        if gross.value().is_zero() {
            checks.data("weight_zero", "GrossWeight", "0 kg cannot be; weigh the item");
        }
        let net = data.content_pieces.iter().filter_map(|piece| piece.net_weight.as_ref().map(Number::value));
        let net = net.fold(rust_decimal::Decimal::ZERO, |sum, weight| sum.saturating_add(weight));
        if net > gross.value() && !gross.value().is_zero() {
            let message = "the net weights together exceed the gross weight; weights are those of whole lines, in kg";
            checks.data("net_over_gross", "GrossWeight", message);
        }
        if gross.decimals() > 3 {
            checks.data("decimals", "GrossWeight", "more than 3 decimals; round to grams");
        }
    }
    if data.postage.as_ref().is_some_and(|postage| postage.value().is_zero()) {
        checks.data("postage_zero", "Postage", "no postage; give what the sender paid");
    }
    for (path, amount, currency) in [
        ("Postage", &data.postage, &data.postage_currency_cd),
        ("InsuredValue", &data.insured_value, &data.insured_value_currency_cd),
    ] {
        amount_decimals(path, amount.as_ref(), given(currency), checks);
    }
}

/// An amount has no more decimals than its currency.
pub(super) fn amount_decimals(path: &str, amount: Option<&Number>, currency: Option<&str>, checks: &mut Checks<'_>) {
    let allowed = currency.and_then(|code| lists().currencies.get(code)).and_then(|currency| currency.minor_units);
    if let (Some(amount), Some(allowed)) = (amount, allowed)
        && amount.decimals() > allowed
    {
        checks.data("decimals", path, format!("the currency has {allowed} decimals; round the amount"));
    }
}

fn sizes(data: &DeclarationData, checks: &mut Checks<'_>) {
    let texts = [
        ("SenderName", &data.sender_name, LINE),
        ("SenderAddressLine1", &data.sender_address_line1, LINE),
        ("SenderAddressLine2", &data.sender_address_line2, LINE),
        ("SenderCity", &data.sender_city, CITY),
        ("SenderState", &data.sender_state, CITY),
        ("SenderZIP", &data.sender_zip, ZIP),
        ("SenderIdRef", &data.sender_id_ref, CITY),
        ("SenderTelephone", &data.sender_telephone, CONTACT),
        ("SenderEmail", &data.sender_email, CONTACT),
        ("RecipientName", &data.recipient_name, LINE),
        ("RecipientAddressLine1", &data.recipient_address_line1, LINE),
        ("RecipientAddressLine2", &data.recipient_address_line2, LINE),
        ("RecipientCity", &data.recipient_city, CITY),
        ("RecipientState", &data.recipient_state, CITY),
        ("RecipientZIP", &data.recipient_zip, ZIP),
        ("RecipientIdRef", &data.recipient_id_ref, CITY),
        ("RecipientTelephone", &data.recipient_telephone, CONTACT),
        ("RecipientEmail", &data.recipient_email, CONTACT),
    ];
    for (path, text, limit) in texts {
        size(path, text, limit, checks);
    }
    for (at, piece) in data.content_pieces.iter().enumerate() {
        size(&format!("ContentPieces[{at}].Description"), &piece.description, DESCRIPTION, checks);
    }
    for (at, document) in data.documents.iter().enumerate() {
        size(&format!("Documents[{at}].DocumentId"), &document.document_id, CITY, checks);
    }
}

fn size(path: &str, text: &Option<String>, limit: usize, checks: &mut Checks<'_>) {
    if given(text).is_some_and(|text| text.chars().count() > limit) {
        checks.data("size", path, format!("longer than the {limit} characters a partner can receive; shorten it"));
    }
}
