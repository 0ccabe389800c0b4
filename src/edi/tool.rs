//! What the command line offers for message files: show, convert, check. Takes bytes, gives text and findings.

use std::collections::HashSet;
use std::fmt::Write;

use super::edifact::lexer::{Lexer, Segment};
use super::edifact::{Places, layout, read_with_places};
use super::finding::{Finding, Findings, Position};
use super::item_builder::ItemBuilder;
use super::message::{Control, Form, Function, Interchange, Item, ItemMessage, Message, Read, Written};
use super::profile::Profile;
use super::profile::extras::Extras;
use super::profile::table::{self, Home};
use super::profile::value::{Members, date_text};
use super::xml::tree::{Element, parse};
use super::{check as rules, contrl, read, write};
use crate::contract::WcfDate;
use crate::limits;

/// A message file in words, with what was noticed when reading it.
#[derive(Clone, Debug)]
pub struct Shown {
    pub text: String,
    pub findings: Findings,
}

/// Prints an interchange for people: every member by its contract name. Control characters are made visible.
pub fn show(bytes: &[u8]) -> Shown {
    let Read { interchange, findings, .. } = read(bytes);
    let mut text = String::new();
    // Writing into a String cannot fail.
    let _ = print(&mut text, &interchange);
    Shown { text, findings }
}

/// Reads an interchange in either form and writes it in the form asked for.
///
/// # Errors
/// The findings when it cannot be read without errors, or cannot be carried by the other form.
pub fn convert(bytes: &[u8], to: Form, profile: &Profile) -> Result<Written, Findings> {
    let Read { interchange, mut findings, .. } = read(bytes);
    if findings.has_errors() {
        return Err(findings);
    }
    match write(&interchange, to, profile) {
        Ok(written) => {
            findings.append(written.findings);
            Ok(Written { bytes: written.bytes, findings })
        }
        Err(found) => {
            findings.append(found);
            Err(findings)
        }
    }
}

/// Judges a message beyond what the profile asks; findings name the item by its index.
pub type Judge<'j> = &'j dyn Fn(&Interchange, &ItemMessage) -> Findings;

/// Checks syntax and profile. Every finding has a position where there is one.
pub fn check(bytes: &[u8], profile: &Profile) -> Findings {
    check_with(bytes, profile, &|_, _| Findings::default())
}

/// Checks syntax, profile, and what else is to be judged.
pub fn check_with(bytes: &[u8], profile: &Profile, judge: Judge<'_>) -> Findings {
    let form = Form::of(bytes);
    if bytes.len() > limits::EDI_BYTES || form == Form::Xml {
        let read = read(bytes);
        let root = if bytes.len() > limits::EDI_BYTES { None } else { parse(bytes, &mut Findings::default()) };
        return checked(&read, profile, judge, |message, finding| xml_place(root.as_ref()?, message, finding));
    }
    let (read, places) = read_with_places(bytes);
    let plain = layout::plain(bytes);
    let lexer = Lexer::read(&plain.bytes, &mut Findings::default());
    let heads: Vec<_> = lexer.segments().filter(|segment| segment.tag() == b"UNH").map(|unh| unh.number()).collect();
    checked(&read, profile, judge, |message, finding| {
        let places = places.get(message)?;
        edifact_place(&lexer, *heads.get(message)?, places, finding)
    })
}

/// Findings of reading, then those of the profile and of `judge`, with the place `locate` finds. What was said of a member
/// is not said again.
fn checked(
    read: &Read,
    profile: &Profile,
    judge: Judge<'_>,
    locate: impl Fn(usize, &Finding) -> Option<Position>,
) -> Findings {
    let mut findings = read.findings.clone();
    let name = |finding: &Finding| {
        let fault = &finding.fault;
        (fault.code, fault.path.clone(), finding.message, fault.index)
    };
    let mut known: HashSet<_> = findings.list().iter().map(name).collect();
    let mut found = rules::interchange(&read.interchange, profile);
    for (at, message) in read.interchange.messages.iter().enumerate() {
        let Message::Items(message) = message else { continue };
        let mut judged = judge(&read.interchange, message);
        judged.for_each_mut(|finding| finding.message = Some(at));
        found.append(judged);
    }
    for finding in found.list() {
        let mut finding = finding.clone();
        let outline =
            finding.message.and_then(|at| read.outline.iter().position(|outline| outline.message == Some(at)));
        finding.message = outline;
        if known.insert(name(&finding)) {
            finding.position = outline.and_then(|message| locate(message, &finding));
            findings.push(finding);
        }
    }
    findings.append_uncounted(&found);
    findings
}

/// The segment a finding is about: the one that carries the member, else the first of its group.
fn edifact_place(lexer: &Lexer<'_>, head: usize, places: &Places, finding: &Finding) -> Option<Position> {
    let place = |segment: Segment<'_>| Position {
        byte: segment.byte(),
        tag: segment.tag().iter().take(3).map(|byte| char::from(*byte)).collect(),
        number: segment.number() + 1,
        in_message: segment.number() - head + 1,
    };
    let group = match finding.fault.index {
        None => head,
        Some(item) => {
            let (cni, pieces) = places.items.get(item)?;
            let piece = piece_of(&finding.fault.path);
            piece.and_then(|at| pieces.get(at).copied()).unwrap_or(*cni)
        }
    };
    let row = Home::parse(&finding.fault.path).and_then(|(home, _, member)| table::row(home, member));
    let carrying = row.and_then(|row| {
        let (tag, qualifier) = row.edifact.split_once(' ').unwrap_or((row.edifact, ""));
        let rest = (group + 1..).map_while(|at| lexer.segment(at));
        rest.take_while(|segment| !matches!(segment.tag(), b"CNI" | b"GID" | b"CNT" | b"UNT"))
            .find(|segment| segment.tag() == tag.as_bytes() && (qualifier.is_empty() || segment.is(1, 0, qualifier)))
    });
    carrying.or_else(|| lexer.segment(group)).map(place)
}

