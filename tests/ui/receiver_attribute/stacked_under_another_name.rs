// Several attributes on one function are read together only if they are called `receiver`.

use signals::{receiver as on, signal};

#[signal]
struct Paid {}

#[signal]
struct Shipped {}

#[on(Paid)]
#[on(Shipped)]
fn log() {}

fn main() {}
