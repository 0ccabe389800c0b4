//! The table against the schemas, values there and back, and envelopes that mean harm.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use chrono::DateTime;
use chrono_tz::Tz;
use proptest::prelude::*;
use serde_json::Value;

use super::envelope::{Code, Talk, Version};
use super::model::{Contract, Kind, Member, Ns, Type};
use super::read;
use super::types::CDS_VIEW;
use super::write::{INSTANCE, Writer, is_char};
use super::xml::{Piece, Xml};
use super::{is_at, understand, utf8};
use crate::contract::WcfDate;
use crate::contract::canonical::to_canonical;
use crate::domain::MarkOperation;
use crate::error::Error;
use crate::http::cds::registry::methods;
use crate::http::cds::reply::HEADERS_AS_MEMBERS;

// The table and the schemas.

/// Where the table and the schemas of the JSON surface differ.
struct Differences {
    document: Value,
    found: Vec<String>,
}

impl Differences {
    fn target<'d>(document: &'d Value, schema: &'d Value) -> (&'d Value, Option<&'d str>) {
        let Some(reference) = schema["$ref"].as_str() else { return (schema, None) };
        (document.pointer(&reference[1..]).unwrap(), reference.rsplit('/').next())
    }

    /// The members of a schema, those of its parts among them.
    fn properties(&self, schema: &Value) -> BTreeMap<String, Value> {
        let (schema, _) = Self::target(&self.document, schema);
        let own = schema["properties"].as_object().into_iter().flatten();
        let own = own.map(|(name, schema)| (name.clone(), schema.clone()));
        let parts = schema["allOf"].as_array().into_iter().flatten();
        parts.flat_map(|part| self.properties(part)).chain(own).collect()
    }

    fn members(&mut self, path: &str, members: &[Member], properties: &BTreeMap<String, Value>) {
        let listed: BTreeSet<&str> = members.iter().map(|member| member.name).collect();
        let mut known: BTreeSet<&str> = properties.keys().map(String::as_str).collect();
        known.extend(listed.get(NOT_DESCRIBED));
        self.found.extend(known.difference(&listed).map(|name| format!("{path}.{name} is in no table of types")));
        self.found.extend(listed.difference(&known).map(|name| format!("{path}.{name} is in no schema")));
        for member in members {
            if let Some(schema) = properties.get(member.name) {
                self.kind(&format!("{path}.{}", member.name), member.kind, schema);
            }
        }
    }

    fn kind(&mut self, path: &str, kind: Kind, schema: &Value) {
        let of_kinds = ["oneOf", "anyOf"].iter().find_map(|key| schema[key].as_array());
        let schema =
            of_kinds.and_then(|kinds| kinds.iter().find(|kind| kind["type"] != "null")).unwrap_or(schema).clone();
        let document = self.document.clone();
        let (target, name) = Self::target(&document, &schema);
        let of = target["type"].as_str().or_else(|| target["type"][0].as_str()).unwrap_or_default();
        let fits = match (kind, name) {
            (Kind::Date, Some("WcfDate")) | (Kind::Decimal, Some("Number")) | (Kind::Mark, Some("MarkOperation")) => {
                true
            }
            (_, Some("WcfDate" | "Number" | "MarkOperation")) => false,
            (Kind::Text, _) => of == "string" && target["format"] != "uuid",
            (Kind::Guid, _) => of == "string" && target["format"] == "uuid",
            (Kind::Int, _) => of == "integer",
            (Kind::Flag, _) => of == "boolean",
            (Kind::Texts | Kind::Ints, _) => {
                let item = if let Kind::Texts = kind { Kind::Text } else { Kind::Int };
                self.kind(&format!("{path}[]"), item, &target["items"]);
                of == "array"
            }
            (Kind::List(ty), _) => {
                self.kind(&format!("{path}[]"), Kind::Object(ty), &target["items"]);
                of == "array"
            }
            (Kind::Object(ty), _) => {
                let properties = self.properties(&schema);
                self.members(path, &all_members(ty), &properties);
                !properties.is_empty()
            }
            _ => false,
        };
        if !fits {
            self.found.push(format!("{path} is {kind:?} in the table, and {target} in the schema"));
        }
    }
}

fn all_members(ty: &'static Type) -> Vec<Member> {
    Contract::Full.members(ty).map(|(_, member)| *member).collect()
}

/// Always null in answers and not read, so that the schemas do not have it.
const NOT_DESCRIBED: &str = "XMLData";

/// The contract's name for a member that the JSON surface calls otherwise, and reads under this one too.
const RENAMED: (&str, &str) = ("mailClass", "mailClassCd");

