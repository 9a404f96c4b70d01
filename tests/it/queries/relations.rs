//! Conditions on related rows, and rows that are read with them.

use signals::model::query::Condition;
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database!(
    rule_65_a_relation_to_itself_is_followed_in_both_directions,
    rule_65_many_to_many_relations_of_every_kind,
    rule_65_keys_of_ones_own_and_two_relations_to_one_model,
    rule_65_rows_that_are_read_with_others_are_loaded
);

async fn rule_65_a_relation_to_itself_is_followed_in_both_directions(database: &Database) -> TestResult {
    #[model(table = "group")]
    #[derive(Debug, Clone, Default, PartialEq)]
    struct Category {
        #[key]
        id: Id<Category>,
        name: String,
        #[foreign_key(on_delete = cascade, related_name = "children")]
        parent: Option<Id<Category>>,
    }

    let db = database.with_tables::<Category>().await?;
    let category = async |name: &str, parent: Option<&Category>| {
        let mut row = Category { name: name.to_owned(), parent: parent.map(|row| row.id), ..Category::default() };
        row.save(&db).await.map(|()| row)
    };
    let root = category("root", None).await?;
    let left = category("left", Some(&root)).await?;
    let right = category("right", Some(&root)).await?;
    let leaf = category("leaf", Some(&left)).await?;
    let names = async |condition: Condition<'static, Category>| {
        Category::filter(|_| condition).values(|row| row.name).all(&db).await
    };
    let columns = Category::columns();
    assert_eq!(names(columns.parent.is(|parent| parent.name.eq("root"))).await?, ["left", "right"]);
    assert_eq!(names(columns.parent.is(|parent| parent.parent.is(|top| top.name.eq("root")))).await?, ["leaf"]);
    assert_eq!(names(!columns.parent.is(|parent| parent.name.eq("root"))).await?, ["root", "leaf"]);
    assert_eq!(names(columns.children().any(|child| child.name.eq("leaf"))).await?, ["left"]);
    assert_eq!(names(columns.children().is_empty()).await?, ["right", "leaf"]);
    let grandchildren = columns.children().any(|child| child.children().any(|leaf| leaf.name.eq("leaf")));
    assert_eq!(names(grandchildren).await?, ["root"]);
    let siblings = columns.parent.is(|parent| parent.children().any(|child| child.name.eq("right")));
    assert_eq!(names(siblings & columns.name.ne("right")).await?, ["left"]);

    let rows = Category::with(|row| row.parent).with(|row| row.children()).order_by(|row| row.name).all(&db).await?;
    assert_eq!(
        rows,
        [
            (leaf.clone(), Some(left.clone()), vec![]),
            (left.clone(), Some(root.clone()), vec![leaf]),
            (right.clone(), Some(root.clone()), vec![]),
            (root, None, vec![left, right]),
        ]
    );
    // The condition is one of the outer rows, although both tables have the column.
    let query = Category::filter(|row| row.name.eq("left") & row.parent.is(|parent| parent.name.eq("root")));
    let (row, parent) = query.with(|row| row.parent).one(&db).await?;
    assert_eq!((row.name, parent.unwrap().name), ("left".to_owned(), "root".to_owned()));
    Ok(())
}

mod members {
    use signals::prelude::*;

    #[model]
    #[derive(Debug, Clone, Default)]
    pub(super) struct Member {
        #[key]
        pub(super) id: Id<Member>,
        pub(super) name: String,
        #[many_to_many(symmetrical = true)]
        pub(super) friends: ManyToMany<Member>,
        #[many_to_many(symmetrical = false, related_name = "idols")]
        pub(super) fans: ManyToMany<Member>,
        #[many_to_many(through = Membership, related_name = "members")]
        pub(super) clubs: ManyToMany<Club>,
    }

    #[model]
    #[derive(Debug, Clone, Default)]
    pub(super) struct Club {
        #[key]
        pub(super) id: Id<Club>,
        pub(super) name: String,
    }

    #[model]
    #[derive(Debug, Clone, Default)]
    pub(super) struct Membership {
        #[key]
        id: Id<Membership>,
        #[foreign_key(on_delete = cascade)]
        pub(super) member: Id<Member>,
        #[foreign_key(on_delete = cascade)]
        pub(super) club: Id<Club>,
        pub(super) paid: bool,
    }
}

