//! What happened, in the order in which it happened.

use std::fmt::Display;
use std::sync::{Mutex, MutexGuard, PoisonError};

use expect_test::Expect;

/// Lines that receivers write and a test compares.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Vec<String>>);

impl Log {
    pub(crate) const fn new() -> Self {
        Self(Mutex::new(Vec::new()))
    }

    pub(crate) fn note(&self, line: impl Display) {
        self.lines().push(line.to_string());
    }

    /// The lines since the last look.
    pub(crate) fn take(&self) -> String {
        let lines = std::mem::take(&mut *self.lines());
        lines.iter().flat_map(|line| [line, "\n"]).collect()
    }

    /// Compares the lines since the last look with what a test expects.
    #[track_caller]
    pub(crate) fn is(&self, expected: &Expect) {
        expected.assert_eq(&without_lines(&self.take()));
    }

    pub(crate) fn lines(&self) -> MutexGuard<'_, Vec<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The text with the line and column after each `.rs` taken out, so that it does not change whenever a test file does.
pub(crate) fn without_lines(text: &str) -> String {
    let mut parts = text.split(".rs:");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |whole, part| whole + ".rs" + part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ':'))
}
