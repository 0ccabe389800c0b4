//! EDIFACT → contracts: the envelope, control counts, and which message is which.

use super::charset::{Likeness, likeness_to_utf8};
use super::contrl::Body;
use super::layout;
use super::lexer::{Lexer, Segment};
use super::reader::{Places, Reader, position_of};
use super::values::{date_of, id, mailbox};
use crate::contract::WcfDate;
use crate::edi::amount::{Amount, Counted};
use crate::edi::finding::{Finding, Findings};
use crate::edi::message::{Control, Form, Interchange, Kind, Message, Outline, Read};
use crate::edi::profile::{AGENCIES, ASSOCIATION, Charset};

/// Reads an interchange. What is wrong stands in the findings.
pub fn read(bytes: &[u8]) -> Read {
    read_with_places(bytes).0
}

/// Reads an interchange and remembers where the items of its messages stand.
pub fn read_with_places(bytes: &[u8]) -> (Read, Vec<Places>) {
    let mut findings = Findings::default();
    let plain = layout::plain(bytes);
    tell_layout(&plain, &mut findings);
    let mut lexer = Lexer::read(&plain.bytes, &mut findings);
    let charset = lexer.segment(0).filter(|first| first.tag() == b"UNB").map(|first| charset_of(&first, &mut findings));
    lexer.charset = charset.flatten().unwrap_or_default();
    check_characters(&mut lexer, &mut findings);
    let mut reader = Reader {
        lexer: &lexer,
        findings,
        message: None,
        message_start: 0,
        item: None,
        outline: Vec::new(),
        places: Vec::new(),
        amount: Amount::default(),
    };
    let interchange = reader.interchange();
    let read = Read {
        form: Form::Edifact,
        interchange,
        findings: reader.findings,
        outline: reader.outline,
        charset: charset.flatten(),
    };
    (read, reader.places)
}

/// Reports what was taken out that may have meant something.
fn tell_layout(plain: &layout::Plain<'_>, findings: &mut Findings) {
    if plain.nul {
        let text = "the interchange holds the character U+0000, which cannot be kept; send it without";
        findings.push(Finding::error("charset", "", text));
    }
    if plain.ragged {
        let text = "lines end within segments; the line breaks are left out";
        findings.push(Finding::warning("charset", "", text));
    }
}

fn charset_of(first: &Segment<'_>, findings: &mut Findings) -> Option<Charset> {
    let name = first.text(1, 0);
    let known = match &*name {
        "UNOY" => Some(Charset::Unow),
        name => Charset::from_name(name),
    };
    if known.is_none() {
        let text = "the character set is not supported; UNOA, UNOB, UNOC and UNOW are";
        findings.push(Finding::error("charset", "", text).at(position_of(first)));
    }
    if !matches!(&*first.text(1, 1), "1" | "2" | "3" | "4") {
        let text = "the syntax version is not supported; 1 to 4 are";
        findings.push(Finding::error("syntax", "", text).at(position_of(first)));
    }
    known
}

/// Places outside the character set that are reported one by one.
const CHARACTERS_TOLD: usize = 20;

/// Reports bytes that the character set of the interchange does not hold, and reads UTF-8 as what it is whatever was
/// declared. Line breaks between segments are fine.
fn check_characters(lexer: &mut Lexer<'_>, findings: &mut Findings) {
    let declared = lexer.charset;
    if declared != Charset::Unow && !lexer.bytes().is_ascii() {
        let beyond_ascii = lexer.bytes().iter().position(|byte| !byte.is_ascii()).unwrap_or_default();
        let name = declared.name();
        let text = match likeness_to_utf8(lexer.bytes()) {
            Likeness::None => None,
            Likeness::Partly => Some(format!("some of the text looks like UTF-8; it is read as {name}, as declared")),
            Likeness::Utf8 => {
                lexer.charset = Charset::Unow;
                Some(format!("the text is UTF-8 although {name} is declared; it is read as UTF-8"))
            }
        };
        if let Some((text, segment)) = text.zip(lexer.segment(lexer.segment_at_byte(beyond_ascii))) {
            findings.push(Finding::warning("charset", "", text).at(position_of(&segment)));
        }
    }
    if lexer.charset == Charset::Unow
        && let Err(error) = std::str::from_utf8(lexer.bytes())
        && let Some(segment) = lexer.segment(lexer.segment_at_byte(error.valid_up_to()))
    {
        let text = format!("byte {} is not UTF-8", error.valid_up_to());
        findings.push(Finding::error("charset", "", text).at(position_of(&segment)));
    }
    tell_outsiders(lexer, declared, findings);
}

