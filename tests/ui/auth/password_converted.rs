// No conversion makes a hash of a string.
use signals::auth::PasswordHash;

fn main() {
    let _: PasswordHash = "correct horse".into();
}
