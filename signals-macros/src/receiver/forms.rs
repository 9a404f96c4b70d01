//! The forms in which users write a signal and its sender before they have read how: each is answered with the right form, with
//! the names of the user.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Path, PathArguments, Type, TypePath};

use super::arguments::{Arguments, KEYS};
use super::meant::is_of_the_library;
use crate::case::{camel_case, snake_case};
use crate::foreign::signal_names::SIGNALS;
use crate::foreign::{self, Place};
use crate::grammar::text;
use crate::suggest;
use crate::values::{Kind, models};
use crate::written::{Name, is_camel, is_constant, names, written};

fn is_payload(word: &str) -> bool {
    SIGNALS.iter().any(|(_, payload)| *payload == word)
}

/// The signals and senders that the user meant.
#[derive(Default)]
struct Meant {
    signals: Vec<String>,
    senders: Vec<String>,
}

/// The mistake of an argument without a key that is not a path, nor a list of paths.
pub(super) fn not_a_path(tokens: TokenStream) -> syn::Error {
    if let Some(message) = without_key(&tokens).or_else(|| of_a_type(&tokens)) {
        return syn::Error::new_spanned(tokens, message);
    }
    let all = names(tokens.clone());
    let foreign = |name: &Name| foreign::answer(Place::SignalName, name.last(), &TokenStream::new());
    if let Some(message) = all.first().and_then(foreign) {
        return syn::Error::new_spanned(tokens, message);
    }
    let fact = fact(&tokens);
    let is_one_type = |name: &Name| is_camel(name.last()) && !is_payload(name.last());
    let begins_with_a_type = begins_with_a_name(&tokens) && all.first().is_some_and(is_one_type);
    let mut meant = Meant::of(all);
    // `Paid<'_>` and `Paid(order)` begin with the signal, unless `User` is followed by one of the known ones.
    let is_known = |signal: &String| SIGNALS.iter().any(|(known, _)| signal.ends_with(known));
    if begins_with_a_type && !meant.signals.iter().any(is_known) && !meant.senders.is_empty() {
        meant.signals = vec![meant.senders.remove(0)];
    }
    let help = if meant.signals.is_empty() { example().to_owned() } else { format!("write `{}`", meant.written()) };
    syn::Error::new_spanned(tokens, format!("{fact}\n\nhelp: {help}"))
}

/// The mistake of a list of signals whose elements are no paths.
pub(super) fn not_a_list(list: TokenStream) -> Option<syn::Error> {
    let elements = match list.clone().into_iter().next()? {
        TokenTree::Group(group) => group.stream(),
        _ => return None,
    };
    let message = if elements.is_empty() {
        "this list is empty\n\nhelp: write `post_save`, or several signals, as in `[post_save, post_delete]`".to_owned()
    } else if elements.into_iter().any(|token| matches!(token, TokenTree::Group(_))) {
        let help = "help: write one `#[receiver(post_save, sender = User)]` for each, above the same function";
        format!("an attribute has signals and senders, and no pairs of them\n\n{help}")
    } else {
        return None;
    };
    Some(syn::Error::new_spanned(list, message))
}

/// The answer to a value without its key: `!created`, `|event| event.created`.
fn without_key(tokens: &TokenStream) -> Option<String> {
    let all: Vec<TokenTree> = tokens.clone().into_iter().collect();
    match &all[..] {
        [TokenTree::Punct(not), TokenTree::Ident(word)]
            if not.as_char() == '!' && (word == "created" || word == "raw") =>
        {
            Some(format!("`{word}` has a value here\n\nhelp: write `{word} = false`"))
        }
        [TokenTree::Punct(star), .., TokenTree::Ident(word)] if star.as_char() == '*' => {
            foreign::answer(Place::Receiver, &word.to_string(), &TokenStream::new())
        }
        [TokenTree::Punct(bar), ..] if bar.as_char() == '|' => {
            Some(format!("a condition is the value of `when`\n\nhelp: write `when = {}`", written(tokens.clone())))
        }
        _ => None,
    }
}

