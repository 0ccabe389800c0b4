//! When each part of the service was last used.

use serde::Serialize;
use utoipa::ToSchema;

use super::date::WcfDate;

/// Last uses; null where a part was never used. Member names are ours: the published page shows none.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Heartbeat {
    pub last_api_call_dt: Option<WcfDate>,
    pub last_cusitm_sent_dt: Option<WcfDate>,
    pub last_cusrsp_received_dt: Option<WcfDate>,
    pub last_declaration_dt: Option<WcfDate>,
    pub last_itmatt_received_dt: Option<WcfDate>,
    pub last_itmatt_sent_dt: Option<WcfDate>,
    pub last_login_dt: Option<WcfDate>,
    pub last_print_dt: Option<WcfDate>,
    pub last_referral_dt: Option<WcfDate>,
    pub last_response_dt: Option<WcfDate>,
    /// The server's time.
    pub server_dt: WcfDate,
    pub version: String,
}
