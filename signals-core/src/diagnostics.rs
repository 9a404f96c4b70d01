//! The messages that the compiler prints for mistakes in receivers.
//!
//! Each trait is one question that the macros ask about a type that the user wrote. The implementations have no bounds, so that one
//! mistake is one error. The answer is an associated type, so that code that depends on it causes no further errors.
//!
//! A program does not use this module. It is public because the compiler names these traits.

use core::marker::PhantomData;

use crate::error::BoxError;
use crate::payload::{BoxFuture, NarrowTo, Payload, ReceiverFuture, Reply};

mod closures;
mod conditions;
mod context;
mod durable;
mod parameters;
mod senders;

pub use closures::*;
pub use conditions::*;
pub use context::*;
pub use durable::*;
pub use parameters::*;
pub use senders::{CopiedField, FieldType};

/// A type that sends lifecycle signals.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "a model is a struct of your own with `#[model]`: annotate `{Self}`, or name another type if `{Self}` is not yours"
)]
pub trait SendsSignals {
    /// The sender itself.
    type Me: ?Sized + 'static;
    /// The fields that `changed(..)` must not name.
    #[doc(hidden)]
    const NOT_IN_CHANGED: &'static [(&'static str, NotInChanged)] = &[];
}

/// Why `changed(..)` must not name a field.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum NotInChanged {
    /// A row with another key is another row.
    Key,
    /// `#[skip]`
    Skipped,
    /// `#[many_to_many]`
    ManyToMany,
    /// `#[version]`: every save changes it.
    Version,
}

/// Refuses `changed(..)` with a field that no save changes, or every save. Its offset is only computed so that the compiler looks for the field.
#[doc(hidden)]
#[track_caller]
pub const fn may_change(never: &[(&str, NotInChanged)], field: &str, _offset: usize) {
    // `for` is not const.
    let mut index = 0;
    while index < never.len() {
        let (name, why) = never[index];
        if is_same(name.as_bytes(), field.as_bytes()) {
            match why {
                NotInChanged::Key => panic!(
                    "the key of a row never changes: leave it out of `changed`; for inserts alone write `created = true`"
                ),
                NotInChanged::Skipped => {
                    panic!("a field with `#[skip]` is no column, so that no save changes it: leave it out of `changed`")
                }
                NotInChanged::Version => {
                    panic!("every save changes the version of a row, so that this filter has no effect: leave it out")
                }
                NotInChanged::ManyToMany => panic!(
                    "a many-to-many field is no column, so that no save changes it: receive `m2m_changed` of its through model"
                ),
            }
        }
        index += 1;
    }
}

/// Refuses `through_fields(..)` with a field that is not a column.
#[doc(hidden)]
#[track_caller]
pub const fn may_relate(never: &[(&str, NotInChanged)], field: &str) {
    let mut index = 0;
    while index < never.len() {
        let (name, why) = never[index];
        assert!(
            !(is_same(name.as_bytes(), field.as_bytes()) && matches!(why, NotInChanged::Skipped)),
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

/// The sender of a receiver that names none. It is no sized type, and a sender is one: so a signal can answer for both.
#[derive(Debug)]
pub struct AnySender {
    _unsized: [()],
}

/// A type that sends no signal. If a trait has two implementations, the compiler does not suggest either of them.
#[doc(hidden)]
#[derive(Debug)]
pub enum NoSender {}

/// The first name in `#[receiver(..)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a signal",
    label = "not a signal",
    note = "a signal of your own is a struct with `#[signal]`; for the signals of a model, write `post_save, sender = {Self}`"
)]
pub trait SignalName {
    /// The signal itself.
    type Signal;
    /// [`Models`], [`Types`] or [`NoSenders`].
    type Senders;
}

/// The senders of a signal of models.
#[doc(hidden)]
#[derive(Debug)]
pub enum Models {}

/// The senders of a signal that a struct declares with `#[signal(sender)]`.
#[doc(hidden)]
#[derive(Debug)]
pub enum Types {}

/// A signal without senders.
#[doc(hidden)]
#[derive(Debug)]
pub enum NoSenders {}

/// What `sender = ..` names. It may be any type if the signal has no senders, because only `HasSenders` reports that, and if they are
/// types, because `SentByTypes` reports what is wrong with one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a model",
    label = "not a model",
    note = "a model is a struct of your own with `#[model]`: annotate `{Self}`, or name another type if `{Self}` is not yours"
)]
pub trait SenderOf<Senders = Models> {
    /// The sender itself.
    type Me: ?Sized + 'static;
    /// The fields that `changed(..)` must not name.
    #[doc(hidden)]
    const NOT_IN_CHANGED: &'static [(&'static str, NotInChanged)] = &[];
}

