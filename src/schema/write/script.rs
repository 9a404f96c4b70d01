//! The parts of a migration.

use super::renames::Rename;

/// The parts of a migration, in their order.
pub(super) struct Script {
    pub(super) parts: Vec<String>,
    /// Whether SQLite must not check foreign keys until the end.
    pub(super) is_unchecked: bool,
}

/// Two scripts, of which one has to be chosen. What they have in common at the beginning and at the end is written once.
/// `renames` are what is asked.
pub(super) fn choice(yes: &Script, no: &Script, renames: &[Rename]) -> Script {
    let mut first = &yes.parts[..];
    let mut second = &no.parts[..];
    let (mut before, mut after) = (Vec::new(), Vec::new());
    while let ([one, rest @ ..], [other, others @ ..]) = (first, second)
        && one == other
    {
        before.push(one.clone());
        (first, second) = (rest, others);
    }
    while let ([rest @ .., one], [others @ .., other]) = (first, second)
        && one == other
    {
        after.push(one.clone());
        (first, second) = (rest, others);
    }
    let questions: Vec<String> = renames.iter().map(Rename::question).collect();
    let some = if renames.len() > 1 { " If only some are, keep (2), and write RENAME for these." } else { "" };
    let block = format!(
        "UNDECIDED: keep (1) or (2), and delete this line and the other one: {}?{some}\n\
         -- (1) Yes: nothing is lost.\n{}-- (2) No: the old values are deleted.\n{}-- end of (2)\n",
        questions.join(", "),
        first.join("\n"),
        second.join("\n"),
    );
    let parts = before.into_iter().chain([block]).chain(after.into_iter().rev()).collect();
    Script { parts, is_unchecked: yes.is_unchecked || no.is_unchecked }
}
