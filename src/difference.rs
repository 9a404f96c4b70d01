//! A difference between a table of the database and its model.
//!
//! It is a leaf: `error` contains it, and `schema` finds it.

use std::fmt;

/// One way in which a table of the database differs from its model. Its `Display` is one line that says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaDifference {
    /// The name of the model. It is empty if no model has the table.
    pub model: String,
    /// Its table.
    pub table: String,
    /// What differs.
    pub kind: DifferenceKind,
    /// A statement that fixes it, if there is one that changes no row.
    pub statement: Option<String>,
}

/// What differs. A `column` is that of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DifferenceKind {
    /// The table does not exist.
    NoTable,
    /// The table has no such column.
    NoColumn {
        /// The column of the field.
        column: String,
    },
    /// The table has a column that is NOT NULL and has no default, and no field writes it.
    Unfilled {
        /// The column.
        column: String,
    },
    /// The type of the column cannot store the field.
    Type {
        /// The column.
        column: String,
        /// The database's name for the type of the field.
        expected: String,
        /// The type of the column.
        found: String,
    },
    /// The field is an `Option`, and the column is NOT NULL.
    TakesNoNull {
        /// The column.
        column: String,
    },
    /// The field is no `Option`, and the column may be NULL.
    MayBeNull {
        /// The column.
        column: String,
    },
    /// The database computes or numbers the column, and refuses every save that writes the field.
    Generated {
        /// The column.
        column: String,
    },
    /// The field is `#[read_only]`, and the database does not set the column as the attribute says.
    NotFilled {
        /// The column.
        column: String,
        /// Whether the column should be computed from other columns; otherwise it should have a default.
        generated: bool,
    },
    /// The key of the model is not that of the table.
    NotTheKey {
        /// The column of the key.
        column: String,
    },
    /// The database gives new rows no value for the key.
    NotAssigned {
        /// The column of the key.
        column: String,
    },
    /// No unique index covers these columns.
    NotUnique {
        /// The columns that should be unique together.
        columns: Vec<String>,
    },
    /// An index is missing.
    NoIndex {
        /// The columns that it should cover.
        columns: Vec<String>,
    },
    /// The column has no foreign key, so it may point to a row that does not exist.
    NoForeignKey {
        /// The column.
        column: String,
        /// The table that it should point to.
        target: String,
    },
    /// The foreign key points to another table or column.
    OtherTarget {
        /// The column.
        column: String,
        /// The table and column that it should point to, as `user.id`.
        expected: String,
        /// The table and column that it points to.
        found: String,
    },
    /// The foreign key has another `ON DELETE` action than the model needs.
    OnDelete {
        /// The column.
        column: String,
        /// The action that the foreign key should have.
        expected: String,
        /// The action that it has.
        found: String,
    },
    /// No model has the table. This and what follows is only found by
    /// `migrate::assert_complete`.
    ExtraTable,
    /// The table has a column without a field.
    ExtraColumn {
        /// The column.
        column: String,
    },
    /// The table has an index that no field declares.
    ExtraIndex {
        /// The name of the index.
        name: String,
        /// Its columns.
        columns: Vec<String>,
        /// Whether it is unique, so that it refuses rows that the model allows.
        unique: bool,
    },
    /// The column has a foreign key that the field does not declare.
    ExtraForeignKey {
        /// The column.
        column: String,
        /// The table that it points to.
        target: String,
    },
    /// The foreign key is checked by each statement. That of `do_nothing` is checked before the commit.
    NotDeferred {
        /// The column.
        column: String,
    },
    /// The default of the column, or the expression that it is generated from, is another one.
    OtherExpression {
        /// The column.
        column: String,
        /// The expression of the field.
        expected: String,
        /// The expression of the column.
        found: String,
    },
}

impl SchemaDifference {
    /// What differs, without what to do.
    #[cfg(feature = "migrate")]
    pub(crate) fn fact(&self) -> impl fmt::Display {
        fmt::from_fn(|f| self.write_fact(f))
    }

    fn write_fact(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.model.is_empty() {
            write!(f, "`{}`: ", self.model)?;
        }
        self.kind.write(&self.table, f)
    }
}

impl fmt::Display for SchemaDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_fact(f)?;
        match &self.statement {
            Some(statement) => write!(f, ": {statement}"),
            None => write!(f, ": {}", self.kind.help()),
        }
    }
}

