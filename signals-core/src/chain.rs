//! Printing a chain of receivers: a cycle is written once, with a count.
//!
//! The links of a chain are errors inside errors. A receiver may return an error of any library that wraps the error of the next
//! receiver, so this crate does not know their types and finds the repetition in the message.

use core::cell::Cell;
use core::fmt::{self, Write as _};

/// The beginning of each link of a chain.
pub(crate) const LINK: &str = "receiver `";

/// Fewer repetitions are not worth a count: it would be as long.
const MIN_REPETITIONS: usize = 3;

/// Writes a link and its cause, which may itself be a chain.
pub(crate) fn write(f: &mut fmt::Formatter<'_>, link: &dyn fmt::Display, cause: &dyn fmt::Display) -> fmt::Result {
    if Outermost::is_being_written() {
        return write!(f, "{link}: {cause}");
    }
    let mut message = String::new();
    {
        let _outermost = Outermost::begin();
        write!(message, "{link}: {cause}")?;
    }
    write_shortened(&message, f)
}

thread_local! {
    static WRITING: Cell<bool> = const { Cell::new(false) };
}

/// Exists while the first link of a chain is written. The links inside it leave the counting to it.
struct Outermost;

impl Outermost {
    fn is_being_written() -> bool {
        WRITING.get()
    }

    fn begin() -> Self {
        WRITING.set(true);
        Self
    }
}

impl Drop for Outermost {
    fn drop(&mut self) {
        WRITING.set(false);
    }
}

/// Writes the message with each cycle of links written once.
fn write_shortened(mut message: &str, out: &mut dyn fmt::Write) -> fmt::Result {
    while let Some(Cycle { start, length, times }) = Cycle::first_in(message) {
        let end = start + length;
        write!(out, "{}… and so on, {times} times: ", &message[..end])?;
        message = &message[start + length * times..];
    }
    out.write_str(message)
}

/// A sequence of links that repeats.
struct Cycle {
    /// The index at which it first begins.
    start: usize,
    /// The length of one repetition in bytes.
    length: usize,
    times: usize,
}

impl Cycle {
    fn first_in(message: &str) -> Option<Self> {
        let links: Vec<usize> = message.match_indices(LINK).map(|(index, _)| index).collect();
        let pairs =
            links.iter().enumerate().flat_map(|(nth, start)| links[nth + 1..].iter().map(move |end| (start, end)));
        let mut cycles = pairs.map(|(&start, &end)| Self {
            start,
            length: end - start,
            times: count_repetitions(&message[start..end], &message[start..]),
        });
        cycles.find(|cycle| cycle.times >= MIN_REPETITIONS)
    }
}

/// How often the message begins with the cycle.
fn count_repetitions(cycle: &str, message: &str) -> usize {
    core::iter::successors(message.strip_prefix(cycle), |rest| rest.strip_prefix(cycle)).count()
}

#[cfg(test)]
mod tests {
    use super::write_shortened;

    fn shortened(message: &str) -> String {
        let mut out = String::new();
        write_shortened(message, &mut out).unwrap();
        out
    }

    #[test]
    fn a_cycle_is_written_once_wherever_it_begins_and_ends() {
        let (a, b, c) = ("receiver `a` failed: ", "receiver `b` failed: ", "receiver `c` failed: ");
        assert_eq!(shortened(&(a.repeat(32) + "no")), format!("{a}… and so on, 32 times: no"));
        assert_eq!(shortened(&([a, b].concat().repeat(16) + "no")), format!("{a}{b}… and so on, 16 times: no"));
        assert_eq!(
            shortened(&(format!("{c}{}{a}no", [a, b].concat().repeat(15)))),
            format!("{c}{a}{b}… and so on, 15 times: {a}no")
        );
        assert_eq!(
            shortened(&(format!("{}{}no", a.repeat(3), b.repeat(4)))),
            format!("{a}… and so on, 3 times: {b}… and so on, 4 times: no")
        );
    }

    #[test]
    fn a_chain_without_a_cycle_is_unchanged() {
        for message in [
            "",
            "no",
            "receiver `a` failed: no",
            "receiver `a` failed: receiver `a` failed: no",
            "receiver `a` failed: receiver `b` failed: receiver `c` failed: no",
        ] {
            assert_eq!(shortened(message), message);
        }
    }
}
