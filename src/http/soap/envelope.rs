//! The SOAP envelope, read and written: version, WS-Addressing, headers that must be understood, and the one element of the
//! body, in SOAP 1.1 and 1.2.
//!
//! Knows no operation: what the element of the body means is for others.

use super::write::escape;
use super::xml::{Piece, Xml};
use crate::error::Finding;

/// A version of SOAP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    Soap11,
    Soap12,
}

impl Version {
    const ALL: [Self; 2] = [Self::Soap11, Self::Soap12];

    pub const fn namespace(self) -> &'static str {
        match self {
            Self::Soap11 => "http://schemas.xmlsoap.org/soap/envelope/",
            Self::Soap12 => "http://www.w3.org/2003/05/soap-envelope",
        }
    }

    /// Whether a header for `role` is for us, who are the last to receive the message.
    fn is_ours(self, role: &str) -> bool {
        match self {
            Self::Soap11 => matches!(role, "" | "http://schemas.xmlsoap.org/soap/actor/next"),
            Self::Soap12 => {
                let role = role.strip_prefix("http://www.w3.org/2003/05/soap-envelope/role/").unwrap_or(role);
                matches!(role, "" | "next" | "ultimateReceiver")
            }
        }
    }
}

/// A version of WS-Addressing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Addressing {
    Of2004,
    Of2005,
}

impl Addressing {
    const ALL: [Self; 2] = [Self::Of2004, Self::Of2005];

    const fn namespace(self) -> &'static str {
        match self {
            Self::Of2004 => "http://schemas.xmlsoap.org/ws/2004/08/addressing",
            Self::Of2005 => "http://www.w3.org/2005/08/addressing",
        }
    }

    const fn fault_action(self) -> &'static str {
        match self {
            Self::Of2004 => "http://schemas.xmlsoap.org/ws/2004/08/addressing/fault",
            Self::Of2005 => "http://www.w3.org/2005/08/addressing/soap/fault",
        }
    }

    /// Whether an answer may go there: back where the request came from, and nowhere else.
    fn is_back(self, address: &str) -> bool {
        match self {
            Self::Of2004 => address == "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous",
            Self::Of2005 => {
                let place = address.strip_prefix("http://www.w3.org/2005/08/addressing/").unwrap_or_default();
                matches!(place, "anonymous" | "none")
            }
        }
    }
}

/// Whose fault a request failed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    Sender,
    Receiver,
    MustUnderstand,
    VersionMismatch,
}

impl Code {
    const fn name(self, version: Version) -> &'static str {
        match (self, version) {
            (Self::Sender, Version::Soap11) => "Client",
            (Self::Receiver, Version::Soap11) => "Server",
            (Self::Sender, Version::Soap12) => "Sender",
            (Self::Receiver, Version::Soap12) => "Receiver",
            (Self::MustUnderstand, _) => "MustUnderstand",
            (Self::VersionMismatch, _) => "VersionMismatch",
        }
    }
}

/// What a request said of itself, as far as it was read; what is said back is written by it.
#[derive(Debug)]
pub struct Talk {
    pub version: Version,
    addressing: Option<Addressing>,
    message_id: Option<String>,
    /// What the request calls itself, in its headers and those of HTTP.
    pub actions: Vec<String>,
    /// Where a fault is about the envelope itself.
    pub code: Option<Code>,
}

/// The element of a body.
#[derive(Debug)]
pub struct Content {
    pub namespace: String,
    pub name: String,
}

/// Of a name that is repeated to its sender.
const NAME_CHARS: usize = 64;
/// Longest text of a header; addresses and ids are shorter.
const HEADER_BYTES: usize = 4_096;

impl Talk {
    /// Before anything was read.
    pub fn new(version: Version, actions: Vec<String>) -> Self {
        Self { version, addressing: None, message_id: None, actions, code: None }
    }

    /// Reads up to the element in the body.
    ///
    /// # Errors
    /// When this is no envelope, or says what is not understood.
    pub fn open(&mut self, xml: &mut Xml<'_>) -> Result<Content, Finding> {
        let root = loop {
            match xml.next()? {
                Piece::Open(start) => break start,
                Piece::Text(text) if text.trim().is_empty() => {}
                _ => return Err(xml.refused("syntax", "the body holds no SOAP envelope")),
            }
        };
        let namespace = xml.namespace(&root);
        if root.local_name().as_ref() != "Envelope" {
            return Err(xml.refused("syntax", "the body holds no SOAP envelope"));
        }
        let Some(version) = Version::ALL.into_iter().find(|version| version.namespace() == namespace) else {
            self.code = Some(Code::VersionMismatch);
            return Err(xml.refused("syntax", "the envelope is neither of SOAP 1.1 nor of SOAP 1.2"));
        };
        self.version = version;
        let mut part = self.part(xml)?;
        if part.as_deref() == Some("Header") {
            self.headers(xml)?;
            part = self.part(xml)?;
        }
        if part.as_deref() != Some("Body") {
            return Err(xml.refused("syntax", "the envelope has no Body, or something before it"));
        }
        let Some(start) = xml.child()? else {
            return Err(xml.refused("syntax", "the Body is empty; it holds the element of one operation"));
        };
        Ok(Content { namespace: xml.namespace(&start), name: start.local_name().as_ref().to_owned() })
    }

    /// The name of the next part of the envelope.
    fn part(&self, xml: &mut Xml<'_>) -> Result<Option<String>, Finding> {
        let Some(start) = xml.child()? else { return Ok(None) };
        if xml.namespace(&start) != self.version.namespace() {
            return Err(xml.refused("syntax", "an element of another namespace stands in the envelope"));
        }
        Ok(Some(start.local_name().as_ref().to_owned()))
    }

