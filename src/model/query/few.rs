//! A list that allocates nothing while it is short.

use std::mem;

/// A list whose first `N` items are stored in it.
// Not a `SmallVec`, in which the lifetimes of the items cannot be shortened: conditions are combined that borrow from different places.
#[derive(Clone)]
#[doc(hidden)]
#[derive(Debug)]
pub struct Few<T, const N: usize> {
    first: [T; N],
    len: usize,
    more: Vec<T>,
}

impl<T: Default, const N: usize> Default for Few<T, N> {
    fn default() -> Self {
        Self { first: std::array::from_fn(|_| T::default()), len: 0, more: Vec::new() }
    }
}

impl<T, const N: usize> Few<T, N> {
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The item at this index.
    ///
    /// # Panics
    /// When there are not so many.
    pub(crate) fn get(&self, index: usize) -> &T {
        assert!(index < self.len, "there are {} items, and no item {index}", self.len);
        if index < N { &self.first[index] } else { &self.more[index - N] }
    }

    pub(crate) fn push(&mut self, item: T) {
        match self.first.get_mut(self.len) {
            Some(place) => *place = item,
            None => self.more.push(item),
        }
        self.len += 1;
    }

    pub(crate) fn extend(&mut self, mut others: Self)
    where
        T: Default,
    {
        for index in 0..others.len.min(N) {
            self.push(mem::take(&mut others.first[index]));
        }
        for item in others.more {
            self.push(item);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.first.iter().take(self.len).chain(&self.more)
    }
}
