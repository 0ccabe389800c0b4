//! The items of the benches: parcels of AUA for a post that does not live here, with three content pieces each.

use super::client::post;
use super::server::TOKEN;

/// Milliseconds between the postings of two items.
pub const POSTING_STEP_MS: u64 = 30_000;
/// Posting time of item 0, ms since 1970: 2026-01-01.
pub const FIRST_POSTING_MS: u64 = 1_767_225_600_000;

/// Item id with this number: S10 form, 13 characters.
pub fn item_id(number: u64) -> String {
    format!("CP{:09}AU", number % 1_000_000_000)
}

/// When the item with this number was posted.
pub fn posting(number: u64) -> u64 {
    FIRST_POSTING_MS + number * POSTING_STEP_MS
}

fn object(number: u64) -> String {
    format!(
        r#"{{"Id":"{}","OrigPostOrgCd":"AUA","DestPostOrgCd":"USA","MailClassCd":"C","MailCategoryCd":"A","PostingDt":"/Date({}+0000)/","TypeCd":"I"}}"#,
        item_id(number),
        posting(number)
    )
}

/// `Declaration.Data` as a post sends it.
pub const DATA: &str = r#"{"ContentPieces":[{"Index":1,"Description":"Wooden toy train for children","HS":"950300","Number":2,"NetWeight":0.800,"Amount":38.50,"CurrencyCd":"AUD","OrigCountryCd":"AU"},{"Index":2,"Description":"Cotton T-shirts, printed","HS":"610910","Number":3,"NetWeight":0.450,"Amount":59.70,"CurrencyCd":"AUD","OrigCountryCd":"CN"},{"Index":3,"Description":"Printed novels, paperback","HS":"490199","Number":1,"NetWeight":0.310,"Amount":24.95,"CurrencyCd":"AUD","OrigCountryCd":"AU"}],"GrossWeight":1.840,"HandlingClassCd":"N","MaxIndex":3,"NatureTypeCd":"31","Postage":42.10,"PostageCurrencyCd":"AUD","RecipientAddressLine1":"22 Sample Road","RecipientCity":"Springfield","RecipientCountryCd":"US","RecipientEmail":"reader@example.com","RecipientName":"Example Reader","RecipientState":"IL","RecipientTelephone":"+1 217 555 0100","RecipientZIP":"62701","SenderAddressLine1":"1 Example Street","SenderCity":"Sydney","SenderCountryCd":"AU","SenderEmail":"post@example.com","SenderName":"Harbour Toys Pty","SenderTelephone":"+61 2 5550 0100","SenderZIP":"2000"}"#;

/// StoreDeclaration of a new item, written into `request`.
pub fn store_declaration(number: u64, request: &mut Vec<u8>) {
    let body = format!(
        r#"{{"token":"{TOKEN}","userCd":"clerk","officeCd":"AUSYDA","evtCd":2,"mailObject":{},"decl":{{"Data":{DATA}}}}}"#,
        object(number)
    );
    request.extend_from_slice(&post("StoreDeclaration", &body));
}

/// CreateOrUpdateDeclarations with `views` new items, the first with number `number * views`.
pub fn store_views(number: u64, views: u64, request: &mut Vec<u8>) {
    let view = |at| format!(r#"{{"MailObject":{},"Declaration":{{"Data":{DATA}}}}}"#, object(number * views + at));
    let list: Vec<String> = (0..views).map(view).collect();
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
