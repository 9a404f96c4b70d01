//! What all attributes have in common: `key = value, ..`, each key at most once, every mistake reported.
//!
//! What is right is read by `syn` alone. Only when an argument cannot be read are its tokens taken up to the next comma, so that one
//! mistake is one error, which underlines the whole argument or its whole value.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::parse::discouraged::Speculative;
use syn::parse::{ParseStream, Parser};
use syn::token::{Bracket, Paren};
use syn::{Ident, LitInt, LitStr, Path, Token};

use crate::errors::Errors;
use crate::foreign::{self, Place};
use crate::suggest;
use crate::values::{Kind, Value, fields, paths, sets};
use crate::written::{is_camel, names, written};

/// The keys of one attribute.
pub(crate) struct Keys {
    place: Place,
    known: &'static [&'static str],
    repeatable: &'static [&'static str],
}

/// Whether all arguments of an attribute were understood. If not, what is missing may have been among them.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Understood {
    Wholly,
    InPart,
}

/// A key as it was written, and the rest of the attribute, which begins with its value.
pub(crate) struct Key<'a> {
    pub(crate) word: Ident,
    name: String,
    input: ParseStream<'a>,
}

/// The keys of an attribute that were read so far.
#[derive(Default)]
pub(crate) struct Seen(Vec<Ident>);

