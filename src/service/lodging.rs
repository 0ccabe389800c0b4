//! Senders without an account: what they declare at home is lodged with a post, under a number that its clerk scans, and can be
//! changed and erased by whoever has the secret that was shown once.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::anonymous::existing;
use super::auth::hosted_actor;
use super::form::FormJudged;
use super::printing::Printable;
use super::rights::UseCase;
use super::{Actor, RequestKey, Services};
use crate::contract::anonymous::AnonymousMembers;
use crate::contract::canonical::to_canonical;
use crate::contract::{AnonymousDeclaration, CdsView, Declaration, DeclarationData, MailObject};
use crate::domain::OrganizationKind;
use crate::error::{Error, Result};
use crate::rules::life_cycle::StoreEvent;
use crate::sheet::SheetItem;
use crate::sheet::filled::Filled;
use crate::sheet::out::Exported;
use crate::store::anonymous::AnonymousRow;
use crate::store::{Fault, Tx};

/// Letters and digits that are not taken for one another (Crockford).
const SIGNS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Signs of a secret: 60 bits, of which an address may try a few in a minute.
const SECRET_SIGNS: usize = 12;

/// What a sender comes back with. The same form has the same secret, so that sending it twice shows no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LodgingSecret(String);

impl LodgingSecret {
    /// The secret of a form, by its key, which nobody else knows.
    pub fn of_form(key: Uuid) -> Self {
        let hash = Sha256::new().chain_update("lodging").chain_update(key.as_bytes()).finalize();
        Self(hash.iter().take(SECRET_SIGNS).map(|byte| char::from(SIGNS[usize::from(byte % 32)])).collect())
    }

    /// A secret as it was typed: with or without hyphens, in small letters, O for 0.
    pub fn typed(text: &str) -> Self {
        let signs = text.chars().filter(char::is_ascii_alphanumeric).take(2 * SECRET_SIGNS);
        let sign = |sign: char| match sign.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            sign => sign,
        };
        Self(signs.map(sign).collect())
    }

    /// As it is read to people: `ABCD-EFGH-JKMN`.
    pub fn shown(&self) -> String {
        let groups: Vec<&str> =
            self.0.as_bytes().chunks(4).filter_map(|group| std::str::from_utf8(group).ok()).collect();
        groups.join("-")
    }

    fn digest(&self) -> Vec<u8> {
        Sha256::digest(&self.0).to_vec()
    }
}

/// What was lodged, as its sender finds it again.
#[derive(Clone, Debug)]
pub struct OwnLodged {
    pub filled: Filled,
    /// Not found any more from then on.
    pub expires_at: DateTime<Utc>,
    /// It became an item, and is changed there.
    pub is_taken_over: bool,
}

const ABSENT: Error = Error::Absent { what: "declaration" };

