//! The trait of user models.

use signals_core::BoxFuture;

use super::{PasswordHash, Secret};
use crate::error::Result;
use crate::model::{FieldSet, Model};

/// A user model: any model that names the fields of its user name and password.
///
/// ```rust,standalone_crate
/// use signals::auth::{AuthUser, PasswordHash};
/// use signals::prelude::*;
///
/// #[model]
/// #[derive(Debug, Default)]
/// struct User {
///     #[key]
///     id: Id<User>,
///     #[unique]
///     email: String,
///     password: PasswordHash,
///     is_blocked: bool,
/// }
///
/// impl AuthUser for User {
///     const USERNAME: FieldSet<Self> = Self::fields().email;
///
///     fn password(&self) -> &PasswordHash {
///         &self.password
///     }
///
///     fn password_mut(&mut self) -> &mut PasswordHash {
///         &mut self.password
///     }
///
///     fn is_active(&self) -> bool {
///         !self.is_blocked
///     }
/// }
///
/// #[tokio::main(flavor = "current_thread")]
/// async fn main() -> Result<()> {
///     let db = Db::connect("sqlite::memory:").await?;
///     db.create_tables().await?;
///     let mut ann = User { email: "ann@example.com".to_owned(), ..User::default() };
///     ann.set_password("correct horse").await?;
///     ann.save(&db).await?;
///     assert!(ann.check_password("correct horse").await?);
///     Ok(())
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model of users",
    label = "not a model of users",
    note = "implement `signals::auth::AuthUser` for `{Self}`"
)]
pub trait AuthUser: Model {
    /// The field by which a user is looked up: `Self::fields().username`. It must be a string and `#[unique]`.
    const USERNAME: FieldSet<Self>;

    /// The hash of the password.
    fn password(&self) -> &PasswordHash;

    /// The hash of the password, for writing.
    fn password_mut(&mut self) -> &mut PasswordHash;

    /// Whether this user may log in and stay logged in. For an inactive user the correct password counts as wrong.
    fn is_active(&self) -> bool {
        true
    }

    /// Sets the field of the last login to the current time, if the model has one: `self.last_login = Some(Timestamp::now());`.
    /// A login saves the field that this changes, and no other.
    fn set_last_login(&mut self) {}

    /// Sets the hash of a new password, without saving it.
    ///
    /// Saving it logs the user out of all sessions. [`stay_logged_in`](super::stay_logged_in()) keeps the user logged in in the
    /// session in which the password was changed.
    ///
    /// # Errors
    /// If the runtime shuts down during the call.
    fn set_password(&mut self, password: impl Into<Secret>) -> BoxFuture<'_, Result<()>> {
        let password = password.into();
        Box::pin(async move {
            *self.password_mut() = PasswordHash::of(password).await?;
            Ok(())
        })
    }

    /// Whether this is the user's password. It sends no signal and does not renew the hash.
    ///
    /// # Errors
    /// If the runtime shuts down during the call.
    fn check_password(&self, password: impl Into<Secret>) -> impl Future<Output = Result<bool>> + Send {
        let password = password.into();
        async move { self.password().fits(password).await }
    }
}
