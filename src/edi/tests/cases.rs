//! Messages as partners send them that say a thing twice, in codes of other lists, or in other characters than declared.

use super::samples::ITMATT;
use crate::contract::DeclarationData;
use crate::edi::{Findings, Form, Item, Message, Profile, Read, Severity, read, tool, write};

/// A message with as many segments as it says.
fn counted(text: &str) -> String {
    let segments: Vec<&str> = text.trim_end().split_terminator('\'').collect();
    let at = |tag: &str| segments.iter().position(|segment| segment.trim_start().starts_with(tag)).expect(tag);
    let (unh, unt) = (at("UNH"), at("UNT"));
    let number = segments[unt].rsplit('+').next().unwrap();
    let unt_now = format!("\nUNT+{}+{number}", unt - unh + 1);
    let with = |(at, segment): (usize, &&str)| format!("{}'", if at == unt { unt_now.as_str() } else { segment });
    segments.iter().enumerate().map(with).collect()
}

/// The example with something put in the place of something else.
fn changed(was: &str, is: &str) -> String {
    assert!(ITMATT.contains(was), "{was}");
    counted(&ITMATT.replacen(was, is, 1))
}

fn item(read: &Read) -> &Item {
    match &read.interchange.messages[0] {
        Message::Items(message) => &message.items[0],
        Message::Control(_) => panic!("not a message about items"),
    }
}

fn data(read: &Read) -> &DeclarationData {
    item(read).declaration.as_ref().unwrap().data.as_ref().unwrap()
}

/// Codes of what was found, errors before warnings.
fn codes(findings: &Findings, severity: Severity) -> Vec<&'static str> {
    findings.list().iter().filter(|found| found.severity == severity).map(|found| found.fault.code).collect()
}

fn messages() -> Vec<String> {
    let file = |kind: &str| {
        let path = format!("{}/fuzz/corpus/edifact/good-{kind}.edi", env!("CARGO_MANIFEST_DIR"));
        std::fs::read_to_string(path).unwrap()
    };
    std::iter::once(ITMATT.to_owned()).chain(["cusrsp", "itmref", "refrsp", "contrl"].map(file)).collect()
}

/// Segments of which there may be several, and those that begin a group.
const SEVERAL: [&str; 12] = ["UNA", "UNB", "UNH", "CNI", "NAD+C", "NAD+AG", "GID", "TAX", "ERP", "DOC", "CNT", "UN"];

/// Each segment once more: the same is harmless, with other content it is found, and the first stands.
#[test]
fn every_segment_given_twice() {
    let mut tried = 0;
    for message in messages() {
        let plain = read(message.as_bytes());
        let segments: Vec<&str> = message.split_inclusive('\'').collect();
        for (at, segment) in segments.iter().enumerate() {
            let bare = segment.trim().trim_end_matches('\'');
            if bare.is_empty()
                || SEVERAL.iter().any(|tag| bare.starts_with(tag))
                || bare.starts_with("UCM")
                || bare.starts_with("UCS")
            {
                continue;
            }
            tried += 1;
            let with = |again: &str| {
                let again = format!("{again}'");
                let all: String =
                    segments[..=at].iter().chain([&again.as_str()]).chain(&segments[at + 1..]).copied().collect();
                read(counted(&all).as_bytes())
            };
            let same = with(bare);
            // A method of screening is an entry of a list.
            if !bare.starts_with("STS+SCM") {
                assert_eq!(same.interchange, plain.interchange, "{bare}");
                assert_eq!(same.findings, plain.findings, "{bare}");
            }
            let other = match bare {
                _ if bare.starts_with("DTM") => bare.replacen(":2026", ":2027", 1),
                _ if bare.starts_with("TSR") => bare.replacen("TSR+N", "TSR+R", 1),
                _ if bare.starts_with("BGM") => bare.replacen("+9", "+5", 1),
                _ if bare.starts_with("MOA") || bare.starts_with("MEA") || bare.starts_with("QTY") => {
                    let digit = bare.rfind(|c: char| c.is_ascii_digit()).unwrap();
                    format!("{}7{}", &bare[..digit], &bare[digit..])
                }
                _ if bare.starts_with("COM") => format!("COM+9{}", &bare[4..]),
                _ if bare.starts_with("PIA") => bare.replacen(":HS", "00:HS", 1),
                _ if bare.starts_with("STS") => {
                    let parts: Vec<&str> = bare.splitn(3, '+').collect();
                    format!("{}+{}+9{}", parts[0], parts[1], parts[2])
                }
                _ if bare.starts_with("LOC") => {
                    let (place, list) = bare.split_once(':').unwrap();
                    format!("{place}Z:{list}")
                }
                _ if bare.starts_with("UCI") => bare.replacen("UCI+", "UCI+X", 1),
                _ if bare.starts_with("ERC") => bare.replacen("+E00", "+E01", 1),
                _ => format!("{bare}X"),
            };
            assert_ne!(other, bare);
            let other = with(&other);
            if bare.starts_with("FTX+DEL") || !bare.starts_with("FTX") && !bare.starts_with("STS+SCM") {
                assert_eq!(other.interchange, plain.interchange, "{bare}");
                assert!(codes(&other.findings, Severity::Error).contains(&"twice"), "{bare}: {}", other.findings);
            } else {
                assert!(!other.findings.has_errors(), "{bare}: {}", other.findings);
                assert_ne!(other.interchange, plain.interchange, "{bare}: what is said further is taken over");
            }
        }
    }
    assert!(tried > 60, "{tried}");
}

