//! What becomes of a receiver that fails or panics.

use std::sync::atomic::Ordering;

use expect_test::{Expect, expect};
use http::{Request, Response, StatusCode};
use http_body::Body;
use signals::web::RequestSignalsLayer;
use tower_layer::Layer;
use tower_service::Service;

use crate::handler::{Answer, Handler, Then, frames, layered, next, now, panics, request, response};
use crate::receivers::{Alone, BOMB, Bomb, EXCEPTION, FAIL, FINISHED, LOG, PANIC, STARTED};

#[test]
fn rule_52_a_receiver_of_started_that_fails_refuses_the_request() {
    let _alone = Alone::new();
    STARTED.store(FAIL, Ordering::Relaxed);
    let mut service = layered(async |_| -> Answer { unreachable!("it is refused") });
    let Ok(response) = now(service.call(request()));
    LOG.note(response.status());
    let mut body = response.into_body();
    assert!(body.is_end_stream());
    assert_eq!(body.size_hint().exact(), Some(0));
    assert!(next(&mut body).is_none());
    LOG.note("the body has ended");
    drop(body);
    LOG.is(&expect![[r#"
        started: GET /people?page=2 HTTP/1.1
        on_error: receiver `web::receivers::first_started` (tests/web/receivers.rs) failed on `request_started`: no start
        exception: GET /people?page=2 receiver `web::receivers::first_started` (tests/web/receivers.rs) failed on `request_started`: no start
        exception, the second receiver
        500 Internal Server Error
        finished: GET /people?page=2 Some(500) nl
        finished, the second receiver
        the body has ended
    "#]]);
}

#[test]
fn rule_52_a_receiver_of_started_that_panics_is_as_a_handler_that_does() {
    let _alone = Alone::new();
    STARTED.store(PANIC, Ordering::Relaxed);
    let mut service = layered(async |_| -> Answer { unreachable!("it is refused") });
    panics(|| service.call(request()));
    LOG.is(&expect![[r"
        started: GET /people?page=2 HTTP/1.1
        exception: GET /people?page=2 panicked: oh start
        exception, the second receiver
        finished: GET /people?page=2 None nl
        finished, the second receiver
        caught: oh start
    "]]);
}

/// A request that becomes a 500, with receivers of the other two signals that do this.
fn rest(what: u32, expected: &Expect) {
    EXCEPTION.store(what, Ordering::Relaxed);
    FINISHED.store(what, Ordering::Relaxed);
    let mut service =
        layered(async |_| -> Answer { Ok(response(StatusCode::INTERNAL_SERVER_ERROR, frames(0, Then::End))) });
    let Ok(response) = now(service.call(request()));
    LOG.note(response.status());
    drop(response);
    LOG.is(expected);
}

#[test]
fn rule_52_receivers_of_exception_and_finished_that_fail_are_reported_and_the_others_run() {
    let _alone = Alone::new();
    rest(
        FAIL,
        &expect![[r#"
            started: GET /people?page=2 HTTP/1.1
            started, the second receiver
            exception: GET /people?page=2 the response is a 500
            on_error: receiver `web::receivers::first_exception` (tests/web/receivers.rs) failed on `got_request_exception`: no exception
            exception, the second receiver
            500 Internal Server Error
            the body is dropped
            finished: GET /people?page=2 Some(500) nl
            on_error: receiver `web::receivers::first_finished` (tests/web/receivers.rs) failed on `request_finished`: no end
            finished, the second receiver
        "#]],
    );
    rest(
        PANIC,
        &expect![[r#"
            started: GET /people?page=2 HTTP/1.1
            started, the second receiver
            exception: GET /people?page=2 the response is a 500
            on_error: receiver `web::receivers::first_exception` (tests/web/receivers.rs) panicked on `got_request_exception`: oh exception
            exception, the second receiver
            500 Internal Server Error
            the body is dropped
            finished: GET /people?page=2 Some(500) nl
            on_error: receiver `web::receivers::first_finished` (tests/web/receivers.rs) panicked on `request_finished`: oh end
            finished, the second receiver
        "#]],
    );
}

#[test]
fn rule_52_an_error_handler_that_panics_while_another_panic_unwinds_does_not_end_the_program() {
    let _alone = Alone::new();
    EXCEPTION.store(PANIC, Ordering::Relaxed);
    FINISHED.store(PANIC, Ordering::Relaxed);
    let layer = RequestSignalsLayer::new().on_error(|_| panic!("in the error handler"));
    let handler = async |_: Request<()>| -> Answer { Ok(Response::new(frames(1, Then::End))) };
    let mut service = layer.layer(Handler(handler));
    let Ok(response) = now(service.call(request()));
    LOG.take();
    panics(move || {
        let _body = response.into_body();
        panic!("of the server");
    });
    LOG.is(&expect![[r"
        the body is dropped
        finished: GET /people?page=2 Some(200) nl
        finished, the second receiver
        caught: of the server
    "]]);
}

#[test]
fn rule_52_a_request_is_served_when_what_a_panic_throws_panics_as_well() {
    let _alone = Alone::new();
    EXCEPTION.store(BOMB, Ordering::Relaxed);
    FINISHED.store(BOMB, Ordering::Relaxed);
    let layer = RequestSignalsLayer::new().on_error(|_| std::panic::panic_any(Bomb));
    let handler =
        async |_: Request<()>| -> Answer { Ok(response(StatusCode::INTERNAL_SERVER_ERROR, frames(0, Then::End))) };
    let mut service = layer.layer(Handler(handler));
    let Ok(response) = now(service.call(request()));
    LOG.note(response.status());
    drop(response);
    LOG.is(&expect![[r"
        started: GET /people?page=2 HTTP/1.1
        started, the second receiver
        exception: GET /people?page=2 the response is a 500
        exception, the second receiver
        500 Internal Server Error
        the body is dropped
        finished: GET /people?page=2 Some(500) nl
        finished, the second receiver
    "]]);
}
