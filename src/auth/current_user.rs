//! The user of a session.

use signals_core::BoxFuture;

use super::session_user::{Found, SessionUser};
use super::{AuthUser, Session};
use crate::db::Executor;
use crate::error::Result;

/// Reads the user of a session from the database. Returns `None` if no user is logged in, or if the user has been deleted or is no
/// longer [active](AuthUser::is_active). If the password has changed since the login, it empties the session and returns `None`,
/// as in Django.
///
/// It is Django's `get_user`. See the example of [`login`](super::login()).
///
/// # Errors
/// The error of the session or of the database.
pub fn current_user<'a, User: AuthUser>(
    executor: &'a dyn Executor,
    session: &'a dyn Session,
) -> BoxFuture<'a, Result<Option<User>>> {
    Box::pin(async move {
        match SessionUser::find(executor, session).await? {
            Found::User(user) => Ok(Some(user)),
            Found::NoUser => Ok(None),
            Found::Outdated => SessionUser::forget(session).await.map(|()| None),
        }
    })
}

/// Keeps the user logged in in this session after a change of the password, which logs the user out of all other sessions. It
/// also gives the session a new key. It is Django's `update_session_auth_hash`.
///
/// A session without a user, or with another user, keeps its state: changing the password of another user does not log you in as
/// that user.
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
/// The error of the session. [`ErrorKind::UnsetId`](crate::ErrorKind::UnsetId) if the user was never saved.
pub fn stay_logged_in<'a, U: AuthUser>(session: &'a dyn Session, user: &'a U) -> BoxFuture<'a, Result<()>> {
    Box::pin(async move {
        let stored = SessionUser::new(user)?;
        session.cycle().await?;
        match SessionUser::read(session).await? {
            Some(current) if current.is_same_user(&stored) => stored.write(session).await,
            _ => Ok(()),
        }
    })
}
