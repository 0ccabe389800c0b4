//! Messages as they stand in the profile and in the wild, and what is said about broken ones.

use crate::edi::profile::table::{self, Home, Shape, Xml};
use crate::edi::{
    Action, Charset, Form, Message, Profile, Severity, acknowledge, contrl, normalize, read, tool, write,
};

/// The example of the profile.
pub const ITMATT: &str = "UNA:+.? '
UNB+UNOC:3+NLA:58+USA:58+260110:0930+ICR0000001++ITMATT++1'
UNH+1+ITMATT:D:00A:UP:PCX100'
BGM+936:::ITMATT+NLA-20260110-000001+9'
DTM+137:20260110093000:204'
NAD+MS+NLA:206:139'
NAD+MR+USA:206:139'
CNI+1+LA123456785NL'
DTM+143:20260109141500:204'
LOC+35+NL:162:5'
LOC+28+US:162:5'
LOC+5+NLAMSA:108:139'
TSR+N:121:139+U:ZMC:ZZZ:UN:117:139+A:115:139+11:136:139'
MEA+WT+AAD+KGM:0.620'
MOA+43:48.50:EUR'
MOA+64:9.75:EUR'
FTX+DEL++RTS:ZND:ZZZ'
DOC+380+INV-2026-0017'
NAD+CZ+++Example Webshop B.V.+Voorbeeldstraat 12+Utrecht++3511 AB+NL'
RFF+ABE:NL000000000'
CTA+IC+:Customer desk'
COM+?+31302345678:TE'
COM+post@example.com:EM'
NAD+CN+++Alex Example+100 Main Street::Apt 4+Springfield+IL+62701+US'
CTA+IC+:Alex Example'
COM+?+12175550142:TE'
GID+1'
FTX+AAA+++Cotton T-shirt for men, knitted'
PIA+5+610910:HS'
LOC+27+PT:162:5'
QTY+1:2'
MEA+WT+AAL+KGM:0.400'
MOA+40:38.50:EUR'
GID+2'
FTX+AAA+++Ceramic coffee mug'
PIA+5+691200:HS'
LOC+27+NL:162:5'
QTY+1:1'
MEA+WT+AAL+KGM:0.180'
MOA+40:10.00:EUR'
CNT+10:1'
CNT+2:2'
UNT+41+1'
UNZ+1+ICR0000001'
";

fn items(bytes: &[u8]) -> crate::edi::ItemMessage {
    match read(bytes).interchange.messages.remove(0) {
        Message::Items(message) => message,
        Message::Control(_) => panic!("not a message about items"),
    }
}

#[test]
fn the_example_of_the_profile_reads_as_it_says() {
    let read = read(ITMATT.as_bytes());
    assert!(read.findings.is_empty(), "{}", read.findings);
    assert_eq!((read.interchange.reference.as_str(), read.interchange.ack_wanted), ("ICR0000001", true));
    assert_eq!((read.charset, read.interchange.test), (Some(Charset::Unoc), false));
    let message = items(ITMATT.as_bytes());
    assert_eq!(message.reference, "NLA-20260110-000001");
    let item = &message.items[0];
    assert_eq!(item.mail_object.id.as_deref(), Some("LA123456785NL"));
    assert_eq!(item.mail_object.orig_post_org_cd.as_deref(), Some("NLA"), "the sender, as no post is named");
    let data = item.declaration.as_ref().unwrap().data.as_ref().unwrap();
    assert_eq!(data.recipient_address_line1.as_deref(), Some("100 Main Street"));
    assert_eq!(data.recipient_address_line2.as_deref(), Some("Apt 4"));
    assert_eq!(data.sender_telephone.as_deref(), Some("+31302345678"));
    assert_eq!(data.content_pieces[0].net_weight.as_ref().unwrap().digits(), "0.400", "digits as sent");
    let extra = |name: &str| {
        let at = data.extra_field_names.iter().position(|known| known.as_deref() == Some(name))?;
        data.extra_field_values[at].as_deref()
    };
    assert_eq!(extra("EP.OrigOfficeCd"), Some("NLAMSA"));
    assert_eq!(extra("EP.NonDeliveryCd"), Some("RTS"));
    assert_eq!(extra("EP.TotalValue"), None, "it is the sum of the lines");
    assert_eq!(extra("EP.ExportCountryCd"), None, "it is the sender's country");
    assert!(tool::check(ITMATT.as_bytes(), &Profile::default()).is_empty());
}

