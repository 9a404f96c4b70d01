//! What it costs to compile 100 models and 1,000 receivers, next to the same functions called by hand.

use crate::build::{Contents, Cost, clean, contents, executable, folder, run as cargo};
use crate::generate::{Kind, Program};
use crate::{Result, option};

/// What is measured of a program, in the order of the table.
struct Measured {
    check: Cost,
    check_edited: Cost,
    build: Cost,
    build_edited: Cost,
    contents: Contents,
}

/// Each program, and the one that it is compared with.
const PROGRAMS: [(Kind, Kind); 4] =
    [(Kind::Hand, Kind::Hand), (Kind::Models, Kind::Hand), (Kind::Calls, Kind::Calls), (Kind::Signals, Kind::Calls)];

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let rounds = option(arguments, "--rounds", 3)?;
    let models = option(arguments, "--models", 100)?;
    let per_model = option(arguments, "--receivers", 10)?;
    let named = |kind: Kind| {
        let words = arguments.iter().filter(|argument| PROGRAMS.iter().any(|(kind, _)| kind.name() == **argument));
        words.clone().count() == 0 || words.clone().any(|word| word == kind.name())
    };
    let programs: Vec<_> = PROGRAMS.into_iter().filter(|(kind, _)| named(*kind)).collect();

    let mut written = Vec::new();
    for (kind, _) in &programs {
        let program = Program::write(&folder(), *kind, models, per_model)?;
        eprintln!("{}: builds the dependencies, and itself once", program.name);
        cargo(&program, &["check"])?;
        cargo(&program, &["build"])?;
        written.push(program);
    }
    let mut measured: Vec<Option<Measured>> = programs.iter().map(|_| None).collect();
    for round in 1..=rounds {
        for (program, measured) in written.iter_mut().zip(&mut measured) {
            eprintln!("round {round} of {rounds}: {}", program.name);
            let now = round_of(program)?;
            *measured = Some(match measured.take() {
                Some(before) => before.min(now),
                None => now,
            });
        }
    }

    println!(
        "| {:<52} | {} |",
        format!("{models} models or signals, {} receivers", models * per_model),
        HEADINGS.join(" | ")
    );
    println!("|{}|{}|", "-".repeat(54), ["--------------:"; HEADINGS.len()].join("|"));
    for (index, (_, floor)) in programs.iter().enumerate() {
        let floor = programs.iter().position(|(kind, _)| kind == floor).and_then(|floor| measured[floor].as_ref());
        let (Some(own), Some(description)) = (&measured[index], written.get(index).map(Program::description)) else {
            continue;
        };
        println!("| {description:<52} | {} |", own.cells(floor).join(" | "));
    }
    Ok(())
}

/// Compiles the program alone, and again after the body of one receiver has changed.
fn round_of(program: &mut Program) -> Result<Measured> {
    clean(program)?;
    let check = cargo(program, &["check"])?;
    program.edit()?;
    let check_edited = cargo(program, &["check"])?;
    let build = cargo(program, &["build"])?;
    program.edit()?;
    let build_edited = cargo(program, &["build"])?;
    let contents = contents(&executable(program, "debug"))?;
    Ok(Measured { check, check_edited, build, build_edited, contents })
}

const HEADINGS: [&str; 10] = [
    "         check",
    "  check, rustc",
    " check, edited",
    "         build",
    "  build, rustc",
    " build, edited",
    "        memory",
    "        binary",
    "          code",
    "     functions",
];

impl Measured {
    fn min(self, other: Self) -> Self {
        Self {
            check: self.check.min(other.check),
            check_edited: self.check_edited.min(other.check_edited),
            build: self.build.min(other.build),
            build_edited: self.build_edited.min(other.build_edited),
            contents: other.contents,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "sizes for readers")]
    fn figures(&self) -> [(f64, &'static str); HEADINGS.len()] {
        [
            (self.check.seconds, " s"),
            (self.check.rustc.cpu_seconds, " s"),
            (self.check_edited.seconds, " s"),
            (self.build.seconds, " s"),
            (self.build.rustc.cpu_seconds, " s"),
            (self.build_edited.seconds, " s"),
            (self.build.rustc.peak_bytes / 1e9, " GB"),
            (self.contents.bytes as f64 / 1e6, " MB"),
            (self.contents.code_bytes as f64 / 1e6, " MB"),
            (self.contents.functions as f64, ""),
        ]
    }

    fn cells(&self, floor: Option<&Self>) -> Vec<String> {
        let figures = self.figures();
        let floors = floor.map(Self::figures);
        let shown = figures.iter().enumerate().map(|(index, (figure, unit))| {
            let own = if unit.is_empty() { format!("{figure:.0}") } else { format!("{figure:.2}{unit}") };
            match &floors {
                Some(floors) if floors != &figures => format!("{own:>8} {:>5.2}", figure / floors[index].0),
                _ => own,
            }
        });
        shown.map(|cell| format!("{cell:>14}")).collect()
    }
}
