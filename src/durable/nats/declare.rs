//! The macros that declare which signals leave a program, and which come from others.

use std::any::Any;
use std::fmt;

use signals_core::__private::declared;

use super::program::{Program, name_of};
use crate::db::{OutgoingEvent, Tx};
use crate::delivery::{DurableSignal, Fields, Outgoing, received};
use crate::error::Result;

/// Declares that a program receives a durable signal of this one.
///
/// Write it in the crate of the program that sends the signal. Each `send` then stores a call for the [`Relay`](super::Relay) in its transaction, in
/// whichever process of the program it happens.
///
/// ```
/// use signals::durable::nats::{Program, outgoing};
/// use signals::prelude::*;
/// # struct Mail;
/// # impl Program for Mail { const NAME: &'static str = "mail"; }
/// # struct Reports;
/// # impl Program for Reports { const NAME: &'static str = "reports"; }
///
/// #[signal(durable)]
/// struct OrderPaid {
///     order: i64,
///     amount: u64,
/// }
///
/// // The events of one order are received in their order.
/// outgoing!(OrderPaid, to = Mail, key = order);
/// // These in any order.
/// outgoing!(OrderPaid, to = Reports);
/// ```
///
/// Events of different signals with the same key keep their order as well.
#[macro_export]
#[doc(hidden)]
macro_rules! __outgoing {
    ($signal:ty, to = $program:ty $(, key = $key:ident)? $(,)?) => {
        const _: () = {
            $crate::__private::register!(
                OUTGOING,
                $crate::__private::Entry::Declared {
                    module: ::core::module_path!(),
                    value: &$crate::durable::nats::outgoing_of::<$signal, $program>($crate::__outgoing!(@key $signal $(, $key)?)),
                }
            );
        };
    };
    (@key $signal:ty) => {
        ::core::option::Option::None
    };
    (@key $signal:ty, $key:ident) => {
        ::core::option::Option::Some(|signal| {
            let signal = signal.downcast_ref::<$signal>()?;
            ::core::option::Option::Some($crate::__private::key_of_field(&signal.$key))
        })
    };
}

/// Declares that this program receives a durable signal of another one: its durable receivers of the signal are called with it.
///
/// Write it in the crate of the program that receives the signal. The [`Consumer`](super::Consumer) takes the signals that are declared.
///
/// ```
/// use signals::durable::nats::{Program, incoming};
/// use signals::prelude::*;
/// # struct Orders;
/// # impl Program for Orders { const NAME: &'static str = "orders"; }
///
/// #[signal(durable)]
/// struct OrderPaid {
///     order: i64,
///     amount: u64,
/// }
///
/// incoming!(OrderPaid, from = Orders);
///
/// #[receiver(OrderPaid, durable, key = order)]
/// async fn send_receipt(order: i64, amount: u64, tx: &mut Tx) -> Result<()> {
///     // ..
///     # let _ = (order, amount, tx);
///     Ok(())
/// }
/// ```
#[macro_export]
#[doc(hidden)]
macro_rules! __incoming {
    ($signal:ty, from = $program:ty $(,)?) => {
        const _: () = {
            $crate::__private::register!(
                INCOMING,
                $crate::__private::Entry::Declared {
                    module: ::core::module_path!(),
                    value: &$crate::durable::nats::incoming_of::<$signal, $program>(),
                }
            );
        };
    };
}

#[doc(hidden)]
pub const fn outgoing_of<S: DurableSignal, P: Program>(key: Option<fn(&dyn Any) -> Option<String>>) -> Outgoing {
    Outgoing::new::<S>(name_of::<P>(), key)
}

/// A durable signal that this program receives from another one.
#[doc(hidden)]
pub struct Incoming {
    pub(super) signal: &'static str,
    pub(super) from: &'static str,
    receive: Receive,
}

type Receive = fn(&Tx, u32, Fields, Option<String>) -> Result<Option<OutgoingEvent>>;

#[doc(hidden)]
pub const fn incoming_of<S: DurableSignal, P: Program>() -> Incoming {
    Incoming { signal: S::NAME, from: name_of::<P>(), receive: received::<S> }
}

impl Incoming {
    /// Those that are linked.
    pub(super) fn linked() -> impl Iterator<Item = &'static Self> {
        declared()
    }

    /// The event as one of this program. `None` if no receiver gets it.
    pub(super) fn receive(
        &self,
        tx: &Tx,
        version: u32,
        fields: Fields,
        context: Option<String>,
    ) -> Result<Option<OutgoingEvent>> {
        (self.receive)(tx, version, fields, context)
    }
}

impl fmt::Debug for Incoming {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incoming").field("signal", &self.signal).field("from", &self.from).finish_non_exhaustive()
    }
}
