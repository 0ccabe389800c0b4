//! Declarations of senders before an item id is known: CreateOrUpdateAnonymousDeclaration, GetAnonymousDeclaration,
//! GetFinalDeclarationIdFromAnonymousDeclarationId, ConvertAnonymousToCDSDeclaration.
//!
//! A person's data is found only by the post that keeps it; ids cannot be guessed from each other.

use std::time::Duration;

use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;

use super::batch::{BatchMode, Entry};
use super::cursor::{Cursor, binding, cut, page_size};
use super::declare::{self, Declared};
use super::idempotency::once;
use super::item::identity::{self, Found, Key, comparable_zip};
use super::refer::check_other;
use super::rights::UseCase;
use super::{Actor, Answer, Part, RequestKey, Services};
use crate::contract::canonical::{digest, to_canonical};
use crate::contract::{AnonymousDeclaration, Declaration, DeclarationData, MailObject, SearchCriteria, WcfDate};
use crate::domain::{Flow, OrganizationKind, RecordEventKind, RecordKind};
use crate::error::{Error, Findings, Result};
use crate::limits;
use crate::refdata::lists::{Country, List};
use crate::rules::enrich;
use crate::rules::item_id::class_from_id;
use crate::rules::life_cycle::StoreEvent;
use crate::rules::places;
use crate::rules::reserved;
use crate::rules::structure::{self, UNKNOWN_POST, given};
use crate::store::anonymous::{AnonymousFilter, AnonymousRow};
use crate::store::item::{Item, Parts, Stamp};
use crate::store::record_history::RecordEvent;
use crate::store::types::{At, Id};
use crate::store::{Fault, Tx};

/// A page of anonymous declarations as JSON.
#[derive(Clone, Debug, Default)]
pub struct Page {
    pub declarations: Vec<String>,
    pub next_cursor: Option<String>,
}

/// Which anonymous declaration becomes which item.
#[derive(Clone, Debug)]
pub struct Conversion {
    pub id: String,
    /// The item id; the anonymous id when absent.
    pub item_id: Option<String>,
}

/// What a sender lodged without an account.
#[derive(Clone, Debug)]
pub struct Lodged {
    pub destination: Option<String>,
    pub mail_class: Option<String>,
    pub data: DeclarationData,
}

impl Services {
    /// What was lodged under an id and became no item yet.
    ///
    /// # Errors
    /// 404 when the caller keeps no such declaration; 401 for customs.
    pub async fn lodged(&self, actor: &Actor, id: &str) -> Result<Lodged> {
        actor.check(UseCase::TakeOver)?;
        let (post, id) = (actor.own_post(None)?.to_owned(), id.to_owned());
        let row = self.store.read(move |tx| {
            let now = At(tx.now);
            let open = |row: &AnonymousRow| row.expires_at > now && row.final_id.is_none();
            tx.anonymous(&post, &id)?.filter(open).ok_or_else(|| Error::Absent { what: "declaration" }.into())
        });
        let row = row.await?;
        let data = serde_json::from_str(&row.body)
            .map_err(|error| Error::Internal(format!("stored anonymous declaration: {error}")))?;
        Ok(Lodged { destination: row.dest_post, mail_class: row.mail_class, data })
    }

    /// Keeps an anonymous declaration, or changes the one with the id given; answers its id.
    ///
    /// # Errors
    /// 400 with findings, for an id that is not there, and for one that was converted; 401 for customs.
    pub async fn put_anonymous(
        &self,
        actor: &Actor,
        sent: AnonymousDeclaration,
        key: Option<RequestKey>,
    ) -> Result<Answer> {
        actor.check(UseCase::TakeOver)?;
        self.keep_anonymous(actor, sent, None, key).await
    }

