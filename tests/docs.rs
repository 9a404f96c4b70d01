//! `docs/errors.md` quotes the code of `tests/ui` and the output of the compiler. Each rule of
//! `docs/behaviour.md` names tests, and they cite the rule. The code map of `docs/architecture.md` is complete.
//! Links between pages lead somewhere. The guide quotes the programs in `examples`.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// A quotation: `<!-- tests/ui/senders/not_a_model -->`, the code, the message.
struct Quotation<'a> {
    case: &'a str,
    code: &'a str,
    message: &'a str,
}

fn quotations(page: &str) -> Vec<Quotation<'_>> {
    let parts = page.split("<!-- tests/ui/").skip(1);
    parts.filter_map(quotation).collect()
}

fn quotation(part: &str) -> Option<Quotation<'_>> {
    let (case, rest) = part.split_once(" -->")?;
    let (_, rest) = rest.split_once("```rust,compile_fail")?;
    let (code, rest) = rest.split_once('\n')?.1.split_once("\n```")?;
    let (message, _) = rest.split_once("```text\n")?.1.split_once("\n```")?;
    Some(Quotation { case, code, message })
}

/// The case without its first comment and its `main`.
fn code_of(case: &str) -> String {
    case.lines().filter(|line| !line.starts_with("//") && *line != "fn main() {}").collect::<Vec<_>>().join("\n")
}

/// A line of the compiler's output without its line number.
fn without_number(line: &str) -> &str {
    line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ').trim_end()
}

/// The first line of the page that is not in the compiler's output, or not in this order.
fn not_printed<'a>(message: &'a str, said: &str) -> Option<&'a str> {
    let mut said = said.lines().map(without_number);
    message.lines().find(|line| !said.any(|other| other == without_number(line)))
}

#[test]
fn quoted_errors_are_those_of_the_compiler() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/errors.md")).unwrap();
    let quotations = quotations(&page);
    assert_eq!(
        quotations.len(),
        page.matches("<!-- tests/ui/").count(),
        "each is followed by its code and its message"
    );
    for Quotation { case, code, message } in quotations {
        let file = |end: &str| fs::read_to_string(root.join(format!("tests/ui/{case}.{end}"))).expect(case);
        assert_eq!(code.trim(), code_of(&file("rs")).trim(), "docs/errors.md shows tests/ui/{case}.rs");
        assert_eq!(not_printed(message, &file("stderr")), None, "docs/errors.md quotes tests/ui/{case}.stderr");
    }
}

/// The code of a file in lines without indentation.
fn flush_left(code: &str) -> String {
    code.lines().map(|line| line.trim().to_owned() + "\n").collect()
}

#[test]
fn quoted_programs_are_those_of_the_examples() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut count = 0;
    for page in fs::read_dir(root.join("docs/guide")).unwrap() {
        let page = fs::read_to_string(page.unwrap().path()).unwrap();
        for quotation in page.split("<!-- examples/").skip(1) {
            let (file, rest) = quotation.split_once(" -->\n```rust,ignore\n").expect("a file is followed by its code");
            let (code, _) = rest.split_once("\n```").expect("the code ends");
            let program = flush_left(&fs::read_to_string(root.join("examples").join(file)).expect(file));
            for part in code.split("\n\n") {
                assert!(program.contains(&flush_left(part)), "examples/{file} has no such code:\n{part}");
            }
            count += 1;
        }
    }
    assert_ne!(count, 0);
}

/// The rules of a page: the number that begins a line, and what follows up to the next rule or heading.
fn rules(page: &str) -> Vec<(usize, String)> {
    let mut rules: Vec<(usize, String)> = Vec::new();
    let mut is_inside = false;
    for line in page.lines() {
        let number = line.split_once(". ").and_then(|(number, rest)| Some((number.parse().ok()?, rest)));
        if let Some((number, rest)) = number {
            rules.push((number, rest.to_owned()));
            is_inside = true;
        } else if line.starts_with('#') {
            is_inside = false;
        } else if let (true, Some((_, text))) = (is_inside, rules.last_mut()) {
            text.push(' ');
            text.push_str(line.trim());
        }
    }
    rules
}

/// The numbers of the rules that a test cites: `rule_12_order_of_a_save`, `rules_29_30_each_on_delete`, `// Rule 5.`.
fn cited(test: &str) -> BTreeSet<usize> {
    let lower = test.to_lowercase();
    let after = lower.split("rule").skip(1).map(|rest| rest.strip_prefix('s').unwrap_or(rest));
    let numbers = after.flat_map(|rest| {
        let words = rest.split(['_', ' ', ',', '.', ':', ';', ')']).filter(|word| !word.is_empty() && *word != "and");
        words.map_while(|word| word.parse().ok()).collect::<Vec<_>>()
    });
    numbers.collect()
}

