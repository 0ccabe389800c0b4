//! Looking things up: code lists, currencies, HS codes, restrictions.

use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use super::catalogue::Catalogue;
use super::item::visible::declaration_for;
use super::item::which::{Candidates, Row};
use super::rights::UseCase;
use super::{Actor, Services};
use crate::contract::canonical::{hex, to_canonical};
use crate::contract::{CodeName, DeclarationData, HSLookupInfo, RestrictionProhibition, SimpleRefDataCocktail};
use crate::error::{Error, Result};
use crate::limits;
use crate::refdata::lists::{Coded, Language};
use crate::refdata::search::restriction::{RestrictionHit, Route};
use crate::refdata::{self, cocktail};
use crate::rules::currency::convert;
use crate::rules::overlay;
use crate::rules::places;
use crate::rules::structure::given;
use crate::rules::which::{self, Purpose};
use crate::store::item::{Item, Parts};
use crate::store::{Fault, Tx};

/// Where goods go, as a caller names it.
#[derive(Clone, Debug)]
pub enum Destination {
    /// By the code of the post.
    Post(String),
    /// By ISO country.
    Country(String),
}

/// Which item is screened, and on which way.
#[derive(Clone, Debug)]
pub struct Screening {
    pub item_id: String,
    /// Instead of the sender's country.
    pub origin: Option<String>,
    /// Instead of the recipient's country.
    pub destination: Option<String>,
}

impl Services {
    /// Every code list, named in `language`, with the version and hash of what is in it.
    pub fn cocktail(&self, actor: &Actor, language: Language) -> SimpleRefDataCocktail {
        let catalogue = self.catalogue();
        let customs = actor.customs.clone().unwrap_or_default();
        let mut cocktail = cocktail::cocktail(language, &customs);
        cocktail.decisions = cocktail::decisions(&catalogue.decision_rows, &customs, language);
        cocktail.countries = named(catalogue.countries().rows(), language);
        cocktail.organizations = named(&catalogue.operators, language);
        cocktail.offices = named(&catalogue.offices, language);
        let content = Sha256::digest(to_canonical(&cocktail).as_bytes());
        cocktail.hash = hex(&content);
        // The number grows with imports of other lists too, so it stays out of the hash.
        cocktail.version = format!("{}.{}", refdata::edition(), catalogue.version_no());
        cocktail
    }

    /// Name (English) and category of a decision code, as the caller's customs use it.
    ///
    /// # Errors
    /// 400 for a malformed code.
    pub fn decision(&self, actor: &Actor, code: &str) -> Result<[String; 2]> {
        let customs = actor.customs.clone().unwrap_or_default();
        let decision = self.catalogue().decisions.decide(&customs, code)?;
        Ok([decision.name(Language::En).to_owned(), decision.category.stored().to_owned()])
    }

    /// An amount in another currency, by the rates of `org` first.
    ///
    /// # Errors
    /// 400 naming an unknown currency or a pair without rate.
    pub fn convert(&self, org: &str, amount: Decimal, from: &str, to: &str) -> Result<Decimal> {
        let catalogue = self.catalogue();
        let converted = convert(&catalogue.rates(org), amount, from, to, self.today());
        converted.map(|conversion| conversion.amount).map_err(|finding| Error::Invalid(finding.into()))
    }

    /// At most ten HS codes for a description, best first.
    pub fn hs_codes(&self, description: &str) -> Vec<HSLookupInfo> {
        let hits = self.catalogue().goods().search(description, limits::HS_HITS);
        hits.iter().map(HSLookupInfo::from).collect()
    }

    /// Restrictions on goods given by description, each rule once.
    ///
    /// # Errors
    /// 400 for a post whose country is not known.
    pub async fn restrictions_by_description(
        &self,
        destination: Destination,
        sending: &str,
        descriptions: &[String],
    ) -> Result<Vec<RestrictionProhibition>> {
        let country = self.country(destination).await?;
        let catalogue = self.catalogue();
        let route = Route { destination: &country, sending, on: self.today() };
        let goods = catalogue.goods();
        let hits = descriptions.iter().flat_map(|text| catalogue.restrictions().by_description(text, route, goods));
        Ok(contracts(hits))
    }

    /// Restrictions on goods given by HS code.
    ///
    /// # Errors
    /// 400 for a post whose country is not known.
    pub async fn restrictions_by_hs(
        &self,
        destination: Destination,
        sending: &str,
        code: &str,
    ) -> Result<Vec<RestrictionProhibition>> {
        let country = self.country(destination).await?;
        let catalogue = self.catalogue();
        let route = Route { destination: &country, sending, on: self.today() };
        Ok(contracts(catalogue.restrictions().by_hs(code, route)))
    }

