//! The schema and the profile's page, made of the member table so that they cannot say something else than the code.

use std::fmt::Write;

use super::table::{self, FAMILIES, NAME_VALUE, Parent, Row, Xml};
use crate::edi::xml::schema::{self, Attribute, Child, Content, DATE_FORM, DIGITS, MANY, Of, ROOTS, Text, Type, types};
use crate::edi::xml::{NAMESPACE, VERSION};

/// The XML schema that every message written conforms to.
pub fn schema() -> String {
    let mut out = format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- Own profile in the style of the UPU messages; no schema of the UPU. Made of the member table by the tests. -->
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:p="{NAMESPACE}" targetNamespace="{NAMESPACE}"
    elementFormDefault="qualified" version="{VERSION}">
"#
    );
    for name in ROOTS {
        element(&mut out, "  ", "", &Child { name, of: Of::Type(name.into()), least: 1, most: 1, by: None });
    }
    simple_types(&mut out);
    for kind in types() {
        complex_type(&mut out, kind);
    }
    out.push_str("</xs:schema>\n");
    out
}

fn complex_type(out: &mut String, kind: &Type) {
    let _ = writeln!(out, "  <xs:complexType name=\"{}\">", kind.name);
    match &kind.content {
        Content::Nothing => kind.attributes.iter().for_each(|known| attribute(out, "    ", known)),
        Content::Text(text) => {
            let base = text_type(*text);
            let _ = writeln!(out, "    <xs:simpleContent>\n      <xs:extension base=\"{base}\">");
            kind.attributes.iter().for_each(|known| attribute(out, "        ", known));
            out.push_str("      </xs:extension>\n    </xs:simpleContent>\n");
        }
        Content::Elements(sequences) => {
            let (indent, choice) = if sequences.len() > 1 { ("      ", true) } else { ("    ", false) };
            out.push_str(if choice { "    <xs:choice>\n" } else { "" });
            for sequence in sequences {
                let _ = writeln!(out, "{indent}<xs:sequence>");
                sequence.iter().for_each(|child| element(out, &format!("{indent}  "), &kind.name, child));
                let _ = writeln!(out, "{indent}</xs:sequence>");
            }
            out.push_str(if choice { "    </xs:choice>\n" } else { "" });
            kind.attributes.iter().for_each(|known| attribute(out, "    ", known));
        }
    }
    out.push_str("  </xs:complexType>\n");
}

/// An element in a type, or at the top, with what tells its own children apart.
fn element(out: &mut String, indent: &str, within: &str, child: &Child) {
    let kind = match &child.of {
        Of::Text(text) => text_type(*text),
        Of::Type(name) => format!("p:{name}"),
    };
    let most = if child.most == MANY { "unbounded".into() } else { child.most.to_string() };
    let occurs = match (within, child.least, child.most) {
        ("", ..) | (_, 1, 1) => String::new(),
        (_, 1, _) => format!(" maxOccurs=\"{most}\""),
        (_, least, 1) => format!(" minOccurs=\"{least}\""),
        (_, least, _) => format!(" minOccurs=\"{least}\" maxOccurs=\"{most}\""),
    };
    let _ = write!(out, "{indent}<xs:element name=\"{}\" type=\"{kind}\"{occurs}", child.name);
    let told_apart = told_apart(&child.of);
    if told_apart.is_empty() {
        out.push_str("/>\n");
        return;
    }
    out.push_str(">\n");
    for (name, by) in told_apart {
        let _ = writeln!(out, "{indent}  <xs:unique name=\"{within}.{}.{name}\">", child.name);
        let _ = writeln!(out, "{indent}    <xs:selector xpath=\"p:{name}\"/>\n{indent}    <xs:field xpath=\"@{by}\"/>");
        let _ = writeln!(out, "{indent}  </xs:unique>");
    }
    let _ = writeln!(out, "{indent}</xs:element>");
}

/// The elements within one of this type that an attribute tells apart, with the attribute.
fn told_apart(of: &Of) -> Vec<(&'static str, &'static str)> {
    let Of::Type(name) = of else { return Vec::new() };
    match schema::named(name).map(|kind| &kind.content) {
        Some(Content::Elements(sequences)) => {
            sequences.iter().flatten().filter_map(|child| Some((child.name, child.by?))).collect()
        }
        _ => Vec::new(),
    }
}

fn attribute(out: &mut String, indent: &str, known: &Attribute) {
    let fixed = known.fixed.map(|fixed| format!(" fixed=\"{fixed}\"")).unwrap_or_default();
    let required = if known.required { " use=\"required\"" } else { "" };
    let (name, kind) = (known.name, text_type(known.text));
    let _ = writeln!(out, "{indent}<xs:attribute name=\"{name}\" type=\"{kind}\"{fixed}{required}/>");
}

fn text_type(text: Text) -> String {
    match text {
        Text::Any => "xs:string".into(),
        Text::Whole(i32::MIN) => "xs:int".into(),
        Text::Whole(least) => format!("p:From{least}"),
        Text::Decimal => "p:Decimal".into(),
        Text::DecimalOrEmpty => "p:DecimalOrEmpty".into(),
        Text::Date => "p:Date".into(),
        Text::Flag => "xs:boolean".into(),
        Text::Guid => "p:Guid".into(),
        Text::Wholes => "p:Wholes".into(),
        Text::OneOf(name, _) => format!("p:{name}"),
    }
}