/// The answer to `<User as Model>::POST_SAVE`.
fn of_a_type(tokens: &TokenStream) -> Option<String> {
    let Type::Path(TypePath { path, qself: Some(of), .. }) = syn::parse2::<Type>(tokens.clone()).ok()? else {
        return None;
    };
    let meant = Meant::of(vec![Name { segments: vec![text(&of.ty), path.segments.last()?.ident.to_string()] }]);
    let fact = format!("`{}` is a constant, to which closures are connected, and no signal", written(tokens.clone()));
    Some(format!("{fact}\n\nhelp: write `{}`", meant.written()))
}

/// The mistake of a path that is no signal by its name alone: a constant, a payload, a callback of another library.
pub(super) fn not_a_signal(path: &Path) -> Option<syn::Error> {
    // Almost every receiver names one of these, and the answers are many.
    if SIGNALS.iter().any(|(signal, _)| path.is_ident(signal)) {
        return None;
    }
    let name = Name { segments: path.segments.iter().map(|segment| segment.ident.to_string()).collect() };
    let last = name.last().to_owned();
    let tokens = path.to_token_stream();
    let owner = name.segments.len().checked_sub(2).map(|owner| name.segments[owner].clone());
    let written = text(path);
    let message = match owner {
        Some(owner) if is_camel(&owner) && (!is_camel(&last) || is_payload(&last)) => {
            let meant = Meant::of(vec![name]).written();
            if is_constant(&last) {
                format!(
                    "`{written}` is a constant, to which closures are connected, and no signal\n\nhelp: write `{meant}`"
                )
            } else {
                format!("a signal is not named by its model\n\nhelp: write `{meant}`")
            }
        }
        Some(_) if name.segments[0] == "signals" && is_payload(&last) => {
            let meant = Meant::of(vec![name]).written();
            format!("`{last}` is the payload of a signal, and not the signal\n\nhelp: write `{meant}`")
        }
        Some(_) => return None,
        None => {
            match SIGNALS.iter().find(|(_, payload)| *payload == last || snake_case(payload).to_uppercase() == last) {
                Some((signal, payload)) if *payload == last => {
                    format!("`{last}` is the payload of a signal, and not the signal\n\nhelp: write `{signal}`")
                }
                Some((signal, _)) => format!("a signal is written in lower case\n\nhelp: write `{signal}`"),
                None if is_camel(&last) => return None,
                None if SIGNALS
                    .iter()
                    .any(|(signal, _)| signal.replace('_', "") == last.replace('_', "") && *signal != last) =>
                {
                    format!("there is no signal `{last}`\n\nhelp: write `{}`", Meant::of(vec![name]).written())
                }
                None => {
                    let answer = foreign::answer(Place::SignalName, &last, &TokenStream::new())?;
                    format!("{answer}\nnote: a signal of your own with this name is `self::{last}`")
                }
            }
        }
    };
    Some(syn::Error::new_spanned(tokens, message))
}

/// An argument without a key.
pub(super) struct Bare {
    pub(super) paths: Vec<Path>,
    /// The argument in front of it, if that has a key.
    pub(super) after: Option<&'static str>,
}

