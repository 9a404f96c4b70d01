// What is muted is muted in a database, a transaction or a context.
use signals::prelude::*;
use signals::testing::mute;

fn test(url: &str) {
    let _muted = mute::<post_save>(url);
}

fn main() {}