async fn rule_65_many_to_many_relations_of_every_kind(database: &Database) -> TestResult {
    use members::*;

    let db = database.with_tables::<(Member, MemberFriends, MemberFans, Club, Membership)>().await?;
    let mut members = ["ann", "bob", "cy"].map(|name| Member { name: name.to_owned(), ..Member::default() });
    Member::create_many(&db, &mut members).await?;
    let [ann, bob, cy] = &members;
    let mut clubs = ["chess", "go"].map(|name| Club { name: name.to_owned(), ..Club::default() });
    Club::create_many(&db, &mut clubs).await?;
    ann.friends().add(&db, [bob.id, cy.id]).await?;
    ann.fans().add(&db, [cy.id]).await?;
    ann.clubs().add(&db, [clubs[0].id, clubs[1].id]).await?;
    bob.clubs().through_defaults(&|row| row.paid = true).add(&db, [clubs[1].id]).await?;
    let names = async |condition: Condition<'static, Member>| {
        Member::filter(|_| condition).values(|row| row.name).all(&db).await
    };
    let member = Member::columns();
    assert_eq!(names(member.friends.any(|friend| friend.name.eq("ann"))).await?, ["bob", "cy"]);
    assert_eq!(names(member.friends.any(|friend| friend.name.eq("cy"))).await?, ["ann"]);
    assert_eq!(
        names(member.friends.any(|friend| friend.friends.any(|other| other.name.eq("cy")))).await?,
        ["bob", "cy"]
    );
    assert_eq!(names(member.fans.any(|fan| fan.name.eq("cy"))).await?, ["ann"]);
    assert_eq!(names(member.fans.is_empty()).await?, ["bob", "cy"]);
    assert_eq!(names(member.idols().any(|idol| idol.name.eq("ann"))).await?, ["cy"]);
    assert_eq!(names(member.clubs.any(|club| club.name.eq("go"))).await?, ["ann", "bob"]);
    assert_eq!(names(!member.clubs.any(|club| club.name.eq("chess"))).await?, ["bob", "cy"]);
    // What the through model has of its own.
    let paid = Membership::filter(|row| row.paid.eq(true)).values(|row| row.member);
    assert_eq!(names(member.id.in_query(paid)).await?, ["bob"]);
    let clubs = Club::filter(|club| club.members().any(|row| row.name.eq("bob"))).values(|club| club.name);
    assert_eq!(clubs.all(&db).await?, ["go"]);

    let rows = Member::with(|row| row.friends).with(|row| row.idols()).with(|row| row.clubs).all(&db).await?;
    let name = |rows: Vec<Member>| rows.into_iter().map(|row| row.name).collect::<Vec<_>>().join(",");
    let rows: Vec<_> =
        rows.into_iter().map(|(_, friends, idols, clubs)| (name(friends), name(idols), clubs.len())).collect();
    let row = |friends: &str, idols: &str, clubs| (friends.to_owned(), idols.to_owned(), clubs);
    assert_eq!(rows, [row("bob,cy", "", 2), row("ann", "", 1), row("ann", "ann", 0)]);
    Ok(())
}

mod places {
    use signals::prelude::*;

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    pub(super) struct Country {
        #[key]
        pub(super) code: String,
        pub(super) is_large: bool,
    }

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    pub(super) struct Route {
        #[key]
        pub(super) id: Id<Route>,
        #[foreign_key(on_delete = cascade, related_name = "departures")]
        pub(super) from: Ref<Country, String>,
        #[foreign_key(on_delete = cascade, related_name = "arrivals")]
        pub(super) to: Option<Ref<Country, String>>,
    }

    #[model]
    #[derive(Debug, Clone, Default, PartialEq)]
    pub(super) struct Capital {
        #[key]
        pub(super) id: Id<Capital>,
        #[one_to_one(on_delete = cascade)]
        pub(super) country: Ref<Country, String>,
    }
}

