//! Values of any model, as JSON.

use serde_json::{Map, Value as Json, json};
use signals::db::ValueRef;
use signals::model::{AnyModel, Field};

/// The fields of a row that differ from those before, `{"name": ["ann", "anna"]}`. The old values of a row that was inserted are null, and so
/// are the new ones of a row that was deleted.
pub(crate) fn difference(old: Option<&dyn AnyModel>, new: Option<&dyn AnyModel>) -> String {
    let Some(row) = new.or(old) else { return "{}".to_owned() };
    let mut changes = Map::new();
    for field in row.model().fields {
        let [before, after] = [old, new].map(|row| row.and_then(|row| row.get(field.name)).unwrap_or(ValueRef::Null));
        if before != after {
            changes.insert(field.name.to_owned(), change(field, before, after));
        }
    }
    Json::Object(changes).to_string()
}

/// A secret has changed, and its values are not written.
fn change(field: &Field, before: ValueRef<'_>, after: ValueRef<'_>) -> Json {
    if field.is_secret { json!("secret") } else { json!([to_json(before), to_json(after)]) }
}

fn to_json(value: ValueRef<'_>) -> Json {
    match value {
        ValueRef::Null => Json::Null,
        ValueRef::Boolean(value) => json!(value),
        ValueRef::Integer(value) => json!(value),
        ValueRef::Real(value) => json!(value),
        ValueRef::Text(value) => json!(value),
        // Without the quotes of SQL. It is a secret as well: `Secret(..)`.
        value => json!(value.to_string().trim_matches('\'')),
    }
}
