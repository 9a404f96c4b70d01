// `with` returns another context, and the first one does not have the value.
#![deny(unused_must_use)]

fn on_behalf(context: &signals::Context) {
    context.with(1);
}

fn main() {}
