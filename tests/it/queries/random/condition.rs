//! Random conditions.

use proptest::prelude::*;
use signals::model::query::{ColumnOf, Condition};
use signals::prelude::*;

use super::fields::{Comparison, FIELDS, Operator};
use super::rows::{Owner, Sample, SampleByParentInQueries as _, World};
use super::values::{Sampled, TEXTS};

#[derive(Debug, Clone)]
pub(super) enum Filter {
    All,
    None,
    Compare(Comparison),
    /// A search in a text, or in one that may be NULL.
    Search {
        search: Search,
        is_nullable: bool,
        text: usize,
    },
    /// `small * a - b` and similar, compared with a number.
    Expression {
        kind: usize,
        operator: Operator,
        a: usize,
        b: usize,
    },
    /// Two columns, compared.
    Columns {
        kind: usize,
        operator: Operator,
    },
    /// The owner, by its name.
    Owner {
        name: usize,
        is_query: bool,
        is_excluded: bool,
    },
    Country {
        name: usize,
    },
    Machine {
        is_heavy: bool,
    },
    Tags {
        name: usize,
    },
    NoTags,
    NoChildren,
    Sql {
        small: i32,
    },
    Parent(Box<Filter>),
    Children(Box<Filter>),
    Not(Box<Filter>),
    And(Box<Filter>, Box<Filter>),
    Or(Box<Filter>, Box<Filter>),
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Search {
    Contains,
    StartsWith,
    EndsWith,
    IContains,
    IStartsWith,
    IEndsWith,
    IEq,
}

fn operators() -> impl Strategy<Value = Operator> {
    use Operator::{Eq, Ge, Gt, Le, Lt, Ne};
    prop::sample::select(vec![Eq, Ne, Lt, Le, Gt, Ge])
}

fn comparisons() -> impl Strategy<Value = Comparison> {
    let lists = prop::sample::select(vec![0, 1, 2, 16, 17, 40]).prop_map(Operator::In);
    let others = prop::sample::select(vec![Operator::Between, Operator::IsNull, Operator::IsNotNull]);
    let operator = prop_oneof![3 => operators(), 2 => lists, 1 => others];
    (0..FIELDS, operator, 0..60_usize, 0..60_usize).prop_map(|(field, operator, a, b)| Comparison {
        field,
        operator,
        a,
        b,
    })
}

fn searches() -> impl Strategy<Value = Filter> {
    use Search::{Contains, EndsWith, IContains, IEndsWith, IEq, IStartsWith, StartsWith};
    let search = prop::sample::select(vec![Contains, StartsWith, EndsWith, IContains, IStartsWith, IEndsWith, IEq]);
    (search, any::<bool>(), 0..TEXTS.len()).prop_map(|(search, is_nullable, text)| {
        // What the lower case of other letters is depends on the collation, which the columns of this test have of their own.
        let is_sensitive = matches!(search, Contains | StartsWith | EndsWith);
        let text = if is_sensitive || TEXTS[text].is_ascii() { text } else { 2 };
        Filter::Search { search, is_nullable, text }
    })
}

pub(super) fn filters() -> impl Strategy<Value = Filter> {
    let single = prop_oneof![
        12 => comparisons().prop_map(Filter::Compare),
        4 => searches(),
        2 => (0..4_usize, operators(), 0..8_usize, 0..8_usize)
            .prop_map(|(kind, operator, a, b)| Filter::Expression { kind, operator, a, b }),
        2 => (0..5_usize, operators()).prop_map(|(kind, operator)| Filter::Columns { kind, operator }),
        2 => (0..4_usize, any::<bool>(), any::<bool>())
            .prop_map(|(name, is_query, is_excluded)| Filter::Owner { name, is_query, is_excluded }),
        1 => (0..4_usize).prop_map(|name| Filter::Country { name }),
        1 => any::<bool>().prop_map(|is_heavy| Filter::Machine { is_heavy }),
        1 => (0..4_usize).prop_map(|name| Filter::Tags { name }),
        1 => (-2..5).prop_map(|small| Filter::Sql { small }),
        2 => prop::sample::select(vec![Filter::All, Filter::None, Filter::NoTags, Filter::NoChildren]),
    ];
    single.prop_recursive(5, 16, 2, |inner| {
        let pair = (inner.clone().prop_map(Box::new), inner.clone().prop_map(Box::new));
        prop_oneof![
            2 => inner.clone().prop_map(|filter| Filter::Not(Box::new(filter))),
            3 => pair.clone().prop_map(|(left, right)| Filter::And(left, right)),
            3 => pair.prop_map(|(left, right)| Filter::Or(left, right)),
            1 => inner.clone().prop_map(|filter| Filter::Parent(Box::new(filter))),
            1 => inner.prop_map(|filter| Filter::Children(Box::new(filter))),
        ]
    })
}

/// The names of related rows, and one that none has.
const NAMES: [&str; 4] = ["ann", "BOB", "a%_", "nn"];

fn compared<T: Ord>(operator: Operator, a: Option<T>, b: Option<T>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return matches!(operator, Operator::Ne) };
    match operator {
        Operator::Eq => a == b,
        Operator::Ne => a != b,
        Operator::Lt => a < b,
        Operator::Le => a <= b,
        Operator::Gt => a > b,
        Operator::Ge => a >= b,
        _ => unreachable!(),
    }
}

