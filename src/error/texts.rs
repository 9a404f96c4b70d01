//! The messages of errors that depend on conditions.
#![expect(
    clippy::trivially_copy_pass_by_ref,
    clippy::ref_option,
    clippy::ref_option_ref,
    reason = "thiserror passes references to the fields"
)]

use std::fmt::{self, Formatter, Result};
use std::panic::Location;
use std::time::Duration;

use super::lookup::Lookup;
use super::renamed_column::{self, RenamedColumn};
use super::{Error, FieldErrors};
use crate::transaction_end::TransactionEnd;

type Held = Vec<(&'static Location<'static>, usize)>;

pub(super) fn unique(model: &str, fields: &[String], f: &mut Formatter<'_>) -> Result {
    match fields {
        [] => write!(f, "another row of `{model}` has the same values: change them, or change the row that is there"),
        _ => write!(
            f,
            "another row of `{model}` has the same {}: use another value, or change the row that is there",
            List(fields),
        ),
    }
}

pub(super) fn invalid(
    model: &Option<String>,
    row: &Option<usize>,
    errors: &FieldErrors,
    f: &mut Formatter<'_>,
) -> Result {
    f.write_str("the row")?;
    if let Some(model) = model {
        write!(f, " of `{model}`")?;
    }
    if let Some(row) = row {
        write!(f, " at index {row}")?;
    }
    write!(f, " is not valid ({errors}): correct it, and save it again")
}

pub(super) fn foreign_key(model: &Option<String>, f: &mut Formatter<'_>) -> Result {
    f.write_str("a foreign key")?;
    if let Some(model) = model {
        write!(f, " of `{model}`")?;
    }
    f.write_str(
        " points to a row that does not exist: save that row first, and delete rows that point to others before the rows \
         that they point to",
    )
}

pub(super) fn protected(model: &str, rows: &[String], f: &mut Formatter<'_>) -> Result {
    const SHOWN: usize = 5;
    write!(f, "this row of `{model}` cannot be deleted, because ")?;
    for (index, row) in rows.iter().take(SHOWN).enumerate() {
        write!(f, "{}{row}", if index == 0 { "" } else { ", " })?;
    }
    if rows.len() > SHOWN {
        write!(f, " and {} more", rows.len() - SHOWN)?;
    }
    let points = if rows.len() == 1 { "points" } else { "point" };
    write!(f, " {points} to it: delete or change what is in the way first")
}

pub(super) fn no_column(model: &Option<String>, column: &str, f: &mut Formatter<'_>) -> Result {
    match model {
        Some(model) => write!(f, "the table of `{model}` has no column `{column}`")?,
        None => write!(f, "there is no column `{column}`")?,
    }
    match (renamed_column::find(model.as_deref(), column), model) {
        (Some(RenamedColumn { model, field, column }), _) => {
            write!(f, ": the column of the field `{field}` of `{model}` is `{column}`, and SQL has columns")
        }
        (None, Some(_)) => f.write_str(": add it with a migration, `db.check_schema()` says how"),
        (None, None) => f.write_str(": look at its name, or add it to the table with a migration"),
    }
}

pub(super) fn row_not_found(lookup: &Lookup, f: &mut Formatter<'_>) -> Result {
    match lookup {
        Lookup::Key { model } => write!(f, "there is no such row of `{model}`: it was deleted, or never saved"),
        Lookup::Fields { model, fields } => write!(f, "no row of `{model}` has this {}", List(fields)),
        Lookup::Query { model } => {
            write!(f, "the query found no row of `{model}`, and one is wanted: look at its conditions, or use `first`")
        }
        Lookup::Sql { sql } => {
            write!(f, "`{sql}` found no row, and one is wanted: look at its conditions, or use `query_optional`")
        }
    }
}

pub(super) fn multiple_rows(lookup: &Lookup, f: &mut Formatter<'_>) -> Result {
    match lookup {
        Lookup::Key { model } => write!(f, "several rows of `{model}` have the same key"),
        Lookup::Fields { model, fields } => write!(
            f,
            "several rows of `{model}` have the same {}: look for it by fields that are unique together",
            List(fields),
        ),
        Lookup::Query { model } => write!(
            f,
            "the query found several rows of `{model}`, and one is wanted: add a condition, or use `first` or `all`"
        ),
        Lookup::Sql { sql } => {
            write!(f, "`{sql}` found several rows, and one is wanted: add a condition, or use `query_as`")
        }
    }
}

