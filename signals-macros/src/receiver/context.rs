//! Parameters with `#[context]`: the value of the context that has their type.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, FnArg, GenericArgument, Ident, ItemFn, Meta, PathArguments, Type};

use super::ir::{Binding, ContextValue, Function, Parameter, Scope};
use super::parameters::{is_trait_object, without_lifetimes};
use crate::errors::Errors;
use crate::grammar::text;
use crate::root::SpanRange;
use crate::written::written;

/// Attributes of other libraries that inject a value.
const FOREIGN: [&str; 9] =
    ["inject", "from_context", "ctx", "cx", "state", "depends", "dependency", "autowired", "data"];

/// Takes `#[context]` off the parameters, and returns their positions.
pub(super) fn take(function: &mut ItemFn, errors: &mut Errors) -> Vec<usize> {
    let mut marked = Vec::new();
    for (index, input) in function.sig.inputs.iter_mut().enumerate() {
        let attributes = match input {
            FnArg::Typed(typed) => &mut typed.attrs,
            FnArg::Receiver(receiver) => &mut receiver.attrs,
        };
        let before = attributes.len();
        let mut seen = false;
        attributes.retain(|attribute| {
            if !is_context(attribute) {
                return true;
            }
            if !matches!(attribute.meta, Meta::Path(_)) {
                errors.on(attribute.path(), "`#[context]` takes no arguments: the type of the parameter says which value\n\nhelp: write `#[context]`");
            } else if attribute.path().is_ident("context") {
                if std::mem::replace(&mut seen, true) {
                    errors.on(attribute.path(), "`#[context]` is written twice\n\nhelp: leave one of them out");
                }
            } else {
                let word = text(attribute.path());
                errors.on(attribute.path(), format!("a value of the context is marked with `#[context]`, not `#[{word}]`\n\nhelp: write `#[context]`"));
            }
            false
        });
        if attributes.len() < before {
            marked.push(index);
        }
    }
    marked
}

fn is_context(attribute: &Attribute) -> bool {
    attribute
        .path()
        .segments
        .last()
        .is_some_and(|last| last.ident == "context" || FOREIGN.iter().any(|word| last.ident == word))
}

/// The value that a parameter with `#[context]` takes.
pub(super) fn value<'a>(binding: &Binding<'a>, errors: &mut Errors) -> Option<ContextValue<'a>> {
    let ty = binding.ty;
    let value = match (referred(ty), option(ty)) {
        (Some(target), _) => Ok(ContextValue::Required(target)),
        (None, Some(inner)) => referred(inner).map(ContextValue::Optional).ok_or_else(|| {
            let inner = written(inner.to_token_stream());
            format!("the context lends its values\n\nhelp: write `Option<&{inner}>`")
        }),
        (None, None) => Err(by_value(ty)),
    };
    match value.and_then(|value| mistake(binding, value.target()).map_or(Ok(value), Err)) {
        Ok(value) => Some(value),
        Err(mistake) => {
            errors.on(ty, mistake);
            None
        }
    }
}

fn by_value(ty: &Type) -> String {
    if let Type::Reference(reference) = ty {
        let target = written(reference.elem.to_token_stream());
        return format!(
            "the values of the context are shared, so that no receiver can change them\n\n\
             help: write `&{target}`, and put what changes into a `Mutex` or an atomic"
        );
    }
    let written = written(ty.to_token_stream());
    format!("the context lends its values\n\nhelp: write `&{written}`, or `Option<&{written}>` if it may be missing")
}

/// What is wrong with the type that a parameter refers to.
fn mistake(binding: &Binding<'_>, target: &Type) -> Option<String> {
    let Binding { written: name, ty, scope, .. } = *binding;
    let as_written = written(target.to_token_stream());
    if scope == Scope::Function {
        return Some(format!(
            "a value of the context is found by its type, and `{as_written}` is not the name of one\n\nhelp: name the type"
        ));
    }
    if is_trait_object(target) {
        return Some(format!(
            "a value of the context is found by its type, and that of a `{as_written}` is not known\n\n\
             help: write `&std::sync::Arc<{as_written}>`, and put an `Arc<{as_written}>` into the context"
        ));
    }
    let owned = match target {
        Type::Slice(slice) => Some(format!("Vec<{}>", written(slice.elem.to_token_stream()))),
        Type::Path(path) if path.path.is_ident("str") => Some("String".to_owned()),
        _ => None,
    };
    if let Some(owned) = owned {
        return Some(format!(
            "the context owns its values\n\nhelp: write `&{owned}`, or a type of your own that says what it is"
        ));
    }
    let is_the_context =
        matches!(target, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Context"));
    is_the_context.then(|| {
        let ty = written(ty.to_token_stream());
        format!(
            "the whole context is a field of the payload\n\nhelp: write `context: {ty}` instead of `#[context] {name}`"
        )
    })
}

/// The target of a `&T`.
fn referred(ty: &Type) -> Option<&Type> {
    match ty {
        Type::Reference(reference) if reference.mutability.is_none() => Some(&reference.elem),
        Type::Paren(inner) => referred(&inner.elem),
        Type::Group(inner) => referred(&inner.elem),
        _ => None,
    }
}

/// The `T` of an `Option<T>`.
fn option(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "Option")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(inner) => Some(inner),
        _ => None,
    }
}

/// The statements that bind the parameters with `#[context]`. They are the first: another parameter may borrow the whole payload.
pub(super) fn locals(function: &Function<'_>, private: &TokenStream) -> TokenStream {
    let mut values = function.parameters.iter().filter_map(|parameter| match parameter {
        Parameter::Context(binding, value) => Some((binding.name.clone(), *value)),
        _ => None,
    });
    let Some(first) = values.next() else { return TokenStream::new() };
    let [payload, context, found, missing] =
        ["payload", "context", "found", "missing"].map(|name| Ident::new(name, Span::mixed_site()));
    let bound = std::iter::once(first).chain(values).map(|(name, value)| match value {
        ContextValue::Required(ty) => {
            let ty = without_lifetimes(ty);
            quote! {
                let #name = match #context.require::<#ty>() {
                    ::core::result::Result::Ok(#found) => #found,
                    ::core::result::Result::Err(#missing) => {
                        return ::core::result::Result::Err(::core::convert::Into::into(#missing));
                    }
                };
            }
        }
        ContextValue::Optional(ty) => {
            let ty = without_lifetimes(ty);
            quote!(let #name = #context.get::<#ty>();)
        }
    });
    quote! {
        let #context: &#private::Context = &#payload.context;
        #(#bound)*
    }
}

/// What a receiver takes from the context, for the registry.
pub(super) fn needs(function: &Function<'_>, private: &TokenStream) -> TokenStream {
    let needs = function.parameters.iter().filter_map(|parameter| {
        let Parameter::Context(_, value) = parameter else { return None };
        let (kind, ty) = match value {
            ContextValue::Required(ty) => (quote!(required), ty),
            ContextValue::Optional(ty) => (quote!(optional), ty),
        };
        let (name, span) = (written(ty.to_token_stream()), SpanRange::of(ty).first());
        let ty = without_lifetimes(ty);
        Some(quote_spanned!(span=> #private::ContextNeed::#kind::<#ty>(#name)))
    });
    quote!(&[#(#needs),*])
}
