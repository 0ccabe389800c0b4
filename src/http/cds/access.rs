//! Login, Logout, GetHeartbeat.

use serde::Deserialize;
use utoipa::ToSchema;

use super::reply::Reply;
use super::request::{Call, Needed};
use crate::contract::canonical::to_canonical;
use crate::error::Result;
use crate::rules::forms;
use crate::service::Part;

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct LoginParams {
    user_cd: Option<String>,
    password: Option<String>,
    /// Office for the session; the first allowed one when absent.
    office_cd: Option<String>,
}

pub(super) async fn login(call: Call<'_>, params: LoginParams) -> Result<Reply> {
    let mut needed = Needed::default();
    let user = needed.text("userCd", &params.user_cd, "give the user's code");
    let password = params.password.clone().filter(|password| !password.is_empty());
    if password.is_none() {
        needed.findings.add("required", "password", "give the user's password");
    }
    forms::check_user(&mut needed.findings, "userCd", Some(user));
    needed.done()?;
    call.rate_limits.login(&call.actor.org, user, call.address)?;
    let office = params.office_cd.as_deref().map(str::trim).filter(|office| !office.is_empty());
    let session = call.services.login(&call.actor, user, password.unwrap_or_default(), office).await?;
    call.rate_limits.note_login(&call.actor.org, user, call.address);
    call.services.note_activity(Part::Login);
    Ok(Reply::void()
        .with("SecurityKey", to_canonical(&session.security_key))
        .with("Office", to_canonical(&session.office))
        .with("AllowedOffices", to_canonical(&session.allowed_offices)))
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct LogoutParams {
    user_cd: Option<String>,
}

pub(super) async fn logout(call: Call<'_>, params: LogoutParams) -> Result<Reply> {
    let mut needed = Needed::default();
    let user = needed.text("userCd", &params.user_cd, "give the user's code");
    needed.done()?;
    call.services.logout(&call.actor, user).await?;
    Ok(Reply::void())
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct HeartbeatParams {
    /// Accepted and not used.
    #[serde(rename = "userCd")]
    _user_cd: Option<String>,
}

pub(super) async fn heartbeat(call: Call<'_>, _params: HeartbeatParams) -> Result<Reply> {
    Ok(Reply::result("GetHeartbeat", to_canonical(&call.services.heartbeat().await?)))
}
