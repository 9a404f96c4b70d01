// What receivers return is collected after they have run. The receiver of a signal with a mistake has none.
use signals::prelude::*;

#[signal(output = Vec<&str>)]
struct Named { name: String }

#[receiver(Named)]
fn split(name: &str) -> Vec<String> { vec![name.to_owned()] }

fn main() {
    let _ = Named { name: String::new() }.collect();
}
