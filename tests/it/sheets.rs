//! Sheets on the command line and in the hands of programs that are not ours.

use std::path::Path;

use serde_json::{Value, json};

use crate::harness::data::fresh_id;
use crate::harness::outside::{program, python};
use crate::harness::process::{Process, entrepost, finish, run};
use crate::harness::server::{agent, filled_database, token_of};
use crate::harness::{Engine, Server};
use crate::ingestions::{XLSX, fetch, send};

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).to_str().expect("a path").to_owned()
}

/// What openpyxl and XlsxWriter do.
fn outside(input: &Value) -> Option<Value> {
    let output = python("sheets.py", &["openpyxl", "xlsxwriter"], input)?;
    Some(serde_json::from_str(&output).unwrap_or_else(|error| panic!("{error}: {output}")))
}

const ROW: [(&str, &str); 25] = [
    ("destination", "DEA"),
    ("mail_class", "E"),
    ("mail_category", "A"),
    ("nature", "31"),
    ("handling", "N"),
    ("gross_kg", "1.5"),
    ("postage", "14.5"),
    ("postage_currency", "EUR"),
    ("sender_name", "Harbour Toys Pty"),
    ("sender_address1", "1 Example Street"),
    ("sender_city", "Sydney"),
    ("sender_zip", "02000"),
    ("sender_country", "AU"),
    ("recipient_name", "Beispielempfang"),
    ("recipient_address1", "Probestrasse 5"),
    ("recipient_city", "Köln — 北京"),
    ("recipient_zip", "01067"),
    ("recipient_country", "DE"),
    ("recipient_phone", "+49695550102"),
    ("piece_description", "Wooden toy train for children"),
    ("piece_quantity", "2"),
    ("piece_net_kg", "0.8"),
    ("piece_value", "38.5"),
    ("piece_currency", "EUR"),
    ("piece_hs", "950300"),
];

/// A row for an item, with some cells otherwise.
pub fn filled(id: &str, other: &[(&str, Value)]) -> Value {
    let mut row: serde_json::Map<String, Value> = ROW
        .iter()
        .map(|(key, text)| {
            let is_number = matches!(*key, "gross_kg" | "postage" | "piece_quantity" | "piece_net_kg" | "piece_value");
            ((*key).to_owned(), if is_number { json!(text.parse::<f64>().expect("a number")) } else { json!(text) })
        })
        .collect();
    row.insert("item_id".into(), json!(id));
    row.insert("posted_on".into(), json!({ "date": "2026-11-26" }));
    for (key, value) in other {
        row.insert((*key).to_owned(), value.clone());
    }
    Value::Object(row)
}

#[test]
fn a_template_filled_in_by_another_program_is_imported() {
    let server = Server::start(Engine::Sqlite);
    let folder = tempfile::tempdir().expect("folder");
    let (template, full) = (path(folder.path(), "t.xlsx"), path(folder.path(), "full.xlsx"));
    std::fs::write(&template, fetch(&server, "AUA", "/v1/sheets/declarations.xlsx?lang=PT&lane=AU-DE"))
        .expect("writes");
    let ids = [fresh_id("AU"), fresh_id("AU")];
    let more = |text: &str| json!({ "piece_description": text, "piece_quantity": 1, "piece_net_kg": 0.1, "piece_value": 5, "piece_currency": "EUR", "piece_hs": "950300" });
    let rows =
        [filled(&ids[0], &[]), more("Wooden blocks"), more("Tin soldiers"), filled(&ids[1], &[]), more("Cotton socks")];
    let Some(told) = outside(&json!({ "do": "fill", "template": template, "out": full, "rows": rows })) else { return };
    // What the template has: rows and columns that stay in sight, drop-downs, notes, text formats.
    assert_eq!(told["freeze"], "B3");
    assert!(told["validations"].as_u64() > Some(20) && told["notes"].as_u64() > Some(10), "{told}");
    assert_eq!((&told["formats"]["piece_hs"], &told["formats"]["gross_kg"]), (&json!("@"), &json!("0.000")));
    assert_eq!(told["sheets"], json!(["Declarações", "Ajuda", "Listas"]));
    let bytes = std::fs::read(&full).expect("reads");
    let dry = send(&server, "/v1/imports?dryRun=true", XLSX, &bytes).ok().json();
    assert_eq!(
        (&dry["counts"]["new"], &dry["counts"]["refused"], &dry["rows"]),
        (&json!(2), &json!(0), &json!(5)),
        "{dry}"
    );
    let stored = send(&server, "/v1/imports", XLSX, &bytes).ok().json();
    assert_eq!(stored["counts"]["new"], 2);
    let view = server.rest("AUA", "GET", &format!("/v1/declarations/{}", ids[0]), None, &[]).ok().json();
    let data = &view["declaration"]["Data"];
    assert_eq!(
        (&data["SenderZIP"], &data["RecipientCity"], &data["GrossWeight"]),
        (&json!("02000"), &json!("Köln — 北京"), &json!(1.5))
    );
    assert_eq!(data["ContentPieces"].as_array().map(Vec::len), Some(3));
    // A day is one of Sydney's.
    assert_eq!(view["mailObject"]["PostingDt"], "2026-11-25T13:00:00Z");
}

