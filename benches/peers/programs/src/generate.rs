//! Writes the programs: one module per model or signal, each with its receivers.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Models that are saved and deleted, with receivers.
    Models,
    /// The same structs and functions, saved and deleted by hand on rusqlite.
    Hand,
    /// Signals without a database.
    Signals,
    /// The same structs and functions, called one after another.
    Calls,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Models => "models",
            Self::Hand => "hand",
            Self::Signals => "signals",
            Self::Calls => "calls",
        }
    }

    fn dependencies(self) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
        let tokio = "tokio = { version = \"1.47\", features = [\"macros\", \"rt\"] }";
        match self {
            Self::Models => format!("signals-rs = {{ path = {root:?} }}\n{tokio}"),
            Self::Hand => format!("rusqlite = {{ version = \"0.39\", features = [\"bundled\"] }}\n{tokio}"),
            Self::Signals => format!("signals-core = {{ path = {:?} }}", root.join("signals-core")),
            Self::Calls => String::new(),
        }
    }
}

/// A program in a folder of its own.
pub(crate) struct Program {
    pub(crate) name: String,
    folder: PathBuf,
    kind: Kind,
    per_module: usize,
    edits: usize,
}

impl Program {
    /// Writes a program of some modules, each with some receivers, that calls all of them.
    pub(crate) fn write(folder: &Path, kind: Kind, modules: usize, per_module: usize) -> Result<Self> {
        Self::write_with_main(folder, kind.name().to_owned(), kind, (modules, per_module), &main_of(kind, modules))
    }

    pub(crate) fn write_with_main(
        folder: &Path,
        name: String,
        kind: Kind,
        (modules, per_module): (usize, usize),
        main: &str,
    ) -> Result<Self> {
        let folder = folder.join(&name);
        fs::create_dir_all(folder.join("src"))?;
        let dependencies = kind.dependencies();
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n\
             {dependencies}\n"
        );
        fs::write(folder.join("Cargo.toml"), manifest)?;
        let mut top = "#![allow(dead_code)]\n".to_owned();
        for module in 0..modules {
            writeln!(top, "pub mod m{module};")?;
        }
        fs::write(folder.join("src/main.rs"), top + main)?;
        let program = Self { name, folder, kind, per_module, edits: 0 };
        for module in 0..modules {
            program.write_module(module)?;
        }
        Ok(program)
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(crate) fn description(&self) -> &'static str {
        match self.kind {
            Kind::Models => "signals: `#[model]`, `#[receiver]`, save and delete",
            Kind::Hand => "rusqlite: functions, save and delete by hand",
            Kind::Signals => "signals-core: `#[signal]`, `#[receiver]`, send",
            Kind::Calls => "functions that are called by hand",
        }
    }

    /// Changes the body of one receiver, differently each time.
    pub(crate) fn edit(&mut self) -> Result<()> {
        self.edits += 1;
        self.write_module(0)
    }

    fn write_module(&self, module: usize) -> Result<()> {
        let text = match self.kind {
            Kind::Models => model(module, self.per_module, self.edits),
            Kind::Hand => by_hand(module, self.per_module, self.edits),
            Kind::Signals => signal(self.per_module, self.edits),
            Kind::Calls => calls(self.per_module, self.edits),
        };
        Ok(fs::write(self.folder.join(format!("src/m{module}.rs")), text)?)
    }
}

fn main_of(kind: Kind, modules: usize) -> String {
    let call = |call: &str| (0..modules).map(|module| format!("    m{module}::{call};\n")).collect::<String>();
    match kind {
        Kind::Models => format!(
            r#"
#[tokio::main(flavor = "current_thread")]
async fn main() -> signals::Result<()> {{
    let db = signals::db::Db::connect("sqlite::memory:").await?;
    db.create_tables().await?;
    db.execute("CREATE TABLE counts (n INTEGER)", &()).await?;
{}    Ok(())
}}
"#,
            call("go(&db).await?")
        ),
        Kind::Hand => format!(
            r#"
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {{
    let mut db = rusqlite::Connection::open_in_memory()?;
    db.execute("CREATE TABLE counts (n INTEGER)", [])?;
{}    Ok(())
}}
"#,
            call("go(&mut db).await?")
        ),
        Kind::Signals | Kind::Calls => format!("\nfn main() {{\n{}}}\n", call("go()")),
    }
}

const FIELDS: &str = "    pub name: String,
    pub email: String,
    pub age: i64,
    pub score: f64,
    pub active: bool,
";

/// A receiver: of which signal, its parameters, its body. One with `tx` is async.
struct Receiver {
    signal: &'static str,
    parameters: &'static str,
    body: &'static str,
}

