//! The files of workers. Workers in other processes are in `db/tests/presence.rs`.

use std::path::Path;

use super::*;
use crate::db::tests::presence::Worker;
use crate::error::ErrorKind;

/// The names in the directory of the workers.
fn files(directory: &Path) -> TestResult<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(directory)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

#[tokio::test]
async fn a_worker_has_a_file_while_it_exists_and_the_last_one_removes_the_directory() -> TestResult {
    let folder = Folder::new()?;
    let workers = folder.0.join("test.db-workers");
    let db = folder.db().await?;
    assert!(!workers.exists());
    let (one, two) = (db.announce().await?, db.announce().await?);
    let mut expected = [one.id().to_string(), two.id().to_string()];
    expected.sort();
    assert_eq!(files(&workers)?, expected);
    drop(one);
    assert_eq!(files(&workers)?, [two.id().to_string()]);
    drop(two);
    assert!(!workers.exists());
    assert_eq!(db.gone(&[1]).await?, [1]);
    Ok(())
}

/// Each process that is killed leaves a file.
#[tokio::test]
async fn a_new_worker_removes_the_files_of_killed_ones_and_no_others() -> TestResult {
    let folder = Folder::new()?;
    let workers = folder.0.join("test.db-workers");
    let (mut killed, alive) = (Worker::start(&folder.url(), &folder.0)?, Worker::start(&folder.url(), &folder.0)?);
    std::fs::write(workers.join("notes.txt"), "of the user")?;
    killed.kill()?;
    let mut expected = vec![killed.id.to_string(), alive.id.to_string(), "notes.txt".to_owned()];
    expected.sort();
    assert_eq!(files(&workers)?, expected);

    let db = folder.db().await?;
    let presence = db.announce().await?;
    let mut expected = vec![alive.id.to_string(), presence.id().to_string(), "notes.txt".to_owned()];
    expected.sort();
    assert_eq!(files(&workers)?, expected);
    assert_eq!(db.gone(&[killed.id, alive.id, presence.id()]).await?, [killed.id]);
    Ok(())
}

#[tokio::test]
async fn processes_that_examine_a_killed_worker_at_once_agree() -> TestResult {
    let folder = Folder::new()?;
    let db = folder.db().await?;
    let mut killed = Worker::start(&folder.url(), &folder.0)?;
    killed.kill()?;
    let file = std::fs::File::open(folder.0.join("test.db-workers").join(killed.id.to_string()))?;
    file.try_lock_shared()?;
    assert_eq!(db.gone(&[killed.id]).await?, [killed.id]);
    Ok(())
}

#[tokio::test]
async fn each_path_of_a_database_leads_to_the_same_files() -> TestResult {
    let folder = Folder::new()?;
    let real = folder.0.join("real");
    std::fs::create_dir(&real)?;
    std::os::unix::fs::symlink("real", folder.0.join("linked"))?;
    // A path is no URI, and `?` begins the settings.
    let name = "file:a b";
    let file = folder.0.join(name);
    std::os::unix::fs::symlink(name, folder.0.join("other.db"))?;
    let db = ConnectOptions::new(format!("sqlite:{}", file.display())).connect().await?;
    with_numbers(db.clone()).await?;
    let mut workers = Vec::new();
    for (url, directory) in [
        (format!("sqlite:{}?mode=rw", file.display()), Path::new("/")),
        (format!("sqlite://{}?synchronous=full", file.display()), Path::new("/")),
        (format!("sqlite:{name}"), &folder.0),
        (format!("sqlite:./{name}"), &folder.0),
        (format!("sqlite:../{name}"), &real),
        (format!("sqlite:real/..//{name}"), &folder.0),
        (format!("sqlite:linked/../{name}"), &folder.0),
        ("sqlite:other.db?mode=rw".to_owned(), &folder.0),
        (format!("sqlite:{}", folder.0.join("linked/../other.db").display()), Path::new("/")),
    ] {
        workers.push(Worker::start(&url, directory)?);
    }
    let ids: Vec<_> = workers.iter().map(|worker| worker.id).collect();
    assert_eq!(db.gone(&ids).await?, [0_i64; 0]);
    let mut names: Vec<_> = ids.iter().map(ToString::to_string).collect();
    names.sort();
    assert_eq!(files(&folder.0.join("file:a b-workers"))?, names);
    for worker in &mut workers {
        worker.kill()?;
        assert_eq!(db.gone(&ids).await?.last(), Some(&worker.id));
    }
    Ok(())
}

#[tokio::test]
async fn a_directory_that_cannot_be_created_or_used_is_an_error_that_names_it() -> TestResult {
    let folder = Folder::new()?;
    // The superuser may write to any directory, but not to one that was removed.
    let removed = Folder::new()?;
    let db = removed.db().await?;
    std::fs::remove_dir_all(&removed.0)?;
    let text = refusal(&db, &removed.0.join("test.db-workers")).await?;
    assert!(text.ends_with(": allow writing to the directory of the database"), "{text}");

    let db = folder.db().await?;
    let workers = folder.0.join("test.db-workers");
    std::fs::write(&workers, "")?;
    let text = refusal(&db, &workers).await?;
    assert!(text.ends_with(": it must be a directory in which files can be created"), "{text}");
    std::fs::remove_file(&workers)?;
    drop(db.announce().await?);
    Ok(())
}

/// The error of a worker whose directory cannot be used.
async fn refusal(db: &Db, directory: &Path) -> TestResult<String> {
    let Err(error) = db.announce().await else { return Err("it is announced".into()) };
    assert!(matches!(error.kind(), ErrorKind::Open { path, .. } if path == directory), "{error}");
    Ok(error.to_string())
}

/// Each announces, examines the others and ends, which removes the directory.
#[tokio::test]
async fn workers_that_come_and_go_at_once_are_not_taken_for_dead_ones() -> TestResult {
    let folder = Folder::new()?;
    let db = folder.db().await?;
    let runtime = || tokio::runtime::Builder::new_current_thread().build();
    let come_and_go = || -> TestResult {
        runtime()?.block_on(async {
            for _ in 0..1000 {
                let presence = db.announce().await?;
                assert_eq!(db.gone(&[presence.id()]).await?, [0_i64; 0]);
            }
            Ok(())
        })
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(come_and_go)).collect();
        threads.into_iter().try_for_each(|thread| thread.join().map_err(|_| "a thread panicked")?)
    })?;
    assert!(!folder.0.join("test.db-workers").exists());
    Ok(())
}

#[tokio::test]
async fn a_worker_in_memory_leaves_no_file() -> TestResult {
    let (db, other) = (memory().await?, memory().await?);
    let presence = db.announce().await?;
    assert_eq!(db.gone(&[presence.id(), 1]).await?, [1]);
    drop(db);
    assert_eq!(other.gone(&[presence.id()]).await?, [0_i64; 0]);
    let id = presence.id();
    drop(presence);
    assert_eq!(other.gone(&[id]).await?, [id]);
    assert!(!Path::new(":memory:-workers").exists());
    Ok(())
}
