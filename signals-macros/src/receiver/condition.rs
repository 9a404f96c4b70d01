//! What users write after `when =` that is no function of the payload. The compiler explains the rest.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{BinOp, Expr, ExprClosure, Lit, Member, Pat, Path, Stmt, Type, UnOp};

use crate::case::snake_case;
use crate::grammar::text;
use crate::written::{written, written_with};

/// The names in the receiver that a condition may have meant.
#[derive(Default)]
pub(super) struct Names<'a> {
    /// The parameters of the function, which are fields of the payload.
    pub(super) parameters: Vec<&'a Ident>,
    pub(super) senders: &'a [Type],
    pub(super) signals: &'a [Path],
    /// The parameter of a closure that is the row.
    pub(super) row: Option<&'a Ident>,
}

/// The mistake in a condition, if its form alone shows one.
pub(super) fn mistake(when: &Expr, names: &Names<'_>) -> Option<syn::Error> {
    let (on, message) = match when {
        Expr::Closure(closure) => (closure.to_token_stream(), of_closure(closure, names)?),
        Expr::Path(path) => {
            let word = path.path.get_ident().filter(|word| names.parameters.contains(word))?;
            let help = match word.to_string().as_str() {
                "created" => {
                    "write `created = true`, and leave the parameter out, which is then always `true`".to_owned()
                }
                field => format!("write a condition of it, as in `when = |event| is_large(event.{field})`"),
            };
            (word.to_token_stream(), format!("`{word}` is a parameter here, and no function\n\nhelp: {help}"))
        }
        Expr::Paren(inner) => return mistake(&inner.expr, names),
        Expr::Group(inner) => return mistake(&inner.expr, names),
        Expr::Reference(inner) if matches!(&*inner.expr, Expr::Path(_)) => {
            let function = names.written(inner.expr.to_token_stream());
            (inner.to_token_stream(), no_function(&format!("write `when = {function}`")))
        }
        other if combined(other).is_some() => {
            let condition = combined(other).unwrap_or_default();
            (other.to_token_stream(), no_function(&format!("write `when = |event| {condition}`")))
        }
        Expr::Call(call) if !mentions(call.args.to_token_stream(), names) && !call.args.is_empty() => return None,
        Expr::Call(call) if matches!(&*call.func, Expr::Path(_)) && call.args.iter().all(is_event) => {
            let function = names.written(call.func.to_token_stream());
            let message = format!("a condition is a function, and not its result\n\nhelp: write `when = {function}`");
            (call.to_token_stream(), message)
        }
        // A block, a cast or a call may be a function.
        Expr::Block(_) | Expr::Cast(_) | Expr::Const(_) | Expr::Verbatim(_) => return None,
        Expr::Lit(literal) => (literal.to_token_stream(), of_literal(&literal.lit, names)),
        Expr::Let(binding) => {
            let (value, pattern) =
                (names.written(binding.expr.to_token_stream()), written(binding.pat.to_token_stream()));
            (when.to_token_stream(), no_function(&format!("write `when = |event| matches!({value}, {pattern})`")))
        }
        other => (other.to_token_stream(), function_of(&other.to_token_stream(), names)),
    };
    Some(syn::Error::new_spanned(on, message))
}

/// Several conditions as one: `[a, b]`, `a && !b`, `not(a)`.
fn combined(conditions: &Expr) -> Option<String> {
    let one = |condition: &Expr| match condition {
        Expr::Path(path) => Some(format!("{}(event)", text(path))),
        other => combined(other),
    };
    let all = |conditions: &mut dyn Iterator<Item = &Expr>, sign: &str| {
        Some(conditions.map(one).collect::<Option<Vec<_>>>()?.join(sign)).filter(|all| !all.is_empty())
    };
    let is_free = |path: &Expr| !matches!(path, Expr::Path(path) if path.path.is_ident("event"));
    match conditions {
        Expr::Paren(inner) => combined(&inner.expr).map(|inner| format!("({inner})")),
        Expr::Unary(unary) if matches!(unary.op, UnOp::Not(_)) => one(&unary.expr).map(|one| format!("!{one}")),
        Expr::Binary(binary) => {
            let sign = match binary.op {
                BinOp::And(_) | BinOp::BitAnd(_) => " && ",
                BinOp::Or(_) | BinOp::BitOr(_) => " || ",
                _ => return None,
            };
            all(&mut [&*binary.left, &*binary.right].into_iter(), sign)
        }
        Expr::Array(array) => all(&mut array.elems.iter(), " && "),
        Expr::Tuple(tuple) => all(&mut tuple.elems.iter(), " && "),
        Expr::Call(call) if call.args.iter().all(is_free) => match text(&call.func).as_str() {
            "not" => all(&mut call.args.iter(), " && !").map(|all| format!("!{all}")),
            "all" | "and" => all(&mut call.args.iter(), " && "),
            "any" | "or" => all(&mut call.args.iter(), " || "),
            _ => None,
        },
        _ => None,
    }
}

