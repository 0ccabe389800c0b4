//! A shipment as mail object and declaration, and back: which member of the shipment a fault in these is about.

use std::collections::HashMap;

use chrono_tz::Tz;
use rust_decimal::Decimal;

use super::shipment::{Goods, Line, Shipment, money, total};
use crate::contract::date::with_zone;
use crate::contract::{ContentPiece, Declaration, DeclarationData, Entity, MailObject, Number, WcfDate};
use crate::rules::reserved;

/// What a shipment does not say: the posts and countries it goes by, and what the courier has agreed on.
pub struct Terms<'t> {
    /// The post that it comes from, and the one it goes to.
    pub origin: &'t str,
    pub destination: &'t str,
    /// ISO 3166-1 alpha-2.
    pub from: &'t str,
    pub to: &'t str,
    /// Whose midnight the cover date begins with.
    pub zone: Tz,
    pub currency: &'t str,
    pub mail_class: &'t str,
    pub nature: &'t str,
    /// HS codes by the courier's own.
    pub commodities: &'t HashMap<String, String>,
}

/// Where the mail object stands in faults.
pub const OBJECT_PATH: &str = "object";
/// Where the declaration does.
pub const DECLARATION_PATH: &str = "declaration";

/// Extra field of a line with a code of the courier's that no HS code is known for.
const COMMODITY_CODE: &str = "Courier.CommodityCode";

/// Characters of one part of an address in the message profile; two parts make a line.
const ADDRESS_PART_CHARS: usize = 35;

/// The mail object and the declaration that a shipment amounts to.
pub fn documents(shipment: &Shipment, terms: &Terms<'_>) -> (MailObject, Declaration) {
    let day = shipment.cover_date.format("%Y-%m-%d").to_string();
    let posting_dt = with_zone(terms.zone, || WcfDate::parse(&day)).ok().flatten();
    let object = MailObject {
        entity_state: Entity::STORE,
        id: Some(shipment.consignment_note.clone()),
        local_id: Some(shipment.consignment_note.clone()),
        orig_post_org_cd: Some(terms.origin.to_owned()),
        dest_post_org_cd: Some(terms.destination.to_owned()),
        mail_class_cd: Some(terms.mail_class.to_owned()),
        posting_dt,
        ..MailObject::default()
    };
    let declaration =
        Declaration { entity_state: Entity::STORE, data: Some(data(shipment, terms)), ..Declaration::default() };
    (object, declaration)
}

fn data(shipment: &Shipment, terms: &Terms<'_>) -> DeclarationData {
    let mut data = DeclarationData {
        nature_type_cd: Some(terms.nature.to_owned()),
        sender_country_cd: Some(terms.from.to_owned()),
        recipient_country_cd: Some(terms.to.to_owned()),
        ..DeclarationData::default()
    };
    match &shipment.goods {
        Goods::Normal { from_city, to_city, items } => {
            data.sender_city = Some(from_city.clone());
            data.recipient_city = Some(to_city.clone());
            for (line, index) in items.iter().zip(1..) {
                let mut piece = piece(terms, index, &line.descriptions, line.quantity, line.value());
                match terms.commodities.get(&line.commodity_code) {
                    Some(hs) => piece.hs = Some(hs.clone()),
                    None => {
                        let (names, values) = (&mut piece.extra_field_names, &mut piece.extra_field_values);
                        reserved::put(names, values, COMMODITY_CODE, &*line.commodity_code);
                    }
                }
                data.content_pieces.push(piece);
            }
        }
        Goods::Vip { from_address, to_address, goods_description, total_value } => {
            (data.sender_address_line1, data.sender_address_line2) = lines(from_address);
            (data.recipient_address_line1, data.recipient_address_line2) = lines(to_address);
            data.content_pieces.push(piece(terms, 1, goods_description, 1, total_value.value()));
        }
    }
    let own = [
        ("Courier.Code", Some(&shipment.courier_code)),
        ("Courier.Name", shipment.courier_others.as_ref()),
        ("Courier.Remark", shipment.remark.as_ref()),
    ];
    for (name, value) in own {
        if let Some(value) = value {
            reserved::put(&mut data.extra_field_names, &mut data.extra_field_values, name, &**value);
        }
    }
    data
}

