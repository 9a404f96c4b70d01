//! Logging in.

use std::pin::pin;

use std::any::Any;
use std::fmt;
use std::panic::{Location, resume_unwind};

use signals_core::__private::asynchronous::send;
use signals_core::BoxFuture;

use super::actor::acts;
use super::panics::caught;
use super::session_user::SessionUser;
use super::{AnyRequest, AuthUser, Session, UserLoggedIn, user_logged_in};
use crate::db::{Db, Tx};
use crate::error::Result;
use crate::model::FieldSet;
use crate::model::signals::Observed;

/// Logs a user in: gives the session a new key, stores the user in it, saves the field of the last login and sends
/// [`user_logged_in`]. The save and the signal are one transaction.
///
/// Values of a session without a user are kept, and values of another user are removed. It does not check a password: call
/// [`authenticate`](super::authenticate()) first.
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
/// The error of a receiver, of the session or of the database. After an error no user is logged in: the transaction is rolled
/// back, the user is unchanged, and the session is emptied. If the session cannot be emptied, at least its user is removed, and
/// the failure is reported to [`on_error`](crate::ConnectOptions::on_error).
///
/// [`ErrorKind::UnsetId`](crate::ErrorKind::UnsetId) if the user was never saved. [`ErrorKind::Stale`](crate::ErrorKind::Stale) if the field of
/// the last login cannot be saved, because the row was deleted or, with a `#[version]`, changed since it was read.
///
/// # Panics
/// With the panic of a receiver. As after an error, no user is logged in.
#[track_caller]
pub fn login<'a, U: AuthUser>(db: &'a Db, session: &'a dyn Session, user: &'a mut U) -> Login<'a, U> {
    Login { db, session, user, request: None, place: Location::caller(), run: |this| Box::pin(this.run()) }
}

/// The future that [`login`] returns. Awaiting it logs the user in.
#[must_use = "the user is only logged in when it is awaited"]
pub struct Login<'a, U> {
    db: &'a Db,
    session: &'a dyn Session,
    user: &'a mut U,
    request: Option<&'a AnyRequest>,
    place: &'static Location<'static>,
    /// Awaiting it does not ask again whether `U` is a model of users.
    run: fn(Self) -> BoxFuture<'a, Result<()>>,
}

impl<'a, U> Login<'a, U> {
    /// Passes the request to receivers.
    pub fn request(mut self, request: &'a (impl Any + Send + Sync)) -> Self {
        self.request = Some(request);
        self
    }
}

impl<U: AuthUser> Login<'_, U> {
    async fn run(mut self) -> Result<()> {
        let (db, session) = (self.db, self.session);
        let sent = match self.fill().await {
            Ok(()) => caught(self.save_and_send()).await,
            Err(error) => Ok(Err(error)),
        };
        if !matches!(sent, Ok(Ok(()))) {
            SessionUser::forget_or_report(db, session).await;
        }
        sent.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Stores the user in the session, under a new key: an attacker may know the old one (session fixation).
    async fn fill(&self) -> Result<()> {
        let stored = SessionUser::new(self.user)?;
        match SessionUser::read(self.session).await? {
            Some(other) if other != stored => self.session.flush().await?,
            _ => self.session.cycle().await?,
        }
        stored.write(self.session).await
    }

    async fn save_and_send(&mut self) -> Result<()> {
        let Self { db, session, request, place, .. } = *self;
        let mut attempt = Attempt { before: Some(self.user.clone_columns()), user: self.user };
        attempt.user.set_last_login();
        let fields = FieldSet::changed(attempt.before.as_ref(), attempt.user);
        if !fields.is_empty() || user_logged_in::of::<U>().has_receivers() {
            let mut tx = db.acting(Observed::any(&*attempt.user)).begin_at(place).await?;
            let sent = attempt.save_and_send(&tx, fields, session, request).await;
            tx.end(sent).await?;
        }
        acts(db.context(), Observed::any(&*attempt.user));
        attempt.keep();
        Ok(())
    }
}

/// A user who is about to be logged in. Dropping it before [`keep`](Self::keep) restores the user: after an error, and when the
/// future of the login is dropped.
struct Attempt<'u, U: AuthUser> {
    user: &'u mut U,
    before: Option<U>,
}

impl<U: AuthUser> Attempt<'_, U> {
    async fn save_and_send(
        &mut self,
        tx: &Tx,
        fields: FieldSet<U>,
        session: &dyn Session,
        request: Option<&AnyRequest>,
    ) -> Result<()> {
        self.user.save_fields(tx, fields).await?;
        let logged_in = UserLoggedIn {
            user: Observed::any(&*self.user),
            session,
            request,
            tx: &mut tx.handle(),
            context: tx.context(),
        };
        tx.inside(pin!(send(user_logged_in::state(U::META), logged_in))).await
    }

    /// The login has succeeded.
    fn keep(mut self) {
        self.before = None;
    }
}

impl<U: AuthUser> Drop for Attempt<'_, U> {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            self.user.copy_columns(&before, &|_| true);
        }
    }
}

impl<'a, U> IntoFuture for Login<'a, U> {
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'a, Result<()>>;

    fn into_future(self) -> Self::IntoFuture {
        (self.run)(self)
    }
}

impl<U: AuthUser> fmt::Debug for Login<'_, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("model", &U::META.name).finish_non_exhaustive()
    }
}