#[test]
fn a_free_text_goes_on_in_further_segments() {
    let text = "FTX+AAA+++Cotton T-shirt for men, knitted'";
    let read = read(changed(text, &format!("{text}FTX+AAA+++colour navy, size L, pack of two'")).as_bytes());
    assert!(read.findings.is_empty(), "{}", read.findings);
    let description = data(&read).content_pieces[0].description.as_deref();
    assert_eq!(description, Some("Cotton T-shirt for men, knitted colour navy, size L, pack of two"));
}

const RECIPIENT: &str = "NAD+CN+++Alex Example+100 Main Street::Apt 4+Springfield+IL+62701+US'\nCTA+IC+:Alex Example'\n\
                         COM+?+12175550142:TE'";

#[test]
fn a_party_is_taken_whole() {
    let plain = read(ITMATT.as_bytes());
    let again = |more: &str| read(changed(RECIPIENT, &format!("{RECIPIENT}{more}")).as_bytes());
    let same = again(RECIPIENT);
    assert_eq!((&same.interchange, same.findings.is_empty()), (&plain.interchange, true), "{}", same.findings);
    let name = "NAD+CN+++Second Person++++99999+CA'";
    for other in [
        name.to_owned(),
        format!("{name}COM+second@firma.example:EM'"),
        "NAD+CN+++Alex Example+100 Main Street::Apt 4+Springfield+IL+62701+US'".into(),
        RECIPIENT.replace("12175550142", "12175550143"),
        format!("{RECIPIENT}RFF+VA:1'FTX+ZZZ++MEM:ZXF:ZZZ+Declaration.Data.RecipientFirstName:Al'"),
    ] {
        let found = again(&other);
        assert_eq!(found.interchange, plain.interchange, "{other}");
        assert_eq!(codes(&found.findings, Severity::Error), ["twice"], "{other}: {}", found.findings);
        assert_eq!(found.findings.list()[0].fault.path, "Declaration.Data.RecipientName");
    }
    // The first stands, without what is said of the second.
    let first = read(changed("CTA+IC+:Alex Example'", &format!("{name}CTA+IC+:Alex Example'")).as_bytes());
    let (kept, whole) = (data(&first), data(&plain));
    assert_eq!(
        (&kept.recipient_name, &kept.recipient_country_cd),
        (&whole.recipient_name, &whole.recipient_country_cd)
    );
    assert_eq!(kept.recipient_telephone, None);
    assert!(first.findings.has_errors());
    // What a party of no interest has is nobody's.
    let stranger = read(changed("NAD+CN", "NAD+BY+++Buyer'RFF+AAS:4711'COM+x@y:EM'NAD+CN").as_bytes());
    assert_eq!(stranger.interchange, plain.interchange);
    assert_eq!(codes(&stranger.findings, Severity::Warning), ["segment"; 3]);
}

