//! Whether objects can be stored at all: members that are needed, forms of codes, lengths, parallel arrays.
//!
//! Says nothing about the quality of what is declared. All findings at once; paths are relative to the object.

use super::forms::{
    check_code, check_currency, check_extra_fields, check_hs, check_length, check_list, check_not_negative,
};
use super::places;
use crate::contract::{CommercialTransaction, ContentPiece, DeclarationData, MailObject, ResponseData, Tax};
use crate::error::Findings;
use crate::limits;

pub use super::forms::{
    UNKNOWN_POST, check_customs, check_item_id, check_mail_class, check_office, check_post, check_user, given,
    is_customs_code, is_item_id, is_post_code,
};

/// Checks a mail object that is to be stored: id, both posts, codes.
pub fn mail_object(object: &MailObject) -> Findings {
    let mut findings = Findings::default();
    match given(&object.id) {
        None if object.p_id.is_some() => {}
        None => findings.add("required", "Id", "give the item id, for example EE123456785AU"),
        id => check_item_id(&mut findings, "Id", id),
    }
    for (path, code) in [("OrigPostOrgCd", &object.orig_post_org_cd), ("DestPostOrgCd", &object.dest_post_org_cd)] {
        match given(code) {
            None if object.p_id.is_some() => {}
            None => findings.add("required", path, "give the code of the post, or ZZZ when it is not known yet"),
            code => check_post(&mut findings, path, code),
        }
    }
    let same = given(&object.orig_post_org_cd).filter(|origin| *origin != UNKNOWN_POST);
    if same.is_some() && same == given(&object.dest_post_org_cd) {
        findings.add(
            "posts",
            "DestPostOrgCd",
            "origin and destination are the same post; give the post the item travels to",
        );
    }
    check_code(&mut findings, "MailClassCd", &object.mail_class_cd, 1, "one capital letter, for example U, C or E");
    check_code(&mut findings, "MailCategoryCd", &object.mail_category_cd, 1, "one capital letter, A to D");
    check_code(&mut findings, "TypeCd", &object.type_cd, 10, "at most 10 capital letters or digits");
    for (path, text) in [("LocalId", &object.local_id), ("LocalId2", &object.local_id2)] {
        check_length(&mut findings, path, text, limits::ITEM_ID_CHARS);
    }
    check_length(&mut findings, "MailStateRemarks", &object.mail_state_remarks, limits::TEXT_CHARS);
    if object.mail_state_cd.is_some_and(|state| !(0..=999).contains(&state)) {
        findings.add("out_of_range", "MailStateCd", "a mail state is a number from 0 to 999");
    }
    findings
}

/// Checks the content of a declaration.
pub fn declaration_data(data: &DeclarationData) -> Findings {
    let mut findings = Findings::default();
    check_extra_fields(&mut findings, &data.extra_field_names, &data.extra_field_values);
    check_list(&mut findings, "ContentPieces", data.content_pieces.len(), limits::CONTENT_PIECES);
    check_list(&mut findings, "Documents", data.documents.len(), limits::CONTENT_PIECES);
    check_list(&mut findings, "CommercialTransactions", data.commercial_transactions.len(), limits::CONTENT_PIECES);
    for (path, code) in places::declared(data) {
        places::check_country_form(&mut findings, &path, Some(code));
    }
    for (path, code) in
        [("InsuredValueCurrencyCd", &data.insured_value_currency_cd), ("PostageCurrencyCd", &data.postage_currency_cd)]
    {
        check_currency(&mut findings, path, code);
    }
    check_code(
        &mut findings,
        "HandlingClassCd",
        &data.handling_class_cd,
        1,
        "one capital letter, for example N, R or V",
    );
    check_code(&mut findings, "NatureTypeCd", &data.nature_type_cd, 3, "two or three digits, for example 31");
    check_code(
        &mut findings,
        "TransportMode",
        &data.transport_mode,
        3,
        "a code of UN/ECE Recommendation 19, for example 4",
    );
    for (path, number) in
        [("GrossWeight", &data.gross_weight), ("InsuredValue", &data.insured_value), ("Postage", &data.postage)]
    {
        check_not_negative(&mut findings, path, number);
    }
    for (path, text) in texts(data) {
        check_length(&mut findings, path, text, limits::TEXT_CHARS);
    }
    for (at, piece) in data.content_pieces.iter().enumerate() {
        findings.extend_under(&format!("ContentPieces[{at}]"), content_piece(piece));
    }
    check_indexes(&mut findings, data);
    for (at, document) in data.documents.iter().enumerate() {
        let members = [
            ("DocumentId", &document.document_id),
            ("DocumentName", &document.document_name),
            ("DocumentType", &document.document_type),
        ];
        for (name, text) in members {
            check_length(&mut findings, &format!("Documents[{at}].{name}"), text, limits::TEXT_CHARS);
        }
    }
    for (at, sale) in data.commercial_transactions.iter().enumerate() {
        findings.extend_under(&format!("CommercialTransactions[{at}]"), commercial_transaction(sale, data));
    }
    findings
}

