//! The error catalogue: what can go wrong, its HTTP status and what the caller should do.
//!
//! One type for the whole house. How a surface renders it is that surface's business (`http/error`).

use std::borrow::Cow;
use std::fmt;

use crate::limits;

/// Result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// One fault in a request: code, place, item and remedy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Machine-readable code: one of [`FINDING_CODES`], or the name of the quality rule that found it.
    pub code: &'static str,
    /// Member path as sent, for example `decl.Data.ContentPieces[0].Amount`. Never a value.
    pub path: String,
    /// Position in the list sent, in batch calls.
    pub index: Option<usize>,
    pub item_id: Option<String>,
    /// What is wrong and how to correct it, for a person.
    pub message: String,
}

impl Finding {
    /// A finding at `path`; `code` must stand in [`FINDING_CODES`].
    pub fn new(code: &'static str, path: impl Into<String>, message: impl Into<String>) -> Self {
        debug_assert!(FINDING_CODES.iter().any(|(known, _)| *known == code), "unlisted finding code {code}");
        Self { code, path: path.into(), index: None, item_id: None, message: message.into() }
    }

    /// Puts `prefix` before the path, joined by a dot where no place in a list follows.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        self.path = match (prefix.is_empty(), self.path.is_empty()) {
            (true, _) => self.path,
            (_, true) => prefix.to_owned(),
            _ if self.path.starts_with('[') => format!("{prefix}{}", self.path),
            _ => format!("{prefix}.{}", self.path),
        };
        self
    }
}

/// Every finding code with its meaning, but those that are names of quality rules; the documentation page lists both.
pub const FINDING_CODES: &[(&str, &str)] = &[
    ("required", "A member that is needed is absent, null or empty."),
    ("type", "A member has the wrong JSON type or cannot be read; the message names the expected form."),
    ("format", "A code or id is not of the expected form."),
    ("too_long", "A text or list exceeds its limit."),
    ("out_of_range", "A number or date lies outside its bounds."),
    ("unknown_code", "A code is well-formed but not in the list that counts here."),
    ("no_rate", "There is no exchange rate for the currencies and the day."),
    ("unequal_length", "ExtraFieldNames and ExtraFieldValues differ in length."),
    ("flow", "The flow given contradicts the posts of the item."),
    ("posts", "Origin, destination or partner post contradict each other."),
    ("state", "The move is not allowed in the present state; the message names state, event and what is allowed."),
    ("absent", "The item named is not there, or not yours."),
    ("ambiguous", "Several items fit; name one of them more closely."),
    ("unknown_version", "The version named is none of this declaration."),
    ("not_yours", "Only who set it may end it; the message names who that is."),
    ("cursor", "The cursor is not ours or was made for other filters; start again without it."),
    ("unknown_parameter", "The query has a parameter that this resource does not know, or has one twice."),
    ("kind", "Entries of this kind are not taken; the message says what to do instead."),
    ("read_only", "The member is shown and cannot be changed here."),
    ("password_wrong", "This is not the password."),
    ("password_length", "A password is too short, or too long."),
    ("password_common", "A password is among those that are tried first."),
    ("password_user", "A password holds the code of its user."),
    ("code", "A code of the second factor is not the one that counts now."),
    ("limit", "A structural limit of the request is exceeded."),
    ("glyph", "A text holds characters that none of the server's fonts can draw; a mark is printed in their place."),
    ("json", "The body is not the JSON object this method reads."),
    ("callback_host", "The address lies under no callback host of the organization."),
    ("taken", "What was to be new is there already, with other content; the message names it."),
    ("unconfigured", "The server lacks a setting that this needs; the message names it."),
    ("http", "What was sent is not an HTTP/1.1 request."),
    ("syntax", "The message breaks the syntax of EDIFACT or XML at the place named."),
    ("charset", "A character lies outside the character set of the interchange."),
    (
        "twice",
        "A message gives a value, party, reference, date or code twice with different content; the first stands.",
    ),
    ("count", "A control count or control reference of the interchange disagrees with what was received."),
    ("segment", "A segment or element is not expected at this place."),
    ("changed_since", "The item was changed since it was exported."),
    ("not_carried", "The item holds what a sheet cannot carry; change it by other means."),
    ("profile", "The message follows another profile, or uses a value the profile does not know."),
];

