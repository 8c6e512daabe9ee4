#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tempfile::TempDir;

use super::*;

const LIFE: Duration = Duration::from_secs(120);

fn key(name: &str) -> TokenCacheKey {
    TokenCacheKey::of_name(name)
}

fn token(token: &str) -> CachedToken {
    CachedToken::new(AccessToken::new(token), LIFE, LIFE)
}

fn cache() -> (TempDir, FileTokenCache) {
    let folder = TempDir::new().unwrap();
    let cache = FileTokenCache::new(folder.path().join("tokens.json"));
    (folder, cache)
}

async fn get(cache: &FileTokenCache, name: &str) -> Option<String> {
    cache.get(&key(name)).await.unwrap().map(|found| found.token().expose().to_owned())
}

async fn put(cache: &FileTokenCache, name: &str) {
    cache.put(&key(name), &token(name)).await.unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn names(folder: &Path) -> Vec<String> {
    fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// What was refused, with the reason below it.
fn reason<T>(refused: Result<T, TokenCacheError>) -> String {
    let error = refused.err().unwrap();
    std::error::Error::source(&error).unwrap().to_string()
}

#[tokio::test]
async fn tokens_outlive_the_cache_that_put_them_there() {
    let (_folder, cache) = cache();
    assert_eq!(get(&cache, "a").await, None);
    put(&cache, "a").await;
    put(&cache, "b").await;
    let another = FileTokenCache::new(cache.path());
    assert_eq!((get(&another, "a").await, get(&another, "c").await), (Some("a".to_owned()), None));
    let found = another.get(&key("b")).await.unwrap().unwrap();
    assert_eq!(found.lifetime(), LIFE);
    assert!(found.remaining() <= LIFE && found.remaining() > LIFE / 2);
}

#[tokio::test]
async fn the_refused_token_goes_and_no_other() {
    let (_folder, cache) = cache();
    put(&cache, "a").await;
    put(&cache, "b").await;
    cache.remove(&key("a"), &AccessToken::new("an earlier one")).await.unwrap();
    assert!(get(&cache, "a").await.is_some());
    cache.remove(&key("a"), &AccessToken::new("a")).await.unwrap();
    assert_eq!((get(&cache, "a").await, get(&cache, "b").await), (None, Some("b".to_owned())));
}

#[tokio::test]
async fn file_and_folder_are_the_users_alone_and_nothing_else_is_left() {
    let (folder, _) = cache();
    let path = folder.path().join("new/deep/tokens.json");
    let cache = FileTokenCache::new(&path);
    let lock = cache.try_lock(&key("a")).await.unwrap().unwrap();
    put(&cache, "a").await;
    lock.release().await.unwrap();
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    assert_eq!(mode(&folder.path().join("new")), 0o700);
    assert_eq!(names(path.parent().unwrap()), ["tokens.json"]);
}

/// So that what lies in a place that cannot be written is read all the same.
#[tokio::test]
async fn reading_makes_and_changes_nothing() {
    let (folder, cache) = cache();
    let missing = FileTokenCache::new(folder.path().join("new/tokens.json"));
    assert_eq!(get(&missing, "a").await, None);
    assert!(names(folder.path()).is_empty());

    put(&cache, "a").await;
    let opened = fs::File::open(folder.path()).unwrap();
    let long_ago = SystemTime::UNIX_EPOCH + LIFE;
    opened.set_modified(long_ago).unwrap();
    let another = FileTokenCache::new(cache.path());
    assert_eq!(get(&another, "a").await.as_deref(), Some("a"));
    assert_eq!(opened.metadata().unwrap().modified().unwrap(), long_ago);
}

#[tokio::test]
async fn what_cannot_be_read_is_begun_anew() {
    let (_folder, cache) = cache();
    put(&cache, "a").await;
    let whole = fs::read(cache.path()).unwrap();
    let version_2 = String::from_utf8(whole.clone()).unwrap().replace("\"version\":1", "\"version\":2");
    for damaged in [
        &b""[..],
        b"\0\0\0\0",
        b"[]",
        b"{\"version\":1,\"tokens\":[]}",
        b"{\"version\":1,\"tokens\":{\"k\":{\"token\":1}}}",
        &whole[..whole.len() / 2],
        version_2.as_bytes(),
    ] {
        fs::write(cache.path(), damaged).unwrap();
        assert_eq!(get(&cache, "a").await, None, "{}", String::from_utf8_lossy(damaged));
        put(&cache, "b").await;
        assert_eq!(get(&cache, "b").await.as_deref(), Some("b"));
    }
}

#[tokio::test]
async fn a_write_that_was_broken_off_is_not_seen() {
    let (folder, cache) = cache();
    put(&cache, "a").await;
    fs::write(folder.path().join("tokens.json.new"), "{\"version\":1,\"tok").unwrap();
    assert_eq!(get(&cache, "a").await.as_deref(), Some("a"));
    put(&cache, "b").await;
    assert_eq!(get(&cache, "a").await.as_deref(), Some("a"));
    assert_eq!(names(folder.path()), ["tokens.json"]);
}

#[tokio::test]
async fn what_others_may_write_is_not_believed() {
    let (folder, cache) = cache();
    put(&cache, "a").await;
    fs::set_permissions(cache.path(), fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(get(&cache, "a").await, None);
    put(&cache, "b").await;
    assert_eq!((mode(cache.path()), get(&cache, "a").await), (0o600, None));

    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let why = "others may write to its folder: choose one of your own, with the mode 0700";
    assert_eq!(reason(cache.get(&key("b")).await), why);
    assert_eq!(reason(cache.put(&key("b"), &token("b")).await), why);
    assert_eq!(reason(cache.try_lock(&key("b")).await), why);
}

#[tokio::test]
async fn symbolic_links_are_refused() {
    let (folder, cache) = cache();
    let target = folder.path().join("target");
    fs::write(&target, "precious").unwrap();
    let why = "it is a symbolic link, or no file at all: remove it";
    symlink(&target, cache.path()).unwrap();
    assert_eq!(reason(cache.get(&key("a")).await), why);
    assert_eq!(reason(cache.put(&key("a"), &token("a")).await), why);
    fs::remove_file(cache.path()).unwrap();

    symlink(&target, folder.path().join("tokens.json.lock")).unwrap();
    assert_eq!(reason(cache.put(&key("a"), &token("a")).await), why);
    fs::remove_file(folder.path().join("tokens.json.lock")).unwrap();

    symlink(&target, folder.path().join("tokens.json.new")).unwrap();
    put(&cache, "a").await;
    assert_eq!(fs::read(&target).unwrap(), b"precious");

    fs::remove_file(cache.path()).unwrap();
    fs::create_dir(cache.path()).unwrap();
    assert_eq!(reason(cache.get(&key("a")).await), why);
}

/// Only the administrator can give a file away.
#[tokio::test]
async fn files_of_others_are_refused() {
    let (folder, cache) = cache();
    put(&cache, "a").await;
    if chown(cache.path(), Some(65534), None).is_err() {
        println!("NOT TESTED: the file of somebody else, since only the administrator can make one");
        return;
    }
    let why = "it is somebody else's: name a file of your own";
    assert_eq!(reason(cache.get(&key("a")).await), why);
    assert_eq!(reason(cache.put(&key("a"), &token("a")).await), why);
    chown(folder.path(), Some(65534), None).unwrap();
    assert!(reason(cache.get(&key("a")).await).starts_with("others may write to its folder"));
}

#[tokio::test]
async fn a_lock_is_one_holders_and_each_key_has_its_own() {
    let (folder, cache) = cache();
    let another = FileTokenCache::new(cache.path());
    let lock = cache.try_lock(&key("a")).await.unwrap().unwrap();
    assert!(another.try_lock(&key("a")).await.unwrap().is_none());
    assert!(cache.try_lock(&key("a")).await.unwrap().is_none());
    drop(another.try_lock(&key("b")).await.unwrap().unwrap());
    put(&another, "a").await;
    drop(lock);
    let lock = another.try_lock(&key("a")).await.unwrap().unwrap();
    lock.release().await.unwrap();
    assert_eq!(names(folder.path()), ["tokens.json"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_lose_nothing_of_each_other() {
    let (folder, cache) = cache();
    let writers: Vec<_> = (0..3)
        .map(|writer| {
            let cache = FileTokenCache::new(cache.path());
            tokio::spawn(async move {
                for number in 0..5 {
                    put(&cache, &format!("{writer} {number}")).await;
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    for writer in 0..3 {
        for number in 0..5 {
            assert!(get(&cache, &format!("{writer} {number}")).await.is_some(), "{writer} {number}");
        }
    }
    assert_eq!(names(folder.path()), ["tokens.json"]);
}

/// Each write puts another file in the place of the one that a reader is about to open.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_find_the_token_while_others_write() {
    let (_folder, cache) = cache();
    put(&cache, "a").await;
    let file = PrivateFile::new(cache.path().into());
    let written = fs::read(cache.path()).unwrap();
    let writer = std::thread::spawn(move || (0..300).for_each(|_| file.replace(&written).unwrap()));
    while !writer.is_finished() {
        assert_eq!(get(&cache, "a").await.as_deref(), Some("a"));
    }
    writer.join().unwrap();
}

/// Each lock makes its file and takes it away again.
#[test]
fn a_lock_is_taken_by_one_at_a_time_however_many_try() {
    let (_folder, cache) = cache();
    let holders = AtomicUsize::new(0);
    let take_often = || {
        let file = PrivateFile::new(cache.path().into());
        let mut taken = 0;
        while taken < 500 {
            let Some(_lock) = FileLock::try_take(&file, "a").unwrap() else { continue };
            assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0);
            taken += 1;
            holders.fetch_sub(1, Ordering::SeqCst);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(take_often);
        }
    });
}

#[tokio::test]
async fn what_is_over_goes_and_so_does_what_a_changed_clock_makes_doubtful() {
    let (_folder, cache) = cache();
    put(&cache, "a").await;
    let now = SystemTime::now();
    let mut contents = Contents::read(&PrivateFile::new(cache.path().into())).unwrap();
    assert!(contents.get(&key("a"), now).is_some());
    assert!(contents.get(&key("a"), now + LIFE).is_none());
    assert!(contents.get(&key("a"), now - LIFE).is_none());
    contents.drop_expired(now + LIFE);
    assert!(contents.get(&key("a"), now).is_none());
}
