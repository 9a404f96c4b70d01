//! `apps![accounts, billing]`

use std::path::PathBuf;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::Parser;
use syn::{Ident, LitStr};

use crate::errors::Errors;
use crate::grammar::text;
use crate::root::Root;

/// What was written where a crate is named.
enum Named {
    Crate(Ident),
    /// It is no crate, and the message says why.
    Other(String),
}

pub(crate) fn expand(crates: TokenStream, root: Root) -> TokenStream {
    let mut errors = Errors::new();
    let mut names = Vec::new();
    for tokens in items(crates) {
        match named(tokens.clone()) {
            Named::Crate(name) if module_of_this_crate(&name) => errors.on(&name, is_a_module(&name.to_string())),
            Named::Crate(name) => names.push(name),
            Named::Other(message) => errors.on(tokens, message),
        }
    }
    if names.is_empty() && errors.is_empty() {
        let message = "`apps!` names no crate\n\nhelp: name the crates to link, as in `apps![accounts, billing]`";
        errors.at(Span::call_site(), message);
    }
    match errors.flush() {
        Ok(()) => link(&names, root),
        Err(errors) => errors,
    }
}

fn link(names: &[Ident], root: Root) -> TokenStream {
    let root = root.path(None);
    let apps = names.iter().enumerate().map(|(index, name)| {
        let (text, entry) = (name.to_string(), format_ident!("APP_{index}"));
        let linked = quote_spanned!(name.span()=> use ::#name as _;);
        quote! {
            #linked
            #root::__private::register!(#entry, #root::__private::Entry::App {
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

/// What is between the commas, also inside brackets.
fn items(tokens: TokenStream) -> Vec<TokenStream> {
    let mut trees: Vec<TokenTree> = tokens.into_iter().collect();
    if let [TokenTree::Group(group)] = &trees[..]
        && group.delimiter() == Delimiter::Bracket
    {
        trees = group.stream().into_iter().collect();
    }
    let is_comma = |tree: &TokenTree| matches!(tree, TokenTree::Punct(punct) if punct.as_char() == ',');
    let items = trees.split(is_comma).map(|item| item.iter().cloned().collect::<TokenStream>());
    items.filter(|item| !item.is_empty()).collect()
}

fn named(tokens: TokenStream) -> Named {
    let written = text(&tokens);
    if let Ok(name) = Ident::parse_any.parse2(tokens.clone()) {
        return match &*written {
            "crate" | "self" | "super" => Named::Other(
                "the receivers of this crate are linked anyway\n\nhelp: leave it out: `apps!` names dependencies"
                    .to_owned(),
            ),
            _ => Named::Crate(name),
        };
    }
    if let Ok(string) = syn::parse2::<LitStr>(tokens.clone()) {
        return Named::Other(of_a_string(&string.value()));
    }
    let first = tokens.into_iter().next().map(|first| first.to_token_stream().to_string()).unwrap_or_default();
    let is_dashed =
        written.contains('-') && written.split('-').all(|word| !word.is_empty() && word.chars().all(is_of_a_name));
    Named::Other(match &*first {
        "crate" | "self" | "super" => is_a_module(&written),
        _ if is_dashed => {
            format!("in Rust, the name of a crate has `_` for each `-`\n\nhelp: write `{}`", written.replace('-', "_"))
        }
        _ if written.starts_with("::") => "the name of a crate stands alone\n\nhelp: leave out the `::`".to_owned(),
        _ if first.chars().all(is_of_a_name) && !first.starts_with(char::is_numeric) => {
            format!("`apps!` names whole crates\n\nhelp: write `{first}`")
        }
        _ => "expected the names of crates, as in `apps![accounts, billing]`".to_owned(),
    })
}

/// As in Django's `INSTALLED_APPS`.
fn of_a_string(value: &str) -> String {
    let name = value.split('.').next().unwrap_or_default().replace('-', "_");
    if name.is_empty() || !name.chars().all(is_of_a_name) {
        return "expected the names of crates, as in `apps![accounts, billing]`".to_owned();
    }
    format!("the names of crates are written without quotes\n\nhelp: write `{name}`")
}

fn is_of_a_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn is_a_module(name: &str) -> String {
    format!(
        "`{name}` is a module of this crate, and its receivers are linked anyway\n\n\
         help: leave it out: `apps!` names the crates of `Cargo.toml`"
    )
}

/// Whether the file declares a module of this name, and `Cargo.toml` has nothing of this name. If this is not known, the compiler
/// says whether there is such a crate.
fn module_of_this_crate(name: &Ident) -> bool {
    let file = || std::fs::read_to_string(name.span().unwrap().local_file()?).ok();
    let manifest = || {
        let folder = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR")?);
        std::fs::read_to_string(folder.join("Cargo.toml")).ok()
    };
    proc_macro::is_available()
        && file().is_some_and(|file| declares_module(&file, &name.to_string()))
        && manifest().is_some_and(|manifest| !manifest.replace('-', "_").contains(&name.to_string()))
}

fn declares_module(file: &str, name: &str) -> bool {
    let mut words = file.split(|c: char| !is_of_a_name(c)).filter(|word| !word.is_empty());
    let mut is_mod = false;
    words.any(|word| std::mem::replace(&mut is_mod, word == "mod") && word == name)
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;

    /// The first line of the message, or the crate.
    fn answer(tokens: TokenStream) -> String {
        match named(tokens) {
            Named::Crate(name) => format!("crate {name}"),
            Named::Other(message) => message.lines().last().unwrap_or_default().to_owned(),
        }
    }

    #[test]
    fn what_is_no_crate_is_answered() {
        assert_eq!(answer(quote!(accounts)), "crate accounts");
        assert_eq!(answer(quote!("accounts")), "help: write `accounts`");
        assert_eq!(answer(quote!("shop-mail.apps.MailConfig")), "help: write `shop_mail`");
        assert_eq!(answer(quote!(shop - mail)), "help: write `shop_mail`");
        assert_eq!(answer(quote!(accounts::models)), "help: write `accounts`");
        assert_eq!(answer(quote!(accounts.models)), "help: write `accounts`");
        assert_eq!(answer(quote!(::accounts)), "help: leave out the `::`");
        assert_eq!(answer(quote!(accounts as _)), "help: write `accounts`");
        let leave_out = "help: leave it out: `apps!` names the crates of `Cargo.toml`";
        assert_eq!(answer(quote!(crate::accounts)), leave_out);
        assert_eq!(answer(quote!(self::accounts)), leave_out);
        assert_eq!(answer(quote!(crate)), "help: leave it out: `apps!` names dependencies");
        assert_eq!(answer(quote!(5)), "expected the names of crates, as in `apps![accounts, billing]`");
    }

    #[test]
    fn a_list_in_brackets_is_a_list() {
        assert_eq!(items(quote!([a, b,])).len(), 2);
        assert_eq!(items(quote!(a, b)).len(), 2);
        assert!(items(quote!()).is_empty());
    }

    #[test]
    fn modules_of_a_file() {
        assert!(declares_module("pub mod accounts;", "accounts"));
        assert!(declares_module("mod accounts {}", "accounts"));
        assert!(!declares_module("mod accounts_of_users;", "accounts"));
        assert!(!declares_module("use accounts;", "accounts"));
    }
}
