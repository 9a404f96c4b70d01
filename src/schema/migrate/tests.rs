//! Migrations between random sets of tables: what is written for a pair of them, decided at random and executed, leads from the
//! one to the other, and keeps the rows.

use std::env;
use std::fmt::Write as _;

use super::foreign_keys::{begin, check, turned_off};
use super::scratch::Scratch;
use crate::column::ColumnType;
use crate::db::{Db, Dialect, Row};
use crate::error::Result;
use crate::model::sql::quoted;
use crate::model::{CompositeKind, KeyKind, OnDelete, ReadOnly};
use crate::schema::ddl::{self, IfThere};
use crate::schema::live::LiveTable;
use crate::schema::table::{Column, Composite, Reference, Table};
use crate::schema::write::{Tables, migration};

#[test]
#[cfg(feature = "sqlite")]
fn migrations_between_random_tables_are_complete_on_sqlite() {
    run("sqlite::memory:", 300);
}

#[test]
#[cfg(feature = "postgres")]
fn migrations_between_random_tables_are_complete_on_postgres() {
    match env::var("SIGNALS_TEST_POSTGRES") {
        Ok(url) => run(&url, 24),
        Err(_) => eprintln!("the tests on PostgreSQL do nothing: SIGNALS_TEST_POSTGRES names no server"),
    }
}

fn run(url: &str, few: u64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let cases = env::var("SIGNALS_MIGRATIONS").map_or(few, |cases| cases.parse().unwrap());
    let first = env::var("SIGNALS_SEED").map_or(1, |seed| seed.parse().unwrap());
    for seed in first..first + cases {
        if let Err(failure) = runtime.block_on(case(url, seed)) {
            panic!("with SIGNALS_SEED={seed} SIGNALS_MIGRATIONS=1: {failure}");
        }
    }
}

async fn case(url: &str, seed: u64) -> Result<(), String> {
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let old = random.tables();
    let new = if random.one_in(2) { random.tables() } else { random.changed(&old) };
    let scratch = Scratch::new(url).await.map_err(|error| error.to_string())?;
    let mut log = String::new();
    let result = migrated(scratch.db(), url, &old, &new, &mut random, &mut log).await;
    scratch.drop().await.map_err(|error| error.to_string())?;
    match result {
        Ok(left) if left.is_empty() => Ok(()),
        Ok(left) => Err(format!("{left}\n{log}")),
        Err(error) => Err(format!("{error}\n{log}")),
    }
}

/// Creates the old tables, and migrates to the new ones. Returns what differs then.
async fn migrated(
    db: &Db,
    url: &str,
    old: &[Table],
    new: &[Table],
    random: &mut Random,
    log: &mut String,
) -> Result<String> {
    let dialect = db.dialect();
    let sql = |tables: &[Table]| -> String {
        ddl::create(tables, IfThere::Fail, dialect).into_iter().map(|statement| statement.sql).collect()
    };
    let rows = if can_have_rows(old, new) { rows(old, dialect) } else { String::new() };
    let _ = writeln!(log, "old:\n{}{rows}\nnew:\n{}", sql(old), sql(new));
    db.batch(&(sql(old) + &rows)).await?;
    let scratch = Scratch::new(url).await?;
    scratch.db().batch(&sql(new)).await?;
    let created = read(scratch.db()).await?;
    scratch.drop().await?;
    let live = read(db).await?;
    let mut tables = Tables { dialect, declared: new.to_vec(), created, live, excepted: Vec::new() };
    let written = migration(&tables, "a test", false);
    let decided = decide(&written, dialect, random);
    let _ = writeln!(log, "written:\n{written}\ndecided:\n{decided}");
    let is_unchecked = turned_off(&decided, dialect);
    let mut tx = begin(db, is_unchecked, std::panic::Location::caller()).await?;
    let executed = async {
        tx.batch(&decided).await?;
        if is_unchecked { check(&tx).await } else { Ok(()) }
    }
    .await;
    tx.end(executed).await?;
    tables.live = read(db).await?;
    let mut left: String = tables.differences().iter().flat_map(|one| [one.to_string(), "\n".to_owned()]).collect();
    if !rows.is_empty() {
        for table in new.iter().filter(|table| old.iter().any(|other| other.name == table.name)) {
            let mut count = 0;
            let sql = format!("SELECT count(*) FROM {}", quoted(table.name));
            db.for_each_row(&sql, &(), &mut |row: &Row<'_>| {
                count = row.get(0)?;
                Ok(())
            })
            .await?;
            if count != 2_i64 {
                let _ = writeln!(left, "{} has {count} rows", table.name);
            }
        }
    }
    Ok(left)
}

