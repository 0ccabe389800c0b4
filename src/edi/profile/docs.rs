//! The schema and the profile's page, made of the member table so that they cannot say something else than the code.

use std::fmt::Write;

use super::table::{self, FAMILIES, NAME_VALUE, Parent, Row, Xml};
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
    out.push_str(FRAME);
    let mail = elements(Parent::MailObject);
    complex(&mut out, "MailObject", &mail, "");
    let parties = repeated("Document") + &repeated("Party") + &repeated("ContentPiece") + &repeated("Transaction");
    let declaration = elements(Parent::Declaration) + &parties + &pairs("ExtraField");
    complex(&mut out, "Declaration", &declaration, "");
    complex(&mut out, "Customs", &elements(Parent::Customs), "");
    let importer = elements(Parent::Importer);
    complex(&mut out, "Party", &importer, "    <xs:attribute name=\"role\" type=\"p:Role\" use=\"required\"/>\n");
    let index = "    <xs:attribute name=\"index\" type=\"xs:integer\"/>\n";
    complex(&mut out, "ContentPiece", &(elements(Parent::Piece) + &pairs("ExtraField")), index);
    complex(&mut out, "Transaction", &elements(Parent::Transaction), "");
    let response = elements(Parent::Response) + &families(Parent::Response) + &repeated("Tax") + &pairs("ExtraField");
    complex(&mut out, "Response", &response, "");
    complex(&mut out, "Tax", &(elements(Parent::Tax) + &pairs("ExtraField")), "");
    let rest = pairs("ExtraField") + &pairs("Other");
    complex(&mut out, "Referral", &(elements(Parent::Referral) + &families(Parent::Referral) + &rest), "");
    let body = elements(Parent::Answer)
        + &families(Parent::Answer)
        + &rest
        + "      <xs:element name=\"Declaration\" type=\"p:Declaration\" minOccurs=\"0\"/>\n"
        + "      <xs:element name=\"Customs\" type=\"p:Customs\" minOccurs=\"0\"/>\n";
    complex(&mut out, "ReferralResponse", &body, "");
    for family in FAMILIES {
        let fields: String = family
            .fields
            .iter()
            .map(|field| format!("      <xs:element name=\"{field}\" type=\"xs:string\" minOccurs=\"0\"/>\n"))
            .collect();
        complex(&mut out, &format!("{}.{}", family.home.path(), family.element), &fields, "");
    }
    out.push_str("</xs:schema>\n");
    out
}

fn complex(out: &mut String, name: &str, elements: &str, attributes: &str) {
    let _ = write!(
        out,
        "  <xs:complexType name=\"{name}\">\n    <xs:sequence>\n{elements}    </xs:sequence>\n{attributes}  </xs:complexType>\n"
    );
}

fn repeated(name: &str) -> String {
    format!("      <xs:element name=\"{name}\" type=\"p:{name}\" minOccurs=\"0\" maxOccurs=\"unbounded\"/>\n")
}

fn pairs(name: &str) -> String {
    format!("      <xs:element name=\"{name}\" type=\"p:Pair\" minOccurs=\"0\" maxOccurs=\"unbounded\"/>\n")
}

fn families(parent: Parent) -> String {
    let element = |family: &table::Family| {
        let (name, home) = (family.element, family.home.path());
        format!(
            "      <xs:element name=\"{name}\" type=\"p:{home}.{name}\" minOccurs=\"0\" maxOccurs=\"unbounded\"/>\n"
        )
    };
    FAMILIES.iter().filter(|family| family.parent == parent).map(element).collect()
}

/// The elements of the rows, each name once.
fn elements(parent: Parent) -> String {
    let mut out = String::new();
    let mut last = "";
    for row in table::rows_in(parent) {
        let (name, kind, most) = match row.xml {
            Xml::Element("Id") => {
                out.push_str("      <xs:element name=\"Id\" type=\"xs:string\"/>\n");
                continue;
            }
            Xml::Element(name) => (name, element_type(row), "1"),
            Xml::Unit(name, "KGM") => (name, "p:Weight", "1"),
            Xml::Unit(name, _) => (name, "p:Length", "1"),
            Xml::Amount(name, _) => (name, "p:Amount", "1"),
            Xml::Special("TotalValue") => ("TotalValue", "p:Amount", "unbounded"),
            Xml::Nth(name, _) => (name, "xs:string", "2"),
            Xml::Typed(name, _) => (name, "p:Reference", "3"),
            Xml::Named(name) => (name, "p:Contact", "1"),
            Xml::Currency(_) | Xml::Attribute(_) | Xml::Content | Xml::Special(_) => continue,
        };
        if name != last {
            let _ = writeln!(
                out,
                "      <xs:element name=\"{name}\" type=\"{kind}\" minOccurs=\"0\" maxOccurs=\"{most}\"/>"
            );
        }
        last = name;
    }
    out
}

