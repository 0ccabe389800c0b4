//! A stored shipment as couriers know it: what was submitted, as it was amended since, and how it stands.

use rust_decimal::Decimal;
use sha2::{Digest, Sha256};

use crate::contract::canonical::to_canonical;
use crate::contract::courier::{CourierDeclaration, CourierItem};
use crate::contract::{DeclarationData, ResponseData};
use crate::domain::{CourierStatus, ResponseState, Side};
use crate::error::Error;
use crate::rules::courier::{Goods, Shipment, amended, money, status};
use crate::service::catalogue::Catalogue;
use crate::service::{Actor, item_status};
use crate::store::courier::CourierRow;
use crate::store::item::{Item, Parts};
use crate::store::{Fault, Tx};

/// A declaration as it stands, without link.
pub(super) fn declaration(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    actor: &Actor,
    row: &CourierRow,
) -> Result<CourierDeclaration, Fault> {
    let submitted: Shipment = typed(&row.request)?;
    let item = match row.object_pid {
        Some(pid) => Some(tx.item_by_pid(&row.org, pid.0, Parts::All)?.ok_or(Error::Absent { what: "declaration" })?),
        None => None,
    };
    let (mut shipment, mut standing, mut tax) = (submitted, CourierStatus::NotRequired, Decimal::ZERO);
    if let Some(item) = &item {
        let seen = item_status::status_of(tx, catalogue, actor, item)?;
        standing = status(seen.light, seen.reasons.iter().map(|reason| reason.code));
        tax = fee_of(item)?;
        if let Some(data) = amendment_of(item)? {
            shipment = amended(shipment, &data);
        }
    }
    Ok(written(row, shipment, standing, tax))
}

/// Stands for what a declaration says, whatever its link.
pub(super) fn digest_of(declaration: &CourierDeclaration) -> Vec<u8> {
    let without_link = CourierDeclaration { cover_note_url: String::new(), ..declaration.clone() };
    Sha256::digest(to_canonical(&without_link)).to_vec()
}

fn typed<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Fault> {
    serde_json::from_str(text)
        .map_err(|error| Error::Internal(format!("what is stored of a shipment cannot be read: {error}")).into())
}

/// The fee that customs decided on: the destination's, else the own.
fn fee_of(item: &Item) -> Result<Decimal, Fault> {
    for side in [Side::Destination, Side::Own] {
        let said = item.response(side).filter(|row| row.state_cd != ResponseState::Draft && row.lapsed.is_none());
        let Some(body) = said.and_then(|row| row.body.as_ref()) else { continue };
        if let Some(fee) = typed::<ResponseData>(body)?.total_fee {
            return Ok(fee.value());
        }
    }
    Ok(Decimal::ZERO)
}

/// The declaration of an item, where it is another than was submitted.
fn amendment_of(item: &Item) -> Result<Option<DeclarationData>, Fault> {
    let body = item.declaration().filter(|row| row.version_no > 1).and_then(|row| row.body.as_ref());
    body.map(|body| typed(body)).transpose()
}

fn written(row: &CourierRow, shipment: Shipment, standing: CourierStatus, tax: Decimal) -> CourierDeclaration {
    let none = || money(Decimal::ZERO);
    let total_value = money(shipment.goods.value());
    let declaration = CourierDeclaration {
        id: row.id,
        r#type: row.kind.stored(),
        user: shipment.user,
        consignment_note: shipment.consignment_note,
        status: standing.letter(),
        status_text: standing.word(),
        cover_date: shipment.cover_date.format("%Y%m%d").to_string(),
        from_country: shipment.from_country,
        to_country: shipment.to_country,
        remark: shipment.remark,
        courier_code: shipment.courier_code,
        courier_others: shipment.courier_others,
        callback_url: shipment.callback_url,
        total_value,
        total_surcharge: none(),
        tax: money(tax),
        total_charge: money(tax),
        cover_note_url: String::new(),
        created_at: row.created_at.0.timestamp(),
        from_address: None,
        to_address: None,
        goods_description: None,
        rate: None,
        from_city: None,
        to_city: None,
        items: None,
    };
    match shipment.goods {
        Goods::Vip { from_address, to_address, goods_description, .. } => CourierDeclaration {
            from_address: Some(from_address),
            to_address: Some(to_address),
            goods_description: Some(goods_description),
            rate: Some(none()),
            ..declaration
        },
        Goods::Normal { from_city, to_city, items } => {
            let items = items.into_iter().zip(1..).map(|(line, no)| CourierItem {
                no,
                desciptions: line.descriptions.clone(),
                subtotal: money(line.value()),
                descriptions: line.descriptions,
                quantity: line.quantity,
                price: money(line.price.value()),
                commodity_code: line.commodity_code,
                rate: none(),
                surcharge: none(),
            });
            CourierDeclaration {
                from_city: Some(from_city),
                to_city: Some(to_city),
                items: Some(items.collect()),
                ..declaration
            }
        }
    }
}
