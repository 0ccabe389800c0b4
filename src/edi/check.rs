//! What the profile asks of a message before it is sent or taken over: members that must be there, decimals, forms.
//!
//! Only what the message profile says. Whether a declaration is any good (stop words, sums, known codes) is for the
//! rules to judge.

use crate::contract::declaration::{ContentPiece, DeclarationData};
use crate::contract::response::ResponseData;
use crate::contract::{Number, WcfDate};
use crate::limits;

use super::finding::{Finding, Findings, Severity};
use super::message::{Function, Interchange, Item, ItemMessage, Kind, Message};
use super::profile::table::Home;
use super::profile::value::Members;
use super::profile::{Profile, WEIGHT_DECIMALS, currency_decimals};

/// Checks every message of an interchange, and its envelope.
pub fn interchange(interchange: &Interchange, profile: &Profile) -> Findings {
    let mut findings = Findings::default();
    for (member, value, size) in [
        ("Reference", &interchange.reference, 14),
        ("Sender", &interchange.sender.id, 35),
        ("Recipient", &interchange.recipient.id, 35),
    ] {
        if value.is_empty() {
            findings.push(Finding::error("required", member, "the envelope needs it"));
        } else if value.chars().count() > size {
            findings.push(Finding::error("too_long", member, format!("at most {size} characters")));
        }
    }
    if interchange.created.is_none() {
        findings.push(Finding::error("required", "Created", "the envelope needs it"));
    }
    for (at, message) in interchange.messages.iter().enumerate() {
        if let Message::Items(message) = message {
            let mut found = self::message(message, profile);
            found.for_each_mut(|finding| finding.message = Some(at));
            findings.append(found);
        }
    }
    findings
}

/// Checks a message with its items.
pub fn message(message: &ItemMessage, profile: &Profile) -> Findings {
    let mut findings = Findings::default();
    header(message, &mut findings);
    for (index, item) in message.items.iter().enumerate() {
        let mut found = self::item(message.kind, message.function, item, profile);
        found.for_each_mut(|finding| {
            finding.fault.index = Some(index);
            finding.fault.item_id = item.mail_object.id.clone();
        });
        findings.append(found);
    }
    findings
}

fn header(message: &ItemMessage, findings: &mut Findings) {
    if message.reference.is_empty() {
        findings.push(Finding::error("required", "Header.Reference", "every message needs a reference"));
    }
    if message.created.is_none() {
        findings.push(Finding::error("required", "Header.Created", "every message says when it was made"));
    }
    for (member, organization) in [("Header.Sender", &message.sender), ("Header.Recipient", &message.recipient)] {
        if organization.code().is_empty() {
            findings.push(Finding::error("required", member, "name the organization by its code"));
        }
    }
    if message.function != Function::New && message.previous_reference.as_deref().unwrap_or_default().is_empty() {
        let text = "a replacement or cancellation names the earlier message";
        findings.push(Finding::error("required", "Header.PreviousReference", text));
    }
    match message.items.len() {
        0 => findings.push(Finding::error("required", "Items", "a message is about at least one item")),
        count if count > limits::EDI_ITEMS => {
            let text = format!("{count} items in one message; at most {} go in", limits::EDI_ITEMS);
            findings.push(Finding::error("limit", "Items", text));
        }
        _ => {}
    }
}

/// Checks one item.
pub fn item(kind: Kind, function: Function, item: &Item, profile: &Profile) -> Findings {
    let mut check = Check { findings: Findings::default(), required: profile.required };
    // Without an id nothing can be done with the item, whatever the partner agreed to.
    if is_empty(item.mail_object.id.as_deref()) {
        check.findings.push(Finding::error("required", "MailObject.Id", "an item needs its id"));
    }
    if function != Function::Cancellation {
        check.posts(item, kind);
        if kind.declares() {
            check.declared(item);
        }
        if let Some(data) = item.declaration.as_ref().and_then(|declaration| declaration.data.as_ref()) {
            check.values(data);
        }
        match kind {
            Kind::Cusrsp => check.decided(item),
            Kind::Itmref => check.referred(item),
            Kind::Refrsp => check.answered(item),
            Kind::Itmatt | Kind::Cusitm => {}
        }
    }
    check.findings
}

/// Texts that a declaration must have.
const DECLARED_TEXTS: [&str; 11] = [
    "HandlingClassCd",
    "NatureTypeCd",
    "SenderName",
    "SenderAddressLine1",
    "SenderCity",
    "SenderCountryCd",
    "RecipientName",
    "RecipientAddressLine1",
    "RecipientCity",
    "RecipientCountryCd",
    "PostageCurrencyCd",
];

/// Whether the profile needs this text in messages of this kind.
pub fn is_required(kind: Kind, home: Home, member: &str) -> bool {
    match home {
        Home::MailObject => {
            member == "Id"
                || (kind.declares()
                    && ["OrigPostOrgCd", "DestPostOrgCd", "MailClassCd", "MailCategoryCd"].contains(&member))
        }
        Home::DeclarationData => kind.declares() && DECLARED_TEXTS.contains(&member),
        Home::Piece => kind.declares() && ["Description", "CurrencyCd"].contains(&member),
        Home::ResponseData => member == "DecisionCd",
        Home::Referral => ["ReferralCd", "ReferralId"].contains(&member),
        Home::Answer => ["ReferralResponseCd", "ReferralId"].contains(&member),
        _ => false,
    }
}

struct Check {
    findings: Findings,
    required: Severity,
}

fn is_empty(text: Option<&str>) -> bool {
    text.unwrap_or_default().is_empty()
}

impl Check {
    fn need(&mut self, there: bool, path: impl Into<String>) {
        if !there {
            self.findings.push(Finding::new(self.required, "required", path, "the profile needs it"));
        }
    }

