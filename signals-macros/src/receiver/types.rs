//! Types of parameters that the compiler refuses in the function itself, or that no call can fulfil: each is one error with the type that
//! is meant, and the function is handed back with that type.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{PathArguments, Type, TypeParamBound, parse_quote};

use super::meant::{Meant, payload_without_model, target};
use crate::errors::Errors;
use crate::written::written;

pub(super) fn check(name: &str, ty: &Type, meant: &Meant, errors: &mut Errors) {
    if !meant.is_of_the_library() {
        return;
    }
    if let Some(object) = object_of_model(ty) {
        errors.on(
            object,
            format!(
                "a row of any model is a `dyn AnyModel`, and no `dyn Model`\n\nhelp: write `{name}: &dyn AnyModel`"
            ),
        );
    }
    if meant.is_payload(ty) && payload_without_model(ty) {
        let (payload, row) = (target(ty).to_token_stream(), &meant.row);
        let name = if name == "event" { "" } else { ", and call it `event`" };
        errors.on(
            target(ty),
            format!("`{payload}` is the payload of a model\n\nhelp: write `&{payload}<'_, {row}>`{name}"),
        );
    }
    if let Some(instance) = meant.instance(name, ty) {
        let message = format!(
            "`{name}` is a `{instance}` here, not `{}`\n\nhelp: write `{name}: {instance}`",
            written(ty.to_token_stream())
        );
        errors.on(ty, message);
    }
    if let Some(lifetime) = static_reference(ty) {
        errors.on(
            lifetime,
            format!(
                "`{name}` is lent for the call, and is not `'static`\n\n\
                 help: leave `'static` out; what runs after the call gets a clone"
            ),
        );
    }
}

/// The type that is meant, so that the function has no errors of its own.
pub(super) fn corrected(name: &str, ty: &mut Type, meant: &Meant, sender: Option<&Type>) {
    if !meant.is_of_the_library() {
        return;
    }
    if meant.instance(name, ty).is_some() {
        let row = sender.map_or_else(|| quote!(dyn AnyModel), ToTokens::to_token_stream);
        *ty = parse_quote!(&#row);
    }
    let without_model = meant.is_payload(ty) && payload_without_model(ty);
    let target = match ty {
        Type::Reference(reference) => &mut *reference.elem,
        other => other,
    };
    match target {
        Type::TraitObject(object) => {
            for bound in &mut object.bounds {
                if let TypeParamBound::Trait(bound) = bound
                    && let Some(last) = bound.path.segments.last_mut().filter(|last| last.ident == "Model")
                {
                    last.ident = syn::Ident::new("AnyModel", last.ident.span());
                }
            }
        }
        Type::Path(path) if without_model => {
            let model = sender.map_or_else(|| quote!(dyn AnyModel), ToTokens::to_token_stream);
            if let Some(last) = path.path.segments.last_mut() {
                last.arguments = PathArguments::AngleBracketed(parse_quote!(<'_, #model>));
            }
        }
        _ => {}
    }
}

/// `dyn Model`
fn object_of_model(ty: &Type) -> Option<TokenStream> {
    let Type::TraitObject(object) = target(ty) else { return None };
    let is_model = |bound: &TypeParamBound| match bound {
        TypeParamBound::Trait(bound) => bound.path.segments.last().is_some_and(|last| last.ident == "Model"),
        _ => false,
    };
    object.bounds.iter().any(is_model).then(|| object.to_token_stream())
}

/// `&'static User`, but for values that the library has for ever.
fn static_reference(ty: &Type) -> Option<&syn::Lifetime> {
    let Type::Reference(reference) = ty else { return None };
    let is_meta = matches!(&*reference.elem, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Meta"));
    reference.lifetime.as_ref().filter(|lifetime| lifetime.ident == "static" && !is_meta)
}
