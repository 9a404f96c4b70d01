//! What happened, in the order in which it happened.

use std::cell::Cell;
use std::fmt::Display;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use expect_test::Expect;

thread_local! {
    /// The number of the test on this thread, and 0 outside of one.
    static TEST: Cell<u64> = const { Cell::new(0) };
}

/// Another test begins on this thread: logs that it looks into are empty, even if the last test failed.
pub(crate) fn begin_test() {
    static COUNT: AtomicU64 = AtomicU64::new(1);
    TEST.set(COUNT.fetch_add(1, Ordering::Relaxed));
}

/// Lines that receivers write and a test compares.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Lines>);

#[derive(Debug, Default)]
pub(crate) struct Lines {
    test: u64,
    lines: Vec<String>,
}

impl Log {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Lines { test: 0, lines: Vec::new() }))
    }

    pub(crate) fn note(&self, line: impl Display) {
        self.lines().push(line.to_string());
    }

    /// The lines since the last look.
    pub(crate) fn take(&self) -> String {
        let lines = std::mem::take(&mut **self.lines());
        lines.iter().flat_map(|line| [line, "\n"]).collect()
    }

    /// Compares the lines since the last look with what a test expects.
    #[track_caller]
    pub(crate) fn is(&self, expected: &Expect) {
        expected.assert_eq(&without_lines(&self.take()));
    }

    pub(crate) fn lines(&self) -> MutexGuard<'_, Lines> {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let test = TEST.get();
        if test != 0 && std::mem::replace(&mut lines.test, test) != test {
            lines.clear();
        }
        lines
    }
}

impl Deref for Lines {
    type Target = Vec<String>;

    fn deref(&self) -> &Vec<String> {
        &self.lines
    }
}

impl DerefMut for Lines {
    fn deref_mut(&mut self) -> &mut Vec<String> {
        &mut self.lines
    }
}

/// The text with the line and column after each `.rs` taken out, so that it does not change whenever a test file does.
pub(crate) fn without_lines(text: &str) -> String {
    let mut parts = text.split(".rs:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |whole, part| whole + ".rs" + part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':'))
}
