//! What a test mutes: receivers, signals and models, as types.

use core::any::TypeId;

use crate::diagnostics::SendsSignals;
use crate::id::{FunctionName, ReceiverName};
use crate::payload::Payload;
use crate::scope::SentIn;
use crate::source::SourceKey;

/// What `mute` and `only` name: a receiver, a signal, a model, or a tuple of these.
///
/// - A receiver is named by its path, as in `after = [..]`: `mute::<create_profile>(&db)`.
/// - A signal stands for its receivers, from all senders, and for closures that are connected to it: `mute::<post_save>(&db)`.
/// - A model stands for the receivers of all signals that it sends, those of any sender included: `mute::<User>(&db)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a receiver, nor a signal, nor a model",
    label = "not a receiver, a signal or a model",
    note = "a receiver is a function with the attribute `#[receiver(..)]`, and is named by its path, as in `mute::<create_profile>(&db)`"
)]
pub trait Selects {
    #[doc(hidden)]
    const SELECTOR: Selector;
}

/// A receiver, a signal, a sender, or several of them.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub enum Selector {
    /// The receivers of a function, by the type of its name.
    Function(TypeId),
    /// A signal, by its payload for any sender.
    Signal { payload: TypeId, name: &'static str, sent_in: SentIn },
    /// The signals of a sender.
    Sender(TypeId),
    /// Each of these.
    All(&'static [Selector]),
}

impl Selector {
    /// A receiver, by its name.
    #[doc(hidden)]
    pub const fn receiver<R: ReceiverName>() -> Self {
        Self::Function(R::ID)
    }

    /// A signal, by its payload.
    #[doc(hidden)]
    pub const fn signal<P: Payload>() -> Self {
        Self::Signal { payload: TypeId::of::<P::Any>(), name: P::SIGNAL, sent_in: P::SENT_IN }
    }

    /// Whether this selects what a signal calls: the receivers of a function, or a closure.
    pub(crate) fn selects(&self, signal: SourceKey, function: Option<TypeId>) -> bool {
        match *self {
            Self::Function(selected) => function == Some(selected),
            Self::Signal { payload, .. } => signal.signal == payload,
            Self::Sender(sender) => signal.sender == Some(sender),
            Self::All(selectors) => selectors.iter().any(|selector| selector.selects(signal, function)),
        }
    }
}

#[diagnostic::do_not_recommend]
impl<M: SendsSignals + ?Sized> Selects for M {
    const SELECTOR: Selector = Selector::Sender(TypeId::of::<M::Me>());
}

#[diagnostic::do_not_recommend]
impl<const NUMBER: u64> Selects for FunctionName<NUMBER> {
    const SELECTOR: Selector = Selector::receiver::<Self>();
}

macro_rules! tuples {
    ($($name:ident)*) => {
        #[diagnostic::do_not_recommend]
        impl<$($name: Selects),*> Selects for ($($name,)*) {
            const SELECTOR: Selector = Selector::All(&[$($name::SELECTOR),*]);
        }
    };
}

tuples!(A);
tuples!(A B);
tuples!(A B C);
tuples!(A B C D);
tuples!(A B C D E);
tuples!(A B C D E F);
tuples!(A B C D E F G);
tuples!(A B C D E F G H);
tuples!(A B C D E F G H I);
tuples!(A B C D E F G H I J);
tuples!(A B C D E F G H I J K);
tuples!(A B C D E F G H I J K L);
