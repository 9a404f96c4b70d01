//! The default names of tables and columns.
//!
//! A table has the plural, `users`, because a singular is often a keyword of SQL: `SELECT count(*) FROM user` counts one row in
//! PostgreSQL, whatever the table contains. The column of a relation has Django's name, `user_id`.

use syn::ext::IdentExt;
use syn::{Ident, LitStr};

use super::names::{self, Named};
use super::parse::Parsed;
use crate::case::snake_case;
use crate::errors::Errors;

/// The table of a model: the given name, or `users`, or with an `app` Django's `accounts_user`.
pub(super) fn table(parsed: &Parsed, errors: &mut Errors) -> String {
    let (table, app, name) = (&parsed.arguments.table, &parsed.arguments.app, &parsed.item.ident);
    if let Some(table) = table {
        if let Some(app) = app {
            let message = format!(
                "`app` is put before a table's name that is not given: `table` is \"{}\" already",
                table.value()
            );
            errors.on(app, message);
        }
        return names::checked(Named::Table, table.value(), table, errors);
    }
    let whose = format!("the table of `{}`", name.unraw());
    let table = match app {
        Some(app) if names::check_app(app, errors) => names::checked(Named::Table, prefix(parsed), app, errors),
        Some(_) => return prefix(parsed),
        None => names::checked(Named::Table, plural(&prefix(parsed)), name, errors),
    };
    check_word(&table, &whose, "#[model(table = \"..\")]", name, errors);
    table
}

/// The table of a generated through model: the given name, or `post_tags`, from the names of the model and the field.
pub(super) fn through_table(
    given: Option<&LitStr>,
    field: &Ident,
    model_table: &str,
    parsed: &Parsed,
    errors: &mut Errors,
) -> String {
    if let Some(given) = given {
        return names::checked(Named::ThroughTable, given.value(), given, errors);
    }
    let table = format!("{}_{}", prefix(parsed), field.unraw());
    // A mistake in the name of the model's table is reported there.
    if names::is_good(Named::Table, model_table) {
        let whose = format!("the table of `{}`", field.unraw());
        check_word(&table, &whose, "#[many_to_many(table = \"..\")]", field, errors);
        names::checked(Named::ThroughTable, table, field, errors)
    } else {
        table
    }
}

/// The first part of the name of a relation's table: the model's table, but in the singular unless the model names it.
fn prefix(parsed: &Parsed) -> String {
    let name = || snake_case(&parsed.item.ident.unraw().to_string());
    match (&parsed.arguments.table, &parsed.arguments.app) {
        (Some(table), _) => table.value(),
        (None, Some(app)) => format!("{}_{}", app.value(), name()),
        (None, None) => name(),
    }
}

/// The column of a field: the given name, or the field's name, or `user_id` for a relation.
pub(super) fn column(given: Option<&LitStr>, field: &Ident, is_relation: bool, errors: &mut Errors) -> String {
    match given {
        Some(given) => names::checked(Named::Column, given.value(), given, errors),
        None => names::checked(Named::Column, column_of(field, is_relation), field, errors),
    }
}

fn column_of(field: &Ident, is_relation: bool) -> String {
    let name = field.unraw().to_string();
    if is_relation && !name.ends_with("_id") { name + "_id" } else { name }
}

/// Rejects a derived name that SQL only accepts in quotes: without quotes it is a syntax error or means something else. A user who
/// wants such a table can name it explicitly.
fn check_word(table: &str, whose: &str, attribute: &str, place: &Ident, errors: &mut Errors) {
    if RESERVED.contains(&table) {
        errors.on(
            place,
            format!(
                "{whose} would be `{table}`, which is a reserved word of SQL\n\n\
                 help: give it another name with `{attribute}`"
            ),
        );
    }
}

/// `user_profiles` for `user_profile`, by the spelling rules and exceptions in the documentation of `#[model]`.
fn plural(name: &str) -> String {
    let (start, word) = name.rfind('_').map_or(("", name), |end| name.split_at(end + 1));
    if let Some((_, plural)) = IRREGULAR.iter().find(|(singular, _)| *singular == word) {
        return format!("{start}{plural}");
    }
    let ends = |ends: &[&str]| ends.iter().any(|end| word.ends_with(end));
    match word.strip_suffix('y') {
        Some(stem) if !stem.is_empty() && !stem.ends_with(['a', 'e', 'i', 'o', 'u']) => format!("{start}{stem}ies"),
        _ if ends(&["s", "x", "z", "ch", "sh"]) => format!("{name}es"),
        _ => format!("{name}s"),
    }
}

