// A signal has no type parameters.
use signals::prelude::*;

#[signal]
struct Changed<T> { value: T }

fn main() {}
