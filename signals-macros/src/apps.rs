//! `apps![accounts, billing]`

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::{Ident, Token};

use crate::root::Root;

pub(crate) fn expand(crates: TokenStream, root: Root) -> TokenStream {
    let names = Punctuated::<Ident, Token![,]>::parse_terminated;
    let names = match names.parse2(crates) {
        Ok(names) if !names.is_empty() => names,
        Ok(_) => {
            let message = "`apps!` names no crate\n\nhelp: name the crates to link, as in `apps![accounts, billing]`";
            return syn::Error::new(proc_macro2::Span::call_site(), message).into_compile_error();
        }
        Err(error) => {
            let message = "expected the names of crates, as in `apps![accounts, billing]`";
            return syn::Error::new(error.span(), message).into_compile_error();
        }
    };
    let root = root.path(None);
    let apps = names.iter().map(|name| {
        let text = name.to_string();
        let linked = quote_spanned!(name.span()=> use ::#name as _;);
        quote! {
            #linked
            #root::__private::register!(#root::__private::Entry::App {
                name: #text,
                location: #root::__private::SourceLocation { file: ::core::file!(), line: ::core::line!(), column: ::core::column!() },
            });
        }
    });
    quote! {
        const _: () = {
            #(#apps)*
        };
    }
}