fn is_event(argument: &Expr) -> bool {
    let argument = match argument {
        Expr::Reference(reference) => &reference.expr,
        other => other,
    };
    matches!(argument, Expr::Path(path) if path.path.is_ident("event"))
}

fn of_literal(literal: &Lit, names: &Names<'_>) -> String {
    match literal {
        Lit::Str(string) => match string.value().parse::<TokenStream>() {
            Ok(tokens) => match syn::parse2::<Expr>(tokens.clone()) {
                Ok(Expr::Path(path)) if names.field_of(&path.path).is_none() => {
                    no_function(&format!("write `when = {}`", text(&path)))
                }
                Ok(_) => function_of(&tokens, names),
                Err(_) => no_function("write `when = |event| event.created`"),
            },
            _ => no_function("write `when = |event| event.created`"),
        },
        Lit::Bool(value) if value.value => no_function("leave `when` out, to call the function always"),
        _ => no_function("write `when = |event| event.created`"),
    }
}

/// The answer to an expression: the closure that has its value.
fn function_of(expression: &TokenStream, names: &Names<'_>) -> String {
    if mentions(expression.clone(), names) {
        no_function(&format!("write `when = |event| {}`", names.written(expression.clone())))
    } else {
        no_function(
            "write `when = |event| ..`, and read the fields of the payload from `event`, such as `event.created`",
        )
    }
}

fn no_function(help: &str) -> String {
    format!("`when` takes a function of the payload\n\nhelp: {help}")
}

/// The value of a condition that does not depend on the payload.
fn constant(body: &Expr) -> Option<bool> {
    match body {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Bool(value) => Some(value.value),
            _ => None,
        },
        Expr::Paren(inner) => constant(&inner.expr),
        Expr::Block(block) => match &block.block.stmts[..] {
            [Stmt::Expr(only, None)] => constant(only),
            _ => None,
        },
        _ => None,
    }
}

/// What a condition says of `created`, if it only reads that: `|event| event.created` and `|event| !event.created`.
pub(super) fn says_of_created(when: &Expr) -> Option<bool> {
    let Expr::Closure(closure) = when else { return None };
    let reads = |body: &Expr| {
        let Expr::Field(field) = body else { return false };
        matches!(&field.member, Member::Named(name) if name == "created") && matches!(&*field.base, Expr::Path(_))
    };
    match &*closure.body {
        Expr::Unary(not) if matches!(not.op, UnOp::Not(_)) && reads(&not.expr) => Some(false),
        body if reads(body) => Some(true),
        _ => None,
    }
}

fn of_closure(closure: &ExprClosure, names: &Names<'_>) -> Option<String> {
    if constant(&closure.body) == Some(false) {
        return Some(
            "this condition is always `false`, so that the receiver is never called\n\n\
             help: write what it depends on, as in `when = |event| event.created`, or remove this attribute"
                .to_owned(),
        );
    }
    let parameters: Vec<&Pat> = closure.inputs.iter().collect();
    let body = closure.body.to_token_stream();
    if closure.asyncness.is_some() || matches!(&*closure.body, Expr::Async(_)) {
        let help = "help: write it without `async`; what needs a query is asked in the receiver";
        return Some(format!("a condition is not `async`\n\n{help}"));
    }
    let mut names = names.with(&[]);
    let (parameter, fact) = match &parameters[..] {
        [Pat::Ident(name)] if names.field(&name.ident).is_some() && compares(&closure.body, &name.ident) => {
            (Vec::new(), "the parameter of a condition is the whole payload")
        }
        [Pat::Wild(_)] if mentions(body.clone(), &Names::default()) => {
            (Vec::new(), "the parameter of a condition is the payload")
        }
        [Pat::Type(typed)] => match &*typed.ty {
            Type::Reference(reference) if reference.mutability.is_some() => {
                (bound(&typed.pat), "a condition cannot change the payload: its parameter is `&`, and not `&mut`")
            }
            Type::Reference(reference) if !names.is_sender(&reference.elem) => return None,
            Type::Reference(_) => {
                names.row = bound(&typed.pat).pop();
                (Vec::new(), "the parameter of a condition is the whole payload, and not the row")
            }
            Type::Infer(_) => return None,
            _ => (bound(&typed.pat), "the parameter of a condition is a reference to the whole payload"),
        },
        [Pat::Tuple(tuple)] => {
            (tuple.elems.iter().flat_map(bound).collect(), "a condition has one parameter, the payload")
        }
        [_] => return None,
        several => {
            (several.iter().flat_map(|pattern| bound(pattern)).collect(), "a condition has one parameter, the payload")
        }
    };
    let body = names.with(&parameter).written(body);
    Some(format!("{fact}\n\nhelp: write `when = |event| {body}`"))
}

