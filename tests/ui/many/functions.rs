// A mistake in each of three functions is three errors in one run.
use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

struct Config;

#[receiver(post_save, sender = User)]
fn first(craeted: bool) {}

#[receiver(post_save, sender = Config)]
fn second() {}

#[receiver(pre_save, sender = User)]
fn third() -> u8 { 1 }

fn main() {}
