//! The status of items scanned at the office of exchange: CheckItemStatus.
//!
//! The names that IPS uses, and beside them members of our own.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::date::WcfDate;
use super::watchdog::WatchdogInfo;

/// One item asked about.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "PascalCase", default)]
pub struct CheckItemStatusRequest {
    /// ISO 3166-1 alpha-2; only an item to this country is meant.
    pub destination_country_cd: Option<String>,
    #[serde(alias = "Id", alias = "id")]
    pub item_id: Option<String>,
    /// ISO 3166-1 alpha-2; only an item from this country is meant.
    pub origin_country_cd: Option<String>,
    /// Own member: only an item from this post is meant. What may rightly have the id is never hidden by it.
    pub origin_postal_org_cd: Option<String>,
}

/// What is known about one item. Every member is there, known or not.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct CheckItemStatusResult {
    /// Own member: decision of the destination's customs.
    #[serde(rename = "DCDecisionCd")]
    pub dc_decision_cd: Option<String>,
    /// Own member: decision of the own customs.
    pub decision_cd: Option<String>,
    pub destination_country_cd: Option<String>,
    /// When the declaration was first sent or received.
    #[serde(rename = "EarliestEventDT")]
    pub earliest_event_dt: Option<WcfDate>,
    /// Own member: NOT_SENT, SENT, ACKED, HOLD, CLEARED, CLEARED_DUE, REFUSED, DETAINED.
    pub fiscal_state: Option<&'static str>,
    /// A declaration was sent to the destination, or received from the origin.
    #[serde(rename = "HasITMATT")]
    pub has_itmatt: bool,
    pub item_id: String,
    /// Own member: Green, Amber or Red. What is not known is never green.
    pub light: &'static str,
    /// Own member.
    pub mail_state_cd: Option<i32>,
    pub origin_country_cd: Option<String>,
    /// Own member: why the light has its colour, gravest first.
    pub reasons: Vec<StatusReason>,
    pub referrals: Vec<StatusReferral>,
    /// Own member: NONE, DECLARED, ASSESSING, REFERRED_DATA, REFERRED_SCREEN, OK_TO_LOAD, STOPPED, DESPATCHED,
    /// CANCELLED.
    pub security_state: Option<&'static str>,
    /// Own member: the mark in force.
    pub watchdog: Option<WatchdogInfo>,
}

/// A referral of the item.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct StatusReferral {
    pub code: String,
    #[serde(rename = "EventDT")]
    pub event_dt: WcfDate,
    /// No answer has come, and one is expected.
    pub response_pending: bool,
}

/// One reason of the light.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct StatusReason {
    pub code: &'static str,
    /// Green, Amber or Red.
    pub light: &'static str,
    #[schema(value_type = String)]
    pub text: Cow<'static, str>,
}
