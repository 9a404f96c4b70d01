// A column holds one value.
use signals::prelude::*;

use std::collections::HashMap;

#[model]
struct User { #[key] id: Id<User>, settings: HashMap<String, String> }

fn main() {}
