//! Muting receivers in one scope.

use core::fmt;

use crate::receiver::Receiver;
use crate::registry;
use crate::rules::{Effect, RuleGuard};
use crate::scope::{Scope, ScopeKind, scope_kind};
use crate::select::{Selector, Selects};

/// Mutes receivers in a scope until the guard is dropped: they are not called, and their filters are not asked. Other scopes, such as
/// the databases of tests that run at the same time, are not affected.
///
/// It takes receivers, signals, models, and tuples of them: see [`Selects`]. A muted signal or model also mutes closures that were
/// connected at run time, but not what a test records.
///
/// In Django, `mute_signals` of `factory_boy` mutes a whole signal for all tests that run at the same time.
///
/// ```rust,standalone_crate
/// use signals_core::testing::mute;
/// use signals_core::{Context, receiver, signal};
///
/// #[signal]
/// struct OrderPaid<'a> {
///     number: u32,
///     context: &'a Context,
/// }
///
/// #[receiver(OrderPaid)]
/// fn book(number: u32) -> Result<(), String> {
///     Err(format!("order {number} is unknown"))
/// }
///
/// # fn main() -> Result<(), signals_core::SignalError> {
/// let context = Context::new();
/// let muted = mute::<book>(&context);
/// OrderPaid { number: 7, context: &context }.send()?;
/// drop(muted);
/// assert!(OrderPaid { number: 7, context: &context }.send().is_err());
/// # Ok(())
/// # }
/// ```
///
/// # Panics
/// If what is muted would be called anyway, because its signal is not sent in such a scope.
#[must_use = "the receivers are called again when this is dropped"]
#[track_caller]
pub fn mute<S: Selects>(scope: &(impl Scope + ?Sized)) -> Muted {
    if let Some(reason) = called_anyway(S::SELECTOR, scope_kind(scope)) {
        panic!("{reason}");
    }
    Muted { _rule: RuleGuard::new(scope.scope_id(), Effect::Mute(S::SELECTOR)) }
}

/// Mutes everything in a scope except for these receivers, signals and models, until the guard is dropped.
///
/// What is not sent in the scope is called as usual. With several guards, what one of them mutes is muted.
///
/// ```rust,standalone_crate
/// use signals_core::testing::{only, record_all};
/// use signals_core::{Context, receiver, signal};
///
/// #[signal]
/// struct OrderPaid {
///     context: Context,
/// }
///
/// #[receiver(OrderPaid)]
/// fn book() {}
///
/// #[receiver(OrderPaid)]
/// fn thank() {}
///
/// # fn main() -> Result<(), signals_core::SignalError> {
/// let context = Context::new();
/// let (_only, recorded) = (only::<thank>(&context), record_all(&context));
/// OrderPaid { context }.send()?;
/// assert_eq!(recorded.lines(), "OrderPaid -> thank\n");
/// # Ok(())
/// # }
/// ```
#[must_use = "all receivers are called again when this is dropped"]
pub fn only<S: Selects>(scope: &(impl Scope + ?Sized)) -> Muted {
    Muted { _rule: RuleGuard::new(scope.scope_id(), Effect::Only(S::SELECTOR)) }
}

/// The guard of [`mute`] and [`only`].
#[must_use = "the receivers are called again when this is dropped"]
pub struct Muted {
    _rule: RuleGuard,
}

impl fmt::Debug for Muted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Muted").finish_non_exhaustive()
    }
}

/// Why this would be called anyway, if it would.
fn called_anyway(selector: Selector, kind: ScopeKind) -> Option<String> {
    match selector {
        Selector::Function(function) => {
            let is_unreachable = |receiver: &&'static Receiver| {
                receiver.function == function && !receiver.source().sent_in.reaches(kind)
            };
            let receiver = registry::receivers().find(is_unreachable)?;
            let (name, source) = (&receiver.id.name, receiver.source());
            let why = source.sent_in.not_in(kind);
            Some(format!("`{name}` cannot be muted here: it receives `{}`, which {why}", source.signal))
        }
        Selector::Signal { name, sent_in, .. } if !sent_in.reaches(kind) => {
            Some(format!("`{name}` cannot be muted here: it {}", sent_in.not_in(kind)))
        }
        Selector::Signal { .. } | Selector::Sender(_) => None,
        Selector::All(selectors) => selectors.iter().find_map(|selector| called_anyway(*selector, kind)),
    }
}
