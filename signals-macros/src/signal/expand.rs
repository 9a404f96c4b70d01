//! The output for a signal: the unchanged struct, its implementation of `Payload`, and the methods that send it.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Ident, LitStr};

use super::owned::owned;
use super::parse::{Arguments, Calls, Parsed};
use crate::root::{Root, implement};

pub(super) fn expand(parsed: &Parsed, root: Root) -> TokenStream {
    let (item, written, arguments) = (&parsed.item, &parsed.written, &parsed.arguments);
    let name = &item.ident;
    let root = root.path(arguments.root.as_ref());
    let private = quote!(#root::__private);
    let text = arguments.name.as_ref().map_or_else(|| name.unraw().to_string(), LitStr::value);
    let borrows = item.generics.lifetimes().next().is_some();
    let at = |lifetime: TokenStream| if borrows { quote!(#name<#lifetime>) } else { quote!(#name) };
    let (tag, any, of) = (at(quote!('static)), at(quote!('_)), at(quote!('a)));
    let output = output(arguments);
    // For the signals of the library: the compiler should not list them as suggestions. The attribute is not in scope
    // everywhere, so that other signals do not have it.
    let is_own = arguments.root.as_ref().is_some_and(|path| path.is_ident("crate"));
    let hidden = is_own.then(|| quote!(#[diagnostic::do_not_recommend]));
    let (mode, always_called, awaits) = match arguments.calls {
        Calls::Synchronously => {
            let always_called = quote!(
                const ALWAYS_CALLED: ::core::primitive::bool = true;
            );
            (quote!(Synchronous), Some(always_called), None)
        }
        Calls::Awaiting => {
            let awaits = quote! {
                #hidden
                impl #private::AwaitsReceivers for #any { type Signal = Self; }
            };
            (quote!(Asynchronous), None, Some(awaits))
        }
    };
    let carries_context = carries_context(parsed, &any, &private).map(|carries| quote!(#hidden #carries));
    let named = named(name, &any, &private);
    let methods = methods(parsed, &tag, &any, &output, &root);
    let owned_signal = owned_signal(parsed, &tag, &private);
    quote! {
        #written

        const _: () = {
            static STATE: #private::SignalState<#tag> = #private::SignalState::without_senders();

            impl #private::Payload for #tag {
                type Of<'a> = #of;
                type Output = #output;
                type Mode = #private::#mode;
                type Any = Self;
                type Lending = #private::Same;
                const SIGNAL: &'static ::core::primitive::str = #text;
                const MODULE: ::core::option::Option<&'static ::core::primitive::str> =
                    ::core::option::Option::Some(::core::module_path!());
                #always_called
            }
            #hidden
            #named
            #hidden
            impl #private::InTransaction for #any { type Signal = Self; }
            #hidden
            impl #private::OutsideTransaction for #any { type Signal = Self; }
            #hidden
            impl #private::HasNoRawWrites for #any { type Signal = Self; }
            #hidden
            impl #private::LendsMutably for #any { type Signal = Self; }
            #hidden
            impl<__Sender: ?::core::marker::Sized> #private::FromAnySender<__Sender> for #any { type Signal = Self; }
            #hidden
            impl<__Sender: ?::core::marker::Sized, __Instance: ?::core::marker::Sized> #private::LendsInstance<__Sender, __Instance> for #any {
                type Instance = __Instance;
            }
            impl #private::CustomSignal for #any { type Payload = #tag; }
            #carries_context
            #awaits
            #methods
            #hidden
            #owned_signal

            #private::register!(SIGNAL_ENTRY, #private::Entry::Declared {
                module: ::core::module_path!(),
                value: &#private::SignalDeclaration { name: #text, module: ::core::module_path!() },
            });
        };
    }
}

/// What makes the struct the name of a signal. The compiler points at the name when it mentions this.
fn named(name: &Ident, any: &TokenStream, private: &TokenStream) -> TokenStream {
    implement(
        name,
        &quote!(#private::SignalName for #any),
        &quote!(
            type Signal = Self;
            type Senders = #private::NoSenders;
        ),
    )
}

/// The type of what each receiver returns. If it borrows, that is a mistake, and receivers are asked for what owns it.
fn output(arguments: &Arguments) -> TokenStream {
    let owned = |output| owned(output).unwrap_or_else(|| output.to_token_stream());
    arguments.output.as_ref().map_or_else(|| quote!(()), owned)
}

/// A field with this name lends its values to `#[context]` parameters.
fn carries_context(parsed: &Parsed, any: &TokenStream, private: &TokenStream) -> Option<TokenStream> {
    let mut names = parsed.item.fields.iter().filter_map(|field| field.ident.as_ref());
    names.any(|name| name == "context").then(|| quote!(impl #private::CarriesContext for #any { type Signal = Self; }))
}

/// How a queue sends it later. The functions are inline: a signal that no queue sends has none of them.
fn owned_signal(parsed: &Parsed, tag: &TokenStream, private: &TokenStream) -> TokenStream {
    let send = match parsed.arguments.calls {
        Calls::Synchronously => quote!(async move { #private::synchronous::send_reporting(&STATE, self, report) }),
        Calls::Awaiting => quote!(#private::asynchronous::send_reporting(&STATE, self, report)),
    };
    quote! {
        impl #private::OwnedSignal for #tag {
            #[inline]
            fn has_receivers() -> ::core::primitive::bool { STATE.has_receivers() }

            #[inline]
            fn send_reporting(
                self,
                report: &mut (dyn ::core::ops::FnMut(#private::SignalError) + ::core::marker::Send),
            ) -> impl ::core::future::Future<Output = ()> + ::core::marker::Send { #send }
        }
    }
}

/// The methods that send the signal, and the signal itself, to which receivers can be connected at run time.
fn methods(
    parsed: &Parsed,
    tag: &TokenStream,
    any: &TokenStream,
    output: &TokenStream,
    root: &TokenStream,
) -> TokenStream {
    let vis = &parsed.item.vis;
    let private = quote!(#root::__private);
    let (module, word, wait, send) = match parsed.arguments.calls {
        Calls::Synchronously => (quote!(synchronous), None, None, None),
        Calls::Awaiting => {
            (quote!(asynchronous), Some(quote!(async)), Some(quote!(.await)), Some(quote!(+ ::core::marker::Send)))
        }
    };
    quote! {
        impl #any {
            /// The receivers of this signal.
            #vis const SIGNAL: &'static #private::Signal<#tag> = &#private::Signal::of(&STATE);

            /// Calls every receiver in order; stops at the first that fails and returns its error.
            #[inline]
            #vis #word fn send(self) -> ::core::result::Result<(), #private::SignalError> {
                #private::#module::send(&STATE, self) #wait
            }

            /// Calls every receiver, whatever the others do, and reports the result of each.
            #vis #word fn send_robust(
                self,
            ) -> ::core::result::Result<#private::ReceiverResults<#output>, #private::SignalError> {
                #private::#module::send_robust(&STATE, self) #wait
            }

            /// Calls every receiver in order and gives each output to `fold`, until it breaks or a receiver fails.
            #vis #word fn send_with<__B: ::core::marker::Send>(
                self,
                fold: impl ::core::ops::FnMut(&#private::ReceiverId, #output) -> ::core::ops::ControlFlow<__B> #send,
            ) -> ::core::result::Result<::core::option::Option<__B>, #private::SignalError> {
                #private::#module::send_with(&STATE, self, fold) #wait
            }

            /// Calls every receiver in order and collects their outputs; stops at the first that fails.
            #vis #word fn collect(self) -> ::core::result::Result<#private::Vec<#output>, #private::SignalError> {
                #private::#module::collect(&STATE, self) #wait
            }
        }
    }
}
