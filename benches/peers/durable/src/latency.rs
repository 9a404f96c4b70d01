//! How long it takes from the beginning of a save until its job is called, at a rate at which all engines are idle most of the time.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{MissedTickBehavior, interval};

use crate::engine::{Engine, calls, latencies, micros, wait_until, while_working};
use crate::place::{self, Place};
use crate::table::{self, Cell, median, ratio};

/// 100 saves per second.
const PAUSE: Duration = Duration::from_millis(10);
/// In each round: 20 seconds in the five rounds of a run.
const SAVES: u32 = 400;

/// Measures the latency of each engine, with a worker in this process or in one of its own at a place.
pub(crate) async fn measure(name: &str, engines: &[Box<dyn Engine>], rounds: usize, elsewhere: Option<&Place>) {
    let mut taken = vec![Vec::new(); engines.len()];
    for _ in 0..rounds {
        for (engine, taken) in engines.iter().zip(&mut taken) {
            let engine = &**engine;
            let measured = match elsewhere {
                None => here(engine).await,
                Some(place) => in_another_process(engine, place).await,
            };
            assert_eq!(measured.len(), SAVES as usize, "{} has called each job once", engine.name());
            taken.push(measured);
            engine.clear().await;
        }
    }
    for percent in [50, 99] {
        let of_rounds = |rounds: &[Vec<u32>]| rounds.iter().map(|round| part(round, percent)).collect::<Vec<_>>();
        let floor = of_rounds(&taken[0]);
        let cells = taken.iter().map(|rounds| {
            let own = of_rounds(rounds);
            Cell { seconds: median(own.clone()), ratio: ratio(&own, &floor) }
        });
        table::row(&format!("{name}, p{percent}"), &cells.collect::<Vec<_>>());
    }
}

fn part(latencies: &[u32], percent: usize) -> f64 {
    let mut sorted = latencies.to_vec();
    sorted.sort_unstable();
    f64::from(sorted[sorted.len() * percent / 100]) / 1e6
}

async fn here(engine: &dyn Engine) -> Vec<u32> {
    let before = calls();
    while_working(engine, async {
        engine.save(0).await;
        wait_until(async || calls() > before).await;
        save_all(engine).await;
        wait_until(async || engine.is_done().await).await;
    })
    .await;
    latencies()
}

async fn in_another_process(engine: &dyn Engine, place: &Place) -> Vec<u32> {
    let (mut child, mut output) = start(engine.name(), &place.url(engine.name()));
    engine.save(0).await;
    let output = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        output.read_line(&mut line).expect("the worker has called a job");
        assert_eq!(line, "ready\n", "the worker has ended");
        output
    });
    let mut output = output.await.expect("the worker is ready");
    save_all(engine).await;
    wait_until(async || engine.is_done().await).await;
    // The end of its input tells the worker to end.
    drop(child.stdin.take());
    let mut text = String::new();
    output.read_to_string(&mut text).expect("latencies");
    assert!(child.wait().expect("the worker has ended").success(), "the worker of {} has failed", engine.name());
    text.lines().map(|line| line.parse().expect("a latency")).collect()
}

async fn save_all(engine: &dyn Engine) {
    let mut ticks = interval(PAUSE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    for _ in 0..SAVES {
        ticks.tick().await;
        engine.save(micros()).await;
    }
}

fn start(column: &str, url: &str) -> (Child, BufReader<ChildStdout>) {
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--worker", column, url])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let output = child.stdout.take().expect("its output");
    (child, BufReader::new(output))
}

/// The worker in a process of its own: says that it has called the first job, and at the end of its input all latencies.
pub(crate) async fn work(column: &str, url: &str) {
    let engine = place::connect(column, url).await;
    let (ended, end) = oneshot::channel();
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        let _ = ended.send(());
    });
    while_working(&*engine, async {
        wait_until(async || calls() > 0).await;
        println!("ready");
        end.await.expect("the end of the input");
    })
    .await;
    for latency in latencies() {
        println!("{latency}");
    }
}
