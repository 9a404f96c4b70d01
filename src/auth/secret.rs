//! Values that must not appear in a log.

use std::fmt;
use std::sync::Arc;

/// A password, or another string that is never printed: it has no `Display`, its `Debug` is `Secret(..)`, and two secrets cannot
/// be compared. [`expose`](Self::expose) returns the string.
///
/// ```
/// use signals::auth::Secret;
///
/// let secret = Secret::from("correct horse");
/// assert_eq!(format!("{secret:?}"), "Secret(..)");
/// assert_eq!(secret.expose(), "correct horse");
/// ```
#[derive(Clone)]
pub struct Secret(Arc<str>);

impl Secret {
    /// The string itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A user name and a password, as a user has entered them.
///
/// ```
/// use signals::auth::Credentials;
///
/// let credentials = Credentials::new("ann", "correct horse");
/// assert_eq!(credentials.username(), "ann");
/// assert_eq!(format!("{credentials:?}"), r#"Credentials { username: "ann", password: Secret(..) }"#);
/// ```
#[derive(Debug, Clone)]
pub struct Credentials {
    username: String,
    password: Secret,
}

impl Credentials {
    /// A user name, or the value of another field by which users are looked up, and a password.
    pub fn new(username: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self { username: username.into(), password: password.into() }
    }

    /// The user name, unchanged.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The password.
    pub fn password(&self) -> &Secret {
        &self.password
    }
}

/// Makes a struct around a `String` the type of a column of text whose values are never printed.
macro_rules! secret_column {
    ($name:ident) => {
        #[diagnostic::do_not_recommend]
        impl $crate::column::Column for $name {
            const TYPE: $crate::column::ColumnType = $crate::column::ColumnType::Text;
            const IS_SECRET: bool = true;

            fn to_value(&self) -> $crate::value::ValueRef<'_> {
                $crate::value::ValueRef::Secret(&self.0)
            }

            fn from_value(value: $crate::value::ValueRef<'_>) -> Result<Self, $crate::value::ColumnError> {
                <String as $crate::column::Column>::from_value(value).map(Self)
            }
        }

        impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        }
    };
}

pub(super) use secret_column;
