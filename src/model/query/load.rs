//! Rows together with the rows that they point to or are related to: `Post::with(|post| post.author)`.

use std::collections::HashMap;

use super::closure::ColumnsClosure;
use super::column::{ColumnOf, Nullable, Required};
use super::relation::{ManyOf, RowThatPoints, RowsThatPoint};
use super::run;
use super::select::{Node, Nodes, Operand, Select};
use super::write::{Ordered, Writer};
use crate::db::{Exec, Row};
use crate::error::Result;
use crate::model::columns::HasColumns;
use crate::model::load::loaded;
use crate::model::many_to_many::{Direction, Pairs, Through, pairs};
use crate::model::{Id, Meta, Model, ModelInternals, Ref};
use crate::value::ValueRef;

/// The name of the table of the query itself in a statement with several tables.
const OWN: &str = "t0";

/// The positions of columns, so that each part of a row can be read by itself.
static POSITIONS: [usize; 512] = {
    let mut positions = [0; 512];
    let mut index = 0;
    while index < positions.len() {
        positions[index] = index;
        index += 1;
    }
    positions
};

/// What a query reads with each row of `M`: nothing, `()`, or up to three relations.
pub trait Loads<M>: Copy + Send + Sync + 'static {
    /// One row: an `M`, or a tuple of it and what is read with it.
    type Row: Send;

    #[doc(hidden)]
    fn rows(&self, exec: Exec<'_>, select: &Select<'_>) -> impl Future<Output = Result<Vec<Self::Row>>> + Send;

    /// The `M` of a row.
    #[doc(hidden)]
    fn own(row: &Self::Row) -> &M;
}

/// [`Loads`] with one relation more.
pub trait LoadsMore<R> {
    /// With the relation.
    type With;

    #[doc(hidden)]
    fn with(self, relation: R) -> Self::With;
}

/// A relation of `M` whose rows can be read with the rows of `M`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a relation of `{M}`",
    label = "expected a relation of `{M}`",
    note = "a relation is a field with `#[foreign_key]`, `#[one_to_one]` or `#[many_to_many]`, as in `|post| post.author`, or the method \
            of the other side, as in `|user| user.post_set()`; each has a `with` of its own"
)]
pub trait Relates<M>: Copy + Send + Sync + 'static {
    /// What is read for each row of `M`.
    type Row: Send;
    /// The relation itself. A field that is no relation has none, so that it is one error.
    #[doc(hidden)]
    type Relation: Relates<M>;

    #[doc(hidden)]
    fn relation(self) -> Self::Relation;

    /// The table that is joined, if the rows are read in the same statement.
    #[doc(hidden)]
    fn join(&self) -> Option<Join> {
        None
    }

    /// Reads what was joined, from the columns at the positions.
    #[doc(hidden)]
    fn read(&self, _row: &Row<'_>, _found: &mut Vec<Self::Row>) -> Result<()> {
        Ok(())
    }

    /// What belongs to each of the rows: what was joined, or the answer to one more query.
    #[doc(hidden)]
    fn related(
        &self,
        exec: Exec<'_>,
        rows: &[M],
        joined: Vec<Self::Row>,
    ) -> impl Future<Output = Result<Vec<Self::Row>>> + Send;
}

/// A closure that returns a relation of `M`: `|post| post.author`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a closure that gets the columns of `{M}`",
    label = "expected a closure",
    note = "a relation is named in a closure, as in `|post| post.author`"
)]
pub trait RelationClosure<M: HasColumns, R>: ColumnsClosure<M, R> {
    #[doc(hidden)]
    type Relation: Relates<M>;

    #[doc(hidden)]
    fn relation(self) -> Self::Relation;
}

impl<M: HasColumns, R: Relates<M>, F: ColumnsClosure<M, R>> RelationClosure<M, R> for F {
    type Relation = R::Relation;

    fn relation(self) -> R::Relation {
        self(M::COLUMNS).relation()
    }
}

/// A table that is joined.
#[doc(hidden)]
#[derive(Debug, Clone, Copy)]
pub struct Join {
    /// The column that points to it.
    column: usize,
    target: &'static Meta,
    /// Whether every row points to one.
    is_inner: bool,
}

