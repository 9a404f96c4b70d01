//! What the linker takes into a program, and what it leaves out: builds and runs the programs of `tests/fixtures`, in
//! the profile of this test, because linkers treat the two differently.

#![allow(clippy::needless_raw_string_hashes, reason = "`expect_test` writes them")]

use std::env::consts::EXE_SUFFIX;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::{env, fs, io};

use expect_test::{Expect, expect};

/// What rustc said while it built the programs.
static BUILT: LazyLock<String> = LazyLock::new(|| {
    let output = cargo(&["build", "--package", "programs", "--bins"]);
    let said = stderr(&output);
    assert!(output.status.success(), "the fixtures do not build:\n{said}");
    said
});

/// A directory for the files of this test.
const FILES: &str = env!("CARGO_TARGET_TMPDIR");

/// The target directory of this test, which the fixtures share, so that Cargo compiles their dependencies once.
fn target() -> &'static Path {
    Path::new(FILES).parent().expect("a directory in the target directory")
}

fn path_of(name: &str) -> PathBuf {
    let profile = if cfg!(debug_assertions) { "debug" } else { "release" };
    target().join(profile).join(format!("{name}{EXE_SUFFIX}"))
}

fn cargo(arguments: &[&str]) -> Output {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures")).args(arguments);
    // Not an argument: those after `--` are for rustc.
    cargo.env("CARGO_TARGET_DIR", target());
    if !cfg!(debug_assertions) {
        cargo.arg("--release");
    }
    cargo.output().expect("cargo starts")
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[track_caller]
fn prints(program: &str, expected: &Expect) {
    LazyLock::force(&BUILT);
    let output = Command::new(path_of(program)).output().expect("the program starts");
    assert!(output.status.success(), "{program} failed:\n{}", stderr(&output));
    expected.assert_eq(&String::from_utf8_lossy(&output.stdout));
}

/// The fixtures' own tests, which look at the crates that are linked into them.
#[track_caller]
fn passes(test: &str) {
    let output = cargo(&["test", "--package", "programs", "--test", test]);
    let (said, printed) = (stderr(&output), String::from_utf8_lossy(&output.stdout));
    assert!(output.status.success() && printed.contains("2 passed"), "{said}{printed}");
}

#[test]
fn a_crate_that_is_only_in_the_manifest_is_not_linked() {
    prints(
        "forgotten",
        &expect![[r#"
            told: []
            linked: {"orders"}
        "#]],
    );
}

#[test]
fn rustc_finds_a_crate_that_is_only_in_the_manifest() {
    for name in ["billing", "mail", "renamed"] {
        let warning = format!("extern crate `{name}` is unused in crate `forgotten`");
        assert!(BUILT.contains(&warning), "no `{warning}` in:\n{}", *BUILT);
    }
}

/// Two of them have receivers of one name, one has another name for the kernel, and one another than its package.
#[test]
fn apps_links_the_crates_that_it_names() {
    prints(
        "with_apps",
        &expect![[r#"
            told: ["billing", "mail", "renamed"]
            linked: {"billing", "mail", "orders", "renamed"}
            check: Ok(())
        "#]],
    );
}

/// docs/behaviour.md, rule 36: relations and receivers cross crates, in both directions, and two crates may have models of one
/// name.
#[test]
fn models_of_one_crate_point_to_models_of_another() {
    let output = cargo(&["run", "--package", "pets", "--bin", "family"]);
    assert!(output.status.success(), "{}", stderr(&output));
    expect![[r#"
        Some(User { id: Id(1), person: Id(1) }) [Pet { id: Id(1), owner: Id(1), sitters: ManyToMany }]
        PreAdd [1] of pets, reverse true
        PostAdd [1] of pets, reverse true
        [Id(1)]
        Pet goes with User of people
        User goes with User of people
        1 of pets::PetSitters
        1 of pets::Pet
        1 of pets::User
        1 of people::User
    "#]]
    .assert_eq(&String::from_utf8_lossy(&output.stdout));
}

/// What the macros write means the same in a crate of an older edition.
#[test]
fn older_editions_have_models_and_receivers() {
    let output = cargo(&["build", "--package", "edition-2018", "--package", "edition-2021"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let [old, older] = ["edition-2021", "edition-2018"].map(|program| {
        let output = Command::new(path_of(program)).output().expect("the program starts");
        assert!(output.status.success(), "{program} failed:\n{}", stderr(&output));
        String::from_utf8_lossy(&output.stdout).into_owned()
    });
    assert_eq!(old, older);
    expect![[r#"
        User saved, created true
        Animal saved, created true
        PreAdd [1]
        PostAdd [1]
        connected: true
        Animal saved, created false
        Some(Name("Tom")) -> Name("Tim")
        kept by Some("ann"), None, 1
        fed by ann
        connected: false
        ["Tim eats fish", "and drinks"]
        [1]
        goodbye, Animal
    "#]]
    .assert_eq(&old);
}

#[test]
fn a_use_links_a_crate() {
    prints(
        "with_use",
        &expect![[r#"
            told: ["billing"]
            linked: {"billing", "orders"}
        "#]],
    );
}

#[test]
fn check_reports_a_crate_of_apps_that_declares_nothing() {
    prints(
        "with_plain",
        &expect![[r#"
            `apps!` names the crate `plain` (programs/src/bin/with_plain.rs:3:1), but nothing of it is linked: it declares no model, signal or receiver, or was built with other features or another version of signals
        "#]],
    );
}

#[test]
fn apps_with_a_crate_that_is_no_dependency_does_not_compile() {
    let output = cargo(&["build", "--package", "programs", "--features", "broken", "--bin", "no_dependency"]);
    let said = stderr(&output);
    assert!(!output.status.success());
    assert!(said.contains("no external crate `bililng`"), "{said}");
    assert_eq!(
        said.matches("\nerror[").count() + usize::from(said.starts_with("error[")),
        1,
        "one mistake, one error:\n{said}"
    );
}

/// The linker of MinGW drops what no code refers to. On Linux none does, so that an empty registry takes its place.
#[cfg(target_os = "linux")]
#[test]
fn a_program_whose_linker_dropped_the_registry_refuses_to_start() {
    let empty = "link-arg=-Wl,--defsym=__start_linkme_ENTRIES_V1=__stop_linkme_ENTRIES_V1";
    let built = cargo(&["rustc", "--package", "pets", "--bin", "dropped", "--features", "dropped", "--", "-C", empty]);
    assert!(built.status.success(), "{}", stderr(&built));
    let output = Command::new(path_of("dropped")).output().expect("the program starts");
    expect![[r#"
        check: receivers, models or signals are missing in this program: the linker drops what `#[receiver]`, `#[model]` and `#[signal]` declare, because no code refers to it: keep it with `rustflags = ["-C", "link-arg=-Wl,--no-gc-sections"]` under `[target.x86_64-pc-windows-gnu]`, or the target that you build for, in `.cargo/config.toml`
        connect: receivers, models or signals are missing in this program: the linker drops what `#[receiver]`, `#[model]` and `#[signal]` declare, because no code refers to it: keep it with `rustflags = ["-C", "link-arg=-Wl,--no-gc-sections"]` under `[target.x86_64-pc-windows-gnu]`, or the target that you build for, in `.cargo/config.toml`
        receivers: receivers, models or signals are missing in this program: the linker drops what `#[receiver]`, `#[model]` and `#[signal]` declare, because no code refers to it: keep it with `rustflags = ["-C", "link-arg=-Wl,--no-gc-sections"]` under `[target.x86_64-pc-windows-gnu]`, or the target that you build for, in `.cargo/config.toml`
    "#]].assert_eq(&String::from_utf8_lossy(&output.stdout));
}

/// The linker of MinGW keeps some entries by chance, so that a program cannot see that others are missing.
#[test]
fn a_build_for_mingw_without_the_flag_counts_as_one_that_drops_the_registry() -> io::Result<()> {
    let script = Path::new(FILES).join(format!("build_script{EXE_SUFFIX}"));
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/signals-core/build.rs");
    let mut rustc = Command::new(env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()));
    let built = rustc.args(["--edition", "2024", source, "-o"]).arg(&script).output()?;
    assert!(built.status.success(), "{}", stderr(&built));
    let drops = |[os, env, abi]: [&str; 3], flags: &str| {
        let mut script = Command::new(&script);
        script.env("CARGO_CFG_TARGET_OS", os).env("CARGO_CFG_TARGET_ENV", env).env("CARGO_CFG_TARGET_ABI", abi);
        let output = script.env("CARGO_ENCODED_RUSTFLAGS", flags).output()?;
        Ok::<_, io::Error>(String::from_utf8_lossy(&output.stdout).contains("cargo::rustc-cfg=linker_drops_entries"))
    };
    let mingw = ["windows", "gnu", ""];
    assert!(drops(mingw, "")?);
    assert!(drops(mingw, "-C\x1flink-arg=-Wl,--gc-sections")?);
    assert!(!drops(mingw, "-C\x1flink-arg=-Wl,--no-gc-sections")?);
    for other in [["windows", "msvc", ""], ["windows", "gnu", "llvm"], ["linux", "gnu", ""]] {
        assert!(!drops(other, "")?, "{other:?}");
    }
    Ok(())
}

/// Two versions of the kernel would share one registry of the linker, and neither could read it.
#[test]
fn cargo_refuses_two_versions_of_the_kernel() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = Path::new(FILES).join("two_versions");
    // The manifest of the kernel without its dependencies, which have no part in this.
    let kernel = fs::read_to_string(root.join("signals-core/Cargo.toml"))?;
    let package = kernel.split("\n[features]").next().unwrap_or_default();
    for version in ["0.1.0", "0.2.0"] {
        let copy = folder.join(version);
        fs::create_dir_all(copy.join("signals-core/src"))?;
        fs::write(copy.join("signals-core/src/lib.rs"), "")?;
        fs::copy(root.join("signals-core/build.rs"), copy.join("signals-core/build.rs"))?;
        fs::write(copy.join("signals-core/Cargo.toml"), package)?;
        let workspace = format!(
            "[workspace]\nmembers = [\"signals-core\"]\nresolver = \"3\"\n[workspace.package]\nversion = \"{version}\"\n\
             edition = \"2024\"\nrust-version = \"1.95\"\nlicense = \"MIT\"\nrepository = \"https://example.org\"\n"
        );
        fs::write(copy.join("Cargo.toml"), workspace)?;
    }
    let program = "[workspace]\n[package]\nname = \"two-versions\"\nedition = \"2024\"\n[dependencies]\n\
        one = { package = \"signals-core\", path = \"../0.1.0/signals-core\" }\n\
        other = { package = \"signals-core\", path = \"../0.2.0/signals-core\" }\n";
    let folder = folder.join("program");
    fs::create_dir_all(folder.join("src"))?;
    fs::write(folder.join("src/lib.rs"), "")?;
    fs::write(folder.join("Cargo.toml"), program)?;
    let output =
        Command::new(env!("CARGO")).current_dir(folder).args(["metadata", "--format-version", "1"]).output()?;
    let said = stderr(&output);
    assert!(!output.status.success());
    for words in ["package `signals-core` links to the native library", "`links = \"signals-core\"` value"] {
        assert!(said.contains(words), "no `{words}` in:\n{said}");
    }
    Ok(())
}

#[test]
fn assert_linked_passes_where_everything_is_linked() {
    passes("all_linked");
}

#[test]
fn assert_linked_names_the_missing_line() {
    passes("some_linked");
}
