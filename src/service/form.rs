//! Declaring at a form: what it begins with, what it says, what is found in it, and what it becomes.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::amend::{Amendment, Changeable, Judged, NewItem};
use super::anonymous::Lodged;
pub use super::judgement::Found;
use super::one::{IfVersion, Named};
use super::rights::UseCase;
use super::{Actor, Answer, RequestKey, Services};
use crate::contract::canonical::to_canonical;
use crate::contract::own::Receipt;
use crate::contract::{Declaration, DeclarationData, MailObject, RestrictionProhibition};
use crate::error::{Error, Result};
use crate::limits;
use crate::rules::life_cycle::StoreEvent;
use crate::rules::reserved;
use crate::rules::structure::given;
use crate::sheet::filled::Filled;
use crate::sheet::keys::VERSION;
use crate::sheet::out::Exported;
use crate::sheet::{Reading, SheetItem};

/// Fields that a copy does not take over: what is of the one item alone.
const OF_ONE_ITEM: [&str; 6] = ["item_id", "posted_on", "local_id", "local_id2", "external_reference", VERSION];
/// Begins the keys of documents, which are of one item as well.
const DOCUMENT: &str = "doc";

/// A form, and how far it goes.
#[derive(Clone, Debug)]
pub struct Begun {
    pub filled: Filled,
    /// Of the item that it is of; none for a new one.
    pub as_it_is: Option<Changeable>,
}

/// What a form declares, checked.
#[derive(Debug)]
pub struct FormJudged {
    pub item: SheetItem,
    pub judged: Judged,
    /// What the destination says of the goods.
    pub restrictions: Vec<RestrictionProhibition>,
}

impl Services {
    /// The form of a new item: posted today, sent from the own country.
    ///
    /// # Errors
    /// 401 for customs.
    pub fn blank_form(&self, actor: &Actor) -> Result<Filled> {
        actor.check(UseCase::Declare)?;
        actor.own_post(None)?;
        let mut filled = Filled::default();
        let today = self.clock.now().with_timezone(&actor.zone).date_naive();
        filled.item.insert("posted_on".into(), today.to_string());
        filled.item.insert("sender_country".into(), actor.country.clone());
        filled.lines.push(Default::default());
        Ok(filled)
    }

    /// The form of an item as it stands.
    ///
    /// # Errors
    /// 404 when the caller has none, 409 when several fit, 401 for customs; 400 for one with more lines than a form has.
    pub async fn form_of(&self, actor: &Actor, named: Named) -> Result<Begun> {
        actor.check(UseCase::Declare)?;
        let as_it_is = self.changeable(actor, named).await?;
        let object: MailObject = stored(&as_it_is.mail_object)?;
        let declaration: Option<Declaration> = stored(&as_it_is.declaration)?;
        let data = declaration.and_then(|declaration| declaration.data);
        let filled = filled(actor, &object, data, as_it_is.external_reference.as_deref(), &as_it_is.tag)?;
        Ok(Begun { filled, as_it_is: Some(as_it_is) })
    }

    /// The form of a new item that says what another says, but for what is of that one alone: ids, date, documents.
    ///
    /// # Errors
    /// Like [`Self::form_of`].
    pub async fn form_like(&self, actor: &Actor, named: Named) -> Result<Filled> {
        actor.check(UseCase::Declare)?;
        let filled = self.form_of(actor, named).await?.filled;
        self.posted_today(actor, of_many(filled))
    }

    /// The form of a new item that a template fills in.
    ///
    /// # Errors
    /// 404 when there is none of this name that the caller may use.
    pub async fn form_of_template(&self, actor: &Actor, owner: &str, name: &str) -> Result<Filled> {
        actor.check(UseCase::Declare)?;
        let filled = self.template(actor, owner, name).await?;
        self.posted_today(actor, filled)
    }

    /// Keeps a form as a template, without what is of the one item alone.
    ///
    /// # Errors
    /// Like [`Self::put_template`].
    pub async fn keep_form(&self, actor: &Actor, name: &str, shared: bool, filled: &Filled) -> Result<()> {
        actor.check(UseCase::Declare)?;
        self.put_template(actor, name, shared, &of_many(filled.clone())).await
    }

