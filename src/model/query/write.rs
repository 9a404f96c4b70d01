//! The SQL of a query.

use std::fmt::Write;
use std::mem;

use super::few::Few;
use super::list::List;
use super::select::{Arithmetic, Case, Connective, Node, Nodes, Operand, Operator, Path, Place, Search, Select};
use crate::db::{Dialect, Names, Params, placeholders};
use crate::error::{Error, ErrorKind, Result};
use crate::model::Meta;
use crate::model::id::UNSET_ID;
use crate::model::many_to_many::Pairs;
use crate::value::ValueRef;

/// A statement under construction: its text, and its parameters in the order of their numbers.
pub(crate) struct Writer<'q> {
    pub(crate) sql: String,
    pub(crate) params: Bound<'q>,
    pub(super) dialect: Dialect,
    /// Written before the columns of the outermost model, if the statement reads several tables.
    qualifier: Option<&'static str>,
}

/// The parameters of a statement.
#[derive(Default)]
pub(crate) struct Bound<'q> {
    values: Few<BoundValue<'q>, 6>,
}

#[derive(Default)]
struct BoundValue<'q> {
    value: Bind<'q>,
    /// The column that it is compared with or assigned to.
    column: Option<(&'static Meta, usize)>,
    /// Its number among the parameters of a condition that the user wrote.
    own_number: Option<usize>,
}

pub(super) enum Bind<'q> {
    Value(ValueRef<'q>),
    /// The values of a long list, in one text.
    List(String),
}

impl Default for Bind<'_> {
    fn default() -> Self {
        Self::Value(ValueRef::Null)
    }
}

impl Params for Bound<'_> {
    fn len(&self) -> usize {
        self.values.len()
    }

    fn get(&self, index: usize) -> ValueRef<'_> {
        match &self.values.get(index).value {
            Bind::Value(value) => *value,
            Bind::List(list) => ValueRef::Text(list),
        }
    }
}

/// The errors of a parameter as those of the field that it is compared with or assigned to.
impl Names for Bound<'_> {
    fn rename(&self, error: &mut Error) {
        let ErrorKind::Parameter { number, reason, cast } = error.kind_mut() else { return };
        let value = number.checked_sub(1).filter(|index| *index < self.len());
        let Some(value) = value.map(|index| self.values.get(index)) else { return };
        if let Some(own) = value.own_number {
            *number = own;
        }
        if let Some((meta, column)) = value.column {
            *error.kind_mut() = meta.not_storable(column, mem::take(reason), *cast);
        }
    }
}

/// How tightly what is written next to a condition binds.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub(super) enum Around {
    Nothing,
    Or,
    And,
}

/// The model whose columns a condition names, and what is written before them.
#[derive(Clone, Copy)]
pub(super) struct Scope {
    pub(super) meta: &'static Meta,
    qualifier: Option<&'static str>,
}

impl<'q> Writer<'q> {
    pub(crate) fn new(dialect: Dialect) -> Self {
        Self { sql: String::with_capacity(192), params: Bound::default(), dialect, qualifier: None }
    }

    pub(crate) fn qualified(mut self, qualifier: &'static str) -> Self {
        self.qualifier = Some(qualifier);
        self
    }

    pub(crate) fn text(&mut self, text: &str) -> &mut Self {
        self.sql.push_str(text);
        self
    }

    /// Any name as an SQL identifier.
    pub(crate) fn name(&mut self, name: &str) -> &mut Self {
        self.sql.push('"');
        if name.contains('"') {
            self.sql.push_str(&name.replace('"', "\"\""));
        } else {
            self.sql.push_str(name);
        }
        self.sql.push('"');
        self
    }

    /// The column of the outermost model at this index.
    pub(crate) fn column(&mut self, meta: &'static Meta, index: usize) -> &mut Self {
        self.column_in(Scope { meta, qualifier: self.qualifier }, index)
    }

    pub(super) fn column_in(&mut self, scope: Scope, index: usize) -> &mut Self {
        if let Some(qualifier) = scope.qualifier {
            self.text(qualifier).text(".");
        }
        let name = &scope.meta.statements(self.dialect).names[index];
        self.text(name)
    }