#[test]
fn places_that_repeat_are_all_read() {
    let com = "COM+?+31302345678:TE'\nCOM+post@example.com:EM'";
    let three = read(changed(com, "COM+?+31302345678:TE+post@example.com:EM+?+3130:FX'").as_bytes());
    assert!(three.findings.is_empty(), "{}", three.findings);
    let sender = data(&three);
    assert_eq!(sender.sender_telephone.as_deref(), Some("+31302345678"));
    assert_eq!(sender.sender_email.as_deref(), Some("post@example.com"));
    assert!(sender.extra_field_values.contains(&Some("+3130".into())));
    let two = read(changed(com, "COM+1:TE+2:TE+1:TE'").as_bytes());
    assert_eq!(data(&two).sender_telephone.as_deref(), Some("1"));
    assert_eq!(codes(&two.findings, Severity::Error), ["twice"]);
    // Repetitions of syntax 4 are read like further elements, and move nothing.
    let four = changed(com, "COM+1:TE*x@y.example:EM'").replace("UNA:+.? '", "UNA:+.?*'").replace("UNOC:3", "UNOW:4");
    let four = read(four.as_bytes());
    assert_eq!(data(&four).sender_email.as_deref(), Some("x@y.example"), "{}", four.findings);

    let documents = read(changed("DOC+380+INV-2026-0017'", "DOC+380+INV-1'DOC+380+INV-2'DOC+811+L-3'").as_bytes());
    let ids: Vec<_> =
        data(&documents).documents.iter().filter_map(|document| document.document_id.as_deref()).collect();
    assert_eq!((ids, documents.findings.is_empty()), (vec!["INV-1", "INV-2", "L-3"], true));

    let totals =
        |second: &str| read(changed("MOA+43:48.50:EUR'", &format!("MOA+43:48.50:EUR'MOA+43:{second}'")).as_bytes());
    assert!(!totals("52.10:USD").findings.has_errors() && totals("48.5:EUR").findings.is_empty());
    assert_eq!(codes(&totals("50:EUR").findings, Severity::Error), ["twice"]);
}

#[test]
fn an_article_number_is_an_hs_code_only_when_it_says_so() {
    let hs = |numbers: &str| {
        let read = read(changed("PIA+5+610910:HS", numbers).as_bytes());
        let told = [codes(&read.findings, Severity::Error), codes(&read.findings, Severity::Warning)].concat();
        (data(&read).content_pieces[0].hs.clone().unwrap_or_default(), told)
    };
    for kind in ["EN", "SA", "IN", "GN", ""] {
        assert_eq!(hs(&format!("PIA+5+4006381333931:{kind}")), (String::new(), vec!["unknown_code"]), "{kind}");
    }
    assert_eq!(hs("PIA+5+4006381333931:EN+A1:SA+:+x:GN+610910:HS"), ("610910".into(), vec!["unknown_code"; 3]));
    assert_eq!(hs("PIA+5+610910:HS+610910:HS"), ("610910".into(), vec![]));
    assert_eq!(hs("PIA+5+610910:HS+950300:HS"), ("610910".into(), vec!["twice"]));
    assert_eq!(hs("PIA+1+102168710:SA+2:IN"), (String::new(), vec!["segment"]));
}

