//! What a model becomes: the struct without our attributes, and its implementation of `Model`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{Attribute, Expr, Ident, Path, Type};

use super::accessors;
use super::check::{Author, Column, Model, OnDelete, Skipped, needs_null, option};
use super::many::{self, ManyField};
use super::parse::{Kind, Parsed, Source, TogetherKind};
use super::relation;
use crate::root::{Place, Root, ask, at, implement};

/// The paths that the output is written with.
pub(super) struct Paths {
    pub(super) root: TokenStream,
    pub(super) private: TokenStream,
}

impl Paths {
    pub(super) fn new(root: Root, over: Option<&Path>) -> Self {
        let root = root.path(over);
        let private = quote!(#root::__private);
        Self { root, private }
    }
}

pub(super) fn expand(parsed: &Parsed, model: &Model<'_>, root: Root) -> TokenStream {
    let item = &parsed.item;
    let paths = Paths::new(root, parsed.arguments.root.as_ref());
    let implementation = implementation(parsed, model, &paths);
    let lookups = lookups(parsed, model, &paths);
    let reverse = relation::reverse(parsed, model, &paths);
    let many = many::expand(parsed, model, &paths);
    quote! {
        #item
        #implementation
        #lookups
        #reverse
        #many
    }
}

pub(super) fn implementation(parsed: &Parsed, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { root, private } = paths;
    let (name, table, key) = (model.name, &model.table, model.key);
    let text = name.unraw().to_string();
    let fields = model.columns.iter().enumerate().map(|(index, column)| field(column, index == key, model, paths));
    let nulls = model.columns.iter().filter_map(|column| null(column, paths));
    let composites = composites(model, paths);
    let version = model.columns.iter().position(|column| column.version).map(|index| quote!(.version(#index)));
    let accessors = match model.author {
        Author::Person => accessors::declared(model, paths),
        Author::Relation(..) => None,
    };
    let (automatic, sends_lifecycle) = match model.author {
        Author::Person => {
            let sends = implement(name, &quote!(#private::SendsLifecycle for #name), &TokenStream::new());
            (None, Some(sends))
        }
        Author::Relation(field, target) => {
            let (field, load) = (field.unraw().to_string(), ask(target, quote!(#root::Model), "load_related"));
            (Some(quote!(.automatic(#field, #load::<#name>))), None)
        }
    };
    let sender = implement(name, &quote!(#private::SendsSignals for #name), &as_sender(model, paths));
    let implementation = implement(name, &quote!(#root::Model for #name), &items(model, paths));
    let from_row = implement(name, &quote!(#root::db::FromRow for #name), &from_row(paths));
    let defaults = defaults(model, paths);
    let constructor = parsed.constructor.as_ref().map(|derived| constructor(derived, model, paths));
    let is_deprecated = |attribute: &Attribute| attribute.path().is_ident("deprecated");
    let allow = parsed
        .item
        .fields
        .iter()
        .flat_map(|field| &field.attrs)
        .any(is_deprecated)
        .then(|| quote!(#[allow(deprecated, reason = "the column is there still")]));
    let is_off = parsed.arguments.delete_signals.as_ref().is_some_and(|on| !on.value);
    let lifecycle = if is_off { quote!(without_delete_signals) } else { quote!(new) };
    quote! {
        #allow
        const _: () = {
            static META: #private::Meta = #private::Meta::new::<#name>(
                (#text, ::core::module_path!(), #table),
                (::core::file!(), ::core::line!(), ::core::column!()),
                &[#(#fields),*],
                #key,
            ) #composites #version #automatic #accessors;
            static LIFECYCLE: #private::Lifecycle<#name> = #private::Lifecycle::#lifecycle();
            #sender
            #sends_lifecycle
            #implementation
            #from_row
            #defaults
            #constructor
            #(#nulls)*
            #private::register!(#private::Entry::Declared { module: ::core::module_path!(), value: &META });
        };
    }
}

/// What stands in the implementation of `SendsSignals`.
fn as_sender(model: &Model<'_>, Paths { private, .. }: &Paths) -> TokenStream {
    let key = (model.columns[model.key].name, quote!(Key));
    let skipped = model.skipped.iter().map(|skipped| (skipped.name, quote!(Skipped)));
    let many = model.many.iter().map(|many| (many.name, quote!(ManyToMany)));
    let never = [key].into_iter().chain(skipped).chain(many).map(|(name, why)| {
        let name = name.unraw().to_string();
        quote!((#name, #private::NeverChanges::#why))
    });
    quote! {
        type Me = Self;
        const NEVER_CHANGES: &'static [(&'static ::core::primitive::str, #private::NeverChanges)] = &[#(#never),*];
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

/// What stands in the implementation of `FromRow`.
fn from_row(Paths { root, private }: &Paths) -> TokenStream {
    quote! {
        fn from_row(row: &#root::db::Row<'_>) -> #root::Result<Self> { #private::row_by_name(row) }
        fn rows(query: #private::Query<'_>) -> #private::BoxFuture<'_, #root::Result<#private::Vec<Self>>> {
            #private::rows_by_name(query)
        }
    }
}

/// What stands in the implementation of `Model`.
fn items(model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { root, private } = paths;
    let names: Vec<_> = model.columns.iter().map(|column| column.name).collect();
    let column =
        |answer: &str| -> Vec<_> { model.columns.iter().map(|column| as_column(column, answer, paths)).collect() };
    let (to_value, read, duplicate) = (column("to_value"), column("read"), column("duplicate"));
    let indexes: Vec<usize> = (0..names.len()).collect();
    // They hold nothing, but a field that is never read is something to be warned of.
    let related: Vec<_> = model.many.iter().map(|many| many.name).collect();
    let no_columns = others(model, paths);

    let automatic = |(index, column): &(usize, &Column<'_>)| {
        *index == model.key || column.update.is_some() || column.version || column.read_only.is_some()
    };
    let automatic: Vec<_> = model.columns.iter().enumerate().filter(automatic).map(|(_, column)| column).collect();
    let automatic_names: Vec<_> = automatic.iter().map(|column| column.name).collect();
    let automatic_types = automatic.iter().map(|column| column.ty);
    let automatic_duplicates = automatic.iter().map(|column| as_column(column, "duplicate", paths));
    let fills = model.columns.iter().enumerate().map(|(index, column)| fill(index, column, model, paths));
    // Of an id and of a number, everything is stored.
    let plain: Vec<_> = model.columns.iter().filter(|column| column.relation.is_none() && !column.version).collect();
    let plain_names = plain.iter().map(|column| column.name);
    let settle = plain.iter().map(|column| as_column(column, "settle", paths));
    let (count, is_written) = (names.len(), Ident::new("is_written", Span::mixed_site()));
    let is_copied = Ident::new("is_copied", Span::mixed_site());
    let (key, version, default_of) = (key(model, paths), version(model, paths), default_of(model, paths));
    let automatic_model = match model.author {
        Author::Person => None,
        Author::Relation(..) => Some(quote!(
            const AUTOMATIC: ::core::primitive::bool = true;
        )),
    };
    quote! {
        #key
        #version
        #default_of
        type Automatic = (#(#automatic_types,)*);
        const META: &'static #private::Meta = &META;
        const COLUMNS: ::core::primitive::usize = #count;
        const LIFECYCLE: &'static #private::Lifecycle<Self> = &LIFECYCLE;
        #automatic_model

        fn value(&self, index: ::core::primitive::usize) -> #root::__private::ValueRef<'_> {
            match index {
                #(#indexes => #to_value(&self.#names),)*
                _ => #root::__private::ValueRef::Null,
            }
        }
        fn from_row(row: &#root::db::Row<'_>) -> #root::Result<Self> {
            ::core::result::Result::Ok(Self { #(#names: #read(row, #indexes)?,)* #(#no_columns)* })
        }
        fn assign(&mut self, row: Self) { #(self.#names = row.#names;)* #(self.#related = row.#related;)* }
        fn copy_fields(
            &mut self,
            from: &Self,
            #is_copied: &dyn ::core::ops::Fn(::core::primitive::usize) -> ::core::primitive::bool,
        ) {
            #(if #is_copied(#indexes) { self.#names = #duplicate(&from.#names); })*
        }
        fn snapshot(&self) -> Self {
            Self { #(#names: #duplicate(&self.#names),)* #(#no_columns)* }
        }
        fn automatic(&self) -> Self::Automatic { (#(#automatic_duplicates(&self.#automatic_names),)*) }
        fn restore(&mut self, automatic: Self::Automatic) { (#(self.#automatic_names,)*) = automatic; }
        fn fill(&mut self, #is_written: &dyn ::core::ops::Fn(::core::primitive::usize) -> ::core::primitive::bool) {
            #(#fills)*
        }
        fn settle(&mut self) { #(#settle(&mut self.#plain_names);)* }
    }
}

/// The default of each field that has one, as a function: the user's expression stands in the output once.
fn defaults(model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { private, .. } = paths;
    let of_columns = model.columns.iter().map(|column| (column.ty, column.default));
    let of_skipped = model.skipped.iter().map(|skipped| (skipped.ty, skipped.default));
    let one = |(index, (ty, default)): (usize, (&Type, Option<&Expr>))| {
        let (name, expr) = (model.name, default?);
        let value = Ident::new("value", Span::mixed_site());
        Some(quote! {
            impl #private::DefaultOf<#private::Nth<#index>, #ty> for #name {
                fn value() -> #ty {
                    let #value: #ty = #expr;
                    #value
                }
            }
        })
    };
    of_columns.chain(of_skipped).enumerate().filter_map(one).collect()
}

/// What gives the default of a field: of the columns in their order, and then of the fields that are none.
fn default(index: usize, ty: &Type, paths: &Paths) -> TokenStream {
    let Paths { private, .. } = paths;
    quote!(<Self as #private::DefaultOf<#private::Nth<#index>, #ty>>::value())
}

/// `Default`, in the place of the derive.
fn constructor(derived: &Path, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let columns = model.columns.iter().enumerate().map(|(index, Column { name, ty, default, .. })| {
        let value = match default {
            Some(_) if index != model.key => self::default(index, ty, paths),
            _ => of_type(ty),
        };
        quote!(#name: #value,)
    });
    let (name, others) = (model.name, others(model, paths));
    // At the place of the derive: it is where the compiler looks if there is another one.
    let implementation = quote_spanned! {Place::of(derived).first()=>
        impl ::core::default::Default for #name {
            fn default() -> Self {
                Self { #(#columns)* #(#others)* }
            }
        }
    };
    quote! {
        #[automatically_derived]
        #implementation
    }
}

/// The fields that are no columns, as they are in a new value and in a row that was read.
fn others(model: &Model<'_>, paths: &Paths) -> Vec<TokenStream> {
    let Paths { private, .. } = paths;
    let skipped = |(index, Skipped { name, ty, default }): (usize, &Skipped<'_>)| {
        let value = match default {
            Some(_) => self::default(model.columns.len() + index, ty, paths),
            None => of_type(ty),
        };
        quote!(#name: #value,)
    };
    let many = model.many.iter().map(|ManyField { name, ty, target, .. }| {
        let new = ask(ty, quote!(#private::RelatesTo<#target>), "NEW");
        quote!(#name: #new,)
    });
    model.skipped.iter().enumerate().map(skipped).chain(many).collect()
}

/// The `Default` of a type.
fn of_type(ty: &Type) -> TokenStream {
    let default = ask(ty, quote!(::core::default::Default), "default");
    quote!(#default())
}

/// The defaults of the columns as values, by their places, if there are any.
fn default_of(model: &Model<'_>, paths: &Paths) -> Option<TokenStream> {
    let Paths { root, .. } = paths;
    let arms: Vec<_> = model
        .columns
        .iter()
        .enumerate()
        .filter(|(_, column)| column.default.is_some())
        .map(|(index, column)| {
            let (default, to_value) = (default(index, column.ty, paths), as_column(column, "to_value", paths));
            quote!(#index => ::core::convert::Into::into(#to_value(&#default)),)
        })
        .collect();
    (!arms.is_empty()).then(|| {
        quote! {
            fn default_of(index: ::core::primitive::usize) -> ::core::option::Option<#root::__private::Value> {
                ::core::option::Option::Some(match index { #(#arms)* _ => return ::core::option::Option::None })
            }
        }
    })
}

/// The type of the key and what is done with it. The place of the type is where the compiler is to look when it compares
/// them with those of the trait.
fn key(model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { private, .. } = paths;
    let Column { name, ty, default, .. } = &model.columns[model.key];
    let has_key = default.map(|_| {
        let unset = ask(ty, quote!(#private::DefaultKey), "is_unset");
        quote!(fn has_key(&self) -> ::core::primitive::bool { !#unset(&self.#name) })
    });
    let model = model.name;
    let place = Place::of(ty);
    let ty = ask(ty, quote!(#private::KeyOf<#model>), "Me");
    let argument = place.parenthesised(quote_spanned!(place.first()=> &mut self, key: #ty));
    let functions = quote_spanned! {place.first()=>
        fn key(&self) -> &#ty { &self.#name }
        fn set_key #argument { self.#name = key; }
    };
    quote! {
        type Key = #ty;
        #functions
        #has_key
    }
}

/// The field with `#[version]`, if there is one.
fn version(model: &Model<'_>, paths: &Paths) -> Option<TokenStream> {
    let Paths { private, .. } = paths;
    let column @ Column { name, .. } = model.columns.iter().find(|column| column.version)?;
    let counter = as_column(column, "counter", paths);
    Some(quote! {
        fn version(&mut self) -> ::core::option::Option<&mut dyn #private::Counter> {
            ::core::option::Option::Some(#counter(&mut self.#name))
        }
    })
}

/// `<String as Column>::answer`: the compiler underlines the type if it is no column, if a relation does not say where it
/// points to, or if a version is no integer.
fn as_column(column: &Column<'_>, answer: &str, paths: &Paths) -> TokenStream {
    let Paths { root, private } = paths;
    let question = match column {
        Column { relation: Some(_), .. } => quote!(#private::PointsTo),
        Column { version: true, .. } => quote!(#private::VersionNumber),
        _ => quote!(#root::Column),
    };
    ask(column.ty, question, answer)
}

fn field(column: &Column<'_>, is_key: bool, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { root, private } = paths;
    let (ty, name, author, model) = (column.ty, column.name.unraw().to_string(), model.author, model.name);
    let stored_as = &column.stored_as;
    let (stored, nullable) = (as_column(column, "TYPE", paths), as_column(column, "NULLABLE", paths));
    let key = is_key.then(|| {
        let key = ask(ty, quote!(#private::KeyOf<#model>), "Me");
        let assigned = ask(at(Place::of(ty), key, private), quote!(#private::Key), "ASSIGNED");
        quote!(.key(#assigned))
    });
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
        let place = Place::of(ty);
        let target = relation::target(ty, private);
        let key = ask(at(place, &target, private), quote!(#root::Model), "Key");
        let question = match author {
            Author::Person => quote!(#private::KeyBehind<#ty, #target>),
            Author::Relation(..) => quote!(#private::RelatedById<#target>),
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
    quote!(#private::Field::new(#name, #stored_as, #stored, #nullable) #key #unique #index #update #relation #read_only)
}

/// Has the compiler check that a field with `set_null`, whose type is not written as an `Option`, is an alias of one.
fn null(column: &Column<'_>, paths: &Paths) -> Option<TokenStream> {
    let on_delete = column.relation.as_ref()?.on_delete;
    if on_delete != OnDelete::SetNull || option(column.ty).is_some() {
        return None;
    }
    let (nullable, message) = (as_column(column, "NULLABLE", paths), needs_null(column.ty));
    Some(quote_spanned!(Place::of(column.ty).first()=> const _: () = ::core::assert!(#nullable, #message);))
}

/// What a save sets in a field: the key of a row that has none, and `#[update]`.
fn fill(index: usize, column: &Column<'_>, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { private, .. } = paths;
    let (name, ty) = (column.name, column.ty);
    let key = column.default.filter(|_| index == model.key).map(|_| {
        let unset = ask(ty, quote!(#private::DefaultKey), "is_unset");
        let default = default(index, ty, paths);
        quote!(if #unset(&self.#name) { self.#name = #default; })
    });
    // The compiler compares the user's expression with the type of the field.
    let update = column.update.map(|expr| {
        let value = Ident::new("value", Span::mixed_site());
        quote!(let #value: #ty = #expr; self.#name = #value;)
    });
    if key.is_none() && update.is_none() {
        return TokenStream::new();
    }
    let is_written = Ident::new("is_written", Span::mixed_site());
    quote!(if #is_written(#index) { #key #update })
}

/// `User::fields()`, `User::by_username(..)` for each unique field, and `profile.user(..)` for each relation.
pub(super) fn lookups(parsed: &Parsed, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let (name, vis) = (model.name, &parsed.item.vis);
    let is_found_by = |(index, column): &(usize, &Column<'_>)| *index != model.key && accessors::is_found_by(column);
    let by = model.columns.iter().enumerate().filter(is_found_by);
    let by = by.map(|(index, column)| lookup(index, column, vis, paths));
    let follow =
        model.columns.iter().filter(|column| column.relation.is_some()).map(|column| follow(column, model, vis, paths));
    // Only a model with a mistake is generic, and its mistake is the one to report.
    if !parsed.item.generics.params.is_empty() {
        return TokenStream::new();
    }
    let Paths { private, .. } = paths;
    let set = format_ident!("{}Fields", name.unraw(), span = Span::call_site().located_at(name.span()));
    let settable: Vec<_> = model.columns.iter().enumerate().filter(|(index, _)| *index != model.key).collect();
    let fields: Vec<_> = settable.iter().map(|(_, column)| column.name).collect();
    let indexes = settable.iter().map(|(index, _)| index);
    let doc = format!("The fields of [`{name}`] but for its key.");
    quote! {
        const _: () = {
            #[doc = #doc]
            #[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug)]
            #vis struct #set {
                #(#[doc = "This field."] #vis #fields: #private::FieldSet<#name>,)*
            }

            impl #name {
                /// The fields of this model, each as a set of one: for `save_fields`.
                #vis const fn fields() -> #set {
                    #set { #(#fields: #private::FieldSet::of(#indexes),)* }
                }
                #(#by)*
                #(#follow)*
            }
        };
    }
}

fn lookup(index: usize, column: &Column<'_>, vis: &syn::Visibility, paths: &Paths) -> TokenStream {
    let Paths { root, private } = paths;
    let field = column.name.unraw();
    let method = format_ident!("by_{field}", span = Span::call_site().located_at(column.name.span()));
    let doc = format!("The row whose `{field}` is this, if there is one.");
    let ty = option(column.ty).unwrap_or(column.ty);
    // What a person passes for a `String` is a `&str`, and for an `Option` what is in it.
    let (parameter, to_value) = match (ty.to_token_stream().to_string().as_str(), option(column.ty)) {
        ("String", _) => (
            quote!(&'a ::core::primitive::str),
            quote!(<&::core::primitive::str as #root::db::Parameter>::to_parameter),
        ),
        (_, Some(inner)) => (quote!(#inner), ask(inner, quote!(#root::Column), "to_value")),
        (_, None) => (quote!(#ty), as_column(column, "to_value", paths)),
    };
    quote! {
        #[doc = #doc]
        #[track_caller]
        #vis fn #method<'a>(
            executor: &'a dyn #root::Executor,
            value: #parameter,
        ) -> impl ::core::future::Future<Output = #root::Result<::core::option::Option<Self>>>
        + ::core::marker::Send
        + 'a {
            #private::by_field(executor, #index, value, #to_value)
        }
    }
}

fn follow(column: &Column<'_>, model: &Model<'_>, vis: &syn::Visibility, paths: &Paths) -> TokenStream {
    let Paths { root, private } = paths;
    let (name, ty) = (column.name, column.ty);
    let (model, field) = (model.name.unraw().to_string(), name.unraw().to_string());
    let method = accessors::follow(column);
    let doc = format!("The row that `{field}` points to.");
    let answer = |answer: &str| ask(ty, quote!(#private::PointsTo), answer);
    let (target, loaded, pointer, of_row) = (answer("Target"), answer("Loaded"), answer("pointer"), answer("loaded"));
    let place = Place::of(ty);
    let follow = ask(at(place, target, private), quote!(#root::Model), "follow");
    let this = place.parenthesised(quote!(&self.#name));
    let arguments = place.parenthesised(quote!(executor, #pointer #this, (#model, #field), #of_row));
    let end = quote_spanned!(place.last()=> >);
    let future = quote_spanned!(place.first()=> impl ::core::future::Future<Output = #root::Result<#loaded> #end);
    quote! {
        #[doc = #doc]
        #[track_caller]
        #vis fn #method<'a>(&'a self, executor: &'a dyn #root::Executor) -> #future + ::core::marker::Send + 'a {
            #follow #arguments
        }
    }
}
