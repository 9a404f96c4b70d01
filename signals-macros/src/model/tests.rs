//! Attributes of fields in forms that the grammar does not have: each is one error, with the right form.

use proc_macro2::TokenStream;
use quote::quote;

use crate::root::Root;

/// The errors of a model.
fn errors(attribute: &str, item: &str) -> Vec<String> {
    let output = super::expand(attribute.parse().unwrap(), item.parse().unwrap(), Root::Facade).to_string();
    let texts = output.split("compile_error ! {").skip(1).map(|rest| rest.split_once(" }").unwrap().0.to_owned());
    texts.map(|text| syn::parse_str::<syn::LitStr>(text.trim()).unwrap().value()).collect()
}

/// The way out of the only error of a field.
fn field(attribute: &str, ty: &str) -> String {
    let item = format!("#[derive(Default)] struct User {{ #[key] id: Id<User>, {attribute} field: {ty} }}");
    let errors = errors("", &item);
    let [error] = &errors[..] else { panic!("{attribute}: {errors:?}") };
    error.split_once("help: ").map_or(error.as_str(), |(_, help)| help).to_owned()
}

#[test]
fn attributes_of_fields_in_other_forms() {
    for (attribute, ty, help) in [
        ("#[default]", "i64", "write `#[default(18)]`"),
        ("#[default]", "Option<String>", "write `#[default(Some(\"text\".to_owned()))]`"),
        ("#[default()]", "bool", "write `#[default(true)]`"),
        ("#[default = 20]", "i64", "write `#[default(20)]`"),
        ("#[default(value = 20)]", "i64", "write `#[default(20)]`"),
        ("#[update]", "Timestamp", "write `#[update(jiff::Timestamp::now())]`"),
        ("#[update(auto)]", "DateTime<Utc>", "write `#[update(chrono::Utc::now())]`"),
        ("#[unique(true)]", "i64", "write `#[unique]`"),
        ("#[unique(false)]", "i64", "leave the attribute out"),
        ("#[unique = true]", "i64", "write `#[unique]`"),
        ("#[unique(team, number)]", "i64", "write `#[model(unique(team, number))]` above the struct"),
        ("#[index(name = \"by_x\")]", "i64", "write `#[index]`"),
        ("#[skip(true)]", "i64", "write `#[skip]`"),
        ("#[column(\"x\")]", "i64", "write `#[column(name = \"x\")]`"),
        ("#[column = \"x\"]", "i64", "write `#[column(name = \"x\")]`"),
        ("#[column(user_name)]", "i64", "write `name = \"user_name\"`"),
        ("#[column(name = x)]", "i64", "write `name = \"x\"`"),
        (
            "#[read_only(\"now()\")]",
            "i64",
            "write `default = \"now()\"`, or `generated = \"now()\"` if it computes from other columns",
        ),
        ("#[many_to_many = Group]", "ManyToMany<Group>", "write `#[many_to_many]`"),
        ("#[many_to_many(Group)]", "ManyToMany<Group>", "leave `Group` out"),
        ("#[foreign_key = \"Team\"]", "Id<Team>", "write `#[foreign_key(on_delete = cascade)]`"),
        ("#[foreign_key(\"teams.Team\", on_delete = cascade)]", "Id<Team>", "leave `\"teams.Team\"` out"),
        ("#[foreign_key(to = Team, on_delete = cascade)]", "Id<Team>", "leave `to` out"),
        ("#[foreign_key(cascade)]", "Id<Team>", "write `on_delete = cascade`"),
        (
            "#[one_to_one(on_delete = SET(x))]",
            "Id<Team>",
            "write `on_delete = set_default`, and `#[default(Id::new(1))]` on the field",
        ),
        (
            "#[one_to_one(on_delete = nullify)]",
            "Id<Team>",
            "write `on_delete = set_null`, on a field whose type is an `Option`",
        ),
        ("#[one_to_one(on_delete(cascade))]", "Id<Team>", "write `on_delete = cascade`"),
        ("#[one_to_one(on_delete = \"CASCADE\")]", "Id<Team>", "write `on_delete = cascade`"),
        (
            "#[foreign_key(on_delete = cascade, null = true)]",
            "Id<Team>",
            "leave `null` out, and make the type `Option<..>`",
        ),
        ("#[foreign_key(on_delete = cascade, related_name = posts)]", "Id<Team>", "write `related_name = \"posts\"`"),
    ] {
        assert_eq!(field(attribute, ty), help, "{attribute}");
    }
}

#[test]
fn attributes_of_other_libraries() {
    for (attribute, ty, help) in [
        ("#[belongs_to]", "Team", "write `#[foreign_key(on_delete = cascade)]` instead, and make the type `Id<Team>`"),
        ("#[belongs_to(key = x)]", "Id<Team>", "write `#[foreign_key(on_delete = cascade)]` instead"),
        ("#[has_many]", "ManyToMany<Team>", "write `#[many_to_many]` instead"),
        ("#[signals::unique]", "i64", "write `#[unique]`, with the same arguments"),
        ("#[null]", "Option<i64>", "leave `null` out: the type is an `Option` already"),
        ("#[nullable]", "i64", "leave `nullable` out, and make the type `Option<i64>`"),
        (
            "#[sea_orm(unique, column_name = \"x\")]",
            "i64",
            "write `#[unique]` instead; write `#[column(name = \"x\")]` instead",
        ),
        ("#[diesel(something)]", "i64", "leave it out"),
        ("#[auto_now]", "Option<DateTime<Utc>>", "write `#[update(Some(chrono::Utc::now()))]` instead"),
    ] {
        assert_eq!(field(attribute, ty), help, "{attribute}");
    }
    let struct_ =
        "#[sea_orm(table_name = \"x\")] #[unique(a, b)] struct User { #[PrimaryKey] id: Id<User>, a: i64, b: i64 }";
    let found = errors("", struct_);
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(
        found[0].ends_with("write `#[model(table = \"x\")]`") && found[1].ends_with("write `#[model(unique(a, b))]`")
    );
}

/// An attribute may belong to another derive, which reads it.
#[test]
fn attributes_of_a_derive_are_left() {
    let item = quote! {
        #[derive(Debug, Insertable)] #[diesel(table_name = users)]
        struct User { #[key] id: Id<User>, #[diesel(column_name = x)] #[primary_key] name: String }
    };
    let output = super::expand(TokenStream::new(), item, Root::Facade).to_string();
    assert!(!output.contains("compile_error") && output.contains("# [diesel (column_name = x)] # [primary_key] name"));
}
