//! docs/behaviour.md, "queries": what typed queries find.

use signals::ErrorKind;
use signals::model::query::Condition;
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};

on_each_database!(
    a_query_finds_what_its_condition_says,
    null_is_different_from_every_value,
    relations_are_followed_in_both_directions,
    related_rows_are_read_together,
    a_query_updates_and_deletes_its_rows,
    pages_and_streams,
);

#[model]
#[derive(Debug, Clone, Default, PartialEq)]
struct User {
    #[key]
    id: Id<User>,
    #[unique]
    username: String,
    age: i64,
    nickname: Option<String>,
    active: bool,
}

#[model]
#[derive(Debug, Clone, Default, PartialEq)]
struct Profile {
    #[key]
    id: Id<Profile>,
    #[one_to_one(on_delete = cascade)]
    user: Id<User>,
    bio: String,
}

#[model]
#[derive(Debug, Clone, Default, PartialEq)]
struct Tag {
    #[key]
    id: Id<Tag>,
    name: String,
}

#[model]
#[derive(Debug, Clone, Default)]
struct Post {
    #[key]
    id: Id<Post>,
    title: String,
    #[foreign_key(on_delete = cascade)]
    author: Id<User>,
    #[foreign_key(on_delete = set_null, related_name = "edited")]
    editor: Option<Id<User>>,
    #[many_to_many]
    tags: ManyToMany<Tag>,
}

async fn users(db: &Db) -> Result<[User; 3]> {
    let user = |username: &str, age, nickname: Option<&str>| User {
        username: username.to_owned(),
        age,
        nickname: nickname.map(str::to_owned),
        active: age != 40,
        ..User::default()
    };
    let mut users = [user("ann", 30, Some("a%")), user("bob", 17, None), user("Cy_", 40, Some("cc"))];
    User::create_many(db, &mut users).await?;
    Ok(users)
}

fn names(users: &[User]) -> Vec<&str> {
    users.iter().map(|user| &*user.username).collect()
}

