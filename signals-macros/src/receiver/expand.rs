//! The output for a receiver: the unchanged function, a type with its name, and an entry in the registry per signal and
//! sender.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Expr, ItemFn, Path, Token, Type, TypeReference as Reference};

use super::arguments::Arguments;
use super::check;
use super::condition::is_typed;
use super::context;
use super::forms::is_of_types;
use super::ir::{Binding, CallStyle, Function, Parameter, Scope};
use super::name::{Name, place};
use super::parameters::{self, Bound};
use super::parse::Parsed;
use super::stacked;
use super::timeout;
use super::type_tokens::{is_trait_object, without_lifetimes};
use super::usual::Usual;
use super::{durability, durable};
use crate::root::{Root, SpanRange, ask, at, moved};

pub(super) fn expand(parsed: &Parsed, function: &Function<'_>, root: Root) -> TokenStream {
    let item = &parsed.function;
    let over = parsed.root_path();
    let private = {
        let path = root.path(over);
        quote!(#path::__private)
    };
    let after: Vec<&Path> = parsed.attributes.iter().flat_map(|arguments| &arguments.after).collect();
    let name = Name::new(item, &after, &private);
    let (marker, implementation) = (&name.declaration, &name.implementation);
    let bindings: Vec<_> = parsed
        .attributes
        .iter()
        .flat_map(|arguments| bindings(arguments, function, &name.function, &private))
        .collect();
    let [after, before] = order(&parsed.attributes, &private);
    // Each constant costs time in every build: there are these only if they are used more than once.
    let (order, [after, before]) = if bindings.len() > 1 && !(after.is_empty() && before.is_empty()) {
        let order =
            quote!(const AFTER: &[::core::any::TypeId] = &[#after]; const BEFORE: &[::core::any::TypeId] = &[#before];);
        (Some(order), [quote!(AFTER), quote!(BEFORE)])
    } else {
        (None, [quote!(&[#after]), quote!(&[#before])])
    };
    let (id, ty) = (id(function, &parsed.attributes), &name.ty);
    let entries = bindings.iter().enumerate().map(|(index, binding)| {
        let entry = name.entry(index);
        quote!(#private::register_receiver!(#entry, #id, #ty, #after, #before, #binding);)
    });
    let entries = quote!(#order #(#entries)*);
    // A closure may name a variable of the function around the receiver. In the length of an array the compiler says to make it a
    // `const`; in the value of a constant it would say to write a `let`.
    let has_closure = parsed.attributes.iter().any(|arguments| matches!(arguments.when, Some(Expr::Closure(_))));
    let entries = if has_closure {
        quote!(const _: [(); { #entries 0 }] = [];)
    } else if order.is_some() {
        quote!(const _: () = { #entries };)
    } else {
        entries
    };
    next_to(item, &quote!(#marker #implementation #entries), &private)
}

/// The output for a function with a mistake: the function and its name, so that its uses are not further errors.
pub(super) fn stub(item: &ItemFn, over: Option<&Path>, root: Root) -> TokenStream {
    let path = root.path(over);
    let private = quote!(#path::__private);
    if check::self_type(item.sig.to_token_stream()).is_some() || item.sig.receiver().is_some() {
        return quote!(#item);
    }
    next_to(item, &Name::new(item, &[], &private).declaration, &private)
}

/// The function, and what is added to its module. The latter is in an item with the location of the function that cannot be in an
/// `impl` block or a trait: if the function is in one, this is the only error.
fn next_to(item: &ItemFn, added: &TokenStream, private: &TokenStream) -> TokenStream {
    let cfgs = item.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg"));
    let (first, last) = place(item);
    let word = Token![impl](first);
    let mut body = Group::new(Delimiter::Brace, TokenStream::new());
    body.set_span(last);
    let item = stacked::with_trace(item);
    quote! {
        #item
        #(#cfgs)*
        #[#private::outside_of_impls(#added)]
        #word () #body
    }
}

/// The name of the receiver in messages.
fn id(function: &Function<'_>, attributes: &[Arguments]) -> TokenStream {
    let given = attributes.iter().find_map(|arguments| arguments.id.as_ref()).map(ToTokens::to_token_stream);
    given.unwrap_or_else(|| {
        let name = function.name.unraw().to_string();
        quote!(::core::concat!(::core::module_path!(), "::", #name))
    })
}

/// The receivers that it runs after, and those that it runs before.
fn order(attributes: &[Arguments], private: &TokenStream) -> [TokenStream; 2] {
    let id = |path: &Path| ask(path, quote!(#private::ReceiverName), "ID");
    let after = attributes.iter().flat_map(|arguments| &arguments.after).map(id);
    let before = attributes.iter().flat_map(|arguments| &arguments.before).map(id);
    [quote!(#(#after),*), quote!(#(#before),*)]
}

/// The filters in readable form.
fn filters(arguments: &Arguments) -> impl Iterator<Item = String> {
    let created = arguments.created.as_ref().map(|(_, value)| format!("created = {}", value.value));
    let changed = arguments.changed.as_ref().map(|changed| {
        let fields: Vec<String> = changed.fields.iter().map(ToString::to_string).collect();
        format!("changed({})", fields.join(", "))
    });
    let when = arguments.when.as_ref().map(|when| {
        let text = when.to_token_stream().to_string();
        // A token stream prints a closure as `| event |`.
        match text.strip_prefix("| ") {
            Some(closure) => format!("when = |{}", closure.replacen(" |", "|", 1)),
            None => format!("when = {text}"),
        }
    });
    let raw = arguments.raw.as_ref().map(|(_, value)| format!("raw = {}", value.value));
    created.into_iter().chain(changed).chain(raw).chain(when)
}

/// The fields of the payload that the receiver reads. The library does not compute fields that no receiver reads.
fn asks_for(arguments: &Arguments, function: &Function<'_>) -> impl Iterator<Item = String> {
    let of_payload = function.parameters.iter().filter(|parameter| !matches!(parameter, Parameter::Context(..)));
    let parameters = of_payload.map(|parameter| parameter.binding().name.unraw().to_string());
    let changes = arguments.changed.as_ref().map(|_| "changes".to_owned());
    let event = arguments.when.as_ref().map(|_| "event".to_owned());
    parameters.chain(changes).chain(event)
}

/// One registration per signal and sender.
fn bindings(
    arguments: &Arguments,
    function: &Function<'_>,
    called: &TokenStream,
    private: &TokenStream,
) -> Vec<TokenStream> {
    let senders: Vec<Option<&Type>> = match &arguments.senders {
        Some(senders) => senders.iter().map(Some).collect(),
        None => vec![None],
    };
    let one = |signal, sender| binding(signal, sender, arguments, (function, called), private);
    arguments.signals.iter().flat_map(|signal| senders.iter().map(move |sender| one(signal, *sender))).collect()
}

/// Whether the function is called for raw writes, its filters, the fields that it reads, and what binds it to the payload.
fn binding(
    signal: &Path,
    sender: Option<&Type>,
    arguments: &Arguments,
    (function, called): (&Function<'_>, &TokenStream),
    private: &TokenStream,
) -> TokenStream {
    let payload = payload(signal, sender, arguments, function, private);
    let raw = arguments.takes_raw().is_some();
    let (filter, written) = (filter(arguments, private), filters(arguments));
    let asks_for = asks_for(arguments, function);
    let needs = context::needs(function, private);
    let limit = timeout::limit(arguments.timeout.as_ref());
    let is_durable = arguments.durable.word.is_some();
    let durability = durable::durability(arguments, function, private);
    let from = if is_durable { "parts" } else { "payload" };
    let bound = Bound { signal, sender, private };
    let (of_context, locals) = (context::locals(function, from, private), parameters::locals(function, &bound));
    let call = call(function, private);
    let (sent, name) = (Ident::new("payload", Span::mixed_site()), function.name);
    // What is sent is the payload for any sender.
    let narrow = sender.map(|sender| quote!(let #sent = &mut #private::NarrowTo::<#sender>::narrow(#sent);));
    // A durable receiver gets a delivery, of which the payload is a part.
    let (apart, parts) = is_durable.then(|| durable::parts(function, private)).unzip();
    let argument = if is_durable { Ident::new("delivered", Span::mixed_site()) } else { sent.clone() };
    let output = if is_durable { quote!(NOTHING) } else { quote!(output_of(#sent)) };
    // A parameter may have the same name as the function, and may borrow from the payload.
    let alias = quote_spanned!(Span::mixed_site()=> let (function, asked) = (#called, #private::#output););
    let body = quote! {
        #parts
        #narrow
        #alias
        #of_context
        #locals
        #call
    };
    let style = match function.call {
        CallStyle::Plain => quote!(#private::Call::Sync(|#argument| { #apart #body })),
        CallStyle::Async(_) if !is_durable && bound.lends_all(function) => {
            let passed = passed_on(function, called, &bound);
            quote!(#private::Call::Async(|#argument| { #passed }, ()))
        }
        CallStyle::Async(word) => {
            // Called by its name, so that the compiler names the function if its future is not `Send`.
            let wait = quote_spanned!(word=> async move);
            let look = quote_spanned!(name.span()=> &#name);
            quote! {
                #private::Call::Async(|#argument| {
                    #apart
                    let #name = #wait { #body };
                    let _: &(dyn ::core::marker::Send + '_) = #look;
                    #private::receiver_future(#name)
                }, ())
            }
        }
    };
    let payload = if is_durable { quote!(#private::DurableOf<#payload>) } else { payload };
    let bind = ask(at(SpanRange::of(signal), payload, private), quote!(#private::Payload), "BIND");
    let filter = if is_durable {
        durable::filter((signal, sender), narrow.as_ref(), filter.as_ref(), arguments, private)
    } else {
        filter.map(|filter| quote!(|#sent| { #narrow let #sent = &*#sent; #filter }))
    };
    let binding = filter.map_or_else(|| quote!(all(#style)), |filter| quote!(filtered(#filter, #style)));
    let is_first = arguments.signals.first().is_some_and(|first| std::ptr::eq(first, signal));
    let changes = sender.filter(|_| is_first).map(|sender| changes(signal, sender, arguments, private));
    quote!(#raw, &[#(#written),*], &[#(#asks_for),*], #needs, #limit, #durability, { #changes } &#bind.#binding)
}

/// Rejects fields of `changed(..)` that a save never changes, once per sender.
fn changes(signal: &Path, sender: &Type, arguments: &Arguments, private: &TokenStream) -> TokenStream {
    let fields = arguments.changed.iter().flat_map(|changed| &changed.fields);
    fields.map(|field| may_change(signal, sender, field, private)).collect()
}

/// It has the user's spans, so that the compiler underlines the field and does not mention the macro. The offset is that of no
/// field if there is none: of a method, the compiler would say how to call it.
fn may_change(signal: &Path, sender: &Type, field: &Ident, private: &TokenStream) -> TokenStream {
    let (place, name) = (field.span(), field.unraw().to_string());
    let question = moved(quote!(#private::may_change), place.into());
    let [never, model] = ["NOT_IN_CHANGED", "Me"].map(|answer| of_sender(signal, sender, answer, private));
    quote_spanned!(place=> #question(#never, #name, ::core::mem::offset_of!(#model, #field));)
}

/// What is known of the sender, which is a model if the signal has senders.
fn of_sender(signal: &Path, sender: &Type, answer: &str, private: &TokenStream) -> TokenStream {
    let senders = ask(signal, quote!(#private::SignalName), "Senders");
    ask(sender, quote!(#private::SenderOf<#senders>), answer)
}

/// The type of the payload of the signal from the sender, computed in steps. Each step underlines the tokens that are wrong, and
/// an error in one step suppresses errors of the later ones.
fn payload(
    signal: &Path,
    sender: Option<&Type>,
    arguments: &Arguments,
    function: &Function<'_>,
    private: &TokenStream,
) -> TokenStream {
    let question = |subject: TokenStream, place: SpanRange, question: TokenStream| {
        ask(at(place, subject, private), quote!(#private::#question), "Signal")
    };
    let name = ask(signal, quote!(#private::SignalName), "Signal");
    let usual = Usual::of(signal);
    let mut subject = name.clone();
    let durable = arguments.durable.word.as_ref();
    if let Some(word) = durable.filter(|_| !durability::is_known(signal)) {
        let asked = if durability::is_of_models(signal) { quote!(CanBeDurable) } else { quote!(DeclaredDurable) };
        subject = question(subject, SpanRange::of(word), asked);
    } else if let CallStyle::Async(word) = function.call
        && !usual.awaits()
    {
        subject = question(subject, word.into(), quote!(AwaitsReceivers));
    }
    subject = of_fields(subject, function, usual, &question);
    let of_context = function.parameters.iter().find(|parameter| matches!(parameter, Parameter::Context(..)));
    // A delivery has a context, and what calls it a timer.
    let is_unknown = usual == Usual::Unknown && durable.is_none();
    if let Some(parameter) = of_context.filter(|_| is_unknown) {
        subject = question(subject, SpanRange::of(&parameter.binding().name), quote!(CarriesContext));
    }
    if let Some(timeout) = arguments.timeout.as_ref().filter(|_| is_unknown) {
        subject = question(subject, SpanRange::of(&timeout.word), quote!(HasTimer));
    }
    if let Some(word) = arguments.takes_raw() {
        subject = question(subject, SpanRange::of(word), quote!(HasRawWrites));
    }
    if let Some(raw) = &function.idle_raw {
        subject = question(subject, SpanRange::of(raw), quote!(HasNoRawWrites));
    }
    if let Some(changed) = &arguments.changed {
        subject = question(subject, SpanRange::of(&changed.word), quote!(KnowsWhatChanged));
        if sender.is_none() {
            subject = question(subject, SpanRange::of(&changed.word), quote!(HasFieldsWithoutSender));
        }
    }
    // A sender can be lent as a trait object. Any model is a `dyn AnyModel` alone.
    let is_asked = |instance| sender.is_none() && !is_of_types(signal) || !is_trait_object(instance);
    let instance = instance(function).filter(|(_, instance)| is_asked(instance));
    let instance = instance.filter(|(_, instance)| !sender.is_some_and(|sender| usual.lends(instance, sender)));
    let instance =
        instance.map(|(name, instance)| (SpanRange::of(name), SpanRange::of(instance), without_lifetimes(instance)));
    let model = sender.map(|sender| of_sender(signal, sender, "Me", private));
    let from = match (&model, instance) {
        (Some(model), None) => model.clone(),
        (Some(model), Some((parameter, place, instance))) => {
            let signal = at(parameter, name, private);
            let lent = ask(signal, quote!(#private::LendsInstance<#model, #instance>), "Instance");
            ask(at(place, lent, private), quote!(#private::InstanceIs<#instance, #model>), "Sender")
        }
        (None, None) => quote!(#private::AnySender),
        (None, Some((_, place, instance))) => {
            let asked = if is_of_types(signal) { quote!(FromAnyType) } else { quote!(FromAnySender) };
            subject = question(subject, place, quote!(#asked<#instance>));
            quote!(#private::AnySender)
        }
    };
    if let Some(sender) = sender.filter(|_| !usual.has_senders()) {
        // Asked once: if the signal has no senders, the attribute has one mistake, and not one per sender.
        if arguments.senders.iter().flatten().next().is_some_and(|first| std::ptr::eq(first, sender)) {
            let place = if arguments.signals.len() == 1 { sender.to_token_stream() } else { signal.to_token_stream() };
            subject = question(subject, SpanRange::of(place), quote!(HasSenders<#sender>));
        }
        let asked = if is_of_types(signal) { quote!(SentByTypes) } else { quote!(SentByUsers) };
        subject = question(subject, SpanRange::of(sender), quote!(#asked<#model>));
    }
    ask(at(SpanRange::of(signal), subject, private), quote!(#private::SentBy<#from>), "Payload")
}

/// The questions about parameters that only some signals have.
fn of_fields(
    mut subject: TokenStream,
    function: &Function<'_>,
    usual: Usual,
    question: &impl Fn(TokenStream, SpanRange, TokenStream) -> TokenStream,
) -> TokenStream {
    for parameter in &function.parameters {
        subject = match parameter {
            Parameter::Field(Binding { name, .. }) if *name == "tx" && !usual.has_tx() => {
                question(subject, SpanRange::of(name), quote!(InTransaction))
            }
            Parameter::Field(Binding { name, .. }) if *name == "db" && !usual.has_db() => {
                question(subject, SpanRange::of(name), quote!(OutsideTransaction))
            }
            Parameter::Field(Binding {
                name, ty: Type::Reference(Reference { mutability: Some(word), .. }), ..
            }) if *name == "instance" && !usual.lends_mutably() => {
                question(subject, word.span.into(), quote!(LendsMutably))
            }
            _ => subject,
        };
    }
    subject
}

/// The parameter `instance`, and the type that it refers to.
fn instance<'a, 'f>(function: &'f Function<'a>) -> Option<(&'f Ident, &'a Type)> {
    function.parameters.iter().find_map(|parameter| match parameter {
        Parameter::Field(Binding { name, ty: Type::Reference(instance), scope: Scope::Everywhere, .. })
            if *name == "instance" =>
        {
            Some((name, &*instance.elem))
        }
        _ => None,
    })
}

/// The condition of the filters, if there are any.
fn filter(arguments: &Arguments, private: &TokenStream) -> Option<TokenStream> {
    let created = arguments.created.as_ref().map(|(created, value)| {
        let span = SpanRange::of(created).hygienic();
        // The type is written out, because some crates can compare a number with a `bool`, and the mistake would be two errors.
        let ty = quote_spanned!(value.span()=> ::core::primitive::bool);
        let typed = quote_spanned!(created.span()=> let #created: #ty = #created;);
        quote_spanned! {span=>
            {
                let #created = payload.#created;
                #typed
                #created == #value
            }
        }
    });
    let changed = arguments.changed.as_ref().map(|changed| {
        let span = SpanRange::of(&changed.word).hygienic();
        let names = changed.fields.iter().map(|field| field.unraw().to_string());
        quote_spanned!(span=> (#(payload.changes.has_named(#names))||*))
    });
    let when = arguments.when.as_ref().map(|when| {
        let span = SpanRange::of(when).hygienic();
        if is_typed(when) {
            return quote_spanned!(span=> #private::Condition::holds(payload, #when));
        }
        // The variable has its type already, so that the compiler only compares the user's condition with it.
        quote_spanned! {span=>
            {
                let mut condition = (#private::condition(payload),);
                condition.0 = #when;
                (condition.0)(payload)
            }
        }
    });
    let mut filters = created.into_iter().chain(changed).chain(when);
    let first = filters.next()?;
    // In parentheses, because a block at the beginning of a statement is the whole statement.
    Some(filters.fold(first, |all, filter| quote!((#all && #filter))))
}

/// The call, and what it returned as a reply.
fn call(function: &Function<'_>, private: &TokenStream) -> TokenStream {
    let name = Ident::new("function", Span::mixed_site());
    let arguments = function.parameters.iter().map(|parameter| &parameter.binding().name);
    let wait = match function.call {
        CallStyle::Plain => None,
        CallStyle::Async(_) => Some(quote!(.await)),
    };
    if let Some(Type::Never(_)) = function.output {
        return quote!(#name(#(#arguments),*) #wait);
    }
    let nothing = || quote_spanned!(function.name.span()=> ());
    let output = function.output.map_or_else(nothing, without_lifetimes);
    let reply = ask(output, quote!(#private::Returns<_, _>), "into_reply");
    let asked = Ident::new("asked", Span::mixed_site());
    quote!(#reply(#asked, #name(#(#arguments),*) #wait))
}

/// The future of an `async fn`, if the payload lends all of its arguments for as long as itself: it is passed on, and not awaited in
/// another one, which would cost as much time in a build as the function.
fn passed_on(function: &Function<'_>, called: &TokenStream, bound: &Bound<'_>) -> TokenStream {
    let Bound { sender, private, .. } = bound;
    let [alias, payload] = ["function", "payload"].map(|name| Ident::new(name, Span::mixed_site()));
    let locals = parameters::lent(function);
    let arguments = function.parameters.iter().map(|parameter| &parameter.binding().name);
    let nothing = || quote_spanned!(function.name.span()=> ());
    let output = function.output.map_or_else(nothing, without_lifetimes);
    let reply = ask(output, quote!(#private::Returns<_, _>), "into_future");
    // By the name of the function, so that the compiler names it if its future is not `Send`.
    let name = function.name;
    let look = quote_spanned!(name.span()=> &#name);
    quote! {
        let #alias = #called;
        let #payload = #private::NarrowTo::<#sender>::narrow(#payload);
        #locals
        let #name = #alias(#(#arguments),*);
        let _: &(dyn ::core::marker::Send + '_) = #look;
        #reply(#private::NOTHING, #name)
    }
}
