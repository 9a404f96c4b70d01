//! The body of a response. It ends the request when it ends.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::exchange::{Exchange, watch};

pin_project! {
    /// The unchanged body of a response. Sends `request_finished` after the last frame, or when it is dropped.
    ///
    /// ```
    /// use axum::body::{Body, Bytes};
    /// use signals::web::ResponseBody;
    ///
    /// /// Code that is generic over bodies accepts this one.
    /// fn boxed(body: ResponseBody<Body>) -> Body {
    ///     Body::new(body)
    /// }
    /// ```
    pub struct ResponseBody<B> {
        // It is the first field, and is thus dropped before `exchange`, which ends the request.
        #[pin]
        inner: Option<B>,
        exchange: Option<Exchange>,
    }
}

impl<B> ResponseBody<B> {
    pub(super) fn new(body: B, exchange: Option<Exchange>) -> Self {
        Self { inner: Some(body), exchange }
    }

    pub(super) fn empty(exchange: Option<Exchange>) -> Self {
        Self { inner: None, exchange }
    }
}

impl<B: Body> Body for ResponseBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        let mut this = self.project();
        let frame = match this.inner.as_mut().as_pin_mut() {
            Some(body) => ready!(watch(this.exchange, || body.poll_frame(context))),
            None => None,
        };
        if frame.is_none() {
            this.inner.set(None);
            drop(this.exchange.take());
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.as_ref().map_or(SizeHint::with_exact(0), Body::size_hint)
    }
}

impl<B> fmt::Debug for ResponseBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseBody").finish_non_exhaustive()
    }
}
