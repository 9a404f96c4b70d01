//! `#[signal]`

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::{Fields, GenericParam, Ident, Item, ItemStruct, Lifetime, Path, Token, Type};

use crate::errors::Errors;
use crate::root::Root;
use crate::suggest;

pub(crate) fn expand(attribute: TokenStream, item: TokenStream, root: Root) -> TokenStream {
    try_expand(attribute, item.clone(), root).unwrap_or_else(|errors| quote!(#item #errors))
}

fn try_expand(attribute: TokenStream, item: TokenStream, root: Root) -> Result<TokenStream, TokenStream> {
    let mut errors = Errors::new();
    let arguments = parse_arguments(attribute, &mut errors);
    let item = parse_item(item, &mut errors);
    errors.flush()?;
    let Some(item) = item else { return Ok(TokenStream::new()) };
    let lifetime = check(&item, &mut errors);
    errors.flush()?;
    Ok(expand_signal(&item, lifetime, &arguments, root))
}

/// What stands in the brackets.
#[derive(Default)]
struct Arguments {
    calls: Calls,
    output: Option<Type>,
    root: Option<Path>,
}

#[derive(Default)]
enum Calls {
    #[default]
    Synchronously,
    Awaiting,
}

const KEYS: &[&str] = &["async", "output", "crate"];

fn parse_arguments(tokens: TokenStream, errors: &mut Errors) -> Arguments {
    let mut arguments = Arguments::default();
    let parser = |input: ParseStream<'_>| {
        while !input.is_empty() {
            let word = input.call(Ident::parse_any)?;
            match word.to_string().as_str() {
                "async" => arguments.calls = Calls::Awaiting,
                "output" => {
                    input.parse::<Token![=]>()?;
                    arguments.output = Some(input.parse()?);
                }
                "crate" => {
                    input.parse::<Token![=]>()?;
                    arguments.root = Some(input.call(Path::parse_mod_style)?);
                }
                other => return Err(syn::Error::new(word.span(), suggest::unknown("argument", other, "signal", KEYS))),
            }
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(())
    };
    let result = parser.parse2(tokens);
    errors.take(result);
    arguments
}

fn parse_item(item: TokenStream, errors: &mut Errors) -> Option<ItemStruct> {
    let first = item.clone();
    match syn::parse2::<Item>(item) {
        Ok(Item::Struct(item)) => Some(item),
        Ok(Item::Enum(item)) => {
            let message = "a signal is a struct, whose fields are what receivers may ask for\n\n\
                help: put the enum into a field of the struct";
            errors.on(item.enum_token, message);
            None
        }
        Ok(_) => {
            let first: TokenStream = first.into_iter().take(1).collect();
            errors.on(first, "the `signal` attribute goes on a struct, whose fields are what receivers may ask for");
            None
        }
        Err(error) => {
            errors.push(error);
            None
        }
    }
}

/// The lifetime of the struct, if it borrows.
fn check<'a>(item: &'a ItemStruct, errors: &mut Errors) -> Option<&'a Lifetime> {
    let mut lifetimes = Vec::new();
    for parameter in &item.generics.params {
        match parameter {
            GenericParam::Lifetime(parameter) => lifetimes.push(&parameter.lifetime),
            other => errors.on(
                other,
                "a signal cannot be generic: its receivers are listed when the program is linked\n\n\
                 help: declare one signal per type, or take `&dyn Trait`",
            ),
        }
    }
    if let [_, second, ..] = lifetimes[..] {
        errors.on(second, "a signal borrows with one lifetime\n\nhelp: use the same lifetime in every field");
    }
    if let Fields::Unnamed(fields) = &item.fields {
        errors.on(
            fields,
            "the fields of a signal have names: receivers ask for them by name\n\nhelp: write `struct OrderPaid { order: Order }`",
        );
    }
    for field in &item.fields {
        if field.ident.as_ref().is_some_and(|name| name == "event") {
            errors.on(
                &field.ident,
                "`event` is what a receiver calls the whole payload\n\nhelp: give this field another name",
            );
        }
    }
    lifetimes.first().copied()
}

