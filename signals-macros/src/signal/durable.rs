//! `#[signal(durable)]`: a signal whose payload is stored, and how its fields are written and read.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, Field, Path};

use super::expand::{Expansion, Sending};
use super::owned::owned;
use super::parse::{Parsed, SentBy};
use crate::errors::Errors;
use crate::grammar::{Key, text};
use crate::receiver::durable::missing;
use crate::root::{Root, ask};

/// What the attribute says of durability.
#[derive(Default)]
pub(super) struct Durable {
    /// The word `durable`.
    word: Option<Ident>,
    /// The word `version`, and the number.
    version: Option<(Ident, u32)>,
    /// The word `upcast`, and the function.
    upcast: Option<(Ident, Path)>,
}

impl Durable {
    /// Parses the value of `version` or `upcast`, or the word `durable`.
    pub(super) fn value(&mut self, key: &Key<'_>) -> syn::Result<()> {
        let word = key.word.clone();
        match key.name() {
            "version" => {
                let version = key.number("version = 2")?;
                if version == 0 {
                    let message = "the first version of a signal is 1\n\nhelp: write `version = 1`, or leave it out";
                    return Err(syn::Error::new(word.span(), message));
                }
                self.version = Some((word, version));
            }
            "upcast" => self.upcast = Some((word, key.path("upcast = from_v1")?)),
            _ => {
                self.word = Some(word);
                key.flag()?;
            }
        }
        Ok(())
    }

    pub(super) fn is_durable(&self) -> bool {
        self.word.is_some()
    }

    fn version(&self) -> u32 {
        self.version.as_ref().map_or(1, |(_, version)| *version)
    }
}

/// How much of a durable signal is written.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Stored {
    /// It is not durable.
    Not,
    /// It is durable, and has a mistake: it is sent like one, so that its uses are no further errors.
    OnlySent,
    Wholly,
}

impl Stored {
    pub(super) fn of(parsed: &Parsed, root: Root) -> Self {
        let is_durable = parsed.arguments.durable.is_durable() && missing(root).is_none();
        if !is_durable || parsed.arguments.sender != SentBy::Anything {
            Self::Not
        } else if parsed.item.generics.params.is_empty() && parsed.is_whole {
            Self::Wholly
        } else {
            Self::OnlySent
        }
    }
}

pub(super) fn check(parsed: &Parsed, root: Root, errors: &mut Errors) {
    let durable = &parsed.arguments.durable;
    let Some(word) = &durable.word else {
        let settings = durable.version.iter().map(|(word, _)| word).chain(durable.upcast.iter().map(|(word, _)| word));
        for setting in settings {
            let message = format!(
                "`{setting}` is for durable signals, and this one is not stored\n\n\
                 help: write `durable` as well, or leave `{setting}` out"
            );
            errors.on(setting, message);
        }
        return;
    };
    if let Some(message) = missing(root) {
        errors.on(word, message);
        return;
    }
    if parsed.arguments.sender != SentBy::Anything {
        errors.on(
            word,
            "a signal with senders cannot be durable: a sender is a type of this program, and the payload borrows from it\n\n\
             help: leave `sender` out, and store what receivers need in fields, such as the id of a row",
        );
        return;
    }
    if let Some(output) = &parsed.arguments.output {
        errors.on(
            output,
            "a durable signal has no output: its receivers are called after it was sent\n\nhelp: leave `output` out",
        );
    }
    if let Some((word, _)) = durable.upcast.as_ref().filter(|_| durable.version() == 1) {
        errors.on(
            word,
            "`upcast` reads what an older version has stored, and version 1 is the first\n\n\
             help: write `version = 2` as well, or leave `upcast` out",
        );
    }
    check_fields(parsed, errors);
}

fn check_fields(parsed: &Parsed, errors: &mut Errors) {
    if let Some(lifetime) = parsed.item.generics.lifetimes().next() {
        let owning = parsed.item.fields.iter().filter_map(|field| {
            let ty = text(owned(&field.ty)?).replace(',', ", ");
            Some(format!("`{}: {ty}`", field.ident.as_ref()?))
        });
        let fields = owning.collect::<Vec<_>>().join(", ");
        let with = if fields.is_empty() { String::new() } else { format!(", with {fields}") };
        errors.on(
            &lifetime.lifetime,
            format!(
                "a durable signal owns its fields: they are stored, and read again for each receiver\n\n\
                 help: write `struct {}`{with}",
                parsed.item.ident
            ),
        );
    }
    for name in parsed.item.fields.iter().filter_map(|field| field.ident.as_ref()) {
        if ["tx", "db", "delivery", "context"].iter().any(|part| name == part) {
            errors.on(
                name,
                format!("`{name}` is what a durable receiver takes next to the payload\n\nhelp: give this field another name"),
            );
        }
    }
}

impl Expansion<'_> {
    /// What stores the payload and reads it, and the state of the durable receivers.
    pub(super) fn durable_signal(&self) -> TokenStream {
        let Self { private, name, parsed, .. } = self;
        let (struct_name, version) = (&parsed.item.ident, parsed.arguments.durable.version());
        let fields = parsed.item.fields.iter();
        let (write, read): (Vec<_>, Vec<_>) = fields.map(|field| written_and_read(field, private)).unzip();
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
        quote! {
            static DURABLE: #private::SignalState<#private::DurableOf<#struct_name>> = #private::SignalState::without_senders();

            impl #private::DurableSignal for #struct_name {
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
            }

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
                #[allow(dead_code, unreachable_pub, reason = "it has the location of the struct")]
                #send
            }
        }
    }
}

/// How a field is written, and how it is read. Its type is asked whether it can be stored, with the spans of the user.
fn written_and_read(field: &Field, private: &TokenStream) -> (TokenStream, TokenStream) {
    let cfgs: Vec<&Attribute> = field.attrs.iter().filter(|attribute| attribute.path().is_ident("cfg")).collect();
    let (ty, Some(name)) = (&field.ty, &field.ident) else { return (TokenStream::new(), TokenStream::new()) };
    let key = name.unraw().to_string();
    let fields = Ident::new("fields", Span::mixed_site());
    let [write, read] =
        ["write", "read"].map(|answer| ask(ty.to_token_stream(), quote!(#private::DurableField), answer));
    (quote!(#(#cfgs)* #write(&self.#name, #key, #fields)?;), quote!(#(#cfgs)* #name: #read(#fields, #key)?,))
}
