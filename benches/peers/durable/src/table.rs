//! Prints rows, one library per column, as Markdown: the time of the floor, and for the others the time and its ratio to the floor.

use std::time::Duration;

use crate::engine::Engine;

/// The names of the columns.
pub(crate) fn head(place: &str, engines: &[Box<dyn Engine>]) {
    let columns: Vec<_> = engines.iter().map(|engine| format!("{:>17}", engine.name())).collect();
    println!("| {place:<44} | {} |", columns.join(" | "));
    println!("|{}|{}|", "-".repeat(46), vec![format!("{}:", "-".repeat(18)); columns.len()].join("|"));
}

/// Measures each engine once per round, in turns. A ratio is the median of those of the rounds.
pub(crate) async fn durations(
    name: &str,
    engines: &[Box<dyn Engine>],
    rounds: usize,
    measure: impl AsyncFn(&dyn Engine) -> Duration,
) {
    let mut taken = vec![Vec::new(); engines.len()];
    for _ in 0..rounds {
        for (engine, taken) in engines.iter().zip(&mut taken) {
            taken.push(measure(&**engine).await.as_secs_f64());
        }
    }
    let cells = taken.iter().map(|own| Cell { seconds: median(own.clone()), ratio: ratio(own, &taken[0]) });
    row(name, &cells.collect::<Vec<_>>());
}

pub(crate) fn row(name: &str, cells: &[Cell]) {
    let cells: Vec<_> = cells.iter().enumerate().map(|(column, cell)| cell.shown(column == 0)).collect();
    println!("| {name:<44} | {} |", cells.join(" | "));
}

pub(crate) struct Cell {
    pub(crate) seconds: f64,
    pub(crate) ratio: f64,
}

impl Cell {
    fn shown(&self, is_floor: bool) -> String {
        let time = match self.seconds * 1e6 {
            micros if micros < 1e3 => format!("{micros:.0} µs"),
            micros => format!("{:.2} ms", micros / 1e3),
        };
        if is_floor { format!("{time:>17}") } else { format!("{time:>9} {:>7.2}", self.ratio) }
    }
}

/// The median of the ratios of the same round.
pub(crate) fn ratio(own: &[f64], floor: &[f64]) -> f64 {
    median(own.iter().zip(floor).map(|(own, floor)| own / floor).collect())
}

pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
