//! This program as the wrapper of rustc: measures the compilation of one crate, without cargo and the dependencies.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, exit};
use std::str::FromStr;

use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;

use crate::Result;

const REPORT: &str = "PEERS_REPORT";

/// What rustc and the linker took for a crate.
#[derive(Clone, Copy)]
pub(crate) struct Usage {
    /// Of all threads.
    pub(crate) cpu_seconds: f64,
    pub(crate) peak_bytes: f64,
}

/// Makes cargo call rustc through this program, which reports on the crate in the folder.
pub(crate) fn wrap(cargo: &mut Command, report: &Path) -> Result<()> {
    cargo.env("RUSTC_WRAPPER", env::current_exe()?).env(REPORT, report);
    Ok(())
}

pub(crate) fn is_wrapped() -> bool {
    env::var_os(REPORT).is_some()
}

/// Calls the compiler that cargo asked for. Only the crate at hand is compiled incrementally, its dependencies are not.
pub(crate) fn measure() -> Result<()> {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    let (compiler, arguments) = arguments.split_first().ok_or("cargo names no compiler")?;
    let status = Command::new(compiler).args(arguments).status()?;
    if arguments.iter().any(|argument| argument.to_string_lossy().starts_with("incremental=")) {
        let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
        let microseconds = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
        // In kilobytes, on macOS in bytes.
        let peak = usage.max_rss() * if cfg!(target_os = "macos") { 1 } else { 1024 };
        let report = PathBuf::from(env::var_os(REPORT).ok_or("no report is wanted")?);
        fs::write(report, format!("{microseconds} {peak}"))?;
    }
    exit(status.code().unwrap_or(1));
}

impl FromStr for Usage {
    type Err = Box<dyn std::error::Error + Send + Sync>;

    fn from_str(report: &str) -> Result<Self> {
        let (microseconds, peak) = report.split_once(' ').ok_or("the report is incomplete")?;
        Ok(Self { cpu_seconds: microseconds.parse::<f64>()? / 1e6, peak_bytes: peak.parse()? })
    }
}
