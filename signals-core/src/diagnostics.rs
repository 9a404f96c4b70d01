//! The words in which the compiler speaks of miswired receivers.
//!
//! Each trait is one question that the macros ask of a type that the person wrote. Its implementations have no bounds,
//! so that one mistake stays one error, and its answer is an associated type: where the question fails, everything
//! that follows from the answer is silent.

use crate::error::BoxError;
use crate::payload::{Payload, ReceiverFuture, Reply};

/// A type that sends lifecycle signals.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "annotate `{Self}` with `#[model]`"
)]
pub trait SendsSignals {
    /// The sender itself.
    type Me: ?Sized + 'static;
    /// The fields of which `changed(..)` would say nothing.
    #[doc(hidden)]
    const NEVER_CHANGES: &'static [(&'static str, NeverChanges)] = &[];
}

/// Why a save never changes a field.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum NeverChanges {
    /// Another key is another row.
    Key,
    /// `#[skip]`
    Skipped,
    /// `#[many_to_many]`
    ManyToMany,
}

/// Refuses `changed(..)` of a field that a save never changes.
#[doc(hidden)]
#[track_caller]
pub const fn may_change(never: &[(&str, NeverChanges)], field: &str) {
    // `for` is not const.
    let mut index = 0;
    while index < never.len() {
        let (name, why) = never[index];
        if is_same(name.as_bytes(), field.as_bytes()) {
            match why {
                NeverChanges::Key => panic!(
                    "the key of a row never changes: leave it out of `changed`; for inserts alone write `created = true`"
                ),
                NeverChanges::Skipped => {
                    panic!("a field with `#[skip]` is no column, so that no save changes it: leave it out of `changed`")
                }
                NeverChanges::ManyToMany => panic!(
                    "a many-to-many field is no column, so that no save changes it: receive `m2m_changed` of its through model"
                ),
            }
        }
        index += 1;
    }
}

/// Refuses `through_fields(..)` that name what is no column.
#[doc(hidden)]
#[track_caller]
pub const fn may_relate(never: &[(&str, NeverChanges)], field: &str) {
    let mut index = 0;
    while index < never.len() {
        let (name, why) = never[index];
        assert!(
            !(is_same(name.as_bytes(), field.as_bytes()) && matches!(why, NeverChanges::Skipped)),
            "a field with `#[skip]` is no column, so that it relates no rows: name a foreign key"
        );
        index += 1;
    }
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut index = 0;
    while index < one.len() {
        if one[index] != other[index] {
            return false;
        }
        index += 1;
    }
    true
}

/// The sender of a receiver that names none.
#[derive(Debug)]
pub enum AnySender {}

/// The sender of no signal. Where a trait has two implementations, the compiler lists neither as what was meant.
#[doc(hidden)]
#[derive(Debug)]
pub enum NoSender {}

/// A name that stands in the first place of `#[receiver(..)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a signal",
    label = "not a signal",
    note = "a signal is one of the lifecycle signals, such as `post_save`, or a struct with `#[signal]`"
)]
pub trait SignalName {
    /// The signal itself.
    type Signal;
}

/// A signal whose receivers may be `async`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` calls its receivers synchronously, so they cannot be `async`",
    label = "remove `async`",
    note = "a signal that awaits its receivers is declared with `#[signal(async)]`"
)]
pub trait AwaitsReceivers {
    /// The signal itself.
    type Signal;
}

/// A signal that is sent inside the transaction, if the sender has one.
#[diagnostic::on_unimplemented(
    message = "no field `tx` on `{Self}`: the transaction is over",
    label = "unknown field",
    note = "take `db: &Db` instead, and write through that"
)]
pub trait InTransaction {
    /// The signal itself.
    type Signal;
}

/// A signal whose receivers may change the instance.
#[diagnostic::on_unimplemented(
    message = "`instance` cannot be changed in a receiver of `{Self}`",
    label = "remove `mut`",
    note = "`pre_save` is sent before the row is written: its receivers may change the instance"
)]
pub trait LendsMutably {
    /// The signal itself.
    type Signal;
}

/// A signal that knows what the row was before.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not know what changed",
    label = "remove `changed`",
    note = "`post_save`, `post_commit` and `post_rollback` know what the row was before"
)]
pub trait KnowsWhatChanged {
    /// The signal itself.
    type Signal;
}

/// A signal that is also sent for raw writes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is never sent for a raw write",
    label = "remove `raw`",
    note = "the signals of a save and of its end, and `m2m_changed`, are sent for what `load` writes, to receivers with `raw = true`"
)]
pub trait HasRawWrites {
    /// The signal itself.
    type Signal;
}

/// A signal that is never sent for a raw write: if it has a field `raw`, that means something else.
#[diagnostic::on_unimplemented(
    message = "`raw` is always `false` in this receiver of `{Self}`",
    label = "always `false`",
    note = "only receivers with `raw = true` in their attribute are called for raw writes, those of `load`: write it, or leave \
            this parameter out"
)]
pub trait HasNoRawWrites {
    /// The signal itself.
    type Signal;
}

