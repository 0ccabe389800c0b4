//! The posts that an item names, whether the origin may use its id, and whether the destination delivers there.

use super::finding::{Checks, Subject};
use super::table::FOREIGN_ID;

pub(super) fn check(checks: &mut Checks<'_>) {
    let posts = checks.context.posts;
    for (path, is_unlisted) in [("OrigPostOrgCd", posts.origin_unlisted), ("DestPostOrgCd", posts.destination_unlisted)]
    {
        if is_unlisted {
            let message = "not a post of the list of operators; correct the code, or have the list with it imported";
            checks.found("unknown_post", Subject::MailObject, path, message);
        }
    }
    if posts.foreign_id {
        let message = "the origin is no post of the country that the last two letters name; correct one of the two, or have \
                       the operator allow it (foreign_ids)";
        checks.found(FOREIGN_ID, Subject::MailObject, "Id", message);
    }
    if posts.recipient_elsewhere {
        let message = "the destination post does not deliver in this country; correct one of the two";
        checks.data("recipient_country", "RecipientCountryCd", message);
    }
}
