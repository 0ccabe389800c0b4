//! Files made by hand: what people do to sheets, and what nobody should.

use std::collections::HashSet;
use std::io::Write;
use std::ops::ControlFlow;

use proptest::prelude::*;
use zip::write::SimpleFileOptions;

use super::cell::{Cell, Place, Value};
use super::keys::Head;
use super::out::{Exported, Out, columns, rows_of, settled};
use super::write::{BookWriter, CsvWriter, refused_rows};
use super::xlsx::Workbook;
use super::*;
use crate::contract::date::with_zone;
use crate::contract::{DeclarationData, MailObject};
use crate::domain::IngestionKind;
use crate::limits;
use crate::refdata::lists::Language;

const MAIN: &str = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";

/// A workbook of parts.
fn packed(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a part");
        zip.write_all(bytes).expect("writes");
    }
    zip.finish().expect("closes").into_inner()
}

const WORKBOOK: &str = r#"<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Notes" sheetId="2" r:id="rId3" state="hidden"/><sheet name="Declarations" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const RELATIONS: &str = r#"<?xml version="1.0"?><Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/><Relationship Id="rId3" Target="../../etc/passwd"/></Relationships>"#;

/// A workbook with one sheet of this markup, and texts that its cells share.
fn book(sheet: &[u8], texts: &str) -> Vec<u8> {
    packed(&[
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet),
        ("xl/sharedStrings.xml", texts.as_bytes()),
    ])
}

fn of_rows(rows: &str) -> Vec<u8> {
    book(format!("<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>").as_bytes(), "<sst/>")
}

fn cells(bytes: &[u8]) -> Result<Vec<(Place, Vec<Cell>)>, Refusal> {
    let mut book = Workbook::open(bytes)?;
    let mut rows = Vec::new();
    book.rows(0, &mut |place, cells| {
        rows.push((place, cells));
        ControlFlow::Continue(())
    })?;
    Ok(rows)
}

fn posts_of(country: &str) -> Vec<String> {
    match country {
        "DE" => vec!["DEA".into()],
        "US" => vec!["USA".into(), "USB".into()],
        _ => Vec::new(),
    }
}

const READING: Reading<'_> = Reading { sheet: None, post: "AUA", zone: chrono_tz::Tz::UTC, posts_of: &posts_of };

fn items(bytes: &[u8]) -> (Vec<SheetItem>, Outline) {
    let mut file = SheetFile::open(bytes, None, IngestionKind::Declarations).expect("opens");
    let mut items = Vec::new();
    let outline = file.items(READING, &mut |item| {
        items.push(item);
        ControlFlow::Continue(())
    });
    (items, outline.expect("reads"))
}

/// Codes with cells and proposals, of all items.
fn found(items: &[SheetItem]) -> Vec<(String, String, Option<String>)> {
    let findings = items.iter().flat_map(|item| &item.findings);
    findings.map(|found| (found.code.clone(), found.cell.clone().unwrap_or_default(), found.proposal.clone())).collect()
}

