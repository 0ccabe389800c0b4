//! Limited data: what a declaration leaves out and its sender's own catalogue says.
//!
//! A line that names goods of the catalogue takes from them what it does not say itself; a declaration without any sender
//! takes the default one; an item without a destination takes the only operator of the recipient's country. Nothing else is
//! filled in, and no value is made up: an amount or a weight follows from a quantity that was declared, or not at all.
//! Where goods and senders are kept is not known here.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::forms::given;
use crate::contract::commerce::MarketedGoodDetails;
use crate::contract::{ContentPiece, DeclarationData, MailObject, MarketedGood, Number, Sender};
use crate::error::Findings;

/// The extra field that names the members that were filled in: of a line beside the line, others beside the declaration.
pub const ENRICHED: &str = "EP.Enriched";
/// The extra field of a line that says by which goods it was filled in.
pub const GOODS_REFERENCE: &str = "EP.GoodsReference";

/// What may be filled in.
#[derive(Clone, Debug, Default)]
pub struct Supply {
    /// Goods that are offered now, by their numbers.
    pub goods: BTreeMap<i32, MarketedGood>,
    pub sender: Option<Sender>,
}

/// The goods that the lines name.
pub fn goods_named(data: &DeclarationData) -> impl Iterator<Item = i32> {
    data.content_pieces.iter().filter_map(|piece| piece.goods_reference)
}

/// Forgets which goods the lines name, where nobody looks them up.
pub fn drop_goods(data: &mut DeclarationData) {
    data.content_pieces.iter_mut().for_each(|piece| piece.goods_reference = None);
}

/// Whether no member says who sends.
pub fn lacks_sender(data: &DeclarationData) -> bool {
    Sender::of(data).given().is_empty()
}

/// Fills in what is left out. `only_post` gives the operator of a country that has just one.
pub fn complete(
    object: &mut MailObject,
    data: &mut DeclarationData,
    supply: &Supply,
    only_post: impl FnOnce(&str) -> Option<String>,
) -> Findings {
    let mut findings = Findings::default();
    for (at, piece) in data.content_pieces.iter_mut().enumerate() {
        let Some(number) = piece.goods_reference.take() else { continue };
        match supply.goods.get(&number) {
            Some(good) => complete_line(piece, good, number),
            None => {
                let message = "you offer no goods under this number now; GET /v1/goods lists them";
                findings.add("unknown_code", format!("ContentPieces[{at}].goodsReference"), message);
            }
        }
    }
    let mut filled = Vec::new();
    if let Some(sender) = supply.sender.as_ref().filter(|_| lacks_sender(data)) {
        filled = sender.put_into(data);
    }
    if given(&object.dest_post_org_cd).is_none() && object.p_id.is_none() {
        object.dest_post_org_cd = given(&data.recipient_country_cd).and_then(only_post);
        filled.extend(object.dest_post_org_cd.is_some().then_some("DestPostOrgCd"));
    }
    note(&mut data.extra_field_names, &mut data.extra_field_values, &filled);
    findings
}

fn complete_line(piece: &mut ContentPiece, good: &MarketedGood, number: i32) {
    let none = MarketedGoodDetails::default();
    let details = good.details.as_ref().unwrap_or(&none);
    let mut filled = Vec::new();
    let members = [
        ("Description", &mut piece.description, &good.description),
        ("HS", &mut piece.hs, &details.hs_code),
        ("OrigCountryCd", &mut piece.orig_country_cd, &details.orig_country_cd),
    ];
    for (name, member, supplied) in members {
        if given(member).is_none() && given(supplied).is_some() {
            member.clone_from(supplied);
            filled.push(name);
        }
    }
    let quantity = piece.number.filter(|number| *number > 0).map(Decimal::from);
    let times = |one: &Option<Number>| Some(one.as_ref()?.value().checked_mul(quantity?)?.into());
    if piece.net_weight.is_none() {
        piece.net_weight = times(&details.weight_kg);
        filled.extend(piece.net_weight.is_some().then_some("NetWeight"));
    }
    filled.extend(complete_amount(piece, details, times));
    set(&mut piece.extra_field_names, &mut piece.extra_field_values, GOODS_REFERENCE, number.to_string());
    note(&mut piece.extra_field_names, &mut piece.extra_field_values, &filled);
}

