//! Questions and orders from the destination, and the answers to them.
//!
//! The member names of these objects are not public: ours are built like those of the published ones, common other
//! names are accepted, and members we do not know are kept as sent and returned.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::date::{self, WcfDate};
use super::lenient;
use super::mail_object::MailObject;
use super::open::{OtherMembers, open_object};

/// A question, order or message from the destination about an inbound item.
#[derive(Clone, Debug, Default)]
pub struct Referral {
    pub known: ReferralMembers,
    pub other: OtherMembers,
}

/// The members of a referral that have a meaning here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct ReferralMembers {
    /// Lines concerned.
    #[serde(deserialize_with = "lenient::whole_numbers")]
    pub content_pieces_indexes: Vec<i32>,
    /// When raised.
    #[serde(deserialize_with = "date::optional")]
    pub event_dt: Option<WcfDate>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub extra_field_names: Vec<Option<String>>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub extra_field_values: Vec<Option<String>>,
    /// Own member, of an ASC: reference of the stop (DNL) of the same author that it lifts.
    pub lifts: Option<String>,
    /// RFI, RFS, ERR, INC, AMD, DNL, ASC.
    #[serde(alias = "Code", alias = "ReferralTypeCd")]
    pub referral_cd: Option<String>,
    /// The sender's reference, repeated in the answer.
    pub referral_id: Option<String>,
    /// What is wanted.
    pub remarks: Option<String>,
}

/// The origin post's answer to a referral.
#[derive(Clone, Debug, Default)]
pub struct ReferralResponse {
    pub known: ReferralResponseMembers,
    pub other: OtherMembers,
}

/// The members of a referral response that have a meaning here.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct ReferralResponseMembers {
    pub action_taken: Option<String>,
    #[serde(deserialize_with = "date::optional")]
    pub event_dt: Option<WcfDate>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub extra_field_names: Vec<Option<String>>,
    #[serde(deserialize_with = "lenient::or_default")]
    pub extra_field_values: Vec<Option<String>>,
    /// Supporting information.
    pub information: Option<String>,
    /// The referral that is answered.
    pub referral_id: Option<String>,
    /// R10 … R42.
    #[serde(alias = "Code", alias = "ResponseCd")]
    pub referral_response_cd: Option<String>,
}

/// Own members that are added on output; what is sent under such a name is not kept.
const ADDED: [&str; 6] = ["DueDt", "Overdue", "RaisedByOrgCd", "ReminderDt", "ReminderDue", "ResponsePending"];

open_object!(Referral, ["Code", "ReferralTypeCd"], ADDED);
open_object!(ReferralResponse, ["Code", "ResponseCd"], ["AnsweredByOrgCd"]);

/// A referral in an answer. For the contract document only: the text sent is written with the other members put after.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct AnsweredReferral {
    #[serde(flatten)]
    pub sent: ReferralMembers,
    /// The answer is due; null where none is awaited.
    pub due_dt: Option<WcfDate>,
    pub overdue: bool,
    /// The organization that raised it.
    pub raised_by_org_cd: String,
    /// Half the time is over; null where no answer is awaited.
    pub reminder_dt: Option<WcfDate>,
    pub reminder_due: bool,
    /// No answer has come, and one is expected.
    pub response_pending: bool,
}

/// An answer to a referral. For the contract document only, like [`AnsweredReferral`].
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct AnsweredReferralResponse {
    #[serde(flatten)]
    pub sent: ReferralResponseMembers,
    /// The organization that answered.
    pub answered_by_org_cd: String,
}

/// The referrals of one item and the answers to them.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct ReferralDialogue {
    pub declaration_p_id: Option<Uuid>,
    /// Any referral of the item waits for an answer, listed here or not.
    pub has_pending_referral: bool,
    pub mail_object: MailObject,
    /// As sent, with AnsweredByOrgCd.
    #[schema(value_type = Vec<AnsweredReferralResponse>)]
    pub referral_responses: Vec<Box<RawValue>>,
    /// As sent, with DueDt, ReminderDt, Overdue, ReminderDue, ResponsePending and RaisedByOrgCd.
    #[schema(value_type = Vec<AnsweredReferral>)]
    pub referrals: Vec<Box<RawValue>>,
    /// NONE, DECLARED, ASSESSING, REFERRED_DATA, REFERRED_SCREEN, OK_TO_LOAD, STOPPED, DESPATCHED, CANCELLED.
    pub security_state: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_members_are_kept_with_their_digits_and_aliases_understood() {
        let sent = r#"{"Code":"RFI","Urgency":1.50,"ReferralId":"R-1","Nested":{"b":[1]}}"#;
        let referral: Referral = serde_json::from_str(sent).unwrap();
        assert_eq!(referral.known.referral_cd.as_deref(), Some("RFI"));
        let written = serde_json::to_string(&referral).unwrap();
        assert!(written.contains(r#""Urgency":1.50"#) && written.contains(r#""Nested":{"b":[1]}"#), "{written}");
        assert!(!written.contains(r#""Code""#), "{written}");
    }
}
