//! The rules for receivers beyond the grammar. Mistakes that the compiler explains better are left to it.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{FnArg, Ident, LitBool, Pat, PatType, ReturnType, Safety, Signature, Type};

use super::arguments::Arguments;
use super::condition::{self, Names};
use super::context;
use super::ir::{Binding, CallStyle, Function, Parameter, Scope};
use super::meant::Meant;
use super::parse::{BoundTo, Parsed};
use super::{durability, durable, forms, generics, names};
use crate::errors::Errors;
use crate::foreign::signal_names::SIGNALS;
use crate::grammar::text;
use crate::root::Root;
use crate::written::find_word;

pub(super) fn check<'a>(parsed: &'a Parsed, errors: &mut Errors) -> Function<'a> {
    let function = &parsed.function;
    let signature = &function.sig;
    for arguments in &parsed.attributes {
        check_arguments(arguments, errors);
    }
    check_together(&parsed.attributes, &signature.ident, errors);
    check_signature(signature, errors);
    check_name(parsed, errors);
    check_self(parsed, errors);

    let generics = generics::names(&signature.generics);
    let inputs = signature.inputs.iter().enumerate();
    let meant = Meant::of(&parsed.attributes);
    let is_durable = durable::is_durable(&parsed.attributes);
    let parameters: Vec<_> = inputs
        .filter_map(|(index, input)| match parsed.bound_to(index) {
            BoundTo::Payload => of_payload(input, &generics, is_durable, errors),
            BoundTo::Context => of_context(input, &generics, &meant, errors),
        })
        .collect();
    if parameters.iter().filter(|parameter| !matches!(parameter, Parameter::Context(..))).count() > 1 {
        for parameter in &parameters {
            if let Parameter::Event(event) = parameter {
                errors.on(
                    event.written,
                    "`event` is the whole payload and cannot stand beside other parameters\n\n\
                    help: take `event` alone and read its fields, or leave it out",
                );
            }
        }
    }
    context::check(&parameters, errors);
    durable::check(parsed, &parameters, errors);
    names::check(parsed, &parameters, &meant, errors);
    generics::check(parsed, &parameters, errors);
    for arguments in &parsed.attributes {
        let names = Names {
            parameters: parameters.iter().map(|parameter| &parameter.binding().name).collect(),
            senders: arguments.senders.as_deref().unwrap_or_default(),
            signals: &arguments.signals,
            row: None,
        };
        if let Some(mistake) = arguments.when.as_ref().and_then(|when| condition::mistake(when, &names)) {
            errors.push(mistake);
        }
    }
    check_created(&parsed.attributes, errors);
    let output = match &signature.output {
        ReturnType::Default => None,
        ReturnType::Type(_, output) => Some(&**output),
    };
    let call = signature.asyncness.map_or(CallStyle::Plain, |word| CallStyle::Async(word.span));
    for timeout in parsed.attributes.iter().filter_map(|arguments| arguments.timeout.as_ref()) {
        timeout.check(&call, errors);
    }
    let takes_raw = parsed.attributes.iter().any(|arguments| arguments.takes_raw().is_some());
    let raw = parameters.iter().find_map(|parameter| match parameter {
        Parameter::Field(Binding { name, .. }) if *name == "raw" => Some(name.clone()),
        _ => None,
    });
    Function { name: &signature.ident, call, parameters, output, idle_raw: raw.filter(|_| !takes_raw) }
}

fn check_signature(signature: &Signature, errors: &mut Errors) {
    if let Safety::Unsafe(word) = &signature.safety {
        errors.on(
            word,
            "a receiver cannot be `unsafe`: the signal that calls it cannot keep its conditions\n\n\
             help: remove `unsafe`, and write `unsafe { .. }` in the function",
        );
    }
    if let Some(abi) = &signature.abi {
        errors.on(abi, "a receiver is an ordinary Rust function, without an ABI\n\nhelp: remove `extern`");
    }
    if let Some(variadic) = &signature.variadic {
        errors.on(
            variadic,
            "a receiver has no variadic parameters\n\nhelp: name the fields of the payload that it reads",
        );
    }
    if let ReturnType::Type(_, output) = &signature.output {
        check_output(output, signature.asyncness.is_some(), errors);
    }
}

