//! What the parameters of a receiver are called: a name that no signal of the library has is answered with the right one, in the names
//! of the user. A signal of your own may have any field.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{FnArg, Ident, ItemFn, Pat, Path, Type};

use super::check::{Binding, Parameter};
use super::parameters::without_lifetimes;
use super::parse::{Arguments, Parsed};
use super::types;
use crate::case::camel_case;
use crate::errors::Errors;
use crate::foreign::signal_names::SIGNALS;
use crate::foreign::{self, Place};
use crate::grammar::text;
use crate::suggest;
use crate::written::{is_camel, written};

/// The other signals of the library that have a sender.
const OTHER_SIGNALS: &[&str] = &[
    "post_bulk_create",
    "post_bulk_update",
    "post_bulk_delete",
    "user_logged_in",
    "user_logged_out",
    "user_login_failed",
];

/// The names of the fields of these signals, each with the signals that have it, if they are few.
const FIELDS: &[(&str, &[&str])] = &[
    ("instance", &[]),
    ("created", &[]),
    ("adding", &[]),
    ("previous", &[]),
    ("changes", &[]),
    ("update_fields", &[]),
    ("raw", &[]),
    ("origin", &[]),
    ("tx", &[]),
    ("db", &[]),
    ("action", &["m2m_changed"]),
    ("reverse", &["m2m_changed"]),
    ("through", &["m2m_changed"]),
    ("ids", &["m2m_changed"]),
    (
        "model",
        &[
            "m2m_changed",
            "post_bulk_create",
            "post_bulk_update",
            "post_bulk_delete",
            "user_logged_out",
            "user_login_failed",
        ],
    ),
    ("instances", &["post_bulk_create"]),
    ("count", &["post_bulk_update", "post_bulk_delete"]),
    ("user", &["user_logged_in", "user_logged_out"]),
    ("session", &["user_logged_in", "user_logged_out"]),
    ("credentials", &["user_login_failed"]),
    ("request", &["user_logged_in", "user_logged_out", "user_login_failed"]),
];

/// The name of the field that a parameter is bound to: `_created`, an unused parameter, is bound to `created`.
pub(super) fn field(name: &Ident) -> Ident {
    let unraw = name.unraw().to_string();
    let plain = unraw.trim_start_matches('_');
    if plain.is_empty() || plain == unraw {
        return name.clone();
    }
    match syn::parse_str::<Ident>(plain) {
        Ok(_) => Ident::new(plain, name.span()),
        Err(_) if ["self", "Self", "super", "crate"].contains(&plain) || plain.starts_with(char::is_numeric) => {
            name.clone()
        }
        Err(_) => Ident::new_raw(plain, name.span()),
    }
}