const RECEIVERS: [Receiver; 10] = [
    Receiver {
        signal: "post_save, created = true",
        parameters: "instance: &Item",
        body: "if instance.age > LIMIT { return Err(\"too old\".into()); } Ok(())",
    },
    Receiver {
        signal: "post_save, created = true",
        parameters: "instance: &Item, tx: &mut Tx",
        body: "tx.execute(\"UPDATE counts SET n = n + ?\", &(instance.age,)).await?; Ok(())",
    },
    Receiver {
        signal: "post_save",
        parameters: "instance: &Item, created: bool",
        body: "COUNT.fetch_add(instance.age as u64 + created as u64, Relaxed); Ok(())",
    },
    Receiver {
        signal: "post_save",
        parameters: "instance: &Item, created: bool, tx: &mut Tx",
        body: "if created { tx.execute(\"UPDATE counts SET n = n + ?\", &(instance.age,)).await?; } Ok(())",
    },
    Receiver {
        signal: "pre_save",
        parameters: "instance: &mut Item",
        body: "instance.name = instance.name.trim().to_owned(); Ok(())",
    },
    Receiver {
        signal: "pre_save",
        parameters: "instance: &mut Item, tx: &mut Tx",
        body: "tx.execute(\"UPDATE counts SET n = n + ?\", &(instance.age,)).await?; Ok(())",
    },
    Receiver {
        signal: "pre_delete",
        parameters: "instance: &Item",
        body: "if instance.active { return Err(\"active\".into()); } Ok(())",
    },
    Receiver {
        signal: "pre_delete",
        parameters: "instance: &Item, tx: &mut Tx",
        body: "tx.execute(\"UPDATE counts SET n = n - ?\", &(instance.age,)).await?; Ok(())",
    },
    Receiver {
        signal: "post_delete",
        parameters: "instance: &Item",
        body: "COUNT.fetch_add(instance.age as u64, Relaxed); Ok(())",
    },
    Receiver {
        signal: "post_delete",
        parameters: "instance: &Item, tx: &mut Tx",
        body: "tx.execute(\"UPDATE counts SET n = n - ?\", &(instance.age,)).await?; Ok(())",
    },
];

fn receivers(count: usize, edits: usize) -> impl Iterator<Item = (usize, &'static Receiver, String)> {
    (0..count).map(move |index| {
        let receiver = &RECEIVERS[index % RECEIVERS.len()];
        (index, receiver, receiver.body.replace("LIMIT", &(200 + edits).to_string()))
    })
}

