//! What every statement consists of.

/// Any name as an SQL identifier.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// `a, b`
pub(crate) fn list(items: impl Iterator<Item = String>) -> String {
    items.collect::<Vec<_>>().join(", ")
}

/// A string as a SQL literal. `E` because a server may be configured to read backslashes in plain ones.
#[cfg(feature = "fixtures")]
pub(in crate::model) fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}
