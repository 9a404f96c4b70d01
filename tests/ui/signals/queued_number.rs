// What work after a commit returns is dropped, unless it is an error: a value is a mistake.
use signals::dispatch::AfterCommit;

fn paid(after_commit: &AfterCommit, number: u32) {
    after_commit.push(move || number + 1);
}

fn main() {}
