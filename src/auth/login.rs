//! Logging in and out.

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;

use signals_core::__private::asynchronous::send;
use signals_core::BoxFuture;

use super::remembered::{Found, Remembered};
use super::{AnyRequest, AuthUser, Session, UserLoggedIn, UserLoggedOut, user_logged_in, user_logged_out};
use crate::db::{Db, Executor, Tx};
use crate::error::Result;
use crate::model::FieldSet;

/// Logs a user in: the session gets another key and remembers the user, the field of the last login is saved, and
/// [`user_logged_in`] is sent, the latter two in one transaction.
///
/// What the session held while nobody was logged in stays; what it held of another user is removed. It does not ask for a password,
/// which is [`authenticate`](super::authenticate()).
///
/// ```
/// use signals::auth::{MemorySession, current_user, login};
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
/// # let mut ann = User { name: "ann".to_owned(), ..User::default() };
/// # ann.save(&db).await?;
///
/// let session = MemorySession::new();
/// login(&db, &session, &mut ann).await?;
/// assert_eq!(current_user::<User>(&db, &session).await?.map(|user| user.name).as_deref(), Some("ann"));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Of a receiver, of the session and of the database. After any of them nobody is logged in: the transaction is rolled back, the
/// user is as before, and the session is emptied. [`Error::UnsetId`](crate::Error::UnsetId) if the user was never saved.
#[track_caller]
pub fn login<'a, U: AuthUser>(db: &'a Db, session: &'a dyn Session, user: &'a mut U) -> Login<'a, U> {
    Login { db, session, user, request: None, place: Location::caller() }
}

/// Logs out whoever is logged in: sends [`user_logged_out`], also if nobody is, and then empties the session.
///
/// ```
/// use signals::auth::{MemorySession, logout};
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
///
/// let session = MemorySession::new();
/// logout::<User>(&db, &session).await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// Of a receiver, of the session and of the database. Whatever the first of them, the session is emptied: who wants to be logged out
/// is, unless it is the session itself that fails.
#[track_caller]
pub fn logout<'a, U: AuthUser>(db: &'a Db, session: &'a dyn Session) -> Logout<'a, U> {
    Logout { db, session, request: None, place: Location::caller(), user: PhantomData }
}

/// The user of a session, as the database has it now. `None` if nobody is logged in, or whoever was is deleted or not
/// [active](AuthUser::is_active) any more, or has another password than at the login: then the session is emptied, as in Django.
///
/// There is an example at [`login`].
pub async fn current_user<U: AuthUser>(executor: &dyn Executor, session: &dyn Session) -> Result<Option<U>> {
    match Remembered::find(executor, session).await? {
        Found::User(user) => Ok(Some(user)),
        Found::Nobody => Ok(None),
        Found::Outdated => session.flush().await.map(|()| None),
    }
}

/// Keeps the session logged in in which the user has changed their password; all others of the user are not any more. It is
/// Django's `update_session_auth_hash`, and gives the session another key as well.
///
/// ```
/// # use signals::auth::{AuthUser, PasswordHash};
/// # use signals::prelude::*;
/// use signals::auth::{Session, stay_logged_in};
///
/// async fn change_password<U: AuthUser>(db: &Db, session: &dyn Session, user: &mut U, password: String) -> Result<()> {
///     user.set_password(password).await?;
///     user.save(db).await?;
///     stay_logged_in(session, user).await
/// }
/// ```
///
/// # Errors
/// Of the session. [`Error::UnsetId`](crate::Error::UnsetId) if the user was never saved.
pub async fn stay_logged_in<U: AuthUser>(session: &dyn Session, user: &U) -> Result<()> {
    let remembered = Remembered::new(user)?;
    session.cycle().await?;
    remembered.write(session).await
}

/// What [`login`] gives: awaiting it logs in.
#[must_use = "nobody is logged in before it is awaited"]
pub struct Login<'a, U> {
    db: &'a Db,
    session: &'a dyn Session,
    user: &'a mut U,
    request: Option<&'a AnyRequest>,
    place: &'static Location<'static>,
}