#[test]
fn a_code_of_another_list_is_left_out_and_told() {
    for (was, is) in [
        ("LOC+35+NL:162:5", "LOC+35+NLRTM:16:6"),
        ("LOC+28+US:162:5", "LOC+28+840:162:3"),
        ("LOC+5+NLAMSA:108:139", "LOC+5+NLAMS:139:6"),
        ("TSR+N:121:139", "TSR+N:122:139"),
        ("+U:ZMC:ZZZ:UN:117:139", "+U:ZMD:ZZZ:UN:117:139"),
        ("+U:ZMC:ZZZ:UN:117:139", "+U:ZMC:ZZZ:UN:118:139"),
        ("+A:115:139", "+A:115:5"),
        ("+11:136:139", "+11:ZZZ:139"),
        ("MEA+WT+AAD+KGM:0.620", "MEA+WT+AAD+GRM:620"),
        ("FTX+DEL++RTS:ZND:ZZZ", "FTX+DEL++RTS:ZNX:ZZZ"),
        ("DOC+380+INV", "DOC+380:ZDX:ZZZ+INV"),
        ("LOC+27+PT:162:5", "LOC+27+PRT:162:9"),
        ("QTY+1:2", "QTY+1:2:KGM"),
        ("DTM+143:20260109141500:204", "DTM+143:20260109141500:719"),
        ("DTM+143:20260109141500:204", "DTM+143:20260109141500"),
        ("NAD+MS+NLA:206:139", "NAD+MS+8712345000008::9"),
    ] {
        let read = read(changed(was, is).as_bytes());
        let found = &read.findings;
        assert!(found.list().iter().any(|f| matches!(f.fault.code, "unknown_code" | "format")), "{is}: {found}");
        let code = is.split(['+', ':']).nth(2).unwrap();
        let shown = tool::show(changed(was, is).as_bytes()).text;
        assert!(code.len() < 5 || !shown.contains(code), "{is}: {shown}");
    }
    // A net weight is not a gross weight; a contact is an information contact.
    for (was, is) in [("MEA+WT+AAL+KGM:0.400", "MEA+WT+AAD+KGM:0.400"), ("CTA+IC+:Customer", "CTA+HE+:Customer")] {
        let read = read(changed(was, is).as_bytes());
        assert_eq!(codes(&read.findings, Severity::Warning), ["segment"], "{is}");
    }
    // A list that is not named is that of the profile.
    for (was, is) in [
        ("LOC+27+PT:162:5", "LOC+27+PT"),
        ("TSR+N:121:139+U:ZMC:ZZZ:UN:117:139+A:115:139+11:136:139", "TSR+N+U:::UN+A+11"),
        ("QTY+1:2", "QTY+1:2:PCE"),
        ("DOC+380+INV", "DOC+380::6+INV"),
        ("NAD+MS+NLA:206:139", "NAD+MS+NLA"),
    ] {
        let read_again = read(changed(was, is).as_bytes());
        assert_eq!(read_again.interchange, read(ITMATT.as_bytes()).interchange, "{is}");
        assert!(read_again.findings.is_empty(), "{is}: {}", read_again.findings);
    }
}

#[test]
fn notes_that_contradict_are_found() {
    let note = |path: &str, value: &str| format!("FTX+ZZZ++MEM:ZXF:ZZZ+{path}:{value}'");
    let put = |notes: String| read(changed("NAD+CZ", &format!("{notes}NAD+CZ")).as_bytes());
    let (weight, kind) = ("Declaration.Data.GrossWeight", "MailObject.TypeCd");
    assert_eq!(codes(&put(note(weight, "5")).findings, Severity::Error), ["twice"]);
    assert!(put(note(weight, "0.62")).findings.is_empty());
    assert!(put(note(kind, "MI") + &note(kind, "MI")).findings.is_empty());
    let two = put(note(kind, "MI") + &note(kind, "MB"));
    assert_eq!(codes(&two.findings, Severity::Error), ["twice"]);
    assert_eq!(item(&two).mail_object.type_cd.as_deref(), Some("MI"));
    // An original that the set cannot carry counts.
    let original = put("FTX+ZZZ++MEMP:ZXF:ZZZ+DECLARATION%2E%44ATA:x'"
        .replace("DECLARATION%2E%44ATA:x", "%44eclaration.%44ata.%53ender%4Eame:%D0%98"));
    assert!(original.findings.is_empty(), "{}", original.findings);
    assert_eq!(data(&original).sender_name.as_deref(), Some("И"));
}

#[test]
fn an_item_given_twice_in_one_message() {
    let of = |id: &str| format!("CNI+2+{id}'DTM+143:20260109141500:204'CNT+10:2'");
    let with = |more: &str| read(changed("CNT+10:1'", more).as_bytes());
    let twice = with(&of("LA123456785NL"));
    assert_eq!(codes(&twice.findings, Severity::Error), ["twice"], "{}", twice.findings);
    assert_eq!(twice.findings.list()[0].fault.index, Some(1));
    assert!(with(&of("LA123456799NL")).findings.is_empty());
}

#[test]
fn a_control_message_that_contradicts_itself() {
    let file = messages().pop().unwrap();
    let plain = read(file.as_bytes());
    let ucm = file.split_inclusive('\'').find(|segment| segment.trim().starts_with("UCM")).unwrap().trim();
    let other = ucm.replacen("+4", "+7", 1);
    assert_ne!(other, ucm, "{ucm}");
    let found = read(counted(&file.replacen("UNT+", &format!("{other}UNT+"), 1)).as_bytes());
    assert_eq!((codes(&found.findings, Severity::Error), &found.interchange), (vec!["twice"], &plain.interchange));
}

