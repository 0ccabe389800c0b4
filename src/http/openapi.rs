//! The OpenAPI document, made from the registry of methods and the rows of what is called beside them.

use serde_json::{Map, Value, json};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use super::cds::registry::{Method, Shape, methods};
use super::error::ErrorForm;
use super::error::cds::ErrorBody;
use super::error::courier::CourierError;
use super::error::oauth::OAuthError;
use super::error::problem::Problem;
use super::exchange::registry::INTERCHANGE;
use super::operation::{Answer, Content, Door, Operation, REFUSALS, Refusals, Resource, SchemaOf, Schemas, named};
use super::operations::operations;
use super::pipeline::permission::{Callers, Permission};
use crate::domain::{Flow, Scopes};
use crate::error::FINDING_CODES;
use crate::limits;
use crate::rules::data_error::DataError;
use crate::rules::quality::RULES;
use crate::rules::{authority, fiscal, fits, life_cycle, light, material, security};

/// The document as JSON text. Paths start with `prefix`.
pub fn document(prefix: &str) -> String {
    let mut schemas: Schemas = Vec::new();
    let error = error(ErrorForm::Cds, &mut schemas);
    let mut paths = Map::new();
    for method in methods() {
        paths.insert(format!("{prefix}/{}", method.name), json!({ "post": operation(&method, &error, &mut schemas) }));
    }
    for operation in operations().filter(|operation| !operation.is_own()) {
        let verb = operation.verb().to_ascii_lowercase();
        paths.insert(operation.path.into(), json!({ verb: beside_methods(operation, &mut schemas) }));
    }
    let components: Map<String, Value> = schemas.into_iter().map(|(name, schema)| (name, to_value(schema))).collect();
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Entrepost",
            "version": env!("CARGO_PKG_VERSION"),
            "description": description(),
            "license": { "name": "Apache License 2.0", "identifier": env!("CARGO_PKG_LICENSE") },
        },
        "servers": [{ "url": "/", "description": "The server that this document comes from" }],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer", "description": "Token, session key, or access token of an OAuth2 client" },
                "client": { "type": "http", "scheme": "basic", "description": "Id and secret of an OAuth2 client" },
            },
        },
    });
    complete(&mut document);
    document.to_string()
}

pub(super) fn to_value(schema: RefOr<Schema>) -> Value {
    serde_json::to_value(schema).unwrap_or_default()
}

/// Takes out defaults and says the bounds of whole numbers. What may be left out is what `required` does not name, and left
/// out it is null, empty or false; a default says no more, and generators of clients take it for a member that every
/// request must have. A format alone binds nobody.
pub(super) fn complete(part: &mut Value) {
    match part {
        Value::Object(members) => {
            members.remove("default");
            if members.get("format").is_some_and(|format| format == "int32") {
                members.entry("minimum").or_insert_with(|| i32::MIN.into());
                members.entry("maximum").or_insert_with(|| i32::MAX.into());
            }
            members.values_mut().for_each(complete);
        }
        Value::Array(list) => list.iter_mut().for_each(complete),
        _ => {}
    }
}

/// An error of this form, as content of an answer.
pub(super) fn error(form: ErrorForm, schemas: &mut Schemas) -> Value {
    let (media_type, schema) = match form {
        ErrorForm::Cds => ("application/json", named::<ErrorBody>(schemas)),
        ErrorForm::Problem | ErrorForm::ProblemXml => ("application/problem+json", named::<Problem>(schemas)),
        ErrorForm::OAuth => ("application/json", named::<OAuthError>(schemas)),
        ErrorForm::Courier => ("application/json", named::<CourierError>(schemas)),
    };
    json!({ media_type: { "schema": to_value(schema) } })
}

fn operation(method: &Method, error: &Value, schemas: &mut Schemas) -> Value {
    let mut responses = refusals(error, REFUSALS);
    responses.insert("200".into(), success(method, schemas));
    if method.writes {
        let text = "The idempotency key was used with another request.";
        responses.insert("422".into(), refusal(error, "422", text));
    }
    if has_header(method, "ETag") {
        let headers = answer_headers(method);
        let text = "The client has this version (If-None-Match).";
        responses.insert("304".into(), json!({ "description": text, "headers": headers }));
    }
    let mut operation = json!({
        "operationId": method.name,
        "tags": [method.family],
        "summary": method.summary,
        "description": who(method.permission),
        // The header, or the token as a member of the body.
        "security": [{ "bearer": [] }, {}],
        "requestBody": body(members(method.params, method.required, method.token_member, schemas)),
        "responses": responses,
    });
    let parameters = parameters(method);
    if !parameters.is_empty() {
        operation["parameters"] = parameters.into();
    }
    operation
}