/// Reports the segments that hold characters outside the set declared.
fn tell_outsiders(lexer: &Lexer<'_>, declared: Charset, findings: &mut Findings) {
    let is_utf8 = lexer.charset == Charset::Unow;
    let mut allowed = [false; 256];
    for (byte, allowed) in (0..=255_u8).zip(&mut allowed) {
        let held = if is_utf8 && !byte.is_ascii() { true } else { declared.holds_byte(byte) };
        // In UTF-8 line breaks and the like are data.
        *allowed = held || lexer.service.is_special(byte) || (declared == Charset::Unow && byte.is_ascii());
    }
    let has_c1 = |bytes: &[u8]| match is_utf8 {
        true => bytes.windows(2).any(|pair| pair[0] == 0xC2 && (0x80..0xA0).contains(&pair[1])),
        false => bytes.iter().any(|byte| (0x80..0xA0).contains(byte)),
    };
    let is_outside = |bytes: &[u8]| bytes.iter().any(|byte| !allowed[usize::from(*byte)]) || has_c1(bytes);
    if !is_outside(lexer.bytes()) {
        return;
    }
    let told = lexer.segments().filter(|segment| is_outside(segment.source())).take(CHARACTERS_TOLD);
    for segment in told {
        let name = declared.name();
        let text = match has_c1(segment.source()) {
            true => format!("a character outside {name}, read as Windows-1252"),
            false => format!("a character outside {name}"),
        };
        findings.push(Finding::warning("charset", "", text).at(position_of(&segment)));
    }
}

impl<'t> Reader<'t> {
    fn interchange(&mut self) -> Interchange {
        let mut interchange = Interchange::default();
        let Some(first) = self.lexer.segment(0) else {
            self.findings.push(Finding::error("syntax", "", "there is no segment; an interchange begins with UNB"));
            return interchange;
        };
        let mut at = 0;
        if first.tag() == b"UNB" {
            self.unb(&first, &mut interchange);
            at = 1;
        } else {
            self.found(&first, Finding::error("syntax", "", "an interchange begins with UNA or UNB"));
        }
        let (mut groups, mut closed) = (0, false);
        while let Some(segment) = self.lexer.segment(at).filter(|_| !self.amount.stopped()) {
            at += 1;
            match segment.tag() {
                _ if closed => {
                    self.found(&segment, Finding::error("syntax", "", "nothing may follow UNZ"));
                    break;
                }
                b"UNH" if !self.one_more(Counted::Message, &segment) => {}
                b"UNH" => at = self.one_message(&segment, &mut interchange),
                b"UNZ" => {
                    closed = true;
                    self.unz(&segment, &interchange);
                }
                b"UNG" | b"UNE" => {
                    groups += 1;
                    if groups == 1 {
                        let text = "functional groups are not supported; their messages are read as if there were none";
                        self.found(&segment, Finding::error("profile", "", text));
                    }
                }
                b"UNB" => {
                    self.found(&segment, Finding::error("syntax", "", "a second interchange; send one at a time"))
                }
                b"UNT" => self.found(&segment, Finding::error("syntax", "", "UNT without UNH")),
                _ => self.found(&segment, Finding::error("segment", "", "a segment outside a message")),
            }
        }
        if !closed && !self.amount.stopped() {
            self.findings.push(Finding::error("syntax", "", "UNZ is missing: the interchange is cut off"));
        }
        interchange
    }

    fn unb(&mut self, segment: &Segment<'t>, interchange: &mut Interchange) {
        interchange.sender = mailbox(segment, 2);
        interchange.recipient = mailbox(segment, 3);
        interchange.reference = id(segment, 5, 0);
        interchange.created = envelope_date(&segment.text(4, 0), &segment.text(4, 1));
        interchange.ack_wanted = segment.is(9, 0, "1");
        interchange.test = segment.is(11, 0, "1");
        let missing = [
            ("Sender", interchange.sender.id.is_empty()),
            ("Recipient", interchange.recipient.id.is_empty()),
            ("Reference", interchange.reference.is_empty()),
        ];
        for (member, _) in missing.into_iter().filter(|(_, missing)| *missing) {
            self.found(segment, Finding::error("required", member, "UNB does not name it"));
        }
        if interchange.created.is_none() {
            self.found(segment, Finding::error("format", "Created", "date and time are YYMMDD:hhmm"));
        }
        if interchange.reference.chars().count() > 14 {
            self.found(segment, Finding::error("too_long", "Reference", "at most 14 characters"));
        }
    }

