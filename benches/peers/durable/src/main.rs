//! Jobs that are stored with a row, by each library: `benches/peers/run durable`.
//!
//! On SQLite in a file, and on PostgreSQL if `SIGNALS_TEST_POSTGRES` names a server, in a database that it creates and drops.

mod by_hand;
mod by_hand_on_sqlite;
mod engine;
mod latency;
mod place;
mod table;
mod with_apalis;
mod with_apalis_on_sqlite;
mod with_graphile;
mod with_signals;

use std::env;

use engine::Engine;
use place::Place;

/// What the command line asks for.
struct Options {
    /// A row is measured if its name contains all words.
    words: Vec<String>,
    /// A column is measured if its name contains this, and the floor always.
    columns: String,
    rounds: usize,
    jobs: u32,
}

impl Options {
    fn read() -> Self {
        let mut options = Self { words: Vec::new(), columns: String::new(), rounds: 5, jobs: 10_000 };
        let mut arguments = env::args().skip(1);
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().expect("a value");
            match &*argument {
                "--columns" => options.columns = value(),
                "--rounds" => options.rounds = value().parse().expect("a number"),
                "--jobs" => options.jobs = value().parse().expect("a number"),
                _ => options.words.push(argument),
            }
        }
        options
    }

    fn has(&self, name: &str) -> bool {
        self.words.iter().all(|word| name.contains(word.as_str()))
    }
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let [word, column, url] = &arguments[..]
        && word == "--worker"
    {
        return latency::work(column, url).await;
    }
    if let [word, column, times] = &arguments[..]
        && word == "--saves"
    {
        return save(column, times.parse().expect("a number")).await;
    }
    let options = Options::read();
    let places = [Place::postgres().await, Some(Place::sqlite())];
    for place in places.into_iter().flatten() {
        let engines = place.engines(&options.columns).await;
        measure(&place, &engines, &options).await;
        drop(engines);
        place.tidy().await;
    }
}

/// Saves so many rows on SQLite in memory, to count the instructions.
async fn save(column: &str, times: u32) {
    let engine = place::connect(column, "sqlite::memory:").await;
    for _ in 0..times {
        engine.save(0).await;
    }
}

async fn measure(place: &Place, engines: &[Box<dyn Engine>], options: &Options) {
    table::head(place.name(), engines);
    let name = format!("{}: save a row and its job", place.name());
    if options.has(&name) {
        table::durations(&name, engines, options.rounds * 20, async |engine| engine::save(engine, 20).await).await;
    }
    let name = format!("{}: one of {} jobs that wait", place.name(), options.jobs);
    if options.has(&name) {
        table::durations(&name, engines, options.rounds, async |engine| engine::drain(engine, options.jobs).await)
            .await;
    }
    for (is_elsewhere, process) in [(false, "in this process"), (true, "in another process")] {
        let name = format!("{}: delivery {process}", place.name());
        if options.has(&name) {
            latency::measure(&name, engines, options.rounds, is_elsewhere.then_some(place)).await;
        }
    }
}
