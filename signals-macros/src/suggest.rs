//! "did you mean": the known word that is nearest to a misspelt one.

use crate::case::snake_case;

/// The known word that the user most likely meant: the same in another case, one with few other letters, or one that the written
/// word contains.
pub(crate) fn nearest<'a>(written: &str, known: &[&'a str]) -> Option<&'a str> {
    misspelt(written, known).or_else(|| contained(&snake(written), known))
}

/// The known word that differs in case or in few letters.
pub(crate) fn misspelt<'a>(written: &str, known: &[&'a str]) -> Option<&'a str> {
    let far = written.len().max(3) / 3;
    let written = snake(written);
    known.iter().map(|word| (distance(&written, word), *word)).filter(|(d, _)| *d <= far).min().map(|(_, word)| word)
}

/// The longest known word that stands in a longer one, between underscores: `table` in `db_table`.
fn contained<'a>(written: &str, known: &[&'a str]) -> Option<&'a str> {
    let written = format!("_{written}_");
    let is_contained = |word: &&&str| word.len() > 2 && written.contains(&format!("_{word}_"));
    known.iter().filter(is_contained).max_by_key(|word| word.len()).copied()
}

/// `SetNull`, `SET_NULL` and `set-null` as `set_null`.
fn snake(word: &str) -> String {
    let word = if word.chars().any(char::is_lowercase) { snake_case(word) } else { word.to_lowercase() };
    word.replace('-', "_")
}

/// The known word itself, or one at an edit distance of one, or of two if it is long.
pub(crate) fn nearly<'a>(written: &str, known: &[&'a str]) -> Option<&'a str> {
    known
        .iter()
        .copied()
        .find(|word| distance(written, word) == 0)
        .or_else(|| known.iter().copied().find(|word| distance(written, word) == 1))
        .or_else(|| known.iter().copied().find(|word| word.len() >= LONG && distance(written, word) == 2))
}

/// A word of this length is still itself with two wrong letters.
const LONG: usize = 9;

/// "unknown argument `x` in the `receiver` attribute", with a suggestion.
pub(crate) fn unknown(what: &str, written: &str, attribute: &str, known: &[&str]) -> String {
    format!("unknown {what} `{written}` in the `{attribute}` attribute\n\nhelp: {}", help(written, known))
}

/// The suggestion for an unknown word.
pub(crate) fn help(written: &str, known: &[&str]) -> String {
    match nearest(written, known) {
        Some(word) => format!("did you mean `{word}`?"),
        None => format!("known are {}", list(known)),
    }
}

/// `a`, `b` and `c`
pub(crate) fn list(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

/// The edit distance: how many letters must be changed, inserted, removed or swapped with their neighbour.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let change = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let best = change.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
                let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                if swapped { best.min(rows[i - 2][j - 2] + 1) } else { best }
            };
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nearest_word() {
        assert_eq!(nearest("sendr", &["sender", "created"]), Some("sender"));
        assert_eq!(nearest("craeted", &["sender", "created"]), Some("created"));
        assert_eq!(nearest("colour", &["sender", "created"]), None);
        assert_eq!(nearest("is", &["id"]), Some("id"));
    }
}