#[diagnostic::do_not_recommend]
impl<M: SendsSignals + ?Sized> SenderOf<Models> for M {
    type Me = M::Me;
    const NOT_IN_CHANGED: &'static [(&'static str, NotInChanged)] = M::NOT_IN_CHANGED;
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized + 'static> SenderOf<NoSenders> for T {
    type Me = T;
}

#[diagnostic::do_not_recommend]
impl<T: ?Sized + 'static> SenderOf<Types> for T {
    type Me = T;
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

/// A signal that is sent inside the transaction, if there is one.
#[diagnostic::on_unimplemented(
    message = "no field `tx` on `{Self}`: the transaction is over",
    label = "unknown field",
    note = "take `db: &Db` instead, and write through that; a receiver of `post_commit` or `post_delete_commit` with `durable` has a \
            `tx` of its own"
)]
pub trait InTransaction {
    /// The signal itself.
    type Signal;
}

/// A signal that is sent outside of a transaction.
#[diagnostic::on_unimplemented(
    message = "no field `db` on `{Self}`: the transaction is still open",
    label = "unknown field",
    note = "take `tx: &mut Tx` instead, and write through that"
)]
pub trait OutsideTransaction {
    /// The signal itself.
    type Signal;
}

/// A signal that can stop a receiver that takes too long.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stop a receiver, because it has no timer",
    label = "remove `timeout`",
    note = "the signals of `signals-rs`, and those that are declared with its `#[signal(async)]`, use the timer of Tokio; `signals-core` alone has none"
)]
pub trait HasTimer {
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

/// A signal that knows the previous values of the row.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not know what changed",
    label = "remove `changed`",
    note = "`post_save`, `post_commit` and `post_rollback` know what the row was before"
)]
pub trait KnowsWhatChanged {
    /// The signal itself.
    type Signal;
}

/// No signal: the fields of `changed(..)` are those of the sender.
#[diagnostic::on_unimplemented(
    message = "`changed` names fields of one model, and this receiver of `{Self}` receives from every model",
    label = "fields of which model?",
    note = "name the model, as in `sender = User`"
)]
pub trait HasFieldsWithoutSender {
    /// The signal itself.
    type Signal;
}

/// A signal that is also sent for raw writes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is never sent for a raw write",
    label = "remove `raw`",
    note = "the signals of a save and of its end, and `m2m_changed`, are sent for what `load_fixture` writes, to receivers with `raw = true`"
)]
pub trait HasRawWrites {
    /// The signal itself.
    type Signal;
}

/// A signal that is never sent for a raw write. If it has a field `raw`, the field has another meaning.
#[diagnostic::on_unimplemented(
    message = "`raw` is always `false` in this receiver of `{Self}`",
    label = "always `false`",
    note = "only receivers with `raw = true` in their attribute are called for raw writes, those of `load_fixture`: write it, or leave \
            this parameter out"
)]
pub trait HasNoRawWrites {
    /// The signal itself.
    type Signal;
}

/// A signal whose senders are types.
#[diagnostic::on_unimplemented(
    message = "`{S}` never sends this signal, which has no sender",
    label = "remove `sender`",
    note = "signals of models have a sender, such as `post_save`, and signals that are declared with `#[signal(sender)]`; receivers of \
            another signal choose by its fields, as in `when = |event| event.size > 1`"
)]
pub trait HasSenders<S: ?Sized> {
    /// The signal itself.
    type Signal;
}