/// Texts, zeros, dates and numbers as other programs write and read them.
#[test]
fn cells_are_read_as_other_programs_wrote_them() {
    let folder = tempfile::tempdir().expect("folder");
    let cells = json!([
        ["item_id", "sender_zip", "posted_on", "gross_kg", "comments", "piece_quantity", "recipient_city"],
        ["EE123456785AU", "01067", { "date": "2026-11-26" }, 0.51, "two\nlines & <tags> \"quoted\"", 3, "Köln — 北京 𝄞"],
        ["EE000000014AU", "  x ", { "date": "1999-02-28" }, 1e-7, "'=1", 1_000_000, "_x0041_"],
    ]);
    let mut files = Vec::new();
    for writer in ["openpyxl", "xlsxwriter", "xlsxwriter-constant"] {
        let file = path(folder.path(), &format!("{writer}.xlsx"));
        if outside(&json!({ "do": "write", "by": writer, "out": file, "cells": cells })).is_none() {
            return;
        }
        files.push(file);
    }
    if let Some((done, told)) = program("ssconvert", &[&files[0], &path(folder.path(), "gnumeric.xlsx")]) {
        assert!(done, "{told}");
        files.push(path(folder.path(), "gnumeric.xlsx"));
    }
    for file in files {
        let theirs = outside(&json!({ "do": "read", "file": file })).expect("python");
        let bytes = std::fs::read(&file).expect("reads");
        let mut book = entrepost::sheet::xlsx::Workbook::open(&bytes).expect("opens");
        let mut ours: Vec<Value> = Vec::new();
        book.rows(0, &mut |place, cells| {
            use entrepost::sheet::cell::Value as Held;
            for cell in cells {
                let value = match cell.value {
                    Some(Held::Text(text)) => json!(text),
                    Some(Held::Number(number)) => json!(number),
                    Some(Held::Date(days)) => json!({ "days": days }),
                    other => json!(format!("{other:?}")),
                };
                ours.push(json!([place.row, cell.column + 1, value]));
            }
            std::ops::ControlFlow::Continue(())
        })
        .expect("reads");
        // openpyxl reads such a sequence in shared texts alone.
        let theirs: Value = serde_json::from_str(&theirs.to_string().replace("_x005F_", "_")).expect("JSON");
        assert_eq!(json!(ours), theirs, "{file}");
    }
}

