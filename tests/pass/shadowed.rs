// The names of the standard library may mean something else where a model is declared.
#![allow(dead_code)]

mod shop {
    use signals::{Id, ManyToMany, Model, model, post_save, receiver, signal};

    pub struct Option;
    pub struct Result;
    pub struct String;
    pub struct Vec;
    pub struct Box;
    pub struct Send;
    pub struct Some;
    pub struct Ok;
    pub struct Default;
    pub struct Clone;
    pub struct Future;
    pub struct Payload;
    pub struct Self_;
    pub mod core {}
    pub mod std {}
    pub mod signals_core {}
    #[allow(non_camel_case_types)]
    pub struct str;
    #[allow(non_camel_case_types)]
    pub struct u8;

    #[model]
    #[derive(::std::default::Default)]
    pub struct Order {
        #[key]
        pub id: Id<Order>,
        #[unique]
        pub number: i64,
        pub note: ::std::option::Option<::std::string::String>,
        #[many_to_many]
        pub tags: ManyToMany<Tag>,
    }

    #[model]
    #[derive(::std::default::Default)]
    pub struct Tag {
        #[key]
        pub id: Id<Tag>,
    }

    #[signal]
    pub struct Paid {
        pub amount: i64,
    }

    #[receiver(Paid)]
    pub fn book(amount: i64) {
        assert_eq!(amount, 3);
    }

    #[receiver(post_save, sender = Order, after = [book])]
    async fn pay(instance: &Order) -> ::signals::Result<()> {
        Paid { amount: instance.number }.send().map_err(::std::convert::Into::into)
    }

    #[receiver(post_save, sender = Order)]
    fn audit(#[context] paid: &Paid, #[context] none: ::std::option::Option<&Option>) {
        assert!(paid.amount == 3 && none.is_none());
    }

    pub async fn save(db: &::signals::Db) -> ::signals::Result<()> {
        Order { number: 3, ..::std::default::Default::default() }.save(&db.with(Paid { amount: 3 })).await
    }
}

pub(super) async fn main() -> signals::Result<()> {
    let db = signals::Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<(shop::Order, shop::Tag)>().await?;
    shop::save(&db).await
}