/// The mistake of several arguments without a key, of which the first are the signals.
pub(super) fn several(first: &[Path], later: &[Bare], arguments: &Arguments) -> syn::Error {
    let is_type = |path: &&Path| path.segments.last().is_some_and(|last| is_camel(&last.ident.to_string()));
    let first_is_type = first.iter().all(|path| is_type(&path));
    let (types, others): (Vec<&Path>, Vec<&Path>) = later.iter().flat_map(|bare| &bare.paths).partition(is_type);
    let all: Vec<&Path> = first.iter().chain(others.iter().copied()).collect();
    if let ([one], true) = (first, types.is_empty())
        && let Some(again) = others.iter().find(|other| text(other) == text(one))
    {
        let message = format!("the signal `{}` is named twice\n\nhelp: remove it", text(one));
        return syn::Error::new_spanned(again, message);
    }
    if let Some((message, on)) = of_a_list(later, arguments) {
        return syn::Error::new_spanned(on, message);
    }
    if types.is_empty()
        && !first_is_type
        && let Some(message) = unknown_word(first, later)
    {
        return syn::Error::new_spanned(spanned(&others), message);
    }
    let (message, on) = if first_is_type && types.is_empty() {
        // `User, post_save`
        let meant = format!("{}, sender = {}", list(&others), list(first));
        (format!("the signal comes first, and a sender has its name in front\n\nhelp: write `{meant}`"), spanned(first))
    } else if !first_is_type && others.is_empty() {
        // `post_save, User`
        let meant = list(&types);
        (format!("a sender has its name in front\n\nhelp: write `sender = {meant}`"), spanned(&types))
    } else {
        let help = if first_is_type {
            let signals: Vec<&Path> = all.iter().chain(&types).copied().collect();
            format!("`{}`, or `sender = {}` for the sender of the signal", list(&signals), list(&types))
        } else if types.is_empty() {
            format!("`{}`", list(&all))
        } else {
            format!("`{}, sender = {}`", list(&all), list(&types))
        };
        let on: Vec<&Path> = later.iter().flat_map(|bare| &bare.paths).collect();
        (format!("several signals are written in brackets\n\nhelp: write {help}"), spanned(&on))
    };
    syn::Error::new_spanned(on, message)
}

/// The answer to a word after an argument that is no signal of the library, and most likely no signal: `durable, compressed`.
fn unknown_word(first: &[Path], later: &[Bare]) -> Option<String> {
    let [Bare { paths, after: Some(_) }] = later else { return None };
    let [word] = &paths[..] else { return None };
    let name = word.get_ident()?.unraw().to_string();
    if is_of_the_library(&name) {
        return None;
    }
    let all: Vec<&Path> = first.iter().chain([word]).collect();
    Some(format!(
        "`{name}` is no argument of the `receiver` attribute\n\n\
         help: known are {}; several signals are written in brackets, as in `{}`",
        suggest::list(KEYS.known()),
        list(&all)
    ))
}

/// What follows a value that may be a list: `sender = User, Order`.
fn of_a_list(later: &[Bare], arguments: &Arguments) -> Option<(String, TokenStream)> {
    let key = later.first()?.after?;
    let first_path = later.iter().flat_map(|bare| &bare.paths).next()?;
    let is_type = first_path.segments.last().is_some_and(|last| is_camel(&last.ident.to_string()));
    let (what, mut values) = match key {
        "sender" if !is_type => return None,
        "sender" => ("senders", arguments.senders.iter().flatten().map(text).collect::<Vec<_>>()),
        "after" => ("receivers", arguments.after.iter().map(text).collect()),
        "before" => ("receivers", arguments.before.iter().map(text).collect()),
        _ => return None,
    };
    let more: Vec<&Path> = later.iter().flat_map(|bare| &bare.paths).collect();
    values.extend(more.iter().map(text));
    let message = format!("several {what} are written in brackets\n\nhelp: write `{key} = [{}]`", values.join(", "));
    Some((message, spanned(&more)))
}

/// A path alone, several in brackets.
fn list<T: ToTokens>(paths: &[T]) -> String {
    let paths: Vec<String> = paths.iter().map(text).collect();
    if let [one] = &paths[..] { one.clone() } else { format!("[{}]", paths.join(", ")) }
}

/// The mistake of a sender that cannot be one, by its form alone.
pub(super) fn not_a_sender(sender: &Type, signals: &[Path]) -> Option<syn::Error> {
    if !signals.is_empty() && signals.iter().all(is_of_types) {
        not_a_type(sender)
    } else {
        not_a_model(sender, signals)
    }
}

/// Whether a signal is a struct, by its name. Its senders are types, and those of other signals are models.
pub(super) fn is_of_types(signal: &Path) -> bool {
    signal.segments.last().is_some_and(|last| is_camel(&last.ident.unraw().to_string()))
}