/// Types that are the output of no signal.
fn check_output(output: &Type, is_async: bool, errors: &mut Errors) {
    let written = text(output);
    let is_future = ["dynFuture<", "implFuture<", "BoxFuture<"].iter().any(|future| written.contains(future));
    match output {
        _ if is_future => {
            let help = if is_async {
                "`.await` the future in the function, and return what it returns"
            } else {
                "make it an `async fn`, which returns nothing or a `Result`"
            };
            errors.on(output, format!("a receiver returns no future\n\nhelp: {help}"));
        }
        Type::ImplTrait(output) => {
            let message = "a receiver returns a type with a name\n\nhelp: write the type in place of `impl`";
            errors.on(output.impl_token, message);
        }
        Type::Reference(reference) if reference.mutability.is_some() => errors.on(
            output,
            "a receiver does not return what it has changed: it changes the value in place\n\n\
             help: leave the return type out",
        ),
        _ => {}
    }
}

/// The function adds its name to the types of its module: the name of a signal would no longer be the signal there.
fn check_name(parsed: &Parsed, errors: &mut Errors) {
    let name = &parsed.function.sig.ident;
    let plain = name.unraw();
    if hides_a_signal(parsed) {
        errors.on(
            name,
            format!(
                "`{plain}` is the name of a signal, and a receiver with this name would hide it\n\n\
                 help: give the function another name, such as `on_{plain}`"
            ),
        );
    }
}

/// Whether the function has the name of a signal of models, or of one that it receives.
pub(super) fn hides_a_signal(parsed: &Parsed) -> bool {
    let name = &parsed.function.sig.ident;
    let plain = name.unraw();
    let is_of_a_model = parsed.root == Root::Facade && SIGNALS.iter().any(|(signal, _)| plain == signal);
    let mut signals = parsed.attributes.iter().flat_map(|arguments| &arguments.signals);
    is_of_a_model || signals.any(|signal| signal.segments.last().is_some_and(|last| last.ident == *name))
}

/// `Self` is the only sign of an `impl` block or a trait that an attribute can see.
fn check_self(parsed: &Parsed, errors: &mut Errors) {
    let inputs = &parsed.function.sig.inputs;
    if inputs.iter().any(|input| matches!(input, FnArg::Receiver(_))) {
        return;
    }
    let mut senders = parsed.attributes.iter().flat_map(|arguments| arguments.senders.iter().flatten());
    // It is answered already.
    if senders.any(|sender| self_type(sender.to_token_stream()).is_some()) {
        return;
    }
    if let Some(word) = inputs.iter().map(ToTokens::to_token_stream).find_map(self_type) {
        errors.on(
            word,
            "a receiver is a plain function and knows no `Self`\n\n\
             help: move it out of the `impl` block, and name the type",
        );
    }
}

/// The first `Self` in the tokens.
pub(super) fn self_type(tokens: TokenStream) -> Option<Ident> {
    find_word(tokens, &|word| word == "Self")
}

fn check_arguments(arguments: &Arguments, errors: &mut Errors) {
    twice(&arguments.signals, "signal", errors);
    twice(arguments.senders.iter().flatten(), "sender", errors);
    twice(arguments.changed.iter().flat_map(|changed| &changed.fields), "field", errors);
    twice(&arguments.after, "receiver", errors);
    twice(&arguments.before, "receiver", errors);
    if let (Some((_, LitBool { value: true, .. })), Some(changed)) = (&arguments.created, &arguments.changed) {
        errors.on(
            &changed.word,
            "`changed` has no effect beside `created = true`: on an insert every field is changed\n\n\
             help: leave `changed(..)` out, or write `created = false`",
        );
    }
    for sender in arguments.senders.iter().flatten() {
        if let Some(mistake) = forms::not_a_sender(sender, &arguments.signals) {
            errors.push(mistake);
        }
    }
    if let Some(id) = arguments.id.as_ref().filter(|id| id.value().trim().is_empty()) {
        errors.on(id, "an `id` cannot be empty");
    }
}

