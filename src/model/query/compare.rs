//! The SQL of comparisons, and of long chains of conditions.

use super::outside::Written;
use super::select::{Comparison, Connective, Node, Nodes, Operand};
use super::write::{Around, Bind, Scope, Writer};
use crate::db::Dialect;
use crate::error::Result;

/// The left side of a comparison.
#[derive(Clone, Copy)]
enum Left<'q, 'o> {
    Column(usize),
    Expression(&'q Operand<'o>),
}

impl<'q> Writer<'q> {
    /// A column, compared.
    pub(super) fn compare(
        &mut self,
        column: usize,
        comparison: Comparison,
        with: &'q Operand<'_>,
        scope: Scope,
    ) -> Result<()> {
        let may_be_null = scope.meta.fields[column].nullable;
        self.compared((Left::Column(column), may_be_null), comparison, with, scope)
    }

    /// An expression, compared.
    pub(super) fn compare_expression(
        &mut self,
        (left, comparison, right): (&'q Operand<'_>, Comparison, &'q Operand<'_>),
        scope: Scope,
    ) -> Result<()> {
        self.compared((Left::Expression(left), may_be_null(left, scope)), comparison, right, scope)
    }

    fn compared(
        &mut self,
        (left, left_may_be_null): (Left<'q, '_>, bool),
        comparison: Comparison,
        right: &'q Operand<'_>,
        scope: Scope,
    ) -> Result<()> {
        let column = match left {
            Left::Column(column) => Some(column),
            Left::Expression(_) => None,
        };
        match right.outside(self.dialect).map(|outside| outside.compared(comparison)) {
            None => {
                let right_may_be_null = may_be_null(right, scope);
                // NULL is different from every value, and from another NULL, which only `IS NOT TRUE` says.
                let is_negated = comparison == Comparison::Ne && right_may_be_null;
                let operator = match (comparison, self.dialect) {
                    (Comparison::Eq, _) => " = ",
                    (Comparison::Ne, _) if is_negated => " = ",
                    (Comparison::Ne, Dialect::Sqlite) if left_may_be_null => " IS NOT ",
                    (Comparison::Ne, Dialect::Postgres) if left_may_be_null => " IS DISTINCT FROM ",
                    (Comparison::Ne, _) => " <> ",
                    (Comparison::Lt, _) => " < ",
                    (Comparison::Le, _) => " <= ",
                    (Comparison::Gt, _) => " > ",
                    (Comparison::Ge, _) => " >= ",
                };
                self.text(if is_negated { "(" } else { "" }).left(left, scope)?;
                self.text(operator).operand(right, scope, column)?;
                self.text(if is_negated { ") IS NOT TRUE" } else { "" });
            }
            Some(Written::AnyValue) if left_may_be_null => {
                self.left(left, scope)?;
                self.text(" IS NOT NULL");
            }
            Some(Written::AnyValue | Written::Constant(true)) => _ = self.text("TRUE"),
            Some(Written::Constant(false)) => _ = self.text("FALSE"),
            // What is compared with text is never negated here: it is `<=` or `>`.
            Some(Written::With(comparison, value)) => {
                self.left(left, scope)?;
                self.text(if comparison == Comparison::Le { " <= " } else { " > " });
                self.bind(Bind::Value(value), column.map(|column| (scope.meta, column)));
            }
        }
        Ok(())
    }

    fn left(&mut self, left: Left<'q, '_>, scope: Scope) -> Result<()> {
        match left {
            Left::Column(column) => {
                self.column_in(scope, column);
                Ok(())
            }
            Left::Expression(expression) => self.operand(expression, scope, None),
        }
    }

    /// Many conditions that are joined by the same word, such as those of a loop: as a balanced tree of parentheses, because SQLite allows
    /// a depth of 1,000.
    pub(super) fn chain(
        &mut self,
        nodes: &'q Nodes<'_>,
        end: usize,
        connective: Connective,
        scope: Scope,
    ) -> Result<()> {
        let (mut ends, mut pending) = (Vec::new(), vec![end]);
        while let Some(end) = pending.pop() {
            match nodes.get(end - 1) {
                Node::Both { connective: inner, right } if *inner == connective => {
                    pending.extend([end - 1, end - 1 - right]);
                }
                _ => ends.push(end),
            }
        }
        self.balanced(nodes, &ends, connective, scope)
    }

    fn balanced(&mut self, nodes: &'q Nodes<'_>, ends: &[usize], connective: Connective, scope: Scope) -> Result<()> {
        if let [end] = ends {
            return self.condition(nodes, *end, scope, Around::And);
        }
        let (left, right) = ends.split_at(ends.len() / 2);
        self.text("(").balanced(nodes, left, connective, scope)?;
        self.text(match connective {
            Connective::And => " AND ",
            Connective::Or => " OR ",
        });
        self.balanced(nodes, right, connective, scope)?;
        self.text(")");
        Ok(())
    }
}

fn may_be_null(operand: &Operand<'_>, scope: Scope) -> bool {
    match operand {
        Operand::Borrowed(_) | Operand::Owned(_) => false,
        Operand::Column(column) => scope.meta.fields[*column].nullable,
        Operand::Arithmetic(_) => true,
    }
}
