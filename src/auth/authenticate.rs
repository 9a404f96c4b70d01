//! Checking credentials.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;

use signals_core::__private::asynchronous::send;
use signals_core::BoxFuture;

use super::{AnyRequest, AuthUser, Credentials, PasswordHash, UserLoginFailed, user_login_failed};
use crate::column::Column;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::model::sql::quoted;
use crate::model::{FieldSet, load};
use crate::value::ValueRef;

/// Finds the user with these credentials. For a wrong password, an unknown user and a user who is not
/// [active](AuthUser::is_active), it sends [`user_login_failed`](super::user_login_failed) and returns `None`. It does not log the
/// user in: call [`login`](super::login()) for that.
///
/// ```
/// use signals::auth::{Credentials, authenticate};
/// # use signals::auth::{AuthUser, PasswordHash};
/// # use signals::prelude::*;
/// # #[model] #[derive(Debug, Default)] struct User { #[key] id: Id<User>, #[unique] name: String, password: PasswordHash }
/// # impl AuthUser for User {
/// #     const USERNAME: FieldSet<Self> = Self::fields().name;
/// #     fn password(&self) -> &PasswordHash { &self.password }
/// #     fn password_mut(&mut self) -> &mut PasswordHash { &mut self.password }
/// # }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<()> {
/// # let db = Db::connect("sqlite::memory:").await?;
/// # db.create_tables_of::<User>().await?;
///
/// let user = authenticate::<User>(&db, Credentials::new("ann", "correct horse")).await?;
/// assert!(user.is_none());
/// # Ok(())
/// # }
/// ```
///
/// All three cases take equally long, so that the duration does not reveal which users exist: if there is no hash to compare
/// with, the password is hashed nevertheless. Only a hash with older parameters takes a different time. After a successful
/// authentication such a hash is replaced by a new one, with the signals of `save_fields`, unless the password was changed
/// concurrently. This logs the user out of all sessions, like any change of the password.
///
/// # Errors
/// The error of the database or of a receiver of `user_login_failed`. If the field of [`USERNAME`](AuthUser::USERNAME) is not
/// `#[unique]`.
#[track_caller]
pub fn authenticate<User: AuthUser>(db: &Db, credentials: Credentials) -> Authenticate<'_, User> {
    const { assert!(User::USERNAME.only().is_some(), "`AuthUser::USERNAME` must be one field") };
    Authenticate { db, credentials, request: None, place: Location::caller(), run: |this| Box::pin(this.run()) }
}

/// The future that [`authenticate`] returns. Awaiting it checks the credentials.
#[must_use = "credentials are only checked when it is awaited"]
pub struct Authenticate<'a, U> {
    db: &'a Db,
    credentials: Credentials,
    request: Option<&'a AnyRequest>,
    place: &'static Location<'static>,
    /// Awaiting it does not ask again whether `U` is a model of users.
    run: fn(Self) -> BoxFuture<'a, Result<Option<U>>>,
}

impl<'a, U> Authenticate<'a, U> {
    /// Passes the request to receivers.
    pub fn request(mut self, request: &'a (impl Any + Send + Sync)) -> Self {
        self.request = Some(request);
        self
    }
}

impl<U: AuthUser> Authenticate<'_, U> {
    async fn run(self) -> Result<Option<U>> {
        let Self { db, credentials, request, place, .. } = self;
        let found = find::<U>(db, &credentials, place).await?;
        let no_password = PasswordHash::default();
        let password = found.as_ref().map_or(&no_password, U::password);
        let fits = password.fits(credentials.password().clone()).await?;
        match found {
            Some(mut user) if fits && user.is_active() => {
                if user.password().is_obsolete() {
                    renew(db, &mut user, &credentials, place).await?;
                }
                Ok(Some(user))
            }
            _ => {
                let sender = PhantomData;
                let failed = UserLoginFailed {
                    credentials: &credentials,
                    model: U::META,
                    request,
                    db,
                    context: db.context(),
                    sender,
                };
                send(user_login_failed::state(U::META), failed).await?;
                Ok(None)
            }
        }
    }
}

async fn find<U: AuthUser>(db: &Db, credentials: &Credentials, place: &'static Location<'static>) -> Result<Option<U>> {
    let Some(index) = U::USERNAME.only() else { unreachable!("`authenticate` does not compile without") };
    let field = &U::META.fields[index];
    if !field.unique {
        let (model, field) = (U::META.name, field.name);
        return Err(Error::other(format!(
            "users are looked up by the field `{field}` of `{model}`, which several of them may have the same value in: write \
             `#[unique]` before it"
        )));
    }
    load::find(db.exec(place), index, &[ValueRef::Text(credentials.username())]).await
}

/// Hashes the password again, with the parameters of a new hash.
async fn renew<U: AuthUser>(
    db: &Db,
    user: &mut U,
    credentials: &Credentials,
    place: &'static Location<'static>,
) -> Result<()> {
    let before = user.clone_columns();
    let old = user.password().clone();
    *user.password_mut() = PasswordHash::of(credentials.password().clone()).await?;
    let fields = FieldSet::changed(Some(&before), user);
    let Some(field) = fields.only() else {
        // The hash is not stored in a column, so that there is nothing to renew.
        *user.password_mut() = old;
        return Ok(());
    };
    // A concurrent change of the password must not be overwritten with the old one.
    let (key, hash) = (quoted(U::META.key_field().column), quoted(U::META.fields[field].column));
    let condition = format!("{key} = ? AND {hash} = ?");
    let is_the_same = [user.primary_key().to_value(), old.to_value()];
    // One transaction, so that the row that is read has the renewed hash. Otherwise a login with the old password could continue
    // with the hash of a new one.
    let mut tx = db.acting(user).begin_at(place).await?;
    let renewed = match U::update_where(&tx, fields, user, &condition, &is_the_same).with_signals().await {
        Ok(0) => {
            *user.password_mut() = old;
            Ok(())
        }
        Ok(_) => user.refresh(&tx).await,
        Err(error) => Err(error),
    };
    tx.end(renewed).await
}

impl<'a, U> IntoFuture for Authenticate<'a, U> {
    type Output = Result<Option<U>>;
    type IntoFuture = BoxFuture<'a, Result<Option<U>>>;

    fn into_future(self) -> Self::IntoFuture {
        (self.run)(self)
    }
}

impl<U> fmt::Debug for Authenticate<'_, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticate").field("credentials", &self.credentials).finish_non_exhaustive()
    }
}
