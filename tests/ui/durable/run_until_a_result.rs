// A worker runs until a future without an output is ready.
use signals::durable::Worker;
use signals::prelude::*;

async fn ctrl_c() -> std::io::Result<()> { Ok(()) }

async fn work(db: &Db) -> Result<()> {
    Worker::new(db).run(ctrl_c()).await
}

fn main() {}