impl DifferenceKind {
    /// Writes what differs.
    fn write(&self, table: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoTable => {
                write!(f, "there is no table `{table}`")
            }
            Self::NoColumn { column } => {
                write!(f, "the table `{table}` has no column `{column}`")
            }
            Self::Unfilled { column } => {
                write!(f, "the column `{column}` of `{table}` must have a value, and no field gives it one")
            }
            Self::Type { column, expected, found } => {
                write!(f, "the column `{column}` of `{table}` is `{found}`, and the field is stored as `{expected}`")
            }
            Self::TakesNoNull { column } => {
                write!(f, "the column `{column}` of `{table}` takes no NULL, and the field is an `Option`")
            }
            Self::MayBeNull { column } => {
                write!(f, "the column `{column}` of `{table}` may be NULL, and the field is no `Option`")
            }
            Self::Generated { column } => {
                write!(
                    f,
                    "the database sets the column `{column}` of `{table}` itself, and refuses a save that writes it"
                )
            }
            Self::NotFilled { column, generated: true } => {
                write!(f, "the field is read-only, and the column `{column}` of `{table}` is not GENERATED")
            }
            Self::NotFilled { column, generated: false } => {
                write!(f, "the field is read-only, and the column `{column}` of `{table}` has no DEFAULT")
            }
            Self::NotTheKey { column } => {
                write!(f, "the column `{column}` of `{table}` is the key of the model, and not of the table")
            }
            Self::NotAssigned { column } => {
                write!(f, "the database gives new rows of `{table}` no `{column}`, and the key is an `Id`")
            }
            Self::NotUnique { columns } => {
                let columns = list(columns);
                write!(f, "nothing keeps two rows of `{table}` from having the same {columns}")
            }
            Self::NoIndex { columns } => {
                write!(f, "the table `{table}` has no index over {}", list(columns))
            }
            Self::NoForeignKey { column, target } => {
                write!(
                    f,
                    "nothing keeps `{column}` of `{table}` from pointing to a row of `{target}` that is not there"
                )
            }
            Self::OtherTarget { column, expected, found } => {
                write!(f, "the column `{column}` of `{table}` points to `{found}`, and the field to `{expected}`")
            }
            Self::OnDelete { column, expected, found } if expected == "CASCADE" => {
                write!(
                    f,
                    "`db_cascade` leaves it to the foreign key `{column}` of `{table}` to delete rows, and that says \
                     ON DELETE {found}"
                )
            }
            Self::OnDelete { column, found, .. } => {
                write!(
                    f,
                    "the foreign key `{column}` of `{table}` says ON DELETE {found}, which calls no receiver, and the \
                     model leaves it to this library to follow it"
                )
            }
            extra => extra.write_extra(table, f),
        }
    }

    /// Writes what the table has and the model does not.
    fn write_extra(&self, table: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ExtraTable => write!(f, "no model has the table `{table}`"),
            Self::ExtraColumn { column } => write!(f, "no field has the column `{column}` of `{table}`"),
            Self::ExtraIndex { columns, unique, .. } => {
                let index = if *unique { "a unique index" } else { "an index" };
                write!(f, "the table `{table}` has {index} over {}, which the model does not declare", list(columns))
            }
            Self::ExtraForeignKey { column, target } => {
                write!(f, "the column `{column}` of `{table}` points to `{target}`, and the field does not")
            }
            Self::NotDeferred { column } => {
                write!(
                    f,
                    "the foreign key `{column}` of `{table}` is checked by each statement, and `do_nothing` leaves it to the \
                     commit"
                )
            }
            Self::OtherExpression { column, expected, found } => {
                write!(f, "the column `{column}` of `{table}` is `{found}`, and the field `{expected}`")
            }
            _ => Ok(()),
        }
    }

    /// What to do about it, without a statement.
    fn help(&self) -> &'static str {
        match self {
            Self::NoTable => "make it with `db.create_tables()` or a migration",
            Self::NoColumn { .. } => "add it, with a value for the rows that are there",
            Self::Unfilled { .. } => "add a field, or give the column a default",
            Self::Type { .. } => "change the type of the field, or that of the column",
            Self::TakesNoNull { .. } => "let the column take it, or make the field no `Option`",
            Self::MayBeNull { .. } => "make the field an `Option`, or the column NOT NULL",
            Self::Generated { .. } => "write `#[read_only]` on the field",
            Self::NotFilled { generated: true, .. } => "make the column generated, or the field one that is saved",
            Self::NotFilled { generated: false, .. } => {
                "give the column its default, or remove `#[read_only]` from the field"
            }
            Self::NotTheKey { .. } => "make it the primary key",
            Self::NotAssigned { .. } => "have the database number them, or set the key yourself",
            Self::NotUnique { .. } => "make a unique index",
            Self::NoIndex { .. } => "make one",
            Self::NoForeignKey { .. } => "add a foreign key, for which SQLite needs the table to be rebuilt",
            Self::OtherTarget { .. } => "change the type of the field, or the foreign key",
            Self::OnDelete { .. } => {
                "change `on_delete`, or the foreign key, for which SQLite needs the table to be rebuilt"
            }
            Self::ExtraTable => "drop it in a migration, or write a model for it",
            Self::ExtraColumn { .. } => "drop it in a migration, or add a field",
            Self::ExtraIndex { unique: true, .. } => "drop it in a migration, or declare it with `unique`",
            Self::ExtraIndex { unique: false, .. } => "drop it in a migration, or declare it with `index`",
            Self::ExtraForeignKey { .. } => "drop it in a migration, or declare it with `#[foreign_key(..)]`",
            Self::NotDeferred { .. } => "make it DEFERRABLE INITIALLY DEFERRED in a migration",
            Self::OtherExpression { .. } => "change it in a migration",
        }
    }
}

/// `a`, `b`
fn list(columns: &[String]) -> String {
    columns.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ")
}
