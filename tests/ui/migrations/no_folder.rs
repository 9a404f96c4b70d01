// The folder of the migrations must exist.
fn main() {
    let _ = signals::migrate::embed_migrations!("migratoins");
}
