//! The service described in WSDL 1.1, schemas included: made from the same tables that calls are read and answered by.

use std::fmt::Write as _;

use super::model::{Contract, Kind, Member, Ns, Operation, Type};
use super::write::escape;
use crate::domain::MarkOperation;

/// What every action begins with; the name of the operation follows.
pub const ACTION: &str = "http://tempuri.org/ICDSAPIService/";

/// The namespace of the type of GUIDs.
const SERIALIZATION: &str = "http://schemas.microsoft.com/2003/10/Serialization/";

/// The ports: name of port and binding, prefix of its extensions, and whether addressing is offered.
const PORTS: [(&str, &str, bool); 2] = [("APIwsEndpointNoSec", "soap12", true), ("APIbasicEndpoint", "soap", false)];

/// The document for an address. `summary` says of each operation what it does.
pub fn document(contract: Contract, address: &str, summary: impl Fn(&str) -> Option<String>) -> String {
    let mut escaped = String::new();
    escape(address, &mut escaped);
    let mut wsdl = Wsdl { contract, out: String::with_capacity(160 * 1024) };
    wsdl.definitions(&escaped, &summary);
    wsdl.out
}

struct Wsdl {
    contract: Contract,
    out: String,
}

impl Wsdl {
    fn line(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn definitions(&mut self, address: &str, summary: &dyn Fn(&str) -> Option<String>) {
        self.line("<?xml version=\"1.0\" encoding=\"utf-8\"?>");
        self.line(
            "<wsdl:definitions name=\"CDSAPIService\" targetNamespace=\"http://tempuri.org/\" \
             xmlns:wsdl=\"http://schemas.xmlsoap.org/wsdl/\" xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\" \
             xmlns:soap12=\"http://schemas.xmlsoap.org/wsdl/soap12/\" xmlns:wsaw=\"http://www.w3.org/2006/05/addressing/wsdl\" \
             xmlns:wsa10=\"http://www.w3.org/2005/08/addressing\" xmlns:wsp=\"http://schemas.xmlsoap.org/ws/2004/09/policy\" \
             xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\" \
             xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"",
        );
        for ns in Ns::ALL {
            let _ = write!(self.out, " xmlns:{}=\"{}\"", ns.prefix(), ns.uri());
        }
        self.line(&format!(" xmlns:ser=\"{SERIALIZATION}\">"));
        self.line(
            "<wsp:Policy wsu:Id=\"APIwsEndpointNoSec_policy\"><wsp:ExactlyOne><wsp:All><wsaw:UsingAddressing/></wsp:All>\
             </wsp:ExactlyOne></wsp:Policy>",
        );
        self.line("<wsdl:types>");
        self.guid();
        let types = self.types();
        for ns in Ns::ALL {
            self.schema(ns, &types);
        }
        self.line("</wsdl:types>");
        self.operations(summary);
        for (name, prefix, addressed) in PORTS {
            self.binding(name, prefix, addressed);
        }
        self.line("<wsdl:service name=\"CDSAPIService\">");
        for (name, prefix, addressed) in PORTS {
            self.line(&format!(
                "<wsdl:port name=\"{name}\" binding=\"t:{name}\"><{prefix}:address location=\"{address}\"/>"
            ));
            if addressed {
                self.line(&format!(
                    "<wsa10:EndpointReference><wsa10:Address>{address}</wsa10:Address></wsa10:EndpointReference>"
                ));
            }
            self.line("</wsdl:port>");
        }
        self.line("</wsdl:service>\n</wsdl:definitions>");
    }

    fn guid(&mut self) {
        self.line(&format!("<xs:schema targetNamespace=\"{SERIALIZATION}\" elementFormDefault=\"qualified\">"));
        self.line(
            "<xs:simpleType name=\"guid\"><xs:restriction base=\"xs:string\">\
             <xs:pattern value=\"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\"/></xs:restriction></xs:simpleType>",
        );
        self.line("<xs:element name=\"guid\" nillable=\"true\" type=\"ser:guid\"/>\n</xs:schema>");
    }

    /// Every kind that has a definition of its own, each once, as the operations reach it.
    fn types(&self) -> Vec<Kind> {
        let mut found = Vec::new();
        for operation in self.contract.operations() {
            for member in self.travelling(operation.request).chain(self.travelling(operation.response)) {
                self.reach(member.kind, &mut found);
            }
        }
        found
    }

    fn reach(&self, kind: Kind, found: &mut Vec<Kind>) {
        let name = self.type_name(kind);
        if matches!(name.split_once(':'), Some(("xs" | "ser", _)))
            || found.iter().any(|known| self.type_name(*known) == name)
        {
            return;
        }
        found.push(kind);
        if let Some((_, entry)) = self.contract.entry(kind) {
            self.reach(entry.kind, found);
        }
        if let Kind::Object(ty) = kind {
            let ty = self.contract.form_of(ty);
            ty.base.into_iter().for_each(|base| self.reach(Kind::Object(base), found));
            self.travelling(ty.members).for_each(|member| self.reach(member.kind, found));
        }
    }

    fn travelling<'m>(&self, members: &'m [Member]) -> impl Iterator<Item = &'m Member> + use<'m> {
        let contract = self.contract;
        members.iter().filter(move |member| contract.has(member))
    }

