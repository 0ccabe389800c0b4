//! The schema of the XML form as data, made of the member table: `docs.rs` writes it as XSD, `valid.rs` judges documents by it,
//! so that the two cannot say different things.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::edi::profile::table::{self, FAMILIES, Parent, Row, Xml};
use crate::limits;

/// What a text must look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    Any,
    /// A whole number of 32 bits, not below this.
    Whole(i32),
    Decimal,
    DecimalOrEmpty,
    Date,
    Flag,
    Guid,
    /// Whole numbers separated by blanks.
    Wholes,
    /// One of the strings of a named list.
    OneOf(&'static str, &'static [&'static str]),
}

/// An attribute of an element.
#[derive(Clone, Copy, Debug)]
pub struct Attribute {
    pub name: &'static str,
    pub text: Text,
    pub required: bool,
    /// The only value it may have.
    pub fixed: Option<&'static str>,
}

/// What an element is: a text, or a type with attributes or elements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    Text(Text),
    Type(String),
}

/// An element within another.
#[derive(Clone, Debug)]
pub struct Child {
    pub name: &'static str,
    pub of: Of,
    pub least: usize,
    /// [`MANY`]: any number.
    pub most: usize,
    /// The attribute that tells several apart: there is one for each value.
    pub by: Option<&'static str>,
}

/// Any number of elements.
pub const MANY: usize = usize::MAX;

/// What stands between the tags.
#[derive(Clone, Debug)]
pub enum Content {
    /// Elements in this order; one of several sequences.
    Elements(Vec<Vec<Child>>),
    Text(Text),
    Nothing,
}

/// A type of element.
#[derive(Clone, Debug)]
pub struct Type {
    pub name: String,
    pub content: Content,
    pub attributes: Vec<Attribute>,
}

/// The elements a document may begin with; types of the same name say what they are.
pub const ROOTS: [&str; 2] = ["Interchange", "Message"];

pub const ACTIONS: Text = Text::OneOf("Action", &["4", "7", "8"]);
const FUNCTIONS: Text = Text::OneOf("Function", &["9", "5", "1"]);
const SCHEMES: Text = Text::OneOf("Scheme", &["operator", "customs"]);
const ROLES: Text = Text::OneOf("Role", &["CZ", "CN", "IM"]);
const REFERENCES: Text = Text::OneOf("ReferenceType", &["ABE", "VA", "AHP"]);
const MESSAGES: Text = Text::OneOf("MessageType", &["ITMATT", "CUSITM", "CUSRSP", "ITMREF", "REFRSP", "CONTRL"]);

/// All types.
pub fn types() -> &'static [Type] {
    static TYPES: LazyLock<Vec<Type>> =
        LazyLock::new(|| [envelope(), item(), values(), members(), families()].concat());
    &TYPES
}

/// The type of that name.
pub fn named(name: &str) -> Option<&'static Type> {
    static BY_NAME: LazyLock<HashMap<&str, &Type>> =
        LazyLock::new(|| types().iter().map(|known| (known.name.as_str(), known)).collect());
    BY_NAME.get(name).copied()
}

fn text(name: &'static str, text: Text, least: usize) -> Child {
    Child { name, of: Of::Text(text), least, most: 1, by: None }
}

fn typed(name: &'static str, kind: &str, least: usize, most: usize) -> Child {
    Child { name, of: Of::Type(kind.to_owned()), least, most, by: None }
}

fn many(name: &'static str, by: Option<&'static str>) -> Child {
    Child { by, ..typed(name, name, 0, MANY) }
}

fn needs(name: &'static str, text: Text) -> Attribute {
    Attribute { name, text, required: true, fixed: None }
}

fn may(name: &'static str, text: Text) -> Attribute {
    Attribute { name, text, required: false, fixed: None }
}

fn elements(name: &str, children: Vec<Child>, attributes: Vec<Attribute>) -> Type {
    Type { name: name.to_owned(), content: Content::Elements(vec![children]), attributes }
}

fn valued(name: &str, text: Text, attributes: Vec<Attribute>) -> Type {
    Type { name: name.to_owned(), content: Content::Text(text), attributes }
}

