//! The service that the layer creates.

use std::fmt::{self, Display};
use std::task::{Context, Poll};

use http::{Request, Response};
use tower_service::Service;

use super::exchange::{Exchange, Verdict, watch};
use super::{ResponseBody, ResponseFuture};
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
    on_error: ErrorHandler,
}

impl<S> RequestSignals<S> {
    pub(super) fn new(inner: S, on_error: ErrorHandler) -> Self {
        Self { inner, on_error }
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

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> ResponseFuture<S::Future> {
        if !Exchange::is_received() {
            return ResponseFuture::unwatched(self.inner.call(request));
        }
        let (mut parts, body) = request.into_parts();
        let mut exchange = Exchange::new(&parts, &self.on_error);
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
