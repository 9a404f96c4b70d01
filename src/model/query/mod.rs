//! Queries: rows of a model by conditions that the compiler checks.
//!
//! ```
//! use signals::prelude::*;
//!
//! #[model]
//! #[derive(Debug, Default)]
//! struct User { #[key] id: Id<User>, username: String, age: i64, email: Option<String> }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<()> {
//! # let db = Db::connect("sqlite::memory:").await?;
//! # db.create_tables_of::<User>().await?;
//! # User { username: "ann".to_owned(), age: 30, ..User::default() }.save(&db).await?;
//! let adults: Vec<User> = User::filter(|user| user.age.ge(18) & user.email.is_null())
//!     .exclude(|user| user.username.starts_with("test"))
//!     .order_by(|user| (user.age.desc(), user.username.asc()))
//!     .limit(20)
//!     .all(&db)
//!     .await?;
//! # assert_eq!(adults[0].username, "ann");
//! # Ok(())
//! # }
//! ```
//!
//! Each closure gets the columns of the model, [`ColumnOf`] for each field. A query is a value: it can be passed around, narrowed
//! later, and is sent when one of its last methods is awaited, such as [`all`](Query::all), [`first`](Query::first) or
//! [`count`](Query::count). It is one statement.

mod change;
mod closure;
mod column;
mod compare;
mod comparison;
mod condition;
mod expression;
mod few;
mod list;
mod load;
mod mistakes;
mod operand;
mod order;
mod outside;
mod page;
#[expect(clippy::module_inception, reason = "it is the type that the module is named for")]
mod query;
mod read;
mod relation;
mod run;
mod select;
mod stream;
mod update;
mod values;
mod write;

pub use self::closure::ColumnsClosure;
pub use self::column::{ColumnOf, Nullable, Required};
pub use self::condition::{Condition, ConditionClosure, IntoCondition};
pub use self::expression::{Expression, Number};
pub use self::load::{IsTheFourthRelation, Join, Loads, LoadsMore, Relates, RelationClosure};
pub use self::mistakes::*;
pub use self::operand::{IntoAssigned, IntoOperand, IntoOperands, IntoSearched, Operand, OperandFor, Text};
pub use self::order::{IntoOrder, Order, OrderClosure};
pub use self::page::Page;
pub use self::query::Query;
pub use self::relation::{ManyOf, RowThatPoints, RowsThatPoint};
pub use self::stream::RowStream;
pub use self::update::{Assignment, AssignmentClosure, IntoAssignments};
pub use self::values::{ColumnQuery, Selection, SelectionClosure, Values};
pub use super::bulk::{DeleteRows, UpdateRows};
pub use super::columns::{ColumnsIf, HasColumns};

pub(super) use self::change::Returns;
pub(super) use self::run::QueryNames;
pub(super) use self::select::{Node, Nodes, Operand as AnyOperand, Select};
pub(super) use self::update::Set;
pub(super) use self::write::Writer;