pub(super) fn check(parsed: &Parsed, parameters: &[Parameter<'_>], errors: &mut Errors) {
    let meant = Meant::of(&parsed.attributes);
    let mut seen: Vec<&Ident> = Vec::new();
    for parameter in parameters {
        let Binding { name, ty, written: as_written, .. } = parameter.binding();
        if seen.contains(&name) && *name != **as_written {
            errors.on(
                as_written,
                format!("`{as_written}` and `{name}` are the same field of the payload\n\nhelp: leave one of them out"),
            );
        }
        seen.push(name);
        types::check(&name.unraw().to_string(), ty, &meant, errors);
        if let Parameter::Field(_) = parameter
            && let Some(message) = meant.mistake(&name.unraw().to_string(), ty, parameters.len())
        {
            errors.on(as_written, message);
        }
    }
    for input in &parsed.function.sig.inputs {
        if let Some((pattern, reference)) = variable_that_changes(input) {
            let (name, ty) = (&pattern.ident, written(reference.elem.to_token_stream()));
            let other = if name == "instance" {
                ", in a receiver of `pre_save`; a copy of it is `let mut instance = instance.clone()`"
            } else {
                ""
            };
            errors.on(
                pattern.mutability,
                format!(
                    "`mut {name}: &{ty}` changes the variable, and not what it refers to\n\nhelp: write `{name}: &mut {ty}`{other}"
                ),
            );
        }
    }
}

/// `mut tx: &Tx` or `mut instance: &User`
fn variable_that_changes(input: &FnArg) -> Option<(&syn::PatIdent, &syn::TypeReference)> {
    let FnArg::Typed(typed) = input else { return None };
    let (Pat::Ident(pattern), Type::Reference(reference)) = (&*typed.pat, &*typed.ty) else { return None };
    let is_lent = pattern.ident == "tx" || pattern.ident == "instance";
    (is_lent && pattern.mutability.is_some() && reference.mutability.is_none()).then_some((pattern, reference))
}

/// The function after a mistake in its parameters: what they should have been, so that its body has no errors that follow.
pub(super) fn corrected(parsed: Parsed) -> ItemFn {
    let meant = Meant::of(&parsed.attributes);
    let sender = parsed.attributes.iter().find_map(|arguments| arguments.senders.as_ref()?.first());
    let mut function = parsed.function;
    let body = function.block.to_token_stream();
    for input in &mut function.sig.inputs {
        let changes = variable_that_changes(input).is_some();
        let FnArg::Typed(typed) = input else { continue };
        if let (true, Type::Reference(reference)) = (changes, &mut *typed.ty) {
            reference.mutability = Some(syn::token::Mut::default());
        }
        types::corrected(&mut typed.ty, &meant, sender);
        if let Pat::Ident(pattern) = &mut *typed.pat {
            if changes {
                pattern.mutability = None;
            }
            if is_misspelt_instance(&pattern.ident.to_string()) && mentions(body.clone(), "instance") {
                pattern.ident = Ident::new("instance", pattern.ident.span());
            }
        }
    }
    function
}

fn is_misspelt_instance(name: &str) -> bool {
    !is_field(name) && suggest::nearest(name, &["instance"]).is_some()
}

fn is_field(name: &str) -> bool {
    FIELDS.iter().any(|(field, _)| *field == name)
}

fn mentions(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        proc_macro2::TokenTree::Ident(word) => word == name,
        proc_macro2::TokenTree::Group(group) => mentions(group.stream(), name),
        _ => false,
    })
}

/// What the attributes say: the signals, as they are written, and the first sender.
pub(super) struct Meant {
    signals: Vec<String>,
    sender: Option<String>,
    pub(super) row: String,
}

impl Meant {
    pub(super) fn of(attributes: &[Arguments]) -> Self {
        let signals = attributes.iter().flat_map(|arguments| &arguments.signals).map(last).collect();
        let sender = attributes.iter().find_map(|arguments| arguments.senders.as_ref()?.first()).map(text);
        let row = sender.clone().unwrap_or_else(|| "dyn AnyModel".to_owned());
        Self { signals, sender, row }
    }

    /// Whether all signals are the library's, by their names: a signal of your own has a name in camel case.
    pub(super) fn is_of_the_library(&self) -> bool {
        let is_known = |signal: &String| {
            SIGNALS.iter().any(|(known, _)| known == signal) || OTHER_SIGNALS.contains(&signal.as_str())
        };
        !self.signals.is_empty() && self.signals.iter().all(is_known)
    }

