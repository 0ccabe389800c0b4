//! StoreDeclaration, CreateOrUpdateDeclarations.

use serde::Deserialize;
use utoipa::ToSchema;

use super::reply::Reply;
use super::request::{Call, RawList};
use super::responses::{outcomes, read_views, shown_id, store_event};
use crate::contract::{CdsView, Declaration, MailObject, lenient};
use crate::error::{Findings, Result};
use crate::rules::life_cycle::StoreEvent;
use crate::service::declare::Declared;
use crate::service::{BatchMode, Entry};

/// How many findings of the quality rules did not refuse the declarations.
pub(super) const WARNINGS: &str = "x-entrepost-warnings";

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct StoreDeclarationParams {
    mail_object: Option<MailObject>,
    decl: Option<Declaration>,
    /// 1 draft, 2 final, 6 send to customs, 7 send to the destination post.
    #[serde(deserialize_with = "lenient::optional_int")]
    evt_cd: Option<i32>,
    user_cd: Option<String>,
    office_cd: Option<String>,
}

pub(super) async fn store(call: Call<'_>, params: StoreDeclarationParams) -> Result<Reply> {
    let (actor, mut found) = call.stated(&params.user_cd, &params.office_cd);
    let event = store_event(&mut found, params.evt_cd);
    let item_id = params.mail_object.as_ref().and_then(|object| shown_id(&object.id));
    let sent = Declared {
        object: params.mail_object,
        declaration: params.decl,
        event,
        object_path: "mailObject".into(),
        declaration_path: "decl".into(),
        external_reference: None,
        ingestion: None,
        callback: None,
        found,
    };
    let entry = Entry { list: "", index: None, item_id, content: Ok(sent) };
    let answer =
        call.services.store_declarations(&actor, vec![entry], BatchMode::AllOrNothing, call.key.clone()).await?;
    Ok(Reply::void().header(WARNINGS, answer.warnings.to_string()))
}

#[derive(Deserialize, Default, ToSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct CreateOrUpdateDeclarationsParams {
    /// Each with MailObject and Declaration.
    #[schema(value_type = Vec<CdsView>)]
    cds_views: Option<RawList>,
    user_cd: Option<String>,
    office_cd: Option<String>,
}

pub(super) async fn store_many(call: Call<'_>, params: CreateOrUpdateDeclarationsParams) -> Result<Reply> {
    let actor = call.acting(&params.user_cd, &params.office_cd)?;
    let entries = read_views(&call, params.cds_views, declared).await?;
    let answer = call.services.store_declarations(&actor, entries, call.mode, call.key.clone()).await?;
    let warnings = answer.warnings.to_string();
    Ok(outcomes(&call, answer).header(WARNINGS, warnings))
}

/// The declaration in a view.
fn declared(at: &str, view: CdsView, found: Findings) -> Declared {
    Declared {
        object: view.mail_object,
        declaration: view.declaration,
        event: StoreEvent::Final,
        object_path: format!("{at}.MailObject"),
        declaration_path: format!("{at}.Declaration"),
        external_reference: None,
        ingestion: None,
        callback: None,
        found,
    }
}
