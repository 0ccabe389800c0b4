//! Declarations for the tests: plain ones, and ones at the limits of the boxes.

use crate::contract::{CdsView, ContentPiece, DeclarationData, Response};

pub fn data(view: &mut CdsView) -> &mut DeclarationData {
    view.declaration.as_mut().unwrap().data.as_mut().unwrap()
}

fn parse(json: &str) -> CdsView {
    serde_json::from_str(json).unwrap()
}

/// A parcel from a web shop with two lines, documents and all boxes filled.
pub fn webshop() -> CdsView {
    parse(
        r#"{"MailObject": {"Id": "EE123456785AU", "OrigPostOrgCd": "AUA", "DestPostOrgCd": "DEA", "MailClassCd": "E",
            "PostingDt": "/Date(1795132800000+0000)/"},
        "Declaration": {"Data": {"NatureTypeCd": "11", "GrossWeight": 0.620, "HandlingClassCd": "N",
            "Postage": 9.75, "PostageCurrencyCd": "AUD", "InsuredValue": 100, "InsuredValueCurrencyCd": "AUD",
            "SenderFirstName": "Alice", "SenderLastName": "Example", "SenderName": "Example Webshop Pty Ltd",
            "SenderAddressLine1": "12 Harbour Street", "SenderAddressLine2": "Level 3", "SenderCity": "Sydney",
            "SenderState": "NSW", "SenderZIP": "2000", "SenderCountryCd": "AU", "SenderTelephone": "+61255501234",
            "SenderEmail": "post@example.com", "SenderIdRef": "AU-EXP-0000017",
            "RecipientName": "Jörg Müßig", "RecipientAddressLine1": "Große Straße 7", "RecipientCity": "Köln",
            "RecipientZIP": "50667", "RecipientCountryCd": "DE", "RecipientTelephone": "+4922155501",
            "RecipientEmail": "joerg@example.org", "RecipientIdRef": "DE000000000",
            "ContentPieces": [
                {"Description": "Cotton T-shirt for men, knitted", "Number": 2, "NetWeight": 0.400, "Amount": 38.50,
                 "CurrencyCd": "AUD", "HS": "610910", "OrigCountryCd": "PT", "Index": 1},
                {"Description": "Ceramic coffee mug", "Number": 1, "NetWeight": 0.180, "Amount": 10.00,
                 "CurrencyCd": "AUD", "HS": "691200", "OrigCountryCd": "AU", "Index": 2}],
            "Documents": [{"DocumentType": "380", "DocumentId": "INV-2026-0017"},
                {"DocumentType": "851", "DocumentId": "PHY-88-1204"}],
            "ExtraFieldNames": ["EP.NonDelivery", "EP.Comments", "EP.OrigOffice"],
            "ExtraFieldValues": ["RTS", "Wooden parts heat-treated", "AUSYDA"]}}}"#,
    )
}

/// A letter with a gift.
pub fn letter() -> CdsView {
    parse(
        r#"{"MailObject": {"Id": "RR473124829FR", "OrigPostOrgCd": "FRA", "DestPostOrgCd": "PTA", "MailClassCd": "U",
            "PostingDt": "/Date(1795132800000+0000)/"},
        "Declaration": {"Data": {"NatureTypeCd": "31", "GrossWeight": 0.350, "Postage": 8.40,
            "PostageCurrencyCd": "EUR", "SenderName": "Zoé Lefèvre", "RecipientName": "João Conceição",
            "ContentPieces": [
                {"Description": "Foulard en soie imprimée", "Number": 1, "NetWeight": 0.120, "Amount": 45.00,
                 "CurrencyCd": "EUR", "HS": "621410", "OrigCountryCd": "FR"},
                {"Description": "Livre pour enfants", "Number": 2, "NetWeight": 0.200, "Amount": 18.90,
                 "CurrencyCd": "EUR", "HS": "490300", "OrigCountryCd": "FR"}]}}}"#,
    )
}

