//! Running a test under every order of receivers that `after` and `before` allow.

use core::fmt;
use std::collections::hash_map::RandomState;
use std::env;
use std::error::Error as StdError;
use std::hash::{BuildHasher, Hasher};
use std::sync::Arc;

use crate::error::BoxError;
use crate::orders::{Choice, Orders, Random, Rest};
use crate::rules::{Effect, RuleGuard};
use crate::scope::Scope;

/// Runs a test under every order of receivers that `after` and `before` allow, and compares the results.
///
/// The test applies the order to its scope, and returns what it wants to compare, such as the rows of a table. Receivers that leave the same
/// result in each order need no `after`; if two results differ, the error names the orders. Each run needs a scope of its own, such as a new
/// database.
///
/// With more than 200 orders, 200 of them are random. The seed is printed, and set by the environment variable `SIGNALS_SEED` or by
/// [`EveryOrder::seed`].
///
/// # Errors
/// The error of the test in the usual order; [`OrderMatters`] if a result differs, or if the test fails in another order alone.
pub async fn every_order<T: PartialEq + fmt::Debug>(
    run: impl AsyncFn(TriedOrder) -> Result<T, BoxError>,
) -> Result<T, BoxError> {
    EveryOrder::new().run(run).await?
}

/// [`every_order`] with other settings.
#[derive(Debug, Clone, Default)]
#[must_use = "it does nothing before `run`"]
pub struct EveryOrder {
    seed: Option<u64>,
    runs: Option<usize>,
}

impl EveryOrder {
    /// 200 runs, and a random seed.
    pub fn new() -> Self {
        Self::default()
    }

    /// The random orders are those of this seed.
    pub fn seed(self, seed: u64) -> Self {
        Self { seed: Some(seed), ..self }
    }

    /// The test runs at most so often.
    pub fn runs(self, runs: usize) -> Self {
        Self { runs: Some(runs), ..self }
    }

    /// Runs the test: see [`every_order`]. The outer result is whether the order matters, the inner one that of the test in the usual order.
    ///
    /// # Errors
    /// [`OrderMatters`]
    pub async fn run<T, E, F>(self, run: F) -> Result<Result<T, E>, OrderMatters>
    where
        T: PartialEq + fmt::Debug,
        E: fmt::Display,
        F: AsyncFn(TriedOrder) -> Result<T, E>,
    {
        let usual = TriedOrder::new(Vec::new(), Rest::Usual);
        let expected = match run(usual.clone()).await {
            Ok(expected) => expected,
            Err(error) => return Ok(Err(error)),
        };
        let mut search = Search::new(&self, usual.orders.made());
        while let Some(order) = search.next() {
            let result = run(order.clone()).await;
            let made = order.orders.made();
            if !is_same(&result, &expected) {
                let (made, result) = shortened(made, result, &expected, &run).await;
                return Err(OrderMatters::new(&made, &expected, &result, search.seed));
            }
            search.last = made;
        }
        Ok(Ok(expected))
    }
}

fn is_same<T: PartialEq, E>(result: &Result<T, E>, expected: &T) -> bool {
    result.as_ref().is_ok_and(|result| result == expected)
}

type Made = Vec<(Choice, Vec<usize>)>;

/// The same with as few unusual orders as possible, so that those that matter are seen.
async fn shortened<T: PartialEq, E>(
    mut made: Made,
    mut result: Result<T, E>,
    expected: &T,
    run: &impl AsyncFn(TriedOrder) -> Result<T, E>,
) -> (Made, Result<T, E>) {
    made.retain(is_unusual);
    let mut index = 0;
    while index < made.len() && made.len() > 1 {
        let mut fewer = made.clone();
        fewer.remove(index);
        let shorter = run(TriedOrder::new(fewer.clone(), Rest::Usual)).await;
        if is_same(&shorter, expected) {
            index += 1;
        } else {
            (made, result) = (fewer, shorter);
        }
    }
    (made, result)
}

fn is_unusual((_, order): &(Choice, Vec<usize>)) -> bool {
    !order.is_sorted()
}

/// The order of receivers in one run of a test.
#[derive(Debug, Clone)]
pub struct TriedOrder {
    orders: Arc<Orders>,
}

