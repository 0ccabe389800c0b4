//! The rows of an item, as they are stored.

use diesel::prelude::*;

use crate::domain::{
    Author, Category, DeclarationState, DocumentKind, FiscalState, Flow, MessageKind, MessageState, ResponseState,
    SecurityState, Side,
};
use crate::store::insert::inserted_rows;
use crate::store::schema::{
    decision, declaration, document_version, mail_object, message_out, referral, referral_response, response,
};
use crate::store::text::StoredText;
use crate::store::types::{At, Id};

/// A mail object as one post sees it.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = mail_object, primary_key(post_org, pid), treat_none_as_null = true)]
#[diesel(treat_none_as_default_value = false)]
pub struct ObjectRow {
    pub post_org: String,
    pub pid: Id,
    pub item_id: String,
    pub orig_post: String,
    pub dest_post: String,
    /// Counts the uses of one item id, which may be used again after twelve months.
    pub life_no: i32,
    /// Seen from `post_org`.
    pub flow: Flow,
    pub partner_country: Option<String>,
    pub mail_class: Option<String>,
    pub mail_category: Option<String>,
    pub type_cd: Option<String>,
    pub local_id: Option<String>,
    pub local_id2: Option<String>,
    pub mail_state: Option<i32>,
    pub mail_state_remarks: Option<String>,
    pub posting_dt: Option<At>,
    /// Postal code that Load filters by: the sender's outbound, else the recipient's; upper case, no blanks.
    pub zip: Option<String>,
    /// Whether the own customs may know of the item. Only grows.
    pub customs_visible: bool,
    /// The own customs has answered, and its answer is not to be looked at again: what it has to work on is the rest.
    pub has_response: bool,
    /// A final response of the customs of the destination exists: of where the item goes now.
    pub has_dc_response: bool,
    pub head_seq: i32,
    pub head_hash: Vec<u8>,
    pub created_at: At,
    pub changed_at: At,
    /// When a declaration was first sent to the destination, or received; absent when it was withdrawn.
    pub declared_at: Option<At>,
    /// Security state leaving departure aside; present once a referral was raised, and while the item is withdrawn.
    pub security_state: Option<SecurityState>,
    /// Own customs may see the declaration.
    pub declaration_seen: bool,
    /// What else is true of the item, as bits: see `rules::item_facts`.
    pub facts: i32,
    /// [`PackedLight`](crate::domain::PackedLight) as it was judged last; absent until an item of an earlier version is judged.
    pub light: Option<i64>,
}

/// The current declaration of an item.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = declaration, primary_key(post_org, object_pid), treat_none_as_null = true)]
#[diesel(treat_none_as_default_value = false)]
pub struct DeclarationRow {
    pub post_org: String,
    pub object_pid: Id,
    pub pid: Id,
    pub state_cd: DeclarationState,
    pub customs_org: Option<String>,
    /// Own customs may see it. Only grows.
    pub seen: bool,
    /// Went to the destination post. Only grows.
    pub sent: bool,
    pub version_no: i32,
    /// SHA-256 of the value form of `body`.
    pub digest: Vec<u8>,
    /// Canonical text of `Declaration.Data`, unless it was erased.
    pub body: Option<StoredText>,
    /// 0 to 100, by the quality rules.
    pub quality_score: Option<i32>,
    /// What they found, as a JSON list; absent when nothing.
    pub quality_findings: Option<StoredText>,
    /// The post whose data this is; absent for what was stored before that was kept.
    pub declared_by: Option<String>,
    /// The post that handed the item over, where that is not its origin.
    pub handed_over_by: Option<String>,
}

/// The current response of one side.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = response, primary_key(post_org, object_pid, side), treat_none_as_null = true)]
#[diesel(treat_none_as_default_value = false)]
pub struct ResponseRow {
    pub post_org: String,
    pub object_pid: Id,
    pub side: Side,
    pub pid: Id,
    pub state_cd: ResponseState,
    pub customs_org: Option<String>,
    /// Who entered it: the only one to see a draft.
    pub author_org: String,
    pub sent: bool,
    pub decision_cd: Option<String>,
    /// `ClearanceDt`, or the time of receipt.
    pub decided_at: At,
    pub version_no: i32,
    pub digest: Vec<u8>,
    /// Canonical text of `Response.Data`, unless it was erased.
    pub body: Option<StoredText>,
    /// What all responses of this side amount to; absent for drafts.
    pub fiscal_state: Option<FiscalState>,
    /// A clearance of something else than what is declared now: first half of the digest of the version it was about.
    pub lapsed: Option<Vec<u8>>,
}

/// A version that is not current (any more).
#[derive(Clone, Debug, Queryable, Insertable)]
#[diesel(table_name = document_version, treat_none_as_default_value = false)]
pub struct VersionRow {
    pub post_org: String,
    pub object_pid: Id,
    pub kind: DocumentKind,
    pub version_no: i32,
    pub digest: Vec<u8>,
    /// Absent once erased by retention.
    pub body: Option<StoredText>,
}

