//! Hashes of passwords, as columns.

use std::fmt;
use std::panic::resume_unwind;

use blake2::{Blake2s256, Digest};

use super::Secret;
use crate::error::{Error, Result};
use crate::value::{Column, ColumnError, ColumnType, ValueRef};

/// The hash of a password, the type of a column of text. It is made by [`set_password`](super::AuthUser::set_password), with
/// Argon2.
///
/// Its `Default` is the hash of no password: nobody can log in with it. The same goes for a text that is no hash. What another
/// program hashed with Argon2 can be taken over, if it is in the PHC form: `PasswordHash::from("$argon2id$v=19$..".to_owned())`.
/// Its `Debug` does not print it, and neither does that of a `&dyn AnyModel`.
///
/// ```
/// use signals::auth::PasswordHash;
///
/// assert!(!PasswordHash::default().is_usable());
/// assert_eq!(format!("{:?}", PasswordHash::default()), "PasswordHash(..)");
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// The hash as it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether any password fits. It is Django's `has_usable_password`.
    pub fn is_usable(&self) -> bool {
        // Those of other algorithms may have the same form, and nothing here checks a password against them.
        self.0.starts_with("$argon2") && password_auth::is_hash_obsolete(&self.0).is_ok()
    }

    pub(super) async fn of(password: Secret) -> Result<Self> {
        without_blocking(move || Self(password_auth::generate_hash(password.expose()))).await
    }

    /// Whether it is the hash of this password. Where nothing fits, a hash is made all the same: how long it takes does not tell
    /// whether there is such a user.
    pub(super) async fn fits(&self, password: Secret) -> Result<bool> {
        if !self.is_usable() {
            return Self::of(password).await.map(|_| false);
        }
        let hash = self.0.clone();
        without_blocking(move || password_auth::verify_password(password.expose(), &hash).is_ok()).await
    }

    /// Whether it was made in another way than one would be made now.
    pub(super) fn is_obsolete(&self) -> bool {
        password_auth::is_hash_obsolete(&self.0).unwrap_or(false)
    }

    /// What a session remembers of it, to be no longer valid when the password is another one. It tells nothing of the hash.
    pub(super) fn fingerprint(&self) -> String {
        format!("{:x}", Blake2s256::digest(&self.0))
    }
}

/// A hash takes long, and the executor has other things to do.
async fn without_blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(cancelled) => Error::other(cancelled),
    })
}

impl From<String> for PasswordHash {
    fn from(hash: String) -> Self {
        Self(hash)
    }
}

#[diagnostic::do_not_recommend]
impl Column for PasswordHash {
    const TYPE: ColumnType = ColumnType::Text;
    const SECRET: bool = true;

    fn to_value(&self) -> ValueRef<'_> {
        self.0.to_value()
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ColumnError> {
        String::from_value(value).map(Self)
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(..)")
    }
}
