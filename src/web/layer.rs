//! The layer that wraps a service.

use std::fmt;
use std::sync::Arc;

use signals_core::{Context, ContextValue};
use tower_layer::Layer;

use super::RequestSignals;
use crate::error::Error;
use crate::report::{ErrorHandler, print};

/// A layer of tower that sends the [signals of requests](super).
///
/// Add it as the outermost layer: layers outside of it run before `request_started` and after `request_finished`, and requests
/// that they answer themselves send no signals.
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
#[must_use = "a layer does nothing until it wraps a service"]
pub struct RequestSignalsLayer {
    on_error: ErrorHandler,
    /// The values of the application; `None` if requests have no context.
    context: Option<Context>,
}

impl RequestSignalsLayer {
    /// A layer that logs the failures that [no call returns](Self::on_error).
    ///
    /// ```
    /// let layer = signals::web::RequestSignalsLayer::new();
    /// ```
    pub fn new() -> Self {
        Self { on_error: Arc::new(print), context: None }
    }

    /// Sets the handler for failures of receivers. Without one, a failure is logged as an error of `tracing`, if that feature is on
    /// and there is a subscriber. Otherwise one line is written to stderr.
    ///
    /// Failures of `got_request_exception` and `request_finished` have no caller to return to. A failure of `request_started`
    /// becomes a 500 that does not give the reason. The handler is called on the thread that serves the request, possibly from a
    /// `Drop`. A panic of the handler is caught.
    ///
    /// ```
    /// let layer = signals::web::RequestSignalsLayer::new().on_error(|error| eprintln!("web: {error}"));
    /// ```
    pub fn on_error(mut self, handler: impl Fn(&Error) + Send + Sync + 'static) -> Self {
        self.on_error = Arc::new(handler);
        self
    }
}

impl RequestSignalsLayer {
    /// Adds a value to the context of each request, such as the `Db` or a mailer. Every request then has a context: these values, a
    /// [`RequestInfo`](super::RequestInfo), and the user of the session, once `signals::auth` has read it. See
    /// [the context of a request](super#the-context-of-a-request).
    ///
    /// Handlers find it as a [`Context`] in the extensions of the request.
    ///
    /// ```
    /// # struct Mailer;
    /// let layer = signals::web::RequestSignalsLayer::new().with(Mailer);
    /// ```
    pub fn with<T: ContextValue>(mut self, value: T) -> Self {
        self.context = Some(self.context.unwrap_or_default().with(value));
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
        RequestSignals::new(inner, self.context.clone(), Arc::clone(&self.on_error))
    }
}

impl fmt::Debug for RequestSignalsLayer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestSignalsLayer").finish_non_exhaustive()
    }
}
