//! A delete of a row without a cascade allocates nothing beyond what the driver allocates for the same statement.

use allocation_counter::measure;
use signals::db::ValueRef;
use signals::prelude::*;

use crate::failure::{Failure, TestResult};
use crate::now;

#[model(table = "forgotten")]
#[derive(Default)]
struct Forgotten {
    #[key]
    id: Id<Forgotten>,
    name: String,
}

#[model(table = "mourned")]
#[derive(Default)]
struct Mourned {
    #[key]
    id: Id<Mourned>,
    name: String,
}

#[receiver(pre_delete, sender = Mourned)]
async fn before(instance: &Mourned, tx: &mut Tx) {
    std::hint::black_box((instance, tx));
}

#[receiver(post_delete, sender = Mourned)]
fn after(instance: &Mourned) {
    std::hint::black_box(instance);
}

/// The allocations of the second delete in a transaction, and those of its statement by hand.
async fn allocations<M: Model + Default>(delete: &str) -> Result<(u64, u64), Failure> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables().await?;
    let tx = db.begin().await?;
    let (mut first, mut second) = (M::default(), M::default());
    first.save(&tx).await?;
    second.save(&tx).await?;
    assert_eq!(now(first.delete(&tx))?, 1);
    let deleted = measure(|| assert_eq!(now(second.delete(&tx)).unwrap(), 1)).count_total;

    let key = [ValueRef::Integer(1)];
    _ = now(tx.execute(delete, &key))?;
    let by_hand = measure(|| _ = now(tx.execute(delete, &key)).unwrap()).count_total;
    tx.rollback().await?;
    Ok((deleted, by_hand))
}

#[tokio::test]
async fn rule_34_a_delete_without_receivers_allocates_no_more_than_its_statement() -> TestResult {
    let (deleted, by_hand) = allocations::<Forgotten>("DELETE FROM forgotten WHERE id = ?1").await?;
    assert_eq!(deleted, by_hand);
    Ok(())
}

#[tokio::test]
async fn rule_34_a_delete_with_receivers_allocates_no_more_than_its_statement() -> TestResult {
    let (deleted, by_hand) = allocations::<Mourned>("DELETE FROM mourned WHERE id = ?1").await?;
    assert_eq!(deleted, by_hand);
    Ok(())
}
