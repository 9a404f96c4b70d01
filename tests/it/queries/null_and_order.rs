//! NULL, text, the order of rows, and distinct values.

use expect_test::expect;
use signals::ErrorKind;
use signals::model::query::Condition;
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};

on_each_database!(
    rule_61_a_comparison_with_null_is_false_and_its_negation_true,
    rule_61_a_condition_of_thousands_of_parts_is_one_statement,
    rule_63_a_search_in_text_has_no_patterns,
    rule_64_the_order_ends_with_the_key,
    rule_64_distinct_values_are_ordered_by_what_is_selected,
    rule_66_an_unset_id_is_refused,
    rule_66_an_error_has_the_place_of_the_call
);

#[model(table = "select \"from\"")]
#[derive(Debug, Clone, Default, PartialEq)]
struct Word {
    #[key]
    id: Id<Word>,
    #[column(name = "order")]
    text: String,
    #[column(name = "a \"b\"")]
    first: Option<i64>,
    second: Option<i64>,
    #[unique]
    number: i64,
    #[foreign_key(on_delete = set_null)]
    next: Option<Id<Word>>,
}

async fn words(db: &Db) -> Result<Vec<Word>> {
    let values = [("b", Some(1), None), ("a", None, None), ("b", Some(2), Some(2)), ("A", Some(1), Some(2))];
    let word = |(number, (text, first, second)): (i64, (&str, _, _))| Word {
        text: text.to_owned(),
        first,
        second,
        number: -number,
        ..Word::default()
    };
    let mut words: Vec<Word> = (0..).zip(values).map(word).collect();
    Word::create_many(db, &mut words).await?;
    Ok(words)
}

async fn rule_61_a_comparison_with_null_is_false_and_its_negation_true(database: &Database) -> TestResult {
    let db = database.with_tables::<Word>().await?;
    words(&db).await?;
    let numbers = async |condition: Condition<'static, Word>| {
        let found = Word::filter(|_| condition.clone()).values(|word| word.number).all(&db).await?;
        let others = Word::exclude(|_| condition).count(&db).await?;
        assert_eq!(found.len() as u64 + others, 4, "a row is found or excluded");
        Ok::<_, signals::Error>(found)
    };
    let word = Word::columns();
    assert_eq!(numbers(word.first.eq(1)).await?, [0, -3]);
    assert_eq!(numbers(word.first.ne(1)).await?, [-1, -2]);
    assert_eq!(numbers(word.first.eq(word.second)).await?, [-2]);
    // As `!` of the same, also for two that are NULL.
    assert_eq!(numbers(word.first.ne(word.second)).await?, [0, -1, -3]);
    assert_eq!(numbers(word.number.ne(word.second)).await?, [0, -1, -2, -3]);
    assert_eq!(numbers(word.first.add(1).ne(word.second)).await?, [0, -1, -2]);
    assert_eq!(numbers(!word.first.add(1).eq(2)).await?, [-1, -2]);
    assert_eq!(numbers(!!word.first.gt(0)).await?, [0, -2, -3]);
    assert_eq!(numbers(!word.first.between(1, 1)).await?, [-1, -2]);
    assert_eq!(numbers(!(word.first.eq(1) | word.second.eq(2))).await?, [-1]);
    assert_eq!(numbers(!(word.first.eq(1) & word.second.eq(2))).await?, [0, -1, -2]);
    assert!(numbers(word.first.is_in([0; 0])).await?.is_empty());
    assert_eq!(numbers(!word.first.is_in([1, 7])).await?, [-1, -2]);
    assert!(numbers(word.next.is(|_| Condition::all())).await?.is_empty());
    let seconds = Word::query().values(|word| word.second);
    assert_eq!(numbers(!word.first.in_query(seconds)).await?, [0, -1, -3]);
    assert_eq!(numbers(!Condition::sql("second > ?", &(1,))).await?, [0, -1]);
    assert_eq!(numbers(Condition::all()).await?.len(), 4);
    assert_eq!(numbers(!Condition::none() & !!Condition::all()).await?.len(), 4);
    Ok(())
}

