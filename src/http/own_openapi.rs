//! The OpenAPI document of the own surface, made from the rows under `/v1`.

use serde_json::{Map, Value, json};

use super::error::ErrorForm;
use super::openapi::{beside_methods, complete, error, header, refusals, to_value};
use super::operation::{Door, Operation, ParameterKind, Resource, Schemas};
use super::operations::operations;
use super::rest::ask::XML;
use super::upload::FORM_DATA;

/// What any call of a resource may be refused with.
const ALWAYS: &[(&str, &str)] = &[
    ("400", "The request has faults; all of them are listed."),
    ("401", "No valid credential, or an organization of another kind."),
    ("403", "A scope is missing; WWW-Authenticate names it."),
    ("406", "It cannot be answered in the form that Accept asks for."),
    ("429", "Too many requests; Retry-After says how long to wait."),
    ("500", "A fault of the server; nothing was stored."),
    ("503", "Not now; nothing was stored. Retry-After says how long to wait."),
];

/// What a call with a body may be refused with besides.
const WITH_BODY: &[(&str, &str)] = &[
    ("408", "The body did not arrive in time."),
    ("413", "The body is too large."),
    ("415", "The body is of no kind that is read here, or compressed."),
    ("422", "The idempotency key was used with another request."),
];

/// The document as JSON text.
pub(super) fn document() -> String {
    let mut schemas: Schemas = Vec::new();
    let mut paths: Map<String, Value> = Map::new();
    for operation in operations().filter(|operation| operation.path.starts_with("/v1/")) {
        let verb = operation.verb().to_ascii_lowercase();
        let described = described(operation, &mut schemas);
        paths.entry(operation.path).or_insert_with(|| json!({}))[verb] = described;
    }
    let mut components: Map<String, Value> =
        schemas.into_iter().map(|(name, schema)| (name, to_value(schema))).collect();
    let date = json!({ "type": "string", "format": "date-time", "description": "RFC 3339; a form without zone is read in the zone of the organization" });
    components.insert("WcfDate".into(), date);
    let mut document = json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Entrepost, own surface",
            "version": env!("CARGO_PKG_VERSION"),
            "description": DESCRIPTION,
            "license": { "name": "Apache License 2.0", "identifier": env!("CARGO_PKG_LICENSE") },
        },
        "servers": [{ "url": "/", "description": "The server that this document comes from" }],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "bearer": { "type": "http", "scheme": "bearer", "description": "Access token of an OAuth2 client, token, or session key" },
            },
        },
    });
    complete(&mut document);
    document.to_string()
}

const DESCRIPTION: &str = "Documents are the contracts of the CDS surface as they are, with dates in RFC 3339; what stands \
around them is in camel case. Errors are problem details (RFC 9457). Changes name the version they are of (If-Match), and \
repeats are harmless with an Idempotency-Key. With application/xml as Content-Type and Accept the same values are read and \
written as XML, by the schema at /v1/schemas/entrepost.xsd. What couriers call (/api/declaration/…) is described at /openapi.json.";

fn described(operation: &Operation, schemas: &mut Schemas) -> Value {
    let mut described = beside_methods(operation, schemas);
    let Door::Resource(resource) = &operation.door else { return described };
    let error = error(ErrorForm::Problem, schemas);
    let more = if resource.body.is_some() { WITH_BODY } else { &[] };
    for (status, refusal) in [ALWAYS, more].into_iter().flat_map(|listed| refusals(&error, listed)) {
        described["responses"][status] = refusal;
    }
    for kind in resource.files {
        described["requestBody"]["content"][kind] = json!({ "schema": file_schema(kind) });
    }
    if resource.offers.contains(&XML) {
        describe_xml(&mut described);
    }
    describe_headers(&mut described["responses"]);
    let parameters = parameters(operation, resource);
    if !parameters.is_empty() {
        described["parameters"] = parameters.into();
    }
    described
}