#[test]
fn what_people_do_to_a_sheet_is_found_in_its_cell() {
    let text = |cell: &str, text: &str| {
        format!("<c r=\"{cell}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{text}</t></is></c>")
    };
    let head = ["item_id", "piece_hs", "posted_on", "recipient_phone", "piece_description", "destination"];
    let keys: String =
        head.iter().zip("ABCDEF".chars()).map(|(key, column)| text(&format!("{column}1"), key)).collect();
    let rows = format!(
        "<row r=\"1\">{keys}</row><row r=\"2\">{}<c r=\"B2\"><v>40900</v></c><c r=\"C2\"><v>46352</v></c><c r=\"D2\"><v>1.2345678901234568E+19</v></c><c r=\"E2\" t=\"str\"><f>HYPERLINK(\"http://x\",\"toy\")</f><v>toy</v></c>{}</row>\
         <row r=\"3\" hidden=\"1\"><c r=\"A3\"/><c r=\"B3\"><v>950300</v></c>{}{}<c r=\"E3\"><f>A1&amp;\"x\"</f></c></row>\
         <row r=\"4\"><c r=\"A4\" t=\"e\"><v>#N/A</v></c><c r=\"B4\" t=\"b\"><v>1</v></c></row>",
        text("A2", " ee 123 456 785 au "),
        text("F2", "DE"),
        text("C3", "26/11/2026"),
        text("D3", "1.23457E+12"),
    );
    let sheet = format!(
        "<worksheet {MAIN}><sheetData>{rows}</sheetData><mergeCells count=\"1\"><mergeCell ref=\"A2:A3\"/></mergeCells></worksheet>"
    );
    let (items, outline) = items(&book(sheet.as_bytes(), "<sst/>"));
    assert_eq!((items.len(), outline.rows, outline.items), (2, 3, 2));
    assert_eq!(items[0].item_id.as_deref(), Some("EE123456785AU"));
    assert_eq!(items[0].object.dest_post_org_cd.as_deref(), Some("DEA"));
    let expected = [
        ("number_as_text", "B2", Some("040900")),
        ("date_form", "C2", Some("2026-11-26")),
        ("digits_lost", "D2", None),
        ("number_as_text", "B3", None),
        ("date_form", "C3", Some("2026-11-26")),
        ("digits_lost", "D3", None),
        ("formula_empty", "E3", None),
        ("merged", "A3", None),
        ("cell_error", "A4", None),
        ("required", "F4", None),
    ];
    let expected =
        expected.map(|(code, cell, proposal)| (code.to_owned(), cell.to_owned(), proposal.map(str::to_owned)));
    assert_eq!(found(&items), expected);
    let whole: Vec<&str> = outline.findings.iter().map(|found| found.code.as_str()).collect();
    assert_eq!(whole, ["formula", "hidden_rows"]);
}

fn csv_items(text: &str) -> Vec<SheetItem> {
    items(text.as_bytes()).0
}

#[test]
fn rows_of_an_item_are_put_together() {
    let read = csv_items(
        "comments;item_id;destination;piece_description;piece_quantity;market_id;gross_kg;my_note\n\
         hello;EE1;DEA;socks;2;M1;1,5;x\n;;;gloves;1;M1;;\n;EE1;;hats;3;M2;1,5;\nb;EE2;US;;;;;\n;EE1;DEA;scarf;1;;;\n;EE3;DEA;a;1;;2;\nc;;;b;1;;3;\n",
    );
    assert_eq!(
        read.iter().map(|item| item.rows.clone()).collect::<Vec<_>>(),
        [vec![2, 3, 4], vec![5], vec![6], vec![7, 8]]
    );
    let first = &read[0].data;
    assert_eq!(first.content_pieces.iter().map(|piece| piece.index).collect::<Vec<_>>(), [Some(1), Some(2), Some(3)]);
    let sales: Vec<_> = first.commercial_transactions.iter().map(|sale| sale.content_pieces_indexes.clone()).collect();
    assert_eq!(sales, [vec![1, 2], vec![3]]);
    assert_eq!(first.extra_field_names, [Some("EP.Comments".to_owned())]);
    assert_eq!(first.gross_weight.as_ref().map(|kg| kg.digits()), Some("1.5"));
    let codes: Vec<(String, String)> = found(&read).into_iter().map(|found| (found.0, found.1)).collect();
    let expected = [("unknown_code", "C5"), ("twice", "B6"), ("sheet_conflict", "G8")];
    assert_eq!(codes, expected.map(|(code, cell)| (code.to_owned(), cell.to_owned())));
    assert!(read[1].findings[0].message.contains("USA, USB"));
}

#[test]
fn a_file_says_which_columns_it_has() {
    let file = SheetFile::open("item_id,Destination,my_note,GROSS_KG\n".as_bytes(), None, IngestionKind::Declarations)
        .expect("opens");
    let columns = file.columns();
    assert_eq!((columns.known, columns.ignored, columns.places["gross_kg"]), (3, vec!["my_note".to_owned()], 3));
    let refused = |text: &str| {
        SheetFile::open(text.as_bytes(), None, IngestionKind::Declarations).err().map(|refusal| refusal.code())
    };
    assert_eq!(refused("a,b,c\n1,2,3\n"), Some("keys"));
    assert_eq!(refused("destination,gross_kg\n"), Some("keys"), "without item_id");
    assert_eq!(refused("item_id,destination,Item_Id\n"), Some("keys"), "twice");
}

