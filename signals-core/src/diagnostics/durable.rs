//! Which signals can have durable receivers.

/// A signal of models whose receivers may be durable: it is sent for what was committed.
#[diagnostic::on_unimplemented(
    message = "receivers of `{Self}` cannot be durable",
    label = "remove `durable`",
    note = "write `post_commit` or `post_delete_commit` in place of it, which are sent for what was committed, or send a signal of \
            your own with `#[signal(durable)]`"
)]
pub trait CanBeDurable {
    /// The signal itself.
    type Signal;
}

/// Like [`CanBeDurable`], asked of a signal that a struct declares.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a durable signal, so that its receivers cannot be durable",
    label = "remove `durable`",
    note = "declare it with `#[signal(durable)]`: then what it sends is stored in a transaction, and sent again until each durable \
            receiver has succeeded"
)]
pub trait DeclaredDurable {
    /// The signal itself.
    type Signal;
}