async fn a_query_finds_what_its_condition_says(database: &Database) -> TestResult {
    let db = database.with_tables::<User>().await?;
    let [ann, bob, _] = users(&db).await?;

    let found = User::filter(|user| user.age.ge(18) & user.username.eq("ann")).all(&db).await?;
    assert_eq!(names(&found), ["ann"]);
    let name = String::from("bob");
    let found = User::filter(|user| user.username.eq(&name) | user.age.gt(39)).all(&db).await?;
    assert_eq!(names(&found), ["bob", "Cy_"]);
    let found = User::filter(|user| !(user.username.eq("ann") | user.active.eq(false))).all(&db).await?;
    assert_eq!(names(&found), ["bob"]);
    let found = User::order_by(|user| user.age.desc()).limit(1).offset(1).all(&db).await?;
    assert_eq!(names(&found), ["ann"]);
    let found = User::order_by(|user| (user.active, user.username.desc())).all(&db).await?;
    assert_eq!(names(&found), ["Cy_", "bob", "ann"]);

    assert_eq!(User::filter(|user| user.id.eq(bob.id)).one(&db).await?, bob);
    assert!(User::filter(|user| user.age.lt(0)).first(&db).await?.is_none());
    let error = User::filter(|user| user.age.lt(0)).one(&db).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::RowNotFound(_)), "{error}");
    let error = User::query().one(&db).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::MultipleRows(_)), "{error}");
    assert_eq!(User::query().count(&db).await?, 3);
    assert_eq!(User::query().limit(2).count(&db).await?, 2);
    assert!(User::filter(|user| user.age.between(16, 17)).exists(&db).await?);
    assert!(!User::filter(|user| user.age.between(18, 20)).exists(&db).await?);
    assert_eq!(User::order_by(|user| user.age.asc()).ids(&db).await?[0], bob.id);
    let values = User::order_by(|user| user.age.asc()).values(|user| (user.age, user.nickname)).all(&db).await?;
    assert_eq!(values, [(17, None), (30, Some("a%".to_owned())), (40, Some("cc".to_owned()))]);
    assert_eq!(User::query().max(&db, |user| user.age).await?, Some(40));
    assert_eq!(User::query().min(&db, |user| user.nickname).await?, Some("a%".to_owned()));
    assert_eq!(User::query().sum(&db, |user| user.age).await?, 87);
    assert_eq!(User::query().avg(&db, |user| user.age).await?, Some(29.0));
    assert_eq!(User::filter(|user| user.age.lt(0)).sum(&db, |user| user.age).await?, 0);

    for (text, found) in [("a", "ann"), ("_", "Cy_"), ("o", "bob"), ("%", "")] {
        let users = User::filter(|user| user.username.contains(text)).all(&db).await?;
        assert_eq!(names(&users).concat(), found, "{text}");
    }
    let found = User::filter(|user| user.username.starts_with("C") | user.username.ends_with("b")).all(&db).await?;
    assert_eq!(names(&found), ["bob", "Cy_"]);
    assert_eq!(User::filter(|user| user.username.icontains("cY")).count(&db).await?, 1);
    assert_eq!(User::filter(|user| user.username.contains("")).count(&db).await?, 3);
    assert_eq!(User::filter(|user| user.username.ends_with("")).count(&db).await?, 3);

    assert_eq!(User::filter(|user| user.id.is_in([ann.id, bob.id])).count(&db).await?, 2);
    assert_eq!(User::filter(|user| user.age.is_in([0_i64; 0])).count(&db).await?, 0);
    assert_eq!(User::exclude(|user| user.age.is_in([0_i64; 0])).count(&db).await?, 3);
    assert_eq!(User::filter(|user| user.age.is_in(20..5_000)).count(&db).await?, 2);
    let many: Vec<String> = (0..70_000).map(|n| format!("n{n}\"\\")).chain(["bob".to_owned()]).collect();
    assert_eq!(User::filter(|user| user.username.is_in(&many)).count(&db).await?, 1);

    assert_eq!(User::filter(|user| user.age.add(13).eq(30)).one(&db).await?, bob);
    assert_eq!(User::filter(|user| user.age.mul(2).sub(user.age).ge(31)).count(&db).await?, 1);
    assert_eq!(User::filter(|_| Condition::sql("age > ? AND age < ?", &(16, 31))).count(&db).await?, 2);
    for (every, found) in [(true, 3), (false, 0)] {
        assert_eq!(User::filter(|_| every).count(&db).await?, found);
        assert_eq!(User::exclude(|_| every).count(&db).await?, 3 - found);
    }
    for name in &["ann", "bob"] {
        assert_eq!(User::filter(|user| user.username.eq(name)).count(&db).await?, 1);
    }
    let both = User::filter(|user| user.active.eq(true)).filter(|_| Condition::sql("age > ?", &(17,)));
    assert_eq!(names(&both.all(&db).await?), ["ann"]);

    let error = User::filter(|user| user.id.eq(Id::UNSET)).all(&db).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::UnsetId { .. }), "{error}");
    Ok(())
}

async fn null_is_different_from_every_value(database: &Database) -> TestResult {
    let db = database.with_tables::<User>().await?;
    users(&db).await?;
    let count = async |condition: Condition<'_, User>| User::filter(|_| condition).count(&db).await;
    let nickname = User::columns().nickname;
    assert_eq!(count(nickname.eq("cc")).await?, 1);
    assert_eq!(count(nickname.ne("cc")).await?, 2);
    assert_eq!(count(!nickname.eq("cc")).await?, 2);
    assert_eq!(count(!(nickname.eq("cc") & User::columns().active.eq(false))).await?, 2);
    assert_eq!(count(nickname.is_null()).await?, 1);
    assert_eq!(count(!nickname.contains("c")).await?, 2);
    assert_eq!(count(!nickname.gt("b")).await?, 2);
    assert_eq!(count(!nickname.is_in(["cc", "dd"])).await?, 2);
    assert_eq!(User::exclude(|user| user.nickname.eq("cc")).count(&db).await?, 2);

    let order = User::order_by(|user| user.nickname.asc()).all(&db).await?;
    assert_eq!(names(&order), ["ann", "Cy_", "bob"]);
    let order = User::order_by(|user| user.nickname.desc()).all(&db).await?;
    assert_eq!(names(&order), ["bob", "Cy_", "ann"]);
    let order = User::order_by(|user| user.nickname.asc().nulls_first()).all(&db).await?;
    assert_eq!(names(&order), ["bob", "ann", "Cy_"]);
    Ok(())
}

