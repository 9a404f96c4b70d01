//! What the parameters of a receiver are called: a name that no signal of the library has is answered with the right one, in the names
//! of the user. A signal of your own may have any field.

use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{FnArg, Ident, ItemFn, Pat, Type};

use super::ir::{Binding, Parameter};
use super::meant::{Meant, is_misspelt_instance};
use super::parse::Parsed;
use super::types;
use crate::errors::Errors;
use crate::written::{find_word, written};

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

pub(super) fn check(parsed: &Parsed, parameters: &[Parameter<'_>], meant: &Meant, errors: &mut Errors) {
    let mut seen: Vec<&Ident> = Vec::new();
    for parameter in parameters.iter().filter(|parameter| !matches!(parameter, Parameter::Context(..))) {
        let Binding { name, ty, written: as_written, .. } = parameter.binding();
        if seen.contains(&name) && *name != **as_written {
            errors.on(
                as_written,
                format!("`{as_written}` and `{name}` are the same field of the payload\n\nhelp: leave one of them out"),
            );
        }
        seen.push(name);
        types::check(&name.unraw().to_string(), ty, meant, errors);
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
        let name =
            if let Pat::Ident(pattern) = &*typed.pat { field(&pattern.ident).to_string() } else { String::new() };
        types::corrected(&name, &mut typed.ty, &meant, sender);
        if let Pat::Ident(pattern) = &mut *typed.pat {
            if changes {
                pattern.mutability = None;
            }
            if is_misspelt_instance(&pattern.ident.to_string())
                && find_word(body.clone(), &|word| word == "instance").is_some()
            {
                pattern.ident = Ident::new("instance", pattern.ident.span());
            }
        }
    }
    function
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::*;
    use crate::foreign;
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
        let corrected = |function: proc_macro2::TokenStream| {
            let function = syn::parse2(function).unwrap();
            corrected(Parsed { function, attributes: Vec::new(), context: Vec::new(), root: Root::Facade })
                .to_token_stream()
                .to_string()
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
