//! The grammar of `#[model]` and of the attributes of its fields, without its meaning.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};

use syn::punctuated::Punctuated;
use syn::{Attribute, Expr, Field, Ident, Item, ItemStruct, LitBool, LitStr, Meta, Path, Token, Type, parse_quote};

use super::forms;
use super::others::{self, Other};
use super::owned;
use super::words::{MODEL, ON_DELETE, WORDS, derived};
use crate::errors::Errors;
use crate::foreign::Place;
use crate::grammar::{Keys, Understood};
use crate::root::map_tokens;
use crate::subject::{Subject, without_attributes};
use crate::suggest;

/// A struct and its attributes.
pub(super) struct Parsed {
    /// The struct without our attributes, and without `Default` in a derive if the macro implements it.
    pub(super) item: ItemStruct,
    pub(super) arguments: Arguments,
    /// `Default` in a `#[derive(..)]` below, if a field other than the key has a `#[default(..)]`.
    pub(super) constructor: Option<Path>,
    /// One per field.
    pub(super) fields: Vec<FieldAttributes>,
    /// One per field: its through model, if it is generated. `through` adds them.
    pub(super) through_models: Vec<Option<Parsed>>,
}

/// The arguments of `#[model]`.
#[derive(Default)]
pub(super) struct Arguments {
    pub(super) table: Option<LitStr>,
    pub(super) app: Option<LitStr>,
    pub(super) together: Vec<Together>,
    pub(super) delete_signals: Option<LitBool>,
    pub(super) root: Option<Path>,
    /// A mistake that is already reported says which fields the key would be.
    pub(super) key_is_refused: bool,
}

