// A union does not say which of its values it holds.
use signals::prelude::*;
use signals::Column;

#[derive(Clone, Copy, Column)]
union Bits { whole: u32, half: u16 }

fn main() {}
