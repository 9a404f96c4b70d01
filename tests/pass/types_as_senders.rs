//! Signals whose senders are types: beside `cfg`, derives and names of ours, in functions and macros.
#![deny(warnings, missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]

use std::marker::PhantomData;

use signals::{receiver, signal};

/// The trait of all senders.
pub trait Entity: std::any::Any + Send + Sync {}

/// A sender.
#[derive(Debug, Clone, Copy)]
pub struct User<'a> {
    /// Its name.
    pub name: &'a str,
}

impl Entity for User<'static> {}

/// With names that the macro uses itself, and a field that is left out.
#[signal(sender)]
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct Saved<'b, Sender: ?Sized> {
    /// The sender.
    pub sender: &'b Sender,
    /// Whether it is new.
    pub created: bool,
    /// It is not there.
    #[cfg(any())]
    pub payload: u32,
    /// It is there.
    #[cfg(not(any()))]
    pub any: Option<&'b str>,
    /// A keyword.
    pub r#type: u8,
    /// A function.
    pub function: fn(u32) -> u32,
}

/// A receiver.
///
/// # Panics
/// If a field has another value.
#[receiver(Saved, sender = User<'static>, created = true)]
pub fn welcome(sender: &User<'_>, r#type: u8, any: Option<&str>) {
    assert_eq!((sender.name, r#type, any), ("ann", 7, Some("any")));
}

/// A receiver of every sender.
///
/// # Panics
/// If the sender is another one.
#[receiver(Saved, before = welcome, when = |event| (event.function)(1) == 2)]
pub fn every(event: &Saved<'_>) {
    assert!(event.sender.is::<User<'static>>() || event.sender.is::<[u8; 2]>());
}

/// A trait object in parentheses, and an alias of it.
#[signal(sender, output = u32)]
#[derive(Debug)]
pub(crate) struct Asked<M: ?Sized = (dyn Entity + Send)> {
    pub(crate) of: PhantomData<fn(&M)>,
}

#[receiver(Asked)]
fn one() -> u32 {
    1
}

macro_rules! declare {
    ($signal:ident, $parameter:ident, $field:ident: $ty:ty, $sender:ty) => {
        #[signal(async, sender)]
        struct $signal<'a, $parameter: ?Sized> {
            $field: &'a $parameter,
            list: &'a mut Vec<$ty>,
        }

        #[receiver($signal, sender = $sender)]
        async fn in_a_macro($field: &$sender, list: &mut Vec<$ty>) {
            list.push(*$field);
        }
    };
}

pub(super) async fn main() -> signals::Result<()> {
    let user = User { name: "ann" };
    let sent = Saved { sender: &user, created: true, any: Some("any"), r#type: 7, function: |n| n + 1 };
    sent.send()?;
    let Saved { any, function, .. } = sent;
    Saved { sender: &[1_u8, 2], created: false, any, r#type: 0, function }.send()?;
    assert_eq!(Asked::<User<'static>> { of: PhantomData }.collect()?, [1]);

    declare!(Moved, M, instance: u64, u64);
    let mut list = Vec::new();
    Moved { instance: &7_u64, list: &mut list }.send().await?;
    assert_eq!(list, [7]);
    Ok(())
}