#[test]
fn the_first_of_two_elements_counts() {
    let xml = tool::convert(ITMATT.as_bytes(), Form::Xml, &Profile::default()).unwrap().bytes;
    let xml = String::from_utf8(xml).unwrap();
    let plain = read(xml.as_bytes());
    assert!(plain.findings.is_empty(), "{}", plain.findings);
    let description = "<p:Description>Ceramic coffee mug</p:Description>";
    let party = &xml[xml.find("<p:Party role=\"CN\">").unwrap()..xml.rfind("</p:Party>").unwrap() + 10];
    for (first, second) in [
        (description, "<p:Description>second text</p:Description>"),
        (party, "<p:Party role=\"CN\"><p:Name>Second Person</p:Name><p:ZIP>99999</p:ZIP></p:Party>"),
        ("<p:Reference type=\"ABE\">NL000000000</p:Reference>", "<p:Reference type=\"ABE\">1</p:Reference>"),
        ("<p:TotalValue currency=\"EUR\">48.50</p:TotalValue>", "<p:TotalValue currency=\"EUR\">3</p:TotalValue>"),
        ("<p:Postage currency=\"EUR\">9.75</p:Postage>", "<p:Postage currency=\"USD\">9.75</p:Postage>"),
        ("<p:Function>9</p:Function>", "<p:Function>1</p:Function>"),
        ("<p:Sender qualifier=\"58\">NLA</p:Sender>", "<p:Sender>USA</p:Sender>"),
        ("</p:Declaration>", "<p:Declaration/>"),
    ] {
        assert!(xml.contains(first), "{first}");
        let other = read(xml.replacen(first, &format!("{first}{second}"), 1).as_bytes());
        assert_eq!(other.interchange, plain.interchange, "{second}");
        assert!(codes(&other.findings, Severity::Error).contains(&"twice"), "{second}: {}", other.findings);
        if !first.starts_with("</") {
            let same = read(xml.replacen(first, &format!("{first}{first}"), 1).as_bytes());
            assert_eq!(same.interchange, plain.interchange, "{first}");
            assert!(!same.findings.is_empty() && !same.findings.has_errors(), "{first}: {}", same.findings);
        }
    }
    for (was, is) in [
        ("<p:Test>false</p:Test>", "<p:Test>maybe</p:Test>"),
        (description, "<p:Description>a</p:Description><p:Colour>blue</p:Colour>"),
        (description, "<x:Note xmlns:x=\"urn:other\">b</x:Note>"),
        ("<p:Amount currency=\"EUR\">10.00", "<p:Amount x:currency=\"EUR\" xmlns:x=\"urn:other\">10.00"),
        ("<p:City>Utrecht</p:City>", "text<p:City>Utrecht</p:City>"),
        (" seq=\"1\"", ""),
        ("<p:Control items=\"1\" pieces=\"2\"/>", ""),
        ("<p:Control items=\"1\" pieces=\"2\"/>", "<p:Control items=\"1\"/>"),
        ("role=\"CN\"", "role=\"BY\""),
    ] {
        assert!(xml.contains(was), "{was}");
        assert!(!read(xml.replacen(was, is, 1).as_bytes()).findings.is_empty(), "{is}");
    }
}

