//! docs/behaviour.md, rules 71 and 72: what runs after the transaction of a delete.

mod failures;
mod rows;
mod sequences;

/// A photo, and receivers of every signal after a transaction.
macro_rules! photo {
    ($log:ident) => {
        static $log: Log = Log::new();

        #[model]
        #[derive(Debug, Default, Clone)]
        struct Photo {
            #[key]
            id: Id<Photo>,
            file: String,
            #[version]
            version: i64,
            #[skip]
            cached: Option<String>,
        }

        async fn saved(executor: &dyn Executor, file: &str) -> Result<Photo> {
            let mut photo = Photo { file: file.to_owned(), cached: Some("cached".to_owned()), ..Photo::default() };
            photo.save(executor).await?;
            Ok(photo)
        }

        #[receiver(post_delete_commit, sender = Photo)]
        async fn gone(instance: &Photo, db: &Db) -> Result<()> {
            let stored = Photo::get(db, instance.id).await?.is_some();
            $log.note(format!("gone {} {:?}, stored {stored}", instance.file, instance.cached));
            Ok(())
        }

        #[receiver(post_delete_rollback, sender = Photo)]
        async fn back(instance: &Photo, db: &Db) -> Result<()> {
            let stored = Photo::get(db, instance.id).await?.is_some();
            $log.note(format!("back {} {:?}, stored {stored}", instance.file, instance.cached));
            Ok(())
        }
    };
}
pub(crate) use photo;