/// Refuses a condition that denies what `created = ..` says.
fn check_created(attributes: &[Arguments], errors: &mut Errors) {
    let filter = |arguments: &Arguments| arguments.created.as_ref().map(|(_, value)| value.value);
    for arguments in attributes {
        let Some((value, when)) = filter(arguments).zip(arguments.when.as_ref()) else { continue };
        if condition::says_of_created(when).is_none_or(|says| says == value) {
            continue;
        }
        let message = format!(
            "this condition and `created = {value}` are never both met, so that the receiver is never called\n\n\
             help: leave one of them out"
        );
        errors.on(when, message);
    }
}

/// Mistakes in the combination of several attributes on one function.
fn check_together(attributes: &[Arguments], function: &Ident, errors: &mut Errors) {
    let mut calls = Calls::default();
    let mut has_id = false;
    for arguments in attributes {
        calls.add(arguments, errors);
        if let Some(id) = &arguments.id {
            if has_id {
                errors.on(
                    id,
                    "the `id` is given twice: it is that of the function, for all of its `receiver` attributes\n\n\
                     help: write it in one of them",
                );
            }
            has_id = true;
        }
    }
    let after: Vec<String> = attributes.iter().flat_map(|arguments| &arguments.after).map(text).collect();
    for before in attributes.iter().flat_map(|arguments| &arguments.before) {
        if after.contains(&text(before)) {
            let name = text(before);
            errors
                .on(before, format!("`{name}` stands in `after` and in `before`\n\nhelp: take it out of one of them"));
        }
    }
    for (key, paths) in
        attributes.iter().flat_map(|arguments| [("after", &arguments.after), ("before", &arguments.before)])
    {
        for path in paths.iter().filter(|path| path.is_ident(function)) {
            errors.on(path, format!("`{function}` cannot run {key} itself\n\nhelp: take it out of `{key}`"));
        }
    }
}

/// The signals and senders of the attributes that were checked so far.
#[derive(Default)]
struct Calls(Vec<(String, Option<String>)>);

impl Calls {
    fn add(&mut self, arguments: &Arguments, errors: &mut Errors) {
        let senders: Vec<Option<String>> = match &arguments.senders {
            Some(senders) => senders.iter().map(text).map(Some).collect(),
            None => vec![None],
        };
        for signal in &arguments.signals {
            let name = text(signal);
            if let Some(how) = senders.iter().find_map(|sender| self.known(&name, sender.as_deref())) {
                errors.on(
                    signal,
                    format!(
                        "another `receiver` attribute calls this function for {how} already\n\n\
                         help: keep one of the two, with both conditions, as in `when = |event| a(event) || b(event)`; or \
                         write two functions",
                    ),
                );
            }
        }
        // Inside one attribute they have been compared already.
        let pairs = |signal| senders.iter().map(move |sender| (text(signal), sender.clone()));
        self.0.extend(arguments.signals.iter().flat_map(pairs));
    }

    /// The signal and sender that already call the function for this signal and sender.
    fn known(&self, signal: &str, sender: Option<&str>) -> Option<String> {
        let overlaps = |(known, of): &&(String, Option<String>)| {
            known == signal && (of.is_none() || sender.is_none() || of.as_deref() == sender)
        };
        self.0.iter().find(overlaps).map(|(_, of)| match (of, sender) {
            (Some(of), _) => format!("`{signal}` of `{of}`"),
            (None, Some(_)) => format!("`{signal}` of any sender"),
            (None, None) => format!("`{signal}`"),
        })
    }
}

