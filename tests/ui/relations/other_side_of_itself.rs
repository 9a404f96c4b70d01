// The other side of a relation to the model itself is a method next to those of its fields.
use signals::prelude::*;

#[model]
struct Node {
    #[key] id: Id<Node>,
    #[foreign_key(on_delete = set_null)] first: Option<Id<Node>>,
    #[foreign_key(on_delete = set_null, related_name = "first")] parent: Option<Id<Self>>,
}

fn main() {}
