//! The signals of requests: a layer of tower that sends `request_started`, `got_request_exception` and `request_finished`.
//!
//! [`RequestSignalsLayer`] goes round a service of `http` requests, such as a router of axum. It knows no database, no model and
//! no framework.
//!
//! | signal | when | carries |
//! |---|---|---|
//! | [`request_started`](RequestStarted) | before the service is called, so before the body is read | `method`, `uri`, `version`, `headers`, `extensions: &mut Extensions`, `locals` |
//! | [`got_request_exception`](GotRequestException) | when a request becomes a 500, and when its handler panics | `method`, `uri`, `exception: &Exception`, `locals` |
//! | [`request_finished`](RequestFinished) | once per request, after the body of the response has ended or was dropped | `method`, `uri`, `status: Option<StatusCode>`, `elapsed: Duration`, `locals` |
//!
//! They come in this order. `locals: &mut Extensions` is empty at first and lives as long as the request: it is where its
//! receivers leave values for one another.
//!
//! ```rust,standalone_crate
//! use std::time::Duration;
//!
//! use axum::http::{Method, StatusCode, Uri};
//! use axum::routing::get;
//! use signals::prelude::*;
//! use signals::web::{got_request_exception, request_finished};
//! use signals::web::{Exception, RequestSignalsLayer};
//!
//! #[receiver(request_finished)]
//! fn log(method: &Method, uri: &Uri, status: Option<StatusCode>, elapsed: Duration) {
//!     println!("{method} {uri}: {status:?} in {elapsed:?}");
//! }
//!
//! #[receiver(got_request_exception)]
//! fn tell_somebody(method: &Method, uri: &Uri, exception: &Exception<'_>) {
//!     println!("{method} {uri}: {exception}");
//! }
//!
//! let app: axum::Router = axum::Router::new()
//!     .route("/", get(async || "hello"))
//!     .layer(RequestSignalsLayer::new());
//! ```
//!
//! # They are synchronous
//!
//! A client that hangs up drops the response, and the only place to send `request_finished` from is then a `Drop`, which cannot
//! wait. The other two are like it, as they are in Django, so that the service needs no copy of itself and its future no box. A
//! receiver runs on the thread that serves the request: it is to be short, and hands what takes long to a task or a channel.
//!
//! # What fails
//!
//! | what | becomes |
//! |---|---|
//! | a response with status 500 | `got_request_exception`, and goes on to the client. Other statuses are answers and no exceptions, 503 too |
//! | an error of the service | `got_request_exception`, `request_finished`, and goes on as it is. One of its `poll_ready` belongs to no request, and only goes on |
//! | a panic of the service or of the body | `got_request_exception`, `request_finished`, and goes on unwinding. Who wants a 500 puts a layer that catches panics inside of this one |
//! | an error of the body | nothing: its status has been sent. `request_finished` follows as always |
//! | an error of a receiver of `request_started` | a 500 without a body; the service is not called. `got_request_exception`, `request_finished`, and [`on_error`](RequestSignalsLayer::on_error) |
//! | a panic of such a receiver | as one of the service |
//! | an error or panic of a receiver of the other two | [`on_error`](RequestSignalsLayer::on_error): nobody waits for it. The other receivers run |
//!
//! # What it costs
//!
//! Without any receiver, three atomic loads. With receivers, also a copy of the method and the URI, which share their text with those
//! that hyper reads. Neither allocates; a receiver that fails does.

mod body;
mod exchange;
mod future;
mod layer;
mod service;
mod signals;

pub use self::body::ResponseBody;
pub use self::future::ResponseFuture;
pub use self::layer::RequestSignalsLayer;
pub use self::service::RequestSignals;
pub use self::signals::{
    Exception, GotRequestException, RequestFinished, RequestStarted, got_request_exception, request_finished,
    request_started,
};
