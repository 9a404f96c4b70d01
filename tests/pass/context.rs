// `#[context]` on each kind of parameter, of each kind of receiver and signal. Rule 83 of docs/behaviour.md.
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, Mutex};

use signals::db::ConnectOptions;
use signals::prelude::*;
use signals::{Context, Context as ItsContext};

#[model]
#[derive(Default)]
struct User {
    #[key]
    id: Id<User>,
    name: String,
}

struct Actor(&'static str);
type Author = Actor;

struct Postgres;
struct Store<Kind>(AtomicU32, std::marker::PhantomData<Kind>);

trait Mail: Send + Sync {
    fn send(&self);
}
struct Mailer(AtomicU32);
impl Mail for Mailer {
    fn send(&self) {
        self.0.fetch_add(1, Relaxed);
    }
}

#[receiver(pre_save, sender = User)]
fn beside_the_payload_that_changes(event: &mut PreSave<'_, User>, #[context] actor: &Actor) {
    event.instance.name = actor.0.to_owned();
}

#[receiver(post_save, sender = User)]
async fn asynchronous(#[context] mail: &Arc<dyn Mail>) {
    std::future::ready(()).await;
    mail.send();
}

#[receiver(post_save, sender = User, created = true)]
async fn several(
    #[context] store: &Store<Postgres>,
    tx: &mut Tx,
    #[context] author: Option<&Author>,
    instance: &User,
    #[context] log: &Mutex<Vec<String>>,
    context: &Context,
) -> Result<()> {
    tx.execute("SELECT 1", &()).await?;
    store.0.fetch_add(1, Relaxed);
    log.lock().unwrap().push(format!("{} by {}", instance.name, author.map_or("", |author| author.0)));
    assert_eq!(context.types().count(), 4);
    Ok(())
}

#[receiver(post_save, sender = User)]
fn unused(_created: bool, #[context] _actor: &Actor, #[context] _none: Option<&u8>) {}

#[receiver(post_save, sender = User)]
fn a_variable_that_changes(#[context] mut actor: &Actor) {
    actor = &Actor("another");
    assert_eq!(actor.0, "another");
}

/// A receiver with a lifetime that is written, and with the names that an expansion could use.
#[receiver(post_save, sender = User)]
fn named<'a>(
    #[context] payload: &'a Actor,
    #[context] found: Option<&'a Mutex<Vec<String>>>,
    #[context] missing: ::std::option::Option<&u16>,
) {
    assert!(payload.0 == "ann" && found.is_some() && missing.is_none());
}

#[receiver([post_save, post_commit], sender = User)]
fn of_two_signals(#[context] actor: &Actor, #[context] user: Option<&&'static str>) {
    assert!(actor.0 == "ann" && user.is_none());
}

#[receiver(post_save, sender = User)]
fn of_a_generic_row<M: Model>(instance: &M, #[context] actor: &Actor) {
    assert_eq!(actor.0, "ann");
}

macro_rules! counted {
    ($name:ident, $ty:ty) => {
        #[receiver(post_save, sender = User)]
        fn $name(#[context] value: Option<&$ty>) {
            assert!(value.is_some());
        }
    };
}
counted!(from_a_macro, Actor);

#[signal]
struct Paid<'a> {
    amount: u64,
    context: &'a Context,
}

#[signal(async)]
struct Shipped {
    context: Context,
}

#[signal(async, output = u8)]
struct Asked<'a> {
    context: &'a ItsContext,
}

#[receiver(Paid)]
fn paid(amount: u64, #[context] actor: &Actor, context: &Context) {
    assert!(amount == 1 && context.get::<Actor>().unwrap().0 == actor.0);
}

#[receiver(Shipped)]
async fn shipped(#[context] actor: &Actor, context: &Context) -> Result<()> {
    assert!(actor.0 == "ann" && context.get::<u8>().is_none());
    Ok(())
}

#[receiver(Asked)]
async fn asked(#[context] number: &u8) -> u8 {
    *number
}

pub(super) async fn main() -> Result<()> {
    let mailer = Arc::new(Mailer(AtomicU32::new(0)));
    let mail: Arc<dyn Mail> = Arc::clone(&mailer) as Arc<dyn Mail>;
    let db = ConnectOptions::new("sqlite::memory:")
        .with(mail)
        .with(Store::<Postgres>(AtomicU32::new(0), std::marker::PhantomData))
        .with(Mutex::new(Vec::<String>::new()))
        .connect()
        .await?;
    db.create_tables_of::<User>().await?;
    let db = db.with(Actor("ann"));
    User::default().save(&db).await?;
    assert_eq!(mailer.0.load(Relaxed), 1);
    let context = db.context();
    assert_eq!(*context.require::<Mutex<Vec<String>>>()?.lock().unwrap(), ["ann by ann"]);
    Paid { amount: 1, context }.send()?;
    Shipped { context: context.clone() }.send().await?;
    assert_eq!(Asked { context: &context.with(7_u8) }.collect().await?, [7]);
    assert!(Asked { context }.collect().await.unwrap_err().to_string().contains("the context has no `u8`"));
    Ok(())
}
