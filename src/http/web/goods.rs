//! Goods that the post offers: the list, and one of them to be added, changed or ended.
//!
//! What a form does not show of goods stays as it is stored.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use chrono_tz::Tz;
use maud::{Markup, html};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::field::{Line, Problems, line, table};
use super::layout::{form, form_again, page, see_other};
use super::sent::Form;
use super::visit::Visit;
use crate::contract::canonical::to_canonical;
use crate::contract::commerce::{MarketedGoodDetails, Money};
use crate::contract::date::with_zone;
use crate::contract::{MarketedGood, Number, WcfDate};
use crate::error::{Error, Finding, Findings, Result};
use crate::refdata::lists::Language;
use crate::service::rights::UseCase;
use crate::service::trade::GoodQuery;
use crate::service::{IfVersion, RequestKey};

/// Goods of a page of the list.
const ROWS: i32 = 50;
/// Fields, the members that they are, and the texts beside them: a label, for some a hint.
const FIELDS: [(&str, &str, &str, Option<&str>); 11] = [
    ("description", "Description", "goods.description", None),
    ("details", "Details.GoodDetails", "goods.details", None),
    ("hs", "Details.HSCode", "goods.hs", Some("goods.hs-hint")),
    ("weight", "Details.WeightKg", "goods.weight", None),
    ("origin", "Details.OrigCountryCd", "goods.origin", None),
    ("price", "Details.Price.Amount", "goods.price", None),
    ("currency", "Details.Price.Currency", "goods.currency", None),
    ("reference", "Details.SellerRefId", "goods.reference", None),
    ("buyers", "Details.BuyerOrganizations", "goods.buyers", Some("goods.buyers-hint")),
    ("from", "ValidFrom", "goods.from", Some("goods.from-hint")),
    ("to", "ValidTo", "goods.to", Some("goods.to-hint")),
];

/// The list, what is not valid now included.
pub(super) async fn list(visit: Visit<'_>) -> Result<HttpResponse> {
    let (texts, actor) = (visit.texts, visit.person()?.actor(UseCase::Offer)?);
    let query = GoodQuery {
        seller: Some(actor.org.clone()),
        with_invalid: true,
        limit: Some(ROWS),
        cursor: Some(visit.query.get("cursor").to_owned()).filter(|cursor| !cursor.is_empty()),
        ..GoodQuery::default()
    };
    let found = match visit.shared.services.goods(actor, query).await {
        Ok(found) => found,
        // A cursor of another list: it begins anew.
        Err(Error::Invalid(_)) => return Ok(see_other("/console/goods")),
        Err(error) => return Err(error),
    };
    let goods: Vec<MarketedGood> = found.goods.iter().map(|text| read(text)).collect::<Result<_>>()?;
    let rows: Vec<Markup> = goods.iter().map(|good| row(&visit, actor.zone, good)).collect();
    let heads = ["goods.number", "goods.description", "goods.hs", "goods.weight", "goods.price", "goods.validity"];
    let next = found.next_cursor.as_deref().map(|cursor| {
        format!("/console/goods?{}", serde_urlencoded::to_string([("cursor", cursor)]).unwrap_or_default())
    });
    let content = html! {
        @if visit.query.has("done") { div.note.good role="status" { p { (texts.get("me.done")) } } }
        p { (texts.get("goods.what")) }
        p.actions { a.button href="/console/good" { (texts.get("goods.add")) } }
        @if rows.is_empty() { p { (texts.get("goods.none")) } }
        @else { (table(texts.get("goods.title"), &heads.map(|key| texts.get(key)), &rows)) }
        @if let Some(next) = next { p { a href=(next) rel="next" { (texts.get("items.next")) } } }
    };
    page(&visit, texts.get("goods.title"), content)
}

fn read(text: &str) -> Result<MarketedGood> {
    serde_json::from_str(text).map_err(|error| Error::Internal(format!("stored goods cannot be read: {error}")))
}

fn row(visit: &Visit<'_>, zone: Tz, good: &MarketedGood) -> Markup {
    let texts = visit.texts;
    let number = good.reference_id.unwrap_or_default();
    let typed = typed_of(good, zone);
    let shown = |name: &str| typed.get(name).to_owned();
    let now = visit.shared.services.clock.now();
    let is_over = good.valid_to.is_some_and(|to| to.instant() < now);
    html! {
        tr {
            th scope="row" { a.id href=(format!("/console/good?number={number}")) { (number) } }
            td dir="auto" { (shown("description")) }
            td.id { (shown("hs")) }
            td.number { (shown("weight")) }
            td.number { (shown("price")) " " (shown("currency")) }
            td { @if is_over { (texts.get("goods.over")) } @else { (shown("from")) " – " (shown("to")) } }
        }
    }
}