/// Each of these would take memory or time from a reader that believes what a file says.
#[test]
fn hostile_files_are_refused_or_read_as_they_are() {
    let cell = "<c r=\"A1\" t=\"s\"><v>0</v></c>";
    let lying = |count: &str| {
        book(
            format!("<worksheet><sheetData><row r=\"1\">{cell}</row></sheetData></worksheet>").as_bytes(),
            &format!("<sst count=\"1\" uniqueCount=\"{count}\"><si><t>x</t></si></sst>"),
        )
    };
    for count in ["400000000000", "18446744073709551615"] {
        let rows = cells(&lying(count)).expect("reads");
        assert_eq!(rows[0].1[0].value, Some(Value::Text("x".into())));
    }
    let limit = |bytes: &[u8], what: &str| {
        let refusal = cells(bytes).expect_err(what);
        assert!(matches!(refusal, Refusal::Limit { what: of, .. } if of == what), "{what}: {refusal:?}");
    };
    limit(
        &of_rows(
            "<row r=\"1\"><c r=\"A1\"><v>1</v></c></row><row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>",
        ),
        "rows",
    );
    limit(&of_rows("<row r=\"1\"><c r=\"XFD1\"><v>1</v></c></row>"), "columns");
    limit(&of_rows(&format!("<row>{}</row>", "<c><v>1</v></c>".repeat(257))), "columns");
    let long =
        [b"<worksheet><sheetData><row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>".to_vec(), vec![b'A'; 30 << 20]]
            .concat();
    limit(&book(&long, "<sst/>"), "bytes of one text");
    let row = format!("<row>{}</row>", "<c><v>1</v></c>".repeat(200));
    limit(&of_rows(&row.repeat(15_001)), "cells");
    let deep = [b"<worksheet><sheetData><row r=\"1\"><c r=\"A1\">".to_vec(), b"<x>".repeat(100_000)].concat();
    limit(&book(&deep, "<sst/>"), "levels of markup");
    let many: Vec<(String, &[u8])> = (0..501).map(|number| (format!("x{number}"), &b""[..])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), *bytes)).collect();
    limit(&packed(&many), "parts");
    let blanks = [b"<worksheet><sheetData>".to_vec(), b"<!--x--> ".repeat(8 << 20)].concat();
    limit(&book(&blanks, "<sst/>"), "unpacked bytes");
    let repeated = format!("<row>{}</row>", cell.replace(" r=\"A1\"", "").repeat(20)).repeat(2_000);
    let rows = cells(&book(
        format!("<worksheet><sheetData>{repeated}</sheetData></worksheet>").as_bytes(),
        &format!("<sst><si><t>{}</t></si></sst>", "y".repeat(200_000)),
    ))
    .expect("reads");
    assert!(matches!(&rows[0].1[0].value, Some(Value::Text(text)) if text.len() == limits::SHEET_CELL_CHARS));
    let dtd = "<!DOCTYPE w [<!ENTITY a \"aaaaaaaaaa\">]><worksheet><sheetData/></worksheet>";
    assert_eq!(cells(&book(dtd.as_bytes(), "<sst/>")).unwrap_err(), Refusal::DocumentType);
    for (sheet, texts) in [
        ("<worksheet><sheetData><row r=\"1\">", "<sst/>"),
        ("<worksheet><sheetData><row></c></row></sheetData></worksheet>", "<sst/>"),
        ("<worksheet><sheetData><row r=\"1\"><c t=\"s\"><v>7</v></c></row></sheetData></worksheet>", "<sst/>"),
        ("<worksheet><sheetData><row r=\"1\"><c><v>9e999</v></c></row></sheetData></worksheet>", "<sst/>"),
        ("<worksheet><sheetData/></worksheet>", "<sst><si>"),
    ] {
        assert_eq!(cells(&book(sheet.as_bytes(), texts)).unwrap_err().code(), "damaged", "{sheet}");
    }
    let whole = of_rows("<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>");
    for length in 0..whole.len() {
        assert!(cells(&whole[..length]).is_err(), "{length}");
    }
}

