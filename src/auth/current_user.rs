//! Whose session it is, from one request to the next.

use super::remembered::{Found, Remembered};
use super::{AuthUser, Session};
use crate::db::Executor;
use crate::error::Result;

/// The user of a session, as the database has it now. `None` if nobody is logged in, or whoever was is deleted or not
/// [active](AuthUser::is_active) any more, or has another password than at the login: then the session is emptied, as in Django.
///
/// There is an example at [`login`](super::login()). It is Django's `get_user`.
///
/// # Errors
/// Of the session and of the database.
pub async fn current_user<U: AuthUser>(executor: &dyn Executor, session: &dyn Session) -> Result<Option<U>> {
    match Remembered::find(executor, session).await? {
        Found::User(user) => Ok(Some(user)),
        Found::Nobody => Ok(None),
        Found::Outdated => Remembered::forget(session).await.map(|()| None),
    }
}

/// Keeps the session logged in in which the user has changed their password; all others of the user are not any more. It is
/// Django's `update_session_auth_hash`, and gives the session another key as well. A session of nobody, or of another user, stays
/// that: who changes the password of somebody else does not become them.
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
    match Remembered::read(session).await? {
        Some(current) if current.is_same_user(&remembered) => remembered.write(session).await,
        _ => Ok(()),
    }
}
