//! The names of programs, and of what they have in the broker.

/// A program that sends durable signals to others, or receives them. It is a type of the crate that the programs share, so that no
/// name is written twice.
///
/// ```
/// use signals::durable::nats::Program;
///
/// #[derive(Debug)]
/// pub struct Mail;
///
/// impl Program for Mail {
///     const NAME: &'static str = "mail";
/// }
/// ```
///
/// All processes of a program have one database. A second installation of the same programs on one broker, such as for tests, has
/// another prefix: see [`Relay::prefix`](super::Relay::prefix).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no program",
    label = "needs a name as a program",
    note = "write `impl signals::durable::nats::Program for {Self} {{ const NAME: &'static str = \"mail\"; }}`, with the name of the program"
)]
pub trait Program: 'static {
    /// The name, which stays the same as long as events of the program wait anywhere. It consists of letters, digits, `-` and `_`:
    /// anything else does not compile.
    const NAME: &'static str;
}

/// The name of a program, which is checked when the program is compiled.
pub(super) const fn name_of<P: Program>() -> &'static str {
    const { checked(P::NAME) }
}

/// The name, if it can be one. It is the caller that the compiler points at.
#[track_caller]
pub(super) const fn checked(name: &'static str) -> &'static str {
    assert!(is_token(name), "the `NAME` of a `Program` consists of letters, digits, `-` and `_`");
    name
}

/// Whether a text may be a part of a subject and of the name of a stream.
pub(super) const fn is_token(name: &str) -> bool {
    let bytes = name.as_bytes();
    let mut index = 0;
    while index < bytes.len() {
        if !(bytes[index].is_ascii_alphanumeric() || bytes[index] == b'-' || bytes[index] == b'_') {
            return false;
        }
        index += 1;
    }
    index > 0
}

#[cfg(test)]
mod tests {
    use super::is_token;

    #[test]
    fn a_token_has_no_dots_and_no_wildcards() {
        for (name, expected) in
            [("mail", true), ("Mail-2_b", true), ("", false), ("a.b", false), ("*", false), ("a b", false)]
        {
            assert_eq!(is_token(name), expected, "{name}");
        }
    }
}