macro_rules! compare {
    ($left:expr, $operator:expr, $right:expr) => {
        match $operator {
            Operator::Eq => $left.eq($right),
            Operator::Ne => $left.ne($right),
            Operator::Lt => $left.lt($right),
            Operator::Le => $left.le($right),
            Operator::Gt => $left.gt($right),
            Operator::Ge => $left.ge($right),
            _ => unreachable!(),
        }
    };
}

impl Filter {
    pub(super) fn condition(&self) -> Condition<'static, Sample> {
        let sample = Sample::columns();
        match self {
            Self::All => Condition::all(),
            Self::None => Condition::none(),
            Self::Compare(comparison) => comparison.condition(),
            Self::Search { search, is_nullable: false, text } => search.condition(sample.text, *text),
            Self::Search { search, is_nullable: true, text } => search.condition(sample.maybe_text, *text),
            Self::Expression { kind, operator, a, b } => {
                let (x, y, z) = (i32::at(*a), i32::at(*b), i32::at(a + b));
                let (small, large) = (sample.small, sample.maybe_large);
                match kind {
                    0 => compare!(small.mul(x).sub(y), operator, z),
                    1 => compare!(small.add(x), operator, sample.small.sub(y)),
                    2 => compare!(sample.single.add(f32::at(*a)).mul(2.0), operator, f32::at(*b)),
                    // Only numbers of which no sum is too large.
                    _ => large.between(-1000, 1000) & compare!(large.add(i64::from(x)), operator, i64::from(z)),
                }
            }
            Self::Columns { kind, operator } => match kind {
                0 => compare!(sample.text, operator, sample.maybe_text),
                1 => compare!(sample.maybe_text, operator, sample.text),
                2 => compare!(sample.maybe_large, operator, sample.large),
                3 => compare!(sample.maybe_colour, operator, sample.colour),
                _ => compare!(sample.flag, operator, sample.maybe_flag),
            },
            Self::Owner { name, is_query: false, is_excluded } => sample.owner.is(|owner| {
                let named = owner.name.contains(NAMES[*name]);
                if *is_excluded { !named } else { named }
            }),
            Self::Owner { name, is_query: true, is_excluded } => {
                let named = Owner::filter(|owner| owner.name.contains(NAMES[*name])).values(|owner| owner.id);
                let found = sample.owner.in_query(named);
                if *is_excluded { !found } else { found }
            }
            Self::Country { name } => sample.country.is(|country| country.name.eq(NAMES[*name])),
            Self::Machine { is_heavy } => sample.machine.is(|machine| machine.weight.gt(i64::from(*is_heavy))),
            Self::Tags { name } => sample.tags.any(|tag| tag.name.eq(NAMES[*name])),
            Self::NoTags => sample.tags.is_empty(),
            Self::NoChildren => sample.children().is_empty(),
            Self::Sql { small } => Condition::sql("small > ? OR small < ?", leaked(*small)),
            Self::Parent(filter) => sample.parent.is(|_| filter.condition()),
            Self::Children(filter) => sample.children().any(|_| filter.condition()),
            Self::Not(filter) => !filter.condition(),
            Self::And(left, right) => left.condition() & right.condition(),
            Self::Or(left, right) => left.condition() | right.condition(),
        }
    }

    /// Whether the row at this index is found.
    pub(super) fn holds(&self, world: &World, index: usize) -> bool {
        let row = &world.rows[index];
        let owner = |id: Id<Owner>| world.owners.iter().find(|owner| owner.id == id).unwrap();
        match self {
            Self::All => true,
            Self::None => false,
            Self::Compare(comparison) => comparison.holds(row),
            Self::Search { search, is_nullable: false, text } => search.holds(Some(&row.text), *text),
            Self::Search { search, is_nullable: true, text } => search.holds(row.maybe_text.as_ref(), *text),
            Self::Expression { kind, operator, a, b } => holds_expression(row, *kind, *operator, *a, *b),
            Self::Columns { kind, operator } => match kind {
                0 => compared(*operator, Some(&row.text), row.maybe_text.as_ref()),
                1 => compared(*operator, row.maybe_text.as_ref(), Some(&row.text)),
                2 => compared(*operator, row.maybe_large, Some(row.large)),
                3 => {
                    let text = |colour: super::values::Colour| super::values::owned(&colour).to_string();
                    compared(*operator, row.maybe_colour.map(text), Some(text(row.colour)))
                }
                _ => compared(*operator, Some(row.flag), row.maybe_flag),
            },
            Self::Owner { name, is_query, is_excluded } => {
                let named = row.owner.map(|id| owner(id).name.contains(NAMES[*name]));
                match (is_query, is_excluded) {
                    (_, false) => named == Some(true),
                    (false, true) => named == Some(false),
                    (true, true) => named != Some(true),
                }
            }
            Self::Country { name } => {
                let country = world.countries.iter().find(|country| row.country.get() == Some(&country.code));
                country.unwrap().name == NAMES[*name]
            }
            Self::Machine { is_heavy } => row.machine.as_ref().is_some_and(|machine| {
                let machine = world.machines.iter().find(|other| machine.get() == Some(&other.serial));
                machine.unwrap().weight > i64::from(*is_heavy)
            }),
            Self::Tags { name } => world.tags_of[index].iter().any(|tag| world.tags[*tag].name == NAMES[*name]),
            Self::NoTags => world.tags_of[index].is_empty(),
            Self::NoChildren => !world.rows.iter().any(|other| other.parent == Some(row.id)),
            Self::Sql { small } => row.small > *small || row.small < -1,
            Self::Parent(filter) => {
                let parent = |id| world.rows.iter().position(|other| other.id == id).unwrap();
                row.parent.is_some_and(|id| filter.holds(world, parent(id)))
            }
            Self::Children(filter) => {
                let is_child = |other: &usize| world.rows[*other].parent == Some(row.id);
                (0..world.rows.len()).filter(is_child).any(|child| filter.holds(world, child))
            }
            Self::Not(filter) => !filter.holds(world, index),
            Self::And(left, right) => left.holds(world, index) && right.holds(world, index),
            Self::Or(left, right) => left.holds(world, index) || right.holds(world, index),
        }
    }
}

