// A queue sends signals, and a struct is a signal if it is declared as one.
use signals::dispatch::AfterCommit;

struct Paid { number: u32 }

fn paid(after_commit: &AfterCommit) {
    after_commit.send(Paid { number: 7 });
}

fn main() {}
