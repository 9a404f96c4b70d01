//! The senders of a signal: the type parameter of its struct, the trait object for any of them, and how each field becomes that of the
//! payload for one sender.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{
    Attribute, Field, GenericArgument, GenericParam, Generics, Ident, ItemStruct, Lifetime, PathArguments, Token, Type,
    TypeParam, TypeParamBound, TypePath, TypeReference, TypeTraitObject, parse_quote,
};

use crate::errors::Errors;
use crate::grammar::text;
use crate::written::{find_word, written};

/// The senders of a signal. It borrows the user's tokens.
pub(super) struct Senders<'a> {
    /// The type parameter.
    pub(super) name: &'a Ident,
    /// The payload for any sender has this type in its place.
    pub(super) any: TokenStream,
    /// What a sender implements.
    pub(super) bounds: TokenStream,
    pub(super) fields: Vec<SenderField<'a>>,
}

/// A field, and how the payload for one sender gets it from that for any.
pub(super) struct SenderField<'a> {
    pub(super) name: &'a Ident,
    pub(super) ty: &'a Type,
    pub(super) cfgs: Vec<&'a Attribute>,
    pub(super) passing: Passing,
}

/// How a field is passed on.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Passing {
    /// `&'a M`
    Sender(Borrow),
    /// `Option<&'a M>`
    OptionOfSender(Borrow),
    /// `PhantomData<M>`
    Marker,
    /// `&'a mut T`
    Reborrowed,
    /// `Option<&'a mut T>`
    OptionReborrowed,
    /// Any other type, which is `Copy`.
    Copied,
    /// It cannot be, which is said already.
    Mistaken,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Borrow {
    Shared,
    Mutable,
}

