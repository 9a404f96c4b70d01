//! A chain of receivers in words: what repeats is written once, with a count.
//!
//! A chain is errors in errors, of types that this crate does not know: what a receiver returns may be the error of any
//! library that wraps that of the next receiver. So the repetition is found in the text.

use core::cell::Cell;
use core::fmt::{self, Write as _};

/// What each link of a chain begins with.
pub(crate) const LINK: &str = "receiver `";

/// So often a round has to be there before a count is shorter.
const WORTH_A_COUNT: usize = 3;

/// Writes a link and its cause, which may be a chain itself.
pub(crate) fn write(f: &mut fmt::Formatter<'_>, link: &dyn fmt::Display, cause: &dyn fmt::Display) -> fmt::Result {
    if Outermost::is_being_written() {
        return write!(f, "{link}: {cause}");
    }
    let mut text = String::new();
    {
        let _outermost = Outermost::begin();
        write!(text, "{link}: {cause}")?;
    }
    fold(&text, f)
}

thread_local! {
    static WRITING: Cell<bool> = const { Cell::new(false) };
}

/// The first link of a chain is being written: those inside it leave the counting to it.
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

/// Writes the text with each round of links that repeats itself written once.
fn fold(mut text: &str, out: &mut dyn fmt::Write) -> fmt::Result {
    while let Some(Cycle { start, round, times }) = Cycle::first_in(text) {
        let end = start + round;
        write!(out, "{}… and so on, {times} times: ", &text[..end])?;
        text = &text[start + round * times..];
    }
    out.write_str(text)
}

/// Links that come again and again.
struct Cycle {
    /// Where the first round begins.
    start: usize,
    /// How long a round is.
    round: usize,
    times: usize,
}

impl Cycle {
    fn first_in(text: &str) -> Option<Self> {
        let links: Vec<usize> = text.match_indices(LINK).map(|(at, _)| at).collect();
        let pairs =
            links.iter().enumerate().flat_map(|(nth, start)| links[nth + 1..].iter().map(move |end| (start, end)));
        let mut cycles = pairs.map(|(&start, &end)| Self {
            start,
            round: end - start,
            times: times(&text[start..end], &text[start..]),
        });
        cycles.find(|cycle| cycle.times >= WORTH_A_COUNT)
    }
}

/// How often the text begins with the round.
fn times(round: &str, text: &str) -> usize {
    core::iter::successors(text.strip_prefix(round), |rest| rest.strip_prefix(round)).count()
}

#[cfg(test)]
mod tests {
    use super::fold;

    fn folded(text: &str) -> String {
        let mut out = String::new();
        fold(text, &mut out).unwrap();
        out
    }

    #[test]
    fn a_cycle_is_written_once_wherever_it_begins_and_ends() {
        let (a, b, c) = ("receiver `a` failed: ", "receiver `b` failed: ", "receiver `c` failed: ");
        assert_eq!(folded(&(a.repeat(32) + "no")), format!("{a}… and so on, 32 times: no"));
        assert_eq!(folded(&([a, b].concat().repeat(16) + "no")), format!("{a}{b}… and so on, 16 times: no"));
        assert_eq!(
            folded(&(format!("{c}{}{a}no", [a, b].concat().repeat(15)))),
            format!("{c}{a}{b}… and so on, 15 times: {a}no")
        );
        assert_eq!(
            folded(&(format!("{}{}no", a.repeat(3), b.repeat(4)))),
            format!("{a}… and so on, 3 times: {b}… and so on, 4 times: no")
        );
    }

    #[test]
    fn a_chain_that_does_not_repeat_itself_stays_as_it_is() {
        for text in [
            "",
            "no",
            "receiver `a` failed: no",
            "receiver `a` failed: receiver `a` failed: no",
            "receiver `a` failed: receiver `b` failed: receiver `c` failed: no",
        ] {
            assert_eq!(folded(text), text);
        }
    }
}