#[test]
fn other_kinds_of_files_are_refused_by_their_name() {
    let refused = |bytes: &[u8]| {
        SheetFile::open(bytes, None, IngestionKind::Declarations)
            .err()
            .map(|refusal| refusal.to_string())
            .unwrap_or_default()
    };
    assert!(refused(&[[0xD0, 0xCF, 0x11, 0xE0].to_vec(), vec![0; 99]].concat()).contains(".xls"));
    assert!(refused(&packed(&[("content.xml", b"<x/>")])).contains(".ods"));
    assert!(refused(&packed(&[("xl/workbook.bin", b"x")])).contains(".xlsb"));
    let with_macros = [("xl/workbook.xml", WORKBOOK.as_bytes()), ("xl/vbaProject.bin", b"x")];
    assert!(refused(&packed(&with_macros)).contains(".xlsm"));
    assert!(refused(b"\x89PNG\r\n\x1A\n\0\0").contains("neither"));
}

#[test]
fn a_list_in_a_workbook_is_the_same_list_in_csv() {
    let rows = "<row r=\"1\"><c t=\"str\"><v>code</v></c><c t=\"str\"><v>name_en</v></c></row><row r=\"3\"><c><v>7</v></c><c t=\"str\"><v>say \"a\", b</v></c></row>";
    let csv = list::as_csv(&of_rows(rows)).expect("reads");
    assert_eq!(String::from_utf8(csv).expect("text"), "code,name_en\n\n7,\"say \"\"a\"\", b\"\n");
    assert_eq!(list::as_csv(&of_rows("<row><c t=\"e\"><v>#N/A</v></c></row>")).unwrap_err().code(), "damaged");
}

#[test]
fn cells_stand_where_the_file_says_and_else_one_after_the_other() {
    let rows = cells(&of_rows("<row><c><v>1</v></c><c r=\"D1\"><v>2</v></c><c><v>3</v></c></row><row r=\"7\"><c t=\"b\"><v>1</v></c></row><row/><row><c t=\"str\"><v>a&amp;b&#x41;&lt;</v></c></row>")).expect("reads");
    let columns: Vec<u32> = rows[0].1.iter().map(|cell| cell.column).collect();
    assert_eq!(columns, [0, 3, 4]);
    assert_eq!(rows.iter().map(|row| row.0.row).collect::<Vec<_>>(), [1, 7, 9]);
    assert_eq!(rows[2].1[0].value, Some(Value::Text("a&bA<".into())));
}

/// A declaration with something for every column.
fn full() -> (MailObject, DeclarationData) {
    let object = serde_json::json!({
        "Id": "EE123456785AU", "OrigPostOrgCd": "AUA", "DestPostOrgCd": "DEA", "LocalId": "007", "PostingDt": "2026-11-26T10:20:30Z",
        "MailClassCd": "E", "MailCategoryCd": "A", "TypeCd": "MI",
    });
    let data = serde_json::json!({
        "SenderName": "=HYPERLINK(\"x\")", "SenderZIP": "01067", "SenderCountryCd": "AU", "SenderTelephone": "+61 2", "RecipientName": "'quoted", "RecipientCity": "Köln — 北京",
        "RecipientFax": "-1", "RecipientIdRef": "1.23457E+12x", "GrossWeight": 1.250, "Postage": 10.10, "InsuredValue": 0.10, "HandlingClassCd": "N", "NatureTypeCd": "31",
        "TransportMode": "4", "TransportDate": "2026-11-27", "MaxIndex": 9, "PackageImageLocalPath": "c:\\x",
        "ExtraFieldNames": ["Zeta", "EP.Comments", "Alpha"], "ExtraFieldValues": ["1", "two\nlines", "@3"],
        "Documents": [{ "DocumentType": "380", "DocumentId": "007" }, {}, {}, { "DocumentName": "fourth" }],
        "ContentPieces": [
            { "Index": 3, "Description": "Cotton shirts", "HS": "061051", "Number": 2, "NetWeight": 0.3, "Amount": 29.95, "CurrencyCd": "AUD", "OrigCountryCd": "AU", "ImportRestrictions": "none" },
            { "Index": 4, "Description": "Socks", "Amount": 123456789012345678.25 },
        ],
        "CommercialTransactions": [{ "ContentPiecesIndexes": [4], "MarketPlaceId": "M", "SalesOrderNumber": "0012" }],
    });
    let read = |value: serde_json::Value| value.to_string();
    with_zone(chrono_tz::Tz::UTC, || {
        (serde_json::from_str(&read(object)).expect("an object"), serde_json::from_str(&read(data)).expect("data"))
    })
}

