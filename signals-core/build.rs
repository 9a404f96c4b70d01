//! `links` in the manifest, which has Cargo refuse two versions of this crate in one program, asks for a build script. Two
//! versions would have one registry of the linker between them, and could not read it.

use std::env;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rustc-check-cfg=cfg(linker_drops_entries)");
    if linker_drops_entries() {
        println!("cargo::rustc-cfg=linker_drops_entries");
    }
}

/// The linker of MinGW drops data that no code refers to, unless a flag keeps it. An entry that shares a section with used data
/// stays, so a program cannot see that other entries are missing: only the flags of the build tell.
fn linker_drops_entries() -> bool {
    let is = |name: &str, value: &str| env::var(name).is_ok_and(|found| found == value);
    let mingw = is("CARGO_CFG_TARGET_OS", "windows")
        && is("CARGO_CFG_TARGET_ENV", "gnu")
        // That of LLVM keeps it.
        && !is("CARGO_CFG_TARGET_ABI", "llvm");
    mingw && !env::var("CARGO_ENCODED_RUSTFLAGS").is_ok_and(|flags| flags.contains("--no-gc-sections"))
}