fn holds_expression(row: &Sample, kind: usize, operator: Operator, a: usize, b: usize) -> bool {
    let number = |index| i64::from(i32::at(index));
    let (first, second, third) = (number(a), number(b), number(a + b));
    let small = i64::from(row.small);
    match kind {
        0 => compared(operator, Some(small * first - second), Some(third)),
        1 => compared(operator, Some(small + first), Some(small - second)),
        2 => {
            let sum = (f64::from(row.single) + f64::from(f32::at(a))) * 2.0;
            let order = sum.partial_cmp(&f64::from(f32::at(b))).unwrap();
            compared(operator, Some(order), Some(std::cmp::Ordering::Equal))
        }
        _ => row.maybe_large.is_some_and(|large| {
            (-1000..=1000).contains(&large) && compared(operator, Some(large + first), Some(third))
        }),
    }
}

/// Parameters for a condition that borrows nothing.
fn leaked(small: i32) -> &'static (i32, i32) {
    Box::leak(Box::new((small, -1)))
}

impl Search {
    fn condition<N>(self, column: ColumnOf<Sample, String, N>, text: usize) -> Condition<'static, Sample> {
        let text = TEXTS[text];
        match self {
            Self::Contains => column.contains(text),
            Self::StartsWith => column.starts_with(text),
            Self::EndsWith => column.ends_with(text),
            Self::IContains => column.icontains(text),
            Self::IStartsWith => column.istarts_with(text),
            Self::IEndsWith => column.iends_with(text),
            Self::IEq => column.ieq(text),
        }
    }

    fn holds(self, value: Option<&String>, text: usize) -> bool {
        let Some(value) = value else { return false };
        let text = TEXTS[text];
        let lower = str::to_ascii_lowercase;
        match self {
            Self::Contains => value.contains(text),
            Self::StartsWith => value.starts_with(text),
            Self::EndsWith => value.ends_with(text),
            Self::IContains => lower(value).contains(&lower(text)),
            Self::IStartsWith => lower(value).starts_with(&lower(text)),
            Self::IEndsWith => lower(value).ends_with(&lower(text)),
            Self::IEq => lower(value) == lower(text),
        }
    }
}