#[test]
fn what_we_write_is_read_by_others() {
    let server = Server::start(Engine::Sqlite);
    let id = fresh_id("AU");
    let mut new = json!({ "mailObject": crate::harness::data::mail_object(&id, "AUA", "DEA"), "declaration": crate::harness::data::declaration("38.50") });
    new["declaration"]["Data"]["SenderName"] = json!("=HYPERLINK(\"http://x\")");
    new["declaration"]["Data"]["SenderZIP"] = json!("01067");
    server.rest("AUA", "POST", "/v1/declarations", Some(&new), &[]).refused(201);
    let folder = tempfile::tempdir().expect("folder");
    let file = path(folder.path(), "export.xlsx");
    std::fs::write(&file, fetch(&server, "AUA", &format!("/v1/exports/declarations.xlsx?itemId={id}")))
        .expect("writes");
    let csv =
        String::from_utf8(fetch(&server, "AUA", &format!("/v1/exports/declarations.csv?itemId={id}"))).expect("UTF-8");
    assert!(csv.starts_with('\u{FEFF}') && csv.contains("'=HYPERLINK") && !csv.contains(",=HYPERLINK"), "{csv}");
    if let Some((done, told)) = program("ssconvert", &[&file, &path(folder.path(), "back.csv")]) {
        assert!(done, "{told}");
        let back = std::fs::read_to_string(path(folder.path(), "back.csv")).expect("reads");
        assert!(back.contains("01067") && back.contains("=HYPERLINK") && back.contains(&id), "{back}");
    }
    let Some(cells) = outside(&json!({ "do": "read", "file": file })) else { return };
    let cells = cells.as_array().expect("cells");
    let has = |value: &str| cells.iter().any(|cell| cell[2] == value);
    assert!(has("=HYPERLINK(\"http://x\")") && has("01067") && has(&id), "{cells:?}");
}

/// A file with one fault of each kind a line.
fn faulty(ids: &[String]) -> String {
    let keys = "item_id,destination,posted_on,mail_class,mail_category,nature,handling,gross_kg,postage,postage_currency,sender_name,sender_address1,sender_city,sender_country,recipient_name,recipient_address1,recipient_city,recipient_zip,recipient_country,recipient_phone,piece_description,piece_quantity,piece_net_kg,piece_value,piece_currency,piece_hs,my_note";
    let row = |id: &str, posted: &str, phone: &str, value: &str, hs: &str| {
        format!(
            "{id},DEA,{posted},E,A,31,N,1.5,14.5,EUR,Harbour Toys,1 Example Street,Sydney,AU,Beispiel,Probestrasse 5,Frankfurt,60594,DE,{phone},Wooden toy train for children,2,0.8,{value},EUR,{hs},x"
        )
    };
    [
        keys.to_owned(),
        row(&ids[0], "2026-11-26", "+49695550102", "38.50", "950300"),
        row(&ids[1], "26/11/2026", "+49695550102", "38.50", "950300"),
        row(&ids[2], "2026-11-26", "1.23457E+12", "38.50", "950300"),
        row(&ids[3], "2026-11-26", "+49695550102", "\"1,234.50\"", "950300"),
        row(&ids[4], "2026-11-26", "+49695550102", "38.50", "95"),
        row(&ids[0], "2026-11-26", "+49695550102", "38.50", "950300"),
    ]
    .join("\n")
}

#[test]
fn a_check_finds_what_an_import_finds() {
    let folder = tempfile::tempdir().expect("folder");
    let file = path(folder.path(), "faulty.csv");
    let ids: Vec<String> = (0..5).map(|_| fresh_id("AU")).collect();
    std::fs::write(&file, faulty(&ids)).expect("writes");
    let checked = run(&["sheet", "check", &file]);
    assert_eq!(checked.code, Some(1), "{checked:?}");
    let expected = [
        ("date_form", "C3 posted_on"),
        ("digits_lost", "T4 recipient_phone"),
        ("number_form", "X5 piece_value"),
        ("hs_form", "Z6 piece_hs"),
        ("twice", "A7 item_id"),
    ];
    for (code, place) in expected {
        assert!(
            checked.out.lines().any(|line| line.starts_with(&format!("error {code}: {place}"))),
            "{code} {place}\n{}",
            checked.out
        );
    }
    assert!(
        checked
            .out
            .trim_end()
            .lines()
            .last()
            .is_some_and(|line| line.starts_with("new 1, changed 0, unchanged 0, refused 5, warnings ")),
        "{}",
        checked.out
    );
    // A bar is for terminals.
    assert!(!checked.err.contains(BAR), "{}", checked.err);
    let server = Server::start_strict(Engine::Sqlite);
    let sent = send(&server, "/v1/imports?dryRun=true", "text/csv", faulty(&ids).as_bytes()).ok().json();
    let errors = |view: &Value| {
        view["findings"]
            .as_array()
            .expect("findings")
            .iter()
            .filter(|found| found["level"] == "error")
            .map(|found| json!([found["code"], found["cell"]]))
            .collect::<Vec<_>>()
    };
    let printed: Value = serde_json::from_str(&run(&["sheet", "check", &file, "--json"]).out).expect("JSON");
    assert_eq!(errors(&printed), errors(&sent));
}

