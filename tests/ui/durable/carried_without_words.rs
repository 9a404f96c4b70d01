// A value of the context that is stored says how.
use signals::prelude::*;

struct Tenant(String);

fn options() -> signals::ConnectOptions {
    signals::ConnectOptions::new("sqlite::memory:").carry::<Tenant>()
}

fn main() {}
