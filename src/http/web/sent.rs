//! What a browser sends: the members of a form or of an address, and a file.

use actix_web::web::Bytes;

use crate::error::{Error, Result};
use crate::limits;

/// The members of a form or a query, in their order; a name may come several times.
#[derive(Clone, Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// # Errors
    /// 400 for what is no form, or has too many members.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let wrong = |message: &str| Error::invalid("json", "", message);
        let members: Vec<(String, String)> =
            serde_urlencoded::from_bytes(bytes).map_err(|_| wrong("the form cannot be read"))?;
        if members.len() > limits::FORM_MEMBERS {
            return Err(Error::invalid("limit", "", format!("a form has at most {} members", limits::FORM_MEMBERS)));
        }
        Ok(Self(members))
    }

    /// The first member of this name; empty when there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// The same without what stands around it.
    pub fn trimmed(&self, name: &str) -> &str {
        self.get(name).trim()
    }

    /// Every member of this name.
    pub fn all<'f>(&'f self, name: &'f str) -> impl Iterator<Item = &'f str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    pub fn members(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

impl FromIterator<(String, String)> for Form {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(members: I) -> Self {
        Self(members.into_iter().collect())
    }
}

/// A file that was sent; empty where none was chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct File {
    /// What it is called.
    pub name: String,
    pub bytes: Bytes,
}
