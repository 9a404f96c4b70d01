//! What nobody is to read in a log.

use std::fmt;
use std::sync::Arc;

/// A password, or another text that is never printed: it has no `Display`, its `Debug` is `Secret(..)`, and two of them cannot be
/// compared. Who needs the text asks for it by [`expose`](Self::expose).
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
    /// The text itself.
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

/// Who somebody says to be, and the proof.
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
    /// A user name, or whatever else the model is looked up by, and a password.
    pub fn new(username: impl Into<String>, password: impl Into<Secret>) -> Self {
        Self { username: username.into(), password: password.into() }
    }

    /// The user name, as it was typed.
    pub fn username(&self) -> &str {
        &self.username
    }

    /// The password.
    pub fn password(&self) -> &Secret {
        &self.password
    }
}
