//! Lists, dates, codes and files as people of the trade really send them; `docs/cases-files.md` lists the kinds.

use std::fs;

use entrepost::edi::Action;
use serde_json::{Value, json};

use crate::exchange::{TOKEN, control, hand_in, itmatt, set};
use crate::harness::data::{fresh_id, store};
use crate::harness::process::{Ran, run};
use crate::harness::{Engine, Server};
use crate::{on_both_engines, on_engines};

const RESTRICTIONS: &str = "destination,category,description,from_hs,to_hs,hs_list,hs_except,sending_countries,\
                            language,note,website,source,valid_from,valid_to\n";

/// Imports bytes as a list.
fn import(server: &Server, list: &str, bytes: &[u8], switches: &[&str]) -> Ran {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("list.csv");
    fs::write(&path, bytes).expect("writes");
    let whole = ["admin", "refdata", "import", list, path.to_str().expect("a path"), "--database-url"];
    let ran = run(&[&whole[..], &[server.database_url.as_str()], switches].concat());
    server.block_on(|services| async move { services.refresh_catalogue().await }).expect("reads");
    ran
}

/// Rules of Australia against a code, by their description.
fn against(server: &Server, code: &str) -> Vec<String> {
    let body = json!({ "destinationCountryCd": "AU", "sendingCountryCd": "DE", "goodHSCode": code });
    let answer = server.call_as("AUA", "GetRestrictionProhibitionByHSByCountry", body).ok().json();
    let found = answer["GetRestrictionProhibitionByHSByCountryResult"].as_array().expect("a list");
    found.iter().filter_map(|rule| rule["Description"].as_str().map(str::to_owned)).collect()
}

/// One rule of Australia with these columns `from_hs`, `to_hs`, `hs_list`.
fn rule(columns: [&str; 3]) -> String {
    let [from, to, list] = columns;
    format!("{RESTRICTIONS}AU,P,Purring parcels,{from},{to},\"{list}\",,,EN,n,,,,\n")
}

fn posted(server: &Server, id: &str) -> Value {
    server.status("AUA", "AUA", id, "O")["MailObject"]["PostingDt"].clone()
}

/// Declares an item with a posting date as text.
fn declare_posted(server: &Server, posting: &str) -> String {
    let id = fresh_id("AU");
    let mut body = store(&id, "AUA", "DEA", 2);
    body["mailObject"]["PostingDt"] = json!(posting);
    server.call_as("AUA", "StoreDeclaration", body).ok();
    id
}

/// `/Date(…)/` of an instant.
fn wire(instant: &str) -> Value {
    let at = chrono::DateTime::parse_from_rfc3339(instant).expect("an instant");
    json!(format!("/Date({}000+0000)/", at.timestamp()))
}

