// A generic function receives from several senders, and from all.
use signals::prelude::*;
use std::sync::Mutex;

static LOG: Mutex<Vec<String>> = Mutex::new(Vec::new());

trait Named {
    fn name(&self) -> String;
}

macro_rules! models {
    ($($name:ident)*) => {$(
        #[model]
        #[derive(Default)]
        struct $name {
            #[key] id: Id<$name>,
        }
        impl Named for $name {
            fn name(&self) -> String {
                stringify!($name).into()
            }
        }
    )*};
}
models!(User Order);

#[receiver([post_save, post_commit], sender = [User, Order])]
fn of_both<M: Model + Named>(instance: &M, created: bool) {
    LOG.lock().unwrap().push(format!("{} {created}", instance.name()));
}

#[receiver(pre_save, sender = [User, Order])]
async fn of_both_changing(instance: &mut (impl Model + Named), tx: &mut Tx) -> Result<()> {
    let _ = tx;
    LOG.lock().unwrap().push(instance.name());
    Ok(())
}

#[receiver(pre_save)]
fn of_all(instance: &mut dyn AnyModel) {
    LOG.lock().unwrap().push(format!("{instance:?}"));
}

#[receiver(post_save)]
fn of_all_again(instance: &dyn AnyModel) {
    assert!(instance.downcast_ref::<User>().is_some() || instance.downcast_ref::<Order>().is_some());
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables().await?;
    User::default().save(&db).await?;
    Order::default().save(&db).await?;
    let log = LOG.lock().unwrap().join("; ");
    assert_eq!(
        log,
        "User; User { id: null }; User true; User true; Order; Order { id: null }; Order true; Order true"
    );
    Ok(())
}