    /// The same for whoever comes back with the secret that this is the digest of.
    pub(super) async fn keep_anonymous(
        &self,
        actor: &Actor,
        sent: AnonymousDeclaration,
        secret: Option<Vec<u8>>,
        key: Option<RequestKey>,
    ) -> Result<Answer> {
        actor.own_post(given(&sent.known.postal_org_cd))?;
        check(&sent, self.catalogue().countries()).into_result()?;
        let row = AnonymousRow { secret, ..row_of(actor, &sent) };
        let (actor, term) = (actor.clone(), self.terms.anonymous);
        self.store
            .write(move |tx| {
                once(tx, &actor, key.as_ref(), |tx| {
                    let row = dated(&row, term, tx);
                    let id = if row.id.is_empty() { create(tx, &actor, &row)? } else { update(tx, &actor, &row)? };
                    Ok(Answer::of(to_canonical(&id)))
                })
            })
            .await
    }

    /// Keeps an anonymous declaration under an id of the caller's choice, for data that comes with its ids.
    ///
    /// # Errors
    /// 400 with findings; 401 for customs.
    pub async fn import_anonymous(&self, actor: &Actor, id: &str, sent: AnonymousDeclaration) -> Result<()> {
        actor.check(UseCase::TakeOver)?;
        actor.own_post(None)?;
        check(&sent, self.catalogue().countries()).into_result()?;
        let row = AnonymousRow { id: id.to_owned(), ..row_of(actor, &sent) };
        let (actor, term) = (actor.clone(), self.terms.anonymous);
        self.store
            .write(move |tx| match tx.anonymous(&row.post_org, &row.id)? {
                Some(_) => Ok(()),
                None => add(tx, &actor, &dated(&row, term, tx)),
            })
            .await
    }

    /// The declarations that match, not converted and not expired.
    ///
    /// # Errors
    /// 400 when no criterion is given or the cursor does not fit; 401 for customs and for another post.
    pub async fn find_anonymous(&self, actor: &Actor, criteria: SearchCriteria) -> Result<Page> {
        actor.check(UseCase::TakeOver)?;
        let post = actor.own_post(given(&criteria.postal_org_cd))?.to_owned();
        let filter = filter_of(&criteria);
        if filter == AnonymousFilter::default() && given(&criteria.postal_org_cd).is_none() {
            let message = "give at least one criterion, for example SenderEmail or Id";
            return Err(Error::invalid("required", "searchCriteria", message));
        }
        let bound = binding(&format!("{post} anonymous {filter:?}"));
        let after = match given(&criteria.cursor).map(|text| Cursor::read(text, bound)).transpose() {
            Ok(None) => None,
            Ok(Some(Cursor::AfterItem(pid))) => Some(pid),
            Ok(Some(Cursor::AfterChanges(_))) | Err(_) => {
                let message = "made for other criteria; send the same criteria with the cursor, or start again";
                return Err(Error::invalid("cursor", "searchCriteria.Cursor", message));
            }
        };
        let limit = page_size(criteria.records_limit, limits::ANONYMOUS_DEFAULT, limits::ANONYMOUS_MAX);
        self.store
            .read(move |tx| {
                let mut rows = tx.open_anonymous(&post, &filter, after, limit + 1)?;
                Ok(Page {
                    next_cursor: cut(&mut rows, limit).map(|row| Cursor::AfterItem(row.pid.0).write(bound)),
                    declarations: rows.iter().map(written).collect(),
                })
            })
            .await
    }

    /// The item id that an anonymous declaration became; empty when it was not converted yet.
    ///
    /// # Errors
    /// 400 when the caller keeps no such declaration; 401 for customs.
    pub async fn final_id(&self, actor: &Actor, id: &str) -> Result<String> {
        actor.check(UseCase::TakeOver)?;
        let (post, id) = (actor.own_post(None)?.to_owned(), id.to_owned());
        self.store.read(move |tx| Ok(existing(tx, &post, &id, "anonymousDeclId")?.final_id.unwrap_or_default())).await
    }

