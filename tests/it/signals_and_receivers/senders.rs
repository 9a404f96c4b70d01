//! Rule 75: signals whose senders are types.

use std::any::Any;
use std::fmt::Debug;

use expect_test::expect;
use signals::{receiver, signal};

use crate::databases::TestResult;

#[derive(Debug)]
struct User {
    name: &'static str,
}

#[derive(Debug)]
struct Order(u32);

#[tokio::test]
async fn rule_75_a_receiver_is_called_for_its_sender_and_one_without_for_every_sender() -> TestResult {
    #[signal(async, sender)]
    struct Saved<'a, M: ?Sized> {
        instance: &'a M,
        created: bool,
        log: &'a mut Vec<String>,
    }

    #[receiver(Saved, sender = User, created = true)]
    async fn welcome(instance: &User, log: &mut Vec<String>) -> Result<(), String> {
        log.push(format!("welcome {}", instance.name));
        Ok(())
    }

    #[receiver(Saved, sender = [User, Order], when = |event| !event.created)]
    fn changed<M: Debug>(instance: &M, log: &mut Vec<String>) {
        log.push(format!("changed {instance:?}"));
    }

    #[receiver(Saved)]
    fn any(instance: &dyn Any, created: bool, log: &mut Vec<String>) {
        let name = instance.downcast_ref::<User>().map(|user| user.name);
        log.push(format!("any {created} {name:?}"));
    }

    #[receiver(Saved)]
    async fn whole(event: &mut Saved<'_>) {
        event.log.push(format!("whole {}", event.instance.is::<Order>()));
    }

    #[receiver(Saved, sender = Order)]
    async fn whole_order(event: &mut Saved<'_, Order>) {
        event.log.push(format!("whole order {}", event.instance.0));
    }

    let mut log = Vec::new();
    Saved { instance: &User { name: "ann" }, created: true, log: &mut log }.send().await?;
    Saved { instance: &User { name: "bob" }, created: false, log: &mut log }.send().await?;
    Saved { instance: &Order(7), created: false, log: &mut log }.send().await?;
    Saved { instance: &vec![Order(7)], created: false, log: &mut log }.send().await?;
    expect![[r#"
        welcome ann
        any true Some("ann")
        whole false
        changed User { name: "bob" }
        any false Some("bob")
        whole false
        changed Order(7)
        any false None
        whole true
        whole order 7
        any false None
        whole false
    "#]]
    .assert_eq(&(log.join("\n") + "\n"));
    Ok(())
}