    fn posted_today(&self, actor: &Actor, mut filled: Filled) -> Result<Filled> {
        filled.item.extend(self.blank_form(actor)?.item.into_iter().filter(|(key, _)| key == "posted_on"));
        Ok(filled)
    }

    /// The form of a new item that says what was lodged without an account.
    ///
    /// # Errors
    /// 404 when the caller keeps no such declaration that is still open.
    pub async fn form_of_lodged(&self, actor: &Actor, id: &str) -> Result<Filled> {
        actor.check(UseCase::TakeOver)?;
        let Lodged { destination, mail_class, data } = self.lodged(actor, id).await?;
        let object = MailObject { dest_post_org_cd: destination, mail_class_cd: mail_class, ..MailObject::default() };
        self.posted_today(actor, filled(actor, &object, Some(data), None, "")?)
    }

    /// What an item said in an earlier version, as a form; nothing where that was erased.
    ///
    /// # Errors
    /// 404 when there is no such version.
    pub async fn form_of_version(
        &self,
        actor: &Actor,
        begun: &Begun,
        pid: Uuid,
        version: i32,
    ) -> Result<Option<Filled>> {
        actor.check(UseCase::Declare)?;
        #[derive(serde::Deserialize)]
        struct View {
            data: DeclarationData,
        }
        let text = match self.version_view(actor, Named::Pid(pid), version).await {
            Ok(text) => text,
            Err(Error::Erased) => return Ok(None),
            Err(error) => return Err(error),
        };
        let View { data } = stored(&text)?;
        let Some(as_it_is) = &begun.as_it_is else { return Ok(None) };
        let object: MailObject = stored(&as_it_is.mail_object)?;
        filled(actor, &object, Some(data), as_it_is.external_reference.as_deref(), "").map(Some)
    }

    /// What a form declares. `comma`: a comma may be the decimal sign.
    ///
    /// # Errors
    /// 401 for customs.
    pub fn read_form(&self, actor: &Actor, filled: &Filled, comma: bool) -> Result<SheetItem> {
        actor.check(UseCase::Declare)?;
        let post = actor.own_post(None)?;
        let catalogue = self.catalogue();
        let posts_of = |country: &str| catalogue.posts_of(country);
        let reading = Reading { sheet: None, post, zone: actor.zone, posts_of: &posts_of };
        Ok(filled.read(comma, reading))
    }

    /// What a form declares, with everything that the checks say of it; nothing is stored.
    ///
    /// # Errors
    /// 401 for customs, and for a declaration that names another post.
    pub async fn judge_form(
        &self,
        actor: &Actor,
        as_it_is: Option<&Changeable>,
        item: SheetItem,
        event: StoreEvent,
    ) -> Result<FormJudged> {
        actor.check(UseCase::Declare)?;
        // Many lines take a while: not on the threads that serve requests.
        let (services, actor, as_it_is) = (self.clone(), actor.clone(), as_it_is.cloned());
        self.offload(move || services.judge_form_now(&actor, as_it_is.as_ref(), item, event)).await?
    }

    fn judge_form_now(
        &self,
        actor: &Actor,
        as_it_is: Option<&Changeable>,
        item: SheetItem,
        event: StoreEvent,
    ) -> Result<FormJudged> {
        let object = with_pid(item.object.clone(), as_it_is)?;
        let declaration = Declaration { data: Some(item.data.clone()), ..Declaration::default() };
        let judged = self.judge_only(actor, as_it_is, (object, declaration, event))?;
        let post = given(&item.object.dest_post_org_cd).unwrap_or_default();
        let restrictions = self.restrictions_on(&item.data, post).unwrap_or_default();
        Ok(FormJudged { item, judged, restrictions })
    }

    /// Declares the new item of a form, once for a key.
    ///
    /// # Errors
    /// Like [`Self::declare_new`].
    pub async fn declare_form(
        &self,
        actor: &Actor,
        item: SheetItem,
        event: StoreEvent,
        lodged: Option<String>,
        key: Option<Uuid>,
    ) -> Result<Receipt> {
        actor.check(UseCase::Declare)?;
        let key = request_key(key, &item, event, "new");
        let declaration = Declaration { data: Some(item.data), ..Declaration::default() };
        let external_reference = item.external_reference;
        let new = NewItem { object: item.object, declaration, event, external_reference, lodged };
        receipt(&self.declare_new(actor, new, key).await?)
    }

