//! Messages that say a thing twice, in codes of other lists, in other characters than declared, or with totals that do not
//! agree; and `edi check`, which says of a file what an inbox would refuse.

use std::fs;

use entrepost::domain::{ItemOutcome, Level};
use entrepost::edi::{self, Message, Profile};
use entrepost::exchange::examine;
use entrepost::store::inbox::ItemInRow;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;

use crate::exchange::{TOKEN, control, hand_in, itmatt, set};
use crate::harness::data::{fresh_id, store};
use crate::harness::process::{Ran, run};
use crate::harness::{Engine, Server};

/// Runs `edi check` on bytes.
fn check(bytes: &[u8]) -> Ran {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("message.edi");
    fs::write(&path, bytes).expect("writes");
    run(&["edi", "check", path.to_str().expect("a path")])
}

/// A German server whose partner AUA calls with [`TOKEN`], and whose links are this strict.
fn germany(level: Level) -> Server {
    let [_, germany] = Server::pair([Engine::Sqlite, Engine::Sqlite]);
    set(&germany, "AUA", |partner| {
        partner.token_in = Some(TOKEN.into());
        partner.sign_key = Some(String::new());
        partner.endpoint = Some("http://127.0.0.1:1/".into());
        partner.level = Some(level);
    });
    germany
}

/// A message with as many segments as it says.
fn counted(text: &str) -> Vec<u8> {
    let segments: Vec<&str> = text.split_terminator('\'').collect();
    let at = |tag: &str| segments.iter().position(|segment| segment.starts_with(tag)).expect("a segment");
    let (unh, unt) = (at("UNH"), at("UNT"));
    let counted = format!("UNT+{}+1", unt - unh + 1);
    let with = |(at, segment): (usize, &&str)| format!("{}'", if at == unt { counted.as_str() } else { segment });
    segments.iter().enumerate().map(with).collect::<String>().into_bytes()
}

fn changed(bytes: &[u8], was: &str, is: &str) -> Vec<u8> {
    let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
    assert!(text.contains(was), "{was} in {text}");
    counted(&text.replacen(was, is, 1))
}

const TEXT: &str = "Wooden toy train for children";

#[test]
fn edi_check_says_what_is_wrong_and_nothing_else() {
    let good = itmatt("CHECK000000001", &[&fresh_id("AU")], TEXT);
    let clean = check(&good);
    assert_eq!((clean.code, clean.out.trim(), clean.err.trim()), (Some(0), "nothing found", ""));
    for (was, is, told) in [
        // A country of three letters, and whatever else the structure rules refuse.
        ("+60594+DE", "+60594+DEU", "error at NAD"),
        ("LOC+27+AU:162:5", "LOC+27+AUS:162:5", "OrigCountryCd"),
        ("12.50:EUR'CNT", "12.50:EURO'CNT", "CurrencyCd"),
        ("950300:HS", "95A300:HS", "ContentPieces[0].HS"),
        ("TSR+N:", "TSR+n:", "HandlingClassCd"),
        ("KGM:0.620", "KGM:-0.620", "GrossWeight"),
        ("+Frankfurt+", "++", "RecipientCity"),
        ("QTY+1:1'", "QTY+1:-1'", "ContentPieces[0].Number"),
        ("GID+1'", "GID+0'", "ContentPieces[0].Index"),
        ("FTX+AAA+++", "FTX+AAA+++xy", "Description"),
        (TEXT, "x", "description_vague"),
        ("NAD+MR+DEA", "NAD+MR+DEB", "Header.Sender"),
        ("MEA+WT+AAL+KGM:0.400", "MEA+WT+AAL+KGM:0.700", "net_over_gross"),
        ("NAD+CN", "NAD+CN+++Other'NAD+CN", "twice"),
    ] {
        let long = if is.ends_with("xy") { format!("FTX+AAA+++{}", "y".repeat(1_100)) } else { is.to_owned() };
        let ran = check(&changed(&good, was, &long));
        assert_eq!(ran.code, Some(1), "{is}: {ran:?}");
        assert!(ran.err.contains(told), "{is}: {}", ran.err);
    }
    // Warnings do not fail it.
    for (was, is, told) in [
        ("950300:HS", "4006381333931:EN", "no HS code"),
        ("MOA+43:12.50:EUR", "MOA+43:99.99:EUR", "total_differs"),
        ("Harbour Toys", "Müller und Söhne", "the text is UTF-8"),
    ] {
        let ran = check(&changed(&good, was, is));
        assert!(ran.err.contains(told), "{is}: {ran:?}");
        assert_eq!(ran.code.filter(|_| !is.contains("EN")), Some(0).filter(|_| !is.contains("EN")), "{ran:?}");
    }
}

