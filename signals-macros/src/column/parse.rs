//! The grammar of `#[column(..)]` on an enum and on its variants, without its meaning.

use proc_macro2::TokenStream;
use syn::{Attribute, Data, DeriveInput, Ident, LitStr, Meta, Path};

use crate::errors::Errors;
use crate::foreign::Place;
use crate::grammar::Keys;

/// A type and its attributes.
pub(super) struct Parsed {
    pub(super) item: DeriveInput,
    pub(super) root: Option<Path>,
    /// One per variant of an enum.
    pub(super) names: Vec<Option<LitStr>>,
}

const TYPE: Keys = Keys::new(Place::ColumnType, &["crate"]);
const VARIANT: Keys = Keys::new(Place::Variant, &["name"]);

pub(super) fn parse(item: TokenStream, errors: &mut Errors) -> Option<Parsed> {
    let result = syn::parse2::<DeriveInput>(item);
    let item = errors.take(result)?;
    let mut root = None;
    for (word, tokens) in ours(&item.attrs) {
        let Some(tokens) = tokens else {
            errors.on(word, "`column` needs an argument here, as in `#[column(crate = path::to::signals)]`");
            continue;
        };
        TYPE.parse(tokens, errors, |key| {
            root = Some(key.root()?);
            Ok(())
        });
    }
    let names = match &item.data {
        Data::Enum(data) => data.variants.iter().map(|variant| name(&variant.attrs, errors)).collect(),
        Data::Struct(_) | Data::Union(_) => Vec::new(),
    };
    Some(Parsed { item, root, names })
}

fn name(attributes: &[Attribute], errors: &mut Errors) -> Option<LitStr> {
    let mut name = None;
    for (word, tokens) in ours(attributes) {
        let Some(tokens) = tokens else {
            errors.on(word, "`column` needs a name, as in `#[column(name = \"in_review\")]`");
            continue;
        };
        if name.is_some() {
            errors.on(word, format!("`{word}` is given twice"));
        }
        VARIANT.parse(tokens, errors, |key| {
            name = Some(key.value("name = \"in_review\"")?);
            Ok(())
        });
    }
    name
}

/// Each `#[column(..)]`: the key, and its value.
fn ours(attributes: &[Attribute]) -> impl Iterator<Item = (&Ident, Option<TokenStream>)> {
    attributes.iter().filter_map(|attribute| {
        let word = attribute.path().get_ident().filter(|word| *word == "column")?;
        let tokens = match &attribute.meta {
            Meta::List(list) if !list.tokens.is_empty() => Some(list.tokens.clone()),
            _ => None,
        };
        Some((word, tokens))
    })
}
