//! The layer: what is put round a service.

use std::fmt;
use std::sync::Arc;

use tower_layer::Layer;

use super::RequestSignals;
use crate::error::Error;
use crate::report::{ErrorHandler, print};

/// A layer of tower that sends the [signals of requests](super).
///
/// It goes round everything that belongs to a request: what is outside of it is outside of `request_started` and
/// `request_finished`. Requests that an outer layer answers are not seen.
///
/// ```
/// use axum::routing::get;
/// use signals::web::RequestSignalsLayer;
///
/// let app: axum::Router = axum::Router::new()
///     .route("/", get(async || "hello"))
///     .layer(RequestSignalsLayer::new().on_error(|error| eprintln!("web: {error}")));
/// ```
#[derive(Clone)]
#[must_use = "a layer does nothing until it is put round a service"]
pub struct RequestSignalsLayer {
    on_error: ErrorHandler,
}

impl RequestSignalsLayer {
    /// A layer that logs the failures that [no call returns](Self::on_error).
    ///
    /// ```
    /// let layer = signals::web::RequestSignalsLayer::new();
    /// ```
    pub fn new() -> Self {
        Self { on_error: Arc::new(print) }
    }

    /// What to do with the failure of a receiver. If not set, it is an error in the log of `tracing`, with that feature and a
    /// subscriber; else one line is written to stderr.
    ///
    /// Those of `got_request_exception` and `request_finished` cannot be returned to anybody; one of `request_started` becomes a
    /// 500 that does not say why. It is called on the thread that serves the request, also from a `Drop`. If it panics, that is
    /// caught.
    ///
    /// ```
    /// let layer = signals::web::RequestSignalsLayer::new().on_error(|error| eprintln!("web: {error}"));
    /// ```
    pub fn on_error(mut self, handler: impl Fn(&Error) + Send + Sync + 'static) -> Self {
        self.on_error = Arc::new(handler);
        self
    }
}

impl Default for RequestSignalsLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl<S> Layer<S> for RequestSignalsLayer {
    type Service = RequestSignals<S>;

    fn layer(&self, inner: S) -> RequestSignals<S> {
        RequestSignals::new(inner, Arc::clone(&self.on_error))
    }
}

impl fmt::Debug for RequestSignalsLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestSignalsLayer").finish_non_exhaustive()
    }
}