/// The frame around the items.
fn envelope() -> Vec<Type> {
    let any = Text::Any;
    let items = vec![
        typed("Header", "Header", 1, 1),
        typed("Item", "Item", 1, limits::EDI_ITEMS),
        typed("Control", "Control", 1, 1),
    ];
    let sides = |kind: &str| [typed("Sender", kind, 1, 1), typed("Recipient", kind, 1, 1)];
    let [from, to] = sides("Mailbox");
    let [sender, recipient] = sides("Organization");
    let [answered, answering] = sides("Mailbox");
    vec![
        elements(
            "Interchange",
            vec![typed("Envelope", "Envelope", 1, 1), typed("Message", "Message", 0, MANY)],
            vec![needs("version", any)],
        ),
        elements(
            "Envelope",
            vec![
                text("Reference", any, 1),
                from,
                to,
                text("Created", Text::Date, 1),
                text("Test", Text::Flag, 1),
                text("AckWanted", Text::Flag, 1),
            ],
            vec![],
        ),
        valued("Mailbox", any, vec![may("qualifier", any)]),
        Type {
            name: "Message".into(),
            content: Content::Elements(vec![items, vec![typed("Acknowledgement", "Acknowledgement", 1, 1)]]),
            attributes: vec![needs("version", any), needs("type", MESSAGES)],
        },
        elements(
            "Header",
            vec![
                text("Reference", any, 1),
                text("Function", FUNCTIONS, 1),
                text("PreviousReference", any, 0),
                text("Created", Text::Date, 1),
                sender,
                recipient,
                text("Test", Text::Flag, 1),
            ],
            vec![],
        ),
        valued("Organization", any, vec![needs("scheme", SCHEMES)]),
        Type {
            name: "Control".into(),
            content: Content::Nothing,
            attributes: vec![needs("items", Text::Whole(0)), needs("pieces", Text::Whole(0))],
        },
        elements(
            "Acknowledgement",
            vec![
                text("Reference", any, 1),
                answered,
                answering,
                text("Action", ACTIONS, 1),
                text("Error", any, 0),
                many("MessageStatus", Some("number")),
            ],
            vec![],
        ),
        elements(
            "MessageStatus",
            vec![text("Action", ACTIONS, 1), text("Error", any, 0), many("Segment", None)],
            [
                vec![needs("number", any)],
                ["type", "version", "release", "agency", "association"].map(|a| may(a, any)).into(),
            ]
            .concat(),
        ),
        valued("Segment", any, vec![needs("position", Text::Whole(0))]),
    ]
}

fn item() -> Vec<Type> {
    let part = |name: &'static str| typed(name, name, 0, 1);
    vec![
        elements(
            "Item",
            vec![
                typed("MailObject", "MailObject", 1, 1),
                part("Declaration"),
                part("Customs"),
                part("Response"),
                part("Referral"),
                part("ReferralResponse"),
                many("Original", Some("member")),
            ],
            vec![needs("seq", Text::Whole(1))],
        ),
        valued("Original", Text::Any, vec![needs("member", Text::Any)]),
    ]
}

/// Types of single values.
fn values() -> Vec<Type> {
    let unit = |unit| Attribute { fixed: Some(unit), ..may("unit", Text::Any) };
    vec![
        valued("Amount", Text::DecimalOrEmpty, vec![may("currency", Text::Any)]),
        valued("Total", Text::Decimal, vec![needs("currency", Text::Any)]),
        valued("Weight", Text::Decimal, vec![unit("KGM")]),
        valued("Length", Text::Decimal, vec![unit("CMT")]),
        valued("Reference", Text::Any, vec![needs("type", REFERENCES)]),
        Type { name: "Contact".into(), content: Content::Nothing, attributes: vec![needs("name", Text::Any)] },
        valued("Document", Text::Any, vec![may("type", Text::Any), may("name", Text::Any)]),
        valued("Pair", Text::Any, vec![needs("name", Text::Any), may("encoded", Text::Flag)]),
    ]
}

