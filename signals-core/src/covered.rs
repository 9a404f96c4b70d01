//! What a run of tests has done, in the file that the environment variable `SIGNALS_COVERAGE` names.
//!
//! Each line is written at once and alone, so that threads and processes can write to one file, and a killed process loses nothing.

use std::collections::HashSet;
use std::env;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::receiver::Receiver;
use crate::source::Source;

/// The environment variable.
pub(crate) const VARIABLE: &str = "SIGNALS_COVERAGE";

/// What happened first.
#[derive(Clone, Copy)]
pub(crate) enum Event {
    /// A signal was sent.
    Sent,
    /// A receiver was not called, because its filters were false.
    FilteredOut,
    /// A receiver was called.
    Called,
}

impl Event {
    fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::FilteredOut => "filtered out",
            Self::Called => "called",
        }
    }
}

struct Coverage {
    file: File,
    /// The lines that this process has written.
    written: Mutex<HashSet<String>>,
}

/// Whether this program writes the file. It is asked when a signal is resolved.
pub(crate) fn is_on() -> bool {
    coverage().is_some()
}

fn coverage() -> Option<&'static Coverage> {
    static COVERAGE: OnceLock<Option<Coverage>> = OnceLock::new();
    let open = || {
        let path = env::var_os(VARIABLE).filter(|path| !path.is_empty())?;
        match OpenOptions::new().append(true).create(true).open(&path) {
            Ok(file) => Some(Coverage { file, written: Mutex::default() }),
            Err(error) => panic!("{VARIABLE} is `{}`, which cannot be opened: {error}", path.display()),
        }
    };
    COVERAGE.get_or_init(open).as_ref()
}

/// Notes that a signal was sent.
pub(crate) fn note_sent(source: &Source) {
    note(|| sent_line(source));
}

/// Notes what was done with a receiver.
pub(crate) fn note_receiver(event: Event, receiver: &Receiver) {
    note(|| receiver_line(event, receiver));
}

fn note(line: impl FnOnce() -> String) {
    let Some(Coverage { file, written }) = coverage() else { return };
    let line = line();
    let mut written = written.lock().unwrap_or_else(PoisonError::into_inner);
    if written.contains(&line) {
        return;
    }
    let mut file = file;
    match file.write_all(format!("{line}\n").as_bytes()) {
        Ok(()) => _ = written.insert(line),
        Err(error) => panic!("the file of {VARIABLE} cannot be written: {error}"),
    }
}

/// The line of a signal that was sent.
pub(crate) fn sent_line(source: &Source) -> String {
    let Source { signal, sender, module, .. } = source;
    format!("{}\t{signal}\t{}\t{}", Event::Sent.name(), sender.unwrap_or("-"), module.unwrap_or("-"))
}

/// The line of a receiver.
pub(crate) fn receiver_line(event: Event, receiver: &Receiver) -> String {
    let Source { signal, sender, module, .. } = receiver.source();
    let (id, event) = (&receiver.id, event.name());
    format!("{event}\t{}\t{}\t{signal}\t{}\t{}", id.name, id.location, sender.unwrap_or("-"), module.unwrap_or("-"))
}
