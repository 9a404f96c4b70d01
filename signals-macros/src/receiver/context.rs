//! Parameters with `#[context]`: the value of the context that has their type.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, FnArg, GenericArgument, Ident, ItemFn, Meta, Pat, PathArguments, Type};

use super::ir::{Binding, ContextValue, Function, Parameter, Scope};
use super::meant::{self, Meant};
use super::type_tokens::{is_trait_object, without_lifetimes};
use crate::errors::Errors;
use crate::grammar::text;
use crate::root::{SpanRange, at, moved};
use crate::suggest;
use crate::written::written;

/// Attributes of other libraries that inject a value.
const FOREIGN: [&str; 9] =
    ["inject", "from_context", "ctx", "cx", "state", "depends", "dependency", "autowired", "data"];

/// Attributes that the compiler or another attribute reads.
const BUILT_IN: [&str; 7] = ["cfg", "cfg_attr", "allow", "warn", "deny", "forbid", "expect"];

/// Takes `#[context]` off the parameters, and returns their positions.
pub(super) fn take(function: &mut ItemFn, errors: &mut Errors) -> Vec<usize> {
    let mut marked = Vec::new();
    for (index, input) in function.sig.inputs.iter_mut().enumerate() {
        let attributes = match input {
            FnArg::Typed(typed) => &mut typed.attrs,
            FnArg::Receiver(receiver) => &mut receiver.attrs,
        };
        let mut seen = Seen::Never;
        attributes.retain(|attribute| match word(attribute) {
            Some(word) => {
                mark(attribute, &word, &mut seen, errors);
                false
            }
            None => true,
        });
        if let Seen::Once = seen {
            marked.push(index);
        }
    }
    let mut misplaced = false;
    function.attrs.retain(|attribute| {
        if !attribute.path().is_ident("context") {
            return true;
        }
        // The compiler reads an attribute above `#[receiver]` itself, and has said that there is none of this name.
        if !is_above(attribute) {
            errors.on(
                attribute.path(),
                "`#[context]` stands before a parameter, not before the function\n\n\
                 help: write it before each value of the context, as in `#[context] mailer: &Mailer`",
            );
        }
        misplaced = true;
        false
    });
    if misplaced {
        // They are values of the context, and have no second error.
        let inputs = function.sig.inputs.iter().enumerate();
        marked.extend(inputs.filter(|(_, input)| may_be_meant(input)).map(|(index, _)| index));
    }
    marked
}

/// Whether it stands in front of the attribute that is expanded. No macro is expanded in the tests of this crate.
fn is_above(attribute: &Attribute) -> bool {
    let position = |span: proc_macro::Span| (span.file(), span.line(), span.column());
    proc_macro::is_available() && {
        let (this, receiver) = (position(attribute.pound_token.span.unwrap()), position(proc_macro::Span::call_site()));
        this.0 == receiver.0 && (this.1, this.2) < (receiver.1, receiver.2)
    }
}

/// Whether the parameter has had the attribute.
enum Seen {
    Never,
    Once,
}

/// Reports what is wrong with an attribute that marks a value of the context.
fn mark(attribute: &Attribute, word: &Word, seen: &mut Seen, errors: &mut Errors) {
    let before = std::mem::replace(seen, Seen::Once);
    let path = attribute.path();
    let written = text(path);
    match word {
        Word::Foreign => errors.on(
            path,
            format!(
                "a value of the context is marked with `#[context]`, not `#[{written}]`\n\nhelp: write `#[context]`"
            ),
        ),
        Word::Misspelt => errors
            .on(path, format!("there is no attribute `{written}` of a parameter\n\nhelp: did you mean `#[context]`?")),
        Word::Context if !matches!(attribute.meta, Meta::Path(_)) => errors.on(
            path,
            "`#[context]` takes no arguments: the type of the parameter says which value\n\nhelp: write `#[context]`",
        ),
        Word::Context => {
            if let Seen::Once = before {
                errors.on(path, "`#[context]` is written twice\n\nhelp: leave one of them out");
            }
        }
    }
}

/// How an attribute says that a parameter is a value of the context.
enum Word {
    Context,
    Foreign,
    Misspelt,
}

fn word(attribute: &Attribute) -> Option<Word> {
    let last = attribute.path().segments.last()?.ident.unraw().to_string();
    if attribute.path().is_ident("context") {
        return Some(Word::Context);
    }
    if last == "context" || FOREIGN.contains(&last.as_str()) {
        return Some(Word::Foreign);
    }
    let is_misspelt = !BUILT_IN.contains(&last.as_str()) && suggest::misspelt(&last, &["context"]).is_some();
    is_misspelt.then_some(Word::Misspelt)
}

