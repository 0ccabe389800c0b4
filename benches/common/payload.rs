//! The items of the benches: parcels of AUA for a post that does not live here, with three content pieces each.

use std::net::SocketAddr;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::Outcome;
use super::client::{drive, post};
use super::server::TOKEN;

/// Milliseconds between the postings of two items.
pub const POSTING_STEP_MS: u64 = 30_000;
/// Posting time of item 0, ms since 1970: 2026-01-01.
pub const FIRST_POSTING_MS: u64 = 1_767_225_600_000;

/// Item id with this number: S10 form with its check digit, 13 characters.
pub fn item_id(number: u64) -> String {
    let digits = format!("{:08}", number % 100_000_000);
    let sum: u64 = digits.bytes().zip([8, 6, 4, 2, 3, 5, 9, 7]).map(|(d, w)| u64::from(d - b'0') * w).sum();
    let check = match 11 - sum % 11 {
        10 => 0,
        11 => 5,
        digit => digit,
    };
    format!("CP{digits}{check}AU")
}

/// When the item with this number was posted.
pub fn posting(number: u64) -> u64 {
    FIRST_POSTING_MS + number * POSTING_STEP_MS
}

/// What goes before a description, so that there are some thousand different ones.
const KINDS: [&str; 16] = [
    "new", "used", "vintage", "handmade", "red", "blue", "green", "black", "white", "grey", "small", "large", "light",
    "heavy", "printed", "plain",
];

/// Descriptions as customers write them, in three languages, each with a code.
fn goods() -> &'static [(&'static str, &'static str)] {
    static GOODS: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
        let lines = include_str!("../data/descriptions.csv").lines().filter(|line| !line.starts_with('#')).skip(1);
        let plain = lines.filter(|line| !line.contains('"'));
        plain
            .filter_map(|line| {
                let mut cells = line.split(',').skip(2);
                Some((cells.next()?, cells.next()?.get(..6)?))
            })
            .collect()
    });
    &GOODS
}

/// Stores items until each kind of goods was declared once: what restrictions say of it is remembered from then on.
pub fn warm_up(address: SocketAddr, clients: usize, numbers: &AtomicU64) -> Outcome {
    let all = (goods().len() * KINDS.len()).div_ceil(3) as u64;
    while numbers.load(Ordering::Relaxed) < all {
        drive(address, clients, Duration::from_secs(1), numbers, store_declaration)?;
    }
    Ok(())
}

/// One line of a declaration.
fn piece(number: u64, index: u64) -> String {
    let at = number * 3 + index;
    let (text, code) = goods()[(at as usize * 7) % goods().len()];
    let kind = KINDS[(at as usize / goods().len()) % KINDS.len()];
    format!(
        r#"{{"Index":{index},"Description":"{kind} {text}","HS":"{code}","Number":2,"NetWeight":0.{:03},"Amount":{}.50,"CurrencyCd":"AUD","OrigCountryCd":"CN"}}"#,
        100 + at % 400,
        1 + at % 200
    )
}

/// `Declaration.Data` as a post sends it, with three content pieces.
pub fn data(number: u64) -> String {
    let pieces: Vec<String> = (1..=3).map(|index| piece(number, index)).collect();
    format!(r#"{{"ContentPieces":[{}],{REST}}}"#, pieces.join(","))
}

const REST: &str = r#""GrossWeight":1.840,"HandlingClassCd":"N","MaxIndex":3,"NatureTypeCd":"11","Postage":42.10,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"22 Kinsella Road","RecipientCity":"Springfield","RecipientCountryCd":"US","RecipientEmail":"reader@books.example","RecipientName":"Jordan Kinsella","RecipientState":"IL","RecipientTelephone":"+1 217 555 0184","RecipientZIP":"62701","SenderAddressLine1":"1 Harbour Street","SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":"post@toys.example","SenderName":"Harbour Toys Pty","SenderTelephone":"+61 2 5550 0173","SenderZIP":"2000""#;

/// The mail object of an item.
pub fn object(number: u64) -> String {
    format!(
        r#"{{"Id":"{}","OrigPostOrgCd":"AUA","DestPostOrgCd":"USA","MailClassCd":"C","MailCategoryCd":"A","PostingDt":"/Date({}+0000)/","TypeCd":"I"}}"#,
        item_id(number),
        posting(number)
    )
}

/// StoreDeclaration of a new item, written into `request`.
pub fn store_declaration(number: u64, request: &mut Vec<u8>) {
    let body = format!(
        r#"{{"token":"{TOKEN}","userCd":"clerk","officeCd":"AUSYDA","evtCd":2,"mailObject":{},"decl":{{"Data":{}}}}}"#,
        object(number),
        data(number)
    );
    request.extend_from_slice(&post("StoreDeclaration", &body));
}

/// CreateOrUpdateDeclarations with `views` new items, the first with number `number * views`.
pub fn store_views(number: u64, views: u64, request: &mut Vec<u8>) {
    let view = |number| format!(r#"{{"MailObject":{},"Declaration":{{"Data":{}}}}}"#, object(number), data(number));
    let list: Vec<String> = (number * views..(number + 1) * views).map(view).collect();
    let body = format!(r#"{{"token":"{TOKEN}","userCd":"clerk","officeCd":"AUSYDA","cdsViews":[{}]}}"#, list.join(","));
    request.extend_from_slice(&post("CreateOrUpdateDeclarations", &body));
}

/// Load of at most `limit` items posted in the window, bounds included.
pub fn load(from_ms: u64, to_ms: u64, limit: u64) -> Vec<u8> {
    let body = format!(
        r#"{{"token":"{TOKEN}","postalOrgCd":"AUA","dtFrom":"/Date({from_ms}+0000)/","dtTo":"/Date({to_ms}+0000)/","recordsLimit":{limit}}}"#
    );
    post("Load", &body)
}

/// GetCustomsStatus of the item with this number.
pub fn customs_status(number: u64) -> Vec<u8> {
    let id = item_id(number);
    let body = format!(r#"{{"token":"{TOKEN}","postalOrgCd":"AUA","id":"{id}","flow":"O","userCd":"clerk"}}"#);
    post("GetCustomsStatus", &body)
}

/// CheckItemStatus of the items with these numbers.
pub fn check_status(numbers: impl Iterator<Item = u64>) -> Vec<u8> {
    let items: Vec<String> = numbers.map(|number| format!(r#"{{"ItemId":"{}"}}"#, item_id(number))).collect();
    post("CheckItemStatus", &format!(r#"{{"token":"{TOKEN}","Items":[{}]}}"#, items.join(",")))
}

/// GetHSCodes for a description.
pub fn hs_codes(description: &str) -> Vec<u8> {
    let text = description.replace('\\', "\\\\").replace('"', "\\\"");
    post("GetHSCodes", &format!(r#"{{"token":"{TOKEN}","goodDescription":"{text}"}}"#))
}