    /// Puts what a form says in the place of the version that it began with, once for a key.
    ///
    /// # Errors
    /// Like [`Self::amend`].
    pub async fn amend_form(
        &self,
        actor: &Actor,
        as_it_is: &Changeable,
        item: SheetItem,
        event: StoreEvent,
        (tag, key): (&str, Option<Uuid>),
    ) -> Result<Receipt> {
        actor.check(UseCase::Declare)?;
        let key = request_key(key, &item, event, tag);
        let change = Amendment {
            object: with_pid(item.object, Some(as_it_is))?,
            declaration: Declaration { data: Some(item.data), ..Declaration::default() },
            event,
            external_reference: Some(item.external_reference.unwrap_or_default()),
            if_version: IfVersion::These(vec![tag.to_owned()]),
        };
        receipt(&self.amend(actor, change, key).await?)
    }

    /// The country that a form's goods go to; empty when that is not said.
    pub fn country_of_form(&self, filled: &Filled) -> String {
        let catalogue = self.catalogue();
        let post = filled.text(None, "destination").trim().to_uppercase();
        let of_post = catalogue.country_of_post(&post).map(str::to_owned);
        let named = [post.as_str(), filled.text(None, "recipient_country").trim()];
        let listed = || named.into_iter().find(|code| catalogue.countries().contains(code)).map(str::to_owned);
        of_post.or_else(listed).unwrap_or_default()
    }
}

/// A form without what is of one item alone.
fn of_many(mut filled: Filled) -> Filled {
    filled.item.retain(|key, _| !OF_ONE_ITEM.contains(&key.as_str()) && !key.starts_with(DOCUMENT));
    filled
}

/// A mail object under the persistent id of the item that it is of.
fn with_pid(object: MailObject, as_it_is: Option<&Changeable>) -> Result<MailObject> {
    let own: Option<MailObject> = as_it_is.map(|known| stored(&known.mail_object)).transpose()?;
    Ok(match own {
        Some(own) => MailObject {
            p_id: own.p_id,
            mail_state_cd: own.mail_state_cd,
            mail_state_remarks: own.mail_state_remarks,
            ..object
        },
        None => object,
    })
}

/// What makes the same form, sent twice, one.
fn request_key(key: Option<Uuid>, item: &SheetItem, event: StoreEvent, about: &str) -> Option<RequestKey> {
    let mut hasher = Sha256::new();
    for part in [about, &to_canonical(&item.object), &to_canonical(&item.data), &format!("{event:?}")] {
        hasher.update(part);
        hasher.update([0]);
    }
    hasher.update(to_canonical(&item.external_reference));
    Some(RequestKey { key: format!("form-{}", key?), fingerprint: hasher.finalize().to_vec() })
}

fn receipt(answer: &Answer) -> Result<Receipt> {
    stored(&answer.value)
}

fn stored<T: serde::de::DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|error| Error::Internal(format!("what is stored cannot be read: {error}")))
}

fn filled(
    actor: &Actor,
    object: &MailObject,
    data: Option<DeclarationData>,
    external_reference: Option<&str>,
    tag: &str,
) -> Result<Filled> {
    let mut data = data;
    if let Some(data) = &mut data {
        // What the server says of it is not the declarer's.
        reserved::take(&mut data.extra_field_names, &mut data.extra_field_values);
    }
    if data.as_ref().is_some_and(|data| data.content_pieces.len() > limits::FORM_LINES) {
        let message =
            format!("more than the {} lines that a form has; change it with a sheet or a program", limits::FORM_LINES);
        return Err(Error::invalid("not_carried", "", message));
    }
    let shown = [(VERSION, tag.to_owned())];
    let exported = Exported { object, data: data.as_ref(), external_reference, shown: &shown, zone: actor.zone };
    let mut filled = Filled::of(&exported);
    if filled.lines.is_empty() {
        filled.lines.push(Default::default());
    }
    Ok(filled)
}