impl<M: ModelInternals> Loads<M> for () {
    type Row = M;

    async fn rows(&self, exec: Exec<'_>, select: &Select<'_>) -> Result<Vec<M>> {
        run::rows(exec, select).await
    }

    fn own(row: &M) -> &M {
        row
    }
}

macro_rules! points_to_one {
    ($($pointer:ty, <$($parameter:ident)?>, $nullability:ident => $row:ty, $is_inner:literal, |$read:ident| $wrap:expr, |$rows:ident, $exec:ident| $loaded:expr;)*) => {$(
        #[diagnostic::do_not_recommend]
        impl<M: ModelInternals, Target, $($parameter)?> Relates<M> for ColumnOf<M, $pointer, $nullability>
        where
            $($parameter: Send + Sync + 'static,)?
            Target: Model $(<Key = $parameter>)?,
        {
            type Row = $row;
            type Relation = Self;

            fn relation(self) -> Self {
                self
            }

            fn join(&self) -> Option<Join> {
                Some(Join { column: self.index, target: Target::MODEL, is_inner: $is_inner })
            }

            fn read(&self, row: &Row<'_>, found: &mut Vec<$row>) -> Result<()> {
                let $read = row;
                found.push($wrap);
                Ok(())
            }

            async fn related(&self, $exec: Exec<'_>, _: &[M], joined: Vec<$row>) -> Result<Vec<$row>> {
                let mut $rows = joined;
                $loaded;
                Ok($rows)
            }
        }
    )*};
}

points_to_one! {
    Id<Target>, <>, Required => Target, true, |row| Target::from_columns(row)?, |rows, exec| loaded(&mut rows, exec.context())?;
    Ref<Target, K>, <K>, Required => Target, true, |row| Target::from_columns(row)?, |rows, exec| loaded(&mut rows, exec.context())?;
    Id<Target>, <>, Nullable => Option<Target>, false, |row| optional(row)?, |rows, exec| loaded_optional(&mut rows, exec)?;
    Ref<Target, K>, <K>, Nullable => Option<Target>, false, |row| optional(row)?, |rows, exec| loaded_optional(&mut rows, exec)?;
}

/// A row of an outer join: if its key is NULL, there is none.
fn optional<M: ModelInternals>(row: &Row<'_>) -> Result<Option<M>> {
    let key = row.read(M::MODEL.key, |value| Ok(matches!(value, ValueRef::Null)))?;
    if key { Ok(None) } else { M::from_columns(row).map(Some) }
}

fn loaded_optional<M: ModelInternals>(rows: &mut [Option<M>], exec: Exec<'_>) -> Result<()> {
    rows.iter_mut().flatten().try_for_each(|row| loaded(std::slice::from_mut(row), exec.context()))
}

#[diagnostic::do_not_recommend]
impl<M: ModelInternals, Child: ModelInternals> Relates<M> for RowsThatPoint<M, Child> {
    type Row = Vec<Child>;
    type Relation = Self;

    fn relation(self) -> Self {
        self
    }

    async fn related(&self, exec: Exec<'_>, rows: &[M], _: Vec<Vec<Child>>) -> Result<Vec<Vec<Child>>> {
        let mut related = empty(rows);
        for (place, child) in children(exec, rows, self.column).await? {
            related[place].push(child);
        }
        Ok(related)
    }
}

#[diagnostic::do_not_recommend]
impl<M: ModelInternals, Child: ModelInternals> Relates<M> for RowThatPoints<M, Child> {
    type Row = Option<Child>;
    type Relation = Self;

    fn relation(self) -> Self {
        self
    }

    async fn related(&self, exec: Exec<'_>, rows: &[M], _: Vec<Option<Child>>) -> Result<Vec<Option<Child>>> {
        let mut related: Vec<Option<Child>> = rows.iter().map(|_| None).collect();
        for (place, child) in children(exec, rows, self.column).await? {
            related[place] = Some(child);
        }
        Ok(related)
    }
}

#[diagnostic::do_not_recommend]
impl<T, D> Relates<D::Near> for ManyOf<T, D>
where
    T: Through + ModelInternals,
    D: Direction<T>,
    D::Near: ModelInternals,
    D::Far: ModelInternals,
{
    type Row = Vec<D::Far>;
    type Relation = Self;

    fn relation(self) -> Self {
        self
    }

    async fn related(&self, exec: Exec<'_>, rows: &[D::Near], _: Vec<Vec<D::Far>>) -> Result<Vec<Vec<D::Far>>> {
        let mut related = empty(rows);
        if rows.is_empty() {
            return Ok(related);
        }
        let (places, mut found, mut at) = (Places::of(rows), Vec::new(), Vec::new());
        let each = &mut |row: &Row<'_>| {
            at.push(places.of.get(&row.read(0, |value| Ok(Key::of(value)))?).copied());
            found.push(D::Far::from_columns(&row.in_order(&POSITIONS[1..]))?);
            Ok(())
        };
        let keys = keys(rows);
        let mut writer = Writer::new(exec.dialect());
        let pairs = pairs::<T, D>();
        writer.related_rows(&pairs, &keys)?;
        run::read(exec, &Select::all_of(D::Far::MODEL), &writer, each).await?;
        loaded(&mut found, exec.context())?;
        for (row, place) in found.into_iter().zip(at) {
            if let Some(place) = place {
                related[place].push(row);
            }
        }
        Ok(related)
    }
}

