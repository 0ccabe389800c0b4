//! The posts that an item names, whether the origin may use its id, and when it was posted.

use chrono::{Datelike, Days};

use super::{Checks, FOREIGN_ID, Subject};
use crate::contract::MailObject;

/// No item was posted in a year before this one: such dates come from clocks and fields never set.
const FIRST_YEAR: i32 = 2000;
/// How far ahead an item may be posted, in days.
const AHEAD: u64 = 366;

pub(super) fn check(object: &MailObject, checks: &mut Checks<'_>) {
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
    posting_date(object, checks);
}

fn posting_date(object: &MailObject, checks: &mut Checks<'_>) {
    let Some(posted) = object.posting_dt.map(|date| date.instant().date_naive()) else { return };
    let latest = checks.context.today.and_then(|today| today.checked_add_days(Days::new(AHEAD)));
    if posted.year() < FIRST_YEAR || latest.is_some_and(|latest| posted > latest) {
        let message = "the date lies before the year 2000 or more than a year ahead; give the day of posting";
        checks.found("posting_date", Subject::MailObject, "PostingDt", message);
    }
}