#[test]
fn the_command_line_writes_templates_imports_and_exports() {
    let (url, _kept) = filled_database(Engine::Sqlite);
    let folder = tempfile::tempdir().expect("folder");
    let (template, file, out) =
        (path(folder.path(), "t.xlsx"), path(folder.path(), "in.csv"), path(folder.path(), "out.xlsx"));
    run(&["sheet", "template", "--lang", "fr", "--lane", "AU-DE", "--out", &template]).ok();
    let empty = run(&["sheet", "check", &template, "--post", "AUA"]);
    assert!(empty.out.contains("new 0, changed 0, unchanged 0, refused 0"), "{empty:?}");
    let ids: Vec<String> = (0..5).map(|_| fresh_id("AU")).collect();
    std::fs::write(&file, faulty(&ids)).expect("writes");
    let import = |more: &[&str]| {
        let mut arguments = vec!["sheet", "import", &file, "--post", "AUA", "--database-url", &url];
        arguments.extend(more);
        finish(&mut entrepost(&arguments))
    };
    let dry = import(&["--dry-run"]);
    assert!(dry.code == Some(1) && dry.out.contains("new 2, changed 0"), "{dry:?}");
    let stored = import(&[]);
    assert!(stored.code == Some(1) && stored.out.contains("new 2, changed 0, unchanged 0, refused 4"), "{stored:?}");
    assert!(import(&[]).out.contains("new 0, changed 0, unchanged 2, refused 4"));
    let all = import(&["--all"]);
    assert!(all.code == Some(1) && all.out.contains("new 0, changed 0"), "{all:?}");
    std::fs::write(&file, "nothing\n").expect("writes");
    assert_eq!(import(&[]).code, Some(2));
    let told =
        run(&["sheet", "export", "--post", "AUA", "--item", &ids[0], "--out", &out, "--database-url", &url]).ok();
    assert!(told.starts_with("1 items"), "{told}");
    // A list has its dates as everything but the CDS surfaces has them.
    let list = path(folder.path(), "out.json");
    run(&["sheet", "export", "--post", "AUA", "--item", &ids[0], "--out", &list, "--database-url", &url]).ok();
    let list: Value = serde_json::from_str(&std::fs::read_to_string(&list).expect("reads")).expect("JSON");
    let posted = list[0]["mailObject"]["PostingDt"].as_str().expect("a date");
    assert!(posted.starts_with("20") && posted.ends_with('Z'), "{list}");
    let again = finish(&mut entrepost(&["sheet", "import", &out, "--post", "AUA", "--database-url", &url]));
    assert!(again.code == Some(0) && again.out.contains("unchanged 1"), "{again:?}");
}

