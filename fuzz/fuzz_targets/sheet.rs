//! The markup inside a workbook, packed here: archives that are changed by chance end at their checksums. The first byte says
//! which part the rest is; what is no workbook is read as CSV as well. What was read is read alike again.
//! `cargo +nightly fuzz run sheet`

#![no_main]

use std::io::Write;
use std::ops::ControlFlow;

use entrepost::domain::IngestionKind;
use entrepost::sheet::{Reading, SheetFile};

const PARTS: [(&str, &[u8]); 5] = [
    ("xl/workbook.xml", b"<workbook><sheets><sheet name=\"D\" id=\"r\"/></sheets></workbook>"),
    ("xl/_rels/workbook.xml.rels", b"<Relationships><Relationship Id=\"r\" Target=\"worksheets/sheet1.xml\"/></Relationships>"),
    ("xl/worksheets/sheet1.xml", b"<worksheet><sheetData><row><c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c></row><row><c t=\"s\"><v>2</v></c><c s=\"1\"><v>46352</v></c></row></sheetData></worksheet>"),
    ("xl/sharedStrings.xml", b"<sst><si><t>item_id</t></si><si><t>posted_on</t></si><si><t>EE123456785AU</t></si></sst>"),
    ("xl/styles.xml", b"<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"),
];

fn read(bytes: &[u8]) -> Option<Vec<String>> {
    let mut file = SheetFile::open(bytes, None, IngestionKind::Declarations).ok()?;
    let reading = Reading { sheet: None, post: "AUA", zone: chrono_tz::Tz::UTC, posts_of: &|_| Vec::new() };
    let mut items = Vec::new();
    let each = &mut |item| {
        items.push(format!("{item:?}"));
        ControlFlow::Continue(())
    };
    file.items(reading, each).ok()?;
    Some(items)
}

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let Some((which, markup)) = bytes.split_first() else { return };
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (at, (name, usual)) in PARTS.iter().enumerate() {
        zip.start_file(*name, stored).expect("a part");
        zip.write_all(if at == usize::from(*which) % PARTS.len() { markup } else { usual }).expect("writes");
    }
    let file = zip.finish().expect("closes").into_inner();
    assert_eq!(read(&file), read(&file));
    let _ = read(&[b"item_id;destination\n", markup].concat());
});
