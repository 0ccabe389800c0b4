//! What is read of an interchange is bounded, whatever its bytes are: limits hold when reading, work grows with the bytes and no
//! faster, and no number of harmless findings hides a grave one.

use std::time::{Duration, Instant};

use crate::contract::WcfDate;
use crate::edi::{Action, Finding, Message, Read, Severity, acknowledge, read};
use crate::limits;

const UNB: &str = "UNB+UNOC:3+AUA:58+DEA:58+261101:0930+REF1'";
const HEAD: &str = "BGM+936:::ITMATT+R1+9'DTM+137:20261101093000:204'NAD+MS+AUA:206:139'NAD+MR+DEA:206:139'";

/// An interchange of messages with these bodies, its counts right.
fn edifact(kind: &str, bodies: &[String]) -> Vec<u8> {
    let messages = bodies.iter().enumerate().map(|(at, body)| {
        let segments = body.matches('\'').count() + 2;
        format!("UNH+{at}+{kind}:D:00A:UP:PCX100'{body}UNT+{segments}+{at}'")
    });
    format!("{UNB}{}UNZ+{}+REF1'", messages.collect::<String>(), bodies.len()).into_bytes()
}

fn message_of(items: usize, item: &str) -> String {
    let items_text: String = (1..=items).map(|at| format!("CNI+{at}+ID{at}'{item}")).collect();
    format!("{HEAD}{items_text}CNT+10:{items}'")
}

fn xml(messages: &str) -> Vec<u8> {
    let root = format!("p:Interchange xmlns:p=\"{0}\" xmlns=\"{0}\"", crate::edi::xml::NAMESPACE);
    let envelope = "<Envelope><Reference>REF1</Reference><Sender>AUA</Sender><Recipient>DEA</Recipient>\
                    <Created>2026-11-01T09:30:00Z</Created></Envelope>";
    format!("<{root}>{envelope}{messages}</p:Interchange>").into_bytes()
}

fn errors<'r>(read: &'r Read, code: &'r str) -> impl Iterator<Item = &'r Finding> {
    read.findings.list().iter().filter(move |found| found.severity == Severity::Error && found.fault.code == code)
}

fn items(read: &Read) -> usize {
    let count = |message: &Message| if let Message::Items(message) = message { message.items.len() } else { 0 };
    read.interchange.messages.iter().map(count).sum()
}

fn answer(read: &Read) -> crate::edi::Control {
    match acknowledge(read, "A", WcfDate::new(chrono::DateTime::UNIX_EPOCH)).messages.remove(0) {
        Message::Control(control) => control,
        Message::Items(_) => panic!("not a CONTRL"),
    }
}

/// Refused as a whole, for one reason, said once.
#[track_caller]
fn assert_refused_as_a_whole(read: &Read) {
    let limits: Vec<_> = errors(read, "limit").collect();
    assert_eq!(limits.len(), 1, "{}", read.findings);
    assert_eq!((limits[0].message, limits[0].fault.index), (None, None));
    assert_eq!(answer(read).action, Action::Rejected);
}

#[test]
fn messages_are_limited_when_read() {
    for (count, fits) in [(limits::EDI_MESSAGES, true), (limits::EDI_MESSAGES + 1, false)] {
        let read = read(&edifact("ITMATT", &vec![message_of(1, ""); count]));
        assert_eq!(errors(&read, "limit").count() == 0, fits, "{}", read.findings);
        assert!(read.interchange.messages.len() <= limits::EDI_MESSAGES);
        if !fits {
            assert_refused_as_a_whole(&read);
        }
    }
    let read = read(&xml(&"<Message type=\"CUSRSP\"/>".repeat(limits::EDI_MESSAGES + 1)));
    assert_refused_as_a_whole(&read);
}