fn twice<'a, T: ToTokens + 'a>(list: impl IntoIterator<Item = &'a T>, what: &str, errors: &mut Errors) {
    let mut seen = Vec::new();
    for one in list {
        let text = text(one);
        if seen.contains(&text) {
            errors.on(one, format!("the {what} `{text}` is named twice"));
        }
        seen.push(text);
    }
}

/// A parameter that is a field of the payload, or all of it.
fn of_payload<'a>(
    input: &'a FnArg,
    generics: &[&Ident],
    is_durable: bool,
    errors: &mut Errors,
) -> Option<Parameter<'a>> {
    let typed = typed(input, errors)?;
    let Pat::Ident(pattern) = &*typed.pat else {
        let help = if matches!(&*typed.pat, Pat::Wild(_)) {
            "write the name of the field, with `_` in front if the function does not use it, as in `_instance`"
        } else {
            "name the field here and take it apart in the function"
        };
        errors.on(
            &typed.pat,
            format!("a receiver's parameter is the name of a field of the payload, not a pattern\n\nhelp: {help}"),
        );
        return None;
    };
    if pattern.by_ref.is_some() || pattern.subpat.is_some() {
        errors.on(pattern, "a receiver's parameter is the name of a field of the payload, not a pattern");
    }
    let (name, ty) = (&pattern.ident, &*typed.ty);
    let binding = Binding { name: names::field(name), written: name, ty, scope: scope(ty, generics) };
    Some(match () {
        () if binding.name == "event" => Parameter::Event(binding),
        () if is_durable && durability::is_part(&binding.name) => Parameter::Part(binding),
        () => Parameter::Field(binding),
    })
}

/// A parameter with `#[context]`.
fn of_context<'a>(input: &'a FnArg, generics: &[&Ident], meant: &Meant, errors: &mut Errors) -> Option<Parameter<'a>> {
    let typed = typed(input, errors)?;
    let pattern = match &*typed.pat {
        Pat::Ident(pattern) if pattern.by_ref.is_none() && pattern.subpat.is_none() => pattern,
        other => {
            let help = if matches!(other, Pat::Wild(_)) {
                "write a name with `_` in front, as in `#[context] _mailer: &Mailer`"
            } else {
                "give the parameter a name, as in `#[context] mailer: &Mailer`"
            };
            let fact = "a value of the context is lent to a parameter with a name, not to a pattern";
            errors.on(other, format!("{fact}\n\nhelp: {help}"));
            return None;
        }
    };
    let (name, ty) = (&pattern.ident, &*typed.ty);
    let binding = Binding { name: name.clone(), written: name, ty, scope: scope(ty, generics) };
    let value = context::value(&binding, meant, errors)?;
    Some(Parameter::Context(binding, value))
}

fn scope(ty: &Type, generics: &[&Ident]) -> Scope {
    if generics::is_generic(ty, generics) { Scope::Function } else { Scope::Everywhere }
}

/// A parameter of a plain function.
fn typed<'a>(input: &'a FnArg, errors: &mut Errors) -> Option<&'a PatType> {
    let typed = match input {
        FnArg::Typed(typed) => typed,
        FnArg::Receiver(receiver) => {
            errors.on(
                receiver.self_token,
                "a receiver is a plain function and has no `self`\n\nhelp: move it out of the `impl` block",
            );
            return None;
        }
    };
    if let Some(cfg) = typed.attrs.iter().find(|attribute| attribute.path().is_ident("cfg")) {
        errors.on(
            cfg,
            "a parameter of a receiver cannot depend on `cfg`\n\n\
             help: write two functions, each with its own `#[cfg(..)]` above `#[receiver(..)]`",
        );
        return None;
    }
    Some(typed)
}