async fn read(db: &Db) -> Result<Vec<LiveTable>> {
    LiveTable::read_all(db.exec(std::panic::Location::caller())).await
}

/// Whether the decisions of this test fit rows: it knows no rows that others can point to.
fn can_have_rows(old: &[Table], new: &[Table]) -> bool {
    let are_optional = |tables: &[Table]| {
        let mut references = tables.iter().flat_map(|table| &table.columns).filter(|column| column.reference.is_some());
        references.all(|column| column.nullable && !column.unique)
    };
    let key =
        |table: &Table| table.columns.iter().find_map(|column| column.key.map(|key| (column.name, key, column.ty)));
    let same_keys =
        old.iter().all(|table| new.iter().all(|other| other.name != table.name || key(other) == key(table)));
    are_optional(old) && are_optional(new) && same_keys
}

/// Two rows in each table, with no values in common, and no references.
fn rows(tables: &[Table], dialect: Dialect) -> String {
    let mut sql = String::new();
    for table in tables {
        for number in 1..=2 {
            let written = table.columns.iter().filter(|column| {
                let is_set = !matches!(column.read_only, Some(ReadOnly::Generated(_)));
                is_set && column.key != Some(KeyKind::Assigned) && column.reference.is_none()
            });
            let (names, values): (Vec<_>, Vec<_>) = written
                .map(|column| {
                    let value = if column.nullable && number == 1 {
                        "NULL".to_owned()
                    } else {
                        literal(column.ty, number, dialect)
                    };
                    (quoted(column.name), value)
                })
                .unzip();
            let values = if names.is_empty() {
                "DEFAULT VALUES".to_owned()
            } else {
                format!("({}) VALUES ({})", names.join(", "), values.join(", "))
            };
            let _ = writeln!(sql, "INSERT INTO {} {values};", quoted(table.name));
        }
    }
    sql
}

fn literal(ty: ColumnType, number: u32, dialect: Dialect) -> String {
    match (dialect, ty) {
        (Dialect::Sqlite, ColumnType::Boolean) | (_, ColumnType::Integer) => number.to_string(),
        (Dialect::Postgres, ColumnType::Boolean) => (number == 1).to_string(),
        (_, ColumnType::Real) => format!("{number}.5"),
        (_, ColumnType::Text) => format!("'text {number}'"),
        (Dialect::Sqlite, ColumnType::Blob | ColumnType::Uuid) => format!("x'0{number}'"),
        (Dialect::Postgres, ColumnType::Blob) => format!("'\\x0{number}'"),
        (Dialect::Postgres, ColumnType::Uuid) => format!("'00000000-0000-0000-0000-00000000000{number}'"),
        (_, ColumnType::Timestamp | ColumnType::DateTime | ColumnType::Date) => format!("'2026-01-0{number}'"),
        (_, ColumnType::Time) => format!("'12:00:0{number}'"),
        (_, ColumnType::Json) => format!("'{{\"a\": {number}}}'"),
    }
}

/// The migration without undecided lines.
fn decide(written: &str, dialect: Dialect, random: &mut Random) -> String {
    let keeps_first = random.one_in(2);
    let (mut decided, mut part) = (String::new(), None);
    for line in written.lines() {
        match line {
            "-- (1) Yes: nothing is lost." => part = Some(true),
            "-- (2) No: the old values are deleted." => part = Some(false),
            "-- end of (2)" => part = None,
            _ if part.is_some_and(|is_first| is_first != keeps_first) => {}
            _ => match line.trim().strip_prefix("UNDECIDED: ") {
                None => decided.extend([line, "\n"]),
                Some(line) if line.starts_with("delete this line") || line.starts_with("keep (1) or (2)") => {}
                Some(line) => {
                    let ty =
                        line.strip_prefix("replace this line by the value (").and_then(|rest| rest.split_once(')'));
                    decided += value(ty.unwrap().0, line.contains("a constant such"), dialect);
                    decided += "\n";
                }
            },
        }
    }
    decided
}

