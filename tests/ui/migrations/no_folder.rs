// A folder that is not there has no migrations.
fn main() {
    let _ = signals::embed_migrations!("migratoins");
}
