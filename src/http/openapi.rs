//! The OpenAPI document, made from the method registry.

use serde_json::{Map, Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use super::answer::ErrorBody;
use super::rpc::printing::PrintListParams;
use super::rpc::registry::{Method, Schemas, Shape, Who, inline, methods, named};
use crate::error::FINDING_CODES;
use crate::limits;
use crate::rules::data_error::DataError;
use crate::rules::{authority, fiscal, fits, life_cycle, light, material, security};

/// The document as JSON text. Paths start with `prefix`.
pub fn document(prefix: &str) -> String {
    let mut schemas: Schemas = Vec::new();
    let error = to_value(named::<ErrorBody>(&mut schemas));
    let mut paths = Map::new();
    for method in methods() {
        paths.insert(format!("{prefix}/{}", method.name), json!({ "post": operation(&method, &error, &mut schemas) }));
    }
    paths.insert("/print".into(), json!({ "post": print_operation(&error, &mut schemas) }));
    paths.insert("/exchange/inbox".into(), json!({ "post": inbox_operation(&error) }));
    let components: Map<String, Value> = schemas.into_iter().map(|(name, schema)| (name, to_value(schema))).collect();
    let document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Entrepost",
            "version": env!("CARGO_PKG_VERSION"),
            "description": description(),
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": { "bearer": { "type": "http", "scheme": "bearer", "description": "Token or session key" } },
        },
    });
    document.to_string()
}

fn to_value(schema: RefOr<Schema>) -> Value {
    serde_json::to_value(schema).unwrap_or_default()
}

fn operation(method: &Method, error: &Value, schemas: &mut Schemas) -> Value {
    let mut body = to_value((method.params)(schemas));
    let token = json!({ "type": "string", "format": "uuid", "description": "Token of the organization, or session key; sent as `token`, as `securityToken` or as Authorization: Bearer, one of them is needed" });
    if let Some(members) = body.get_mut("properties").and_then(Value::as_object_mut) {
        members.retain(|name, _| !name.starts_with('_'));
        members.insert(method.token_member.to_owned(), token);
    }
    body["required"] = method.required.to_vec().into();
    let refusal = |text: &str| json!({ "description": text, "content": { "application/json": { "schema": error } } });
    let mut operation = json!({
        "operationId": method.name,
        "tags": [method.family],
        "summary": method.summary,
        "description": who(method.who),
        // The header, or the token as a member of the body.
        "security": [{ "bearer": [] }, {}],
        "requestBody": { "required": true, "content": { "application/json": { "schema": body } } },
        "responses": {
            "200": success(method, schemas),
            "400": refusal("The request has faults; all of them are listed."),
            "401": refusal("No valid token or session, or not entitled. Always the same body."),
            "408": refusal("The body did not arrive in time."),
            "413": refusal("The body is too large."),
            "429": refusal("Too many requests; Retry-After says how long to wait."),
            "500": refusal("A fault of the server; nothing was stored."),
            "503": refusal("Not now; nothing was stored. Retry-After says how long to wait."),
        },
    });
    if method.writes {
        operation["parameters"] = json!([header(
            "Idempotency-Key",
            "Do this once: the same key and body give the same answer for 24 hours."
        )]);
        operation["responses"]["422"] = refusal("The idempotency key was used with another request.");
    }
    if let (Shape::VoidOrOutcomes, Some(parameters)) = (&method.shape, operation["parameters"].as_array_mut()) {
        parameters.push(header(
            "Prefer",
            "`outcome=per-item`: each entry stands alone, the answer lists an outcome per entry.",
        ));
    }
    operation
}

/// Our own surface: many items in one file.
fn print_operation(error: &Value, schemas: &mut Schemas) -> Value {
    let body = to_value(inline::<PrintListParams>(schemas));
    json!({
        "operationId": "print",
        "tags": ["Printing"],
        "summary": "Prints up to 500 stored items into one PDF/A, answered as it is.",
        "security": [{ "bearer": [] }],
        "requestBody": { "required": true, "content": { "application/json": { "schema": body } } },
        "responses": {
            "200": { "description": "The file", "content": { "application/pdf": { "schema": { "type": "string", "format": "binary" } } } },
            "400": { "description": "Faults of the items; all are listed.", "content": { "application/json": { "schema": error } } },
            "401": { "description": "No valid token or session.", "content": { "application/json": { "schema": error } } },
        },
    })
}