async fn rule_61_a_condition_of_thousands_of_parts_is_one_statement(database: &Database) -> TestResult {
    let db = database.with_tables::<Word>().await?;
    words(&db).await?;
    let (mut or, mut and, mut right) = (Condition::none(), Condition::all(), Condition::none());
    for number in 0..5_000 {
        or = or | Word::columns().number.eq(-number);
        and = and & Word::columns().number.ne(-number - 1);
        right = Word::columns().number.eq(-number).ne_or(right);
    }
    assert_eq!(Word::filter(|_| or).count(&db).await?, 4);
    assert_eq!(Word::filter(|_| right).count(&db).await?, 4);
    assert_eq!(Word::filter(|_| and).values(|word| word.number).one(&db).await?, 0);
    Ok(())
}

trait Or {
    fn ne_or(self, other: Self) -> Self;
}

impl Or for Condition<'_, Word> {
    fn ne_or(self, other: Self) -> Self {
        self | other
    }
}

async fn rule_63_a_search_in_text_has_no_patterns(database: &Database) -> TestResult {
    let db = database.with_tables::<Word>().await?;
    let texts = ["", "50%", "50 percent", "a_b", "aXb", "Ann", "ANN", "\\", "'", "\u{1f980}nn"];
    let word = |(number, text): (i64, &&str)| Word { text: (*text).to_owned(), number, ..Word::default() };
    let mut words: Vec<Word> = (0..).zip(&texts).map(word).collect();
    Word::create_many(&db, &mut words).await?;
    let found =
        async |condition: Condition<'static, Word>| Word::filter(|_| condition).values(|word| word.text).all(&db).await;
    let text = Word::columns().text;
    assert_eq!(found(text.contains("%")).await?, ["50%"]);
    assert_eq!(found(text.starts_with("a_")).await?, ["a_b"]);
    assert_eq!(found(text.ends_with("_b")).await?, ["a_b"]);
    assert_eq!(found(text.contains("nn")).await?, ["Ann", "\u{1f980}nn"]);
    assert_eq!(found(text.ends_with("\u{1f980}nn")).await?, ["\u{1f980}nn"]);
    assert_eq!(found(text.icontains("nN")).await?, ["Ann", "ANN", "\u{1f980}nn"]);
    assert_eq!(found(text.istarts_with("AN")).await?, ["Ann", "ANN"]);
    assert_eq!(found(text.iends_with("NN")).await?, ["Ann", "ANN", "\u{1f980}nn"]);
    assert_eq!(found(text.ieq("ann")).await?, ["Ann", "ANN"]);
    assert_eq!(found(text.contains("\\")).await?, ["\\"]);
    assert_eq!(found(text.eq("'")).await?, ["'"]);
    for all in [text.contains(""), text.starts_with(""), text.ends_with(""), text.icontains("")] {
        assert_eq!(found(all).await?.len(), texts.len());
    }
    Ok(())
}

async fn rule_64_the_order_ends_with_the_key(database: &Database) -> TestResult {
    let db = database.with_tables::<Word>().await?;
    let word =
        |number: i64| Word { text: "same".to_owned(), first: (number % 3 > 0).then_some(1), number, ..Word::default() };
    let mut words: Vec<Word> = (0..50).map(word).collect();
    Word::create_many(&db, &mut words).await?;
    let query = || Word::order_by(|word| (word.text, word.first.desc().nulls_last()));
    let mut pages = Vec::new();
    for number in 1..=8 {
        pages.extend(query().page(&db, number, 7).await?.rows);
    }
    assert_eq!(pages, query().all(&db).await?);
    let (some, none): (Vec<_>, Vec<_>) = words.iter().partition(|word| word.first.is_some());
    assert!(pages.iter().eq(some.into_iter().chain(none)));
    let last = Word::order_by(|word| word.number.desc()).limit(2).offset(1).ids(&db).await?;
    assert_eq!(last, [words[48].id, words[47].id]);
    assert_eq!(Word::query().offset(48).ids(&db).await?, [words[48].id, words[49].id]);
    assert_eq!(Word::query().limit(0).ids(&db).await?, []);
    assert_eq!(Word::query().limit(u64::MAX).offset(u64::MAX).count(&db).await?, 0);
    assert!(!Word::query().limit(0).exists(&db).await?);
    let page = Word::query().page(&db, u64::MAX, u64::MAX).await?;
    assert_eq!((page.rows.len(), page.total), (0, 50));
    Ok(())
}

