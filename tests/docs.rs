//! `docs/errors.md` shows the wrong code of `tests/ui` and quotes what the compiler said to it.

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

/// The case without its lesson and its `main`.
fn code_of(case: &str) -> String {
    case.lines().filter(|line| !line.starts_with("//") && *line != "fn main() {}").collect::<Vec<_>>().join("\n")
}

/// A line of the compiler's without the number that stands before it.
fn without_number(line: &str) -> &str {
    line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ').trim_end()
}

/// The first line of the page that the compiler did not say, or not in this order.
fn made_up<'a>(message: &'a str, said: &str) -> Option<&'a str> {
    let mut said = said.lines().map(without_number);
    message.lines().find(|line| !said.any(|other| other == without_number(line)))
}

#[test]
fn errors_that_are_quoted_are_those_that_the_compiler_gives() {
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
        assert_eq!(made_up(message, &file("stderr")), None, "docs/errors.md quotes tests/ui/{case}.stderr");
    }
}
