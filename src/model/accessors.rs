//! The methods that relations add to models, on both sides. Two methods of one model with the same name would hide each other.

use std::collections::BTreeMap;

use super::meta::Meta;
use crate::error::{DeclaredField, WiringMistake};

/// Where a method comes from: a field of a model.
type Origin = (&'static Meta, &'static str);

/// A mistake for each pair of relations that add the same method to a model. Django refuses them as fields.E302 to fields.E305.
pub(crate) fn same_accessors(models: &[&'static Meta]) -> Vec<WiringMistake> {
    // By location, which identifies a model.
    let mut methods: BTreeMap<_, (&'static Meta, Vec<Origin>)> = BTreeMap::new();
    let mut note = |on: &'static Meta, name: String, origin: Origin| {
        methods.entry((on.module, on.place, on.name, name)).or_insert((on, Vec::new())).1.push(origin);
    };
    for &meta in models {
        for (index, field) in meta.fields.iter().enumerate() {
            if field.unique && index != meta.key {
                note(meta, format!("by_{}", field.name), (meta, field.name));
            }
        }
        for accessor in meta.accessors {
            if let Some(on) = accessor.model(meta) {
                note(on, accessor.name.to_owned(), (meta, accessor.field));
            }
        }
    }
    let declared = |(meta, name): &Origin| DeclaredField { name: (*name).to_owned(), model: meta.declared() };
    let mut mistakes = Vec::new();
    for ((.., name), (model, mut origins)) in methods {
        // The model's own methods come first, since those hide the others.
        origins.sort_by_key(|(meta, field)| (!std::ptr::eq(*meta, model), meta.module, meta.place, *field));
        for (first, second) in origins.iter().zip(origins.iter().skip(1)) {
            mistakes.push(WiringMistake::SameAccessor {
                model: model.declared().path,
                method: name.clone(),
                fields: Box::new([declared(first), declared(second)]),
            });
        }
    }
    mistakes
}