/// An amount is filled in together with its currency, or beside the same one.
fn complete_amount(
    piece: &mut ContentPiece,
    details: &MarketedGoodDetails,
    times: impl Fn(&Option<Number>) -> Option<Number>,
) -> Vec<&'static str> {
    let Some(price) = details.price.as_ref().filter(|price| given(&price.currency).is_some()) else {
        return Vec::new();
    };
    let is_other = given(&piece.currency_cd).is_some_and(|currency| Some(currency) != given(&price.currency));
    if piece.amount.is_some() || is_other {
        return Vec::new();
    }
    piece.amount = times(&price.amount);
    let Some(_) = piece.amount else { return Vec::new() };
    if given(&piece.currency_cd).is_some() {
        return vec!["Amount"];
    }
    piece.currency_cd.clone_from(&price.currency);
    vec!["Amount", "CurrencyCd"]
}

/// Adds members to those that are said to be filled in.
fn note(names: &mut Vec<Option<String>>, values: &mut Vec<Option<String>>, filled: &[&str]) {
    if filled.is_empty() || names.len() != values.len() {
        return;
    }
    let before = names.iter().position(|name| name.as_deref() == Some(ENRICHED)).and_then(|at| values[at].clone());
    let mut all: Vec<&str> =
        before.as_deref().unwrap_or_default().split(", ").filter(|name| !name.is_empty()).collect();
    all.extend(
        filled.iter().filter(|name| before.as_deref().is_none_or(|all| !all.split(", ").any(|old| old == **name))),
    );
    set(names, values, ENRICHED, all.join(", "));
}

