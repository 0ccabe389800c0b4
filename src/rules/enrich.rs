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
    /// Own goods by their numbers, and whether they are offered now.
    pub goods: BTreeMap<i32, (MarketedGood, bool)>,
    pub sender: Option<Sender>,
}

/// The goods that the lines name, or are said to have been filled in by.
pub fn goods_named(data: &DeclarationData) -> impl Iterator<Item = i32> {
    let named = |piece: &ContentPiece| {
        let before = || extra(&piece.extra_field_names, &piece.extra_field_values, GOODS_REFERENCE)?.parse().ok();
        piece.goods_reference.or_else(before)
    };
    data.content_pieces.iter().filter_map(named)
}

/// Whether the default sender is asked for: none is named, or one that was filled in before.
pub fn needs_sender(data: &DeclarationData) -> bool {
    lacks_sender(data) || extra(&data.extra_field_names, &data.extra_field_values, ENRICHED).is_some()
}

/// Forgets which goods the lines name, where nobody looks them up.
pub fn drop_goods(data: &mut DeclarationData) {
    data.content_pieces.iter_mut().for_each(|piece| piece.goods_reference = None);
}

/// Whether no member says who sends.
fn lacks_sender(data: &DeclarationData) -> bool {
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
        let before = take_notes(piece);
        let Some(number) = piece.goods_reference.take() else {
            keep_notes(piece, before, supply);
            continue;
        };
        match supply.goods.get(&number) {
            Some((good, true)) => {
                let filled = complete_line(piece, good);
                set(&mut piece.extra_field_names, &mut piece.extra_field_values, GOODS_REFERENCE, number.to_string());
                note(&mut piece.extra_field_names, &mut piece.extra_field_values, &filled);
            }
            _ => {
                let message = "you offer no goods under this number now; GET /v1/goods lists them";
                findings.add("unknown_code", format!("ContentPieces[{at}].goodsReference"), message);
            }
        }
    }
    let before = take(&mut data.extra_field_names, &mut data.extra_field_values, ENRICHED).unwrap_or_default();
    let was_filled = |name: &str| before.split(", ").any(|known| known == name);
    let post = given(&data.recipient_country_cd).and_then(only_post);
    let mut filled = Vec::new();
    if let Some(sender) = &supply.sender {
        if lacks_sender(data) {
            filled = sender.put_into(data);
        } else if Sender::of(data) == *sender {
            filled = sender.given().into_iter().filter(|name| was_filled(name)).collect();
        }
    }
    if given(&object.dest_post_org_cd).is_none() && object.p_id.is_none() {
        object.dest_post_org_cd = post;
        filled.extend(object.dest_post_org_cd.is_some().then_some("DestPostOrgCd"));
    } else if was_filled("DestPostOrgCd") && given(&object.dest_post_org_cd) == post.as_deref() {
        filled.push("DestPostOrgCd");
    }
    note(&mut data.extra_field_names, &mut data.extra_field_values, &filled);
    findings
}

/// Takes off a line what it says of goods that filled it in: their number, and the members.
fn take_notes(piece: &mut ContentPiece) -> (Option<i32>, String) {
    let (names, values) = (&mut piece.extra_field_names, &mut piece.extra_field_values);
    let number = take(names, values, GOODS_REFERENCE).and_then(|number| number.parse().ok());
    (number, take(names, values, ENRICHED).unwrap_or_default())
}

/// Says again of a line what is true still: a member was filled in while it is what the goods say.
fn keep_notes(piece: &mut ContentPiece, (number, before): (Option<i32>, String), supply: &Supply) {
    let Some((number, (good, _))) = number.and_then(|number| supply.goods.get_key_value(&number)) else { return };
    let mut blank = ContentPiece { number: piece.number, ..ContentPiece::default() };
    let supplied = complete_line(&mut blank, good);
    let is_same = |name: &str| match name {
        "Description" => piece.description == blank.description,
        "HS" => piece.hs == blank.hs,
        "OrigCountryCd" => piece.orig_country_cd == blank.orig_country_cd,
        "NetWeight" => piece.net_weight == blank.net_weight,
        "Amount" => piece.amount == blank.amount && piece.currency_cd == blank.currency_cd,
        _ => piece.currency_cd == blank.currency_cd,
    };
    let was_filled = |name: &&str| before.split(", ").any(|known| known == *name);
    let kept: Vec<&str> = supplied.into_iter().filter(was_filled).filter(|name| is_same(name)).collect();
    if !kept.is_empty() {
        set(&mut piece.extra_field_names, &mut piece.extra_field_values, GOODS_REFERENCE, number.to_string());
        note(&mut piece.extra_field_names, &mut piece.extra_field_values, &kept);
    }
}

