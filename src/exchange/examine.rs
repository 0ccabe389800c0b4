//! What inboxes would refuse of a file, asked of the rules that inboxes ask; for those who have no server at hand.
//!
//! Knows nothing of partners and of what is stored, so what only these tell (an item that is not there, a message type that
//! is not agreed) is not found.

use chrono::{DateTime, Utc};

use super::reading::{other_parties, said};
use crate::contract::WcfDate;
use crate::edi::{self, Findings, Interchange, Item, ItemMessage, Profile, Severity, tool};
use crate::rules::quality::{Level, Subject, TOTAL_DIFFERS};
use crate::service::incoming::refused_always;
use crate::service::quality::judge_as_delivered;

/// Checks syntax, profile, and whatever else an inbox that takes no data against the rules would refuse.
pub fn check(bytes: &[u8], profile: &Profile) -> Findings {
    tool::check_with(bytes, profile, &message)
}

fn message(interchange: &Interchange, message: &ItemMessage) -> Findings {
    let mut findings = Findings::default();
    other_parties(interchange, message).into_iter().for_each(|finding| findings.push(finding));
    let made_at = message.created.map_or(DateTime::UNIX_EPOCH, WcfDate::instant);
    for (index, entry) in message.items.iter().enumerate() {
        let mut found = item(message, entry, made_at);
        found.for_each_mut(|finding| {
            finding.fault.index = Some(index);
            finding.fault.item_id.clone_from(&entry.mail_object.id);
        });
        findings.append(found);
    }
    findings
}

fn item(message: &ItemMessage, entry: &Item, made_at: DateTime<Utc>) -> Findings {
    let mut findings = Findings::default();
    let object = &entry.mail_object;
    let faults = match said(message.kind, message.function, entry.clone(), made_at) {
        Ok(said) => refused_always(object, said),
        Err(finding) => vec![finding],
    };
    for fault in faults {
        findings.push(edi::Finding { severity: Severity::Error, position: None, message: None, fault });
    }
    let data = entry.declaration.as_ref().and_then(|declaration| declaration.data.as_ref());
    let judged = data.map(|data| judge_as_delivered(object, data)).unwrap_or_default();
    // Advice on what is declared is for who declares it; here it is about the message.
    for found in judged.into_iter().filter(|found| found.level == Level::Reject || found.rule == TOTAL_DIFFERS) {
        let severity = if found.level == Level::Reject { Severity::Error } else { Severity::Warning };
        let prefix = if found.subject == Subject::MailObject { "MailObject" } else { "Declaration.Data" };
        let fault = found.to_finding().under(prefix);
        findings.push(edi::Finding { severity, position: None, message: None, fault });
    }
    findings
}
