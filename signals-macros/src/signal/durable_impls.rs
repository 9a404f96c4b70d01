//! The output for a durable signal: how its fields are written and read, and the method that sends it.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, Field};

use super::durable::Stored;
use super::expand::{Expansion, Sending};
use crate::root::{ask, implement};

impl Expansion<'_> {
    /// What stores the payload and reads it, and the state of the durable receivers.
    pub(super) fn durable_signal(&self) -> TokenStream {
        let Self { private, name, parsed, .. } = self;
        let (struct_name, version) = (&parsed.item.ident, parsed.arguments.durable.version());
        let fields = parsed.item.fields.iter().enumerate();
        let fields: Vec<_> = fields.filter_map(|(index, field)| StoredField::of(index, field, private)).collect();
        let asked = fields.iter().map(|field| &field.asked);
        let write: Vec<_> = fields.iter().map(|field| &field.write).collect();
        let read = fields.iter().map(|field| &field.read);
        let upcast = parsed.arguments.durable.upcast.as_ref().map(|(word, function)| {
            // A place for a function, so that the compiler compares the user's with it.
            let call = quote_spanned!(Span::mixed_site()=> function(version, fields));
            let function_name = Ident::new("function", Span::mixed_site());
            let [version, fields] = ["version", "fields"].map(|name| Ident::new(name, Span::mixed_site()));
            let wanted = quote_spanned!(word.span()=> fn(::core::primitive::u32, &mut #private::Fields));
            quote! {
                fn upcast(#version: ::core::primitive::u32, #fields: &mut #private::Fields) {
                    let #function_name: #wanted = #function;
                    #call
                }
            }
        });
        let fields = Ident::new(if write.is_empty() { "_fields" } else { "fields" }, Span::mixed_site());
        let implementation = implement(
            struct_name,
            &quote!(#private::DurableSignal for #struct_name),
            &quote! {
                    const NAME: &'static ::core::primitive::str = #name;
                    const VERSION: ::core::primitive::u32 = #version;
                    #upcast
                    fn write(&self, #fields: &mut #private::Fields) -> ::core::result::Result<(), #private::DurableFieldError> {
                        #(#write)*
                        ::core::result::Result::Ok(())
                    }
                    fn read(#fields: &mut #private::Fields) -> ::core::result::Result<Self, #private::DurableFieldError> {
                        ::core::result::Result::Ok(Self { #(#read)* })
                    }
                    fn state() -> &'static #private::SignalState<Self> { &STATE }
                    fn durable_state() -> &'static #private::SignalState<#private::DurableOf<Self>> { &DURABLE }
            },
        );
        quote! {
            static DURABLE: #private::SignalState<#private::DurableOf<#struct_name>> = #private::SignalState::without_senders();
            #(#asked)*

            #implementation

            #private::register!(DURABLE_ENTRY, #private::Entry::Declared {
                module: ::core::module_path!(),
                value: &#private::DurableChannel::of::<#struct_name>(),
            });
        }
    }

    /// The method that sends a durable signal.
    pub(super) fn durable_methods(&self, Sending { constant, subject, .. }: &Sending, stored: Stored) -> TokenStream {
        let (private, vis, library) = (&self.private, &self.parsed.item.vis, &self.library);
        // It has the span of the name, where the compiler points if a call has no `tx`. A warning that nothing sends it would be there too.
        let place = self.parsed.item.ident.span();
        let send = match stored {
            Stored::Wholly => quote_spanned!(place=> #private::send_durable(self, tx).await),
            Stored::Not | Stored::OnlySent => quote_spanned! {place=> {
                let _ = (self, tx);
                ::core::unreachable!()
            }},
        };
        let send = quote_spanned! {place=>
            #vis async fn send(self, tx: &mut #library::Tx) -> ::core::result::Result<(), #library::Error> { #send }
        };
        quote! {
            impl #subject {
                #constant

                /// Sends it in this transaction: calls every receiver that is not durable at once, in order, and stores it for the durable
                /// ones, which are called after the commit.
                ///
                /// # Errors
                ///
                /// If a receiver fails, if a field cannot be stored, or if the database refuses. Then the transaction cannot commit.
                #[allow(dead_code, unreachable_pub, unused_qualifications, reason = "it has the location of the struct")]
                #send
            }
        }
    }
}

/// How a field is stored. Its type is asked once whether it can be: the answer of two questions would be two errors.
struct StoredField {
    /// A constant with the answer.
    asked: TokenStream,
    write: TokenStream,
    read: TokenStream,
}

impl StoredField {
    fn of(index: usize, field: &Field, private: &TokenStream) -> Option<Self> {
        let cfgs: Vec<&Attribute> = field.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect();
        let (ty, name) = (&field.ty, field.ident.as_ref()?);
        let key = name.unraw().to_string();
        let fields = Ident::new("fields", Span::mixed_site());
        let constant = format_ident!("__FIELD_{index}");
        let answer = ask(ty.to_token_stream(), quote!(#private::DurableField), "STORED");
        Some(Self {
            asked: quote!(#(#cfgs)* const #constant: #private::StoredField<#ty> = #answer;),
            write: quote!(#(#cfgs)* #constant.write(&self.#name, #key, #fields)?;),
            read: quote!(#(#cfgs)* #name: #constant.read(#fields, #key)?,),
        })
    }
}
