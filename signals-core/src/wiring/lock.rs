//! The wiring as a file in a repository, which a test compares.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use super::{WiredReceiver, WiredSignal, Wiring};

const HEAD: &str = "\
# Who receives what, in the order in which they are called. A test compares this file with the program:
# a receiver that comes or goes is seen in a review. `UPDATE_WIRING=1 cargo test` writes it anew.";

impl Wiring {
    /// Panics if this file does not hold this wiring. Put the file into your repository: a review then shows when a change, an
    /// update of a dependency among them, makes a receiver come, go or move.
    ///
    /// The file names receivers, their order and what their attributes say, and not where they stand, so that nothing but the
    /// wiring changes it. Its path is relative to the package. With `UPDATE_WIRING=1` in the environment the file is written.
    ///
    /// ```no_run
    /// #[test]
    /// fn the_wiring_is_what_was_reviewed() {
    ///     signals_core::wiring().assert_locked("wiring.lock");
    /// }
    /// ```
    ///
    /// What is linked into a test is in it as well: let the test be one that declares no receivers of its own.
    ///
    /// # Panics
    /// If the file holds another wiring, with the lines that differ; if it is not there; if it cannot be read or written.
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
        // Git may have written the ends of lines as another system has them.
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

    /// Nothing is numbered and nothing aligned, and receivers of any sender stand there once, so that a receiver that comes is
    /// one line that comes.
    fn lock(&self) -> String {
        let mut lines = vec![HEAD.to_owned()];
        for signals in self.by_heading() {
            let mut heading = Some(signals[0].heading());
            for signal in signals {
                let receivers = signal.receivers.iter().filter(|receiver| signal.any_sender || !receiver.any_sender);
                let receivers: Vec<String> = receivers.map(|receiver| signal.line(receiver)).collect();
                if !receivers.is_empty() {
                    lines.extend(heading.take());
                    lines.extend(signal.has_sender().then(|| format!("  {}", signal.signal)));
                    lines.extend(receivers);
                }
            }
        }
        lines.join("\n") + "\n"
    }
}

impl WiredSignal {
    fn line(&self, receiver: &WiredReceiver) -> String {
        format!("    {}  {}", receiver.receiver.id.name, self.conditions(receiver)).trim_end().to_owned()
    }
}

/// The lines that are in one of both alone, marked with `-` and `+`, and a few round them.
fn difference(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    // How many lines the rest of both have in common, from each pair of places on.
    let mut common = vec![vec![0; new.len() + 1]; old.len() + 1];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            common[i][j] =
                if old[i] == new[j] { common[i + 1][j + 1] + 1 } else { common[i + 1][j].max(common[i][j + 1]) };
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    while i < old.len() || j < new.len() {
        let (mark, line) = if i < old.len() && j < new.len() && old[i] == new[j] {
            (i, j) = (i + 1, j + 1);
            ("  ", old[i - 1])
        } else if j == new.len() || (i < old.len() && common[i + 1][j] >= common[i][j + 1]) {
            i += 1;
            ("- ", old[i - 1])
        } else {
            j += 1;
            ("+ ", new[j - 1])
        };
        lines.push((mark, line));
    }
    // What is far from any change says nothing.
    let is_near =
        |index: usize| lines[index.saturating_sub(3)..lines.len().min(index + 4)].iter().any(|(mark, _)| *mark != "  ");
    let near = (0..lines.len()).filter(|&index| is_near(index));
    near.flat_map(|index| [lines[index].0, lines[index].1, "\n"]).collect()
}
