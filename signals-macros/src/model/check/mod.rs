//! The rules for models beyond the grammar.

use syn::{Fields, ItemStruct};

use super::defaults;
use super::ir::{Model, Origin};
use super::parse::Parsed;
use crate::errors::Errors;

mod accessors;
mod column;
mod composites;
mod fields;
mod many_to_many;
mod related_name;

/// The model, even if it has mistakes: the output for it prevents further errors where the model is used.
pub(super) fn check<'a>(parsed: &'a Parsed, errors: &mut Errors) -> Option<Model<'a>> {
    check_generics(&parsed.item, errors);
    if !has_named_fields(&parsed.item, errors) {
        return None;
    }
    let fields = fields::check(parsed, errors);
    let table = defaults::table(parsed, errors);
    let composites = composites::check(parsed, &fields.columns, fields.key, errors);
    let relations = fields.relations.iter();
    let many_to_many = relations.filter_map(|relation| many_to_many::check(relation, parsed, &table, errors)).collect();
    let mut model = Model {
        name: &parsed.item.ident,
        table,
        columns: fields.columns,
        key: fields.key,
        skipped: fields.skipped,
        composites,
        many_to_many,
        origin: Origin::Written,
    };
    accessors::check(&mut model, errors);
    Some(model)
}

fn check_generics(item: &ItemStruct, errors: &mut Errors) {
    if item.generics.lifetimes().next().is_some() {
        errors.on(
            &item.generics,
            format!("`{}` borrows, and a model owns its values\n\nhelp: use a `String` for a `&str`", item.ident),
        );
    } else if !item.generics.params.is_empty() {
        errors.on(
            &item.generics,
            format!("a model cannot be generic: `{}` is one table, of columns that are known", item.ident),
        );
    }
}

fn has_named_fields(item: &ItemStruct, errors: &mut Errors) -> bool {
    match &item.fields {
        Fields::Named(_) => true,
        Fields::Unnamed(fields) => {
            errors.on(
                fields,
                format!(
                    "the fields of a model have names, which are its columns\n\n\
                     help: write `struct {0} {{ #[key] id: Id<{0}>, .. }}`",
                    item.ident
                ),
            );
            false
        }
        Fields::Unit => {
            errors.on(
                &item.ident,
                format!(
                    "`{0}` has no fields, and a model needs a key\n\nhelp: write `struct {0} {{ #[key] id: Id<{0}> }}`",
                    item.ident
                ),
            );
            false
        }
    }
}
