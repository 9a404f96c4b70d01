// A signal is a struct: its fields are what receivers may ask for.
use signals::prelude::*;

#[signal]
enum OrderChanged { Paid, Shipped }

fn main() {}
