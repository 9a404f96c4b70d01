//! JSON, and every type that serde can read and write.

use std::fmt;
use std::ops::{Deref, DerefMut};

use serde_core::de::DeserializeOwned;
use serde_core::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use super::{Column, ColumnType};
use crate::value::{ColumnError, ToJson, ValueRef};

/// A value of your own type that is stored as JSON: `JSONB` in PostgreSQL, text in SQLite.
///
/// ```
/// use serde::{Deserialize, Serialize};
/// use signals::model::Json;
/// use signals::prelude::*;
///
/// #[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
/// struct Settings {
///     theme: String,
///     favourites: Vec<u32>,
/// }
///
/// #[model]
/// #[derive(Debug, Default)]
/// struct User {
///     #[key]
///     id: Id<User>,
///     settings: Json<Settings>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> signals::Result<()> {
/// # let db = Db::connect("sqlite::memory:").await?;
/// # db.create_tables_of::<User>().await?;
/// let mut ann = User::default();
/// ann.settings.theme = "dark".to_owned();
/// ann.settings.favourites.push(7);
/// ann.save(&db).await?;
/// assert_eq!(User::get(&db, ann.id).await?.unwrap().settings, ann.settings);
/// # Ok(())
/// # }
/// ```
///
/// The value is stored as serde writes it: fields with `#[serde(skip)]` are left out, and NaN, which JSON does not have, becomes
/// `null`. A value that could not be read back is refused when it is written, with
/// [`ErrorKind::NotStorable`](crate::ErrorKind::NotStorable): NaN of an `f64`, a field that is left out and has no `#[serde(default)]`, and
/// lists and objects that are nested more than 127 deep. Stored JSON that no longer fits the type is an
/// [`ErrorKind::Column`](crate::ErrorKind::Column) when it is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Json<T>(pub T);

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Json<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T> From<T> for Json<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl<T: fmt::Display> fmt::Display for Json<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Like the value itself.
impl<T: Serialize> Serialize for Json<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// Like the value itself.
impl<'de, T: Deserialize<'de>> Deserialize<'de> for Json<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned + Clone + Send + Sync + 'static> Column for Json<T> {
    const TYPE: ColumnType = ColumnType::Json;

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Json(self)
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
        read(value).map(Self)
    }
}

/// `JSONB` in PostgreSQL, text in SQLite. `null` is JSON's own, an `Option` that is `None` is SQL's NULL. Lists and objects can be
/// nested 127 deep.
///
/// PostgreSQL keeps numbers as decimal digits, so 1e16 is read back as an integer, and -0.0 without its sign. It refuses a NUL in
/// the strings of JSON.
#[diagnostic::do_not_recommend]
impl Column for Value {
    const TYPE: ColumnType = ColumnType::Json;

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Json(self)
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
        read(value)
    }
}

impl ToJson for Value {
    fn to_json(&self) -> Result<String, String> {
        write(self)
    }

    fn is_same(&self, json: &str) -> bool {
        serde_json::from_str(json).is_ok_and(|other| same(self, &other))
    }
}

impl<T: Serialize + DeserializeOwned + Sync> ToJson for Json<T> {
    /// A value that cannot be read back would make its whole table unreadable, so this reads it back.
    fn to_json(&self) -> Result<String, String> {
        let json = write(&self.0)?;
        match serde_json::from_str::<T>(&json) {
            Ok(_) => Ok(json),
            // The text of the error may contain a value, which may be secret.
            Err(error) => Err(format!(
                "its JSON cannot be read back as a `{}`, from line {}, column {} on: JSON has no NaN, and a field that is left \
                 out needs `#[serde(default)]`",
                std::any::type_name::<T>(),
                error.line(),
                error.column(),
            )),
        }
    }

    fn is_same(&self, json: &str) -> bool {
        serde_json::to_value(&self.0).is_ok_and(|value| value.is_same(json))
    }
}

/// How deep lists and objects may be nested for `serde_json` to read them.
pub(crate) const DEEPEST: usize = 127;

fn write(value: &impl Serialize) -> Result<String, String> {
    let json = serde_json::to_string(value).map_err(|error| format!("it cannot be written as JSON: {error}"))?;
    match depth(&json) {
        ..=DEEPEST => Ok(json),
        depth => {
            Err(format!("its JSON is nested {depth} deep, and can be read {DEEPEST} deep: store it in several rows"))
        }
    }
}

/// How deep lists and objects are nested.
pub(crate) fn depth(json: &str) -> usize {
    let (mut depth, mut deepest) = (0_usize, 0);
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => {
                // To the end of the string, past each `\"`.
                while let Some(byte) = bytes.next() {
                    match byte {
                        b'\\' => drop(bytes.next()),
                        b'"' => break,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    deepest
}

/// Reads JSON in which the JSON of fields is nested `around` deep.
#[cfg(feature = "fixtures")]
pub(crate) fn read_around(json: &str, around: usize) -> serde_json::Result<Value> {
    let mut reader = serde_json::Deserializer::from_str(json);
    // Its limit can only be removed.
    if depth(json) <= DEEPEST + around {
        reader.disable_recursion_limit();
    }
    let value = Value::deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

fn read<T: DeserializeOwned>(value: ValueRef<'_>) -> Result<T, ColumnError> {
    let expected = match value {
        ValueRef::Text(json) => match serde_json::from_str(json) {
            Ok(value) => return Ok(value),
            // The text of the error may contain a value, which may be secret.
            Err(error) => {
                let (ty, line, column) = (std::any::type_name::<T>(), error.line(), error.column());
                format!("JSON of a `{ty}`, which it is not at line {line}, column {column}").into()
            }
        },
        _ => std::borrow::Cow::Borrowed("JSON"),
    };
    Err(ColumnError::new(expected, value))
}

/// Whether a database would store the same: it may write a large number without a decimal point.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => a == b || (a.is_f64() || b.is_f64()) && a.as_f64() == b.as_f64(),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_of_json() {
        for (json, expected) in [
            ("1", 0),
            ("[]", 1),
            ("[1, [], {\"a\": []}]", 3),
            (r#"["[[[", "\"[[[", "\\", [1]]"#, 2),
            (r#"{"[\\\"{{": "}"}"#, 1),
            ("", 0),
            ("\"", 0),
            ("\"\\", 0),
            ("]][", 1),
        ] {
            assert_eq!(depth(json), expected, "{json}");
        }
    }

    /// The limit is that of `serde_json`.
    #[test]
    fn json_is_written_as_deep_as_it_can_be_read() {
        for (depth, is_written) in [(DEEPEST, true), (DEEPEST + 1, false)] {
            let value = (0..depth).fold(Value::Null, |value, _| Value::Array(vec![value]));
            assert_eq!(serde_json::from_str::<Value>(&value.to_string()).is_ok(), is_written);
            assert_eq!(value.to_json().is_ok(), is_written);
        }
    }
}
