//! What will be done to the tables of a database.

use std::fmt;

use crate::model::Meta;

/// What will be done to the tables of a database, or was done.
///
/// Its `Display` lists it: ``make the tables `users` and `profiles` ``, or `apply V1__users, V2__profiles`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Plan {
    /// By `create_tables`: the models whose tables do not exist.
    Tables(Vec<&'static Meta>),
    /// By [`Db::migrate`](crate::Db::migrate): the migrations that were not applied yet.
    Migrations(Vec<PlannedMigration>),
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Tables(models) => models.is_empty(),
            Self::Migrations(migrations) => migrations.is_empty(),
        }
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            _ if self.is_empty() => f.write_str("nothing to do"),
            Self::Tables(models) => {
                f.write_str(if models.len() == 1 { "make the table " } else { "make the tables " })?;
                listed(f, models, |f, meta| write!(f, "`{}`", meta.table))
            }
            Self::Migrations(migrations) => {
                f.write_str("apply ")?;
                listed(f, migrations, |f, migration| migration.fmt(f))
            }
        }
    }
}

/// `a, b and c`
fn listed<T>(
    f: &mut fmt::Formatter<'_>,
    items: &[T],
    one: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    for (index, item) in items.iter().enumerate() {
        f.write_str(match index {
            0 => "",
            _ if index + 1 == items.len() => " and ",
            _ => ", ",
        })?;
        one(f, item)?;
    }
    Ok(())
}

/// A migration that will be applied, or was. Its `Display` is the name of its file, `V1__users`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedMigration {
    /// Its number.
    pub version: i64,
    /// Its name.
    pub name: String,
    file: String,
}

#[cfg(feature = "migrate")]
impl From<&refinery_core::Migration> for PlannedMigration {
    fn from(migration: &refinery_core::Migration) -> Self {
        Self { version: migration.version().into(), name: migration.name().to_owned(), file: migration.to_string() }
    }
}

impl fmt::Display for PlannedMigration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)
    }
}
