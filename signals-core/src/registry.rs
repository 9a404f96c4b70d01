//! What the linker collected. The only file that names linkme.

use core::any::{Any, TypeId};
use std::collections::{BTreeSet, HashMap};

#[cfg(not(target_family = "wasm"))]
use linkme::distributed_slice;

use crate::check::WiringError;
use crate::receiver::{Receiver, Source, SourceLocation};

/// What one use of a macro leaves in the program.
#[doc(hidden)]
#[derive(Debug)]
pub enum Entry {
    /// `#[receiver]`: one per signal and sender.
    Receiver(Receiver),
    /// Anything else that a crate declares: a signal, or what another crate of the family wants to find again by its
    /// type, such as a model.
    Declared { module: &'static str, value: &'static (dyn Any + Send + Sync) },
    /// A crate that `apps!` names.
    App { name: &'static str, location: SourceLocation },
}

/// What `#[signal]` leaves in the registry.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct SignalDeclaration {
    pub name: &'static str,
    pub module: &'static str,
}

/// Everything that is linked into this program. The order of its elements means nothing: it differs between linkers
/// and between debug and release.
#[cfg(not(target_family = "wasm"))]
#[doc(hidden)]
#[distributed_slice]
pub static ENTRIES_V1: [Entry];

#[cfg(target_family = "wasm")]
#[doc(hidden)]
pub static ENTRIES_V1: [Entry; 0] = [];

#[cfg(target_family = "wasm")]
compile_error!(
    "signals does not run on WebAssembly: its linker has no sections that collect receivers and models; build for a target of \
     Linux, macOS, Windows, Android, iOS or a BSD"
);

/// What is missing from the registry, if something is. `module` is where code that runs declares something.
///
/// The linker of MinGW drops entries, since nothing refers to them, and keeps some of them by chance: the build script knows
/// whether a flag keeps all. A file that is linked at run time has a registry of its own. A program that asks declares something,
/// so that an empty registry is one that was dropped.
#[doc(hidden)]
pub fn incomplete(module: Option<&'static str>) -> Option<WiringError> {
    if cfg!(linker_drops_entries) || ENTRIES_V1.is_empty() {
        return Some(WiringError::Incomplete { module: None });
    }
    let module = module?;
    let declares = |entry: &Entry| matches!(entry, Entry::Declared { module: known, .. } if *known == module);
    (!ENTRIES_V1.iter().any(declares)).then_some(WiringError::Incomplete { module: Some(module) })
}

/// All receivers that are linked into this program, in no order.
pub fn receivers() -> impl Iterator<Item = &'static Receiver> {
    ENTRIES_V1.iter().filter_map(|entry| match entry {
        Entry::Receiver(receiver) => Some(receiver),
        _ => None,
    })
}

/// Receivers by what they receive.
pub(crate) struct ByPayload(HashMap<TypeId, Vec<&'static Receiver>>);

impl ByPayload {
    pub(crate) fn of(receivers: &[&'static Receiver]) -> Self {
        let mut payloads: HashMap<_, Vec<_>> = HashMap::new();
        for receiver in receivers {
            payloads.entry(receiver.payload()).or_default().push(*receiver);
        }
        Self(payloads)
    }

    /// What is received, each once.
    pub(crate) fn sources(&self) -> impl Iterator<Item = Source> {
        self.0.values().filter_map(|receivers| Some(receivers.first()?.source()))
    }

    /// Those whom a signal calls, receivers of any sender among them.
    pub(crate) fn called_by(&self, source: &Source) -> Vec<&'static Receiver> {
        [Some(source.own), source.any]
            .iter()
            .flatten()
            .filter_map(|payload| self.0.get(payload))
            .flatten()
            .copied()
            .collect()
    }
}

/// All declared values of one type, in no order.
#[doc(hidden)]
pub fn declared<T: 'static>() -> impl Iterator<Item = &'static T> {
    ENTRIES_V1.iter().filter_map(|entry| match entry {
        Entry::Declared { value, .. } => value.downcast_ref(),
        _ => None,
    })
}

/// The crates of this program that declare models, signals or receivers.
pub fn linked_crates() -> BTreeSet<&'static str> {
    let modules = ENTRIES_V1.iter().filter_map(|entry| match entry {
        Entry::Receiver(receiver) => Some(receiver.module),
        Entry::Declared { module, .. } => Some(module),
        Entry::App { .. } => None,
    });
    modules.map(crate_of).collect()
}

/// The crates that `apps!` names, and where.
pub(crate) fn apps() -> impl Iterator<Item = (&'static str, SourceLocation)> {
    ENTRIES_V1.iter().filter_map(|entry| match entry {
        Entry::App { name, location } => Some((*name, *location)),
        _ => None,
    })
}

/// The first segment of a module's path.
pub(crate) fn crate_of(module: &str) -> &str {
    module.split("::").next().unwrap_or(module)
}

/// Puts an [`Entry`] into the registry.
#[doc(hidden)]
#[macro_export]
macro_rules! __register {
    ($entry:expr) => {
        const _: () = {
            #[$crate::__private::linkme::distributed_slice($crate::__private::ENTRIES_V1)]
            #[linkme(crate = $crate::__private::linkme)]
            static ENTRY: $crate::__private::Entry = $entry;
        };
    };
}
