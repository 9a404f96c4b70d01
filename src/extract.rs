//! A `Db` as a parameter of a handler of axum.

use std::any::Any;

use axum_core::extract::FromRequestParts;
use http::request::Parts;
use signals_core::Context;

use crate::db::Db;
use crate::error::{Error, Result};

/// A handler of axum takes a `Db` as a parameter, with the feature `axum`. It has the context of the request: receivers of what it saves
/// know the request and the user. See [the context of a request](crate::web#the-context-of-a-request).
///
/// The database is the one that the request has from
/// [`RequestSignalsLayer::with(db)`](crate::web::RequestSignalsLayer::with), or from `axum::Extension(db)`, or else the state of the router, if
/// that is a `Db`. It works with any state, such as the `AppContext` of loco.
///
/// ```
/// use axum::routing::post;
/// use axum::{Extension, Router};
/// use signals::prelude::*;
///
/// # #[model] #[derive(Debug, Default)]
/// # struct Order { #[key] id: Id<Order> }
/// async fn create(db: Db) -> Result<String> {
///     let mut order = Order::default();
///     order.save(&db).await?;
///     Ok(order.id.to_string())
/// }
///
/// # fn app(db: Db) -> Router {
/// Router::new().route("/orders", post(create)).layer(Extension(db))
/// # }
/// ```
impl<S: Send + Sync + 'static> FromRequestParts<S> for Db {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let context = parts.extensions.get::<Context>();
        let state: &dyn Any = state;
        let db =
            context.and_then(Context::get).or_else(|| parts.extensions.get()).or_else(|| state.downcast_ref::<Self>());
        let Some(db) = db else {
            return Err(Error::other(
                "the request has no `Db`: add `RequestSignalsLayer::new().with(db)` to the router, after its routes, or `Extension(db)`",
            ));
        };
        Ok(context.map_or_else(|| db.clone(), |context| db.with_context(context)))
    }
}
