//! Names in snake case and in camel case.

/// `UserProfile` is `user_profile`, and `HTTPRequest` is `http_request`.
pub(crate) fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let before = index.checked_sub(1).map(|before| letters[before]);
        let after_lower = before.is_some_and(|before| before.is_lowercase() || before.is_ascii_digit());
        let ends_capitals =
            before.is_some_and(char::is_uppercase) && letters.get(index + 1).is_some_and(|next| next.is_lowercase());
        if letter.is_uppercase() && (after_lower || ends_capitals) {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// `created_by` is `CreatedBy`.
pub(crate) fn camel_case(name: &str) -> String {
    let upper = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    name.split('_').map(upper).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_snake_case() {
        let names = ["User", "UserProfile", "HTTPRequest", "A", "OAuth2Token", "user"];
        let snake = ["user", "user_profile", "http_request", "a", "o_auth2_token", "user"];
        assert_eq!(names.map(snake_case), snake);
    }

    #[test]
    fn names_in_camel_case() {
        assert_eq!(["groups", "created_by"].map(camel_case), ["Groups", "CreatedBy"]);
    }
}
