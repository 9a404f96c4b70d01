//! The sequences of Django's own tests of the signal.

use expect_test::expect;
use signals::many_to_many::{AnyIds, M2mAction};
use signals::model::Meta;
use signals::prelude::*;

use crate::databases::{Database, TestResult, on_each_database};
use crate::log::Log;

on_each_database!(
    the_sequences_of_djangos_own_tests_between_two_models,
    the_sequences_of_djangos_own_tests_within_one_model
);

static CARS: Log = Log::new();
static PEOPLE: Log = Log::new();

#[model]
#[derive(Default)]
struct Part {
    #[key]
    id: Id<Part>,
    name: String,
}

#[model]
#[derive(Default)]
struct Car {
    #[key]
    id: Id<Car>,
    name: String,
    #[many_to_many]
    default_parts: ManyToMany<Part>,
    #[many_to_many(related_name = "cars_optional")]
    optional_parts: ManyToMany<Part>,
}

#[model]
#[derive(Default)]
struct Person {
    #[key]
    id: Id<Person>,
    name: String,
    #[many_to_many(symmetrical = false, related_name = "idols")]
    fans: ManyToMany<Person>,
    #[many_to_many]
    friends: ManyToMany<Person>,
}

async fn names(model: &Meta, ids: &dyn AnyIds, tx: &Tx) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for id in ids.iter() {
        let sql = format!("SELECT name FROM {} WHERE id = {id}", model.table);
        let each = &mut |row: &signals::db::Row<'_>| {
            names.push(row.get(0)?);
            Ok(())
        };
        tx.for_each_row(&sql, &(), each).await?;
    }
    Ok(names)
}

#[receiver(m2m_changed, sender = [CarDefaultParts, CarOptionalParts, PersonFans, PersonFriends])]
async fn watch(
    action: M2mAction,
    reverse: bool,
    instance: &dyn AnyModel,
    model: &Meta,
    ids: &mut dyn AnyIds,
    tx: &mut Tx,
) -> Result<()> {
    let log = if model.name == "Person" { &PEOPLE } else { &CARS };
    let (name, reverse) = (instance.get("name").unwrap(), if reverse { ", reverse" } else { "" });
    let names = names(model, ids, tx).await?.join(" ");
    log.note(format!("{action:?} of {name:?}{reverse}, {}: {names}", model.name).replace("Text", "").trim_end());
    Ok(())
}

async fn part(db: &Db, name: &str) -> Result<Part> {
    let mut part = Part { name: name.to_owned(), ..Part::default() };
    part.save(db).await?;
    Ok(part)
}

async fn car(db: &Db, name: &str) -> Result<Car> {
    let mut car = Car { name: name.to_owned(), ..Car::default() };
    car.save(db).await?;
    Ok(car)
}

async fn person(db: &Db, name: &str) -> Result<Person> {
    let mut person = Person { name: name.to_owned(), ..Person::default() };
    person.save(db).await?;
    Ok(person)
}