fn texts(data: &DeclarationData) -> [(&'static str, &Option<String>); 25] {
    [
        ("PackageImageLocalPath", &data.package_image_local_path),
        ("PackageImageSourceInfo", &data.package_image_source_info),
        ("RecipientAddressLine1", &data.recipient_address_line1),
        ("RecipientAddressLine2", &data.recipient_address_line2),
        ("RecipientCity", &data.recipient_city),
        ("RecipientEmail", &data.recipient_email),
        ("RecipientFax", &data.recipient_fax),
        ("RecipientFirstName", &data.recipient_first_name),
        ("RecipientIdRef", &data.recipient_id_ref),
        ("RecipientLastName", &data.recipient_last_name),
        ("RecipientName", &data.recipient_name),
        ("RecipientState", &data.recipient_state),
        ("RecipientTelephone", &data.recipient_telephone),
        ("RecipientZIP", &data.recipient_zip),
        ("SenderAddressLine1", &data.sender_address_line1),
        ("SenderAddressLine2", &data.sender_address_line2),
        ("SenderCity", &data.sender_city),
        ("SenderEmail", &data.sender_email),
        ("SenderFirstName", &data.sender_first_name),
        ("SenderIdRef", &data.sender_id_ref),
        ("SenderLastName", &data.sender_last_name),
        ("SenderName", &data.sender_name),
        ("SenderState", &data.sender_state),
        ("SenderTelephone", &data.sender_telephone),
        ("SenderZIP", &data.sender_zip),
    ]
}

fn content_piece(piece: &ContentPiece) -> Findings {
    let mut findings = Findings::default();
    check_extra_fields(&mut findings, &piece.extra_field_names, &piece.extra_field_values);
    check_not_negative(&mut findings, "Amount", &piece.amount);
    check_not_negative(&mut findings, "NetWeight", &piece.net_weight);
    check_currency(&mut findings, "CurrencyCd", &piece.currency_cd);
    check_hs(&mut findings, "HS", &piece.hs);
    check_hs(&mut findings, "RevisedHS", &piece.revised_hs);
    for (path, text) in [
        ("Description", &piece.description),
        ("RevisedDescription", &piece.revised_description),
        ("ImportRestrictions", &piece.import_restrictions),
        ("ImportRestrictionsNotes", &piece.import_restrictions_notes),
    ] {
        check_length(&mut findings, path, text, limits::TEXT_CHARS);
    }
    if piece.number.is_some_and(|number| number < 0) {
        findings.add("out_of_range", "Number", "a quantity is not negative");
    }
    if piece.index.is_some_and(|index| index < 1) {
        findings.add("out_of_range", "Index", "line indexes start at 1");
    }
    findings
}

fn check_indexes(findings: &mut Findings, data: &DeclarationData) {
    let mut seen = std::collections::HashSet::new();
    for (at, piece) in data.content_pieces.iter().enumerate() {
        if piece.index.is_some_and(|index| !seen.insert(index)) {
            findings.add("format", format!("ContentPieces[{at}].Index"), "two lines have the same index");
        }
    }
}

fn commercial_transaction(sale: &CommercialTransaction, data: &DeclarationData) -> Findings {
    let mut findings = Findings::default();
    let members = [
        ("MarketPlaceId", &sale.market_place_id),
        ("MarketPlaceUrl", &sale.market_place_url),
        ("PurchaseOrderNumber", &sale.purchase_order_number),
        ("SalesOrderNumber", &sale.sales_order_number),
    ];
    for (path, text) in members {
        check_length(&mut findings, path, text, limits::TEXT_CHARS);
    }
    let known: Vec<i32> = data.content_pieces.iter().filter_map(|piece| piece.index).collect();
    let dangling = sale.content_pieces_indexes.iter().find(|index| !known.contains(index));
    if let (Some(index), false) = (dangling, known.is_empty()) {
        findings.add("out_of_range", "ContentPiecesIndexes", format!("no content piece has index {index}"));
    }
    findings
}

/// Checks the content of a response.
pub fn response_data(data: &ResponseData) -> Findings {
    let mut findings = Findings::default();
    check_extra_fields(&mut findings, &data.extra_field_names, &data.extra_field_values);
    check_list(&mut findings, "Taxes", data.taxes.len(), limits::CONTENT_PIECES);
    let digits = |code: &str| (1..=3).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit());
    if given(&data.decision_cd).is_some_and(|code| !digits(code)) {
        findings.add("format", "DecisionCd", "a decision code has one to three digits, for example 2");
    }
    check_code(
        &mut findings,
        "DecisionReasonCd",
        &data.decision_reason_cd,
        4,
        "at most four capital letters or digits",
    );
    check_length(&mut findings, "DecisionReasonNm", &data.decision_reason_nm, limits::TEXT_CHARS);
    check_currency(&mut findings, "TotalFeeCurrencyCd", &data.total_fee_currency_cd);
    check_not_negative(&mut findings, "TotalFee", &data.total_fee);
    for (at, tax) in data.taxes.iter().enumerate() {
        findings.extend_under(&format!("Taxes[{at}]"), tax_line(tax));
    }
    findings
}