impl<'a, U: AuthUser> Login<'a, U> {
    /// Hands the request on to receivers.
    pub fn request(mut self, request: &'a (impl Any + Send + Sync)) -> Self {
        self.request = Some(request);
        self
    }

    async fn run(mut self) -> Result<()> {
        let logged_in = match self.fill().await {
            Ok(()) => self.tell().await,
            Err(error) => Err(error),
        };
        if logged_in.is_err()
            && let Err(error) = self.session.flush().await
        {
            self.db.report(&error);
        }
        logged_in
    }

    /// The key that the session had may be known to somebody who gave it to the user.
    async fn fill(&self) -> Result<()> {
        let remembered = Remembered::new(self.user)?;
        match Remembered::read(self.session).await? {
            Some(other) if other != remembered => self.session.flush().await?,
            _ => self.session.cycle().await?,
        }
        remembered.write(self.session).await
    }

    async fn tell(&mut self) -> Result<()> {
        let before = self.user.snapshot();
        self.user.set_last_login();
        let fields = FieldSet::changed(Some(&before), self.user);
        if fields.is_empty() && !user_logged_in::of::<U>().has_receivers() {
            return Ok(());
        }
        let told = match self.db.begin_at(self.place).await {
            Ok(mut tx) => {
                let told = self.tell_in(&tx, fields).await;
                tx.end(told).await
            }
            Err(error) => Err(error.into()),
        };
        if told.is_err() {
            self.user.copy_fields(&before, &|_| true);
        }
        told
    }

    async fn tell_in(&mut self, tx: &Tx, fields: FieldSet<U>) -> Result<()> {
        self.user.save_fields(tx, fields).await?;
        let Self { user, session, request, .. } = self;
        let logged_in = UserLoggedIn { user: &**user, session: *session, request: *request, tx: &mut tx.handle() };
        Ok(send(user_logged_in::of::<U>(), logged_in).await?)
    }
}

/// What [`logout`] gives: awaiting it logs out.
#[must_use = "nobody is logged out before it is awaited"]
pub struct Logout<'a, U> {
    db: &'a Db,
    session: &'a dyn Session,
    request: Option<&'a AnyRequest>,
    place: &'static Location<'static>,
    user: PhantomData<fn() -> U>,
}

impl<'a, U: AuthUser> Logout<'a, U> {
    /// Hands the request on to receivers.
    pub fn request(mut self, request: &'a (impl Any + Send + Sync)) -> Self {
        self.request = Some(request);
        self
    }

    async fn run(self) -> Result<()> {
        let told = self.tell().await;
        let flushed = self.session.flush().await;
        match (told, flushed) {
            // Somebody is still logged in, which is the worse of the two.
            (Err(error), Err(worse)) => {
                self.db.report(&error);
                Err(worse)
            }
            (told, flushed) => told.and(flushed),
        }
    }

    async fn tell(&self) -> Result<()> {
        if !user_logged_out::of::<U>().has_receivers() {
            return Ok(());
        }
        let user: Option<U> = match Remembered::find(self.db, self.session).await? {
            Found::User(user) => Some(user),
            Found::Nobody | Found::Outdated => None,
        };
        let mut tx = self.db.begin_at(self.place).await?;
        let Self { session, request, .. } = *self;
        let logged_out = UserLoggedOut { user: user.as_ref(), session, request, tx: &mut tx.handle() };
        let told = send(user_logged_out::of::<U>(), logged_out).await;
        tx.end(told.map_err(Into::into)).await
    }
}

impl<'a, U: AuthUser> IntoFuture for Login<'a, U> {
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'a, Result<()>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<'a, U: AuthUser> IntoFuture for Logout<'a, U> {
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'a, Result<()>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<U: AuthUser> fmt::Debug for Login<'_, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("model", &U::META.name).finish_non_exhaustive()
    }
}

impl<U: AuthUser> fmt::Debug for Logout<'_, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logout").field("model", &U::META.name).finish_non_exhaustive()
    }
}
