// The folder is a string, as the macro reads it.
fn main() {
    let _ = signals::migrate::embed_migrations!(migrations);
}