on_both_engines! {
    fn ranges_of_codes_are_read_as_they_are_meant(server) {
        for (columns, hit, free) in [
            (["", "", "0601\u{2013}0604"], &["060210", "060310"][..], &["070200"][..]),
            (["", "", "01.01-06"], &["010121", "010620"], &["020110", "030211", "040610", "060310"]),
            (["", "", "01.01 \u{2014} 06"], &["010121"], &["040610"]),
            (["", "", "0402.10, 04.05"], &["040210", "040510"], &["040291"]),
            (["01.05", "01.06", ""], &["010511", "010620"], &["010410"]),
        ] {
            import(server, "restrictions", rule(columns).as_bytes(), &[]).ok();
            for code in hit {
                assert_eq!(against(server, code), ["Purring parcels"], "{columns:?} {code}");
            }
            for code in free {
                assert!(against(server, code).is_empty(), "{columns:?} {code}");
            }
        }
    }

    fn what_a_spreadsheet_made_of_a_code_is_refused_with_its_row(server) {
        import(server, "restrictions", rule(["0402", "", ""]).as_bytes(), &[]).ok();
        for (columns, column) in [
            (["", "", "402"], "hs_list"),
            (["", "", "6.1E+05"], "hs_list"),
            (["", "", "0101/0106"], "hs_list"),
            (["", "", "01.06.2026"], "hs_list"),
            (["", "", "8507 60"], "hs_list"),
            (["", "", "10,06"], "hs_list"),
            (["105", "106", ""], "from_hs"),
            (["0105", "010620", ""], "from_hs"),
            (["01.01", "06", ""], "from_hs"),
        ] {
            let ran = import(server, "restrictions", rule(columns).as_bytes(), &[]);
            assert_eq!(ran.code, Some(1), "{columns:?}: {ran:?}");
            assert!(ran.out.contains(&format!("line 2, column {column}: ")), "{columns:?}: {}", ran.out);
            assert_eq!(against(server, "040210"), ["Purring parcels"], "the list of before stays");
        }
    }

    fn files_are_read_however_a_spreadsheet_saved_them(server) {
        let codes = |server: &Server| {
            let all = server.call_as("AUA", "LoadRefDataCocktail", json!({})).ok().json();
            let list = all["LoadRefDataCocktailResult"]["Organizations"].as_array().expect("a list").clone();
            list.iter().filter_map(|entry| entry["Code"].as_str().map(str::to_owned)).collect::<Vec<_>>()
        };
        let utf16: Vec<u8> = "\u{FEFF}code\tcountry\tname\r\nQZF\tPT\tIlha\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        for (code, bytes) in [
            ("QZA", "\u{FEFF}code,country,name\r\nQZA,PT,Ilha\r\n".as_bytes()),
            ("QZB", b"code;country;name\r\nQZB;PT;Ilha\r\n;;\r\n"),
            ("QZC", b"code\tcountry\tname\nQZC\tPT\tIlha\n"),
            ("QZD", b"code,country,name,,\nQZD,PT,Ilha,,\n,,,,\n,,,,\n"),
            ("QZE", b"sep=;\r\n# list: operators;;\r\ncode;country;name\r\nQZE;PT;Ilha\r\n\x1A"),
            ("QZF", &utf16),
        ] {
            import(server, "operators", bytes, &["--dry-run"]).ok();
            import(server, "operators", bytes, &[]).ok();
            assert!(codes(server).iter().any(|listed| listed == code), "{code}");
        }
        import(server, "rates", "\u{FEFF}Date,USD,JPY,\n2026-11-25,4,175.68,\n,,,\n".as_bytes(), &[]).ok();
        let amount = json!({ "fromCurrencyCd": "USD", "toCurrencyCd": "EUR", "amount": 10 });
        assert_eq!(server.call_as("AUA", "ConvertCurrency", amount).ok().json()["ConvertCurrencyResult"], 2.5);
        import(server, "hs", b"code;en;fr;es\r\n0101213000;Ponies;;\r\n;;;\r\n", &[]).ok();
        import(server, "hs", b"section;hscode;description\r\nI;01;Animals\r\nI;0101;Horses\r\n", &[]).ok();
        let workbook = import(server, "operators", b"PK\x03\x04 and so on", &[]);
        assert!(workbook.out.contains("save the sheet as CSV UTF-8"), "{workbook:?}");
        let nul = import(server, "hs", br#"[{"code":"95030010","name":"Toys\u0000"}]"#, &[]);
        assert!(nul.code == Some(1) && nul.out.contains("U+0000"), "{nul:?}");
    }

    fn a_dry_run_with_faults_ends_with_one(server) {
        let ran = import(server, "operators", b"code,country,name\nQQA,QQ,Three\n", &["--dry-run"]);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.out.contains("line 2, column country: `QQ`"), "{}", ran.out);
        import(server, "operators", b"code,country,name\nQZA,PT,Three\n", &["--dry-run"]).ok();
    }

    fn countries_can_be_added(server) {
        let to = |country: &str| {
            let mut body = store(&fresh_id("AU"), "AUA", "DEA", 2);
            body["decl"]["Data"]["ContentPieces"][0]["OrigCountryCd"] = json!(country);
            server.call_as("AUA", "StoreDeclaration", body)
        };
        to("XK").ok();
        let operator = b"code,country,name\nQZA,QZ,Island post\n";
        assert_eq!(import(server, "operators", operator, &[]).code, Some(1));
        let path = "decl.Data.ContentPieces[0].OrigCountryCd";
        assert_eq!(to("QZ").findings(), [("unknown_code".into(), path.into())]);
        import(server, "countries", b"code,name_en,eu\nQZ,Island of Q,0\n", &[]).ok();
        to("QZ").ok();
        import(server, "operators", operator, &[]).ok();
        let rules = "[[rule]]\nname = \"x\"\n[rule.when]\norigin = [\"QZ\"]\n[rule.then]\ndecision = \"2\"\n";
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("rules.toml");
        fs::write(&path, rules).expect("writes");
        let path = path.to_str().expect("a path");
        run(&["admin", "rule", "set", "DE", path, "--dry-run", "--database-url", &server.database_url]).ok();
    }

    fn dates_are_read_in_every_form_of_the_standard(server) {
        for form in ["2026-11-20T08:47:00+0100", "2026-11-20T07:47Z", "20261120T074700Z", "2026-324T08:47+01", "2026-W47-5T07:47:00,5Z"] {
            assert_eq!(posted(server, &declare_posted(server, form)), wire("2026-11-20T07:47:00Z"), "{form}");
        }
        // Sydney's clocks: forward on 4 October, back on 5 April.
        for (local, instant) in [
            ("2026-10-04T01:59:59", "2026-10-03T15:59:59Z"),
            ("2026-10-04T02:30:00", "2026-10-03T16:30:00Z"),
            ("2026-10-04T03:00:00", "2026-10-03T16:00:00Z"),
            ("2026-04-05T02:30:00", "2026-04-04T15:30:00Z"),
        ] {
            assert_eq!(posted(server, &declare_posted(server, local)), wire(instant), "{local}");
        }
        let mut body = store(&fresh_id("AU"), "AUA", "DEA", 2);
        body["mailObject"]["PostingDt"] = json!("2026-02-30");
        server.call_as("AUA", "StoreDeclaration", body).refused(400);
    }

    fn a_date_alone_as_upper_bound_means_the_whole_day(server) {
        let id = declare_posted(server, "2026-11-20T15:00:00");
        let last = declare_posted(server, "2026-11-20T23:59:59");
        let next = declare_posted(server, "2026-11-21T00:00:00");
        let ids = |filters: Value| {
            let views = server.load("AUA", filters);
            let id_of = |view: &Value| view["MailObject"]["Id"].as_str().map(str::to_owned);
            views.iter().filter_map(id_of).collect::<Vec<String>>()
        };
        let day = ids(json!({ "flow": "O", "dtFrom": "2026-11-20", "dtTo": "2026-11-20" }));
        assert!(day.contains(&id) && day.contains(&last) && !day.contains(&next), "{day:?}");
        let exact = ids(json!({ "flow": "O", "dtFrom": "2026-11-20", "dtTo": "2026-11-20T00:00:00" }));
        assert!(!exact.contains(&id), "{exact:?}");
    }

    fn codes_of_goods_are_kept_as_digits(server) {
        for typed in ["0901.21.00.90", "0901 21 00 90", "0901-21-00-90", "0901.21.0090", " 0901210090 "] {
            let id = fresh_id("AU");
            let mut body = store(&id, "AUA", "DEA", 2);
            body["decl"]["Data"]["ContentPieces"][0]["HS"] = json!(typed);
            server.call_as("AUA", "StoreDeclaration", body).ok();
            let view = server.status("AUA", "AUA", &id, "O");
            assert_eq!(view["Declaration"]["Data"]["ContentPieces"][0]["HS"], "0901210090", "{typed}");
        }
        let mut body = store(&fresh_id("AU"), "AUA", "DEA", 2);
        body["decl"]["Data"]["ContentPieces"][0]["HS"] = json!("0601\u{2013}0604");
        server.call_as("AUA", "StoreDeclaration", body).refused(400);
    }
}