/// One final decision, current or not.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable, AsChangeset, Identifiable)]
#[diesel(table_name = decision, primary_key(post_org, object_pid, side, version_no), treat_none_as_null = true)]
#[diesel(treat_none_as_default_value = false)]
pub struct DecisionRow {
    pub post_org: String,
    pub object_pid: Id,
    pub side: Side,
    /// That of the response which holds its text.
    pub version_no: i32,
    pub author_org: String,
    /// Whose word it is.
    pub author_rank: Author,
    pub customs_org: Option<String>,
    pub decision_cd: Option<String>,
    /// What it does, as the decision table had it when it came; absent for an unreadable code.
    pub category: Option<Category>,
    /// The fiscal state that it alone leads to.
    pub fiscal_state: FiscalState,
    /// Its place among the decisions of its author, given once: the greater counts later. Thousandths of the second that
    /// it counts from.
    pub place: i64,
    /// `ClearanceDt`, or the time of receipt.
    pub decided_at: At,
    pub received_at: At,
    pub digest: Vec<u8>,
    /// The version that its author named, as named.
    pub stated_version: Option<String>,
    /// The version of the declaration's text that it judged. Together with `judged_dest`; a destination alone: the goods
    /// themselves, a name alone: a version that is not known here; none of the three: nothing was there to judge.
    pub judged_no: Option<i32>,
    pub judged_dest: Option<String>,
    pub judged_name: Option<Vec<u8>>,
    /// Entered by a post although the administration itself works here.
    pub beside_customs: bool,
    pub state_cd: ResponseState,
    pub sent: bool,
}

/// A referral on one post's item.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = referral, treat_none_as_default_value = false)]
pub struct ReferralRow {
    pub post_org: String,
    pub object_pid: Id,
    /// Unique within the item; the same at both posts.
    pub reference: String,
    pub code: String,
    pub raised_by: String,
    /// When it was raised, by its issuer; whole seconds.
    pub event_at: At,
    pub remind_at: Option<At>,
    /// When the answer is due; absent when none is expected.
    pub due_at: Option<At>,
    /// An answer is awaited.
    pub pending: bool,
    pub created_at: At,
    /// SHA-256 of the value form of what was sent.
    pub digest: Vec<u8>,
    /// The referral as JSON, reference and date filled in, unless it was erased.
    pub body: Option<StoredText>,
    /// SHA-256 of that text; absent for what was stored before it was kept.
    pub text_digest: Option<Vec<u8>>,
    /// The version that its author named. Of what was stored before, this and what it lifts are read in the text.
    pub stated_version: Option<String>,
    /// Reference of the stop that it lifts.
    pub lifts: Option<String>,
}

/// An answer to a referral.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = referral_response, treat_none_as_default_value = false)]
pub struct AnswerRow {
    pub post_org: String,
    pub object_pid: Id,
    pub pid: Id,
    /// The referral answered.
    pub reference: String,
    pub code: String,
    pub answered_by: String,
    pub event_at: At,
    pub created_at: At,
    pub digest: Vec<u8>,
    /// The answer as JSON, unless it was erased.
    pub body: Option<StoredText>,
    /// SHA-256 of that text; absent for what was stored before it was kept.
    pub text_digest: Option<Vec<u8>>,
}

/// What one partner is to be told about one item.
#[derive(Clone, Debug, PartialEq, Queryable, Insertable)]
#[diesel(table_name = message_out, treat_none_as_default_value = false)]
pub struct MessageRow {
    pub post_org: String,
    /// UUIDv7: order of arrival.
    pub id: Id,
    /// The organization it goes to.
    pub partner: String,
    /// The organization it comes from.
    pub sender: String,
    pub kind: MessageKind,
    /// Takes back what was said before.
    pub withdraws: bool,
    pub item_id: String,
    /// Nil when it is about an item that is not stored here (a refusal).
    pub object_pid: Id,
    /// The item's history had come this far.
    pub item_seq: i32,
    /// Version of the declaration or response it carries.
    pub version_no: Option<i32>,
    /// Reference of the referral it carries or answers.
    pub reference: Option<String>,
    /// Tells what is said, so that the same is never said twice.
    pub digest: Vec<u8>,
    /// The content, when it is stored nowhere else.
    pub body: Option<String>,
    pub state: MessageState,
    pub interchange: Option<String>,
    pub message_ref: Option<String>,
    /// Why it was refused or quarantined.
    pub note: Option<String>,
    pub created_at: At,
    pub sent_at: Option<At>,
}

inserted_rows!(
    ObjectRow => mail_object,
    DeclarationRow => declaration,
    ResponseRow => response,
    DecisionRow => decision,
    VersionRow => document_version,
    ReferralRow => referral,
    AnswerRow => referral_response,
    MessageRow => message_out,
);