/// Sets an extra field; leaves lists of different length to the check that refuses them.
fn set(names: &mut Vec<Option<String>>, values: &mut Vec<Option<String>>, name: &str, value: String) {
    if names.len() != values.len() {
        return;
    }
    match names.iter().position(|known| known.as_deref() == Some(name)) {
        Some(at) => values[at] = Some(value),
        None => {
            names.push(Some(name.to_owned()));
            values.push(Some(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> MarketedGood {
        serde_json::from_str(
            r#"{"Description":"wall clock","ReferenceId":7,"Details":{"HSCode":"910529","WeightKg":0.35,
            "OrigCountryCd":"CH","Price":{"Amount":12.50,"Currency":"EUR"}}}"#,
        )
        .expect("goods")
    }

    fn supply() -> Supply {
        let sender = Sender { sender_name: Some("Clocks Ltd".into()), ..Sender::default() };
        Supply { goods: [(7, good())].into(), sender: Some(sender) }
    }

    fn line(text: &str) -> ContentPiece {
        let mut data: DeclarationData =
            serde_json::from_str(&format!(r#"{{"ContentPieces":[{text}]}}"#)).expect("a line");
        let findings = complete(&mut MailObject::default(), &mut data, &supply(), |_| None);
        assert!(findings.is_empty(), "{findings:?}");
        data.content_pieces.remove(0)
    }

    fn extra(piece: &ContentPiece, name: &str) -> Option<String> {
        let at = piece.extra_field_names.iter().position(|known| known.as_deref() == Some(name))?;
        piece.extra_field_values[at].clone()
    }

    #[test]
    fn a_line_takes_what_it_leaves_out() {
        let filled = line(r#"{"goodsReference":7,"Number":3}"#);
        assert_eq!(filled.description.as_deref(), Some("wall clock"));
        assert_eq!((filled.hs.as_deref(), filled.orig_country_cd.as_deref()), (Some("910529"), Some("CH")));
        assert_eq!(filled.net_weight.as_ref().map(Number::digits), Some("1.05"));
        assert_eq!(filled.amount.as_ref().map(Number::digits), Some("37.50"));
        assert_eq!(filled.currency_cd.as_deref(), Some("EUR"));
        let names = "Description, HS, OrigCountryCd, NetWeight, Amount, CurrencyCd";
        assert_eq!(extra(&filled, ENRICHED).as_deref(), Some(names));
        assert_eq!(extra(&filled, GOODS_REFERENCE).as_deref(), Some("7"));
        assert_eq!(filled.goods_reference, None);
    }

    #[test]
    fn what_a_line_says_stays() {
        let filled = line(r#"{"goodsReference":7,"Number":2,"HS":"9105","Amount":1,"CurrencyCd":"USD","NetWeight":9}"#);
        assert_eq!((filled.hs.as_deref(), filled.currency_cd.as_deref()), (Some("9105"), Some("USD")));
        assert_eq!(extra(&filled, ENRICHED).as_deref(), Some("Description, OrigCountryCd"));
    }

    #[test]
    fn no_value_is_made_up() {
        let none = |text: &str| {
            let filled = line(text);
            (filled.amount, filled.net_weight, filled.number)
        };
        assert_eq!(none(r#"{"goodsReference":7}"#), (None, None, None));
        assert_eq!(none(r#"{"Number":3}"#), (None, None, Some(3)));
        // Twelve euros are not twelve dollars.
        let other = line(r#"{"goodsReference":7,"Number":3,"CurrencyCd":"USD"}"#);
        assert_eq!((other.amount, other.currency_cd.as_deref()), (None, Some("USD")));
    }

    #[test]
    fn goods_that_are_not_offered_are_a_finding() {
        let mut data: DeclarationData =
            serde_json::from_str(r#"{"ContentPieces":[{},{"goodsReference":8}]}"#).expect("lines");
        let findings = complete(&mut MailObject::default(), &mut data, &supply(), |_| None).into_vec();
        let found: Vec<_> = findings.iter().map(|found| (found.code, found.path.as_str())).collect();
        assert_eq!(found, [("unknown_code", "ContentPieces[1].goodsReference")]);
    }

    #[test]
    fn a_sender_comes_whole_or_not_at_all() {
        let mut absent = DeclarationData { sender_city: Some(" ".into()), ..DeclarationData::default() };
        let mut partly = DeclarationData { sender_city: Some("Bern".into()), ..DeclarationData::default() };
        for data in [&mut absent, &mut partly] {
            assert!(complete(&mut MailObject::default(), data, &supply(), |_| None).is_empty());
        }
        assert_eq!((absent.sender_name.as_deref(), absent.sender_city), (Some("Clocks Ltd"), None));
        assert_eq!(absent.extra_field_values, [Some("SenderName".to_owned())]);
        assert_eq!((partly.sender_name, partly.extra_field_names.len()), (None, 0));
    }

    #[test]
    fn a_destination_follows_from_a_country_with_one_operator() {
        let one = |country: &str| (country == "FR").then(|| "FRA".to_owned());
        let completed = |country: &str, known: Option<&str>| {
            let mut data = DeclarationData { recipient_country_cd: Some(country.into()), ..DeclarationData::default() };
            let mut object = MailObject { dest_post_org_cd: known.map(str::to_owned), ..MailObject::default() };
            assert!(complete(&mut object, &mut data, &Supply::default(), one).is_empty());
            (object.dest_post_org_cd, data.extra_field_values)
        };
        assert_eq!(completed("FR", None), (Some("FRA".into()), vec![Some("DestPostOrgCd".into())]));
        assert_eq!(completed("US", None), (None, Vec::new()));
        assert_eq!(completed("FR", Some("ZZZ")), (Some("ZZZ".into()), Vec::new()));
    }
}