    fn unz(&mut self, segment: &Segment<'t>, interchange: &Interchange) {
        let counted = self.outline.len();
        if segment.text(1, 0).trim().parse() != Ok(counted) {
            let text = format!("UNZ does not count the {counted} messages there are");
            self.found(segment, Finding::error("count", "", text));
        }
        if id(segment, 2, 0) != interchange.reference {
            self.found(segment, Finding::error("count", "", "UNZ and UNB have different references"));
        }
    }

    /// Reads from `UNH` to `UNT`; gives the number of the segment after it.
    fn one_message(&mut self, unh: &Segment<'t>, interchange: &mut Interchange) -> usize {
        let start = unh.number();
        self.message = Some(self.outline.len());
        self.message_start = start;
        let number = id(unh, 1, 0);
        let identifier: [String; 5] = std::array::from_fn(|at| id(unh, 2, at));
        self.check_header(unh, &number, &identifier);
        let rest = (start + 1..).map_while(|at| self.lexer.segment(at));
        let last = rest.take_while(|segment| !matches!(segment.tag(), b"UNT" | b"UNH" | b"UNZ")).last();
        let end = last.map_or(start, |last| last.number()) + 1;
        let message = self.body(&identifier[0], unh, start + 1..end);
        let at = message.is_some().then_some(interchange.messages.len());
        interchange.messages.extend(message);
        let next = if self.amount.stopped() { end } else { self.unt(unh, &number, end) };
        self.outline.push(Outline { number, identifier, message: at });
        self.message = None;
        next
    }

    fn check_header(&mut self, unh: &Segment<'t>, number: &str, identifier: &[String; 5]) {
        if number.is_empty() {
            self.found(unh, Finding::error("required", "", "UNH has no message reference number"));
        }
        let [name, version, release, agency, association] = identifier;
        if name == "CONTRL" {
            return;
        }
        if !AGENCIES.contains(&agency.as_str()) {
            self.found(unh, Finding::error("profile", "", "the controlling agency is not UP, AD, UN or ZZZ"));
        }
        if (version.as_str(), release.as_str()) != ("D", "00A") {
            self.found(unh, Finding::warning("profile", "", "another directory than D.00A; read as if it were that"));
        }
        if association != ASSOCIATION {
            let text = format!("another profile than {ASSOCIATION}; read as if it were that");
            self.found(unh, Finding::warning("profile", "", text));
        }
    }

    fn body(&mut self, name: &str, unh: &Segment<'t>, segments: std::ops::Range<usize>) -> Option<Message> {
        if name == "CONTRL" {
            self.places.push(Places::default());
            return Some(Message::Control(self.control(segments)));
        }
        let Ok(kind) = Kind::from_stored(name) else {
            self.found(unh, Finding::error("profile", "", "the message type is not known here"));
            return None;
        };
        let (message, places) = self.item_message(kind, unh, segments);
        self.places.push(places);
        Some(Message::Items(message))
    }

    fn control(&mut self, segments: std::ops::Range<usize>) -> Control {
        let mut body = Body::default();
        for segment in segments.filter_map(|at| self.lexer.segment(at)) {
            body.read(self, &segment);
        }
        body.finish(self)
    }

    /// Checks `UNT`; gives the number of the segment to go on with.
    fn unt(&mut self, unh: &Segment<'t>, number: &str, end: usize) -> usize {
        let Some(unt) = self.lexer.segment(end).filter(|segment| segment.tag() == b"UNT") else {
            self.found(unh, Finding::error("syntax", "", "the message has no UNT"));
            return end;
        };
        let counted = end - unh.number() + 1;
        if unt.text(1, 0).trim().parse() != Ok(counted) {
            let text = format!("UNT does not count the {counted} segments there are");
            self.found(&unt, Finding::error("count", "", text));
        }
        if id(&unt, 2, 0) != number {
            self.found(&unt, Finding::error("count", "", "UNT and UNH have different references"));
        }
        end + 1
    }
}

/// Date and time of `UNB`; two-digit years are those from 1970 to 2069.
fn envelope_date(date: &str, time: &str) -> Option<WcfDate> {
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(date) || !all_digits(time) || time.len() != 4 {
        return None;
    }
    let date = match date.len() {
        8 => date.to_owned(),
        6 => format!("{}{date}", if date < "70" { "20" } else { "19" }),
        _ => return None,
    };
    date_of(&date, &format!("{time}00"))
}
