//! What the three signals of a request carry.

use std::fmt;
use std::time::Duration;

use http::{Extensions, HeaderMap, Method, StatusCode, Uri, Version};
use signals_macros::signal;

pub use self::GotRequestException as got_request_exception;
pub use self::RequestFinished as request_finished;
pub use self::RequestStarted as request_started;

use crate::error::Error;

/// Sent for each request before it is handed to the service. Receivers write it as in Django, `#[receiver(request_started)]`.
///
/// An error refuses the request: the client is answered with a 500 without a body, and the service is not called.
///
/// ```rust,standalone_crate
/// use axum::http::{Extensions, HeaderMap};
/// use signals::prelude::*;
/// use signals::web::{request_finished, request_started};
///
/// #[derive(Clone)]
/// struct Language(String);
///
/// /// Handlers have it as an extension, receivers of `request_finished` in their `locals`.
/// #[receiver(request_started)]
/// fn language(headers: &HeaderMap, extensions: &mut Extensions, locals: &mut Extensions) -> Result<(), axum::http::header::ToStrError> {
///     if let Some(header) = headers.get("accept-language") {
///         let language = Language(header.to_str()?.to_owned());
///         extensions.insert(language.clone());
///         locals.insert(language);
///     }
///     Ok(())
/// }
/// ```
#[signal(name = "request_started", crate = crate)]
#[non_exhaustive]
pub struct RequestStarted<'a> {
    /// GET, POST and so on.
    pub method: &'a Method,
    /// What is asked for.
    pub uri: &'a Uri,
    /// The version of HTTP.
    pub version: Version,
    /// The headers. The `Debug` of this payload leaves them out: they may have cookies and passwords.
    pub headers: &'a HeaderMap,
    /// What the server and outer layers know of the request. What is inserted here is there for the handler.
    pub extensions: &'a mut Extensions,
    /// What receivers leave for the other receivers of this request.
    pub locals: &'a mut Extensions,
}

/// Sent when a request becomes a 500, and when its handler panics. Receivers write it as in Django,
/// `#[receiver(got_request_exception)]`.
///
/// All receivers run, and none of them changes what becomes of the request: their errors and panics go to
/// [`on_error`](super::RequestSignalsLayer::on_error).
///
/// ```rust,standalone_crate
/// use axum::http::{Method, Uri};
/// use signals::prelude::*;
/// use signals::web::got_request_exception;
/// use signals::web::Exception;
///
/// #[receiver(got_request_exception)]
/// fn tell_somebody(method: &Method, uri: &Uri, exception: &Exception<'_>) {
///     eprintln!("{method} {uri}: {exception}");
/// }
/// ```
#[signal(name = "got_request_exception", crate = crate)]
#[derive(Debug)]
#[non_exhaustive]
pub struct GotRequestException<'a> {
    /// GET, POST and so on.
    pub method: &'a Method,
    /// What was asked for.
    pub uri: &'a Uri,
    /// What happened.
    pub exception: Exception<'a>,
    /// What receivers leave for the other receivers of this request.
    pub locals: &'a mut Extensions,
}

/// Sent once per request when all is over: the body of the response has ended or was dropped, or there will be no response.
/// Receivers write it as in Django, `#[receiver(request_finished)]`.
///
/// The body, or the future that would have been the response, is dropped before: what it held is free again. Only if it panicked is
/// that for whoever catches the panic. All receivers run; their errors and panics go to
/// [`on_error`](super::RequestSignalsLayer::on_error).
///
/// ```rust,standalone_crate
/// use std::time::Duration;
///
/// use axum::http::{StatusCode, Uri};
/// use signals::prelude::*;
/// use signals::web::request_finished;
///
/// #[receiver(request_finished)]
/// fn slow(uri: &Uri, status: Option<StatusCode>, elapsed: Duration) {
///     if elapsed > Duration::from_secs(1) {
///         eprintln!("{uri} took {elapsed:?}: {status:?}");
///     }
/// }
/// ```
#[signal(name = "request_finished", crate = crate)]
#[derive(Debug)]
#[non_exhaustive]
pub struct RequestFinished<'a> {
    /// GET, POST and so on.
    pub method: &'a Method,
    /// What was asked for.
    pub uri: &'a Uri,
    /// The status of the response; `None` if there was none, because the service failed or panicked, or because the client went
    /// away before.
    pub status: Option<StatusCode>,
    /// The time since `request_started`, with that in which the body was sent.
    pub elapsed: Duration,
    /// What receivers leave for the other receivers of this request.
    pub locals: &'a mut Extensions,
}

/// Why a request became a 500, or ended without a response. `{}` prints it.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Exception<'a> {
    /// The service answered with status 500.
    #[non_exhaustive]
    Response {
        /// The extensions of the response: a handler that turns its error into a 500 can leave the error here.
        extensions: &'a Extensions,
    },
    /// The service failed. It need be no `std::error::Error`, because a boxed one is none. Services of axum do not fail.
    Service(&'a (dyn fmt::Display + Sync)),
    /// The service, the body or a receiver of `request_started` panicked, with this message.
    Panic(&'a str),
    /// A receiver of `request_started` refused the request, or its receivers could not be called.
    Receiver(&'a Error),
}

impl fmt::Debug for RequestStarted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestStarted")
            .field("method", &self.method)
            .field("uri", &self.uri)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Exception<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Response { .. } => f.write_str("the response is a 500"),
            Self::Service(error) => error.fmt(f),
            Self::Panic(message) => write!(f, "panicked: {message}"),
            Self::Receiver(error) => error.fmt(f),
        }
    }
}

impl fmt::Debug for Exception<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Response { extensions } => f.debug_struct("Response").field("extensions", extensions).finish(),
            Self::Service(error) => f.debug_tuple("Service").field(&format_args!("{error}")).finish(),
            Self::Panic(message) => f.debug_tuple("Panic").field(message).finish(),
            Self::Receiver(error) => f.debug_tuple("Receiver").field(error).finish(),
        }
    }
}
