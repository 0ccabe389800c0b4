//! Sender profiles of an organization: who sends, for declarations that do not say.

use super::catalogue::Catalogue;
use super::cursor::{binding, cut, page_size, read_place, write_place};
use super::idempotency::once;
use super::rights::UseCase;
use super::trade::Kept;
use super::{Actor, Answer, IfVersion, RequestKey, Services};
use crate::contract::canonical::{digest, hex, to_canonical};
use crate::contract::own::OfferReceipt;
use crate::contract::{DeclarationData, SenderProfile};
use crate::error::{Error, Findings, Result};
use crate::limits;
use crate::rules::{places, structure};
use crate::store::item::Stamp;
use crate::store::{Fault, Tx};

/// A page of profiles, and where the next one begins.
#[derive(Clone, Debug, Default)]
pub struct Senders {
    pub senders: Vec<SenderProfile>,
    pub next_cursor: Option<String>,
}

const ABSENT: Error = Error::Absent { what: "sender" };

/// What the version of a profile is called.
pub fn tag_of(profile: &SenderProfile) -> String {
    hex(&digest(&to_canonical(profile))[..8])
}

fn receipt(profile: &SenderProfile, outcome: &str) -> Answer {
    let (id, outcome) = (profile.reference.clone(), outcome.to_owned());
    Answer::of(to_canonical(&OfferReceipt { id, outcome, tag: tag_of(profile) }))
}

impl Services {
    /// The profiles of the caller, by reference.
    ///
    /// # Errors
    /// 400 for a cursor that does not fit, 401 for customs.
    pub async fn senders(&self, actor: &Actor, limit: Option<i32>, cursor: Option<String>) -> Result<Senders> {
        actor.check(UseCase::Offer)?;
        let org = actor.own_post(None)?.to_owned();
        let bound = binding(&format!("{org} senders"));
        let after = cursor.map(|text| read_place(&text, bound)).transpose()?.unwrap_or_default();
        let limit = page_size(limit, limits::LOAD_DEFAULT, limits::LOAD_MAX);
        let mut senders = self.store.read(move |tx| tx.sender_profiles(&org, &after, limit + 1)).await?;
        let next_cursor = cut(&mut senders, limit).map(|last| write_place(&last.reference, bound));
        Ok(Senders { senders, next_cursor })
    }

    /// A profile of the caller.
    ///
    /// # Errors
    /// 404 when there is none; 401 for customs.
    pub async fn sender(&self, actor: &Actor, reference: &str) -> Result<SenderProfile> {
        actor.check(UseCase::Offer)?;
        let (org, reference) = (actor.own_post(None)?.to_owned(), reference.to_owned());
        self.store.read(move |tx| tx.sender_profile(&org, &reference)).await?.ok_or(ABSENT)
    }

    /// Keeps a new profile.
    ///
    /// # Errors
    /// 400 with findings; 409 where there is one with this reference that says something else; 401 for customs.
    pub async fn add_sender(&self, actor: &Actor, profile: SenderProfile, key: Option<RequestKey>) -> Result<Answer> {
        actor.check(UseCase::Offer)?;
        self.put_sender(actor, profile, key, |old| match old {
            None => Ok(()),
            Some(_) => {
                let message = "there is a sender under this reference; change it with PUT, or choose another";
                Err(Error::invalid("state", "reference", message))
            }
        })
        .await
    }

    /// Changes a profile.
    ///
    /// # Errors
    /// Like [`Self::add_sender`]; 404 when there is none, 412 when it was changed since.
    pub async fn change_sender(
        &self,
        actor: &Actor,
        profile: SenderProfile,
        if_version: IfVersion,
        key: Option<RequestKey>,
    ) -> Result<Answer> {
        actor.check(UseCase::Offer)?;
        self.put_sender(actor, profile, key, move |old| check_version(old, &if_version)).await
    }

    /// Takes a profile away. Declarations that it completed stay as they are.
    ///
    /// # Errors
    /// 404 when there is none, 412 when it was changed since; 401 for customs.
    pub async fn drop_sender(&self, actor: &Actor, reference: &str, if_version: IfVersion) -> Result<Answer> {
        actor.check(UseCase::Offer)?;
        let (org, reference, stamp) = (actor.own_post(None)?.to_owned(), reference.to_owned(), actor.stamp());
        let drop = move |tx: &mut Tx<'_>| {
            check_version(tx.sender_profile(&org, &reference)?.as_ref(), &if_version)?;
            tx.drop_sender_profile(&org, &reference, &stamp)?;
            Ok(Answer::void())
        };
        self.store.write(drop).await
    }

    async fn put_sender(
        &self,
        actor: &Actor,
        profile: SenderProfile,
        key: Option<RequestKey>,
        may_replace: impl Fn(Option<&SenderProfile>) -> Result<()> + Send + 'static,
    ) -> Result<Answer> {
        let org = actor.own_post(None)?.to_owned();
        let (profile, actor) = (checked_sender(&self.catalogue(), profile)?, actor.clone());
        let put = move |tx: &mut Tx<'_>| {
            once(tx, &actor, key.as_ref(), |tx| {
                let mut file = SenderBatch::of(&org);
                let outcome = file.put(tx, &profile, &may_replace)?;
                file.save(tx, &actor.stamp())?;
                Ok(receipt(&profile, outcome.word()))
            })
        };
        self.store.write(put).await
    }
}

