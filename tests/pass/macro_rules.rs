// Models, signals and receivers may be written by a macro, their names and fields given or its own.
use signals::prelude::*;

macro_rules! app {
    ($name:ident { $($field:ident: $ty:ty),* }, $receiver:ident, $before:ident, $signal:ident, $booked:ident($amount:ident)) => {
        #[model]
        #[derive(Default)]
        pub struct $name {
            #[key] id: Id<$name>,
            log: String,
            $($field: $ty,)*
        }

        #[receiver(pre_save, sender = $name)]
        fn $receiver(instance: &mut $name) {
            instance.log.push_str(stringify!($receiver));
        }

        #[receiver(pre_save, sender = $name, before = [$receiver], when = |event| event.instance.log.is_empty())]
        async fn $before(tx: &mut Tx, instance: &mut $name) {
            let _: &mut Tx = tx;
            instance.log.push_str(stringify!($before));
        }

        #[receiver(pre_save, sender = $name, after = [$receiver])]
        fn of_the_macro(instance: &mut $name) {
            instance.log.push('m');
        }

        #[signal]
        struct $signal { $amount: u64 }

        #[receiver($signal, when = |event| event.$amount > 1)]
        fn $booked($amount: u64) {
            assert_eq!($amount, 2);
        }
    };
}

app!(User { name: String, visits: Option<i64> }, last, first, Paid, book(amount));

macro_rules! of_a_type {
    ($model:ty, $created:ty) => {
        #[receiver(post_save, sender = $model)]
        fn of_a_type(instance: &$model, created: $created, changes: FieldSet<$model>) {
            assert!(created && !changes.is_empty() && !instance.id.is_unset());
        }
    };
}

of_a_type!(User, bool);

/// A field that several models have, added to those that a macro is given.
macro_rules! timestamped {
    ($(#[$attribute:meta])* struct $name:ident { $($fields:tt)* }) => {
        #[model]
        $(#[$attribute])*
        struct $name { $($fields)* #[default("now".to_owned())] created: String }
    };
}

timestamped! {
    #[derive(Default)]
    struct Post {
        #[key] id: Id<Post>,
        #[default(true)] is_active: bool,
        #[foreign_key(on_delete = cascade)] user: Id<User>,
        #[one_to_one(on_delete = set_null)] next: Option<Id<Post>>,
        #[many_to_many(related_name = "read_posts")] readers: ManyToMany<User>,
        #[version] version: i64,
    }
}

pub(super) async fn main() -> Result<()> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<(User, Post)>().await?;
    let mut ann = User::default();
    ann.save(&db).await?;
    assert_eq!(ann.log, "firstlastm");
    let mut post = Post { user: ann.id, ..Post::default() };
    post.save(&db).await?;
    assert!(post.is_active && post.created == "now");
    Paid { amount: 2 }.send()?;
    Ok(())
}
