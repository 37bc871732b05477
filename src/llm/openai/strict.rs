//! A form as OpenAI's strict structured outputs take it: a part of JSON Schema
//! (<https://platform.openai.com/docs/guides/structured-outputs#supported-schemas>). A schema with anything else in it is refused as
//! a whole, so what only narrows a value is left out, and what is only implied is said.

use serde_json::{Map, Value, json};

/// Not taken, and no reply is wrong for want of it.
const LEFT_OUT: [&str; 2] = ["maxLength", "minLength"];

/// The same form in that part of JSON Schema, its properties in the same order; with its bounds for a server that takes them.
pub(super) fn form(schema: &Value, takes_bounds: bool) -> Value {
    let Value::Object(fields) = schema else {
        return schema.clone();
    };
    let mut form = Map::new();
    if let (Some(values), None) = (fields.get("enum").and_then(Value::as_array), fields.get("type")) {
        form.insert("type".into(), type_of(values));
    }
    for (name, value) in fields {
        let value = match (name.as_str(), value) {
            (name, _) if !takes_bounds && LEFT_OUT.contains(&name) => continue,
            // The names in here are the form's own.
            ("properties", Value::Object(properties)) => {
                let forms = properties
                    .iter()
                    .map(|(name, schema)| (name.clone(), self::form(schema, takes_bounds)));
                Value::Object(forms.collect())
            }
            ("anyOf", Value::Array(ways)) => ways.iter().map(|way| self::form(way, takes_bounds)).collect(),
            ("items", items) => self::form(items, takes_bounds),
            (_, value) => value.clone(),
        };
        form.insert(name.clone(), value);
    }
    Value::Object(form)
}

/// Of all the values: one name, or several where they are of several kinds.
fn type_of(values: &[Value]) -> Value {
    let mut names: Vec<&str> = Vec::new();
    for value in values {
        let name = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(number) if number.is_f64() => "number",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    // Every integer is a number too.
    if names.contains(&"number") {
        names.retain(|name| *name != "integer");
    }
    match names.as_slice() {
        [one] => json!(one),
        several => json!(several),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the vendor's page lists, of what concerns a form of ours.
    const KEYWORDS: [&str; 9] = [
        "type",
        "properties",
        "required",
        "additionalProperties",
        "enum",
        "anyOf",
        "items",
        "minItems",
        "maxItems",
    ];

    /// Each rule of the vendor's page that this schema breaks.
    fn faults(schema: &Value, at: &str, found: &mut Vec<String>) {
        let fields = schema.as_object().unwrap();
        for name in fields.keys().map(String::as_str) {
            let is_known = KEYWORDS.contains(&name) || (name == "pattern" && schema["type"] == "string");
            if !is_known {
                found.push(format!("{at}: {name}"));
            }
        }
        if fields.get("type").is_none() && fields.get("anyOf").is_none() {
            found.push(format!("{at}: no type"));
        }
        if schema["type"] == "object" {
            let names: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
            if schema["additionalProperties"] != json!(false) || schema["required"] != json!(names) {
                found.push(format!("{at}: an object that is not closed"));
            }
        }
        for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
            faults(schema, &format!("{at}.{name}"), found);
        }
        for way in schema["anyOf"].as_array().into_iter().flatten() {
            faults(way, &format!("{at}|"), found);
        }
        if let Some(items) = schema.get("items") {
            faults(items, &format!("{at}[]"), found);
        }
    }

    /// With every kind of field that a form has.
    fn schema() -> Value {
        let filter = json!({
            "type": "object", "additionalProperties": false, "required": ["column", "test", "values"],
            "properties": {
                "column": {"enum": ["maxLength", "b"]},
                "test": {"enum": ["is"]},
                "values": {"type": "array", "minItems": 1, "maxItems": 2, "items": {"enum": [1, 2.5, 3]}},
            },
        });
        json!({
            "type": "object", "additionalProperties": false,
            "required": ["chart", "maxLength", "filters", "day", "top", "log", "series", "title"],
            "properties": {
                "chart": {"enum": ["bar", "line"]},
                "maxLength": {"enum": [true, false]},
                "filters": {"type": "array", "minItems": 0, "maxItems": 3, "items": {"anyOf": [filter]}},
                "day": {"type": "string", "pattern": "^[0-9]{4}$"},
                "top": {"enum": [5]},
                "log": {"enum": ["a", null]},
                "series": {"anyOf": [{"enum": ["a"]}, {"type": "null"}]},
                "title": {"type": "string", "maxLength": 80},
            },
        })
    }

    #[test]
    fn what_is_sent_is_in_the_part_that_is_taken() {
        let mut found = Vec::new();
        faults(&schema(), "", &mut found);
        assert!(
            found.iter().any(|fault| fault == ".title: maxLength"),
            "the walk sees what is wrong: {found:?}"
        );
        found.clear();
        faults(&form(&schema(), false), "", &mut found);
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn it_is_the_same_form() {
        let bounded = form(&schema(), true);
        assert_eq!(bounded["properties"]["title"], schema()["properties"]["title"]);
        let form = form(&schema(), false);
        let types = |path: &str| form.pointer(&format!("/properties/{path}/type")).cloned().unwrap();
        assert_eq!(types("chart"), "string");
        assert_eq!(types("maxLength"), "boolean");
        assert_eq!(types("top"), "integer");
        assert_eq!(types("log"), json!(["string", "null"]));
        assert_eq!(types("filters/items/anyOf/0/properties/values/items"), "number");
        assert_eq!(form["properties"]["title"], json!({"type": "string"}));
        let order = |form: &Value| -> Vec<String> { form["properties"].as_object().unwrap().keys().cloned().collect() };
        assert_eq!(order(&form), order(&schema()));
    }
}
