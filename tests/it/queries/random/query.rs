//! Random queries: a condition, an order, a limit and an offset.

use std::collections::BTreeSet;
use std::fmt::Debug;

use proptest::prelude::*;
use signals::prelude::*;

use super::condition::{Filter, filters};
use super::fields::{ORDERED, order_by, order_of};
use super::rows::{Sample, World};

#[derive(Debug, Clone)]
pub(super) struct Query {
    filter: Filter,
    exclude: Option<Filter>,
    /// The fields, whether they descend, and where NULL is if that is said.
    orders: Vec<(usize, bool, Option<bool>)>,
    limit: Option<u64>,
    offset: u64,
}

pub(super) fn queries() -> impl Strategy<Value = Query> {
    let orders = prop::collection::vec((0..ORDERED, any::<bool>(), any::<Option<bool>>()), 0..3);
    let limit = prop::option::of(prop::sample::select(vec![0, 1, 2, 5, 20, 100]));
    let offset = prop::sample::select(vec![0, 0, 0, 1, 3, 30, 100]);
    (filters(), prop::option::of(filters()), orders, limit, offset)
        .prop_map(|(filter, exclude, orders, limit, offset)| Query { filter, exclude, orders, limit, offset })
}

fn same<T: Debug + PartialEq>(what: &str, found: Result<T>, expected: &T) -> Result<(), String> {
    match found {
        Ok(found) if found == *expected => Ok(()),
        found => Err(format!("{what}\n   found: {found:?}\nexpected: {expected:?}")),
    }
}

fn ids<'s>(rows: impl IntoIterator<Item = &'s Sample>) -> Vec<Id<Sample>> {
    rows.into_iter().map(|row| row.id).collect()
}

impl Query {
    fn query(&self) -> signals::model::query::Query<'static, Sample> {
        let mut query = Sample::filter(|_| self.filter.condition());
        if let Some(exclude) = &self.exclude {
            query = query.exclude(|_| exclude.condition());
        }
        let orders = self.orders.iter().map(|(field, is_descending, nulls)| order_by(*field, *is_descending, *nulls));
        let orders: Vec<_> = orders.collect();
        query = query.order_by(|_| orders).offset(self.offset);
        if let Some(limit) = self.limit { query.limit(limit) } else { query }
    }

    /// All rows that it finds without its limit and offset, in their order.
    fn rows<'w>(&self, world: &'w World) -> Vec<&'w Sample> {
        let holds = |index: &usize| {
            self.filter.holds(world, *index) && !self.exclude.as_ref().is_some_and(|filter| filter.holds(world, *index))
        };
        let mut rows: Vec<&Sample> = (0..world.rows.len()).filter(holds).map(|index| &world.rows[index]).collect();
        rows.sort_by(|a, b| {
            let orders =
                self.orders.iter().map(|(field, is_descending, nulls)| order_of(a, b, *field, *is_descending, *nulls));
            orders.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then).then(a.id.cmp(&b.id))
        });
        rows
    }

    pub(super) async fn check(&self, world: &World) -> Result<(), String> {
        let db = &world.db;
        let all = self.rows(world);
        let limit = self.limit.map_or(usize::MAX, |limit| usize::try_from(limit).unwrap());
        let rows: Vec<&Sample> = all.iter().copied().skip(usize::try_from(self.offset).unwrap()).take(limit).collect();
        let expected = ids(rows.iter().copied());
        let query = || self.query();

        same("ids", query().ids(db).await, &expected)?;
        same("all", query().all(db).await.map(|found| ids(&found)), &expected)?;
        same("count", query().count(db).await, &(rows.len() as u64))?;
        same("exists", query().exists(db).await, &!rows.is_empty())?;
        let first = query().first(db).await.map(|row| row.map(|row| row.id));
        same("first", first, &expected.first().copied())?;
        let with = query().with(|sample| sample.owner).with(|sample| sample.country).with(|sample| sample.tags);
        let with = with.all(db).await.map(|found| {
            let row =
                |(row, owner, country, tags): &(Sample, Option<super::rows::Owner>, super::rows::Country, Vec<_>)| {
                    let owner = owner.as_ref().map(|owner| owner.id);
                    assert_eq!((owner, row.country.get()), (row.owner, Some(&country.code)), "{tags:?}");
                    row.id
                };
            found.iter().map(row).collect::<Vec<_>>()
        });
        same("with", with, &expected)?;
        let page = query().page(db, 2, 7).await.map(|page| (ids(&page.rows), page.total));
        same("page", page, &(ids(all.iter().copied().skip(7).take(7)), all.len() as u64))?;
        let mut streamed = Vec::new();
        let mut stream = query().stream(db);
        while let Some(row) = stream.next().await {
            streamed.push(row.map_err(|error| error.to_string())?.id);
        }
        same("stream", Ok(streamed), &expected)?;
        self.check_values(world, &rows).await
    }

    async fn check_values(&self, world: &World, rows: &[&Sample]) -> Result<(), String> {
        let db = &world.db;
        let query = || self.query();
        let values = rows.iter().map(|row| (row.maybe_text.clone(), row.flag)).collect();
        same("values", query().values(|sample| (sample.maybe_text, sample.flag)).all(db).await, &values)?;
        same(
            "max",
            query().max(db, |sample| sample.maybe_large).await,
            &rows.iter().filter_map(|row| row.maybe_large).max(),
        )?;
        same("min", query().min(db, |sample| sample.uuid).await, &rows.iter().map(|row| row.uuid).min())?;
        same("max of a boolean", query().max(db, |sample| sample.flag).await, &rows.iter().map(|row| row.flag).max())?;
        same(
            "min of bytes",
            query().min(db, |sample| sample.bytes).await,
            &rows.iter().map(|row| row.bytes.clone()).min(),
        )?;
        let sum = rows.iter().map(|row| i64::from(row.small)).sum();
        same("sum", query().sum(db, |sample| sample.small).await, &sum)?;
        let count = rows.len();
        #[expect(clippy::cast_precision_loss, reason = "the numbers are small")]
        let average = (count > 0).then(|| sum as f64 / count as f64);
        let found = query().avg(db, |sample| sample.small).await.map_err(|error| error.to_string())?;
        let is_near = |(a, b): (f64, f64)| (a - b).abs() <= a.abs() * 1e-12;
        if found.is_some() != average.is_some() || !found.zip(average).is_none_or(is_near) {
            return Err(format!("avg\n   found: {found:?}\nexpected: {average:?}"));
        }
        if self.orders.is_empty() && self.limit.is_none() && self.offset == 0 {
            let flags = query().values(|sample| (sample.flag, sample.unsigned)).distinct().all(db).await;
            let expected: BTreeSet<_> = rows.iter().map(|row| (row.flag, row.unsigned)).collect();
            same("distinct", flags, &expected.into_iter().collect())?;
        }
        Ok(())
    }
}