/// The mistake of a sender of a struct.
fn not_a_type(sender: &Type) -> Option<syn::Error> {
    let message = match sender {
        Type::TraitObject(_) | Type::ImplTrait(_) | Type::Infer(_) => {
            "a receiver without a `sender` receives from every type\n\nhelp: leave `sender` out".to_owned()
        }
        Type::Reference(reference) => format!(
            "a sender is a type, and its signal lends a reference to it\n\nhelp: write `sender = {}`",
            written(reference.elem.to_token_stream())
        ),
        Type::Tuple(tuple) if !tuple.elems.is_empty() => {
            let elements: Vec<String> = tuple.elems.iter().map(|element| written(element.to_token_stream())).collect();
            format!("several senders are written in brackets\n\nhelp: write `sender = [{}]`", elements.join(", "))
        }
        Type::Path(path) => {
            let word = path.path.get_ident().filter(|word| !is_camel(&word.to_string()) || *word == "None")?;
            let answer = foreign::answer(Place::Sender, &word.to_string(), &sender.to_token_stream())?;
            answer.replace("every model", "every type")
        }
        _ => return None,
    };
    Some(syn::Error::new_spanned(sender, message))
}

/// The mistake of a sender that is a type, but not the path of a model.
fn not_a_model(sender: &Type, signals: &[Path]) -> Option<syn::Error> {
    let tokens = || sender.to_token_stream();
    if let Type::TraitObject(_) | Type::ImplTrait(_) | Type::Infer(_) = sender {
        let message = "a receiver without a `sender` receives from every model\n\nhelp: leave `sender` out";
        return Some(syn::Error::new_spanned(sender, message));
    }
    // A `$model:ty` of a macro is in a group without delimiters.
    let path = if let Type::Group(group) = sender { &*group.elem } else { sender };
    let Type::Path(TypePath { path, qself: None, .. }) = path else {
        let meant = models(tokens());
        let is_list = meant.as_ref().is_some_and(|meant| meant.starts_with('['));
        let kind = if is_list { Kind::Senders.several().to_owned() } else { Kind::Senders.what() };
        return Some(syn::Error::new_spanned(sender, takes_a_model(&format!("`sender` takes {kind}"), meant)));
    };
    let segments: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let last = path.segments.last()?;
    if let [word] = &segments[..]
        && (!is_camel(word) || ["None", "Self"].contains(&word.as_str()))
        && let Some(message) = foreign::answer(Place::Sender, word, &tokens())
    {
        return Some(syn::Error::new_spanned(sender, message));
    }
    if let PathArguments::AngleBracketed(_) = &last.arguments
        && CONTAINERS.contains(&last.ident.to_string().as_str())
    {
        let argument = text(&last.arguments);
        if argument.starts_with("<dyn") || argument.starts_with("<impl") {
            let message = "a receiver without a `sender` receives from every model\n\nhelp: leave `sender` out";
            return Some(syn::Error::new_spanned(sender, message));
        }
        let meant = models(last.arguments.to_token_stream());
        let fact = format!("`sender` takes a model, and no `{}` of one", last.ident);
        return Some(syn::Error::new_spanned(sender, takes_a_model(&fact, meant)));
    }
    let field = segments.windows(2).find(|pair| is_camel(&pair[0]) && !is_camel(&pair[1])).map(|pair| &pair[1])?;
    let of_relations = signals
        .iter()
        .filter_map(|signal| Some(signal.segments.last()?.ident.to_string()))
        .find(|signal| signal == "m2m_changed" || signal == "m2m_commit");
    let meant = models(tokens());
    let message = match (meant, of_relations) {
        (Some(model), Some(signal)) => {
            let through = camel_case(field);
            let through = if model.ends_with(&through) { model } else { format!("{model}{through}") };
            format!(
                "`{}` is no model: the sender of `{signal}` is the through model of the field\n\n\
                 help: write `sender = {through}`, or the model that `through` names",
                text(sender)
            )
        }
        (meant, _) => takes_a_model(&format!("`{}` is no model", text(sender)), meant),
    };
    Some(syn::Error::new_spanned(sender, message))
}

