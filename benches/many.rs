//! The cost of a dispatch, and of the first use of a signal, in a program with 10,000 receivers of other signals:
//! `cargo bench --bench many`. It takes half a minute to compile.

use std::hint::black_box;
use std::time::{Duration, Instant};

use signals::{receiver, signal};

mod measure;

use measure::{Case, Table};

/// Ten modules, each with the items of another macro.
macro_rules! in_ten_modules {
    ($items:ident) => {
        in_ten_modules!($items: a b c d e f g h i j);
    };
    ($items:ident: $($module:ident)*) => {
        $(pub(crate) mod $module { $items!(); })*
    };
}

macro_rules! ten_signals {
    () => {
        in_ten_modules!(signal_with_a_hundred_receivers);
    };
}

macro_rules! signal_with_a_hundred_receivers {
    () => {
        #[signals::signal]
        pub(crate) struct Elsewhere {
            pub(crate) number: u64,
        }

        in_ten_modules!(ten_receivers);
    };
}

macro_rules! ten_receivers {
    () => {
        ten_receivers!(a b c d e f g h i j);
    };
    ($($name:ident)*) => {$(
        #[signals::receiver(super::Elsewhere)]
        fn $name(number: u64) {
            std::hint::black_box(number);
        }
    )*};
}

#[expect(dead_code, reason = "these signals are never sent")]
mod crowd {
    in_ten_modules!(ten_signals);
}

measure::signal_and_floor!(Three, THREE, [a = 11, b = 12, c = 13]);

#[signal]
struct NoReceiver {}

fn main() {
    println!("{} receivers are linked", signals::dispatch::receivers().count());
    first_use("first use: no receiver", || NoReceiver::SIGNAL.has_receivers());
    first_use("first use: 3 receivers", || Three::SIGNAL.has_receivers());
    first_use("first use: 100 receivers", || crowd::a::a::Elsewhere::SIGNAL.has_receivers());

    let mut table = Table::new();
    let three = table.floor(Case::new("3 receivers: array", |count| measure::floor(THREE, count).unwrap()));
    table.case(three, Case::new("3 receivers: send", |count| Three { count }.send().unwrap()));
    table.print();
}

fn first_use(name: &str, has_receivers: impl FnOnce() -> bool) {
    let start = Instant::now();
    black_box(has_receivers());
    let took: Duration = start.elapsed();
    println!("{name:<36} {:9.2} µs", took.as_secs_f64() * 1e6);
}
