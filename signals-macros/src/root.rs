//! The path of the library, to which the macros write paths.

use proc_macro2::{Delimiter, Group, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Ident, Path};

/// The library that re-exports the macro that was called.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Root {
    /// `signals`
    Facade,
    /// `signals_core`
    Core,
}

impl Root {
    /// The path of the library: that of `crate = ..`, or the name of the library.
    pub(crate) fn path(self, over: Option<&Path>) -> TokenStream {
        match (over, self) {
            (Some(path), _) => quote!(#path),
            (None, Self::Facade) => quote!(::signals),
            (None, Self::Core) => quote!(::signals_core),
        }
    }
}

/// A range of the user's tokens, from the first to the last. It has the user's spans, so that an error there does not mention
/// the macro.
#[derive(Clone, Copy)]
pub(crate) struct SpanRange {
    first: Span,
    last: Span,
}

impl SpanRange {
    pub(crate) fn of(tokens: impl ToTokens) -> Self {
        let mut spans = tokens.into_token_stream().into_iter().map(|token| token.span());
        let first = spans.next().unwrap_or_else(Span::call_site);
        Self { first, last: spans.last().unwrap_or(first) }
    }

    /// The user's span of the first token.
    pub(crate) fn first(self) -> Span {
        self.first
    }

    /// The user's span of the last token.
    pub(crate) fn last(self) -> Span {
        self.last
    }

    /// Tokens in parentheses with the span of the last token.
    pub(crate) fn parenthesised(self, tokens: TokenStream) -> Group {
        let mut group = Group::new(Delimiter::Parenthesis, tokens);
        group.set_span(self.last);
        group
    }

    /// The location of the first token, with the hygiene of the macro.
    pub(crate) fn hygienic(self) -> Span {
        Span::mixed_site().located_at(self.first)
    }
}

impl From<Span> for SpanRange {
    fn from(span: Span) -> Self {
        Self { first: span, last: span }
    }
}

/// A question to the compiler, `<subject as question>::answer`. If it fails, the compiler underlines the subject, and reports no
/// errors that follow from the answer.
pub(crate) fn ask(subject: impl ToTokens, question: impl ToTokens, answer: &str) -> TokenStream {
    let SpanRange { first, last } = SpanRange::of(&subject);
    let opening = quote_spanned!(first=> <);
    let answer = Ident::new(answer, last);
    let closing = quote_spanned!(last=> >::#answer);
    quote!(#opening #subject as #question #closing)
}

/// An implementation for a type that the user named, with the span of that type: the compiler points there when it mentions the
/// implementation.
pub(crate) fn implement(ty: &Ident, what: &TokenStream, body: &TokenStream) -> TokenStream {
    implement_for(ty, &TokenStream::new(), what, body)
}

/// The same with generics.
pub(crate) fn implement_for(ty: &Ident, generics: &TokenStream, what: &TokenStream, body: &TokenStream) -> TokenStream {
    quote_spanned!(ty.span()=> impl #generics #what { #body })
}

/// The subject of a question, with the span that the compiler should underline.
pub(crate) fn at(place: SpanRange, subject: impl ToTokens, private: &TokenStream) -> TokenStream {
    let opening = quote_spanned!(place.first=> <);
    let closing = quote_spanned!(place.last=> >::Me);
    quote!(#opening #subject as #private::Itself #closing)
}

/// Tokens with the user's span: the compiler underlines it, and does not mention the macro.
pub(crate) fn moved(tokens: TokenStream, place: SpanRange) -> TokenStream {
    let mut tokens: Vec<proc_macro2::TokenTree> = tokens.into_iter().collect();
    for token in &mut tokens {
        token.set_span(place.first);
    }
    if let Some(last) = tokens.last_mut() {
        last.set_span(place.last);
    }
    tokens.into_iter().collect()
}

/// A method that a part of the user's struct adds to it. If there is another method with its name, the compiler underlines that part:
/// the first and the last token of the signature and the body have its span.
pub(crate) fn method(place: Span, opening: TokenStream, signature: TokenStream, body: TokenStream) -> TokenStream {
    let opening = moved(opening, place.into());
    let mut signature: Vec<proc_macro2::TokenTree> = signature.into_iter().collect();
    if let Some(last) = signature.last_mut() {
        last.set_span(place);
    }
    let mut body = Group::new(Delimiter::Brace, body);
    body.set_span(place);
    quote!(#opening #(#signature)* #body)
}

/// Maps each token, also those inside groups.
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
