//! What a model must be, beyond the grammar.

use quote::ToTokens;
use syn::ext::IdentExt;
use syn::{Expr, Fields, Ident, LitStr, Type};

use super::defaults;
use super::many::{self, ManyField};
use super::parse::{FieldAttributes, Kind, OnDeleteWord, Parsed, Relation, Source, Together, TogetherKind};
use crate::errors::Errors;
use crate::suggest;

/// A model. It borrows the person's tokens.
pub(super) struct Model<'a> {
    pub(super) name: &'a Ident,
    pub(super) table: String,
    pub(super) columns: Vec<Column<'a>>,
    /// Which of the columns is the key; past the last of them if there is none, which is a mistake.
    pub(super) key: usize,
    pub(super) skipped: Vec<Skipped<'a>>,
    pub(super) composites: Vec<Composite>,
    pub(super) many: Vec<ManyField<'a>>,
    pub(super) author: Author<'a>,
}

/// A field that is no column.
pub(super) struct Skipped<'a> {
    pub(super) name: &'a Ident,
    pub(super) ty: &'a Type,
    pub(super) default: Option<&'a Expr>,
}

/// Who wrote the struct.
#[derive(Clone, Copy)]
pub(super) enum Author<'a> {
    Person,
    /// The attribute `many_to_many` on this field, to rows of this type, which needs a model between two others.
    Relation(&'a Ident, &'a Type),
}

/// What is said of several columns together.
pub(super) struct Composite {
    pub(super) kind: TogetherKind,
    /// Which of the columns they are.
    pub(super) columns: Vec<usize>,
}

/// A field that is a column.
pub(super) struct Column<'a> {
    pub(super) name: &'a Ident,
    pub(super) ty: &'a Type,
    pub(super) stored_as: String,
    pub(super) unique: bool,
    pub(super) index: bool,
    pub(super) version: bool,
    pub(super) default: Option<&'a Expr>,
    pub(super) update: Option<&'a Expr>,
    /// What gives it its value, if the database does.
    pub(super) read_only: Option<&'a Source>,
    pub(super) relation: Option<Pointer<'a>>,
}

/// A column that points to a row of another model.
pub(super) struct Pointer<'a> {
    pub(super) word: &'a Ident,
    pub(super) kind: Kind,
    pub(super) on_delete: OnDelete,
    pub(super) related_name: Option<&'a LitStr>,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum OnDelete {
    Cascade,
    DbCascade,
    Protect,
    Restrict,
    SetNull,
    SetDefault,
    DoNothing,
}

const ON_DELETE: &[(&str, OnDelete)] = &[
    ("cascade", OnDelete::Cascade),
    ("db_cascade", OnDelete::DbCascade),
    ("protect", OnDelete::Protect),
    ("restrict", OnDelete::Restrict),
    ("set_null", OnDelete::SetNull),
    ("set_default", OnDelete::SetDefault),
    ("do_nothing", OnDelete::DoNothing),
];

/// The model, also if it has mistakes: what is built of it then keeps each use of it from being another one.
pub(super) fn check<'a>(parsed: &'a Parsed, errors: &mut Errors) -> Option<Model<'a>> {
    let item = &parsed.item;
    if item.generics.lifetimes().next().is_some() {
        errors.on(
            &item.generics,
            format!("`{}` borrows, and a model owns its values\n\nhelp: use a `String` for a `&str`", item.ident),
        );
    } else if !item.generics.params.is_empty() {
        errors.on(
            &item.generics,
            format!("a model cannot be generic: `{}` is one table, of columns that are known", item.ident),
        );
    }
    match &item.fields {
        Fields::Named(_) => {}
        Fields::Unnamed(fields) => {
            errors.on(
                fields,
                format!(
                    "the fields of a model have names, which are its columns\n\n\
                     help: write `struct {0} {{ #[key] id: Id<{0}>, .. }}`",
                    item.ident
                ),
            );
            return None;
        }
        Fields::Unit => {
            errors.on(
                &item.ident,
                format!(
                    "`{0}` has no fields, and a model needs a key\n\nhelp: write `struct {0} {{ #[key] id: Id<{0}> }}`",
                    item.ident
                ),
            );
            return None;
        }
    }

    let (mut columns, mut skipped, mut keys, mut has_version) = (Vec::new(), Vec::new(), Vec::new(), false);
    let mut relations = Vec::new();
    for (field, attributes) in item.fields.iter().zip(&parsed.fields) {
        let Some(name) = &field.ident else { continue };
        if let Some(cfg) = field.attrs.iter().find(|attribute| attribute.path().is_ident("cfg")) {
            errors.on(cfg, "a field of a model cannot depend on `cfg`: a table has the same columns in every build");
        }
        if let Some(skip) = &attributes.skip {
            check_no_column(skip, attributes, errors);
            let default = attributes.default.as_ref().map(|(_, expr)| expr);
            skipped.push(Skipped { name, ty: &attributes.ty, default });
            continue;
        }
        if let Some(attribute) = &attributes.many_to_many {
            check_no_column(&attribute.word, attributes, errors);
            relations.push((name, attribute, &attributes.ty));
            continue;
        }
        if let Some(target) = many::target(&attributes.ty) {
            errors.on(
                &attributes.ty,
                format!(
                    "a field of the type `ManyToMany<{}>` is no column, and does not say that it is a relation\n\n\
                     help: write `#[many_to_many]` in front of it",
                    text(target)
                ),
            );
            continue;
        }
        if let Some(word) = &attributes.key {
            keys.push((word, columns.len()));
        }
        if let Some(word) = &attributes.version {
            if has_version {
                errors.on(word, "a model has one version\n\nhelp: leave one of them as a plain integer");
            }
            has_version = true;
        }
        columns.push(column(name, attributes, errors));
    }
    if let Some(column) = columns.get(128) {
        errors.on(
            column.name,
            "a model has at most 128 columns\n\nhelp: move some of them to a model of their own, with a `one_to_one`",
        );
    }
    check_names(&columns, errors);
    check_constructor(parsed, errors);
    let key = check_keys(&keys, &item.ident, errors);
    let table = defaults::table(parsed, errors);
    let composites = composites(parsed, &columns, errors);
    let many = relations
        .into_iter()
        .filter_map(|(name, attribute, ty)| many::check(name, attribute, ty, parsed, &table, errors));
    let many = many.collect();
    Some(Model { name: &item.ident, table, columns, key, skipped, composites, many, author: Author::Person })
}

