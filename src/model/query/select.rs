//! A query as data.
//!
//! A condition is a list of nodes, each after its operands. It is no tree of boxes, so that a usual condition allocates nothing. It is no
//! tree of types either, so that a query has the same type whatever its condition is, and one that depends on a request needs no box.

use std::fmt;

use super::few::Few;
use crate::db::Params;
use crate::error::{Error, Result};
use crate::model::Meta;
use crate::model::many_to_many::Pairs;
use crate::value::{Value, ValueRef};

/// Which rows of a model are read, and in which order.
#[doc(hidden)]
#[derive(Clone)]
pub struct Select<'a> {
    pub(crate) meta: &'static Meta,
    pub(crate) condition: Nodes<'a>,
    pub(crate) order: Orders,
    pub(crate) limit: Option<i64>,
    pub(crate) offset: i64,
    pub(crate) lock: Option<RowLock>,
    pub(crate) is_distinct: bool,
}

/// The lock of rows that will be written.
#[derive(Clone, Copy)]
pub(crate) struct RowLock {
    pub(crate) skip_locked: bool,
}

impl<'a> Select<'a> {
    pub(crate) fn all_of(meta: &'static Meta) -> Self {
        Self {
            meta,
            condition: Nodes::default(),
            order: Orders::default(),
            limit: None,
            offset: 0,
            lock: None,
            is_distinct: false,
        }
    }

    /// Only the rows that meet this condition as well.
    pub(crate) fn narrow(&mut self, condition: Nodes<'a>) {
        if self.condition.is_empty() {
            self.condition = condition;
        } else {
            let before = std::mem::take(&mut self.condition);
            self.condition = before.join(Connective::And, condition);
        }
    }

    /// Whether only some of the rows are meant, by their number.
    pub(crate) fn is_limited(&self) -> bool {
        self.limit.is_some() || self.offset > 0
    }

    /// The order, which ends with the key: rows that are equal in the other columns have the same order in every query, so that a row is on
    /// one page.
    pub(crate) fn full_order(&self) -> impl Iterator<Item = OrderBy> {
        let fields = self.meta.fields;
        let is_unique =
            |by: &OrderBy| by.column == self.meta.key || fields[by.column].unique && !fields[by.column].nullable;
        // Distinct values have no key: they are ordered by all of them.
        let is_total = self.is_distinct || self.order.iter().any(is_unique);
        let key = OrderBy { column: self.meta.key, ..OrderBy::default() };
        self.order.iter().copied().chain((!is_total).then_some(key))
    }

    /// Ends the order of distinct values with all of them, as other orders end with the key.
    pub(crate) fn order_distinct(&mut self, columns: &[usize]) {
        for column in columns {
            if self.order.iter().all(|by| by.column != *column) {
                self.order.push(OrderBy { column: *column, ..OrderBy::default() });
            }
        }
    }

    /// Refuses what distinct values cannot have in every database.
    pub(crate) fn check_distinct(&self, columns: &[usize]) -> Result<()> {
        let name = self.meta.name;
        if self.lock.is_some() {
            return Err(Error::other(format!(
                "distinct values of `{name}` are not rows, and cannot be locked: leave `distinct` or the lock out"
            )));
        }
        match self.order.iter().find(|by| !columns.contains(&by.column)) {
            None => Ok(()),
            Some(by) => Err(Error::other(format!(
                "distinct values of `{name}` are ordered by `{}`, which is not one of them: select it as well, or order by what is \
                 selected",
                self.meta.fields[by.column].name
            ))),
        }
    }

    /// At most this many rows.
    pub(crate) fn limit_to(&mut self, most: i64) {
        self.limit = Some(self.limit.map_or(most, |limit| limit.min(most)));
    }
}

impl fmt::Debug for Select<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Select from {}", self.meta.table)
    }
}

/// The order by a column.
#[derive(Debug, Clone, Copy, Default)]
#[doc(hidden)]
pub struct OrderBy {
    pub(crate) column: usize,
    pub(crate) is_descending: bool,
    pub(crate) nulls_first: bool,
}

/// The columns that rows are ordered by.
pub(crate) type Orders = Few<OrderBy, 2>;

/// The nodes of a condition: three comparisons and what joins them fit without an allocation. An empty list is true.
#[derive(Clone, Default)]
pub(crate) struct Nodes<'a>(Few<Node<'a>, 5>);

