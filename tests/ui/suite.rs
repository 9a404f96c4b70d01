//! What the compiler says about a mistake. Rules 7, 11, 56 and 83 of docs/behaviour.md.
//!
//! `<area>/<mistake>.rs` is one mistake and `.stderr` is what the compiler says about it. A case in `many` has several mistakes,
//! and each is reported. The programs that must compile are in `tests/pass`.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

#[cfg(all(feature = "auth", feature = "migrate"))]
mod editor;

/// The compiler whose messages the cases hold. The messages of other versions differ.
const BLESSED_WITH: &str = "rustc 1.95.";

/// Set in the process that runs the cases.
const INSIDE: &str = "SIGNALS_UI_CASES";

/// Runs the cases in a process of its own with its own flags: unused code is no warning there, because the receivers of the
/// cases do nothing with their parameters.
#[test]
fn mistakes_are_explained() {
    if env::var_os(INSIDE).is_some() {
        return run_cases();
    }
    if !is_blessed() {
        return;
    }
    let cases = Command::new(env::current_exe().unwrap())
        .args(["--exact", "mistakes_are_explained", "--nocapture"])
        // Which cases trybuild is to run.
        .args(env::args().filter(|argument| argument.starts_with("trybuild=")))
        .env(INSIDE, "yes")
        .env("CARGO_ENCODED_RUSTFLAGS", "--cfg\x1ftrybuild\x1f-Aunused")
        .status();
    assert!(cases.unwrap().success(), "a case of tests/ui differs from its .stderr: see above, and `just bless`");
}

/// Whether the messages of this compiler can be compared.
fn is_blessed() -> bool {
    let compiler = compiler();
    let is_blessed = compiler.starts_with(BLESSED_WITH);
    if !is_blessed {
        skip(&format!(
            "the compile errors are NOT compared: tests/ui holds those of {BLESSED_WITH}x, and this is {compiler}"
        ));
    }
    is_blessed
}

/// Says why nothing was compared, on the real standard error, which the test harness does not capture. On a CI this is a
/// failure: the suite is run there with the right compiler, or is left out by name.
fn skip(reason: &str) {
    assert!(env::var_os("CI").is_none(), "{reason}");
    io::stderr().write_all(format!("\nwarning: {reason}\n\n").as_bytes()).unwrap();
}

fn compiler() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("--version").output().unwrap().stdout;
    String::from_utf8_lossy(&version).trim().to_owned()
}

/// Areas whose cases need a feature, and whether it is on.
const WITH_FEATURE: &[(&str, bool)] = &[
    ("auth", cfg!(feature = "auth")),
    ("durable", cfg!(feature = "durable")),
    ("migrations", cfg!(feature = "migrate")),
    ("serde", cfg!(feature = "serde")),
];

/// All in one `cargo check`, which trybuild does as long as no case is to be run.
fn run_cases() {
    let cases = trybuild::TestCases::new();
    for area in areas() {
        let is_left_out = |(name, is_on): &(&str, bool)| area.ends_with(name) && !is_on;
        if !WITH_FEATURE.iter().any(is_left_out) {
            cases.compile_fail(area.join("*.rs"));
        }
    }
}

/// What must not be in the message about a mistake of the user.
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

/// Areas and cases of calls of functions. The compiler says of each of them where the function is, and shows its first lines.
const CALLS: &[&str] = &[
    "auth/user_without_the_trait",
    "calls",
    "connect",
    "context/put_in_not_shared",
    "context/put_in_rc",
    "durable/carried_without_words",
    "durable/replay_of_a_model",
    "durable/run_until_a_result",
    "fields/fields_of_another_model",
    "fields/has_a_name",
    "many/field_assigned",
    "many/query_of_the_db",
    "many_to_many/id_of_another_model",
    "migrations/folder_at_run_time",
    "queries",
    "serde/password_serialized",
    "signals/queued_future",
    "signals/queued_no_signal",
    "signals/queued_number",
    "testing",
    "transactions",
];

#[test]
fn a_mistake_is_one_error_in_the_users_own_words() {
    let mut mistakes = Vec::new();
    for file in files("stderr") {
        let text = fs::read_to_string(&file).unwrap();
        let name = file.display();
        let is_call = CALLS.iter().any(|call| file.with_extension("").starts_with(call));
        let is_ours = |word: &&&str| text.contains(**word) && !(is_call && **word == "required by a bound in");
        for word in OURS.iter().filter(is_ours) {
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
        if text.lines().count() > 20 {
            mistakes.push(format!("{name} has more than 20 lines"));
        }
        if !file.with_extension("stderr").exists() {
            mistakes.push(format!("{name} has no `.stderr`"));
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

/// The folders of cases, relative to this package.
fn areas() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir());
    let mut areas: Vec<_> = folders.map(|folder| folder.strip_prefix(root).unwrap().to_owned()).collect();
    areas.sort();
    areas
}

fn files(extension: &str) -> Vec<PathBuf> {
    let files = areas().into_iter().flat_map(|area| fs::read_dir(area).unwrap().map(|file| file.unwrap().path()));
    let mut files: Vec<_> = files.filter(|file| file.extension().is_some_and(|found| found == extension)).collect();
    assert!(!files.is_empty(), "there are no .{extension} files");
    files.sort();
    files
}