/// `mailer: &Mailer`, if it is no field of a payload.
fn may_be_meant(input: &FnArg) -> bool {
    let FnArg::Typed(typed) = input else { return false };
    let Pat::Ident(pattern) = &*typed.pat else { return false };
    let name = pattern.ident.unraw().to_string();
    let is_lent = referred(&typed.ty).or_else(|| referred(option(&typed.ty)?)).is_some();
    is_lent && name != "event" && !meant::is_field(&name)
}

/// The value that a parameter with `#[context]` takes.
pub(super) fn value<'a>(binding: &Binding<'a>, meant: &Meant, errors: &mut Errors) -> Option<ContextValue<'a>> {
    let ty = binding.ty;
    let name = binding.written.unraw().to_string();
    if let Some(message) = meant.field_of_the_payload(name.trim_start_matches('_'), ty) {
        errors.on(binding.written, message);
        return None;
    }
    let value = match (referred(ty), option(ty)) {
        (Some(target), _) => Ok(ContextValue::Required(target)),
        (None, Some(inner)) => {
            referred(inner).map(ContextValue::Optional).ok_or_else(|| by_value(inner, Form::Optional))
        }
        (None, None) => Err(by_value(ty, Form::Required)),
    };
    match value.and_then(|value| mistake(binding, value).map_or(Ok(value), Err)) {
        Ok(value) => Some(value),
        Err(mistake) => {
            errors.on(ty, mistake);
            None
        }
    }
}

/// How a parameter takes its value, and so how the answer to a mistake writes it.
#[derive(Clone, Copy)]
enum Form {
    Required,
    Optional,
}

impl Form {
    fn write(self, target: &str) -> String {
        match self {
            Self::Required => format!("&{target}"),
            Self::Optional => format!("Option<&{target}>"),
        }
    }
}

fn by_value(ty: &Type, form: Form) -> String {
    if let Type::Reference(reference) = ty {
        let ty = form.write(&written(reference.elem.to_token_stream()));
        return format!(
            "the values of the context are shared, so that no receiver can change them\n\n\
             help: write `{ty}`, and put what changes into a `Mutex` or an atomic"
        );
    }
    let written = written(ty.to_token_stream());
    let lent = form.write(&written);
    match form {
        Form::Required => format!(
            "the context lends its values\n\nhelp: write `{lent}`, or `{}` if it may be missing",
            Form::Optional.write(&written)
        ),
        Form::Optional => format!("the context lends its values\n\nhelp: write `{lent}`"),
    }
}

/// What is wrong with the type that a parameter refers to.
fn mistake(binding: &Binding<'_>, value: ContextValue<'_>) -> Option<String> {
    let (target, form) = match value {
        ContextValue::Required(target) => (target, Form::Required),
        ContextValue::Optional(target) => (target, Form::Optional),
    };
    let target = without_parentheses(target);
    let Binding { written: name, ty, scope, .. } = *binding;
    let as_written = written(target.to_token_stream());
    if scope == Scope::Function {
        return Some(format!(
            "a value of the context is found by its type, and `{as_written}` is not the name of one\n\nhelp: name the type"
        ));
    }
    if is_lent_for_ever(ty) {
        return Some(format!(
            "`{name}` is lent for the call, and is not `'static`\n\n\
             help: write `{}`; what runs after the call gets a clone, or takes it from the context itself",
            form.write(&as_written)
        ));
    }
    if is_trait_object(target) {
        let shared = format!("std::sync::Arc<{as_written}>");
        return Some(format!(
            "a value of the context is found by its type, and that of a `{as_written}` is not known\n\n\
             help: write `{}`, and put an `Arc<{as_written}>` into the context",
            form.write(&shared)
        ));
    }
    let owned = match target {
        Type::Slice(slice) => Some(format!("Vec<{}>", written(slice.elem.to_token_stream()))),
        Type::Path(path) if path.path.is_ident("str") => Some("String".to_owned()),
        _ => None,
    };
    if let Some(owned) = owned {
        return Some(format!(
            "the context owns its values\n\nhelp: write `{}`, or a type of your own that says what it is",
            form.write(&owned)
        ));
    }
    if let (Form::Required, Some(inner)) = (form, option(target)) {
        let lent = Form::Optional.write(&written(inner.to_token_stream()));
        return Some(format!("a value that may be missing is an `Option` of a reference\n\nhelp: write `{lent}`"));
    }
    is_context_type(target).then(|| {
        format!(
            "the whole context is a field of the payload\n\n\
             help: write `context: &{as_written}` instead of `#[context] {name}`"
        )
    })
}

