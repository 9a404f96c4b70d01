// A folder that is not there has no migrations.
fn main() {
    let _ = signals::migrate::embed_migrations!("migratoins");
}
