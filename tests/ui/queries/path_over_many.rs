// `any` follows a relation.
use signals::prelude::*;

#[model]
struct Tag { #[key] id: Id<Tag>, name: String }

#[model]
struct Post { #[key] id: Id<Post>, title: String, #[many_to_many] tags: ManyToMany<Tag> }

async fn posts(db: &Db) -> Result<Vec<Post>> {
    Post::filter(|post| post.tags.name.eq("ann")).all(db).await
}

fn main() {}
