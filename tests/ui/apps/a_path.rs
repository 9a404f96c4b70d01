// `apps!` names crates, not modules.
use signals::prelude::*;

signals::apps![accounts::models];

fn main() {}
