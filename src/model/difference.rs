//! How a table differs from its model, in words.

use std::fmt;

/// One way in which a table of the database differs from its model. Its text is a line that says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SchemaDifference {
    /// The model.
    pub model: String,
    /// Its table.
    pub table: String,
    /// What differs.
    pub kind: DifferenceKind,
    /// A statement that puts it right, where there is one that changes no row.
    pub statement: Option<String>,
}

/// What differs. A `column` is that of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum DifferenceKind {
    /// The table is not there.
    NoTable,
    /// The table has no such column.
    NoColumn {
        /// The column of the field.
        column: String,
    },
    /// The table has a column that must have a value, and no field gives it one.
    Unfilled {
        /// The column.
        column: String,
    },
    /// The column is of a type that the field cannot be stored in.
    Type {
        /// The column.
        column: String,
        /// The type of the field, as the database calls it.
        expected: String,
        /// The type of the column.
        found: String,
    },
    /// The field is an `Option`, and the column takes no NULL.
    TakesNoNull {
        /// The column.
        column: String,
    },
    /// The field is no `Option`, and the column may be NULL.
    MayBeNull {
        /// The column.
        column: String,
    },
    /// The database computes or numbers the column, and refuses every save, which writes the field.
    Generated {
        /// The column.
        column: String,
    },
    /// The field is `#[read_only]`, and the database does not set the column as it says.
    NotFilled {
        /// The column.
        column: String,
        /// Whether it is to be computed from other columns. Else it is to have a default.
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
    /// Nothing keeps two rows from having the same values.
    NotUnique {
        /// The columns that are to be unique together.
        columns: Vec<String>,
    },
    /// There is no index.
    NoIndex {
        /// The columns that it is to be over.
        columns: Vec<String>,
    },
    /// Nothing keeps the column from pointing to a row that is not there.
    NoForeignKey {
        /// The column.
        column: String,
        /// The table that it is to point to.
        target: String,
    },
    /// The column points to another table, or another column.
    OtherTarget {
        /// The column.
        column: String,
        /// The table and column that it is to point to, as `user.id`.
        expected: String,
        /// Where it points to.
        found: String,
    },
    /// The database does something else when a row is deleted that the column points to.
    OnDelete {
        /// The column.
        column: String,
        /// What the foreign key is to say behind `ON DELETE`.
        expected: String,
        /// What it says.
        found: String,
    },
}

impl fmt::Display for SchemaDifference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { model, table, kind, statement } = self;
        write!(f, "`{model}`: ")?;
        let help = match kind {
            DifferenceKind::NoTable => {
                write!(f, "there is no table `{table}`")?;
                "make it with `db.create_tables()` or a migration"
            }
            DifferenceKind::NoColumn { column } => {
                write!(f, "the table `{table}` has no column `{column}`")?;
                "add it, with a value for the rows that are there"
            }
            DifferenceKind::Unfilled { column } => {
                write!(f, "the column `{column}` of `{table}` must have a value, and no field gives it one")?;
                "add a field, or give the column a default"
            }
            DifferenceKind::Type { column, expected, found } => {
                write!(f, "the column `{column}` of `{table}` is `{found}`, and the field is stored as `{expected}`")?;
                "change the type of the field, or that of the column"
            }
            DifferenceKind::TakesNoNull { column } => {
                write!(f, "the column `{column}` of `{table}` takes no NULL, and the field is an `Option`")?;
                "let the column take it, or make the field no `Option`"
            }
            DifferenceKind::MayBeNull { column } => {
                write!(f, "the column `{column}` of `{table}` may be NULL, and the field is no `Option`")?;
                "make the field an `Option`, or the column NOT NULL"
            }
            DifferenceKind::Generated { column } => {
                write!(
                    f,
                    "the database sets the column `{column}` of `{table}` itself, and refuses a save that writes it"
                )?;
                "write `#[read_only]` on the field"
            }
            DifferenceKind::NotFilled { column, generated: true } => {
                write!(f, "the field is read-only, and the column `{column}` of `{table}` is not GENERATED")?;
                "make the column generated, or the field one that is saved"
            }
            DifferenceKind::NotFilled { column, generated: false } => {
                write!(f, "the field is read-only, and the column `{column}` of `{table}` has no DEFAULT")?;
                "give the column its default, or remove `#[read_only]` from the field"
            }
            DifferenceKind::NotTheKey { column } => {
                write!(f, "the column `{column}` of `{table}` is the key of the model, and not of the table")?;
                "make it the primary key"
            }
            DifferenceKind::NotAssigned { column } => {
                write!(f, "the database gives new rows of `{table}` no `{column}`, and the key is an `Id`")?;
                "have the database number them, or set the key yourself"
            }
            DifferenceKind::NotUnique { columns } => {
                let columns = list(columns);
                write!(f, "nothing keeps two rows of `{table}` from having the same {columns}")?;
                "make a unique index"
            }
            DifferenceKind::NoIndex { columns } => {
                write!(f, "the table `{table}` has no index over {}", list(columns))?;
                "make one"
            }
            DifferenceKind::NoForeignKey { column, target } => {
                write!(
                    f,
                    "nothing keeps `{column}` of `{table}` from pointing to a row of `{target}` that is not there"
                )?;
                "add a foreign key, for which SQLite needs the table to be made anew"
            }
            DifferenceKind::OtherTarget { column, expected, found } => {
                write!(f, "the column `{column}` of `{table}` points to `{found}`, and the field to `{expected}`")?;
                "change the type of the field, or the foreign key"
            }
            DifferenceKind::OnDelete { column, expected, found } if expected == "CASCADE" => {
                write!(
                    f,
                    "`db_cascade` leaves it to the foreign key `{column}` of `{table}` to delete rows, and that says \
                     ON DELETE {found}"
                )?;
                "change `on_delete`, or the foreign key, for which SQLite needs the table to be made anew"
            }
            DifferenceKind::OnDelete { column, found, .. } => {
                write!(
                    f,
                    "the foreign key `{column}` of `{table}` says ON DELETE {found}, which no receiver hears of, and the \
                     model leaves it to this library to follow it"
                )?;
                "change `on_delete`, or the foreign key, for which SQLite needs the table to be made anew"
            }
        };
        match statement {
            Some(statement) => write!(f, ": {statement}"),
            None => write!(f, ": {help}"),
        }
    }
}

/// `a`, `b`
fn list(columns: &[String]) -> String {
    columns.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ")
}
