// The stored string must say which variant it was.
use signals::prelude::*;
use signals::Column;

#[derive(Clone, Column)]
#[allow(non_camel_case_types)]
enum Status { InReview, in_review }

fn main() {}