/// Arabic sender and goods with digits and Latin words inside, Cyrillic and Greek beside it.
pub fn arabic() -> CdsView {
    parse(
        r#"{"MailObject": {"Id": "CP584804958AE", "OrigPostOrgCd": "AEA", "DestPostOrgCd": "GRA", "MailClassCd": "C"},
        "Declaration": {"Data": {"NatureTypeCd": "991", "GrossWeight": 1.25, "Postage": 120, "PostageCurrencyCd": "AED",
            "SenderName": "شركة النور للتجارة", "SenderAddressLine1": "شارع الشيخ زايد 125، مبنى B", "SenderCity": "دبي",
            "SenderZIP": "00000", "SenderCountryCd": "AE",
            "RecipientName": "Γιώργος Παπαδόπουλος", "RecipientAddressLine1": "Οδός Ερμού 15",
            "RecipientCity": "Αθήνα", "RecipientZIP": "105 63", "RecipientCountryCd": "GR",
            "ContentPieces": [
                {"Description": "عطر 50 مل Oud Royal، زجاجة 2", "Number": 2, "NetWeight": 0.30, "Amount": 350.00,
                 "CurrencyCd": "AED", "HS": "330300", "OrigCountryCd": "AE"},
                {"Description": "Шерстяной платок ручной работы", "Number": 1, "NetWeight": 0.45, "Amount": 120.00,
                 "CurrencyCd": "AED", "HS": "611710", "OrigCountryCd": "RU"},
                {"Description": "Χειροποίητο κεραμικό πιάτο", "Number": 1, "NetWeight": 0.40, "Amount": 90.00,
                 "CurrencyCd": "AED", "HS": "691200", "OrigCountryCd": "GR"}]}}}"#,
    )
}

/// Twenty lines, names and cities of great length, amounts of twelve digits.
pub fn crowded() -> CdsView {
    let mut view = webshop();
    let data = data(&mut view);
    let long = "Hubert Blaine Wolfeschlegelsteinhausenbergerdorff of Llanfairpwllgwyngyllgogerychwyrndrobwll";
    data.sender_name = Some(long.into());
    data.recipient_name = Some(long.to_uppercase());
    data.sender_city = Some("Newtownmountkennedyuponavonbythesea".into());
    data.recipient_city = Some("Äteritsiputeritsipuolilautatsijänkä".into());
    data.recipient_address_line1 = Some("Apartment 1204, Building C, ".repeat(6));
    data.sender_id_ref = Some("REFERENCE-".repeat(20));
    data.postage = "123456789012.99".parse().ok();
    data.gross_weight = "123456.789".parse().ok();
    let piece = |at: i32| ContentPiece {
        description: Some(format!(
            "Line {at}: stainless steel vacuum flask with cup, double-walled, 750 ml, blue, boxed"
        )),
        number: Some(at * 1_000_003),
        net_weight: "1234.567".parse().ok(),
        amount: "123456789012.34".parse().ok(),
        currency_cd: Some("EUR".into()),
        hs: Some("9617001100".into()),
        orig_country_cd: Some("CN".into()),
        index: Some(at),
        ..ContentPiece::default()
    };
    data.content_pieces = (1..=20).map(piece).collect();
    view
}

/// Nothing but an empty declaration: every box stays empty.
pub fn bare() -> CdsView {
    parse(r#"{"MailObject": {"Id": "UA000000014PT", "MailClassCd": "U"}, "Declaration": {"Data": {}}}"#)
}

/// The web shop's parcel with answers of both customs.
pub fn answered() -> CdsView {
    let mut view = webshop();
    let response = |json: &str| serde_json::from_str::<Response>(json).ok();
    view.response = response(
        r#"{"CustOrganizationCd": "AU", "CDSStateCd": 55, "Data": {"DecisionCd": "2", "Dutiable": false,
            "ClearanceDt": "/Date(1795132800000+0000)/"}}"#,
    );
    view.dc_response = response(
        r#"{"CustOrganizationCd": "DE", "CDSStateCd": 55, "Data": {"DecisionCd": "4", "DecisionReasonCd": "202",
            "DecisionReasonNm": "Value above the exemption", "Dutiable": true,
            "ClearanceDt": "/Date(1795219200000+0000)/", "TotalFee": 6.00, "TotalFeeCurrencyCd": "EUR",
            "Taxes": [{"Type": "CUD", "Rate": 12, "Amount": 3.60, "CurrencyCd": "EUR", "HS": "610910"},
                {"Type": "VAT", "Rate": 19, "Amount": 6.38, "CurrencyCd": "EUR"}]}}"#,
    );
    view
}

/// All of them with a name.
pub fn all() -> Vec<(&'static str, CdsView)> {
    vec![
        ("webshop", webshop()),
        ("letter", letter()),
        ("arabic", arabic()),
        ("crowded", crowded()),
        ("bare", bare()),
        ("answered", answered()),
    ]
}