fn piece_of(path: &str) -> Option<usize> {
    Home::parse(path).filter(|(home, ..)| *home == Home::Piece).map(|(_, at, _)| at)
}

fn xml_place(root: &Element, message: usize, finding: &Finding) -> Option<Position> {
    let element = if root.name == "Message" { root } else { root.children_named("Message").nth(message)? };
    let Some(item) = finding.fault.index else { return Some(element.position()) };
    let item = element.children_named("Item").nth(item)?;
    let piece =
        piece_of(&finding.fault.path).and_then(|at| item.child("Declaration")?.children_named("ContentPiece").nth(at));
    Some(piece.unwrap_or(item).position())
}

/// Makes control characters visible, so that a message cannot play with the terminal.
fn visible(text: &str) -> String {
    text.chars().flat_map(|c| if c.is_control() { c.escape_debug().collect() } else { vec![c] }).collect()
}

fn when(date: Option<WcfDate>) -> String {
    date.map_or_else(|| "no date".into(), date_text)
}

fn print(out: &mut String, interchange: &Interchange) -> std::fmt::Result {
    let Interchange { sender, recipient, reference, created, .. } = interchange;
    write!(out, "Interchange {} ", visible(reference))?;
    write!(out, "from {} to {}, {}", visible(&sender.id), visible(&recipient.id), when(*created))?;
    for (set, word) in [(interchange.test, "test"), (interchange.ack_wanted, "acknowledgement wanted")] {
        if set {
            write!(out, ", {word}")?;
        }
    }
    writeln!(out)?;
    for (at, message) in interchange.messages.iter().enumerate() {
        match message {
            Message::Items(message) => print_message(out, at + 1, message)?,
            Message::Control(control) => print_control(out, at + 1, control)?,
        }
    }
    Ok(())
}

fn print_message(out: &mut String, number: usize, message: &ItemMessage) -> std::fmt::Result {
    let function = match message.function {
        Function::New => "new",
        Function::Replacement => "replacement",
        Function::Cancellation => "cancellation",
    };
    write!(out, "\nMessage {number}: {} {}, {function}", message.kind, visible(&message.reference))?;
    if let Some(previous) = &message.previous_reference {
        write!(out, " for {}", visible(previous))?;
    }
    let (sender, recipient) = (&message.sender, &message.recipient);
    write!(out, ", from {} {} ", sender.scheme(), visible(sender.code()))?;
    write!(out, "to {} {}, {}", recipient.scheme(), visible(recipient.code()), when(message.created))?;
    writeln!(out, ", {} items", message.items.len())?;
    for (at, item) in message.items.iter().enumerate() {
        print_item(out, at + 1, item)?;
    }
    Ok(())
}

fn print_item(out: &mut String, number: usize, item: &Item) -> std::fmt::Result {
    writeln!(out, "\n  Item {number}: {}", visible(item.mail_object.id.as_deref().unwrap_or("without id")))?;
    let builder = ItemBuilder::from_item(item.clone());
    for home in Home::ALL {
        for index in 0.. {
            let Some(object) = builder.object(home, index) else { break };
            print_object(out, home, index, object, &builder)?;
            if !home.is_list() {
                break;
            }
        }
    }
    Ok(())
}

fn print_object(
    out: &mut String,
    home: Home,
    index: usize,
    object: &dyn Members,
    builder: &ItemBuilder,
) -> std::fmt::Result {
    let mut lines: Vec<(String, String)> = Vec::new();
    for name in object.names() {
        if let Some(text) = object.text(name) {
            lines.push(((*name).to_owned(), text.into_owned()));
        }
    }
    if !matches!(home, Home::MailObject | Home::Declaration | Home::Response | Home::Document | Home::Transaction) {
        lines.extend(extra_lines(builder.extras_of(home, index)));
    }
    if lines.is_empty() {
        return Ok(());
    }
    match home.is_list() {
        true => writeln!(out, "    {}[{index}]", home.path())?,
        false => writeln!(out, "    {}", home.path())?,
    }
    for (name, value) in lines {
        writeln!(out, "      {:<26} {}", visible(&name), visible(&value))?;
    }
    Ok(())
}

fn extra_lines(extras: &Extras) -> impl Iterator<Item = (String, String)> {
    let (names, values) = extras.clone().into_lists();
    names.into_iter().zip(values).map(|(name, value)| (name.unwrap_or_default(), value.unwrap_or_default()))
}

fn print_control(out: &mut String, number: usize, control: &Control) -> std::fmt::Result {
    let action = |action: contrl::Action| match action {
        contrl::Action::Acknowledged => "accepted",
        contrl::Action::Rejected => "refused",
        contrl::Action::Received => "received",
    };
    let because = |error: &Option<String>| match error {
        Some(code) => format!(": {} ({})", contrl::error_meaning(code), visible(code)),
        None => String::new(),
    };
    write!(out, "\nMessage {number}: CONTRL, interchange {} ", visible(&control.reference))?;
    writeln!(out, "{}{}", action(control.action), because(&control.error))?;
    for message in &control.messages {
        let name = visible(&message.identifier[0]);
        let number = visible(&message.number);
        writeln!(out, "  message {number} {name} {}{}", action(message.action), because(&message.error))?;
        for segment in &message.segments {
            let meaning = contrl::error_meaning(&segment.error);
            writeln!(out, "    segment {}: {meaning} ({})", segment.position, visible(&segment.error))?;
        }
    }
    Ok(())
}
