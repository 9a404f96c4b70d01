//! Logging out.

use std::pin::pin;

use std::any::Any;
use std::fmt;
use std::marker::PhantomData;
use std::panic::{Location, resume_unwind};

use signals_core::__private::asynchronous::send;
use signals_core::BoxFuture;

use super::actor::acts;
use super::panics::caught;
use super::session_user::{Found, SessionUser};
use super::{AnyRequest, AuthUser, Session, UserLoggedOut, user_logged_out};
use crate::db::Db;
use crate::error::Result;
use crate::model::signals::Observed;

/// Logs the user of the session out: sends [`user_logged_out`], even if no user is logged in, and then empties the session.
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
/// The error of a receiver, of the session or of the database. The session is emptied in each case, so that the user is logged
/// out. If the session cannot be emptied, at least its user is removed, unless that fails as well.
///
/// # Panics
/// With the panic of a receiver, after the session has been emptied.
#[track_caller]
pub fn logout<'a, User: AuthUser>(db: &'a Db, session: &'a dyn Session) -> Logout<'a, User> {
    Logout {
        db,
        session,
        request: None,
        place: Location::caller(),
        run: |this| Box::pin(this.run()),
        user: PhantomData,
    }
}

/// The future that [`logout`] returns. Awaiting it logs the user out.
#[must_use = "the user is only logged out when it is awaited"]
pub struct Logout<'a, U> {
    db: &'a Db,
    session: &'a dyn Session,
    request: Option<&'a AnyRequest>,
    place: &'static Location<'static>,
    /// Awaiting it does not ask again whether `U` is a model of users.
    run: fn(Self) -> BoxFuture<'a, Result<()>>,
    user: PhantomData<fn() -> U>,
}

impl<'a, U> Logout<'a, U> {
    /// Passes the request to receivers.
    pub fn request(mut self, request: &'a (impl Any + Send + Sync)) -> Self {
        self.request = Some(request);
        self
    }
}

impl<U: AuthUser> Logout<'_, U> {
    async fn run(self) -> Result<()> {
        let sent = match caught(self.send_signal()).await {
            Ok(sent) => sent,
            Err(panic) => {
                SessionUser::forget_or_report(self.db, self.session).await;
                resume_unwind(panic)
            }
        };
        match (sent, SessionUser::forget(self.session).await) {
            // The session may still have its user, which is the more serious failure.
            (Err(error), Err(worse)) => {
                self.db.report(error);
                Err(worse)
            }
            (sent, flushed) => sent.and(flushed),
        }
    }

    async fn send_signal(&self) -> Result<()> {
        if !user_logged_out::of::<U>().has_receivers() {
            return Ok(());
        }
        let user: Option<U> = match SessionUser::find(self.db, self.session).await? {
            Found::User(user) => Some(user),
            Found::NoUser | Found::Outdated => None,
        };
        let db = match &user {
            Some(user) => {
                acts(self.db.context(), user);
                self.db.acting(user)
            }
            None => self.db.clone(),
        };
        let mut tx = db.begin_at(self.place).await?;
        let Self { session, request, .. } = *self;
        let logged_out = UserLoggedOut {
            user: user.as_ref().map(Observed::any),
            model: U::META,
            session,
            request,
            tx: &mut tx.handle(),
            context: tx.context(),
        };
        let sent = tx.inside(pin!(send(user_logged_out::state(U::META), logged_out))).await;
        tx.end(sent).await
    }
}

impl<'a, U> IntoFuture for Logout<'a, U> {
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'a, Result<()>>;

    fn into_future(self) -> Self::IntoFuture {
        (self.run)(self)
    }
}

impl<U: AuthUser> fmt::Debug for Logout<'_, U> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Logout").field("model", &U::META.name).finish_non_exhaustive()
    }
}