impl Keys {
    pub(crate) const fn new(place: Place, known: &'static [&'static str]) -> Self {
        Self { place, known, repeatable: &[] }
    }

    /// The words that are keys.
    pub(crate) fn known(&self) -> &'static [&'static str] {
        self.known
    }

    /// These keys may come several times.
    pub(crate) const fn repeatable(self, repeatable: &'static [&'static str]) -> Self {
        Self { repeatable, ..self }
    }

    /// Calls `value` for each known key, to parse the value. Says whether there was a mistake.
    pub(crate) fn parse(
        &self,
        tokens: TokenStream,
        errors: &mut Errors,
        mut value: impl FnMut(Key<'_>) -> syn::Result<()>,
    ) -> Understood {
        let mut seen = Seen::default();
        self.parse_arguments(tokens, errors, |input| value(self.key(input, &mut seen)?))
    }

    /// Like [`parse`](Self::parse), for an attribute that also has arguments without a key: `argument` parses one of either kind.
    pub(crate) fn parse_arguments(
        &self,
        tokens: TokenStream,
        errors: &mut Errors,
        mut argument: impl FnMut(ParseStream<'_>) -> syn::Result<()>,
    ) -> Understood {
        let mut understood = Understood::Wholly;
        let parser = |input: ParseStream<'_>| {
            while !input.is_empty() {
                if input.peek(Token![,]) {
                    errors.at(input.span(), "this `,` has no argument in front of it\n\nhelp: remove it");
                } else if let Err(error) = argument(input) {
                    errors.push(error);
                    understood = Understood::InPart;
                    if !begins_argument(input) {
                        rest(input);
                    }
                }
                self.comma(input, errors)?;
            }
            Ok(())
        };
        let result = parser.parse2(tokens);
        errors.take(result);
        understood
    }

    /// Whether the next argument has a key: one of these keys, a word of another library for one, or another word with a value.
    pub(crate) fn is_next(&self, input: ParseStream<'_>) -> bool {
        let Ok(word) = input.fork().call(Ident::parse_any) else { return false };
        let word = word.unraw().to_string();
        let is_path = input.peek2(Token![::]);
        let is_close = || foreign::knows(self.place, &word) || suggest::misspelt(&word, self.known).is_some();
        let has_value = (input.peek2(Paren) || input.peek2(Token![:])) && !is_camel(&word);
        let is_turbofish = is_path && input.fork().parse::<Path>().is_ok_and(|path| path.segments.len() == 1);
        (!is_path || is_turbofish && self.known.contains(&word.as_str()))
            && (self.known.contains(&word.as_str()) || input.peek2(Token![=]) || (has_value && is_close()))
    }

    /// Whether the next word is a foreign one for a key, and no path of a type or a module.
    pub(crate) fn is_foreign(&self, input: ParseStream<'_>) -> bool {
        let fork = input.fork();
        let Ok(word) = fork.call(Ident::parse_any) else { return false };
        let word = word.unraw().to_string();
        let is_signal = || foreign::knows(Place::SignalName, &word);
        let is_close =
            || foreign::knows(self.place, &word) || !is_signal() && suggest::nearest(&word, self.known).is_some();
        !fork.peek(Token![::]) && !fork.peek(Token![.]) && !is_camel(&word) && is_close()
    }

    pub(crate) fn key<'a>(&self, input: ParseStream<'a>, Seen(seen): &mut Seen) -> syn::Result<Key<'a>> {
        let Ok(word) = input.call(Ident::parse_any) else { return Err(self.no_key(&rest(input))) };
        let key = Key { name: word.unraw().to_string(), word, input };
        if !self.known.contains(&key.name()) {
            return Err(self.unknown(&key));
        }
        if seen.contains(&key.word) && !self.repeatable.contains(&key.name()) {
            return Err(syn::Error::new(key.word.span(), format!("`{}` is given twice", key.name)));
        }
        seen.push(key.word.clone());
        Ok(key)
    }

    fn unknown(&self, key: &Key<'_>) -> syn::Error {
        let value = rest(key.input);
        let mut whole = key.word.to_token_stream();
        whole.extend(value.clone());
        let is_path = matches!(first_sign(&value), Some('.' | '<')) || value.to_string().starts_with("::");
        let answer = || foreign::answer(self.place, key.name(), &value).filter(|_| !is_path);
        if (is_path || value.is_empty() && answer().is_none())
            && !self.is_misspelt(key.name())
            && let Some(message) = foreign::positional(self.place, &whole)
        {
            return syn::Error::new_spanned(whole, message);
        }
        let message = answer().unwrap_or_else(|| {
            if is_end(key.input) && value.is_empty() || matches!(first_sign(&value), Some('=')) || is_group(&value) {
                suggest::unknown("argument", key.name(), self.place.attribute(), self.known)
            } else {
                self.expected_key()
            }
        });
        syn::Error::new(key.word.span(), message)
    }

    /// Whether a word is close to a key. A name of a column that ends with `_name` is no misspelt `name`.
    fn is_misspelt(&self, word: &str) -> bool {
        let is_name = self.place == Place::Column;
        if is_name { suggest::nearly(word, self.known).is_some() } else { suggest::nearest(word, self.known).is_some() }
    }

    /// The mistake of an argument that does not begin with a word.
    fn no_key(&self, argument: &TokenStream) -> syn::Error {
        let word = names(argument.clone()).into_iter().next().map(|name| name.path()).unwrap_or_default();
        let answer = foreign::positional(self.place, argument);
        let answer = answer.or_else(|| foreign::answer(self.place, &word, argument));
        let message = answer.unwrap_or_else(|| self.expected_key());
        syn::Error::new_spanned(argument, message)
    }

    fn expected_key(&self) -> String {
        let (attribute, known) = (self.place.attribute(), suggest::list(self.known));
        format!("expected an argument of the `{attribute}` attribute\n\nhelp: known are {known}")
    }

    /// The comma before the next argument, or the end.
    fn comma(&self, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<()> {
        if input.peek(Token![;]) {
            errors.at(input.span(), "arguments are separated by `,`\n\nhelp: write `,` instead of `;`");
            input.parse::<Token![;]>()?;
        } else if !input.is_empty() && !input.peek(Token![,]) {
            let next = input.fork().parse::<TokenTree>().map_or_else(|_| String::new(), |token| token.to_string());
            let attribute = self.place.attribute();
            let message =
                format!("expected `,` between the arguments of the `{attribute}` attribute\n\nhelp: write `, {next}`");
            errors.at(input.span(), message);
        } else {
            input.parse::<Option<Token![,]>>()?;
        }
        Ok(())
    }
}

