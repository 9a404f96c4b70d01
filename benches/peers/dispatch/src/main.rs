//! One dispatch to 0, 1, 3 and 10 receivers: `benches/peers/run dispatch`.

use std::hint::black_box;

use measure::{Case, Table, readable};
use receivers::{Tick, emit, none, one, ten, three};

macro_rules! row {
    ($table:ident, $module:ident, $signal:ident, $linked:ident, $name:literal) => {
        if $table.has($name) {
            let (boxed, signals2, mut bevy) = ($module::boxed(), $module::signals2(), $module::bevy());
            let cells = vec![
                Case::new(|| {
                    let tick = Tick { n: black_box(1) };
                    for receiver in black_box(&$module::ARRAY[..]) {
                        receiver(&tick);
                    }
                })
                .into(),
                Case::new(|| $module::$signal { n: black_box(1) }.send().expect("no receiver fails")).into(),
                Case::new(|| {
                    let tick = Tick { n: black_box(1) };
                    for receiver in $module::$linked {
                        receiver(&tick);
                    }
                })
                .into(),
                Case::new(move || {
                    let tick = Tick { n: black_box(1) };
                    for receiver in black_box(&boxed) {
                        receiver(&tick);
                    }
                })
                .into(),
                Case::new(move || emit(&signals2, Tick { n: black_box(1) })).into(),
                Case::new(move || bevy.trigger(Tick { n: black_box(1) })).into(),
            ];
            let measured = $table.row($name, cells);
            if let Some(signals) = &measured[1] {
                eprintln!("    {}: signals takes {} more than the array", $name, readable(signals.over));
            }
        }
    };
}

fn main() {
    let columns = ["array", "signals", "linkme", "Box<dyn Fn>", "signals2", "bevy_ecs"];
    let mut table = Table::new("dispatch", &columns);
    row!(table, none, None, NONE, "no receiver");
    row!(table, one, One, ONE, "1 receiver");
    row!(table, three, Three, THREE, "3 receivers");
    row!(table, ten, Ten, TEN, "10 receivers");
    println!("\nThe receivers added up {}.", receivers::SUM.load(std::sync::atomic::Ordering::Relaxed));
}
