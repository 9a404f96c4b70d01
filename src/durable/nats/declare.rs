//! The macros that declare which signals leave a program, and which come from others.

use std::any::Any;
use std::fmt;

use signals_core::__private::declared;

use super::program::checked;
use crate::db::{OutgoingEvent, Tx};
use crate::delivery::{BetweenPrograms, Fields, Outgoing, Receive};
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
    ($signal:path, to = $program:path $(, key = $key:ident)? $(,)?) => {
        const _: () = {
            $crate::__private::register!(
                OUTGOING,
                $crate::__private::Entry::Declared {
                    module: ::core::module_path!(),
                    value: &$crate::durable::nats::outgoing_of(
                        <$signal as $crate::__private::DurableSignal>::BETWEEN_PROGRAMS,
                        <$program as $crate::durable::nats::Program>::NAME,
                        $crate::__outgoing!(@key $signal $(, $key)?),
                    ),
                }
            );
        };
    };
    (@key $signal:path) => {
        ::core::option::Option::None
    };
    (@key $signal:path, $key:ident) => {
        ::core::option::Option::Some(|signal| {
            let signal = signal.downcast_ref::<$signal>()?;
            ::core::option::Option::Some($crate::__private::key_of_field(&signal.$key))
        })
    };
    ($signal:path, from = $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "`outgoing!` is for the program that sends the signal, and names the one that receives it\n\n\
             help: write `outgoing!(",
            ::core::stringify!($signal),
            ", to = ..)`, or `incoming!` in the program that receives it"
        ));
    };
    ($signal:path $(,)?) => {
        ::core::compile_error!(::core::concat!(
            "`outgoing!` does not say which program receives the signal\n\nhelp: write `outgoing!(",
            ::core::stringify!($signal),
            ", to = Mail)`"
        ));
    };
    ($signal:path, to = $program:literal $($rest:tt)*) => {
        ::core::compile_error!(
            "a program is named by a type, and not by a string\n\n\
             help: declare `struct Mail;`, implement `signals::durable::nats::Program` for it, and write `to = Mail`"
        );
    };
    ($($other:tt)*) => {
        ::core::compile_error!(
            "`outgoing!` takes a signal, one program that receives it, and a field whose value orders the events, if there is an order\n\n\
             help: write `outgoing!(OrderPaid, to = Mail)` or `outgoing!(OrderPaid, to = Mail, key = order)`"
        );
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
    ($signal:path, from = $program:path $(,)?) => {
        const _: () = {
            $crate::__private::register!(
                INCOMING,
                $crate::__private::Entry::Declared {
                    module: ::core::module_path!(),
                    value: &$crate::durable::nats::incoming_of(
                        <$signal as $crate::__private::DurableSignal>::BETWEEN_PROGRAMS,
                        <$program as $crate::durable::nats::Program>::NAME,
                    ),
                }
            );
        };
    };
    ($signal:path, to = $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "`incoming!` is for the program that receives the signal, and names the one that sends it\n\n\
             help: write `incoming!(",
            ::core::stringify!($signal),
            ", from = ..)`, or `outgoing!` in the program that sends it"
        ));
    };
    ($signal:path, from = $program:path, key = $($rest:tt)*) => {
        ::core::compile_error!(::core::concat!(
            "the order of the events is that of the receiver\n\n\
             help: leave `key` out here, and write `#[receiver(",
            ::core::stringify!($signal),
            ", durable, key = ",
            ::core::stringify!($($rest)*),
            ")]`"
        ));
    };
    ($signal:path $(,)?) => {
        ::core::compile_error!(::core::concat!(
            "`incoming!` does not say which program sends the signal\n\nhelp: write `incoming!(",
            ::core::stringify!($signal),
            ", from = Orders)`"
        ));
    };
    ($signal:path, from = $program:literal $($rest:tt)*) => {
        ::core::compile_error!(
            "a program is named by a type, and not by a string\n\n\
             help: declare `struct Orders;`, implement `signals::durable::nats::Program` for it, and write `from = Orders`"
        );
    };
    ($($other:tt)*) => {
        ::core::compile_error!(
            "`incoming!` takes a signal and the program that sends it\n\nhelp: write `incoming!(OrderPaid, from = Orders)`"
        );
    };
}

#[doc(hidden)]
#[track_caller]
pub const fn outgoing_of(
    signal: BetweenPrograms,
    program: &'static str,
    key: Option<fn(&dyn Any) -> Option<String>>,
) -> Outgoing {
    Outgoing::new(signal, checked(program), key)
}

/// A durable signal that this program receives from another one.
#[doc(hidden)]
pub struct Incoming {
    pub(super) signal: &'static str,
    pub(super) from: &'static str,
    receive: Receive,
}

#[doc(hidden)]
#[track_caller]
pub const fn incoming_of(signal: BetweenPrograms, program: &'static str) -> Incoming {
    Incoming { signal: signal.name, from: checked(program), receive: signal.receive }
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
