//! The signals of requests: a layer of tower that sends `request_started`, `got_request_exception` and `request_finished`.
//!
//! [`RequestSignalsLayer`] wraps a service of `http` requests, such as a router of axum. It does not depend on a database, on
//! models or on a framework.
//!
//! | signal | when | carries |
//! |---|---|---|
//! | [`request_started`](RequestStarted) | before the service is called, and thus before the body is read | `method`, `uri`, `version`, `headers`, `extensions: &mut Extensions`, `locals` |
//! | [`got_request_exception`](GotRequestException) | when a request becomes a 500, and when its handler panics | `method`, `uri`, `exception: &Exception`, `locals` |
//! | [`request_finished`](RequestFinished) | once per request, after the body of the response has ended or was dropped | `method`, `uri`, `status: Option<StatusCode>`, `elapsed: Duration`, `locals` |
//!
//! Each also has `context: &Context`, and lends its values to parameters with `#[context]`: see [below](#the-context-of-a-request).
//!
//! They are sent in this order. `locals: &mut Extensions` is empty at first and lives as long as the request: receivers store
//! values there for later receivers.
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
//! fn log_failure(method: &Method, uri: &Uri, exception: &Exception<'_>) {
//!     println!("{method} {uri}: {exception}");
//! }
//!
//! let app: axum::Router = axum::Router::new()
//!     .route("/", get(async || "hello"))
//!     .layer(RequestSignalsLayer::new());
//! ```
//!
//! # The context of a request
//!
//! [`RequestSignalsLayer::with`] gives each request a [`Context`](crate::Context) with the values of the application, a [`RequestInfo`] and, once
//! the user of the session has been read, an `Actor` of `signals::auth`. With the feature `axum`, a handler takes a `Db` with this context as a
//! parameter. What it saves, and what its receivers save in turn, then knows the request and the user, also after the request has ended.
//!
//! ```rust,standalone_crate
//! # #[cfg(feature = "axum")] mod application {
//! use axum::routing::post;
//! use signals::prelude::*;
//! use signals::web::{Exception, RequestInfo, RequestSignalsLayer, got_request_exception};
//!
//! #[model]
//! #[derive(Debug, Default)]
//! struct Order {
//!     #[key]
//!     id: Id<Order>,
//! }
//!
//! #[receiver(post_save, sender = Order)]
//! fn audit(instance: &Order, #[context] request: Option<&RequestInfo>) {
//!     println!("order {}: {request:?}", instance.id);
//! }
//!
//! /// A handler: its `Db` has the context of the request.
//! async fn create(db: Db) -> Result<String> {
//!     let mut order = Order::default();
//!     order.save(&db).await?;
//!     Ok(order.id.to_string())
//! }
//!
//! /// The signals of requests are synchronous: what needs the database becomes a task.
//! #[receiver(got_request_exception)]
//! fn store(exception: &Exception<'_>, #[context] db: &Db, context: &signals::Context) {
//!     let (db, failure) = (db.with_context(context), exception.to_string());
//!     tokio::spawn(async move { db.execute("INSERT INTO failures VALUES (?)", &(failure,)).await });
//! }
//!
//! # pub
//! fn app(db: Db) -> axum::Router {
//!     axum::Router::new().route("/orders", post(create)).layer(RequestSignalsLayer::new().with(db))
//! }
//! # }
//! ```
//!
//! # They are synchronous
//!
//! When a client disconnects, the response is dropped, and `request_finished` can only be sent from a `Drop`, which cannot await.
//! The other two signals are synchronous too, as in Django, so that the service need not be cloned and its future need not be
//! boxed. A receiver runs on the thread that serves the request. It must be short: pass longer work to a task or a channel.
//!
//! # What fails
//!
//! | what fails | consequence |
//! |---|---|
//! | the response has status 500 | `got_request_exception` is sent, and the client gets the response. Other statuses, such as 503, are not exceptions |
//! | the service returns an error | `got_request_exception` and `request_finished` are sent, and the error is returned unchanged. An error of `poll_ready` belongs to no request and is only returned |
//! | the service or the body panics | `got_request_exception` and `request_finished` are sent, and the panic unwinds. For a 500, add a layer that catches panics inside this one |
//! | the body returns an error | no signal is sent for it, because the status has been sent already. `request_finished` is sent as usual |
//! | a receiver of `request_started` returns an error | the client gets a 500 without a body, and the service is not called. `got_request_exception` and `request_finished` are sent, and [`on_error`](RequestSignalsLayer::on_error) is called |
//! | a receiver of `request_started` panics | as for a panic of the service |
//! | a receiver of another signal returns an error or panics | [`on_error`](RequestSignalsLayer::on_error) is called, since no caller waits for the result. The other receivers are called |
//!
//! # What it costs
//!
//! Without receivers, three atomic loads. With receivers, also a copy of the method and the URI, which share their buffers with
//! the originals that hyper reads. Neither allocates; only a failing receiver does, and the context of a request, if there is one.

mod body;
mod exchange;
mod future;
mod layer;
mod request_info;
mod service;
mod signals;

pub use self::body::ResponseBody;
pub use self::future::ResponseFuture;
pub use self::layer::RequestSignalsLayer;
pub use self::request_info::RequestInfo;
pub use self::service::RequestSignals;
pub use self::signals::{
    Exception, GotRequestException, RequestFinished, RequestStarted, got_request_exception, request_finished,
    request_started,
};
