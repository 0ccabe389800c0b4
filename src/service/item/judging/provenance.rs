//! What partners are told besides the content: the version that a decision or a referral is about, and its place.

use super::{Judged, Judging};
use crate::domain::Side;
use crate::rules::authority::{self};
use crate::rules::reserved::GOODS;
use crate::service::catalogue::Catalogue;
use crate::service::item::version::{self, Timeline};
use crate::store::item::{Item, ReferralRow, Stamp};
use crate::store::{Fault, Tx};

/// What a partner is sent of a decision or a referral besides its content.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// The version that it is about, by the partner's own name where that is known.
    pub version: Option<String>,
    /// The place of a decision among those of its author.
    pub order: Option<i64>,
}

/// What `partner` is sent of the decision of the own customs with this number.
///
/// # Errors
/// When the database cannot be read.
pub fn provenance_of_decision(
    tx: &mut Tx<'_>,
    item: &Item,
    version_no: i32,
    partner: &str,
) -> Result<Provenance, Fault> {
    let mut item = item.clone();
    tx.complete(&mut item)?;
    let Some(row) = item.decisions(Side::Own).find(|row| row.version_no == version_no).cloned() else {
        return Ok(Provenance::default());
    };
    let timeline = Timeline::of(tx, &item, &Stamp::default())?;
    let order = authority::order(row.author_rank, row.place);
    Ok(Provenance { version: name_for(&timeline, &Judged::of_row(&row), partner), order: Some(order) })
}

/// What `partner` is sent of a referral.
///
/// # Errors
/// When the database cannot be read.
pub fn provenance_of_referral(
    tx: &mut Tx<'_>,
    catalogue: &Catalogue,
    item: &Item,
    referral: &ReferralRow,
    partner: &str,
) -> Result<Provenance, Fault> {
    let mut item = item.clone();
    let judging = Judging::of(tx, catalogue, &mut item, &Stamp::default())?;
    let judged = judging.referred(tx, &item, referral)?;
    Ok(Provenance { version: name_for(&judging.timeline, &judged, partner), order: None })
}

/// The name under which a partner may know what was judged: its own, else ours, which it will find to be nothing it says.
fn name_for(timeline: &Timeline, judged: &Judged, partner: &str) -> Option<String> {
    match judged {
        Judged::Nothing => Some(NOTHING.to_owned()),
        Judged::Goods { .. } => Some(GOODS.to_owned()),
        Judged::Unknown { name } => Some(name.clone()),
        Judged::Version { no, dest, name } => {
            let alias = timeline.alias(partner, *no, dest).map(str::to_owned);
            alias.or_else(|| name.as_deref().map(version::shown))
        }
    }
}

/// The name of what was judged when nothing was there: that of no version.
const NOTHING: &str = "none";
