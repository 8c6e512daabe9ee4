//! Several processes and one file.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use dan_auth::{
    AccessToken, AccessTokenProvider as _, FileTokenCache, MaskinportenClient, TokenCache as _, TokenCacheKey,
};
use dan_sandbox::Sandbox;

use crate::wanting::{Wanting, ask, grants};

const FILE: &str = "DAN_AUTH_TEST_FILE";
const WANTING: &str = "DAN_AUTH_TEST_CLIENT";

/// Runs one of the tests below as a process of its own.
fn start(test: &str, file: &Path, wanting: &Wanting) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "--nocapture", &format!("processes::{test}")])
        .env(FILE, file)
        .env(WANTING, serde_json::to_string(wanting).unwrap())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// What another process said behind this word.
fn said(child: &mut Child, word: &str) -> String {
    let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    let prefix = format!("{word}: ");
    lines
        .map(Result::unwrap)
        .find_map(|line| line.split_once(&prefix).map(|(_, said)| said.to_owned()))
        .unwrap()
}

fn handed_over() -> MaskinportenClient {
    let wanting: Wanting = serde_json::from_str(&std::env::var(WANTING).unwrap()).unwrap();
    wanting.client(Arc::new(FileTokenCache::new(std::env::var_os(FILE).unwrap())))
}

#[tokio::test]
#[ignore = "run by the tests below in a process of its own"]
async fn tell_the_token() {
    println!("\ntoken: {}", ask(&handed_over()).await);
}

/// Holds a token that was refused, says so, and waits until the others are there as well.
#[tokio::test]
#[ignore = "run by the tests below in a process of its own"]
async fn report_the_token() {
    let client = handed_over();
    let refused = ask(&client).await;
    println!("\nheld: {refused}");
    std::io::stdin().read_line(&mut String::new()).unwrap();
    client.invalidate(&AccessToken::new(refused)).await;
    println!("\ntoken: {}", ask(&client).await);
}

#[tokio::test]
#[ignore = "run by the tests below in a process of its own"]
async fn hold_the_lock() {
    let cache = FileTokenCache::new(std::env::var_os(FILE).unwrap());
    let _lock = cache.try_lock(&TokenCacheKey::of_name("locked")).await.unwrap().unwrap();
    println!("\nlocked: yes");
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_start_together_cause_one_grant() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tokens.json");
    let wanting = Wanting::of(&sandbox);
    let mut processes: Vec<_> = (0..4).map(|_| start("tell_the_token", &file, &wanting)).collect();
    let mut tokens: Vec<_> = processes.iter_mut().map(|process| said(process, "token")).collect();
    for mut process in processes {
        assert!(process.wait().unwrap().success());
    }
    tokens.dedup();
    assert_eq!((tokens.len(), grants(&sandbox)), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn processes_that_report_a_token_cause_one_renewal() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tokens.json");
    let wanting = Wanting::of(&sandbox);
    let mut processes: Vec<_> = (0..3).map(|_| start("report_the_token", &file, &wanting)).collect();
    let mut refused: Vec<_> = processes.iter_mut().map(|process| said(process, "held")).collect();
    for process in &mut processes {
        process.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    }
    let mut tokens: Vec<_> = processes.iter_mut().map(|process| said(process, "token")).collect();
    for mut process in processes {
        assert!(process.wait().unwrap().success());
    }
    refused.dedup();
    tokens.dedup();
    assert_eq!((refused.len(), tokens.len(), grants(&sandbox)), (1, 1, 2));
    assert_ne!(refused, tokens);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_ends_with_the_process_that_holds_it() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tokens.json");
    let mut process = start("hold_the_lock", &file, &Wanting::of(&sandbox));
    assert_eq!(said(&mut process, "locked"), "yes");

    let (cache, key) = (FileTokenCache::new(&file), TokenCacheKey::of_name("locked"));
    assert!(cache.try_lock(&key).await.unwrap().is_none());
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(cache.try_lock(&key).await.unwrap().is_some());
}