#[test]
fn the_table_has_what_the_schemas_have_and_nothing_else() {
    let document: Value = serde_json::from_str(&crate::http::openapi::document("")).unwrap();
    let mut differences = Differences { document: document.clone(), found: Vec::new() };
    let known: BTreeSet<&str> = methods().iter().map(|method| method.name).collect();
    let listed: BTreeSet<&str> = Contract::Full.operations().map(|operation| operation.name).collect();
    assert_eq!(known, listed);
    assert_eq!(Contract::Classic.operations().count(), 23);
    for operation in Contract::Full.operations() {
        let post = &document["paths"][format!("/{}", operation.name)]["post"];
        let schema = |part: &Value| differences.properties(&part["content"]["application/json"]["schema"]);
        let mut request = schema(&post["requestBody"]);
        let mut response = schema(&post["responses"]["200"]);
        if operation.request.iter().any(|member| member.name == RENAMED.0) {
            let schema = request.remove(RENAMED.1).unwrap();
            request.insert(RENAMED.0.into(), schema);
        }
        let headers: BTreeSet<String> = post["responses"]["200"]["headers"]
            .as_object()
            .into_iter()
            .flatten()
            .map(|(name, _)| name.to_lowercase())
            .collect();
        for (member, header) in HEADERS_AS_MEMBERS.iter().filter(|(_, header)| headers.contains(*header)) {
            let kind = if *member == "NextCursor" {
                "string"
            } else if *member == "More" {
                "boolean"
            } else {
                "integer"
            };
            response.insert((*member).into(), serde_json::json!({ "type": kind }));
            assert!(operation.response.iter().any(|known| known.name == *member), "{} {header}", operation.name);
        }
        differences.members(operation.name, operation.request, &request);
        differences.members(&format!("{}Response", operation.name), operation.response, &response);
        assert!(matches!(operation.request[0].name, "token" | "securityToken"), "{}", operation.name);
    }
    assert_eq!(differences.found, [""; 0], "{:#?}", differences.found);
}

/// The types that operations reach, each once.
fn types() -> Vec<&'static Type> {
    let mut found: Vec<&'static Type> = Vec::new();
    let mut next: Vec<&'static Type> = Vec::new();
    let of = |member: &Member| match member.kind {
        Kind::Object(ty) | Kind::List(ty) => Some(ty),
        _ => None,
    };
    for operation in Contract::Full.operations() {
        next.extend(operation.request.iter().chain(operation.response).filter_map(of));
    }
    while let Some(ty) = next.pop() {
        if !found.iter().any(|known| std::ptr::eq(*known, ty)) {
            found.push(ty);
            next.extend(all_members(ty).iter().filter_map(of));
        }
    }
    found
}

#[test]
fn members_of_the_published_contracts_stand_in_ordinal_order() {
    for ty in types().into_iter().filter(|ty| !matches!(ty.name, "Outcome" | "OutcomeError")) {
        for part in ty.chain() {
            let names: Vec<&str> = part.members.iter().map(|member| member.name).collect();
            let mut sorted = names.clone();
            sorted.sort_unstable();
            assert_eq!(names, sorted, "{}", part.name);
        }
        assert!(all_members(ty).len() < 62, "the reader notes what it saw of {} in a number of 64 bits", ty.name);
    }
}

#[test]
fn the_classic_contract_reaches_nothing_newer() {
    for ty in types() {
        let form = Contract::Classic.form_of(ty);
        assert!(!form.later, "{}", ty.name);
        assert!(Contract::Classic.members(form).all(|(_, member)| !member.later), "{}", ty.name);
    }
    let names: Vec<&str> = Contract::Classic.members(&CDS_VIEW).map(|(_, member)| member.name).collect();
    assert_eq!(names, ["entityState", "DCResponse", "Declaration", "MailObject", "Response"]);
}

// There and back.

/// A source of choices that repeats itself for the same seed.
struct Choices(u64);

impl Choices {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn text(&mut self) -> String {
        const ODD: [&str; 14] =
            ["<", "&", "]]>", "\"", "'", "\r\n", "\t", " ", "é", "\u{1F600}", "\\", "\u{1}", "\u{FFFF}", "\u{85}"];
        (0..self.below(6)).map(|_| if self.below(3) == 0 { ODD[self.below(14) as usize] } else { "ab" }).collect()
    }
}

