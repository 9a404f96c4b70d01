//! Hashes of passwords, as columns.

use std::panic::resume_unwind;

use blake2::{Blake2s256, Digest};

use super::Secret;
use super::secret::secret_column;
use crate::error::{Error, Result};
#[cfg(doc)]
use crate::value::ValueRef;

/// The hash of a password, stored in a text column. [`set_password`](super::AuthUser::set_password) creates one with Argon2, and
/// [`from_hash`](Self::from_hash) imports one from another program. No string converts to it, so that a password cannot be
/// stored by accident.
///
/// `Default` is a hash that matches no password. A stored string that is not an Argon2 hash matches no password either.
/// `Debug` does not print the hash. Neither does the `Debug` of a `&dyn AnyModel` or of its values, because the hash is a
/// [`ValueRef::Secret`] there.
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
    /// Imports an Argon2 hash that another program created, in the PHC form (`$argon2id$v=19$..`) or in Django's form
    /// (`argon2$argon2id$v=19$..`). If its parameters differ from those of a new hash, it is replaced at the user's next login.
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
    /// For every other string, such as a password or the hash of another algorithm. The error does not contain the string.
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

    /// Whether there is a password that matches. It is Django's `has_usable_password`.
    pub fn is_usable(&self) -> bool {
        // Hashes of other algorithms may have the same form, and cannot be verified here.
        let phc = self.phc();
        let is_argon2 = phc.starts_with("$argon2") && password_auth::is_hash_obsolete(phc).is_ok();
        // The last two parts are the salt and the hash, in base64. Without them the string only holds parameters.
        is_argon2 && phc.rsplit('$').take(2).all(|part| !part.is_empty() && !part.contains('='))
    }

    /// The hash in the PHC form. Django writes the name of its own hasher first.
    fn phc(&self) -> &str {
        self.0.strip_prefix("argon2").unwrap_or(&self.0)
    }

    pub(super) async fn of(password: Secret) -> Result<Self> {
        without_blocking(move || Self(password_auth::generate_hash(password.expose()))).await
    }

    /// Whether it is the hash of this password. If no password can match, one is hashed nevertheless, so that the duration does
    /// not reveal whether the user exists.
    pub(super) async fn fits(&self, password: Secret) -> Result<bool> {
        if !self.is_usable() {
            return Self::of(password).await.map(|_| false);
        }
        let hash = self.phc().to_owned();
        without_blocking(move || password_auth::verify_password(password.expose(), &hash).is_ok()).await
    }

    /// Whether its algorithm or parameters differ from those of a new hash.
    pub(super) fn is_obsolete(&self) -> bool {
        // A string that is not a hash matches no password, so that there is no password to renew it with.
        password_auth::is_hash_obsolete(self.phc()).is_ok_and(|is_obsolete| is_obsolete)
    }

    /// The part that a session stores, so that the session becomes invalid when the password changes. It does not reveal the hash.
    pub(super) fn fingerprint(&self) -> String {
        format!("{:x}", Blake2s256::digest(&self.0))
    }
}

/// Runs `work` on a blocking thread, because hashing takes long and would block the executor.
async fn without_blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| match error.try_into_panic() {
        Ok(panic) => resume_unwind(panic),
        Err(cancelled) => Error::other(cancelled),
    })
}

/// Nothing converts to a hash. This makes the error of a conversion say what to do.
#[diagnostic::on_unimplemented(
    message = "a `{Text}` is not the hash of a password",
    label = "a password would be stored unhashed",
    note = "hash a password with `user.set_password(password).await?`, and import a hash with `PasswordHash::from_hash(hash)?`"
)]
pub trait HashOf<Text>: Sized {
    #[doc(hidden)]
    fn never(text: Text) -> Self;
}

impl<Text> From<Text> for PasswordHash
where
    Self: HashOf<Text>,
{
    fn from(text: Text) -> Self {
        Self::never(text)
    }
}

secret_column!(PasswordHash);
