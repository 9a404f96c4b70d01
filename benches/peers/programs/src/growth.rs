//! What a program of many receivers costs when it runs, and how large it is. Writes the chart of the page.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use crate::Result;
use crate::build::{Contents, contents, executable, folder, run as cargo};
use crate::chart::{self, Panel, Series};
use crate::generate::{Kind, Program};
use crate::option;

const RUNS: usize = 31;

struct Grown {
    modules: usize,
    receivers: usize,
    /// Of the first send, or of the first save and delete.
    first_microseconds: f64,
    /// Of a later one, on average.
    later_nanoseconds: f64,
    start_milliseconds: f64,
    contents: Contents,
}

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let most = option(arguments, "--receivers", 10_000)?;
    let most_models = option(arguments, "--models", 100)?;
    println!(
        "| {:<7} | {:>6} | {:>9} | {:>11} | {:>11} | {:>9} | {:>9} | {:>9} |",
        "of", "number", "receivers", "first use", "later", "start-up", "binary", "code"
    );
    println!("|---------|{}", "-------:|----------:|------------:|------------:|----------:|----------:|----------:|");
    let signals = grow(Kind::Signals, most / 10)?;
    let models = grow(Kind::Models, most_models)?;
    for (kind, grown) in [(Kind::Signals, &signals), (Kind::Models, &models)] {
        slope(kind, grown)?;
    }
    let chart = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../docs/growth.svg");
    fs::write(&chart, draw(&signals, &models))?;
    eprintln!("wrote {}", chart.display());
    Ok(())
}

/// 1, 10, 100 .. signals or models of ten receivers each.
fn grow(kind: Kind, most: usize) -> Result<Vec<Grown>> {
    let mut grown = Vec::new();
    let mut modules = 1;
    while modules <= most {
        grown.push(measure(kind, modules, 10)?);
        modules *= 10;
    }
    Ok(grown)
}

/// What one more receiver and one more signal or model add to the executable.
fn slope(kind: Kind, grown: &[Grown]) -> Result<()> {
    let (Some(few), Some(many)) = (grown.first(), grown.last()) else { return Ok(()) };
    let (bare_few, bare_many) = (measure(kind, few.modules, 0)?, measure(kind, many.modules, 0)?);
    let modules = float(bare_many.modules - bare_few.modules);
    let per_module = (float(bare_many.contents.bytes) - float(bare_few.contents.bytes)) / modules;
    let all = float(many.contents.bytes) - float(few.contents.bytes) - modules * per_module;
    let per_receiver = all / float(many.receivers - few.receivers);
    println!("{}: {per_module:.0} bytes each, and {per_receiver:.0} bytes for each receiver, in release", kind.name());
    Ok(())
}

