//! The README promises what the manual and the tests show: the same program, the same errors, commands that exist.
#![allow(missing_docs, reason = "a test")]

use std::fs;
use std::path::{Path, PathBuf};

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// The fenced blocks of a text whose fence begins with this.
fn blocks<'a>(text: &'a str, fence: &str) -> Vec<&'a str> {
    let parts: Vec<&str> = text.split("```").collect();
    parts
        .chunks(2)
        .filter_map(|pair| pair.get(1)?.strip_prefix(fence)?.split_once('\n').map(|(_, block)| block))
        .collect()
}

#[test]
fn the_program_of_the_readme_is_the_program_of_the_manual() {
    let library = read("src/lib.rs");
    let manual: String = library
        .lines()
        .take_while(|line| line.starts_with("//!"))
        .flat_map(|line| [line.trim_start_matches("//!").strip_prefix(' ').unwrap_or_default(), "\n"])
        .collect();
    let readme = read("README.md");
    let (in_readme, in_manual) = (blocks(&readme, "rust"), blocks(&manual, "rust"));
    assert_eq!(in_readme.len(), 1);
    assert_eq!(in_readme[0], in_manual[0]);
}

#[test]
fn the_errors_of_the_readme_are_what_the_compiler_says() {
    let readme = read("README.md");
    let errors = blocks(&readme, "text");
    assert_eq!(errors.len(), 3);
    let mut said = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui"), &mut said);
    for error in errors {
        let lines: Vec<&str> = error.lines().filter(|line| !line.contains("-->")).map(str::trim_end).collect();
        let is_said = said.iter().any(|text| lines.iter().all(|line| text.contains(line)));
        assert!(is_said, "the compiler never says:\n{error}");
    }
}

fn collect(folder: &Path, said: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path: PathBuf = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, said);
        } else if path.extension().is_some_and(|extension| extension == "stderr") {
            said.push(fs::read_to_string(path).unwrap());
        }
    }
}

/// Other database libraries are not dependencies of this one, so the guide cannot compile these programs itself.
#[test]
fn the_programs_of_the_guide_with_other_libraries_are_examples() {
    let chapter = read("docs/guide/12-signals-of-your-own.md");
    let quoted: Vec<_> = chapter.split("<!-- examples/").skip(1).filter_map(|rest| rest.split_once(" -->")).collect();
    assert_eq!(quoted.len(), 5);
    for (path, rest) in quoted {
        // The guide leaves out what is between two parts, and the function around one.
        let without_indentation = |code: &str| code.lines().map(str::trim).collect::<Vec<_>>().join("\n");
        let program = without_indentation(&read(&format!("examples/{path}")));
        for part in blocks(rest, "rust,ignore")[0].trim().split("\n\n") {
            assert!(program.contains(&without_indentation(part)), "the guide does not show {path}: {part}");
        }
    }
}

#[test]
fn the_links_of_the_readme_lead_to_files() {
    let readme = read("README.md");
    let links = readme.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    for link in links.filter(|link| !link.starts_with("https://") && !link.starts_with('#')) {
        assert!(Path::new(env!("CARGO_MANIFEST_DIR")).join(link).exists(), "{link}");
    }
}
