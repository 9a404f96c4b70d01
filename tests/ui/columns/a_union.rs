// Nobody knows which value a union holds.
use signals::prelude::*;
use signals::Column;

#[derive(Clone, Copy, Column)]
union Bits { whole: u32, half: u16 }

fn main() {}
