//! Which receivers a run of tests has called.

use core::fmt;
use std::collections::HashSet;
use std::fs;
use std::path::Path;

use crate::covered::{Event, VARIABLE, receiver_line, sent_line};
use crate::receiver::Receiver;
use crate::registry;
use crate::source::SignalOf;

/// Which receivers of this program a run of tests has called.
///
/// A run of tests writes a file if the environment variable `SIGNALS_COVERAGE` names one; otherwise it costs nothing. All threads and
/// processes of a run, and several runs, add to one file, so that it works with `cargo test` and `cargo nextest`. A relative path is that of
/// each package. Then a test, an example or a command of the program reads the file:
///
/// ```no_run
/// println!("{}", signals_core::testing::coverage("/tmp/receivers.txt")?);
/// # Ok::<(), std::io::Error>(())
/// ```
///
/// # Errors
/// If the file cannot be read.
pub fn coverage(file: impl AsRef<Path>) -> std::io::Result<Coverage> {
    let file = file.as_ref();
    match fs::read(file) {
        Ok(bytes) => Ok(Coverage::of(&String::from_utf8_lossy(&bytes))),
        Err(error) => Err(std::io::Error::new(
            error.kind(),
            format!("`{}`: {error}\n\nhelp: `{VARIABLE}={0} cargo test` writes it", file.display()),
        )),
    }
}

/// Panics if a receiver of this program was not called in a run of tests. The message lists these receivers, and why.
///
/// # Panics
/// If one was not called, and if the file cannot be read.
#[track_caller]
pub fn assert_covered(file: impl AsRef<Path>) {
    assert_covered_except(file, &[]);
}

/// Like [`assert_covered`], except for these receivers: those whose name is, or ends with, one of the paths, such as `shop::mail::send` or
/// `send`.
///
/// # Panics
/// Like [`assert_covered`].
#[track_caller]
pub fn assert_covered_except(file: impl AsRef<Path>, receivers: &[&str]) {
    let mut coverage = match coverage(file) {
        Ok(coverage) => coverage,
        Err(error) => panic!("cannot tell which receivers were called: {error}"),
    };
    let is_excepted = |covered: &Covered| receivers.iter().any(|path| is_named(covered.receiver, path));
    coverage.receivers.retain(|covered| covered.outcome != Outcome::Called && !is_excepted(covered));
    assert!(coverage.receivers.is_empty(), "the tests do not call these receivers:\n{coverage}");
}

fn is_named(receiver: &Receiver, path: &str) -> bool {
    receiver.id.name.strip_suffix(path).is_some_and(|rest| rest.is_empty() || rest.ends_with("::"))
}

/// What a run of tests did with the receivers of this program. It is printed as a table.
#[derive(Debug)]
#[non_exhaustive]
pub struct Coverage {
    /// Each receiver, by module and location. One that receives several signals is in it once for each.
    pub receivers: Vec<Covered>,
}

/// What a run of tests did with one receiver.
#[derive(Debug)]
#[non_exhaustive]
pub struct Covered {
    /// The receiver.
    pub receiver: &'static Receiver,
    /// What was done with it.
    pub outcome: Outcome,
}

/// What a run of tests did with a receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// It was called.
    Called,
    /// Its signal was sent, and its filters were false each time.
    FilteredOut,
    /// Its signal was sent, and it was not called for another reason: an earlier receiver failed, a test muted it, or all writes were raw.
    NotReached,
    /// Its signal was not sent.
    NotSent,
}

impl Coverage {
    fn of(text: &str) -> Self {
        let lines: HashSet<&str> = text.lines().collect();
        let sent_by_any: HashSet<&str> =
            text.lines().filter_map(|line| line.strip_prefix("sent\t")?.split('\t').next()).collect();
        let outcome = |receiver: &'static Receiver| {
            let source = receiver.source();
            let has = |event| lines.contains(&*receiver_line(event, receiver));
            if has(Event::Called) {
                Outcome::Called
            } else if has(Event::FilteredOut) {
                Outcome::FilteredOut
            } else if lines.contains(&*sent_line(&source)) || (source.is_any && sent_by_any.contains(source.signal)) {
                Outcome::NotReached
            } else {
                Outcome::NotSent
            }
        };
        let mut receivers: Vec<&'static Receiver> = registry::receivers().collect();
        receivers.sort_by_key(|receiver| (receiver.position(), receiver.signal(), receiver.sender()));
        Self {
            receivers: receivers.into_iter().map(|receiver| Covered { receiver, outcome: outcome(receiver) }).collect(),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Called => "called",
            Self::FilteredOut => "never called: its filters were never true",
            Self::NotReached => "never called: its signal was sent, but an earlier receiver failed, or it was muted",
            Self::NotSent => "never called: its signal was never sent",
        })
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = || {
            self.receivers.iter().map(|Covered { receiver, outcome }| {
                let signal = SignalOf(receiver.signal(), receiver.sender()).to_string().replace('`', "");
                (&*receiver.id.name, signal, outcome)
            })
        };
        let names = rows().map(|(name, ..)| name.len()).max().unwrap_or_default();
        let signals = rows().map(|(_, signal, _)| signal.len()).max().unwrap_or_default();
        for (name, signal, outcome) in rows() {
            writeln!(f, "{name:names$}  {signal:signals$}  {outcome}")?;
        }
        Ok(())
    }
}
