//! The methods that the relations of a model become: those of the model itself, and those of the models on the other side.

use proc_macro2::TokenStream;
use quote::{ToTokens, format_ident, quote};
use syn::ext::IdentExt;
use syn::{Ident, LitStr, Type};

use super::check::{Column, Model, option};
use super::defaults::snake_case;
use super::expand::Paths;
use super::many::ManyField;
use super::parse::Kind;
use crate::errors::Errors;
use crate::root::ask;

/// What programs call on every model. A relation whose method has one of these names would be called in its place.
const TAKEN: &[&str] = &[
    "save",
    "save_fields",
    "create",
    "delete",
    "get_or_create",
    "update_or_create",
    "upsert",
    "create_many",
    "update_where",
    "delete_where",
    "refresh",
    "get",
    "all",
    "fields",
    "new",
    "clone",
    "default",
];

/// The method that follows a relation, from the model with the field.
pub(super) fn follow(column: &Column<'_>) -> Ident {
    let field = column.name.unraw().to_string();
    method(field.strip_suffix("_id").unwrap_or(&field), column.name)
}

/// The method on the other side of a relation, of the model that is pointed to.
pub(super) fn reverse(column: &Column<'_>, model: &Ident) -> Option<Ident> {
    let pointer = column.relation.as_ref()?;
    let name = snake_case(&model.unraw().to_string());
    Some(match (pointer.related_name, pointer.kind) {
        (Some(given), _) => Ident::new(&given.value(), given.span()),
        (None, Kind::OneToOne) => method(&name, pointer.word),
        (None, Kind::ForeignKey) => format_ident!("{name}_set", span = pointer.word.span()),
    })
}

/// The method on the other side of a many-to-many relation, if there is another side.
pub(super) fn reverse_of_many(many: &ManyField<'_>, model: &Ident) -> Option<Ident> {
    if many.is_symmetrical() {
        return None;
    }
    Some(match many.related_name {
        Some(given) => Ident::new(&given.value(), given.span()),
        None => format_ident!("{}_set", snake_case(&model.unraw().to_string()), span = many.word.span()),
    })
}

/// The name of a method: a word of Rust's own becomes a raw one, and what is no name at all that of the field.
fn method(name: &str, field: &Ident) -> Ident {
    if syn::parse_str::<Ident>(name).is_ok() {
        Ident::new(name, field.span())
    } else if syn::parse_str::<Ident>(&format!("r#{name}")).is_ok() {
        Ident::new_raw(name, field.span())
    } else {
        field.clone()
    }
}

/// Whether the model has a method that finds a row by this column, and the column itself is not the key.
pub(super) fn is_found_by(column: &Column<'_>) -> bool {
    column.unique || column.relation.as_ref().is_some_and(|pointer| pointer.kind == Kind::OneToOne)
}

/// A method of the other side, and what its name comes from.
struct Reverse<'a> {
    method: Ident,
    /// The field of the relation.
    field: &'a Ident,
    target: String,
    related_name: Option<&'a LitStr>,
    /// The attribute that gives the name, if none is given.
    word: &'a Ident,
}

/// Refuses methods that would hide others, as far as one struct tells. What the whole program tells is refused by `check()`.
pub(super) fn check(model: &mut Model<'_>, errors: &mut Errors) {
    let own = own(model, errors);
    // Without the methods that were refused, which would be a second error each.
    let is_good = |method: &Ident, field: &Ident| own.contains(&(method.unraw().to_string(), field));
    for column in &mut model.columns {
        if !is_good(&follow(column), column.name) {
            column.relation = None;
        }
    }
    model.many.retain(|many| is_good(many.name, many.name));
    let mut others: Vec<Reverse<'_>> = Vec::new();
    for reverse in reverses(model) {
        let name = reverse.method.unraw().to_string();
        let is_here = *model.name == reverse.target;
        let mistake = if TAKEN.contains(&name.as_str()) {
            Some(format!("every model has a method `{name}` already"))
        } else if let Some((_, field)) = own.iter().find(|(method, _)| is_here && *method == name) {
            Some(format!("`{}` has a method `{name}` already, that of its field `{field}`", model.name))
        } else {
            let is_same = |other: &&Reverse<'_>| other.method.unraw() == name && other.target == reverse.target;
            let other = others.iter().find(is_same);
            other.map(|other| {
                format!("`{}` has a method `{name}` already, that of the field `{}`", other.target, other.field)
            })
        };
        if let Some(mistake) = mistake {
            refuse(&reverse, model, &mistake, errors);
        }
        others.push(reverse);
    }
}

fn refuse(reverse: &Reverse<'_>, model: &Model<'_>, mistake: &str, errors: &mut Errors) {
    let Reverse { method, field, word, .. } = reverse;
    let suggestion = format!("{}_by_{}", snake_case(&model.name.unraw().to_string()), field.unraw());
    match reverse.related_name {
        Some(given) => errors.on(
            given,
            format!("the other side of `{field}` cannot be called `{method}`: {mistake}\n\nhelp: write another name"),
        ),
        None => errors.on(
            word,
            format!(
                "the other side of `{field}` would be called `{method}`: {mistake}\n\n\
                 help: name it, as in `#[{word}(.., related_name = \"{suggestion}\")]`"
            ),
        ),
    }
}

