//! `links` in the manifest, which has Cargo refuse two versions of this crate in one program, asks for a build script. Two
//! versions would have one registry of the linker between them, and could not read it.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
