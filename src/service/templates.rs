//! Templates: forms that people keep to begin declarations with, for themselves or for all of their organization.

use chrono::{DateTime, Utc};

use super::rights::UseCase;
use super::{Actor, Services};
use crate::error::{Error, Finding, Result};
use crate::limits;
use crate::sheet::filled::Filled;
use crate::store::template::TemplateRow;
use crate::store::types::At;

/// A template in a list.
#[derive(Clone, Debug)]
pub struct TemplateView {
    pub owner: String,
    pub name: String,
    pub shared: bool,
    pub changed_at: DateTime<Utc>,
    /// It is the caller's.
    pub is_own: bool,
}

/// Whose templates are meant: organization and user.
fn owner(actor: &Actor) -> Result<(String, String)> {
    let org = actor.own_post(None)?.to_owned();
    Ok((org, actor.user_cd.clone().ok_or(Error::Unauthorized)?))
}

impl Services {
    /// The templates that the caller may use, by name.
    ///
    /// # Errors
    /// 401 for customs.
    pub async fn templates(&self, actor: &Actor) -> Result<Vec<TemplateView>> {
        actor.check(UseCase::Declare)?;
        let (org, user) = owner(actor)?;
        let own = user.clone();
        let rows = self.store.read(move |tx| tx.templates(&org, &user)).await?;
        let view = |row: TemplateRow| TemplateView {
            is_own: row.owner == own,
            owner: row.owner,
            name: row.name,
            shared: row.shared,
            changed_at: row.changed_at.0,
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// What a template fills in.
    ///
    /// # Errors
    /// 404 when there is none of this name that the caller may use.
    pub async fn template(&self, actor: &Actor, of: &str, name: &str) -> Result<Filled> {
        actor.check(UseCase::Declare)?;
        let (org, user) = owner(actor)?;
        let (of, name) = (of.to_owned(), name.to_owned());
        let row = self.store.read(move |tx| tx.template(&org, &of, &name)).await?;
        let row = row.filter(|row| row.shared || row.owner == user).ok_or(Error::Absent { what: "template" })?;
        serde_json::from_str(&row.body).map_err(|error| Error::Internal(format!("a template cannot be read: {error}")))
    }

    /// Keeps a form under a name of the caller's own, without what is of one item alone.
    ///
    /// # Errors
    /// 400 for a name that is none, a form that is too large, and more templates than fit.
    pub async fn put_template(&self, actor: &Actor, name: &str, shared: bool, filled: &Filled) -> Result<()> {
        actor.check(UseCase::Declare)?;
        let (org, owner) = owner(actor)?;
        let name = name.trim().to_owned();
        if name.is_empty() || name.chars().count() > limits::TEMPLATE_NAME_CHARS || name.chars().any(char::is_control) {
            let message = format!("a name has 1 to {} characters", limits::TEMPLATE_NAME_CHARS);
            return Err(Error::invalid("format", "template", message));
        }
        let body = serde_json::to_string(filled).map_err(|error| Error::Internal(error.to_string()))?;
        if body.len() > limits::TEMPLATE_BYTES {
            return Err(Error::invalid("too_long", "template", "the form is too large to be kept as a template"));
        }
        self.store
            .write(move |tx| {
                let is_new = tx.template(&org, &owner, &name)?.is_none();
                if is_new && tx.count_templates(&org, &owner)? >= limits::TEMPLATES {
                    let message = format!("at most {} templates fit; remove one", limits::TEMPLATES);
                    return Err(Finding::new("limit", "template", message).into());
                }
                let (org, owner, name, body) = (org.clone(), owner.clone(), name.clone(), body.clone());
                tx.put_template(&TemplateRow { org, owner, name, shared, body, changed_at: At(tx.now) })
            })
            .await
    }

    /// Shares a template of the caller's own with the organization, or takes it back.
    ///
    /// # Errors
    /// 404 when there is none.
    pub async fn share_template(&self, actor: &Actor, name: &str, shared: bool) -> Result<()> {
        actor.check(UseCase::Declare)?;
        let ((org, owner), name) = (owner(actor)?, name.to_owned());
        self.store
            .write(move |tx| {
                let row = tx.template(&org, &owner, &name)?.ok_or(Error::Absent { what: "template" })?;
                tx.put_template(&TemplateRow { shared, ..row })
            })
            .await
    }

    /// Removes a template of the caller's own.
    ///
    /// # Errors
    /// 404 when there is none.
    pub async fn drop_template(&self, actor: &Actor, name: &str) -> Result<()> {
        actor.check(UseCase::Declare)?;
        let ((org, owner), name) = (owner(actor)?, name.to_owned());
        let dropped = self.store.write(move |tx| tx.drop_template(&org, &owner, &name)).await?;
        if dropped { Ok(()) } else { Err(Error::Absent { what: "template" }) }
    }
}