#[test]
fn the_example_comes_back_with_the_posts_it_left_out() {
    let profile = Profile { line_breaks: true, ..Profile::default() };
    let written = write(&read(ITMATT.as_bytes()).interchange, Form::Edifact, &profile).unwrap();
    let expected = ITMATT
        .replace("LOC+5+NLAMSA:108:139'", "LOC+5+NLAMSA:108:139+NLA:206:139'\nLOC+8++USA:206:139'")
        .replace("UNT+41", "UNT+42")
        .replace('\n', "\r\n");
    assert_eq!(String::from_utf8(written.bytes).unwrap(), expected);
}

#[test]
fn converting_there_and_back_changes_nothing() {
    let profile = Profile::default();
    let xml = tool::convert(ITMATT.as_bytes(), Form::Xml, &profile).unwrap();
    let back = tool::convert(&xml.bytes, Form::Edifact, &profile).unwrap();
    assert_eq!(read(&back.bytes).interchange, read(ITMATT.as_bytes()).interchange);
    let shown = tool::show(&back.bytes).text;
    assert!(shown.contains("LA123456785NL") && shown.contains("Cotton T-shirt for men, knitted"), "{shown}");
}

#[test]
fn the_xml_example_of_the_profile_reads_without_an_envelope() {
    let document = br#"<p:Message xmlns:p="urn:x-pcx:postal-customs:1" version="1.0" type="ITMATT"><p:Header>
        <p:Reference>NLA-20260110-000001</p:Reference><p:Function>9</p:Function><p:PreviousReference/>
        <p:Created>2026-01-10T09:30:00Z</p:Created><p:Sender scheme="operator">NLA</p:Sender>
        <p:Recipient scheme="operator">USA</p:Recipient><p:Test>true</p:Test></p:Header>
        <p:Item seq="1"><p:MailObject><p:Id>LA123456785NL</p:Id><p:LocalId/><p:NewInVersion11>x</p:NewInVersion11>
        </p:MailObject><p:Declaration><p:GrossWeight unit="KGM">0.620</p:GrossWeight>
        <p:Postage currency="EUR">9.75</p:Postage></p:Declaration></p:Item>
        <p:Control items="1" pieces="0"/></p:Message>"#;
    let read = read(document);
    assert!(!read.findings.has_errors(), "{}", read.findings);
    assert_eq!(read.findings.list().len(), 1, "the element of a newer version is told: {}", read.findings);
    assert!(read.interchange.test);
    let data = items(document).items.remove(0).declaration.unwrap().data.unwrap();
    assert_eq!((data.postage_currency_cd.as_deref(), data.postage.unwrap().digits()), (Some("EUR"), "9.75"));
}

/// Findings as `code path tag:number`.
fn told(bytes: &[u8]) -> Vec<String> {
    let findings = tool::check(bytes, &Profile::default());
    let line = |finding: &crate::edi::Finding| {
        let at = finding.position.as_ref();
        let place = at.map_or(String::new(), |at| format!("{}:{}", at.tag, at.number));
        format!("{} {} {place}", finding.fault.code, finding.fault.path)
    };
    findings.list().iter().map(line).collect()
}

#[test]
fn every_finding_has_its_place() {
    let cases: &[(&str, &str, &str)] = &[
        ("UNT+41+1", "UNT+40+1", "count  UNT:42"),
        ("UNZ+1+ICR0000001", "UNZ+2+ICR0000001", "count  UNZ:43"),
        ("UNZ+1+ICR0000001", "UNZ+1+ICR0000002", "count  UNZ:43"),
        ("CNT+2:2", "CNT+2:3", "count  CNT:41"),
        ("MEA+WT+AAD+KGM:0.620", "MEA+WT+AAD+KGM:0.6201", "out_of_range Declaration.Data.GrossWeight MEA:13"),
        ("MEA+WT+AAL+KGM:0.180", "MEA+WT+AAL+KGM:abc", "type Declaration.Data.ContentPieces[1].NetWeight MEA:38"),
        (
            "MEA+WT+AAL+KGM:0.400",
            "MEA+WT+AAL+GRM:400",
            "unknown_code Declaration.Data.ContentPieces[0].NetWeight MEA:31",
        ),
        ("MOA+40:10.00:EUR", "MOA+40:10.005:EUR", "out_of_range Declaration.Data.ContentPieces[1].Amount MOA:39"),
        ("MOA+64:9.75:EUR'\n", "", "required Declaration.Data.Postage CNI:7"),
        ("FTX+AAA+++Ceramic coffee mug'\n", "", "required Declaration.Data.ContentPieces[1].Description GID:33"),
        ("DTM+143:20260109141500:204", "DTM+143:20261309141500:204", "format DTM DTM:8"),
        ("QTY+1:2", "QTY+1:2'XYZ+1", "segment  XYZ:31"),
        ("BGM+936:::ITMATT+NLA-20260110-000001+9", "BGM+936:::ITMATT++9", "required Header.Reference UNH:2"),
        ("UNOC:3", "UNOX:3", "charset  UNB:1"),
        ("ITMATT:D:00A:UP", "ITMATT:D:00A:XX", "profile  UNH:2"),
        ("Alex Example+100", "Al\u{1}ex Example+100", "charset  NAD:23"),
        ("CNI+1+LA123456785NL", "CNI+1", "required MailObject.Id CNI:7"),
    ];
    for (was, is, expected) in cases {
        let broken = ITMATT.replacen(was, is, 1);
        assert!(broken != ITMATT, "{was}");
        let told = told(broken.as_bytes());
        assert!(told.iter().any(|line| line == expected), "{was} -> {is}: {told:?}");
    }
}

