//! The type with the name of a receiver, which `after = [..]` names: types and functions have separate names, so that the function
//! stays a function.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::token::Semi;
use syn::{FnArg, GenericParam, ItemFn, Path, Token, Type};

use crate::root::{SpanRange, implement};

/// The type of one receiver.
pub(super) struct Name {
    /// What declares it, next to the function.
    pub(super) declaration: TokenStream,
    /// What implements its traits.
    pub(super) implementation: TokenStream,
    /// The type, for the entry of the function itself.
    pub(super) ty: TokenStream,
    /// The function.
    pub(super) function: TokenStream,
    /// The name of the function, not as a raw identifier.
    plain: Ident,
    /// How many receivers of the crate had the name so far, with this one.
    nth: usize,
}

impl Name {
    pub(super) fn new(item: &ItemFn, after: &[&Path], private: &TokenStream) -> Self {
        match after.first() {
            None => Self::without_order(item, private),
            Some(first) => Self::ordered(item, first, after, private),
        }
    }

    /// The static with one of its entries in the registry, which are in the module of the function. The compiler names it if a filter
    /// is refused.
    pub(super) fn entry(&self, index: usize) -> Ident {
        // No function begins with a digit, so that this is not the name of another receiver.
        let number = if (self.nth, index) == (1, 0) { String::new() } else { format!("{}_{index}_", self.nth) };
        Ident::new(&format!("RECEIVER_{number}{}", self.plain), Span::mixed_site())
    }

    /// An alias of a type with a number: it needs no implementation, and two functions with one name are one error.
    fn without_order(item: &ItemFn, private: &TokenStream) -> Self {
        let Identity { number, nth, is_repeated } = Identity::next(&item.sig.ident);
        let (vis, name) = (&item.vis, ident(&item.sig.ident));
        let (first, last) = place(item);
        let (word, end) = (Token![type](first), Semi(last));
        let ty = quote!(#private::FunctionName<#number>);
        Self {
            declaration: quote!(#[doc(hidden)] #vis #word #name = #ty #end),
            implementation: TokenStream::new(),
            function: if is_repeated { only(item, &ty, private) } else { item.sig.ident.to_token_stream() },
            // By its name, so that the compiler sees that it is used.
            ty: name.to_token_stream(),
            plain: name.unraw(),
            nth,
        }
    }

    /// An enum. The number of its variant is computed from the numbers of the receivers that run earlier. In a cycle it cannot be
    /// computed, and the compiler names the receivers of the cycle.
    fn ordered(item: &ItemFn, first: &Path, after: &[&Path], private: &TokenStream) -> Self {
        let (vis, name) = (&item.vis, &item.sig.ident);
        // The expression has the user's spans, so that the error about a cycle only shows the user's code.
        let span = SpanRange::of(first).first();
        let number = quote_spanned! {span=> {
            use #private::NoReceiver as _;
            <()>::RunsAfter as ::core::primitive::isize #(| <#after>::RunsAfter as ::core::primitive::isize)*
        }};
        let (word, end) = place(item);
        let word = Token![enum](word);
        let mut variants = Group::new(Delimiter::Brace, quote_spanned!(name.span()=> RunsAfter = #number));
        variants.set_span(end);
        Self {
            declaration: quote! {
                #[doc(hidden)]
                #[allow(dead_code, non_camel_case_types, missing_copy_implementations, missing_debug_implementations, reason = "it is only a name")]
                #vis #word #name #variants
            },
            implementation: implementation(name, private),
            ty: name.to_token_stream(),
            function: name.to_token_stream(),
            plain: name.unraw(),
            nth: Identity::next(name).nth,
        }
    }
}

/// What makes an enum the name of a receiver, which `after` and `mute` take.
fn implementation(name: &Ident, private: &TokenStream) -> TokenStream {
    let named = quote! {
        const ID: ::core::any::TypeId = ::core::any::TypeId::of::<Self>();
    };
    let selected = quote! {
        const SELECTOR: #private::Selector = #private::Selector::receiver::<Self>();
    };
    let named = implement(name, &quote!(#private::ReceiverName for #name), &named);
    let selected = implement(name, &quote!(#private::Selects for #name), &selected);
    quote!(#named #selected)
}

/// The first and the last token of the function. The type has them too: if there are two functions of one name, the compiler
/// reports one name at one location only once; if the function is private, the compiler shows the function.
pub(super) fn place(item: &ItemFn) -> (Span, Span) {
    let first = SpanRange::of(&item.sig).first();
    (first, item.block.brace_token.span.join())
}

/// The name of the function. Its span has the location of the function but the hygiene of the macro, so that no lint complains that
/// the name is not in camel case, or that the type is not used.
fn ident(name: &Ident) -> Ident {
    let (span, plain) = (Span::call_site().located_at(name.span()), name.unraw());
    if plain == *name { Ident::new(&plain.to_string(), span) } else { Ident::new_raw(&plain.to_string(), span) }
}

/// The function if it is the only one of its name in its module. If there is another one, which the compiler reports, a function
/// with the parameters of this one takes its place: the call is not a second error.
fn only(item: &ItemFn, ty: &TokenStream, private: &TokenStream) -> TokenStream {
    let name = &item.sig.ident;
    let generics = &item.sig.generics;
    if generics.params.iter().any(|parameter| !matches!(parameter, GenericParam::Lifetime(_))) {
        return name.to_token_stream();
    }
    let (word, of_types) = (&item.sig.asyncness, &item.sig.output);
    let types = item
        .sig
        .inputs
        .iter()
        .filter_map(|input| if let FnArg::Typed(input) = input { Some(&*input.ty) } else { None });
    if types.clone().any(|ty| matches!(ty, Type::ImplTrait(_))) {
        return name.to_token_stream();
    }
    let (marker, other) = (ident(name), Ident::new("other", Span::mixed_site()));
    quote! {{
        use #private::OtherName as _;
        #word fn #other #generics (#(_: #types),*) #of_types { ::core::unreachable!() }
        #private::SameName::<#marker, #ty>::pick(#name, #other)
    }}
}

/// What tells a receiver from others with its name.
struct Identity {
    /// No other receiver of the program has it. It is the same in every build, and does not change with the line.
    number: u64,
    /// How many receivers of the crate had the name so far, with this one.
    nth: usize,
    /// Whether the receiver before it in the file has the same name.
    is_repeated: bool,
}

impl Identity {
    fn next(name: &Ident) -> Self {
        static SEEN: Mutex<Option<Seen>> = Mutex::new(None);
        let name = name.unraw().to_string();
        let (nth, is_repeated) = {
            let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
            let Seen { counts, last } = seen.get_or_insert_default();
            let count = counts.entry(name.clone()).or_default();
            *count += 1;
            (*count, std::mem::replace(last, name.clone()) == name)
        };
        let package = ["CARGO_PKG_NAME", "CARGO_PKG_VERSION", "CARGO_CRATE_NAME", "CARGO_BIN_NAME"]
            .map(|variable| std::env::var(variable).unwrap_or_default())
            .join(" ");
        let file = if proc_macro::is_available() { Span::call_site().unwrap().file() } else { String::new() };
        // FNV-1a: the hash of the standard library may change with its version.
        let number = format!("{package} {file} {name} {nth}")
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        Self { number, nth, is_repeated }
    }
}

/// The names of the receivers that were expanded so far.
#[derive(Default)]
struct Seen {
    counts: HashMap<String, usize>,
    last: String,
}