fn empty<M, T>(rows: &[M]) -> Vec<Vec<T>> {
    rows.iter().map(|_| Vec::new()).collect()
}

/// The keys of rows, as the values of a list.
fn keys<M: ModelInternals>(rows: &[M]) -> Vec<Operand<'_>> {
    rows.iter().map(|row| Operand::Borrowed(row.column_value(M::MODEL.key))).collect()
}

/// The rows that point to these, each after the place of the row that it points to.
async fn children<M: ModelInternals, Child: ModelInternals>(
    exec: Exec<'_>,
    rows: &[M],
    column: usize,
) -> Result<Vec<(usize, Child)>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut select = Select::all_of(Child::MODEL);
    select.condition = Nodes::one(Node::Among { column, values: keys(rows) });
    let (places, children) = (Places::of(rows), run::rows::<Child>(exec, &select).await?);
    let with_place = |child: Child| Some((places.find(child.column_value(column))?, child));
    Ok(children.into_iter().filter_map(with_place).collect())
}

/// The place of each row, by its key.
pub(super) struct Places {
    of: HashMap<Key, usize>,
}

/// A key, to be found.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Integer(i64),
    Bytes(Vec<u8>),
    /// As it is printed.
    Other(String),
}

impl Places {
    pub(super) fn of<'r, M: ModelInternals>(rows: impl IntoIterator<Item = &'r M>) -> Self {
        let place = |(place, row): (usize, &M)| (Key::of(row.column_value(M::MODEL.key)), place);
        Self { of: rows.into_iter().enumerate().map(place).collect() }
    }

    pub(super) fn find(&self, key: ValueRef<'_>) -> Option<usize> {
        self.of.get(&Key::of(key)).copied()
    }
}

impl Key {
    fn of(value: ValueRef<'_>) -> Self {
        match value.exposed() {
            ValueRef::Integer(key) => Self::Integer(key),
            ValueRef::Text(key) => Self::Bytes(key.as_bytes().to_vec()),
            ValueRef::Blob(key) => Self::Bytes(key.to_vec()),
            ValueRef::Uuid(key) => Self::Bytes(key.to_vec()),
            key => Self::Other(key.to_string()),
        }
    }
}

