//! What a form cannot show. Which characters the fonts have is known to who prints, and handed in.

use super::finding::{Checks, Subject};

pub(super) fn check(checks: &mut Checks<'_>) {
    for found in checks.context.not_printable {
        let (subject, path) = match found.path.strip_prefix("MailObject.") {
            Some(path) => (Subject::MailObject, path),
            None => (Subject::Data, found.path.strip_prefix("Declaration.Data.").unwrap_or(&found.path)),
        };
        checks.found("not_printable", subject, path, found.message.clone());
    }
}