/// What a signal sends for one sender.
#[diagnostic::on_unimplemented(
    message = "`{S}` never sends `{Self}`",
    label = "not a signal of `{S}`",
    note = "`m2m_changed` and `m2m_commit` are sent by the through model: `UserGroups` for the field `groups` of `User`, which \
            sends nothing else, or the one that `through` names"
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
impl<T: CustomSignal, S: ?Sized> SentBy<S> for T {
    type Payload = T::Payload;
}

/// A signal of logins, if only models of users send it. Any model sends the other signals.
#[diagnostic::on_unimplemented(
    message = "`{S}` is not a model of users, so it never sends this signal",
    label = "not a model of users",
    note = "implement `signals::auth::AuthUser` for `{S}`"
)]
pub trait SentByUsers<S: ?Sized> {
    /// The signal itself.
    type Signal;
}

#[diagnostic::do_not_recommend]
impl<T: CustomSignal, S: ?Sized> SentByUsers<S> for T {
    type Signal = T;
}

/// A signal that this type can send, if its senders are types. Models send the other signals.
#[diagnostic::on_unimplemented(
    message = "`{S}` cannot send this signal",
    label = "not a sender of `{Self}`",
    note = "a sender of `{Self}` is a sized type that implements the traits after `dyn` in its declaration, which are `Any + Send + Sync` \
            if it names none"
)]
pub trait SentByTypes<S: ?Sized> {
    /// The signal itself.
    type Signal;
}

#[diagnostic::do_not_recommend]
impl<T: CustomSignal, S: ?Sized> SentByTypes<S> for T {
    type Signal = T;
}

/// What a signal passes as `instance` to a receiver that names no sender, if the senders of the signal are types.
#[diagnostic::on_unimplemented(
    message = "a receiver without a sender receives from every type, so `instance` is no `&{Instance}`",
    label = "of which type?",
    note = "write `sender = {Instance}` to receive from this type alone; a receiver of every type takes a `&dyn Any`, or a reference to \
            the trait that the signal names"
)]
pub trait FromAnyType<Instance: ?Sized> {
    /// The signal itself.
    type Signal;
}

/// What a signal passes as `instance` to a receiver that names no sender.
#[diagnostic::on_unimplemented(
    message = "a receiver without a sender receives from every model, so `instance` is no `&{Instance}`",
    label = "expected `dyn AnyModel`",
    note = "write `sender = {Instance}` to receive from this model alone"
)]
pub trait FromAnySender<Instance: ?Sized> {
    /// The signal itself.
    type Signal;
}

/// What a signal passes as `instance` to the receivers of one sender, whose parameter is a `&Wanted`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no `instance`",
    label = "unknown field",
    note = "`post_bulk_create` has `instances: &[{Wanted}]`, the other signals of bulk operations have `model` and `count`, and the signals \
            of logins have `user: &{Wanted}`"
)]
pub trait LendsInstance<Sender: ?Sized, Wanted: ?Sized> {
    /// Usually the sender itself; `Wanted`, if the signal accepts any type.
    type Instance: ?Sized;
}

/// The type of `instance`, which the parameter must have.
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

/// Any type, as itself: moves the tokens of the type to another location in the source.
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
    note = "`E` is `signals::Error`, made by `Error::other(\"why\")`, a `String`, or a type that implements `std::error::Error`, \
            `Send` and `Sync`"
)]
pub trait Returns<Output, Asked = Known<Output>>: Sized {
    /// What the dispatch needs.
    #[doc(hidden)]
    fn into_reply(asked: Asked, returned: Self) -> Reply<Output>;

    /// The same of the future of an `async` receiver: it is moved into the future of the dispatch.
    #[doc(hidden)]
    fn into_future<'b>(asked: Asked, future: impl Future<Output = Self> + Send + 'b) -> ReceiverFuture<'b, Output>
    where
        Self: 'b,
        Output: 'b;
}

