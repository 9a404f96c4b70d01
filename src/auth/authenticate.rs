//! Who somebody is.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;

use signals_core::__private::asynchronous::send;
use signals_core::BoxFuture;

use super::{AnyRequest, AuthUser, Credentials, PasswordHash, UserLoginFailed, user_login_failed};
use crate::column::Column;
use crate::db::{Db, Exec};
use crate::error::{Error, Result};
use crate::model::sql::quoted;
use crate::model::{FieldSet, load};
use crate::value::ValueRef;

/// The user with these credentials, or `None` and [`user_login_failed`]: for a wrong password, for a user that there is not, and
/// for one who is not [active](AuthUser::is_active). It does not log anybody in, which is [`login`](super::login()).
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
/// All three take equally long, so that nobody learns which users there are: where there is no hash, one is made that nobody asked
/// for. A hash that was made in an older way takes its own time. It is replaced by a new one when the password was right, if
/// nobody has changed that meanwhile, with the signals of `save_fields`. Sessions of the user are then no longer logged in,
/// as after any change of the password.
///
/// # Errors
/// Of the database, and of receivers of `user_login_failed`. If the field of [`USERNAME`](AuthUser::USERNAME) is not `#[unique]`.
#[track_caller]
pub fn authenticate<U: AuthUser>(db: &Db, credentials: Credentials) -> Authenticate<'_, U> {
    const { assert!(U::USERNAME.only().is_some(), "`AuthUser::USERNAME` must be one field") };
    Authenticate { db, credentials, request: None, place: Location::caller(), user: PhantomData }
}

/// What [`authenticate`] gives: awaiting it finds out.
#[must_use = "nothing is done before it is awaited"]
pub struct Authenticate<'a, U> {
    db: &'a Db,
    credentials: Credentials,
    request: Option<&'a AnyRequest>,
    place: &'static Location<'static>,
    user: PhantomData<fn() -> U>,
}

impl<'a, U: AuthUser> Authenticate<'a, U> {
    /// Hands the request on to receivers.
    pub fn request(mut self, request: &'a (impl Any + Send + Sync)) -> Self {
        self.request = Some(request);
        self
    }

    async fn run(self) -> Result<Option<U>> {
        let Self { db, credentials, request, place, .. } = self;
        let found = find::<U>(db, &credentials, place).await?;
        let nobody = PasswordHash::default();
        let password = found.as_ref().map_or(&nobody, U::password);
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
                let failed = UserLoginFailed { credentials: &credentials, model: U::META, request, db, sender };
                send(user_login_failed::of::<U>(), failed).await?;
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
    load::find(Exec::Db(db), index, &[ValueRef::Text(credentials.username())], place).await
}

/// Hashes the password as it would be hashed now.
async fn renew<U: AuthUser>(
    db: &Db,
    user: &mut U,
    credentials: &Credentials,
    place: &'static Location<'static>,
) -> Result<()> {
    let before = user.snapshot();
    let old = user.password().clone();
    *user.password_mut() = PasswordHash::of(credentials.password().clone()).await?;
    let fields = FieldSet::changed(Some(&before), user);
    let Some(field) = fields.only() else {
        // It is no column, and what is not stored does not count.
        *user.password_mut() = old;
        return Ok(());
    };
    // The password may be another one by now, which must not become the old one again.
    let (key, hash) = (quoted(U::META.key_field().column), quoted(U::META.fields[field].column));
    let condition = format!("{key} = ? AND {hash} = ?");
    let is_the_same = [user.key().to_value(), old.to_value()];
    // One transaction, so that what is read is what was renewed: who knows the old password alone must not go on with the hash of
    // a new one.
    let mut tx = db.begin_at(place).await?;
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

impl<'a, U: AuthUser> IntoFuture for Authenticate<'a, U> {
    type Output = Result<Option<U>>;
    type IntoFuture = BoxFuture<'a, Result<Option<U>>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<U> fmt::Debug for Authenticate<'_, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticate").field("credentials", &self.credentials).finish_non_exhaustive()
    }
}