/// The elements that hold members of the contracts.
fn members() -> Vec<Type> {
    let pairs = |name| typed(name, "Pair", 0, MANY);
    let (extras, others) = (|| pairs("ExtraField"), || Child { by: Some("name"), ..pairs("Other") });
    let lists = vec![
        many("Document", None),
        many("Party", Some("role")),
        many("ContentPiece", None),
        many("Transaction", None),
        extras(),
    ];
    let declared = vec![typed("Declaration", "Declaration", 0, 1), typed("Customs", "Customs", 0, 1)];
    let of =
        |name: &str, parent, rest: Vec<Child>, attributes| elements(name, [rows(parent), rest].concat(), attributes);
    let with = |name: &str, parent, rest: Vec<Child>| of(name, parent, [families_in(parent), rest].concat(), vec![]);
    vec![
        of("MailObject", Parent::MailObject, vec![], vec![]),
        of("Declaration", Parent::Declaration, lists, vec![]),
        of("Customs", Parent::Customs, vec![], vec![]),
        of("Party", Parent::Importer, vec![], vec![needs("role", ROLES)]),
        of("ContentPiece", Parent::Piece, vec![extras()], vec![may("index", Text::Whole(i32::MIN))]),
        of("Transaction", Parent::Transaction, vec![], vec![]),
        with("Response", Parent::Response, vec![many("Tax", None), extras()]),
        of("Tax", Parent::Tax, vec![extras()], vec![]),
        with("Referral", Parent::Referral, vec![extras(), others()]),
        with("ReferralResponse", Parent::Answer, [vec![extras(), others()], declared].concat()),
    ]
}

fn families() -> Vec<Type> {
    let fields = |family: &table::Family| family.fields.iter().map(|field| text(field, Text::Any, 0)).collect();
    FAMILIES.iter().map(|family| elements(&family_type(family), fields(family), vec![])).collect()
}

fn family_type(family: &table::Family) -> String {
    format!("{}.{}", family.home.path(), family.element)
}

fn families_in(parent: Parent) -> Vec<Child> {
    let families = FAMILIES.iter().filter(|family| family.parent == parent);
    families.map(|family| typed(family.element, &family_type(family), 0, MANY)).collect()
}

/// The elements of the rows, each name once.
fn rows(parent: Parent) -> Vec<Child> {
    let mut children: Vec<Child> = Vec::new();
    for row in table::rows_in(parent) {
        let child = match row.xml {
            Xml::Element("Id") => text("Id", Text::Any, 1),
            Xml::Element(name) => text(name, text_of(row), 0),
            Xml::Unit(name, "KGM") => typed(name, "Weight", 0, 1),
            Xml::Unit(name, _) => typed(name, "Length", 0, 1),
            Xml::Amount(name, _) => typed(name, "Amount", 0, 1),
            Xml::Special("TotalValue") => Child { by: Some("currency"), ..typed("TotalValue", "Total", 0, MANY) },
            Xml::Nth(name, _) => Child { most: 2, ..text(name, Text::Any, 0) },
            Xml::Typed(name, _) => Child { by: Some("type"), ..typed(name, "Reference", 0, 3) },
            Xml::Named(name) => typed(name, "Contact", 0, 1),
            Xml::Currency(_) | Xml::Attribute(_) | Xml::Content | Xml::Special(_) => continue,
        };
        if children.last().is_none_or(|last| last.name != child.name) {
            children.push(child);
        }
    }
    children
}

fn text_of(row: &Row) -> Text {
    match row.member {
        "entityState" | "CDSStateCd" | "MailStateCd" | "MaxIndex" | "Number" => Text::Whole(i32::MIN),
        "Rate" => Text::Decimal,
        "PId" | "MailObjectPId" => Text::Guid,
        "Dutiable" => Text::Flag,
        "ContentPiecesIndexes" => Text::Wholes,
        name if name.ends_with("Dt") || name.ends_with("Date") || name.ends_with("ReplyBy") => Text::Date,
        _ => Text::Any,
    }
}

impl Text {
    /// Whether a text has this form. White space around it matters only where any text will do.
    pub fn fits(self, text: &str) -> bool {
        let plain = text.trim_matches([' ', '\t', '\r', '\n']);
        match self {
            Self::Any => true,
            Self::Whole(least) => plain.parse::<i32>().is_ok_and(|number| number >= least),
            Self::Decimal => is_decimal(plain),
            Self::DecimalOrEmpty => text.is_empty() || is_decimal(plain),
            Self::Date => is_date(plain),
            Self::Guid => text.len() == 36 && uuid::Uuid::try_parse(text).is_ok(),
            Self::Flag => matches!(plain, "true" | "false" | "1" | "0"),
            Self::Wholes => plain
                .split([' ', '\t', '\r', '\n'])
                .filter(|part| !part.is_empty())
                .all(|part| part.parse::<i32>().is_ok()),
            Self::OneOf(_, known) => known.contains(&text),
        }
    }

