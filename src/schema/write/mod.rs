//! Writes the SQL of a migration: what leads from tables that exist to those of the models.
//!
//! What this folder may use: tables as models declare them and as the database has them, their comparison, and `ddl`. It executes
//! nothing.
//!
//! Each [`Comparison`] is made with a copy of the table, on which the statements that were written are followed: a column that
//! was added is there, an index of a dropped column is not. So what is written and what is compared cannot disagree.

mod postgres;
mod renames;
mod script;
mod sqlite;
mod tables;
mod undecided;

use self::renames::Assumed;
use self::script::{Script, choice};
pub(super) use self::tables::Tables;
pub(super) use self::undecided::undecided_in;
use super::ddl::{self, IfThere};
use crate::db::Dialect;

/// The SQL of a migration. The first one of a folder creates tables that do not exist: a database whose tables `create_tables` has
/// created takes it as well.
pub(super) fn migration(tables: &Tables, command: &str, is_first: bool) -> String {
    let script = if is_first {
        let statements = ddl::create(&tables.declared, IfThere::Skip, tables.dialect);
        Script { parts: statements.into_iter().map(|statement| statement.sql).collect(), is_unchecked: false }
    } else {
        let renames = renames::find(tables);
        if renames.is_empty() {
            assuming(tables, Assumed::Renamed(&[]))
        } else {
            let (yes, no) = (Assumed::Renamed(&renames), Assumed::Dropped(&renames));
            choice(&assuming(tables, yes), &assuming(tables, no), &renames)
        }
    };
    let mut sql = format!("-- Written by `{command}` from the models.\n");
    if script.is_unchecked {
        sql += "\n-- SQLite cannot change these tables in place. Foreign keys are checked before the commit.\nPRAGMA foreign_keys = OFF;\n";
    }
    for part in script.parts {
        sql += "\n";
        sql += &part;
    }
    sql
}

fn assuming(tables: &Tables, assumed: Assumed<'_>) -> Script {
    let mut tables = tables.clone();
    let renames = match assumed {
        Assumed::Renamed(renames) => renames,
        Assumed::Dropped(_) => &[],
    };
    let mut parts: Vec<String> = renames.iter().map(|rename| rename.statement() + ";\n").collect();
    for rename in renames {
        rename.note(&mut tables);
    }
    let rest = match tables.dialect {
        Dialect::Sqlite => sqlite::script(tables, assumed),
        Dialect::Postgres => postgres::script(tables, assumed),
    };
    parts.extend(rest.parts);
    Script { parts, is_unchecked: rest.is_unchecked }
}