    fn need_text(&mut self, text: &Option<String>, path: impl Into<String>) {
        self.need(!is_empty(text.as_deref()), path);
    }

    fn need_date(&mut self, date: Option<WcfDate>, path: impl Into<String>) {
        self.need(date.is_some(), path);
    }

    fn posts(&mut self, item: &Item, kind: Kind) {
        if kind.declares() {
            let mail = &item.mail_object;
            self.need_text(&mail.orig_post_org_cd, "MailObject.OrigPostOrgCd");
            self.need_text(&mail.dest_post_org_cd, "MailObject.DestPostOrgCd");
            self.need_text(&mail.mail_class_cd, "MailObject.MailClassCd");
            self.need_text(&mail.mail_category_cd, "MailObject.MailCategoryCd");
            self.need_date(mail.posting_dt, "MailObject.PostingDt");
        }
    }

    fn declared(&mut self, item: &Item) {
        let Some(data) = item.declaration.as_ref().and_then(|declaration| declaration.data.as_ref()) else {
            return self.need(false, "Declaration.Data");
        };
        for member in DECLARED_TEXTS {
            self.need(data.text(member).is_some(), Home::DeclarationData.member_path(0, member));
        }
        self.need(data.gross_weight.is_some(), "Declaration.Data.GrossWeight");
        self.need(data.postage.is_some(), "Declaration.Data.Postage");
        self.need(!data.content_pieces.is_empty(), "Declaration.Data.ContentPieces");
        for (at, piece) in data.content_pieces.iter().enumerate() {
            self.declared_piece(at, piece);
        }
    }

    fn declared_piece(&mut self, at: usize, piece: &ContentPiece) {
        let path = |member| Home::Piece.member_path(at, member);
        self.need_text(&piece.description, path("Description"));
        self.need(piece.number.is_some(), path("Number"));
        self.need(piece.net_weight.is_some(), path("NetWeight"));
        self.need(piece.amount.is_some(), path("Amount"));
        self.need_text(&piece.currency_cd, path("CurrencyCd"));
    }

    fn values(&mut self, data: &DeclarationData) {
        let path = |member| Home::DeclarationData.member_path(0, member);
        self.weight(data.gross_weight.as_ref(), path("GrossWeight"));
        self.amount(data.postage.as_ref(), data.postage_currency_cd.as_deref(), path("Postage"));
        self.amount(data.insured_value.as_ref(), data.insured_value_currency_cd.as_deref(), path("InsuredValue"));
        if data.content_pieces.len() > limits::CONTENT_PIECES {
            let text = format!("at most {} lines", limits::CONTENT_PIECES);
            self.findings.push(Finding::error("limit", path("ContentPieces"), text));
        }
        for (at, piece) in data.content_pieces.iter().enumerate() {
            let path = |member| Home::Piece.member_path(at, member);
            self.weight(piece.net_weight.as_ref(), path("NetWeight"));
            self.amount(piece.amount.as_ref(), piece.currency_cd.as_deref(), path("Amount"));
            if piece.index.is_some_and(|index| !(0..=99_999).contains(&index)) {
                let text = "line numbers are 0 to 99999";
                self.findings.push(Finding::error("out_of_range", path("Index"), text));
            }
        }
    }

    fn weight(&mut self, number: Option<&Number>, path: String) {
        if number.is_some_and(|number| number.decimals() > WEIGHT_DECIMALS) {
            let text = format!("at most {WEIGHT_DECIMALS} decimals of a kilogram are sent");
            self.findings.push(Finding::new(self.required, "out_of_range", path, text));
        }
    }

    /// An amount has at most the decimals of its currency; where the currency is unknown, two.
    fn amount(&mut self, number: Option<&Number>, currency: Option<&str>, path: String) {
        let most = currency.and_then(currency_decimals).unwrap_or(2);
        if number.is_some_and(|number| number.decimals() > most) {
            let text = format!("at most {most} decimals of this currency are sent");
            self.findings.push(Finding::new(self.required, "out_of_range", path, text));
        }
    }

    fn decided(&mut self, item: &Item) {
        let Some(data) = item.response.as_ref().and_then(|response| response.data.as_ref()) else {
            return self.need(false, "Response.Data");
        };
        self.need_text(&data.decision_cd, "Response.Data.DecisionCd");
        self.need_date(data.clearance_dt, "Response.Data.ClearanceDt");
        self.taxes(data);
    }

    fn taxes(&mut self, data: &ResponseData) {
        let currency = data.total_fee_currency_cd.as_deref();
        self.amount(data.total_fee.as_ref(), currency, "Response.Data.TotalFee".into());
        for (at, tax) in data.taxes.iter().enumerate() {
            self.amount(tax.amount.as_ref(), tax.currency_cd.as_deref(), Home::Tax.member_path(at, "Amount"));
            self.weight(tax.net_weight.as_ref(), Home::Tax.member_path(at, "NetWeight"));
        }
    }

    fn referred(&mut self, item: &Item) {
        let Some(referral) = &item.referral else { return self.need(false, "Referral") };
        self.need_text(&referral.known.referral_cd, "Referral.ReferralCd");
        self.need_text(&referral.known.referral_id, "Referral.ReferralId");
        self.need_date(referral.known.event_dt, "Referral.EventDt");
    }

    fn answered(&mut self, item: &Item) {
        let Some(answer) = &item.referral_response else { return self.need(false, "ReferralResponse") };
        self.need_text(&answer.known.referral_response_cd, "ReferralResponse.ReferralResponseCd");
        self.need_text(&answer.known.referral_id, "ReferralResponse.ReferralId");
        self.need_date(answer.known.event_dt, "ReferralResponse.EventDt");
    }
}
