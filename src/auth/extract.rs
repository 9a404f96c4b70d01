//! The user of a request, as an extractor of axum.

use axum_core::extract::{FromRef, FromRequestParts, OptionalFromRequestParts};
use axum_core::response::{IntoResponse, Response};
use http::StatusCode;
use http::request::Parts;
use signals_core::Context;

use super::actor::acts;
use super::{AuthUser, Session, current_user};
use crate::db::Db;
use crate::error::{Error, Result};

/// The user who is logged in in the session of a request, as an extractor of axum: Django's `request.user`. It reads the session of
/// tower-sessions, and the user from the [`Db`] in the state of the router.
///
/// Without a user the response is 401. An `Option` is `None` then, for handlers that answer strangers as well, or redirect them.
///
/// ```
/// use axum::{Router, routing::get};
/// use signals::auth::CurrentUser;
/// # use signals::auth::{AuthUser, PasswordHash};
/// # use signals::prelude::*;
/// # #[model] #[derive(Debug, Default)] struct User { #[key] id: Id<User>, #[unique] name: String, password: PasswordHash }
/// # impl AuthUser for User {
/// #     const USERNAME: FieldSet<Self> = Self::fields().name;
/// #     fn password(&self) -> &PasswordHash { &self.password }
/// #     fn password_mut(&mut self) -> &mut PasswordHash { &mut self.password }
/// # }
///
/// async fn profile(CurrentUser(user): CurrentUser<User>) -> String {
///     format!("you are {}", user.name)
/// }
///
/// async fn home(user: Option<CurrentUser<User>>) -> String {
///     user.map_or("hello".to_owned(), |CurrentUser(user)| format!("hello {}", user.name))
/// }
///
/// # fn app(db: Db) -> Router {
/// Router::new().route("/", get(home)).route("/profile", get(profile)).with_state(db)
/// # }
/// ```
///
/// The router needs the layer of tower-sessions, `SessionManagerLayer`. If its state is a type of your own, implement `FromRef` for it,
/// so that `Db::from_ref(&state)` is its database. Like [`current_user`], it does not extract a user who is not
/// [active](AuthUser::is_active), or whose password was changed.
/// With [`RequestSignalsLayer::with`](crate::web::RequestSignalsLayer::with), receivers then find the user as an [`Actor`](super::Actor) in the
/// context of the request, also those of a `Db` that another extractor has taken from the request earlier. For handlers that do not take the
/// user, `axum::middleware::from_extractor_with_state::<CurrentUser<User>, _>(state)` is a layer that requires one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurrentUser<U>(pub U);

impl<U: AuthUser, S: Send + Sync> FromRequestParts<S> for CurrentUser<U>
where
    Db: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        match find(parts, Db::from_ref(state)).await {
            Ok(Some(user)) => Ok(Self(user)),
            Ok(None) => Err((StatusCode::UNAUTHORIZED, "log in first").into_response()),
            Err(error) => Err(error.into_response()),
        }
    }
}

impl<U: AuthUser, S: Send + Sync> OptionalFromRequestParts<S> for CurrentUser<U>
where
    Db: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>> {
        Ok(find(parts, Db::from_ref(state)).await?.map(Self))
    }
}

/// The user. The context of the request then has its [`Actor`](super::Actor).
async fn find<U: AuthUser>(parts: &Parts, db: Db) -> Result<Option<U>> {
    let session = session(parts).ok_or_else(|| {
        Error::other(
            "the request has no session: add `SessionManagerLayer` of tower-sessions to the router, after its routes",
        )
    })?;
    let user = current_user(&db, session).await?;
    if let (Some(context), Some(user)) = (parts.extensions.get::<Context>(), &user) {
        acts(context, user);
    }
    Ok(user)
}

/// The session that the layer of tower-sessions has added to the request.
fn session(parts: &Parts) -> Option<&dyn Session> {
    #[cfg(feature = "tower-sessions")]
    if let Some(session) = parts.extensions.get::<tower_sessions_core::Session>() {
        return Some(session);
    }
    #[cfg(feature = "tower-sessions-0_14")]
    if let Some(session) = parts.extensions.get::<tower_sessions_core_0_14::Session>() {
        return Some(session);
    }
    None
}