/// A server whose partner AUA is another system that calls with [`TOKEN`], on this engine.
fn germany_on(engine: Engine) -> Server {
    let [_, germany] = Server::pair([Engine::Sqlite, engine]);
    set(&germany, "AUA", |partner| {
        partner.token_in = Some(TOKEN.into());
        partner.sign_key = Some(String::new());
        partner.endpoint = Some("http://127.0.0.1:1/".into());
    });
    germany
}

fn replaced(bytes: &[u8], what: &str, with: &str) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
    assert!(text.contains(what), "{what}");
    text.replace(what, with).into_bytes()
}

fn wrapped(bytes: &[u8], width: usize, end: &str) -> Vec<u8> {
    bytes.chunks(width).collect::<Vec<_>>().join(end.as_bytes())
}

#[test]
fn what_transport_does_to_an_interchange_is_taken_off() {
    let germany = germany_on(Engine::Sqlite);
    type Spoil = fn(&[u8]) -> Vec<u8>;
    let ways: [(&str, Spoil); 9] = [
        ("80 columns, CRLF", |bytes| wrapped(bytes, 80, "\r\n")),
        ("72 columns, LF", |bytes| wrapped(bytes, 72, "\n")),
        ("80 columns, LF, padded", |bytes| [wrapped(bytes, 80, "\n"), b"          \n".to_vec()].concat()),
        ("Ctrl-Z", |bytes| [bytes, b"\x1A"].concat()),
        ("NUL behind the end", |bytes| [bytes, b"\r\n\0\0\0\0"].concat()),
        ("blank-padded references", |bytes| {
            let padded = replaced(bytes, "+AUA:58+DEA:58+", "+AUA       :58+DEA       :58+");
            let padded = replaced(&padded, "UNH+1+", "UNH+1    +");
            replaced(&padded, "++ITMATT++1'", "   ++ITMATT++1'")
        }),
        ("QTY with decimals", |bytes| replaced(bytes, "QTY+1:1'", "QTY+1:1.000'")),
        ("QTY with a comma", |bytes| replaced(bytes, "QTY+1:1'", "QTY+1:1,0'")),
        ("HS with dots", |bytes| replaced(bytes, "950300:HS", "9503.00:HS")),
    ];
    let plain = fresh_id("AU");
    hand_in(&germany, TOKEN, &itmatt("CASE0000000000", &[&plain], "Wooden toy train for children")).ok();
    let expected = germany.status("DEA", "DEA", &plain, "I")["Declaration"]["Data"].clone();
    assert_eq!(expected["ContentPieces"][0]["Number"], 1);
    for (at, (way, spoil)) in ways.iter().enumerate() {
        let id = fresh_id("AU");
        let bytes = itmatt(&format!("CASE{:010}", at + 1), &[&id], "Wooden toy train for children");
        let answer = hand_in(&germany, TOKEN, &spoil(&bytes)).ok();
        assert_eq!(control(&answer).action, Action::Acknowledged, "{way}: {}", answer.text);
        let read = germany.status("DEA", "DEA", &id, "I")["Declaration"]["Data"].clone();
        for member in ["ContentPieces", "SenderName", "RecipientName", "RecipientAddressLine1", "GrossWeight"] {
            assert_eq!(read[member], expected[member], "{way}: {member}");
        }
    }
}

