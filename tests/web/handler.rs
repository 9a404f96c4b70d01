//! Services and bodies that need no server, and the layer round them.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

use axum::body::Bytes;
use http::{Request, Response, StatusCode};
use http_body::{Body, Frame, SizeHint};
use signals::dispatch::BoxError;
use signals::web::{RequestSignals, RequestSignalsLayer, ResponseBody};
use tower_layer::Layer;
use tower_service::Service;

use crate::receivers::LOG;

/// A service that is a function.
pub(crate) struct Handler<H>(pub(crate) H);

impl<H, F, B, R, E> Service<Request<B>> for Handler<H>
where
    H: Fn(Request<B>) -> F,
    F: Future<Output = Result<Response<R>, E>>,
{
    type Response = Response<R>;
    type Error = E;
    type Future = F;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), E>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> F {
        self.0(request)
    }
}

/// A handler in the layer, whose failures are noted.
pub(crate) fn layered<H>(handler: H) -> RequestSignals<Handler<H>> {
    RequestSignalsLayer::new().on_error(|error| LOG.note(format!("on_error: {error}"))).layer(Handler(handler))
}

pub(crate) fn request() -> Request<()> {
    Request::get("/people?page=2").header("accept-language", "nl").body(()).unwrap()
}

/// A body of a few frames, and what comes then. It notes when it is dropped.
pub(crate) struct Frames {
    left: u32,
    then: Then,
}

#[derive(Clone, Copy)]
pub(crate) enum Then {
    End,
    Fail,
    Panic,
}

pub(crate) fn frames(left: u32, then: Then) -> Frames {
    Frames { left, then }
}

impl Body for Frames {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.left > 0 {
            self.left -= 1;
            LOG.note("a frame");
            return Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(b"frame")))));
        }
        match self.then {
            Then::End => Poll::Ready(None),
            Then::Fail => Poll::Ready(Some(Err("the source is gone".into()))),
            Then::Panic => panic!("in the body"),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0 && matches!(self.then, Then::End)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(u64::from(self.left) * 5)
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        LOG.note("the body is dropped");
    }
}

/// Polls a future that is ready at once.
pub(crate) fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("nothing here waits"),
    }
}

pub(crate) fn next<B: Body + Unpin>(body: &mut B) -> Option<Result<Frame<B::Data>, B::Error>> {
    match Pin::new(body).poll_frame(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(frame) => frame,
        Poll::Pending => unreachable!("nothing here waits"),
    }
}

/// What a handler answers.
pub(crate) type Answer = Result<Response<Frames>, Infallible>;

pub(crate) fn response(status: StatusCode, body: Frames) -> Response<Frames> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}

/// The body of a response of the status 200 to a request.
pub(crate) fn body(frames: fn() -> Frames) -> ResponseBody<Frames> {
    let mut service = layered(async |_| -> Answer { Ok(response(StatusCode::OK, frames())) });
    let Ok(response) = now(service.call(request()));
    response.into_body()
}

/// Does what panics with a text, and notes that the panic arrived.
pub(crate) fn panics<T>(what: impl FnOnce() -> T) {
    let panic = catch_unwind(AssertUnwindSafe(what)).err().expect("it panics");
    let message = panic.downcast_ref::<&str>().map(ToString::to_string).or_else(|| panic.downcast_ref().cloned());
    LOG.note(format!("caught: {}", message.unwrap()));
}
