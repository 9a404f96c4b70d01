//! The payloads of the three signals of a request.

use std::fmt;
use std::time::Duration;

use http::{Extensions, HeaderMap, Method, StatusCode, Uri, Version};
use signals_core::Context;
use signals_macros::signal;

pub use self::GotRequestException as got_request_exception;
pub use self::RequestFinished as request_finished;
pub use self::RequestStarted as request_started;

use crate::error::Error;

/// Sent for each request before the service is called. Receivers name it as in Django, `#[receiver(request_started)]`.
///
/// An error refuses the request: the client gets a 500 without a body, and the service is not called.
///
/// ```rust,standalone_crate
/// use axum::http::{Extensions, HeaderMap};
/// use signals::prelude::*;
/// use signals::web::{request_finished, request_started};
///
/// #[derive(Clone)]
/// struct Language(String);
///
/// /// Handlers find it in the extensions, receivers of `request_finished` in `locals`.
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
    /// The requested URI.
    pub uri: &'a Uri,
    /// The version of HTTP.
    pub version: Version,
    /// The headers. The `Debug` of this payload leaves them out, because they may contain cookies and passwords.
    pub headers: &'a HeaderMap,
    /// The extensions of the request, from the server and outer layers. Handlers find the values that are inserted here.
    pub extensions: &'a mut Extensions,
    /// Values that receivers store for later receivers of this request.
    pub locals: &'a mut Extensions,
    /// The context of the request, which is empty without [`RequestSignalsLayer::with`](super::RequestSignalsLayer::with).
    pub context: &'a Context,
}

/// Sent when a request becomes a 500, and when its handler panics. Receivers name it as in Django,
/// `#[receiver(got_request_exception)]`.
///
/// All receivers are called, and none of them can change the response: their errors and panics are reported to
/// [`on_error`](super::RequestSignalsLayer::on_error).
///
/// ```rust,standalone_crate
/// use axum::http::{Method, Uri};
/// use signals::prelude::*;
/// use signals::web::got_request_exception;
/// use signals::web::Exception;
///
/// #[receiver(got_request_exception)]
/// fn log_failure(method: &Method, uri: &Uri, exception: &Exception<'_>) {
///     eprintln!("{method} {uri}: {exception}");
/// }
/// ```
#[signal(name = "got_request_exception", crate = crate)]
#[derive(Debug)]
#[non_exhaustive]
pub struct GotRequestException<'a> {
    /// GET, POST and so on.
    pub method: &'a Method,
    /// The requested URI.
    pub uri: &'a Uri,
    /// What happened.
    pub exception: Exception<'a>,
    /// Values that receivers store for later receivers of this request.
    pub locals: &'a mut Extensions,
    /// The context of the request, which is empty without [`RequestSignalsLayer::with`](super::RequestSignalsLayer::with).
    pub context: &'a Context,
}

/// Sent once per request, after the body of the response has ended or was dropped, or when there will be no response.
/// Receivers name it as in Django, `#[receiver(request_finished)]`.
///
/// The body, or the future of the response, is dropped before the signal is sent, so that its resources are free. The exception
/// is a body or future that panicked: it is dropped by the code that catches the panic. All receivers are called; their errors
/// and panics are reported to [`on_error`](super::RequestSignalsLayer::on_error).
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
    /// The requested URI.
    pub uri: &'a Uri,
    /// The status of the response. `None` if there was no response, because the service failed or panicked, or because the client
    /// disconnected first.
    pub status: Option<StatusCode>,
    /// The time since `request_started`, including the time in which the body was sent.
    pub elapsed: Duration,
    /// Values that receivers store for later receivers of this request.
    pub locals: &'a mut Extensions,
    /// The context of the request, which is empty without [`RequestSignalsLayer::with`](super::RequestSignalsLayer::with).
    pub context: &'a Context,
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
    /// The service returned an error. It need not implement `std::error::Error`, since a boxed error does not. Services of axum
    /// return no errors.
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