    /// Makes a final declaration (event 2) of the caller out of an anonymous one, once; posted now.
    ///
    /// # Errors
    /// 400 when the caller keeps no such declaration, it became another item, the item has a declaration already, or the
    /// data does not suffice; 401 for customs.
    pub async fn convert_anonymous(
        &self,
        actor: &Actor,
        wanted: Conversion,
        key: Option<RequestKey>,
    ) -> Result<Answer> {
        actor.check(UseCase::TakeOver)?;
        actor.own_post(None)?;
        let mut findings = Findings::default();
        structure::check_item_id(&mut findings, "internationalItemId", wanted.item_id.as_deref());
        findings.into_result()?;
        let (services, actor) = (self.clone(), actor.clone());
        let answer = self
            .store
            .write(move |tx| once(tx, &actor, key.as_ref(), |tx| convert(&services, tx, &actor, &wanted)))
            .await?;
        self.note_activity(Part::Declaration);
        Ok(answer)
    }
}

fn check(sent: &AnonymousDeclaration, countries: &List<Country>) -> Findings {
    let mut findings = Findings::default();
    match &sent.known.data {
        None => findings.add("required", "anonymousDeclaration.Data", "give the content of the declaration"),
        Some(data) => {
            findings.extend_under("anonymousDeclaration.Data", structure::declaration_data(data));
            findings.extend_under("anonymousDeclaration.Data", places::check_declared(data, countries));
        }
    }
    let known = &sent.known;
    let mut members = Findings::default();
    structure::check_post(&mut members, "DestPostOrgCd", given(&known.dest_post_org_cd));
    structure::check_post(&mut members, "PostalOrgCd", given(&known.postal_org_cd));
    structure::check_mail_class(&mut members, "MailClassCd", given(&known.mail_class_cd));
    structure::check_office(&mut members, "OfficeCd", given(&known.office_cd));
    structure::check_user(&mut members, "UserCd", given(&known.user_cd));
    findings.extend_under("anonymousDeclaration", members);
    check_other(&mut findings, "anonymousDeclaration", &sent.other);
    findings
}

/// The row of a declaration as sent; dates are those of the transaction.
fn row_of(actor: &Actor, sent: &AnonymousDeclaration) -> AnonymousRow {
    let known = &sent.known;
    let mut data = known.data.clone().unwrap_or_default();
    reserved::take(&mut data.extra_field_names, &mut data.extra_field_values);
    enrich::drop_goods(&mut data);
    let own = |text: &Option<String>| given(text).map(str::to_owned);
    let never = At(chrono::DateTime::UNIX_EPOCH);
    AnonymousRow {
        post_org: actor.org.clone(),
        id: given(&known.id).unwrap_or_default().to_owned(),
        pid: Id(Uuid::now_v7()),
        created_at: never,
        changed_at: never,
        expires_at: never,
        final_id: None,
        dest_post: own(&known.dest_post_org_cd),
        mail_class: own(&known.mail_class_cd),
        office_cd: actor.office_cd.clone().or_else(|| own(&known.office_cd)),
        user_cd: actor.user_cd.clone().or_else(|| own(&known.user_cd)),
        sender_name_key: person(given(&data.sender_name), &data.sender_first_name, &data.sender_last_name),
        sender_email_key: given(&data.sender_email).map(str::to_lowercase),
        sender_telephone_key: given(&data.sender_telephone).map(digits),
        recipient_name_key: person(given(&data.recipient_name), &data.recipient_first_name, &data.recipient_last_name),
        recipient_country: own(&data.recipient_country_cd),
        recipient_zip_key: given(&data.recipient_zip).map(comparable_zip),
        body: to_canonical(&data),
        other: to_canonical(&sent.other),
        secret: None,
    }
}

/// A name as it is searched by: the full one, else first and last.
fn person(name: Option<&str>, first: &Option<String>, last: &Option<String>) -> Option<String> {
    let parts = [given(first), given(last)].into_iter().flatten().collect::<Vec<_>>().join(" ");
    name.map(str::to_owned).or(Some(parts)).map(|name| comparable_name(&name)).filter(|name| !name.is_empty())
}

