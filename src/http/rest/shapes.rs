//! What values of this surface look like, by the schemas of its own document: for those who write them in another form.

use serde_json::{Map, Value};

/// The document of the surface, to be asked what its values look like.
pub(in crate::http) struct Shapes {
    document: Value,
}

/// What a value is.
pub(in crate::http) enum Shape<'s> {
    /// A text, with its format where it has one.
    Text(Option<&'s str>),
    /// Whole or not.
    Number {
        whole: bool,
    },
    Flag,
    List(&'s Value),
    /// The schema that has its members.
    Object(&'s Value),
    /// Any JSON.
    Free,
}

impl Shapes {
    /// # Errors
    /// When the text is no JSON.
    pub(in crate::http) fn of(document: &str) -> serde_json::Result<Self> {
        Ok(Self { document: serde_json::from_str(document)? })
    }

    /// Named schemas.
    pub(super) fn named(&self) -> &Map<String, Value> {
        static NONE: std::sync::OnceLock<Map<String, Value>> = std::sync::OnceLock::new();
        let schemas = self.document.pointer("/components/schemas").and_then(Value::as_object);
        schemas.unwrap_or_else(|| NONE.get_or_init(Map::new))
    }

    /// The schema that the body of an operation refers to.
    pub(super) fn body(&self, path: &str, verb: &str) -> Option<&Value> {
        self.operation(path, verb)?.pointer("/requestBody/content/application~1json/schema")
    }

    /// The schema that an answer of an operation refers to.
    pub(super) fn answer(&self, path: &str, verb: &str, status: u16) -> Option<&Value> {
        self.operation(path, verb)?.pointer(&format!("/responses/{status}/content/application~1json/schema"))
    }

    fn operation(&self, path: &str, verb: &str) -> Option<&Value> {
        self.document.get("paths")?.get(path)?.get(verb.to_ascii_lowercase())
    }

    /// Names of the schemas that bodies and answers are of.
    pub(super) fn roots(&self) -> Vec<&str> {
        let operations = self.document["paths"].as_object().into_iter().flat_map(Map::values);
        let operations = operations.filter_map(Value::as_object).flat_map(Map::values);
        let schemas = operations.flat_map(|operation| {
            let answers = operation["responses"].as_object().into_iter().flat_map(Map::values);
            let bodies = operation.get("requestBody").into_iter().chain(answers);
            bodies.filter_map(|content| content.pointer("/content/application~1json/schema"))
        });
        let mut names: Vec<&str> = schemas.filter_map(name_of).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// What a value of a schema is, null aside.
    pub(super) fn shape<'s>(&'s self, schema: &'s Value) -> Shape<'s> {
        if let Some(name) = name_of(schema) {
            return self.named().get(name).map_or(Shape::Free, |schema| self.shape(schema));
        }
        if let Some(kinds) = schema.get("oneOf").and_then(Value::as_array) {
            let is_null = |kind: &&Value| kind["type"] != "null";
            return kinds.iter().find(is_null).map_or(Shape::Free, |kind| self.shape(kind));
        }
        if PARTS.iter().any(|parts| schema.get(parts).is_some()) {
            return Shape::Object(schema);
        }
        let kind = match &schema["type"] {
            Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null"),
            kind => kind.as_str(),
        };
        match kind {
            Some("string") => Shape::Text(schema["format"].as_str()),
            Some("integer") => Shape::Number { whole: true },
            Some("number") => Shape::Number { whole: false },
            Some("boolean") => Shape::Flag,
            Some("array") => Shape::List(&schema["items"]),
            Some("object") if schema.get("properties").is_some() => Shape::Object(schema),
            _ => Shape::Free,
        }
    }

    /// The members of an object, in the order in which they are written.
    pub(super) fn members<'s>(&'s self, schema: &'s Value) -> Vec<(&'s str, &'s Value)> {
        let mut members = Vec::new();
        for part in PARTS.iter().filter_map(|parts| schema[parts].as_array()).flatten() {
            let part = name_of(part).and_then(|name| self.named().get(name)).unwrap_or(part);
            let more =
                self.members(part).into_iter().filter(|(name, _)| members.iter().all(|(known, _)| known != name));
            let more: Vec<_> = more.collect();
            members.extend(more);
        }
        let own = schema["properties"].as_object().into_iter().flatten();
        members.extend(own.map(|(name, schema)| (name.as_str(), schema)));
        members
    }
}

/// Of objects that have the members of several others, or of some of them.
const PARTS: [&str; 2] = ["allOf", "anyOf"];

/// The name of the schema that a reference leads to.
pub(super) fn name_of(schema: &Value) -> Option<&str> {
    schema.get("$ref")?.as_str()?.rsplit('/').next()
}
