//! The rows that are searched, in the database and in memory.

use jiff::civil::Date;
use signals::model::Json;
use signals::prelude::*;
use uuid::Uuid;

use super::values::{Colour, Email, Sampled, TEXTS};
use crate::databases::{Database, is_sqlite};

#[model(table = "order")]
#[derive(Debug, Clone, Default)]
pub(super) struct Owner {
    #[key]
    pub(super) id: Id<Owner>,
    #[column(name = "select \"name\"")]
    pub(super) name: String,
}

#[model]
#[derive(Debug, Clone, Default)]
pub(super) struct Country {
    #[key]
    pub(super) code: String,
    pub(super) name: String,
}

#[model]
#[derive(Debug, Clone, Default)]
pub(super) struct Machine {
    #[key]
    pub(super) serial: Uuid,
    pub(super) weight: i64,
}

#[model]
#[derive(Debug, Clone, Default)]
pub(super) struct Tag {
    #[key]
    pub(super) id: Id<Tag>,
    pub(super) name: String,
}

#[model(table = "sam\"ples")]
#[derive(Debug, Clone)]
pub(super) struct Sample {
    #[key]
    pub(super) id: Id<Sample>,
    #[column(name = "where")]
    pub(super) text: String,
    #[column(name = "it's \"text\"")]
    pub(super) maybe_text: Option<String>,
    pub(super) small: i32,
    pub(super) unsigned: u32,
    pub(super) large: i64,
    pub(super) maybe_large: Option<i64>,
    pub(super) flag: bool,
    pub(super) maybe_flag: Option<bool>,
    pub(super) single: f32,
    pub(super) double: f64,
    pub(super) bytes: Vec<u8>,
    pub(super) at: jiff::Timestamp,
    pub(super) day: Option<Date>,
    pub(super) local: chrono::NaiveDateTime,
    pub(super) uuid: Uuid,
    pub(super) json: Json<serde_json::Value>,
    pub(super) colour: Colour,
    pub(super) maybe_colour: Option<Colour>,
    pub(super) email: Email,
    #[foreign_key(on_delete = cascade)]
    pub(super) country: Ref<Country, String>,
    #[foreign_key(on_delete = set_null)]
    pub(super) machine: Option<Ref<Machine, Uuid>>,
    #[foreign_key(on_delete = set_null)]
    pub(super) owner: Option<Id<Owner>>,
    #[foreign_key(on_delete = set_null, related_name = "children")]
    pub(super) parent: Option<Id<Sample>>,
    #[many_to_many]
    pub(super) tags: ManyToMany<Tag>,
}

/// What is in the database, and in memory.
pub(super) struct World {
    pub(super) db: Db,
    pub(super) rows: Vec<Sample>,
    pub(super) owners: Vec<Owner>,
    pub(super) countries: Vec<Country>,
    pub(super) machines: Vec<Machine>,
    pub(super) tags: Vec<Tag>,
    /// The tags of each row, by their indexes.
    pub(super) tags_of: Vec<Vec<usize>>,
}

impl World {
    const ROWS: usize = 60;

    pub(super) async fn new(database: &Database) -> Result<Self> {
        let db = database.with_tables::<(Owner, Country, Machine, Tag, Sample)>().await?;
        let is_sqlite = is_sqlite(&db);
        if !is_sqlite {
            // The order of text is that of the server, which is another one in most.
            for column in ["\"where\"", "\"it's \"\"text\"\"\"", "colour", "maybe_colour", "email", "country_id"] {
                let sql = format!("ALTER TABLE \"sam\"\"ples\" ALTER COLUMN {column} TYPE text COLLATE \"C\"");
                db.batch(&sql).await?;
            }
        }
        let mut owners: Vec<Owner> =
            ["ann", "BOB", "a%_"].map(|name| Owner { name: name.to_owned(), ..Owner::default() }).into();
        Owner::create_many(&db, &mut owners).await?;
        let mut countries: Vec<Country> = [("be", "ann"), ("'q\"\\", "a%_"), ("", "")]
            .map(|(code, name)| Country { code: code.to_owned(), name: name.to_owned() })
            .into();
        Country::create_many(&db, &mut countries).await?;
        let mut machines: Vec<Machine> =
            [1, 2].map(|serial| Machine { serial: Uuid::from_u128(serial), weight: 1 }).into();
        Machine::create_many(&db, &mut machines).await?;
        let mut tags: Vec<Tag> =
            ["ann", "BOB", "a%_"].map(|name| Tag { name: name.to_owned(), ..Tag::default() }).into();
        Tag::create_many(&db, &mut tags).await?;

        let mut random = Random(7);
        let mut rows: Vec<Sample> = (0..Self::ROWS).map(|_| row(&mut random, is_sqlite)).collect();
        Sample::create_many(&db, &mut rows).await?;
        let mut tags_of = Vec::new();
        for index in 0..rows.len() {
            let parent = random.below(2 * index + 1);
            if parent < index {
                rows[index].parent = Some(rows[parent].id);
                rows[index].save_fields(&db, Sample::fields().parent).await?;
            }
            let mask = random.below(8);
            let own: Vec<usize> = (0..tags.len()).filter(|tag| mask >> tag & 1 == 1).collect();
            rows[index].tags().add(&db, own.iter().map(|tag| tags[*tag].id).collect::<Vec<_>>()).await?;
            tags_of.push(own);
        }
        assert_eq!(TEXTS.len(), String::values().len());
        Ok(Self { db, rows, owners, countries, machines, tags, tags_of })
    }
}

fn row(random: &mut Random, is_sqlite: bool) -> Sample {
    fn some<T: Sampled>(random: &mut Random, is_sqlite: bool) -> T {
        T::stored(random.below(1000), is_sqlite)
    }
    fn maybe<T: Sampled>(random: &mut Random, is_sqlite: bool) -> Option<T> {
        (random.below(3) > 0).then(|| some(random, is_sqlite))
    }
    let (random, sqlite) = (random, is_sqlite);
    let country = ["be", "'q\"\\", ""][random.below(3)];
    Sample {
        id: Id::UNSET,
        text: some(random, sqlite),
        maybe_text: maybe(random, sqlite),
        small: some(random, sqlite),
        unsigned: some(random, sqlite),
        large: some(random, sqlite),
        maybe_large: maybe(random, sqlite),
        flag: some(random, sqlite),
        maybe_flag: maybe(random, sqlite),
        single: some(random, sqlite),
        double: some(random, sqlite),
        bytes: some(random, sqlite),
        at: some(random, sqlite),
        day: maybe(random, sqlite),
        local: some(random, sqlite),
        uuid: some(random, sqlite),
        json: some(random, sqlite),
        colour: some(random, sqlite),
        maybe_colour: maybe(random, sqlite),
        email: some(random, sqlite),
        country: Ref::new(country.to_owned()),
        machine: (random.below(3) > 0).then(|| Ref::new(Uuid::from_u128([1, 2][random.below(2)]))),
        owner: (random.below(3) > 0).then(|| Id::new([1, 2, 3][random.below(3)])),
        parent: None,
        tags: ManyToMany::default(),
    }
}

/// A generator of numbers, the same in each run (`SplitMix64`).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % end as u64).unwrap()
    }
}
