//! How a signal of models is declared: one macro for the signals of rows, of bulk operations, of many-to-many relations and of
//! logins.

/// Declares a signal and its payload: what the signal is called, the fields of the payload, and how the payload for any model, which is
/// sent, becomes that for receivers of one model.
///
/// ```text
/// model_signal! {
///     /// The documentation of the signal.
///     post_save,
///     /// The documentation of the payload. `M` is the model, or `dyn AnyModel`; `Observed` is the trait that both implement.
///     PostSave<M: Observed> { pub instance: &'a M, pub raw: bool, pub tx: &'a mut Tx, },
///     sender: SendsLifecycle,           // the trait of the models that send it
///     of users: AuthUser,               // optional: only models of users send it
///     instance: model,                  // what receivers take as `instance`: `model`, `any` or `none`
///     mode: Synchronous,                // optional: receivers cannot be async
///     costly: ["previous"],             // optional: fields that cost a statement
///     raw: raw,                         // optional: the field that says whether it is a raw write
///     scope: tx,                        // optional: the field that says in which database or transaction it is sent: `tx` or `db`
///     is: [InTransaction],              // the traits of `diagnostics` that apply
///     debug: |event| { instance: event.instance.any(), },
///     |event| { instance: M::of_any(event.instance), raw: event.raw, tx: &mut *event.tx, }
/// }
/// ```
macro_rules! model_signal {
    (@mode) => { signals_core::__private::Asynchronous };
    (@mode $mode:ident) => { signals_core::__private::$mode };

    (@sent_in tx) => { signals_core::__private::SentIn::Transaction };
    (@sent_in db) => { signals_core::__private::SentIn::Whole };

    (@awaits $name:ident Synchronous) => {};
    (@awaits $name:ident) => {
        model_signal!(@is $name AwaitsReceivers);
        model_signal!(@is $name HasTimer);
    };

    (@is $name:ident SignalName) => {
        #[diagnostic::do_not_recommend]
        impl signals_core::__private::SignalName for $name {
            type Signal = Self;
            type Senders = signals_core::__private::Models;
        }
    };
    (@is $name:ident $trait:ident) => {
        #[diagnostic::do_not_recommend]
        impl signals_core::__private::$trait for $name {
            type Signal = Self;
        }
    };

    (@users $name:ident) => {
        #[diagnostic::do_not_recommend]
        impl<M: ?Sized> signals_core::__private::SentByUsers<M> for $name {
            type Signal = Self;
        }
    };
    // With two implementations, the compiler explains the question, and not the bound of the only one.
    (@users $name:ident $user:ident) => {
        #[diagnostic::do_not_recommend]
        impl<M: $user> signals_core::__private::SentByUsers<M> for $name {
            type Signal = Self;
        }

        #[diagnostic::do_not_recommend]
        impl signals_core::__private::SentByUsers<signals_core::__private::AnySender> for $name {
            type Signal = Self;
        }
    };

    // Receivers of one model take it, receivers of any sender take `&dyn AnyModel` or no instance.
    (@instance $name:ident model) => {
        #[diagnostic::do_not_recommend]
        impl signals_core::__private::FromAnySender<dyn crate::model::AnyModel> for $name {
            type Signal = Self;
        }

        #[diagnostic::do_not_recommend]
        impl signals_core::__private::FromAnySender<signals_core::__private::NoSender> for $name {
            type Signal = Self;
        }

        #[diagnostic::do_not_recommend]
        impl<M: ?Sized, Wanted: ?Sized> signals_core::__private::LendsInstance<M, Wanted> for $name {
            type Instance = M;
        }
    };
    // The instance is not of the model that sends the signal. Its type is compared with the user's where it is lent.
    (@instance $name:ident any) => {
        #[diagnostic::do_not_recommend]
        impl<Instance: ?Sized> signals_core::__private::FromAnySender<Instance> for $name {
            type Signal = Self;
        }

        #[diagnostic::do_not_recommend]
        impl<M: ?Sized, Wanted: ?Sized> signals_core::__private::LendsInstance<M, Wanted> for $name {
            type Instance = Wanted;
        }
    };
    (@instance $name:ident none) => {};

    (
        $(#[$name_doc:meta])* $name:ident,
        $(#[$payload_doc:meta])* $payload:ident<$model:ident: $of:ident> {
            $($(#[$field_doc:meta])* $vis:vis $field:ident: $ty:ty,)*
        },
        sender: $sender:ident,
        $(of users: $user:ident,)?
        instance: $instance:ident,
        $(mode: $mode:ident,)?
        $(costly: [$($costly:literal),*],)?
        $(raw: $raw:ident,)?
        $(scope: $scope:ident,)?
        is: [$($is:ident),*],
        debug: |$this:ident| { $($shown:ident: $shown_as:expr,)* },
        |$event:ident| { $($narrow:ident: $narrowed:expr,)* }
    ) => {
        $(#[$name_doc])*
        #[expect(non_camel_case_types, reason = "it is written as in Django, `#[receiver(post_save)]`")]
        #[derive(Debug)]
        pub enum $name {}

        $(#[$payload_doc])*
        #[non_exhaustive]
        pub struct $payload<'a, $model: $of + ?Sized> {
            $($(#[$field_doc])* $vis $field: $ty,)*
        }

        impl<$model: $of + ?Sized> signals_core::__private::Payload for $payload<'static, $model> {
            type Of<'a> = $payload<'a, $model>;
            type Output = ();
            type Mode = model_signal!(@mode $($mode)?);
            type Any = $payload<'static, dyn crate::model::AnyModel>;
            type Lending = signals_core::__private::Narrowed<$model>;
            const SIGNAL: &'static str = stringify!($name);
            const HAS_SENDERS: bool = true;
            const SENDER: Option<&'static signals_core::__private::Sender> = $model::SENDER;
            $(const COSTLY: &'static [&'static str] = &[$($costly),*];)?

            $(
                #[inline]
                fn is_raw(event: &$payload<'_, $model>) -> bool {
                    event.$raw
                }
            )?

            const TIMER: Option<signals_core::__private::Timer> = crate::timer::TIMER;

            $(
                #[inline]
                fn receiver_timeout(event: &$payload<'_, $model>) -> Option<std::time::Duration> {
                    event.$scope.receiver_timeout()
                }

                const SENT_IN: signals_core::__private::SentIn = model_signal!(@sent_in $scope);

                #[inline]
                fn scopes(event: &$payload<'_, $model>) -> signals_core::__private::Scopes {
                    event.$scope.scopes()
                }
            )?
        }

        #[diagnostic::do_not_recommend]
        impl<'b, $model: $of + ?Sized> signals_core::__private::NarrowTo<'b, $model>
            for $payload<'_, dyn crate::model::AnyModel>
        {
            type Narrowed = $payload<'b, $model>;

            fn narrow(&'b mut self) -> $payload<'b, $model> {
                let $event = self;
                $payload { $($narrow: $narrowed,)* }
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$model: $of + ?Sized> signals_core::__private::Sent for $payload<'_, $model> {
            type Payload = $payload<'static, $model>;
        }

        #[diagnostic::do_not_recommend]
        impl<M: $sender> signals_core::__private::SentBy<M> for $name {
            type Payload = $payload<'static, M>;
        }

        #[diagnostic::do_not_recommend]
        impl signals_core::__private::SentBy<signals_core::__private::AnySender> for $name {
            type Payload = $payload<'static, dyn crate::model::AnyModel>;
        }

        #[diagnostic::do_not_recommend]
        impl<M: ?Sized> signals_core::__private::HasSenders<M> for $name {
            type Signal = Self;
        }

        // For the senders of signals that are structs: if this is known by such a name, nothing is asked.
        #[diagnostic::do_not_recommend]
        impl<M: ?Sized> signals_core::__private::SentByTypes<M> for $name {
            type Signal = Self;
        }

        #[diagnostic::do_not_recommend]
        impl<Instance: ?Sized> signals_core::__private::FromAnyType<Instance> for $name {
            type Signal = Self;
        }

        #[diagnostic::do_not_recommend]
        impl signals_core::__private::Selects for $name {
            const SELECTOR: signals_core::__private::Selector =
                signals_core::__private::Selector::signal::<$payload<'static, dyn crate::model::AnyModel>>();
        }

        model_signal!(@is $name SignalName);
        model_signal!(@is $name CarriesContext);
        $(model_signal!(@is $name $is);)*
        model_signal!(@awaits $name $($mode)?);
        model_signal!(@instance $name $instance);
        model_signal!(@users $name $($user)?);

        impl<$model: $of + ?Sized> std::fmt::Debug for $payload<'_, $model> {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let $this = self;
                f.debug_struct(stringify!($payload))$(.field(stringify!($shown), &$shown_as))*.finish_non_exhaustive()
            }
        }
    };
}

pub(crate) use model_signal;
