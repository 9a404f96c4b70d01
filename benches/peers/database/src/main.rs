//! Rows saved, deleted and read by each library, next to the driver by hand: `benches/peers/run database`.
//!
//! On SQLite in memory and in a file, and on PostgreSQL if `SIGNALS_TEST_POSTGRES` names a server. Each library has a connection of
//! its own, to a database of its own.

mod by_hand;
mod by_hand_on_postgres;
mod place;
mod with_diesel;
mod with_sea_orm;
mod with_signals;
mod with_sqlx;
mod with_toasty;
mod work;

use std::rc::Rc;

use measure::Table;
use tokio::runtime::Runtime;

use place::{Kind, Place};
use work::Work;

pub(crate) type Shared = Rc<Runtime>;

fn main() {
    let runtime = Rc::new(tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"));
    let columns = ["the driver", "signals", "diesel", "sqlx", "SeaORM", "toasty"];
    let mut table = Table::new("database", &columns);
    for kind in [Kind::Memory, Kind::File, Kind::Postgres] {
        if kind == Kind::Postgres && std::env::var_os("SIGNALS_TEST_POSTGRES").is_none() {
            continue;
        }
        for (number, work) in Work::all().into_iter().enumerate() {
            let name = format!("{}: {}", kind.name(), work.name());
            if !table.has(&name) {
                continue;
            }
            let place = |library: &str| Place::new(kind, &format!("{library}_{number}"));
            let floor = match kind {
                Kind::Postgres => by_hand_on_postgres::cell(&place("hand"), work, &runtime),
                _ => by_hand::cell(&place("hand"), work),
            };
            let cells = vec![
                floor,
                with_signals::cell(&place("signals"), work, &runtime),
                with_diesel::cell(&place("diesel"), work, &runtime),
                with_sqlx::cell(&place("sqlx"), work, &runtime),
                with_sea_orm::cell(&place("sea"), work, &runtime),
                with_toasty::cell(&place("toasty"), work, &runtime),
            ];
            table.row(&name, cells);
        }
    }
    place::tidy(&runtime);
}