impl Key<'_> {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The key stands alone.
    pub(crate) fn flag(&self) -> syn::Result<()> {
        if is_end(self.input) {
            return Ok(());
        }
        let value = rest(self.input);
        // `durable(retries = 3)`
        let inner = inside(&value);
        let help = if is_group(&value) && !inner.is_empty() {
            format!("write `{}, {}`", self.name, written(inner))
        } else {
            format!("write `{}` alone", self.name)
        };
        Err(syn::Error::new_spanned(value, format!("`{}` takes no value\n\nhelp: {help}", self.name)))
    }

    /// `= value`, as in the example.
    pub(crate) fn value<T: Value>(&self, example: &str) -> syn::Result<T> {
        self.value_of(T::KIND, example, T::parse)
    }

    /// The name of a method, as a string.
    pub(crate) fn method(&self, example: &str) -> syn::Result<LitStr> {
        self.value_of(Kind::Method, example, <LitStr as syn::parse::Parse>::parse)
    }

    /// One of these words, for example `on_delete = cascade`.
    pub(crate) fn word_of(&self, words: &'static [&'static str], example: &str) -> syn::Result<Ident> {
        self.value_of(Kind::Word(words), example, Ident::parse_any)
    }

    /// A whole number.
    pub(crate) fn number(&self, example: &str) -> syn::Result<u32> {
        let number = self.value_of(Kind::Number, example, |input| {
            let number = input.parse::<LitInt>()?;
            if number.base10_digits().starts_with('-') { Err(input.error("a number below 0")) } else { Ok(number) }
        })?;
        let too_large = |_| {
            let message = format!("`{}` is at most {}\n\nhelp: write a smaller number", self.name, u32::MAX);
            syn::Error::new(number.span(), message)
        };
        number.base10_parse().map_err(too_large)
    }

    /// `a` or `[a, b]`
    pub(crate) fn list<T>(&self, kind: Kind, example: &str, one: One<T>) -> syn::Result<Vec<T>> {
        self.value_of(kind, example, |input| one_or_more(input, one))
    }

    /// `path::to::something`
    pub(crate) fn path(&self, example: &str) -> syn::Result<Path> {
        self.value_of(Kind::Path, example, Path::parse_mod_style)
    }

    /// `= path::to::signals`
    pub(crate) fn root(&self) -> syn::Result<Path> {
        self.path("crate = path::to::signals")
    }

    /// `(a, b)`, names of fields as in the example.
    pub(crate) fn fields(&self, example: &str) -> syn::Result<Vec<Ident>> {
        let fork = self.input.fork();
        let group =
            fork.parse::<Group>().ok().filter(|group| group.delimiter() == Delimiter::Parenthesis && is_end(&fork));
        let Some(group) = group else {
            let rest = rest(self.input);
            let message = match sets(rest.clone(), &self.name) {
                Some(field) if ["unique", "index"].contains(&self.name()) && !field.contains(',') => {
                    format!(
                        "`{0}` takes names of several fields in parentheses\n\nhelp: write `#[{0}]` on `{field}`",
                        self.name
                    )
                }
                Some(fields) => {
                    format!("`{0}` takes names of fields in parentheses\n\nhelp: write `{0}({fields})`", self.name)
                }
                None => format!("`{}` needs the names of fields, as in `{example}`", self.name),
            };
            return Err(self.mistake(rest, message));
        };
        self.input.advance_to(&fork);
        let mut mistakes = Errors::new();
        let read = |input: ParseStream<'_>| {
            let mut read = Vec::new();
            while !input.is_empty() {
                let fork = input.fork();
                match fork.call(Ident::parse_any) {
                    Ok(field) if is_end(&fork) => {
                        input.advance_to(&fork);
                        read.push(field);
                    }
                    _ => mistakes.push(self.no_field(input, example)),
                }
                input.parse::<Option<Token![,]>>()?;
            }
            Ok(read)
        };
        let read = read.parse2(group.stream())?;
        mistakes.into_result().map(|()| read)
    }

    fn no_field(&self, input: ParseStream<'_>, example: &str) -> syn::Error {
        let mut element = rest(input);
        if element.is_empty() {
            element = input.parse::<TokenTree>().map(ToTokens::into_token_stream).unwrap_or_default();
        }
        let message = match (fields(element.clone()), named(&element)) {
            (_, Some((word, value))) => {
                let is_fields = ["fields", "columns", "on", "expressions"].contains(&word.as_str());
                let out = match fields(value).filter(|_| is_fields) {
                    Some(fields) => format!("write `{fields}` here"),
                    None => format!("leave `{}` out", written(element.clone())),
                };
                format!("`{}` takes only the names of fields, as in `{example}`\n\nhelp: {out}", self.name)
            }
            (Some(fields), None) => {
                format!("`{}` takes the names of fields, as in `{example}`\n\nhelp: write `{fields}` here", self.name)
            }
            (None, None) => format!("`{}` takes the names of fields, as in `{example}`", self.name),
        };
        syn::Error::new_spanned(element, message)
    }

    /// Parses the value. If it is not of this kind, it is one mistake, and the whole value is underlined.
    pub(crate) fn value_of<T>(
        &self,
        kind: Kind,
        example: &str,
        parse: impl FnOnce(ParseStream<'_>) -> syn::Result<T>,
    ) -> syn::Result<T> {
        self.equals(kind, example)?;
        let fork = self.input.fork();
        let parsed = parse(&fork);
        if is_end(&fork) || begins_argument(&fork) {
            match parsed {
                Ok(value) => {
                    self.input.advance_to(&fork);
                    return Ok(value);
                }
                // A list with mistakes of its own.
                Err(error) if self.input.peek(Bracket) && !is_empty_list(self.input) => return Err(error),
                Err(_) if self.input.peek(Bracket) => {
                    let message =
                        format!("this list is empty\n\nhelp: write `{example}`, or leave `{}` out", self.name);
                    return Err(syn::Error::new_spanned(rest(self.input), message));
                }
                Err(_) => {}
            }
        }
        let value = rest(self.input);
        let message = foreign::value(&self.name, &value).unwrap_or_else(|| self.help(kind, &value, example));
        Err(syn::Error::new_spanned(value, message))
    }

    fn help(&self, kind: Kind, value: &TokenStream, example: &str) -> String {
        let (name, what) = (&self.name, kind.what());
        match kind.meant(value) {
            Some(meant) if meant.starts_with('[') => {
                format!("`{name}` takes {}\n\nhelp: write `{name} = {meant}`", kind.several())
            }
            Some(meant) => format!("`{name}` takes {what}\n\nhelp: write `{name} = {meant}`"),
            None => format!("`{name}` takes {what}, as in `{example}`"),
        }
    }

    /// The sign in front of the value.
    fn equals(&self, kind: Kind, example: &str) -> syn::Result<()> {
        let (name, input) = (&self.name, self.input);
        let missing = || format!("`{name}` needs a value, as in `{example}`");
        if input.peek(Token![=]) && !input.peek(Token![==]) && !input.peek(Token![=>]) {
            input.parse::<Token![=]>()?;
            return if is_end(input) { Err(syn::Error::new(self.word.span(), missing())) } else { Ok(()) };
        }
        let rest = rest(input);
        // `sender: User`, `sender == User`, `sender(User)`, `sender User`
        let value: TokenStream = rest
            .clone()
            .into_iter()
            .skip_while(
                |token| matches!(token, TokenTree::Punct(punct) if [':', '=', '<', '>'].contains(&punct.as_char())),
            )
            .collect();
        let inner = inside(&value);
        let message = if inner.is_empty() {
            missing()
        } else {
            let meant = kind.meant(&value).or_else(|| kind.meant(&inner));
            let help = meant.map_or_else(|| example.to_owned(), |meant| format!("{name} = {meant}"));
            let fact = if is_group(&rest) {
                format!("`{name}` takes no parentheses")
            } else {
                format!("expected `=` after `{name}`")
            };
            format!("{fact}\n\nhelp: write `{help}`")
        };
        Err(self.mistake(rest, message))
    }

    /// A mistake that underlines the key and what follows.
    fn mistake(&self, rest: TokenStream, message: String) -> syn::Error {
        let mut whole = self.word.to_token_stream();
        whole.extend(rest);
        syn::Error::new_spanned(whole, message)
    }
}

