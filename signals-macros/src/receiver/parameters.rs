//! How the parameters of a receiver are bound to the payload.

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Path, Type};

use super::context;
use super::forms::is_of_types;
use super::ir::{Binding, Function, Parameter, Scope};
use super::type_tokens::{is_trait_object, without_lifetimes};
use super::usual::Usual;
use crate::case;
use crate::grammar::text;
use crate::root::{SpanRange, ask, moved};

/// What a parameter is bound to.
pub(super) struct Bound<'a> {
    pub(super) signal: &'a Path,
    pub(super) sender: Option<&'a Type>,
    pub(super) private: &'a TokenStream,
}

/// The statements that bind all parameters.
pub(super) fn locals(function: &Function<'_>, bound: &Bound<'_>) -> TokenStream {
    let mut lends = None;
    let statements: TokenStream = function
        .parameters
        .iter()
        .filter(|parameter| !matches!(parameter, Parameter::Context(..)))
        .map(|parameter| {
            if let Some(whole) = context::whole(function, parameter) {
                return whole;
            }
            let binding = parameter.binding();
            if binding.scope == Scope::Function || is_dyn(binding.ty) || bound.is_usual(parameter) {
                return known(parameter);
            }
            let private = bound.private;
            if let Parameter::Field(_) | Parameter::Part(_) = parameter {
                lends = Some(quote!(use #private::fields::*;));
            }
            asked(parameter, bound)
        })
        .collect();
    quote!(#lends #statements)
}

/// `let instance = &payload.instance; let instance: &User = instance;`. The first statement reads the field, and is where the
/// compiler reports that there is none. The second consists of the user's tokens only, and is where it reports a different type.
fn known(parameter: &Parameter<'_>) -> TokenStream {
    let Binding { name, ty, scope, .. } = parameter.binding();
    let span = SpanRange::of(name).hygienic();
    let value = match (parameter, scope) {
        (Parameter::Event(_), Scope::Everywhere) => quote_spanned!(span=> payload),
        // A `&mut` only coerces to a `&` where a type is written.
        (Parameter::Event(_), Scope::Function) => {
            let borrow = borrow(ty, *scope);
            quote_spanned!(span=> #borrow payload)
        }
        (Parameter::Part(_), _) => {
            let borrow = borrow(ty, *scope);
            quote_spanned!(span=> #borrow parts.#name)
        }
        (Parameter::Field(_) | Parameter::Context(..), _) => {
            let borrow = borrow(ty, *scope);
            quote_spanned!(span=> #borrow payload.#name)
        }
    };
    let typed = match scope {
        Scope::Everywhere => {
            let ty = without_lifetimes(ty);
            Some(quote_spanned!(name.span()=> let #name: #ty = #name;))
        }
        Scope::Function => None,
    };
    quote! {
        let #name = #value;
        #typed
    }
}

/// `let tx = &mut *payload.tx; let tx: &mut Tx = tx;`, for a payload that is the closure's own: what its fields refer to outlives it.
pub(super) fn lent(function: &Function<'_>) -> TokenStream {
    let lend = |parameter: &Parameter<'_>| {
        let Binding { name, ty, .. } = parameter.binding();
        let span = SpanRange::of(name).hygienic();
        let borrow = borrow(ty, Scope::Function);
        let ty = without_lifetimes(ty);
        let typed = quote_spanned!(name.span()=> let #name: #ty = #name;);
        quote_spanned!(span=> let #name = #borrow payload.#name; #typed)
    };
    function.parameters.iter().map(lend).collect()
}

/// `let tx = <ParameterType<&Db> as TxIs<&Db, _, _>>::pass((&mut payload.tx).__field().lend());`: a question whether the field can be passed as the type of the
/// parameter. An assignment would say it the other way round: that a `&Db` is expected, and the field is wrong.
fn asked(parameter: &Parameter<'_>, bound: &Bound<'_>) -> TokenStream {
    let Binding { name, ty, .. } = parameter.binding();
    let private = bound.private;
    let span = SpanRange::of(name).hygienic();
    let is_reference = matches!(ty, Type::Reference(_));
    let field = match parameter {
        Parameter::Event(_) => match ty {
            Type::Reference(reference) if reference.mutability.is_some() => {
                quote_spanned!(span=> #private::Lent::payload_mut(payload))
            }
            Type::Reference(_) => quote_spanned!(span=> #private::Lent::payload(payload)),
            _ if ["pre_save", "post_load"].contains(&&*bound.signal_name()) => {
                quote_spanned!(span=> #private::Lent::payload_mut(payload))
            }
            _ => quote_spanned!(span=> #private::Lent::payload(payload)),
        },
        Parameter::Part(_) if is_reference => quote_spanned!(span=> (&mut parts.#name).__field().lend()),
        Parameter::Part(_) => quote_spanned!(span=> (&mut parts.#name).__field().value()),
        Parameter::Field(_) if bound.changes_copies(ty) => {
            quote_spanned!(span=> (&mut payload.#name).__field().lend_mut())
        }
        Parameter::Field(_) | Parameter::Context(..) if is_reference => {
            quote_spanned!(span=> (&mut payload.#name).__field().lend())
        }
        Parameter::Field(_) | Parameter::Context(..) => {
            quote_spanned!(span=> (&mut payload.#name).__field().value())
        }
    };
    let question = Ident::new(bound.question(name, ty), Span::call_site());
    let (wanted, place) = (without_lifetimes(ty), SpanRange::of(ty));
    let opening = moved(quote!(#private::ParameterType<), place.first().into());
    let closing = moved(quote!(>), place.last().into());
    let pass = ask(quote!(#opening #wanted #closing), quote!(#private::#question<#wanted, _, _>), "pass");
    quote!(let #name = #pass(#field);)
}

impl Bound<'_> {
    /// Whether the parameter has the usual type of a field of this name in the signals of the library. Most parameters have it, and the
    /// compiler is then asked less. If the field has another type nevertheless, the compiler says that it expected the parameter's.
    fn is_usual(&self, parameter: &Parameter<'_>) -> bool {
        let Binding { name, ty, .. } = parameter.binding();
        let (signal, ty) = (self.signal_name(), text(without_lifetimes(ty)).replace("'_,", "").replace("'_", ""));
        if let Parameter::Event(_) = parameter {
            let payload = ty.trim_start_matches("&mut").trim_start_matches('&');
            let Some(sender) = self.sender else { return ty.starts_with('&') && payload == signal };
            return ty.starts_with('&') && payload == format!("{}<{}>", case::camel_case(&signal), text(sender));
        }
        if let Parameter::Part(_) = parameter {
            let usual = [("tx", "&mutTx"), ("db", "&Db"), ("delivery", "&Delivery"), ("context", "&Context")];
            return usual.iter().any(|(part, usual)| name == part && ty == *usual);
        }
        if is_of_types(self.signal) || self.sender.is_none() && !signal.starts_with(char::is_lowercase) {
            return false;
        }
        let row = self.sender.map_or_else(|| "dynAnyModel".to_owned(), text);
        match &*name.unraw().to_string() {
            "created" | "adding" | "raw" | "reverse" => ty == "bool",
            "tx" => ty == "&mutTx",
            "db" => ty == "&Db",
            "context" => ty == "&Context",
            "previous" => ty == format!("Option<&{row}>"),
            "changes" => ty == format!("FieldSet<{row}>"),
            "update_fields" => ty == format!("Option<FieldSet<{row}>>"),
            // Its type was asked for with that of the payload, unless it can be of any model.
            "instance" => ty.starts_with('&') && !signal.starts_with("m2m_"),
            _ => false,
        }
    }

    /// Whether the payload is that of a signal of rows, and each parameter a field of it that is a reference or can be copied.
    pub(super) fn lends_all(&self, function: &Function<'_>) -> bool {
        let usual = Usual::of(self.signal);
        let Some(sender) = self.sender.filter(|_| usual != Usual::Unknown) else { return false };
        !matches!(function.output, Some(Type::Never(_)))
            && function.parameters.iter().all(|parameter| {
                let Binding { name, ty, scope, .. } = parameter.binding();
                let is_field = matches!(parameter, Parameter::Field(_)) && *scope == Scope::Everywhere;
                let is_lent = match ty {
                    Type::Reference(row) if *name == "instance" => usual.lends(&row.elem, sender),
                    _ => ["created", "tx", "db"].iter().any(|known| name == known) && self.is_usual(parameter),
                };
                is_field && is_lent
            })
    }

    /// Whether the parameter is a `&mut` of a payload to which fields are copied.
    fn changes_copies(&self, ty: &Type) -> bool {
        self.sender.is_some() && is_of_types(self.signal) && is_mutable(ty)
    }

    fn signal_name(&self) -> String {
        self.signal.segments.last().map(|segment| segment.ident.unraw().to_string()).unwrap_or_default()
    }

    /// The trait that asks for the type of a parameter: it has the name of the parameter in its message.
    fn question(&self, name: &Ident, ty: &Type) -> &'static str {
        match &*name.unraw().to_string() {
            "event" => "EventIs",
            _ if self.changes_copies(ty) => "MutOfSenderIs",
            "instance" if self.signal_name().starts_with("m2m_") => "SideIs",
            "instance" => "RowIs",
            "created" => "CreatedIs",
            "adding" => "AddingIs",
            "raw" => "RawIs",
            "previous" => "PreviousIs",
            "changes" => "ChangesIs",
            "update_fields" => "UpdateFieldsIs",
            "user" => "UserIs",
            "origin" => "OriginIs",
            "ids" if self.signal_name() == "m2m_changed" => "IdsIs",
            "action" if self.signal_name() == "m2m_changed" => "ActionIs",
            "tx" => "TxIs",
            "db" => "DbIs",
            "delivery" => "DeliveryIs",
            _ if is_mutable(ty) => "MutParameterIs",
            _ => "ParameterIs",
        }
    }
}

/// How a field is taken. It is borrowed if the parameter is a reference, so that a field may own its value or borrow it.
fn borrow(ty: &Type, scope: Scope) -> Option<TokenStream> {
    let Type::Reference(reference) = ty else { return None };
    // Without a type, and for a trait object (to which a `&&dyn Trait` could coerce), the field itself is the reference.
    let again = scope == Scope::Function || is_trait_object(&reference.elem);
    Some(match (&reference.mutability, again) {
        (None, false) => quote!(&),
        (None, true) => quote!(&*),
        (Some(_), false) => quote!(&mut),
        (Some(_), true) => quote!(&mut *),
    })
}

fn is_mutable(ty: &Type) -> bool {
    matches!(ty, Type::Reference(reference) if reference.mutability.is_some())
}

/// Whether it is a reference to a trait object.
fn is_dyn(ty: &Type) -> bool {
    matches!(ty, Type::Reference(reference) if is_trait_object(&reference.elem))
}