/// A profile, ready to be stored.
///
/// # Errors
/// 400 with findings.
pub(super) fn checked_sender(catalogue: &Catalogue, mut profile: SenderProfile) -> Result<SenderProfile> {
    profile.clients.sort_unstable();
    profile.clients.dedup();
    check_sender(catalogue, &profile).into_result()?;
    Ok(profile)
}

fn check_sender(catalogue: &Catalogue, profile: &SenderProfile) -> Findings {
    let mut findings = Findings::default();
    let (reference, most) = (profile.reference.as_str(), limits::SENDER_REFERENCE_CHARS);
    let is_sign = |sign: char| sign.is_ascii_alphanumeric() || matches!(sign, '-' | '_' | '.');
    // Addresses with one or two dots alone lead elsewhere.
    let is_address = reference.chars().all(is_sign) && !reference.chars().all(|sign| sign == '.');
    if !is_address || reference.len() > most {
        let message = format!("write 1 to {most} letters, digits, hyphens, underscores and dots");
        findings.add("format", "reference", message);
    }
    let given = profile.sender.given();
    let names = ["SenderName", "SenderFirstName", "SenderLastName"];
    if !given.iter().any(|member| names.contains(member)) {
        findings.add("required", "sender.SenderName", "say who sends, by one name or by first and last name");
    }
    let mut data = DeclarationData::default();
    profile.sender.put_into(&mut data);
    findings.extend_under("sender", structure::declaration_data(&data));
    findings.extend_under("sender", places::check_declared(&data, catalogue.countries()));
    if profile.clients.len() > limits::SENDER_CLIENTS {
        findings.add("too_long", "clients", format!("at most {} clients fit here", limits::SENDER_CLIENTS));
    }
    findings
}

/// Profiles of one organization on their way into the store: decided one after the other, as if each were stored before the
/// next, and written together.
#[derive(Debug)]
pub(super) struct SenderBatch {
    org: String,
    decided: Vec<SenderProfile>,
    /// How many there are, once that was asked for.
    count: Option<i64>,
}

impl SenderBatch {
    pub(super) fn of(org: &str) -> Self {
        Self { org: org.to_owned(), decided: Vec::new(), count: None }
    }

    /// Takes a profile that was checked. `may_replace` is asked about the one that has its reference.
    ///
    /// # Errors
    /// Those of `may_replace`; 400 for clients that are not the organization's and when there are too many. Nothing is taken
    /// then.
    pub(super) fn put(
        &mut self,
        tx: &mut Tx<'_>,
        profile: &SenderProfile,
        may_replace: impl Fn(Option<&SenderProfile>) -> Result<()>,
    ) -> Result<Kept, Fault> {
        let decided = self.decided.iter().position(|known| known.reference == profile.reference);
        let old = match decided {
            Some(at) => Some(self.decided[at].clone()),
            None => tx.sender_profile(&self.org, &profile.reference)?,
        };
        if old.as_ref() == Some(profile) {
            return Ok(Kept::Unchanged);
        }
        may_replace(old.as_ref())?;
        check_clients(tx, &self.org, profile)?;
        if old.is_none() {
            let (count, most) =
                (self.count.map_or_else(|| tx.count_sender_profiles(&self.org), Ok)?, limits::CATALOGUE_ENTRIES);
            if count >= most {
                let message = format!("an organization has at most {most}; change one instead");
                return Err(Error::invalid("limit", "reference", message).into());
            }
            self.count = Some(count + 1);
        }
        // Written in the order in which they were said: the last default counts.
        decided.map(|at| self.decided.remove(at));
        self.decided.push(profile.clone());
        Ok(if old.is_some() { Kept::Changed } else { Kept::Created })
    }

    /// Writes what was taken.
    pub(super) fn save(self, tx: &mut Tx<'_>, by: &Stamp) -> Result<(), Fault> {
        self.decided.iter().try_for_each(|profile| tx.put_sender_profile(&self.org, profile, by))
    }
}

/// # Errors
/// 404 for a profile that is not there, 412 for one that was changed since.
fn check_version(profile: Option<&SenderProfile>, if_version: &IfVersion) -> Result<()> {
    let profile = profile.ok_or(ABSENT)?;
    if if_version.is(&tag_of(profile)) { Ok(()) } else { Err(Error::Changed) }
}

/// # Errors
/// 400 for clients that are not the organization's.
fn check_clients(tx: &mut Tx<'_>, org: &str, profile: &SenderProfile) -> Result<(), Fault> {
    let mut findings = Findings::default();
    for (at, id) in profile.clients.iter().enumerate() {
        if tx.client(id)?.is_none_or(|client| client.org != org) {
            findings.add("unknown_code", format!("clients[{at}]"), "there is no such OAuth2 client of yours");
        }
    }
    Ok(findings.into_result()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Sender;

    #[test]
    fn the_tag_is_that_of_the_whole_profile() {
        let profile = SenderProfile { reference: "shop".into(), ..SenderProfile::default() };
        let named = SenderProfile {
            sender: Sender { sender_name: Some("Shop".into()), ..Sender::default() },
            ..profile.clone()
        };
        let default = SenderProfile { is_default: true, ..profile.clone() };
        assert_ne!(tag_of(&profile), tag_of(&named));
        assert_ne!(tag_of(&profile), tag_of(&default));
    }
}
