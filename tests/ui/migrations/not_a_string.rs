// The folder is a string literal.
fn main() {
    let _ = signals::migrate::embed_migrations!(migrations);
}
