//! What a model says of itself to be one of users.

use super::{PasswordHash, Secret};
use crate::error::Result;
use crate::model::{FieldSet, Model};

/// A model of users: any model of yours, which says where the user name and the password are.
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
    /// The field that a user is looked up by: `Self::fields().username`. It is a text, and must be `#[unique]`.
    const USERNAME: FieldSet<Self>;

    /// The hash of the password.
    fn password(&self) -> &PasswordHash;

    /// The hash of the password, to be set.
    fn password_mut(&mut self) -> &mut PasswordHash;

    /// Whether this user may log in, and stay so: if not, the right password is as a wrong one.
    fn is_active(&self) -> bool {
        true
    }

    /// Sets the field that says when the user has logged in last to this moment, if the model has one:
    /// `self.last_login = Some(Timestamp::now());`. A login saves the field that this changes, and no other.
    fn set_last_login(&mut self) {}

    /// Sets the hash of a new password. It does not save it.
    ///
    /// Sessions of the user are no longer logged in once it is saved, and [`stay_logged_in`](super::stay_logged_in()) keeps the
    /// one in which the password was changed.
    ///
    /// # Errors
    /// If the runtime shuts down meanwhile.
    fn set_password(&mut self, password: impl Into<Secret>) -> impl Future<Output = Result<()>> + Send {
        let password = password.into();
        async move {
            *self.password_mut() = PasswordHash::of(password).await?;
            Ok(())
        }
    }

    /// Whether this is the user's password. It sends nothing, and renews no hash.
    ///
    /// # Errors
    /// If the runtime shuts down meanwhile.
    fn check_password(&self, password: impl Into<Secret>) -> impl Future<Output = Result<bool>> + Send {
        let password = password.into();
        async move { self.password().fits(password).await }
    }
}
