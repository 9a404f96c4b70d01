//! Finds out whether the linker keeps the registry. The key `links` of the manifest needs a build script as well.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(linker_drops_entries)");
    if linker_drops_entries() {
        println!("cargo::rustc-cfg=linker_drops_entries");
    }
}

/// The linker of MinGW drops data that no code refers to, unless a flag keeps it. An entry that shares a section with used data
/// stays, so a program cannot see that other entries are missing. Only the flags of the build show it.
fn linker_drops_entries() -> bool {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let mingw = is("CARGO_CFG_TARGET_OS", "windows")
        && is("CARGO_CFG_TARGET_ENV", "gnu")
        // The linker of LLVM keeps it.
        && !is("CARGO_CFG_TARGET_ABI", "llvm");
    mingw && !env::var("CARGO_ENCODED_RUSTFLAGS").is_ok_and(|flags| flags.contains("--no-gc-sections"))
}
