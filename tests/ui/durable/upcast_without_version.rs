// `upcast` reads older versions.
use signals::durable::Fields;
use signals::prelude::*;

#[signal(durable, upcast = from_v1)]
struct OrderPaid { amount: u64 }

fn from_v1(version: u32, fields: &mut Fields) {}

fn main() {}
