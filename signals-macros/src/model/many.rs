//! `#[many_to_many]`: the model between the two, and what each side is given.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::{GenericArgument, Ident, ItemStruct, LitStr, Path, PathArguments, Type};

use super::accessors;
use super::check::{self, Author, Model, check_related_name};
use super::defaults::{self, snake_case};
use super::expand::{self, Paths};
use super::names::{self, Named};
use super::parse::{self, ManyToMany, Parsed};
use super::relation::camel_case;
use crate::errors::Errors;
use crate::root::{Place, ask, at, implement, moved};

/// A field that relates a row to many others.
pub(super) struct ManyField<'a> {
    pub(super) name: &'a Ident,
    pub(super) ty: &'a Type,
    /// The model of the other side.
    pub(super) target: &'a Type,
    pub(super) word: &'a Ident,
    through: Through<'a>,
    sides: Sides<'a>,
    pub(super) related_name: Option<&'a LitStr>,
}

impl ManyField<'_> {
    pub(super) fn is_symmetrical(&self) -> bool {
        matches!(self.sides, Sides::Symmetrical(_))
    }
}

/// The model between the two.
enum Through<'a> {
    /// It is made here, and this is its table.
    Automatic { table: String },
    /// A person wrote it.
    Written { path: &'a Path, fields: Fields<'a> },
}

/// Which fields of a model that a person wrote point to the two sides.
enum Fields<'a> {
    /// The only ones that do.
    Only,
    /// These.
    Named([&'a Ident; 2]),
    /// Their mistake is reported already.
    Mistaken,
}

/// Which models the two sides are. Only the compiler knows what a path or an alias names, so that it is asked as well.
#[derive(Clone, Copy)]
enum Sides<'a> {
    Different,
    /// The same, and each row is related to those that are related to it. The word says so.
    Symmetrical(&'a Ident),
    /// The same. The word says so.
    Asymmetrical(&'a Ident),
}

/// The model that a type names, if it is written as `ManyToMany<Model>`.
pub(super) fn target(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last().filter(|last| last.ident == "ManyToMany")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        GenericArgument::Type(target) => Some(target),
        _ => None,
    }
}

fn last_word(ty: &Type) -> Option<&Ident> {
    let Type::Path(path) = ty else { return None };
    path.path.segments.last().map(|last| &last.ident)
}

pub(super) fn check<'a>(
    name: &'a Ident,
    attribute: &'a ManyToMany,
    ty: &'a Type,
    parsed: &'a Parsed,
    table: &str,
    errors: &mut Errors,
) -> Option<ManyField<'a>> {
    let item = &parsed.item;
    let Some(target) = target(ty) else {
        errors.on(
            ty,
            "`many_to_many` goes on a field of the type `ManyToMany`\n\nhelp: write `ManyToMany<Group>`, if `Group` is the model",
        );
        return None;
    };
    let sides = sides(attribute, target, item);
    let through = through(name, attribute, sides, parsed, table, errors);
    let related_name = attribute.related_name.as_ref().filter(|(word, name)| match sides {
        Sides::Symmetrical(_) => {
            errors.on(
                word,
                "a symmetrical relation has no other side to name\n\nhelp: remove it, or write `symmetrical = false`",
            );
            false
        }
        Sides::Different | Sides::Asymmetrical(_) => check_related_name(name, errors),
    });
    let related_name = related_name.map(|(_, name)| name);
    Some(ManyField { name, ty, target, word: &attribute.word, through, sides, related_name })
}

fn sides<'a>(attribute: &'a ManyToMany, target: &Type, item: &'a ItemStruct) -> Sides<'a> {
    let is_itself = matches!(target, Type::Path(path) if path.path.is_ident(&item.ident));
    match &attribute.symmetrical {
        None if is_itself => Sides::Symmetrical(&attribute.word),
        None => Sides::Different,
        Some((word, value)) if value.value => Sides::Symmetrical(word),
        Some((word, _)) => Sides::Asymmetrical(word),
    }
}

