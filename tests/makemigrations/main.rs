//! Migrations from models: the application of the guide in three steps, on both databases. In each step a program with the models
//! of that step writes the migration, lines are decided, and a database with rows is migrated.
//!
//! The models of all steps are in this binary. `assert_complete` reads its environment, so each step is a process: this
//! binary again, which then only runs `step`.
#![allow(missing_docs, reason = "a test")]

mod mistakes;
mod models;
mod steps;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// What the process of a step does: `STEP` is set there.
#[test]
fn step() {
    let Ok(step) = env::var("STEP") else { return };
    let replay = signals::migrate::Replay::new("migrations").on(env::var("STEP_URL").unwrap());
    match step.as_str() {
        "1" => replay.of::<models::first::All>().assert_complete(),
        "2" => replay.of::<models::second::All>().assert_complete(),
        "3" => replay.of::<models::third::All>().assert_complete(),
        "any" => signals::migrate::assert_complete("migrations"),
        "except" => replay.of::<models::first::All>().except_table("sessions").assert_complete(),
        other => panic!("{other}"),
    }
}

/// A package with a folder of migrations, on a database.
struct Package {
    folder: PathBuf,
    url: String,
}

impl Package {
    fn new(name: &str, url: &str) -> Self {
        let folder = env::temp_dir().join(format!("signals-makemigrations-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self { folder, url: url.to_owned() }
    }

    fn migrations(&self) -> PathBuf {
        self.folder.join("migrations")
    }

    fn write(&self, file: &str, sql: &str) {
        let path = self.migrations().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, sql).unwrap();
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.migrations().join(file)).unwrap()
    }

    /// Runs the test with the models of a step. Returns whether it passed, and what it printed.
    fn run(&self, step: &str, make: Option<&str>) -> (bool, String) {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", "step", "--nocapture", "--test-threads=1"]);
        command.env("STEP", step).env("STEP_URL", &self.url).env("CARGO_MANIFEST_DIR", &self.folder);
        command.env("RUST_BACKTRACE", "0").env_remove("MAKE_MIGRATION");
        command.envs(make.map(|word| ("MAKE_MIGRATION", word)));
        let output = command.output().unwrap();
        (output.status.success(), message(&String::from_utf8_lossy(&output.stderr)))
    }

    #[track_caller]
    fn passes(&self, step: &str, make: Option<&str>) -> String {
        let (passed, printed) = self.run(step, make);
        assert!(passed, "{printed}");
        printed
    }

    #[track_caller]
    fn fails(&self, step: &str, make: Option<&str>) -> String {
        let (passed, printed) = self.run(step, make);
        assert!(!passed, "{printed}");
        printed
    }

    /// The migrations, in order.
    fn list(&self) -> Vec<(String, String)> {
        let mut list = files(&self.migrations());
        list.sort();
        list
    }
}

impl Drop for Package {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn files(folder: &Path) -> Vec<(String, String)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let stem = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_owned();
    entries.map(|path| (stem(&path), fs::read_to_string(&path).unwrap())).collect()
}

/// What was printed, without what the test harness and the standard library add.
fn message(printed: &str) -> String {
    let is_ours = |line: &&str| {
        !line.starts_with("thread '")
            && !line.starts_with("note: run with")
            && !line.starts_with("the tests on PostgreSQL")
    };
    let lines: Vec<&str> = printed.lines().filter(is_ours).collect();
    lines.join("\n").trim().to_owned() + "\n"
}

/// A server of PostgreSQL, if there is one.
fn server() -> Option<String> {
    if cfg!(not(feature = "postgres")) {
        return None;
    }
    let server = env::var("SIGNALS_TEST_POSTGRES").ok();
    if server.is_none() {
        eprintln!("the tests on PostgreSQL do nothing: SIGNALS_TEST_POSTGRES names no server");
    }
    server
}
