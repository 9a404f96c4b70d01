//! What an editor shows of a mistake: every message that the compiler emits, and with incremental compilation, as cargo has it by
//! default. Rule 7 of docs/behaviour.md.
//!
//! `mistakes_are_explained` sees less: a terminal shows equal messages once, and trybuild compiles without incremental compilation.
//! With it, the compiler may answer one question at several places.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use serde_json::Value;

/// Cases of which an editor shows more errors than there are mistakes, and how many: their questions are asked at several places.
const EXCEPTIONS: &[(&str, usize)] = &[("fields/skip_without_default", 2), ("many_to_many/to_a_struct", 4)];

#[test]
fn an_editor_shows_one_error_per_mistake() {
    if !crate::is_blessed() {
        return;
    }
    let cases = cases();
    let shown = errors(&cases);
    let mut mistakes = String::new();
    for (name, file) in &cases {
        let stderr = fs::read_to_string(file.with_extension("stderr")).unwrap();
        let expected = stderr.lines().filter(|line| line.starts_with("error")).count();
        let exception = EXCEPTIONS.iter().find(|(case, _)| case == name).map(|(_, count)| *count);
        let errors = shown.get(name).map_or(&[][..], Vec::as_slice);
        if errors.len() != exception.unwrap_or(expected) {
            let expected = exception.unwrap_or(expected);
            writeln!(mistakes, "{name} has {} errors in an editor, not {expected}:", errors.len()).unwrap();
            for error in errors {
                writeln!(mistakes, "    {error}").unwrap();
            }
        }
    }
    assert!(mistakes.is_empty(), "{mistakes}");
}

/// The cases by their names, `area/case`.
fn cases() -> BTreeMap<String, PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = |path: &Path| fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let files = folder(root).into_iter().filter(|path| path.is_dir()).flat_map(|area| folder(&area));
    let cases = files.filter(|file| file.extension().is_some_and(|extension| extension == "rs"));
    cases.map(|file| (file.strip_prefix(root).unwrap().with_extension("").display().to_string(), file)).collect()
}

/// The errors of each case. A package has a program per case, so that one command compiles them all.
fn errors(cases: &BTreeMap<String, PathBuf>) -> BTreeMap<String, Vec<String>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.ancestors().nth(2).unwrap();
    let package = Path::new(env!("CARGO_TARGET_TMPDIR")).join("editor");
    let mut manifest = format!(
        "[package]\nname = \"editor\"\nedition = \"2024\"\nautobins = false\n\n[workspace]\n\n[dependencies]\n\
         signals-rs = {{ path = '{0}', default-features = false, features = [\"auth\", \"durable\", \"migrate\"] }}\n\
         signals-core = {{ path = '{0}/signals-core' }}\n",
        root.display()
    );
    for (name, file) in cases {
        write!(manifest, "\n[[bin]]\nname = \"{}\"\npath = '{}'\n", binary(name), file.display()).unwrap();
    }
    fs::create_dir_all(&package).unwrap();
    fs::write(package.join("Cargo.toml"), manifest).unwrap();
    fs::copy(root.join("Cargo.lock"), package.join("Cargo.lock")).unwrap();

    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .args(["check", "--bins", "--keep-going", "--message-format=json"])
        .current_dir(&package)
        .env("CARGO_INCREMENTAL", "1")
        .env("CARGO_TARGET_DIR", package.join("target"))
        .env("CARGO_ENCODED_RUSTFLAGS", "-Aunused")
        .output()
        .unwrap();
    let mut errors = BTreeMap::<_, Vec<_>>::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let (message, target) = (&line["message"], &line["target"]);
        let text = message["message"].as_str().unwrap_or_default();
        if message["level"] == "error" && !text.starts_with("aborting") {
            assert_eq!(target["kind"][0], "bin", "{text}");
            errors.entry(target["name"].as_str().unwrap().to_owned()).or_default().push(text.to_owned());
        }
    }
    assert!(!errors.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    cases.keys().map(|name| (name.clone(), errors.remove(&binary(name)).unwrap_or_default())).collect()
}

/// The name of a case's program.
fn binary(case: &str) -> String {
    case.replace(['/', '\\'], "-")
}