#[test]
fn what_is_stored_is_what_was_meant() {
    let germany = germany(Level::Warn);
    let take = |number: u32, change: &dyn Fn(&[u8]) -> Vec<u8>| {
        let id = fresh_id("AU");
        let bytes = change(&itmatt(&format!("MEANT{number:09}"), &[&id], TEXT));
        hand_in(&germany, TOKEN, &bytes).ok();
        germany.status("DEA", "DEA", &id, "I")["Declaration"].clone()
    };
    let utf8 = take(1, &|bytes| changed(bytes, "Harbour Toys", "Müller und Söhne"));
    assert_eq!(utf8["Data"]["SenderName"], "Müller und Söhne");
    let article = take(2, &|bytes| changed(bytes, "950300:HS", "4006381333931:EN"));
    assert!(article["Data"]["ContentPieces"][0]["HS"].is_null(), "{article}");
    let text = take(3, &|bytes| changed(bytes, "PIA+5", "FTX+AAA+++of beech, painted'PIA+5"));
    assert_eq!(text["Data"]["ContentPieces"][0]["Description"], format!("{TEXT} of beech, painted"));
    let contacts = take(4, &|bytes| changed(bytes, "COM+?+49695550102:TE", "COM+?+49695550102:TE+an@example.com:EM"));
    assert_eq!(contacts["Data"]["RecipientEmail"], "an@example.com");
    let party = take(5, &|bytes| changed(bytes, "GID+1", "NAD+CN+++Second Person++++99999+CA'GID+1"));
    assert_eq!(party["Data"]["RecipientName"], "Beispielempfang");
    assert_eq!((&party["Data"]["RecipientZIP"], &party["Data"]["RecipientCountryCd"]), (&json!("60594"), &json!("DE")));
    let windows = take(6, &|bytes| {
        let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
        let (before, after) = text.split_once("Harbour Toys").expect("the name");
        [before.as_bytes(), b"\x93Toys\x94 \x96 caf\xE9", after.as_bytes()].concat()
    });
    assert_eq!(windows["Data"]["SenderName"], "“Toys” – café");
    // Two items about one mail item: the first counts, of the second the sender is told.
    let twice = take(7, &|bytes| {
        let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
        let (from, to) = (text.find("CNI+").expect("an item"), text.find("CNT+10").expect("totals"));
        let again = text[from..to].replacen("CNI+1", "CNI+2", 1).replace(TEXT, "Steel kettle for kitchens");
        counted(&text.replace("CNT+10:1'CNT+2:1", &format!("{again}CNT+10:2'CNT+2:2")))
    });
    assert_eq!(twice["Data"]["ContentPieces"][0]["Description"], TEXT);
}

#[test]
fn a_total_that_is_not_the_sum_is_found_at_every_door() {
    let germany = germany(Level::Warn);
    let rules =
        |org: &str, id: &str, flow: &str| germany.status(org, org, id, flow).to_string().contains("total_differs");
    for (number, total, expected) in [(1, "99.99", true), (2, "12.50", false), (3, "12.51", false), (4, "12.52", true)]
    {
        let id = fresh_id("AU");
        let bytes = itmatt(&format!("TOTAL{number:09}"), &[&id], TEXT);
        hand_in(&germany, TOKEN, &changed(&bytes, "MOA+43:12.50", &format!("MOA+43:{total}"))).ok();
        assert_eq!(rules("DEA", &id, "I"), expected, "{total}");
    }
    let declare = |total: &str| {
        let id = fresh_id("DE");
        let mut body = store(&id, "DEA", "AUA", 2);
        body["decl"]["Data"]["ExtraFieldNames"] = json!(["EP.TotalValue"]);
        body["decl"]["Data"]["ExtraFieldValues"] = json!([total]);
        germany.call_as("DEA", "StoreDeclaration", body).ok();
        rules("DEA", &id, "O")
    };
    assert!(declare("1234567.89 EUR") && !declare("1234567.89 XTS"));
}

/// Texts that fit one place and not another.
const TEXTS: [&str; 30] = [
    "",
    " ",
    "x",
    "X",
    "ab",
    "1",
    "0",
    "-1",
    "1.5",
    "0,75",
    "1e3",
    "USA",
    "US",
    "ZZ",
    "EUR",
    "EU",
    "QQQ",
    "N",
    "31",
    "999",
    "R11",
    "R1",
    "A B",
    "é",
    "AUA",
    "DEA",
    "ZZZ",
    "610910",
    "20260101000000",
    "99999999999999999999999999999",
];