    fn headers(&mut self, xml: &mut Xml<'_>) -> Result<(), Finding> {
        let envelope = self.version.namespace();
        while let Some(start) = xml.child()? {
            let (namespace, name) = (xml.namespace(&start), start.local_name().as_ref().to_owned());
            if let Some(addressing) = Addressing::ALL.into_iter().find(|known| known.namespace() == namespace) {
                self.addressing = Some(addressing);
                self.addressed(xml, addressing, &name)?;
                continue;
            }
            let must = xml.attribute(&start, envelope, "mustUnderstand");
            let role = xml.attribute(&start, envelope, "role").or_else(|| xml.attribute(&start, envelope, "actor"));
            let is_ours = self.version.is_ours(role.as_deref().unwrap_or_default());
            if must.is_some_and(|must| matches!(must.as_str(), "1" | "true")) && is_ours {
                self.code = Some(Code::MustUnderstand);
                let name: String = name.chars().take(NAME_CHARS).collect();
                let message = format!(
                    "the header {name} must be understood and is not; what authorizes a call is its token, send no security header"
                );
                return Err(xml.refused("syntax", &message));
            }
            xml.skip()?;
        }
        Ok(())
    }

    /// One header of WS-Addressing.
    fn addressed(&mut self, xml: &mut Xml<'_>, addressing: Addressing, name: &str) -> Result<(), Finding> {
        match name {
            "Action" => {
                let action = header_text(xml)?;
                self.actions.push(action);
            }
            "MessageID" => self.message_id = Some(header_text(xml)?),
            "ReplyTo" | "FaultTo" => {
                while let Some(start) = xml.child()? {
                    if start.local_name().as_ref() != "Address" {
                        xml.skip()?;
                    } else if !addressing.is_back(&header_text(xml)?) {
                        return Err(xml.refused(
                            "unknown_code",
                            &format!(
                                "{name}: answers go back on the connection of the request; name the anonymous address"
                            ),
                        ));
                    }
                }
            }
            _ => {
                xml.skip()?;
            }
        }
        Ok(())
    }

    /// Reads from the end of the element in the body to the end of the document.
    ///
    /// # Errors
    /// When anything follows.
    pub fn close(&self, xml: &mut Xml<'_>) -> Result<(), Finding> {
        if xml.child()?.is_some() {
            return Err(xml.refused("syntax", "the Body holds a second element; call one operation at a time"));
        }
        if self.part(xml)?.is_some() {
            return Err(xml.refused("syntax", "something follows the Body"));
        }
        loop {
            match xml.next()? {
                Piece::End => return Ok(()),
                Piece::Text(text) if text.trim().is_empty() => {}
                _ => return Err(xml.refused("syntax", "something follows the envelope")),
            }
        }
    }

    /// Begins what is said back, up to the content of its body; [`END`] ends it. `action` says what it is; without one it
    /// is a fault.
    pub fn begin(&self, action: Option<&str>) -> String {
        let mut out =
            format!("<?xml version=\"1.0\" encoding=\"utf-8\"?><s:Envelope xmlns:s=\"{}\"", self.version.namespace());
        if let Some(addressing) = self.addressing {
            let namespace = addressing.namespace();
            let action = action.unwrap_or(addressing.fault_action());
            out.push_str(&format!(" xmlns:a=\"{namespace}\"><s:Header><a:Action>{action}</a:Action>"));
            if let Some(id) = &self.message_id {
                out.push_str("<a:RelatesTo>");
                escape(id, &mut out);
                out.push_str("</a:RelatesTo>");
            }
            out.push_str("</s:Header");
        }
        out.push_str("><s:Body>");
        out
    }

    /// Writes a fault: what is wrong in words, and as the one detail that .NET reads without having been told.
    pub fn fault(&self, code: Code, reason: &str, kind: &str) -> String {
        let code = self.code.unwrap_or(code).name(self.version);
        let (mut text, mut detail) = (String::new(), String::from(DETAIL_BEGINS));
        escape(reason, &mut text);
        detail.push_str(&format!(
            "<HelpLink i:nil=\"true\"/><InnerException i:nil=\"true\"/><Message>{text}</Message>\
             <StackTrace i:nil=\"true\"/><Type>{kind}</Type></ExceptionDetail>"
        ));
        let fault = match self.version {
            Version::Soap11 => format!(
                "<s:Fault><faultcode>s:{code}</faultcode><faultstring xml:lang=\"en\">{text}</faultstring>\
                 <detail>{detail}</detail></s:Fault>"
            ),
            Version::Soap12 => format!(
                "<s:Fault><s:Code><s:Value>s:{code}</s:Value></s:Code>\
                 <s:Reason><s:Text xml:lang=\"en\">{text}</s:Text></s:Reason><s:Detail>{detail}</s:Detail></s:Fault>"
            ),
        };
        self.begin(None) + &fault + END
    }
}

/// Ends what [`Talk::begin`] begins.
pub const END: &str = "</s:Body></s:Envelope>";

const DETAIL_BEGINS: &str = "<ExceptionDetail xmlns=\"http://schemas.datacontract.org/2004/07/System.ServiceModel\" \
     xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\">";

fn header_text(xml: &mut Xml<'_>) -> Result<String, Finding> {
    let text = xml.text()?;
    let text = text.trim();
    if text.len() > HEADER_BYTES {
        return Err(xml.refused("limit", &format!("a header is longer than {HEADER_BYTES} bytes")));
    }
    Ok(text.to_owned())
}