fn piece(terms: &Terms<'_>, index: i32, description: &str, number: i32, amount: Decimal) -> ContentPiece {
    ContentPiece {
        index: Some(index),
        number: Some(number),
        description: Some(description.to_owned()),
        amount: Some(money(amount)),
        currency_cd: Some(terms.currency.to_owned()),
        ..ContentPiece::default()
    }
}

/// An address as two lines: its words in parts of at most 35 characters, two parts in the first line, all others in the second.
fn lines(address: &str) -> (Option<String>, Option<String>) {
    let mut parts: Vec<String> = Vec::new();
    for word in address.split_whitespace() {
        let mut rest: Vec<char> = word.chars().collect();
        while !rest.is_empty() {
            let piece: String = rest.drain(..rest.len().min(ADDRESS_PART_CHARS)).collect();
            match parts.last_mut() {
                Some(part) if part.chars().count() + 1 + piece.chars().count() <= ADDRESS_PART_CHARS => {
                    part.push(' ');
                    part.push_str(&piece);
                }
                _ => parts.push(piece),
            }
        }
    }
    let rest = parts.split_off(parts.len().min(2));
    let line = |parts: Vec<String>| Some(parts.join(" ")).filter(|line| !line.is_empty());
    (line(parts), line(rest))
}

/// A shipment with what its declaration says now, since it was amended by other means.
pub fn amended(shipment: Shipment, data: &DeclarationData) -> Shipment {
    let text = |said: &Option<String>| said.clone().unwrap_or_default();
    let goods = match shipment.goods {
        Goods::Normal { items, .. } => {
            let lines = data.content_pieces.iter().map(|piece| {
                let submitted = usize::try_from(piece.index.unwrap_or(0) - 1).ok().and_then(|at| items.get(at));
                line_of(piece, submitted)
            });
            Goods::Normal {
                from_city: text(&data.sender_city),
                to_city: text(&data.recipient_city),
                items: lines.collect(),
            }
        }
        Goods::Vip { .. } => {
            let address = |one: &Option<String>, two: &Option<String>| {
                let lines: Vec<&str> = [one, two].into_iter().filter_map(Option::as_deref).collect();
                lines.join(" ")
            };
            let descriptions: Vec<&str> =
                data.content_pieces.iter().filter_map(|piece| piece.description.as_deref()).collect();
            let value = total(data.content_pieces.iter().filter_map(|piece| piece.amount.as_ref()).map(Number::value));
            Goods::Vip {
                from_address: address(&data.sender_address_line1, &data.sender_address_line2),
                to_address: address(&data.recipient_address_line1, &data.recipient_address_line2),
                goods_description: descriptions.join("; "),
                total_value: value.into(),
            }
        }
    };
    Shipment { goods, ..shipment }
}

/// A line as it is declared now; of one that was submitted the courier's own code stays.
fn line_of(piece: &ContentPiece, submitted: Option<&Line>) -> Line {
    let quantity = piece.number.unwrap_or(1).max(1);
    let amount = piece.amount.as_ref().map_or(Decimal::ZERO, Number::value);
    let own_code = || submitted.map(|line| line.commodity_code.clone());
    Line {
        descriptions: piece.description.clone().unwrap_or_default(),
        quantity,
        // Not rounded: all units together are worth the amount.
        price: (amount / Decimal::from(quantity)).into(),
        commodity_code: own_code().or_else(|| piece.hs.clone()).unwrap_or_default(),
    }
}

