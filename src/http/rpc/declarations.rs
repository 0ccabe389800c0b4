//! StoreDeclaration, CreateOrUpdateDeclarations.

use serde::Deserialize;
use utoipa::ToSchema;

use super::request::{Call, Needed, RawList};
use super::responses::{outcomes, read_views, store_event};
use crate::contract::{CdsView, Declaration, MailObject, lenient};
use crate::error::{Finding, Result};
use crate::http::answer::Reply;
use crate::rules::life_cycle::StoreEvent;
use crate::rules::structure::given;
use crate::service::declare::Declared;
use crate::service::{BatchMode, Entry};

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
    let mut needed = Needed::default();
    let object = needed.object("mailObject", params.mail_object);
    let declaration = needed.object("decl", params.decl);
    let event = store_event(&mut needed, params.evt_cd);
    let actor = call.acting(&params.user_cd, &params.office_cd);
    needed.done()?;
    let actor = actor?;
    let (Some(object), Some(declaration), Some(event)) = (object, declaration, event) else { return Ok(Reply::void()) };
    let entry = Entry {
        index: None,
        item_id: given(&object.id).map(str::to_owned),
        content: Ok(Declared {
            object,
            declaration,
            event,
            object_path: "mailObject".into(),
            declaration_path: "decl".into(),
        }),
    };
    call.services.store_declarations(&actor, vec![entry], BatchMode::AllOrNothing, call.key.clone()).await?;
    Ok(Reply::void())
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
    let entries = read_views(&call, params.cds_views, declared)?;
    let answer = call.services.store_declarations(&actor, entries, call.mode, call.key.clone()).await?;
    Ok(outcomes(&call, answer))
}

/// The declaration in a view.
fn declared(at: &str, view: CdsView) -> Result<Declared, Vec<Finding>> {
    let missing = |member: &str| vec![Finding::new("required", format!("{at}.{member}"), "give this object")];
    let object = view.mail_object.ok_or_else(|| missing("MailObject"))?;
    let declaration = view.declaration.ok_or_else(|| missing("Declaration"))?;
    Ok(Declared {
        object,
        declaration,
        event: StoreEvent::Final,
        object_path: format!("{at}.MailObject"),
        declaration_path: format!("{at}.Declaration"),
    })
}
