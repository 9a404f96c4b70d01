//! The output for a signal: the struct, its implementation of `Payload`, and the methods that send it.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::ext::IdentExt;
use syn::{Field, LitStr, Type};

use super::durable::Stored;
use super::owned::owned;
use super::parse::{Arguments, Calls, Parsed, SentBy};
use super::sender_impls::SenderSignal;
use super::senders::Senders;
use crate::root::{Root, implement, map_tokens};

pub(super) fn expand(parsed: &Parsed, root: Root) -> TokenStream {
    let expansion = Expansion::new(parsed, root);
    let senders = match parsed.arguments.sender {
        SentBy::Anything => None,
        SentBy::Types => Senders::of(&parsed.item),
    };
    let (item, added) = match &senders {
        None => (parsed.written.clone(), expansion.without_senders()),
        Some(senders) => {
            let item = senders.declared(&parsed.item);
            (item.into_token_stream(), SenderSignal::new(&expansion, senders).expand())
        }
    };
    let Expansion { private, name, .. } = &expansion;
    quote! {
        #item

        const _: () = {
            #added

            #private::register!(SIGNAL_ENTRY, #private::Entry::Declared {
                module: ::core::module_path!(),
                value: &#private::SignalDeclaration { name: #name, module: ::core::module_path!() },
            });
        };
    }
}

/// What the parts of the output have in common.
pub(super) struct Expansion<'a> {
    pub(super) parsed: &'a Parsed,
    pub(super) private: TokenStream,
    root: Root,
    /// Its path in the user's crate.
    pub(super) library: TokenStream,
    /// For the signals of the library: the compiler should not list them as suggestions. The attribute is not in scope everywhere, so
    /// that other signals do not have it.
    pub(super) hidden: Option<TokenStream>,
    /// The name of the signal.
    pub(super) name: String,
    output: TokenStream,
}

/// What the methods send: a constant next to them, their generics and their struct, the state, and the payload.
pub(super) struct Sending {
    pub(super) constant: TokenStream,
    pub(super) generics: TokenStream,
    pub(super) subject: TokenStream,
    pub(super) state: TokenStream,
    pub(super) payload: TokenStream,
}

