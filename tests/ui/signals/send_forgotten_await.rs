// The send of an `async` signal is awaited.
use signals::prelude::*;

#[signal(async)]
struct Shipped { order: u64 }

fn ship() -> Result<()> {
    Shipped { order: 1 }.send()?;
    Ok(())
}

fn main() {}