    /// The form, for people.
    pub fn form(self) -> String {
        match self {
            Self::Any => "a text".into(),
            Self::Whole(i32::MIN) => "a whole number".into(),
            Self::Whole(least) => format!("a whole number from {least} on"),
            Self::Decimal | Self::DecimalOrEmpty => "a number such as 12.50".into(),
            Self::Date => "a date such as 2026-01-10T09:30:00Z".into(),
            Self::Flag => "true or false".into(),
            Self::Guid => "a GUID such as 0d4cbd73-4b2c-4bf3-9f3e-0f54cd83b1a9".into(),
            Self::Wholes => "whole numbers separated by blanks".into(),
            Self::OneOf(_, known) => format!("one of {}", known.join(", ")),
        }
    }
}

/// Most digits of a decimal number.
pub const DIGITS: usize = 28;

fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    all_digits(whole) && all_digits(fraction) && unsigned.bytes().filter(u8::is_ascii_digit).count() <= DIGITS
}

/// The form of [`Text::Date`], as a regular expression of XSD: a zone is needed, leap seconds and 24 o'clock are not known.
pub const DATE_FORM: &str = r"[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]+)?(Z|[+\-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))";

fn is_date(text: &str) -> bool {
    let form = "0000-00-00T00:00:00";
    let like = |(c, form): (u8, u8)| if form == b'0' { c.is_ascii_digit() } else { c == form };
    let Some((head, rest)) = text.split_at_checked(form.len()) else { return false };
    let zone = rest.strip_prefix('.').map_or(Some(rest), |fraction| {
        let zone = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
        (zone.len() < fraction.len()).then_some(zone)
    });
    let is_zone = |zone: &str| {
        zone == "Z"
            || zone.strip_prefix(['+', '-']).is_some_and(|offset| {
                offset.len() == 5 && offset.bytes().zip(*b"00:00").all(like) && offset <= "14:00" && &offset[3..] < "60"
            })
    };
    head.bytes().zip(form.bytes()).all(like)
        && zone.is_some_and(is_zone)
        && !head.starts_with("0000")
        && &head[17..] < "60"
        && chrono::NaiveDateTime::parse_from_str(head, "%Y-%m-%dT%H:%M:%S").is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edi::Kind;
    use crate::edi::profile::table::Role;

    #[test]
    fn the_lists_are_those_of_the_profile() {
        let Text::OneOf(_, roles) = ROLES else { panic!() };
        assert_eq!(roles, Role::ALL.map(Role::code));
        let Text::OneOf(_, messages) = MESSAGES else { panic!() };
        assert_eq!(messages[..5], Kind::ALL.map(Kind::stored));
        let children = types().iter().flat_map(|kind| match &kind.content {
            Content::Elements(sequences) => sequences.concat(),
            _ => Vec::new(),
        });
        for child in children {
            let Of::Type(kind) = child.of else { continue };
            assert!(named(&kind).is_some(), "{}: {kind}", child.name);
        }
    }

    #[test]
    fn forms_of_texts() {
        for (text, form, fits) in [
            (Text::Date, "2026-01-10T09:30:00Z", true),
            (Text::Date, " 2026-01-10T09:30:00.25+14:00\n", true),
            (Text::Date, "2026-02-30T09:30:00Z", false),
            (Text::Date, "2026-01-10T24:00:00Z", false),
            (Text::Date, "2026-01-10T09:30:60Z", false),
            (Text::Date, "2026-01-10T09:30:00", false),
            (Text::Date, "2026-01-10T09:30:00+14:01", false),
            (Text::Date, "2026-01-10T09:30:00.Z", false),
            (Text::Date, "2026-01-10", false),
            (Text::Date, "é", false),
            (Text::Decimal, "-0.50", true),
            (Text::Decimal, "0,5", false),
            (Text::Decimal, "1e3", false),
            (Text::Decimal, "", false),
            (Text::Decimal, "1234567890123456789012345678", true),
            (Text::Decimal, "12345678901234567890123456789", false),
            (Text::DecimalOrEmpty, "", true),
            (Text::Whole(1), "0", false),
            (Text::Whole(0), "+7", true),
            (Text::Whole(i32::MIN), "2.0", false),
            (Text::Wholes, " 1  2\t3 ", true),
            (Text::Wholes, "1,2", false),
            (Text::Flag, "yes", false),
            (ACTIONS, " 4", false),
        ] {
            assert_eq!(text.fits(form), fits, "{form}");
        }
    }
}
