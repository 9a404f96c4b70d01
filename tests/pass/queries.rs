// The closures of queries compare every type of column with the values that a program has at hand.
#![deny(warnings, missing_docs, clippy::pedantic)]
//! Queries.
use signals::model::query::{Condition, Query};
use signals::prelude::*;

#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<Self>,
    username: String,
    nickname: Option<String>,
    active: bool,
    tiny: i8,
    small: u8,
    short: i16,
    age: i32,
    visits: i64,
    points: u32,
    score: f64,
    rank: Option<i32>,
    weight: Option<f64>,
}

#[model]
#[derive(Default)]
struct Tag {
    #[key]
    id: Id<Self>,
    name: String,
}

#[model]
#[derive(Default)]
struct Post {
    #[key]
    id: Id<Self>,
    title: String,
    #[foreign_key(on_delete = cascade)]
    author: Id<User>,
    #[foreign_key(on_delete = set_null, related_name = "edited")]
    editor: Option<Id<User>>,
    #[many_to_many]
    tags: ManyToMany<Tag>,
}

fn numbers() -> Query<'static, User> {
    User::filter(|user| user.tiny.ge(1) & user.small.lt(200) & user.short.gt(-5) & user.age.between(18, 99))
        .filter(|user| user.visits.eq(5_000_000_000) & user.points.ne(3) & user.score.le(1.5) & user.rank.eq(1))
        .filter(|user| {
            user.weight.between(1.5, 2.0) | user.rank.is_null() | user.tiny.is_in([1, 2]) | user.rank.is_in(1..9)
        })
        .filter(|user| user.visits.add(1).gt(user.visits) & user.age.mul(2).sub(user.age).ge(1))
}

fn texts<'a>(name: &'a str, owned: &'a String, names: &'a [&'a str], list: &'a Vec<String>) -> Query<'a, User> {
    let mut users =
        User::filter(|user| user.username.eq(name) | user.username.ne(owned) | user.nickname.contains(owned));
    for name in names {
        users = users.exclude(|user| user.username.starts_with(name));
    }
    users.filter(|user| user.username.is_in(names) | user.username.is_in(list) | user.nickname.is_in(["ann", "bob"]))
}

fn conditions(name: Option<&str>, every: bool) -> Query<'_, User> {
    User::filter(|_| every)
        .filter(|user| match name {
            Some(name) => user.username.eq(name),
            None => Condition::all(),
        })
        .exclude(|user| !(user.active.eq(true) & user.nickname.is_not_null()))
        .order_by(|user| (user.age.desc(), user.username))
        .order_by(|user| [user.age.asc(), user.rank.desc().nulls_last()])
}

fn relations<'a>(ann: &'a User, users: &'a [User]) -> Query<'a, Post> {
    Post::filter(|post| post.author.eq(ann) | post.editor.eq(ann.id) | post.author.is_in(users))
        .filter(|post| post.author.is(|user| user.active.eq(true)) & post.editor.is(|user| user.age.ge(18)))
        .filter(|post| post.tags.any(|tag| tag.name.eq("rust")) | post.tags.is_empty())
        .filter(|post| post.author.in_query(User::filter(|user| user.post_set().any(|_| true)).values(|user| user.id)))
}

async fn rows(db: &Db) -> Result<()> {
    let _: Vec<(Post, User, Vec<Tag>)> = Post::with(|post| post.author).with(|post| post.tags).all(db).await?;
    let _: Vec<(User, Vec<Post>)> = User::with(|user| user.post_set()).all(db).await?;
    let _: Vec<(Id<User>, Option<String>)> = User::query().values(|user| (user.id, user.nickname)).all(db).await?;
    let _: Option<i32> = User::query().max(db, |user| user.rank).await?;
    let _: i64 = User::query().sum(db, |user| user.points).await?;
    let _: f64 = User::query().sum(db, |user| user.score).await?;
    User::query().update(db, |user| (user.rank.set(None), user.rank.set(Some(1)), user.nickname.set("ann"))).await?;
    User::query()
        .update(db, |user| [user.visits.set(user.visits.add(1)), user.age.set(1), user.score.set(1.0)])
        .await?;
    Ok(())
}
