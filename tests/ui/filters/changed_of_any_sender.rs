// Not every model has the field.
use signals::prelude::*;

#[receiver(post_save, changed(email))]
fn mail() {}

fn main() {}
