//! The rules for names of tables and columns, the same for every database.

use quote::ToTokens;
use syn::LitStr;

use crate::errors::Errors;

/// The kinds of things that have a name in the database.
#[derive(Clone, Copy)]
pub(super) enum Named {
    Table,
    /// A generated through model.
    ThroughTable,
    Column,
}

/// The maximum length of a name in PostgreSQL, in bytes.
const LONGEST: usize = 63;

/// Prefixes that are reserved: SQLite refuses such names, and PostgreSQL finds its own tables first.
const RESERVED: [(&str, &str); 2] = [("sqlite_", "SQLite"), ("pg_", "PostgreSQL")];

/// Returns the name. If a database rejects or truncates it, this is reported `on` the tokens that it comes from.
pub(super) fn checked(named: Named, name: String, on: impl ToTokens, errors: &mut Errors) -> String {
    if let Some(mistake) = mistake(named, &name) {
        errors.on(on, mistake);
    }
    name
}

/// Whether a name is accepted.
pub(super) fn is_good(named: Named, name: &str) -> bool {
    mistake(named, name).is_none()
}

/// Refuses an `app` that cannot be a part of a table's name. Returns whether it can.
pub(super) fn check_app(app: &LitStr, errors: &mut Errors) -> bool {
    let mistake = no_text("an app", &app.value());
    let is_good = mistake.is_none();
    if let Some(mistake) = mistake {
        errors.on(app, mistake);
    }
    is_good
}

fn mistake(named: Named, name: &str) -> Option<String> {
    let (what, attribute) = match named {
        Named::Table => ("table", "#[model(table = \"..\")]"),
        Named::ThroughTable => ("table", "#[many_to_many(table = \"..\")]"),
        Named::Column => ("column", "#[column(name = \"..\")]"),
    };
    if let Some(mistake) = no_text(&format!("a {what}"), name) {
        return Some(mistake);
    }
    if let Some((schema, rest)) = name.split_once('.') {
        return Some(match named {
            Named::Table | Named::ThroughTable => format!(
                "`{name}` would be the name of one table, with a dot in it, and not the table `{rest}` of the schema \
                 `{schema}`\n\n\
                 help: leave the schema out, and name it in the URL of the database: \
                 `postgres://localhost/shop?options=-c%20search_path%3D{schema}`"
            ),
            Named::Column => format!(
                "`{name}` would be the name of one column, with a dot in it\n\nhelp: write `{}`",
                name.replace('.', "_")
            ),
        });
    }
    if name.len() > LONGEST {
        return Some(format!(
            "the name of the {what} `{name}` has {} bytes, and PostgreSQL keeps {LONGEST}\n\n\
             help: give it a shorter one with `{attribute}`",
            name.len()
        ));
    }
    let lower = name.to_ascii_lowercase();
    let (start, database) = RESERVED.iter().find(|(start, _)| lower.starts_with(start))?;
    (what == "table").then(|| {
        format!(
            "the name of the table `{name}` begins with `{start}`, as those of {database}'s own tables do\n\n\
             help: give it another one with `{attribute}`"
        )
    })
}

/// The mistake in a name that is empty, or has spaces or control characters that are hard to see.
fn no_text(what: &str, name: &str) -> Option<String> {
    if name.trim().is_empty() {
        Some(format!("the name of {what} cannot be empty"))
    } else if name.contains('\0') {
        Some(format!("the name of {what} cannot contain a NUL"))
    } else if let Some(control) = name.chars().find(|letter| letter.is_control()) {
        Some(format!("the name of {what} cannot contain the control character `{}`", control.escape_default()))
    } else if name != name.trim() {
        Some(format!("the name of {what} cannot begin or end with a space\n\nhelp: write `\"{}\"`", name.trim()))
    } else {
        None
    }
}
