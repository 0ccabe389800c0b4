//! Code lists, currencies, HS codes, restrictions.

use serde::Deserialize;
use utoipa::ToSchema;

use super::reply::Reply;
use super::request::{Call, Needed};
use crate::contract::canonical::to_canonical;
use crate::contract::hs_code;
use crate::contract::{Number, lenient};
use crate::error::{Error, Findings, Result};
use crate::limits;
use crate::refdata::lists::Language;
use crate::rules::forms::given;
use crate::service::lookup::{Destination, Screening};

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct CocktailParams {
    /// EN (default), FR, ES, PT.
    language_cd: Option<String>,
}

/// The lists with their hash as entity tag; a client that has this version is answered 304.
pub(super) async fn cocktail(call: Call<'_>, params: CocktailParams) -> Result<Reply> {
    let language = match given(&params.language_cd) {
        None => Language::En,
        Some(code) => Language::parse(code)
            .ok_or_else(|| Error::invalid("unknown_code", "languageCd", "the languages are EN, FR, ES and PT"))?,
    };
    let cocktail = call.services.cocktail(&call.actor, language);
    let tag = format!("\"{}\"", cocktail.hash);
    if call.has_version(&tag) {
        return Ok(Reply::not_modified().header("etag", tag));
    }
    Ok(Reply::result("LoadRefDataCocktail", to_canonical(&cocktail)).header("etag", tag))
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct DecisionParams {
    decision_code: Option<String>,
}

pub(super) async fn decision(call: Call<'_>, params: DecisionParams) -> Result<Reply> {
    let mut needed = Needed::default();
    let code = needed.text("decisionCode", &params.decision_code, "give the decision code, for example 2");
    needed.done()?;
    let decision = call.services.decision(&call.actor, code)?;
    Ok(Reply::result("GetDecisionNameAndCategoryFromCode", to_canonical(&decision)))
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ConvertParams {
    /// Whose rates count first; the caller's when absent.
    organization_cd: Option<String>,
    from_currency_cd: Option<String>,
    to_currency_cd: Option<String>,
    amount: Option<Number>,
}

pub(super) async fn convert(call: Call<'_>, params: ConvertParams) -> Result<Reply> {
    let mut needed = Needed::default();
    let from =
        needed.text("fromCurrencyCd", &params.from_currency_cd, "give the currency of the amount, for example USD");
    let to = needed.text("toCurrencyCd", &params.to_currency_cd, "give the currency wanted, for example EUR");
    if params.amount.is_none() {
        needed.findings.add("required", "amount", "give the amount to convert");
    }
    needed.done()?;
    let org = given(&params.organization_cd).unwrap_or(&call.actor.org);
    let related = org == call.actor.org
        || call.actor.customs.as_deref() == Some(org)
        || call.actor.posts.iter().any(|post| post == org);
    if !related {
        return Err(Error::Unauthorized);
    }
    let amount = params.amount.map(|amount| amount.value()).unwrap_or_default();
    let converted = call.services.convert(org, amount, from, to)?;
    Ok(Reply::result("ConvertCurrency", to_canonical(&Number::from(converted))))
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct HsParams {
    /// What the goods are, in one of nine languages: English, French, Spanish, Portuguese, German, Italian, Dutch, Chinese, Japanese.
    good_description: Option<String>,
}

pub(super) async fn hs_codes(call: Call<'_>, params: HsParams) -> Result<Reply> {
    let mut needed = Needed::default();
    let text = needed.text("goodDescription", &params.good_description, "say what the goods are");
    check_text(&mut needed.findings, "goodDescription", text);
    needed.done()?;
    Ok(Reply::result("GetHSCodes", to_canonical(&call.services.hs_codes(text))))
}

macro_rules! restriction_params {
    ($($name:ident { $destination:ident, $goods:ident: $ty:ty })*) => {$(
        #[derive(Deserialize, Default, ToSchema)]
        #[serde(rename_all = "camelCase", default)]
        pub(super) struct $name {
            $destination: Option<String>,
            /// ISO country the item is sent from.
            sending_country_cd: Option<String>,
            #[serde(deserialize_with = "lenient::or_default")]
            $goods: $ty,
        }
    )*};
}

restriction_params! {
    DescriptionParams { destination_postal_org_cd, good_description: Option<String> }
    DescriptionByCountryParams { destination_country_cd, good_description: Option<String> }
    DescriptionsParams { destination_postal_org_cd, good_descriptions: Vec<Option<String>> }
    DescriptionsByCountryParams { destination_country_cd, good_descriptions: Vec<Option<String>> }
    HsCodeParams { destination_postal_org_cd, good_h_s_code: Option<String> }
    HsCodeByCountryParams { destination_country_cd, good_h_s_code: Option<String> }
}

pub(super) async fn by_description(call: Call<'_>, params: DescriptionParams) -> Result<Reply> {
    let to = To::post(params.destination_postal_org_cd, params.sending_country_cd);
    describe(&call, "GetRestrictionProhibitionByDescription", to, "goodDescription", vec![params.good_description])
        .await
}

pub(super) async fn by_description_by_country(call: Call<'_>, params: DescriptionByCountryParams) -> Result<Reply> {
    let to = To::country(params.destination_country_cd, params.sending_country_cd);
    let method = "GetRestrictionProhibitionByDescriptionByCountry";
    describe(&call, method, to, "goodDescription", vec![params.good_description]).await
}

pub(super) async fn by_descriptions(call: Call<'_>, params: DescriptionsParams) -> Result<Reply> {
    let to = To::post(params.destination_postal_org_cd, params.sending_country_cd);
    describe(&call, "GetRestrictionProhibitionsByDescriptions", to, "goodDescriptions", params.good_descriptions).await
}

pub(super) async fn by_descriptions_by_country(call: Call<'_>, params: DescriptionsByCountryParams) -> Result<Reply> {
    let to = To::country(params.destination_country_cd, params.sending_country_cd);
    let method = "GetRestrictionProhibitionsByDescriptionsByCountry";
    describe(&call, method, to, "goodDescriptions", params.good_descriptions).await
}

pub(super) async fn by_hs(call: Call<'_>, params: HsCodeParams) -> Result<Reply> {
    let to = To::post(params.destination_postal_org_cd, params.sending_country_cd);
    look_up_code(&call, "GetRestrictionProhibitionByHS", to, &params.good_h_s_code).await
}

pub(super) async fn by_hs_by_country(call: Call<'_>, params: HsCodeByCountryParams) -> Result<Reply> {
    let to = To::country(params.destination_country_cd, params.sending_country_cd);
    look_up_code(&call, "GetRestrictionProhibitionByHSByCountry", to, &params.good_h_s_code).await
}

/// Where goods go and where they come from, as sent.
struct To {
    by_country: bool,
    destination: Option<String>,
    sending: Option<String>,
}

impl To {
    fn post(destination: Option<String>, sending: Option<String>) -> Self {
        Self { by_country: false, destination, sending }
    }

    fn country(destination: Option<String>, sending: Option<String>) -> Self {
        Self { by_country: true, destination, sending }
    }

    /// Destination and sending country, checked.
    fn checked(&self, call: &Call<'_>, needed: &mut Needed) -> (Destination, String) {
        let path = if self.by_country { "destinationCountryCd" } else { "destinationPostalOrgCd" };
        let destination = needed.text(path, &self.destination, "say where the goods go").to_owned();
        let sending =
            needed.text("sendingCountryCd", &self.sending, "say which country the goods are sent from").to_owned();
        needed.country(call, "sendingCountryCd", &self.sending);
        if self.by_country {
            needed.country(call, "destinationCountryCd", &self.destination);
        }
        let destination =
            if self.by_country { Destination::Country(destination) } else { Destination::Post(destination) };
        (destination, sending)
    }
}

async fn describe(
    call: &Call<'_>,
    method: &str,
    to: To,
    path: &'static str,
    descriptions: Vec<Option<String>>,
) -> Result<Reply> {
    let mut needed = Needed::default();
    let (destination, sending) = to.checked(call, &mut needed);
    let texts: Vec<String> = descriptions.iter().filter_map(|text| given(text)).map(str::to_owned).collect();
    if texts.is_empty() {
        needed.findings.add("required", path, "say what the goods are; short English words work best");
    }
    if texts.len() > limits::DESCRIPTIONS {
        needed.findings.add("too_long", path, format!("at most {} descriptions fit in one call", limits::DESCRIPTIONS));
    }
    for text in &texts {
        check_text(&mut needed.findings, path, text);
    }
    needed.done()?;
    let found = call.services.restrictions_by_description(destination, &sending, &texts).await?;
    Ok(Reply::result(method, to_canonical(&found)))
}

async fn look_up_code(call: &Call<'_>, method: &str, to: To, code: &Option<String>) -> Result<Reply> {
    let mut needed = Needed::default();
    let (destination, sending) = to.checked(call, &mut needed);
    let code = needed.text("goodHSCode", code, "give the HS code, for example 240210");
    let digits = hs_code::digits(code).unwrap_or_default();
    if !code.is_empty() && !(2..=14).contains(&digits.len()) {
        needed.findings.add("format", "goodHSCode", "an HS code has 2 to 14 digits, for example 240210");
    }
    needed.done()?;
    let found = call.services.restrictions_by_hs(destination, &sending, &digits).await?;
    Ok(Reply::result(method, to_canonical(&found)))
}

fn check_text(findings: &mut Findings, path: &'static str, text: &str) {
    if text.chars().count() > limits::TEXT_CHARS {
        findings.add("too_long", path, format!("at most {} characters fit here", limits::TEXT_CHARS));
    }
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct ItemRestrictedParams {
    #[serde(rename = "mailItemID", alias = "mailItemId")]
    mail_item_id: Option<String>,
    /// Also list what was found.
    #[serde(deserialize_with = "lenient::flag")]
    return_restrictions_prohibitions: bool,
    /// Instead of the sender's country.
    origin_country_cd: Option<String>,
    /// Instead of the recipient's country.
    destination_country_cd: Option<String>,
}

pub(super) async fn item_restricted(call: Call<'_>, params: ItemRestrictedParams) -> Result<Reply> {
    let mut needed = Needed::default();
    let item_id = needed.text("mailItemID", &params.mail_item_id, "give the item id").to_owned();
    for (path, code) in
        [("originCountryCd", &params.origin_country_cd), ("destinationCountryCd", &params.destination_country_cd)]
    {
        needed.country(&call, path, code);
    }
    needed.done()?;
    let own = |code: &Option<String>| given(code).map(str::to_owned);
    let screening =
        Screening { item_id, origin: own(&params.origin_country_cd), destination: own(&params.destination_country_cd) };
    let found = call.services.screen_item(&call.actor, screening).await?;
    let restricted = !found.is_empty();
    let listed = if params.return_restrictions_prohibitions { to_canonical(&found) } else { "[]".into() };
    Ok(Reply::result("IsItemRestrictedProhibited", restricted.to_string()).with("restrictionsProhibitions", listed))
}
