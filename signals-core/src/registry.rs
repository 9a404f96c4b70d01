//! What the linker collected. The only file that names linkme.

use std::collections::BTreeSet;

#[cfg(not(target_family = "wasm"))]
use linkme::distributed_slice;

use crate::entry::Entry;
use crate::location::SourceLocation;
use crate::receiver::{Receiver, crate_of};
use crate::wiring_error::WiringError;

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

/// What is missing from the registry, if something is. `module` is one whose running code declares something.
///
/// The linker of MinGW drops entries, because no code refers to them, and keeps some of them by chance: the build script knows
/// whether a flag keeps all. A file that is linked at run time has its own registry. Every program that calls this declares
/// something, so an empty registry is one that was dropped.
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
///
/// ```rust,standalone_crate
/// use signals_core::{receiver, signal};
///
/// #[signal]
/// struct OrderPaid {
///     amount: u64,
/// }
///
/// #[receiver(OrderPaid)]
/// fn thank(amount: u64) {
///     println!("thank you for {amount}");
/// }
///
/// # fn main() {
/// let signals: Vec<_> = signals_core::receivers().map(|receiver| receiver.signal()).collect();
/// assert_eq!(signals, ["OrderPaid"]);
/// # }
/// ```
pub fn receivers() -> impl Iterator<Item = &'static Receiver> {
    ENTRIES_V1.iter().filter_map(|entry| match entry {
        Entry::Receiver(receiver) => Some(receiver),
        _ => None,
    })
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
///
/// ```
/// #[signals_core::signal]
/// struct OrderPaid {}
///
/// let this_crate = module_path!().split("::").next().unwrap_or_default();
/// assert!(signals_core::linked_crates().contains(this_crate));
/// ```
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

/// Puts an [`Entry`] into the registry, as a static with this name.
#[doc(hidden)]
#[macro_export]
macro_rules! __register {
    ($name:ident, $entry:expr) => {
        #[$crate::__private::linkme::distributed_slice($crate::__private::ENTRIES_V1)]
        #[linkme(crate = $crate::__private::linkme)]
        static $name: $crate::__private::Entry = $entry;
    };
}

/// Puts a receiver into the registry. All of it is one literal in one static: another static, and each call in one, cost time in every
/// build.
#[doc(hidden)]
#[macro_export]
macro_rules! __register_receiver {
    (
        $static:ident, $name:expr, $function:ty, $after:expr, $before:expr,
        $raw:literal, $filters:expr, $reads:expr, $context:expr, $timeout:expr, $durable:expr,
        { $($check:tt)* } $bound:expr
    ) => {
        #[doc(hidden)]
        #[allow(elided_lifetimes_in_paths, clippy::type_complexity, reason = "a signal is asked for in steps, without its lifetime")]
        #[$crate::__private::linkme::distributed_slice($crate::__private::ENTRIES_V1)]
        #[linkme(crate = $crate::__private::linkme)]
        static $static: $crate::__private::Entry = {
            $($check)*
            $crate::__private::Entry::Receiver($crate::__private::Receiver {
                id: $crate::__private::ReceiverId::linked($name, ::core::file!(), ::core::line!(), ::core::column!()),
                module: ::core::module_path!(),
                filters: $filters,
                reads: $reads,
                raw: $raw,
                context: $context,
                timeout: $timeout,
                durable: $durable,
                function: <$function as $crate::__private::ReceiverName>::ID,
                after: $after,
                before: $before,
                bound: $bound,
            })
        };
    };
}