fn simple_types(out: &mut String) {
    let mut restricted = |name: &str, base: &str, facets: &[(&str, &str)]| {
        let _ = writeln!(out, "  <xs:simpleType name=\"{name}\">\n    <xs:restriction base=\"{base}\">");
        for (facet, value) in facets {
            let _ = writeln!(out, "      <xs:{facet} value=\"{value}\"/>");
        }
        out.push_str("    </xs:restriction>\n  </xs:simpleType>\n");
    };
    restricted("From0", "xs:int", &[("minInclusive", "0")]);
    restricted("From1", "xs:int", &[("minInclusive", "1")]);
    restricted("PlainDecimal", "xs:decimal", &[("pattern", r"-?[0-9]+(\.[0-9]+)?")]);
    restricted("Decimal", "p:PlainDecimal", &[("pattern", &format!(r"-?([0-9]\.?){{1,{DIGITS}}}"))]);
    restricted("Guid", "xs:string", &[("pattern", "[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")]);
    restricted("Empty", "xs:string", &[("length", "0")]);
    restricted("Date", "xs:dateTime", &[("pattern", DATE_FORM)]);
    let mut lists = std::collections::BTreeMap::new();
    for kind in types() {
        let texts = kind.attributes.iter().map(|known| known.text);
        let children = match &kind.content {
            Content::Elements(sequences) => sequences.concat(),
            _ => Vec::new(),
        };
        let of = children.into_iter().filter_map(|child| match child.of {
            Of::Text(text) => Some(text),
            Of::Type(_) => None,
        });
        for text in texts.chain(of) {
            if let Text::OneOf(name, known) = text {
                lists.insert(name, known);
            }
        }
    }
    for (name, known) in lists {
        let facets: Vec<_> = known.iter().map(|value| ("enumeration", *value)).collect();
        restricted(name, "xs:string", &facets);
    }
    out.push_str(
        "  <xs:simpleType name=\"Wholes\">\n    <xs:list itemType=\"xs:int\"/>\n  </xs:simpleType>\n  \
         <xs:simpleType name=\"DecimalOrEmpty\">\n    <xs:union memberTypes=\"p:Decimal p:Empty\"/>\n  </xs:simpleType>\n",
    );
}

/// The tables of `docs/edi-profile.md`.
pub fn tables() -> String {
    let mut out = String::from("| Member | EDIFACT | Characters | XML |\n| --- | --- | --- | --- |\n");
    for row in table::rows().filter(|row| !row.is_extra()) {
        line(&mut out, &format!("{}.{}", row.home.path(), row.member), row);
    }
    out.push_str("\n## The `EP.*` extra fields\n\n| Field, in the extra fields of | EDIFACT | Characters | XML |\n");
    out.push_str("| --- | --- | --- | --- |\n");
    for row in table::rows().filter(|row| row.is_extra()) {
        line(&mut out, &format!("{}, {}", row.member, row.home.path()), row);
    }
    for family in FAMILIES {
        for (field, size) in family.fields.iter().zip(family.sizes) {
            let _ = writeln!(
                out,
                "| `EP.{}[n].{field}`, {} | {} | {size} | `{}/{}/{field}` |",
                family.list,
                family.home.path(),
                family.edifact,
                parent_path(family.parent),
                family.element
            );
        }
    }
    out
}

fn line(out: &mut String, member: &str, row: &Row) {
    let place = if row.edifact == NAME_VALUE { "name/value" } else { row.edifact };
    let size = if row.size == 0 { String::new() } else { row.size.to_string() };
    let parent = parent_path(row.parent);
    let xml = match row.xml {
        Xml::Element(name) | Xml::Unit(name, _) | Xml::Amount(name, _) | Xml::Special(name) => {
            format!("{parent}/{name}")
        }
        Xml::Currency(name) => format!("{parent}/{name}/@currency"),
        Xml::Nth(name, at) => format!("{parent}/{name}[{at}]"),
        Xml::Typed(name, kind) => format!("{parent}/{name}[@type='{kind}']"),
        Xml::Named(name) => format!("{parent}/{name}/@name"),
        Xml::Attribute(name) => format!("{parent}/@{name}"),
        Xml::Content => parent.to_owned(),
    };
    let member = match member.split_once(", ") {
        Some((name, home)) => format!("`{name}`, {home}"),
        None => format!("`{member}`"),
    };
    let _ = writeln!(out, "| {member} | {place} | {size} | `{xml}` |");
}

fn parent_path(parent: Parent) -> &'static str {
    match parent {
        Parent::MailObject => "MailObject",
        Parent::Declaration => "Declaration",
        Parent::Customs => "Customs",
        Parent::Sender => "Declaration/Party[@role='CZ']",
        Parent::Recipient => "Declaration/Party[@role='CN']",
        Parent::Importer => "Declaration/Party[@role='IM']",
        Parent::Piece => "Declaration/ContentPiece",
        Parent::Document => "Declaration/Document",
        Parent::Transaction => "Declaration/Transaction",
        Parent::Response => "Response",
        Parent::Tax => "Response/Tax",
        Parent::Referral => "Referral",
        Parent::Answer => "ReferralResponse",
    }
}