#[test]
fn a_cut_off_interchange_is_refused_at_every_byte() {
    for end in 0..ITMATT.trim_end().len() {
        let read = read(&ITMATT.as_bytes()[..end]);
        assert!(read.findings.has_errors(), "{end}");
    }
}

#[test]
fn the_answer_names_message_and_segment() {
    let now = crate::contract::WcfDate::parse("2026-01-10T10:00:00Z").unwrap().unwrap();
    let answered = |bytes: &[u8]| match acknowledge(&read(bytes), "R1", now).messages.remove(0) {
        Message::Control(control) => control,
        Message::Items(_) => panic!("not a CONTRL"),
    };
    let good = answered(ITMATT.as_bytes());
    assert_eq!((good.action, good.messages[0].action), (Action::Acknowledged, Action::Acknowledged));
    assert_eq!((good.sender.id.as_str(), good.reference.as_str()), ("NLA", "ICR0000001"));
    let bad = answered(ITMATT.replace("DTM+137:20260110093000:204", "DTM+137:x:204").as_bytes());
    assert!(bad.is_rejection());
    assert_eq!(bad.messages[0].segments[0], contrl::SegmentControl { position: 3, error: "12".into() });
    let item = answered(ITMATT.replace("KGM:0.620", "KGM:x").as_bytes());
    assert!(!item.is_rejection(), "an item that is wrong is answered by a referral");
    let worse = answered(ITMATT.replace("UNZ+1+ICR0000001", "UNZ+2+ICR0000001").as_bytes());
    assert_eq!((worse.action, worse.error.as_deref()), (Action::Rejected, Some("29")));
}

#[test]
fn over_long_text_flows_on_and_is_never_cut() {
    let name = "Vereinigte Handelsgesellschaft der Hansestadt Hamburg";
    let street = "s".repeat(70);
    let long =
        ITMATT.replace("Alex Example+100 Main Street::Apt 4", &format!("{name}+{}:{}", &street[..35], &street[35..]));
    let read_back = items(long.as_bytes());
    let written = write(&read(long.as_bytes()).interchange, Form::Edifact, &Profile::default()).unwrap();
    let text = String::from_utf8(written.bytes.clone()).unwrap();
    assert!(text.contains("Vereinigte Handelsgesellschaft der :Hansestadt Hamburg+"), "{text}");
    assert_eq!(items(&written.bytes).items, read_back.items);
    let mut interchange = read(ITMATT.as_bytes()).interchange;
    if let Message::Items(message) = &mut interchange.messages[0] {
        let data = message.items[0].declaration.as_mut().unwrap().data.as_mut().unwrap();
        data.recipient_name = Some("n".repeat(71));
        data.sender_address_line2 = Some("n".repeat(71));
    }
    let findings = write(&interchange, Form::Edifact, &Profile::default()).unwrap_err();
    let told: Vec<_> =
        findings.list().iter().map(|finding| (finding.fault.code, finding.fault.path.as_str())).collect();
    assert_eq!(
        told,
        [("too_long", "Declaration.Data.SenderAddressLine2"), ("too_long", "Declaration.Data.RecipientName"),]
    );
}

