// A sender is `Send` and `Sync`.
use signals::prelude::*;

struct User { name: String }

#[signal(sender)]
struct Saved<'a, M: ?Sized> { instance: &'a M }

#[receiver(Saved, sender = std::rc::Rc<User>)]
fn welcome(instance: &std::rc::Rc<User>) {}

fn main() {}
