//! Arguments of `#[model(..)]`, and attributes of other libraries on a struct.

use super::row::{Place, Row, row};
use crate::values::Kind;

const MODEL: &[Place] = &[Place::Model];

pub(super) const ROWS: &[Row] = &[
    row(
        MODEL,
        &["db_table", "table_name", "name", "rename", "collection", "entity"],
        "`{}` is `table` here",
        "write `table = {\"users\"}`",
    )
    .with(Kind::Text),
    row(
        MODEL,
        &["unique_together", "uniques", "unique_constraint", "unique_index", "unique_key", "unique_with"],
        "`{}` is `unique(..)` here",
        "write `unique({team, number})`, once for each set of fields",
    )
    .with(Kind::Sets("unique")),
    row(
        MODEL,
        &["index_together", "indexes", "indices", "db_index"],
        "`{}` is `index(..)` here",
        "write `index({team, number})`, once for each set of fields; `#[index]` on a field is over one",
    )
    .with(Kind::Sets("index")),
    row(
        MODEL,
        &["constraints", "check", "check_constraint"],
        "the constraints of a model are `unique(..)`, and others are written in SQL",
        "write `unique(team, number)`, or leave `{}` out and write it in a migration",
    ),
    row(
        MODEL,
        &["ordering", "default_order", "order", "order_by", "order_with_respect_to", "default_scope", "sort"],
        "a model has no `{}`: rows are read by their key",
        "leave it out, and write the order in SQL: `db.query_as::<User>(\"SELECT * FROM users ORDER BY ..\", &())`",
    ),
    row(
        MODEL,
        &["abstract", "base", "extends", "inherits", "parent", "mixin", "sti"],
        "a model inherits no fields",
        "leave `{}` out; a `macro_rules!` can add the same fields to several structs",
    ),
    row(
        MODEL,
        &["proxy", "view"],
        "a model is one table, and a table one model: there is no `{}`",
        "leave it out; a trait adds methods to a model",
    ),
    row(
        MODEL,
        &["managed", "migrate"],
        "a model has no `{}`: migrations, or `create_tables`, decide which tables exist",
        "leave it out",
    ),
    row(MODEL, &["app_label", "application", "module"], "`{}` is `app` here", "write `app = {\"accounts\"}`")
        .with(Kind::Text),
    row(
        MODEL,
        &["schema", "schema_name", "db_schema", "database", "db", "using"],
        "a model has no `{}`: its table is in the database of the connection",
        "leave it out; for PostgreSQL, the URL can name a schema: `postgres://localhost/shop?options=-c%20search_path%3Daudit`",
    ),
    row(
        MODEL,
        &[
            "verbose_name",
            "verbose_name_plural",
            "plural",
            "permissions",
            "default_permissions",
            "get_latest_by",
            "base_manager_name",
            "default_manager_name",
            "manager",
            "objects",
            "select_on_save",
            "required_db_features",
            "required_db_vendor",
            "db_tablespace",
            "db_table_comment",
            "comment",
            "swappable",
            "label",
        ],
        "a model has no `{}`",
        "leave it out",
    ),
    row(
        MODEL,
        &["default_related_name", "related_name"],
        "the other side of a relation is named at the field",
        "write `#[foreign_key(on_delete = cascade, related_name = {\"posts\"})]` on the field",
    )
    .with(Kind::Text),
    row(
        MODEL,
        &["primary_key", "key", "pk", "id"],
        "the key of a model is the field with `#[key]`",
        "write `#[key]` on the field; for a key of several fields, `#[key] id: Id<Self>` and `unique({team, number})`",
    )
    .with(Kind::Fields),
    row(
        MODEL,
        &["timestamps", "auto_now", "auto_now_add", "created_at", "updated_at"],
        "a model has no fields but those that are written",
        "leave `{}` out, and add a field with `#[default(..)]` or `#[update(..)]`",
    ),
    row(
        MODEL,
        &["through", "auto_created", "many_to_many", "foreign_key", "relations", "belongs_to", "has_many", "has_one"],
        "a relation is an attribute of a field",
        "leave `{}` out, and write `#[foreign_key(on_delete = cascade)]` or `#[many_to_many]` on the field",
    ),
    row(
        MODEL,
        &["signals", "no_signals", "without_signals", "send_signals"],
        "a model always sends its signals; only receivers of every model can be left out for deletes",
        "leave `{}` out, or write `delete_signals = false`",
    ),
    row(
        MODEL,
        &["derive", "deriving"],
        "`derive` is an attribute of its own",
        "write `#[derive({Debug})]` below `#[model]`",
    )
    .with(Kind::Names),
    row(
        MODEL,
        &["meta", "options"],
        "`{}` has no group of its own here: its words are arguments of `#[model]`",
        "write them without `{}`, as in `#[model(table = \"users\")]`",
    ),
    row(
        MODEL,
        &["default", "rename_all", "rename_all_columns", "column", "fields"],
        "the columns of a model are its fields",
        "leave `{}` out; `#[column(name = \"..\")]` on a field names its column",
    ),
];