/// Types of the library and of Rust that contain a model.
const CONTAINERS: &[&str] =
    &["Option", "Vec", "Id", "Ref", "Box", "Arc", "Rc", "ManyToMany", "ForeignKey", "PhantomData"];

fn takes_a_model(fact: &str, meant: Option<String>) -> String {
    let help = meant.unwrap_or_else(|| "User".to_owned());
    format!("{fact}\n\nhelp: write `sender = {help}`")
}

/// All tokens of the paths, for a span.
fn spanned<T: ToTokens>(paths: &[T]) -> TokenStream {
    paths.iter().map(ToTokens::to_token_stream).collect()
}

impl Meant {
    fn of(names: Vec<Name>) -> Self {
        let mut meant = Self::default();
        for name in names {
            meant.add(name);
        }
        meant
    }

    fn add(&mut self, mut name: Name) {
        while name.segments.len() > 1 && ["connect", "send", "class", "objects"].contains(&name.last()) {
            name.segments.pop();
        }
        let last = name.last().to_owned();
        let known = SIGNALS.iter().find(|(signal, payload)| {
            *payload == last || last.to_lowercase().replace('_', "") == signal.replace('_', "")
        });
        let at = name.segments.len() - 1;
        let owner = at.checked_sub(1).map(|owner| name.segments[owner].as_str());
        let is_owned = owner.is_some_and(is_camel);
        if is_owned && last == "SIGNAL" {
            name.segments.pop();
            self.signals.push(name.path());
        } else if is_owned && (!is_camel(&last) || known.is_some()) {
            name.segments.pop();
            self.signals.push(known.map_or_else(|| last.to_lowercase(), |(signal, _)| (*signal).to_owned()));
            self.senders.push(name.path());
        } else if let Some((signal, _)) = known {
            // A path in Python, such as `models.signals.post_save`, is none here.
            let is_rust = name
                .segments
                .first()
                .is_some_and(|first| ["signals", "crate", "self", "super"].contains(&first.as_str()));
            (*signal).clone_into(&mut name.segments[at]);
            self.signals.push(if is_rust { name.path() } else { (*signal).to_owned() });
        } else if is_camel(&last) {
            if last != "Signal" && last != "Model" {
                self.senders.push(name.path());
            }
        } else if !["of", "for", "or", "and", "on", "from", "sender", "connect", "dyn", "impl", "mut", "ref", "with"]
            .contains(&last.as_str())
        {
            self.signals.push(name.path());
        }
    }

    /// The arguments, rightly written.
    fn written(&self) -> String {
        let list = |all: &[String]| if let [one] = all { one.clone() } else { format!("[{}]", all.join(", ")) };
        if self.senders.is_empty() {
            list(&self.signals)
        } else {
            format!("{}, sender = {}", list(&self.signals), list(&self.senders))
        }
    }
}

fn example() -> &'static str {
    "write a path, as in `#[receiver(post_save, sender = User)]`"
}

fn begins_with_a_name(tokens: &TokenStream) -> bool {
    matches!(tokens.clone().into_iter().next(), Some(TokenTree::Ident(_)))
}

/// What is wrong with the form of the argument.
fn fact(tokens: &TokenStream) -> &'static str {
    let all: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let has = |sign: char| all.iter().any(|token| matches!(token, TokenTree::Punct(p) if p.as_char() == sign));
    match &all[..] {
        [TokenTree::Literal(_)] => "a signal is a path, and no string",
        [TokenTree::Group(group)] if group.delimiter() == Delimiter::Parenthesis => {
            "the signal and the sender stand without parentheses, and several signals in brackets"
        }
        [.., TokenTree::Group(_)] if !has('.') && begins_with_a_name(tokens) => "a signal takes no parentheses here",
        _ if has('<') && has('\'') && names(tokens.clone()).len() == 1 => "a signal is named without its lifetime",
        _ if has('<') => "a signal takes no type here: its sender is another argument",
        _ if has('.') => "a signal is named by a path",
        _ => "expected the path of a signal",
    }
}