/// Parses one element of a list.
pub(crate) type One<T> = fn(ParseStream<'_>) -> syn::Result<T>;

/// `a`, or several in brackets: `[a, b]`.
pub(crate) fn one_or_more<T>(input: ParseStream<'_>, one: One<T>) -> syn::Result<Vec<T>> {
    if !input.peek(Bracket) {
        return Ok(vec![one(input)?]);
    }
    let group = input.parse::<Group>()?;
    let elements = |input: ParseStream<'_>| {
        let (mut read, mut mistakes) = (Vec::new(), Errors::new());
        while !input.is_empty() {
            let fork = input.fork();
            match one(&fork) {
                Ok(element) if is_end(&fork) => {
                    input.advance_to(&fork);
                    read.push(element);
                }
                _ => mistakes.push(no_element(input)),
            }
            input.parse::<Option<Token![,]>>()?;
        }
        mistakes.into_result().map(|()| read)
    };
    let read = elements.parse2(group.stream())?;
    if read.is_empty() {
        return Err(syn::Error::new(group.span(), "this list is empty"));
    }
    Ok(read)
}

fn is_empty_list(input: ParseStream<'_>) -> bool {
    input.fork().parse::<Group>().is_ok_and(|group| group.stream().is_empty())
}

fn no_element(input: ParseStream<'_>) -> syn::Error {
    let mut element = rest(input);
    if element.is_empty() {
        element = input.parse::<TokenTree>().map(ToTokens::into_token_stream).unwrap_or_default();
    }
    let message = match paths(element.clone()) {
        Some(path) if !path.starts_with('[') => format!("expected a path in this list\n\nhelp: write `{path}`"),
        Some(paths) => {
            let paths = paths.trim_matches(['[', ']']);
            format!("expected `,` between the paths of this list\n\nhelp: write `{paths}`")
        }
        None => "expected a path in this list".to_owned(),
    };
    syn::Error::new_spanned(element, message)
}