fn value(ty: &str, is_constant: bool, dialect: Dialect) -> &'static str {
    match (dialect, ty) {
        (Dialect::Sqlite, "INTEGER") if is_constant => "7",
        (Dialect::Sqlite, "REAL") if is_constant => "0.5",
        (Dialect::Sqlite, "TEXT") if is_constant => "'it''s'",
        (Dialect::Sqlite, "BLOB") if is_constant => "x'00'",
        (Dialect::Sqlite, "INTEGER") | (_, "DOUBLE PRECISION") => "random()",
        (Dialect::Sqlite, "REAL") => "random() / 3.0",
        (Dialect::Sqlite, "TEXT") => "hex(randomblob(8))",
        (Dialect::Sqlite, "BLOB") => "randomblob(8)",
        (_, "BIGINT") => "(random() * 1e15)::bigint",
        (_, "BOOLEAN") => "true",
        (_, "TEXT") => "md5(random()::text)",
        (_, "BYTEA") => "decode(md5(random()::text), 'hex')",
        (_, "TIMESTAMP WITH TIME ZONE") => "now() + random() * interval '9999 days'",
        (_, "TIMESTAMP") => "now()::timestamp + random() * interval '9999 days'",
        (_, "DATE") => "current_date + (random() * 99999)::int",
        (_, "TIME") => "time '00:00' + random() * interval '23 hours'",
        (_, "UUID") => "gen_random_uuid()",
        (_, "JSONB") => "to_jsonb(random())",
        other => panic!("{other:?}"),
    }
}

/// xorshift64*
struct Random(u64);

