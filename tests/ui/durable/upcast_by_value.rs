// `upcast` changes the fields in place, and returns nothing.
use signals::durable::Fields;
use signals::prelude::*;

#[signal(durable, version = 2, upcast = from_v1)]
struct OrderPaid { amount: u64 }

fn from_v1(version: u32, fields: Fields) -> Fields { fields }

fn main() {}
