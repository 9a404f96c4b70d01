// A model may have nothing but a key, one that the database assigns or one that the application assigns.
use signals::prelude::*;

#[model]
#[derive(Default, Debug, PartialEq)]
struct Ticket {
    #[key]
    number: Id<Ticket>,
}

#[model]
#[derive(Debug, PartialEq)]
struct Tag {
    #[key]
    name: String,
}

pub(super) async fn main() -> Result<()> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<(Ticket, Tag)>().await?;
    let mut ticket = Ticket::default();
    ticket.save(&db).await?;
    ticket.save(&db).await?;
    assert_eq!(Ticket::all(&db).await?, [ticket]);
    let mut tag = Tag { name: "new".into() };
    tag.save(&db).await?;
    tag.save(&db).await?;
    assert_eq!(Tag::get(&db, "new").await?, Some(tag));
    Ok(())
}
