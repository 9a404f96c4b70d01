//! Measures cases in turns and prints a line for each.
#![allow(dead_code, unused_imports, unused_macros, reason = "each benchmark uses a part of it")]

use std::collections::BTreeSet;
use std::error::Error;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// The number of rounds, and how long each case runs per round.
const ROUNDS: usize = 101;
const TURN: Duration = Duration::from_millis(2);

/// A case, which is repeated.
pub(crate) struct Case {
    name: String,
    turn: Box<dyn Fn(u32) -> Duration>,
}

impl Case {
    pub(crate) fn new(name: impl Into<String>, once: impl Fn(&mut u64) + 'static) -> Self {
        Self::turns(name, move |times| {
            let mut count = 0;
            let start = Instant::now();
            for _ in 0..times {
                once(black_box(&mut count));
            }
            start.elapsed()
        })
    }

    /// A case that measures itself: it returns how long the given number of repetitions took.
    pub(crate) fn turns(name: impl Into<String>, turn: impl Fn(u32) -> Duration + 'static) -> Self {
        Self { name: name.into(), turn: Box::new(turn) }
    }

    /// A case that measures one repetition itself, because each needs a preparation.
    pub(crate) fn timed(name: impl Into<String>, once: impl Fn() -> Duration + 'static) -> Self {
        Self::turns(name, move |times| (0..times).map(|_| once()).sum())
    }

    /// The number of repetitions that fill one turn. The first repetitions warm the caches.
    fn times(&self) -> u32 {
        let mut times = 1;
        while (self.turn)(times) < TURN {
            times *= 2;
        }
        times
    }
}

/// What a receiver of the floor returns.
pub(crate) type Reply = Result<(), Box<dyn Error + Send + Sync>>;

/// The payload of the functions in the arrays.
pub(crate) struct Tick<'a> {
    pub(crate) count: &'a mut u64,
}

/// The floor, written without a library: a loop over an array of functions. It is a separate function, as `send` is, and the
/// compiler does not know the array.
#[inline(never)]
pub(crate) fn floor(receivers: &[fn(&mut Tick<'_>) -> Reply], count: &mut u64) -> Reply {
    let mut tick = Tick { count };
    for receiver in black_box(receivers) {
        receiver(&mut tick)?;
    }
    Ok(())
}

/// Declares a signal with one receiver per number, and an array of the same functions.
macro_rules! signal_and_floor {
    ($signal:ident, $floor:ident, [$($add:ident = $number:literal),*]) => {
        #[signal]
        struct $signal<'a> {
            count: &'a mut u64,
        }

        const _: () = {$(
            #[receiver($signal)]
            fn $add(count: &mut u64) {
                *count = count.wrapping_add($number);
            }
        )*};

        static $floor: &[fn(&mut $crate::measure::Tick<'_>) -> $crate::measure::Reply] = &[$(|tick| {
            *tick.count = tick.count.wrapping_add($number);
            Ok(())
        },)*];
    };
}

pub(crate) use signal_and_floor;

/// A case to which others are compared.
#[derive(Clone, Copy)]
pub(crate) struct Floor(usize);

/// All cases of a run, each with the index of its floor.
#[derive(Default)]
pub(crate) struct Table {
    cases: Vec<(Case, usize)>,
    afterwards: Option<Box<dyn FnOnce()>>,
}

impl Table {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// A case to which others are compared.
    pub(crate) fn floor(&mut self, case: Case) -> Floor {
        self.cases.push((case, self.cases.len()));
        Floor(self.cases.len() - 1)
    }

    pub(crate) fn case(&mut self, Floor(floor): Floor, case: Case) {
        self.cases.push((case, floor));
    }

    /// Registers a cleanup that runs after all measurements.
    pub(crate) fn afterwards(&mut self, tidy: impl FnOnce() + 'static) {
        self.afterwards = Some(Box::new(tidy));
    }

    /// Measures and prints the median of each case, and the median of its ratio to its floor in the same round. A word on the
    /// command line selects the cases whose name contains it, and their floors: `cargo bench --bench saves -- postgres`.
    pub(crate) fn print(mut self) {
        let word = std::env::args().skip(1).find(|argument| !argument.starts_with('-')).unwrap_or_default();
        let meant = self.cases.iter().filter(|(case, _)| case.name.contains(&word));
        let floors: BTreeSet<usize> = meant.map(|(_, floor)| *floor).collect();
        let cases = || self.cases.iter().enumerate().filter(|(_, (_, floor))| floors.contains(floor));

        // `cargo test --benches` runs each case without measuring it.
        let measured = std::env::args().any(|argument| argument == "--bench");
        let rounds = if measured { ROUNDS } else { 1 };
        let mut times = vec![1; self.cases.len()];
        if measured {
            cases().for_each(|(index, (case, _))| times[index] = case.times());
        }
        let mut nanoseconds = vec![Vec::new(); self.cases.len()];
        for _ in 0..rounds {
            for (index, (case, _)) in cases() {
                let turn = (case.turn)(times[index]);
                nanoseconds[index].push(turn.as_secs_f64() * 1e9 / f64::from(times[index]));
            }
        }
        for (index, (case, floor)) in cases() {
            let ratios = nanoseconds[index].iter().zip(&nanoseconds[*floor]).map(|(own, floor)| own / floor).collect();
            let (own, ratio) = (median(nanoseconds[index].clone()), median(ratios));
            let compared = if index == *floor { "the floor".to_owned() } else { format!("{ratio:9.2}") };
            println!("{:<40} {:>12}   {compared}", case.name, readable(own));
        }
        self.cases.clear();
        if let Some(tidy) = self.afterwards.take() {
            tidy();
        }
    }
}

fn readable(nanoseconds: f64) -> String {
    if nanoseconds < 1e4 {
        format!("{nanoseconds:.2} ns")
    } else if nanoseconds < 1e6 {
        format!("{:.2} µs", nanoseconds / 1e3)
    } else {
        format!("{:.2} ms", nanoseconds / 1e6)
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
