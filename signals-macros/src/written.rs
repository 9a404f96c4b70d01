//! The tokens of the user as a message shows them, and the names in them.

use proc_macro2::{Delimiter, Ident, Spacing, Span, TokenStream, TokenTree};
use syn::ext::IdentExt;

/// Tokens as the user wrote them, each line break and indentation as one space.
pub(crate) fn written(tokens: TokenStream) -> String {
    written_with(tokens, &mut |_, word| word.to_string())
}

/// Like [`written`], with each name replaced. The token in front of the name is given to `name`.
pub(crate) fn written_with(tokens: TokenStream, name: &mut dyn FnMut(Option<&TokenTree>, &Ident) -> String) -> String {
    let mut text = String::new();
    let mut before: Option<TokenTree> = None;
    for token in tokens {
        if before.as_ref().is_some_and(|before| is_apart(before, &token)) {
            text.push(' ');
        }
        match &token {
            TokenTree::Ident(word) => text.push_str(&name(before.as_ref(), word)),
            TokenTree::Group(group) => {
                let inner = written_with(group.stream(), name);
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{ ", " }"),
                    Delimiter::None => ("", ""),
                };
                text.extend([open, &inner, close]);
            }
            other => text.push_str(&other.to_string()),
        }
        before = Some(token);
    }
    text
}

/// Whether there is a space between two tokens in the source.
fn is_apart(one: &TokenTree, next: &TokenTree) -> bool {
    // Both tokens of a lifetime have the span of the whole.
    if matches!(one, TokenTree::Punct(sign) if sign.as_char() == '\'') {
        return false;
    }
    let (end, start) = (last_span(one), first_span(next));
    #[cfg(not(test))]
    {
        let (end, start) = (end.unwrap().end(), start.unwrap().start());
        let begin = first_span(one).unwrap().start();
        // Code in a string has no places of its own.
        if (begin.line(), begin.column()) == (start.line(), start.column()) {
            return is_usually_apart(one, next);
        }
        (end.file(), end.line(), end.column()) != (start.file(), start.line(), start.column())
    }
    // Tests have no source, and compare without spaces.
    #[cfg(test)]
    {
        let _ = (end, start);
        let is_word = |token: &TokenTree| matches!(token, TokenTree::Ident(_) | TokenTree::Literal(_));
        is_word(one) && is_word(next)
    }
}

/// Whether there usually is a space between two tokens.
#[cfg_attr(test, expect(dead_code, reason = "tests have no source"))]
fn is_usually_apart(one: &TokenTree, next: &TokenTree) -> bool {
    let sign = |token: &TokenTree| match token {
        TokenTree::Punct(punct) => Some(punct.as_char()),
        _ => None,
    };
    let binds = |token: &TokenTree| matches!(sign(token), Some('.' | ':' | '!' | '\'' | '?'));
    let is_joint = matches!(one, TokenTree::Punct(punct) if punct.spacing() == Spacing::Joint);
    let is_call = matches!(next, TokenTree::Group(_)) && sign(one).is_none();
    !(is_joint || is_call || binds(one) || matches!(sign(next), Some('.' | ':' | ',' | '?')))
}

fn first_span(token: &TokenTree) -> Span {
    match token {
        TokenTree::Group(group) => group.span_open(),
        other => other.span(),
    }
}

fn last_span(token: &TokenTree) -> Span {
    match token {
        TokenTree::Group(group) => group.span_close(),
        other => other.span(),
    }
}

/// The first word in the tokens, also in groups, for which `test` is true.
pub(crate) fn find_word(tokens: TokenStream, test: &dyn Fn(&Ident) -> bool) -> Option<Ident> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(word) => test(&word).then_some(word),
        TokenTree::Group(group) => find_word(group.stream(), test),
        _ => None,
    })
}

/// A name or path that the user wrote with `::` or, as in Python, with `.`.
pub(crate) struct Name {
    pub(crate) segments: Vec<String>,
}

impl Name {
    pub(crate) fn last(&self) -> &str {
        self.segments.last().map_or("", String::as_str)
    }

    pub(crate) fn path(&self) -> String {
        self.segments.join("::")
    }
}

/// All names in the tokens, also those in groups and in strings.
pub(crate) fn names(tokens: TokenStream) -> Vec<Name> {
    let mut found = Vec::new();
    collect(tokens, &mut found);
    found
}

fn collect(tokens: TokenStream, found: &mut Vec<Name>) {
    let mut tokens = tokens.into_iter().peekable();
    // Whether the next name continues the last one.
    let mut goes_on = false;
    while let Some(token) = tokens.next() {
        let continued = std::mem::take(&mut goes_on);
        match token {
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Literal(literal) => {
                if let Ok(text) = syn::parse_str::<syn::LitStr>(&literal.to_string())
                    && let Ok(tokens) = text.value().parse::<TokenStream>()
                {
                    collect(tokens, found);
                }
            }
            TokenTree::Ident(word) => {
                let is_macro = matches!(tokens.peek(), Some(TokenTree::Punct(punct)) if punct.as_char() == '!');
                let word = if word == "crate" { word } else { word.unraw() };
                match found.last_mut().filter(|_| continued) {
                    Some(name) => name.segments.push(word.to_string()),
                    None if is_macro || KEYWORDS.contains(&word.to_string().as_str()) => {}
                    None => found.push(Name { segments: vec![word.to_string()] }),
                }
            }
            TokenTree::Punct(punct) => match punct.as_char() {
                // A lifetime is no name.
                '\'' => drop(tokens.next()),
                '.' => goes_on = true,
                ':' if matches!(tokens.peek(), Some(TokenTree::Punct(next)) if next.as_char() == ':') => {
                    tokens.next();
                    goes_on = true;
                }
                _ => {}
            },
        }
    }
}

/// Words that are no names.
const KEYWORDS: &[&str] = &[
    "dyn", "impl", "mut", "ref", "as", "if", "move", "true", "false", "for", "async", "await", "return", "type", "fn",
    "let", "in",
];

/// Whether a name is written as types are.
pub(crate) fn is_camel(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_ascii_uppercase()) && word.chars().any(char::is_lowercase)
        || word.len() == 1 && word.starts_with(|letter: char| letter.is_ascii_uppercase())
}

/// Whether a name is written as constants are.
pub(crate) fn is_constant(word: &str) -> bool {
    word.len() > 1
        && !word.chars().any(char::is_lowercase)
        && word.starts_with(|letter: char| letter.is_ascii_uppercase())
}
