//! Type parameters of a receiver. Its parameters are bound to the payload, which says what they are.

use proc_macro2::{Ident, TokenStream};
use quote::ToTokens;
use syn::{GenericParam, Generics, Type};

use super::ir::{Parameter, Scope};
use super::meant::Meant;
use super::parse::Parsed;
use crate::errors::Errors;
use crate::grammar::text;
use crate::written::find_word;

/// The type parameters, and those of constants.
pub(super) fn names<'g>(generics: &'g Generics) -> Vec<&'g Ident> {
    let name = |parameter: &'g GenericParam| match parameter {
        GenericParam::Type(parameter) => Some(&parameter.ident),
        GenericParam::Const(parameter) => Some(&parameter.ident),
        GenericParam::Lifetime(_) => None,
    };
    generics.params.iter().filter_map(name).collect()
}

pub(super) fn check(parsed: &Parsed, parameters: &[Parameter<'_>], errors: &mut Errors) {
    let generics = &parsed.function.sig.generics;
    let of_the_library = Meant::of(&parsed.attributes).is_of_the_library();
    for name in names(generics) {
        let is_bound = parsed.function.sig.inputs.iter().any(|input| mentions(input, &[name]));
        if !is_bound && !is_determined_by_another(generics, name) {
            let help = if of_the_library {
                format!("take `instance: &{name}`, or leave `{name}` out")
            } else {
                format!("take a field of this type, or leave `{name}` out")
            };
            errors.on(name, format!("no parameter of the receiver says what `{name}` is\n\nhelp: {help}"));
        }
    }
    let has_senders = |arguments: &super::arguments::Arguments| arguments.senders.is_some();
    if !of_the_library || parsed.attributes.iter().all(has_senders) {
        return;
    }
    let may_be_unsized = text(generics).contains("?Sized");
    for binding in parameters.iter().map(Parameter::binding) {
        let is_unsized = may_be_unsized || text(binding.ty).contains("?Sized");
        if binding.name == "instance" && binding.scope == Scope::Function && !is_bare_trait(binding.ty) && !is_unsized {
            errors.on(
                binding.ty,
                "a receiver without a sender receives from every model, so `instance` has no type of its own\n\n\
                 help: take `instance: &dyn AnyModel`, or name the senders, as in `sender = [User, Order]`",
            );
        }
    }
}

/// Whether a type cannot be written outside of its function, because it names a type parameter or is an `impl`. For a trait without
/// `dyn`, which the compiler refuses in the function, it is not repeated.
pub(super) fn is_generic(ty: &Type, generics: &[&Ident]) -> bool {
    mentions(ty, generics) || contains_impl(ty.to_token_stream()) || is_bare_trait(ty)
}

/// A reference to a trait of the library, without `dyn`.
fn is_bare_trait(ty: &Type) -> bool {
    const TRAITS: [&str; 5] = ["AnyModel", "AnyRows", "AnyIds", "Executor", "Session"];
    let Type::Reference(reference) = ty else { return false };
    let Type::Path(path) = &*reference.elem else { return false };
    path.path.segments.last().is_some_and(|last| TRAITS.iter().any(|name| last.ident == name))
}

/// Whether a bound of another parameter determines it, as in `M: Model<Key = K>`.
fn is_determined_by_another(generics: &Generics, name: &Ident) -> bool {
    let in_bounds = generics.params.iter().any(|parameter| match parameter {
        GenericParam::Type(parameter) => mentions(&parameter.bounds, &[name]),
        _ => false,
    });
    in_bounds
        || generics.where_clause.as_ref().is_some_and(|clause| {
            clause.predicates.iter().any(|predicate| match predicate {
                syn::WherePredicate::Type(predicate) => mentions(&predicate.bounds, &[name]),
                _ => false,
            })
        })
}

fn mentions(tokens: impl ToTokens, names: &[&Ident]) -> bool {
    find_word(tokens.to_token_stream(), &|word| names.contains(&word)).is_some()
}

fn contains_impl(tokens: TokenStream) -> bool {
    find_word(tokens, &|word| word == "impl").is_some()
}
