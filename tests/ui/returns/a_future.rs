// A receiver that awaits is an `async fn`.

use std::pin::Pin;

use signals::prelude::*;

#[model]
struct User { #[key] id: Id<User>, name: String }

#[receiver(post_save, sender = User)]
fn welcome<'a>(instance: &'a User) -> Pin<Box<dyn Future<Output = ()> + Send + 'a>> {
    Box::pin(async move { println!("{}", instance.name) })
}

fn main() {}
