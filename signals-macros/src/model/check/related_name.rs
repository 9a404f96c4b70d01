//! The rules for `related_name = ".."`, which becomes a method of the other model.

use syn::{Ident, LitStr};

use crate::case::snake_case;
use crate::errors::Errors;

/// Words that are no names, not even with `r#`.
const NEVER_NAMES: &[&str] = &["self", "Self", "super", "crate", "_"];

/// Refuses a name that no method can have. Returns whether it is good.
pub(super) fn check(name: &LitStr, errors: &mut Errors) -> bool {
    let mistake = mistake(&name.value());
    let is_good = mistake.is_none();
    if let Some(mistake) = mistake {
        errors.on(name, mistake);
    }
    is_good
}

fn mistake(name: &str) -> Option<String> {
    if syn::parse_str::<Ident>(name).is_ok() {
        return None;
    }
    let becomes = "`related_name` becomes a method of the other model";
    Some(if name.ends_with('+') {
        "every relation has a method on its other side, so that there is no `+`\n\nhelp: leave `related_name` out"
            .to_owned()
    } else if name.trim().is_empty() {
        format!("{becomes}, so it cannot be empty\n\nhelp: leave it out, or write `related_name = \"articles\"`")
    } else if name.contains("%(") {
        format!("{becomes}, so it is written out: there is no `%(..)s`\n\nhelp: write `related_name = \"articles\"`")
    } else if syn::parse_str::<Ident>(&format!("r#{name}")).is_ok() && !NEVER_NAMES.contains(&name) {
        format!(
            "{becomes}, and `{name}` is a keyword of Rust\n\nhelp: write `related_name = \"r#{name}\"`, or another name"
        )
    } else {
        let meant = as_name(name).unwrap_or_else(|| "articles".to_owned());
        format!("{becomes}, so it must be a name\n\nhelp: write it as in `related_name = \"{meant}\"`")
    })
}

/// `my_posts` for `my posts` and `my-posts`.
fn as_name(name: &str) -> Option<String> {
    let words: Vec<_> = name.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let name = snake_case(&words.join("_"));
    syn::parse_str::<Ident>(&name).is_ok().then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_methods() {
        for name in ["posts", "r#type", "Posts", "_posts", "beitr\u{e4}ge"] {
            assert_eq!(mistake(name), None);
        }
        for (name, answer) in [
            ("+", "leave `related_name` out"),
            ("user+", "leave `related_name` out"),
            ("", "leave it out"),
            ("my posts", "`related_name = \"my_posts\"`"),
            ("user-posts", "`related_name = \"user_posts\"`"),
            ("blog.Posts", "`related_name = \"blog_posts\"`"),
            ("%(class)s_related", "written out"),
            ("type", "`related_name = \"r#type\"`"),
            ("self", "`related_name = \"articles\"`"),
            ("2nd", "`related_name = \"articles\"`"),
            ("posts()", "`related_name = \"posts\"`"),
        ] {
            let mistake = mistake(name).unwrap();
            assert!(mistake.contains(answer), "{name}: {mistake}");
        }
    }
}