fn composites(parsed: &Parsed, columns: &[Column<'_>], errors: &mut Errors) -> Vec<Composite> {
    let mut composites: Vec<Composite> = Vec::new();
    for together in &parsed.arguments.together {
        let Some(columns) = together_columns(together, parsed, columns, errors) else { continue };
        let Together { word, kind, .. } = together;
        let mut sorted = columns.clone();
        sorted.sort_unstable();
        let is_same = |other: &Composite| {
            let mut others = other.columns.clone();
            // Uniqueness knows no order, an index does.
            others.sort_unstable();
            *kind == other.kind
                && if *kind == TogetherKind::Unique { others == sorted } else { other.columns == columns }
        };
        if composites.iter().any(is_same) {
            errors.on(word, format!("`{word}` is said of these fields already"));
        } else {
            composites.push(Composite { kind: *kind, columns });
        }
    }
    composites
}

/// The columns that `unique(a, b)` names, if there is no mistake in them.
fn together_columns(
    together: &Together,
    parsed: &Parsed,
    columns: &[Column<'_>],
    errors: &mut Errors,
) -> Option<Vec<usize>> {
    let Together { word, fields, .. } = together;
    match &fields[..] {
        [] => {
            errors.on(word, format!("`{word}` names no field\n\nhelp: write `{word}(team, number)`, or leave it out"));
            return None;
        }
        [field] if position(field, columns).is_some() => {
            let message =
                format!("`{word}` of the model is about several fields\n\nhelp: write `#[{word}]` on `{field}`");
            errors.on(field, message);
            return None;
        }
        _ => {}
    }
    let mut found = Vec::new();
    let mut good = true;
    for field in fields {
        let mistake = match position(field, columns) {
            Some(column) if found.contains(&column) => format!("`{field}` stands twice in this `{word}`"),
            Some(column) => {
                found.push(column);
                continue;
            }
            None => no_column(field, word, parsed, columns),
        };
        errors.on(field, mistake);
        good = false;
    }
    good.then_some(found)
}

fn position(field: &Ident, columns: &[Column<'_>]) -> Option<usize> {
    columns.iter().position(|column| column.name.unraw() == field.unraw())
}

fn no_column(field: &Ident, word: &Ident, parsed: &Parsed, columns: &[Column<'_>]) -> String {
    let is_it = |other: &syn::Field| other.ident.as_ref().is_some_and(|name| name.unraw() == field.unraw());
    if parsed.item.fields.iter().any(is_it) {
        return format!("`{field}` is no column, and `{word}` is about columns");
    }
    let names: Vec<String> = columns.iter().map(|column| column.name.unraw().to_string()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let help = suggest::help(&field.unraw().to_string(), &names);
    format!("no field `{field}` on the model `{}`\n\nhelp: {help}", parsed.item.ident)
}

/// Refuses a `#[default]` that nothing would use.
fn check_constructor(parsed: &Parsed, errors: &mut Errors) {
    let without_constructor = parsed.constructor.is_none();
    if let Some(word) = parsed.fields.iter().find_map(default_of_constructor).filter(|_| without_constructor) {
        let model = &parsed.item.ident;
        errors.on(
            word,
            format!(
                "`{word}` is the value of this field in `{model}::default()`, which is not derived here\n\n\
                 help: write `#[derive(Default)]` below `#[model]`; an `impl Default` of your own sets the field itself"
            ),
        );
    }
}

/// The word `default` of a field that has its value from the constructor alone. The default of a key is also for a row that
/// is inserted without one, and that of `set_default` for a column that is updated.
fn default_of_constructor(attributes: &FieldAttributes) -> Option<&Ident> {
    let is_set_default =
        |relation: &Relation| matches!(&relation.on_delete, OnDeleteWord::Given(word) if word == "set_default");
    let is_used_elsewhere = attributes.key.is_some()
        || attributes.version.is_some()
        || attributes.many_to_many.is_some()
        || attributes.relations.iter().any(is_set_default);
    attributes.default.as_ref().map(|(word, _)| word).filter(|_| !is_used_elsewhere)
}

/// Refuses what is said of a column on a field that is none, because it has the attribute `word`.
fn check_no_column(word: &Ident, attributes: &FieldAttributes, errors: &mut Errors) {
    let words = [&attributes.key, &attributes.unique, &attributes.index, &attributes.version];
    // A field with `skip` has a value, so it can have a default.
    let default = attributes.default.as_ref().filter(|_| attributes.skip.is_none());
    let with_values = [default, attributes.update.as_ref()].map(|value| value.map(|(word, _)| word));
    let column = attributes.column.as_ref().map(|(word, _)| word);
    let column = column.into_iter().chain(attributes.read_only.as_ref().map(|(word, _)| word));
    let relations = attributes.relations.iter().map(|relation| &relation.word);
    let many = attributes.many_to_many.as_ref().map(|many| &many.word).filter(|other| *other != word);
    let others = words.into_iter().flatten().chain(with_values.into_iter().flatten()).chain(column).chain(relations);
    for other in others {
        errors.on(other, format!("a field with `{word}` is no column, and `{other}` says something of a column"));
    }
    if let Some(other) = many {
        errors.on(other, format!("a field with `{word}` cannot have `{other}`: leave one of them out"));
    }
}

fn column<'a>(name: &'a Ident, attributes: &'a FieldAttributes, errors: &mut Errors) -> Column<'a> {
    let ty = &attributes.ty;
    if let (Some(_), Some((word, _))) = (&attributes.key, &attributes.update) {
        errors.on(
            word,
            format!(
                "the key of a model cannot have `{word}`: each save would be of another row\n\n\
                     help: `#[default(..)]` is the key of a row that is inserted without one"
            ),
        );
    }
    if let (Some(_), Some(relation)) = (&attributes.key, attributes.relations.first()) {
        errors.on(
            &relation.word,
            "the key of a model cannot be a relation as well\n\nhelp: give the model an `Id` of its own",
        );
    }
    if let Some(version) = &attributes.version {
        check_version(version, attributes, errors);
    }
    if let Some((word, source)) = &attributes.read_only {
        check_read_only(word, source, attributes, errors);
    }
    if let [_, second, ..] = &attributes.relations[..] {
        errors.on(&second.word, "a field points to one model: it is either `one_to_one` or `foreign_key`");
    }
    let given = attributes.column.as_ref().map(|(_, given)| given);
    let stored_as = defaults::column(given, name, !attributes.relations.is_empty(), errors);
    Column {
        name,
        ty,
        stored_as,
        unique: attributes.unique.is_some(),
        index: attributes.index.is_some(),
        version: attributes.version.is_some(),
        default: attributes.default.as_ref().map(|(_, expr)| expr),
        update: attributes.update.as_ref().map(|(_, expr)| expr),
        read_only: attributes.read_only.as_ref().map(|(_, source)| source),
        relation: attributes.relations.first().map(|relation| pointer(relation, attributes, errors)),
    }
}

/// What the database sets, nothing else can.
fn check_read_only(word: &Ident, source: &Source, attributes: &FieldAttributes, errors: &mut Errors) {
    if let Source::Generated(sql) | Source::Default(sql) = source
        && sql.value().trim().is_empty()
    {
        errors.on(sql, "the SQL that gives the column its value cannot be empty");
    }
    if let Some(key) = &attributes.key {
        let message = "the key of a model cannot be read-only: a row is found by it\n\n\
                       help: the database assigns one of the type `Id`, without `read_only`";
        errors.on(key, message);
    }
    let values = [&attributes.default, &attributes.update].map(|value| value.as_ref().map(|(word, _)| word));
    let relations = attributes.relations.iter().map(|relation| &relation.word);
    for other in values.into_iter().flatten().chain(relations).chain(&attributes.version) {
        errors.on(other, format!("a field with `{word}` is set by the database, so it cannot have `{other}`"));
    }
}

/// A version is counted by the saves, so that nothing else can set it.
fn check_version(version: &Ident, attributes: &FieldAttributes, errors: &mut Errors) {
    if attributes.key.is_some() {
        errors.on(version, "the key of a model cannot be its version\n\nhelp: add a field `#[version] version: i64`");
    }
    let values = [&attributes.default, &attributes.update].map(|value| value.as_ref().map(|(word, _)| word));
    let relations = attributes.relations.iter().map(|relation| &relation.word);
    for other in values.into_iter().flatten().chain(relations).chain(&attributes.unique) {
        errors.on(other, format!("a field with `{version}` counts the saves of a row, so it cannot have `{other}`"));
    }
}

fn pointer<'a>(relation: &'a Relation, attributes: &FieldAttributes, errors: &mut Errors) -> Pointer<'a> {
    let (word, kind) = (&relation.word, relation.kind);
    let on_delete = on_delete(relation, attributes, errors);
    let related_name = relation.related_name.as_ref().filter(|name| check_related_name(name, errors));
    Pointer { word, kind, on_delete, related_name }
}

pub(super) fn check_related_name(name: &LitStr, errors: &mut Errors) -> bool {
    let is_name = syn::parse_str::<Ident>(&name.value()).is_ok();
    if !is_name {
        errors.on(
            name,
            "`related_name` becomes a method, so it must be a name\n\nhelp: write it as in `related_name = \"articles\"`",
        );
    }
    is_name
}

fn on_delete(relation: &Relation, attributes: &FieldAttributes, errors: &mut Errors) -> OnDelete {
    let (word, ty) = (&relation.word, &attributes.ty);
    let words: Vec<&str> = ON_DELETE.iter().map(|(word, _)| *word).collect();
    let given = match &relation.on_delete {
        OnDeleteWord::Given(given) => given,
        OnDeleteWord::Mistaken => return OnDelete::DoNothing,
        OnDeleteWord::Missing => {
            errors.on(
                word,
                format!(
                    "`{word}` does not say what becomes of this row when the other one is deleted\n\n\
                     help: write `#[{word}(on_delete = cascade)]`, or another of {}",
                    suggest::list(&words)
                ),
            );
            return OnDelete::DoNothing;
        }
    };
    let Some((_, on_delete)) = ON_DELETE.iter().find(|(word, _)| given == word) else {
        let help = suggest::help(&given.to_string(), &words);
        errors.on(given, format!("unknown value `{given}` of `on_delete`\n\nhelp: {help}"));
        return OnDelete::DoNothing;
    };
    // What another type is, an alias of an `Option`, only the compiler knows.
    if *on_delete == OnDelete::SetNull && is_id(ty) {
        errors.on(given, needs_null(ty));
    }
    if *on_delete == OnDelete::SetDefault && attributes.default.is_none() {
        errors.on(
            given,
            "`set_default` needs to know the default\n\nhelp: add it to the field, as in `#[default(Id::new(1))]`",
        );
    }
    *on_delete
}

fn check_names(columns: &[Column<'_>], errors: &mut Errors) {
    for (index, column) in columns.iter().enumerate() {
        let same = |other: &&Column<'_>| other.stored_as.eq_ignore_ascii_case(&column.stored_as);
        if let Some(first) = columns[..index].iter().find(same) {
            errors.on(
                column.name,
                format!("the fields `{}` and `{}` have the same column `{}`", first.name, column.name, first.stored_as),
            );
        }
    }
}

/// Which of the columns is the key.
fn check_keys(keys: &[(&Ident, usize)], name: &Ident, errors: &mut Errors) -> usize {
    let Some(((_, key), others)) = keys.split_first() else {
        errors.on(name, format!("`{name}` has no key\n\nhelp: add the field `#[key] id: Id<{name}>`"));
        return usize::MAX;
    };
    for (word, _) in others {
        errors.on(word, "a model has one key\n\nhelp: make the other fields `#[unique]`");
    }
    *key
}

/// The type within `Option<..>`, if the type is written as one.
pub(super) fn option(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?;
    let syn::PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
    match arguments.args.first()? {
        syn::GenericArgument::Type(inner) if last.ident == "Option" => Some(inner),
        _ => None,
    }
}

fn is_id(ty: &Type) -> bool {
    let Type::Path(path) = ty else { return false };
    path.path.segments.last().is_some_and(|last| last.ident == "Id" || last.ident == "Ref")
}

/// What is wrong with a field of this type that is to be set to NULL.
pub(super) fn needs_null(ty: &Type) -> String {
    format!("`set_null` needs a field that can be null\n\nhelp: make it an `Option<{}>`", text(ty))
}

fn text(ty: &Type) -> String {
    ty.to_token_stream().to_string().replace(' ', "")
}
