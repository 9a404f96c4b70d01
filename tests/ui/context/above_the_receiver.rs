// An attribute above `#[receiver]` is read by the compiler alone.
use signals::prelude::*;

struct Mailer;

#[context]
#[receiver(post_save)]
fn welcome(mailer: &Mailer) {}

fn main() {}