/// Small letters, single blanks.
fn comparable_name(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

fn digits(telephone: &str) -> String {
    telephone.chars().filter(char::is_ascii_digit).collect()
}

fn filter_of(criteria: &SearchCriteria) -> AnonymousFilter {
    let own = |text: &Option<String>| given(text).map(str::to_owned);
    AnonymousFilter {
        id: own(&criteria.id),
        created_from: criteria.created_from.map(|date| At(date.instant())),
        // The whole second.
        created_to: criteria.created_to.map(|date| At(date.instant() + TimeDelta::microseconds(999_999))),
        office_cd: own(&criteria.office_cd),
        user_cd: own(&criteria.user_cd),
        sender_name: given(&criteria.sender_name).map(comparable_name),
        sender_email: given(&criteria.sender_email).map(str::to_lowercase),
        sender_telephone: given(&criteria.sender_telephone).map(digits),
        recipient_name: given(&criteria.recipient_name).map(comparable_name),
        recipient_country: own(&criteria.recipient_country_cd),
        recipient_zip: given(&criteria.recipient_zip).map(comparable_zip),
    }
}

/// The row as it is stored now, to last for `term`.
fn dated(row: &AnonymousRow, term: Duration, tx: &Tx<'_>) -> AnonymousRow {
    let expires_at = At(tx.now + term);
    AnonymousRow { created_at: At(tx.now), changed_at: At(tx.now), expires_at, ..row.clone() }
}

fn add(tx: &mut Tx<'_>, actor: &Actor, row: &AnonymousRow) -> Result<(), Fault> {
    tx.add_anonymous(row)?;
    record(tx, actor, row, RecordEventKind::Stored, None)
}

/// Notes what happened to a declaration, by the user and office that the row was sent with.
fn record(
    tx: &mut Tx<'_>,
    actor: &Actor,
    row: &AnonymousRow,
    event: RecordEventKind,
    replaced: Option<String>,
) -> Result<(), Fault> {
    let event = RecordEvent {
        org: &row.post_org,
        kind: RecordKind::Anonymous,
        id: &row.id,
        event,
        detail: row.final_id.as_ref().map(|id| json!({ "ItemId": id })),
        digest: Some(digest(&row.body)),
        replaced,
    };
    let stamp = Stamp { user_cd: row.user_cd.clone(), office_cd: row.office_cd.clone(), ..actor.stamp() };
    tx.record(event, &stamp)
}

fn create(tx: &mut Tx<'_>, actor: &Actor, row: &AnonymousRow) -> Result<String, Fault> {
    for _ in 0..NUMBERS_TRIED {
        let id = format!("{}{}", random_number(), actor.country);
        if tx.anonymous(&row.post_org, &id)?.is_none() {
            add(tx, actor, &AnonymousRow { id: id.clone(), ..row.clone() })?;
            return Ok(id);
        }
    }
    Err(Error::Internal("no free id for an anonymous declaration".into()).into())
}

/// Of 900 million numbers even a million in use leave one free at the first try or two.
const NUMBERS_TRIED: usize = 20;

/// Nine digits out of the operating system's randomness.
fn random_number() -> u64 {
    let random = u128::from_be_bytes(*Uuid::new_v4().as_bytes());
    // The low 62 bits are random in this form of GUID.
    100_000_000 + (random & ((1 << 62) - 1)) as u64 % 900_000_000
}

fn update(tx: &mut Tx<'_>, actor: &Actor, row: &AnonymousRow) -> Result<String, Fault> {
    let path = "anonymousDeclaration.Id";
    let old = existing(tx, &row.post_org, &row.id, path)?;
    if old.final_id.is_some() {
        let message = "it was converted; change the declaration of the item instead";
        return Err(Error::invalid("state", path, message).into());
    }
    let new = AnonymousRow {
        pid: old.pid,
        created_at: old.created_at,
        office_cd: row.office_cd.clone().or(old.office_cd.clone()),
        user_cd: row.user_cd.clone().or(old.user_cd.clone()),
        secret: old.secret.clone(),
        ..row.clone()
    };
    tx.change_anonymous(&new)?;
    // Sent again as it is, it only lasts longer.
    if new != (AnonymousRow { changed_at: new.changed_at, expires_at: new.expires_at, ..old.clone() }) {
        record(tx, actor, row, RecordEventKind::Changed, Some(old.body))?;
    }
    Ok(row.id.clone())
}

/// A declaration of the post that has not expired, or that was converted: which item it became is known for ever.
pub(super) fn existing(tx: &mut Tx<'_>, post: &str, id: &str, path: &str) -> Result<AnonymousRow, Fault> {
    let now = At(tx.now);
    let found = tx.anonymous(post, id)?.filter(|row| row.expires_at > now || row.final_id.is_some());
    found.ok_or_else(|| Error::invalid("absent", path, "you keep no anonymous declaration with this id").into())
}

/// As it travels, the stored text spliced in.
fn written(row: &AnonymousRow) -> String {
    let text = |value: &Option<String>| to_canonical(value);
    let date = |at: At| to_canonical(&WcfDate::new(at.0));
    let other = row.other.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).unwrap_or_default();
    let comma = if other.is_empty() { "" } else { "," };
    format!(
        r#"{{"CreatedDt":{},"Data":{},"DestPostOrgCd":{},"ExpiryDt":{},"FinalDeclarationId":{},"Id":{},"MailClassCd":{},"OfficeCd":{},"PostalOrgCd":{},"UserCd":{}{comma}{other}}}"#,
        date(row.created_at),
        row.body,
        text(&row.dest_post),
        date(row.expires_at),
        text(&row.final_id),
        to_canonical(&row.id),
        text(&row.mail_class),
        text(&row.office_cd),
        to_canonical(&row.post_org),
        text(&row.user_cd),
    )
}