fn element_type(row: &Row) -> &'static str {
    match row.member {
        "entityState" | "CDSStateCd" | "MailStateCd" | "MaxIndex" | "Number" => "xs:integer",
        "Rate" => "xs:decimal",
        "Dutiable" => "xs:boolean",
        "ContentPiecesIndexes" => "p:Integers",
        name if name.ends_with("Dt") || name.ends_with("Date") || name.ends_with("ReplyBy") => "xs:dateTime",
        _ => "xs:string",
    }
}

/// The types that do not come from the table: envelope, header, acknowledgement, values.
const FRAME: &str = r#"  <xs:element name="Interchange">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="Envelope" type="p:Envelope"/>
        <xs:element name="Message" type="p:Message" minOccurs="0" maxOccurs="unbounded"/>
      </xs:sequence>
      <xs:attribute name="version" type="xs:string" use="required"/>
    </xs:complexType>
  </xs:element>
  <xs:element name="Message" type="p:Message"/>
  <xs:complexType name="Envelope">
    <xs:sequence>
      <xs:element name="Reference" type="xs:string"/>
      <xs:element name="Sender" type="p:Mailbox"/>
      <xs:element name="Recipient" type="p:Mailbox"/>
      <xs:element name="Created" type="xs:dateTime"/>
      <xs:element name="Test" type="xs:boolean"/>
      <xs:element name="AckWanted" type="xs:boolean"/>
    </xs:sequence>
  </xs:complexType>
  <xs:complexType name="Mailbox">
    <xs:simpleContent>
      <xs:extension base="xs:string">
        <xs:attribute name="qualifier" type="xs:string"/>
      </xs:extension>
    </xs:simpleContent>
  </xs:complexType>
  <xs:complexType name="Message">
    <xs:choice>
      <xs:sequence>
        <xs:element name="Header" type="p:Header"/>
        <xs:element name="Item" type="p:Item" maxOccurs="999"/>
        <xs:element name="Control" type="p:Control"/>
      </xs:sequence>
      <xs:element name="Acknowledgement" type="p:Acknowledgement"/>
    </xs:choice>
    <xs:attribute name="version" type="xs:string" use="required"/>
    <xs:attribute name="type" type="p:MessageType" use="required"/>
  </xs:complexType>
  <xs:simpleType name="MessageType">
    <xs:restriction base="xs:string">
      <xs:enumeration value="ITMATT"/>
      <xs:enumeration value="CUSITM"/>
      <xs:enumeration value="CUSRSP"/>
      <xs:enumeration value="ITMREF"/>
      <xs:enumeration value="REFRSP"/>
      <xs:enumeration value="CONTRL"/>
    </xs:restriction>
  </xs:simpleType>
  <xs:complexType name="Header">
    <xs:sequence>
      <xs:element name="Reference" type="xs:string"/>
      <xs:element name="Function">
        <xs:simpleType>
          <xs:restriction base="xs:string">
            <xs:enumeration value="9"/>
            <xs:enumeration value="5"/>
            <xs:enumeration value="1"/>
          </xs:restriction>
        </xs:simpleType>
      </xs:element>
      <xs:element name="PreviousReference" type="xs:string" minOccurs="0"/>
      <xs:element name="Created" type="xs:dateTime"/>
      <xs:element name="Sender" type="p:Organization"/>
      <xs:element name="Recipient" type="p:Organization"/>
      <xs:element name="Test" type="xs:boolean"/>
    </xs:sequence>
  </xs:complexType>
  <xs:complexType name="Organization">
    <xs:simpleContent>
      <xs:extension base="xs:string">
        <xs:attribute name="scheme" use="required">
          <xs:simpleType>
            <xs:restriction base="xs:string">
              <xs:enumeration value="operator"/>
              <xs:enumeration value="customs"/>
            </xs:restriction>
          </xs:simpleType>
        </xs:attribute>
      </xs:extension>
    </xs:simpleContent>
  </xs:complexType>
  <xs:complexType name="Item">
    <xs:sequence>
      <xs:element name="MailObject" type="p:MailObject"/>
      <xs:element name="Declaration" type="p:Declaration" minOccurs="0"/>
      <xs:element name="Customs" type="p:Customs" minOccurs="0"/>
      <xs:element name="Response" type="p:Response" minOccurs="0"/>
      <xs:element name="Referral" type="p:Referral" minOccurs="0"/>
      <xs:element name="ReferralResponse" type="p:ReferralResponse" minOccurs="0"/>
      <xs:element name="Original" minOccurs="0" maxOccurs="unbounded">
        <xs:complexType>
          <xs:simpleContent>
            <xs:extension base="xs:string">
              <xs:attribute name="member" type="xs:string" use="required"/>
            </xs:extension>
          </xs:simpleContent>
        </xs:complexType>
      </xs:element>
    </xs:sequence>
    <xs:attribute name="seq" type="xs:positiveInteger" use="required"/>
  </xs:complexType>
  <xs:complexType name="Control">
    <xs:attribute name="items" type="xs:nonNegativeInteger" use="required"/>
    <xs:attribute name="pieces" type="xs:nonNegativeInteger" use="required"/>
  </xs:complexType>
  <xs:complexType name="Acknowledgement">
    <xs:sequence>
      <xs:element name="Reference" type="xs:string"/>
      <xs:element name="Sender" type="p:Mailbox"/>
      <xs:element name="Recipient" type="p:Mailbox"/>
      <xs:element name="Action" type="p:Action"/>
      <xs:element name="Error" type="xs:string" minOccurs="0"/>
      <xs:element name="MessageStatus" minOccurs="0" maxOccurs="unbounded">
        <xs:complexType>
          <xs:sequence>
            <xs:element name="Action" type="p:Action"/>
            <xs:element name="Error" type="xs:string" minOccurs="0"/>
            <xs:element name="Segment" minOccurs="0" maxOccurs="unbounded">
              <xs:complexType>
                <xs:simpleContent>
                  <xs:extension base="xs:string">
                    <xs:attribute name="position" type="xs:nonNegativeInteger" use="required"/>
                  </xs:extension>
                </xs:simpleContent>
              </xs:complexType>
            </xs:element>
          </xs:sequence>
          <xs:attribute name="number" type="xs:string" use="required"/>
          <xs:attribute name="type" type="xs:string"/>
          <xs:attribute name="version" type="xs:string"/>
          <xs:attribute name="release" type="xs:string"/>
          <xs:attribute name="agency" type="xs:string"/>
          <xs:attribute name="association" type="xs:string"/>
        </xs:complexType>
      </xs:element>
    </xs:sequence>
  </xs:complexType>
  <xs:simpleType name="Action">
    <xs:restriction base="xs:string">
      <xs:enumeration value="4"/>
      <xs:enumeration value="7"/>
      <xs:enumeration value="8"/>
    </xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="Role">
    <xs:restriction base="xs:string">
      <xs:enumeration value="CZ"/>
      <xs:enumeration value="CN"/>
      <xs:enumeration value="IM"/>
    </xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="Integers">
    <xs:list itemType="xs:integer"/>
  </xs:simpleType>
  <xs:simpleType name="DecimalOrEmpty">
    <xs:union memberTypes="xs:decimal">
      <xs:simpleType>
        <xs:restriction base="xs:string">
          <xs:length value="0"/>
        </xs:restriction>
      </xs:simpleType>
    </xs:union>
  </xs:simpleType>
  <xs:complexType name="Amount">
    <xs:simpleContent>
      <xs:extension base="p:DecimalOrEmpty">
        <xs:attribute name="currency" type="xs:string"/>
      </xs:extension>
    </xs:simpleContent>
  </xs:complexType>
  <xs:complexType name="Weight">
    <xs:simpleContent>
      <xs:extension base="xs:decimal">
        <xs:attribute name="unit" type="xs:string" fixed="KGM"/>
      </xs:extension>
    </xs:simpleContent>
  </xs:complexType>
  <xs:complexType name="Length">
    <xs:simpleContent>
      <xs:extension base="xs:decimal">
        <xs:attribute name="unit" type="xs:string" fixed="CMT"/>
      </xs:extension>
    </xs:simpleContent>
  </xs:complexType>
  <xs:complexType name="Reference">
    <xs:simpleContent>
      <xs:extension base="xs:string">
        <xs:attribute name="type" type="xs:string" use="required"/>
      </xs:extension>
    </xs:simpleContent>
  </xs:complexType>
  <xs:complexType name="Contact">
    <xs:attribute name="name" type="xs:string" use="required"/>
  </xs:complexType>
  <xs:complexType name="Document">
    <xs:simpleContent>
      <xs:extension base="xs:string">
        <xs:attribute name="type" type="xs:string"/>
        <xs:attribute name="name" type="xs:string"/>
      </xs:extension>
    </xs:simpleContent>
  </xs:complexType>
  <xs:complexType name="Pair">
    <xs:simpleContent>
      <xs:extension base="xs:string">
        <xs:attribute name="name" type="xs:string" use="required"/>
        <xs:attribute name="encoded" type="xs:boolean"/>
      </xs:extension>
    </xs:simpleContent>
  </xs:complexType>
"#;

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
