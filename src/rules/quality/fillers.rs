//! Fillers: comparing what was typed with the list.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::refdata::lists::lists;

/// The fillers of a kind of field, in small letters, with their reasons.
#[derive(Default)]
struct Listed {
    whole: HashMap<String, &'static str>,
    /// What stands before, between and behind the stars.
    patterns: Vec<(Vec<String>, &'static str)>,
}

/// Whether `value` only fills a required field of `kind`; holds the reason.
pub(super) fn filler(kind: &str, value: &str) -> Option<&'static str> {
    static LISTED: LazyLock<HashMap<&str, Listed>> = LazyLock::new(|| {
        let mut listed: HashMap<&str, Listed> = HashMap::new();
        for filler in &lists().fillers.rows {
            let (of_kind, pattern) = (listed.entry(&filler.kind).or_default(), filler.pattern.to_lowercase());
            match pattern.contains('*') {
                true => of_kind.patterns.push((parts_of(&pattern), &filler.note)),
                false => _ = of_kind.whole.entry(pattern).or_insert(&filler.note),
            }
        }
        listed
    });
    let value = value.trim().to_lowercase();
    if let Some(listed) = LISTED.get(kind) {
        let by_pattern = || listed.patterns.iter().find(|(parts, _)| covers(parts, &value)).map(|(_, reason)| *reason);
        if let Some(reason) = listed.whole.get(&value).copied().or_else(by_pattern) {
            return Some(reason);
        }
    }
    let mut letters = value.chars().filter(|c| c.is_alphanumeric());
    let first = letters.next();
    let repeated = letters.clone().nth(1).is_some() && letters.all(|c| Some(c) == first);
    match kind {
        _ if repeated => Some("one character repeated"),
        "phone" if !value.chars().any(|c| c.is_ascii_digit()) => Some("a telephone number without digits"),
        "email" if !is_address(&value) => Some("not an e-mail address"),
        _ => None,
    }
}

/// Something before one `@`, and a domain with a dot after it.
fn is_address(value: &str) -> bool {
    let parts = value.split_once('@').filter(|(mailbox, domain)| !mailbox.is_empty() && !domain.contains('@'));
    parts.and_then(|(_, domain)| domain.rsplit_once('.')).is_some_and(|(name, top)| !name.is_empty() && top.len() > 1)
}

fn parts_of(pattern: &str) -> Vec<String> {
    pattern.split('*').map(str::to_owned).collect()
}

/// Whether a pattern of these parts covers the whole `value`; any run of characters may stand between two of them.
fn covers(parts: &[String], value: &str) -> bool {
    let [first, between @ .., last] = parts else { return parts.iter().any(|whole| whole == value) };
    let Some(mut rest) = value.strip_prefix(first.as_str()) else { return false };
    for part in between {
        match rest.find(part.as_str()) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.len() >= last.len() && rest.ends_with(last.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fillers_are_known_by_pattern_and_by_look() {
        for (kind, value) in [
            ("name", "Test"),
            ("name", "xxxx"),
            ("email", "noreply@shop.de"),
            ("email", "alex@localhost"),
            ("email", "alex"),
            ("phone", "none"),
            ("phone", "0000000"),
            ("zip", "00000"),
        ] {
            assert!(filler(kind, value).is_some(), "{kind} {value}");
        }
        for (kind, value) in [
            ("name", "Anna Testarossa"),
            ("email", "post@shop.de"),
            ("phone", "+31 30 2345678"),
            ("zip", "3511 AB"),
            ("address", "Voorbeeldstraat 12"),
        ] {
            assert_eq!(filler(kind, value), None, "{kind} {value}");
        }
    }

    #[test]
    fn a_star_stands_for_any_run() {
        let covers = |pattern: &str, value: &str| covers(&parts_of(pattern), value);
        assert!(
            covers("a*c", "abc")
                && covers("a*c", "ac")
                && covers("*", "")
                && covers("a*b*c", "axxbyyc")
                && covers("a", "a")
        );
        assert!(!covers("a*c", "abcd") && !covers("a*a", "a") && !covers("a", "ab"));
    }
}