#[test]
fn characters_of_another_set_are_recognised_and_told() {
    let latin = |text: &str| text.chars().map(|c| u8::try_from(c).unwrap()).collect::<Vec<_>>();
    let name = |bytes: &[u8]| {
        let read = read(bytes);
        assert!(!read.findings.has_errors(), "{}", read.findings);
        (data(&read).sender_name.clone().unwrap(), codes(&read.findings, Severity::Warning))
    };
    let with = |name: &str| changed("Example Webshop B.V.", name);
    for set in ["UNOA:1", "UNOB:2", "UNOC:3"] {
        let utf8 = with("Müller und Söhne, Łódź").replace("UNOC:3", set);
        let (read, told) = name(utf8.as_bytes());
        assert_eq!(read, "Müller und Söhne, Łódź", "{set}");
        assert_eq!(told[0], "charset", "{set}");
        assert!(tool::check(utf8.as_bytes(), &Profile::default()).list()[0].fault.message.contains("UTF-8"));
    }
    assert_eq!(name(&latin(&with("Müller und Söhne"))), ("Müller und Söhne".into(), vec![]));
    // What may be either is what is declared.
    assert_eq!(name(&latin(&with("NESCAFÉ®"))), ("NESCAFÉ®".into(), vec![]));
    let windows = [
        latin(with("A")[..ITMATT.find("Example Webshop").unwrap()].to_owned().as_str()),
        b"\x93Kids\x94 \x96 5 \x80".to_vec(),
        latin(&ITMATT[ITMATT.find("Example Webshop").unwrap() + 20..]),
    ]
    .concat();
    assert_eq!(name(&windows), ("“Kids” – 5 €".into(), vec!["charset"]));
    let wide = with("Kid\u{92}s").replace("UNOC:3", "UNOW:4");
    assert_eq!(name(wide.as_bytes()), ("Kid’s".into(), vec!["charset"]));
    let mixed = [latin(&with("Zoë ")[..]), Vec::new()].concat();
    let mixed = [&mixed[..mixed.len() - 20], "Mü".as_bytes(), &mixed[mixed.len() - 20..]].concat();
    assert!(read(&mixed).findings.list().iter().any(|found| found.fault.message.contains("looks like UTF-8")));
}

/// `Ä¾` in Latin-1 is `ľ` in UTF-8: what we write is never taken for the other.
#[test]
fn letters_that_are_others_in_utf8_are_written_apart() {
    for name in ["Ä¾", "Ã¼", "Müller", "Ä¾ Müller"] {
        let mut interchange = read(ITMATT.as_bytes()).interchange;
        let Message::Items(message) = &mut interchange.messages[0] else { panic!("items") };
        let declared = message.items[0].declaration.as_mut().unwrap().data.as_mut().unwrap();
        declared.sender_name = Some(name.to_owned());
        let written = write(&interchange, Form::Edifact, &Profile::default()).unwrap();
        assert_eq!(data(&read(&written.bytes)).sender_name.as_deref(), Some(name));
        let is_latin = written.bytes.starts_with(b"UNA") && String::from_utf8_lossy(&written.bytes).contains("UNOC");
        assert_eq!(is_latin, name == "Müller", "{name}");
    }
}

#[test]
fn characters_of_xml_documents() {
    let xml = tool::convert(ITMATT.as_bytes(), Form::Xml, &Profile::default()).unwrap().bytes;
    let xml = String::from_utf8(xml).unwrap();
    let declared = |set: &str, name: &str| {
        let text = xml.replacen("encoding=\"UTF-8\"", &format!("encoding=\"{set}\""), 1);
        assert!(text.contains(set), "{text}");
        text.replace("Example Webshop B.V.", name)
    };
    let utf8 = read(declared("ISO-8859-1", "Müller").as_bytes());
    assert_eq!(data(&utf8).sender_name.as_deref(), Some("Müller"));
    assert_eq!(codes(&utf8.findings, Severity::Warning), ["charset"]);
    let latin: Vec<u8> = declared("ISO-8859-1", "Müller").chars().map(|c| u8::try_from(c).unwrap()).collect();
    assert_eq!(codes(&read(&latin).findings, Severity::Error), ["charset"]);
    for c1 in ["Kid\u{92}s", "Kid&#146;s"] {
        let read = read(declared("UTF-8", c1).as_bytes());
        assert_eq!(data(&read).sender_name.as_deref(), Some("Kid’s"), "{c1}");
        assert_eq!(codes(&read.findings, Severity::Warning), ["charset"], "{c1}");
    }
}

/// What a contract can hold travels, also where a message could say it only twice.
#[test]
fn totals_of_one_currency_travel_by_name() {
    let mut interchange = read(ITMATT.as_bytes()).interchange;
    let Message::Items(message) = &mut interchange.messages[0] else { panic!() };
    let sent = message.items[0].declaration.as_mut().unwrap().data.as_mut().unwrap();
    sent.extra_field_names.push(Some("EP.TotalValue".into()));
    sent.extra_field_values.push(Some("1 EUR, 2 EUR".into()));
    for form in [Form::Edifact, Form::Xml] {
        let received = read(&write(&interchange, form, &Profile::default()).unwrap().bytes);
        assert!(received.findings.is_empty(), "{}", received.findings);
        assert!(data(&received).extra_field_values.contains(&Some("1 EUR, 2 EUR".into())));
    }
}
