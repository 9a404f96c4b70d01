//! The grammar of `#[receiver(..)]`.

use proc_macro2::{Delimiter, Group, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::discouraged::Speculative;
use syn::parse::{Parse, ParseStream, Parser};
use syn::token::Bracket;
use syn::{Attribute, Expr, Ident, Item, ItemFn, LitStr, Meta, Path, Stmt, Token, Type};

use super::arguments::{Arguments, Changed, KEYS};
use super::forms::{self, Bare};
use super::timeout::Timeout;
use super::{context, durability};
use crate::errors::Errors;
use crate::foreign::signal_names::SIGNALS;
use crate::grammar::{Key, Seen, Understood, begins_argument, is_end, one_or_more, rest, text};
use crate::root::Root;
use crate::subject::{self, Subject, without_attributes};
use crate::values::Kind;

/// A function and its `receiver` attributes.
pub(super) struct Parsed {
    /// The function without its `receiver` attributes.
    pub(super) function: ItemFn,
    /// One per attribute: several attributes may be stacked.
    pub(super) attributes: Vec<Arguments>,
    /// The parameters with `#[context]`, by their position. The function does not have the attribute any more.
    pub(super) context: Vec<usize>,
    /// The library that re-exports the macro.
    pub(super) root: Root,
}

/// What a parameter is bound to.
#[derive(Clone, Copy)]
pub(super) enum BoundTo {
    Payload,
    /// It has `#[context]`.
    Context,
}

impl Parsed {
    /// The path of the library, if an attribute says it: `crate = path`.
    pub(super) fn root_path(&self) -> Option<&Path> {
        self.attributes.iter().find_map(|arguments| arguments.root.as_ref())
    }

    pub(super) fn bound_to(&self, index: usize) -> BoundTo {
        if self.context.contains(&index) { BoundTo::Context } else { BoundTo::Payload }
    }
}

pub(super) fn parse(attribute: TokenStream, item: TokenStream, root: Root, errors: &mut Errors) -> Option<Parsed> {
    // The location of the attribute, with the hygiene of the user's code.
    let origin = item.clone().into_iter().last().map_or_else(Span::call_site, |token| token.span());
    let mut attributes = vec![arguments(attribute, Span::call_site().resolved_at(origin), root, errors)];
    let mut function = match item_of(item) {
        Ok(Item::Fn(function)) => function,
        Ok(other) => {
            errors.push(Subject::Receiver.misplaced(&other));
            return None;
        }
        // The compiler has said it.
        Err(_) => return None,
    };
    let (stacked, others) = function.attrs.into_iter().partition(is_receiver);
    function.attrs = others;
    take_foreign(&mut function, errors);
    let context = context::take(&mut function, errors);
    for attribute in stacked {
        let span = attribute.path().segments.last().map_or_else(Span::call_site, |segment| segment.ident.span());
        let tokens = match attribute.meta {
            Meta::List(list) => list.tokens,
            _ => TokenStream::new(),
        };
        attributes.push(arguments(tokens, span, root, errors));
    }
    Some(Parsed { function, attributes, context, root })
}

/// Takes attributes of other libraries off that no receiver can have, so that the mistake is one error.
fn take_foreign(function: &mut ItemFn, errors: &mut Errors) {
    function.attrs.retain(|attribute| {
        let path = attribute.path();
        let fact = match path.segments.last() {
            Some(last) if last.ident == "async_trait" => "is for traits, and a receiver is a function",
            Some(last) if last.ident == "main" && path.segments.len() > 1 => {
                "starts a runtime, and a receiver runs in the one of its sender"
            }
            _ => return true,
        };
        let message = format!("`{}` {fact}\n\nhelp: leave it out: an `async fn` is a receiver as it is", text(path));
        errors.on(path, message);
        false
    });
}

/// The item. What is in the body of a function is not read: it may have a syntax that only the compiler knows, and then the function is
/// a receiver all the same.
fn item_of(item: TokenStream) -> syn::Result<Item> {
    let mut tokens: Vec<TokenTree> = item.clone().into_iter().collect();
    let Some(TokenTree::Group(body)) = tokens.pop().filter(is_braces) else { return syn::parse2(item) };
    let mut empty = Group::new(Delimiter::Brace, TokenStream::new());
    empty.set_span(body.span());
    tokens.push(empty.into());
    match syn::parse2::<ItemFn>(tokens.into_iter().collect()) {
        Ok(mut function) => {
            function.block.stmts = vec![Stmt::Expr(Expr::Verbatim(body.stream()), None)];
            Ok(Item::Fn(function))
        }
        Err(_) => syn::parse2(item),
    }
}

fn is_braces(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

/// The item as the user wrote it, for output that only adds errors.
pub(super) fn without_receivers(item: TokenStream) -> TokenStream {
    match syn::parse2::<ItemFn>(item.clone()) {
        Ok(mut function) => {
            function.attrs.retain(|attribute| !is_receiver(attribute));
            function.into_token_stream()
        }
        Err(_) => match syn::parse2::<Item>(item.clone()) {
            Ok(Item::Verbatim(_)) => with_body(without_attributes(item, &is_receiver_word)),
            Ok(_) => without_attributes(item, &is_receiver_word),
            Err(_) => TokenStream::new(),
        },
    }
}

/// A function with a body, so that the compiler does not report as well that it has none.
fn with_body(item: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    let is_function = tokens.iter().any(|token| matches!(token, TokenTree::Ident(word) if word == "fn"));
    if is_function && matches!(tokens.last(), Some(TokenTree::Punct(end)) if end.as_char() == ';') {
        tokens.pop();
        tokens.push(Group::new(Delimiter::Brace, quote!(::core::unreachable!())).into());
    }
    tokens.into_iter().collect()
}

fn is_receiver_word(word: &str) -> bool {
    word == "receiver"
}

/// A function with the name of one that cannot be parsed.
pub(super) fn heading(item: TokenStream) -> Option<ItemFn> {
    match subject::heading(without_attributes(item, &is_receiver_word))? {
        Item::Fn(function) => Some(function),
        _ => None,
    }
}

/// Whether it is a `receiver` attribute, by any path, or by another name that it was imported under.
fn is_receiver(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|segment| segment.ident == "receiver" || is_renamed(attribute))
}

/// Whether the arguments are those of a `receiver` attribute: a signal of a model, or a path and `sender = ..`.
fn is_renamed(attribute: &Attribute) -> bool {
    let Meta::List(list) = &attribute.meta else { return false };
    let arguments = |input: ParseStream<'_>| {
        let signals = one_or_more(input, Path::parse_mod_style)?;
        let is_known = signals.iter().all(|path| SIGNALS.iter().any(|(name, _)| path.is_ident(name)));
        let comma = input.parse::<Option<Token![,]>>()?;
        let has_sender = comma.is_some() && input.parse::<Option<Ident>>()?.is_some_and(|word| word == "sender");
        input.parse::<TokenStream>()?;
        Ok(is_known || has_sender)
    };
    arguments.parse2(list.tokens.clone()).unwrap_or(false)
}

