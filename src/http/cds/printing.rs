//! PrintCustomsDeclaration, PrintDoc, and POST /print for lists.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::Bytes;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use utoipa::ToSchema;

use super::reply::Reply;
use super::request::{Call, Needed};
use crate::contract::canonical::to_canonical;
use crate::contract::{CdsView, lenient};
use crate::error::{Error, Result};
use crate::http::printing::PrintOptions;
use crate::limits;
use crate::rules::forms::given;
use crate::service::Part;

macro_rules! with_print_options {
    ($($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $ty:ty,)* })*) => {$(
        $(#[$meta])*
        #[derive(Deserialize, Default, ToSchema)]
        #[serde(rename_all = "camelCase", default)]
        pub(in crate::http) struct $name {
            $($(#[$field_meta])* $field: $ty,)*
            /// CN22 or CN23; by the rules when absent: CN22 for letters up to 300 SDR, CN23 otherwise.
            form: Option<String>,
            /// Second language beside English: FR (default), ES, PT.
            language_cd: Option<String>,
            /// Copies of each item, 1 when absent.
            #[serde(deserialize_with = "lenient::optional_int")]
            copies: Option<i32>,
            /// form (the form's own size, default), A4, A5 or label (100 × 150 mm).
            paper: Option<String>,
        }
        impl $name {
            fn options(&self) -> PrintOptions {
                PrintOptions {
                    form: self.form.clone(),
                    language_cd: self.language_cd.clone(),
                    copies: self.copies,
                    paper: self.paper.clone(),
                }
            }
        }
    )*};
}

with_print_options! {
    PrintItemParams {
        mail_item_id: Option<String>,
        user_cd: Option<String>,
        office_cd: Option<String>,
    }
    PrintViewParams {
        cds_view: Option<CdsView>,
        user_cd: Option<String>,
        office_cd: Option<String>,
    }
    PrintListParams {
        /// Ids of stored items, at most 500.
        #[serde(deserialize_with = "lenient::or_default")]
        mail_item_ids: Vec<String>,
        user_cd: Option<String>,
        office_cd: Option<String>,
    }
}

pub(super) async fn item(call: Call<'_>, params: PrintItemParams) -> Result<Reply> {
    let mut needed = Needed::default();
    let id = needed.text("mailItemId", &params.mail_item_id, "give the item id").to_owned();
    needed.done()?;
    let actor = call.acting(&params.user_cd, &params.office_cd)?;
    let options = params.options().checked(actor.zone, &call.services.catalogue())?;
    let ids = [id];
    let items = call.services.printable(&actor, "mailItemId", &ids).await?;
    let pdf = call.printer.print(call.services, items, options, call.today()).await?;
    call.services.note_printed(&actor, "mailItemId", &ids).await?;
    Ok(Reply::result("PrintCustomsDeclaration", to_canonical(&STANDARD.encode(pdf))))
}

pub(super) async fn view(call: Call<'_>, params: PrintViewParams) -> Result<Reply> {
    let actor = call.acting(&params.user_cd, &params.office_cd)?;
    let options = params.options().checked(actor.zone, &call.services.catalogue())?;
    let Some(view) = params.cds_view else {
        return Err(Error::invalid("required", "cdsView", "give the view to print"));
    };
    let items = vec![call.services.with_value(&actor, view)];
    let pdf = call.printer.print(call.services, items, options, call.today()).await.map_err(|error| match error {
        Error::Invalid(findings) => Error::Invalid(findings.each(|found| found.under("cdsView"))),
        error => error,
    })?;
    call.services.note_activity(Part::Print);
    Ok(Reply::result("PrintDoc", to_canonical(&STANDARD.encode(pdf))))
}

/// Bytes of the file in one piece of the answer.
const CHUNK_BYTES: usize = 64 * 1024;

/// Up to 500 stored items in one file, answered as a PDF, piece by piece.
pub(in crate::http) async fn list(call: Call<'_>, params: PrintListParams) -> Result<HttpResponse> {
    let ids: Vec<String> =
        params.mail_item_ids.iter().filter_map(|id| given(&Some(id.clone())).map(str::to_owned)).collect();
    if ids.is_empty() || ids.len() > limits::PRINT_ITEMS {
        let message = format!("give 1 to {} item ids", limits::PRINT_ITEMS);
        return Err(Error::invalid("required", "mailItemIds", message));
    }
    let actor = call.acting(&params.user_cd, &params.office_cd)?;
    let options = params.options().checked(actor.zone, &call.services.catalogue())?;
    let items = call.services.printable(&actor, "mailItemIds", &ids).await?;
    let pdf = Bytes::from(call.printer.print(call.services, items, options, call.today()).await?);
    call.services.note_printed(&actor, "mailItemIds", &ids).await?;
    let pieces: Vec<Bytes> =
        (0..pdf.len()).step_by(CHUNK_BYTES).map(|at| pdf.slice(at..pdf.len().min(at + CHUNK_BYTES))).collect();
    let body = futures_util::stream::iter(pieces.into_iter().map(Ok::<_, Error>));
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/pdf"))
        .insert_header((CONTENT_DISPOSITION, "attachment; filename=\"declarations.pdf\""))
        .streaming(body))
}
