//! The documentation page: Swagger UI within the frame that all pages have; its files are in the binary.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, LOCATION};
use actix_web::middleware::DefaultHeaders;
use actix_web::web::ServiceConfig;
use actix_web::{HttpResponse, web};
use maud::{DOCTYPE, html};
use utoipa_swagger_ui::{Config, SwaggerUi, Url};

/// What the page looks like: the frame of all pages, and what is different within it.
const STYLE: &str = concat!(include_str!("../frame.css"), include_str!("docs.css"));

/// Documents of the surfaces that are served at the same socket.
pub(super) fn routes(app: &mut ServiceConfig, has_doors: bool) {
    let mut documents = vec![Url::new("CDS methods", "/openapi.json")];
    if has_doors {
        documents.push(Url::new("Resources under /v1", "/v1/openapi.json"));
    }
    let config = Config::new(documents).doc_expansion("none").validator_url("none");
    let scope = web::scope("/docs")
        .wrap(of_pages())
        .route("/", web::get().to(move || page(has_doors)))
        .route("/docs.css", web::get().to(style))
        .service(SwaggerUi::new("/{_:.*}").config(config));
    app.route("/docs", web::get().to(moved)).service(scope);
}

async fn moved() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((LOCATION, "/docs/")).finish()
}

/// What browsers are told of the documentation page: it may use its own files, and keep them for a while.
fn of_pages() -> DefaultHeaders {
    let policy = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";
    DefaultHeaders::new().add((CONTENT_SECURITY_POLICY, policy)).add((CACHE_CONTROL, "max-age=3600"))
}

async fn page(has_doors: bool) -> HttpResponse {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { "Documentation · Entrepost" }
                link rel="stylesheet" href="swagger-ui.css";
                link rel="stylesheet" href="docs.css";
                link rel="icon" type="image/png" href="favicon-32x32.png";
            }
            body {
                header.top {
                    p.brand { "Entrepost" }
                    nav aria-label="Pages" { ul { li { a href="/docs/" aria-current="page" { "Documentation" } } @if has_doors { li { a href="/status" { "Status" } } } } }
                }
                main #swagger-ui {}
                script src="swagger-ui-bundle.js" {}
                script src="swagger-ui-standalone-preset.js" {}
                script src="swagger-initializer.js" {}
            }
        }
    };
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/html; charset=utf-8")).body(page.into_string())
}

async fn style() -> HttpResponse {
    HttpResponse::Ok().insert_header((CONTENT_TYPE, "text/css; charset=utf-8")).body(STYLE)
}
