//! Reads types by their tokens. Only the compiler knows the meaning of an alias.

use syn::{GenericArgument, Ident, PathArguments, Type};

use crate::grammar::text;
use crate::shape::plain;

/// The type within `Option<..>`, if the type is written as one.
pub(super) fn option(ty: &Type) -> Option<&Type> {
    argument_of(ty, "Option")
}

/// The model that a type names, if it is written as `ManyToMany<Model>`.
pub(super) fn many_to_many(ty: &Type) -> Option<&Type> {
    argument_of(ty, "ManyToMany")
}

/// Whether the type is written as `Id<..>` or `Ref<..>`.
pub(super) fn is_id(ty: &Type) -> bool {
    last_word(ty).is_some_and(|last| last == "Id" || last == "Ref")
}

pub(super) fn last_word(ty: &Type) -> Option<&Ident> {
    let Type::Path(path) = plain(ty) else { return None };
    path.path.segments.last().map(|last| &last.ident)
}

/// What is wrong with a field of this type that is to be set to NULL.
pub(super) fn needs_null(ty: &Type) -> String {
    format!("`set_null` needs a field that can be null\n\nhelp: make it an `Option<{}>`", text(ty))
}

/// The first argument of a type that is written as `name<..>`.
fn argument_of<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = plain(ty) else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(argument) => Some(argument),
        _ => None,
    }
}