impl<'a> Expansion<'a> {
    fn new(parsed: &'a Parsed, root: Root) -> Self {
        let arguments = &parsed.arguments;
        let library = root.path(arguments.root.as_ref());
        let is_own = arguments.root.as_ref().is_some_and(|path| path.is_ident("crate"));
        Self {
            parsed,
            private: quote!(#library::__private),
            root,
            library,
            hidden: is_own.then(|| quote!(#[diagnostic::do_not_recommend])),
            name: arguments.name.as_ref().map_or_else(|| parsed.item.ident.unraw().to_string(), LitStr::value),
            output: output(arguments),
        }
    }

    fn without_senders(&self) -> TokenStream {
        let Self { parsed, private, hidden, .. } = self;
        let name = &parsed.item.ident;
        let borrows = parsed.item.generics.lifetimes().next().is_some();
        let at = |lifetime: TokenStream| if borrows { quote!(#name<#lifetime>) } else { quote!(#name) };
        let (tag, any) = (at(quote!('static)), at(quote!('_)));
        let payload = self.payload(
            &Implementation { generics: TokenStream::new(), subject: tag.clone() },
            &at(quote!('a)),
            &quote! {
                type Any = Self;
                type Lending = #private::Same;
            },
        );
        let named = self.named(&any, &quote!(NoSenders));
        let answers = self.answers(&any);
        let from_any_type = quote! {
            #hidden
            impl<__Sender: ?::core::marker::Sized> #private::FromAnyType<__Sender> for #any { type Signal = Self; }
        };
        let vis = &parsed.item.vis;
        let constant = quote! {
            /// The receivers of this signal.
            #vis const SIGNAL: &'static #private::Signal<#tag> = &#private::Signal::of(&STATE);
        };
        let sending = Sending {
            constant,
            generics: TokenStream::new(),
            subject: any.clone(),
            state: quote!(&STATE),
            payload: quote!(self),
        };
        let stored = Stored::of(parsed, self.root);
        let (methods, owned_signal, durable_signal) = match stored {
            Stored::Not => (self.methods(&sending), Some(self.owned_signal(&tag, &sending)), None),
            Stored::OnlySent => (self.durable_methods(&sending, stored), None, None),
            Stored::Wholly => (self.durable_methods(&sending, stored), None, Some(self.durable_signal())),
        };
        quote! {
            static STATE: #private::SignalState<#tag> = #private::SignalState::without_senders();

            #payload
            #hidden
            #named
            #answers
            #from_any_type
            #hidden
            impl<__Sender: ?::core::marker::Sized, __Instance: ?::core::marker::Sized> #private::LendsInstance<__Sender, __Instance> for #any {
                type Instance = __Instance;
            }
            impl #private::CustomSignal for #any { type Payload = #tag; }

            #methods
            #owned_signal
            #durable_signal
        }
    }

    /// An implementation of `Payload`.
    pub(super) fn payload(
        &self,
        implementation: &Implementation,
        of: &TokenStream,
        types: &TokenStream,
    ) -> TokenStream {
        let Self { private, name, output, .. } = self;
        let Implementation { generics, subject } = implementation;
        let (mode, only_here) = match self.parsed.arguments.calls {
            Calls::Synchronously => {
                let always_called = quote!(
                    const ALWAYS_CALLED: ::core::primitive::bool = true;
                );
                (quote!(Synchronous), always_called)
            }
            Calls::Awaiting => {
                let timer = quote!(
                    const TIMER: ::core::option::Option<#private::Timer> = #private::TIMER;
                );
                (quote!(Asynchronous), timer)
            }
        };
        let scopes = self.scopes();
        quote! {
            impl #generics #private::Payload for #subject {
                type Of<'a> = #of;
                type Output = #output;
                type Mode = #private::#mode;
                #types
                const SIGNAL: &'static ::core::primitive::str = #name;
                const MODULE: ::core::option::Option<&'static ::core::primitive::str> =
                    ::core::option::Option::Some(::core::module_path!());
                #only_here
                #scopes
            }
        }
    }

    /// The field that may be a context.
    fn context(&self) -> Option<&'a Field> {
        self.parsed.item.fields.iter().find(|field| field.ident.as_ref().is_some_and(|name| name == "context"))
    }

    /// The scopes of a signal that carries a context: those of the context. A field `context` of another type has none. A durable signal is
    /// sent in the scopes of its transaction.
    fn scopes(&self) -> Option<TokenStream> {
        let private = &self.private;
        if self.parsed.arguments.durable.is_durable() {
            return Some(quote!(const SENT_IN: #private::SentIn = #private::SentIn::Transaction;));
        }
        let (private, ty) = (&self.private, with_static_lifetimes(&self.context()?.ty));
        let of_others = quote! {
            #[allow(unused_imports, reason = "it is for a field of another type")]
            use #private::AnotherField as _;
        };
        Some(quote! {
            const SENT_IN: #private::SentIn = {
                #of_others
                <#private::ContextField<#ty>>::SENT_IN
            };

            #[inline]
            fn scopes(event: &Self::Of<'_>) -> #private::Scopes {
                #of_others
                <#private::ContextField<#ty>>::scopes(&event.context)
            }
        })
    }

    /// What makes the struct the name of a signal. The compiler points at the name when it mentions this.
    pub(super) fn named(&self, any: &TokenStream, senders: &TokenStream) -> TokenStream {
        let private = &self.private;
        implement(
            &self.parsed.item.ident,
            &quote!(#private::SignalName for #any),
            &quote!(
                type Signal = Self;
                type Senders = #private::#senders;
            ),
        )
    }

    /// The answers of a signal whose fields only the compiler knows.
    pub(super) fn answers(&self, any: &TokenStream) -> TokenStream {
        let Self { parsed, private, hidden, .. } = self;
        let awaits = match parsed.arguments.calls {
            Calls::Synchronously => None,
            Calls::Awaiting => Some(quote!(AwaitsReceivers)),
        };
        let questions =
            [quote!(InTransaction), quote!(OutsideTransaction), quote!(HasNoRawWrites), quote!(LendsMutably)];
        let context = self.context().map(|_| quote!(CarriesContext));
        let has_timer = awaits.is_some() && self.root == Root::Facade;
        let timer = has_timer.then(|| quote!(HasTimer));
        let durable = parsed.arguments.durable.is_durable().then(|| [quote!(CanBeDurable), quote!(DeclaredDurable)]);
        let questions =
            questions.into_iter().chain(durable.into_iter().flatten()).chain(context).chain(awaits).chain(timer);
        quote! {
            #(
                #hidden
                impl #private::#questions for #any { type Signal = Self; }
            )*
            #hidden
            impl<__Sender: ?::core::marker::Sized> #private::FromAnySender<__Sender> for #any { type Signal = Self; }
            #hidden
            impl #private::Selects for #any {
                const SELECTOR: #private::Selector = #private::Selector::signal::<<Self as #private::Sent>::Payload>();
            }
        }
    }

    /// How a queue sends it later. The functions are inline: a signal that no queue sends has none of them.
    pub(super) fn owned_signal(
        &self,
        tag: &TokenStream,
        Sending { generics, state, payload, .. }: &Sending,
    ) -> TokenStream {
        let Self { private, hidden, .. } = self;
        let send = match self.parsed.arguments.calls {
            Calls::Synchronously => {
                quote!(async move { #private::synchronous::send_reporting(#state, #payload, report) })
            }
            Calls::Awaiting => quote!(#private::asynchronous::send_reporting(#state, #payload, report)),
        };
        quote! {
            #hidden
            impl #generics #private::OwnedSignal for #tag {
                #[inline]
                fn has_receivers() -> ::core::primitive::bool { (#state).has_receivers() }

                #[inline]
                fn send_reporting(
                    self,
                    report: &mut (dyn ::core::ops::FnMut(#private::SignalError) + ::core::marker::Send),
                ) -> impl ::core::future::Future<Output = ()> + ::core::marker::Send { #send }
            }
        }
    }

    /// The methods that send the signal.
    pub(super) fn methods(&self, sending: &Sending) -> TokenStream {
        let Self { private, output, .. } = self;
        let vis = &self.parsed.item.vis;
        let Sending { constant, generics, subject, state, payload } = sending;
        let (module, word, wait, send) = match self.parsed.arguments.calls {
            Calls::Synchronously => (quote!(synchronous), None, None, None),
            Calls::Awaiting => {
                (quote!(asynchronous), Some(quote!(async)), Some(quote!(.await)), Some(quote!(+ ::core::marker::Send)))
            }
        };
        quote! {
            impl #generics #subject {
                #constant

                /// Calls every receiver in order; stops at the first that fails and returns its error.
                #[inline]
                #vis #word fn send(self) -> ::core::result::Result<(), #private::SignalError> {
                    #private::#module::send(#state, #payload) #wait
                }

                /// Calls every receiver, whatever the others do, and reports the result of each.
                #vis #word fn send_robust(
                    self,
                ) -> ::core::result::Result<#private::ReceiverResults<#output>, #private::SignalError> {
                    #private::#module::send_robust(#state, #payload) #wait
                }

                /// Calls every receiver in order and gives each output to `fold`, until it breaks or a receiver fails.
                #vis #word fn send_with<__B: ::core::marker::Send>(
                    self,
                    fold: impl ::core::ops::FnMut(&#private::ReceiverId, #output) -> ::core::ops::ControlFlow<__B> #send,
                ) -> ::core::result::Result<::core::option::Option<__B>, #private::SignalError> {
                    #private::#module::send_with(#state, #payload, fold) #wait
                }

                /// Calls every receiver in order and collects their outputs; stops at the first that fails.
                #vis #word fn collect(self) -> ::core::result::Result<#private::Vec<#output>, #private::SignalError> {
                    #private::#module::collect(#state, #payload) #wait
                }
            }
        }
    }
}

/// What implements a trait.
pub(super) struct Implementation {
    pub(super) generics: TokenStream,
    pub(super) subject: TokenStream,
}

/// The type of what each receiver returns. If it borrows, that is a mistake, and receivers are asked for what owns it.
fn output(arguments: &Arguments) -> TokenStream {
    let owned = |output| owned(output).unwrap_or_else(|| output.to_token_stream());
    let of_calls = arguments.output.as_ref().filter(|_| !arguments.durable.is_durable());
    of_calls.map_or_else(|| quote!(()), owned)
}

/// The type with each lifetime replaced by `'static`: a constant has no other.
fn with_static_lifetimes(ty: &Type) -> TokenStream {
    let mut apostrophe = false;
    map_tokens(ty.to_token_stream(), &mut |token| {
        let named = std::mem::replace(&mut apostrophe, matches!(&token, TokenTree::Punct(p) if p.as_char() == '\''));
        match token {
            TokenTree::Ident(name) if named => Ident::new("static", name.span()).into(),
            other => other,
        }
    })
}