#[test]
fn each_rule_names_tests_that_cite_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/behaviour.md")).unwrap();
    let rules = rules(&page);
    let numbers: Vec<_> = rules.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (1..=rules.len()).collect::<Vec<_>>(), "the rules are numbered in order");
    let mut mistakes = Vec::new();
    for (number, text) in rules {
        let files: Vec<_> = text.split("](../").skip(1).filter_map(|link| Some(link.split_once(')')?.0)).collect();
        if files.is_empty() {
            mistakes.push(format!("rule {number} names no test"));
        }
        for file in files {
            let test =
                fs::read_to_string(root.join(file)).unwrap_or_else(|error| panic!("rule {number}: {file}: {error}"));
            if !cited(&test).contains(&number) {
                mistakes.push(format!("{file} does not cite rule {number}"));
            }
        }
    }
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

/// The paths in the first column of the code map, each with the text of its row.
fn code_map(page: &str) -> Vec<(&str, &str)> {
    let (_, section) = page.split_once("\n## Code map\n").expect("architecture.md has a code map");
    let section = section.split("\n## ").next().unwrap_or_default();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once(" | "));
    rows.flat_map(|(paths, text)| paths.split("`, `").map(move |path| (path.trim_end_matches('`'), text))).collect()
}

/// Each file next to a `lib.rs`, and each folder with sources, as the code map names them: folders end with `/`.
fn sources(root: &Path, folder: &str, is_top: bool, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(root.join(folder)).expect(folder) {
        let entry = entry.expect(folder);
        let path = format!("{folder}{}", entry.file_name().display());
        if entry.path().is_dir() {
            if entry.file_name() != "tests" {
                found.insert(format!("{path}/"));
                sources(root, &format!("{path}/"), false, found);
            }
        } else if is_top {
            found.insert(path);
        }
    }
}

#[test]
fn the_code_map_names_what_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/architecture.md")).unwrap();
    let map = code_map(&page);
    let mut mistakes = Vec::new();
    for (path, text) in &map {
        if !root.join(path).exists() {
            mistakes.push(format!("`{path}` does not exist"));
        }
        // The text of a folder names files of it.
        let files = text
            .split('`')
            .skip(1)
            .step_by(2)
            .filter(|name| path.ends_with('/') && Path::new(name).extension().is_some_and(|end| end == "rs"));
        for file in files.filter(|file| !root.join(path).join(file).exists()) {
            mistakes.push(format!("`{path}` has no `{file}`"));
        }
    }
    let named: BTreeSet<_> = map.iter().map(|(path, _)| (*path).to_owned()).collect();
    let mut found = BTreeSet::new();
    for folder in ["src/", "signals-core/src/", "signals-macros/src/"] {
        sources(root, folder, true, &mut found);
    }
    mistakes.extend(found.difference(&named).map(|path| format!("`{path}` is not in the map")));
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n"));
}

#[test]
fn each_kind_of_error_has_a_section() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/errors.md")).unwrap();
    let code = fs::read_to_string(root.join("src/error/kind.rs")).unwrap();
    let (_, body) = code.split_once("pub enum ErrorKind {\n").unwrap();
    let (body, _) = body.split_once("\n}\n").unwrap();
    let variants =
        body.lines().filter_map(|line| line.strip_prefix("    ")).filter(|line| line.starts_with(char::is_uppercase));
    let kinds = variants.map(|line| line.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default());
    let headings: String = page.lines().filter(|line| line.starts_with("#### ")).collect();
    let missing: Vec<_> =
        kinds.filter(|kind| *kind != "Wiring" && !headings.contains(&format!("`ErrorKind::{kind}`"))).collect();
    assert!(missing.is_empty(), "docs/errors.md has no section for {missing:?}");
}

/// The anchor that a heading gets: `#### ErrorKind::Unique` is `#errorkindunique`.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase().replace(|c: char| !c.is_alphanumeric() && !"_- ".contains(c), "");
    kept.replace(' ', "-")
}

/// The lines of a page that are not code.
fn prose(page: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    page.lines().filter(move |line| {
        let is_fence = line.starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

#[test]
fn links_between_pages_lead_somewhere() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs");
    let pages = fs::read_dir(&docs).unwrap().map(|entry| entry.unwrap().path());
    let pages: Vec<_> = pages.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    let mut broken = Vec::new();
    for path in &pages {
        let page = fs::read_to_string(path).unwrap();
        for line in prose(&page) {
            for link in line.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0)) {
                let (file, name) = link.split_once('#').unwrap_or((link, ""));
                let target = if file.is_empty() { path.clone() } else { docs.join(file) };
                if link.contains("://") || link.contains("::") {
                    continue;
                }
                let is_there = fs::read_to_string(&target).is_ok_and(|text| {
                    let mut headings = prose(&text).filter(|line| line.starts_with('#'));
                    name.is_empty() || headings.any(|line| anchor(line.trim_start_matches('#').trim()) == name)
                });
                if !is_there && !target.is_dir() {
                    broken.push(format!("{}: {link}", path.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
