// What the methods of models take: keys of each type, sets and arrays of fields, one id and lists of ids.
use signals::prelude::*;

#[model]
#[derive(Debug, Default, Clone, PartialEq)]
struct Group {
    #[key]
    id: Id<Group>,
}

#[model]
#[derive(Debug, Default, Clone, PartialEq)]
struct User {
    #[key]
    id: Id<User>,
    name: String,
    active: bool,
    #[many_to_many]
    groups: ManyToMany<Group>,
}

#[model]
#[derive(Default)]
struct Profile {
    #[key]
    id: Id<Profile>,
    #[one_to_one(on_delete = cascade)]
    user: Id<User>,
}

#[model]
struct Country {
    #[key]
    code: String,
}

#[model]
struct City {
    #[key]
    id: Id<City>,
    #[foreign_key(on_delete = protect)]
    country: Ref<Country, String>,
}

#[model]
struct Floor {
    #[key]
    number: i16,
}

#[receiver(post_save, sender = User)]
fn verify(changes: FieldSet<User>) {
    let fields = User::fields();
    let _ =
        changes.has(fields.name) && changes.contains([fields.name, fields.active]) && changes.contains_any(fields.name);
}

pub(super) async fn main() -> Result<()> {
    let db = &Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<(User, Group, Profile, Country, Floor)>().await?;
    let mut country = Country { code: "nl".to_owned() };
    country.create(db).await?;
    let city = City { id: Id::UNSET, country: (&country).into() };
    assert!(city.country == "nl".into() && city.country == country.code.clone().into());
    let code = "nl".to_owned();
    assert!(Country::get(db, "nl").await?.is_some() && Country::get(db, &code).await?.is_some());
    assert!(Country::get(db, code).await?.is_some());
    Floor { number: -1 }.create(db).await?;
    assert!(Floor::get(db, -1).await?.is_some());

    let mut ann = User { name: "ann".to_owned(), ..User::default() };
    let fields = User::fields();
    assert!(ann.get_or_create(db, [fields.name, fields.active]).await?);
    ann.save_fields(db, fields.name).await?;
    ann.save_fields(db, [fields.name, fields.active]).await?;
    ann.save_fields(db, &[fields.name | fields.active]).await?;
    ann.save_fields(db, FieldSet::all().without_key()).await?;
    assert!(!ann.update_or_create(db, fields.name, [fields.active]).await?);
    assert_eq!(User::get(db, "1".parse::<Id<User>>().expect("a number")).await?, Some(ann.clone()));

    let mut profile = Profile { user: (&ann).into(), ..Profile::default() };
    profile.save(db).await?;
    assert_eq!((profile.user, ann.clone().into(), Id::from(1)), (ann.id, ann.id, ann.id));

    let (mut staff, mut guests) = (Group::default(), Group::default());
    Group::create_many(db, std::slice::from_mut(&mut staff)).await?;
    guests.save(db).await?;
    ann.groups().add(db, staff.id).await?;
    ann.groups().add(db, [staff.id, guests.id]).await?;
    ann.groups().add(db, []).await?;
    ann.groups().set(db, vec![staff.id]).await?;
    ann.groups().set(db, &vec![guests.id]).await?;
    ann.groups().clear_and_add(db, [staff.id]).await?;
    ann.groups().remove(db, &[staff.id][..]).await?;
    assert_eq!(ann.groups().ids(db).await?, []);

    let deleted = ann.delete(db).await?;
    assert!(deleted == 2 && deleted > 1 && deleted.to_string() == "2" && u64::from(deleted) == 2);
    Ok(())
}
