//! What a model becomes: the struct without our attributes, and its implementation of `Model`.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Ident, Type};

use super::check::{Column, Model, OnDelete, option};
use super::parse::{Kind, Parsed};
use super::relation;
use crate::root::Root;

/// The paths that the output is written with.
pub(super) struct Paths {
    pub(super) root: TokenStream,
    pub(super) private: TokenStream,
}

pub(super) fn expand(parsed: &Parsed, model: &Model<'_>, root: Root) -> TokenStream {
    let item = &parsed.item;
    let root = root.path(parsed.arguments.root.as_ref());
    let private = quote!(#root::__private);
    let paths = Paths { root, private };
    let implementation = implementation(model, &paths);
    let lookups = lookups(parsed, model, &paths);
    let reverse = relation::reverse(parsed, model, &paths);
    quote! {
        #item
        #implementation
        #lookups
        #reverse
    }
}

fn implementation(model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { root, private } = paths;
    let (name, table, key) = (model.name, &model.table, model.key);
    let text = name.unraw().to_string();
    let names: Vec<_> = model.columns.iter().map(|column| column.name).collect();
    let types: Vec<_> = model.columns.iter().map(|column| column.ty).collect();
    let columns: Vec<_> = types.iter().map(|ty| as_column(ty, paths)).collect();
    let indexes: Vec<usize> = (0..names.len()).collect();
    let skipped = &model.skipped;
    let fields = model.columns.iter().enumerate().map(|(index, column)| field(column, index == key, paths));

    let automatic =
        |(index, column): &(usize, &Column<'_>)| *index == key || column.default.is_some() || column.update.is_some();
    let automatic: Vec<_> = model.columns.iter().enumerate().filter(automatic).map(|(_, column)| column).collect();
    let automatic_names: Vec<_> = automatic.iter().map(|column| column.name).collect();
    let automatic_types = automatic.iter().map(|column| column.ty);
    let fills = model.columns.iter().map(|column| fill(column, paths));
    let (key_name, key_type) = (names[key], types[key]);
    quote! {
        const _: () = {
            static META: #private::Meta = #private::Meta::new(
                (#text, ::core::module_path!(), #table),
                (::core::file!(), ::core::line!(), ::core::column!()),
                &[#(#fields),*],
                #key,
            );
            static LIFECYCLE: #private::Lifecycle<#name> = #private::Lifecycle::new();

            impl #private::Sender for #name { type Me = Self; }

            impl #root::Model for #name {
                type Key = #key_type;
                type Automatic = (#(#automatic_types,)*);
                const META: &'static #private::Meta = &META;
                const LIFECYCLE: &'static #private::Lifecycle<Self> = &LIFECYCLE;

                fn key(&self) -> &Self::Key { &self.#key_name }
                fn set_key(&mut self, key: Self::Key) { self.#key_name = key; }
                fn value(&self, index: usize) -> #root::ValueRef<'_> {
                    match index {
                        #(#indexes => #columns::to_value(&self.#names),)*
                        _ => #root::ValueRef::Null,
                    }
                }
                fn from_row(row: &#root::db::Row<'_>) -> #root::Result<Self> {
                    ::core::result::Result::Ok(Self {
                        #(#names: row.get(#indexes)?,)*
                        #(#skipped: #private::Default::default(),)*
                    })
                }
                fn assign(&mut self, row: Self) { #(self.#names = row.#names;)* }
                fn snapshot(&self) -> Self {
                    Self {
                        #(#names: ::core::clone::Clone::clone(&self.#names),)*
                        #(#skipped: #private::Default::default(),)*
                    }
                }
                fn automatic(&self) -> Self::Automatic {
                    (#(::core::clone::Clone::clone(&self.#automatic_names),)*)
                }
                fn restore(&mut self, automatic: Self::Automatic) {
                    (#(self.#automatic_names,)*) = automatic;
                }
                fn fill(&mut self) { #(#fills)* }
            }

            #private::register!(#private::Entry::Declared { module: ::core::module_path!(), value: &META });
        };
    }
}

/// `<String as Column>`, with the place of the type, which is what the compiler underlines if it is no column.
fn as_column(ty: &Type, paths: &Paths) -> TokenStream {
    let Paths { root, .. } = paths;
    quote_spanned!(at(ty)=> <#ty as #root::Column>)
}

fn field(column: &Column<'_>, is_key: bool, paths: &Paths) -> TokenStream {
    let Paths { private, .. } = paths;
    let (ty, name) = (column.ty, column.name.unraw().to_string());
    let column_name = &column.column;
    let key = is_key.then(|| quote_spanned!(at(ty)=> .key::<#ty>()));
    let unique = column.unique.then(|| quote!(.unique()));
    let index = column.index.then(|| quote!(.index()));
    let relation = column.relation.as_ref().map(|pointer| {
        let kind = match pointer.kind {
            Kind::OneToOne => quote!(OneToOne),
            Kind::ForeignKey => quote!(ForeignKey),
        };
        let on_delete = match pointer.on_delete {
            OnDelete::Cascade => quote!(Cascade),
            OnDelete::Protect => quote!(Protect),
            OnDelete::SetNull => quote!(SetNull),
            OnDelete::DoNothing => quote!(DoNothing),
        };
        quote_spanned!(at(ty)=> .relation::<#ty>(#private::RelationKind::#kind, #private::OnDelete::#on_delete))
    });
    let new = quote_spanned!(at(ty)=> #private::Field::new::<#ty>);
    quote!(#new(#name, #column_name) #key #unique #index #relation)
}

fn fill(column: &Column<'_>, paths: &Paths) -> TokenStream {
    let Paths { private, .. } = paths;
    let (name, ty) = (column.name, column.ty);
    let default = column.default.map(|expr| {
        let unset = quote_spanned!(at(ty)=> <#ty as #private::Unset>::is_unset);
        quote! {
            if #unset(&self.#name) {
                self.#name = #expr;
            }
        }
    });
    let update = column.update.map(|expr| quote!(self.#name = #expr;));
    quote!(#default #update)
}

/// `User::by_username(..)` for each unique field, and `profile.user(..)` for each relation.
fn lookups(parsed: &Parsed, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let (name, vis) = (model.name, &parsed.item.vis);
    let by = model.columns.iter().enumerate().filter_map(|(index, column)| {
        let one_to_one = column.relation.as_ref().is_some_and(|pointer| pointer.kind == Kind::OneToOne);
        (index != model.key && (column.unique || one_to_one)).then(|| lookup(index, column, vis, paths))
    });
    let follow =
        model.columns.iter().filter(|column| column.relation.is_some()).map(|column| follow(column, vis, paths));
    let methods: Vec<_> = by.chain(follow).collect();
    if methods.is_empty() {
        return TokenStream::new();
    }
    quote! {
        const _: () = {
            impl #name {
                #(#methods)*
            }
        };
    }
}

fn lookup(index: usize, column: &Column<'_>, vis: &syn::Visibility, paths: &Paths) -> TokenStream {
    let Paths { root, private } = paths;
    let field = column.name.unraw();
    let method = format_ident!("by_{field}", span = Span::call_site().located_at(column.name.span()));
    let doc = format!("The row whose `{field}` is this, if there is one.");
    let parameter = parameter(option(column.ty).unwrap_or(column.ty));
    quote! {
        #[doc = #doc]
        #[track_caller]
        #vis fn #method<'a>(
            executor: &'a dyn #root::Executor,
            value: #parameter,
        ) -> impl ::core::future::Future<Output = #root::Result<::core::option::Option<Self>>>
        + ::core::marker::Send
        + 'a {
            #private::by_field(executor, #index, value)
        }
    }
}

/// What a person passes for a value of this type: a `&str` for a `String`.
fn parameter(ty: &Type) -> TokenStream {
    match ty.to_token_stream().to_string().as_str() {
        "String" => quote!(&'a str),
        _ => quote!(#ty),
    }
}

fn follow(column: &Column<'_>, vis: &syn::Visibility, paths: &Paths) -> TokenStream {
    let Paths { root, private } = paths;
    let (name, ty) = (column.name, column.ty);
    let field = name.unraw().to_string();
    let method = Ident::new(field.strip_suffix("_id").unwrap_or(&field), name.span());
    let doc = format!("The row that `{field}` points to.");
    let loaded = quote_spanned!(at(ty)=> <#ty as #private::Reference>::Loaded);
    quote! {
        #[doc = #doc]
        #[track_caller]
        #vis fn #method<'a>(
            &'a self,
            executor: &'a dyn #root::Executor,
        ) -> impl ::core::future::Future<Output = #root::Result<#loaded>> + ::core::marker::Send + 'a {
            #private::follow(executor, &self.#name, #field)
        }
    }
}

pub(super) fn at(tokens: &impl Spanned) -> Span {
    Span::mixed_site().located_at(tokens.span())
}
