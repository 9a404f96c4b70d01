//! What a receiver becomes: the function as written, a type of its name, and an entry in the registry per signal and
//! sender.

use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Path, Type};

use super::check::{CallStyle, Function, Parameter};
use super::parse::{Arguments, Parsed};
use crate::root::{Root, ask, map_tokens};

pub(super) fn expand(parsed: &Parsed, function: &Function<'_>, root: Root) -> TokenStream {
    let item = &parsed.function;
    let vis = &item.vis;
    // The type that stands for the function in `after = [..]`. It has the name's place, but not its origin: no lint
    // is to tell the person that it is not in camel case.
    let marker = Ident::new(&function.name.to_string(), Span::call_site().located_at(function.name.span()));
    let marker = if function.name.unraw() == *function.name { marker } else { function.name.clone() };

    let over = parsed.attributes.iter().find_map(|arguments| arguments.root.as_ref());
    let private = {
        let path = root.path(over);
        quote!(#path::__private)
    };
    let declaration = declaration(&marker, function, &parsed.attributes, &private);
    let bindings = parsed.attributes.iter().flat_map(|arguments| bindings(arguments, function, &private));
    quote! {
        #item

        #[doc(hidden)]
        #vis enum #marker {}

        const _: () = {
            #declaration
            #(#bindings)*
        };
    }
}

/// Who the receiver is, where it stands and what it waits for.
fn declaration(
    marker: &Ident,
    function: &Function<'_>,
    attributes: &[Arguments],
    private: &TokenStream,
) -> TokenStream {
    let name = match attributes.iter().find_map(|arguments| arguments.id.as_ref()) {
        Some(id) => quote!(#id),
        None => {
            let name = function.name.unraw().to_string();
            quote!(::core::concat!(::core::module_path!(), "::", #name))
        }
    };
    let after: Vec<&Path> = attributes.iter().flat_map(|arguments| &arguments.after).collect();
    let before: Vec<&Path> = attributes.iter().flat_map(|arguments| &arguments.before).collect();
    let ranks = after.iter().map(|path| quote!(<#path as #private::ReceiverName>::RANK));
    // Naming the rank of those that come later says "is not a receiver" of a function that is none.
    let later = before.iter().map(|path| quote!(<#path as #private::ReceiverName>::ID));
    let filters = attributes.iter().flat_map(filters);
    quote! {
        impl #private::ReceiverName for #marker {
            const ID: ::core::any::TypeId = ::core::any::TypeId::of::<Self>();
            const RANK: usize = #private::rank(&[#(#ranks),*]);
        }
        const DECLARATION: #private::Declaration = #private::Declaration {
            name: #name,
            file: ::core::file!(),
            line: ::core::line!(),
            column: ::core::column!(),
            module: ::core::module_path!(),
            filters: &[#(#filters),*],
            function: <#marker as #private::ReceiverName>::ID,
            rank: <#marker as #private::ReceiverName>::RANK,
            after: &[#(<#after as #private::ReceiverName>::ID),*],
            before: &[#(#later),*],
        };
    }
}

/// The filters, as a person reads them.
fn filters(arguments: &Arguments) -> impl Iterator<Item = String> {
    let created = arguments.created.as_ref().map(|(_, value)| format!("created = {}", value.value));
    let when = arguments.when.as_ref().map(|when| format!("when = {}", when.to_token_stream()));
    created.into_iter().chain(when)
}

/// One registration per signal and sender.
fn bindings(arguments: &Arguments, function: &Function<'_>, private: &TokenStream) -> Vec<TokenStream> {
    let senders: Vec<Option<&Type>> = match &arguments.senders {
        Some(senders) => senders.iter().map(Some).collect(),
        None => vec![None],
    };
    let one = |signal, sender| binding(signal, sender, arguments, function, private);
    arguments.signals.iter().flat_map(|signal| senders.iter().map(move |sender| one(signal, *sender))).collect()
}

fn binding(
    signal: &Path,
    sender: Option<&Type>,
    arguments: &Arguments,
    function: &Function<'_>,
    private: &TokenStream,
) -> TokenStream {
    let sender = sender.map(|sender| ask(first_span(sender), &quote!(#sender), &quote!(#private::Sender), "Me"));
    let payload = payload(signal, sender.as_ref(), function, private);
    let filters = filter(arguments, private);
    let locals = function.parameters.iter().map(|parameter| local(parameter, sender.as_ref(), private));
    let call = call(function, private);
    let payload_name = Ident::new("payload", Span::mixed_site());
    let style = match function.call {
        CallStyle::Plain => quote! {
            #private::Call::Sync(|#payload_name| {
                #filters
                #(#locals)*
                #call
            })
        },
        CallStyle::Async(_) => quote! {
            #private::Call::Async(
                |#payload_name| #private::Step::from_or_box(async move {
                    #filters
                    #(#locals)*
                    #call
                }),
                (),
            )
        },
    };
    quote! {
        const _: () = {
            static BINDING: #private::Binding<#payload> = #private::Binding::new(#style);
            #private::register!(DECLARATION.bind(&BINDING));
        };
    }
}

/// The payload of the signal from the sender, asked for in steps: each question underlines what the person wrote
/// wrong, and a question that fails silences those that come after it.
fn payload(signal: &Path, sender: Option<&TokenStream>, function: &Function<'_>, private: &TokenStream) -> TokenStream {
    let at_signal = first_span(signal);
    let mut questions = vec![(at_signal, quote!(#private::SignalName))];
    if let CallStyle::Async(word) = function.call {
        questions.push((word, quote!(#private::AwaitsReceivers)));
    }
    let is_tx = |parameter: &&Parameter<'_>| matches!(parameter, Parameter::Field(name, _) if *name == "tx");
    if let Some(Parameter::Field(tx, _)) = function.parameters.iter().find(is_tx) {
        questions.push((tx.span(), quote!(#private::BeforeTheEnd)));
    }
    let sender = sender.map_or_else(|| quote!(#private::Anyone), Clone::clone);

    let mut subject = quote!(#signal);
    let spans: Vec<Span> = questions.iter().map(|(span, _)| *span).skip(1).chain([at_signal]).collect();
    for ((_, question), span) in questions.iter().zip(spans) {
        subject = ask(span, &subject, question, "Signal");
    }
    ask(at_signal, &subject, &quote!(#private::SentBy<#sender>), "Payload")
}

fn filter(arguments: &Arguments, private: &TokenStream) -> TokenStream {
    let created = arguments.created.as_ref().map(|(created, value)| {
        let span = Span::mixed_site().located_at(created.span());
        quote_spanned! {span=>
            if payload.#created != #value {
                return #private::skipped();
            }
        }
    });
    let when = arguments.when.as_ref().map(|when| {
        let span = Span::mixed_site().located_at(first_span(when));
        quote_spanned! {span=>
            if !#private::when(&*payload, #when) {
                return #private::skipped();
            }
        }
    });
    quote!(#created #when)
}

/// `let instance: &User = &payload.instance;`, with the person's name and type.
fn local(parameter: &Parameter<'_>, sender: Option<&TokenStream>, private: &TokenStream) -> TokenStream {
    match parameter {
        Parameter::Event(name, ty) => {
            let span = Span::mixed_site().located_at(name.span());
            let ty = without_lifetimes(ty);
            quote_spanned!(span=> let #name: #ty = payload;)
        }
        Parameter::Field(name, ty) => {
            let value = value(name, ty);
            let ty = match (sender, ty) {
                (Some(sender), Type::Reference(reference)) if *name == "instance" => {
                    let (and, mutability, model) = (&reference.and_token, &reference.mutability, &reference.elem);
                    let instance = without_lifetimes(model);
                    let instance =
                        ask(first_span(model), &instance, &quote!(#private::InstanceOf<#sender>), "Instance");
                    quote!(#and #mutability #instance)
                }
                _ => without_lifetimes(ty),
            };
            let span = Span::mixed_site().located_at(name.span());
            quote_spanned!(span=> let #name: #ty = #value;)
        }
        Parameter::Generic(name, ty) => {
            let value = value(name, ty);
            let span = Span::mixed_site().located_at(name.span());
            // Without a type to say so, a `&mut` would be moved out of the payload.
            let reborrow = match ty {
                Type::Reference(reference) if reference.mutability.is_some() => quote_spanned!(span=> &mut *),
                _ => TokenStream::new(),
            };
            quote_spanned!(span=> let #name = #reborrow #value;)
        }
    }
}

/// The field, borrowed if the parameter borrows: then a field that owns its value serves as well as one that borrows.
fn value(name: &Ident, ty: &Type) -> TokenStream {
    let span = Span::mixed_site().located_at(name.span());
    match ty {
        Type::Reference(reference) if reference.mutability.is_none() => quote_spanned!(span=> &payload.#name),
        _ => quote_spanned!(span=> payload.#name),
    }
}

fn call(function: &Function<'_>, private: &TokenStream) -> TokenStream {
    let name = function.name;
    let arguments = function.parameters.iter().map(|parameter| match parameter {
        Parameter::Event(name, _) | Parameter::Field(name, _) | Parameter::Generic(name, _) => name,
    });
    let wait = match function.call {
        CallStyle::Plain => None,
        CallStyle::Async(_) => Some(quote!(.await)),
    };
    let call = quote!(#name(#(#arguments),*) #wait);
    match function.output {
        Some(output) => {
            let span = Span::mixed_site().located_at(first_span(output));
            let output = without_lifetimes(output);
            quote_spanned!(span=> #private::reply::<#output, _>(#call))
        }
        None => quote!(#private::reply::<(), _>(#call)),
    }
}

/// The type with each named lifetime left to inference: outside of its function it has no name.
fn without_lifetimes(ty: &Type) -> TokenStream {
    let mut apostrophe = false;
    map_tokens(ty.to_token_stream(), &mut |token| {
        let named = std::mem::replace(&mut apostrophe, matches!(&token, TokenTree::Punct(p) if p.as_char() == '\''));
        match token {
            TokenTree::Ident(name) if named && name != "static" => Ident::new("_", name.span()).into(),
            other => other,
        }
    })
}

fn first_span(tokens: impl ToTokens) -> Span {
    tokens.to_token_stream().into_iter().next().map_or_else(Span::call_site, |token| token.span())
}