fn through<'a>(
    name: &Ident,
    attribute: &'a ManyToMany,
    sides: Sides<'_>,
    parsed: &Parsed,
    table: &str,
    errors: &mut Errors,
) -> Through<'a> {
    let item = &parsed.item;
    let ManyToMany { through_fields, table: given, .. } = attribute;
    let Some(path) = &attribute.through else {
        if let Some((word, _)) = through_fields {
            errors.on(word, "`through_fields` are those of the model that `through` names, and there is none");
        }
        let given = given.as_ref().map(|(_, given)| given);
        let table = defaults::through_table(given, name, table, parsed, errors);
        return Through::Automatic { table };
    };
    if let Some((word, _)) = given {
        let model = path.to_token_stream().to_string().replace(' ', "");
        errors.on(word, format!("`table` is that of a model that is made here, and `{model}` has one already"));
    }
    let fields = match through_fields.as_ref().map(|(word, fields)| (word, &fields[..])) {
        None if matches!(sides, Sides::Different) => Fields::Only,
        None => {
            errors.on(
                path,
                format!(
                    "which of its fields points from `{0}`, and which one to `{0}`?\n\n\
                     help: write `through_fields(from, to)` with their names",
                    item.ident
                ),
            );
            Fields::Mistaken
        }
        Some((_, [source, target])) => Fields::Named([source, target]),
        Some((word, _)) => {
            errors
                .on(word, "`through_fields` are two: the one that points to this model, and the one to the other side");
            Fields::Mistaken
        }
    };
    Through::Written { path, fields }
}

/// For each field: the model between, what the model is given, and what the model of the other side is given.
pub(super) fn expand(parsed: &Parsed, model: &Model<'_>, paths: &Paths) -> TokenStream {
    // Only a model with a mistake is generic, and its mistake is the one to report.
    if !parsed.item.generics.params.is_empty() {
        return TokenStream::new();
    }
    model.many.iter().map(|many| one(many, parsed, model, paths)).collect()
}

fn one(many: &ManyField<'_>, parsed: &Parsed, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let (between, automatic) = match &many.through {
        Through::Automatic { table } => {
            let automatic = automatic(many, table, parsed, model, paths);
            (automatic_name(many, model).into_token_stream(), Some(automatic))
        }
        Through::Written { path, .. } => (path.to_token_stream(), None),
    };
    let link = link(many, &between, model, paths);
    let forward = forward(many, &between, parsed, model, paths);
    let reverse = accessors::reverse_of_many(many, model.name)
        .map(|accessor| reverse(&accessor, many, &between, parsed, model, paths));
    quote!(#automatic #link #forward #reverse)
}

/// `UserGroups`, for the field `groups` of `User`.
fn automatic_name(many: &ManyField<'_>, model: &Model<'_>) -> Ident {
    let field = camel_case(&many.name.unraw().to_string());
    format_ident!("{}{field}", model.name.unraw(), span = many.name.span())
}

