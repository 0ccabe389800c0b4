//! Whom a request speaks for: the members in which it names the caller's own post, customs or kind, looked at before
//! anything else of it is. A request that names another is refused as a stranger's, whatever else is wrong with it.
//!
//! Reads these members only, and takes what cannot be read as not named: that is for the method to say.

use std::borrow::Cow;
use std::collections::HashMap;

use serde_json::value::RawValue;

use crate::error::{Error, Result};
use crate::service::{Actor, Kind};

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
        None => is_foreign(actor, &members, named),
        Some((list, _)) => {
            let entries: Vec<&RawValue> = read(&members, list).unwrap_or_default();
            let is_foreign = |entry: &&RawValue| {
                serde_json::from_str(entry.get()).is_ok_and(|members| is_foreign(actor, &members, named))
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

/// The text at `path`, when it is one and not empty.
fn text<'b>(members: &Members<'b>, path: &str) -> Option<String> {
    match path.split_once('.') {
        Some((name, rest)) => text(&read(members, name)?, rest),
        None => read::<String>(members, path).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()),
    }
}

fn is_foreign(actor: &Actor, members: &Members<'_>, named: Named) -> bool {
    let at = |path: &'static str| path.split_once("[].").map_or(path, |(_, path)| path);
    let names_post = || named.iter().any(|(what, path)| *what == Names::Post && text(members, at(path)).is_some());
    named.iter().any(|(what, path)| match what {
        Names::Ends => actor.kind == Kind::Customs && !names_post() && passes_by(actor, members, at(path)),
        what => text(members, at(path)).is_some_and(|name| !is_own(actor, *what, &name)),
    })
}

fn is_own(actor: &Actor, what: Names, name: &str) -> bool {
    let own_post = || actor.posts.iter().any(|post| post == name);
    let own_customs = || actor.customs.as_deref().is_none_or(|own| own == name);
    match what {
        Names::Post => own_post(),
        Names::Customs => own_customs(),
        Names::Answering => actor.kind == Kind::Post || own_customs(),
        Names::Kind => Kind::from_code(name) == Some(actor.kind),
        Names::Related => name == actor.org || actor.customs.as_deref() == Some(name) || own_post(),
        Names::Ends => true,
    }
}

/// Whether a mail object says where it comes from or goes to, and neither is a post of the caller's.
fn passes_by(actor: &Actor, members: &Members<'_>, object: &str) -> bool {
    let Some(object) = read::<Members<'_>>(members, object) else { return false };
    let ends = ["OrigPostOrgCd", "DestPostOrgCd"].map(|end| text(&object, end));
    let mut ends = ends.iter().flatten().peekable();
    ends.peek().is_some() && !ends.any(|end| actor.posts.contains(end))
}