/// A file as it is, or as the one part of a form.
fn file_schema(kind: &str) -> Value {
    let file = json!({ "type": "string", "contentMediaType": "application/octet-stream" });
    match kind {
        FORM_DATA => json!({ "type": "object", "properties": { "file": file }, "required": ["file"] }),
        _ => json!({}),
    }
}

/// Answers in XML beside JSON: the same values. Bodies are described in JSON alone, for generators of clients know one form of
/// a body.
fn describe_xml(described: &mut Value) {
    for response in described["responses"].as_object_mut().into_iter().flat_map(Map::values_mut) {
        add_xml(response);
    }
}

fn add_xml(part: &mut Value) {
    let Some(content) = part.get_mut("content").and_then(Value::as_object_mut) else { return };
    for (json, xml) in [("application/json", XML), ("application/problem+json", "application/problem+xml")] {
        if let Some(schema) = content.get(json).cloned() {
            content.insert(xml.into(), schema);
        }
    }
}

/// What every answer to a caller tells of its limit, and a missing scope of itself.
fn describe_headers(responses: &mut Value) {
    let text = |says: &str| json!({ "description": says, "schema": { "type": "string" } });
    for (status, response) in responses.as_object_mut().into_iter().flatten() {
        if !matches!(status.as_str(), "401" | "403") {
            response["headers"]["RateLimit-Policy"] = text("The limit of the organization: q requests in w seconds");
            response["headers"]["RateLimit"] = text("What is left of it: r requests now, the whole again in t seconds");
        }
        if status == "403" {
            response["headers"]["WWW-Authenticate"] = text("The scope that is needed");
        }
    }
}

/// What is answered with a secret, which is kept nowhere: a repeat cannot be answered alike.
const ANSWER_SECRETS: [&str; 3] = ["createSubscription", "createCallbackHost", "addSubscriptionKey"];

/// What stands in the path, the query and the headers.
fn parameters(operation: &Operation, resource: &Resource) -> Vec<Value> {
    let names = operation.path.split('{').skip(1).filter_map(|part| part.split('}').next());
    let mut parameters: Vec<Value> = names.map(in_path).collect();
    parameters.extend(resource.query.iter().map(|known| {
        let schema = schema(known.kind);
        json!({ "name": known.name, "in": "query", "required": false, "schema": schema, "description": known.says })
    }));
    parameters.extend(operation.headers.iter().map(|(name, text)| header(name, text)));
    if resource.writes && resource.body.is_some() && !ANSWER_SECRETS.contains(&operation.name) {
        let key = "Do this once: the same key and request give the same answer for 24 hours.";
        parameters.push(header("Idempotency-Key", key));
    }
    if resource.writes {
        parameters.push(header("X-Entrepost-User", "The user who acts. Needed with a token of the organization."));
        parameters.push(header("X-Entrepost-Office", "The office that acts, six characters."));
    }
    parameters
}

fn in_path(name: &str) -> Value {
    let text = match name {
        "id" => "Persistent id (GUID), or item id.",
        "version" => "Number of the version.",
        "document" => "cn22, cn23 or label.",
        "reference" => "Id of the referral.",
        "number" => "Number of the goods.",
        "service" => "Id of the service.",
        "list" => "Name of the list.",
        "ingestion" => "Reference of the ingestion.",
        _ => "Which one.",
    };
    json!({ "name": name, "in": "path", "required": true, "schema": { "type": "string" }, "description": text })
}

fn schema(kind: ParameterKind) -> Value {
    match kind {
        ParameterKind::Text => json!({ "type": "string" }),
        ParameterKind::Flag => json!({ "type": "boolean" }),
        ParameterKind::Number { most } => json!({ "type": "integer", "minimum": 1, "maximum": most }),
        ParameterKind::Date => json!({ "type": "string", "examples": ["2026-11-27", "2026-11-27T08:30:00Z"] }),
        ParameterKind::OneOf(words) | ParameterKind::Word(words) => json!({ "type": "string", "enum": words }),
    }
}
