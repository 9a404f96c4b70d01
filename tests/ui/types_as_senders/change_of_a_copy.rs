// What a receiver changes is a `&mut` field.
use signals::prelude::*;

struct User { name: String }

#[signal(sender)]
struct Priced<'a, M: ?Sized> { instance: &'a M, price: u32 }

#[receiver(Priced, sender = User)]
fn discount(price: &mut u32) {}

fn main() {}
