//! The receivers: what they hear is in the log, and what the first of each signal does is for a test to say.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use http::{Extensions, HeaderMap, Method, StatusCode, Uri, Version};
use signals::prelude::*;
use signals::web::Exception;
use signals::web::{got_request_exception, request_finished, request_started};
use tokio::sync::{Mutex, MutexGuard};

use crate::log::Log;

pub(crate) static LOG: Log = Log::new();

/// What the first receiver of each signal does, as one of the constants below.
pub(crate) static STARTED: AtomicU32 = AtomicU32::new(NOTE);
pub(crate) static EXCEPTION: AtomicU32 = AtomicU32::new(NOTE);
pub(crate) static FINISHED: AtomicU32 = AtomicU32::new(NOTE);
pub(crate) const NOTE: u32 = 0;
pub(crate) const FAIL: u32 = 1;
pub(crate) const PANIC: u32 = 2;
/// A panic whose payload panics when it is dropped.
pub(crate) const BOMB: u32 = 3;

/// Its `Drop` panics again and again.
pub(crate) struct Bomb;

impl Drop for Bomb {
    fn drop(&mut self) {
        std::panic::panic_any(Self);
    }
}

fn act(what: &AtomicU32, place: &str) -> Result<(), String> {
    match what.load(Ordering::Relaxed) {
        FAIL => Err(format!("no {place}")),
        PANIC => panic!("oh {place}"),
        BOMB => std::panic::panic_any(Bomb),
        _ => Ok(()),
    }
}

/// What the first receiver leaves for the handler and for the others.
#[derive(Clone)]
pub(crate) struct Language(pub(crate) String);

/// What a handler made a 500 of.
#[derive(Clone)]
pub(crate) struct Cause(pub(crate) &'static str);

#[receiver(request_started)]
fn first_started(
    method: &Method,
    uri: &Uri,
    version: Version,
    headers: &HeaderMap,
    extensions: &mut Extensions,
    locals: &mut Extensions,
) -> Result<(), String> {
    LOG.note(format!("started: {method} {uri} {version:?}"));
    if let Some(header) = headers.get("accept-language") {
        let language = Language(header.to_str().unwrap().to_owned());
        extensions.insert(language.clone());
        locals.insert(language);
    }
    act(&STARTED, "start")
}

#[receiver(request_started)]
fn second_started() {
    LOG.note("started, the second receiver");
}

#[receiver(got_request_exception)]
fn first_exception(method: &Method, uri: &Uri, exception: &Exception<'_>) -> Result<(), String> {
    LOG.note(format!("exception: {method} {uri} {exception}"));
    if let Exception::Response { extensions, .. } = exception
        && let Some(Cause(cause)) = extensions.get()
    {
        LOG.note(format!("exception, because {cause}"));
    }
    act(&EXCEPTION, "exception")
}

#[receiver(got_request_exception)]
fn second_exception() {
    LOG.note("exception, the second receiver");
}

#[receiver(request_finished)]
fn first_finished(
    method: &Method,
    uri: &Uri,
    status: Option<StatusCode>,
    elapsed: Duration,
    locals: &Extensions,
) -> Result<(), String> {
    assert!(elapsed < Duration::from_mins(1));
    let language = locals.get().map_or("no language", |Language(language)| language);
    LOG.note(format!("finished: {method} {uri} {status:?} {language}"));
    act(&FINISHED, "end")
}

#[receiver(request_finished)]
fn second_finished() {
    LOG.note("finished, the second receiver");
}

/// The receivers belong to one test at a time.
pub(crate) struct Alone {
    _guard: MutexGuard<'static, ()>,
}

static ONE: Mutex<()> = Mutex::const_new(());

impl Alone {
    pub(crate) fn new() -> Self {
        Self::with(ONE.blocking_lock())
    }

    pub(crate) async fn wait() -> Self {
        Self::with(ONE.lock().await)
    }

    fn with(guard: MutexGuard<'static, ()>) -> Self {
        for what in [&STARTED, &EXCEPTION, &FINISHED] {
            what.store(NOTE, Ordering::Relaxed);
        }
        LOG.take();
        Self { _guard: guard }
    }
}
