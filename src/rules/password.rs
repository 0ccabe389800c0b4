//! What a password has to be that somebody sets.

use crate::limits;
use crate::refdata::common_passwords::is_common;

/// Fewest different characters.
const DIFFERENT: usize = 5;

/// Why nobody may have this password; none when it is fine.
pub fn fault(password: &str, user_cd: &str) -> Option<Fault> {
    let length = password.chars().count();
    if !(limits::PASSWORD_LEAST_CHARS..=limits::PASSWORD_CHARS).contains(&length) {
        return Some(Fault::Length);
    }
    let small = password.to_lowercase();
    let different = small.chars().collect::<std::collections::BTreeSet<_>>().len();
    if different < DIFFERENT || is_common(&small) || stems(&small).any(is_common) {
        return Some(Fault::Common);
    }
    let user = user_cd.to_lowercase();
    if user.chars().count() >= 3 && small.contains(&user) {
        return Some(Fault::User);
    }
    None
}

/// What is wrong with a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Too short, or too long.
    Length,
    /// It is tried first by who guesses, or follows from what is.
    Common,
    /// It holds the code of its user.
    User,
}

impl Fault {
    /// Its code among findings.
    pub fn code(self) -> &'static str {
        match self {
            Self::Length => "password_length",
            Self::Common => "password_common",
            Self::User => "password_user",
        }
    }

    /// What to do about it.
    pub fn remedy(self) -> String {
        match self {
            Self::Length => format!(
                "a password has {} to {} characters; take a sentence",
                limits::PASSWORD_LEAST_CHARS,
                limits::PASSWORD_CHARS
            ),
            Self::Common => {
                "this password is among those that are tried first; take words that do not belong together".into()
            }
            Self::User => "leave your user code out of the password".into(),
        }
    }
}

/// A password without what is put around a word to make it long enough: digits and signs at its ends, and itself once more.
fn stems(password: &str) -> impl Iterator<Item = &str> {
    let word = password.trim_matches(|c: char| !c.is_alphabetic());
    let half = password.split_at_checked(password.len() / 2).filter(|(one, other)| one == other).map(|(one, _)| one);
    [Some(word), half].into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_guessed_first_is_refused_and_what_is_long_is_not() {
        for (password, expected) in [
            ("elf chars..", Some(Fault::Length)),
            ("", Some(Fault::Length)),
            ("aaaaaaaaaaaa", Some(Fault::Common)),
            ("121212121212", Some(Fault::Common)),
            ("qwertyuiop123", Some(Fault::Common)),
            ("Password2026!", Some(Fault::Common)),
            ("***sunshine***", Some(Fault::Common)),
            ("footballfootball", Some(Fault::Common)),
            ("1qaz2wsx3edc", Some(Fault::Common)),
            ("the DEPOST clerk", Some(Fault::User)),
            ("first secret", None),
            ("Kahn im Nebel bleibt", None),
            ("пароль из шести слов", None),
            ("sunshine on a leaky bucket", None),
        ] {
            assert_eq!(fault(password, "depost"), expected, "{password}");
        }
        assert_eq!(fault(&"ab cd ef ".repeat(40), "x"), Some(Fault::Length));
        assert_eq!(fault("a long enough one", "a"), None, "a code of one letter is in every password");
    }
}
