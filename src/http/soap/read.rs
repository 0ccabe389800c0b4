//! XML → JSON: the parameters of a call, as the JSON text that its method reads.
//!
//! Members are known by their local name, in any order; what the table does not have is passed over. Whether a value is right
//! is for the method to say: what is no number here becomes a text there.

use quick_xml::events::BytesStart;

use super::model::{Contract, Kind, Member, Operation, Type};
use super::xml::Xml;
use crate::contract::Number;
use crate::contract::canonical::to_canonical;
use crate::error::Finding;
use crate::limits;

/// The other name of the member that authorizes, under which every operation takes it as well.
const TOKENS: [&str; 2] = ["token", "securityToken"];

/// Reads the element of an operation, just opened, up to its end.
///
/// # Errors
/// Names the member that cannot be read.
pub fn parameters(xml: &mut Xml<'_>, operation: &Operation) -> Result<String, Finding> {
    members(xml, operation.request)
}

/// Reads members up to the end of the element that holds them, as one JSON object.
pub(super) fn members(xml: &mut Xml<'_>, members: &[Member]) -> Result<String, Finding> {
    let mut reader = Reader { xml, out: String::new() };
    reader.object(|name| {
        let known = members.iter().position(|member| member.name == name).map(|at| (at, members[at].kind));
        let at = TOKENS.iter().position(|token| *token == name);
        known.or_else(|| at.map(|at| (members.len() + at, Kind::Guid)))
    })?;
    Ok(reader.out)
}

struct Reader<'r, 'x> {
    xml: &'r mut Xml<'x>,
    out: String,
}

impl Reader<'_, '_> {
    /// `known` gives number and kind of the member of a name.
    fn object(&mut self, known: impl Fn(&str) -> Option<(usize, Kind)>) -> Result<(), Finding> {
        let mut seen = 0_u64;
        self.out.push('{');
        while let Some(start) = self.xml.child()? {
            let local = start.local_name();
            let name = local.as_ref();
            let Some((at, kind)) = known(name) else {
                self.xml.skip()?;
                continue;
            };
            if seen & (1 << at) != 0 {
                return Err(self.xml.refused("syntax", "the element stands here twice").under(name));
            }
            if seen != 0 {
                self.out.push(',');
            }
            seen |= 1 << at;
            self.out.push('"');
            self.out.push_str(name);
            self.out.push_str("\":");
            self.value(kind, &start).map_err(|finding| finding.under(name))?;
        }
        self.out.push('}');
        Ok(())
    }

    fn value(&mut self, kind: Kind, start: &BytesStart<'_>) -> Result<(), Finding> {
        if self.xml.is_nil(start) {
            if self.xml.skip()? {
                return Err(self.xml.refused("type", "the element says that it is nil, and holds something"));
            }
            self.out.push_str("null");
            return Ok(());
        }
        match kind {
            Kind::Object(ty) => self.object(|name| member_of(ty, name)),
            Kind::List(ty) => self.list(Kind::Object(ty)),
            Kind::Texts => self.list(Kind::Text),
            Kind::Ints => self.list(Kind::Int),
            _ => {
                let text = self.xml.text()?;
                self.scalar(kind, &text);
                Ok(())
            }
        }
    }

    /// Every element within is an entry, whatever it is called: what was meant as one is never lost.
    fn list(&mut self, kind: Kind) -> Result<(), Finding> {
        self.out.push('[');
        let mut entries = 0;
        while let Some(start) = self.xml.child()? {
            if entries == limits::JSON_LIST_ITEMS {
                let message = format!("a list has more than {} entries", limits::JSON_LIST_ITEMS);
                return Err(self.xml.refused("limit", &message));
            }
            if entries > 0 {
                self.out.push(',');
            }
            self.value(kind, &start).map_err(|finding| finding.under(&format!("[{entries}]")))?;
            entries += 1;
        }
        self.out.push(']');
        Ok(())
    }

    fn scalar(&mut self, kind: Kind, text: &str) {
        let trimmed = text.trim();
        match kind {
            Kind::Text => self.quoted(text),
            _ if trimmed.is_empty() => self.out.push_str("null"),
            Kind::Flag if matches!(trimmed, "true" | "1") => self.out.push_str("true"),
            Kind::Flag if matches!(trimmed, "false" | "0") => self.out.push_str("false"),
            Kind::Int | Kind::Decimal => match Number::parse(trimmed) {
                Ok(number) => self.out.push_str(number.digits()),
                Err(_) => self.quoted(trimmed),
            },
            _ => self.quoted(trimmed),
        }
    }

    fn quoted(&mut self, text: &str) {
        if text.contains(|c: char| c < ' ' || matches!(c, '"' | '\\')) {
            self.out.push_str(&to_canonical(&text));
            return;
        }
        self.out.push('"');
        self.out.push_str(text);
        self.out.push('"');
    }
}

fn member_of(ty: &'static Type, name: &str) -> Option<(usize, Kind)> {
    let mut members = Contract::Full.members(ty).enumerate();
    members.find_map(|(at, (_, member))| (member.name == name).then_some((at, member.kind)))
}
