//! Collects mistakes, so that all of them are reported in one run.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The mistakes found so far. They must be flushed: dropping them without that is a bug in the macro.
pub(crate) struct Errors {
    found: Option<syn::Error>,
    read: bool,
}

impl Errors {
    pub(crate) fn new() -> Self {
        Self { found: None, read: false }
    }

    /// A mistake on the tokens of `on`.
    pub(crate) fn on(&mut self, on: impl ToTokens, message: impl std::fmt::Display) {
        self.push(syn::Error::new_spanned(on, message));
    }

    /// A mistake at a span without tokens.
    pub(crate) fn at(&mut self, span: Span, message: impl std::fmt::Display) {
        self.push(syn::Error::new(span, message));
    }

    pub(crate) fn push(&mut self, error: syn::Error) {
        match &mut self.found {
            Some(found) => found.combine(error),
            None => self.found = Some(error),
        }
    }

    /// Returns the value, or stores the mistake.
    pub(crate) fn take<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// The mistakes as one error, if there were any.
    pub(crate) fn into_result(mut self) -> syn::Result<()> {
        self.read = true;
        self.found.take().map_or(Ok(()), Err)
    }

    /// Whether there was no mistake so far.
    pub(crate) fn is_empty(&self) -> bool {
        self.found.is_none()
    }

    /// The messages so far.
    #[cfg(test)]
    pub(crate) fn texts(mut self) -> Vec<String> {
        self.read = true;
        self.found.take().into_iter().flatten().map(|error| error.to_string()).collect()
    }

    /// Returns the errors for the compiler, if there was a mistake.
    pub(crate) fn flush(&mut self) -> Result<(), TokenStream> {
        self.read = true;
        self.found.take().map_or(Ok(()), |error| Err(error.into_compile_error()))
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        assert!(self.read || std::thread::panicking(), "mistakes were gathered and not reported");
    }
}
