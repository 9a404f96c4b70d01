//! The methods that the relations of a model generate, on the model itself and on the models of the other side.

use quote::format_ident;
use syn::ext::IdentExt;
use syn::{Ident, LitStr};

use super::ir::{Column, ManyToManyField};
use super::parse::Kind;
use crate::case::snake_case;

/// The method that follows a relation from the model with the field.
pub(super) fn follow(column: &Column<'_>) -> Ident {
    let field = column.name.unraw().to_string();
    method(field.strip_suffix("_id").unwrap_or(&field), column.name)
}

/// The method on the other side of a relation, of the referenced model.
pub(super) fn reverse(column: &Column<'_>, model: &Ident) -> Option<Ident> {
    let pointer = column.relation.as_ref().filter(|pointer| !pointer.reverse_is_refused)?;
    let name = snake_case(&model.unraw().to_string());
    Some(match (pointer.related_name, pointer.kind) {
        (Some(given), _) => given_name(given),
        (None, Kind::OneToOne) => method(&name, pointer.word),
        (None, Kind::ForeignKey) => format_ident!("{name}_set", span = pointer.word.span()),
    })
}

/// The method on the other side of a many-to-many relation. A symmetrical relation has none.
pub(super) fn reverse_of_many(many: &ManyToManyField<'_>, model: &Ident) -> Option<Ident> {
    if many.is_symmetrical() || many.reverse_is_refused {
        return None;
    }
    Some(match many.related_name {
        Some(given) => given_name(given),
        None => format_ident!("{}_set", snake_case(&model.unraw().to_string()), span = many.word.span()),
    })
}

/// The value of `related_name`, which `check` has found to be a name, such as `posts` or `r#type`.
fn given_name(given: &LitStr) -> Ident {
    given.parse().unwrap_or_else(|_| Ident::new("related", given.span()))
}

/// The name of a method: a keyword becomes a raw identifier, and an invalid name is replaced by that of the field.
fn method(name: &str, field: &Ident) -> Ident {
    if syn::parse_str::<Ident>(name).is_ok() {
        Ident::new(name, field.span())
    } else if syn::parse_str::<Ident>(&format!("r#{name}")).is_ok() {
        Ident::new_raw(name, field.span())
    } else {
        field.clone()
    }
}

/// Whether the model has a method that finds a row by this column, and the column itself is not the key.
pub(super) fn is_found_by(column: &Column<'_>) -> bool {
    column.unique || column.relation.as_ref().is_some_and(|pointer| pointer.kind == Kind::OneToOne)
}
