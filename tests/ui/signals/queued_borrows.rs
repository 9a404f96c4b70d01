// What is sent after a commit outlives the function that queues it, so that it owns its fields.
use signals::dispatch::AfterCommit;
use signals::signal;

#[signal]
struct Paid<'a> { member: &'a str }

fn paid(after_commit: &AfterCommit, member: &str) {
    after_commit.send(Paid { member });
}

fn main() {}