/// The models of Django's own tests of the signal, `tests/m2m_signals`, and what these tests do.
async fn the_sequences_of_djangos_own_tests_between_two_models(database: &Database) -> TestResult {
    let db = database.with_tables::<(Part, Car, CarDefaultParts, CarOptionalParts)>().await?;
    let (vw, bmw, toyota) = (car(&db, "VW").await?, car(&db, "BMW").await?, car(&db, "Toyota").await?);
    let wheelset = part(&db, "Wheelset").await?;
    let (doors, engine) = (part(&db, "Doors").await?, part(&db, "Engine").await?);
    let (airbag, sunroof) = (part(&db, "Airbag").await?, part(&db, "Sunroof").await?);
    db.execute("INSERT INTO car_default_parts (car_id, part_id) SELECT 1, id FROM parts WHERE name = 'Sunroof'", &())
        .await?;

    vw.default_parts().add(&db, [wheelset.id, doors.id, engine.id]).await?;
    CARS.is(&expect![[r#"
        PreAdd of ("VW"), Part: Wheelset Doors Engine
        PostAdd of ("VW"), Part: Wheelset Doors Engine
    "#]]);
    // Give the BMW and the Toyota some doors as well.
    doors.car_set().add(&db, [bmw.id, toyota.id]).await?;
    CARS.is(&expect![[r#"
        PreAdd of ("Doors"), reverse, Car: BMW Toyota
        PostAdd of ("Doors"), reverse, Car: BMW Toyota
    "#]]);
    // Remove the engine, and the airbag which is not there.
    vw.default_parts().remove(&db, [engine.id, airbag.id]).await?;
    CARS.is(&expect![[r#"
        PreRemove of ("VW"), Part: Engine Airbag
        PostRemove of ("VW"), Part: Engine Airbag
    "#]]);
    // A second relation to the same model.
    vw.optional_parts().add(&db, [airbag.id, sunroof.id]).await?;
    CARS.is(&expect![[r#"
        PreAdd of ("VW"), Part: Airbag Sunroof
        PostAdd of ("VW"), Part: Airbag Sunroof
    "#]]);
    // Add the airbag to all the cars, though the VW has one already.
    airbag.cars_optional().add(&db, [vw.id, bmw.id, toyota.id]).await?;
    CARS.is(&expect![[r#"
        PreAdd of ("Airbag"), reverse, Car: BMW Toyota
        PostAdd of ("Airbag"), reverse, Car: BMW Toyota
    "#]]);
    // Remove it from the VW, with a name of its own for the other side.
    airbag.cars_optional().remove(&db, [vw.id]).await?;
    CARS.is(&expect![[r#"
        PreRemove of ("Airbag"), reverse, Car: VW
        PostRemove of ("Airbag"), reverse, Car: VW
    "#]]);
    vw.default_parts().clear(&db).await?;
    CARS.is(&expect![[r#"
        PreClear of ("VW"), Part:
        PostClear of ("VW"), Part:
    "#]]);
    // Take all the doors off the cars.
    doors.car_set().clear(&db).await?;
    airbag.cars_optional().clear(&db).await?;
    CARS.is(&expect![[r#"
        PreClear of ("Doors"), reverse, Car:
        PostClear of ("Doors"), reverse, Car:
        PreClear of ("Airbag"), reverse, Car:
        PostClear of ("Airbag"), reverse, Car:
    "#]]);
    sets_of_parts(&db, &vw, [wheelset.id, doors.id, engine.id]).await
}

async fn sets_of_parts(db: &Db, vw: &Car, [wheelset, doors, engine]: [Id<Part>; 3]) -> TestResult {
    let mut windows = Part { name: "Windows".to_owned(), ..Part::default() };
    vw.default_parts().create(db, &mut windows).await?;
    CARS.is(&expect![[r#"
        PreAdd of ("VW"), Part: Windows
        PostAdd of ("VW"), Part: Windows
    "#]]);
    vw.default_parts().set(db, [wheelset, doors, engine]).await?;
    CARS.is(&expect![[r#"
        PreRemove of ("VW"), Part: Windows
        PostRemove of ("VW"), Part: Windows
        PreAdd of ("VW"), Part: Wheelset Doors Engine
        PostAdd of ("VW"), Part: Wheelset Doors Engine
    "#]]);
    // The same set.
    vw.default_parts().set(db, [engine, wheelset, doors]).await?;
    CARS.is(&expect![[r#""#]]);
    vw.default_parts().clear_and_add(db, [wheelset, doors, engine]).await?;
    CARS.is(&expect![[r#"
        PreClear of ("VW"), Part:
        PostClear of ("VW"), Part:
        PreAdd of ("VW"), Part: Wheelset Doors Engine
        PostAdd of ("VW"), Part: Wheelset Doors Engine
    "#]]);
    Ok(())
}

async fn the_sequences_of_djangos_own_tests_within_one_model(database: &Database) -> TestResult {
    let db = database.with_tables::<(Person, PersonFans, PersonFriends)>().await?;
    let (alice, bob) = (person(&db, "Alice").await?, person(&db, "Bob").await?);
    let (chuck, daisy) = (person(&db, "Chuck").await?, person(&db, "Daisy").await?);
    // To itself, symmetrical.
    alice.friends().set(&db, [bob.id, chuck.id]).await?;
    PEOPLE.is(&expect![[r#"
        PreAdd of ("Alice"), Person: Bob Chuck
        PostAdd of ("Alice"), Person: Bob Chuck
    "#]]);
    // To itself, from both sides.
    alice.fans().set(&db, [daisy.id]).await?;
    PEOPLE.is(&expect![[r#"
        PreAdd of ("Alice"), Person: Daisy
        PostAdd of ("Alice"), Person: Daisy
    "#]]);
    chuck.idols().set(&db, [alice.id, bob.id]).await?;
    PEOPLE.is(&expect![[r#"
        PreAdd of ("Chuck"), reverse, Person: Alice Bob
        PostAdd of ("Chuck"), reverse, Person: Alice Bob
    "#]]);
    Ok(())
}
