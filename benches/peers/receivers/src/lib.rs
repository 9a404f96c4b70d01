//! Receivers of one atomic add. They are in another crate than the loop that calls them, as in a program of several crates, so
//! that the compiler sees neither the functions nor their number.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use bevy_ecs::prelude::{Event, On, World};
use linkme::distributed_slice;
use signals_core::{receiver, signal};

pub static SUM: AtomicU64 = AtomicU64::new(0);

/// What the receivers of all but `signals` receive, whose payload is the signal.
#[derive(Clone, Copy, Event)]
pub struct Tick {
    pub n: u64,
}

pub type Boxed = Vec<Box<dyn Fn(&Tick) + Send + Sync>>;

/// A signal, an array, a slice of linkme, and functions that fill the lists of the others, all of the same receivers.
macro_rules! receivers {
    ($module:ident, $signal:ident, $linked:ident, $count:literal, [$($name:ident),*]) => {
        pub mod $module {
            #![allow(unused_imports, reason = "there may be no receiver")]
            use super::{Boxed, On, Relaxed, SUM, Tick, World, distributed_slice, receiver, signal};

            #[signal]
            pub struct $signal {
                #[allow(dead_code, reason = "there may be no receiver")]
                pub n: u64,
            }

            mod signals {
                use super::{Relaxed, SUM, receiver, $signal};
                $(
                    #[receiver($signal)]
                    fn $name(n: u64) {
                        SUM.fetch_add(n, Relaxed);
                    }
                )*
            }

            pub static ARRAY: [fn(&Tick); $count] = [$(array::$name),*];

            mod array {
                use super::{Relaxed, SUM, Tick};
                $(
                    pub(super) fn $name(tick: &Tick) {
                        SUM.fetch_add(tick.n, Relaxed);
                    }
                )*
            }

            #[distributed_slice]
            pub static $linked: [fn(&Tick)];

            mod linked {
                use super::{$linked, Relaxed, SUM, Tick, distributed_slice};
                $(
                    #[distributed_slice($linked)]
                    fn $name(tick: &Tick) {
                        SUM.fetch_add(tick.n, Relaxed);
                    }
                )*
            }

            pub fn boxed() -> Boxed {
                #[allow(unused_mut, reason = "there may be no receiver")]
                let mut list = Boxed::new();
                $({
                    fn $name(tick: &Tick) {
                        SUM.fetch_add(tick.n, Relaxed);
                    }
                    list.push(Box::new($name));
                })*
                list
            }

            pub fn signals2() -> signals2::Signal<(Tick,)> {
                let signal = signals2::Signal::new();
                $({
                    fn $name(tick: Tick) {
                        SUM.fetch_add(tick.n, Relaxed);
                    }
                    signals2::Connect1::connect(&signal, $name);
                })*
                signal
            }

            pub fn bevy() -> World {
                #[allow(unused_mut, reason = "there may be no receiver")]
                let mut world = World::new();
                $({
                    fn $name(tick: On<Tick>) {
                        SUM.fetch_add(tick.n, Relaxed);
                    }
                    world.add_observer($name);
                })*
                world
            }
        }
    };
}

receivers!(none, None, NONE, 0, []);
receivers!(one, One, ONE, 1, [a]);
receivers!(three, Three, THREE, 3, [a, b, c]);
receivers!(ten, Ten, TEN, 10, [a, b, c, d, e, f, g, h, i, j]);

/// Emits a signal of signals2.
#[inline]
pub fn emit(signal: &signals2::Signal<(Tick,)>, tick: Tick) {
    signals2::Emit1::emit(signal, tick);
}
