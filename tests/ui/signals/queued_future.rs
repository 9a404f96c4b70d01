// `push` queues a function, and `push_async` a future.
use signals::dispatch::AfterCommit;

async fn mail(to: String) {
    println!("{to}");
}

fn paid(after_commit: &AfterCommit, to: String) {
    after_commit.push(move || mail(to));
}

fn main() {}
