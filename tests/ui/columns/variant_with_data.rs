// A column holds the name of a variant and no data.
use signals::prelude::*;
use signals::Column;

#[derive(Clone, Column)]
enum Status { Open, Closed(String) }

#[model]
struct Ticket { #[key] id: Id<Ticket>, status: Status }

fn main() {}
