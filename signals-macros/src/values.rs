//! The values of arguments: what each kind is called, and what the user meant by a value of another kind.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::parse::Parse;
use syn::{Expr, Ident, LitBool, LitStr, Path, Type};

use crate::case::camel_case;
use crate::suggest;
use crate::times;
use crate::written::{Name, is_camel, is_constant, names, written, written_with};

/// A kind of value.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    /// `"text"`
    Text,
    /// `"5s"`
    Time,
    /// `5`
    Number,
    /// The name of a field.
    Field,
    /// The name of a method, as a string.
    Method,
    /// `true` or `false`
    Truth,
    /// `path::to::something`
    Path,
    /// A path, or several in brackets.
    Paths,
    /// A model, or several in brackets.
    Senders,
    /// A type.
    Type,
    /// A function of the payload.
    Condition,
    /// Any expression.
    Value,
    /// Names, with commas.
    Names,
    /// Names of fields, with commas.
    Fields,
    /// Sets of fields: `row, number), unique(row, label` for `[(row, number), (row, label)]`, between the parentheses of `unique(..)`.
    Sets(&'static str),
    /// One of these words.
    Word(&'static [&'static str]),
}

/// What the values of an argument are parsed as.
pub(crate) trait Value: Parse {
    const KIND: Kind;
}

impl Value for LitStr {
    const KIND: Kind = Kind::Text;
}

impl Value for LitBool {
    const KIND: Kind = Kind::Truth;
}

impl Value for Path {
    const KIND: Kind = Kind::Path;
}

impl Value for Type {
    const KIND: Kind = Kind::Type;
}

impl Value for Expr {
    const KIND: Kind = Kind::Condition;
}

impl Value for Ident {
    const KIND: Kind = Kind::Word(&[]);
}

impl Kind {
    /// What the argument takes, if it takes several.
    pub(crate) fn several(self) -> &'static str {
        match self {
            Self::Senders => "several models in brackets",
            Self::Paths => "several receivers in brackets",
            _ => "several values in brackets",
        }
    }

    /// What the argument takes.
    pub(crate) fn what(self) -> String {
        match self {
            Self::Time => "a time in a string".to_owned(),
            Self::Number => "a whole number".to_owned(),
            Self::Field => "the name of a field".to_owned(),
            Self::Text | Self::Method => "a string".to_owned(),
            Self::Truth => "`true` or `false`".to_owned(),
            Self::Path => "a path".to_owned(),
            Self::Paths => "the path of a receiver".to_owned(),
            Self::Senders => "the path of a model".to_owned(),
            Self::Type => "a type".to_owned(),
            Self::Condition => "a function of the payload".to_owned(),
            Self::Value => "an expression".to_owned(),
            Self::Names => "names".to_owned(),
            Self::Fields | Self::Sets(_) => "names of fields".to_owned(),
            Self::Word([]) => "a word".to_owned(),
            Self::Word(words) => format!("one of {}", suggest::list(words)),
        }
    }

    /// The value that the user most likely meant. It is of this kind.
    pub(crate) fn meant(self, tokens: &TokenStream) -> Option<String> {
        let tokens = tokens.clone();
        match self {
            Self::Text => text(tokens),
            Self::Time => times::meant(&tokens),
            Self::Number => number(&tokens),
            Self::Field => fields(tokens).filter(|name| !name.contains(',')),
            Self::Method => names(tokens).last().map(|name| format!("\"{}\"", name.last())),
            Self::Truth => truth(&tokens),
            Self::Path | Self::Type => match &names(tokens)[..] {
                [one] => Some(one.path()),
                _ => None,
            },
            Self::Paths => paths(tokens),
            Self::Senders => models(tokens),
            Self::Condition => condition(tokens),
            Self::Value => syn::parse2::<Expr>(tokens.clone()).ok().map(|_| written(tokens)),
            Self::Names | Self::Fields => fields(tokens),
            Self::Sets(word) => sets(tokens, word),
            Self::Word(words) => word(&tokens, words),
        }
    }
}

/// A function, or an expression of `event` as the body of one.
fn condition(tokens: TokenStream) -> Option<String> {
    if let Ok(text) = syn::parse2::<LitStr>(tokens.clone()) {
        return condition(text.value().parse().ok()?);
    }
    let Ok(expression) = syn::parse2::<Expr>(tokens.clone()) else { return closure_elsewhere(tokens) };
    match expression {
        Expr::Path(path) if path.path.is_ident("created") => Some("|event| event.created".to_owned()),
        Expr::Path(_) | Expr::Closure(_) => Some(written(tokens)),
        Expr::Paren(inner) => condition(inner.expr.into_token_stream()),
        _ if names(tokens.clone()).iter().any(|name| name.segments[0] == "event") => {
            Some(format!("|event| {}", written(tokens)))
        }
        _ => None,
    }
}

/// What is a closure or an expression in another language: `(event) => event.created`, `lambda event: event.created`,
/// `event.created and not event.raw`.
fn closure_elsewhere(tokens: TokenStream) -> Option<String> {
    let text = written_with(tokens, &mut |_, word| match word.to_string().as_str() {
        "and" => "&&".to_owned(),
        "or" => "||".to_owned(),
        "not" => "!".to_owned(),
        other => other.to_owned(),
    });
    let text = text.replace("! ", "!");
    let body = ["=>", "->"].iter().find_map(|sign| text.split_once(sign)).map_or(&*text, |(_, body)| body.trim());
    let body = body.strip_prefix("lambda event:").map_or(body, str::trim);
    let is_right = syn::parse_str::<Expr>(body).is_ok() && body.contains("event.");
    is_right.then(|| format!("|event| {body}"))
}