    /// What is wrong with the name of a parameter.
    fn mistake(&self, name: &str, ty: &Type, count: usize) -> Option<String> {
        if let Some(payload) = self.names_payload(ty) {
            // The type is a mistake too, and its answer has the name.
            if self.is_of_the_library() && types::payload_without_model(ty) {
                return None;
            }
            let alone = if count > 1 { " alone, and read its fields" } else { "" };
            return Some(format!("the whole payload is called `event`\n\nhelp: write `event: {payload}`{alone}"));
        }
        if !self.is_of_the_library() {
            return None;
        }
        let signal = &self.signals[0];
        match FIELDS.iter().find(|(field, _)| *field == name) {
            Some((_, [])) => return None,
            Some((_, of)) if self.signals.iter().any(|signal| of.contains(&signal.as_str())) => return None,
            _ => {}
        }
        if is_misspelt_instance(name) {
            return Some(format!("`{signal}` has no `{name}`\n\nhelp: did you mean `instance`?"));
        }
        if let Some(answer) = foreign::answer(Place::Parameter, name, &TokenStream::new()) {
            return Some(self.in_the_users_names(&answer));
        }
        if let Some((fact, parameter)) = self.of_type(&text(without_lifetimes(ty)).replace("'_", "")) {
            return Some(format!("`{signal}` has no `{name}`: {fact}\n\nhelp: write `{parameter}`"));
        }
        let fields: Vec<&str> = FIELDS.iter().map(|(field, _)| *field).collect();
        if is_field(name) || suggest::nearest(name, &fields).is_some() || !self.is_of_a_row() {
            return None;
        }
        Some(format!(
            "`{signal}` has no `{name}`\n\n\
             help: a field of the row is read from it: take `instance: &{}`, and write `instance.{name}`",
            self.row
        ))
    }

    /// Whether a type is the payload of one of the signals, by its name.
    pub(super) fn is_payload(&self, ty: &Type) -> bool {
        let target = match ty {
            Type::Reference(reference) => &*reference.elem,
            other => other,
        };
        let Type::Path(path) = target else { return false };
        let name = last(&path.path);
        let is_payload = |signal: &String| if is_camel(signal) { *signal == name } else { camel_case(signal) == name };
        self.signals.iter().any(is_payload)
            && (self.is_of_the_library() || self.signals.iter().all(|signal| is_camel(signal)))
    }

    /// The type of the payload, if the parameter has it.
    fn names_payload(&self, ty: &Type) -> Option<String> {
        let text = written(ty.to_token_stream());
        self.is_payload(ty).then(|| if text.starts_with('&') { text } else { format!("&{text}") })
    }

    /// The parameter that has this type.
    fn of_type(&self, ty: &str) -> Option<(&'static str, String)> {
        let row = self.row.replace(' ', "");
        let target = ty.trim_start_matches('&').trim_start_matches("mut");
        let has = |signals: &[&str]| self.signals.iter().all(|signal| signals.contains(&signal.as_str()));
        let after = has(&["post_commit", "post_rollback"]);
        Some(match target {
            _ if self.is_of_a_row() && (target == row || target == "dynAnyModel") => {
                let change = if has(&["pre_save", "post_load"]) && ty.contains("&mut") { "mut " } else { "" };
                ("the row is called `instance`", format!("instance: &{change}{}", self.row))
            }
            "Tx" if !after => ("the transaction is called `tx`", "tx: &mut Tx".to_owned()),
            "Db" | "Tx" if after => ("the database is called `db`", "db: &Db".to_owned()),
            _ if target == format!("FieldSet<{row}>") && has(&["post_save", "post_commit", "post_rollback"]) => {
                ("what changed is called `changes`", format!("changes: FieldSet<{}>", self.row))
            }
            _ => return None,
        })
    }

    /// Whether the signals have an `instance` of the sender.
    fn is_of_a_row(&self) -> bool {
        let is_of_a_row = |signal: &String| signal != "m2m_changed" && SIGNALS.iter().any(|(known, _)| known == signal);
        self.signals.iter().all(is_of_a_row)
    }

    /// An answer of the table, with the payload and the model of the user.
    fn in_the_users_names(&self, answer: &str) -> String {
        let payload = camel_case(&self.signals[0]);
        let sender = self.sender.as_deref().unwrap_or("dyn AnyModel");
        answer
            .replace("PostSave<'_, User>", &format!("{payload}<'_, {sender}>"))
            .replace("&User", &format!("&{sender}"))
            .replace("<User>", &format!("<{sender}>"))
    }
}