fn exported<'e>(
    object: &'e MailObject,
    data: &'e DeclarationData,
    shown: &'e [(&'static str, String)],
) -> Exported<'e> {
    Exported { object, data: Some(data), external_reference: Some("ORD-1"), shown, zone: chrono_tz::Tz::UTC }
}

/// What is exported of these items, as a workbook and as CSV.
fn files(all: &[(MailObject, DeclarationData)]) -> [Vec<u8>; 3] {
    let shown = [("version", "1.2.abc".to_owned()), ("light", "Green".to_owned())];
    let rows: Vec<_> = all.iter().flat_map(|(object, data)| rows_of(&exported(object, data, &shown))).collect();
    let heads = columns(rows.iter().flatten().map(|(head, _)| head));
    let mut book = BookWriter::new(&heads, Language::Fr).expect("begins");
    let mut texts = [b',', b';'].map(|separator| CsvWriter::new(&heads, separator, Vec::new()).expect("begins"));
    for row in &rows {
        book.put(row).expect("writes");
        texts.iter_mut().for_each(|text| text.put(row).expect("writes"));
    }
    let [comma, semicolon] = texts.map(|text| text.finish().expect("ends"));
    [book.finish(Vec::new()).expect("ends"), comma, semicolon]
}

#[test]
fn what_is_exported_is_read_as_it_was() {
    let (object, data) = full();
    for file in files(&[(object.clone(), data.clone())]) {
        let (read, _) = items(&file);
        assert_eq!(found(&read), []);
        assert_eq!(
            (read[0].version.as_deref(), read[0].external_reference.as_deref()),
            (Some("1.2.abc"), Some("ORD-1"))
        );
        assert_eq!(settled(&read[0].data), settled(&data));
        let sent = MailObject { entity_state: read[0].object.entity_state, ..object.clone() };
        assert_eq!(read[0].object, sent);
    }
}

#[test]
fn what_a_sheet_cannot_carry_is_marked() {
    let (object, data) = full();
    let version = |data: &DeclarationData| {
        let shown = [("version", "1".to_owned())];
        let rows = rows_of(&exported(&object, data, &shown));
        rows[0].iter().find(|(head, _)| head.is("version")).map(|(_, out)| out.clone())
    };
    assert_eq!(version(&data), Some(Out::Text("1".into())));
    let mut twice = data.clone();
    twice.extra_field_names = vec![Some("A".into()), Some("A".into())];
    twice.extra_field_values = vec![Some("1".into()), Some("2".into())];
    let mut two_sales = data.clone();
    two_sales.commercial_transactions.push(two_sales.commercial_transactions[0].clone());
    let mut of_piece = data.clone();
    of_piece.content_pieces[0].extra_field_names = vec![Some("A".into())];
    of_piece.content_pieces[0].extra_field_values = vec![Some("1".into())];
    for data in [twice, two_sales, of_piece] {
        assert_eq!(version(&data), Some(Out::Text("partial:1".into())));
    }
}