/// A word or a number in quotes.
fn text(tokens: TokenStream) -> Option<String> {
    if let Ok(text) = syn::parse2::<LitStr>(tokens.clone()) {
        return Some(format!("{:?}", text.value()));
    }
    let is_simple = |token: &TokenTree| match token {
        TokenTree::Ident(_) => true,
        TokenTree::Punct(punct) => [':', '.', '-'].contains(&punct.as_char()),
        TokenTree::Literal(literal) => literal.to_string().parse::<u64>().is_ok(),
        TokenTree::Group(_) => false,
    };
    let is_a_constant = matches!(&names(tokens.clone())[..], [name] if is_constant(name.last()));
    let simple = !is_a_constant && !tokens.is_empty() && tokens.clone().into_iter().all(|token| is_simple(&token));
    simple.then(|| format!("\"{}\"", written(tokens)))
}

/// A whole number in another form: `"5"`, `5.0`, `five(5)`.
fn number(tokens: &TokenStream) -> Option<String> {
    let text = tokens.to_string();
    let digits = text.split(|c: char| !c.is_ascii_digit()).find(|digits| !digits.is_empty())?;
    (!text.contains('-') && digits.parse::<u32>().is_ok()).then(|| digits.to_owned())
}

fn truth(tokens: &TokenStream) -> Option<String> {
    let word = tokens.to_string().trim_matches(['"', '(', ')', ' ', '\'']).to_lowercase();
    match word.as_str() {
        "true" | "yes" | "1" | "on" => Some("true".to_owned()),
        "false" | "no" | "0" | "off" | "none" | "null" => Some("false".to_owned()),
        _ => None,
    }
}

/// All names in the tokens: one alone, several in brackets.
pub(crate) fn paths(tokens: TokenStream) -> Option<String> {
    list(&names(tokens).iter().map(Name::path).collect::<Vec<_>>())
}

/// All models in the tokens: one alone, several in brackets.
pub(crate) fn models(tokens: TokenStream) -> Option<String> {
    list(&names(tokens).iter().map(model).collect::<Vec<_>>())
}

/// The model that a name begins with: `User` for `User::class`, and `UserGroups`, the through model, for `User.groups.through`.
fn model(name: &Name) -> String {
    let Some(at) = name.segments.iter().position(|segment| is_camel(segment)) else { return name.path() };
    let path = name.segments[..=at].join("::");
    match &name.segments[at + 1..] {
        [field, through] if through == "through" => format!("{path}{}", camel_case(field)),
        _ => path,
    }
}

fn list(paths: &[String]) -> Option<String> {
    match paths {
        [] => None,
        [one] => Some(one.clone()),
        several => Some(format!("[{}]", several.join(", "))),
    }
}

/// The known word in the tokens: `cascade` for `models.CASCADE`, `OnDelete::Cascade` and `"cascade"`.
fn word(tokens: &TokenStream, words: &[&'static str]) -> Option<String> {
    let names = names(tokens.clone());
    let whole = names.iter().map(Name::last).collect::<Vec<_>>().join("_");
    let is_whole = |word: &&&str| whole.eq_ignore_ascii_case(word);
    let word = words.iter().find(is_whole).copied();
    let word = word.or_else(|| names.iter().rev().find_map(|name| suggest::nearest(name.last(), words)));
    word.or_else(|| names.iter().rev().find_map(|name| part_of_one(name.last(), words))).map(str::to_owned)
}

/// The only word of which the written one is a part: `block_key` for `block`.
fn part_of_one(written: &str, words: &[&'static str]) -> Option<&'static str> {
    let is_part = |word: &&&str| word.split('_').any(|part| part.eq_ignore_ascii_case(written));
    let mut all = words.iter().filter(is_part);
    all.next().filter(|_| all.next().is_none()).copied()
}

/// The last segments of all names in the tokens, with commas.
pub(crate) fn fields(tokens: TokenStream) -> Option<String> {
    let names = names(tokens);
    // In `|user| user.email` only the path ends with a field.
    let has_path = names.iter().any(|name| name.segments.len() > 1);
    let is_field = |name: &&Name| !has_path || name.segments.len() > 1;
    let fields: Vec<String> = names.iter().filter(is_field).map(|name| name.last().to_owned()).collect();
    (!fields.is_empty()).then(|| fields.join(", "))
}

/// Like [`fields`], for a list of lists: each of these is another `word(..)`.
pub(crate) fn sets(tokens: TokenStream, word: &str) -> Option<String> {
    let all: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let is_group = |token: &TokenTree| matches!(token, TokenTree::Group(_));
    let is_comma = |token: &TokenTree| matches!(token, TokenTree::Punct(sign) if sign.as_char() == ',');
    match &all[..] {
        [TokenTree::Punct(_), TokenTree::Group(group)] | [TokenTree::Group(group)] => sets(group.stream(), word),
        several if several.len() > 1 && several.iter().all(|token| is_group(token) || is_comma(token)) => {
            let groups = several.iter().filter(|token| is_group(token));
            let sets: Option<Vec<String>> = groups.map(|group| fields(group.clone().into())).collect();
            Some(sets?.join(&format!("), {word}(")))
        }
        _ => fields(tokens),
    }
}
