//! What an attribute stands on: the answer if it cannot stand there, and the item handed back without attributes that only our
//! macros know.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::Item;
use syn::ext::IdentExt;

use crate::case::snake_case;
use crate::grammar::first_word;

/// The attributes that stand on an item.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Subject {
    Receiver,
    Signal,
    Model,
}

impl Subject {
    fn fact(self) -> &'static str {
        match self {
            Self::Receiver => "the `receiver` attribute goes on a function",
            Self::Signal => "the `signal` attribute goes on a struct, whose fields are what receivers may ask for",
            Self::Model => "the `model` attribute goes on a struct with named fields",
        }
    }

    /// The mistake of an attribute on another item.
    pub(crate) fn misplaced(self, item: &Item) -> syn::Error {
        let fact = match item {
            Item::Verbatim(tokens) if self == Self::Receiver && is_function(tokens) => {
                "a receiver is a function with a body, and no method"
            }
            _ => self.fact(),
        };
        let message = match self.help(item) {
            Some(help) => format!("{fact}\n\nhelp: {help}"),
            None => fact.to_owned(),
        };
        syn::Error::new_spanned(first_word(item), message)
    }

    fn help(self, item: &Item) -> Option<String> {
        match self {
            Self::Receiver => Some(receiver(item)),
            Self::Signal => signal(item),
            Self::Model => model(item),
        }
    }
}

fn receiver(item: &Item) -> String {
    let function = |name: &str| format!("`fn {name}(instance: &User) {{ .. }}`");
    match item {
        Item::Const(item) => closure(&item.ident.unraw().to_string()),
        Item::Static(item) => closure(&item.ident.unraw().to_string()),
        Item::Impl(_) => "write the receiver as a function outside of the `impl` block".to_owned(),
        Item::Trait(_) => "write the receiver as a function outside of the trait".to_owned(),
        Item::Mod(_) => "put the attribute on each function of the module".to_owned(),
        Item::Macro(_) => "put the attribute on the function inside of the macro".to_owned(),
        Item::Struct(item) => {
            format!("write the receiver as {}", function(&snake_case(&item.ident.unraw().to_string())))
        }
        Item::Verbatim(tokens) if is_function(tokens) => {
            "write it outside of the trait, as `fn welcome(instance: &User) { .. }`".to_owned()
        }
        _ => format!("write the receiver as {}", function("welcome")),
    }
}

fn closure(name: &str) -> String {
    let name = name.to_lowercase();
    format!(
        "write the receiver as `fn {name}(instance: &User) {{ .. }}`; a closure is connected at run time, as in \
         `User::POST_SAVE.connect(|event| ..)`"
    )
}

fn signal(item: &Item) -> Option<String> {
    Some(match item {
        Item::Enum(_) => "put the enum into a field of a struct, as in `struct OrderChanged { to: Status }`".to_owned(),
        Item::Fn(_) => "a function that receives a signal has `#[receiver(..)]`; the signal is a struct, as in \
                        `#[signal] struct OrderPaid { number: u64 }`"
            .to_owned(),
        Item::Const(item) => example(&item.ident.to_string()),
        Item::Static(item) => example(&item.ident.to_string()),
        Item::Type(item) => example(&item.ident.to_string()),
        Item::Trait(item) => example(&item.ident.to_string()),
        Item::Impl(_) => "put the attribute on the struct".to_owned(),
        _ => return None,
    })
}

fn example(name: &str) -> String {
    format!(
        "write `#[signal] struct {} {{ .. }}`, with a field for each value that is sent",
        crate::case::camel_case(&name.to_lowercase())
    )
}

fn model(item: &Item) -> Option<String> {
    Some(match item {
        Item::Enum(item) => format!(
            "a field of a model may be a `{0}`, if `{0}` has `#[derive(Clone, Column)]` in place of `#[model]`",
            item.ident
        ),
        Item::Impl(_) => "put the attribute on the struct".to_owned(),
        Item::Fn(_) => {
            "a function that receives the signals of a model has `#[receiver(post_save, sender = User)]`".to_owned()
        }
        Item::Mod(_) => "put the attribute on each struct of the module".to_owned(),
        Item::Type(_) => "put the attribute on the struct that the alias names".to_owned(),
        Item::Trait(_) => "write a struct with all fields of the table: models have no base class".to_owned(),
        _ => return None,
    })
}