fn tax_line(tax: &Tax) -> Findings {
    let mut findings = Findings::default();
    check_extra_fields(&mut findings, &tax.extra_field_names, &tax.extra_field_values);
    check_currency(&mut findings, "CurrencyCd", &tax.currency_cd);
    check_hs(&mut findings, "HS", &tax.hs);
    check_code(&mut findings, "Type", &tax.tax_type, 10, "at most ten capital letters or digits, for example VAT");
    check_length(&mut findings, "Description", &tax.description, limits::TEXT_CHARS);
    for (path, number) in [("Amount", &tax.amount), ("NetWeight", &tax.net_weight), ("Rate", &tax.rate)] {
        check_not_negative(&mut findings, path, number);
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(findings: Findings) -> Vec<String> {
        findings.into_vec().into_iter().map(|finding| finding.path).collect()
    }

    #[test]
    fn every_fault_of_a_mail_object_is_found_at_once() {
        let object: MailObject =
            serde_json::from_str(r#"{"OrigPostOrgCd":"aua","DestPostOrgCd":"","MailClassCd":"EMS"}"#).unwrap();
        assert_eq!(paths(mail_object(&object)), ["Id", "OrigPostOrgCd", "DestPostOrgCd", "MailClassCd"]);
    }

    #[test]
    fn origin_and_destination_differ_unless_unknown() {
        let object = |from: &str, to: &str| MailObject {
            id: Some("EE123456785AU".into()),
            orig_post_org_cd: Some(from.into()),
            dest_post_org_cd: Some(to.into()),
            ..MailObject::default()
        };
        assert_eq!(paths(mail_object(&object("AUA", "AUA"))), ["DestPostOrgCd"]);
        assert!(mail_object(&object("AUA", "DEA")).is_empty());
        assert!(mail_object(&object("ZZZ", "ZZZ")).is_empty());
    }

    #[test]
    fn limits_hold_at_the_edge() {
        let data = |len: usize| DeclarationData { sender_name: Some("ß".repeat(len)), ..DeclarationData::default() };
        assert!(declaration_data(&data(limits::TEXT_CHARS)).is_empty());
        assert_eq!(paths(declaration_data(&data(limits::TEXT_CHARS + 1))), ["SenderName"]);
    }

    #[test]
    fn paths_lead_to_the_line() {
        let data: DeclarationData = serde_json::from_str(
            r#"{"ContentPieces":[{"Index":1},{"Index":1,"Amount":-1,"HS":"abc","ExtraFieldNames":["a"]}]}"#,
        )
        .unwrap();
        let expected = [
            "ContentPieces[1].ExtraFieldValues",
            "ContentPieces[1].Amount",
            "ContentPieces[1].HS",
            "ContentPieces[1].Index",
        ];
        assert_eq!(paths(declaration_data(&data)), expected);
    }
}
