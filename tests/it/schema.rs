//! Tables, and how they differ from the models.

use expect_test::expect;
use signals::prelude::*;

use crate::databases::databases;

#[tokio::test]
async fn several_fields_can_be_unique_together() {
    #[model(unique(team, number), unique(r#type, team))]
    #[derive(Default, Clone)]
    struct Player {
        #[key]
        id: Id<Player>,
        #[column(name = "the team")]
        team: String,
        number: i64,
        r#type: Option<i64>,
    }

    for db in databases::<Player>().await {
        let player = |team: &str, number, r#type| Player { team: team.to_owned(), number, r#type, ..Player::default() };
        player("red", 1, None).save(&db).await.unwrap();
        player("red", 2, Some(1)).save(&db).await.unwrap();
        player("blue", 1, Some(1)).save(&db).await.unwrap();

        let error = player("red", 1, Some(5)).save(&db).await.unwrap_err();
        expect!["another row of `Player` has the same `team` and `number`: use another value, or change the row that is there"]
            .assert_eq(&error.to_string());
        let error = player("blue", 7, Some(1)).save(&db).await.unwrap_err();
        let Error::Unique { fields, .. } = error else { panic!("{error}") };
        assert_eq!(fields, ["type", "team"]);
        // NULLs are not equal to one another.
        player("red", 3, None).save(&db).await.unwrap();

        assert_eq!(Player::META.composites.len(), 2);
        // What is there is left as it is.
        db.create_tables_of::<Player>().await.unwrap();
    }
}

#[tokio::test]
async fn several_fields_can_share_an_index() {
    #[model(index(last, first), index(first, last))]
    #[derive(Default, Clone)]
    struct Person {
        #[key]
        id: Id<Person>,
        first: String,
        last: String,
    }

    for db in databases::<Person>().await {
        let ann = || Person { first: "ann".to_owned(), last: "lee".to_owned(), ..Person::default() };
        ann().save(&db).await.unwrap();
        ann().save(&db).await.unwrap();
        let sql = if crate::databases::is_sqlite(&db) {
            "SELECT group_concat(name, ',') FROM (SELECT l.name AS list, i.name FROM pragma_index_list('person') l, \
             pragma_index_info(l.name) i ORDER BY l.seq DESC, i.seqno) GROUP BY list ORDER BY min(list)"
        } else {
            "SELECT substring(indexdef FROM '\\((.*)\\)') FROM pg_indexes WHERE schemaname = current_schema() \
             AND indexname LIKE '%_idx' ORDER BY indexname"
        };
        let mut indexes = Vec::new();
        db.query(sql, &(), &mut |row| {
            indexes.push(row.get::<String>(0)?.replace(' ', ""));
            Ok(())
        })
        .await
        .unwrap();
        indexes.sort();
        assert_eq!(indexes, ["first,last", "last,first"]);
    }
}
