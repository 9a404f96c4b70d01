// Three mistakes in one signal are three errors in one run.
use signals::prelude::*;

#[signal(asynk, outputs = u8)]
struct Changed<T> { event: T }

fn main() {}