/// The JSON of a value, and what comes back of it through XML.
fn value(member: &Member, choices: &mut Choices) -> (String, String) {
    if choices.below(4) == 0 {
        return ("null".into(), absent(member));
    }
    let both = |text: String| (text.clone(), text);
    match member.kind {
        Kind::Text => {
            let text = choices.text();
            let kept: String = text.chars().map(|c| if is_char(c) { c } else { '\u{FFFD}' }).collect();
            (to_canonical(&text), to_canonical(&kept))
        }
        Kind::Int => both((choices.below(1 << 31) as i32).to_string()),
        Kind::Decimal => {
            let sign = if choices.below(2) == 0 { "-" } else { "" };
            both(format!("{sign}{}.{:02}0", choices.below(100_000), choices.below(100)))
        }
        Kind::Flag => both((choices.below(2) == 1).to_string()),
        Kind::Guid => both(format!("\"{}\"", uuid::Uuid::from_u64_pair(choices.below(1 << 31), 1 << 63))),
        Kind::Date => {
            let seconds = choices.below(1 << 31) as i64 * 140 - 60_000_000_000;
            let shown = DateTime::from_timestamp(seconds, 0).unwrap().format("%Y-%m-%dT%H:%M:%S").to_string();
            assert_eq!(shown.len(), 19);
            (format!("\"/Date({seconds}000+0000)/\""), to_canonical(&shown))
        }
        Kind::Mark => {
            let operation = MarkOperation::ALL[choices.below(3) as usize];
            (operation.stored().to_string(), to_canonical(&operation.to_string()))
        }
        Kind::Object(ty) => object(&all_members(ty), choices),
        Kind::List(_) | Kind::Texts | Kind::Ints => {
            let (_, entry) = Contract::Full.entry(member.kind).unwrap();
            let entries: Vec<_> = (0..choices.below(3)).map(|_| value(&entry, choices)).collect();
            let joined = |pick: fn(&(String, String)) -> &str| entries.iter().map(pick).collect::<Vec<_>>().join(",");
            (format!("[{}]", joined(|both| &both.0)), format!("[{}]", joined(|both| &both.1)))
        }
    }
}

/// What comes back of a member that is null or not there.
fn absent(member: &Member) -> String {
    let default = match member.kind {
        _ if member.nil => "null",
        Kind::Int | Kind::Decimal => "0",
        Kind::Flag => "false",
        Kind::Guid => "\"00000000-0000-0000-0000-000000000000\"",
        Kind::Date => "\"0001-01-01T00:00:00\"",
        Kind::Mark => "\"Clear\"",
        _ => unreachable!(),
    };
    default.into()
}

fn object(members: &[Member], choices: &mut Choices) -> (String, String) {
    let (mut source, mut expected) = (Vec::new(), Vec::new());
    for member in members {
        if choices.below(8) == 0 {
            expected.push(format!("\"{}\":{}", member.name, absent(member)));
            source.push("\"NotInTheTable\":{\"a\":[1,\"]\"]}".into());
            continue;
        }
        let (sent, back) = value(member, choices);
        source.push(format!("\"{}\":{sent}", member.name));
        expected.push(format!("\"{}\":{back}", member.name));
    }
    (format!("{{{}}}", source.join(",")), format!("{{{}}}", expected.join(",")))
}

/// The members as XML in an element, in the form of a reply.
fn element(contract: Contract, zone: Tz, member: &Member, json: &str) -> String {
    let mut out = format!("<t:R xmlns:i=\"{INSTANCE}\"");
    for ns in Ns::ALL {
        let _ = write!(out, " xmlns:{}=\"{}\"", ns.prefix(), ns.uri());
    }
    out.push('>');
    Writer::new(contract, zone, &mut out).result(member, Some(json)).unwrap();
    out + "</t:R>"
}

