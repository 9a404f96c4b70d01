//! One page of a list.

use std::panic::Location;

use super::load::Loads;
use super::query::Query;
use super::run::count;
use crate::db::Executor;
use crate::error::{Error, Result};
use crate::model::ModelInternals;

/// One page of the rows of a query, and how many there are in all.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The rows of this page.
    pub rows: Vec<T>,
    /// The number of this page, from 1.
    pub number: u64,
    /// The number of rows of a full page.
    pub size: u64,
    /// The number of rows of all pages.
    pub total: u64,
}

impl<T> Page<T> {
    /// The number of pages: at least 1, which may be empty.
    pub fn pages(&self) -> u64 {
        self.total.div_ceil(self.size).max(1)
    }

    /// Whether there is a page after this one.
    pub fn has_next(&self) -> bool {
        self.number < self.pages()
    }

    /// Whether there is a page before this one.
    pub fn has_previous(&self) -> bool {
        self.number > 1
    }
}

impl<'a, M: ModelInternals, L: Loads<M>> Query<'a, M, L> {
    /// The page with this number, from 1, of pages with `size` rows, and the number of all rows. It sends two statements; without a
    /// transaction, rows may be written between them. A page after the last one is empty.
    ///
    /// A limit and an offset of the query are replaced.
    ///
    /// # Errors
    /// As [`all`](Self::all). It is also an error if the number or the size is 0.
    #[track_caller]
    pub fn page(
        mut self,
        executor: &'a dyn Executor,
        number: u64,
        size: u64,
    ) -> impl Future<Output = Result<Page<L::Row>>> + Send {
        let place = Location::caller();
        (self.select.limit, self.select.offset) = (None, 0);
        async move {
            if number == 0 || size == 0 {
                return Err(Error::other(format!(
                    "page {number} of pages with {size} rows: the first page is page 1, and a page has at least one row"
                )));
            }
            let total = count(executor.exec(place), &self.select).await?;
            let first = (number - 1).saturating_mul(size);
            let rows = if first < total {
                let page = self.limit(size).offset(first);
                page.load.rows(executor.exec(place), &page.select).await?
            } else {
                Vec::new()
            };
            Ok(Page { rows, number, size, total })
        }
    }
}