/// What one database cannot hold is refused alike on both.
fn refused_before_storing(engine: Engine) {
    let germany = germany_on(engine);
    let id = fresh_id("AU");
    let numbered = |number: u32| itmatt(&format!("NUL{number:011}"), &[&id], "Wooden toy train for children");
    let long = "9".repeat(3_000);
    for (number, what, with) in [
        (11, "NUL00000000011", "NUL\u{0}0000000011"),
        (12, "+DEA:58+", "+D\u{0}EA:58+"),
        (13, "+AUA:58+", "+AU\u{0}A:58+"),
        (14, "CNI+1+EE", "CNI+1+E\u{0}E"),
        (15, "train", "tr\u{0}ain"),
        (16, "NUL00000000016", &long),
        (17, "+DEA:58+", &format!("+{long}:58+")),
    ] {
        let spoilt = replaced(&numbered(number), what, with);
        for _ in 0..2 {
            let answer = hand_in(&germany, TOKEN, &spoilt).refused(400);
            // A CONTRL has no place for 3000 characters.
            if !with.contains(&long) {
                assert_eq!(control(&answer).action, Action::Rejected, "{what}");
            }
        }
    }
    let good = numbered(1);
    assert!(germany.history("DEA", &id).is_empty());
    // An item id that fits no index: the item is refused, the interchange is not.
    let answer = hand_in(&germany, TOKEN, &replaced(&good, &format!("CNI+1+{id}"), &format!("CNI+1+{long}")));
    assert!([200, 400].contains(&answer.status), "{}", answer.text);
    let next = itmatt("NUL00000000002", &[&id], "Wooden toy train for children");
    hand_in(&germany, TOKEN, &next).ok();
    assert_eq!(germany.history("DEA", &id).len(), 1);

    let folder = tempfile::tempdir().expect("a folder");
    set(&germany, "AUA", |partner| {
        partner.transport = Some("directory".into());
        partner.endpoint = Some(folder.path().display().to_string());
    });
    let inside = folder.path().join("in");
    fs::create_dir_all(&inside).expect("a folder");
    fs::write(inside.join("1.edi"), replaced(&good, "NUL00000000001", "NUL\u{0}0000000003")).expect("writes");
    let other = fresh_id("AU");
    fs::write(inside.join("2.edi"), itmatt("NUL00000000004", &[&other], "Wooden toy train for children"))
        .expect("writes");
    germany.deliver();
    assert!(inside.join("refused/1.edi").exists() && inside.join("done/2.edi").exists());
    assert_eq!(germany.history("DEA", &other).len(), 1);
}

on_engines! { what_a_database_cannot_hold_is_refused_before_storing => refused_before_storing }
