//! The presence of workers: a file per worker, which its process keeps locked.
//!
//! The files are in the directory `file.db-workers`, next to `file.db`, and their names are the ids of the workers. The operating
//! system unlocks a file when the process ends. Symbolic links in the path of the database are followed when it is opened, so that
//! each process finds the same directory. It is removed with its last file.

use std::collections::HashSet;
use std::fs::{File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use super::connection::Storage;
use crate::db::worker_id;
use crate::error::{Error, ErrorKind, Result};

/// How often a file is created again because another process was removing the directory or examining the file.
const ATTEMPTS: usize = 100;

/// Where the workers of a database are announced.
pub(in crate::db) enum Workers {
    /// Only this process has the database.
    InMemory,
    Directory(PathBuf),
}

/// The presence of a worker.
pub(in crate::db) struct Presence {
    id: i64,
    /// `None` in memory.
    file: Option<LockedFile>,
}

/// A file that is locked, and removed when it is dropped.
struct LockedFile {
    path: PathBuf,
    /// Holds the lock.
    _file: File,
}

impl Workers {
    /// The workers of a database that is open.
    pub(super) fn of(storage: &Storage) -> Result<Self> {
        let Storage::File { path, .. } = storage else { return Ok(Self::InMemory) };
        let unreadable = |error: io::Error| ErrorKind::Open { path: path.to_path_buf(), reason: error.to_string() };
        let mut directory = path.canonicalize().map_err(unreadable)?.into_os_string();
        directory.push("-workers");
        Ok(Self::Directory(directory.into()))
    }

    pub(in crate::db) fn announce(&self) -> Result<Presence> {
        let Self::Directory(directory) = self else {
            let id = worker_id::random();
            alive().insert(id);
            return Ok(Presence { id, file: None });
        };
        for _ in 0..ATTEMPTS {
            let id = worker_id::random();
            if let Some(file) = LockedFile::create(directory, id)? {
                remove_unlocked(directory);
                return Ok(Presence { id, file: Some(file) });
            }
        }
        Err(refused(directory, "other processes remove the file of each new worker"))
    }

    /// Of these workers, the ones that no longer exist. Removes their files.
    pub(in crate::db) fn gone(&self, workers: &[i64]) -> Result<Vec<i64>> {
        let Self::Directory(directory) = self else {
            let alive = alive();
            return Ok(workers.iter().copied().filter(|id| !alive.contains(id)).collect());
        };
        let mut gone = Vec::new();
        for &id in workers {
            let path = file_of(directory, id);
            if is_unlocked(&path).map_err(|error| refused(&path, &error.to_string()))? {
                gone.push(id);
            }
        }
        Ok(gone)
    }
}

impl Presence {
    pub(in crate::db) fn id(&self) -> i64 {
        self.id
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        if self.file.is_none() {
            alive().remove(&self.id);
        }
    }
}

impl LockedFile {
    /// `None` if another process removed it before it was locked.
    fn create(directory: &Path, id: i64) -> Result<Option<Self>> {
        match std::fs::create_dir(directory) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                return Err(refused(directory, &format!("{error}: allow writing to the directory of the database")));
            }
            _ => {}
        }
        let path = file_of(directory, id);
        let file = match File::create_new(&path) {
            Ok(file) => file,
            // The directory was empty, and another process removed it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(refused(
                    directory,
                    &format!("{error}: it must be a directory in which files can be created"),
                ));
            }
        };
        match file.try_lock() {
            // A locked file is not removed.
            Ok(()) if path.exists() => Ok(Some(Self { path, _file: file })),
            Ok(()) | Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => {
                let _ = std::fs::remove_file(&path);
                Err(refused(directory, &format!("{error}: use a file system on which files can be locked")))
            }
        }
    }
}

impl Drop for LockedFile {
    fn drop(&mut self) {
        // If it cannot be removed, it is unlocked now, and the next worker removes it.
        let _ = std::fs::remove_file(&self.path);
        if let Some(directory) = self.path.parent() {
            // It fails unless the directory is empty.
            let _ = std::fs::remove_dir(directory);
        }
    }
}

/// The workers on databases in memory.
fn alive() -> MutexGuard<'static, HashSet<i64>> {
    static ALIVE: LazyLock<Mutex<HashSet<i64>>> = LazyLock::new(Mutex::default);
    ALIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

fn file_of(directory: &Path, id: i64) -> PathBuf {
    directory.join(id.to_string())
}

/// Removes the files of workers whose processes were killed.
fn remove_unlocked(directory: &Path) {
    let Ok(entries) = std::fs::read_dir(directory) else { return };
    for entry in entries.flatten() {
        // Files with other names are not of workers.
        if entry.file_name().to_str().is_some_and(|name| name.parse::<i64>().is_ok()) {
            let _ = is_unlocked(&entry.path());
        }
    }
}

/// Whether the file of a worker is missing or unlocked. In the second case it is removed.
fn is_unlocked(path: &Path) -> io::Result<bool> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(error),
    };
    // The lock is shared, so that several processes that examine a file at once agree.
    match file.try_lock_shared() {
        Ok(()) => {
            // The lock is held meanwhile, so that a new worker that locks its file afterwards sees that it is removed.
            let _ = std::fs::remove_file(path);
            Ok(true)
        }
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn refused(path: &Path, reason: &str) -> Error {
    ErrorKind::Open { path: path.to_owned(), reason: reason.to_owned() }.into()
}
