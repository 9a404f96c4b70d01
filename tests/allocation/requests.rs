//! What the layer of the feature `web` allocates. It counts receivers of its whole binary: at first there are none.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::pin;
use std::str::FromStr;
use std::sync::LazyLock;
use std::task::{Context, Poll, Waker};

use allocation_counter::measure;
use axum::body::{Body, HttpBody};
use http::{Request, Response, Uri};
use signals::web::{GotRequestException, RequestFinished, RequestSignals, RequestSignalsLayer, RequestStarted};
use tower_layer::Layer;
use tower_service::Service;

/// Answers 500 with an empty body.
struct Fails;

impl Service<Request<()>> for Fails {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = http::StatusCode::INTERNAL_SERVER_ERROR;
        ready(Ok(response))
    }
}

/// As a server reads it: its text is shared, so that a copy costs no more than a count.
fn read_request() -> Request<()> {
    static URI: LazyLock<Uri> = LazyLock::new(|| Uri::from_str("/people?page=2").unwrap());
    let mut request = Request::new(());
    *request.uri_mut() = URI.clone();
    request
}

fn request(service: &mut impl Service<Request<()>, Response = Response<impl HttpBody>>) {
    let context = &mut Context::from_waker(Waker::noop());
    let Poll::Ready(Ok(response)) = pin!(service.call(read_request())).poll(context) else {
        unreachable!("nothing here waits or fails")
    };
    assert!(pin!(response.into_body()).poll_frame(context).is_ready());
}

/// The allocations of the second request, beyond those of the service.
fn allocations(service: &mut RequestSignals<Fails>) -> u64 {
    request(service);
    request(&mut Fails);
    let bare = measure(|| request(&mut Fails)).count_total;
    measure(|| request(service)).count_total - bare
}

#[test]
fn rule_52_a_request_allocates_nothing() {
    let mut service = RequestSignalsLayer::new().layer(Fails);
    assert_eq!(allocations(&mut service), 0, "without receivers");

    let _started = RequestStarted::SIGNAL.connect_scoped(|_| ());
    let _exception = GotRequestException::SIGNAL.connect_scoped(|_| ());
    let _finished = RequestFinished::SIGNAL.connect_scoped(|_| ());
    assert_eq!(allocations(&mut service), 0, "with receivers");
}
