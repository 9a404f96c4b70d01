//! Runs cargo on a generated program, and looks at what it built.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use object::{Object, ObjectSection, ObjectSymbol, SymbolKind};

use crate::Result;
use crate::generate::Program;
use crate::rustc::{Usage, wrap};

/// What one call of cargo took.
#[derive(Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) seconds: f64,
    pub(crate) rustc: Usage,
}

impl Cost {
    /// The smaller of each: what the machine can do when nothing disturbs it.
    pub(crate) fn min(self, other: Self) -> Self {
        Self {
            seconds: self.seconds.min(other.seconds),
            rustc: Usage {
                cpu_seconds: self.rustc.cpu_seconds.min(other.rustc.cpu_seconds),
                peak_bytes: self.rustc.peak_bytes.min(other.rustc.peak_bytes),
            },
        }
    }
}

/// The folder of the generated programs. They share a target directory, so that each dependency is built once.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/programs")
}

/// Cargo with the profiles as they are by default, whatever the environment says.
fn cargo(program: &Program, arguments: &[&str]) -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        let is_ours = name.to_str().is_some_and(|name| {
            name.starts_with("CARGO_PROFILE_") || name.starts_with("CARGO_PKG_") || name.contains("RUSTFLAGS")
        });
        if is_ours || name == "CARGO_INCREMENTAL" {
            cargo.env_remove(name);
        }
    }
    cargo.args(arguments).arg("--quiet").current_dir(program.folder()).env("CARGO_TARGET_DIR", folder().join("target"));
    cargo
}

/// Removes what was built of the program itself.
pub(crate) fn clean(program: &Program) -> Result<()> {
    let status = cargo(program, &["clean", "--package", &program.name]).status()?;
    if status.success() { Ok(()) } else { Err(format!("{} cannot be cleaned", program.name).into()) }
}

/// `cargo check` or `cargo build`.
pub(crate) fn run(program: &Program, arguments: &[&str]) -> Result<Cost> {
    let report = folder().join("report");
    let mut cargo = cargo(program, arguments);
    wrap(&mut cargo, &report)?;
    let start = Instant::now();
    let status = cargo.status()?;
    let seconds = start.elapsed().as_secs_f64();
    if !status.success() {
        return Err(format!("{} does not compile", program.name).into());
    }
    // A release build is not incremental and has no report.
    let rustc = match fs::read_to_string(&report) {
        Ok(usage) => usage.parse()?,
        Err(_) => Usage { cpu_seconds: 0.0, peak_bytes: 0.0 },
    };
    Ok(Cost { seconds, rustc })
}

/// What is in an executable.
pub(crate) struct Contents {
    pub(crate) bytes: usize,
    pub(crate) code_bytes: u64,
    pub(crate) functions: usize,
}

pub(crate) fn executable(program: &Program, profile: &str) -> PathBuf {
    folder().join("target").join(profile).join(format!("{}{}", program.name, env::consts::EXE_SUFFIX))
}

pub(crate) fn contents(executable: &Path) -> Result<Contents> {
    let bytes = fs::read(executable)?;
    let file = object::File::parse(&*bytes)?;
    let functions = file.symbols().filter(|symbol| symbol.is_definition() && symbol.kind() == SymbolKind::Text).count();
    let code = file.section_by_name(".text").or_else(|| file.section_by_name("__text"));
    Ok(Contents { bytes: bytes.len(), code_bytes: code.map_or(0, |code| code.size()), functions })
}