fn model(module: usize, count: usize, edits: usize) -> String {
    let mut text = format!(
        "use std::sync::atomic::{{AtomicU64, Ordering::Relaxed}};
use signals::prelude::*;

pub static COUNT: AtomicU64 = AtomicU64::new(0);

#[model(table = \"model_{module}\")]
#[derive(Debug, Default)]
pub struct Item {{
    #[key]
    pub id: Id<Item>,
{FIELDS}}}
"
    );
    for (index, receiver, body) in receivers(count, edits) {
        let (signal, created) = receiver.signal.split_once(',').unwrap_or((receiver.signal, ""));
        let filter = if created.is_empty() { "" } else { ", created = true" };
        let is_async = if receiver.parameters.contains("tx") { "async " } else { "" };
        text += &format!(
            "
#[receiver({signal}, sender = Item{filter})]
{is_async}fn on_{index}({}) -> Result<()> {{
    {body}
}}
",
            receiver.parameters
        );
    }
    text + "
pub async fn go(db: &Db) -> Result<()> {
    let mut row = Item { name: \"ann\".to_owned(), age: 3, ..Item::default() };
    row.save(db).await?;
    row.delete(db).await?;
    Ok(())
}
"
}

fn by_hand(module: usize, count: usize, edits: usize) -> String {
    let mut text = format!(
        "use std::sync::atomic::{{AtomicU64, Ordering::Relaxed}};
use rusqlite::{{Connection, Transaction, params}};
use crate::Result;

pub static COUNT: AtomicU64 = AtomicU64::new(0);

#[derive(Debug, Default)]
pub struct Item {{
    pub id: Option<i64>,
{FIELDS}}}
"
    );
    let mut calls: [(&str, String); 4] =
        ["pre_save", "post_save", "pre_delete", "post_delete"].map(|signal| (signal, String::new()));
    for (index, receiver, body) in receivers(count, edits) {
        let is_async = if receiver.parameters.contains("tx") { "async " } else { "" };
        let parameters = receiver.parameters.replace("&mut Tx", "&Transaction<'_>");
        let body = body.replace(", &(instance.age,)).await", ", [instance.age])");
        text += &format!("\n{is_async}fn on_{index}({parameters}) -> Result<()> {{\n    {body}\n}}\n");
        let argument = |parameter: &str| match parameter.split(':').next() {
            Some("instance") => "self",
            Some("tx") => "&tx",
            _ => "created",
        };
        let arguments: Vec<_> = parameters.split(", ").map(argument).collect();
        let wait = if is_async.is_empty() { "" } else { ".await" };
        let call = format!("on_{index}({}){wait}?;", arguments.join(", "));
        let (signal, created) = receiver.signal.split_once(',').unwrap_or((receiver.signal, ""));
        let call = if created.is_empty() { call } else { format!("if created {{ {call} }}") };
        for (_, calls) in calls.iter_mut().filter(|(name, _)| *name == signal) {
            *calls += &format!("        {call}\n");
        }
    }
    let [(_, pre_save), (_, post_save), (_, pre_delete), (_, post_delete)] = calls;
    text + &BY_HAND
        .replace("MODEL", &format!("model_{module}"))
        .replace("        PRE_SAVE\n", &pre_save)
        .replace("        POST_SAVE\n", &post_save)
        .replace("        PRE_DELETE\n", &pre_delete)
        .replace("        POST_DELETE\n", &post_delete)
}

const BY_HAND: &str = r#"
impl Item {
    pub async fn save(&mut self, db: &mut Connection) -> Result<()> {
        let tx = db.transaction()?;
        PRE_SAVE
        let mut created = true;
        if let Some(id) = self.id {
            let mut update = tx.prepare_cached("UPDATE MODEL SET name = ?, email = ?, age = ?, score = ?, active = ? WHERE id = ?")?;
            created = update.execute(params![self.name, self.email, self.age, self.score, self.active, id])? == 0;
        }
        if created {
            let mut insert = tx.prepare_cached("INSERT INTO MODEL (name, email, age, score, active) VALUES (?, ?, ?, ?, ?)")?;
            insert.execute(params![self.name, self.email, self.age, self.score, self.active])?;
            self.id = Some(tx.last_insert_rowid());
        }
        POST_SAVE
        tx.commit()?;
        Ok(())
    }

    pub async fn delete(&mut self, db: &mut Connection) -> Result<()> {
        let Some(id) = self.id else { return Err("not saved".into()) };
        let tx = db.transaction()?;
        PRE_DELETE
        tx.prepare_cached("DELETE FROM MODEL WHERE id = ?")?.execute([id])?;
        POST_DELETE
        tx.commit()?;
        self.id = None;
        Ok(())
    }
}

pub async fn go(db: &mut Connection) -> Result<()> {
    db.execute("CREATE TABLE MODEL (id INTEGER PRIMARY KEY, name TEXT, email TEXT, age INTEGER, score REAL, active INTEGER)", [])?;
    let mut row = Item { name: "ann".to_owned(), age: 3, ..Item::default() };
    row.save(db).await?;
    row.delete(db).await?;
    Ok(())
}
"#;

/// Of each two receivers, one takes a number and the other a number and a string.
fn signal(count: usize, edits: usize) -> String {
    let mut text = "use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use signals_core::{receiver, signal};

pub static COUNT: AtomicU64 = AtomicU64::new(0);

#[signal]
pub struct Paid<'a> {
    pub order: u64,
    pub name: &'a str,
}
"
    .to_owned();
    for index in 0..count {
        let (parameters, sum) = parameters_and_sum(index, edits);
        text +=
            &format!("\n#[receiver(Paid)]\nfn on_{index}({parameters}) {{\n    COUNT.fetch_add({sum}, Relaxed);\n}}\n");
    }
    text + "
pub fn go() {
    Paid { order: 3, name: \"ann\" }.send().unwrap();
}
"
}

fn calls(count: usize, edits: usize) -> String {
    let mut text = "use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

pub static COUNT: AtomicU64 = AtomicU64::new(0);

pub struct Paid<'a> {
    pub order: u64,
    pub name: &'a str,
}
"
    .to_owned();
    let mut calls = String::new();
    for index in 0..count {
        let (parameters, sum) = parameters_and_sum(index, edits);
        text += &format!("\nfn on_{index}({parameters}) {{\n    COUNT.fetch_add({sum}, Relaxed);\n}}\n");
        let arguments = if index % 2 == 0 { "paid.order" } else { "paid.order, paid.name" };
        calls += &format!("    on_{index}({arguments});\n");
    }
    text + &format!("\npub fn go() {{\n    let paid = Paid {{ order: 3, name: \"ann\" }};\n{calls}}}\n")
}

fn parameters_and_sum(index: usize, edits: usize) -> (&'static str, String) {
    if index.is_multiple_of(2) {
        ("order: u64", format!("order + {edits}"))
    } else {
        ("order: u64, name: &str", "order + name.len() as u64".to_owned())
    }
}