/// Everything that can go wrong, by what the caller should do about it.
#[derive(Clone, Debug)]
pub enum Error {
    /// 400: correct the request. At least one finding.
    Invalid(Findings),
    /// 401: no valid token or session, or not entitled. Always the same body.
    Unauthorized,
    /// 403: entitled, but not for this; holds the scopes that are needed.
    MissingScope { needed: String },
    /// 403: signed in, but without a role for this; holds the roles that have it.
    MissingRole { needed: String },
    /// 403: a form of a browser that did not come from a page of ours.
    ForeignForm,
    /// 404: no such method; holds the nearest name.
    NoSuchMethod { suggestion: Option<String> },
    /// 404: what is named is not there, or not the caller's; says what it is.
    Absent { what: &'static str },
    /// 405: called with another verb than those that are allowed.
    VerbNotAllowed { allowed: String },
    /// 406: no form of the answer that is asked for can be given; holds those that can.
    NotAcceptable { offered: String },
    /// 408: the body did not arrive in time.
    RequestTimeout,
    /// 409: the present state does not allow it. At least one finding.
    Conflict(Findings),
    /// 409: several items fit; holds where each of them is.
    Ambiguous { candidates: Vec<String> },
    /// 410: it was there, and its text was erased.
    Erased,
    /// 410: the cursor leads to what is not kept any more.
    CursorExpired,
    /// 412: it was changed since the version that the caller has.
    Changed,
    /// 413: the body is too large; holds the limit in bytes.
    BodyTooLarge { limit_bytes: usize },
    /// 415: the body is compressed or encoded otherwise.
    EncodedBody,
    /// 415: the body is said to be of a kind that is not read here; holds what is.
    UnknownMediaType { taken: Cow<'static, str> },
    /// 422: a file that cannot be read as a table at all; says why, and what to do.
    Unreadable { code: &'static str, reason: String },
    /// 422: the idempotency key was used with another request.
    KeyReused,
    /// 428: a change has to say which version it is of.
    VersionNeeded,
    /// 429: wait and send again.
    TooManyRequests { retry_after_s: u64, what: &'static str },
    /// 503: queue full, no connection, database away or stopping. Nothing was stored, unless the reason says otherwise.
    Unavailable { retry_after_s: u64, reason: String },
    /// 500: our fault; the text goes to the log only.
    Internal(String),
}

impl Error {
    /// A request with one fault.
    pub fn invalid(code: &'static str, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self::Invalid(Finding::new(code, path, message).into())
    }

    /// Nothing was stored; try again soon. `reason` must hold no secrets.
    pub fn unavailable(reason: impl fmt::Display) -> Self {
        Self::Unavailable { retry_after_s: 1, reason: format!("{reason}; nothing was stored, try again") }
    }

    /// The HTTP status that means exactly this.
    pub fn status(&self) -> u16 {
        match self {
            Self::Invalid(_) => 400,
            Self::Unauthorized => 401,
            Self::MissingScope { .. } | Self::MissingRole { .. } | Self::ForeignForm => 403,
            Self::NoSuchMethod { .. } | Self::Absent { .. } => 404,
            Self::VerbNotAllowed { .. } => 405,
            Self::NotAcceptable { .. } => 406,
            Self::RequestTimeout => 408,
            Self::Conflict(_) | Self::Ambiguous { .. } => 409,
            Self::Erased | Self::CursorExpired => 410,
            Self::Changed => 412,
            Self::BodyTooLarge { .. } => 413,
            Self::EncodedBody | Self::UnknownMediaType { .. } => 415,
            Self::KeyReused | Self::Unreadable { .. } => 422,
            Self::VersionNeeded => 428,
            Self::TooManyRequests { .. } => 429,
            Self::Internal(_) => 500,
            Self::Unavailable { .. } => 503,
        }
    }

    /// The name that travels as `ExceptionType`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "ValidationException",
            Self::Unauthorized | Self::MissingScope { .. } | Self::MissingRole { .. } => "UnauthorizedException",
            Self::ForeignForm => "ForeignFormException",
            Self::NoSuchMethod { .. } => "MethodNotFoundException",
            Self::Absent { .. } => "NotFoundException",
            Self::VerbNotAllowed { .. } => "VerbNotAllowedException",
            Self::NotAcceptable { .. } => "NotAcceptableException",
            Self::Conflict(_) | Self::Ambiguous { .. } => "ConflictException",
            Self::Erased => "ErasedException",
            Self::CursorExpired => "CursorExpiredException",
            Self::Changed | Self::VersionNeeded => "PreconditionException",
            Self::RequestTimeout => "RequestTimeoutException",
            Self::BodyTooLarge { .. } => "RequestTooLargeException",
            Self::EncodedBody => "EncodingNotTakenException",
            Self::UnknownMediaType { .. } => "MediaTypeNotTakenException",
            Self::KeyReused => "IdempotencyKeyReusedException",
            Self::Unreadable { .. } => "UnreadableFileException",
            Self::TooManyRequests { .. } => "TooManyRequestsException",
            Self::Internal(_) => "InternalException",
            Self::Unavailable { .. } => "UnavailableException",
        }
    }

    /// Seconds after which trying again makes sense.
    pub fn retry_after_s(&self) -> Option<u64> {
        match self {
            Self::TooManyRequests { retry_after_s, .. } | Self::Unavailable { retry_after_s, .. } => {
                Some(*retry_after_s)
            }
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Invalid(findings) | Self::Conflict(findings) => match findings.iter().next() {
                Some(first) if first.path.is_empty() => write!(f, "{}", first.message),
                Some(first) => write!(f, "{}: {}", first.path, first.message),
                None => write!(f, "The request is not valid."),
            },
            Self::Unauthorized => write!(f, "Authentication failed."),
            Self::MissingScope { needed } => write!(f, "This needs the scope {needed}; ask for a token with it."),
            Self::MissingRole { needed } => {
                write!(f, "This needs one of the roles {needed}; an administrator gives them.")
            }
            Self::ForeignForm => {
                write!(f, "This form did not come from a page of this server; open the page and send it again.")
            }
            Self::NoSuchMethod { suggestion: Some(name) } => {
                write!(f, "There is no such method; did you mean {name}? Names are case-sensitive.")
            }
            Self::NoSuchMethod { suggestion: None } => write!(f, "There is no such method; /docs lists them."),
            Self::Absent { what } => write!(f, "There is no such {what} of yours; check its id, and whose it is."),
            Self::NotAcceptable { offered } => write!(f, "Accept: this is answered as {offered}; accept one of these."),
            Self::Ambiguous { candidates } => write!(
                f,
                "Several items have this id; name the one that is meant by its own address: {}.",
                candidates.join(", ")
            ),
            Self::Erased => {
                write!(f, "The text of this version was erased when its time had come; who stored it is kept.")
            }
            Self::CursorExpired => write!(
                f,
                "The events that this cursor leads to are not kept any more; read what changed with Load and modifiedSince, then \
                 start again without a cursor."
            ),
            Self::Changed => {
                write!(f, "If-Match: this was changed since the version you have; read it again and repeat the change.")
            }
            Self::VersionNeeded => {
                write!(
                    f,
                    "If-Match: say which version is changed, with the ETag that was read; without, changes of others could be lost."
                )
            }
            Self::VerbNotAllowed { allowed } => write!(f, "Call this with {allowed}, as /docs/ describes."),
            Self::RequestTimeout => write!(f, "The request did not arrive completely in time; send it again."),
            Self::BodyTooLarge { limit_bytes } => {
                write!(f, "The body exceeds {limit_bytes} bytes; send fewer items in one call.")
            }
            Self::EncodedBody => {
                write!(f, "Content-Encoding: bodies are read as they are; send this one uncompressed (identity).")
            }
            Self::UnknownMediaType { taken } => {
                write!(f, "Content-Type: the body is not of a kind that is read here; send {taken}.")
            }
            Self::KeyReused => {
                write!(f, "This idempotency key was used with another request; use a new key for a new request.")
            }
            Self::TooManyRequests { retry_after_s, what } => {
                write!(f, "Too many {what}; wait {retry_after_s} s and try again.")
            }
            Self::Unreadable { reason, .. } => write!(f, "{reason}."),
            Self::Internal(_) => write!(f, "An internal fault; nothing was stored. Report it with the request id."),
            Self::Unavailable { reason, .. } => write!(f, "{reason}."),
        }
    }
}

impl std::error::Error for Error {}

/// The findings of one request, so that a caller corrects everything at once: the first [`limits::FINDINGS_SHOWN`] as they
/// are, the rest as a number. So work and memory follow what is shown, however much is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    kept: Vec<Finding>,
    more: usize,
}

impl Findings {
    /// Adds a finding; `code` must stand in [`FINDING_CODES`].
    pub fn add(&mut self, code: &'static str, path: impl Into<String>, message: impl Into<String>) {
        if self.has_room() {
            self.kept.push(Finding::new(code, path, message));
        } else {
            self.more += 1;
        }
    }