#[test]
fn items_are_limited_when_read() {
    let full = || message_of(limits::EDI_ITEMS, "");
    let fits = read(&edifact("ITMATT", &vec![full(); 3]));
    assert_eq!((errors(&fits, "limit").count(), items(&fits)), (0, 3 * limits::EDI_ITEMS));
    // One message with one more is refused, the other is not.
    let bodies = [message_of(limits::EDI_ITEMS + 1, ""), message_of(1, "")];
    let one_too_many = read(&edifact("ITMATT", &bodies));
    let actions: Vec<_> = answer(&one_too_many).messages.iter().map(|message| message.action).collect();
    assert_eq!(actions, [Action::Rejected, Action::Acknowledged], "{}", one_too_many.findings);
    assert_eq!(errors(&one_too_many, "count").count(), 0, "what was not read is not counted either");
    let many = read(&edifact("ITMATT", &vec![full(); 11]));
    assert_refused_as_a_whole(&many);
    assert!(items(&many) <= limits::EDI_ALL_ITEMS);

    let message = |items: usize| format!("<Message type=\"ITMATT\">{}</Message>", "<Item/>".repeat(items));
    let one_too_many = read(&xml(&message(limits::EDI_ITEMS + 1)));
    assert!(items(&one_too_many) <= limits::EDI_ITEMS && one_too_many.findings.has_errors());
    assert_refused_as_a_whole(&read(&xml(&message(limits::EDI_ITEMS).repeat(11))));
}

#[test]
fn what_an_item_holds_is_limited_when_read() {
    let of_item = |read: &Read| {
        let found: Vec<_> = errors(read, "limit").map(|found| found.fault.index).collect();
        assert_eq!(found, [Some(0)], "{}", read.findings);
    };
    let lines = |count: usize| read(&edifact("ITMATT", &[message_of(1, &"GID+1'".repeat(count)) + "CNT+2:1'"]));
    assert_eq!(errors(&lines(limits::CONTENT_PIECES), "limit").count(), 0);
    of_item(&lines(limits::CONTENT_PIECES + 5));
    of_item(&read(&edifact("CUSRSP", &[message_of(1, &"TAX+7+A00'".repeat(1_005))])));
    of_item(&read(&edifact("ITMATT", &[message_of(1, &"DTM+143:20261101081500:204'".repeat(10_005))])));
    let piece = "<ContentPiece/>".repeat(limits::CONTENT_PIECES + 5);
    let item = format!("<Message type=\"ITMATT\"><Item><Declaration>{piece}</Declaration></Item></Message>");
    of_item(&read(&xml(&item)));
    // Each item within its limit, all together beyond theirs.
    let item = "GID+1'".repeat(limits::CONTENT_PIECES - 1);
    assert_refused_as_a_whole(&read(&edifact("ITMATT", &[message_of(105, &item)])));
}

#[test]
fn bytes_that_say_next_to_nothing_are_not_taken_apart() {
    for bytes in [vec![b'+'; 4 << 20], b"A+:+:+:".repeat(600_000), xml(&"<a/>".repeat(300_000))] {
        let read = read(&bytes);
        assert_eq!(errors(&read, "limit").count(), 1, "{}", read.findings);
    }
    let name = "n".repeat(10_000);
    assert_eq!(errors(&read(&xml(&format!("<{name}/>"))), "limit").count(), 1);
}

#[test]
fn warnings_do_not_hide_what_refuses() {
    // A thousand segments that are merely not taken over, then counts that are wrong.
    let body = format!("{HEAD}{}CNI+1+A'CNT+10:7'", "XXX+1'".repeat(3 * limits::EDI_FINDINGS));
    let wrong = read(&edifact("ITMATT", &[body, message_of(1, "")]));
    let actions: Vec<_> = answer(&wrong).messages.iter().map(|message| message.action).collect();
    assert_eq!(actions, [Action::Rejected, Action::Acknowledged]);
    // An item with many errors leaves the next one its own.
    let bad = String::from("DTM+143:never:204'") + &"MEA+WT+AAD+KGM:heavy'MOA+43:much:EUR'STS+DEC'".repeat(2_000);
    let items = format!("{HEAD}CNI+1+A'{bad}CNI+2+B'MOA+64:dear:EUR'CNT+10:2'");
    let read = read(&edifact("ITMATT", &[items]));
    assert!(errors(&read, "type").chain(errors(&read, "format")).any(|found| found.fault.index == Some(1)));
    let shown = read.findings.to_string();
    assert!(shown.lines().count() <= limits::EDI_FINDINGS + 1, "{}", shown.lines().count());
}

