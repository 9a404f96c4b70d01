//! The service that the layer creates.

use std::fmt::{self, Display};
use std::task::{self, Poll};

use http::request::Parts;
use http::{Request, Response};
use signals_core::Context;
use tower_service::Service;

use super::exchange::{Exchange, Verdict, watch};
use super::{RequestInfo, ResponseBody, ResponseFuture};
use crate::report::ErrorHandler;

/// A service that wraps another one and sends the [signals of requests](super). [`RequestSignalsLayer`](super::RequestSignalsLayer)
/// creates it.
///
/// ```
/// use signals::web::{RequestSignals, RequestSignalsLayer};
/// use tower_layer::Layer;
///
/// let service: RequestSignals<axum::Router> = RequestSignalsLayer::new().layer(axum::Router::new());
/// ```
#[derive(Clone)]
pub struct RequestSignals<S> {
    inner: S,
    /// The values of the application; `None` if requests have no context.
    context: Option<Context>,
    on_error: ErrorHandler,
}

impl<S> RequestSignals<S> {
    pub(super) fn new(inner: S, context: Option<Context>, on_error: ErrorHandler) -> Self {
        Self { inner, context, on_error }
    }

    /// The context of a request, which handlers find in its extensions.
    fn context_of(&self, parts: &mut Parts) -> Context {
        let Some(application) = &self.context else { return Context::new() };
        let context = application.with(RequestInfo::of(parts));
        // The user of the session is only known when a handler has read it.
        #[cfg(feature = "auth")]
        let context = context.with_slot::<crate::auth::Actor>();
        parts.extensions.insert(context.clone());
        context
    }
}

impl<S, B, R> Service<Request<B>> for RequestSignals<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Error: Display + Sync,
{
    type Response = Response<ResponseBody<R>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut task::Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> ResponseFuture<S::Future> {
        let is_received = Exchange::is_received();
        if !is_received && self.context.is_none() {
            return ResponseFuture::unwatched(self.inner.call(request));
        }
        let (mut parts, body) = request.into_parts();
        let context = self.context_of(&mut parts);
        if !is_received {
            return ResponseFuture::unwatched(self.inner.call(Request::from_parts(parts, body)));
        }
        let mut exchange = Exchange::new(&parts, context, &self.on_error);
        match exchange.start(&mut parts) {
            Verdict::Serve => {
                let (request, mut exchange) = (Request::from_parts(parts, body), Some(exchange));
                let future = watch(&mut exchange, || self.inner.call(request));
                ResponseFuture::watched(future, exchange)
            }
            // The service stays ready, for the next request.
            Verdict::Refuse => ResponseFuture::refused(exchange),
        }
    }
}

impl<S: fmt::Debug> fmt::Debug for RequestSignals<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestSignals").field("inner", &self.inner).finish_non_exhaustive()
    }
}