    /// Adds a finding as it is.
    pub fn push(&mut self, finding: Finding) {
        if self.has_room() {
            self.kept.push(finding);
        } else {
            self.more += 1;
        }
    }

    fn has_room(&self) -> bool {
        self.kept.len() < limits::FINDINGS_SHOWN
    }

    /// Takes over `others`, their paths put under `prefix`.
    pub fn extend_under(&mut self, prefix: &str, others: Self) {
        self.more += others.more;
        for finding in others.kept {
            if self.has_room() {
                self.kept.push(finding.under(prefix));
            } else {
                self.more += 1;
            }
        }
    }

    /// Whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// The findings kept, in the order found.
    pub fn iter(&self) -> std::slice::Iter<'_, Finding> {
        self.kept.iter()
    }

    /// How many were found beyond those kept.
    pub fn more(&self) -> usize {
        self.more
    }

    /// The same findings, each changed by `change`.
    #[must_use]
    pub fn each(mut self, change: impl FnMut(Finding) -> Finding) -> Self {
        self.kept = self.kept.into_iter().map(change).collect();
        self
    }

    /// The same findings of which no more than `most` are kept.
    #[must_use]
    pub fn at_most(mut self, most: usize) -> Self {
        self.more += self.kept.len().saturating_sub(most);
        self.kept.truncate(most);
        self
    }

