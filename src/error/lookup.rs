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
    /// By a [query](crate::model::query) for rows of this model.
    Query {
        /// The model.
        model: String,
    },
    /// By a query in SQL.
    Sql {
        /// The query, shortened.
        sql: String,
    },
}
