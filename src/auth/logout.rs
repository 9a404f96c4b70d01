//! Logging out.

use std::pin::pin;

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::panic::{Location, resume_unwind};

use signals_core::__private::asynchronous::send;
use signals_core::BoxFuture;

use super::panics::caught;
use super::remembered::{Found, Remembered};
use super::{AnyRequest, AuthUser, Session, UserLoggedOut, user_logged_out};
use crate::db::Db;
use crate::error::Result;

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
/// is. A session that cannot be emptied forgets its user at least, unless that fails as well.
///
/// # Panics
/// With the panic of a receiver, when the session is emptied.
#[track_caller]
pub fn logout<'a, U: AuthUser>(db: &'a Db, session: &'a dyn Session) -> Logout<'a, U> {
    Logout { db, session, request: None, place: Location::caller(), user: PhantomData }
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
        let told = match caught(self.tell()).await {
            Ok(told) => told,
            Err(panic) => {
                Remembered::forget_or_report(self.db, self.session).await;
                resume_unwind(panic)
            }
        };
        match (told, Remembered::forget(self.session).await) {
            // The session may still have its user, which is the worse of the two.
            (Err(error), Err(worse)) => {
                self.db.report(error);
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
        let logged_out = UserLoggedOut { user: user.as_ref(), model: U::META, session, request, tx: &mut tx.handle() };
        let told = tx.inside(pin!(send(user_logged_out::of::<U>(), logged_out))).await;
        tx.end(told.map_err(Into::into)).await
    }
}

impl<'a, U: AuthUser> IntoFuture for Logout<'a, U> {
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'a, Result<()>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl<U: AuthUser> fmt::Debug for Logout<'_, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logout").field("model", &U::META.name).finish_non_exhaustive()
    }
}
