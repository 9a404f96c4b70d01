//! Where the library is that the macros write paths to.

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Path;

/// The library through which the macro was called.
#[derive(Clone, Copy)]
pub(crate) enum Root {
    /// `signals`
    Facade,
    /// `signals_core`
    Core,
}

impl Root {
    /// The path of the library: `crate = ..`, or its own name.
    pub(crate) fn path(self, over: Option<&Path>) -> TokenStream {
        match (over, self) {
            (Some(path), _) => quote!(#path),
            (None, Self::Facade) => quote!(::signals),
            (None, Self::Core) => quote!(::signals_core),
        }
    }
}

/// A type that stands behind a question to the compiler: `<subject as question>::answer`, all tokens but the
/// subject's at `span`.
///
/// Where the answer is itself the subject of the next question, the compiler underlines `span` if that one fails.
pub(crate) fn ask(span: Span, subject: &TokenStream, question: &TokenStream, answer: &str) -> TokenStream {
    let span = Span::mixed_site().located_at(span);
    let answer = syn::Ident::new(answer, span);
    let question = relocate(question.clone(), span);
    quote_spanned!(span=> <#subject as #question>::#answer)
}

/// The tokens at another place, each still meaning what it meant.
pub(crate) fn relocate(tokens: TokenStream, place: Span) -> TokenStream {
    map_tokens(tokens, &mut |mut token| {
        token.set_span(token.span().located_at(place));
        token
    })
}

/// The tokens with each leaf mapped, groups included.
pub(crate) fn map_tokens(
    tokens: TokenStream,
    map: &mut impl FnMut(proc_macro2::TokenTree) -> proc_macro2::TokenTree,
) -> TokenStream {
    tokens
        .into_iter()
        .map(|token| match token {
            proc_macro2::TokenTree::Group(group) => {
                let mut mapped = proc_macro2::Group::new(group.delimiter(), map_tokens(group.stream(), map));
                mapped.set_span(group.span());
                map(mapped.into())
            }
            leaf => map(leaf),
        })
        .collect()
}