impl TriedOrder {
    fn new(plan: Made, rest: Rest) -> Self {
        Self { orders: Arc::new(Orders::new(plan, rest)) }
    }

    /// Calls the receivers of a scope in this order, until the guard is dropped.
    pub fn apply(&self, scope: &(impl Scope + ?Sized)) -> Ordered {
        Ordered { _rule: RuleGuard::new(scope.scope_id(), Effect::Order(Arc::clone(&self.orders))) }
    }
}

/// The guard of [`TriedOrder::apply`].
#[must_use = "the usual order is restored when this is dropped"]
pub struct Ordered {
    _rule: RuleGuard,
}

impl fmt::Debug for Ordered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ordered").finish_non_exhaustive()
    }
}

/// Which orders are tried.
struct Search {
    /// What the last run chose.
    last: Made,
    runs_left: usize,
    /// The seed, if the orders are random.
    seed: Option<u64>,
    random: Random,
}

impl Search {
    fn new(settings: &EveryOrder, last: Made) -> Self {
        let runs = settings.runs.unwrap_or(200);
        let count = |(choice, _): &(Choice, Vec<usize>)| choice.allowed.as_ref().map_or(usize::MAX, |all| all.len());
        let orders = last.iter().map(count).fold(1, usize::saturating_mul);
        let seed = (orders > runs).then(|| settings.seed.or_else(seed_of_environment).unwrap_or_else(any_seed));
        if let Some(seed) = seed {
            let of = if orders == usize::MAX { "many".to_owned() } else { orders.to_string() };
            eprintln!("every_order: {runs} of {of} orders; SIGNALS_SEED={seed} repeats them");
        }
        Self { last, runs_left: runs.saturating_sub(1), seed, random: Random::new(seed.unwrap_or_default()) }
    }

    fn next(&mut self) -> Option<TriedOrder> {
        self.runs_left = self.runs_left.checked_sub(1)?;
        if self.seed.is_some() {
            return Some(TriedOrder::new(Vec::new(), Rest::Random(Random::new(self.random.next()))));
        }
        // The last signal with another order gets its next one, and those before it keep theirs.
        let next = |(choice, order): &(Choice, Vec<usize>)| {
            let all = choice.allowed.as_ref()?;
            all.get(all.iter().position(|known| known == order)? + 1).cloned()
        };
        let (index, order) = self.last.iter().enumerate().rev().find_map(|(index, made)| Some((index, next(made)?)))?;
        self.last.truncate(index + 1);
        self.last[index].1 = order;
        Some(TriedOrder::new(self.last.clone(), Rest::Usual))
    }
}

fn seed_of_environment() -> Option<u64> {
    let seed = env::var("SIGNALS_SEED").ok()?;
    match seed.parse() {
        Ok(seed) => Some(seed),
        Err(error) => panic!("SIGNALS_SEED is `{seed}`, which is not a number: {error}"),
    }
}

/// Another one each time.
fn any_seed() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// A test has another result in another order of receivers.
///
/// `{:?}` prints the same message as `{}`, so that an error that a test returns is readable.
pub struct OrderMatters {
    message: String,
}

impl OrderMatters {
    fn new<T: fmt::Debug, E: fmt::Display>(
        made: &[(Choice, Vec<usize>)],
        expected: &T,
        result: &Result<T, E>,
        seed: Option<u64>,
    ) -> Self {
        let lines = |order: fn(&[usize]) -> Vec<usize>| {
            let lines: Vec<_> =
                made.iter().map(|(choice, made)| format!("\n    {}", choice.line(&order(made)))).collect();
            lines.concat()
        };
        let usual = lines(|order| (0..order.len()).collect());
        let other = lines(<[usize]>::to_vec);
        let result = match result {
            Ok(result) => format!("the result is {result:?}"),
            Err(error) => format!("it fails: {error}"),
        };
        let seed = seed.map_or_else(String::new, |seed| format!("\nnote: `SIGNALS_SEED={seed}` repeats the orders"));
        let message = format!(
            "the order of receivers matters\nin the order{usual}\nthe result is {expected:?}\nin the order{other}\n{result}{seed}\n\
             help: `after = [..]` or `before = [..]` of one of these receivers fixes their order"
        );
        Self { message }
    }
}

impl fmt::Display for OrderMatters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl fmt::Debug for OrderMatters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for OrderMatters {}