fn measure(kind: Kind, modules: usize, per_module: usize) -> Result<Grown> {
    let name = format!("{}_{modules}_{per_module}", kind.name());
    let main = if kind == Kind::Models { main_of_models(modules) } else { SIGNALS.to_owned() };
    let program = Program::write_with_main(&folder(), name, kind, (modules, per_module), &main)?;
    cargo(&program, &["build", "--release"])?;
    let executable = executable(&program, "release");
    let mut times = Vec::new();
    for _ in 0..RUNS {
        times.push((time_of(&executable)?, start_of(&executable)?));
    }
    let median = |of: fn(&((f64, f64), f64)) -> f64| {
        let mut values: Vec<_> = times.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let grown = Grown {
        modules,
        receivers: modules * per_module,
        first_microseconds: median(|it| it.0.0) / 1e3,
        later_nanoseconds: median(|it| it.0.1),
        start_milliseconds: median(|it| it.1) * 1e3,
        contents: contents(&executable)?,
    };
    println!("{}", grown.row(kind));
    Ok(grown)
}

/// The program says how long its first use took and a later one, in nanoseconds.
fn time_of(executable: &PathBuf) -> Result<(f64, f64)> {
    let output = Command::new(executable).output()?;
    let output = String::from_utf8(output.stdout)?;
    let (first, later) = output.trim().split_once(' ').ok_or("the program does not say how long it took")?;
    Ok((first.parse()?, later.parse()?))
}

/// How long a process takes that does nothing with its receivers.
fn start_of(executable: &PathBuf) -> Result<f64> {
    let start = Instant::now();
    Command::new(executable).arg("nothing").status()?;
    Ok(start.elapsed().as_secs_f64())
}

const SIGNALS: &str = r#"
fn main() {
    if std::env::args().len() > 1 {
        return;
    }
    let start = std::time::Instant::now();
    m0::go();
    let first = start.elapsed().as_nanos();
    let mut rounds: Vec<_> = (0..101)
        .map(|_| {
            let start = std::time::Instant::now();
            for _ in 0..1000 {
                m0::go();
            }
            start.elapsed().as_nanos() as f64 / 1e3
        })
        .collect();
    rounds.sort_by(f64::total_cmp);
    println!("{first} {}", rounds[50]);
}
"#;

/// With more arguments than it is ever called with, the program saves every model: so each one's code is in it.
fn main_of_models(modules: usize) -> String {
    let all: String = (0..modules).map(|module| format!("        m{module}::go(&db).await?;\n")).collect();
    format!(
        r#"
#[tokio::main(flavor = "current_thread")]
async fn main() -> signals::Result<()> {{
    let arguments = std::env::args().len();
    if arguments == 2 {{
        return Ok(());
    }}
    let db = signals::db::Db::connect("sqlite::memory:").await?;
    db.create_tables().await?;
    db.execute("CREATE TABLE counts (n INTEGER)", &()).await?;
    let start = std::time::Instant::now();
    m0::go(&db).await?;
    let first = start.elapsed().as_nanos();
    let mut rounds = Vec::new();
    for _ in 0..101 {{
        let start = std::time::Instant::now();
        for _ in 0..20 {{
            m0::go(&db).await?;
        }}
        rounds.push(start.elapsed().as_nanos() as f64 / 20.0);
    }}
    rounds.sort_by(f64::total_cmp);
    println!("{{first}} {{}}", rounds[50]);
    if arguments > 2 {{
{all}    }}
    Ok(())
}}
"#
    )
}

impl Grown {
    fn row(&self, kind: Kind) -> String {
        let code = f64::from(u32::try_from(self.contents.code_bytes).unwrap_or(u32::MAX));
        format!(
            "| {:<7} | {:>6} | {:>9} | {:>8.1} µs | {:>8.1} ns | {:>6.2} ms | {:>6.2} MB | {:>6.2} MB |",
            kind.name(),
            self.modules,
            self.receivers,
            self.first_microseconds,
            self.later_nanoseconds,
            self.start_milliseconds,
            float(self.contents.bytes) / 1e6,
            code / 1e6,
        )
    }
}

fn draw(signals: &[Grown], models: &[Grown]) -> String {
    let panel = |title, unit, of: &dyn Fn(&Grown, &Grown) -> f64| {
        let series = |name, grown: &[Grown]| {
            let points = grown.iter().map(|it| (float(it.receivers), of(it, &grown[0])));
            Series { name, points: points.collect() }
        };
        Panel { title, unit, series: vec![series("signals", signals), series("models", models)] }
    };
    chart::svg(&[
        panel("first use", "µs", &|it, _| it.first_microseconds),
        panel("a later use, to that of 10 receivers", "", &|it, smallest| {
            it.later_nanoseconds / smallest.later_nanoseconds
        }),
        panel("start and end of the process", "ms", &|it, _| it.start_milliseconds),
        panel("executable, release", "MB", &|it, _| float(it.contents.bytes) / 1e6),
    ])
}

#[expect(clippy::cast_precision_loss, reason = "counts and sizes for readers")]
fn float(number: usize) -> f64 {
    number as f64
}