/// The member of the shipment that a path in the documents is about; none where the shipment has no such member.
pub fn member_of(path: &str, goods: &Goods) -> Option<String> {
    let is_normal = matches!(goods, Goods::Normal { .. });
    if let Some(member) = path.strip_prefix(OBJECT_PATH).and_then(|rest| rest.strip_prefix('.')) {
        let own = match member {
            "Id" | "LocalId" => "consignment_note",
            "PostingDt" => "cover_date",
            "OrigPostOrgCd" => "from_country",
            "DestPostOrgCd" => "to_country",
            _ => return None,
        };
        return Some(own.to_owned());
    }
    let member = path.strip_prefix(DECLARATION_PATH)?.strip_prefix(".Data.")?;
    if let Some(rest) = member.strip_prefix("ContentPieces") {
        let place = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        let (at, member) = place.map_or(("", ""), |(at, rest)| (at, rest.trim_start_matches('.')));
        let own = match (is_normal, member) {
            (true, "Description") => "descriptions",
            (true, "Amount") => "price",
            (true, "Number") => "quantity",
            (true, "HS" | "ExtraFieldNames" | "ExtraFieldValues") => "commodity_code",
            (false, "Description") => return Some("goods_description".into()),
            (false, "Amount") => return Some("total_value".into()),
            (true, _) if !at.is_empty() => return Some(format!("items[{at}]")),
            (true, _) => return Some("items".into()),
            (false, _) => return None,
        };
        return Some(format!("items[{at}].{own}"));
    }
    let side = if member.starts_with("Sender") { "from" } else { "to" };
    let own = match member.trim_start_matches("Sender").trim_start_matches("Recipient") {
        "CountryCd" => "country",
        "City" if is_normal => "city",
        "AddressLine1" | "AddressLine2" if !is_normal => "address",
        _ => return None,
    };
    Some(format!("{side}_{own}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_cut_between_words_and_nothing_is_lost() {
        let (one, two) = lines("12 Jalan Ampang\nMenara Tun Razak 50400 Kuala Lumpur Wilayah Persekutuan Malaysia");
        assert_eq!(one.as_deref(), Some("12 Jalan Ampang Menara Tun Razak 50400 Kuala Lumpur Wilayah"));
        assert_eq!(two.as_deref(), Some("Persekutuan Malaysia"));
        assert_eq!(lines("  "), (None, None));
        let long = "x".repeat(80);
        assert_eq!(lines(&long), (Some(format!("{0} {0}", "x".repeat(35))), Some("x".repeat(10))));
    }

    #[test]
    fn faults_lead_to_what_the_courier_wrote() {
        let normal = Goods::Normal { from_city: String::new(), to_city: String::new(), items: Vec::new() };
        let value = money(Decimal::ONE);
        let vip = Goods::Vip {
            from_address: String::new(),
            to_address: String::new(),
            goods_description: String::new(),
            total_value: value,
        };
        for (path, of_normal, of_vip) in [
            ("object.Id", Some("consignment_note"), Some("consignment_note")),
            ("object.PostingDt", Some("cover_date"), Some("cover_date")),
            ("declaration.Data.ContentPieces[2].Description", Some("items[2].descriptions"), Some("goods_description")),
            ("declaration.Data.ContentPieces[2].Amount", Some("items[2].price"), Some("total_value")),
            ("declaration.Data.ContentPieces[0].NetWeight", Some("items[0]"), None),
            ("declaration.Data.RecipientCity", Some("to_city"), None),
            ("declaration.Data.SenderAddressLine2", None, Some("from_address")),
            ("declaration.Data.SenderCountryCd", Some("from_country"), Some("from_country")),
            ("declaration.Data.GrossWeight", None, None),
            ("elsewhere", None, None),
        ] {
            assert_eq!(member_of(path, &normal).as_deref(), of_normal, "{path}");
            assert_eq!(member_of(path, &vip).as_deref(), of_vip, "{path}");
        }
    }
}
