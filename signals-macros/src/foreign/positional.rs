//! Arguments without a key where each argument has one, such as the model in `foreign_key(User)`.

use proc_macro2::TokenStream;

use super::row::Place;
use crate::model::ON_DELETE;
use crate::values::Kind;
use crate::written::{is_camel, names, written};

/// The answer to an argument without a key, if it is known what the user means.
pub(crate) fn positional(place: Place, argument: &TokenStream) -> Option<String> {
    let text = written(argument.clone());
    match place {
        Place::OneToOne | Place::ForeignKey | Place::ManyToMany => relation(place, argument, &text),
        Place::Model => {
            let is_type = names(argument.clone()).first().is_some_and(|name| is_camel(name.last()));
            let table = Kind::Text.meant(argument).filter(|_| !is_type)?;
            Some(format!("the name of the table is the argument `table`\n\nhelp: write `table = {table}`"))
        }
        Place::Column => {
            let name = Kind::Text.meant(argument)?;
            Some(format!("the name of a column is the argument `name`\n\nhelp: write `name = {name}`"))
        }
        Place::ReadOnly => {
            let sql = Kind::Text.meant(argument)?;
            Some(format!(
                "the SQL of a column is the argument `default` or `generated`\n\nhelp: write `default = {sql}`, or `generated = {sql}` if it computes from other columns"
            ))
        }
        Place::Signal if text.starts_with("->") => {
            let output = text.trim_start_matches("->").trim();
            Some(format!("what each receiver returns is the `output` of the signal\n\nhelp: write `output = {output}`"))
        }
        Place::Signal => {
            let name = syn::parse2::<syn::LitStr>(argument.clone()).ok()?;
            Some(format!("the name of a signal in errors is its `name`\n\nhelp: write `name = {:?}`", name.value()))
        }
        _ => None,
    }
}

fn relation(place: Place, argument: &TokenStream, text: &str) -> Option<String> {
    let names = names(argument.clone());
    let is_type = text.ends_with('>') && names.first().is_some_and(|name| is_camel(name.last()));
    let name = match &names[..] {
        [name] => name,
        [.., name] if is_type => name,
        _ => return None,
    };
    let is_model = is_camel(name.last()) || text == "\"self\"";
    if place != Place::ManyToMany
        && !(is_model && name.segments.len() == 1)
        && let Some(word) = Kind::Word(ON_DELETE).meant(argument)
    {
        return Some(format!(
            "what happens on a delete is the argument `on_delete`\n\nhelp: write `on_delete = {word}`"
        ));
    }
    let ty = if place == Place::ManyToMany { "ManyToMany" } else { "Id" };
    is_model.then(|| {
        format!(
            "the type of the field says to which model the relation is, as in `{ty}<{}>`\n\nhelp: leave `{text}` out",
            if text == "\"self\"" { "Self" } else { name.last() }
        )
    })
}