macro_rules! loads {
    ($($relation:ident $index:tt $found:ident),*) => {
        #[diagnostic::do_not_recommend]
        impl<M: ModelInternals, $($relation: Relates<M>),*> Loads<M> for ($($relation,)*) {
            type Row = (M, $($relation::Row),*);

            async fn rows(&self, exec: Exec<'_>, select: &Select<'_>) -> Result<Vec<Self::Row>> {
                let joins = [$(self.$index.join()),*];
                let (mut rows, $(mut $found),*) = (Vec::new(), $(Vec::<$relation::Row>::new()),*);
                let each = &mut |row: &Row<'_>| {
                    rows.push(M::from_columns(row)?);
                    let mut first = M::COLUMN_COUNT;
                    $(
                        if let Some(join) = &joins[$index] {
                            self.$index.read(&row.in_order(&POSITIONS[first..]), &mut $found)?;
                            first += join.target.fields.len();
                        }
                    )*
                    let _ = first;
                    Ok(())
                };
                let mut writer = Writer::new(exec.dialect()).qualified(OWN);
                writer.select_joined(select, &joins)?;
                run::read(exec, select, &writer, each).await?;
                drop(writer);
                loaded(&mut rows, exec.context())?;
                $(let mut $found = self.$index.related(exec, &rows, $found).await?.into_iter();)*
                // Each list has as many as there are rows.
                Ok(rows.into_iter().filter_map(|row| Some((row, $($found.next()?),*))).collect())
            }

            fn own(row: &Self::Row) -> &M {
                &row.0
            }
        }
    };
}

loads! { A 0 a }
loads! { A 0 a, B 1 b }
loads! { A 0 a, B 1 b, C 2 c }

#[diagnostic::do_not_recommend]
impl<R> LoadsMore<R> for () {
    type With = (R,);

    fn with(self, relation: R) -> (R,) {
        (relation,)
    }
}

#[diagnostic::do_not_recommend]
impl<A, R> LoadsMore<R> for (A,) {
    type With = (A, R);

    fn with(self, relation: R) -> (A, R) {
        (self.0, relation)
    }
}

#[diagnostic::do_not_recommend]
impl<A, B, R> LoadsMore<R> for (A, B) {
    type With = (A, B, R);

    fn with(self, relation: R) -> (A, B, R) {
        (self.0, self.1, relation)
    }
}

/// See the implementation with this condition, which is never met.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "a query reads at most three relations with its rows",
    label = "this is the fourth",
    note = "read the others by a query of their own, such as `Post::filter(|post| post.author.is_in(&users)).all(&db)`"
)]
pub trait IsTheFourthRelation {}

impl<A, B, C, R: IsTheFourthRelation> LoadsMore<R> for (A, B, C) {
    type With = Self;

    fn with(self, _: R) -> Self {
        self
    }
}

impl<'q> Writer<'q> {
    /// SELECT of rows and of those that are joined.
    fn select_joined(&mut self, select: &'q Select<'_>, joins: &[Option<Join>]) -> Result<()> {
        let joins = || joins.iter().flatten().zip(ALIASES);
        self.text("SELECT ").columns(select.meta, Some(OWN));
        for (join, alias) in joins() {
            self.text(", ").columns(join.target, Some(alias));
        }
        self.text(" FROM ").name(select.meta.table).text(" AS ").text(OWN);
        for (Join { column, target, is_inner }, alias) in joins() {
            self.text(if *is_inner { " JOIN " } else { " LEFT JOIN " }).name(target.table).text(" AS ").text(alias);
            self.text(" ON ").text(alias).text(".").name(target.key_field().column);
            self.text(" = ").column(select.meta, *column);
        }
        self.rest(select, Ordered::Yes)?;
        self.lock(select);
        Ok(())
    }

    /// SELECT of the rows that are related to these ids, each after the id.
    fn related_rows(&mut self, pairs: &Pairs, ids: &'q [Operand<'_>]) -> Result<()> {
        let Pairs { through, near, far, far_model } = *pairs;
        let key = far_model.key_field().column;
        let [pair, ..] = ALIASES;
        self.text("SELECT ").text(pair).text(".").name(through.fields[near].column);
        self.text(", ").columns(far_model, Some(OWN));
        self.text(" FROM ").name(far_model.table).text(" AS ").text(OWN);
        self.text(" JOIN ").name(through.table).text(" AS ").text(pair);
        self.text(" ON ")
            .text(OWN)
            .text(".")
            .name(key)
            .text(" = ")
            .text(pair)
            .text(".")
            .name(through.fields[far].column);
        self.text(" WHERE ");
        self.among_of(through, Some(pair), near, ids)?;
        self.text(" ORDER BY ").text(OWN).text(".").name(key);
        Ok(())
    }
}

/// The names of the joined tables.
const ALIASES: [&str; 3] = ["t1", "t2", "t3"];