fn inbox_operation(error: &Value) -> Value {
    let interchange = || {
        let bytes = json!({ "schema": { "type": "string", "format": "binary" } });
        json!({ "application/edifact": bytes, "application/xml": bytes })
    };
    let control = |text: &str| json!({ "description": text, "content": interchange() });
    let refusal = |text: &str| json!({ "description": text, "content": { "application/json": { "schema": error } } });
    json!({
        "operationId": "exchangeInbox",
        "tags": ["Exchange"],
        "summary": "Takes an interchange of a partner (ITMATT, CUSITM, CUSRSP, ITMREF, REFRSP, CONTRL) and answers with a CONTRL.",
        "description": "For partners of the exchange, with the token agreed. The same bytes again get the same answer and have no effect.",
        "security": [{ "bearer": [] }],
        "parameters": [
            header("webhook-id", "Where a key was agreed: the interchange reference"),
            header("webhook-timestamp", "Where a key was agreed: seconds since 1970"),
            header("webhook-signature", "Where a key was agreed: v1, and the base64 of HMAC-SHA256 over id.timestamp.body"),
        ],
        "requestBody": { "required": true, "content": interchange() },
        "responses": {
            "200": control("Taken, or taken before."),
            "400": control("It cannot be read or is not for an organization here; it waits in quarantine."),
            "401": refusal("Not a partner, or the signature does not fit."),
            "409": control("Another interchange came under this reference; this one had no effect."),
            "413": refusal("The body is too large."),
            "503": refusal("Not now; nothing happened. Retry-After says how long to wait."),
        },
    })
}

fn header(name: &str, text: &str) -> Value {
    json!({ "name": name, "in": "header", "required": false, "schema": { "type": "string" }, "description": text })
}

fn success(method: &Method, schemas: &mut Schemas) -> Value {
    let members: Map<String, Value> = match &method.shape {
        Shape::Void => Map::new(),
        Shape::VoidOrOutcomes => [("Outcomes".to_owned(), outcomes())].into_iter().collect(),
        Shape::Result(schema) => [(format!("{}Result", method.name), to_value(schema(schemas)))].into_iter().collect(),
        Shape::Members(members) => {
            members.iter().map(|(name, schema)| ((*name).to_owned(), to_value(schema(schemas)))).collect()
        }
    };
    json!({
        "description": "Done",
        "content": { "application/json": { "schema": { "type": "object", "properties": members } } },
    })
}

fn outcomes() -> Value {
    json!({
        "type": "array",
        "description": "Only with Prefer: outcome=per-item",
        "items": { "type": "object", "properties": {
            "Index": { "type": "integer" },
            "ItemId": { "type": ["string", "null"] },
            "Outcome": { "type": "string", "enum": ["stored", "unchanged", "refused"] },
            "Errors": { "type": "array", "items": { "type": "object", "properties": {
                "Code": { "type": "string" }, "Path": { "type": "string" }, "Message": { "type": "string" },
            } } },
        } },
    })
}

fn who(who: Who) -> &'static str {
    match who {
        Who::Posts => "For posts, on their own items.",
        Who::PostsAndCustoms => "For posts and customs, each within its own items.",
    }
}

/// The life cycle, error codes and limits, as Markdown.
fn description() -> String {
    let mut text = String::from(
        "Postal customs data exchange. Every method is called with POST and a JSON object; results are wrapped as \
         `{\"<Method>Result\": …}`.\n\n\
         ## Life cycle\n\n",
    );
    text.push_str(&format!("{}\nSeen and sent only grow; a draft after either is a 400.\n\n", life_cycle::TABLE));
    for (title, table) in [
        ("Security state: may it be loaded?", security::TABLE),
        ("Fiscal state: what customs decided", fiscal::TABLE),
        ("The light of CheckItemStatus", light::TABLE),
    ] {
        text.push_str(&format!("## {title}\n\n{table}\n"));
    }
    text.push_str(
        "States follow from what was sent, asked and answered, ordered by time of issue, rank and reference, never by \
         arrival. Silence never makes an item OK_TO_LOAD, and what is not known is never green.\n\n",
    );
    for (title, table) in [
        ("Whose word counts", authority::TABLE),
        ("What changes end a decision", material::TABLE),
        ("Which posts may use which item ids", fits::TABLE),
    ] {
        text.push_str(&format!("## {title}\n\n{table}\n"));
    }
    text.push_str("## Error codes\n\n| Code | Meaning | Told to partners as |\n|---|---|---|\n");
    for (code, meaning) in FINDING_CODES {
        let told = DataError::named(code).map_or("that of the rule", DataError::code);
        text.push_str(&format!("| {code} | {meaning} | {told} |\n"));
    }
    text.push_str(
        "\n## Limits\n\nSettings of the server may change some of them.\n\n| Limit | Default | Why |\n|---|---|---|\n",
    );
    for limit in limits::ALL {
        text.push_str(&format!("| {} | {} {} | {} |\n", limit.name, limit.value, limit.unit, limit.reason));
    }
    text
}
