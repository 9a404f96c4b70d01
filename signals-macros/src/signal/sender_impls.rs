//! The output for a signal with senders: its payload for any sender, which is sent, and that for one, to which it is narrowed.

use proc_macro2::{Ident, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Lifetime;

use super::expand::{Expansion, Implementation, Sending};
use super::senders::{Borrow, Passing, SenderField, Senders};
use crate::root::{SpanRange, ask, implement_for, moved};

/// A signal with senders, with the types that its output names.
pub(super) struct SenderSignal<'e> {
    expansion: &'e Expansion<'e>,
    senders: &'e Senders<'e>,
    /// The lifetime of the struct, if it has one.
    lifetime: Option<&'e Lifetime>,
}

impl<'e> SenderSignal<'e> {
    pub(super) fn new(expansion: &'e Expansion<'e>, senders: &'e Senders<'e>) -> Self {
        let lifetime = expansion.parsed.item.generics.lifetimes().next().map(|parameter| &parameter.lifetime);
        Self { expansion, senders, lifetime }
    }

    /// `Saved<'_, M>`
    fn of(&self, lifetime: impl ToTokens, sender: impl ToTokens) -> TokenStream {
        let name = &self.expansion.parsed.item.ident;
        let lifetime = self.lifetime.map(|_| quote!(#lifetime,));
        quote!(#name<#lifetime #sender>)
    }

    /// `Saved<'_, dyn Any>`
    fn of_any(&self, lifetime: impl ToTokens) -> TokenStream {
        self.of(lifetime, &self.senders.any)
    }

    /// All that is added to the struct.
    pub(super) fn expand(&self) -> TokenStream {
        let private = &self.expansion.private;
        let any_tag = self.of_any(quote!('static));
        let (payloads, narrowing, answers) = (self.payloads(), self.narrowing(), self.answers());
        let (name, bounds, lifetime) = (self.senders.name, &self.senders.bounds, self.lifetime.into_iter());
        let sending = Sending {
            constant: TokenStream::new(),
            generics: quote!(<#(#lifetime,)* #name: #bounds + 'static>),
            subject: self.of(self.lifetime.to_token_stream(), name),
            state: quote!(SENDERS.of::<#name>()),
            payload: quote!(widened(self)),
        };
        let methods = self.expansion.methods(&sending);
        let owned_signal = self.expansion.owned_signal(
            &self.of(quote!('static), name),
            &Sending { generics: quote!(<#name: #bounds + 'static>), ..sending },
        );
        let (any, vis) = (self.of_any(quote!('_)), &self.expansion.parsed.item.vis);
        let tag = self.of(quote!('static), name);
        quote! {
            static SENDERS: #private::SenderStates<#any_tag> = #private::SenderStates::new();
            #payloads
            #answers
            #narrowing

            impl #any {
                /// The receivers of this signal from one sender.
                #vis fn of<#name: #bounds + 'static>() -> #private::Signal<#tag> {
                    #private::Signal::of(SENDERS.of::<#name>())
                }
            }
            #methods
            #owned_signal
        }
    }

    fn payloads(&self) -> TokenStream {
        let private = &self.expansion.private;
        let (name, bounds) = (self.senders.name, &self.senders.bounds);
        let [any_tag, tag] = [self.of_any(quote!('static)), self.of(quote!('static), name)];
        let of = self.of(quote!('a), name);
        let any = self.expansion.payload(
            &Implementation { generics: TokenStream::new(), subject: any_tag.clone() },
            &self.of_any(quote!('a)),
            &quote! {
                type Any = Self;
                type Lending = #private::Same;
                const HAS_SENDERS: ::core::primitive::bool = true;
            },
        );
        let one = self.expansion.payload(
            &Implementation { generics: quote!(<#name: #bounds + 'static>), subject: tag },
            &of,
            &quote! {
                type Any = #any_tag;
                type Lending = #private::Narrowed<#name>;
                const HAS_SENDERS: ::core::primitive::bool = true;
                const SENDER: ::core::option::Option<&'static #private::Sender> =
                    ::core::option::Option::Some(<#name as #private::TypeSender>::SENDER);
            },
        );
        quote!(#any #one)
    }

    /// What the traits of `diagnostics` ask.
    fn answers(&self) -> TokenStream {
        let Expansion { private, hidden, .. } = self.expansion;
        let (name, bounds) = (self.senders.name, &self.senders.bounds);
        let any = self.of_any(quote!('_));
        let [any_tag, tag] = [self.of_any(quote!('static)), self.of(quote!('static), name)];
        let named = self.expansion.named(&any, &quote!(Types));
        let yes = |generics: TokenStream, question: TokenStream| {
            quote! {
                #hidden
                impl #generics #private::#question for #any { type Signal = Self; }
            }
        };
        let any_type = || quote!(<#name: ?::core::marker::Sized>);
        let plain = self.expansion.answers(&any);
        let has_senders = yes(any_type(), quote!(HasSenders<#name>));
        let by_users = yes(any_type(), quote!(SentByUsers<#name>));
        // The compiler points at the name of the struct when it mentions these.
        let listed = |generics: TokenStream, question: TokenStream| {
            let what = quote!(#private::#question for #any);
            implement_for(
                &self.expansion.parsed.item.ident,
                &generics,
                &what,
                &quote!(
                    type Signal = Self;
                ),
            )
        };
        let by_types = listed(quote!(<#name: #bounds + 'static>), quote!(SentByTypes<#name>));
        let from_any = if self.senders.lend_instance() {
            let object = &self.senders.any;
            let from = listed(TokenStream::new(), quote!(FromAnyType<#object>));
            let from_none = listed(TokenStream::new(), quote!(FromAnyType<#private::NoSender>));
            quote!(#from #from_none)
        } else {
            yes(any_type(), quote!(FromAnyType<#name>))
        };
        quote! {
            #hidden
            #named
            #plain
            #has_senders
            #by_users
            #by_types
            #from_any
            #hidden
            impl<#name: ?::core::marker::Sized, __Instance: ?::core::marker::Sized> #private::LendsInstance<#name, __Instance> for #any {
                type Instance = __Instance;
            }
            #hidden
            impl<#name: #bounds + 'static> #private::SentBy<#name> for #any { type Payload = #tag; }
            #hidden
            impl #private::SentBy<#private::AnySender> for #any { type Payload = #any_tag; }
        }
    }

    /// How the payload for any sender is made of that for one, and becomes it again.
    fn narrowing(&self) -> TokenStream {
        let Expansion { private, hidden, .. } = self.expansion;
        let (name, bounds) = (self.senders.name, &self.senders.bounds);
        let lifetime: Vec<&Lifetime> = self.lifetime.into_iter().collect();
        let signal = &self.expansion.parsed.item.ident;
        let narrowed = self.senders.fields.iter().map(|field| field.narrowed(self.senders, private));
        let widened = self.senders.fields.iter().map(SenderField::widened);
        let any = self.of_any(self.lifetime.to_token_stream());
        let one = self.of(self.lifetime.to_token_stream(), name);
        let [for_one, any_of_one, tag] =
            [self.of(quote!('__n), name), self.of(quote!('_), name), self.of(quote!('static), name)];
        quote! {
            #hidden
            impl<'__n, #(#lifetime,)* #name: #bounds + 'static> #private::NarrowTo<'__n, #name> for #any {
                type Narrowed = #for_one;

                fn narrow(&'__n mut self) -> #for_one {
                    #signal { #(#narrowed,)* }
                }
            }

            #[inline]
            fn widened<#(#lifetime,)* #name: #bounds + 'static>(payload: #one) -> #any {
                #signal { #(#widened,)* }
            }

            #hidden
            impl<#name: ?::core::marker::Sized + 'static> #private::Sent for #any_of_one where #tag: #private::Payload {
                type Payload = #tag;
            }
        }
    }
}

impl SenderField<'_> {
    /// The field of the payload for one sender, from that for any.
    fn narrowed(&self, any: &Senders<'_>, private: &TokenStream) -> TokenStream {
        let (name, cfgs) = (self.name, &self.cfgs);
        let [some, none] = [quote!(::core::option::Option::Some), quote!(::core::option::Option::None)];
        let value = match self.passing {
            Passing::Sender(Borrow::Shared) => {
                let sender = upcast(any, Borrow::Shared, &quote!(&*self.#name));
                quote!(#private::downcast_ref(#sender))
            }
            Passing::Sender(Borrow::Mutable) => {
                let sender = upcast(any, Borrow::Mutable, &quote!(&mut *self.#name));
                quote!(#private::downcast_mut(#sender))
            }
            Passing::OptionOfSender(Borrow::Shared) => {
                let sender = upcast(any, Borrow::Shared, &quote!(&**sender));
                quote!(match &self.#name { #some(sender) => #some(#private::downcast_ref(#sender)), #none => #none })
            }
            Passing::OptionOfSender(Borrow::Mutable) => {
                let sender = upcast(any, Borrow::Mutable, &quote!(&mut **sender));
                quote!(match &mut self.#name { #some(sender) => #some(#private::downcast_mut(#sender)), #none => #none })
            }
            Passing::Marker => quote!(::core::marker::PhantomData),
            Passing::Mistaken => quote!(::core::unreachable!()),
            Passing::Reborrowed => quote!(&mut *self.#name),
            Passing::OptionReborrowed => {
                quote!(match &mut self.#name { #some(value) => #some(&mut **value), #none => #none })
            }
            Passing::Copied => {
                let (ty, place) = (self.ty, SpanRange::of(self.ty));
                let opening = moved(quote!(#private::FieldType<), place.first().into());
                let closing = moved(quote!(>), place.last().into());
                let copied = ask(quote!(#opening #ty #closing), quote!(#private::CopiedField<#ty>), "copied");
                quote!(#copied(&self.#name))
            }
        };
        quote!(#(#cfgs)* #name: #value)
    }

    /// The field of the payload for any sender, from that for one.
    fn widened(&self) -> TokenStream {
        let (name, cfgs) = (self.name, &self.cfgs);
        let value = match self.passing {
            Passing::OptionOfSender(_) => quote! {
                match payload.#name {
                    ::core::option::Option::Some(sender) => ::core::option::Option::Some(sender),
                    ::core::option::Option::None => ::core::option::Option::None,
                }
            },
            Passing::Marker => quote!(::core::marker::PhantomData),
            _ => quote!(payload.#name),
        };
        quote!(#(#cfgs)* #name: #value)
    }
}

/// A reference to any sender as one to `dyn Any`. It has the span of the user's trait object: if its trait is not `Any`, the compiler says
/// so there.
fn upcast(senders: &Senders<'_>, borrow: Borrow, sender: &TokenStream) -> TokenStream {
    let place = SpanRange::of(&senders.any);
    let local = Ident::new("sender", place.last());
    let change = (borrow == Borrow::Mutable).then(|| quote_spanned!(place.first()=> mut));
    let reference = quote_spanned!(place.first()=> & #change *);
    quote! {
        {
            let #local = #sender;
            let any: & #change (dyn ::core::any::Any + 'static) = #reference #local;
            any
        }
    }
}