async fn blog(db: &Db) -> Result<([User; 3], Vec<Post>)> {
    let users = users(db).await?;
    Profile { user: users[0].id, bio: "rust".to_owned(), ..Profile::default() }.save(db).await?;
    let mut tags = ["rust", "sql"].map(|name| Tag { name: name.to_owned(), ..Tag::default() });
    Tag::create_many(db, &mut tags).await?;
    let mut posts = Vec::new();
    for (title, author, editor) in [("one", 0, None), ("two", 0, Some(1)), ("three", 1, Some(0))] {
        let editor = editor.map(|editor: usize| users[editor].id);
        let mut post = Post { title: title.to_owned(), author: users[author].id, editor, ..Post::default() };
        post.save(db).await?;
        posts.push(post);
    }
    posts[0].tags().add(db, [tags[0].id, tags[1].id]).await?;
    posts[2].tags().add(db, tags[1].id).await?;
    Ok((users, posts))
}

fn titles(posts: &[Post]) -> Vec<&str> {
    posts.iter().map(|post| &*post.title).collect()
}

async fn relations_are_followed_in_both_directions(database: &Database) -> TestResult {
    let db = database.with_tables::<(User, Profile, Tag, Post)>().await?;
    let (users, posts) = blog(&db).await?;

    let found = Post::filter(|post| post.author.is(|user| user.username.eq("ann"))).all(&db).await?;
    assert_eq!(titles(&found), ["one", "two"]);
    let found = Post::filter(|post| post.author.eq(&users[1])).all(&db).await?;
    assert_eq!(titles(&found), ["three"]);
    let found = Post::exclude(|post| post.editor.is(|user| user.active.eq(true) & user.age.lt(18))).all(&db).await?;
    assert_eq!(titles(&found), ["one", "three"]);
    let found = Post::filter(|post| post.tags.any(|tag| tag.name.eq("sql"))).all(&db).await?;
    assert_eq!(titles(&found), ["one", "three"]);
    let found = Post::filter(|post| post.tags.is_empty()).all(&db).await?;
    assert_eq!(titles(&found), ["two"]);
    let found = Tag::filter(|tag| tag.post_set().any(|post| post.author.eq(users[1].id))).all(&db).await?;
    assert_eq!(found.len(), 1);
    let found = User::filter(|user| user.profile().is(|profile| profile.bio.eq("rust"))).all(&db).await?;
    assert_eq!(names(&found), ["ann"]);
    let found = Profile::filter(|profile| profile.user.is(|user| user.active.eq(true))).count(&db).await?;
    assert_eq!(found, 1);
    let authors = Post::filter(|post| post.title.contains("t")).values(|post| post.author);
    let found = User::filter(|user| user.id.in_query(authors)).all(&db).await?;
    assert_eq!(names(&found), ["ann", "bob"]);
    let _ = posts;
    Ok(())
}

