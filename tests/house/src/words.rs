//! Words that the project does not use, because its field has better ones: the glossary of `docs/style.md`.

use std::fs;
use std::path::Path;

use crate::sizes::files;

const WORDS: &[&str] = &["nobody", "somebody", "whoever", "whom", "anew", "person", "behind"];

const PLACES: &[&str] = &["src", "signals-core/src", "signals-macros/src", "docs", "README.md"];

/// Each place where one stands: `src/lib.rs:12: whoever`.
pub(crate) fn dialect() -> Vec<String> {
    let mut found = Vec::new();
    for file in PLACES.iter().flat_map(|place| files(Path::new(place), &["rs", "md"])) {
        let text = fs::read_to_string(&file).expect("a text file");
        for (number, line) in text.lines().enumerate() {
            let words = line.split(|c: char| !c.is_alphanumeric() && c != '_').map(str::to_lowercase);
            for word in words.filter(|word| WORDS.contains(&word.as_str())) {
                found.push(format!("{}:{}: {word}", file.display(), number + 1));
            }
        }
    }
    found
}