// Two steps, so that the compiler names the output of this signal, and does not list other outputs.
#[diagnostic::do_not_recommend]
impl<Output, Returned: Replies<Output>> Returns<Output> for Returned {
    #[inline]
    fn into_reply(Known(_): Known<Output>, returned: Self) -> Reply<Output> {
        returned.reply()
    }

    #[inline]
    fn into_future<'b>(
        Known(_): Known<Output>,
        future: impl Future<Output = Self> + Send + 'b,
    ) -> ReceiverFuture<'b, Output>
    where
        Self: 'b,
        Output: 'b,
    {
        receiver_future(async move { future.await.reply() })
    }
}

// What is returned does not say what the output is: with one implementation, the compiler would infer it from that.
#[diagnostic::do_not_recommend]
impl<Output, Returned> Returns<Output, Unknown> for Returned {
    fn into_reply(unknown: Unknown, _: Self) -> Reply<Output> {
        match unknown {}
    }

    fn into_future<'b>(unknown: Unknown, _: impl Future<Output = Self> + Send + 'b) -> ReceiverFuture<'b, Output>
    where
        Self: 'b,
        Output: 'b,
    {
        match unknown {}
    }
}

/// The output of the signal is known.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Known<Output>(PhantomData<fn(Output)>);

impl<Output> Known<Output> {
    pub(crate) const NEW: Self = Self(PhantomData);
}

/// The output of the signals of rows.
#[doc(hidden)]
pub const NOTHING: Known<()> = Known::NEW;

/// The output of the signal is not known yet.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum Unknown {}

/// An output, or the `Result` of one.
#[doc(hidden)]
pub trait Replies<Output> {
    /// What the dispatch needs.
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

/// Gives each type a `RunsAfter`: a receiver without `after`, and a type that is no receiver, so that only `ReceiverName` reports it.
#[doc(hidden)]
pub trait NoReceiver {
    #[allow(non_upper_case_globals, reason = "it has the name of a variant of a receiver's type")]
    /// It is cast to a number, as a variant is.
    const RunsAfter: Unordered = Unordered::Zero;
}

/// The number of a receiver without `after`.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum Unordered {
    /// It waits for no other.
    Zero,
}

impl<T: ?Sized> NoReceiver for T {}

/// A payload as a receiver is called with it.
#[doc(hidden)]
pub trait Sent {
    /// The same without its lifetime.
    type Payload: Payload;
}

#[diagnostic::do_not_recommend]
impl<T: CustomSignal> Sent for T {
    type Payload = T::Payload;
}

/// The output of the signal that sends this payload.
#[doc(hidden)]
#[inline]
pub fn output_of<T: Sent>(_: &T) -> Known<<T::Payload as Payload>::Output> {
    Known::NEW
}

/// Moves the future of an `async` receiver into the future of the dispatch. If it is too large for that, it is boxed.
#[doc(hidden)]
#[inline]
pub fn receiver_future<'b, O: 'b>(future: impl Future<Output = Reply<O>> + Send + 'b) -> ReceiverFuture<'b, O> {
    if ReceiverFuture::<O>::has_space_for_val(&future) && ReceiverFuture::<O>::has_alignment_for_val(&future) {
        // `from` would not compile for a future that is too large.
        match ReceiverFuture::try_from(future) {
            Ok(future) => future,
            Err(_) => unreachable!("there is enough space"),
        }
    } else {
        in_a_box(Box::pin(future))
    }
}

/// Without the type of the future, so that it is compiled once and not for each receiver.
#[cold]
fn in_a_box<'b, O: 'b>(future: BoxFuture<'b, Reply<O>>) -> ReceiverFuture<'b, O> {
    ReceiverFuture::from(future)
}

// A signal without senders has no receivers with a sender. The compiler has said so, and says nothing more.
#[diagnostic::do_not_recommend]
impl<T: CustomSignal, S: ?Sized> NarrowTo<'_, S> for T {
    type Narrowed = T;

    fn narrow(&mut self) -> T {
        unreachable!("this signal has no senders")
    }
}
