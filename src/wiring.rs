//! What is wired?

#[doc(inline)]
pub use signals_core::{WiredReceiver, WiredSignal, Wiring, WiringError};

use crate::model::{Meta, registered_models};

/// Whom each signal of this program calls, in which order: what happens when a user is saved.
///
/// ```rust,standalone_crate
/// use signals::prelude::*;
///
/// #[model]
/// struct User {
///     #[key]
///     id: Id<User>,
/// }
///
/// #[receiver(post_save, sender = User, created = true)]
/// fn welcome(instance: &User) {}
///
/// #[receiver([post_save, post_delete])]
/// fn audit(instance: &dyn AnyModel) {}
///
/// # fn main() {
/// print!("{}", signals::wiring().of_sender("User"));
/// # let wiring = signals::wiring().of_sender("User");
/// # assert_eq!(wiring.signals.iter().map(|signal| signal.receivers.len()).collect::<Vec<_>>(), [2, 1]);
/// # }
/// ```
///
/// prints, with the places where they stand:
///
/// ```text
/// User (shop::accounts)
///   post_save
///     1  shop::accounts::welcome  created = true  src/accounts.rs:9:1
///     2  shop::accounts::audit    any sender      src/accounts.rs:12:1
///   post_delete
///     1  shop::accounts::audit    any sender      src/accounts.rs:12:1
/// ```
///
/// A [`Wiring`] is also JSON, a picture, a page, and a file that a test compares.
pub fn wiring() -> Wiring {
    Wiring::of(registered_models().into_iter().flat_map(Meta::sources).collect())
}
