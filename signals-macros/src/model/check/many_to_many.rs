//! The rules for `#[many_to_many]` fields.

use syn::{GenericArgument, Ident, ItemStruct, LitStr, Path, PathArguments, Type};

use super::fields::Relating;
use super::{composites, fields, related_name as name_of_method};
use crate::errors::Errors;
use crate::grammar::{Understood, text};
use crate::model::defaults;
use crate::model::ir::{ManyToManyField, Model, Origin, Sides, Through, ThroughFields};
use crate::model::parse::{ManyToMany, Parsed};
use crate::model::types::many_to_many;
use crate::written::is_camel;

/// `table` is the table of the model with the field.
pub(super) fn check<'a>(
    relating: &Relating<'a>,
    parsed: &'a Parsed,
    table: &str,
    errors: &mut Errors,
) -> Option<ManyToManyField<'a>> {
    let &Relating { name, ty, attribute, through: generated } = relating;
    let Some(target) = many_to_many(ty) else {
        let model = model_in(ty).unwrap_or_else(|| "Group".to_owned());
        errors.on(
            ty,
            format!(
                "`many_to_many` goes on a field of the type `ManyToMany`\n\n\
                 help: write `ManyToMany<{model}>`, if `{model}` is the model"
            ),
        );
        return None;
    };
    // A model has no arguments, but what is around it has.
    if let Some(model) = model_in(target).filter(|model| *model != text(target)) {
        errors.on(
            target,
            format!("`ManyToMany` takes the model itself, not `{}`\n\nhelp: write `ManyToMany<{model}>`", text(target)),
        );
        return None;
    }
    let sides = sides(attribute, target, &parsed.item);
    let through = if let Some(path) = &attribute.through {
        written(path, attribute, sides, &parsed.item, errors)
    } else {
        let table = through_table(name, attribute, table, parsed, errors);
        let parsed = generated?;
        let model = Box::new(through_model(parsed, table, Origin::ThroughModelOf { field: name, target }, errors));
        Through::Generated { parsed, model }
    };
    let related_name = related_name(attribute, sides, errors);
    let is_lost = attribute.related_name.is_none() && attribute.is_understood == Understood::InPart;
    let reverse_is_refused = is_lost || attribute.related_name.is_some() && related_name.is_none();
    Some(ManyToManyField { name, ty, target, word: &attribute.word, through, sides, related_name, reverse_is_refused })
}

/// `Group` in `Vec<Id<Group>>`: the innermost type that is written.
fn model_in(ty: &Type) -> Option<String> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    match &last.arguments {
        PathArguments::None => Some(text(ty)).filter(|text| text != "String" && is_camel(&last.ident.to_string())),
        PathArguments::AngleBracketed(arguments) => match arguments.args.last()? {
            GenericArgument::Type(inner) => model_in(inner),
            _ => None,
        },
        PathArguments::Parenthesized(_) => None,
    }
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

fn through_table(name: &Ident, attribute: &ManyToMany, table: &str, parsed: &Parsed, errors: &mut Errors) -> String {
    if let Some((word, _)) = attribute.through_fields.as_ref().filter(|_| attribute.is_understood == Understood::Wholly)
    {
        errors.on(word, "`through_fields` are those of the model that `through` names, and there is none");
    }
    let given = attribute.table.as_ref().map(|(_, given)| given);
    defaults::through_table(given, name, table, parsed, errors)
}

/// The generated through model. It has columns and one composite, and no many-to-many field.
fn through_model<'a>(parsed: &'a Parsed, table: String, origin: Origin<'a>, errors: &mut Errors) -> Model<'a> {
    let fields = fields::check(parsed, errors);
    let composites = composites::check(parsed, &fields.columns, fields.key, errors);
    Model {
        name: &parsed.item.ident,
        table,
        columns: fields.columns,
        key: fields.key,
        skipped: fields.skipped,
        composites,
        many_to_many: Vec::new(),
        origin,
    }
}

/// The through model that the user wrote.
fn written<'a>(
    path: &'a Path,
    attribute: &'a ManyToMany,
    sides: Sides<'_>,
    item: &ItemStruct,
    errors: &mut Errors,
) -> Through<'a> {
    if let Some((word, _)) = &attribute.table {
        let model = text(path);
        errors.on(word, format!("`table` is that of a model that is made here, and `{model}` has one already"));
    }
    let fields = match attribute.through_fields.as_ref().map(|(word, fields)| (word, &fields[..])) {
        None if attribute.is_understood == Understood::InPart => ThroughFields::Mistaken,
        None if matches!(sides, Sides::Different) => ThroughFields::Only,
        None => {
            errors.on(
                path,
                format!(
                    "which of its fields points from `{0}`, and which one to `{0}`?\n\n\
                     help: write `through_fields(from, to)` with their names",
                    item.ident
                ),
            );
            ThroughFields::Mistaken
        }
        Some((_, [source, target])) => ThroughFields::Named([source, target]),
        Some((word, _)) => {
            errors
                .on(word, "`through_fields` are two: the one that points to this model, and the one to the other side");
            ThroughFields::Mistaken
        }
    };
    Through::Written { path, fields }
}

fn related_name<'a>(attribute: &'a ManyToMany, sides: Sides<'_>, errors: &mut Errors) -> Option<&'a LitStr> {
    let (word, name) = attribute.related_name.as_ref()?;
    if attribute.is_understood == Understood::InPart && attribute.symmetrical.is_none() {
        return None;
    }
    if let Sides::Symmetrical(_) = sides {
        errors.on(
            word,
            "a symmetrical relation has no other side to name\n\nhelp: remove it, or write `symmetrical = false`",
        );
        return None;
    }
    name_of_method::check(name, errors).then_some(name)
}