impl<'a> Senders<'a> {
    /// The senders of a signal with one type parameter.
    pub(super) fn of(item: &'a ItemStruct) -> Option<Self> {
        let parameter = item.generics.type_params().next()?;
        let (any, bounds) =
            if let Some(object) = parameter.default.as_ref().and_then(|(_, default)| trait_object(default)) {
                let bounds = &object.bounds;
                (object.to_token_stream(), quote!(#bounds + ::core::marker::Send + ::core::marker::Sync))
            } else {
                let bounds = quote!(::core::any::Any + ::core::marker::Send + ::core::marker::Sync);
                (quote!(dyn #bounds), bounds)
            };
        let lifetime = lifetime(item);
        let fields =
            item.fields.iter().filter_map(|field| SenderField::of(field, &parameter.ident, lifetime)).collect();
        Some(Self { name: &parameter.ident, any, bounds, fields })
    }

    /// Whether receivers take `instance` as a reference to the sender.
    pub(super) fn lend_instance(&self) -> bool {
        self.fields.iter().any(|field| field.name == "instance" && matches!(field.passing, Passing::Sender(_)))
    }

    /// The struct with the default of its type parameter. What is a mistake is left out, so that it is one error.
    pub(super) fn declared(&self, item: &ItemStruct) -> ItemStruct {
        let mut item = item.clone();
        let any = &self.any;
        for parameter in item.generics.type_params_mut() {
            parameter.bounds = parse_quote!(?::core::marker::Sized);
            parameter.default = Some((Token![=](parameter.ident.span()), parse_quote!(#any)));
        }
        item.generics.where_clause = None;
        let name = self.name;
        for field in &mut item.fields {
            if passing(&field.ty, name).is_none() {
                field.ty = parse_quote!(::core::marker::PhantomData<#name>);
            }
        }
        item
    }
}

impl<'a> SenderField<'a> {
    fn of(field: &'a Field, parameter: &Ident, lifetime: Option<&Lifetime>) -> Option<Self> {
        let cfgs = field.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect();
        let passing = match passing(&field.ty, parameter) {
            // As `declared` declares it.
            None => Passing::Marker,
            Some(_) if lent_for_ever(&field.ty, lifetime).is_some() => Passing::Mistaken,
            Some(passing) => passing,
        };
        Some(Self { name: field.ident.as_ref()?, ty: &field.ty, cfgs, passing })
    }
}

/// How a field of this type is passed on; `None` if it cannot be.
fn passing(ty: &Type, parameter: &Ident) -> Option<Passing> {
    let names_sender = |ty: &Type| find_word(ty.to_token_stream(), &|word| word == parameter).is_some();
    Some(match ty {
        Type::Group(inner) => return passing(&inner.elem, parameter),
        Type::Paren(inner) => return passing(&inner.elem, parameter),
        Type::Reference(reference) if is_sender(&reference.elem, parameter) => Passing::Sender(borrow(reference)),
        _ if is_named(ty, "PhantomData") => Passing::Marker,
        _ => match option_of_reference(ty) {
            Some(reference) if is_sender(&reference.elem, parameter) => Passing::OptionOfSender(borrow(reference)),
            _ if names_sender(ty) => return None,
            Some(reference) if reference.mutability.is_some() => Passing::OptionReborrowed,
            None if matches!(ty, Type::Reference(reference) if reference.mutability.is_some()) => Passing::Reborrowed,
            _ => Passing::Copied,
        },
    })
}

fn borrow(reference: &TypeReference) -> Borrow {
    if reference.mutability.is_some() { Borrow::Mutable } else { Borrow::Shared }
}

fn is_sender(ty: &Type, parameter: &Ident) -> bool {
    match ty {
        Type::Group(inner) => is_sender(&inner.elem, parameter),
        Type::Paren(inner) => is_sender(&inner.elem, parameter),
        Type::Path(TypePath { path, qself: None, .. }) => path.is_ident(parameter),
        _ => false,
    }
}

fn is_named(ty: &Type, name: &str) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == name))
}

/// The reference in an `Option<&'a T>`.
fn option_of_reference(ty: &Type) -> Option<&TypeReference> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "Option")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(Type::Reference(reference)) => Some(reference),
        _ => None,
    }
}

/// The rules for a signal with `sender`.
pub(super) fn check(item: &ItemStruct, errors: &mut Errors) {
    let parameters: Vec<&TypeParam> = item.generics.type_params().collect();
    match parameters[..] {
        [] => errors.on(
            &item.ident,
            format!(
                "a signal with senders has a type parameter, which stands for the sender\n\nhelp: write `struct {}`",
                with_parameter(item)
            ),
        ),
        [parameter] => check_parameter(parameter, errors),
        [_, second, ..] => errors
            .on(second, "a signal has one type parameter, which stands for its sender\n\nhelp: leave this one out"),
    }
    for parameter in &item.generics.params {
        if let GenericParam::Const(parameter) = parameter {
            errors.on(parameter, "a signal has no constant in its type\n\nhelp: leave it out, or make it a field");
        }
    }
    if let Some(clause) = &item.generics.where_clause {
        errors.on(
            clause,
            "the senders of a signal are not restricted by a `where` clause\n\n\
             help: name their trait as the default of the type parameter, as in `M: ?Sized = dyn Entity`",
        );
    }
    let [parameter] = parameters[..] else { return };
    for field in &item.fields {
        check_field(field, &parameter.ident, lifetime(item), errors);
    }
}

/// `Saved<'a, M: ?Sized>`
fn with_parameter(item: &ItemStruct) -> String {
    let name = &item.ident;
    match item.generics.lifetimes().next() {
        Some(lifetime) => format!("{name}<{}, M: ?Sized>", lifetime.lifetime),
        None => format!("{name}<M: ?Sized>"),
    }
}

/// Whether it is `?Sized`.
fn is_unsized(bound: &TypeParamBound) -> bool {
    let bound = text(bound);
    bound.starts_with('?') && bound.ends_with("Sized")
}

/// The trait object, which may be in parentheses.
fn trait_object(ty: &Type) -> Option<&TypeTraitObject> {
    match ty {
        Type::TraitObject(object) => Some(object),
        Type::Paren(inner) => trait_object(&inner.elem),
        Type::Group(inner) => trait_object(&inner.elem),
        _ => None,
    }
}

fn check_parameter(parameter: &TypeParam, errors: &mut Errors) {
    let name = &parameter.ident;
    let others: Punctuated<&TypeParamBound, Token![+]> =
        parameter.bounds.iter().filter(|bound| !is_unsized(bound)).collect();
    if !others.is_empty() {
        let traits = written(others.to_token_stream());
        errors.on(
            &others,
            format!(
                "the senders of a signal are not restricted by a bound\n\n\
                 help: name their trait as the default, `{name}: ?Sized = dyn {traits}`: it has `Any + Send + Sync` as supertraits"
            ),
        );
    } else if !parameter.bounds.iter().any(is_unsized) {
        errors.on(
            name,
            format!("`{name}` also stands for any sender, which is a trait object\n\nhelp: write `{name}: ?Sized`"),
        );
    }
    let default = parameter.default.as_ref().map(|(_, default)| default);
    if let Some(default) = default.filter(|default| trait_object(default).is_none()) {
        errors.on(
            default,
            format!(
                "the default of `{name}` stands for any sender, so that it is a trait object\n\n\
                 help: write `dyn` and a trait with `Any + Send + Sync` as supertraits, or leave the default out"
            ),
        );
    }
}

fn check_field(field: &Field, parameter: &Ident, lifetime: Option<&Lifetime>, errors: &mut Errors) {
    let tick = lifetime.map_or_else(|| "'a".to_owned(), ToString::to_string);
    match passing(&field.ty, parameter) {
        None => errors.on(
            &field.ty,
            format!(
                "a field with the sender is a `&{tick} {parameter}` or a `&{tick} mut {parameter}`, or an `Option` of one\n\n\
                 help: lend one value, or write `PhantomData<{parameter}>` to name the sender without a value"
            ),
        ),
        Some(_) => {
            if let Some(target) = lent_for_ever(&field.ty, lifetime) {
                errors.on(
                    target,
                    format!(
                        "a type behind a `&{tick} mut` does not borrow for `{tick}` itself: it would be lent to the first receiver for ever\n\n\
                         help: name a type that borrows nothing, or borrow it as `&{tick}`"
                    ),
                );
            }
        }
    }
}

/// The target of a `&'a mut T<'a>`.
fn lent_for_ever<'t>(ty: &'t Type, lifetime: Option<&Lifetime>) -> Option<&'t Type> {
    let reference = match ty {
        Type::Reference(reference) => reference,
        ty => option_of_reference(ty)?,
    };
    let lifetime = lifetime.filter(|_| reference.mutability.is_some())?;
    find_word(reference.elem.to_token_stream(), &|word| *word == lifetime.ident)?;
    Some(&reference.elem)
}

/// The lifetime of the struct, if it has one.
fn lifetime(item: &ItemStruct) -> Option<&Lifetime> {
    item.generics.lifetimes().next().map(|parameter| &parameter.lifetime)
}

/// Whether it is one lifetime at most and one type parameter.
pub(super) fn has_one_parameter(generics: &Generics) -> bool {
    let (lifetimes, types) = (generics.lifetimes().count(), generics.type_params().count());
    lifetimes <= 1 && types == 1 && generics.params.len() == lifetimes + types
}