impl Services {
    /// The posts that take declarations of senders: code and name.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn lodging_posts(&self) -> Result<Vec<(String, String)>> {
        let organizations = self.store.read(|tx| tx.organizations()).await?;
        let posts = organizations.into_iter().filter(|org| org.kind == OrganizationKind::Post && !org.remote);
        Ok(posts.map(|org| (org.code, org.name)).collect())
    }

    /// As whom a sender without an account declares with a post: the post itself. Beside it the name of the post.
    ///
    /// # Errors
    /// 404 for what is no post that is served here.
    pub async fn lodging_at(&self, post: &str) -> Result<(Actor, String)> {
        let post = post.to_owned();
        let found = self.store.read(move |tx| Ok(hosted_actor(tx, &post)?.zip(tx.organization(&post)?))).await?;
        let (actor, row) = found.filter(|(actor, _)| actor.kind == OrganizationKind::Post).ok_or(ABSENT)?;
        Ok((actor, row.name))
    }

    /// What a sender's form says, with everything that the checks say of it.
    ///
    /// # Errors
    /// 401 for customs.
    pub async fn judge_lodging(&self, actor: &Actor, filled: &Filled, comma: bool) -> Result<FormJudged> {
        actor.check(UseCase::TakeOver)?;
        let mut filled = filled.clone();
        let country = filled.text(None, "recipient_country").to_owned();
        if let [post] = self.catalogue().posts_of(&country).as_slice() {
            filled.item.insert("destination".into(), post.clone());
        }
        let item = self.read_form(actor, &filled, comma)?;
        self.judge_form(actor, None, item, StoreEvent::Final).await
    }

    /// Lodges what a form says, once for its key: under a new number, or in the place of what is under `number`. Gives the number.
    ///
    /// # Errors
    /// 400 with findings; 404 where nothing is under the number with the secret; 422 for a form that was sent before with other
    /// content, or whose declaration was erased since.
    pub async fn lodge(
        &self,
        actor: &Actor,
        item: SheetItem,
        (key, secret): (Uuid, &LodgingSecret),
        number: Option<String>,
    ) -> Result<String> {
        actor.check(UseCase::TakeOver)?;
        if let Some(number) = &number {
            self.own_row(actor, number, secret).await?;
        }
        let known = AnonymousMembers {
            data: Some(item.data),
            dest_post_org_cd: item.object.dest_post_org_cd,
            mail_class_cd: item.object.mail_class_cd,
            id: number,
            ..AnonymousMembers::default()
        };
        let fingerprint = Sha256::digest(to_canonical(&known)).to_vec();
        let key = RequestKey { key: format!("lodging-{key}"), fingerprint };
        let sent = AnonymousDeclaration { known, ..AnonymousDeclaration::default() };
        let answer = self.keep_anonymous(actor, sent, Some(secret.digest()), Some(key)).await?;
        let number: String = serde_json::from_str(&answer.value)
            .map_err(|error| Error::Internal(format!("the number of a declaration cannot be read: {error}")))?;
        // A form that is sent again is answered as it was; what it lodged may be erased by then.
        match self.own_row(actor, &number, secret).await {
            Ok(_) => Ok(number),
            Err(Error::Absent { .. }) => Err(Error::KeyReused),
            Err(error) => Err(error),
        }
    }

    /// What is under a number, for whoever has its secret.
    ///
    /// # Errors
    /// 404 where nothing is under the number with the secret.
    pub async fn own_lodged(&self, actor: &Actor, number: &str, secret: &LodgingSecret) -> Result<OwnLodged> {
        actor.check(UseCase::TakeOver)?;
        let row = self.own_row(actor, number, secret).await?;
        let data = stored_data(&row.body)?;
        let object = MailObject { mail_class_cd: row.mail_class.clone(), ..MailObject::default() };
        let exported =
            Exported { object: &object, data: data.as_ref(), external_reference: None, shown: &[], zone: actor.zone };
        let is_taken_over = row.final_id.is_some();
        Ok(OwnLodged { filled: Filled::of(&exported), expires_at: row.expires_at.0, is_taken_over })
    }

    /// What is under a number, for whoever has its secret, as it is printed.
    ///
    /// # Errors
    /// 404 where nothing is under the number with the secret.
    pub async fn printable_lodged(&self, actor: &Actor, number: &str, secret: &LodgingSecret) -> Result<Printable> {
        actor.check(UseCase::TakeOver)?;
        let row = self.own_row(actor, number, secret).await?;
        let object = MailObject {
            id: Some(row.id),
            orig_post_org_cd: Some(row.post_org),
            dest_post_org_cd: row.dest_post,
            mail_class_cd: row.mail_class,
            ..MailObject::default()
        };
        let declaration = Declaration { data: stored_data(&row.body)?, ..Declaration::default() };
        let view = CdsView { mail_object: Some(object), declaration: Some(declaration), ..CdsView::default() };
        Ok(self.with_value(actor, view))
    }

    /// Erases what is under a number, with everything that it ever said.
    ///
    /// # Errors
    /// 404 where nothing is under the number with the secret; 409 for what became an item.
    pub async fn erase_lodged(&self, actor: &Actor, number: &str, secret: &LodgingSecret) -> Result<()> {
        actor.check(UseCase::TakeOver)?;
        let (post, number, digest) = (actor.own_post(None)?.to_owned(), number.to_owned(), secret.digest());
        let erase = move |tx: &mut Tx<'_>| {
            let row = own(tx, &post, &number, &digest)?;
            if row.final_id.is_some() {
                let message = "the post has taken it over; ask there";
                return Err(Error::invalid("state", "number", message).into());
            }
            tx.erase_anonymous(&row)
        };
        self.store.write(erase).await
    }

    /// When what is lodged now is found no more.
    pub fn lodged_until(&self) -> DateTime<Utc> {
        self.clock.now() + self.terms.anonymous
    }

    async fn own_row(&self, actor: &Actor, number: &str, secret: &LodgingSecret) -> Result<AnonymousRow> {
        let (post, number, digest) = (actor.own_post(None)?.to_owned(), number.to_owned(), secret.digest());
        self.store.read(move |tx| own(tx, &post, &number, &digest)).await
    }
}

/// What was declared; nothing where it was erased.
fn stored_data(body: &str) -> Result<Option<DeclarationData>> {
    let data = (!body.is_empty()).then(|| serde_json::from_str(body)).transpose();
    data.map_err(|error| Error::Internal(format!("stored anonymous declaration: {error}")))
}

/// The row of a number with this secret. What another has lodged looks like what is not there.
fn own(tx: &mut Tx<'_>, post: &str, number: &str, digest: &[u8]) -> Result<AnonymousRow, Fault> {
    let row = match existing(tx, post, number, "number") {
        Ok(row) => row,
        Err(Fault::App(Error::Invalid(_))) => return Err(ABSENT.into()),
        Err(fault) => return Err(fault),
    };
    // Of digests nothing is learnt by how long they take to compare.
    if row.secret.as_deref() == Some(digest) { Ok(row) } else { Err(ABSENT.into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_known_again_however_it_is_typed() {
        let secret = LodgingSecret::of_form(Uuid::from_u128(7));
        let shown = secret.shown();
        assert_eq!((shown.len(), shown.matches('-').count()), (14, 2));
        for typed in [shown.clone(), shown.to_lowercase(), shown.replace('-', " "), shown.replace('0', "o")] {
            assert_eq!(LodgingSecret::typed(&typed), secret, "{typed}");
        }
        assert_ne!(LodgingSecret::of_form(Uuid::from_u128(8)), secret);
        assert_ne!(LodgingSecret::typed(&format!("{shown}0")), secret);
    }
}
