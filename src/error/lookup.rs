//! How a row was looked for that was not found.

/// How one row was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Lookup {
    /// By the key of this model.
    Key {
        /// The model.
        model: String,
    },
    /// By fields of this model.
    Fields {
        /// The model.
        model: String,
        /// The fields.
        fields: Vec<String>,
    },
    /// By a query.
    Sql {
        /// The query, shortened.
        sql: String,
    },
}
