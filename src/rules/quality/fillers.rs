//! Fillers: comparing what was typed with the list.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::refdata::lists::lists;

/// Whether `value` only fills a required field of `kind`; holds the reason.
pub(super) fn filler(kind: &str, value: &str) -> Option<&'static str> {
    /// By kind: patterns in small letters, and reasons.
    static LISTED: LazyLock<HashMap<&str, Vec<(String, &str)>>> = LazyLock::new(|| {
        let mut listed: HashMap<&str, Vec<(String, &str)>> = HashMap::new();
        for filler in &lists().fillers.rows {
            listed.entry(&filler.kind).or_default().push((filler.pattern.to_lowercase(), &filler.note));
        }
        listed
    });
    let value = value.trim().to_lowercase();
    let listed = LISTED.get(kind).map_or(&[][..], Vec::as_slice);
    if let Some((_, reason)) = listed.iter().find(|(pattern, _)| covers(pattern, &value)) {
        return Some(reason);
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

/// Whether `pattern` covers the whole `value`; `*` stands for any run of characters.
fn covers(pattern: &str, value: &str) -> bool {
    if !pattern.contains('*') {
        return pattern == value;
    }
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = value.strip_prefix(first) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.len() >= last.len() && rest.ends_with(last)
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
        assert!(covers("a*c", "abc") && covers("a*c", "ac") && covers("*", "") && covers("a*b*c", "axxbyyc"));
        assert!(!covers("a*c", "abcd") && !covers("a*a", "a") && !covers("a", "ab"));
    }
}