fn body(schema: Value) -> Value {
    json!({ "required": true, "content": { "application/json": { "schema": schema } } })
}

/// The members of a body, the token among them.
fn members(params: SchemaOf, required: &[&str], token_member: &str, schemas: &mut Schemas) -> Value {
    let mut body = to_value(params(schemas));
    let token = json!({ "type": "string", "format": "uuid", "description": "Token of the organization, or session key; sent as `token`, as `securityToken` or as Authorization: Bearer, one of them is needed" });
    if let Some(members) = body.get_mut("properties").and_then(Value::as_object_mut) {
        for (name, schema) in members.iter_mut() {
            match name.as_str() {
                name if required.contains(&name) => *schema = needed(name, schema),
                "userCd" if schema.get("description").is_none() => schema["description"] = ACTING.into(),
                _ => {}
            }
        }
        members.insert(token_member.to_owned(), token);
    }
    if !required.is_empty() {
        body["required"] = required.to_vec().into();
    }
    body
}

/// What is said of a member `userCd` that says nothing itself.
const ACTING: &str =
    "The user who acts. Needed, unless the call comes with a session key: then it is the session's user";

/// The schema of a member that is refused when it is absent, null or empty.
fn needed(name: &str, schema: &Value) -> Value {
    let of_kinds = schema.get("oneOf").and_then(Value::as_array);
    let mut schema = of_kinds.and_then(|kinds| kinds.first()).unwrap_or(schema).clone();
    let Some(members) = schema.as_object_mut() else { return schema };
    if let Some(kind) = members.get("type").and_then(|kinds| kinds.get(0)).cloned() {
        members.insert("type".into(), kind);
    }
    match (name, members.get("type").and_then(Value::as_str)) {
        ("flow", _) => members.insert("enum".into(), json!(Flow::ALL)),
        ("evtCd", _) => members.insert("enum".into(), json!([1, 2, 6, 7])),
        ("mailState", _) => members.insert("enum".into(), json!([1, 2, 5, 10, 50, 52])),
        (_, Some("string")) => members.insert("minLength".into(), 1.into()),
        _ => None,
    };
    schema
}

/// The headers that mean something to a method.
fn parameters(method: &Method) -> Vec<Value> {
    let mut parameters = Vec::new();
    if method.writes {
        let text = "Do this once: the same key and body give the same answer for 24 hours.";
        parameters.push(header("Idempotency-Key", text));
    }
    if let Shape::VoidOrOutcomes = method.shape {
        let text = "`outcome=per-item`: each entry stands alone, the answer lists an outcome per entry.";
        parameters.push(header("Prefer", text));
    }
    if has_header(method, "ETag") {
        parameters.push(header("If-None-Match", "ETags of the versions that the client has."));
    }
    parameters
}

pub(super) fn refusals(error: &Value, listed: Refusals) -> Map<String, Value> {
    listed.iter().map(|(status, text)| ((*status).to_owned(), refusal(error, status, text))).collect()
}

pub(super) fn refusal(error: &Value, status: &str, text: &str) -> Value {
    let mut refusal = json!({ "description": text, "content": error });
    let header = match status {
        "415" => ("Accept-Encoding", "Encodings that are taken: identity", "string"),
        "429" | "503" => ("Retry-After", "Seconds to wait", "integer"),
        _ => return refusal,
    };
    refusal["headers"] = json!({ header.0: answer_header(header.1, header.2) });
    refusal
}