/// Each kind of fault once, in a workbook as people spoil it: each is found at its cell, the rest is stored, what was refused
/// comes back and is right when it is put right.
#[test]
fn a_spoilt_workbook_is_repaired_step_by_step() {
    let server = Server::start_strict(Engine::Sqlite);
    let folder = tempfile::tempdir().expect("folder");
    let (spoilt, refused, repaired) = ("spoilt.xlsx", "refused.xlsx", "repaired.xlsx");
    let [spoilt, refused, repaired] = [spoilt, refused, repaired].map(|name| path(folder.path(), name));
    let keys: Vec<&str> = ["item_id", "posted_on"]
        .into_iter()
        .chain(ROW.map(|(key, _)| key))
        .chain(["comments", "piece_origin"])
        .collect();
    let ids: Vec<String> = (0..13).map(|_| fresh_id("AU")).collect();
    let faults: [(&str, Value, Option<&str>, Value); 10] = [
        ("piece_hs", json!(40900), Some("number_as_text"), json!("040900")),
        ("recipient_phone", json!("4.9695550102E+12"), Some("digits_lost"), json!("+49695550102")),
        ("posted_on", json!("26/11/2026"), Some("date_form"), json!({ "date": "2026-11-26" })),
        ("gross_kg", json!("=1+1"), Some("formula_empty"), json!(1.5)),
        ("piece_value", json!({ "error": "#N/A" }), Some("cell_error"), json!(38.5)),
        ("postage", json!("1.234,50"), Some("number_form"), json!(14.5)),
        ("recipient_city", json!("x".repeat(1_100)), Some("too_long"), json!("Köln")),
        ("nature", json!("99"), Some("code_known"), json!("31")),
        ("comments", json!("first"), Some("merged"), json!("first")),
        ("recipient_zip", json!(1067), None, json!("01067")),
    ];
    let mut cells = vec![json!(keys)];
    let at = |key: &str| keys.iter().position(|known| *known == key).expect("a key");
    let row = |id: &str, key: &str, value: &Value| {
        let plain = filled(id, &[("piece_origin", json!("AU")), ("comments", Value::Null), (key, value.clone())]);
        json!(keys.iter().map(|key| plain[*key].clone()).collect::<Vec<_>>())
    };
    cells.extend(faults.iter().zip(&ids).map(|((key, value, ..), id)| row(id, key, value)));
    // A second line of another gross weight, an id twice, and rows without fault.
    cells.extend([
        row(&ids[10], "comments", &json!("x")),
        row(&ids[10], "gross_kg", &json!(2.5)),
        row(&ids[11], "comments", &json!("y")),
        row(&ids[12], "comments", &json!("z")),
        row(&ids[11], "comments", &json!("y")),
    ]);
    // The comments of the merged item go on into the cell beside them.
    let merged = ids.iter().zip(&faults).position(|(_, (key, ..))| *key == "comments").expect("one") + 2;
    let columns = |key: &str| entrepost::sheet::cell::letters(u32::try_from(at(key)).expect("a place"));
    let area = format!("{}{merged}:{}{merged}", columns("comments"), columns("piece_origin"));
    let hidden = cells.len() - 1;
    if outside(&json!({ "do": "spoil", "cells": cells, "merged": [area], "hidden": [hidden], "out": spoilt })).is_none()
    {
        return;
    }
    let bytes = std::fs::read(&spoilt).expect("reads");
    let dry = send(&server, "/v1/imports?dryRun=true", XLSX, &bytes).ok().json();
    let view = send(&server, "/v1/imports", XLSX, &bytes).ok().json();
    assert_eq!((&dry["findings"], &dry["counts"]), (&view["findings"], &view["counts"]), "a dry run finds the same");
    let found = view["findings"].as_array().expect("findings");
    let has = |code: &str, cell: Option<String>| {
        found.iter().any(|one| one["code"] == code && (cell.is_none() || one["cell"].as_str() == cell.as_deref()))
    };
    for (row, (key, _, code, _)) in faults.iter().enumerate() {
        let column = if *key == "comments" { "piece_origin" } else { key };
        let cell = format!("{}{}", columns(column), row + 2);
        assert!(has(code.unwrap_or("number_as_text"), Some(cell.clone())), "{code:?} {cell}: {found:#?}");
    }
    assert!(has("sheet_conflict", Some(format!("{}13", columns("gross_kg")))), "{found:#?}");
    assert!(has("twice", Some(format!("A{}", cells.len()))) && has("hidden_rows", None), "{found:#?}");
    let proposal = found.iter().find(|one| one["column"] == "piece_hs").expect("found");
    assert_eq!(proposal["proposal"], "040900");
    // A postcode that is a number and a code that is in no list are taken with a warning, as the rows without fault are.
    assert_eq!(
        view["counts"],
        json!({ "new": 4, "changed": 0, "unchanged": 0, "refused": 10, "warnings": view["counts"]["warnings"] }),
        "{view}"
    );
    std::fs::write(&refused, fetch(&server, "AUA", view["links"]["refused"].as_str().expect("a link")))
        .expect("writes");
    let mut right: serde_json::Map<String, Value> = ids
        .iter()
        .zip(&faults)
        .map(|(id, (key, .., value))| (id.clone(), json!({ *key: value, "piece_origin": "AU" })))
        .collect();
    right.insert(ids[10].clone(), json!({ "gross_kg": 2.5, "comments": "x" }));
    let told = outside(&json!({ "do": "repair", "file": refused, "cells": right, "out": repaired })).expect("python");
    let noted: std::collections::BTreeSet<&str> = told.as_object().expect("rows").keys().map(String::as_str).collect();
    assert_eq!(noted.len(), 10, "{told}");
    assert!(told[&ids[0]].as_array().expect("notes").contains(&json!("piece_hs")), "{told}");
    let bytes = std::fs::read(&repaired).expect("reads");
    let view = send(&server, "/v1/imports", XLSX, &bytes).ok().json();
    // The second of the two that stood in the file is the first one again, and stored.
    assert_eq!(
        (&view["counts"]["refused"], &view["counts"]["new"], &view["counts"]["unchanged"]),
        (&json!(0), &json!(9), &json!(1)),
        "{view}"
    );
}

