//! Models as JSON, and in every other format of serde: what `#[derive(Serialize, Deserialize)]` needs of the types of this library.

use std::fmt;
use std::marker::PhantomData;

use serde_core::de::{Error, SeqAccess, Unexpected, Visitor};
use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

use super::many_to_many::ManyToMany;
use super::{FieldSet, Id, ModelInternals, Ref};
use crate::column::Column;

/// The number, or `null` if the id is unset.
///
/// ```
/// # use signals::prelude::*;
/// # #[model] struct User { #[key] id: Id<User> }
/// # fn main() -> Result<(), serde_json::Error> {
/// assert_eq!(serde_json::to_string(&[Id::<User>::new(7), Id::UNSET])?, "[7,null]");
/// # Ok(())
/// # }
/// ```
impl<M: ?Sized> Serialize for Id<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.get() {
            // Formats that are not for humans do not say whether a number or nothing follows.
            number if !serializer.is_human_readable() => number.serialize(serializer),
            Some(number) => serializer.serialize_i64(number),
            None => serializer.serialize_none(),
        }
    }
}

/// A number, also as a string of digits, or `null`, which is the unset id.
///
/// Paths and query strings of requests consist of strings, and JavaScript can only write large numbers as strings:
/// `axum::extract::Path<Id<Post>>` reads `/posts/7`. 0 is a number like any other, and finds no row unless there is one with this
/// key. A field that is missing is an error, unless it has `#[serde(default)]`: then it is unset.
///
/// ```
/// # use signals::prelude::*;
/// # #[model] struct User { #[key] id: Id<User> }
/// # fn main() -> Result<(), serde_json::Error> {
/// let ids: [Id<User>; 3] = serde_json::from_str(r#"[7, "7", null]"#)?;
/// assert_eq!(ids, [Id::new(7), Id::new(7), Id::UNSET]);
/// # Ok(())
/// # }
/// ```
impl<'de, M: ?Sized> Deserialize<'de> for Id<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = if deserializer.is_human_readable() {
            deserializer.deserialize_any(Number)?
        } else {
            Option::deserialize(deserializer)?
        };
        Ok(number.map_or(Self::UNSET, Self::new))
    }
}

/// Reads the number of an id.
struct Number;

impl<'de> Visitor<'de> for Number {
    type Value = Option<i64>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id, which is a whole number")
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Some(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        let too_large = |_| E::invalid_value(Unexpected::Unsigned(number), &self);
        i64::try_from(number).map(Some).map_err(too_large)
    }

    fn visit_str<E: Error>(self, number: &str) -> Result<Self::Value, E> {
        number.parse().map(Some).map_err(|_| E::invalid_value(Unexpected::Str(number), &self))
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// The key, or `null` if the pointer is unset.
impl<M: ?Sized, K: Serialize> Serialize for Ref<M, K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}

/// The key, or `null`, which is the unset pointer. A field that is missing is unset as well, as an `Option` is `None`.
impl<'de, M, K: Column + Deserialize<'de>> Deserialize<'de> for Ref<M, K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::deserialize(deserializer)?.map_or(Self::UNSET, Self::new))
    }
}

/// `null`: the field holds no rows, and an empty list would say that there are none. `#[serde(skip)]` leaves it out.
impl<M> Serialize for ManyToMany<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}

/// `null`, or a field that is missing. Everything else is an error, because the field holds no rows: ids that were read into it would be
/// lost. Read them into a field of your own, and then `post.tags().set(&db, ids)`.
impl<'de, M> Deserialize<'de> for ManyToMany<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_option(NoRows).map(|()| Self::new())
    }
}

/// Reads a relation to many rows, which holds none.
struct NoRows;

impl<'de> Visitor<'de> for NoRows {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "null, because a `ManyToMany` field holds no rows: read the ids into a `Vec<Id<_>>`, and `set` the relation to them",
        )
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

/// The names of the fields, in the order of the struct.
impl<M: ?Sized> Serialize for FieldSet<M> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.names())
    }
}

/// A list of names of fields, as they are in the struct: a `#[serde(rename = "..")]` changes nothing here. A name that no field has is
/// an error.
///
/// Names that come from a client may be those of any field. Save only those that the client may write:
/// `asked.intersection(Post::fields().title | Post::fields().text)`.
///
/// ```
/// # use signals::prelude::*;
/// # #[model] struct User { #[key] id: Id<User>, name: String, email: String }
/// # fn main() -> Result<(), serde_json::Error> {
/// let fields: FieldSet<User> = serde_json::from_str(r#"["email", "name"]"#)?;
/// assert_eq!(fields, User::fields().name | User::fields().email);
///
/// let error = serde_json::from_str::<FieldSet<User>>(r#"["emial"]"#).unwrap_err();
/// assert_eq!(error.to_string(), "`User` has no field `emial`: did you mean `email`? at line 1 column 8");
/// # Ok(())
/// # }
/// ```
impl<'de, M: ModelInternals> Deserialize<'de> for FieldSet<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(Names(PhantomData))
    }
}

/// Reads a set of fields.
struct Names<M>(PhantomData<fn() -> M>);

impl<'de, M: ModelInternals> Visitor<'de> for Names<M> {
    type Value = FieldSet<M>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of fields of `{}`", M::MODEL.name)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut names: A) -> Result<FieldSet<M>, A::Error> {
        let mut fields = FieldSet::empty();
        while let Some(Name(index, _)) = names.next_element::<Name<M>>()? {
            fields |= FieldSet::of(index);
        }
        Ok(fields)
    }
}

/// The index of a field, read from its name.
struct Name<M>(usize, PhantomData<fn() -> M>);

impl<'de, M: ModelInternals> Deserialize<'de> for Name<M> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Name(0, PhantomData))
    }
}

impl<M: ModelInternals> Visitor<'_> for Name<M> {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the name of a field of `{}`", M::MODEL.name)
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self, E> {
        let known = || M::MODEL.fields.iter().map(|field| field.name);
        match known().position(|known| known == name) {
            Some(index) => Ok(Self(index, PhantomData)),
            None => Err(E::custom(NoField { model: M::MODEL.name, name, nearest: nearest(name, known()) })),
        }
    }
}

/// The error of a name that no field of the model has.
struct NoField<'a> {
    model: &'a str,
    name: &'a str,
    nearest: Option<&'a str>,
}

impl fmt::Display for NoField<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { model, name, nearest } = self;
        write!(f, "`{model}` has no field `{}`", name.escape_debug())?;
        nearest.map_or(Ok(()), |nearest| write!(f, ": did you mean `{nearest}`?"))
    }
}

/// The name that is written nearly like this one.
fn nearest<'a>(written: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    /// No name of a field is as long, and the name may come from a request.
    const LONGEST: usize = 100;
    if written.len() > LONGEST {
        return None;
    }
    let far = written.len().max(3) / 3;
    let written = written.to_lowercase();
    known
        .map(|known| (distance(&written, known), known))
        .filter(|(distance, _)| *distance <= far)
        .min()
        .map(|(_, known)| known)
}

/// The edit distance: how many letters must be changed, inserted or removed. Two letters that are swapped count as one.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<_>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let changed = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let best = changed.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            let is_swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            row.push(if is_swapped { best.min(rows[i - 2][j - 2] + 1) } else { best });
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}
