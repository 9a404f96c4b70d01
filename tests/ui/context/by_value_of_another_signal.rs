// Every signal of the library carries the context, and lends its values.
use signals::prelude::*;

struct Mailer;

#[receiver(connection_created)]
async fn prepare(#[context] mailer: Mailer) {}

fn main() {}