fn is_function(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| matches!(token, TokenTree::Ident(word) if word == "fn"))
}

/// The name and the generics of a struct, an enum or a function that cannot be parsed, as an item without content. The compiler has
/// reported the mistake.
pub(crate) fn heading(item: TokenStream) -> Option<Item> {
    let tokens: Vec<TokenTree> = item.into_iter().collect();
    let at = tokens.iter().position(|token| is_one_of(token, &["struct", "enum", "fn"]))?;
    let (start, rest) = tokens.split_at(at);
    let [word, TokenTree::Ident(name), rest @ ..] = rest else { return None };
    if is_one_of(word, &["fn"]) {
        let is_qualifier = |token: &&TokenTree| is_one_of(token, &["async", "const", "unsafe", "extern"]);
        let start = start.iter().filter(|token| !is_qualifier(token));
        return syn::parse2(quote!(#(#start)* #word #name() {})).ok();
    }
    let is_body =
        |token: &&TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
    let generics = rest.iter().take_while(|token| !is_body(token));
    syn::parse2(quote!(#(#start)* #word #name #(#generics)* {})).ok()
}

fn is_one_of(token: &TokenTree, words: &[&str]) -> bool {
    matches!(token, TokenTree::Ident(word) if words.iter().any(|of| word == of))
}

/// The tokens without the attributes for which `is_ours` is true, at any depth.
pub(crate) fn without_attributes(tokens: TokenStream, is_ours: &dyn Fn(&str) -> bool) -> TokenStream {
    let mut kept = TokenStream::new();
    let mut tokens = tokens.into_iter().peekable();
    // Whether an attribute may stand here: at the beginning, after a comma, and after another attribute.
    let mut is_free = true;
    let mut open_angles = 0_usize;
    while let Some(token) = tokens.next() {
        let was_free = std::mem::replace(&mut is_free, is_separator(&token));
        match &token {
            TokenTree::Punct(sign) if sign.as_char() == '<' => open_angles += 1,
            TokenTree::Punct(sign) if sign.as_char() == '>' => open_angles = open_angles.saturating_sub(1),
            _ => {}
        }
        match token {
            // Where a `>` is missing, the compiler has reported the attribute.
            TokenTree::Punct(sign) if sign.as_char() == '#' && open_angles == 0 => match tokens.peek() {
                Some(TokenTree::Group(group))
                    if group.delimiter() == Delimiter::Bracket && begins_with(group, is_ours) =>
                {
                    tokens.next();
                    is_free = true;
                    // The compiler has reported the missing comma, and would report it again at another place.
                    if !was_free {
                        quote!(,).to_tokens(&mut kept);
                    }
                }
                _ => sign.to_tokens(&mut kept),
            },
            TokenTree::Group(group) => {
                let inner = without_attributes(group.stream(), is_ours);
                // Another group has one span for both of its brackets.
                if inner.to_string() == group.stream().to_string() {
                    group.to_tokens(&mut kept);
                } else {
                    let mut shorter = Group::new(group.delimiter(), inner);
                    shorter.set_span(group.span());
                    shorter.to_tokens(&mut kept);
                }
            }
            other => other.to_tokens(&mut kept),
        }
    }
    kept
}

fn is_separator(token: &TokenTree) -> bool {
    match token {
        TokenTree::Punct(sign) => [',', ';', '#'].contains(&sign.as_char()),
        TokenTree::Group(group) => group.delimiter() == Delimiter::Bracket,
        TokenTree::Ident(word) => word == "pub",
        TokenTree::Literal(_) => false,
    }
}

/// Whether the last segment of the attribute's path is such a word.
fn begins_with(group: &Group, is_ours: &dyn Fn(&str) -> bool) -> bool {
    let path = group.stream().into_iter().take_while(|token| {
        matches!(token, TokenTree::Ident(_)) || matches!(token, TokenTree::Punct(sign) if sign.as_char() == ':')
    });
    path.last().is_some_and(|token| is_ours(&token.to_string()))
}
