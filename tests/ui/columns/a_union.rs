// Nobody knows which value a union holds.
use signals::prelude::*;

#[derive(Clone, Copy, Column)]
union Bits { whole: u32, half: u16 }

fn main() {}