fn arguments(tokens: TokenStream, place: Span, root: Root, errors: &mut Errors) -> Arguments {
    let mut arguments = Arguments::default();
    let mut seen = Seen::default();
    let mut signals = Signals::default();
    let understood = KEYS.parse_arguments(tokens, errors, |input| {
        if KEYS.is_next(input) || (!signals.bare.is_empty() && KEYS.is_foreign(input)) {
            let key = KEYS.key(input, &mut seen)?;
            signals.after = KEYS.known().iter().copied().find(|known| *known == key.name());
            value(&key, &mut arguments)
        } else {
            signals.read(input)
        }
    });
    let is_missing = signals.bare.is_empty() && understood == Understood::Wholly;
    arguments.signals = signals.take(&arguments, root, errors);
    if is_missing {
        errors.at(
            place,
            "the `receiver` attribute does not say which signal to receive\n\n\
             help: write `#[receiver(post_save, sender = User)]`, or `#[receiver(OrderPaid)]` for a signal of your own",
        );
    }
    arguments
}

/// The arguments without a key. Only one is right.
#[derive(Default)]
struct Signals {
    bare: Vec<Bare>,
    /// The key of the last argument.
    after: Option<&'static str>,
}

impl Signals {
    fn read(&mut self, input: ParseStream<'_>) -> syn::Result<()> {
        let fork = input.fork();
        let parsed = one_or_more(&fork, Path::parse_mod_style);
        if is_end(&fork) || begins_argument(&fork) {
            match parsed {
                Ok(paths) => {
                    input.advance_to(&fork);
                    self.bare.push(Bare { paths, after: self.after.take() });
                    return Ok(());
                }
                Err(error) if input.peek(Bracket) => return Err(forms::not_a_list(rest(input)).unwrap_or(error)),
                Err(_) => {}
            }
        }
        Err(forms::not_a_path(rest(input)))
    }

