//! What is wrong with the fields of a row.

use std::fmt;

/// What is wrong with the values of a row: messages for each field, for forms and APIs.
///
/// A [`Validate`](crate::model::Validate) returns them, and [`Error::field_errors`](crate::Error::field_errors) makes them of an error. With the feature
/// `serde` they are a map in JSON, from the name of each field to its messages: `{"email":["is not an address"]}`. Messages about the
/// row as a whole have the name [`GENERAL`](Self::GENERAL).
///
/// ```
/// use signals::error::FieldErrors;
/// # use signals::prelude::*;
/// # #[model] struct User { #[key] id: Id<User>, email: String, age: i64 }
///
/// let mut errors = FieldErrors::new();
/// errors.add(User::fields().email, "is not an address");
/// errors.add(User::fields().age, "must be at least 18");
/// assert_eq!(errors.of(User::fields().age).collect::<Vec<_>>(), ["must be at least 18"]);
/// assert_eq!(errors.to_string(), "`email`: is not an address; `age`: must be at least 18");
/// assert!(errors.into_result().is_err());
/// ```
///
/// They are collected from pairs of a name and a message, as the crates `garde` and `validator` report them. What follows the name of
/// the field, as in `address.city` and `tags[0]`, belongs to the field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors {
    /// The fields in the order in which they were added.
    fields: Vec<(String, Vec<String>)>,
}

impl FieldErrors {
    /// The name of messages about the row as a whole, as in Django.
    pub const GENERAL: &'static str = "__all__";

    /// No errors.
    pub const fn new() -> Self {
        Self { fields: Vec::new() }
    }

    /// Adds a message about the row as a whole. A save of some of the fields does not report it: if a message is about several
    /// fields, [`add`](Self::add) it to them.
    pub fn add_general(&mut self, message: impl Into<String>) {
        self.add_named(Self::GENERAL, message);
    }

    /// Adds a message about a field that another library names. With a model at hand, use [`add`](Self::add), whose name the compiler
    /// checks.
    pub fn add_named(&mut self, field: impl Into<String>, message: impl Into<String>) {
        let (field, message) = (field.into(), message.into());
        match self.fields.iter_mut().find(|(known, _)| *known == field) {
            Some((_, messages)) => messages.push(message),
            None => self.fields.push((field, vec![message])),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The names of the fields, each with its messages.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.fields.iter().map(|(field, messages)| (field.as_str(), messages.as_slice()))
    }

    /// `Ok` if there are none.
    ///
    /// # Errors
    /// These, if there are any.
    pub fn into_result(self) -> Result<(), Self> {
        if self.is_empty() { Ok(()) } else { Err(self) }
    }

    /// Keeps the fields with such names.
    pub(crate) fn retain(&mut self, is_kept: impl Fn(&str) -> bool) {
        self.fields.retain(|(field, _)| is_kept(field_of(field)));
    }

    /// Puts the fields in this order.
    pub(crate) fn sort<K: Ord>(&mut self, place: impl Fn(&str) -> K) {
        self.fields.sort_by_key(|(field, _)| place(field_of(field)));
    }
}

/// The field in a path such as `address.city` or `tags[0]`.
pub(crate) fn field_of(path: &str) -> &str {
    path.split(['.', '[']).next().unwrap_or(path)
}

impl<F: ToString, T: ToString> FromIterator<(F, T)> for FieldErrors {
    fn from_iter<I: IntoIterator<Item = (F, T)>>(errors: I) -> Self {
        let mut all = Self::new();
        all.extend(errors);
        all
    }
}

impl<F: ToString, T: ToString> Extend<(F, T)> for FieldErrors {
    fn extend<I: IntoIterator<Item = (F, T)>>(&mut self, errors: I) {
        for (field, message) in errors {
            self.add_named(field.to_string(), message.to_string());
        }
    }
}

/// Each field with its messages: `` `email`: is not an address; `age`: must be at least 18 ``.
impl fmt::Display for FieldErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (field, messages)) in self.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            match field {
                Self::GENERAL => write!(f, "{separator}{}", messages.join(", "))?,
                _ => write!(f, "{separator}`{field}`: {}", messages.join(", "))?,
            }
        }
        Ok(())
    }
}

impl std::error::Error for FieldErrors {}

#[cfg(feature = "serde")]
mod with_serde {
    use std::collections::BTreeMap;

    use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

    use super::FieldErrors;

    /// A map from the name of each field to its messages.
    impl Serialize for FieldErrors {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(self.iter())
        }
    }

    /// For clients: a map from names of fields to messages.
    impl<'de> Deserialize<'de> for FieldErrors {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let fields = BTreeMap::deserialize(deserializer)?;
            Ok(Self { fields: fields.into_iter().collect() })
        }
    }
}
