//! What is read and written: an interchange, its messages, their items; and CONTRL.

use std::collections::HashMap;

use super::finding::Findings;
use super::profile::Charset;
use crate::contract::open::OtherMembers;
use crate::contract::{Declaration, MailObject, Referral, ReferralResponse, Response, WcfDate};
pub use crate::domain::MessageKind as Kind;

/// One transmitted unit: an envelope with messages.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Interchange {
    pub sender: Mailbox,
    pub recipient: Mailbox,
    /// Interchange control reference, at most 14 characters, never used twice by one sender.
    pub reference: String,
    /// A test: nothing in it may have an effect.
    pub test: bool,
    /// The sender asks for a CONTRL.
    pub ack_wanted: bool,
    /// When it was put together, in whole minutes.
    pub created: Option<WcfDate>,
    pub messages: Vec<Message>,
}

/// The electronic address of a partner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mailbox {
    /// At most 35 characters.
    pub id: String,
    /// Who gave out the id: `58` for ids of the UPU. At most 4 characters, may be empty.
    pub qualifier: String,
}

impl Mailbox {
    /// A mailbox whose id was given out by the UPU.
    pub fn upu(id: impl Into<String>) -> Self {
        Self { id: id.into(), qualifier: "58".into() }
    }
}

/// One message of an interchange.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// About mail items.
    Items(ItemMessage),
    /// CONTRL: what became of an interchange received earlier.
    Control(Control),
}

impl Message {
    /// The name of the message type, `CONTRL` included.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Items(message) => message.kind.stored(),
            Self::Control(_) => "CONTRL",
        }
    }
}

/// What a message does with its items (data element 1225). It counts for the whole message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Function {
    /// 9: the items are new.
    #[default]
    New,
    /// 5: each item replaces the whole of what an earlier message said.
    Replacement,
    /// 1: an earlier message is withdrawn for these items; they carry their id only.
    Cancellation,
}

impl Function {
    /// The code that travels.
    pub fn code(self) -> &'static str {
        match self {
            Self::New => "9",
            Self::Replacement => "5",
            Self::Cancellation => "1",
        }
    }

    /// The function of that code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::New, Self::Replacement, Self::Cancellation].into_iter().find(|function| function.code() == code)
    }
}

/// A message about items.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemMessage {
    pub kind: Kind,
    /// Message reference, at most 35 characters.
    pub reference: String,
    pub function: Function,
    /// The earlier message meant by a replacement or cancellation, or answered by a response.
    pub previous_reference: Option<String>,
    pub created: Option<WcfDate>,
    pub sender: Organization,
    pub recipient: Organization,
    pub items: Vec<Item>,
}

impl ItemMessage {
    /// An empty message of this kind, function "new".
    pub fn new(kind: Kind, reference: impl Into<String>, sender: Organization, recipient: Organization) -> Self {
        Self {
            kind,
            reference: reference.into(),
            function: Function::New,
            previous_reference: None,
            created: None,
            sender,
            recipient,
            items: Vec::new(),
        }
    }

    /// Items that say something else than one before them that is about the same mail item. Of decisions, referrals and
    /// answers there may be several.
    pub fn said_twice(&self) -> Vec<usize> {
        let mut first: HashMap<_, &Item> = HashMap::new();
        let mut others = Vec::new();
        for (at, item) in self.items.iter().enumerate().filter(|_| self.kind.declares()) {
            let mail = &item.mail_object;
            let posted = mail.posting_dt.map(WcfDate::instant);
            let before = *first.entry((&mail.id, &mail.orig_post_org_cd, posted)).or_insert(item);
            if mail.id.is_some() && before != item {
                others.push(at);
            }
        }
        others
    }
}

/// Who a message comes from or goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Organization {
    /// Three-character operator code.
    Operator(String),
    /// Code of a customs administration.
    Customs(String),
}

impl Organization {
    pub fn code(&self) -> &str {
        match self {
            Self::Operator(code) | Self::Customs(code) => code,
        }
    }

    /// `operator` or `customs`.
    pub fn scheme(&self) -> &'static str {
        match self {
            Self::Operator(_) => "operator",
            Self::Customs(_) => "customs",
        }
    }
}