/// A signal whose senders are types.
#[diagnostic::on_unimplemented(
    message = "`{S}` never sends `{Self}`",
    label = "not a signal of `{S}`",
    note = "a signal declared with `#[signal]` has no sender: leave out `sender`"
)]
pub trait HasSenders<S: ?Sized> {
    /// The signal itself.
    type Signal;
}

/// What a signal sends for one sender.
#[diagnostic::on_unimplemented(
    message = "`{S}` never sends `{Self}`",
    label = "not a signal of `{S}`",
    note = "`m2m_changed` is sent by the model between two others: `UserGroups` for the field `groups` of `User`, which sends \
            nothing else, or the one that `through` names; the signals of logins by a model that implements `AuthUser`"
)]
pub trait SentBy<S: ?Sized> {
    /// The payload of the signal from that sender.
    type Payload: Payload;
}

/// A signal that a struct declares.
#[doc(hidden)]
pub trait CustomSignal {
    /// Its payload.
    type Payload: Payload;
}

#[diagnostic::do_not_recommend]
impl<T: CustomSignal> SentBy<AnySender> for T {
    type Payload = T::Payload;
}

/// What a signal lends as `instance` to a receiver that names no sender.
#[diagnostic::on_unimplemented(
    message = "a receiver without a sender receives from every model, so `instance` is no `&{Instance}`",
    label = "expected `dyn AnyModel`",
    note = "write `sender = {Instance}` to receive from this model alone"
)]
pub trait FromAnySender<Instance: ?Sized> {
    /// The signal itself.
    type Signal;
}

/// What a signal lends as `instance` to the receivers of one sender, who take it as `Wanted`.
#[diagnostic::on_unimplemented(message = "`{Self}` has no `instance`", label = "unknown field")]
pub trait LendsInstance<Sender: ?Sized, Wanted: ?Sized> {
    /// Mostly the sender itself. What is wanted, if the signal leaves it to the types to differ.
    type Instance: ?Sized;
}

/// What is lent as `instance`: nothing else than that.
#[diagnostic::on_unimplemented(
    message = "`instance` is a `&{Self}` here, not a `&{Wanted}`",
    label = "expected `&{Self}`, the sender of this receiver"
)]
pub trait InstanceIs<Wanted: ?Sized, Sender: ?Sized = Self> {
    /// The sender.
    type Sender: ?Sized + 'static;
}

#[diagnostic::do_not_recommend]
impl<Wanted: ?Sized, Sender: ?Sized + 'static> InstanceIs<Wanted, Sender> for Wanted {
    type Sender = Sender;
}

/// Any type, as itself: to stand at another place in the source.
#[doc(hidden)]
pub trait Itself {
    /// The type.
    type Me: ?Sized;
}

impl<T: ?Sized> Itself for T {
    type Me = T;
}

/// What a receiver may return.
#[diagnostic::on_unimplemented(
    message = "a receiver of this signal returns `{Output}` or a `Result` of it, not `{Self}`",
    label = "expected `{Output}` or `Result<{Output}, E>`",
    note = "`E` is `signals::Error`, or any other error that converts into `Box<dyn Error + Send + Sync>`"
)]
pub trait Returns<Output> {
    /// What the dispatch takes.
    fn into_reply(self) -> Reply<Output>;
}

// In two steps, so that the compiler says which output this signal wants, and not which other ones there are.
#[diagnostic::do_not_recommend]
impl<Output, Returned: Replies<Output>> Returns<Output> for Returned {
    #[inline]
    fn into_reply(self) -> Reply<Output> {
        self.reply()
    }
}

/// An output, or the `Result` of one.
#[doc(hidden)]
pub trait Replies<Output> {
    /// What the dispatch takes.
    fn reply(self) -> Reply<Output>;
}

impl<Output> Replies<Output> for Output {
    #[inline]
    fn reply(self) -> Reply<Output> {
        Ok(self)
    }
}

impl<Output, E: Into<BoxError>> Replies<Output> for Result<Output, E> {
    #[inline]
    fn reply(self) -> Reply<Output> {
        self.map_err(Into::into)
    }
}

/// What a type answers that is no receiver when it is asked what it runs after. `ReceiverName` has refused it already.
#[doc(hidden)]
pub trait NoReceiver {
    #[allow(non_upper_case_globals, reason = "it stands for the variant of a receiver's type")]
    /// Nothing.
    const RunsAfter: isize = 0;
}

impl<T: ?Sized> NoReceiver for T {}

/// The place of a condition on a payload, for `when` to be put into: the compiler then says what a condition is.
#[doc(hidden)]
#[inline]
pub fn condition<T>(_: &T) -> fn(&T) -> bool {
    |_| true
}

/// The future of an `async` receiver, on its way into the future of the dispatch.
#[doc(hidden)]
#[inline]
pub fn receiver_future<'b, O>(future: impl Future<Output = Reply<O>> + Send + 'b) -> ReceiverFuture<'b, O> {
    ReceiverFuture::from_or_box(future)
}

/// Names a field, for the compiler to say if there is none of that name.
#[doc(hidden)]
#[inline]
pub fn field<'a, M: ?Sized, T: ?Sized + 'a>(_: &'a M, _: impl Fn(&'a M) -> &'a T) {}
