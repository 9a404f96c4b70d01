// A public relation to a private model: the compiler underlines the model in the field's type.
mod shop {
    use signals::prelude::*;

    #[model]
    struct Tag { #[key] id: Id<Tag> }

    #[model]
    pub struct Post { #[key] pub id: Id<Post>, #[many_to_many] pub tags: ManyToMany<Tag> }
}

fn main() {}
