// What is needed of the prelude may come in one by one, and the traits without their names.
use signals::{Db, Id, Model as _, Result, Tx, model, post_save, receiver};

mod blog {
    #[signals::model]
    #[derive(Default)]
    pub struct Article {
        #[key]
        pub id: signals::Id<Article>,
        #[foreign_key(on_delete = cascade)]
        pub author: signals::Id<super::User>,
    }
}
use blog::ArticleByAuthor as _;

#[model]
#[derive(Default)]
pub struct User {
    #[key]
    id: Id<User>,
}

#[receiver(post_save, sender = User)]
async fn write(instance: &User, tx: &mut Tx) -> Result<()> {
    blog::Article { author: instance.id, ..blog::Article::default() }.save(tx).await
}

pub(super) async fn main() -> Result<()> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<(User, blog::Article)>().await?;
    let mut ann = User::default();
    ann.save(&db).await?;
    assert_eq!(ann.article_set(&db).await?.len(), 1);
    Ok(())
}
