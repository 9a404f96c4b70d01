//! Sessions of tower-sessions, in its versions 0.15 and 0.14: they are a [`Session`], and [`Sessions`](super::Sessions) store them.

/// Implements [`Session`](super::Session) for the session of one version. The versions have the same functions.
macro_rules! session_of {
    ($tower:ident) => {
        use signals_core::BoxFuture;
        use $tower::Session as TowerSession;

        use crate::auth::Session;
        use crate::error::{Error, Result};

        /// The values are JSON strings. A value of the same name that is not a string is an error.
        impl Session for TowerSession {
            fn get<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<Option<String>>> {
                Box::pin(async move { self.get(name).await.map_err(Error::other) })
            }

            fn insert<'a>(&'a self, name: &'a str, value: &'a str) -> BoxFuture<'a, Result<()>> {
                Box::pin(async move { self.insert(name, value).await.map_err(Error::other) })
            }

            fn remove<'a>(&'a self, name: &'a str) -> BoxFuture<'a, Result<()>> {
                Box::pin(async move { self.remove_value(name).await.map(drop).map_err(Error::other) })
            }

            fn cycle(&self) -> BoxFuture<'_, Result<()>> {
                Box::pin(async move { self.cycle_id().await.map_err(Error::other) })
            }

            fn flush(&self) -> BoxFuture<'_, Result<()>> {
                Box::pin(async move {
                    self.flush().await.map_err(Error::other)?;
                    // Otherwise the next insert would use the old id.
                    self.cycle_id().await.map_err(Error::other)
                })
            }
        }
    };
}

/// Implements the store of one version for [`Sessions`](super::Sessions), as `async_trait` writes it.
#[cfg(feature = "sessions")]
macro_rules! store_of {
    ($tower:ident) => {
        use std::pin::Pin;

        use time::OffsetDateTime;
        use $tower::session::{Id, Record};
        use $tower::session_store::{Error as StoreError, Result as StoreResult, SessionStore};

        use crate::auth::{SessionModel, Sessions};

        type Later<'a, T> = Pin<Box<dyn Future<Output = StoreResult<T>> + Send + 'a>>;

        /// The sessions of this version, in the database.
        impl<M: SessionModel> SessionStore for Sessions<M> {
            fn create<'a, 'b, 'c>(&'a self, record: &'b mut Record) -> Later<'c, ()>
            where
                'a: 'c,
                'b: 'c,
            {
                Box::pin(async move {
                    let (data, expires) = written(record)?;
                    while !self.create(&record.id.to_string(), &data, expires).await.map_err(failed)? {
                        record.id = Id::default();
                    }
                    Ok(())
                })
            }

            fn save<'a, 'b, 'c>(&'a self, record: &'b Record) -> Later<'c, ()>
            where
                'a: 'c,
                'b: 'c,
            {
                Box::pin(async move {
                    let (data, expires) = written(record)?;
                    self.save(&record.id.to_string(), &data, expires).await.map_err(failed)
                })
            }

            fn load<'a, 'b, 'c>(&'a self, id: &'b Id) -> Later<'c, Option<Record>>
            where
                'a: 'c,
                'b: 'c,
            {
                Box::pin(async move {
                    let Some((data, expires)) = self.load(&id.to_string()).await.map_err(failed)? else {
                        return Ok(None);
                    };
                    // The text of the error may contain a value, which may be secret.
                    let decode = || StoreError::Decode("the stored values of a session are not JSON".to_owned());
                    let data = serde_json::from_str(&data).map_err(|_| decode())?;
                    let expiry_date = OffsetDateTime::from_unix_timestamp(expires).map_err(|_| decode())?;
                    Ok(Some(Record { id: *id, data, expiry_date }))
                })
            }

            fn delete<'a, 'b, 'c>(&'a self, id: &'b Id) -> Later<'c, ()>
            where
                'a: 'c,
                'b: 'c,
            {
                Box::pin(async move { self.delete(&id.to_string()).await.map_err(failed) })
            }
        }

        /// The values of a session as JSON, and its expiry.
        fn written(record: &Record) -> StoreResult<(String, i64)> {
            let data = serde_json::to_string(&record.data).map_err(|error| StoreError::Encode(error.to_string()))?;
            Ok((data, record.expiry_date.unix_timestamp()))
        }

        fn failed(error: Error) -> StoreError {
            StoreError::Backend(error.to_string())
        }
    };
}

#[cfg(feature = "tower-sessions")]
mod v0_15 {
    session_of!(tower_sessions_core);
    #[cfg(feature = "sessions")]
    store_of!(tower_sessions_core);
}

#[cfg(feature = "tower-sessions-0_14")]
mod v0_14 {
    session_of!(tower_sessions_core_0_14);
    #[cfg(feature = "sessions")]
    store_of!(tower_sessions_core_0_14);
}