/// The methods of the model itself, each with the field that it comes from.
fn own<'a>(model: &Model<'a>, errors: &mut Errors) -> Vec<(String, &'a Ident)> {
    let found_by =
        model.columns.iter().enumerate().filter(|(index, column)| *index != model.key && is_found_by(column));
    let mut own: Vec<_> = found_by.map(|(_, column)| (format!("by_{}", column.name.unraw()), column.name)).collect();
    let followed = model.columns.iter().enumerate().filter(|(index, column)| {
        // Of two fields with one column, that is the mistake to report.
        let is_same = |other: &Column<'_>| other.stored_as.eq_ignore_ascii_case(&column.stored_as);
        column.relation.is_some() && !model.columns[..*index].iter().any(is_same)
    });
    let followed = followed.map(|(_, column)| (follow(column).unraw().to_string(), column.name));
    for (method, field) in followed.chain(model.many.iter().map(|many| (many.name.unraw().to_string(), many.name))) {
        if TAKEN.contains(&method.as_str()) {
            errors.on(
                field,
                format!(
                    "`{field}` would be the method `{method}` as well, which every model has already\n\n\
                     help: rename the field"
                ),
            );
        } else if let Some((_, other)) = own.iter().find(|(other, _)| *other == method) {
            errors.on(
                field,
                format!(
                    "the fields `{other}` and `{field}` are both the method `{method}`\n\nhelp: rename one of them"
                ),
            );
        } else {
            own.push((method, field));
        }
    }
    own
}

fn reverses<'a>(model: &'a Model<'_>) -> impl Iterator<Item = Reverse<'a>> {
    let pointed_to = model.columns.iter().filter_map(|column| {
        let pointer = column.relation.as_ref()?;
        Some(Reverse {
            method: reverse(column, model.name)?,
            field: column.name,
            target: pointed_to(column.ty),
            related_name: pointer.related_name,
            word: pointer.word,
        })
    });
    let many = model.many.iter().filter_map(|many| {
        Some(Reverse {
            method: reverse_of_many(many, model.name)?,
            field: many.name,
            target: text(many.target),
            related_name: many.related_name,
            word: many.word,
        })
    });
    pointed_to.chain(many)
}

/// `User` of `Option<Id<User>>`, as it is written.
fn pointed_to(ty: &Type) -> String {
    let ty = option(ty).unwrap_or(ty);
    let Type::Path(path) = ty else { return text(ty) };
    match path.path.segments.last().map(|last| &last.arguments) {
        Some(syn::PathArguments::AngleBracketed(arguments)) => arguments.args.first().map(text).unwrap_or_default(),
        _ => text(ty),
    }
}

fn text(tokens: impl ToTokens) -> String {
    tokens.to_token_stream().to_string().replace(' ', "")
}

/// What the model says of its methods, for `check()`.
pub(super) fn declared(model: &Model<'_>, Paths { root, private }: &Paths) -> Option<TokenStream> {
    let accessor = quote!(#private::Accessor::new);
    let columns = model.columns.iter().enumerate().filter_map(|(index, column)| {
        let (field, own) = (column.name.unraw().to_string(), follow(column).unraw().to_string());
        let reverse = reverse(column, model.name)?.unraw().to_string();
        Some(quote!(
            #accessor(#own, #field, #private::On::Itself), #accessor(#reverse, #field, #private::On::TargetOf(#index))
        ))
    });
    let many = model.many.iter().map(|many| {
        let field = many.name.unraw().to_string();
        let meta = ask(many.target, quote!(#root::Model), "META");
        let reverse = reverse_of_many(many, model.name).map(|reverse| {
            let reverse = reverse.unraw().to_string();
            quote!(, #accessor(#reverse, #field, #private::On::Model(|| #meta)))
        });
        quote!(#accessor(#field, #field, #private::On::Itself) #reverse)
    });
    let accessors: Vec<_> = columns.chain(many).collect();
    (!accessors.is_empty()).then(|| quote!(.accessors(&[#(#accessors),*])))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The library itself calls the hidden methods by their trait, so that no other method is called in their place.
    #[test]
    fn every_method_of_a_model_is_taken() {
        let file = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../src/model/mod.rs")).unwrap();
        let items = syn::parse_file(&file).unwrap().items;
        let is_model = |item: syn::Item| match item {
            syn::Item::Trait(item) if item.ident == "Model" => Some(item),
            _ => None,
        };
        let model = items.into_iter().find_map(is_model).unwrap();
        let is_hidden =
            |function: &syn::TraitItemFn| function.attrs.iter().any(|attribute| text(attribute) == "#[doc(hidden)]");
        let public = model.items.iter().filter_map(|item| match item {
            syn::TraitItem::Fn(function) if !is_hidden(function) => Some(function.sig.ident.to_string()),
            _ => None,
        });
        let public: BTreeSet<_> = public.collect();
        let taken: BTreeSet<_> = TAKEN.iter().map(|name| (*name).to_owned()).collect();
        let missing: Vec<_> = public.difference(&taken).collect();
        assert!(missing.is_empty() && public.contains("save"), "{missing:?} of {public:?}");
        let more: Vec<_> = taken.difference(&public).collect();
        assert_eq!(more, ["clone", "default", "fields", "new"]);
    }
}
