//! The models that are linked into this program.

use std::collections::{BTreeMap, HashSet};

use signals_core::__private::declared;

use super::meta::{Meta, OnDelete};
use crate::error::WiringMistake;
use crate::error::renamed_column::{FindRenamedColumn, RenamedColumn};

/// Every model that is linked into this program, ordered by table.
pub fn registered_models() -> Vec<&'static Meta> {
    let left_out: Vec<&LeftOut> = declared().collect();
    let is_left_out = |meta: &&'static Meta| left_out.iter().any(|LeftOut(is_left_out)| is_left_out(meta));
    let mut models: Vec<_> = declared::<Meta>().filter(|meta| !is_left_out(meta)).collect();
    models.sort_by_key(|meta| (meta.table, meta.module, meta.place));
    models
}

/// Says of models of the library that this program does not use them.
pub(crate) struct LeftOut(pub(crate) fn(&'static Meta) -> bool);

/// A mistake for each pair of models that have the same table. SQLite ignores case in names, and so does this.
pub(crate) fn same_tables(models: &[&'static Meta]) -> Vec<WiringMistake> {
    let mut tables: BTreeMap<String, Vec<&'static Meta>> = BTreeMap::new();
    for &meta in models {
        tables.entry(meta.table.to_lowercase()).or_default().push(meta);
    }
    let pairs = tables.values().flat_map(|same| same.iter().zip(same.iter().skip(1)));
    let mistake = |(first, second): (&&'static Meta, &&'static Meta)| WiringMistake::SameTable {
        table: first.table.to_owned(),
        models: Box::new([first.declared(), second.declared()]),
    };
    pairs.map(mistake).collect()
}

/// Sorts models so that each one follows the models that it points to. Models that point to each other keep the given order.
pub(crate) fn in_order(models: &[&'static Meta]) -> Vec<&'static Meta> {
    fn visit(
        meta: &'static Meta,
        given: &[&'static Meta],
        seen: &mut HashSet<&'static str>,
        sorted: &mut Vec<&'static Meta>,
    ) {
        if !given.iter().any(|known| known.table == meta.table) || !seen.insert(meta.table) {
            return;
        }
        for relation in meta.fields.iter().filter_map(|field| field.relation.as_ref()) {
            visit(relation.target(), given, seen, sorted);
        }
        sorted.push(meta);
    }
    let (mut seen, mut sorted) = (HashSet::new(), Vec::new());
    for &meta in models {
        visit(meta, models, &mut seen, &mut sorted);
    }
    sorted
}

/// The fields of any models that point to a model.
#[derive(Debug)]
pub(super) struct Pointers {
    fields: Vec<(&'static Meta, usize)>,
    /// Whether a delete of the model has to look at one of them.
    reaches_others: bool,
}

impl Meta {
    /// The models that point to this one, and their fields, in the order of [`registered_models`].
    pub(crate) fn pointed_to_by(&'static self) -> &'static [(&'static Meta, usize)] {
        &self.pointers().fields
    }

    /// Whether a delete of this model reaches rows of others, or of itself.
    pub(super) fn delete_reaches_others(&'static self) -> bool {
        self.pointers().reaches_others
    }

    fn pointers(&'static self) -> &'static Pointers {
        self.pointers.get_or_init(|| {
            let (mut fields, mut reaches_others) = (Vec::new(), false);
            for meta in registered_models() {
                for (index, field) in meta.fields.iter().enumerate() {
                    if let Some(relation) = field.relation.as_ref().filter(|to| std::ptr::eq(to.target(), self)) {
                        fields.push((meta, index));
                        reaches_others |= match relation.on_delete {
                            OnDelete::DoNothing | OnDelete::DbCascade => false,
                            OnDelete::Cascade
                            | OnDelete::Protect
                            | OnDelete::Restrict
                            | OnDelete::SetNull
                            | OnDelete::SetDefault => true,
                        };
                    }
                }
            }
            Pointers { fields, reaches_others }
        })
    }
}

signals_core::__private::register!(
    RENAMED_COLUMN,
    signals_core::__private::Entry::Declared { module: module_path!(), value: &FindRenamedColumn(renamed_column) }
);

/// The field of this name whose column has another name.
fn renamed_column(model: Option<&str>, name: &str) -> Option<RenamedColumn> {
    let models = registered_models().into_iter().filter(|meta| model.is_none_or(|model| model == meta.name));
    let mut fields = models.flat_map(|meta| meta.fields.iter().map(move |field| (meta, field)));
    let (meta, field) = fields.find(|(_, field)| field.name == name && field.column != name)?;
    Some(RenamedColumn { model: meta.name, field: field.name, column: field.column })
}