/// An operation with a row of its own.
pub(super) fn beside_methods(operation: &Operation, schemas: &mut Schemas) -> Value {
    let error = error(operation.errors, schemas);
    let bearer = json!({ "bearer": [] });
    let (description, security, request) = match &operation.door {
        Door::Open { .. } => ("For anybody; no token is needed.".into(), json!([{}]), Value::Null),
        Door::Caller { permission, .. } => (who(*permission), json!([bearer]), Value::Null),
        Door::Form { params, required, .. } => {
            let mut form = to_value(params(schemas));
            form["required"] = required.to_vec().into();
            let media_type = "application/x-www-form-urlencoded";
            let request = json!({ "required": true, "content": { media_type: { "schema": form } } });
            ("For OAuth2 clients.".into(), json!([{ "client": [] }, {}]), request)
        }
        Door::Client { permission, params, .. } => {
            let client = json!({ "client": [] });
            (who(*permission), json!([client]), body(to_value(params(schemas))))
        }
        Door::Members { permission, params, required, .. } => {
            let members = members(*params, required, "token", schemas);
            (who(*permission), json!([bearer, {}]), body(members))
        }
        Door::Resource(Resource { permission, body: sent, .. }) => {
            let request = sent.map_or(Value::Null, |schema| body(to_value(schema(schemas))));
            (who(*permission), json!([bearer]), request)
        }
        Door::Interchange { .. } => {
            let request = json!({ "required": true, "content": files(INTERCHANGE) });
            ("For partners of the exchange, with the token agreed.".into(), json!([bearer]), request)
        }
    };
    let mut responses = refusals(&error, operation.refusals);
    for answer in operation.answers {
        responses.insert(answer.status.to_owned(), answered(answer, &error, schemas));
    }
    let mut described = json!({
        "operationId": operation.name,
        "tags": [operation.family],
        "summary": operation.summary,
        "description": format!("{description} {}", operation.remarks).trim_end(),
        "security": security,
        "responses": responses,
    });
    if !request.is_null() {
        described["requestBody"] = request;
    }
    let in_path = operation.path.split('{').skip(1).filter_map(|part| part.split('}').next()).map(|name| {
        json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" }, "description": "As it was given." })
    });
    let headers = operation.headers.iter().map(|(name, text)| header(name, text));
    let parameters: Vec<Value> = in_path.chain(headers).collect();
    if !parameters.is_empty() {
        described["parameters"] = parameters.into();
    }
    described
}

pub(super) fn answered(answer: &Answer, error: &Value, schemas: &mut Schemas) -> Value {
    let content = match answer.content {
        Content::File(media_types) => files(media_types),
        Content::Json(schema) => json!({ "application/json": { "schema": to_value(schema(schemas)) } }),
        Content::Nothing => Value::Null,
    };
    let mut described = json!({ "description": answer.says });
    if !content.is_null() {
        described["content"] = content;
    }
    if answer.or_error
        && let Some((all, error)) = described["content"].as_object_mut().zip(error.as_object())
    {
        for (media_type, error) in error {
            match all.get_mut(media_type) {
                Some(known) => known["schema"] = json!({ "oneOf": [known["schema"], error["schema"]] }),
                None => drop(all.insert(media_type.clone(), error.clone())),
            }
        }
    }
    for (name, text) in answer.headers {
        described["headers"][name] = answer_header(text, "string");
    }
    described
}

/// Content that is handed over as it is.
fn files(media_types: &[&str]) -> Value {
    let bytes = json!({ "schema": { "type": "string", "format": "binary" } });
    media_types.iter().map(|name| ((*name).to_owned(), bytes.clone())).collect::<Map<String, Value>>().into()
}

pub(super) fn header(name: &str, text: &str) -> Value {
    json!({ "name": name, "in": "header", "required": false, "schema": { "type": "string" }, "description": text })
}

/// Headers of answers: name, meaning, type and the methods that send it.
const ANSWER_HEADERS: &[(&str, &str, &str, &[&str])] = &[
    ("ETag", "Hash of the lists", "string", &["LoadRefDataCocktail"]),
    (
        "Preference-Applied",
        "With Prefer: outcome=per-item",
        "string",
        &["CreateOrUpdateDeclarations", "CreateOrUpdateResponses"],
    ),
    (
        "X-Entrepost-Warnings",
        "Findings that did not refuse the data",
        "integer",
        &["StoreDeclaration", "CreateOrUpdateDeclarations", "ConvertAnonymousToCDSDeclaration", "StoreMarketedGood"],
    ),
    ("X-More", "In the change feed: whether more has changed already", "boolean", &["Load", "LoadByMailState"]),
    (
        "X-Next-Cursor",
        "Where the next page begins; absent on the last",
        "string",
        &["Load", "LoadByMailState", "GetReferralAndReferralResponse", "GetAnonymousDeclaration", "LoadMarketedGood"],
    ),
    ("X-Total-Count", "With countTotal: how many items match", "integer", &["Load", "LoadByMailState"]),
];

fn has_header(method: &Method, header: &str) -> bool {
    ANSWER_HEADERS.iter().any(|(name, _, _, methods)| *name == header && methods.contains(&method.name))
}

fn answer_headers(method: &Method) -> Map<String, Value> {
    let headers = ANSWER_HEADERS.iter().filter(|(_, _, _, methods)| methods.contains(&method.name));
    headers.map(|(name, text, kind, _)| ((*name).to_owned(), answer_header(text, kind))).collect()
}

