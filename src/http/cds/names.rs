//! Whom a request speaks for: the members in which it names the caller's own post, customs or kind, looked at before
//! anything else of it is. A request that names another is refused as a stranger's, whatever else is wrong with it.
//!
//! Reads these members only, and takes what cannot be read as not named: that is for the method to say.

use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Deserializer;

use crate::domain::OrganizationKind;
use crate::error::{Error, Result};
use crate::service::Actor;

/// What a member names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// A post whose rows the caller may see.
    Post,
    /// The caller's customs administration; of customs, itself.
    Customs,
    /// The administration that answers: of customs, itself; a post may enter what another one decided.
    Answering,
    /// The caller's kind, `P` or `C`.
    Kind,
    /// The caller, its customs administration or one of its posts.
    Related,
    /// An end of a mail object that customs answers for: where no post is named, one of the ends is a post of the caller's.
    End,
}

/// Members with what they name: `member.member`, or `list[].member.member` for each entry of a list.
pub type Named = &'static [(Names, &'static str)];

/// # Errors
/// 401 when `body` names another than the caller; of a list, when every entry does.
pub(super) fn check(actor: &Actor, body: &str, named: Named) -> Result<()> {
    if named.is_empty() {
        return Ok(());
    }
    let (mut said, mut entries) = (Said::new(), Vec::new());
    let wanted = named.iter().map(|(_, path)| (*path, *path)).collect();
    // What cannot be read is for the method to say; what was read until then counts.
    let _ = Look { wanted, said: &mut said, entries: &mut entries }.deserialize(&mut Deserializer::from_str(body));
    let is_list = named.iter().any(|(_, path)| path.contains("[]."));
    let foreign = if is_list {
        !entries.is_empty() && entries.iter().all(|entry| is_foreign(actor, entry, named))
    } else {
        is_foreign(actor, &said, named)
    };
    if foreign { Err(Error::Unauthorized) } else { Ok(()) }
}

/// Texts by the path that names their place.
type Said = HashMap<&'static str, String>;

/// Reads the texts at the wanted places of a value, and passes over everything else.
struct Look<'l> {
    /// Paths with what is left of them from here.
    wanted: Vec<(&'static str, &'static str)>,
    said: &'l mut Said,
    /// What is said by each entry of a list.
    entries: &'l mut Vec<Said>,
}

impl<'de> DeserializeSeed<'de> for Look<'_> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<(), D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(wanted) = members.next_key_seed(Member(&self.wanted))? {
            if wanted.is_empty() {
                members.next_value::<IgnoredAny>()?;
            } else {
                members.next_value_seed(Look { wanted, said: self.said, entries: self.entries })?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let of_entry = |(path, rest): &(&'static str, &'static str)| Some((*path, rest.strip_prefix("[].")?));
        let wanted: Vec<_> = self.wanted.iter().filter_map(of_entry).collect();
        let mut said = Said::new();
        while let Some(()) =
            list.next_element_seed(Look { wanted: wanted.clone(), said: &mut said, entries: &mut Vec::new() })?
        {
            self.entries.push(std::mem::take(&mut said));
        }
        Ok(())
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        let text = text.trim();
        for (path, _) in self.wanted.iter().filter(|(_, rest)| rest.is_empty() && !text.is_empty()) {
            self.said.insert(path, text.to_owned());
        }
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

/// The name of a member; of the wanted paths, those that go on in it.
struct Member<'l>(&'l [(&'static str, &'static str)]);

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = Vec<(&'static str, &'static str)>;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Self::Value, D::Error> {
        reader.deserialize_str(self)
    }
}

impl Visitor<'_> for Member<'_> {
    type Value = Vec<(&'static str, &'static str)>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        let within = |rest: &'static str| {
            let rest = rest.strip_prefix(name)?;
            rest.strip_prefix('.').or(Some(rest).filter(|rest| rest.is_empty() || rest.starts_with("[].")))
        };
        Ok(self.0.iter().filter_map(|(path, rest)| Some((*path, within(rest)?))).collect())
    }
}

fn is_foreign(actor: &Actor, said: &Said, named: Named) -> bool {
    let of =
        |wanted: Names| named.iter().filter(move |(what, _)| *what == wanted).filter_map(|(_, path)| said.get(path));
    let mut ends = of(Names::End).peekable();
    let passes_by = actor.kind == OrganizationKind::Customs
        && of(Names::Post).next().is_none()
        && ends.peek().is_some()
        && !ends.any(|end| actor.posts.contains(end));
    let names_another =
        |(what, path): &(Names, &'static str)| said.get(path).is_some_and(|name| !is_own(actor, *what, name));
    passes_by || named.iter().any(names_another)
}

fn is_own(actor: &Actor, what: Names, name: &str) -> bool {
    let own_post = || actor.posts.iter().any(|post| post == name);
    let own_customs = || actor.customs.as_deref().is_none_or(|own| own == name);
    match what {
        Names::Post => own_post(),
        Names::Customs => own_customs(),
        Names::Answering => actor.kind == OrganizationKind::Post || own_customs(),
        Names::Kind => OrganizationKind::from_stored(name) == Ok(actor.kind),
        Names::Related => name == actor.org || actor.customs.as_deref() == Some(name) || own_post(),
        Names::End => true,
    }
}