const TYPES: [ColumnType; 11] = [
    ColumnType::Boolean,
    ColumnType::Integer,
    ColumnType::Real,
    ColumnType::Text,
    ColumnType::Blob,
    ColumnType::Timestamp,
    ColumnType::DateTime,
    ColumnType::Date,
    ColumnType::Time,
    ColumnType::Uuid,
    ColumnType::Json,
];

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).unwrap() % end
    }

    fn one_in(&mut self, of: usize) -> bool {
        self.below(of) == 0
    }

    fn tables(&mut self) -> Vec<Table> {
        let mut tables: Vec<Table> = Vec::new();
        for name in ["users", "odd \"posts\"", "tags", "User"] {
            // To SQLite, `User` and `user` are one name.
            if !self.one_in(3) {
                let table = self.table(name, &tables);
                tables.push(table);
            }
        }
        if tables.is_empty() { vec![self.table("users", &[])] } else { tables }
    }

    /// Tables with a few changes.
    fn changed(&mut self, old: &[Table]) -> Vec<Table> {
        let mut tables: Vec<Table> = Vec::new();
        for (index, table) in old.iter().enumerate() {
            let name = if self.one_in(6) { ["members", "entries", "labels", "others"][index] } else { table.name };
            let mut table = Table { name, ..table.clone() };
            for column in &mut table.columns {
                if let Some(reference) = &mut column.reference {
                    // Tables that were renamed, or have another key.
                    let target = old.iter().position(|other| other.name == reference.table).unwrap_or(0);
                    match tables.get(target) {
                        Some(target) => {
                            let key = &target.columns[0];
                            *reference = Reference { table: target.name, column: key.name, ..*reference };
                            column.ty = key.ty;
                        }
                        None if target == index => reference.table = name,
                        None => {}
                    }
                }
            }
            for _ in 0..self.below(3) {
                self.change(&mut table, &tables);
            }
            let key = table.columns[0];
            for reference in table.columns.iter_mut().filter_map(|column| column.reference.as_mut()) {
                if reference.table == name {
                    reference.column = key.name;
                }
            }
            tables.push(table);
        }
        tables
    }

    fn change(&mut self, table: &mut Table, targets: &[Table]) {
        let at = self.below(table.columns.len());
        let is_used = table.columns.iter().any(|column| matches!(column.read_only, Some(ReadOnly::Generated(_))));
        let column = &mut table.columns[at];
        match self.below(8) {
            0 if column.key.is_none() => column.nullable = !column.nullable,
            1 => column.name = ["k", "l", "m", "n", "o", "p", "q"][at % 7],
            2 if column.key.is_none() && column.reference.is_none() && column.read_only.is_none() && !is_used => {
                column.ty = self.ty();
                column.unique &= column.ty != ColumnType::Boolean;
            }
            3 if column.key.is_none() && column.ty != ColumnType::Boolean => column.unique = !column.unique,
            4 => column.index = !column.index,
            5 => {
                let name = ["v", "w", "x"][self.below(3)];
                let added = self.column(name, table, targets);
                if table.columns.iter().all(|column| column.name != added.name) {
                    table.columns.push(added);
                }
            }
            6 => table.composites.clear(),
            _ => self.composite(table),
        }
        if is_used {
            // What a column is generated from may have another name.
            table.columns.retain(|column| !matches!(column.read_only, Some(ReadOnly::Generated(_))));
            table.composites.clear();
        }
    }

    fn ty(&mut self) -> ColumnType {
        TYPES[self.below(TYPES.len())]
    }

    fn table(&mut self, name: &'static str, targets: &[Table]) -> Table {
        let key = match self.below(6) {
            0 => (KeyKind::Set, ColumnType::Text),
            1 => (KeyKind::Set, ColumnType::Uuid),
            2 => (KeyKind::Set, ColumnType::Integer),
            _ => (KeyKind::Assigned, ColumnType::Integer),
        };
        let key_name = if self.one_in(8) { "key" } else { "id" };
        let mut table = Table {
            model: "Model",
            name,
            columns: vec![Column { key: Some(key.0), ..plain(key_name, key.1) }],
            composites: Vec::new(),
        };
        for name in ["a", "b", "the \"c\"", "d", "e"] {
            if !self.one_in(2) {
                let column = self.column(name, &table, targets);
                table.columns.push(column);
            }
        }
        for name in ["r1", "r2"] {
            if self.one_in(3) {
                let own = &table.clone();
                let all: Vec<&Table> = targets.iter().chain([own]).collect();
                let target = all[self.below(all.len())];
                let column = self.reference(name, target);
                table.columns.push(column);
            }
        }
        for _ in 0..self.below(3) {
            self.composite(&mut table);
        }
        table
    }

    fn composite(&mut self, table: &mut Table) {
        let columns = vec![self.below(table.columns.len()), self.below(table.columns.len())];
        // The decisions of this test give all rows the same boolean, and the database gives them the same default.
        let has_own_values = columns.iter().any(|&index| {
            let Column { ty, read_only, .. } = table.columns[index];
            ty != ColumnType::Boolean && !matches!(read_only, Some(ReadOnly::Generated(_) | ReadOnly::Filled(_)))
        });
        let kind = if has_own_values && self.one_in(2) { CompositeKind::Unique } else { CompositeKind::Index };
        if columns[0] != columns[1] && table.composites.iter().all(|one| one.columns != columns) {
            table.composites.push(Composite { kind, columns });
        }
    }

    fn column(&mut self, name: &'static str, table: &Table, targets: &[Table]) -> Column {
        if let (true, Some(target)) = (self.one_in(12), targets.first()) {
            return self.reference(name, target);
        }
        let ty = self.ty();
        let mut column = Column { nullable: self.one_in(2), index: self.one_in(4), ..plain(name, ty) };
        column.unique = ty != ColumnType::Boolean && self.one_in(5);
        let has_number = table
            .columns
            .iter()
            .any(|other| other.name == "a" && other.ty == ColumnType::Integer && other.read_only.is_none());
        column.read_only = match (ty, self.below(6)) {
            (ColumnType::Text, 0) => Some(ReadOnly::Filled("'it''s' || 'x'")),
            (ColumnType::Text, 1) => Some(ReadOnly::Generated("'x' || 'y'")),
            (ColumnType::Integer, 0) => Some(ReadOnly::Filled("1 + 1")),
            (ColumnType::Integer, 1) => Some(ReadOnly::Filled("42")),
            (ColumnType::Integer, 2) if has_number => Some(ReadOnly::Generated("coalesce(a, 0) * 2")),
            (ColumnType::Integer, 3) => Some(ReadOnly::Generated("3")),
            (_, 4) => Some(ReadOnly::Table),
            _ => None,
        };
        // All rows have the same value.
        column.unique &= !matches!(column.read_only, Some(ReadOnly::Generated(_) | ReadOnly::Filled(_)));
        column
    }

    fn reference(&mut self, name: &'static str, target: &Table) -> Column {
        let key = &target.columns[0];
        let on_delete = [OnDelete::Cascade, OnDelete::DbCascade, OnDelete::SetNull, OnDelete::DoNothing][self.below(4)];
        let reference = Reference { table: target.name, column: key.name, on_delete };
        let (nullable, unique) = (on_delete == OnDelete::SetNull || self.one_in(2), self.one_in(4));
        Column { nullable, unique, index: !unique, reference: Some(reference), ..plain(name, key.ty) }
    }
}

fn plain(name: &'static str, ty: ColumnType) -> Column {
    Column { name, ty, nullable: false, key: None, unique: false, index: false, read_only: None, reference: None }
}