    /// The findings kept, in the order found.
    pub fn into_vec(self) -> Vec<Finding> {
        self.kept
    }

    /// `Ok` when nothing was found.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything found.
    pub fn into_result(self) -> Result<()> {
        if self.is_empty() { Ok(()) } else { Err(Error::Invalid(self)) }
    }
}

impl From<Finding> for Findings {
    fn from(finding: Finding) -> Self {
        Self { kept: vec![finding], more: 0 }
    }
}

impl FromIterator<Finding> for Findings {
    fn from_iter<I: IntoIterator<Item = Finding>>(all: I) -> Self {
        let mut findings = Self::default();
        all.into_iter().for_each(|finding| findings.push(finding));
        findings
    }
}

impl<'f> IntoIterator for &'f Findings {
    type Item = &'f Finding;
    type IntoIter = std::slice::Iter<'f, Finding>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A path of ours (`a.b[0].c`) as a JSON Pointer (`/a/b/0/c`).
pub fn pointer(path: &str) -> String {
    let mut pointer = String::with_capacity(path.len() + 1);
    for part in path.split(['.', '[']).map(|part| part.trim_end_matches(']')).filter(|part| !part.is_empty()) {
        pointer.push('/');
        pointer.push_str(&part.replace('~', "~0").replace('/', "~1"));
    }
    pointer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_pointers() {
        for (path, expected) in [
            ("", ""),
            ("a", "/a"),
            ("decl.Data.ContentPieces[3].Amount", "/decl/Data/ContentPieces/3/Amount"),
            ("a/b~c", "/a~1b~0c"),
        ] {
            assert_eq!(pointer(path), expected);
        }
    }

    #[test]
    fn what_is_not_shown_is_counted() {
        let mut findings = Findings::default();
        for number in 0..limits::FINDINGS_SHOWN + 7 {
            findings.add("format", number.to_string(), "wrong");
        }
        let mut all = Findings::from(Finding::new("required", "a", "give it"));
        all.extend_under("list", findings);
        assert_eq!((all.iter().len(), all.more()), (limits::FINDINGS_SHOWN, 8));
        assert_eq!(all.iter().nth(1).map(|finding| finding.path.as_str()), Some("list.0"));
        let few = all.at_most(10);
        assert_eq!((few.iter().len(), few.more()), (10, limits::FINDINGS_SHOWN - 2));
    }
}