pub(super) fn writer_busy(
    waited: &Duration,
    began: &&'static Location<'static>,
    in_memory: &bool,
    f: &mut Formatter<'_>,
) -> Result {
    if *in_memory {
        write!(
            f,
            "the transaction that began at {began} holds the only connection of the database in memory, waited \
             {waited:.1?}: a receiver must use its `tx` and not `&db`, also to read, other code must end that transaction \
             sooner, or use a file, which can be read meanwhile",
        )
    } else {
        write!(
            f,
            "the transaction that began at {began} holds the connection that writes, waited {waited:.1?}: a receiver must \
             use its `tx` and not `&db`, other code must end that transaction sooner",
        )
    }
}

pub(super) fn too_many_connections(reason: &str, waited: &Duration, held: &Held, f: &mut Formatter<'_>) -> Result {
    write!(f, "the server takes no more connections, {reason}, waited {waited:.1?}")?;
    if !held.is_empty() {
        write!(f, "; those of this program are held from {}", Holders(held))?;
    }
    f.write_str(": make `ConnectOptions::pool_size` smaller, or `max_connections` of the server larger")
}

pub(super) fn parameter(number: &usize, reason: &str, cast: &Option<&'static str>, f: &mut Formatter<'_>) -> Result {
    write!(f, "parameter {number} of the statement cannot be stored: {reason}")?;
    let Some(cast) = cast else { return Ok(()) };
    write!(
        f,
        ": pass a value of that type, or write its placeholder with the type that you pass, as in `${number}::{cast}`",
    )
}

pub(super) fn hook(
    after: &TransactionEnd,
    queued: &&'static Location<'static>,
    source: &Error,
    f: &mut Formatter<'_>,
) -> Result {
    match after {
        TransactionEnd::Commit => {
            write!(f, "the on_commit hook that was queued at {queued} failed, the commit stays: {source}")
        }
        TransactionEnd::Rollback => {
            write!(f, "the on_rollback hook that was queued at {queued} failed, the rollback stays: {source}")
        }
    }
}

pub(super) fn delivery(
    receiver: &String,
    event: &i64,
    attempt: &u32,
    again: &Option<Duration>,
    source: &Error,
    f: &mut Formatter<'_>,
) -> Result {
    write!(f, "the durable receiver `{receiver}` failed in attempt {attempt} for event {event}, ")?;
    match again {
        Some(time) => write!(f, "and is called again {}: {source}", In(*time)),
        None => write!(f, "and is not called again: {source}"),
    }
}

/// When something is repeated.
struct In(Duration);

impl fmt::Display for In {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.0.as_secs() {
            0 if self.0.is_zero() => f.write_str("at once"),
            0..120 => write!(f, "in {:.1?}", self.0),
            seconds @ 120..7200 => write!(f, "in {} minutes", seconds / 60),
            seconds => write!(f, "in {} hours", seconds / 3600),
        }
    }
}

/// The places that hold connections, each with how many.
pub(super) struct Holders<'a>(pub(super) &'a [(&'static Location<'static>, usize)]);

impl fmt::Display for Holders<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (index, (place, count)) in self.0.iter().enumerate() {
            write!(f, "{}{place} ({count})", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

/// One line for each.
pub(super) struct Lines<'a, T>(pub(super) &'a [T]);

impl<T: fmt::Display> fmt::Display for Lines<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (index, line) in self.0.iter().enumerate() {
            write!(f, "{}{line}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

/// `a`, `b` and `c`, each in backticks.
struct List<'a>(&'a [String]);

impl fmt::Display for List<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (index, name) in self.0.iter().enumerate() {
            let before = match index {
                0 => "",
                _ if index + 1 == self.0.len() => " and ",
                _ => ", ",
            };
            write!(f, "{before}`{name}`")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_until_the_next_attempt_is_readable() {
        for (time, text) in [
            (Duration::ZERO, "at once"),
            (Duration::from_micros(1500), "in 1.5ms"),
            (Duration::from_millis(1_060), "in 1.1s"),
            (Duration::from_mins(2), "in 2 minutes"),
            (Duration::from_mins(119), "in 119 minutes"),
            (Duration::from_hours(6), "in 6 hours"),
        ] {
            assert_eq!(In(time).to_string(), text);
        }
    }
}