#[test]
fn what_a_spreadsheet_program_saves_of_a_template_is_a_template() {
    let server = Server::start(Engine::Sqlite);
    let folder = tempfile::tempdir().expect("folder");
    for kind in ["declarations", "goods", "senders", "movements"] {
        let (ours, theirs) =
            (path(folder.path(), &format!("{kind}.xlsx")), path(folder.path(), &format!("{kind}-2.xlsx")));
        std::fs::write(&ours, fetch(&server, "AUA", &format!("/v1/sheets/{kind}.xlsx?lang=ES"))).expect("writes");
        let Some(before) = outside(&json!({ "do": "looked at", "file": ours })) else { return };
        assert!(
            before["keys"].as_array().is_some_and(|keys| keys.len() >= 5) && before["validations"].as_u64() > Some(0),
            "{before}"
        );
        let Some((done, told)) = program("ssconvert", &[&ours, &theirs]) else { continue };
        assert!(done, "{told}");
        let after = outside(&json!({ "do": "looked at", "file": theirs })).expect("python");
        assert_eq!((&after["keys"], &after["lists"]), (&before["keys"], &before["lists"]), "{kind}");
        let bytes = std::fs::read(&theirs).expect("reads");
        let view = send(&server, &format!("/v1/imports?kind={kind}&dryRun=true"), XLSX, &bytes).ok().json();
        assert_eq!((&view["rows"], &view["columns"]["missing"]), (&json!(0), &json!([])), "{view}");
    }
}

#[test]
fn a_file_of_windows_is_the_same_as_one_of_utf8() {
    let server = Server::start(Engine::Sqlite);
    let ids = [fresh_id("AU"), fresh_id("AU")];
    let file = |id: &str| {
        format!(
            "item_id;destination;mail_class;nature;gross_kg;sender_name;recipient_name;piece_description;piece_quantity;piece_net_kg;piece_value;piece_currency\n\
             {id};DEA;E;31;1,5;Müller & Söhne;José Peña;Wooden toy train;2;0,8;38,50;EUR\n"
        )
    };
    let latin: Vec<u8> = file(&ids[0]).chars().map(|sign| u8::try_from(u32::from(sign)).expect("of Latin 1")).collect();
    let data = |bytes: &[u8], id: &str, encoding: &str| {
        let view = send(&server, "/v1/imports", "text/csv", bytes).ok().json();
        assert_eq!(
            (&view["counts"]["new"], &view["file"]["encoding"], &view["file"]["separator"]),
            (&json!(1), &json!(encoding), &json!(";")),
            "{view}"
        );
        server.rest("AUA", "GET", &format!("/v1/declarations/{id}"), None, &[]).ok().json()["declaration"]["Data"]
            .clone()
    };
    let one = data(&latin, &ids[0], "windows-1252");
    assert_eq!(one, data(file(&ids[1]).as_bytes(), &ids[1], "UTF-8"));
    assert_eq!((&one["SenderName"], &one["GrossWeight"]), (&json!("Müller & Söhne"), &json!(1.5)));
}

