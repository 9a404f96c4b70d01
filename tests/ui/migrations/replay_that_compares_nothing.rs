// A replay compares nothing until it is told to.
#![deny(unused_must_use)]

fn main() {
    signals::migrate::Replay::new("migrations");
}
