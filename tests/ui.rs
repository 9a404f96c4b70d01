//! What the compiler says of a mistake, and what it says nothing of. Rules 7 and 11 of docs/behaviour.md.
//!
//! `tests/ui/<area>/<mistake>.rs` is one mistake and `.stderr` what is said of it; `tests/ui/many` has several at once, each
//! reported; `tests/ui/pass` compiles and runs. Read the difference as a newcomer would after
//! `TRYBUILD=overwrite cargo test --test ui`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// The compiler whose words the cases hold. Another one says some of it differently.
const BLESSED_WITH: &str = "rustc 1.95.";

/// Set in the process that runs the cases.
const INSIDE: &str = "SIGNALS_UI_CASES";

/// Runs the cases in a process of its own, whose flags are not those of this run: nothing that is unused is a warning there,
/// because the receivers of the cases do nothing with their parameters. What a case denies stays denied.
#[test]
fn mistakes_are_explained_and_the_rest_compiles() {
    if env::var_os(INSIDE).is_some() {
        return run_cases();
    }
    let compiler = compiler();
    if !compiler.starts_with(BLESSED_WITH) {
        println!("left out: tests/ui holds the words of {BLESSED_WITH}x, and this is {compiler}");
        return;
    }
    let cases = Command::new(env::current_exe().unwrap())
        .args(["--exact", "mistakes_are_explained_and_the_rest_compiles", "--nocapture"])
        // Which cases trybuild is to run.
        .args(env::args().filter(|argument| argument.starts_with("trybuild=")))
        .env(INSIDE, "yes")
        .env("CARGO_ENCODED_RUSTFLAGS", "--cfg\x1ftrybuild\x1f-Aunused")
        .status();
    assert!(cases.unwrap().success(), "a case of tests/ui is not as it was blessed");
}

fn compiler() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().unwrap().stdout;
    String::from_utf8_lossy(&version).trim().to_owned()
}

/// Areas whose cases need a feature, and whether it is there.
const WITH_FEATURE: &[(&str, bool)] = &[("auth", cfg!(feature = "auth")), ("migrations", cfg!(feature = "migrate"))];

fn run_cases() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    for area in fs::read_dir("tests/ui").unwrap() {
        let area = area.unwrap().path();
        let is_left_out = |(name, is_there): &(&str, bool)| area.ends_with(name) && !is_there;
        if !area.ends_with("pass") && !WITH_FEATURE.iter().any(is_left_out) {
            cases.compile_fail(area.join("*.rs"));
        }
    }
}

/// What nobody who made a mistake is to read.
const OURS: &[&str] = &[
    "__private",
    "linkme",
    "required by a bound in",
    "originates in the attribute macro",
    "signals_core::",
    "/root/",
    "/home/",
    "/work/",
    "/Users/",
];

#[test]
fn a_mistake_is_one_error_in_the_persons_own_words() {
    let mut mistakes = Vec::new();
    for file in files("stderr") {
        let text = fs::read_to_string(&file).unwrap();
        let name = file.display();
        for word in OURS.iter().filter(|word| text.contains(**word)) {
            mistakes.push(format!("{name} says `{word}`"));
        }
        let errors = text.lines().filter(|line| line.starts_with("error")).count();
        let many = file.parent().is_some_and(|area| area.ends_with("many"));
        if many != (errors > 1) {
            mistakes.push(format!("{name} has {errors} errors"));
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn a_case_is_short_and_says_what_it_teaches() {
    let mut mistakes = Vec::new();
    for file in files("rs") {
        let text = fs::read_to_string(&file).unwrap();
        let name = file.display();
        if !text.starts_with("//") {
            mistakes.push(format!("{name} does not begin with what its reader should learn"));
        }
        let pass = file.parent().is_some_and(|area| area.ends_with("pass"));
        if !pass && text.lines().count() > 20 {
            mistakes.push(format!("{name} has more than 20 lines"));
        }
        if !pass && !file.with_extension("stderr").exists() {
            mistakes.push(format!("{name} has no `.stderr`"));
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

fn files(extension: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let areas = fs::read_dir(root).unwrap().map(|area| area.unwrap().path());
    let files = areas.flat_map(|area| fs::read_dir(area).unwrap().map(|file| file.unwrap().path()));
    let mut files: Vec<_> = files.filter(|file| file.extension().is_some_and(|found| found == extension)).collect();
    files.sort();
    files
}
