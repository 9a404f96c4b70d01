// A generic function receives from several senders, and from all.
use signals::prelude::*;
use std::fmt::Debug;
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

#[receiver([post_save, post_commit], sender = [User, Order])]
fn whole<E: Debug>(event: &E) {
    LOG.lock().unwrap().push(format!("{event:?}"));
}

#[receiver(post_save, sender = [User, Order])]
async fn whole_of_one_signal<M: Model>(event: &mut PostSave<'_, M>) -> Result<()> {
    let (created, rows) = (event.created, M::all(event.tx).await?.len());
    LOG.lock().unwrap().push(format!("{created} {rows}"));
    Ok(())
}

/// The other programs of this binary have models too.
fn is_here(instance: &dyn AnyModel) -> bool {
    instance.downcast_ref::<User>().is_some() || instance.downcast_ref::<Order>().is_some()
}

#[receiver(pre_save)]
fn of_all(instance: &mut dyn AnyModel) {
    if is_here(instance) {
        LOG.lock().unwrap().push(format!("{instance:?}"));
    }
}

/// The row of one sender, as a row of any model. Unused parameters have a `_` in front.
#[receiver(post_save, sender = [User, Order])]
fn one_as_any(instance: &dyn AnyModel, _created: bool, _tx: &mut Tx) {
    assert!(is_here(instance));
}

#[receiver(post_save)]
fn of_all_again(instance: &dyn AnyModel, created: bool) {
    assert!(created || !is_here(instance));
}

pub(super) async fn main() -> Result<()> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<(User, Order)>().await?;
    User::default().save(&db).await?;
    Order::default().save(&db).await?;
    let log = LOG.lock().unwrap().join("\n");
    let of = |name: &str| {
        let row = format!("{name} {{ id: 1 }}, .. }}");
        format!(
            "{name}\n{name} {{ id: null }}\n\
             {name} true\nPostSave {{ instance: {row}\ntrue 1\n\
             {name} true\nPostCommit {{ instance: {row}"
        )
    };
    assert_eq!(log, format!("{}\n{}", of("User"), of("Order")));
    Ok(())
}