/// Reports two parameters that take the same value.
pub(super) fn check(parameters: &[Parameter<'_>], errors: &mut Errors) {
    let mut seen: Vec<String> = Vec::new();
    for parameter in parameters {
        let Parameter::Context(binding, value) = parameter else { continue };
        let target = text(without_lifetimes(value.target()));
        if seen.contains(&target) {
            errors.on(
                binding.ty,
                format!(
                    "a context has one value of a type, and another parameter takes the `{}`\n\n\
                     help: leave one of them out, or give each value a type of its own",
                    written(value.target().to_token_stream())
                ),
            );
        }
        seen.push(target);
    }
}

/// `&'static T`, also as an `Option`.
fn is_lent_for_ever(ty: &Type) -> bool {
    match option(ty).unwrap_or(ty) {
        Type::Reference(reference) => reference.lifetime.as_ref().is_some_and(|lifetime| lifetime.ident == "static"),
        _ => false,
    }
}

fn without_parentheses(ty: &Type) -> &Type {
    match ty {
        Type::Paren(inner) => without_parentheses(&inner.elem),
        Type::Group(inner) => without_parentheses(&inner.elem),
        _ => ty,
    }
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

/// The statements that bind the parameters with `#[context]` to the context of `from`. They are the first: another parameter may borrow the whole payload.
pub(super) fn locals(function: &Function<'_>, from: &str, private: &TokenStream) -> TokenStream {
    let mut values = function.parameters.iter().filter_map(|parameter| match parameter {
        Parameter::Context(binding, value) => Some((binding.name.clone(), *value)),
        _ => None,
    });
    let Some(first) = values.next() else { return TokenStream::new() };
    let [context, found, missing] = ["context", "found", "missing"].map(|name| Ident::new(name, Span::mixed_site()));
    // A field of another type is a mistake of the parameter.
    let place = SpanRange::of(&first.0);
    let question = moved(quote!(#private::LendsContext::lend), place);
    let from = Ident::new(from, place.hygienic());
    let field = quote_spanned!(place.hygienic()=> &#from.context);
    let mut argument = Group::new(Delimiter::Brace, quote!(#context));
    argument.set_span(place.first());
    let lent = quote_spanned!(place.first()=> #question(#argument));
    let bound = std::iter::once(first).chain(values).map(|(name, value)| match value {
        ContextValue::Required(ty) => {
            let ty = without_lifetimes(ty);
            quote! {
                let #name = match #private::required::<#ty>(#context) {
                    ::core::result::Result::Ok(#found) => #found,
                    ::core::result::Result::Err(#missing) => {
                        return ::core::result::Result::Err(::core::convert::Into::into(#missing));
                    }
                };
            }
        }
        ContextValue::Optional(ty) => {
            let ty = without_lifetimes(ty);
            quote!(let #name = #private::optional::<#ty>(#context);)
        }
    });
    quote! {
        let #context = #field;
        #[allow(unused_braces)]
        let #context = #lent;
        #(#bound)*
    }
}

/// `context: &Context` next to values of the context: it is the context that they are borrowed from.
pub(super) fn whole(function: &Function<'_>, parameter: &Parameter<'_>) -> Option<TokenStream> {
    let Parameter::Field(Binding { name, ty, .. }) = parameter else { return None };
    let has_values = function.parameters.iter().any(|parameter| matches!(parameter, Parameter::Context(..)));
    let is_whole = has_values && *name == "context" && referred(ty).is_some_and(is_context_type);
    let context = Ident::new("context", Span::mixed_site());
    is_whole.then(|| quote!(let #name: #ty = #context;))
}

fn is_context_type(ty: &Type) -> bool {
    matches!(ty, Type::Path(path) if path.path.segments.last().is_some_and(|last| last.ident == "Context"))
}

/// What a receiver takes from the context, for the registry.
pub(super) fn needs(function: &Function<'_>, private: &TokenStream) -> TokenStream {
    let needs = function.parameters.iter().filter_map(|parameter| {
        let Parameter::Context(_, value) = parameter else { return None };
        let (kind, ty) = match value {
            ContextValue::Required(ty) => (quote!(required), ty),
            ContextValue::Optional(ty) => (quote!(optional), ty),
        };
        let name = written(ty.to_token_stream());
        let ty = at(SpanRange::of(ty), without_lifetimes(ty), private);
        Some(quote!(#private::ContextNeed::#kind(<#ty as #private::IsContextValue>::TYPE, #name)))
    });
    quote!(&[#(#needs),*])
}