/// Whether an argument ends here.
pub(crate) fn is_end(input: ParseStream<'_>) -> bool {
    input.is_empty() || input.peek(Token![,]) || input.peek(Token![;])
}

/// Whether another argument begins here: after a whole value, this means that a comma is missing.
pub(crate) fn begins_argument(input: ParseStream<'_>) -> bool {
    let fork = input.fork();
    fork.call(Ident::parse_any).is_ok() && fork.peek(Token![=]) && !fork.peek(Token![==])
}

/// Takes what is left of an argument with a mistake. A comma between `<` and `>`, or between the `|` of a closure, does not end it.
pub(crate) fn rest(input: ParseStream<'_>) -> TokenStream {
    let mut taken: Vec<TokenTree> = Vec::new();
    let (mut angles, mut closure) = (0, false);
    while !(input.is_empty() || (is_end(input) && angles == 0 && !closure)) {
        let after_operand = !matches!(taken.last(), None | Some(TokenTree::Punct(_)));
        if after_operand && angles == 0 && !closure && begins_argument(input) {
            break;
        }
        let Ok(next) = input.parse::<TokenTree>() else { break };
        if let TokenTree::Punct(punct) = &next {
            let after_dash = matches!(taken.last(), Some(TokenTree::Punct(p)) if ['-', '='].contains(&p.as_char()));
            match punct.as_char() {
                '<' if closes(input, '>') => angles += 1,
                '>' if angles > 0 && !after_dash => angles -= 1,
                '|' if closure => closure = false,
                '|' if !after_operand && closes(input, '|') => closure = true,
                _ => {}
            }
        }
        taken.push(next);
    }
    taken.into_iter().collect()
}

/// The word and the value of `word = value`.
fn named(element: &TokenStream) -> Option<(String, TokenStream)> {
    let mut tokens = element.clone().into_iter();
    match (tokens.next(), tokens.next()) {
        (Some(TokenTree::Ident(word)), Some(TokenTree::Punct(sign))) if sign.as_char() == '=' => {
            Some((word.to_string(), tokens.collect()))
        }
        _ => None,
    }
}

/// Whether this sign comes later.
fn closes(input: ParseStream<'_>, sign: char) -> bool {
    let fork = input.fork();
    let tokens = fork.parse::<TokenStream>().unwrap_or_default();
    tokens.into_iter().any(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign))
}

/// The tokens of a group that stands alone, or the tokens themselves.
fn inside(tokens: &TokenStream) -> TokenStream {
    let mut all = tokens.clone().into_iter();
    match (all.next(), all.next()) {
        (Some(TokenTree::Group(group)), None) => group.stream(),
        _ => tokens.clone(),
    }
}

fn is_group(tokens: &TokenStream) -> bool {
    let mut all = tokens.clone().into_iter();
    matches!((all.next(), all.next()), (Some(TokenTree::Group(_)), None))
}

fn first_sign(tokens: &TokenStream) -> Option<char> {
    match tokens.clone().into_iter().next() {
        Some(TokenTree::Punct(punct)) => Some(punct.as_char()),
        _ => None,
    }
}

/// The word that says what an item is: a mistake underlines it, and not a page.
pub(crate) fn first_word(item: &syn::Item) -> TokenStream {
    let tokens = match item {
        syn::Item::Struct(item) => item.struct_token.into_token_stream(),
        syn::Item::Enum(item) => item.enum_token.into_token_stream(),
        syn::Item::Union(item) => item.union_token.into_token_stream(),
        syn::Item::Trait(item) => item.trait_token.into_token_stream(),
        syn::Item::Mod(item) => item.mod_token.into_token_stream(),
        syn::Item::Impl(item) => item.impl_token.into_token_stream(),
        syn::Item::Fn(item) => item.sig.fn_token.into_token_stream(),
        syn::Item::Type(item) => item.type_token.into_token_stream(),
        other => other.to_token_stream(),
    };
    tokens.into_iter().take(1).collect()
}

/// What was written, as a message shows it.
pub(crate) fn text(tokens: impl ToTokens) -> String {
    tokens.to_token_stream().to_string().replace(' ', "")
}