    fn take(self, arguments: &Arguments, root: Root, errors: &mut Errors) -> Vec<Path> {
        let mut all = self.bare.into_iter();
        let first = all.next().map(|bare| bare.paths).unwrap_or_default();
        let later: Vec<Bare> = all.collect();
        let all = first.iter().chain(later.iter().flat_map(|bare| &bare.paths));
        // The signals of a crate that only uses the kernel are its own, whatever their names are.
        let names = all.filter(|_| root == Root::Facade);
        let mistakes: Vec<syn::Error> = names.filter_map(forms::not_a_signal).collect();
        if mistakes.is_empty() && later.is_empty() {
            return first;
        }
        if mistakes.is_empty() {
            errors.push(forms::several(&first, &later, arguments));
        }
        for mistake in mistakes {
            errors.push(mistake);
        }
        // It is not known what they are, so that nothing follows from them.
        Vec::new()
    }
}

fn value(key: &Key<'_>, arguments: &mut Arguments) -> syn::Result<()> {
    let word = || key.word.clone();
    match key.name() {
        "sender" => {
            let example = "sender = User` or `sender = [User, Order]";
            arguments.senders = Some(key.list(Kind::Senders, example, Type::parse)?);
        }
        "created" => arguments.created = Some((word(), key.value("created = true` or `created = false")?)),
        "raw" => arguments.raw = Some((word(), key.value("raw = true` or `raw = false")?)),
        "changed" => arguments.changed = Some(Changed { fields: changed(key)?, word: word() }),
        "when" => arguments.when = Some(key.value("when = |event| event.created")?),
        "after" => arguments.after = key.list(Kind::Paths, "after = [create_profile]", Path::parse_mod_style)?,
        "before" => arguments.before = key.list(Kind::Paths, "before = [create_profile]", Path::parse_mod_style)?,
        "timeout" => {
            let written: LitStr = key.value_of(Kind::Time, "timeout = \"5s\"", Parse::parse)?;
            arguments.timeout = Some(Timeout::parse(word(), &written)?);
        }
        "durable" => arguments.durable.value(key)?,
        setting if durability::WORDS.contains(&setting) => arguments.durable.value(key)?,
        "id" => arguments.id = Some(key.value("id = \"welcome-mail\"")?),
        _ => arguments.root = Some(key.root()?),
    }
    Ok(())
}

/// The fields in the parentheses.
fn changed(key: &Key<'_>) -> syn::Result<Vec<Ident>> {
    let example = "changed(email, name)";
    let fields = key.fields(example)?;
    if fields.is_empty() {
        let message = format!("`changed` names no field\n\nhelp: write `{example}`, or leave it out");
        return Err(syn::Error::new(key.word.span(), message));
    }
    Ok(fields)
}
