//! The fields of a durable signal as JSON, and the keys in whose order receivers are called.

use std::fmt;

use serde_core::Serialize;
use serde_core::de::DeserializeOwned;

use crate::column::{Column, DEEPEST, depth};
use crate::value::ValueRef;

/// The fields of a stored event, by name.
pub type Fields = serde_json::Map<String, serde_json::Value>;

/// How deep the JSON of fields is nested in that of an event: `{"instance": {"field": ..}}`.
pub(crate) const AROUND: usize = 2;

/// The payload of an event of a durable signal, or why it could not be read again.
pub(super) fn payload(fields: Fields) -> Result<String, String> {
    let payload = serde_json::Value::Object(fields).to_string();
    let depth = depth(&payload);
    if depth > DEEPEST + AROUND {
        let most = DEEPEST + AROUND;
        return Err(format!("its JSON is nested {depth} deep, and can be read {most} deep: split it"));
    }
    Ok(payload)
}

/// A type that a field of a durable signal can have: every type with `Serialize` and `Deserialize` of serde.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be stored in a durable signal",
    label = "cannot be stored",
    note = "an event is stored as JSON: each type of your own in it derives `serde::Serialize` and `serde::Deserialize`; in place of another \
            type, store what it is made of, such as the id of a row"
)]
pub trait DurableField: Sized {
    /// How it is written and read: one answer, so that a type that cannot be stored is one error.
    #[doc(hidden)]
    const STORED: StoredField<Self>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize + DeserializeOwned> DurableField for T {
    const STORED: StoredField<Self> = StoredField { write: write::<T>, read: read::<T> };
}

/// How a field of a durable signal is written and read.
#[doc(hidden)]
pub struct StoredField<T> {
    write: fn(&T, &'static str, &mut Fields) -> Result<(), DurableFieldError>,
    read: fn(&mut Fields, &'static str) -> Result<T, DurableFieldError>,
}

impl<T> StoredField<T> {
    /// Adds the field to those of an event.
    pub fn write(&self, value: &T, name: &'static str, fields: &mut Fields) -> Result<(), DurableFieldError> {
        (self.write)(value, name, fields)
    }

    /// Takes the field from those of an event.
    pub fn read(&self, fields: &mut Fields, name: &'static str) -> Result<T, DurableFieldError> {
        (self.read)(fields, name)
    }
}

impl<T> fmt::Debug for StoredField<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredField").finish_non_exhaustive()
    }
}

/// Fails for what [`read`] could not read: its call would fail in each attempt, long after the sender has gone on.
fn write<T: Serialize + DeserializeOwned>(
    value: &T,
    name: &'static str,
    fields: &mut Fields,
) -> Result<(), DurableFieldError> {
    let value = serde_json::to_value(value).map_err(|error| DurableFieldError::new(name, error))?;
    if let Err(error) = T::deserialize(&value) {
        let reason = format!(
            "its JSON cannot be read back, {error}: JSON has no NaN and no infinity, and a field that is left out needs \
             `#[serde(default)]`"
        );
        return Err(DurableFieldError::new(name, reason));
    }
    fields.insert(name.to_owned(), value);
    Ok(())
}

fn read<T: DeserializeOwned>(fields: &mut Fields, name: &'static str) -> Result<T, DurableFieldError> {
    let value = fields.remove(name);
    // An `Option` that was added to the signal since then is `None`.
    let is_missing = value.is_none();
    T::deserialize(value.unwrap_or_default()).map_err(|error| {
        if is_missing {
            let reason = "it is missing: for events of an older program, raise the `version` of the signal and add it in `upcast`";
            return DurableFieldError::new(name, reason);
        }
        DurableFieldError::new(name, error)
    })
}

/// A field of an event cannot be written as JSON, or cannot be read from it.
#[derive(Debug)]
pub struct DurableFieldError {
    name: &'static str,
    reason: String,
}

impl DurableFieldError {
    fn new(name: &'static str, reason: impl fmt::Display) -> Self {
        Self { name, reason: reason.to_string() }
    }
}

impl fmt::Display for DurableFieldError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the field `{}`: {}", self.name, self.reason)
    }
}

impl std::error::Error for DurableFieldError {}

/// The type of a field of a model that `key = ..` names: that of a column.
#[diagnostic::on_unimplemented(
    message = "a `{Self}` is no column, and cannot be a key",
    label = "no column",
    note = "a key is stored with the call: name a field of the model that the database stores"
)]
pub trait KeyColumn {
    /// The key, as text.
    #[doc(hidden)]
    fn key_of_column(&self) -> String;
}

#[diagnostic::do_not_recommend]
impl<T: Column> KeyColumn for T {
    fn key_of_column(&self) -> String {
        key_text(self.to_value())
    }
}

/// The key of a field of a signal, as text.
pub fn key_of_field<T: Serialize>(field: &T) -> String {
    match serde_json::to_value(field) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

/// A value as the text of a key. Different values of one field have different texts.
pub(crate) fn key_text(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Text(text) | ValueRef::Secret(text) => text.to_owned(),
        value => value.to_string().trim_matches('\'').to_owned(),
    }
}