const IRREGULAR: &[(&str, &str)] = &[
    ("child", "children"),
    ("data", "data"),
    ("man", "men"),
    ("news", "news"),
    ("person", "people"),
    ("series", "series"),
    ("settings", "settings"),
    ("species", "species"),
    ("woman", "women"),
];

/// The words that need quotes as the name of a table, in SQLite or in PostgreSQL.
#[rustfmt::skip]
const RESERVED: &[&str] = &[
    "add", "all", "alter", "analyse", "analyze", "and", "any", "array", "as", "asc", "asymmetric", "authorization",
    "autoincrement", "between", "binary", "both", "case", "cast", "check", "collate", "collation", "column", "commit",
    "concurrently", "constraint", "create", "cross", "current_catalog", "current_date", "current_role",
    "current_schema", "current_time", "current_timestamp", "current_user", "default", "deferrable", "delete", "desc",
    "distinct", "do", "drop", "else", "end", "escape", "except", "exists", "false", "fetch", "for", "foreign",
    "freeze", "from", "full", "grant", "group", "having", "ilike", "in", "index", "initially", "inner", "insert",
    "intersect", "into", "is", "isnull", "join", "lateral", "leading", "left", "like", "limit", "localtime",
    "localtimestamp", "natural", "not", "nothing", "notnull", "null", "offset", "on", "only", "or", "order", "outer",
    "overlaps", "placing", "primary", "raise", "references", "returning", "right", "select", "session_user", "set",
    "similar", "some", "symmetric", "system_user", "table", "tablesample", "then", "to", "trailing", "transaction",
    "true", "union", "unique", "update", "user", "using", "values", "variadic", "verbose", "when", "where", "window",
    "with",];

#[cfg(test)]
mod tests {
    use quote::{format_ident, quote};

    use super::super::parse;
    use super::*;

    #[test]
    fn plurals() {
        let regular = [
            ("user", "users"),
            ("user_profile", "user_profiles"),
            ("category", "categories"),
            ("day", "days"),
            ("key", "keys"),
            ("toy", "toys"),
            ("y", "ys"),
            ("sub_y", "sub_ys"),
            ("bus", "buses"),
            ("address", "addresses"),
            ("status", "statuses"),
            ("box", "boxes"),
            ("waltz", "waltzes"),
            ("match", "matches"),
            ("wish", "wishes"),
            ("human", "humans"),
            ("o_auth2", "o_auth2s"),
            ("größe", "größes"),
        ];
        let irregular = [
            ("person", "people"),
            ("sales_person", "sales_people"),
            ("child", "children"),
            ("woman", "women"),
            ("user_settings", "user_settings"),
            ("news", "news"),
        ];
        for (singular, expected) in regular.into_iter().chain(irregular) {
            assert_eq!(plural(singular), expected);
        }
    }

    #[test]
    fn columns() {
        let of = |name: &str, is_relation| column_of(&format_ident!("{}", name), is_relation);
        assert_eq!([of("user", true), of("user_id", true), of("user", false)], ["user_id", "user_id", "user"]);
        assert_eq!([of("r#type", false), of("r#type", true), of("valid", true)], ["type", "type_id", "valid_id"]);
    }

    #[test]
    fn tables() {
        let names = |arguments, name: &str| {
            let (name, field) = (format_ident!("{name}"), format_ident!("tags"));
            let mut errors = Errors::new();
            let parsed = parse::parse(arguments, quote!(struct #name { id: u8 }), &mut errors).unwrap();
            let table = table(&parsed, &mut errors);
            let through = through_table(None, &field, &table, &parsed, &mut errors);
            (table, through, errors.flush().is_ok())
        };
        let own = |table: &str, through: &str, is_good| (table.to_owned(), through.to_owned(), is_good);
        assert_eq!(names(quote!(), "BlogPost"), own("blog_posts", "blog_post_tags", true));
        assert_eq!(names(quote!(app = "blog"), "Post"), own("blog_post", "blog_post_tags", true));
        assert_eq!(names(quote!(table = "entries"), "Post"), own("entries", "entries_tags", true));
        assert_eq!(names(quote!(), "Value"), own("values", "value_tags", false));
        assert_eq!(names(quote!(app = "current"), "User"), own("current_user", "current_user_tags", false));
        assert_eq!(names(quote!(table = "user"), "User"), own("user", "user_tags", true));
    }

    #[test]
    fn reserved_words_are_sorted_and_lower_case() {
        assert!(RESERVED.is_sorted());
        assert!(RESERVED.iter().all(|word| *word == word.to_lowercase()));
    }
}
