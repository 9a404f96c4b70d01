// A worker awaits a receiver on any thread.
use std::rc::Rc;

use signals::prelude::*;

#[signal(durable)]
struct OrderPaid { order: u64 }

#[receiver(OrderPaid, durable)]
async fn ship(tx: &mut Tx) {
    let rc = Rc::new(1);
    std::future::ready(()).await;
    drop(rc);
}

fn main() {}
