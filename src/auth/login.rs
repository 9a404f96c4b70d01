//! Logging in.

use std::pin::pin;

use std::any::Any;
use std::fmt;
use std::panic::{Location, resume_unwind};

use signals_core::__private::asynchronous::send;
use signals_core::BoxFuture;

use super::panics::caught;
use super::remembered::Remembered;
use super::{AnyRequest, AuthUser, Session, UserLoggedIn, user_logged_in};
use crate::db::{Db, Tx};
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
/// user is as before, and the session is emptied. If it cannot be, it forgets its user at least, and why goes to
/// [`on_error`](crate::ConnectOptions::on_error).
///
/// [`Error::UnsetId`](crate::Error::UnsetId) if the user was never saved. [`Error::Stale`](crate::Error::Stale) if the user was
/// deleted meanwhile, or, with a `#[version]`, saved by somebody else: only if there is a last login to be saved.
///
/// # Panics
/// With the panic of a receiver, when nobody is logged in, as after an error.
#[track_caller]
pub fn login<'a, U: AuthUser>(db: &'a Db, session: &'a dyn Session, user: &'a mut U) -> Login<'a, U> {
    Login { db, session, user, request: None, place: Location::caller() }
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
        let (db, session) = (self.db, self.session);
        let told = match self.fill().await {
            Ok(()) => caught(self.tell()).await,
            Err(error) => Ok(Err(error)),
        };
        if !matches!(told, Ok(Ok(()))) {
            Remembered::forget_or_report(db, session).await;
        }
        told.unwrap_or_else(|panic| resume_unwind(panic))
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
        let Self { db, session, request, place, .. } = *self;
        let mut attempt = Attempt { before: Some(self.user.snapshot()), user: self.user };
        attempt.user.set_last_login();
        let fields = FieldSet::changed(attempt.before.as_ref(), attempt.user);
        if !fields.is_empty() || user_logged_in::of::<U>().has_receivers() {
            let mut tx = db.begin_at(place).await?;
            let told = attempt.tell(&tx, fields, session, request).await;
            tx.end(told).await?;
        }
        attempt.keep();
        Ok(())
    }
}

/// A user who is about to be logged in. They are as before when this is dropped before [`keep`](Self::keep): after an error, and
/// when the future of the login is dropped.
struct Attempt<'u, U: AuthUser> {
    user: &'u mut U,
    before: Option<U>,
}

impl<U: AuthUser> Attempt<'_, U> {
    async fn tell(
        &mut self,
        tx: &Tx,
        fields: FieldSet<U>,
        session: &dyn Session,
        request: Option<&AnyRequest>,
    ) -> Result<()> {
        self.user.save_fields(tx, fields).await?;
        let logged_in = UserLoggedIn { user: &*self.user, session, request, tx: &mut tx.handle() };
        Ok(tx.inside(pin!(send(user_logged_in::of::<U>(), logged_in))).await?)
    }

    /// The login is good.
    fn keep(mut self) {
        self.before = None;
    }
}

impl<U: AuthUser> Drop for Attempt<'_, U> {
    fn drop(&mut self) {
        if let Some(before) = self.before.take() {
            self.user.copy_fields(&before, &|_| true);
        }
    }
}

impl<'a, U: AuthUser> IntoFuture for Login<'a, U> {
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
