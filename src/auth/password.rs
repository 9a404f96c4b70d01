//! Hashes of passwords, as columns.

use std::fmt;
use std::panic::resume_unwind;

use blake2::{Blake2s256, Digest};

use super::Secret;
use crate::column::{Column, ColumnType};
use crate::error::{Error, Result};
use crate::value::{ColumnError, ValueRef};

/// The hash of a password, the type of a text column. [`set_password`](super::AuthUser::set_password) makes it, with Argon2, and
/// [`from_hash`](Self::from_hash) takes over that of another program. No string converts to it, so that a password cannot be
/// stored by accident.
///
/// Its `Default` is the hash of no password: no password fits. The same goes for a stored string that is no hash of Argon2.
/// Its `Debug` does not print it, and neither does that of a `&dyn AnyModel` or of a value that is read from one: as a value it
/// is a [`ValueRef::Secret`].
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
    /// Takes over a hash that another program made with Argon2: in the PHC form, `$argon2id$v=19$..`, or as Django stores it,
    /// `argon2$argon2id$v=19$..`. It is renewed when its user logs in, if its parameters are not those that a new hash gets.
    ///
    /// ```
    /// use signals::auth::PasswordHash;
    ///
    /// let hash = "$argon2i$v=19$m=65536,t=1,p=1$c29tZXNhbHQAAAAAAAAAAA$+r0d29hqEB0yasKr55ZgICsQGSkl0v0kgwhd+U3wyRo";
    /// assert!(PasswordHash::from_hash(hash)?.is_usable());
    /// assert!(PasswordHash::from_hash("correct horse").is_err());
    /// # Ok::<(), signals::Error>(())
    /// ```
    ///
    /// # Errors
    /// For every other string: a password, or the hash of another algorithm. The error does not repeat it.
    pub fn from_hash(hash: &str) -> Result<Self> {
        let taken = Self(hash.to_owned());
        if taken.is_usable() {
            return Ok(taken);
        }
        Err(Error::other(
            "the string is no hash of Argon2: hash a password with `set_password`, and give users whose hash is of another \
             algorithm `PasswordHash::default()` and a new password",
        ))
    }

    /// The hash as it is stored.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether any password fits. It is Django's `has_usable_password`.
    pub fn is_usable(&self) -> bool {
        // Those of other algorithms may have the same form, and nothing here checks a password against them.
        let phc = self.phc();
        let is_argon2 = phc.starts_with("$argon2") && password_auth::is_hash_obsolete(phc).is_ok();
        // What comes last are the salt and the hash, in base64. Without them it is no more than parameters.
        is_argon2 && phc.rsplit('$').take(2).all(|part| !part.is_empty() && !part.contains('='))
    }

    /// The hash in the PHC form. Django writes the name of its own hasher first.
    fn phc(&self) -> &str {
        self.0.strip_prefix("argon2").unwrap_or(&self.0)
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
        let hash = self.phc().to_owned();
        without_blocking(move || password_auth::verify_password(password.expose(), &hash).is_ok()).await
    }

    /// Whether it was made in another way than one would be made now.
    pub(super) fn is_obsolete(&self) -> bool {
        // What is no hash fits no password, so that there is nothing to renew it with.
        password_auth::is_hash_obsolete(self.phc()).is_ok_and(|is_obsolete| is_obsolete)
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

#[diagnostic::do_not_recommend]
impl Column for PasswordHash {
    const TYPE: ColumnType = ColumnType::Text;

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Secret(&self.0)
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