/// One item of a message. Which bodies are set follows from the kind: a declaration in ITMATT and CUSITM, a response
/// in CUSRSP, a referral in ITMREF, a referral response (and a declaration when data changed) in REFRSP. What a message does not
/// say of an item takes no room.
#[derive(Clone, Debug, Default)]
pub struct Item {
    pub mail_object: MailObject,
    pub declaration: Option<Box<Declaration>>,
    pub response: Option<Box<Response>>,
    pub referral: Option<Box<Referral>>,
    pub referral_response: Option<Box<ReferralResponse>>,
}

impl PartialEq for Item {
    /// By value: contracts compare their members, members of other systems their text.
    fn eq(&self, other: &Self) -> bool {
        let same = |a: &OtherMembers, b: &OtherMembers| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.0 == b.0 && a.1.get() == b.1.get())
        };
        let referrals = match (&self.referral, &other.referral) {
            (Some(a), Some(b)) => a.known == b.known && same(&a.other, &b.other),
            (a, b) => a.is_none() && b.is_none(),
        };
        let answers = match (&self.referral_response, &other.referral_response) {
            (Some(a), Some(b)) => a.known == b.known && same(&a.other, &b.other),
            (a, b) => a.is_none() && b.is_none(),
        };
        referrals
            && answers
            && self.mail_object == other.mail_object
            && self.declaration == other.declaration
            && self.response == other.response
    }
}

/// How an interchange is rendered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Edifact,
    Xml,
}

impl Form {
    /// What `bytes` look like: XML begins with `<`, anything else is taken for EDIFACT.
    pub fn of(bytes: &[u8]) -> Self {
        let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'<') => Self::Xml,
            _ => Self::Edifact,
        }
    }
}

/// An interchange as read, with everything noticed on the way.
#[derive(Clone, Debug)]
pub struct Read {
    pub form: Form,
    /// What could be read; as complete as the bytes allow.
    pub interchange: Interchange,
    pub findings: Findings,
    /// The messages met, also those that could not be read, in order.
    pub outline: Vec<Outline>,
    /// The character set named by the interchange, for the answer.
    pub charset: Option<Charset>,
}

/// What a CONTRL needs to name a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// Message reference number (data element 0062).
    pub number: String,
    /// Type, version, release, agency and association code as sent.
    pub identifier: [String; 5],
    /// Where it stands in [`Interchange::messages`]; absent when its type or header could not be read.
    pub message: Option<usize>,
}

/// An interchange as written, with what had to be changed for the partner's character set.
#[derive(Clone, Debug)]
pub struct Written {
    pub bytes: Vec<u8>,
    /// Warnings only.
    pub findings: Findings,
}

/// What was done with an interchange or message (data element 0083).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Action {
    /// 4: refused as a whole.
    Rejected,
    /// 7: accepted.
    #[default]
    Acknowledged,
    /// 8: arrived; what became of it follows later.
    Received,
}

impl Action {
    pub const ALL: [Self; 3] = [Self::Rejected, Self::Acknowledged, Self::Received];

    /// The code that travels.
    pub fn code(self) -> &'static str {
        match self {
            Self::Rejected => "4",
            Self::Acknowledged => "7",
            Self::Received => "8",
        }
    }

    /// The action of that code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.code() == code)
    }
}

/// One CONTRL message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Control {
    /// Reference of the interchange that is answered.
    pub reference: String,
    /// Its sender and recipient, as they stood in it.
    pub sender: Mailbox,
    pub recipient: Mailbox,
    pub action: Action,
    /// Syntax error of the interchange (data element 0085).
    pub error: Option<String>,
    pub messages: Vec<MessageControl>,
}

/// What became of one message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MessageControl {
    /// Message reference number (data element 0062) of the message answered.
    pub number: String,
    /// Type, version, release, agency and association code, as sent.
    pub identifier: [String; 5],
    pub action: Action,
    pub error: Option<String>,
    pub segments: Vec<SegmentControl>,
}

/// An error in one segment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SegmentControl {
    /// Number of the segment in its message, `UNH` being 1.
    pub position: u32,
    /// Data element 0085.
    pub error: String,
}

impl Control {
    /// Whether anything was refused.
    pub fn is_rejection(&self) -> bool {
        self.action == Action::Rejected || self.messages.iter().any(|message| message.action == Action::Rejected)
    }
}
