//! What is sent when, and that the end is sent once.

use std::task::{Context, Waker};

use expect_test::expect;
use http::{Request, StatusCode};
use http_body::Body;
use tower_service::Service;

use crate::handler::{Answer, Then, body, frames, layered, next, now, request, response};
use crate::receivers::{Alone, LOG, Language};

#[test]
fn rule_52_started_is_sent_before_the_handler_and_finished_after_the_body() {
    let _alone = Alone::new();
    let mut service = layered(async |request: Request<()>| -> Answer {
        let Language(language) = request.extensions().get().unwrap();
        LOG.note(format!("the handler answers in {language}"));
        Ok(response(StatusCode::OK, frames(2, Then::End)))
    });
    let Ok(response) = now(service.call(request()));
    LOG.note("a response");
    let mut body = response.into_body();
    assert_eq!(body.size_hint().exact(), Some(10));
    while next(&mut body).is_some() {}
    LOG.note("the body has ended");
    // It has been sent, and is not sent once more.
    assert!(body.is_end_stream());
    assert!(next(&mut body).is_none());
    drop(body);
    LOG.is(&expect![[r"
        started: GET /people?page=2 HTTP/1.1
        started, the second receiver
        the handler answers in nl
        a response
        a frame
        a frame
        the body is dropped
        finished: GET /people?page=2 Some(200) nl
        finished, the second receiver
        the body has ended
    "]]);
}

#[test]
fn rule_52_finished_is_sent_when_the_body_is_dropped() {
    let _alone = Alone::new();
    let expected = expect![[r"
        started: GET /people?page=2 HTTP/1.1
        started, the second receiver
        a frame
        dropped half-way
        the body is dropped
        finished: GET /people?page=2 Some(200) nl
        finished, the second receiver
        started: GET /people?page=2 HTTP/1.1
        started, the second receiver
        dropped unread
        the body is dropped
        finished: GET /people?page=2 Some(200) nl
        finished, the second receiver
    "]];
    let mut half = body(|| frames(2, Then::End));
    assert!(next(&mut half).is_some());
    LOG.note("dropped half-way");
    drop(half);

    let unread = body(|| frames(2, Then::End));
    LOG.note("dropped unread");
    drop(unread);
    LOG.is(&expected);
}

#[test]
fn rule_52_finished_is_sent_when_there_will_be_no_response() {
    let _alone = Alone::new();
    let mut service = layered(async |_| {
        let _held = frames(0, Then::End);
        std::future::pending::<Answer>().await
    });
    let mut waits = Box::pin(service.call(request()));
    assert!(waits.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    LOG.note("the client goes away");
    drop(waits);
    LOG.is(&expect![[r"
        started: GET /people?page=2 HTTP/1.1
        started, the second receiver
        the client goes away
        the body is dropped
        finished: GET /people?page=2 None nl
        finished, the second receiver
    "]]);

    drop(service.call(request()));
    LOG.is(&expect![[r"
        started: GET /people?page=2 HTTP/1.1
        started, the second receiver
        finished: GET /people?page=2 None nl
        finished, the second receiver
    "]]);
}
