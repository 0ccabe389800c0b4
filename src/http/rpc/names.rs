//! Whom a request speaks for: the members in which it names the caller's own post, customs or kind, looked at before
//! anything else of it is. A request that names another is refused as a stranger's, whatever else is wrong with it.
//!
//! Reads these members only, and takes what cannot be read as not named: that is for the method to say.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::value::RawValue;

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
    /// A mail object that customs answers for: where no post is named, one of its ends is a post of the caller's.
    Ends,
}

/// Members with what they name: `member.member`, or `list[].member.member` for each entry of a list.
pub type Named = &'static [(Names, &'static str)];

/// # Errors
/// 401 when `body` names another than the caller; of a list, when every entry does.
pub(super) fn check(actor: &Actor, body: &str, named: Named) -> Result<()> {
    let Ok(members) = serde_json::from_str::<Members<'_>>(body) else { return Ok(()) };
    let foreign = match named.first().and_then(|(_, path)| path.split_once("[].")) {
        None => is_foreign(actor, members, named),
        Some((list, _)) => {
            let entries: Vec<&RawValue> = read(&members, list).unwrap_or_default();
            let is_foreign = |entry: &&RawValue| {
                serde_json::from_str(entry.get()).is_ok_and(|members| is_foreign(actor, members, named))
            };
            !entries.is_empty() && entries.iter().all(is_foreign)
        }
    };
    if foreign { Err(Error::Unauthorized) } else { Ok(()) }
}

type Members<'b> = HashMap<Cow<'b, str>, &'b RawValue>;

fn read<'b, T: serde::Deserialize<'b>>(members: &Members<'b>, name: &str) -> Option<T> {
    serde_json::from_str(members.get(name)?.get()).ok()
}

/// The members of a request, and of the objects in it that were looked into: each is read once.
struct Looked<'b> {
    members: Members<'b>,
    objects: HashMap<&'static str, Option<Members<'b>>>,
}

impl<'b> Looked<'b> {
    fn of(members: Members<'b>) -> Self {
        Self { members, objects: HashMap::new() }
    }

    /// The members of the object called `name`.
    fn object(&mut self, name: &'static str) -> Option<&Members<'b>> {
        let members = &self.members;
        self.objects.entry(name).or_insert_with(|| read(members, name)).as_ref()
    }

    /// The text at `path`, `member` or `object.member`, when it is one and not empty.
    fn text(&mut self, path: &'static str) -> Option<String> {
        match path.split_once('.') {
            Some((object, member)) => text(self.object(object)?, member),
            None => text(&self.members, path),
        }
    }
}

/// The text called `name`, when it is one and not empty.
fn text(members: &Members<'_>, name: &str) -> Option<String> {
    read::<String>(members, name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

fn is_foreign(actor: &Actor, members: Members<'_>, named: Named) -> bool {
    let mut looked = Looked::of(members);
    let at = |path: &'static str| path.split_once("[].").map_or(path, |(_, path)| path);
    named.iter().any(|(what, path)| match what {
        Names::Ends if actor.kind == OrganizationKind::Customs => {
            let mut posts = named.iter().filter(|(what, _)| *what == Names::Post);
            let names_post = posts.any(|(_, path)| looked.text(at(path)).is_some());
            !names_post && looked.object(at(path)).is_some_and(|object| passes_by(actor, object))
        }
        Names::Ends => false,
        what => looked.text(at(path)).is_some_and(|name| !is_own(actor, *what, &name)),
    })
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
        Names::Ends => true,
    }
}

/// Whether a mail object says where it comes from or goes to, and neither is a post of the caller's.
fn passes_by(actor: &Actor, object: &Members<'_>) -> bool {
    let ends = ["OrigPostOrgCd", "DestPostOrgCd"].map(|end| text(object, end));
    let mut ends = ends.iter().flatten().peekable();
    ends.peek().is_some() && !ends.any(|end| actor.posts.contains(end))
}
