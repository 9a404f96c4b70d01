// Types of one's own are columns and keys, wherever they are declared.
#![deny(warnings, clippy::pedantic)]
#![no_implicit_prelude]

#[derive(::core::clone::Clone, ::core::marker::Copy, ::core::fmt::Debug, ::core::cmp::PartialEq, ::signals::Column)]
enum Status {
    Open,
    InReview,
    #[column(name = "done!")]
    Done,
    r#Type,
}

#[derive(::core::clone::Clone, ::core::fmt::Debug, ::core::cmp::PartialEq, ::signals::Column)]
#[column(crate = ::signals)]
struct Isbn(::std::string::String);

impl ::signals::model::Key for Isbn {}

impl<M> ::signals::model::KeyOf<M> for Isbn {
    type Me = Self;
}

#[::signals::model]
struct Book {
    #[key]
    isbn: Isbn,
    #[unique]
    status: Status,
    before: ::core::option::Option<Status>,
}

pub(super) fn main() {
    use ::signals::Column;
    use ::signals::db::ValueRef;
    let names = [Status::Open, Status::InReview, Status::Done, Status::Type].map(|status| {
        let ValueRef::Text(name) = status.to_value() else { ::core::panic!() };
        ::core::assert_eq!(Status::from_value(ValueRef::Text(name)), ::core::result::Result::Ok(status));
        ::std::borrow::ToOwned::to_owned(name)
    });
    ::core::assert_eq!(names, ["open", "in_review", "done!", "type"]);
    let book =
        Book { isbn: Isbn(::std::string::String::new()), status: Status::Open, before: ::core::option::Option::None };
    ::core::assert!(book.before.is_none() && book.isbn.0.is_empty() && book.status == Status::Open);
}