async fn related_rows_are_read_together(database: &Database) -> TestResult {
    let db = database.with_tables::<(User, Profile, Tag, Post)>().await?;
    let (users, _) = blog(&db).await?;

    let pairs = Post::with(|post| post.author).order_by(|post| post.title.desc()).all(&db).await?;
    let pairs: Vec<_> = pairs.iter().map(|(post, user)| (&*post.title, &*user.username)).collect();
    assert_eq!(pairs, [("two", "ann"), ("three", "bob"), ("one", "ann")]);
    let rows = Post::filter(|post| post.author.is(|user| user.age.ge(1)))
        .with(|post| post.editor)
        .with(|post| post.tags)
        .with(|post| post.author)
        .all(&db)
        .await?;
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(post, editor, tags, author)| {
            let tags: Vec<_> = tags.into_iter().map(|tag| tag.name).collect();
            (post.title, editor.map(|user| user.username), tags.join(","), author.username)
        })
        .collect();
    let row = |title: &str, editor: Option<&str>, tags: &str, author: &str| {
        (title.to_owned(), editor.map(str::to_owned), tags.to_owned(), author.to_owned())
    };
    assert_eq!(
        rows,
        [
            row("one", None, "rust,sql", "ann"),
            row("two", Some("bob"), "", "ann"),
            row("three", Some("ann"), "sql", "bob")
        ]
    );
    let (user, profile) = User::filter(|user| user.id.eq(users[0].id)).with(|user| user.profile()).one(&db).await?;
    assert_eq!((user.username.as_str(), profile.unwrap().bio.as_str()), ("ann", "rust"));
    Ok(())
}

async fn a_query_updates_and_deletes_its_rows(database: &Database) -> TestResult {
    let db = database.with_tables::<(User, Profile, Tag, Post)>().await?;
    users(&db).await?;

    let count = User::filter(|user| user.age.lt(40)).update(&db, |user| user.age.set(user.age.add(1))).await?;
    assert_eq!(count, 2);
    assert_eq!(User::order_by(|user| user.age).values(|user| user.age).all(&db).await?, [18, 31, 40]);
    let count = User::filter(|user| user.username.eq("bob"))
        .update(&db, |user| (user.nickname.set(Some("bobby".to_owned())), user.active.set(false)))
        .with_signals()
        .await?;
    assert_eq!(count, 1);
    let bob = User::filter(|user| user.username.eq("bob")).one(&db).await?;
    assert_eq!((bob.nickname.as_deref(), bob.active), (Some("bobby"), false));
    assert_eq!(User::query().update(&db, |user| user.nickname.set(None)).await?, 3);
    assert_eq!(User::filter(|user| user.nickname.is_null()).count(&db).await?, 3);

    let deleted = User::order_by(|user| user.age.desc()).limit(1).delete(&db).await?;
    assert_eq!(deleted.total(), 1);
    assert_eq!(User::filter(|user| user.age.gt(1)).delete(&db).with_signals().await?.total(), 2);
    Ok(())
}

async fn pages_and_streams(database: &Database) -> TestResult {
    let db = database.with_tables::<User>().await?;
    let mut many: Vec<User> =
        (0..600).map(|n| User { username: format!("u{n}"), age: n / 100, ..User::default() }).collect();
    User::create_many(&db, &mut many).await?;
    let query = User::filter(|user| user.age.ge(1)).order_by(|user| user.age.desc());
    let page = query.clone().page(&db, 2, 150).await?;
    assert_eq!((page.rows.len(), page.total, page.pages(), page.has_next()), (150, 500, 4, true));
    assert_eq!((page.rows[0].age, page.rows[0].id), (4, many[450].id));
    assert!(query.clone().page(&db, 9, 150).await?.rows.is_empty());
    assert!(query.clone().page(&db, 0, 150).await.is_err());

    let all = query.clone().all(&db).await?;
    let mut stream = query.stream(&db);
    let mut streamed = Vec::new();
    while let Some(user) = stream.next().await {
        streamed.push(user?);
    }
    assert_eq!(streamed, all);

    let tx = db.begin().await?;
    let first = User::order_by(|user| user.id.asc()).for_update().skip_locked().limit(1).all(&tx).await?;
    assert_eq!(first[0].id, many[0].id);
    tx.rollback().await?;
    assert!(User::query().for_update().all(&db).await.is_err());
    Ok(())
}
