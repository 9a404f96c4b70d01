//! `db.check_schema()`: compares the tables of the database with the models.

use std::panic::Location;

use signals_core::BoxFuture;

use super::ddl::{self, IfThere};
use super::live::{LiveColumn, LiveReference, LiveTable, Writable};
use super::table::{Column, Table};
use crate::db::{Db, Dialect, Exec};
use crate::difference::{DifferenceKind, SchemaDifference};
use crate::error::{ErrorKind, Result};
use crate::model::{CompositeKind, KeyKind, Meta, ModelSet, OnDelete, ReadOnly, registered_models};

impl Db {
    /// Compares the tables of the database with all models that are linked into this program, and lists the differences.
    /// It changes nothing.
    ///
    /// Call it when a program starts whose tables come from migrations, or in a test of the migrations. It compares columns, their
    /// types, NULL, keys, uniqueness, indexes, foreign keys and their `ON DELETE` actions. Anything else in the database, such as
    /// additional columns with a default, is ignored.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> signals::Result<()> {
    /// use signals::prelude::*;
    ///
    /// #[model]
    /// struct User { #[key] id: Id<User>, name: String, email: Option<String> }
    ///
    /// let db = Db::connect("sqlite::memory:").await?;
    /// db.execute("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL)", &()).await?;
    /// let error = db.check_schema_of::<User>().await.unwrap_err();
    /// assert_eq!(
    ///     error.to_string(),
    ///     "the database differs from the models:\n\
    ///      `User`: the table `users` has no column `email`: ALTER TABLE \"users\" ADD COLUMN \"email\" TEXT",
    /// );
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Schema`] with all of the differences.
    #[track_caller]
    pub fn check_schema(&self) -> impl Future<Output = Result<()>> + Send {
        check(self.exec(Location::caller()), registered_models())
    }

    /// Like [`check_schema`](Self::check_schema), for these models only: `db.check_schema_of::<(User, Profile)>()`.
    #[track_caller]
    pub fn check_schema_of<M: ModelSet>(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(check(self.exec(Location::caller()), M::metas()))
    }
}

async fn check(exec: Exec<'_>, models: Vec<&'static Meta>) -> Result<()> {
    let mut differences = Vec::new();
    for table in Table::all_of(&models) {
        let live = LiveTable::read(table.name, exec).await?;
        differences.extend(Comparison::of(&table, exec.dialect(), Exactness::Fits).with(live.as_ref()));
    }
    if differences.is_empty() { Ok(()) } else { Err(ErrorKind::Schema(differences).into()) }
}

/// How exactly a table must be that of a model.
#[derive(Debug, Clone, Copy)]
pub(super) enum Exactness<'a> {
    /// Every row of the model can be stored and read.
    Fits,
    /// The table has nothing else that models declare. Its defaults are those of this table, which the database made from the
    /// model.
    Same(&'a LiveTable),
}

/// One model and its table.
pub(super) struct Comparison<'a> {
    pub(super) table: &'a Table,
    pub(super) dialect: Dialect,
    pub(super) exactness: Exactness<'a>,
    differences: Vec<SchemaDifference>,
}

impl<'a> Comparison<'a> {
    pub(super) fn of(table: &'a Table, dialect: Dialect, exactness: Exactness<'a>) -> Self {
        Self { table, dialect, exactness, differences: Vec::new() }
    }

    /// The differences to this table.
    pub(super) fn with(mut self, live: Option<&LiveTable>) -> Vec<SchemaDifference> {
        match live {
            Some(live) => self.compare(live),
            None => self.note(DifferenceKind::NoTable, None),
        }
        self.differences
    }

    fn compare(&mut self, live: &LiveTable) {
        let table = self.table;
        for field in &table.columns {
            if let Some(column) = self.find(field.name, live) {
                self.column(field, column, live);
            } else {
                let statement = ddl::add_column(table, field, self.dialect);
                self.note(DifferenceKind::NoColumn { column: field.name.to_owned() }, statement);
            }
        }
        for composite in &table.composites {
            let fields = table.columns_of(composite);
            // A missing column is reported once.
            if fields.iter().all(|field| self.find(field.name, live).is_some()) {
                match composite.kind {
                    CompositeKind::Unique => self.unique(&fields, live),
                    CompositeKind::Index => self.index(&fields, live),
                }
            }
        }
        match self.exactness {
            Exactness::Fits => self.unfilled(live),
            Exactness::Same(created) => self.extras(live, created),
        }
    }

    /// Reports columns that must have a value and get none.
    fn unfilled(&mut self, live: &LiveTable) {
        for column in &live.columns {
            let is_filled = self.field(&column.name).is_some();
            if column.not_null && !column.fills_itself && !is_filled && !self.numbers_rows(column, live) {
                let statement = self.alter(&column.name, "DROP NOT NULL");
                self.note(DifferenceKind::Unfilled { column: column.name.clone() }, statement);
            }
        }
    }

    fn column(&mut self, field: &Column, column: &LiveColumn, live: &LiveTable) {
        let name = field.name.to_owned();
        if !column.holds(field.ty, self.dialect) {
            let expected = match self.dialect {
                Dialect::Sqlite => field.ty.sqlite(),
                Dialect::Postgres => field.ty.postgres(),
            };
            let found = column.ty.clone();
            self.note(DifferenceKind::Type { column: name, expected: expected.to_owned(), found }, None);
            // What else differs is to be seen once the type is the same.
            return;
        }
        if let Some(key) = field.key {
            self.key(field, key, column, live);
            return;
        }
        if let Some(read_only) = field.read_only {
            self.read_only(field, read_only, column);
        } else if column.writable != Writable::Yes {
            self.note(DifferenceKind::Generated { column: name.clone() }, None);
        }
        // Whether an expression can be NULL is only known when a row is read.
        let is_computed = column.writable == Writable::Generated;
        if field.nullable && column.not_null && field.read_only.is_none() {
            let statement = self.alter(field.name, "DROP NOT NULL");
            self.note(DifferenceKind::TakesNoNull { column: name }, statement);
        } else if !field.nullable && !column.not_null && !is_computed {
            let statement = self.alter(field.name, "SET NOT NULL");
            self.note(DifferenceKind::MayBeNull { column: name }, statement);
        }
        if field.unique {
            self.unique(&[field], live);
        }
        // A column that a unique constraint begins with is indexed by it, which is reported itself if it is missing.
        let is_by_itself =
            |indexes: Vec<Vec<&Column>>| indexes.iter().any(|one| one.len() == 1 && one[0].name == field.name);
        if field.index && (matches!(self.exactness, Exactness::Fits) || is_by_itself(self.table.indexes())) {
            self.index(&[field], live);
        }
        self.reference(field, live);
    }

    /// Reports a read-only field that the database does not set. Triggers are not examined.
    fn read_only(&mut self, field: &Column, read_only: ReadOnly, column: &LiveColumn) {
        let is_set = match read_only {
            ReadOnly::Generated(_) => column.writable == Writable::Generated,
            ReadOnly::Filled(_) => column.fills_itself,
            ReadOnly::Table => true,
        };
        if !is_set {
            let (column, generated) = (field.name.to_owned(), matches!(read_only, ReadOnly::Generated(_)));
            self.note(DifferenceKind::NotFilled { column, generated }, self.make_filled(field, read_only));
        }
    }

    /// The statement that gives a column the default of a field, in PostgreSQL. No statement makes a column generated.
    fn make_filled(&self, field: &Column, read_only: ReadOnly) -> Option<String> {
        match read_only {
            ReadOnly::Filled(sql) => self.alter(field.name, &format!("SET DEFAULT ({sql})")),
            ReadOnly::Generated(_) | ReadOnly::Table => None,
        }
    }

    fn key(&mut self, field: &Column, key: KeyKind, column: &LiveColumn, live: &LiveTable) {
        let name = || field.name.to_owned();
        if !self.is_unique(&[field], live) {
            self.note(DifferenceKind::NotTheKey { column: name() }, None);
            return;
        }
        let is_assigned = match self.dialect {
            Dialect::Sqlite => self.numbers_rows(column, live),
            Dialect::Postgres => column.fills_itself,
        };
        if key == KeyKind::Assigned && !is_assigned {
            let statement = self.alter(field.name, "ADD GENERATED BY DEFAULT AS IDENTITY");
            self.note(DifferenceKind::NotAssigned { column: name() }, statement);
        }
        let is_refused = match column.writable {
            Writable::Yes => false,
            Writable::Generated => true,
            // An `Id` is only written if the row already has one.
            Writable::Numbered => key == KeyKind::Set,
        };
        if is_refused {
            self.note(DifferenceKind::Generated { column: name() }, None);
        }
    }

    fn unique(&mut self, fields: &[&Column], live: &LiveTable) {
        if !self.is_unique(fields, live) {
            let columns = fields.iter().map(|field| field.name.to_owned()).collect();
            let statement = ddl::create_index(self.table, fields, CompositeKind::Unique, IfThere::Skip);
            self.note(DifferenceKind::NotUnique { columns }, Some(statement));
        }
    }

    /// Whether these fields are unique together: it is enough that some of them are, unless the table must be exact.
    fn is_unique(&self, fields: &[&Column], live: &LiveTable) -> bool {
        let is_one_of = |column: &str| fields.iter().any(|field| self.same(column, field.name));
        let is_enough = |count: usize| matches!(self.exactness, Exactness::Fits) || count == fields.len();
        let by_key = !live.key.is_empty() && live.key.iter().all(|column| is_one_of(column));
        let by_index = live.indexes.iter().any(|index| {
            let are_fields = index.columns.iter().all(|column| column.as_deref().is_some_and(is_one_of));
            index.unique && are_fields && is_enough(index.columns.len())
        });
        by_key && is_enough(live.key.len()) || by_index
    }

    /// An index also serves queries by its first columns only.
    fn index(&mut self, fields: &[&Column], live: &LiveTable) {
        let serves = |columns: &[Option<String>]| {
            let is = |(field, column): (&&Column, &Option<String>)| {
                column.as_deref().is_some_and(|column| self.same(column, field.name))
            };
            columns.len() >= fields.len() && fields.iter().zip(columns).all(is)
        };
        if !live.indexes.iter().any(|index| serves(&index.columns) && !self.is_extra(index)) {
            let columns = fields.iter().map(|field| field.name.to_owned()).collect();
            let statement = ddl::create_index(self.table, fields, CompositeKind::Index, IfThere::Skip);
            self.note(DifferenceKind::NoIndex { columns }, Some(statement));
        }
    }

    fn reference(&mut self, field: &Column, live: &LiveTable) {
        let Some(relation) = &field.reference else { return };
        let (table, key) = (relation.table, relation.column);
        let own: Vec<_> = live.references.iter().filter(|reference| self.same(&reference.column, field.name)).collect();
        let fits = |table_found: &str, target: Option<&str>| {
            self.same(table_found, table) && target.is_none_or(|target| self.same(target, key))
        };
        let fitting: Vec<_> = own.iter().copied().filter(|found| fits(&found.table, found.target.as_deref())).collect();
        if !fitting.is_empty() {
            self.on_delete(field, relation.on_delete, &fitting);
            return;
        }
        let column = field.name.to_owned();
        let kind = match own.first() {
            None => DifferenceKind::NoForeignKey { column, target: table.to_owned() },
            Some(found) => DifferenceKind::OtherTarget {
                column,
                expected: format!("{table}.{key}"),
                found: format!("{}.{}", found.table, found.target.as_deref().unwrap_or(key)),
            },
        };
        let is_missing = matches!(kind, DifferenceKind::NoForeignKey { .. });
        let statement =
            (is_missing && self.dialect == Dialect::Postgres).then(|| ddl::add_foreign_key(self.table, field));
        self.note(kind, statement);
    }

    /// Reports an `ON DELETE` action that the database would do instead of the library, without calling receivers.
    fn on_delete(&mut self, field: &Column, on_delete: OnDelete, own: &[&LiveReference]) {
        let expected: &[&str] = match on_delete {
            OnDelete::DbCascade => &["CASCADE"],
            OnDelete::Cascade | OnDelete::Protect | OnDelete::Restrict => &["NO ACTION", "RESTRICT"],
            // Setting a field sends no signals, so the database may do it as well.
            OnDelete::SetNull => &["NO ACTION", "RESTRICT", "SET NULL"],
            OnDelete::SetDefault => &["NO ACTION", "RESTRICT", "SET DEFAULT"],
            OnDelete::DoNothing => {
                // Any action of the database is allowed. Without one, it refuses the commit and not the statement.
                let is_exact = matches!(self.exactness, Exactness::Same(_));
                if is_exact && own.iter().any(|found| !found.is_deferred && found.on_delete == "NO ACTION") {
                    self.note(DifferenceKind::NotDeferred { column: field.name.to_owned() }, None);
                }
                return;
            }
        };
        // Of several foreign keys, one with CASCADE deletes the row before another one can refuse.
        if on_delete == OnDelete::DbCascade && own.iter().any(|reference| reference.on_delete == "CASCADE") {
            return;
        }
        let is_other = |reference: &&&LiveReference| !expected.contains(&reference.on_delete.as_str());
        let Some(other) = own.iter().find(is_other) else { return };
        let statement = other.name.as_deref().map(|name| ddl::change_foreign_key(self.table, field, name));
        let (column, expected) = (field.name.to_owned(), expected[0].to_owned());
        self.note(DifferenceKind::OnDelete { column, expected, found: other.on_delete.clone() }, statement);
    }

    /// Whether SQLite numbers new rows in this column, as an alias of the rowid.
    fn numbers_rows(&self, column: &LiveColumn, live: &LiveTable) -> bool {
        self.dialect == Dialect::Sqlite
            && column.ty.eq_ignore_ascii_case("INTEGER")
            && matches!(&live.key[..], [key] if self.same(key, &column.name))
    }

    /// SQLite cannot change a column.
    fn alter(&self, column: &str, change: &str) -> Option<String> {
        (self.dialect == Dialect::Postgres).then(|| ddl::alter_column(self.table, column, change))
    }

    /// To SQLite, `Name` and `name` are the same column.
    pub(super) fn same(&self, one: &str, other: &str) -> bool {
        match self.dialect {
            Dialect::Sqlite => one.eq_ignore_ascii_case(other),
            Dialect::Postgres => one == other,
        }
    }

    /// The field of a column.
    pub(super) fn field(&self, column: &str) -> Option<&'a Column> {
        self.table.columns.iter().find(|field| self.same(column, field.name))
    }

    /// The column of a field.
    fn find<'l>(&self, name: &str, live: &'l LiveTable) -> Option<&'l LiveColumn> {
        live.columns.iter().find(|column| self.same(&column.name, name))
    }

    pub(super) fn note(&mut self, kind: DifferenceKind, statement: Option<String>) {
        let (model, table) = (self.table.model.to_owned(), self.table.name.to_owned());
        self.differences.push(SchemaDifference { model, table, kind, statement });
    }
}