fn last(path: &Path) -> String {
    path.segments.last().map(|segment| segment.ident.unraw().to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;
    use crate::root::Root;

    /// The mistakes of a receiver with this parameter.
    fn mistakes(signal: &str, parameter: &str) -> Option<String> {
        let attribute = format!("{signal}, sender = Order").parse().unwrap();
        let item = format!("fn welcome({parameter}) {{}}").parse().unwrap();
        let output = crate::receiver::expand(attribute, item, Root::Facade).to_string();
        let (_, error) = output.split_once("compile_error ! { ")?;
        Some(error.trim_end_matches(" }").trim_matches('"').replace("\\n\\n", " "))
    }

    #[test]
    fn a_foreign_name_is_answered_with_a_parameter_that_is_right() {
        for row in foreign::parameter_rows() {
            for word in row.words {
                let message =
                    mistakes("post_save", &format!("{word}: u8")).unwrap_or_else(|| panic!("{word} is accepted"));
                let Some((_, help)) = message.split_once("write `") else { continue };
                let parameter = help.split('`').next().unwrap();
                assert!(!parameter.contains("User"), "{message}");
                let signal = if parameter.starts_with("ids") { "m2m_changed" } else { "post_save" };
                assert_eq!(mistakes(signal, parameter), None, "{message}");
            }
        }
    }

    #[test]
    fn names_that_only_the_type_explains() {
        let cases = [
            (
                "post_save",
                "user: &Order",
                "`post_save` has no `user`: the row is called `instance` help: write `instance: &Order`",
            ),
            (
                "pre_save",
                "user: &mut Order",
                "`pre_save` has no `user`: the row is called `instance` help: write `instance: &mut Order`",
            ),
            (
                "post_save",
                "writer: &mut Tx",
                "`post_save` has no `writer`: the transaction is called `tx` help: write `tx: &mut Tx`",
            ),
            (
                "post_commit",
                "writer: &Db",
                "`post_commit` has no `writer`: the database is called `db` help: write `db: &Db`",
            ),
            (
                "post_save",
                "payload: &PostSave<Order>",
                "the whole payload is called `event` help: write `event: &PostSave<Order>`",
            ),
            ("Paid", "paid: Paid<'_>", "the whole payload is called `event` help: write `event: &Paid<'_>`"),
            ("post_save", "instanse: &Order", "`post_save` has no `instanse` help: did you mean `instance`?"),
            (
                "post_save",
                "total: i64",
                "`post_save` has no `total` help: a field of the row is read from it: take `instance: &Order`, and write `instance.total`",
            ),
        ];
        for (signal, parameter, message) in cases {
            assert_eq!(mistakes(signal, parameter).unwrap_or_default(), message);
        }
    }

    #[test]
    fn names_that_the_compiler_answers() {
        // It knows the fields, and suggests the nearest.
        for parameter in ["craeted: bool", "previuos: Option<&Order>", "adding: bool", "_created: bool", "r#raw: bool"]
        {
            assert_eq!(mistakes("post_save", parameter), None);
        }
        for parameter in ["kwargs: u8", "old: u8", "user: &User", "instanse: u8"] {
            assert_eq!(mistakes("Paid", parameter), None);
        }
    }

    #[test]
    fn an_unused_parameter_is_the_field_without_the_underscore() {
        let field = |name: &str| field(&syn::parse_str(name).unwrap()).to_string();
        assert_eq!(
            ["_created", "__tx", "r#type", "_type", "_1", "__"].map(field),
            ["created", "tx", "r#type", "r#type", "_1", "__"]
        );
    }

    #[test]
    fn the_body_of_a_misspelt_instance_is_no_second_error() {
        let corrected = |function: TokenStream| {
            let function = syn::parse2(function).unwrap();
            corrected(Parsed { function, attributes: Vec::new(), root: Root::Facade }).to_token_stream().to_string()
        };
        let body = quote!(
            fn f(instanse: &User) {
                instance.name;
            }
        );
        assert!(corrected(body).starts_with("fn f (instance : & User)"));
        let body = quote!(
            fn f(instanse: &User) {
                instanse.name;
            }
        );
        assert!(corrected(body).starts_with("fn f (instanse : & User)"));
        let body = quote!(
            fn f(mut tx: &Tx) {}
        );
        assert!(corrected(body).starts_with("fn f (tx : & mut Tx)"));
    }
}