async fn rule_64_distinct_values_are_ordered_by_what_is_selected(database: &Database) -> TestResult {
    let db = database.with_tables::<Word>().await?;
    words(&db).await?;
    let values = Word::query().values(|word| word.first).distinct().all(&db).await?;
    assert_eq!(values, [Some(1), Some(2), None]);
    let values = Word::order_by(|word| word.second.desc()).values(|word| (word.first, word.second)).distinct();
    let expected = [(Some(1), None), (None, None), (Some(1), Some(2)), (Some(2), Some(2))];
    assert_eq!(values.all(&db).await?, expected);
    let first = Word::order_by(|word| word.first.desc().nulls_last()).values(|word| word.first).distinct();
    assert_eq!(first.first(&db).await?, Some(Some(2)));
    // With a limit, those of the query are limited.
    let two = Word::query().limit(2).values(|word| word.first).distinct();
    assert_eq!(Word::filter(|word| word.second.in_query(two)).count(&db).await?, 2);

    let by_number = || Word::order_by(|word| word.number).values(|word| word.first).distinct();
    let error = by_number().all(&db).await.unwrap_err();
    expect!["distinct values of `Word` are ordered by `number`, which is not one of them: select it as well, or order by what is selected"].assert_eq(&error.to_string());
    assert!(Word::filter(|word| word.second.in_query(by_number())).count(&db).await.is_err());
    let tx = db.begin().await?;
    let error = Word::query().for_update().values(|word| word.first).distinct().all(&tx).await.unwrap_err();
    expect!["distinct values of `Word` are not rows, and cannot be locked: leave `distinct` or the lock out"]
        .assert_eq(&error.to_string());
    tx.rollback().await?;
    Ok(())
}

async fn rule_66_an_unset_id_is_refused(database: &Database) -> TestResult {
    let db = database.with_tables::<Word>().await?;
    let words = words(&db).await?;
    let unsaved = Word::default();
    let unset: Id<Word> = Id::UNSET;
    let list = || std::iter::repeat_n(words[0].id, 50).chain([unset]);
    for error in [
        Word::filter(|word| word.id.eq(unset)).all(&db).await.unwrap_err(),
        Word::filter(|word| word.next.ne(&unsaved)).all(&db).await.unwrap_err(),
        Word::exclude(|word| word.next.is_in([words[0].id, unset])).count(&db).await.unwrap_err(),
        Word::filter(|word| word.next.is_in(list())).count(&db).await.unwrap_err(),
        Word::query().update(&db, |word| word.next.set(unset)).await.unwrap_err(),
        Word::query().update(&db, |word| word.next.set(Some(unset))).await.unwrap_err(),
        Word::query().update(&db, |word| word.next.set(&unsaved)).with_signals().await.unwrap_err(),
        Word::filter(|word| word.id.eq(unset)).delete(&db).await.map(drop).unwrap_err(),
    ] {
        assert!(matches!(error.kind(), ErrorKind::UnsetId { .. }), "{error}");
    }
    assert_eq!(Word::query().update(&db, |word| word.next.set(Some(words[0].id))).await?, 4);
    assert_eq!(Word::filter(|word| word.next.eq(&words[0])).count(&db).await?, 4);
    Ok(())
}

async fn rule_66_an_error_has_the_place_of_the_call(database: &Database) -> TestResult {
    let wait = std::time::Duration::from_millis(20);
    let db =
        database.connect_with::<Word>(|options| options.pool_size(1).pool_timeout(wait).writer_timeout(wait)).await?;
    let (tx, line) = (db.begin().await?, line!());
    let query = || Word::filter(|word| word.second.eq(1));
    let mut errors = vec![
        query().update(&db, |word| word.first.set(Some(1))).await.map(drop).unwrap_err(),
        query().update(&db, |word| word.first.set(Some(1))).with_signals().await.map(drop).unwrap_err(),
        query().delete(&db).await.map(drop).unwrap_err(),
        query().delete(&db).with_signals().await.map(drop).unwrap_err(),
    ];
    if !crate::databases::is_sqlite(&db) {
        errors.extend([
            query().all(&db).await.map(drop).unwrap_err(),
            query().first(&db).await.map(drop).unwrap_err(),
            query().count(&db).await.map(drop).unwrap_err(),
            query().max(&db, |word| word.first).await.map(drop).unwrap_err(),
            query().values(|word| word.first).all(&db).await.map(drop).unwrap_err(),
            query().page(&db, 1, 2).await.map(drop).unwrap_err(),
            query().stream(&db).next().await.unwrap().map(drop).unwrap_err(),
        ]);
    }
    for error in errors {
        let place = format!("null_and_order.rs:{line}:");
        assert!(error.to_string().contains(&place), "{place} is not in {error}");
    }
    drop(tx);
    Ok(())
}