/// A message of AUA to DEA of any kind about one item.
fn message(kind: usize, id: &str, reference: &str) -> String {
    let head = |name: &str| {
        format!(
            "UNB+UNOC:3+AUA:58+DEA:58+261101:0930+{reference}++{name}++1'UNH+1+{name}:D:00A:UP:PCX100'BGM+:::{name}+{reference}-1+9'\
             DTM+137:20261101093000:204'NAD+MS+AUA:206:139'NAD+MR+DEA:206:139'CNI+1+{id}'"
        )
    };
    let (name, body) = match kind {
        0 => return String::from_utf8(itmatt(reference, &[id], TEXT)).expect("UTF-8"),
        1 => (
            "CUSRSP",
            "RFF+AAE:X1'DTM+9:20261101080000:204'LOC+22+AUSYD:ZCO:ZZZ'STS+DEC+2:ZDC:ZZZ+202:ZDR:ZZZ:due'MOA+176:6.00:EUR'\
             TAX+3+VAT:ZTX:ZZZ:VAT++38.50+:::19'MOA+161:7.32:EUR'PIA+5+610910:HS'QTY+1:1'",
        ),
        2 => ("ITMREF", "RFF+ABO:R-77'DTM+9:20261101080000:204'STS+REF+RFI:ZRT:ZZZ+001:ZEC:ZZZ'FTX+AAI+++What is it'"),
        _ => (
            "REFRSP",
            "RFF+AGO:R-77'DTM+9:20261101090000:204'STS+RSP+R11:ZRR:ZZZ'FTX+AAI+++Toys'TSR+N:121:139++A:115:139+31:136:139'\
             NAD+CZ+++Harbour Toys++++2000+AU'GID+1'FTX+AAA+++Toys of wood'QTY+1:1'",
        ),
    };
    format!("{}{body}CNT+10:1'UNT+1+1'UNZ+1+{reference}'", head(name))
}

/// Changes one place of a message: a component, or a whole segment.
fn spoilt(text: &str, place: usize, how: usize, with: &str) -> String {
    let mut segments: Vec<String> = text.split_terminator('\'').map(str::to_owned).collect();
    let from = 1 + segments.iter().position(|segment| segment.starts_with("UNH")).expect("a head");
    let last = segments.len() - 2;
    let at = from + place % (last - from);
    match how % 5 {
        0 => drop(segments.remove(at)),
        1 => segments.insert(at, segments[at].clone()),
        _ => {
            let marks: Vec<usize> = segments[at].match_indices(['+', ':']).map(|(mark, _)| mark + 1).collect();
            let begin = marks[(place / 7 + how / 5) % marks.len()];
            let end = segments[at][begin..].find(['+', ':']).map_or(segments[at].len(), |length| begin + length);
            segments[at].replace_range(begin..end, with);
        }
    }
    let whole = segments.join("'") + "'";
    String::from_utf8(counted(&whole)).expect("UTF-8")
}

/// What the inbox answers with a refusal is an error of `edi check`.
fn whatever_is_refused_is_an_error_of_the_check(level: Level) {
    let germany = germany(level);
    let cases = std::env::var("EPTEST_FUZZ_CASES").map_or(250, |cases| cases.parse().expect("a number"));
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let long = "L".repeat(1_100);
    let texts: Vec<&str> = TEXTS.into_iter().chain([long.as_str()]).collect();
    let change = (
        any::<usize>(),
        any::<usize>(),
        prop::sample::select(texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()),
    );
    let strategy = (0..4_usize, prop::collection::vec(change, 0..3));
    let number = std::cell::Cell::new(0);
    let refusals = std::cell::Cell::new(0);
    let outcome = runner.run(&strategy, |(kind, changes)| {
        number.set(number.get() + 1);
        let reference = format!("PROP{:010}", number.get());
        let mut text = message(kind, &fresh_id("AU"), &reference);
        for (place, how, with) in changes {
            text = spoilt(&text, place, how, &with);
        }
        let answer = hand_in(&germany, TOKEN, text.as_bytes());
        let rejected = control(&answer).is_rejection() || answer.status != 200;
        let items: Vec<String> = match edi::read(text.as_bytes()).interchange.messages.first() {
            Some(Message::Items(message)) => {
                message.items.iter().filter_map(|item| item.mail_object.id.clone()).collect()
            }
            _ => Vec::new(),
        };
        let mut told = String::new();
        // An id that a change puts in may be that of an item of another case, which a check of the bytes alone cannot know.
        for id in items.into_iter().filter(|id| !texts.contains(&id.as_str())) {
            let exchange = germany.exchange().clone();
            let log = germany.block_on(|_| async move { exchange.item_log("DEA", &id).await }).expect("a log").1;
            let refused = |row: &&ItemInRow| row.reference == reference && row.fate == ItemOutcome::Refused;
            for row in log.iter().filter(refused) {
                told += row.note.as_deref().unwrap_or("refused");
            }
        }
        if rejected || !told.is_empty() {
            refusals.set(refusals.get() + 1);
            let found = examine::check(text.as_bytes(), &Profile::default());
            prop_assert!(found.has_errors(), "{told} {}\n{text}\n{found}", answer.text);
        }
        Ok(())
    });
    outcome.unwrap_or_else(|error| panic!("{error}"));
    assert!(refusals.get() > cases / 10, "{} refusals of {cases}", refusals.get());
}

#[test]
fn whatever_a_strict_inbox_refuses_is_an_error_of_the_check() {
    whatever_is_refused_is_an_error_of_the_check(Level::Reject);
}

#[test]
fn whatever_a_lenient_inbox_refuses_is_an_error_of_the_check() {
    whatever_is_refused_is_an_error_of_the_check(Level::Warn);
}