#[test]
fn a_mandatory_text_that_becomes_empty_is_an_error() {
    let mut interchange = read(ITMATT.as_bytes()).interchange;
    let name = |interchange: &mut crate::edi::Interchange, name: &str| {
        if let Message::Items(message) = &mut interchange.messages[0] {
            let data = message.items[0].declaration.as_mut().unwrap().data.as_mut().unwrap();
            data.recipient_name = Some(name.into());
        }
    };
    name(&mut interchange, "\u{E000}\u{E001}");
    let findings = write(&interchange, Form::Edifact, &Profile::default()).unwrap_err();
    assert_eq!((findings.list()[0].fault.code, findings.list()[0].severity), ("charset", Severity::Error));
    name(&mut interchange, "Иван Петров");
    let written = write(&interchange, Form::Edifact, &Profile::default()).unwrap();
    let text = String::from_utf8(written.bytes.clone()).unwrap();
    assert!(text.contains("NAD+CN+++Ivan Petrov+"), "{text}");
    assert_eq!(
        read(&written.bytes).interchange,
        normalize::interchange(interchange.clone()),
        "the original came along"
    );
    let wide = Profile { charset: Charset::Unow, ..Profile::default() };
    let written = write(&interchange, Form::Edifact, &wide).unwrap();
    assert!(written.findings.is_empty() && String::from_utf8(written.bytes).unwrap().contains("Иван Петров"));
}

/// A text of a contract that is longer than its place is refused, naming the member.
#[test]
fn the_sizes_of_the_table_hold() {
    use crate::edi::profile::value::Value;
    let sample = items(ITMATT.as_bytes()).items.remove(0);
    // Texts that go to name and value when they are too long for their segment.
    let elsewhere = |row: &&table::Row| row.size > 0 && !row.is_extra();
    let homes = [Home::MailObject, Home::DeclarationData, Home::Piece, Home::Document];
    for row in table::rows().filter(elsewhere).filter(|row| homes.contains(&row.home)) {
        for (size, fits) in [(row.size, true), (row.size + 1, false)] {
            let mut builder = crate::edi::item_builder::ItemBuilder::from_item(sample.clone());
            let object = builder.object_mut(row.home, 0).unwrap();
            if !matches!(object.value(row.member), Some(Value::Text(_))) {
                continue;
            }
            object.value_mut(row.member).unwrap().set(&"Q".repeat(size)).unwrap();
            let item = builder.finish(crate::edi::Kind::Itmatt, crate::edi::Function::New);
            let mut interchange = read(ITMATT.as_bytes()).interchange;
            let Message::Items(message) = &mut interchange.messages[0] else { panic!() };
            message.items = vec![item];
            let told = match write(&interchange, Form::Edifact, &Profile::default()) {
                Ok(_) => None,
                Err(findings) => Some((findings.list()[0].fault.code, findings.list()[0].fault.path.clone())),
            };
            let path = row.home.member_path(0, row.member);
            assert_eq!(told, if fits { None } else { Some(("too_long", path)) }, "{size}");
        }
    }
}

/// Every row: the member stands where the table says, in both forms.
#[test]
fn the_table_tells_the_truth() {
    use proptest::strategy::{Strategy, ValueTree};
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for row in table::rows() {
        let kind = match row.home {
            Home::Response | Home::ResponseData | Home::Tax => crate::edi::Kind::Cusrsp,
            Home::Referral => crate::edi::Kind::Itmref,
            Home::Answer => crate::edi::Kind::Refrsp,
            _ => crate::edi::Kind::Cusitm,
        };
        let sample = super::generate::item(kind).new_tree(&mut runner).unwrap().current();
        let mut interchange = read(ITMATT.as_bytes()).interchange;
        let Message::Items(message) = &mut interchange.messages[0] else { panic!() };
        message.kind = kind;
        let probe = probe_for(row);
        message.items = vec![with_member(sample, kind, row, &probe)];
        let edifact = write(&interchange, Form::Edifact, &Profile { charset: Charset::Unow, ..Profile::default() });
        let edifact = edifact.unwrap_or_else(|found| panic!("{row:?}: {found}")).bytes;
        let (tag, qualifier) = row.edifact.split_once(' ').unwrap_or((row.edifact, ""));
        let wire = if row.shape == Shape::Date || row.member.ends_with("Dt") || row.member == "TransportDate" {
            "20260102030405"
        } else {
            probe.split(' ').next().unwrap()
        };
        let lexer = crate::edi::edifact::lexer::Lexer::read(&edifact, &mut crate::edi::Findings::default());
        let carries = lexer.segments().any(|segment| {
            let qualified = qualifier.is_empty()
                || segment.is(1, 0, qualifier)
                || (tag == "COM" && segment.is(1, 1, qualifier))
                || (row.member == "EP.Person" && segment.tag() == b"CTA");
            let tagged = segment.tag() == tag.as_bytes() || (row.member == "EP.Person" && segment.tag() == b"CTA");
            tagged && qualified && String::from_utf8_lossy(segment.source()).contains(wire)
        });
        assert!(carries, "{} is not in {}:\n{}", row.member, row.edifact, String::from_utf8_lossy(&edifact));
        let xml = String::from_utf8(write(&interchange, Form::Xml, &Profile::default()).unwrap().bytes).unwrap();
        let element = match row.xml {
            Xml::Element(name)
            | Xml::Unit(name, _)
            | Xml::Amount(name, _)
            | Xml::Nth(name, _)
            | Xml::Typed(name, _) => name,
            Xml::Currency(name) | Xml::Named(name) | Xml::Attribute(name) | Xml::Special(name) => name,
            Xml::Content => "Document",
        };
        assert!(
            xml.contains(element) && xml.contains(probe.split(' ').next().unwrap()),
            "{} in XML:\n{xml}",
            row.member
        );
    }
}