    /// Whether the goods of a stored declaration meet a restriction or prohibition, and which.
    ///
    /// # Errors
    /// 400 when the caller has no such item, or it has no declaration.
    pub async fn screen_item(&self, actor: &Actor, screening: Screening) -> Result<Vec<RestrictionProhibition>> {
        actor.check(UseCase::SeeItems)?;
        let (actor, id, catalogue) = (actor.clone(), screening.item_id.clone(), self.catalogue());
        let declared = self.store.read(move |tx| declared(tx, &catalogue, &actor, &id)).await?;
        if declared.is_empty() {
            let message = "there is no declared item of yours with this id";
            return Err(Error::invalid("absent", "mailItemID", message));
        }
        let mut found = Vec::new();
        for (text, post) in declared {
            let data: DeclarationData = serde_json::from_str(&text)
                .map_err(|error| Error::Internal(format!("a stored declaration cannot be read: {error}")))?;
            found.extend(self.screen(&data, &post, &screening)?);
        }
        found.dedup();
        Ok(found)
    }

    /// Whether goods that are to be declared meet a restriction or prohibition on their way to a post, and which.
    ///
    /// # Errors
    /// 400 when it is not said where they go.
    pub fn restrictions_on(&self, data: &DeclarationData, post: &str) -> Result<Vec<RestrictionProhibition>> {
        let anywhere = Screening { item_id: String::new(), origin: None, destination: None };
        let mut found = self.screen(data, post, &anywhere)?;
        found.dedup();
        Ok(found)
    }

    /// What restrictions say of declared goods on their way to a post, by the code and the words that were declared and by
    /// the revised ones.
    fn screen(&self, data: &DeclarationData, post: &str, screening: &Screening) -> Result<Vec<RestrictionProhibition>> {
        let catalogue = self.catalogue();
        let listed = |code: &&str| catalogue.countries().contains(code);
        let sending = screening.origin.as_deref().or(given(&data.sender_country_cd)).unwrap_or_default();
        let destination = screening.destination.as_deref().or(given(&data.recipient_country_cd).filter(listed));
        let destination = destination.or_else(|| catalogue.country_of_post(post)).ok_or_else(|| {
            let message = "neither the recipient nor the destination post of this item is of a listed country; say here \
                           where the goods go";
            Error::invalid("unknown_code", "destinationCountryCd", message)
        })?;
        let route = Route { destination, sending, on: self.today() };
        let readings = data.content_pieces.iter().flat_map(overlay::readings);
        let hits = readings.flat_map(|(code, text)| catalogue.restrictions_on(code, text, route));
        Ok(contracts(hits))
    }

    /// The ISO country meant: given, or of the post.
    async fn country(&self, destination: Destination) -> Result<String> {
        let catalogue = self.catalogue();
        match destination {
            Destination::Country(country) => Ok(country),
            Destination::Post(post) => {
                self.store.read(move |tx| country(tx, &catalogue, "destinationPostalOrgCd", &post)).await
            }
        }
    }
}

/// The country of an organization that is hosted here, is a partner, or is listed; refuses any other.
pub(super) fn country(tx: &mut Tx<'_>, catalogue: &Catalogue, path: &str, org: &str) -> Result<String, Fault> {
    let here = tx.organization(org)?.map(|row| row.country);
    let known = here.or_else(|| catalogue.country_of_post(org).map(str::to_owned));
    known.ok_or_else(|| {
        let message = places::unlisted_post(org, &catalogue.operators, catalogue.countries());
        Error::invalid("unknown_code", path, message).into()
    })
}

/// The declarations of the items that an id means, as far as the caller sees them, each with the post it goes to.
fn declared(tx: &mut Tx<'_>, catalogue: &Catalogue, actor: &Actor, id: &str) -> Result<Vec<(String, String)>, Fault> {
    let mut items: Vec<Item> = Vec::new();
    for post in &actor.posts {
        items.extend(tx.items_by_id(post, &[id], Parts::Declaration)?);
    }
    items.retain(|item| declaration_for(actor, item).is_some());
    let candidates = Candidates::of(tx, items.iter().map(|item| Row::from(&item.object)))?;
    let meant = which::choose(&candidates.see(catalogue), None, Purpose::Naming).counting;
    let told = |item: &Item| Some((item.declaration()?.body.as_deref()?.to_owned(), item.object.dest_post.clone()));
    Ok(meant.into_iter().filter_map(|at| told(&items[at])).collect())
}

fn named<R: Coded>(rows: &[R], language: Language) -> Vec<CodeName> {
    // A later row goes before an earlier one of the same code.
    let by_code: std::collections::BTreeMap<&str, &R> = rows.iter().map(|row| (row.code(), row)).collect();
    let name = |row: &R| row.names().in_language(language).to_owned();
    by_code.into_iter().map(|(code, row)| CodeName { code: code.to_owned(), name: name(row) }).collect()
}

/// Each rule once, with the reason it was found for.
pub(super) fn contracts<'c>(hits: impl IntoIterator<Item = RestrictionHit<'c>>) -> Vec<RestrictionProhibition> {
    let mut seen: Vec<*const crate::refdata::restrictions::Restriction> = Vec::new();
    let mut found = Vec::new();
    for hit in hits {
        if !seen.contains(&std::ptr::from_ref(hit.rule)) {
            seen.push(std::ptr::from_ref(hit.rule));
            found.push(hit.rule.to_contract(&hit.reason));
        }
    }
    found
}