/// A file goes to a running server, as it would go into its database.
#[test]
fn an_import_through_a_running_server_is_like_one_with_its_database() {
    let (url, _kept) = filled_database(Engine::Sqlite);
    let process = Process::serve(&url, &[]);
    let folder = tempfile::tempdir().expect("folder");
    let (file, token, large) =
        (path(folder.path(), "in.csv"), path(folder.path(), "token"), path(folder.path(), "large.csv"));
    std::fs::write(&token, format!("{}\n", token_of("AUA"))).expect("writes");
    let ids: Vec<String> = (0..5).map(|_| fresh_id("AU")).collect();
    std::fs::write(&file, faulty(&ids)).expect("writes");
    let import = |file: &str, more: &[&str]| {
        let mut arguments = vec!["sheet", "import", file, "--url", &process.base, "--token-file", &token];
        arguments.extend(more);
        finish(&mut entrepost(&arguments))
    };
    let last = |told: &crate::harness::process::Ran| told.out.trim_end().lines().last().unwrap_or_default().to_owned();
    let dry = import(&file, &["--dry-run"]);
    assert!(
        dry.code == Some(1) && last(&dry).starts_with("new 2, changed 0, unchanged 0, refused 4, warnings "),
        "{dry:?}"
    );
    assert!(!dry.err.contains(BAR), "a bar is for terminals: {}", dry.err);
    let none = import(&file, &["--all"]);
    assert!(none.code == Some(1) && last(&none).starts_with("new 0, changed 0"), "{none:?}");
    let stored = import(&file, &["--user", "depost"]);
    assert!(stored.code == Some(1) && last(&stored) == last(&dry), "{stored:?}");
    assert_eq!(stored.out, dry.out, "the same is found");
    let again = import(&file, &["--json"]);
    let view: Value = serde_json::from_str(&again.out).expect("JSON");
    assert_eq!((again.code, &view["counts"]["unchanged"], &view["counts"]["refused"]), (Some(1), &json!(2), &json!(4)));
    // What takes longer than an answer is waited for.
    let head = faulty(&ids).lines().next().expect("a head").to_owned();
    let line = faulty(&ids).lines().nth(1).expect("a line").to_owned();
    let rows: Vec<String> = (0..1_100).map(|_| line.replace(&ids[0], &fresh_id("AU"))).collect();
    std::fs::write(&large, format!("{head}\n{}\n", rows.join("\n"))).expect("writes");
    let all = import(&large, &[]);
    assert!(all.code == Some(0) && last(&all).starts_with("new 1100, changed 0, unchanged 0, refused 0"), "{all:?}");
    // Another kind, with the token in the variable.
    std::fs::write(&file, format!("item_id,flow,partner,mail_state\n{},outbound,DEA,1\n", ids[0])).expect("writes");
    let mut command = entrepost(&["sheet", "import", &file, "--kind", "movements", "--url", &process.base]);
    let moved = finish(command.env("ENTREPOST_TOKEN", token_of("AUA")));
    assert!(moved.code == Some(0) && last(&moved).starts_with("new 0, changed 1"), "{moved:?}");
    // What goes wrong is said, and how it went is in the code.
    std::fs::write(&file, "nothing\n").expect("writes");
    let unreadable = import(&file, &[]);
    assert!(unreadable.code == Some(2) && unreadable.err.contains("item_id"), "{unreadable:?}");
    std::fs::write(&token, "0f8fad5b-d9cb-469f-a165-70867728950e").expect("writes");
    let stranger = import(&large, &[]);
    assert!(stranger.code == Some(2) && stranger.err.contains("401"), "{stranger:?}");
    std::fs::write(&token, "").expect("writes");
    let without = import(&large, &[]);
    assert!(without.code == Some(2) && without.err.contains("--token-file"), "{without:?}");
    let nowhere = finish(&mut entrepost(&["sheet", "import", &large, "--url", "post.example"]));
    assert_eq!(nowhere.code, Some(2));
    let both = finish(&mut entrepost(&["sheet", "import", &large, "--url", &process.base, "--post", "AUA"]));
    assert_eq!(both.code, Some(2), "{both:?}");
}

