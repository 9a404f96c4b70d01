//! What is compared, and how a difference is told.

use signals::error::Lookup;
use signals::prelude::*;
use signals::{Error, ErrorKind};

use crate::models::Counts;
use crate::rows::Row;
use crate::run::Run;
use crate::steps::Instance;
use crate::tables;

/// Where the library does something else than the model in memory, in words.
pub(crate) type Mismatch = String;

/// What a step answers, in words.
type Answer = Result<String, String>;

impl Run<'_> {
    /// Compares what a step answered and what was noted.
    pub(super) fn compare(
        &mut self,
        answer: Result<String>,
        expected: &Answer,
        noted: &[String],
    ) -> Result<(), Mismatch> {
        let lines = self.oracle.take_log();
        same_lines("the signals", noted, &lines)?;
        same("the answer", &answer.map_err(|error| words(&error)), expected)
    }

    pub(super) fn compare_instance(&mut self, instance: Instance, expected: Row) -> Result<(), Mismatch> {
        let Some((actor, row)) = self.instances.get_mut(&(instance.kind, instance.slot)) else { return Ok(()) };
        same("the instance", &actor.shown(), &expected.to_string())?;
        *row = expected;
        Ok(())
    }

    /// Compares the rows that the transaction sees, or those that are committed.
    pub(super) async fn compare_rows(&self, tx: Option<&Tx>) -> Result<(), Mismatch> {
        if tx.is_some() && self.oracle.is_broken() {
            return Ok(());
        }
        let stored = tables::read(&self.databases[1], tx, &self.tables).await.map_err(|error| error.to_string())?;
        same_lines("the rows", &stored, &tables::lines(&self.oracle.rows))
    }
}

/// How many rows went, in words.
pub(crate) fn count(counts: &Counts) -> String {
    format!("{counts:?}")
}

/// An error in the words of the model in memory.
pub(crate) fn words(error: &Error) -> String {
    match error.kind() {
        ErrorKind::Receiver(_) => "Receiver".to_owned(),
        ErrorKind::Unique { model, fields } => format!("Unique {model} {fields:?}"),
        ErrorKind::ForeignKey { .. } => "ForeignKey".to_owned(),
        ErrorKind::Protected { model, rows } => {
            let mut rows = rows.clone();
            rows.sort_unstable();
            format!(
                "Protected {model} {{{}}}",
                rows.iter().map(|row| format!("{row:?}")).collect::<Vec<_>>().join(", ")
            )
        }
        ErrorKind::UnsetId { model, field } => format!("UnsetId {model} {field}"),
        ErrorKind::RowNotFound(Lookup::Key { model }) => format!("NotFound {model}"),
        ErrorKind::Stale { model } => format!("Stale {model}"),
        ErrorKind::MultipleRows(Lookup::Fields { model, fields }) => format!("SeveralRows {model} {fields:?}"),
        ErrorKind::Broken { .. } => "Broken".to_owned(),
        ErrorKind::Swallowed { .. } => "Swallowed".to_owned(),
        kind => kind.to_string(),
    }
}

pub(crate) fn same<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> Result<(), Mismatch> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}:\n  the library: {found:?}\n  expected:    {expected:?}"))
}

pub(crate) fn same_lines(what: &str, found: &[String], expected: &[String]) -> Result<(), Mismatch> {
    if found == expected {
        return Ok(());
    }
    let lines = |lines: &[String]| lines.iter().map(|line| "    ".to_owned() + line + "\n").collect::<String>();
    Err(format!("{what}:\n  the library:\n{}  expected:\n{}", lines(found), lines(expected)))
}