/// `unique(a, b)` or `index(a, b)`
pub(super) struct Together {
    pub(super) word: Ident,
    pub(super) kind: TogetherKind,
    pub(super) fields: Vec<Ident>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum TogetherKind {
    Unique,
    Index,
}

/// The attributes and the type of one field.
pub(super) struct FieldAttributes {
    /// With the model's name instead of `Self`, which is only valid inside the struct.
    pub(super) ty: Type,
    pub(super) key: Option<Ident>,
    pub(super) unique: Option<Ident>,
    pub(super) index: Option<Ident>,
    pub(super) skip: Option<Ident>,
    pub(super) version: Option<Ident>,
    pub(super) default: Option<(Ident, Expr)>,
    pub(super) update: Option<(Ident, Expr)>,
    pub(super) column: Option<(Ident, LitStr)>,
    pub(super) read_only: Option<(Ident, Source)>,
    pub(super) relations: Vec<Relation>,
    pub(super) many_to_many: Option<ManyToMany>,
    /// A mistake that is already reported says which field the key would be.
    pub(super) key_is_refused: bool,
}

impl FieldAttributes {
    fn new(ty: Type) -> Self {
        Self {
            ty,
            key: None,
            unique: None,
            index: None,
            skip: None,
            version: None,
            default: None,
            update: None,
            column: None,
            read_only: None,
            relations: Vec::new(),
            many_to_many: None,
            key_is_refused: false,
        }
    }
}

/// How the database sets a field with `#[read_only]`.
pub(super) enum Source {
    /// In a way that only the table defines, such as a trigger.
    Table,
    Generated(LitStr),
    Default(LitStr),
}

/// `#[one_to_one(..)]` or `#[foreign_key(..)]`
pub(super) struct Relation {
    pub(super) word: Ident,
    pub(super) kind: Kind,
    pub(super) on_delete: OnDeleteWord,
    pub(super) related_name: Option<LitStr>,
    pub(super) is_understood: Understood,
}

/// `#[many_to_many(..)]`
pub(super) struct ManyToMany {
    pub(super) word: Ident,
    pub(super) through: Option<Path>,
    pub(super) through_fields: Option<(Ident, Vec<Ident>)>,
    pub(super) related_name: Option<(Ident, LitStr)>,
    pub(super) symmetrical: Option<(Ident, LitBool)>,
    pub(super) table: Option<(Ident, LitStr)>,
    pub(super) is_understood: Understood,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    OneToOne,
    ForeignKey,
}

impl Kind {
    fn place(self) -> Place {
        match self {
            Self::OneToOne => Place::OneToOne,
            Self::ForeignKey => Place::ForeignKey,
        }
    }
}

/// The value of `on_delete =`.
pub(super) enum OnDeleteWord {
    Missing,
    /// Its mistake is already reported.
    Mistaken,
    Given(Ident),
}

const COLUMN: Keys = Keys::new(Place::Column, &["name"]);
const READ_ONLY: Keys = Keys::new(Place::ReadOnly, &["generated", "default"]);
const RELATION: &[&str] = &["on_delete", "related_name"];
const MANY_TO_MANY: Keys =
    Keys::new(Place::ManyToMany, &["through", "through_fields", "related_name", "symmetrical", "table"]);

pub(super) fn parse(attribute: TokenStream, item: TokenStream, errors: &mut Errors) -> Option<Parsed> {
    let arguments = arguments(attribute, errors);
    let mut item = match syn::parse2::<Item>(item) {
        Ok(Item::Struct(item)) => item,
        Ok(other) => {
            errors.push(Subject::Model.misplaced(&other));
            return None;
        }
        // The compiler has said it.
        Err(_) => return None,
    };
    check_alone(&item.attrs, errors);
    if let Some(derived) = take_model(&mut item.attrs) {
        errors.on(derived, "`#[model]` makes the struct a model, without a derive\n\nhelp: leave `Model` out");
    }
    let (name, other) = (item.ident.clone(), Other::of(&item.attrs));
    item.attrs.retain(|attribute| {
        let is_others = others::is_of_struct(attribute.path(), other);
        if is_others {
            errors.push(others::on_struct(attribute));
        }
        !is_others
    });
    for field in &mut item.fields {
        owned::repair(&mut field.ty, &item.generics, &mut |place, message| errors.on(place, message));
    }
    let fields: Vec<_> = item.fields.iter_mut().map(|field| field_attributes(field, &name, other, errors)).collect();
    let is_of_constructor = |field: &FieldAttributes| field.default.is_some() && field.key.is_none();
    let constructor = fields.iter().any(is_of_constructor).then(|| take_default(&mut item.attrs)).flatten();
    Some(Parsed { item, arguments, constructor, fields, through_models: Vec::new() })
}

/// Removes `Default` from the derives.
pub(super) fn take_default(attributes: &mut Vec<Attribute>) -> Option<Path> {
    take(attributes, is_default)
}

/// Removes `Model` from the derives.
fn take_model(attributes: &mut Vec<Attribute>) -> Option<Path> {
    take(attributes, |path| path.segments.last().is_some_and(|last| last.ident == "Model"))
}

fn take(attributes: &mut Vec<Attribute>, is_meant: fn(&Path) -> bool) -> Option<Path> {
    let mut taken = None;
    attributes.retain_mut(|attribute| {
        let Some(mut derived) = derived(attribute) else { return true };
        let before = derived.len();
        derived.retain(|path| {
            let is_meant = is_meant(path);
            if is_meant {
                taken = Some(path.clone());
            }
            !is_meant
        });
        if derived.len() < before
            && let Meta::List(list) = &mut attribute.meta
        {
            list.tokens = quote!(#(#derived),*);
        }
        !derived.is_empty() || before == 0
    });
    taken
}

/// `Default`, also by its full path.
fn is_default(path: &Path) -> bool {
    let mut segments = path.segments.iter().map(|segment| segment.ident.to_string());
    match (segments.next().as_deref(), segments.next_back().as_deref()) {
        (Some("Default"), None) => true,
        (Some("std" | "core"), Some(last)) => last == "Default",
        _ => false,
    }
}

/// Removes our attributes, and those of other libraries that are mistakes here.
pub(super) fn strip(item: &mut ItemStruct) {
    let other = Other::of(&item.attrs);
    item.attrs.retain(|attribute| !is_model(attribute) && !others::is_of_struct(attribute.path(), other));
    take_model(&mut item.attrs);
    for field in &mut item.fields {
        owned::repair(&mut field.ty, &item.generics, &mut |_, _| {});
        let is_ours = |path: &Path| !matches!(whose(path, other), Whose::Another);
        field.attrs.retain(|attribute| !is_ours(attribute.path()) && !conditional(attribute).iter().any(is_ours));
    }
}

/// An item that is no model, without our attributes.
pub(super) fn stripped(item: TokenStream) -> TokenStream {
    without_attributes(item, &is_ours)
}

fn is_ours(word: &str) -> bool {
    word == "model" || suggest::nearly(word, WORDS).is_some()
}

/// Refuses a second `model` attribute, which would declare a second model.
fn check_alone(attributes: &[Attribute], errors: &mut Errors) {
    if let Some(second) = attributes.iter().find(|attribute| is_model(attribute)) {
        errors.on(second.path(), "`model` is given twice\n\nhelp: write one, with the arguments of both");
    }
}

/// Whether it is a `model` attribute, by any path.
pub(super) fn is_model(attribute: &Attribute) -> bool {
    attribute.path().segments.last().is_some_and(|last| last.ident == "model")
}

/// The names of the attributes in a `cfg_attr`. The macro sees them before the condition is evaluated.
fn conditional(attribute: &Attribute) -> Vec<Path> {
    let Meta::List(list) = &attribute.meta else { return Vec::new() };
    if !list.path.is_ident("cfg_attr") {
        return Vec::new();
    }
    let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated).unwrap_or_default();
    let nested = |meta: Meta| match meta {
        Meta::List(list) if list.path.is_ident("cfg_attr") => conditional(&parse_quote!(#[#list])),
        other => vec![other.path().clone()],
    };
    // The first is the condition.
    parts.into_iter().skip(1).flat_map(nested).collect()
}

/// Which macro an attribute belongs to.
enum Whose {
    Ours(Ident),
    /// It differs from one of ours by one typing error.
    Nearly(Ident, &'static str),
    /// It is of another library, and has another name here.
    Foreign,
    /// One of ours, with a path to the library.
    WithPath(Ident),
    Another,
}

fn whose(path: &Path, other: Other) -> Whose {
    let Some(word) = path.get_ident().cloned() else {
        return others::with_path(path).map_or(Whose::Another, Whose::WithPath);
    };
    let text = word.to_string();
    match suggest::nearly(&text, WORDS) {
        Some(known) if known == text => Whose::Ours(word),
        _ if others::is_of_field(path, other) => Whose::Foreign,
        Some(known) => Whose::Nearly(word, known),
        None => Whose::Another,
    }
}

fn arguments(tokens: TokenStream, errors: &mut Errors) -> Arguments {
    let mut arguments = Arguments { key_is_refused: others::says_key(tokens.clone()), ..Arguments::default() };
    MODEL.parse(tokens, errors, |key| {
        match key.name() {
            "table" => arguments.table = Some(key.value("table = \"users\"")?),
            "app" => arguments.app = Some(key.value("app = \"accounts\"")?),
            word @ ("unique" | "index") => {
                let kind = if word == "unique" { TogetherKind::Unique } else { TogetherKind::Index };
                let fields = key.fields(&format!("{word}(team, number)"))?;
                arguments.together.push(Together { word: key.word.clone(), kind, fields });
            }
            "delete_signals" => arguments.delete_signals = Some(key.value("delete_signals = false")?),
            _ => arguments.root = Some(key.root()?),
        }
        Ok(())
    });
    arguments
}

fn field_attributes(field: &mut Field, model: &Ident, other: Other, errors: &mut Errors) -> FieldAttributes {
    let mut found = FieldAttributes::new(without_self(&field.ty, model));
    let ty = &field.ty;
    field.attrs.retain(|attribute| {
        let mut is_conditional = false;
        for mistake in conditional(attribute).iter().filter_map(|path| not_conditional(path, other)) {
            errors.push(mistake);
            is_conditional = true;
        }
        let result = match whose(attribute.path(), other) {
            Whose::Another => return !is_conditional,
            Whose::Ours(word) => one(attribute, word, &mut found, errors),
            Whose::Nearly(word, known) => {
                // Nothing depends on an index.
                if known != "index" {
                    assume(attribute, Ident::new(known, word.span()), &mut found);
                }
                Err(misspelt(&word, known))
            }
            Whose::WithPath(word) => {
                assume(attribute, word.clone(), &mut found);
                let message =
                    format!("an attribute of a field has no path\n\nhelp: write `#[{word}]`, with the same arguments");
                Err(syn::Error::new_spanned(attribute.path(), message))
            }
            Whose::Foreign => {
                let error = others::on_field(attribute, ty);
                for (offered, mut word) in others::offered(&error.to_string(), ty) {
                    word.set_span(attribute.path().segments[0].ident.span());
                    assume(&offered, word, &mut found);
                }
                Err(error)
            }
        };
        errors.take(result);
        false
    });
    found
}

/// Takes an attribute for the one that the user meant, so that its absence is no further mistake.
fn assume(attribute: &Attribute, word: Ident, found: &mut FieldAttributes) {
    let mut ignored = Errors::new();
    let (relations, had_many) = (found.relations.len(), found.many_to_many.is_some());
    let had_key = found.key.is_some();
    let result = one(attribute, word, found, &mut ignored);
    found.key_is_refused |= !had_key && found.key.is_some();
    ignored.take(result);
    let _ = ignored.into_result();
    for relation in &mut found.relations[relations..] {
        relation.is_understood = Understood::InPart;
    }
    if let (Some(many), false) = (&mut found.many_to_many, had_many) {
        many.is_understood = Understood::InPart;
    }
}

fn misspelt(word: &Ident, known: &str) -> syn::Error {
    syn::Error::new(
        word.span(),
        format!("unknown attribute `{word}` on a field of a model\n\nhelp: did you mean `{known}`?"),
    )
}

/// The mistake for one of our attributes in a `cfg_attr`.
fn not_conditional(path: &Path, other: Other) -> Option<syn::Error> {
    match whose(path, other) {
        Whose::Another | Whose::Foreign | Whose::WithPath(_) => None,
        Whose::Nearly(word, known) => Some(misspelt(&word, known)),
        Whose::Ours(word) => Some(syn::Error::new(
            word.span(),
            format!(
                "`{word}` on a field of a model cannot depend on `cfg_attr`: a table is the same in every build\n\n\
                 help: write `#[{word}]` without it, or the struct twice, each with a `#[cfg(..)]` of its own"
            ),
        )),
    }
}

fn without_self(ty: &Type, model: &Ident) -> Type {
    let tokens = map_tokens(ty.to_token_stream(), &mut |token| match token {
        TokenTree::Ident(word) if word == "Self" => {
            let mut model = model.clone();
            model.set_span(word.span());
            model.into()
        }
        other => other,
    });
    syn::parse2(tokens).unwrap_or_else(|_| ty.clone())
}

fn one(attribute: &Attribute, word: Ident, found: &mut FieldAttributes, errors: &mut Errors) -> syn::Result<()> {
    match word.to_string().as_str() {
        "key" => flag(attribute, word, &mut found.key),
        "unique" => flag(attribute, word, &mut found.unique),
        "index" => flag(attribute, word, &mut found.index),
        "skip" => flag(attribute, word, &mut found.skip),
        "version" => flag(attribute, word, &mut found.version),
        "default" => once(expression(attribute, &word, &found.ty)?, word, &mut found.default),
        "update" => once(expression(attribute, &word, &found.ty)?, word, &mut found.update),
        "column" => column(attribute, word, found, errors),
        "read_only" => read_only(attribute, word, found, errors),
        "many_to_many" => many_to_many(attribute, word, found, errors),
        "one_to_one" => relation(attribute, word, Kind::OneToOne, found, errors),
        _ => relation(attribute, word, Kind::ForeignKey, found, errors),
    }
}

fn flag(attribute: &Attribute, word: Ident, place: &mut Option<Ident>) -> syn::Result<()> {
    let error = if !matches!(attribute.meta, Meta::Path(_)) {
        Some(forms::no_arguments(attribute, &word))
    } else if place.is_some() {
        Some(syn::Error::new(word.span(), format!("`{word}` is given twice")))
    } else {
        None
    };
    *place = Some(word);
    error.map_or(Ok(()), Err)
}

fn once<T>(value: T, word: Ident, place: &mut Option<(Ident, T)>) -> syn::Result<()> {
    if place.is_some() {
        return Err(syn::Error::new(word.span(), format!("`{word}` is given twice")));
    }
    *place = Some((word, value));
    Ok(())
}

fn expression(attribute: &Attribute, word: &Ident, ty: &Type) -> syn::Result<Expr> {
    let given = matches!(attribute.meta, Meta::List(_)).then(|| attribute.parse_args()).and_then(Result::ok);
    given.filter(|given| !forms::is_no_value(given)).ok_or_else(|| forms::no_expression(attribute, word, ty))
}

/// The arguments of a field's attribute.
fn inside(attribute: &Attribute) -> TokenStream {
    match &attribute.meta {
        Meta::List(list) => list.tokens.clone(),
        _ => TokenStream::new(),
    }
}

fn column(attribute: &Attribute, word: Ident, found: &mut FieldAttributes, errors: &mut Errors) -> syn::Result<()> {
    if let Some(error) = forms::no_column_name(attribute, &word) {
        return Err(error);
    }
    let mut name = None;
    let understood = COLUMN.parse(inside(attribute), errors, |key| {
        name = Some(key.value("name = \"user_name\"")?);
        Ok(())
    });
    if understood == Understood::InPart {
        for (attribute, word) in others::offered_in(inside(attribute), &found.ty.clone()) {
            assume(&attribute, word, found);
        }
    }
    name.map_or(Ok(()), |name| once(name, word, &mut found.column))
}

fn read_only(attribute: &Attribute, word: Ident, found: &mut FieldAttributes, errors: &mut Errors) -> syn::Result<()> {
    forms::check_list(attribute, &word, "#[read_only]")?;
    let mut source = None;
    READ_ONLY.parse(inside(attribute), errors, |key| {
        let given = match key.name() {
            "generated" => Source::Generated(key.value("generated = \"price * amount\"")?),
            _ => Source::Default(key.value("default = \"CURRENT_TIMESTAMP\"")?),
        };
        if source.replace(given).is_some() {
            let message = "a column is either `generated` or has a `default`: leave one of them out";
            return Err(syn::Error::new(key.word.span(), message));
        }
        Ok(())
    });
    once(source.unwrap_or(Source::Table), word, &mut found.read_only)
}

fn relation(
    attribute: &Attribute,
    word: Ident,
    kind: Kind,
    found: &mut FieldAttributes,
    errors: &mut Errors,
) -> syn::Result<()> {
    if let Some(error) = forms::only_a_model(attribute, kind.place()) {
        let (on_delete, is_understood) = (OnDeleteWord::Mistaken, Understood::InPart);
        found.relations.push(Relation { word, kind, on_delete, related_name: None, is_understood });
        return Err(error);
    }
    let (mut on_delete, mut related_name) = (OnDeleteWord::Missing, None);
    let keys = Keys::new(kind.place(), RELATION);
    let is_understood = keys.parse(inside(attribute), errors, |key| {
        if key.name() == "on_delete" {
            on_delete = OnDeleteWord::Given(key.word_of(ON_DELETE, "on_delete = cascade")?);
        } else {
            related_name = Some(key.method("related_name = \"articles\"")?);
        }
        Ok(())
    });
    found.key_is_refused |= is_understood == Understood::InPart && others::says_key(inside(attribute));
    if is_understood == Understood::InPart && matches!(on_delete, OnDeleteWord::Missing) {
        on_delete = OnDeleteWord::Mistaken;
    }
    let list = forms::check_list(attribute, &word, &format!("#[{word}(on_delete = cascade)]"));
    if list.is_err() {
        on_delete = OnDeleteWord::Mistaken;
    }
    found.relations.push(Relation { word, kind, on_delete, related_name, is_understood });
    list
}

fn many_to_many(
    attribute: &Attribute,
    word: Ident,
    found: &mut FieldAttributes,
    errors: &mut Errors,
) -> syn::Result<()> {
    if found.many_to_many.is_some() {
        return Err(syn::Error::new(word.span(), "`many_to_many` is given twice"));
    }
    let list = forms::check_list(attribute, &word, "#[many_to_many]");
    let mut many = ManyToMany {
        word,
        through: None,
        through_fields: None,
        related_name: None,
        symmetrical: None,
        table: None,
        is_understood: Understood::Wholly,
    };
    many.is_understood = MANY_TO_MANY.parse(inside(attribute), errors, |key| {
        let word = || key.word.clone();
        match key.name() {
            "through" => many.through = Some(key.path("through = Membership")?),
            "through_fields" => {
                many.through_fields = Some((word(), key.fields("through_fields(user, group)")?));
            }
            "related_name" => {
                let example = "related_name = \"members\"";
                many.related_name = Some((word(), key.method(example)?));
            }
            "symmetrical" => many.symmetrical = Some((word(), key.value("symmetrical = false")?)),
            _ => many.table = Some((word(), key.value("table = \"members\"")?)),
        }
        Ok(())
    });
    found.many_to_many = Some(many);
    list
}
