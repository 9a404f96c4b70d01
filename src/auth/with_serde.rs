//! What serde may do with secrets: read a [`Secret`] from a request, and nothing else.

use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

use super::{PasswordHash, Secret};

/// A value that is not secret. Neither [`Secret`] nor [`PasswordHash`] implements it, so that an implementation with this condition cannot
/// be used: the error of the compiler names it.
//
// Because of the lifetime, the compiler does not refuse the implementation itself.
#[doc(hidden)]
pub trait NotASecret<'a> {}

/// Cannot be used, so that no secret leaves the program by accident: write `#[serde(skip)]` before the field.
impl Serialize for Secret
where
    for<'a> Self: NotASecret<'a>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}

/// Cannot be used, so that no hash leaves the program by accident: write `#[serde(skip)]` before the field.
impl Serialize for PasswordHash
where
    for<'a> Self: NotASecret<'a>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}

/// A string, such as the password in a form or in JSON.
///
/// ```
/// use serde::Deserialize;
/// use signals::auth::Secret;
///
/// #[derive(Debug, Deserialize)]
/// struct LoginForm {
///     username: String,
///     password: Secret,
/// }
///
/// # fn main() -> Result<(), serde_json::Error> {
/// let form: LoginForm = serde_json::from_str(r#"{ "username": "ann", "password": "correct horse" }"#)?;
/// assert_eq!(form.password.expose(), "correct horse");
/// assert_eq!(format!("{form:?}"), r#"LoginForm { username: "ann", password: Secret(..) }"#);
/// # Ok(())
/// # }
/// ```
impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

/// Cannot be used, because a client could set the hash: write `#[serde(skip)]` before the field.
impl<'de> Deserialize<'de> for PasswordHash
where
    Self: NotASecret<'de>,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        drop(deserializer);
        Ok(Self::default())
    }
}