fn back(xml: &str, member: &Member) -> String {
    let mut xml = Xml::new(xml);
    assert!(matches!(xml.next(), Ok(Piece::Open(_))));
    let json = read::members(&mut xml, &[*member]).unwrap();
    assert!(matches!(xml.next(), Ok(Piece::End)));
    json
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn every_value_of_every_type_comes_back(seed in any::<u64>()) {
        let mut choices = Choices(seed);
        for ty in types() {
            let member = Member::new("Value", Kind::Object(ty));
            let (sent, expected) = object(&all_members(ty), &mut choices);
            let xml = element(Contract::Full, Tz::UTC, &member, &sent);
            prop_assert_eq!(back(&xml, &member), format!("{{\"Value\":{expected}}}"), "{}\n{}\n{}", ty.name, sent, xml);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = utf8(&bytes).map(|text| understand(Contract::Full, text, &mut Talk::new(Version::Soap12, Vec::new())));
    }

    #[test]
    fn no_changed_envelope_makes_it_panic(at in 0usize..500, length in 0usize..40, with in "[<>/&;\"'= a-z:!\\[\\]-]{0,12}") {
        let whole = envelope12("", "<t:Load xmlns:t=\"http://tempuri.org/\"><t:token>x</t:token><t:dtFrom i:nil=\"true\" xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\"/><t:id>&#65;</t:id></t:Load>");
        let at = at.min(whole.len());
        let end = (at + length).min(whole.len());
        let changed = format!("{}{with}{}", &whole[..at], &whole[end..]);
        let _ = understand(Contract::Full, &changed, &mut Talk::new(Version::Soap12, Vec::new()));
    }
}

/// Whether `back` is what an answer has in XML, by value.
fn same(contract: Contract, member: &Member, answer: &Value, back: &Value) -> bool {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let entries = |value: &Value| value.as_array().cloned().unwrap_or_default();
    match member.kind {
        _ if answer.is_null() => *back == serde_json::from_str::<Value>(&absent(member)).unwrap(),
        Kind::Date => WcfDate::parse(&text(answer)).unwrap() == WcfDate::parse(&text(back)).unwrap(),
        Kind::Mark => MarkOperation::from_stored(answer.as_i64().unwrap() as i32).unwrap().to_string() == text(back),
        Kind::Object(ty) => Contract::Full.members(ty).all(|(_, member)| {
            let is_there = contract.members(contract.form_of(ty)).any(|(_, known)| known.name == member.name);
            if is_there {
                same(contract, member, &answer[member.name], &back[member.name])
            } else {
                back.get(member.name).is_none()
            }
        }),
        Kind::List(_) | Kind::Texts | Kind::Ints => {
            let (_, entry) = Contract::Full.entry(member.kind).unwrap();
            let (answer, back) = (entries(answer), entries(back));
            answer.len() == back.len()
                && answer.iter().zip(&back).all(|(answer, back)| same(contract, &entry, answer, back))
        }
        _ => text(answer) == text(back),
    }
}

/// A kept answer as it was written: what keeps it sorts the members.
fn in_order(kind: Kind, value: &Value) -> String {
    match (kind, value) {
        (Kind::Object(ty), Value::Object(members)) => {
            let text =
                |member: &Member| format!("\"{}\":{}", member.name, in_order(member.kind, &members[member.name]));
            let there = all_members(ty).into_iter().filter(|member| members.contains_key(member.name));
            format!("{{{}}}", there.map(|member| text(&member)).collect::<Vec<_>>().join(","))
        }
        (Kind::List(ty), Value::Array(entries)) => {
            let entries: Vec<String> = entries.iter().map(|entry| in_order(Kind::Object(ty), entry)).collect();
            format!("[{}]", entries.join(","))
        }
        _ => value.to_string(),
    }
}

#[test]
fn every_answer_of_the_samples_comes_back_by_value() {
    let folder = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/snapshots/it__samples__each_is_answered_in_its_documented_shape__"
    );
    let mut looked_at = 0;
    for operation in Contract::Full.operations() {
        let Ok(kept) = std::fs::read_to_string(format!("{folder}{}.snap", operation.name)) else { continue };
        let mut answer = kept.splitn(3, "---").nth(2).unwrap().to_owned();
        for hidden in ["[now]", "[in 90 days]"] {
            answer = answer.replace(hidden, "/Date(1562748420000+0000)/");
        }
        let answer: Value = serde_json::from_str(&answer).unwrap();
        for member in operation.response.iter().filter(|member| answer.get(member.name).is_some()) {
            for contract in [Contract::Classic, Contract::Full] {
                let xml = element(contract, Tz::UTC, member, &in_order(member.kind, &answer[member.name]));
                let read: Value = serde_json::from_str(&back(&xml, member)).unwrap();
                assert!(same(contract, member, &answer[member.name], &read[member.name]), "{}: {read}", operation.name);
                looked_at += 1;
            }
        }
    }
    assert!(looked_at >= 60, "{looked_at}");
}

#[test]
fn the_classic_form_leaves_out_what_is_newer_and_keeps_the_rest() {
    let member = Member::new("V", Kind::Object(&super::types::WATCHDOG_INFO));
    let json = r#"{"ExpiryDt":"/Date(0+0000)/","Operation":4,"Remarks":"x"}"#;
    let xml = element(Contract::Classic, Tz::UTC, &member, json);
    assert!(
        xml.ends_with("<t:V><b:Operation>MarkAsBlocked</b:Operation><b:Remarks>x</b:Remarks></t:V></t:R>"),
        "{xml}"
    );
    let goods = Member::new("G", Kind::List(&super::types::OFFERED_GOOD));
    let json = r#"[{"entityState":1,"Description":"tea","RestrictionsProhibitions":[]}]"#;
    let classic = element(Contract::Classic, Tz::UTC, &goods, json);
    assert!(classic.contains("<t:G><e:MarketedGood><c:entityState>1</c:entityState><e:Description>tea"), "{classic}");
    assert!(!classic.contains("Restrictions") && !classic.contains("Offered"), "{classic}");
    let full = element(Contract::Full, Tz::UTC, &goods, json);
    assert!(
        full.contains("<e:OfferedGood>") && full.contains("<e:RestrictionsProhibitions></e:RestrictionsProhibitions>"),
        "{full}"
    );
}

