//! Errors as responses of axum.

use std::sync::Arc;

use axum_core::body::Body;
use axum_core::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};

use crate::error::{Error, ErrorKind, FieldErrors};
use crate::report::print;

/// A handler of axum can return a [`Result`](crate::Result), with the feature `axum`.
///
/// ```
/// use axum::extract::{Path, State};
/// use axum::{Router, routing::get};
/// use signals::prelude::*;
///
/// # #[model] #[derive(Debug)]
/// # struct Post { #[key] id: Id<Post>, title: String }
/// async fn title(State(db): State<Db>, Path(id): Path<Id<Post>>) -> Result<String> {
///     Ok(Post::get_or_404(&db, id).await?.title)
/// }
///
/// # fn app(db: Db) -> Router {
/// Router::new().route("/posts/{id}", get(title)).with_state(db)
/// # }
/// ```
///
/// | error | status |
/// |---|---|
/// | `RowNotFound`, as of `get_or_404` | 404 |
/// | `Invalid`, `Unique` and `NotStorable` of the row that was saved, and [`FieldErrors`] of a receiver | 422, with the messages of each field as JSON |
/// | `Stale`, `Protected` | 409 |
/// | `WriterBusy`, `Locked`, `PoolBusy`, `TooManyConnections`, `Connect`, `ConnectionLost` | 503 |
/// | any other | 500 |
///
/// Except for the messages of fields, the body only says the status, because an error may name tables and files. A 500 and a 503 are
/// logged, and every response has the error in its extensions, as an `Arc<Error>`: receivers of `got_request_exception` find it there.
impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let mut response = match field_errors(&self) {
            Some(errors) => invalid(&errors),
            None => status(self.kind()).into_response(),
        };
        if response.status().is_server_error() {
            print(&self);
        }
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

fn status(kind: &ErrorKind) -> (StatusCode, &'static str) {
    match kind {
        ErrorKind::RowNotFound(_) => (StatusCode::NOT_FOUND, "not found"),
        ErrorKind::Stale { .. } => (StatusCode::CONFLICT, "it was changed by others in the meantime"),
        ErrorKind::Protected { .. } => (StatusCode::CONFLICT, "it is in use"),
        ErrorKind::WriterBusy { .. }
        | ErrorKind::Locked { .. }
        | ErrorKind::PoolBusy { .. }
        | ErrorKind::TooManyConnections { .. }
        | ErrorKind::Connect { .. }
        | ErrorKind::ConnectionLost { .. } => (StatusCode::SERVICE_UNAVAILABLE, "try again later"),
        _ => (StatusCode::INTERNAL_SERVER_ERROR, "internal server error"),
    }
}

/// What is wrong with the fields of the row that was saved. A receiver may save rows of other models, whose fields the client does not know.
fn field_errors(error: &Error) -> Option<FieldErrors> {
    match error.kind() {
        ErrorKind::Invalid { .. } | ErrorKind::Unique { .. } | ErrorKind::NotStorable { .. } => {
            error.errors_of_fields().map(|(_, errors)| errors)
        }
        ErrorKind::Receiver(_) => {
            error.errors_of_fields().filter(|(model, _)| model.is_none()).map(|(_, errors)| errors)
        }
        _ => None,
    }
}

fn invalid(errors: &FieldErrors) -> Response {
    let Ok(json) = serde_json::to_string(errors) else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let mut response = Response::new(Body::from(json));
    *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
