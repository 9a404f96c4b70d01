//! Measures an operation as several libraries do it, and prints one row of a table for it.
//!
//! The cases of a row take turns, so that a short slowdown of the machine affects all of them. The first case is the floor. Each
//! other case is the median of its ratio to the floor in the same round.

use std::fmt::{self, Write as _};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long each case runs per round: short, so that most turns are not interrupted by other programs.
const TURN: Duration = Duration::from_micros(500);

/// What one library does, repeated.
pub struct Case {
    turn: Box<dyn FnMut(u32) -> Duration>,
}

impl Case {
    /// A case that is repeated in a loop.
    pub fn new(mut once: impl FnMut() + 'static) -> Self {
        Self::turns(move |times| {
            let start = Instant::now();
            for _ in 0..times {
                once();
            }
            start.elapsed()
        })
    }

    /// A case that measures itself: it returns how long the given number of repetitions took.
    pub fn turns(turn: impl FnMut(u32) -> Duration + 'static) -> Self {
        Self { turn: Box::new(turn) }
    }

    /// The number of repetitions that fill one turn. The first repetitions warm the caches.
    fn times(&mut self) -> u32 {
        let mut times = 1;
        while (self.turn)(times) < TURN {
            times *= 2;
        }
        times
    }

    fn measure(&mut self, times: u32) -> f64 {
        (self.turn)(times).as_secs_f64() * 1e9 / f64::from(times)
    }

    /// How often this thread allocates per repetition.
    fn allocations(&mut self) -> f64 {
        let mut measure = |times| {
            let counted = allocation_counter::measure(|| {
                black_box((self.turn)(times));
            });
            f64::from(u32::try_from(counted.count_total).unwrap_or(u32::MAX))
        };
        // The difference is without what a turn allocates however often it repeats.
        (measure(20) - measure(10)) / 10.0
    }
}

/// What a row says of one library.
pub enum Cell {
    Case(Case),
    /// The library has no such thing.
    Nothing,
}

impl From<Case> for Cell {
    fn from(case: Case) -> Self {
        Self::Case(case)
    }
}

/// A row's measurements, column by column.
pub struct Measured {
    pub nanoseconds: f64,
    /// The median of the ratios to the floor in the same round.
    pub ratio: f64,
    /// The median of the differences to the floor in the same round.
    pub over: f64,
    pub allocations: f64,
}

/// Prints rows, one library per column, as Markdown.
pub struct Table {
    columns: Vec<&'static str>,
    rounds: usize,
    words: Vec<String>,
    only: Option<Only>,
}

/// One column is executed this often and not measured, as under valgrind.
struct Only {
    column: String,
    times: u32,
}

impl Table {
    /// Takes `--rounds N` and words from the command line: a row is measured when its name contains all words. With `--only COLUMN N`
    /// the column is executed N times instead.
    pub fn new(what: &str, columns: &[&'static str]) -> Self {
        let mut rounds = 201;
        let (mut words, mut only) = (Vec::new(), None);
        let mut arguments = std::env::args().skip(1);
        while let Some(argument) = arguments.next() {
            if argument == "--rounds" {
                rounds = arguments.next().and_then(|rounds| rounds.parse().ok()).expect("a number of rounds");
            } else if argument == "--only" {
                let (column, times) = (arguments.next(), arguments.next().and_then(|times| times.parse().ok()));
                only = column.zip(times).map(|(column, times)| Only { column, times });
            } else {
                words.push(argument);
            }
        }
        println!("| {what:<48} | {} |", columns.iter().map(|it| format!("{it:>14}")).collect::<Vec<_>>().join(" | "));
        println!("|{}|{}|", "-".repeat(50), vec![format!("{}:", "-".repeat(15)); columns.len()].join("|"));
        Self { columns: columns.to_vec(), rounds, words, only }
    }

    /// Whether the command line asks for this row.
    pub fn has(&self, name: &str) -> bool {
        self.words.iter().all(|word| name.contains(word.as_str()))
    }

    /// Measures the cells and prints them. The first one is the floor. With `--only` there are no measurements.
    ///
    /// # Panics
    /// Unless there are as many cells as columns, and the first is a case.
    pub fn row(&mut self, name: &str, cells: Vec<Cell>) -> Vec<Option<Measured>> {
        assert_eq!(cells.len(), self.columns.len(), "one cell per column: {name}");
        let mut cases: Vec<_> = cells
            .into_iter()
            .map(|cell| match cell {
                Cell::Case(case) => Some(case),
                Cell::Nothing => None,
            })
            .collect();
        if let Some(only) = &self.only {
            let (_, case) =
                self.columns.iter().zip(&mut cases).find(|(name, _)| **name == only.column).expect("a column");
            black_box(case.as_mut().map(|case| (case.turn)(only.times)));
            return Vec::new();
        }
        let mut times: Vec<_> = cases.iter_mut().map(|case| case.as_mut().map_or(0, Case::times)).collect();
        // Cases that take about as long as the floor are repeated as often: rows are deleted faster from a smaller table.
        let floor = times[0];
        times.iter_mut().filter(|times| (floor / 2..=floor * 2).contains(*times)).for_each(|times| *times = floor);
        let mut taken = vec![Vec::new(); cases.len()];
        for _ in 0..self.rounds {
            for (column, case) in cases.iter_mut().enumerate() {
                taken[column].push(case.as_mut().map_or(0.0, |case| case.measure(times[column])));
            }
        }
        let compared = |column: usize, compare: fn(f64, f64) -> f64| {
            median(taken[column].iter().zip(&taken[0]).map(|(own, floor)| compare(*own, *floor)).collect())
        };
        let measured: Vec<_> = cases
            .iter_mut()
            .enumerate()
            .map(|(column, case)| {
                case.as_mut().map(|case| Measured {
                    nanoseconds: median(taken[column].clone()),
                    ratio: compared(column, |own, floor| own / floor),
                    over: compared(column, |own, floor| own - floor),
                    allocations: case.allocations(),
                })
            })
            .collect();
        let mut line = format!("| {name:<48} |");
        for (column, measured) in measured.iter().enumerate() {
            write!(line, " {:>14} |", Shown(measured.as_ref(), column == 0).to_string()).expect("a string grows");
        }
        println!("{line}");
        measured
    }
}

/// A cell as the table shows it: the time of the floor, the ratio of the others, and the allocations if there are any.
struct Shown<'a>(Option<&'a Measured>, bool);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(measured) = self.0 else { return Ok(()) };
        if self.1 {
            f.write_str(&readable(measured.nanoseconds))?;
        } else {
            write!(f, "{:.2}", measured.ratio)?;
        }
        match measured.allocations.round() {
            none if none < 1.0 => Ok(()),
            some => write!(f, ", {some}"),
        }
    }
}

/// Nanoseconds with a unit that suits them.
pub fn readable(nanoseconds: f64) -> String {
    if nanoseconds < 1e3 {
        format!("{nanoseconds:.1} ns")
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