/// Stands in a bar.
const BAR: &str = "rows, ";

/// A bar is drawn where somebody looks, and nowhere else; what is found is the same.
#[test]
fn a_terminal_sees_a_bar() {
    let folder = tempfile::tempdir().expect("folder");
    let file = path(folder.path(), "faulty.csv");
    let ids: Vec<String> = (0..5).map(|_| fresh_id("AU")).collect();
    std::fs::write(&file, faulty(&ids)).expect("writes");
    let piped = run(&["sheet", "check", &file]);
    let called = format!("{} sheet check {file}", env!("CARGO_BIN_EXE_entrepost"));
    let Some((done, seen)) = program("script", &["-qec", &called, "/dev/null"]) else { return };
    assert!(!done, "its code is that of the check");
    assert!(seen.contains(BAR) && !piped.out.contains(BAR) && !piped.err.contains(BAR), "{seen}");
    for line in piped.out.lines() {
        assert!(seen.contains(line), "{line}\n{seen}");
    }
}

/// Files that take memory or time from a reader that believes them; the server goes on within little memory.
#[test]
fn hostile_files_do_no_harm_to_a_server_with_little_memory() {
    let Some(made) = outside(&json!({ "do": "hostile" })) else { return };
    let (url, _folder) = filled_database(Engine::Sqlite);
    let mut command = std::process::Command::new("sh");
    let program = env!("CARGO_BIN_EXE_entrepost");
    let line = format!(
        "ulimit -v {ADDRESS_SPACE_KIB}; exec {program} serve --listen 127.0.0.1:0 --log-level error --database-url {url}"
    );
    command.args(["-c", &line]).env("ENTREPOST_SECRET_KEY", crate::harness::process::SECRET_KEY);
    let process = Process::start(&mut command);
    let (agent, bearer) = (agent(), format!("Bearer {}", token_of("AUA")));
    let before = process.memory_mib();
    for (name, packed) in made.as_object().expect("files") {
        use base64::Engine as _;
        let bytes = base64::engine::general_purpose::STANDARD.decode(packed.as_str().expect("text")).expect("base64");
        let request = agent.post(format!("{}/v1/imports", process.base)).header("authorization", &bearer);
        let request = request.header("x-entrepost-user", "t").header("content-type", XLSX);
        let began = std::time::Instant::now();
        let mut answer = request.send(&bytes[..]).unwrap_or_else(|error| panic!("{name}: {error}"));
        let status = answer.status().as_u16();
        let text = answer.body_mut().read_to_string().expect("text");
        assert_eq!(status, 422, "{name}: {text}");
        assert!(began.elapsed() < MOST, "{name} took {:?}", began.elapsed());
    }
    assert!(
        process.most_memory() / (1 << 20) < before as usize + 250,
        "{} MiB from {before}",
        process.most_memory() / (1 << 20)
    );
    let alive = agent.get(format!("{}/v1/limits", process.base)).call().expect("answers");
    assert_eq!(alive.status().as_u16(), 200);
}

/// For a hostile file; a build that is not optimized beside other tests takes its time.
const MOST: std::time::Duration = std::time::Duration::from_secs(if cfg!(debug_assertions) { 30 } else { 2 });

/// Of the server with hostile files.
const ADDRESS_SPACE_KIB: usize = 1024 * 1024;