fn convert(services: &Services, tx: &mut Tx<'_>, actor: &Actor, wanted: &Conversion) -> Result<Answer, Fault> {
    let row = existing(tx, &actor.org, &wanted.id, "anonymousDeclarationId")?;
    let item_id = wanted.item_id.clone().unwrap_or_else(|| row.id.clone());
    match &row.final_id {
        Some(known) if known == &item_id => return Ok(Answer::void()),
        Some(_) => {
            let message = "it was converted into another item";
            return Err(Error::invalid("state", "internationalItemId", message).into());
        }
        None => {}
    }
    let items = tx.items_by_id(&actor.org, &[item_id.as_str()], Parts::Declaration)?;
    let same_id: Vec<(usize, &Item)> = items.iter().enumerate().collect();
    // Posted now: an earlier life of the id is another item.
    let key = Key { item_id: item_id.clone(), origin: actor.org.clone(), posting: Some(tx.now), ..Key::default() };
    let there = match identity::find(tx, &services.catalogue(), &same_id, &key)? {
        Found::At(at) => Some(&items[at]),
        Found::New(_) | Found::Several(_) => None,
    };
    let passed_on = |item: &Item| item.declaration().is_some_and(|row| row.seen || row.sent);
    if there.is_some_and(|item| item.object.flow == Flow::Outbound && passed_on(item)) {
        let message = "this item of yours has a declaration already";
        return Err(Error::invalid("state", "internationalItemId", message).into());
    }
    let data: DeclarationData = serde_json::from_str(&row.body)
        .map_err(|error| Error::Internal(format!("stored anonymous declaration: {error}")))?;
    let destination = destination(services, tx, &row, &data)?;
    let object = MailObject {
        id: Some(item_id.clone()),
        orig_post_org_cd: Some(actor.org.clone()),
        dest_post_org_cd: Some(destination),
        mail_class_cd: Some(row.mail_class.clone().unwrap_or_else(|| class_from_id(&item_id).to_owned())),
        posting_dt: Some(WcfDate::new(tx.now)),
        ..MailObject::default()
    };
    let declared = Declared {
        object: Some(object),
        declaration: Some(Declaration { data: Some(data), ..Declaration::default() }),
        event: StoreEvent::Final,
        object_path: "MailObject".into(),
        declaration_path: "anonymousDeclaration".into(),
        external_reference: None,
        ingestion: None,
        callback: None,
        found: Findings::default(),
    };
    let entry = Entry { list: "", index: None, item_id: Some(item_id.clone()), content: Ok(declared) };
    let entry = entry.then(|sent| declare::prepare(services, actor, sent))?;
    let answer = declare::store_all(services, tx, actor, &[entry], BatchMode::AllOrNothing)?;
    close(tx, actor, row, item_id)?;
    Ok(answer)
}

