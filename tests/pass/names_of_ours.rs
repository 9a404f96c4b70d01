// A field or a parameter may be called as anything that the macros use.
use signals::prelude::*;

#[model]
#[derive(Default)]
struct Row {
    #[key]
    key: Id<Row>,
    #[unique]
    payload: String,
    #[default(1)]
    row: i64,
    #[update(2)]
    index: i64,
    value: Option<i64>,
    executor: Option<i64>,
    automatic: bool,
    condition: bool,
    function: bool,
    future: bool,
    #[foreign_key(on_delete = set_null)]
    this: Option<Id<Row>>,
    #[skip]
    db: Option<i64>,
}

#[signal(async)]
struct Sent<'a> {
    payload: &'a str,
    row: u64,
    function: String,
    condition: bool,
    future: &'a mut Vec<u64>,
    instance: &'a Row,
    tx: u64,
    send: u64,
}

#[receiver(Sent, when = |payload| payload.condition)]
async fn future(
    payload: &str,
    row: u64,
    function: &str,
    condition: bool,
    future: &mut Vec<u64>,
    instance: &Row,
    tx: u64,
) {
    assert_eq!((payload, function, condition), ("p", "f", true));
    future.push(row + tx + instance.row as u64);
}

#[receiver(Sent, after = [self::future])]
fn payload(send: u64, payload: &str, future: &Vec<u64>) {
    assert_eq!((send, payload, &**future), (5, "p", &[6][..]));
}

#[receiver(Sent, after = [payload])]
fn event(event: &Sent<'_>) {
    assert_eq!(event.function, "f");
}

pub(super) async fn main() -> Result<()> {
    let db = Db::connect("sqlite::memory:").await?;
    db.create_tables_of::<Row>().await?;
    let mut row = Row { payload: "p".into(), db: Some(1), ..Row::default() };
    assert_eq!(row.db, Some(1));
    row.save(&db).await?;
    row.this = Some(row.key);
    row.save(&db).await?;
    let row = Row::by_payload(&db, "p").await?.unwrap().this(&db).await?.unwrap();
    assert_eq!((row.row, row.index, row.row_set(&db).await?.len()), (1, 2, 1));
    let (function, mut future) = ("f".to_owned(), vec![]);
    Sent { payload: "p", row: 2, function, condition: true, future: &mut future, instance: &row, tx: 3, send: 5 }
        .send()
        .await?;
    Ok(())
}