async fn rule_65_keys_of_ones_own_and_two_relations_to_one_model(database: &Database) -> TestResult {
    use places::*;

    let db = database.with_tables::<(Country, Route, Capital)>().await?;
    let country = |code: &str, is_large| Country { code: code.to_owned(), is_large };
    let [be, q] = [country("be", false), country("q\"'\\", true)];
    let mut countries = [be.clone(), q.clone()];
    Country::create_many(&db, &mut countries).await?;
    let route =
        |from: &Country, to: Option<&Country>| Route { id: Id::UNSET, from: Ref::to(from), to: to.map(Ref::to) };
    let mut routes = [route(&be, Some(&q)), route(&q, Some(&q)), route(&q, None)];
    Route::create_many(&db, &mut routes).await?;
    let mut capital = Capital { country: Ref::to(&q), ..Capital::default() };
    capital.save(&db).await?;

    let ids = async |condition: Condition<'_, Route>| Route::filter(|_| condition).ids(&db).await;
    let columns = Route::columns();
    let [one, two, three] = [routes[0].id, routes[1].id, routes[2].id];
    assert_eq!(ids(columns.from.eq("q\"'\\")).await?, [two, three]);
    assert_eq!(ids(columns.from.eq(&be)).await?, [one]);
    assert_eq!(ids(columns.to.ne(&q)).await?, [three]);
    assert_eq!(ids(columns.to.is_in([&be, &q])).await?, [one, two]);
    assert_eq!(ids(columns.from.is_in(["be", "none"])).await?, [one]);
    assert_eq!(ids(columns.to.eq(columns.from)).await?, [two]);
    assert_eq!(
        ids(columns.to.is(|to| to.is_large.eq(true)) & columns.from.is(|from| from.is_large.eq(false))).await?,
        [one]
    );
    let large = Country::filter(|country| country.is_large.eq(true)).values(|country| country.code);
    assert_eq!(Country::filter(|country| country.code.in_query(large)).ids(&db).await?, [&*q.code]);
    let found = Country::filter(|country| country.arrivals().is_empty() & country.capital().is_empty());
    assert_eq!(found.ids(&db).await?, ["be"]);
    let found = Country::filter(|country| country.capital().is(|capital| capital.id.gt(Id::new(0))));
    assert_eq!(found.ids(&db).await?, [&*q.code]);

    let rows = Route::with(|route| route.from).with(|route| route.to).order_by(|route| route.to).all(&db).await?;
    assert_eq!(
        rows,
        [
            (routes[0].clone(), be.clone(), Some(q.clone())),
            (routes[1].clone(), q.clone(), Some(q.clone())),
            (routes[2].clone(), q.clone(), None),
        ]
    );
    let rows = Country::with(|row| row.capital()).with(|row| row.departures()).with(|row| row.arrivals());
    let [one, two, three] = routes;
    assert_eq!(
        rows.all(&db).await?,
        [(be, None, vec![one.clone()], vec![]), (q, Some(capital), vec![two.clone(), three], vec![one, two])]
    );
    Ok(())
}

async fn rule_65_rows_that_are_read_with_others_are_loaded(database: &Database) -> TestResult {
    static LOG: Log = Log::new();

    #[model]
    #[derive(Debug, Clone, Default)]
    struct Author {
        #[key]
        id: Id<Author>,
        name: String,
        #[skip]
        loaded: bool,
    }

    #[model]
    #[derive(Debug, Clone, Default)]
    struct Book {
        #[key]
        id: Id<Book>,
        #[foreign_key(on_delete = cascade)]
        author: Id<Author>,
        #[foreign_key(on_delete = set_null, related_name = "edited")]
        editor: Option<Id<Author>>,
    }

    #[receiver(post_load, sender = Author)]
    fn author(instance: &mut Author) {
        instance.loaded = true;
        LOG.note(format!("author {}", instance.name));
    }

    #[receiver(post_load, sender = Book)]
    fn book(instance: &mut Book) {
        LOG.note(format!("book {}", instance.id));
    }

    let db = database.with_tables::<(Author, Book)>().await?;
    let mut authors = ["ann", "bob"].map(|name| Author { name: name.to_owned(), ..Author::default() });
    Author::create_many(&db, &mut authors).await?;
    let mut books = [None, Some(authors[1].id)].map(|editor| Book { author: authors[0].id, editor, ..Book::default() });
    Book::create_many(&db, &mut books).await?;

    let rows = Book::with(|book| book.author).with(|book| book.editor).all(&db).await?;
    assert!(rows.iter().all(|(_, author, editor)| author.loaded && editor.as_ref().is_none_or(|row| row.loaded)));
    assert_eq!(LOG.take(), "book 1\nbook 2\nauthor ann\nauthor ann\nauthor bob\n");
    let (author, books) = Author::with(|author| author.book_set()).first(&db).await?.unwrap();
    assert!(author.loaded && books.len() == 2);
    assert_eq!(LOG.take(), "author ann\nbook 1\nbook 2\n");
    assert_eq!(Book::query().page(&db, 1, 1).await?.total, 2);
    assert_eq!(LOG.take(), "book 1\n");
    let mut stream = Book::with(|book| book.editor).stream(&db);
    while let Some(row) = stream.next().await {
        assert!(row?.1.is_none_or(|editor| editor.loaded));
    }
    assert_eq!(LOG.take(), "book 1\nbook 2\nauthor bob\n");
    // No rows are read.
    Book::query().values(|book| book.id).all(&db).await?;
    Book::query().ids(&db).await?;
    Book::query().count(&db).await?;
    assert_eq!(LOG.take(), "");
    Ok(())
}
