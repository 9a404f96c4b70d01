//! Attributes of fields, and the arguments of `#[column(..)]` and of relations.

use super::row::{Place, Row, row};
use crate::model::ON_DELETE as ON_DELETE_WORDS;
use crate::values::Kind;

/// A field has the attribute, or the argument `#[column(..)]` or a relation.
const FIELD: &[Place] = &[Place::Field, Place::Column, Place::OneToOne, Place::ForeignKey];
const ATTRIBUTE: &[Place] = &[Place::Field, Place::Column];
const RELATION: &[Place] = &[Place::OneToOne, Place::ForeignKey];
const ANY_RELATION: &[Place] = &[Place::OneToOne, Place::ForeignKey, Place::ManyToMany];
const TO_MANY: &[Place] = &[Place::ManyToMany];
const ON_DELETE: &[Place] = &[Place::OnDelete];

pub(super) const ROWS: &[Row] = &[
    // The key.
    row(
        ATTRIBUTE,
        &["primary_key", "pk", "id", "primary", "prime", "key"],
        "`{}` is `#[key]` here",
        "write `#[key]` instead",
    ),
    row(
        ATTRIBUTE,
        &["auto_increment", "auto", "auto_field", "big_auto_field", "identity", "serial", "generated_id"],
        "`{}` says nothing more: the database assigns each key of the type `Id`",
        "leave it out; the key is the field with `#[key]`",
    ),
    // Values.
    row(
        FIELD,
        &["auto_now_add", "create_timestamp", "creation_timestamp", "created_at", "create_time"],
        "`{}` is `#[default(..)]` here: the value in a new row",
        "write `#[default(now())]` instead, with `#[derive(Default)]` below `#[model]`",
    ),
    row(
        FIELD,
        &["auto_now", "update_timestamp", "updated_at", "update_time", "auto_update"],
        "`{}` is `#[update(..)]` here: each save sets the field",
        "write `#[update(now())]` instead",
    ),
    row(
        FIELD,
        &["default_value", "default", "initial", "default_fn", "default_expr", "default_factory", "server_default"],
        "`{}` is `#[default(..)]` on the field here",
        "write `#[default({18})]` instead, with `#[derive(Default)]` below `#[model]`",
    )
    .with(Kind::Value),
    row(
        FIELD,
        &["db_default", "on_insert"],
        "`{}` is `#[read_only(default = \"..\")]` here, which no save writes",
        "write `#[read_only(default = {\"CURRENT_TIMESTAMP\"})]` instead",
    )
    .with(Kind::Text),
    row(
        FIELD,
        &["generated", "computed", "generated_as", "generated_field", "expression"],
        "`{}` is `#[read_only(generated = \"..\")]` here",
        "write `#[read_only(generated = {\"price * amount\"})]` instead",
    )
    .with(Kind::Text),
    row(FIELD, &["read_only", "immutable"], "`{}` is `#[read_only]` here", "write `#[read_only]` instead"),
    row(
        ATTRIBUTE,
        &["lock_version", "optimistic_lock", "optimistic_locking", "row_version", "version"],
        "`{}` is `#[version]` here",
        "write `#[version]` instead",
    ),
    row(
        ATTRIBUTE,
        &["ignore", "ignored", "transient", "not_mapped", "skip", "skip_column", "exclude", "virtual"],
        "`{}` is `#[skip]` here: the field is no column",
        "write `#[skip]` instead",
    ),
    // The column.
    row(
        FIELD,
        &["null", "nullable", "optional", "allow_null", "is_null", "blank_null"],
        "a column can be NULL if the type of its field is an `Option`",
        "leave `{}` out, and make the type `Option<..>`",
    ),
    row(
        FIELD,
        &["not_null", "required", "non_null"],
        "`{}` says nothing more: a field that is no `Option` cannot be NULL",
        "leave it out",
    ),
    row(
        FIELD,
        &[
            "max_length",
            "min_length",
            "length",
            "len",
            "size",
            "varchar",
            "char",
            "string_len",
            "max_len",
            "max_digits",
            "decimal_places",
            "precision",
            "scale",
        ],
        "a column has no `{}`: a `String` is `TEXT`, of any length",
        "leave it out; a receiver of `pre_save` can refuse a value",
    ),
    row(
        FIELD,
        &["type", "column_type", "db_type", "sql_type", "data_type", "select_as", "save_as", "col_type"],
        "the type of a column is that of the field",
        "leave `{}` out; `#[derive(signals::Column)]` makes a type of your own a column",
    ),
    row(
        FIELD,
        &["choices", "enum", "allowed", "values"],
        "`{}` are an enum here",
        "leave `{}` out, and give the field the type of an enum with `#[derive(Clone, signals::Column)]`",
    ),
    row(
        &[Place::Column],
        &["index", "db_index", "indexed"],
        "`{}` is `#[index]` on the field here",
        "write `#[index]` instead",
    ),
    row(&[Place::Field], &["db_index", "indexed", "indices"], "`{}` is `#[index]` here", "write `#[index]` instead"),
    row(
        &[Place::Column],
        &["unique", "unique_key", "is_unique"],
        "`{}` is `#[unique]` on the field here",
        "write `#[unique]` instead",
    ),
    row(
        &[Place::Field],
        &["unique_key", "is_unique", "unique_index"],
        "`{}` is `#[unique]` here",
        "write `#[unique]` instead",
    ),
    row(
        &[Place::Field, Place::OneToOne, Place::ForeignKey],
        &["db_column", "column_name", "rename", "db_name", "field_name", "col", "column", "source"],
        "`{}` is `#[column(name = \"..\")]` here",
        "write `#[column(name = {\"user_name\"})]` instead",
    )
    .with(Kind::Text),
    row(
        &[Place::Column],
        &["db_column", "column_name", "rename", "db_name", "as"],
        "`{}` is `name` here",
        "write `name = {\"user_name\"}`",
    )
    .with(Kind::Text),
    row(
        FIELD,
        &["db_comment", "comment", "db_collation", "collation", "db_tablespace", "check", "extra", "constraint"],
        "a column has no `{}` in its model",
        "leave it out, and write it in the SQL of a migration",
    ),
    row(
        &[Place::Field, Place::Column, Place::OneToOne, Place::ForeignKey, Place::ManyToMany],
        &[
            "editable",
            "help_text",
            "verbose_name",
            "validators",
            "error_messages",
            "blank",
            "label",
            "widget",
            "limit_choices_to",
            "serialize",
        ],
        "`{}` belongs to a form, and a model has none",
        "leave it out; a receiver of `pre_save` can refuse a value",
    ),
    row(
        FIELD,
        &["unique_for_date", "unique_for_month", "unique_for_year"],
        "there is no `{}`: rows are unique by the values of fields",
        "leave it out, and write `#[model(unique(title, day))]` with a field for the day",
    ),
    // Relations.
    row(
        &[Place::Field],
        &[
            "belongs_to",
            "many_to_one",
            "references",
            "refer",
            "fk",
            "foreign",
            "relation",
            "ref",
            "foreign_keys",
            "relates_to",
        ],
        "`{}` is `#[foreign_key(..)]` here",
        "write `#[foreign_key(on_delete = cascade)]` instead; the type of the field is the `Id` of the other model",
    ),
    row(
        &[Place::Field],
        &["has_one", "has_many", "one_to_many", "reverse", "related", "inverse"],
        "`{}` has no field here: the foreign key of the other model adds a method to this one",
        "remove the field, and call that method, such as `user.post_set(&db)`",
    ),
    row(
        &[Place::Field],
        &[
            "many2many",
            "m2m",
            "manytomany",
            "many_many",
            "belongs_to_many",
            "has_and_belongs_to_many",
            "habtm",
            "has_many_through",
        ],
        "`{}` is `#[many_to_many]` here",
        "write `#[many_to_many]` instead; the type of the field is `ManyToMany<..>` of the other model",
    ),
    row(
        &[Place::Field],
        &["one2one", "onetoone", "o2o", "one_to_one_field"],
        "`{}` is `#[one_to_one(..)]` here",
        "write `#[one_to_one(on_delete = cascade)]` instead; the type of the field is the `Id` of the other model",
    ),
    row(
        ATTRIBUTE,
        &["on_delete"],
        "`{}` is an argument of a relation",
        "write `#[foreign_key(on_delete = {cascade})]` instead",
    )
    .with(Kind::Word(ON_DELETE_WORDS)),
    row(
        ATTRIBUTE,
        &["related_name"],
        "`{}` is an argument of a relation",
        "write `#[foreign_key(on_delete = cascade, related_name = {\"posts\"})]` instead",
    )
    .with(Kind::Text),
    row(
        RELATION,
        &["delete", "ondelete", "on_del", "dependent", "when_deleted", "cascade_delete", "delete_rule"],
        "`{}` is `on_delete` here",
        "write `on_delete = {cascade}`",
    )
    .with(Kind::Word(ON_DELETE_WORDS)),
    row(
        &[Place::Field, Place::Column, Place::OneToOne, Place::ForeignKey, Place::ManyToMany],
        &["on_update", "update"],
        "there is no `{}`: the key of a row never changes",
        "leave it out",
    ),
    row(
        ANY_RELATION,
        &[
            "to",
            "model",
            "entity",
            "class",
            "class_name",
            "target",
            "other",
            "belongs_to",
            "table",
            "parent",
            "related_model",
        ],
        "the type of the field says to which model the relation is",
        "leave `{}` out",
    ),
    row(
        RELATION,
        &[
            "to_field",
            "references",
            "ref",
            "foreign_key",
            "from",
            "fields",
            "local_key",
            "owner_key",
            "db_constraint_name",
        ],
        "a relation is to the key of the other model, from the column of the field",
        "leave `{}` out",
    ),
    row(
        RELATION,
        &["db_constraint"],
        "a relation always has its constraint",
        "leave `{}` out; for a column without a constraint, leave out the attribute",
    ),
    row(
        ANY_RELATION,
        &[
            "related_query_name",
            "swappable",
            "counter_cache",
            "touch",
            "polymorphic",
            "inverse_of",
            "autosave",
            "parent_link",
            "lazy",
            "eager",
            "fetch",
            "validate",
            "backref",
            "back_populates",
        ],
        "a relation has no `{}`",
        "leave it out",
    ),
    row(
        RELATION,
        &["through", "through_fields", "symmetrical"],
        "only `#[many_to_many]` takes `{}`",
        "leave it out, or write `#[many_to_many]` on a field of the type `ManyToMany<..>`",
    ),
    row(
        ANY_RELATION,
        &["name", "reverse", "as", "inverse", "accessor", "related"],
        "the name of the method on the other side is `related_name`",
        "write `related_name = {\"posts\"}`",
    )
    .with(Kind::Text),
    row(
        TO_MANY,
        &["on_delete", "delete", "dependent"],
        "`many_to_many` takes no `{}`: when a row is deleted, what relates it to others goes with it",
        "remove it; a model of your own, `through = ..`, says so in its foreign keys",
    ),
    row(
        TO_MANY,
        &["via", "using", "join_model", "through_model", "secondary"],
        "`{}` is `through` here",
        "write `through = {Membership}`",
    )
    .with(Kind::Path),
    row(
        TO_MANY,
        &["db_table", "join_table", "table_name"],
        "`{}` is `table` here",
        "write `table = {\"user_groups\"}`",
    )
    .with(Kind::Text),
    row(
        TO_MANY,
        &["symmetric", "symmetry", "mutual", "bidirectional"],
        "`{}` is `symmetrical` here",
        "write `symmetrical = {false}`",
    )
    .with(Kind::Truth),
    row(
        TO_MANY,
        &["null", "nullable", "optional", "default", "unique", "index"],
        "a many-to-many relation has no column, and so no `{}`",
        "leave it out",
    ),
    row(RELATION, &["index", "db_index", "indexed"], "the column of a relation has an index already", "leave `{}` out"),
    row(
        &[Place::OneToOne],
        &["unique", "unique_key", "is_unique"],
        "the column of a one-to-one relation is unique already",
        "leave `{}` out",
    ),
    row(
        &[Place::ForeignKey],
        &["unique", "unique_key", "is_unique"],
        "a foreign key whose column is unique is `#[one_to_one(..)]` here",
        "write `#[one_to_one(on_delete = cascade)]` instead",
    ),
    row(
        RELATION,
        &["primary_key", "pk", "key"],
        "the key of a model cannot be a relation as well",
        "leave `{}` out, and give the model the field `#[key] id: Id<Self>`",
    ),
    // The values of `on_delete`.
    row(
        ON_DELETE,
        &["set", "set_value", "set_to", "set_with"],
        "`{}` is `set_default` here, with a `#[default(..)]` on the field",
        "write `on_delete = set_default`, and `#[default(Id::new(1))]` on the field",
    ),
    row(
        ON_DELETE,
        &["nullify", "null", "none", "set_none", "unset", "clear", "detach"],
        "`{}` is `set_null` here",
        "write `on_delete = set_null`, on a field whose type is an `Option`",
    ),
    row(
        ON_DELETE,
        &["delete", "delete_all", "destroy", "destroy_async", "remove", "delete_orphan", "all"],
        "`{}` is `cascade` here",
        "write `on_delete = cascade`",
    ),
    row(
        ON_DELETE,
        &["no_action", "nothing", "ignore", "keep", "pass"],
        "`{}` is `do_nothing` here",
        "write `on_delete = do_nothing`",
    ),
    row(
        ON_DELETE,
        &["restrict_with_error", "restrict_with_exception", "block", "deny", "forbid", "error", "refuse", "prevent"],
        "`{}` is `protect` here",
        "write `on_delete = protect`",
    ),
];