/// Fills in what a line leaves out; gives the names of those members.
fn complete_line(piece: &mut ContentPiece, good: &MarketedGood) -> Vec<&'static str> {
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
    filled
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

/// Says which members were filled in.
fn note(names: &mut Vec<Option<String>>, values: &mut Vec<Option<String>>, filled: &[&str]) {
    if !filled.is_empty() {
        set(names, values, ENRICHED, filled.join(", "));
    }
}

/// The value of an extra field.
fn extra<'v>(names: &[Option<String>], values: &'v [Option<String>], name: &str) -> Option<&'v str> {
    let at = names.iter().position(|known| known.as_deref() == Some(name))?;
    values.get(at)?.as_deref()
}

/// Takes an extra field away; leaves lists of different length to the check that refuses them.
fn take(names: &mut Vec<Option<String>>, values: &mut Vec<Option<String>>, name: &str) -> Option<String> {
    let at = names.iter().position(|known| known.as_deref() == Some(name)).filter(|_| names.len() == values.len())?;
    names.remove(at);
    values.remove(at)
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
        Supply { goods: [(7, (good(), true)), (9, (good(), false))].into(), sender: Some(sender) }
    }

    fn line(text: &str) -> ContentPiece {
        let mut data: DeclarationData =
            serde_json::from_str(&format!(r#"{{"ContentPieces":[{text}]}}"#)).expect("a line");
        let findings = complete(&mut MailObject::default(), &mut data, &supply(), |_| None);
        assert!(findings.is_empty(), "{findings:?}");
        data.content_pieces.remove(0)
    }

    fn extra(piece: &ContentPiece, name: &str) -> Option<String> {
        super::extra(&piece.extra_field_names, &piece.extra_field_values, name).map(str::to_owned)
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
    fn what_was_filled_in_is_said_while_it_is_true() {
        let again = |number: &str, members: &str, change: &str| {
            line(&format!(
                r#"{{"ExtraFieldNames":["EP.Enriched","EP.GoodsReference"],"ExtraFieldValues":["{members}","{number}"],
                "Number":3,"Description":"wall clock","HS":"910529","OrigCountryCd":"CH","NetWeight":1.050,"CurrencyCd":"EUR",
                "Amount":{change}}}"#
            ))
        };
        let all = "Description, HS, OrigCountryCd, NetWeight, Amount, CurrencyCd";
        assert_eq!(extra(&again("7", all, "37.5"), ENRICHED).as_deref(), Some(all));
        // Also where the goods are offered no more.
        assert_eq!(extra(&again("9", "HS", "37.5"), ENRICHED).as_deref(), Some("HS"));
        // Not of what was changed, or never filled in, or by no goods of the caller.
        let changed = again("7", all, "999.99");
        assert_eq!(extra(&changed, ENRICHED).as_deref(), Some("Description, HS, OrigCountryCd, NetWeight, CurrencyCd"));
        assert_eq!(extra(&again("7", "Amount, Weight", "1"), GOODS_REFERENCE), None);
        assert_eq!(again("77", all, "37.5").extra_field_names, [None; 0]);
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
            serde_json::from_str(r#"{"ContentPieces":[{},{"goodsReference":8},{"goodsReference":9}]}"#).expect("lines");
        let findings = complete(&mut MailObject::default(), &mut data, &supply(), |_| None).into_vec();
        let found: Vec<_> = findings.iter().map(|found| (found.code, found.path.as_str())).collect();
        let at = ["ContentPieces[1].goodsReference", "ContentPieces[2].goodsReference"];
        assert_eq!(found, at.map(|path| ("unknown_code", path)));
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
