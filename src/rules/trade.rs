//! What marketed goods and postal services must hold to be stored.

use super::forms::{
    check_code, check_currency, check_hs, check_length, check_list, check_not_negative, check_post, given,
};
use super::places::check_country;
use crate::contract::commerce::{MarketedGoodDetails, Money, PhysicalLimits, ServiceDetails};
use crate::contract::{MarketedGood, Number, PostalService, WcfDate};
use crate::error::Findings;
use crate::limits;
use crate::refdata::lists::{Country, List};
use crate::refdata::search::goods;

/// Checks goods as sent; paths start with `marketedGood`.
pub fn marketed_good(good: &MarketedGood, countries: &List<Country>) -> Findings {
    let mut findings = Findings::default();
    if given(&good.description).is_none() {
        findings.add("required", "Description", "say what is offered");
    }
    check_length(&mut findings, "Description", &good.description, limits::TEXT_CHARS);
    if good.reference_id.is_some_and(|number| number < 0) {
        findings.add("out_of_range", "ReferenceId", "numbers are positive; leave it out to create");
    }
    check_period(&mut findings, good.valid_from, good.valid_to);
    if let Some(details) = &good.details {
        findings.extend_under("Details", good_details(details, countries));
    }
    under("marketedGood", findings)
}

fn good_details(details: &MarketedGoodDetails, countries: &List<Country>) -> Findings {
    let mut findings = Findings::default();
    let buyers = &details.buyer_organizations;
    check_list(&mut findings, "BuyerOrganizations", buyers.len(), limits::CATALOGUE_BUYERS);
    let is_organization =
        |code: &str| (2..=10).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric());
    for (at, buyer) in buyers.iter().enumerate() {
        if given(buyer).is_some_and(|code| !is_organization(code)) {
            findings.add("format", format!("BuyerOrganizations[{at}]"), "write organization codes, for example FRA");
        }
    }
    for (path, text) in [
        ("GoodDetails", &details.good_details),
        ("Picture", &details.picture),
        ("SellerAddress", &details.seller_address),
        ("SellerCity", &details.seller_city),
        ("SellerName", &details.seller_name),
        ("SellerPhone", &details.seller_phone),
        ("SellerRefId", &details.seller_ref_id),
        ("SellerZip", &details.seller_zip),
        ("ServiceDescription", &details.service_description),
    ] {
        check_length(&mut findings, path, text, limits::TEXT_CHARS);
    }
    check_country(&mut findings, "SellerCountry", given(&details.seller_country), countries);
    check_country(&mut findings, "OrigCountryCd", given(&details.orig_country_cd), countries);
    check_hs(&mut findings, "HSCode", &details.hs_code);
    for (path, number) in [
        ("HeightCm", &details.height_cm),
        ("LengthCm", &details.length_cm),
        ("WeightKg", &details.weight_kg),
        ("WidthCm", &details.width_cm),
    ] {
        check_not_negative(&mut findings, path, number);
    }
    check_value(&mut findings, "Price", &details.price);
    if details.stock.is_some_and(|stock| stock < 0) {
        findings.add("out_of_range", "Stock", "a stock is not negative");
    }
    findings
}

/// Whether the HS code names nothing in the nomenclature, as far as its first six digits say.
pub fn has_unknown_code(good: &MarketedGood) -> bool {
    let code = good.details.as_ref().and_then(|details| given(&details.hs_code)).unwrap_or_default();
    let digits: String = code.chars().filter(char::is_ascii_digit).take(6).collect();
    !code.is_empty() && !goods().has_code(&digits)
}

/// Organizations that goods are offered to, each once; none means everyone.
pub fn buyers(good: &MarketedGood) -> Vec<String> {
    let listed = good.details.iter().flat_map(|details| &details.buyer_organizations);
    let mut buyers: Vec<String> = listed.filter_map(|buyer| given(buyer)).map(str::to_owned).collect();
    buyers.sort_unstable();
    buyers.dedup();
    buyers
}

/// Checks a service as sent; paths start with `postalService`.
pub fn postal_service(service: &PostalService, countries: &List<Country>) -> Findings {
    let mut findings = Findings::default();
    let destination = given(&service.dest_organization_cd);
    check_post(&mut findings, "DestOrganizationCd", destination);
    if destination.is_some() && destination == given(&service.orig_organization_cd) {
        findings.add("posts", "DestOrganizationCd", "a service goes to another post than its own");
    }
    check_length(&mut findings, "ServiceNm", &service.service_nm, limits::TEXT_CHARS);
    check_code(&mut findings, "MailClassCd", &service.mail_class_cd, 1, "one capital letter, for example U, C or E");
    check_code(&mut findings, "MailCategoryCd", &service.mail_category_cd, 1, "one capital letter, A to D");
    check_period(&mut findings, service.valid_from, service.valid_to);
    if let Some(details) = &service.details {
        findings.extend_under("Details", service_details(details, countries));
    }
    under("postalService", findings)
}