#[test]
fn refused_rows_come_back_with_what_was_in_them() {
    let (object, data) = full();
    let other = MailObject { id: Some("EE000000014AU".into()), ..object.clone() };
    let [file, ..] = files(&[(object, data.clone()), (other, data)]);
    let (read, _) = items(&file);
    let fault = SheetFinding::error("format", "look at it")
        .at(read[1].rows[0], Some(("item_id", format!("A{}", read[1].rows[0]))));
    let rows: HashSet<u32> = read[1].rows.iter().copied().collect();
    let back =
        refused_rows(&file, (None, IngestionKind::Declarations), &rows, &[fault]).expect("writes").expect("reads");
    let (again, _) = items(&back);
    assert_eq!(again.len(), 1);
    assert_eq!((again[0].item_id.as_deref(), settled(&again[0].data)), (Some("EE000000014AU"), settled(&read[1].data)));
}

#[test]
fn a_template_is_an_empty_sheet_in_each_language() {
    for language in Language::ALL {
        let file = template::template(IngestionKind::Declarations, language, &HashSet::from(["gross_kg".to_owned()]))
            .expect("writes");
        let (read, outline) = items(&file);
        assert_eq!((read.len(), outline.rows, outline.findings.len()), (0, 0, 0), "{language:?}");
        let columns = SheetFile::open(&file, None, IngestionKind::Declarations).expect("opens").columns();
        assert_eq!(columns.known, out::template_columns(IngestionKind::Declarations).len());
    }
}

fn text() -> impl Strategy<Value = Option<String>> {
    proptest::option::of("[ -~äöü\u{4E2D}\u{A0}'=+@-]{0,12}")
}

proptest! {
    /// Any texts at all come back, from a workbook and from CSV.
    #[test]
    fn any_texts_survive_the_round_trip(name in text(), city in text(), zip in text(), first in text(), second in text(), amount in 0_u64..9_999_999) {
        let data = DeclarationData {
            sender_name: name.clone(),
            recipient_city: city,
            sender_zip: zip,
            extra_field_names: vec![Some("X y".into())],
            extra_field_values: vec![name],
            content_pieces: [first, second].into_iter().zip(1..).map(|(description, index)| crate::contract::ContentPiece {
                index: Some(index), description, amount: format!("{}.{:02}", amount / 100, amount % 100).parse().ok(), ..Default::default()
            }).collect(),
            ..Default::default()
        };
        let object = full().0;
        let shown = [("version", "v".to_owned())];
        let rows = rows_of(&exported(&object, &data, &shown));
        let carried = rows[0].iter().any(|(head, out)| head.is("version") && *out == Out::Text("v".into()));
        for file in files(&[(object.clone(), data.clone())]) {
            let (read, _) = items(&file);
            if carried {
                prop_assert_eq!(settled(&read[0].data), settled(&data));
            }
        }
        // Only digits that a spreadsheet program has lost make a sheet unfit.
        prop_assert!(carried || data.sender_zip.as_deref().is_some_and(|zip| zip.contains(['e', 'E'])) );
    }

    /// Markup of any kind is read or refused.
    #[test]
    fn any_markup_is_read_or_refused(parts in proptest::collection::vec(0_usize..14, 0..40)) {
        let tokens = ["<row r=\"2\">", "</row>", "<c r=\"B9\" t=\"s\">", "<c>", "</c>", "<v>", "</v>", "99999999999999999999", "<f/>", "<![CDATA[", "]]>", "&#x110000;", "&amp;", "<is><t>"];
        let sheet: String = parts.into_iter().map(|part| tokens[part]).collect();
        let _ = cells(&of_rows(&sheet));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = SheetFile::open(&bytes, None, IngestionKind::Declarations);
        let _ = SheetFile::open(&[b"item_id;destination\n".to_vec(), bytes].concat(), None, IngestionKind::Declarations).map(|mut file| file.items(READING, &mut |_| ControlFlow::Continue(())));
    }
}

#[test]
fn heads_of_an_export_are_the_usual_ones_and_what_is_needed() {
    let rare = [Head::read("max_index"), Head::read("doc4_id"), Head::read("extra:X")].map(|head| head.expect("known"));
    let heads = columns(&rare);
    assert!(heads.len() == columns([]).len() + 3 && heads.ends_with(&rare));
}
