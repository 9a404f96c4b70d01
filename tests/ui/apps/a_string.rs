// Django's `INSTALLED_APPS` has strings: here a crate is named as in Rust.
signals::apps!["accounts.apps.AccountsConfig"];

fn main() {}