    /// Every column of a model.
    pub(crate) fn columns(&mut self, meta: &'static Meta, qualifier: Option<&'static str>) -> &mut Self {
        for index in 0..meta.fields.len() {
            if index > 0 {
                self.text(", ");
            }
            self.column_in(Scope { meta, qualifier }, index);
        }
        self
    }

    /// The key of a row of this model.
    pub(crate) fn key(&mut self, key: ValueRef<'q>, meta: &'static Meta) -> &mut Self {
        self.bind(Bind::Value(key), Some((meta, meta.key)))
    }

    fn number(&mut self, number: i64) -> &mut Self {
        self.bind(Bind::Value(ValueRef::Integer(number)), None)
    }

    pub(super) fn bind(&mut self, value: Bind<'q>, column: Option<(&'static Meta, usize)>) -> &mut Self {
        self.params.values.push(BoundValue { value, column, own_number: None });
        self.sql.push(self.dialect.sigil());
        match u8::try_from(self.params.len()) {
            // Formatting would take longer than the rest of a short statement.
            Ok(number @ 1..=9) => self.sql.push(char::from(b'0' + number)),
            _ => _ = write!(self.sql, "{}", self.params.len()),
        }
        self
    }

    /// FROM, WHERE, ORDER BY and LIMIT.
    pub(crate) fn rows(&mut self, select: &'q Select<'_>, order: Ordered) -> Result<()> {
        self.text(" FROM ").name(select.meta.table);
        self.rest(select, order)
    }

    /// What follows the tables.
    pub(crate) fn rest(&mut self, select: &'q Select<'_>, order: Ordered) -> Result<()> {
        self.condition_of(select)?;
        if order == Ordered::Yes || select.is_limited() {
            self.order(select);
        }
        if let Some(limit) = select.limit {
            // Not a parameter: the number decides how the database plans the query, and few programs have many. SQLite prepares a
            // statement with a parameter here again at each execution.
            let _ = write!(self.sql, " LIMIT {limit}");
        } else if select.offset > 0 && self.dialect == Dialect::Sqlite {
            // SQLite has no OFFSET without a LIMIT.
            self.text(" LIMIT -1");
        }
        if select.offset > 0 {
            self.text(" OFFSET ").number(select.offset);
        }
        Ok(())
    }

    /// WHERE, unless every row is meant.
    pub(crate) fn condition_of(&mut self, select: &'q Select<'_>) -> Result<()> {
        if select.condition.is_empty() {
            return Ok(());
        }
        self.text(" WHERE ");
        let scope = Scope { meta: select.meta, qualifier: self.qualifier };
        self.condition(&select.condition, select.condition.len(), scope, Around::Nothing)
    }

    pub(super) fn order(&mut self, select: &Select<'_>) {
        let scope = Scope { meta: select.meta, qualifier: self.qualifier };
        for (number, by) in select.full_order().enumerate() {
            self.text(if number == 0 { " ORDER BY " } else { ", " }).column_in(scope, by.column);
            if by.is_descending {
                self.text(" DESC");
            }
            // The databases differ in where NULL is, unless it is written.
            if select.meta.fields[by.column].nullable {
                self.text(if by.nulls_first { " NULLS FIRST" } else { " NULLS LAST" });
            }
        }
    }

    /// FOR UPDATE, of the outermost model.
    pub(crate) fn lock(&mut self, select: &Select<'_>) {
        let Some(lock) = select.lock.filter(|_| self.dialect == Dialect::Postgres) else { return };
        // Inserts of rows that point to these are allowed.
        self.text(" FOR NO KEY UPDATE");
        if let Some(qualifier) = self.qualifier {
            self.text(" OF ").text(qualifier);
        }
        if lock.skip_locked {
            self.text(" SKIP LOCKED");
        }
    }

    /// The condition that ends before the node at `end`.
    pub(super) fn condition(&mut self, nodes: &'q Nodes<'_>, end: usize, scope: Scope, around: Around) -> Result<()> {
        /// Up to this many nodes, each pair of conditions is written as it was joined.
        const FLAT: usize = 256;

        let last = end - 1;
        match nodes.get(last) {
            Node::Empty => {}
            Node::Constant(value) => _ = self.text(if *value { "TRUE" } else { "FALSE" }),
            Node::Both { connective, .. } if end > FLAT => self.chain(nodes, end, *connective, scope)?,
            Node::Both { connective, right } => {
                let (inner, word) = match connective {
                    Connective::And => (Around::And, " AND "),
                    Connective::Or => (Around::Or, " OR "),
                };
                let is_open = around > inner;
                self.text(if is_open { "(" } else { "" });
                self.condition(nodes, last - right, scope, inner)?;
                self.text(word);
                self.condition(nodes, last, scope, inner)?;
                self.text(if is_open { ")" } else { "" });
            }
            // Also true where the condition is unknown, because it compares with NULL.
            Node::Not => {
                self.text("(");
                self.condition(nodes, last, scope, Around::Nothing)?;
                self.text(") IS NOT TRUE");
            }
            Node::Compare { column, comparison, with } => self.compare(*column, *comparison, with, scope)?,
            Node::CompareExpression(compared) => {
                let (left, comparison, right) = &**compared;
                self.compare_expression((left, *comparison, right), scope)?;
            }
            Node::IsNull { column, is } => {
                self.column_in(scope, *column).text(if *is { " IS NULL" } else { " IS NOT NULL" });
            }
            Node::Among { column, values } => self.among(*column, values, scope)?,
            Node::Search { column, search, text } => self.search(*column, *search, text, scope)?,
            Node::InQuery { column, query } => {
                let (select, selected) = &**query;
                if select.is_distinct {
                    select.check_distinct(&[*selected])?;
                }
                self.column_in(scope, *column).text(" IN (SELECT ");
                // Only the number of rows depends on it.
                self.text(if select.is_distinct && select.is_limited() { "DISTINCT " } else { "" });
                let inner = Scope { meta: select.meta, qualifier: None };
                self.column_in(inner, *selected);
                let outer = self.qualifier.take();
                self.rows(select, Ordered::No)?;
                self.qualifier = outer;
                self.text(")");
            }
            Node::Sql { sql, params } => {
                let before = self.params.len();
                for index in 0..params.len() {
                    let value = Bind::Value(params.get(index));
                    self.params.values.push(BoundValue { value, column: None, own_number: Some(index + 1) });
                }
                let condition = placeholders::of_condition(sql, params.len(), before, self.dialect)?;
                self.text(&condition);
            }
            Node::Related(path) => self.related(nodes, last, *path, scope)?,
        }
        Ok(())
    }

    /// The rows that lead to rows of another model with the condition that ends before `end`.
    fn related(&mut self, nodes: &'q Nodes<'_>, end: usize, path: Path, scope: Scope) -> Result<()> {
        let (column, meta, selected) = match path {
            Path::Forward { column, target } => (column, target, target.key),
            Path::Reverse { child, column } => (scope.meta.key, child, column),
            Path::Many(Pairs { through, near, far, far_model }) => {
                self.column_in(scope, scope.meta.key).text(" IN (SELECT ");
                let inner = Scope { meta: through, qualifier: None };
                self.column_in(inner, near).text(" FROM ").name(through.table).text(" WHERE ");
                self.related(nodes, end, Path::Forward { column: far, target: far_model }, inner)?;
                self.text(")");
                return Ok(());
            }
        };
        let inner = Scope { meta, qualifier: None };
        self.column_in(scope, column).text(" IN (SELECT ");
        self.column_in(inner, selected).text(" FROM ").name(meta.table).text(" WHERE ");
        self.condition(nodes, end, inner, Around::Nothing)?;
        self.text(")");
        Ok(())
    }

    /// What a column is set to.
    pub(super) fn computed(&mut self, operand: &'q Operand<'_>, meta: &'static Meta, column: usize) -> Result<()> {
        self.operand(operand, Scope { meta, qualifier: None }, Some(column))
    }

    /// What the column is compared with or set to.
    pub(super) fn operand(&mut self, operand: &'q Operand<'_>, scope: Scope, column: Option<usize>) -> Result<()> {
        if let Some(value) = operand.value() {
            if let (ValueRef::Refused(_), Some(column)) = (value, column)
                && value == UNSET_ID
            {
                return Err(scope.meta.unset_id(scope.meta.fields[column].name));
            }
            self.bind(Bind::Value(value), column.map(|column| (scope.meta, column)));
        }
        match operand {
            Operand::Borrowed(_) | Operand::Owned(_) => {}
            Operand::Column(index) => _ = self.column_in(scope, *index),
            Operand::Arithmetic(arithmetic) => {
                let Arithmetic { left, operator, right, .. } = &**arithmetic;
                self.text("(").operand(left, scope, column)?;
                self.text(match operator {
                    Operator::Add => " + ",
                    Operator::Sub => " - ",
                    Operator::Mul => " * ",
                });
                self.operand(right, scope, column)?;
                self.text(")");
            }
        }
        Ok(())
    }

    /// Whether the column of this model is one of the values.
    pub(crate) fn among_of(
        &mut self,
        meta: &'static Meta,
        qualifier: Option<&'static str>,
        column: usize,
        values: &'q [Operand<'_>],
    ) -> Result<()> {
        self.among(column, values, Scope { meta, qualifier })
    }

    fn among(&mut self, column: usize, values: &'q [Operand<'_>], scope: Scope) -> Result<()> {
        /// A longer list is one parameter, so that its length is not in the text and not limited.
        const LONGEST: usize = 16;

        let (dialect, ty) = (self.dialect, scope.meta.fields[column].ty);
        // No row has a value that cannot be stored.
        let values = values.iter().filter(move |value| value.outside(dialect).is_none());
        let count = values.clone().count();
        if count == 0 {
            self.text("FALSE");
            return Ok(());
        }
        if count > LONGEST
            && let Some(List { text, opening, closing }) = List::of(values.clone(), ty, dialect)
        {
            self.column_in(scope, column).text(opening);
            self.bind(Bind::List(text), Some((scope.meta, column))).text(closing);
            return Ok(());
        }
        self.column_in(scope, column).text(" IN (");
        for (number, value) in values.enumerate() {
            self.text(if number == 0 { "" } else { ", " }).operand(value, scope, Some(column))?;
        }
        self.text(")");
        Ok(())
    }

    fn search(&mut self, column: usize, search: Search, text: &'q Operand<'_>, scope: Scope) -> Result<()> {
        if text.outside(self.dialect).is_some() {
            self.text("FALSE");
            return Ok(());
        }
        let (opening, closing) = match search.case {
            Case::Sensitive => ("", ""),
            Case::Insensitive => ("lower(", ")"),
        };
        // Without a cast, PostgreSQL does not know which of its functions is meant.
        let cast = if self.dialect == Dialect::Postgres { "::text" } else { "" };
        // Of text, the functions of SQLite only see what is in front of a NUL, and a part of no bytes is NULL. The byte FF is in no text.
        // The parts of the condition: between them are the column, `c`, and the text, `t`.
        let parts: &[&str] = match (search.place, self.dialect) {
            (Place::Whole, _) => &["c", " = ", "t"],
            (Place::Anywhere, Dialect::Sqlite) => &["instr(", "c", ", ", "t", ") > 0"],
            (Place::Anywhere, Dialect::Postgres) => &["strpos(", "c", ", ", "t", ") > 0"],
            (Place::Start, Dialect::Sqlite) => &[
                "substr(CAST(",
                "c",
                " || x'ff' AS BLOB), 1, length(CAST(",
                "t",
                " AS BLOB))) = CAST(",
                "t",
                " AS BLOB)",
            ],
            (Place::Start, Dialect::Postgres) => &["starts_with(", "c", ", ", "t", ")"],
            // The last characters, as many as the text has. Of a column that is shorter, it is fewer.
            (Place::End, Dialect::Sqlite) => &[
                "substr(CAST(x'ff' || ",
                "c",
                " AS BLOB), 2 + length(CAST(",
                "c",
                " AS BLOB)) - length(CAST(",
                "t",
                " AS BLOB))) = CAST(",
                "t",
                " AS BLOB)",
            ],
            (Place::End, Dialect::Postgres) => &["right(", "c", ", length(", "t", ")) = ", "t"],
        };
        for part in parts {
            match *part {
                "c" => _ = self.text(opening).column_in(scope, column).text(closing),
                "t" => {
                    self.text(opening).operand(text, scope, Some(column))?;
                    self.text(cast).text(closing);
                }
                part => _ = self.text(part),
            }
        }
        Ok(())
    }
}

/// Whether the order of the rows matters.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Ordered {
    Yes,
    No,
}
