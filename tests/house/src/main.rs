//! Counts what `docs/style.md` asks of the code, prints the counts, and fails when one is over its limit.
//!
//! ```text
//! cargo run --package house            # the counts
//! cargo run --package house -- graph   # which file imports which
//! ```

mod crates;
mod imports;
mod sizes;
mod surface;
mod words;

use std::env;
use std::path::Path;
use std::process::ExitCode;

use crates::Crate;

/// One count, and the places that it counts.
struct Count {
    what: &'static str,
    limit: usize,
    places: Vec<String>,
}

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    env::set_current_dir(root).expect("the repository is two folders up");
    let crates = ["signals-core", "signals-macros", "."].map(Crate::read);
    let graph = imports::graph(&crates);
    if env::args().nth(1).is_some_and(|argument| argument == "graph") {
        for (from, to) in &graph {
            println!("{from} -> {to}");
        }
        return ExitCode::SUCCESS;
    }

    let library = &crates[2];
    let counts = [
        Count { what: "words of a dialect of our own", limit: 15, places: words::dialect() },
        Count { what: "files in import cycles", limit: 13, places: imports::in_cycles(&graph) },
        Count { what: "imports that run upward", limit: 0, places: imports::upward(&graph) },
        Count { what: "names at the root", limit: 45, places: surface::names(library, "src/lib.rs") },
        Count { what: "names in the prelude", limit: 36, places: surface::names(library, "src/prelude.rs") },
        Count { what: "hidden methods of traits in the prelude", limit: 2, places: surface::hidden_methods(library) },
        Count { what: "files over 600 lines", limit: 0, places: sizes::long_files(600) },
        Count { what: "functions over 80 lines", limit: 0, places: sizes::long_functions(80) },
    ];
    let mut is_good = true;
    for Count { what, limit, places } in &counts {
        println!("{what}: {} of at most {limit}", places.len());
        if places.len() > *limit {
            is_good = false;
            for place in places {
                println!("    {place}");
            }
        }
    }
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