/// The fields as goods fill them in.
fn typed_of(good: &MarketedGood, zone: Tz) -> Form {
    let details = good.details.as_ref();
    let text = |of: fn(&MarketedGoodDetails) -> &Option<String>| {
        details.and_then(|details| of(details).clone()).unwrap_or_default()
    };
    let number = |number: Option<&Number>| number.map(|number| number.digits().to_owned()).unwrap_or_default();
    let day = |date: Option<WcfDate>| {
        date.map(|date| date.instant().with_timezone(&zone).date_naive().to_string()).unwrap_or_default()
    };
    let price = details.and_then(|details| details.price.as_ref());
    let buyers: Vec<&str> =
        details.iter().flat_map(|details| &details.buyer_organizations).flatten().map(String::as_str).collect();
    [
        ("description", good.description.clone().unwrap_or_default()),
        ("details", text(|details| &details.good_details)),
        ("hs", text(|details| &details.hs_code)),
        ("weight", number(details.and_then(|details| details.weight_kg.as_ref()))),
        ("origin", text(|details| &details.orig_country_cd)),
        ("price", number(price.and_then(|price| price.amount.as_ref()))),
        ("currency", price.and_then(|price| price.currency.clone()).unwrap_or_default()),
        ("reference", text(|details| &details.seller_ref_id)),
        ("buyers", buyers.join(" ")),
        ("from", day(good.valid_from)),
        ("to", day(good.valid_to)),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

/// The goods that an address or a form names, with the tag of their version; new ones without a number.
///
/// # Errors
/// 404 where the own post has none of the number.
async fn meant(visit: &Visit<'_>, number: &str) -> Result<(MarketedGood, String)> {
    let actor = visit.person()?.actor(UseCase::Offer)?;
    if number.is_empty() {
        return Ok((MarketedGood::default(), String::new()));
    }
    let number = number.parse().map_err(|_| Error::Absent { what: "offer" })?;
    let offer = visit.shared.services.good(actor, number).await?;
    Ok((read(&offer.text)?, offer.tag))
}

/// The form of new goods, or of goods as they stand.
pub(super) async fn show(visit: Visit<'_>) -> Result<HttpResponse> {
    let zone = visit.person()?.actor(UseCase::Offer)?.zone;
    let number = visit.query.trimmed("number");
    let (good, tag) = meant(&visit, number).await?;
    let key = Uuid::now_v7().to_string();
    let content = good_form(&visit, (number, &tag, &key), &typed_of(&good, zone), &Problems::default())?;
    page(&visit, visit.texts.get(title(number)), content)
}

fn title(number: &str) -> &'static str {
    if number.is_empty() { "goods.add" } else { "goods.change" }
}

/// `number`, tag and key: which goods, as they stood, and what makes this form one.
fn good_form(
    visit: &Visit<'_>,
    (number, tag, key): (&str, &str, &str),
    typed: &Form,
    problems: &Problems,
) -> Result<Markup> {
    let texts = visit.texts;
    let field = |(name, _, label, hint): &(&str, &str, &'static str, Option<&'static str>)| {
        let is_wide = matches!(*name, "description" | "details" | "buyers");
        let needed = (*name == "description").then(|| texts.get("declare.needed"));
        line(
            problems,
            Line {
                name,
                label: texts.get(label),
                hint: hint.map(|hint| texts.get(hint)),
                value: typed.get(name),
                autocomplete: Some("off"),
                is_short: !is_wide,
                mark: needed,
                ..Line::default()
            },
        )
    };
    let body = html! {
        input type="hidden" name="number" value=(number);
        input type="hidden" name="tag" value=(tag);
        input type="hidden" name="key" value=(key);
        @for one in &FIELDS { (field(one)) }
        p.actions {
            button.main type="submit" name="do" value="save" { (texts.get("me.save")) }
            @if !number.is_empty() { button.grave type="submit" name="do" value="end" { (texts.get("goods.end")) } }
        }
    };
    form(visit, "/console/good", body)
}

/// Adds or changes goods, once for a form, or ends them now.
pub(super) async fn save(visit: Visit<'_>) -> Result<HttpResponse> {
    let (texts, actor) = (visit.texts, visit.person()?.actor(UseCase::Offer)?);
    let (sent, services) = (&visit.form, &visit.shared.services);
    let (number, tag) = (sent.trimmed("number"), sent.get("tag"));
    let again_as = |key: &str, problems: Problems, status: StatusCode| {
        let content = good_form(&visit, (number, tag, key), sent, &problems)?;
        form_again(&visit, status, texts.get(title(number)), &problems, content)
    };
    let again = |problems: Problems, status: StatusCode| again_as(sent.get("key"), problems, status);
    let (good, _) = meant(&visit, number).await?;
    let if_version = IfVersion::These(vec![tag.to_owned()]);
    if sent.get("do") == "end" && !number.is_empty() {
        return match services.end_good(actor, good.reference_id.unwrap_or_default(), if_version).await {
            Ok(_) => Ok(see_other("/console/goods?done")),
            Err(Error::Changed) => again(Problems::one(None, texts.get("goods.changed")), StatusCode::CONFLICT),
            Err(error) => Err(error),
        };
    }
    let good = match said(sent, good, texts.0, actor.zone) {
        Ok(good) => good,
        Err(wrong) => {
            let mut problems = Problems::default();
            for (name, key) in wrong {
                problems.add(Some(name.to_owned()), texts.get(key), false);
            }
            return again(problems, StatusCode::UNPROCESSABLE_ENTITY);
        }
    };
    let key = Uuid::try_parse(sent.get("key")).ok().map(|key| RequestKey {
        key: format!("form-{key}"),
        fingerprint: Sha256::digest(to_canonical(&good)).to_vec(),
    });
    let stored = match number {
        "" => services.store_good(actor, good, key).await,
        _ => {
            let number = good.reference_id.unwrap_or_default();
            services.change_good(actor, number, good, if_version, key).await
        }
    };
    match stored {
        Ok(_) => Ok(see_other("/console/goods?done")),
        Err(Error::Changed) => again(Problems::one(None, texts.get("goods.changed")), StatusCode::CONFLICT),
        // The same form was stored before, saying something else.
        Err(Error::KeyReused) if !number.is_empty() => {
            again(Problems::one(None, texts.get("goods.changed")), StatusCode::CONFLICT)
        }
        Err(Error::KeyReused) => {
            let problems = Problems::one(None, texts.get("goods.sent-already"));
            again_as(&Uuid::now_v7().to_string(), problems, StatusCode::CONFLICT)
        }
        Err(error) => {
            let fields = FIELDS.map(|(name, member, ..)| (member, name));
            again(Problems::of(under(error), texts, &fields)?, StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}

/// What was found, with paths that begin at the goods; a buyer is one of the field's.
fn under(error: Error) -> Error {
    let Error::Invalid(findings) = error else { return error };
    let mut own = Findings::default();
    for found in findings.into_vec() {
        let path = found.path.strip_prefix("marketedGood.").unwrap_or(&found.path);
        let path = path.split('[').next().unwrap_or(path).to_owned();
        own.push(Finding { path, ..found });
    }
    Error::Invalid(own)
}

/// What the fields say, put over goods; else the fields that cannot be read, each with the key of what is wrong.
fn said(
    sent: &Form,
    good: MarketedGood,
    language: Language,
    zone: Tz,
) -> Result<MarketedGood, Vec<(&'static str, &'static str)>> {
    let mut wrong = Vec::new();
    let given = |name: &str| Some(sent.trimmed(name).to_owned()).filter(|text| !text.is_empty());
    let shown = typed_of(&good, zone);
    let mut number = |name: &'static str| {
        let text = given(name)?;
        let text = if language == Language::En { text } else { text.replace(',', ".") };
        Number::parse(&text).map_err(|_| wrong.push((name, "found.number_form"))).ok()
    };
    let (weight_kg, amount) = (number("weight"), number("price"));
    let mut day = |name: &'static str, known: Option<WcfDate>, parse: fn(&str) -> Result<Option<WcfDate>, String>| {
        let text = given(name)?;
        // A day that was not changed stays the time that it was shown for.
        if text == shown.get(name) {
            return known;
        }
        with_zone(zone, || parse(&text)).map_err(|_| wrong.push((name, "items.date-form"))).ok().flatten()
    };
    let (valid_from, valid_to) =
        (day("from", good.valid_from, WcfDate::parse), day("to", good.valid_to, WcfDate::parse_end));
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let capital = |name: &str| given(name).map(|text| text.to_uppercase());
    let buyers = sent.get("buyers").split(|c: char| c.is_whitespace() || c == ',' || c == ';');
    let currency = capital("currency");
    let details = MarketedGoodDetails {
        good_details: given("details"),
        hs_code: given("hs").map(|code| code.chars().filter(|c| !matches!(c, ' ' | '.')).collect()),
        weight_kg,
        orig_country_cd: capital("origin"),
        price: (amount.is_some() || currency.is_some()).then_some(Money { amount, currency }),
        seller_ref_id: given("reference"),
        buyer_organizations: buyers.filter(|code| !code.is_empty()).map(|code| Some(code.to_uppercase())).collect(),
        ..good.details.unwrap_or_default()
    };
    Ok(MarketedGood { description: given("description"), details: Some(details), valid_from, valid_to, ..good })
}
