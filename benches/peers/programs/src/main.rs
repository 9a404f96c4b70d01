//! What many models and receivers cost, in generated programs: to compile (`benches/peers/run compile`) and to run
//! (`benches/peers/run growth`).

mod build;
mod chart;
mod compile;
mod generate;
mod growth;
mod rustc;

use std::env;
use std::error::Error;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

fn main() -> Result<()> {
    if rustc::is_wrapped() {
        return rustc::measure();
    }
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    if arguments.is_empty() {
        return Err("what? compile or growth".into());
    }
    match arguments.remove(0).as_str() {
        "compile" => compile::run(&arguments),
        "growth" => growth::run(&arguments),
        other => Err(format!("compile or growth, but not {other}").into()),
    }
}

/// The number after an option.
fn option(arguments: &[String], name: &str, default: usize) -> Result<usize> {
    match arguments.iter().position(|argument| argument == name) {
        Some(index) => Ok(arguments.get(index + 1).ok_or("a number is missing")?.parse()?),
        None => Ok(default),
    }
}