fn service_details(details: &ServiceDetails, countries: &List<Country>) -> Findings {
    let mut findings = Findings::default();
    check_country(&mut findings, "DestCountry", given(&details.dest_country), countries);
    check_country(&mut findings, "OrigCountry", given(&details.orig_country), countries);
    for (path, text) in [("DestZoneNumber", &details.dest_zone_number), ("OrigZoneNumber", &details.orig_zone_number)] {
        check_length(&mut findings, path, text, limits::TEXT_CHARS);
    }
    for (path, len) in [
        ("MailSubclasses", details.mail_subclasses.len()),
        ("Rates", details.rates.len()),
        ("Standards", details.standards.len()),
    ] {
        check_list(&mut findings, path, len, limits::CONTENT_PIECES);
    }
    for (at, subclass) in details.mail_subclasses.iter().enumerate() {
        check_code(&mut findings, &format!("MailSubclasses[{at}]"), subclass, 2, "two capital letters, for example UA");
    }
    for (at, rate) in details.rates.iter().enumerate() {
        check_not_negative(&mut findings, &format!("Rates[{at}].ItemMaxWeight"), &rate.item_max_weight);
        check_length(&mut findings, &format!("Rates[{at}].RateCode"), &rate.rate_code, limits::TEXT_CHARS);
        check_value(&mut findings, &format!("Rates[{at}].RatePeKg"), &rate.rate_pe_kg);
    }
    for (at, standard) in details.standards.iter().enumerate() {
        let time_fits = (0..24).contains(&standard.cutoff_hour) && (0..60).contains(&standard.cutoff_min);
        let days_fit = (0..=standard.max_days).contains(&standard.min_days);
        if !time_fits || !days_fit {
            let message = "CutoffHour 0 to 23, CutoffMin 0 to 59, MinDays from 0 to MaxDays";
            findings.add("out_of_range", format!("Standards[{at}]"), message);
        }
    }
    if let Some(physical) = &details.physical_limits {
        findings.extend_under("PhysicalLimits", physical_limits(physical));
    }
    findings
}

fn physical_limits(physical: &PhysicalLimits) -> Findings {
    let mut findings = Findings::default();
    let pairs: [(&str, &Option<Number>, &str, &Option<Number>); 4] = [
        ("MinHeight", &physical.min_height, "MaxHeight", &physical.max_height),
        ("MinLenght", &physical.min_lenght, "MaxLenght", &physical.max_lenght),
        ("MinWeight", &physical.min_weight, "MaxWeight", &physical.max_weight),
        ("MinWidth", &physical.min_width, "MaxWidth", &physical.max_width),
    ];
    for (least_name, least, most_name, most) in pairs {
        check_not_negative(&mut findings, least_name, least);
        check_not_negative(&mut findings, most_name, most);
        if let (Some(least), Some(most)) = (least, most)
            && least.value() > most.value()
        {
            findings.add("out_of_range", least_name, format!("greater than {most_name}"));
        }
    }
    findings
}

fn check_value(findings: &mut Findings, path: &str, value: &Option<Money>) {
    let Some(value) = value else { return };
    check_not_negative(findings, &format!("{path}.Amount"), &value.amount);
    check_currency(findings, &format!("{path}.Currency"), &value.currency);
    if value.amount.is_some() && given(&value.currency).is_none() {
        findings.add("required", format!("{path}.Currency"), "say in which currency, for example EUR");
    }
}

fn check_period(findings: &mut Findings, from: Option<WcfDate>, to: Option<WcfDate>) {
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        findings.add("out_of_range", "ValidTo", "ends before it begins");
    }
}

fn under(prefix: &str, findings: Findings) -> Findings {
    let mut all = Findings::default();
    all.extend_under(prefix, findings);
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refdata::lists::lists;

    fn paths(findings: Findings) -> Vec<String> {
        findings.into_vec().into_iter().map(|finding| finding.path).collect()
    }

    #[test]
    fn every_fault_of_goods_is_found_at_once() {
        let good: MarketedGood = serde_json::from_str(
            r#"{"ValidFrom":"2026-02-01","ValidTo":"2026-01-01","Details":{"BuyerOrganizations":["FRA","no code"],
                "WeightKg":-1,"Price":{"Amount":3},"Stock":-1}}"#,
        )
        .unwrap();
        let expected = [
            "Description",
            "ValidTo",
            "Details.BuyerOrganizations[1]",
            "Details.WeightKg",
            "Details.Price.Currency",
            "Details.Stock",
        ];
        assert_eq!(
            paths(marketed_good(&good, &lists().countries)),
            expected.map(|path| format!("marketedGood.{path}"))
        );
    }

    #[test]
    fn limits_of_a_service_must_not_cross() {
        let service: PostalService = serde_json::from_str(
            r#"{"OrigOrganizationCd":"AUA","DestOrganizationCd":"AUA","Details":{"PhysicalLimits":{"MinLenght":2,"MaxLenght":1.5},
                "Standards":[{"CutoffHour":24}]}}"#,
        )
        .unwrap();
        let expected = ["DestOrganizationCd", "Details.Standards[0]", "Details.PhysicalLimits.MinLenght"];
        assert_eq!(
            paths(postal_service(&service, &lists().countries)),
            expected.map(|path| format!("postalService.{path}"))
        );
    }

    #[test]
    fn buyers_are_listed_once_and_blanks_mean_nobody() {
        let good: MarketedGood =
            serde_json::from_str(r#"{"Details":{"BuyerOrganizations":["FRA"," ",null,"DEA","FRA"]}}"#).unwrap();
        assert_eq!(buyers(&good), ["DEA", "FRA"]);
        assert!(buyers(&MarketedGood::default()).is_empty());
    }
}
