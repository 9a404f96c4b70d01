//! The wiring as a file in a repository, which a test compares.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use similar::TextDiff;

use super::{WiredReceiver, WiredSignal, Wiring};

const HEAD: &str = "\
# The receivers of each signal, in the order in which they are called. A test compares this file with the program, so that a
# review shows when a receiver is added or removed. `UPDATE_WIRING=1 cargo test` updates it.";

impl Wiring {
    /// Panics if this file does not contain this wiring. Commit the file: a review then shows when a change, including an update
    /// of a dependency, adds, removes or moves a receiver.
    ///
    /// The file has the receivers, their order and the keys of their attributes. It does not have their locations, so that only
    /// a change of the wiring changes it. Its path is relative to the package. With `UPDATE_WIRING=1` in the environment, the
    /// file is written.
    ///
    /// ```no_run
    /// #[test]
    /// fn the_wiring_is_what_was_reviewed() {
    ///     signals::wiring().assert_locked("wiring.lock");
    /// }
    /// ```
    ///
    /// The wiring includes the receivers of the test itself, so put this into a test binary that declares none.
    ///
    /// # Panics
    /// If the file contains another wiring, with the lines that differ; if it does not exist; if it cannot be read or written.
    #[track_caller]
    pub fn assert_locked(&self, file: impl AsRef<Path>) {
        let package = env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from).unwrap_or_default();
        let (path, wiring) = (package.join(&file), self.lock());
        if env::var_os("UPDATE_WIRING").is_some() {
            if let Err(error) = fs::write(&path, wiring) {
                panic!("cannot write `{}`: {error}", path.display());
            }
            return;
        }
        // Git may have converted the line endings.
        match fs::read_to_string(&path).map(|text| text.replace("\r\n", "\n")) {
            Ok(locked) if locked == wiring => {}
            Ok(locked) => panic!(
                "the wiring is not what `{}` says:\n\n{}\nif it is meant to be so, run `UPDATE_WIRING=1 cargo test` and \
                 commit the file",
                file.as_ref().display(),
                difference(&locked, &wiring),
            ),
            Err(error) if error.kind() == io::ErrorKind::NotFound => panic!(
                "there is no `{}`: run `UPDATE_WIRING=1 cargo test` once, and commit the file that it writes",
                path.display(),
            ),
            Err(error) => panic!("cannot read `{}`: {error}", path.display()),
        }
    }

    /// Nothing is numbered or aligned, and receivers of any sender are listed once, so that a new receiver is one new line.
    fn lock(&self) -> String {
        let mut lines = vec![HEAD.to_owned()];
        for signals in self.by_heading() {
            let mut heading = Some(signals[0].heading());
            for signal in signals {
                let receivers = signal.receivers.iter().filter(|receiver| signal.any_sender || !receiver.any_sender);
                let receivers: Vec<String> = receivers.map(|receiver| signal.line(receiver)).collect();
                if !receivers.is_empty() {
                    lines.extend(heading.take());
                    lines.extend(signal.label().map(|label| format!("  {label}")));
                    lines.extend(receivers);
                }
            }
        }
        lines.join("\n") + "\n"
    }
}

impl WiredSignal {
    fn line(&self, wired: &WiredReceiver) -> String {
        format!("    {}  {}", wired.receiver.id.name, self.conditions(wired)).trim_end().to_owned()
    }
}

/// The lines that were removed and added, marked with `-` and `+`, with three lines around each change.
fn difference(old: &str, new: &str) -> String {
    let diff = TextDiff::from_lines(old, new);
    let mut lines = String::new();
    for operation in diff.grouped_ops(3).iter().flatten() {
        for change in diff.iter_changes(operation) {
            // Writing to a `String` does not fail.
            let _ = writeln!(lines, "{} {}", change.tag(), change.value().trim_end_matches('\n'));
        }
    }
    lines
}