fn answer_header(text: &str, kind: &str) -> Value {
    json!({ "description": text, "schema": { "type": kind } })
}

fn success(method: &Method, schemas: &mut Schemas) -> Value {
    let members = result(method, schemas);
    let mut schema = json!({ "type": "object" });
    // Outcomes come when they are preferred; the rest is always there.
    if !members.is_empty() && !matches!(method.shape, Shape::VoidOrOutcomes) {
        schema["required"] = members.keys().cloned().collect();
    }
    schema["properties"] = members.into();
    let mut success = json!({ "description": "Done", "content": { "application/json": { "schema": schema } } });
    let headers = answer_headers(method);
    if !headers.is_empty() {
        success["headers"] = headers.into();
    }
    success
}

/// The members of a method's answer.
fn result(method: &Method, schemas: &mut Schemas) -> Map<String, Value> {
    let named = |schema| Map::from_iter([(format!("{}Result", method.name), schema)]);
    match &method.shape {
        Shape::Void => Map::new(),
        Shape::VoidOrOutcomes => Map::from_iter([("Outcomes".to_owned(), outcomes())]),
        Shape::Result(schema) => named(to_value(schema(schemas))),
        Shape::ResultOrNull(schema) => named(json!({ "oneOf": [to_value(schema(schemas)), { "type": "null" }] })),
        Shape::Members(members) => {
            members.iter().map(|(name, schema)| ((*name).to_owned(), to_value(schema(schemas)))).collect()
        }
    }
}

fn outcomes() -> Value {
    json!({
        "type": "array",
        "description": "Only with Prefer: outcome=per-item",
        "items": { "type": "object", "required": ["Index", "ItemId", "Outcome", "Errors"], "properties": {
            "Index": { "type": "integer" },
            "ItemId": { "type": ["string", "null"] },
            "Outcome": { "type": "string", "enum": ["stored", "unchanged", "refused"] },
            "Errors": { "type": "array", "items": { "type": "object", "required": ["Code", "Path", "Message"], "properties": {
                "Code": { "type": "string" }, "Path": { "type": "string" }, "Message": { "type": "string" },
            } } },
        } },
    })
}

pub(super) fn who(permission: Permission) -> String {
    let callers = match permission.callers {
        Callers::Posts => "For posts, on their own items.",
        Callers::PostsAndCustoms => "For posts and customs, each within its own items.",
    };
    let scopes: Scopes = permission.scopes.iter().copied().collect();
    if scopes.is_empty() { callers.to_owned() } else { format!("{callers} Scope of OAuth2 clients: {scopes}.") }
}

/// The data error that partners are told for a code.
fn told_as(code: &str) -> &'static str {
    DataError::named(code).map_or("", DataError::code)
}

/// The life cycle, error codes and limits, as Markdown.
fn description() -> String {
    let mut text = String::from(
        "Postal customs data exchange. Every method is called with POST and a JSON object; results are wrapped as \
         `{\"<Method>Result\": …}`. Resources under `/v1` are described at `/v1/openapi.json`; what couriers call, below \
         `/api/declaration/`, here.\n\n\
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
        ("What an item shows on its way", authority::FLOWS),
        ("What changes end a decision", material::TABLE),
        ("Which posts may use which item ids", fits::TABLE),
    ] {
        text.push_str(&format!("## {title}\n\n{table}\n"));
    }
    text.push_str("## Error codes\n\n| Code | Meaning | Told to partners as |\n|---|---|---|\n");
    for (code, meaning) in FINDING_CODES {
        text.push_str(&format!("| {code} | {meaning} | {} |\n", told_as(code)));
    }
    text.push_str(
        "\n## Rules of data quality\n\nThe name of the rule is the code of what it finds: in a refusal, in \
         `Quality.Findings`, in automatic answers and in `admin quality set`. The level is the default; some \
         destinations are stricter, and an organization may set its own.\n\n\
         | Code | What it asks | Level | Told to partners as |\n|---|---|---|---|\n",
    );
    for rule in RULES {
        let (id, asks, level) = (rule.id, rule.asks, rule.level.stored());
        text.push_str(&format!("| {id} | {asks} | {level} | {} |\n", told_as(id)));
    }
    text.push_str(
        "\n## Limits\n\nSettings of the server may change some of them.\n\n| Limit | Default | Why |\n|---|---|---|\n",
    );
    for limit in limits::ALL {
        text.push_str(&format!("| {} | {} {} | {} |\n", limit.name, limit.value, limit.unit, limit.reason));
    }
    text
}
