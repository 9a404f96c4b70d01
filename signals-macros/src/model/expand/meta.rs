//! The constant that describes a model: its columns, composites and accessors.

use proc_macro2::TokenStream;
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;

use super::questions::pointer;
use crate::model::accessors::{follow, reverse, reverse_of_many};
use crate::model::ir::{Column, Model, OnDelete, Origin};
use crate::model::parse::{Kind, Parsed, Source, TogetherKind};
use crate::model::paths::Paths;
use crate::model::types::{needs_null, option};
use crate::root::{SpanRange, ask, at, moved};

/// `META`, the description of the model.
pub(super) fn meta(parsed: &Parsed, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { root, private, .. } = paths;
    let (name, table, key) = (model.name, &model.table, model.key);
    let text = name.unraw().to_string();
    let fields = model.columns.iter().enumerate().map(|(index, column)| field(column, index == key, model, paths));
    let composites = composites(model, paths);
    let version = model.columns.iter().position(|column| column.version).map(|index| quote!(.version(#index)));
    let (automatic, accessors) = match model.origin {
        Origin::Written => (None, accessors(model, paths)),
        Origin::ThroughModelOf { field, target } => {
            let (field, load) = (field.unraw().to_string(), ask(target, quote!(#root::Model), "__load_related"));
            let of_this = quote_spanned!(SpanRange::of(target).last()=> ::<#name>);
            (Some(quote!(.automatic(#field, #load #of_this))), None)
        }
    };
    // The constant is that of the trait, unless the model implements `Validate`.
    let validation = match model.origin {
        Origin::Written => {
            Some(quote!(.validation({ use #private::NotValidated as _; #private::Validated::<#name>::VALIDATION })))
        }
        Origin::ThroughModelOf { .. } => None,
    };
    let is_quiet = parsed.arguments.delete_signals.as_ref().is_some_and(|on| !on.value);
    let quiet = is_quiet.then(|| quote!(.without_delete_signals()));
    quote! {
        const FIELDS: &[#private::Field] = &[#(#fields),*];
        static META: #private::Meta = #private::Meta::new::<#name>(
            (#text, ::core::module_path!(), #table),
            (::core::file!(), ::core::line!(), ::core::column!()),
            FIELDS,
            #key,
        ) #composites #version #automatic #quiet #validation #accessors;
    }
}

fn composites(model: &Model<'_>, paths: &Paths) -> Option<TokenStream> {
    let Paths { private, .. } = paths;
    let composites = model.composites.iter().map(|composite| {
        let kind = match composite.kind {
            TogetherKind::Unique => quote!(Unique),
            TogetherKind::Index => quote!(Index),
        };
        let columns = &composite.columns;
        quote!(#private::Composite::new(#private::CompositeKind::#kind, &[#(#columns),*]))
    });
    (!model.composites.is_empty()).then(|| quote!(.composites(&[#(#composites),*])))
}

fn field(column: &Column<'_>, is_key: bool, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { root, private, .. } = paths;
    let (ty, field, origin, model) = (column.ty, column.name, model.origin, model.name);
    let name = field.unraw().to_string();
    let stored_as = &column.stored_as;
    let place = SpanRange::of(ty);
    let key =
        is_key.then(|| quote!(.key(<<#model as #private::ModelInternals>::PrimaryKey as #private::Key>::ASSIGNED)));
    let unique = column.unique.then(|| quote!(.unique()));
    let index = column.index.then(|| quote!(.index()));
    let relation = column.relation.as_ref().map(|pointer| {
        let kind = match pointer.kind {
            Kind::OneToOne => quote!(OneToOne),
            Kind::ForeignKey => quote!(ForeignKey),
        };
        let on_delete = match pointer.on_delete {
            OnDelete::Cascade => quote!(Cascade),
            OnDelete::DbCascade => quote!(DbCascade),
            OnDelete::Protect => quote!(Protect),
            OnDelete::Restrict => quote!(Restrict),
            OnDelete::SetNull => quote!(SetNull),
            OnDelete::SetDefault => quote!(SetDefault),
            OnDelete::DoNothing => quote!(DoNothing),
        };
        let target = self::pointer(column, model, "Target", paths);
        let key = ask(at(place, &target, private), quote!(#root::Model), "Key");
        let question = match origin {
            Origin::Written => quote!(#private::KeyFor<#ty, #target>),
            Origin::ThroughModelOf { .. } => quote!(#private::RelatedById<#target>),
        };
        let meta = ask(at(place, key, private), question, "META");
        quote!(.relation(#private::RelationKind::#kind, #private::OnDelete::#on_delete, #meta))
    });
    let update = column.update.map(|_| quote!(.update()));
    let read_only = column.read_only.map(|source| {
        let source = match source {
            Source::Generated(sql) => quote!(Generated(#sql)),
            Source::Default(sql) => quote!(Filled(#sql)),
            Source::Table => quote!(Table),
        };
        quote!(.read_only(#private::ReadOnly::#source))
    });
    let new = moved(quote!(#private::Field::new), place);
    let arguments = place.parenthesised(quote!(#name, #stored_as, COLUMNS.#field));
    quote!(#new #arguments #key #unique #index #update #relation #read_only)
}

/// Makes the compiler check that the type of a field with `set_null` is an alias of an `Option`, if it is not written as one.
pub(super) fn null(column: &Column<'_>) -> Option<TokenStream> {
    let on_delete = column.relation.as_ref()?.on_delete;
    if on_delete != OnDelete::SetNull || option(column.ty).is_some() {
        return None;
    }
    let (name, message) = (column.name, needs_null(column.ty));
    Some(
        quote_spanned!(SpanRange::of(column.ty).first()=> const _: () = ::core::assert!(COLUMNS.#name.nullable, #message);),
    )
}

/// The description of the model's methods, for `check()`.
fn accessors(model: &Model<'_>, Paths { root, private, .. }: &Paths) -> Option<TokenStream> {
    let accessor = quote!(#private::Accessor::new);
    let columns = model.columns.iter().enumerate().filter_map(|(index, column)| {
        let (field, own) = (column.name.unraw().to_string(), follow(column).unraw().to_string());
        let reverse = reverse(column, model.name)?.unraw().to_string();
        Some(quote!(
            #accessor(#own, #field, #private::AccessorOwner::Itself), #accessor(#reverse, #field, #private::AccessorOwner::TargetOf(#index))
        ))
    });
    let many = model.many_to_many.iter().map(|many| {
        let field = many.name.unraw().to_string();
        let meta = ask(many.target, quote!(#root::Model), "META");
        let reverse = reverse_of_many(many, model.name).map(|reverse| {
            let reverse = reverse.unraw().to_string();
            quote!(, #accessor(#reverse, #field, #private::AccessorOwner::Model(|| #meta)))
        });
        quote!(#accessor(#field, #field, #private::AccessorOwner::Itself) #reverse)
    });
    let accessors: Vec<_> = columns.chain(many).collect();
    (!accessors.is_empty()).then(|| quote!(.accessors(&[#(#accessors),*])))
}