/// The model between, as if a person had written it.
fn automatic(many: &ManyField<'_>, table: &str, parsed: &Parsed, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { root, .. } = paths;
    let (name, between, vis) = (model.name, automatic_name(many, model), &parsed.item.vis);
    let [source, target] = automatic_fields(many, model);
    // Where the compiler says what is wrong with one of the sides, it is to look at that side.
    let to_source = moved(quote!(#root::Id<#name>), Place::of(many.word));
    let to_target = many.target;
    let to_target = moved(quote!(#root::Id<#to_target>), Place::of(to_target));
    let field = many.name.unraw();
    let doc = format!("A row relates a [`{name}`] to one of its `{field}`.");
    let item = quote! {
        #[doc = #doc]
        #[derive(
            ::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::default::Default,
            ::core::cmp::PartialEq, ::core::cmp::Eq,
        )]
        #vis struct #between {
            #[doc = "The key."]
            #[key]
            #vis id: #root::Id<#between>,
            #[doc = "The one."]
            #[foreign_key(on_delete = cascade)]
            #vis #source: #to_source,
            #[doc = "The other."]
            #[foreign_key(on_delete = cascade)]
            #vis #target: #to_target,
        }
    };
    let mut errors = Errors::new();
    // A mistake in its name is reported already.
    let table = if names::is_good(Named::ThroughTable, table) { table } else { "through" };
    let parsed = parse::parse(quote!(table = #table, unique(#source, #target)), item, &mut errors);
    let written = parsed.as_ref().and_then(|parsed| Some((parsed, check::check(parsed, &mut errors)?)));
    match (errors.flush(), written) {
        (Ok(()), Some((parsed, model))) => {
            let model = Model { author: Author::Relation(many.name, many.target), ..model };
            let item = &parsed.item;
            let implementation = expand::implementation(parsed, &model, paths);
            let lookups = expand::lookups(parsed, &model, paths);
            quote!(#item #implementation #lookups)
        }
        (Err(errors), _) => errors,
        (Ok(()), None) => TokenStream::new(),
    }
}

/// `user_id` and `group_id`; `from_person_id` and `to_person_id` if the two sides have one name.
fn automatic_fields(many: &ManyField<'_>, model: &Model<'_>) -> [Ident; 2] {
    let snake = |name: &Ident| snake_case(&name.unraw().to_string());
    let source = snake(model.name);
    let target = last_word(many.target).map_or_else(|| "target".to_owned(), snake);
    let span = many.name.span();
    if source == target {
        [format_ident!("from_{source}_id", span = span), format_ident!("to_{target}_id", span = span)]
    } else {
        [format_ident!("{source}_id", span = span), format_ident!("{target}_id", span = span)]
    }
}

/// The implementation of `Through` for the model between.
fn link(many: &ManyField<'_>, between: &TokenStream, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { private, .. } = paths;
    let (name, target) = (model.name, many.target);
    let symmetry = match many.sides {
        Sides::Symmetrical(_) => quote!(Symmetrical),
        Sides::Different | Sides::Asymmetrical(_) => quote!(Asymmetrical),
    };
    let nth = |index: usize| quote!(#private::FieldOf::At(#index));
    let (blank, [source_field, target_field]) = match &many.through {
        Through::Automatic { .. } => (quote!(<Self as ::core::default::Default>::default), [nth(1), nth(2)]),
        Through::Written { path, fields } => {
            let fields = match fields {
                Fields::Only => [quote!(#name), quote!(#target)].map(|side| only_field(path, &side, paths)),
                Fields::Named([source, to]) => {
                    [named_field(path, source, &quote!(#name), paths), named_field(path, to, &quote!(#target), paths)]
                }
                Fields::Mistaken => [nth(0), nth(0)],
            };
            (ask(path, quote!(::core::default::Default), "default"), fields)
        }
    };
    let text = between.clone().into_iter().filter_map(word).last().unwrap_or_default();
    let sides = check_sides(many, model, paths);
    let implementation = implement(
        many.name,
        &quote!(#private::Through for #between),
        &quote! {
            type Source = #name;
            type Target = #target;
            const NAME: &'static ::core::primitive::str = #text;
            const LINK: &'static #private::Link<Self> = &LINK;
            fn blank() -> Self { #blank() }
        },
    );
    quote! {
        const _: () = {
            static LINK: #private::Link<#between> =
                #private::Link::new(#source_field, #target_field, #private::Symmetry::#symmetry);
            #implementation
        };
        #sides
    }
}

/// Has the compiler check that the two sides are the same model, or that they are not.
fn check_sides(many: &ManyField<'_>, model: &Model<'_>, paths: &Paths) -> TokenStream {
    let Paths { private, .. } = paths;
    let (name, target) = (model.name, many.target);
    match many.sides {
        Sides::Symmetrical(word) | Sides::Asymmetrical(word) => {
            let same = ask(at(Place::of(word), target, private), quote!(#private::SameModel<#name>), "SAME");
            quote!(const _: () = #same;)
        }
        Sides::Different => {
            let message = format!(
                "`{}` relates `{name}` to itself, by another name than its own\n\n\
                 help: write `ManyToMany<{name}>`, which is symmetrical, or say `symmetrical = true` or `symmetrical = false`",
                many.name,
            );
            quote_spanned! {Place::of(target).first()=>
                const _: () = {
                    use #private::OtherModel as _;
                    ::core::assert!(!#private::Same::<#name, #target>::IS, #message);
                };
            }
        }
    }
}

/// The one field of a model that points to `side`.
fn only_field(path: &Path, side: &TokenStream, paths: &Paths) -> TokenStream {
    let Paths { private, .. } = paths;
    let model = ask(path, quote!(#private::SendsSignals), "Me");
    let index = ask(at(Place::of(path), model, private), quote!(#private::PointsOnceTo<#side, _>), "FIELD");
    quote!(#private::FieldOf::At(#index))
}

/// A field that a person named, which must be the id of a row of `side`: the compiler compares the two.
fn named_field(path: &Path, field: &Ident, side: &TokenStream, paths: &Paths) -> TokenStream {
    let Paths { root, private } = paths;
    let (span, name) = (Place::of(field).first(), field.unraw().to_string());
    let points = quote_spanned!(span=> fn points(row: &#path) -> &#root::Id<#side> { &row.#field });
    let may_relate = moved(quote!(#private::may_relate), Place::of(field));
    let never = ask(path, quote!(#private::SendsSignals), "NEVER_CHANGES");
    let is_column = quote_spanned!(span=> const _: () = #may_relate(#never, #name););
    quote! {{
        #points
        #is_column
        let _: fn(&#path) -> &#root::Id<#side> = points;
        #private::FieldOf::Called(#name)
    }}
}

fn word(token: TokenTree) -> Option<String> {
    match token {
        TokenTree::Ident(word) => Some(word.unraw().to_string()),
        _ => None,
    }
}

/// A method of the model with the field.
fn forward(
    many: &ManyField<'_>,
    between: &TokenStream,
    parsed: &Parsed,
    model: &Model<'_>,
    paths: &Paths,
) -> TokenStream {
    let Paths { root, private } = paths;
    let (name, method, vis) = (model.name, many.name, &parsed.item.vis);
    let doc = format!("The rows that `{}` relates this one to.", method.unraw());
    quote! {
        const _: () = {
            impl #name {
                #[doc = #doc]
                #[must_use]
                #vis fn #method(&self) -> #root::__private::Related<'_, #between, #private::Forward> {
                    #root::__private::Related::new(self)
                }
            }
        };
    }
}

/// A trait, implemented for the model of the other side, which may be in another crate.
fn reverse(
    accessor: &Ident,
    many: &ManyField<'_>,
    between: &TokenStream,
    parsed: &Parsed,
    model: &Model<'_>,
    paths: &Paths,
) -> TokenStream {
    let Paths { root, private } = paths;
    let (name, vis, target) = (model.name, &parsed.item.vis, many.target);
    let field = many.name.unraw().to_string();
    let side = format_ident!("{}By{}", name.unraw(), camel_case(&field), span = many.word.span());
    let trait_doc = format!("The other side of [`{name}`]'s `{field}`.");
    let doc = format!("The rows of `{name}` that are related to this one by their `{field}`.");
    let signature = quote!(fn #accessor(&self) -> #root::__private::Related<'_, #between, #private::Reverse>);
    quote! {
        #[doc = #trait_doc]
        #vis trait #side {
            #[doc = #doc]
            #[must_use]
            #signature;
        }
        const _: () = {
            impl #side for #target {
                #signature { #root::__private::Related::new(self) }
            }
        };
    }
}