    /// The name of the type of a value, with its prefix.
    fn type_name(&self, kind: Kind) -> String {
        let of = |ty: &'static Type, array: &str| {
            let ty = self.contract.form_of(ty);
            format!("{}:{array}{}", ty.ns.prefix(), ty.name)
        };
        match kind {
            Kind::Text => "xs:string".into(),
            Kind::Int => "xs:int".into(),
            Kind::Decimal => "xs:decimal".into(),
            Kind::Flag => "xs:boolean".into(),
            Kind::Date => "xs:dateTime".into(),
            Kind::Guid => "ser:guid".into(),
            Kind::Mark => format!("{}:WatchdogInfo.OperationType", Ns::Operational.prefix()),
            Kind::Object(ty) => of(ty, ""),
            Kind::List(ty) => of(ty, "ArrayOf"),
            Kind::Texts => format!("{}:ArrayOfstring", Ns::Arrays.prefix()),
            Kind::Ints => format!("{}:ArrayOfint", Ns::Arrays.prefix()),
        }
    }

    fn schema(&mut self, ns: Ns, types: &[Kind]) {
        self.line(&format!("<xs:schema targetNamespace=\"{}\" elementFormDefault=\"qualified\">", ns.uri()));
        for other in Ns::ALL.into_iter().filter(|other| *other != ns && *other != Ns::Service) {
            self.line(&format!("<xs:import namespace=\"{}\"/>", other.uri()));
        }
        self.line(&format!("<xs:import namespace=\"{SERIALIZATION}\"/>"));
        for kind in types {
            let whole = self.type_name(*kind);
            if let Some((prefix, name)) = whole.split_once(':')
                && prefix == ns.prefix()
            {
                self.definition(name, *kind);
                self.line(&format!("<xs:element name=\"{name}\" nillable=\"true\" type=\"{whole}\"/>"));
            }
        }
        if ns == Ns::Service {
            for operation in self.contract.operations() {
                self.wrapper(operation.name, operation.request);
                self.wrapper(&format!("{}Response", operation.name), operation.response);
            }
        }
        self.line("</xs:schema>");
    }

    fn definition(&mut self, name: &str, kind: Kind) {
        if let Kind::Mark = kind {
            return self.marks(name);
        }
        self.line(&format!("<xs:complexType name=\"{name}\">"));
        if let Some((_, entry)) = self.contract.entry(kind) {
            self.sequence(&[entry], " maxOccurs=\"unbounded\"");
        } else if let Kind::Object(ty) = kind {
            let ty = self.contract.form_of(ty);
            match ty.base {
                None => self.sequence(ty.members, ""),
                Some(base) => {
                    let base = self.type_name(Kind::Object(base));
                    self.line(&format!("<xs:complexContent><xs:extension base=\"{base}\">"));
                    self.sequence(ty.members, "");
                    self.line("</xs:extension></xs:complexContent>");
                }
            }
        }
        self.line("</xs:complexType>");
    }

    /// What may be said of a mark, with the numbers that JSON has for it.
    fn marks(&mut self, name: &str) {
        self.line(&format!("<xs:simpleType name=\"{name}\"><xs:restriction base=\"xs:string\">"));
        for operation in MarkOperation::ALL {
            self.line(&format!(
                "<xs:enumeration value=\"{operation}\"><xs:annotation><xs:appinfo>\
                 <EnumerationValue xmlns=\"{SERIALIZATION}\">{}</EnumerationValue></xs:appinfo></xs:annotation></xs:enumeration>",
                operation.stored()
            ));
        }
        self.line("</xs:restriction></xs:simpleType>");
    }

    fn wrapper(&mut self, name: &str, members: &[Member]) {
        self.line(&format!("<xs:element name=\"{name}\"><xs:complexType>"));
        self.sequence(members, "");
        self.line("</xs:complexType></xs:element>");
    }

    fn sequence(&mut self, members: &[Member], often: &str) {
        self.line("<xs:sequence>");
        for member in self.travelling(members) {
            let least = if member.required { "" } else { " minOccurs=\"0\"" };
            let nil = if member.nil { " nillable=\"true\"" } else { "" };
            let kind = self.type_name(member.kind);
            self.line(&format!("<xs:element{least}{often} name=\"{}\"{nil} type=\"{kind}\"/>", member.name));
        }
        self.line("</xs:sequence>");
    }

    fn operations(&mut self, summary: &dyn Fn(&str) -> Option<String>) {
        for Operation { name, .. } in self.contract.operations() {
            for (way, element) in [("Input", (*name).to_owned()), ("Output", format!("{name}Response"))] {
                self.line(&format!(
                    "<wsdl:message name=\"ICDSAPIService_{name}_{way}Message\">\
                     <wsdl:part name=\"parameters\" element=\"t:{element}\"/></wsdl:message>"
                ));
            }
        }
        self.line("<wsdl:portType name=\"ICDSAPIService\">");
        for Operation { name, .. } in self.contract.operations() {
            self.line(&format!("<wsdl:operation name=\"{name}\">"));
            let mut says = String::new();
            escape(&summary(name).unwrap_or_default(), &mut says);
            self.line(&format!("<wsdl:documentation>{says}</wsdl:documentation>"));
            for (way, end) in [("input", ""), ("output", "Response")] {
                let message = if end.is_empty() { "Input" } else { "Output" };
                self.line(&format!(
                    "<wsdl:{way} wsaw:Action=\"{ACTION}{name}{end}\" message=\"t:ICDSAPIService_{name}_{message}Message\"/>"
                ));
            }
            self.line("</wsdl:operation>");
        }
        self.line("</wsdl:portType>");
    }

    fn binding(&mut self, port: &str, prefix: &str, addressed: bool) {
        self.line(&format!("<wsdl:binding name=\"{port}\" type=\"t:ICDSAPIService\">"));
        if addressed {
            self.line("<wsp:PolicyReference URI=\"#APIwsEndpointNoSec_policy\"/>");
        }
        self.line(&format!(
            "<{prefix}:binding transport=\"http://schemas.xmlsoap.org/soap/http\" style=\"document\"/>"
        ));
        for Operation { name, .. } in self.contract.operations() {
            self.line(&format!(
                "<wsdl:operation name=\"{name}\"><{prefix}:operation soapAction=\"{ACTION}{name}\" style=\"document\"/>\
                 <wsdl:input><{prefix}:body use=\"literal\"/></wsdl:input>\
                 <wsdl:output><{prefix}:body use=\"literal\"/></wsdl:output></wsdl:operation>"
            ));
        }
        self.line("</wsdl:binding>");
    }
}