fn expand_signal(item: &ItemStruct, lifetime: Option<&Lifetime>, arguments: &Arguments, root: Root) -> TokenStream {
    let (name, vis) = (&item.ident, &item.vis);
    let root = root.path(arguments.root.as_ref());
    let private = quote!(#root::__private);
    let text = name.unraw().to_string();
    let at = |lifetime: TokenStream| match item.generics.params.is_empty() {
        true => quote!(#name),
        false => quote!(#name<#lifetime>),
    };
    let (tag, any, of) = (at(quote!('static)), at(quote!('_)), at(quote!('a)));
    let output = arguments.output.as_ref().map_or_else(|| quote!(()), ToTokens::to_token_stream);
    let (mode, module, wait, send) = match arguments.calls {
        Calls::Synchronously => (quote!(Synchronous), quote!(synchronous), quote!(), quote!()),
        Calls::Awaiting => (quote!(Asynchronous), quote!(asynchronous), quote!(async), quote!(+ ::core::marker::Send)),
    };
    let awaits = match arguments.calls {
        Calls::Synchronously => None,
        Calls::Awaiting => Some(quote!(impl #private::AwaitsReceivers for #any { type Signal = Self; })),
    };
    let dot_await = match arguments.calls {
        Calls::Synchronously => None,
        Calls::Awaiting => Some(quote!(.await)),
    };
    let _ = lifetime;
    quote! {
        #item

        const _: () = {
            static SIGNAL: #root::Signal<#tag> = #root::Signal::new();

            impl #private::Payload for #tag {
                type Of<'a> = #of;
                type Output = #output;
                type Mode = #private::#mode;
                type Any = Self;
                type Senders = ::core::convert::Infallible;
                const SIGNAL: &'static str = #text;
                fn sender() -> ::core::option::Option<&'static str> { ::core::option::Option::None }
                fn senders() -> ::core::option::Option<Self::Senders> { ::core::option::Option::None }
                fn widen<'b>(_: &'b mut Self::Of<'_>, senders: Self::Senders) -> Self::Of<'b> { match senders {} }
            }
            impl #private::SignalName for #any { type Signal = Self; }
            impl #private::BeforeTheEnd for #any { type Signal = Self; }
            impl #private::SentBy<#private::Anyone> for #any { type Payload = #tag; }
            #awaits

            impl #any {
                /// The receivers of this signal.
                #vis const SIGNAL: &'static #root::Signal<#tag> = &SIGNAL;

                /// Calls every receiver in order; stops at the first that fails and returns its error.
                #vis #wait fn send(self) -> ::core::result::Result<(), #root::Error> {
                    #private::#module::send(&SIGNAL, self) #dot_await
                }

                /// Calls every receiver, whatever the others do, and reports what each answered.
                #vis #wait fn send_robust(
                    self,
                ) -> ::core::result::Result<#private::Answers<#output>, #root::Error> {
                    #private::#module::send_robust(&SIGNAL, self) #dot_await
                }

                /// Calls every receiver in order and gives each output to `fold`, until it breaks or a receiver fails.
                #vis #wait fn send_with<__B: ::core::marker::Send>(
                    self,
                    fold: impl ::core::ops::FnMut(&#root::ReceiverId, #output) -> ::core::ops::ControlFlow<__B> #send,
                ) -> ::core::result::Result<::core::option::Option<__B>, #root::Error> {
                    #private::#module::send_with(&SIGNAL, self, fold) #dot_await
                }

                /// Calls every receiver in order and gathers what they return; stops at the first that fails.
                #vis #wait fn collect(self) -> ::core::result::Result<#private::Vec<#output>, #root::Error> {
                    #private::#module::collect(&SIGNAL, self) #dot_await
                }
            }

            #private::register!(#private::Entry::Declared {
                module: ::core::module_path!(),
                value: &#private::SignalDeclaration { name: #text, module: ::core::module_path!() },
            });
        };
    }
}
