// What a type is does not depend on its name: the name only chooses what the compiler says of a type that is no column.
use signals::Column;
use signals::prelude::*;

#[derive(Debug, Clone, PartialEq, Column)]
struct Decimal(i64);
#[derive(Debug, Clone, PartialEq, Column)]
enum DateTime {
    Now,
    Later,
}
#[derive(Debug, Clone, PartialEq, Column)]
struct Value(String);
#[derive(Debug, Clone, PartialEq, Column)]
struct HashMap(Option<Decimal>);

type UserId = Id<User>;
type MaybeUser = Option<UserId>;
type Id1 = UserId;

macro_rules! model_with {
    ($ty:ty) => {
        #[model]
        struct Note {
            #[key]
            id: Id<Note>,
            #[unique]
            price: $ty,
            when: ($ty),
        }
    };
}
model_with!(Option<Decimal>);

#[model]
struct User {
    #[key]
    id: Id1,
    price: std::option::Option<Decimal>,
    when: DateTime,
    #[unique]
    value: Value,
    map: HashMap,
    #[foreign_key(on_delete = set_null)]
    friend: MaybeUser,
    #[foreign_key(on_delete = cascade, related_name = "pupils")]
    teacher: UserId,
}

/// Names that type parameters usually have.
mod letters {
    use signals::prelude::*;

    macro_rules! declare {
        ($($name:ident $signal:ident $column:ident),*) => {$(
            #[derive(Clone, signals::Column)]
            struct $column(u8);
            #[model]
            struct $name { #[key] id: Id<$name>, column: $column, #[many_to_many] friends: ManyToMany<$name> }
            #[signal]
            struct $signal<'a> { model: &'a $name }
        )*};
    }
    declare!(T S M, K V E, B A C, F R P);

    #[receiver(post_save, sender = T)]
    fn saved(instance: &T, created: bool) {}
    #[receiver(S)]
    fn sent(model: &T) -> Result<()> {
        Ok(())
    }
}

pub(super) async fn main() -> Result<()> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<Note>().await?;
    let mut note = Note { id: Id::UNSET, price: Some(Decimal(3)), when: None };
    note.save(&db).await?;
    let found = Note::by_price(&db, Decimal(3)).await?.unwrap();
    assert_eq!((found.id, found.when), (note.id, None));
    let value = Value("a".to_owned());
    let ann = User {
        id: Id::new(1),
        price: None,
        when: DateTime::Later,
        value,
        map: HashMap(None),
        friend: None,
        teacher: Id::new(1),
    };
    assert!(ann.when != DateTime::Now && ann.map == HashMap(None) && ann.value.0 == "a" && ann.price.is_none());
    assert!(ann.friend.is_none() && ann.teacher == ann.id);
    Ok(())
}
