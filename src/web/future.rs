//! The future of a response.

use std::fmt::{self, Display};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http::{Response, StatusCode};
use pin_project_lite::pin_project;

use super::exchange::{Exchange, watch};
use super::{Exception, ResponseBody};

pin_project! {
    /// The future of [`RequestSignals`](super::RequestSignals). It returns a response with a [`ResponseBody`].
    ///
    /// ```
    /// use std::convert::Infallible;
    /// use axum::http::Response;
    /// use signals::web::{ResponseBody, ResponseFuture};
    ///
    /// async fn wait<B>(
    ///     future: ResponseFuture<impl Future<Output = Result<Response<B>, Infallible>>>,
    /// ) -> Response<ResponseBody<B>> {
    ///     let Ok(response) = future.await;
    ///     response
    /// }
    /// ```
    #[must_use = "futures do nothing unless polled"]
    pub struct ResponseFuture<F> {
        // It is the first field, and is thus dropped before `exchange`, which ends the request.
        #[pin]
        inner: Inner<F>,
        exchange: Option<Exchange>,
    }
}

pin_project! {
    #[project = InnerProjection]
    enum Inner<F> {
        Service { #[pin] future: F },
        Refused,
    }
}

impl<F> ResponseFuture<F> {
    pub(super) fn unwatched(future: F) -> Self {
        Self { inner: Inner::Service { future }, exchange: None }
    }

    pub(super) fn watched(future: F, exchange: Option<Exchange>) -> Self {
        Self { inner: Inner::Service { future }, exchange }
    }

    pub(super) fn refused(exchange: Exchange) -> Self {
        Self { inner: Inner::Refused, exchange: Some(exchange) }
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
    E: Display + Sync,
{
    type Output = Result<Response<ResponseBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let result = match this.inner.project() {
            InnerProjection::Service { future } => ready!(watch(this.exchange, || future.poll(context))),
            InnerProjection::Refused => return Poll::Ready(Ok(refusal(this.exchange.take()))),
        };
        let mut exchange = this.exchange.take();
        if let Some(exchange) = &mut exchange {
            match &result {
                Ok(response) => exchange.answered(response),
                Err(error) => exchange.send_exception(Exception::Service(error)),
            }
        }
        Poll::Ready(result.map(|response| response.map(|body| ResponseBody::new(body, exchange))))
    }
}

/// The response to a refused request. It does not give the reason, which is for the operator of the server and not for clients.
fn refusal<B>(mut exchange: Option<Exchange>) -> Response<ResponseBody<B>> {
    if let Some(exchange) = &mut exchange {
        exchange.refused();
    }
    let mut response = Response::new(ResponseBody::empty(exchange));
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