/// Notes which item an anonymous declaration became.
fn close(tx: &mut Tx<'_>, actor: &Actor, row: AnonymousRow, item_id: String) -> Result<(), Fault> {
    let row = AnonymousRow { final_id: Some(item_id), changed_at: At(tx.now), ..row };
    tx.change_anonymous(&row)?;
    let stamped = AnonymousRow { user_cd: actor.user_cd.clone(), office_cd: actor.office_cd.clone(), ..row };
    record(tx, actor, &stamped, RecordEventKind::Converted, None)
}

/// Notes that an anonymous declaration became an item that was declared otherwise than by converting it.
///
/// # Errors
/// 400 when the caller keeps no such declaration, or it became an item before.
pub(super) fn close_lodged(tx: &mut Tx<'_>, actor: &Actor, id: &str, item_id: &str) -> Result<(), Fault> {
    let row = existing(tx, &actor.org, id, "anonymousDeclarationId")?;
    if row.final_id.is_some() {
        return Err(Error::invalid("state", "anonymousDeclarationId", "it was converted into another item").into());
    }
    close(tx, actor, row, item_id.to_owned())
}

/// The post the declaration names, else one of the recipient's country: of those that live here or are partners the
/// first by code, else the first designated operator.
fn destination(
    services: &Services,
    tx: &mut Tx<'_>,
    row: &AnonymousRow,
    data: &DeclarationData,
) -> Result<String, Fault> {
    if let Some(named) = row.dest_post.as_deref().filter(|named| *named != UNKNOWN_POST) {
        return Ok(named.to_owned());
    }
    let Some(country) = given(&data.recipient_country_cd) else {
        let message = "say where it goes: DestPostOrgCd, or the recipient's country in Data.RecipientCountryCd";
        return Err(Error::invalid("required", "anonymousDeclaration.DestPostOrgCd", message).into());
    };
    let known =
        tx.organizations()?.into_iter().find(|org| org.kind == OrganizationKind::Post && org.country == country);
    let catalogue = services.catalogue();
    let listed = || catalogue.operators.iter().find(|operator| operator.country == country);
    let post = known.map(|org| org.code).or_else(|| listed().map(|operator| operator.code.clone()));
    post.ok_or_else(|| {
        let message = format!("no post of {country} is known; name the destination in DestPostOrgCd");
        Error::invalid("unknown_code", "anonymousDeclaration.DestPostOrgCd", message).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_nine_digits_and_do_not_follow_each_other() {
        let numbers: Vec<u64> = (0..50).map(|_| random_number()).collect();
        assert!(numbers.iter().all(|number| (100_000_000..1_000_000_000).contains(number)));
        assert!(numbers.windows(2).filter(|pair| pair[0].abs_diff(pair[1]) < 1_000).count() < 3, "{numbers:?}");
    }

    #[test]
    fn names_and_telephones_are_compared_without_their_dress() {
        assert_eq!(comparable_name("  Zoë\t VAN  Damme "), "zoë van damme");
        assert_eq!(digits("+61 (2) 5550-0100"), "61255500100");
        assert_eq!(person(None, &Some("Ann".into()), &Some("Lee".into())).as_deref(), Some("ann lee"));
        assert_eq!(person(Some("Firm"), &None, &None).as_deref(), Some("firm"));
        assert_eq!(person(None, &None, &None), None);
    }
}
