//! One request, from `request_started` to `request_finished`.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::Instant;

use http::request::Parts;
use http::{Extensions, Method, Response, StatusCode, Uri};
use signals_core::__private::synchronous::send_reporting;
use signals_core::__private::{discard, panic_message};
use signals_core::Context;

use super::{Exception, GotRequestException, RequestFinished, RequestStarted};
use crate::report::{ErrorHandler, report};

/// A request with receivers. The service passes it to the future, and the future passes it to the body. Its `Drop` sends
/// `request_finished`, so that the signal is sent exactly once, whatever ends the request.
pub(super) struct Exchange {
    method: Method,
    uri: Uri,
    began: Instant,
    status: Option<StatusCode>,
    locals: Extensions,
    context: Context,
    on_error: ErrorHandler,
}

/// What the receivers of `request_started` decide.
pub(super) enum Verdict {
    Serve,
    Refuse,
}

impl Exchange {
    /// Whether any of the three signals has receivers. It costs three loads.
    pub(super) fn is_received() -> bool {
        RequestStarted::SIGNAL.has_receivers()
            || RequestFinished::SIGNAL.has_receivers()
            || GotRequestException::SIGNAL.has_receivers()
    }

    pub(super) fn new(parts: &Parts, context: Context, on_error: &ErrorHandler) -> Self {
        Self {
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            began: Instant::now(),
            status: None,
            locals: Extensions::new(),
            context,
            on_error: Arc::clone(on_error),
        }
    }

    /// Sends `request_started`. A panic unwinds, as everywhere.
    pub(super) fn start(&mut self, parts: &mut Parts) -> Verdict {
        let started = RequestStarted {
            method: &parts.method,
            uri: &parts.uri,
            version: parts.version,
            headers: &parts.headers,
            extensions: &mut parts.extensions,
            locals: &mut self.locals,
            context: &self.context,
        };
        match catch_unwind(AssertUnwindSafe(|| started.send())) {
            Ok(Ok(())) => Verdict::Serve,
            Ok(Err(error)) => {
                let error = error.into();
                report(&self.on_error, &error);
                self.send_exception(Exception::Receiver(&error));
                discard(error);
                Verdict::Refuse
            }
            Err(panic) => {
                self.send_exception(Exception::Panic(panic_message(&*panic)));
                resume_unwind(panic)
            }
        }
    }

    /// Stores the status of the response.
    pub(super) fn answered<B>(&mut self, response: &Response<B>) {
        self.status = Some(response.status());
        if response.status() == StatusCode::INTERNAL_SERVER_ERROR {
            self.send_exception(Exception::Response { extensions: response.extensions() });
        }
    }

    /// Stores the status of a refused request. Receivers of `got_request_exception` have been called already.
    pub(super) fn refused(&mut self) {
        self.status = Some(StatusCode::INTERNAL_SERVER_ERROR);
    }

    /// Sends `got_request_exception`.
    pub(super) fn send_exception(&mut self, exception: Exception<'_>) {
        let Self { method, uri, locals, context, on_error, .. } = self;
        send_reporting(
            GotRequestException::SIGNAL.state(),
            GotRequestException { method, uri, exception, locals, context },
            |error| {
                report(on_error, &error.into());
            },
        );
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let Self { method, uri, began, status, locals, context, on_error } = self;
        let finished = RequestFinished { method, uri, status: *status, elapsed: began.elapsed(), locals, context };
        send_reporting(RequestFinished::SIGNAL.state(), finished, |error| report(on_error, &error.into()));
    }
}

/// Runs a part of the request. If it panics, the request ends before the panic unwinds further, because code that catches the
/// panic may keep the rest of the request for a long time.
pub(super) fn watch<T>(exchange: &mut Option<Exchange>, part: impl FnOnce() -> T) -> T {
    if exchange.is_none() {
        return part();
    }
    // The panic is resumed, so that the state that it left is never observed.
    catch_unwind(AssertUnwindSafe(part)).unwrap_or_else(|panic| {
        if let Some(mut exchange) = exchange.take() {
            exchange.send_exception(Exception::Panic(panic_message(&*panic)));
        }
        resume_unwind(panic)
    })
}
