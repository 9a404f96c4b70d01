// After the commit of a relation there is no transaction: `m2m_commit` has `db`.
use signals::prelude::*;

#[model]
struct Group { #[key] id: Id<Group> }

#[model]
struct User { #[key] id: Id<User>, #[many_to_many] groups: ManyToMany<Group> }

#[receiver(m2m_commit, sender = UserGroups)]
async fn sync(added: &dyn signals::many_to_many::AnyIds, tx: &mut Tx) {}

fn main() {}
