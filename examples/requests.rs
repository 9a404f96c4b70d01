//! Signals of requests: a server of axum, its receivers, and a client that hangs up.
//!
//! `cargo run --example requests --features web`

use std::convert::Infallible;
use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Extensions, HeaderMap, Method, StatusCode, Uri};
use axum::response::IntoResponse;
use axum::routing::get;
use axum::{Extension, Router};
use http_body::Frame;
use signals::prelude::*;
use signals::web::{Exception, RequestFinished, RequestSignalsLayer};
use signals::web::{got_request_exception, request_finished, request_started};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The client, as the first receiver identifies it for the handlers and the other receivers.
#[derive(Clone)]
struct Client(String);

#[receiver(request_started)]
fn identify(
    headers: &HeaderMap,
    extensions: &mut Extensions,
    locals: &mut Extensions,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let name = headers.get("user-agent").ok_or("a request needs a user agent")?.to_str()?;
    let client = Client(name.to_owned());
    extensions.insert(client.clone());
    locals.insert(client);
    Ok(())
}

#[receiver(request_started, after = identify)]
fn started(method: &Method, uri: &Uri) {
    println!("   request_started: {method} {uri}");
}

#[receiver(got_request_exception)]
fn report(exception: &Exception<'_>) {
    println!("   got_request_exception: {exception}");
    if let Exception::Response { extensions, .. } = exception
        && let Some(Failure(error)) = extensions.get()
    {
        println!("      because {error}");
    }
}

#[receiver(request_finished)]
fn finished(uri: &Uri, status: Option<StatusCode>, locals: &Extensions) {
    let client = locals.get().map_or("an unknown client", |Client(name)| name);
    println!("   request_finished: {uri} for {client}, {status:?}");
}

/// The error of a 500, which the handler passes to `got_request_exception`.
#[derive(Clone)]
struct Failure(Arc<std::io::Error>);

async fn hello(Extension(Client(name)): Extension<Client>) -> String {
    format!("hello {name}")
}

async fn broken() -> impl IntoResponse {
    let error = std::io::Error::other("the disk is full");
    (StatusCode::INTERNAL_SERVER_ERROR, Extension(Failure(Arc::new(error))), "try again later")
}

/// A body without an end.
struct Endless;

impl HttpBody for Endless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_static(&[b'.'; 1024])))))
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error + Send + Sync>> {
    let app = Router::new()
        .route("/", get(hello))
        .route("/broken", get(broken))
        .route("/endless", get(async || Body::new(Endless)))
        .layer(RequestSignalsLayer::new().on_error(|error| println!("   on_error: {error}")));
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = tokio::spawn(async { axum::serve(listener, app).await });

    // A receiver that is connected at run time, to wait for the end of a request whose client hangs up.
    let (over, mut is_over) = tokio::sync::mpsc::unbounded_channel();
    let guard = RequestFinished::SIGNAL.connect_scoped(move |_| {
        let _ = over.send(());
    });

    let requests = [
        ("1. a response", "/", "User-Agent: ann"),
        ("2. a 500", "/broken", "User-Agent: bob"),
        ("3. a receiver of request_started refuses", "/", "Accept: */*"),
        ("4. the client hangs up in the middle of the body", "/endless", "User-Agent: eve"),
    ];
    for (title, path, header) in requests {
        println!("{title}");
        let mut client = TcpStream::connect(address).await?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}\r\n\r\n");
        client.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        client.take(4096).read_to_end(&mut answer).await?;
        let answer = String::from_utf8_lossy(&answer);
        println!("   the client reads: {}", answer.lines().next().unwrap_or_default());
        is_over.recv().await;
    }
    drop(guard);
    server.abort();
    Ok(())
}