/// Whether a name itself is compared or returned, and not a member of it.
fn compares(body: &Expr, name: &Ident) -> bool {
    match body {
        Expr::Path(path) => path.path.is_ident(name),
        Expr::Unary(unary) => compares(&unary.expr, name),
        Expr::Paren(inner) => compares(&inner.expr, name),
        Expr::Binary(binary) => compares(&binary.left, name) || compares(&binary.right, name),
        _ => false,
    }
}

/// The names that a pattern binds.
fn bound(pattern: &Pat) -> Vec<&Ident> {
    match pattern {
        Pat::Ident(name) => vec![&name.ident],
        Pat::Type(typed) => bound(&typed.pat),
        Pat::Reference(reference) => bound(&reference.pat),
        Pat::Tuple(tuple) => tuple.elems.iter().flat_map(bound).collect(),
        _ => Vec::new(),
    }
}

fn mentions(tokens: TokenStream, names: &Names<'_>) -> bool {
    let mut found = false;
    written_with(tokens, &mut |before, word| {
        found |= !is_member(before) && (word == "event" || names.field(word).is_some() || names.is_payload(word));
        String::new()
    });
    found
}

/// Whether the token in front of a name says that it is a member of something.
fn is_member(before: Option<&TokenTree>) -> bool {
    matches!(before, Some(TokenTree::Punct(punct)) if punct.as_char() == '.' || punct.as_char() == ':')
}

impl<'a> Names<'a> {
    fn with(&self, more: &[&'a Ident]) -> Names<'a> {
        Names { parameters: self.parameters.iter().chain(more).copied().collect(), ..*self }
    }

    /// The code with each field of the payload read from `event`.
    fn written(&self, tokens: TokenStream) -> String {
        written_with(tokens, &mut |before, word| match self.field(word) {
            _ if is_member(before) => word.to_string(),
            Some(field) => format!("event.{field}"),
            None if self.is_payload(word) => "event".to_owned(),
            None => word.to_string(),
        })
    }

    fn field_of(&self, path: &Path) -> Option<String> {
        self.field(path.get_ident()?)
    }

    /// Whether a name means the payload: `paid` for the signal `Paid`.
    fn is_payload(&self, word: &Ident) -> bool {
        let is_named = |last: &syn::PathSegment| *word == snake_case(&last.ident.to_string());
        self.signals.iter().filter_map(|signal| signal.segments.last()).any(is_named)
    }

    /// The field of the payload that a name means.
    fn field(&self, word: &Ident) -> Option<String> {
        let text = word.to_string();
        if self.row == Some(word) {
            Some("instance".to_owned())
        } else if text == "event" {
            None
        } else if self.is_row(&text) {
            Some("instance".to_owned())
        } else if self.parameters.contains(&word) || FIELDS.contains(&text.as_str()) {
            Some(text)
        } else {
            None
        }
    }

    /// Whether a name means the row: `user` for the sender `User`, `self`, `obj`.
    fn is_row(&self, word: &str) -> bool {
        let is_named = |sender: &Type| match sender {
            Type::Path(path) => {
                path.path.segments.last().is_some_and(|last| snake_case(&last.ident.to_string()) == word)
            }
            _ => false,
        };
        ["self", "obj", "row", "model", "sender"].contains(&word) || self.senders.iter().any(is_named)
    }

    fn is_sender(&self, ty: &Type) -> bool {
        self.senders.iter().any(|sender| text(sender) == text(ty))
    }
}

/// Whether a condition has the type that is written in it, so that nothing must be inferred: a path, or a closure with a type.
pub(super) fn is_typed(when: &Expr) -> bool {
    match when {
        Expr::Path(_) => true,
        Expr::Paren(inner) => is_typed(&inner.expr),
        Expr::Closure(closure) => closure
            .inputs
            .iter()
            .all(|input| matches!(input, Pat::Type(typed) if !is_inferred(typed.ty.to_token_stream()))),
        _ => false,
    }
}

/// Whether there is a `_` in a type, which is no lifetime.
fn is_inferred(ty: TokenStream) -> bool {
    let mut before = None;
    ty.into_iter().any(|token| {
        let is_inferred = match &token {
            TokenTree::Ident(word) => word == "_" && before != Some('\''),
            TokenTree::Group(group) => is_inferred(group.stream()),
            _ => false,
        };
        before = if let TokenTree::Punct(punct) = &token { Some(punct.as_char()) } else { None };
        is_inferred
    })
}

/// Fields that many payloads have.
const FIELDS: &[&str] = &["instance", "created", "previous", "changes", "update_fields", "raw", "adding", "action"];