/// A node. Its operands are the nodes before it.
#[derive(Clone, Default)]
pub(crate) enum Node<'a> {
    /// No node.
    #[default]
    Empty,
    Constant(bool),
    Compare {
        column: usize,
        comparison: Comparison,
        with: Operand<'a>,
    },
    CompareExpression(Box<(Operand<'a>, Comparison, Operand<'a>)>),
    IsNull {
        column: usize,
        is: bool,
    },
    Among {
        column: usize,
        values: Vec<Operand<'a>>,
    },
    Search {
        column: usize,
        search: Search,
        text: Operand<'a>,
    },
    InQuery {
        column: usize,
        query: Box<(Select<'a>, usize)>,
    },
    Sql {
        sql: &'a str,
        params: &'a dyn Params,
    },
    /// The operand is the node before it.
    Not,
    /// The right operand is this many nodes before it, and the left one is before those.
    Both {
        connective: Connective,
        right: usize,
    },
    /// The nodes before it are the condition of rows of another model.
    Related(Path),
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Connective {
    And,
    Or,
}

/// How a row leads to rows of another model.
#[derive(Clone, Copy)]
pub(crate) enum Path {
    /// A column of this model points to a row of that one.
    Forward { column: usize, target: &'static Meta },
    /// A column of that model points to the row.
    Reverse { child: &'static Meta, column: usize },
    /// A many-to-many relation.
    Many(Pairs),
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Comparison {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
}

/// What is searched for in a text.
#[derive(Clone, Copy)]
pub(crate) struct Search {
    pub(crate) place: Place,
    pub(crate) case: Case,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Place {
    Anywhere,
    Start,
    End,
    Whole,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Case {
    Sensitive,
    Insensitive,
}

/// What a column is compared with or set to.
#[derive(Clone)]
pub(crate) enum Operand<'a> {
    Borrowed(ValueRef<'a>),
    Owned(Value),
    Column(usize),
    Arithmetic(Box<Arithmetic<'a>>),
}

/// What the database computes.
#[derive(Clone)]
pub(crate) struct Arithmetic<'a> {
    pub(crate) left: Operand<'a>,
    pub(crate) operator: Operator,
    pub(crate) right: Operand<'a>,
    pub(crate) results: Results,
}

/// Which results have the type of the expression in Rust. The databases compute with 64 bits.
#[derive(Debug, Clone, Copy)]
#[doc(hidden)]
pub enum Results {
    /// All that the database has.
    All,
    Integers {
        min: i64,
        max: i64,
    },
    /// Those of `f32`.
    Singles,
}

#[derive(Clone, Copy)]
pub(crate) enum Operator {
    Add,
    Sub,
    Mul,
}

impl<'a> Nodes<'a> {
    pub(crate) fn one(node: Node<'a>) -> Self {
        let mut nodes = Self::default();
        nodes.0.push(node);
        nodes
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn get(&self, index: usize) -> &Node<'a> {
        self.0.get(index)
    }

    /// Both conditions, joined.
    pub(crate) fn join(mut self, connective: Connective, other: Self) -> Self {
        match (self.is_empty(), other.is_empty(), connective) {
            (true, _, Connective::And) | (_, true, Connective::Or) => return other,
            (true, _, Connective::Or) | (_, true, Connective::And) => return self,
            (false, false, _) => {}
        }
        let right = other.len();
        self.0.extend(other.0);
        self.0.push(Node::Both { connective, right });
        self
    }

    pub(crate) fn negated(mut self) -> Self {
        self.0.push(if self.is_empty() { Node::Constant(false) } else { Node::Not });
        self
    }

    /// The rows that lead to a row with this condition.
    pub(crate) fn related(mut self, path: Path) -> Self {
        if self.is_empty() {
            self.0.push(Node::Constant(true));
        }
        self.0.push(Node::Related(path));
        self
    }
}

impl Operand<'_> {
    /// The value, if it is one.
    pub(crate) fn value(&self) -> Option<ValueRef<'_>> {
        match self {
            Self::Borrowed(value) => Some(*value),
            Self::Owned(value) => Some(value.into()),
            Self::Column(_) | Self::Arithmetic(_) => None,
        }
    }
}