#[test]
fn names_that_cannot_be_kept_are_left_out() {
    let long = "X".repeat(36);
    for (name, code) in [("A\u{1}B", "charset"), (long.as_str(), "too_long")] {
        let text = String::from_utf8(edifact("ITMATT", &[message_of(1, "")])).unwrap();
        for (from, to, path) in [
            ("+AUA:58", format!("+{name}:58"), "Sender"),
            ("+DEA:58", format!("+{name}:58"), "Recipient"),
            ("+REF1", format!("+{name}"), "Reference"),
            ("+R1+", format!("+{name}+"), "Header.Reference"),
            ("MS+AUA", format!("MS+{name}"), "Header.Sender"),
            ("+ID1", format!("+{name}"), "MailObject.Id"),
        ] {
            let read = read(text.replace(from, &to).as_bytes());
            assert!(errors(&read, code).any(|found| found.fault.path == path), "{path}: {}", read.findings);
            assert!(!format!("{:?}", read.interchange).contains(&name.escape_debug().to_string()), "{path}");
        }
    }
    let id = "&#10;A&#13;";
    let item = format!("<Message type=\"ITMATT\"><Item><MailObject><Id>{id}</Id></MailObject></Item></Message>");
    let read = read(&xml(&item));
    assert!(errors(&read, "charset").any(|found| found.fault.path == "MailObject.Id"), "{}", read.findings);
}

/// Bytes of some size whose reading once took longer than their size says.
type Maker = fn(usize) -> Vec<u8>;

fn quick(make: Maker, size: usize) -> Duration {
    let bytes = make(size);
    let began = Instant::now();
    let _ = read(&bytes);
    began.elapsed()
}

#[test]
fn work_grows_with_the_bytes_and_no_faster() {
    let makers: [(&str, Maker, usize); 10] = [
        ("empty messages", |n| edifact("ITMATT", &vec![String::new(); n]), 10_000),
        ("empty items", |n| edifact("ITMATT", &[message_of(n, "")]), 50_000),
        (
            "a head said again and again",
            |n| edifact("ITMATT", &[format!("BGM+{}'{}", "a:".repeat(n), "BGM'".repeat(n / 2))]),
            10_000,
        ),
        ("channels", |n| edifact("ITMATT", &[message_of(1, &format!("NAD+CZ'COM{}'", "+1:TE".repeat(n)))]), 20_000),
        (
            "parties",
            |n| {
                let party = format!("NAD+CZ+++X'{}", "RFF+ABE:1'".repeat(n));
                edifact("ITMATT", &[message_of(1, &format!("{party}{}", "NAD+CZ+++Y'".repeat(n)))])
            },
            3_000,
        ),
        ("texts", |n| edifact("ITMATT", &[message_of(20, &"FTX+AAI+++abc'".repeat(n / 20))]), 40_000),
        ("statuses", |n| edifact("CONTRL", &[format!("UCI+1+A+B+7'{}", "UCM+1+A+7'".repeat(n))]), 20_000),
        (
            "extra fields",
            |n| {
                let field = |at| format!("<ExtraField name=\"EP.Original[{}].Text\">x</ExtraField>", at % 9_999 + 1);
                let fields: String = (0..n).map(field).collect();
                xml(&format!("<Message type=\"ITMATT\"><Item><Declaration>{fields}</Declaration></Item></Message>"))
            },
            10_000,
        ),
        (
            "elements given twice",
            |n| {
                let first = format!("<Declaration a=\"{}\"/>", "x".repeat(20 * n));
                let item = format!("<Item>{first}{}</Item>", "<Declaration a=\"y\"/>".repeat(n));
                xml(&format!("<Message type=\"ITMATT\">{item}</Message>"))
            },
            10_000,
        ),
        ("references", |n| xml(&format!("<Message type=\"{}\"/>", "&lt;".repeat(n))), 100_000),
    ];
    for (what, make, size) in makers {
        // A busy machine makes some of it slow; what grows with the square is so every time.
        let grows = (0..5).all(|_| {
            let (one, two) = (quick(make, size), quick(make, 2 * size));
            two > one * 3 + Duration::from_millis(20)
        });
        assert!(!grows, "{what}: {:?}, then {:?}", quick(make, size), quick(make, 2 * size));
    }
}
