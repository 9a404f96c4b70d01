// A hook is a closure: the commit calls it.
use signals::prelude::*;

async fn send_mail() -> Result<()> {
    Ok(())
}

fn notify(tx: &mut Tx) {
    tx.on_commit(send_mail());
}

fn main() {}
