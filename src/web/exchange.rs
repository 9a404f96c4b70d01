//! One request, from `request_started` to `request_finished`.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::Instant;

use http::request::Parts;
use http::{Extensions, Method, Response, StatusCode, Uri};
use signals_core::__private::synchronous::send_reporting;
use signals_core::__private::{discard, panic_message};

use super::{Exception, GotRequestException, RequestFinished, RequestStarted};
use crate::report::{ErrorHandler, report};

/// A request that receivers hear of. It goes from the service to the future and on to the body, and whoever drops it has ended
/// the request: `request_finished` is sent by its `Drop`, and hence exactly once, whatever ends the request.
pub(super) struct Exchange {
    method: Method,
    uri: Uri,
    began: Instant,
    status: Option<StatusCode>,
    locals: Extensions,
    on_error: ErrorHandler,
}

/// What the receivers of `request_started` say.
pub(super) enum Verdict {
    Serve,
    Refuse,
}

impl Exchange {
    /// Whether anybody wants to know of this request: three loads.
    pub(super) fn is_received() -> bool {
        RequestStarted::SIGNAL.has_receivers()
            || RequestFinished::SIGNAL.has_receivers()
            || GotRequestException::SIGNAL.has_receivers()
    }

    pub(super) fn new(parts: &Parts, on_error: &ErrorHandler) -> Self {
        Self {
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            began: Instant::now(),
            status: None,
            locals: Extensions::new(),
            on_error: Arc::clone(on_error),
        }
    }

    /// Sends `request_started`. A panic goes on unwinding, as everywhere.
    pub(super) fn start(&mut self, parts: &mut Parts) -> Verdict {
        let started = RequestStarted {
            method: &parts.method,
            uri: &parts.uri,
            version: parts.version,
            headers: &parts.headers,
            extensions: &mut parts.extensions,
            locals: &mut self.locals,
        };
        match catch_unwind(AssertUnwindSafe(|| started.send())) {
            Ok(Ok(())) => Verdict::Serve,
            Ok(Err(error)) => {
                let error = error.into();
                report(&self.on_error, &error);
                self.tell(Exception::Receiver(&error));
                discard(error);
                Verdict::Refuse
            }
            Err(panic) => {
                self.tell(Exception::Panic(panic_message(&*panic)));
                resume_unwind(panic)
            }
        }
    }

    /// Notes the head of the response.
    pub(super) fn answered<B>(&mut self, response: &Response<B>) {
        self.status = Some(response.status());
        if response.status() == StatusCode::INTERNAL_SERVER_ERROR {
            self.tell(Exception::Response { extensions: response.extensions() });
        }
    }

    /// Notes that a response was made for a request that was refused, which receivers have been told of.
    pub(super) fn refused(&mut self) {
        self.status = Some(StatusCode::INTERNAL_SERVER_ERROR);
    }

    /// Sends `got_request_exception`.
    pub(super) fn tell(&mut self, exception: Exception<'_>) {
        let Self { method, uri, locals, on_error, .. } = self;
        send_reporting(GotRequestException::SIGNAL, GotRequestException { method, uri, exception, locals }, |error| {
            report(on_error, &error.into());
        });
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let Self { method, uri, began, status, locals, on_error } = self;
        let finished = RequestFinished { method, uri, status: *status, elapsed: began.elapsed(), locals };
        send_reporting(RequestFinished::SIGNAL, finished, |error| report(on_error, &error.into()));
    }
}

/// Does a part of the request. If it panics, the request is over before the panic goes on: whoever catches it may keep what is
/// left of the request for long.
pub(super) fn watch<T>(exchange: &mut Option<Exchange>, part: impl FnOnce() -> T) -> T {
    if exchange.is_none() {
        return part();
    }
    // Nobody sees what the panic left behind: it goes on.
    catch_unwind(AssertUnwindSafe(part)).unwrap_or_else(|panic| {
        if let Some(mut exchange) = exchange.take() {
            exchange.tell(Exception::Panic(panic_message(&*panic)));
        }
        resume_unwind(panic)
    })
}