#[test]
fn dates_are_nineteen_characters_of_the_wall_clock() {
    let member = Member::new("V", Kind::Date);
    let shown = |zone, ms: i64| {
        let xml = element(Contract::Full, zone, &member, &format!("\"/Date({ms}+0000)/\""));
        let from = xml.find("<t:V>").unwrap() + 5;
        xml[from..xml.find("</t:V>").unwrap()].to_owned()
    };
    assert_eq!(shown(Tz::Europe__Berlin, 1_562_748_420_000), "2019-07-10T10:47:00");
    assert_eq!(shown(Tz::UTC, 253_402_300_799_000), "9999-12-31T23:59:59");
    assert_eq!(shown(Tz::Pacific__Kiritimati, 253_402_300_799_000), "9999-12-31T23:59:59");
    assert_eq!(shown(Tz::America__New_York, -62_135_596_799_000), "0001-01-01T00:00:00");
    assert_eq!(shown(Tz::UTC, -62_135_596_800_000), "0001-01-01T00:00:00");
}

// Envelopes.

const NS11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const NS12: &str = "http://www.w3.org/2003/05/soap-envelope";

fn envelope12(header: &str, body: &str) -> String {
    format!("<s:Envelope xmlns:s=\"{NS12}\"><s:Header>{header}</s:Header><s:Body>{body}</s:Body></s:Envelope>")
}

/// What a request was understood as.
fn understood(text: &str) -> Result<(String, String), String> {
    understood_at(Contract::Classic, text, &mut Talk::new(Version::Soap12, Vec::new()))
}

fn understood_at(contract: Contract, text: &str, talk: &mut Talk) -> Result<(String, String), String> {
    match utf8(text.as_bytes()).and_then(|text| understand(contract, text, talk)) {
        Ok((operation, json)) => Ok((operation.name.into(), json)),
        Err(error) => Err(error.to_string()),
    }
}

fn call(body: &str) -> String {
    envelope12("", &format!("<GetHSCodes xmlns=\"http://tempuri.org/\">{body}</GetHSCodes>"))
}

