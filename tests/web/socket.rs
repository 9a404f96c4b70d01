//! From end to end: a server of axum, and clients that hang up.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use axum::routing::get;
use expect_test::expect;
use http::StatusCode;
use http_body::{Body, Frame};
use signals::web::{RequestFinished, RequestSignalsLayer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::failure::TestResult;
use crate::receivers::{Alone, LOG};

/// A body that has always more.
struct Endless;

impl Body for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'.'; 1024])))))
    }
}

/// The first line of what a client reads, which hangs up when it has read enough.
async fn ask(address: SocketAddr, path: &str) -> String {
    let mut client = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    client.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    client.take(4096).read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    answer.lines().next().unwrap_or("nothing").to_owned()
}

#[tokio::test]
async fn rule_52_with_axum_over_a_socket() -> TestResult {
    let _alone = Alone::wait().await;
    let app = axum::Router::new()
        .route("/", get(async || "hello"))
        .route("/broken", get(async || StatusCode::INTERNAL_SERVER_ERROR))
        .route("/panic", get(async || -> StatusCode { panic!("in the handler") }))
        .route("/endless", get(async || axum::body::Body::new(Endless)))
        .route("/never", get(std::future::pending::<StatusCode>))
        .layer(RequestSignalsLayer::new());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(async { axum::serve(listener, app).await });

    // It is called after those that are linked: a request whose end it is called for is over.
    let (over, mut is_over) = mpsc::unbounded_channel();
    let _guard = RequestFinished::SIGNAL.connect_scoped(move |_| {
        let _ = over.send(());
    });
    for path in ["/", "/nowhere", "/broken", "/panic", "/endless"] {
        let line = ask(address, path).await;
        is_over.recv().await.unwrap();
        LOG.note(format!("the client reads: {line}"));
    }
    // Nothing comes, and the client goes away.
    let mut client = TcpStream::connect(address).await?;
    client.write_all(b"GET /never HTTP/1.1\r\nHost: localhost\r\n\r\n").await?;
    while !LOG.lines().iter().any(|line| line.contains("/never")) {
        tokio::task::yield_now().await;
    }
    drop(client);
    is_over.recv().await.unwrap();
    server.abort();
    assert!(is_over.try_recv().is_err());
    LOG.is(&expect![[r#"
        started: GET / HTTP/1.1
        started, the second receiver
        finished: GET / Some(200) no language
        finished, the second receiver
        the client reads: HTTP/1.1 200 OK
        started: GET /nowhere HTTP/1.1
        started, the second receiver
        finished: GET /nowhere Some(404) no language
        finished, the second receiver
        the client reads: HTTP/1.1 404 Not Found
        started: GET /broken HTTP/1.1
        started, the second receiver
        exception: GET /broken the response is a 500
        exception, the second receiver
        finished: GET /broken Some(500) no language
        finished, the second receiver
        the client reads: HTTP/1.1 500 Internal Server Error
        started: GET /panic HTTP/1.1
        started, the second receiver
        exception: GET /panic panicked: in the handler
        exception, the second receiver
        finished: GET /panic None no language
        finished, the second receiver
        the client reads: nothing
        started: GET /endless HTTP/1.1
        started, the second receiver
        finished: GET /endless Some(200) no language
        finished, the second receiver
        the client reads: HTTP/1.1 200 OK
        started: GET /never HTTP/1.1
        started, the second receiver
        finished: GET /never None no language
        finished, the second receiver
    "#]]);
    Ok(())
}