/// A value that occurs nowhere else and fits the member.
fn probe_for(row: &table::Row) -> String {
    match (row.shape, row.member, row.size) {
        (Shape::Date, ..) => "2026-01-02T03:04:05Z".into(),
        (Shape::Decimal, ..) => "7531".into(),
        (Shape::Amounts, ..) => "7531 XTS".into(),
        (Shape::Text(_), _, size) if size <= 3 => "QJZ".into(),
        (Shape::Text(_), ..) => "QJZWX".into(),
        (_, member, _) if member.ends_with("Dt") || member == "TransportDate" => "2026-01-02T03:04:05Z".into(),
        (_, "PId" | "MailObjectPId", _) => "00000000-0000-0000-0000-0000000000aa".into(),
        (_, "entityState", _) => "2".into(),
        (_, "Dutiable", _) => "true".into(),
        (_, "ReferralCd" | "ReferralResponseCd" | "DecisionReasonCd" | "DocumentType" | "Type", _) => "QJZ".into(),
        (
            _,
            "GrossWeight" | "NetWeight" | "Amount" | "Postage" | "InsuredValue" | "Rate" | "TotalFee" | "Number",
            _,
        )
        | (_, "CDSStateCd" | "MailStateCd" | "MaxIndex" | "Index" | "ContentPiecesIndexes", _) => "7531".into(),
        (_, _, 1..=3) => "QJZ".into(),
        _ => "QJZWX".into(),
    }
}

fn with_member(item: crate::edi::Item, kind: crate::edi::Kind, row: &table::Row, probe: &str) -> crate::edi::Item {
    let mut builder = crate::edi::item_builder::ItemBuilder::from_item(item);
    builder.response_data.taxes.clear();
    builder.tax_extras.clear();
    if row.home == Home::Tax {
        builder.add_tax();
    }
    builder.set(row.home, 0, row.member, probe).unwrap();
    builder.finish(kind, crate::edi::Function::New)
}

#[test]
fn every_member_of_the_contracts_is_in_the_table() {
    use crate::contract::{CommercialTransaction, ContentPiece, Declaration, DeclarationData, Document, MailObject};
    use crate::contract::{Referral, ReferralResponse, Response, ResponseData, Tax};
    fn names<T: serde::Serialize>(document: &T) -> Vec<String> {
        let text = serde_json::to_string(document).unwrap();
        let members: std::collections::BTreeMap<String, serde_json::Value> = serde_json::from_str(&text).unwrap();
        members.into_keys().collect()
    }
    let contracts = [
        (Home::MailObject, names(&MailObject::default())),
        (Home::Declaration, names(&Declaration::default())),
        (Home::DeclarationData, names(&DeclarationData::default())),
        (Home::Piece, names(&ContentPiece::default())),
        (Home::Document, names(&Document::default())),
        (Home::Transaction, names(&CommercialTransaction::default())),
        (Home::Response, names(&Response::default())),
        (Home::ResponseData, names(&ResponseData::default())),
        (Home::Tax, names(&Tax::default())),
        (Home::Referral, names(&Referral::default())),
        (Home::Answer, names(&ReferralResponse::default())),
    ];
    // Lists have their own rows, extra fields their own segment, XMLData is null by contract.
    let elsewhere = [
        "CommercialTransactions",
        "ContentPieces",
        "Data",
        "Documents",
        "ExtraFieldNames",
        "ExtraFieldValues",
        "Taxes",
        "XMLData",
    ];
    for (home, members) in contracts {
        for member in members.iter().filter(|member| !elsewhere.contains(&member.as_str())) {
            assert!(table::row(home, member).is_some(), "{home:?}.{member} is in no message");
        }
    }
}