#[test]
fn requests_are_read_however_clients_write_them() {
    let json = |text: &str| understood(text).unwrap().1;
    // Any order, any prefix, either name of the token.
    let both = "<goodDescription>tea</goodDescription><token> 0D4C </token>";
    assert_eq!(json(&call(both)), r#"{"goodDescription":"tea","token":"0D4C"}"#);
    let other = "<x:securityToken xmlns:x=\"urn:x\">a</x:securityToken>";
    assert_eq!(json(&call(other)), r#"{"securityToken":"a"}"#);
    // Nothing, emptiness and nil.
    assert_eq!(json(&call("")), "{}");
    assert_eq!(json(&call("<goodDescription/>")), r#"{"goodDescription":""}"#);
    let nil = "<goodDescription xmlns:q=\"http://www.w3.org/2001/XMLSchema-instance\" q:nil=\"1\"></goodDescription>";
    assert_eq!(json(&call(nil)), r#"{"goodDescription":null}"#);
    // What is nil in another namespace is not nil.
    assert_eq!(json(&call("<goodDescription nil=\"true\">a</goodDescription>")), r#"{"goodDescription":"a"}"#);
    // What is unknown, comments, instructions and sections.
    let odd = "<!-- - --><?go on?><New><deep>1</deep></New><goodDescription>a<![CDATA[<b>]]>&amp;&#x41;<!-- - -->c</goodDescription>";
    assert_eq!(json(&call(odd)), r#"{"goodDescription":"a<b>&Ac"}"#);
    // Ends of lines are one character, references stay.
    assert_eq!(json(&call("<goodDescription>a\r\nb&#xD;</goodDescription>")), r#"{"goodDescription":"a\nb\r"}"#);
    // Both versions, a byte order mark, a declaration.
    let older = call("").replace(NS12, NS11);
    let mut talk = Talk::new(Version::Soap12, Vec::new());
    understood_at(Contract::Classic, &older, &mut talk).unwrap();
    assert_eq!(talk.version, Version::Soap11);
    assert_eq!(json(&format!("\u{FEFF}<?xml version='1.0' encoding='UTF-8'?>\n{}\n", call(""))), "{}");
}

#[test]
fn values_become_what_json_has_for_them() {
    let store = |data: &str| {
        let decl = format!("<decl><Data>{data}</Data></decl>");
        let text =
            envelope12("", &format!("<StoreDeclaration xmlns=\"http://tempuri.org/\">{decl}</StoreDeclaration>"));
        let json = understood(&text).unwrap().1;
        json[r#"{"decl":{"Data":"#.len()..json.len() - 2].to_owned()
    };
    for (xml, json) in [
        ("<GrossWeight> 1.50 </GrossWeight>", r#"{"GrossWeight":1.50}"#),
        ("<GrossWeight>+.5</GrossWeight>", r#"{"GrossWeight":0.5}"#),
        ("<GrossWeight>heavy</GrossWeight>", r#"{"GrossWeight":"heavy"}"#),
        ("<GrossWeight>NaN</GrossWeight>", r#"{"GrossWeight":"NaN"}"#),
        ("<GrossWeight/>", r#"{"GrossWeight":null}"#),
        ("<MaxIndex>007</MaxIndex>", r#"{"MaxIndex":7}"#),
        (
            "<TransportDate>2026-11-27T08:00:00.1234567+01:00</TransportDate>",
            r#"{"TransportDate":"2026-11-27T08:00:00.1234567+01:00"}"#,
        ),
        ("<ContentPieces/>", r#"{"ContentPieces":[]}"#),
        ("<ContentPieces><a><HS>1</HS></a><b/></ContentPieces>", r#"{"ContentPieces":[{"HS":"1"},{}]}"#),
        ("<ExtraFieldNames><string>a</string><string/></ExtraFieldNames>", r#"{"ExtraFieldNames":["a",""]}"#),
        (
            "<CommercialTransactions><a><ContentPiecesIndexes><int>1</int><int>x</int></ContentPiecesIndexes></a></CommercialTransactions>",
            r#"{"CommercialTransactions":[{"ContentPiecesIndexes":[1,"x"]}]}"#,
        ),
        ("<SenderName>\"\\</SenderName>", r#"{"SenderName":"\"\\"}"#),
    ] {
        assert_eq!(store(xml), json);
    }
    let load = envelope12(
        "",
        "<Load xmlns=\"http://tempuri.org/\"><onlyWithoutResponse>1</onlyWithoutResponse><cursor>c</cursor></Load>",
    );
    assert_eq!(understood(&load).unwrap().1, r#"{"onlyWithoutResponse":true,"cursor":"c"}"#);
}

#[test]
fn hostile_envelopes_are_refused_for_what_they_are() {
    let good = call("<token>a</token>");
    let deep = "<a>".repeat(40) + &"</a>".repeat(40);
    let many: String = (0..40).map(|n| format!(" a{n}=\"\"")).collect();
    let spaces: String = (0..31).map(|n| format!(" xmlns:n{n}=\"u\"")).collect();
    let nested = format!("<a{spaces}>").repeat(20) + &"</a>".repeat(20);
    let list = format!("<ContentPieces>{}</ContentPieces>", "<a/>".repeat(5_001));
    let bomb = (0..9).fold(String::from("<!ENTITY a0 \"ha\">"), |all, n| {
        format!("{all}<!ENTITY a{} \"{}\">", n + 1, format!("&a{n};").repeat(10))
    });
    let decl = |data: &str| {
        envelope12(
            "",
            &format!(
                "<StoreDeclaration xmlns=\"http://tempuri.org/\"><decl><Data>{data}</Data></decl></StoreDeclaration>"
            ),
        )
    };
    let wsa = "xmlns:a=\"http://www.w3.org/2005/08/addressing\"";
    let header = |block: &str| envelope12(block, "<GetHSCodes xmlns=\"http://tempuri.org/\"/>");
    for (text, said) in [
        (format!("<!DOCTYPE a>{good}"), "a document type declaration is not taken"),
        (
            format!("<!DOCTYPE a [{bomb}]>{}", call("<goodDescription>&a9;</goodDescription>")),
            "a document type declaration is not taken",
        ),
        (format!("<!DOCTYPE a SYSTEM \"file:///etc/passwd\">{good}"), "a document type declaration is not taken"),
        (call("<goodDescription>&file;</goodDescription>"), "a reference that means no character"),
        (call("<goodDescription>&#0;</goodDescription>"), "a reference that means no character"),
        (call("<goodDescription>&#x1;</goodDescription>"), "a reference that means no character"),
        (call("<goodDescription>&#xD800;</goodDescription>"), "a reference that means no character"),
        (call("<goodDescription>&#x110000;</goodDescription>"), "a reference that means no character"),
        (call("<goodDescription>\u{1}</goodDescription>"), "the character U+0001"),
        (call("<goodDescription>\u{0}</goodDescription>"), "the character U+0000"),
        (call("<goodDescription>\u{FFFF}</goodDescription>"), "the character U+FFFF"),
        (call("<goodDescription>a & b</goodDescription>"), "not well-formed"),
        (call(&deep), "nested deeper than 32 levels"),
        (call(&format!("<a{many}/>")), "more than 32 attributes"),
        (call(&nested), "too many namespaces"),
        (call("<a b=\"1\" b=\"2\"/>"), "an attribute is not well-formed"),
        (call("<a b/>"), "an attribute is not well-formed"),
        (call("<a b=1/>"), "an attribute is not well-formed"),
        (decl(&list), "decl.Data.ContentPieces: a list has more than 5000 entries"),
        (decl("<HS"), "decl.Data: an end tag does not fit"),
        (decl("<ContentPieces><a><HS>1</a></ContentPieces>"), "decl.Data.ContentPieces[0].HS: an end tag does not fit"),
        (decl("some text"), "decl.Data: text stands where elements are expected"),
        (decl("<SenderName><b>x</b></SenderName>"), "decl.Data.SenderName: an element stands where text is expected"),
        (
            decl("<SenderName>a</SenderName><SenderName>b</SenderName>"),
            "decl.Data.SenderName: the element stands here twice",
        ),
        (call("<token>a</token><token>b</token>"), "token: the element stands here twice"),
        (call("text"), "text stands where elements are expected"),
        (good[..good.len() - 30].into(), "not well-formed"),
        (good[..good.len() - 13].into(), "it was cut off"),
        (String::new(), "the body holds no SOAP envelope"),
        ("{\"token\":\"a\"}".into(), "the body holds no SOAP envelope"),
        ("<html/>".into(), "the body holds no SOAP envelope"),
        ("<Envelope/>".into(), "the envelope is neither of SOAP 1.1 nor of SOAP 1.2"),
        (good.replace(NS12, "urn:another"), "the envelope is neither of SOAP 1.1 nor of SOAP 1.2"),
        (format!("<s:Envelope xmlns:s=\"{NS12}\"/>"), "the envelope has no Body"),
        (format!("<s:Envelope xmlns:s=\"{NS12}\"><s:Body/></s:Envelope>"), "the Body is empty"),
        (
            format!("<s:Envelope xmlns:s=\"{NS12}\"><s:Body>x</s:Body></s:Envelope>"),
            "text stands where elements are expected",
        ),
        (good.replace("</s:Body>", "</s:Body><s:Body><a/></s:Body>"), "something follows the Body"),
        (good.replace("</s:Body>", "<b/></s:Body>"), "the Body holds a second element"),
        (good.replace("<s:Body>", "<s:Header/><s:Body>"), "the envelope has no Body, or something before it"),
        (good.replace("<s:Body>", "<x/><s:Body>"), "an element of another namespace stands in the envelope"),
        (format!("{good}<a/>"), "something follows the envelope"),
        (format!("{good}text"), "something follows the envelope"),
        (format!("{good}{good}"), "something follows the envelope"),
        (good.replace("http://tempuri.org/", "urn:another"), "GetHSCodes stands in another namespace"),
        (good.replace("GetHSCodes", "gethscodes"), "There is no such method"),
        (good.replace("GetHSCodes", "CheckItemStatus"), "newer than the contract of this address"),
        (
            header("<w:Security xmlns:w=\"urn:w\" s:mustUnderstand=\"1\"/>"),
            "the header Security must be understood and is not",
        ),
        (
            header(&format!("<a:Action {wsa}>http://tempuri.org/ICDSAPIService/Load</a:Action>")),
            "name different operations",
        ),
        (
            header(&format!("<a:ReplyTo {wsa}><a:Address>http://10.0.0.1/</a:Address></a:ReplyTo>")),
            "answers go back on the connection",
        ),
        (
            header(&format!("<a:FaultTo {wsa}><a:Address>mailto:x</a:Address></a:FaultTo>")),
            "answers go back on the connection",
        ),
        (
            header(&format!("<a:MessageID {wsa}>{}</a:MessageID>", "x".repeat(5_000))),
            "a header is longer than 4096 bytes",
        ),
        (format!("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>{good}"), "in UTF-8"),
        (
            call("<token xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:nil=\"true\">a</token>"),
            "says that it is nil, and holds something",
        ),
    ] {
        let told = understood(&text).expect_err(&text);
        assert!(told.contains(said), "{said}: {told}\n{}", text.chars().take(300).collect::<String>());
    }
    // Not hostile: headers for others, addresses that lead back, an action that is right.
    for block in [
        "<w:Security xmlns:w=\"urn:w\" s:mustUnderstand=\"0\"/>".to_owned(),
        "<w:Route xmlns:w=\"urn:w\" s:mustUnderstand=\"true\" s:role=\"urn:another\"/>".into(),
        format!("<a:Action {wsa} s:mustUnderstand=\"1\"> http://tempuri.org/ICDSAPIService/GetHSCodes </a:Action>"),
        format!("<a:ReplyTo {wsa}><a:Address>http://www.w3.org/2005/08/addressing/anonymous</a:Address></a:ReplyTo>"),
        format!("<a:To {wsa} s:mustUnderstand=\"1\">http://elsewhere/</a:To>"),
    ] {
        understood(&header(&block)).expect(&block);
    }
}

#[test]
fn work_is_bounded_by_the_size_of_the_request() {
    let began = Instant::now();
    for part in
        ["<a/>", "<a b=\"1\">", "&amp;", "<!---->", "<?a?>", "<![CDATA[]]>", "<string/>", "<x:a xmlns:x=\"u\"/>"]
    {
        let text = call(&part.repeat(200_000 / part.len()));
        let _ = understood(&text);
        let _ = understood(&text.replace("<GetHSCodes", "<StoreDeclaration"));
    }
    let long = call(&format!("<goodDescription a=\"{0}\">{0}</goodDescription>", "x".repeat(200_000)));
    assert!(understood(&long).unwrap().1.len() > 200_000);
    // Generous: what grows with the square of the size takes minutes.
    assert!(began.elapsed() < Duration::from_secs(60), "{:?}", began.elapsed());
}

#[test]
fn faults_say_everything_in_both_versions() {
    let mut talk = Talk::new(Version::Soap12, Vec::new());
    let wsa = "xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\"";
    let text = envelope12(
        &format!("<a:MessageID {wsa}>urn:uuid:1&amp;2</a:MessageID>"),
        "<Load xmlns=\"http://tempuri.org/\"/>",
    );
    understood_at(Contract::Classic, &text, &mut talk).unwrap();
    let fault = talk.fault(Code::Sender, "id: <give> one\nflow: write I", "ValidationException");
    for part in [
        "<a:Action>http://schemas.xmlsoap.org/ws/2004/08/addressing/fault</a:Action><a:RelatesTo>urn:uuid:1&amp;2</a:RelatesTo>",
        "<s:Value>s:Sender</s:Value>",
        "<s:Text xml:lang=\"en\">id: &lt;give&gt; one\nflow: write I</s:Text>",
        "<s:Detail><ExceptionDetail xmlns=\"http://schemas.datacontract.org/2004/07/System.ServiceModel\"",
        "<Type>ValidationException</Type></ExceptionDetail></s:Detail>",
    ] {
        assert!(fault.contains(part), "{part} in {fault}");
    }
    let older = Talk::new(Version::Soap11, Vec::new()).fault(Code::Receiver, "x", "InternalException");
    assert!(
        older.contains(
            "<faultcode>s:Server</faultcode><faultstring xml:lang=\"en\">x</faultstring><detail><ExceptionDetail"
        ),
        "{older}"
    );
    assert!(!older.contains("Header"), "{older}");
}

#[test]
fn the_address_is_found_as_servers_of_before_found_it() {
    let svc = "/CDS.API/CDSAPIService.svc";
    for path in [svc, "/cds.api/cdsapiservice.SVC", "/CDS.API/CDSAPIService.svc/", "/CDS.API/CDSAPIService.svc/basic"] {
        assert!(is_at(path, svc), "{path}");
    }
    for path in ["/CDS.API/CDSAPIService.svc/mex", "/CDS.API/CDSAPIService.svcx", "/CDS.API/", "/CDS.API/Load", "/"] {
        assert!(!is_at(path, svc), "{path}");
    }
    assert!(is_at("/SOAP", "/soap") && is_at("/soap/", "/soap"));
    assert!(!is_at("/soap/basic", "/soap") && !is_at("/soapy", "/soap") && !is_at("/söap", "/soap"));
}

#[test]
fn an_error_of_the_envelope_has_its_own_code() {
    for (text, code) in [
        (call("").replace(NS12, "urn:x"), Code::VersionMismatch),
        (envelope12("<w:S xmlns:w=\"urn:w\" s:mustUnderstand=\"1\"/>", "<a/>"), Code::MustUnderstand),
    ] {
        let mut talk = Talk::new(Version::Soap12, Vec::new());
        assert!(matches!(understand(Contract::Classic, &text, &mut talk), Err(Error::Invalid(_))));
        assert_eq!(talk.code, Some(code));
    }
}
