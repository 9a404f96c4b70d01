//! What is an exception, and what is none.

use std::fmt::Display;
use std::task::{Context, Poll, Waker};

use expect_test::expect;
use http::{Request, Response, StatusCode};
use signals::dispatch::BoxError;
use signals::web::RequestSignalsLayer;
use tower_layer::Layer;
use tower_service::Service;

use crate::handler::{Answer, Frames, Then, body, frames, layered, next, now, panics, request, response};
use crate::receivers::{Alone, Cause, LOG};

fn fails<E: Display + Sync + Send + 'static>(error: impl Fn() -> E) -> E {
    let mut service = layered(async |_| Err::<Response<Frames>, E>(error()));
    let error = now(service.call(request())).expect_err("it fails");
    LOG.note("the error is handed on");
    error
}

#[test]
fn rule_52_an_error_of_the_service_is_an_exception() {
    let _alone = Alone::new();
    let expected = expect![[r"
        started: GET /people?page=2 HTTP/1.1
        started, the second receiver
        exception: GET /people?page=2 too slow
        exception, the second receiver
        finished: GET /people?page=2 None nl
        finished, the second receiver
        the error is handed on
    "]];
    let error = fails(|| std::io::Error::other("too slow"));
    assert_eq!(error.kind(), std::io::ErrorKind::Other);
    LOG.is(&expected);
    // The services of tower fail with boxes.
    let error = fails(|| BoxError::from("too slow"));
    assert_eq!(error.to_string(), "too slow");
    LOG.is(&expected);
}

#[test]
fn rule_52_a_service_that_does_not_become_ready_sends_no_request() {
    struct Closed;
    impl Service<Request<()>> for Closed {
        type Response = Response<Frames>;
        type Error = BoxError;
        type Future = std::future::Ready<Result<Response<Frames>, BoxError>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
            Poll::Ready(Err("closed".into()))
        }

        fn call(&mut self, _: Request<()>) -> Self::Future {
            unreachable!("it is not ready")
        }
    }
    let _alone = Alone::new();
    let mut service = RequestSignalsLayer::new().layer(Closed);
    let Poll::Ready(Err(error)) = service.poll_ready(&mut Context::from_waker(Waker::noop())) else {
        unreachable!("it fails at once")
    };
    LOG.note(error);
    LOG.is(&expect![[r"
        closed
    "]]);
}

#[test]
fn rule_52_a_response_of_500_is_an_exception_and_others_are_not() {
    let _alone = Alone::new();
    for status in [StatusCode::INTERNAL_SERVER_ERROR, StatusCode::SERVICE_UNAVAILABLE] {
        let mut service = layered(async |_| -> Answer {
            let mut response = response(status, frames(0, Then::End));
            response.extensions_mut().insert(Cause("the disk is full"));
            Ok(response)
        });
        let Ok(response) = now(service.call(request()));
        LOG.note(response.status());
        drop(response);
    }
    LOG.is(&expect![[r"
        started: GET /people?page=2 HTTP/1.1
        started, the second receiver
        exception: GET /people?page=2 the response is a 500
        exception, because the disk is full
        exception, the second receiver
        500 Internal Server Error
        the body is dropped
        finished: GET /people?page=2 Some(500) nl
        finished, the second receiver
        started: GET /people?page=2 HTTP/1.1
        started, the second receiver
        503 Service Unavailable
        the body is dropped
        finished: GET /people?page=2 Some(503) nl
        finished, the second receiver
    "]]);
}

#[test]
fn rule_52_a_panic_is_an_exception_and_goes_on() {
    let _alone = Alone::new();
    let mut service = layered(async |_| -> Answer { panic!("in the handler") });
    let mut response = Box::pin(service.call(request()));
    panics(|| response.as_mut().poll(&mut Context::from_waker(Waker::noop())));
    LOG.note("dropped");
    drop(response);
    LOG.is(&expect![[r"
        started: GET /people?page=2 HTTP/1.1
        started, the second receiver
        exception: GET /people?page=2 panicked: in the handler
        exception, the second receiver
        finished: GET /people?page=2 None nl
        finished, the second receiver
        caught: in the handler
        dropped
    "]]);

    let call = |_: Request<()>| -> std::future::Ready<Answer> { panic!("{} call", "in") };
    panics(|| layered(call).call(request()));
    LOG.is(&expect![[r"
        started: GET /people?page=2 HTTP/1.1
        started, the second receiver
        exception: GET /people?page=2 panicked: in call
        exception, the second receiver
        finished: GET /people?page=2 None nl
        finished, the second receiver
        caught: in call
    "]]);

    let mut body = body(|| frames(1, Then::Panic));
    assert!(next(&mut body).is_some());
    panics(|| next(&mut body));
    drop(body);
    LOG.is(&expect![[r"
        started: GET /people?page=2 HTTP/1.1
        started, the second receiver
        a frame
        exception: GET /people?page=2 panicked: in the body
        exception, the second receiver
        finished: GET /people?page=2 Some(200) nl
        finished, the second receiver
        caught: in the body
        the body is dropped
    "]]);
}

#[test]
fn rule_52_an_error_of_the_body_is_no_exception() {
    let _alone = Alone::new();
    let mut body = body(|| frames(1, Then::Fail));
    assert!(next(&mut body).is_some_and(|frame| frame.is_ok()));
    assert!(next(&mut body).is_some_and(|frame| frame.is_err()));
    LOG.note("the body has failed");
    drop(body);
    LOG.is(&expect![[r"
        started: GET /people?page=2 HTTP/1.1
        started, the second receiver
        a frame
        the body has failed
        the body is dropped
        finished: GET /people?page=2 Some(200) nl
        finished, the second receiver
    "]]);
}
