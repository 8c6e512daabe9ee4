//! Several machines and one Redis server.

use std::sync::Arc;
use std::time::Duration;

use dan_auth::{
    AccessToken, AccessTokenProvider as _, AuthErrorKind, CachedToken, RedisTokenCache, TokenCache as _,
    TokenCacheKey,
};
use dan_sandbox::Sandbox;
use futures_util::future::join_all;
use tokio::time::Instant;

use crate::redis_server::{RedisServer, start_over_tls};
use crate::wanting::{Wanting, ask, grants};

const LIFE: Duration = Duration::from_secs(120);

fn cache(server: &RedisServer) -> RedisTokenCache {
    RedisTokenCache::new(server.url()).unwrap()
}

fn key() -> TokenCacheKey {
    TokenCacheKey::of_name("fleet")
}

fn token(token: &str) -> CachedToken {
    CachedToken::new(AccessToken::new(token), LIFE, LIFE)
}

async fn found(cache: &RedisTokenCache) -> Option<String> {
    cache.get(&key()).await.unwrap().map(|found| found.token().expose().to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_that_starts_together_causes_one_grant_and_one_renewal() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let sandbox = Sandbox::start().await.unwrap();
    let wanting = Wanting::of(&sandbox);
    let fleet: Vec<_> = (0..10).map(|_| wanting.client(Arc::new(cache(&server)))).collect();
    let mut tokens = join_all(fleet.iter().map(ask)).await;
    tokens.dedup();
    assert_eq!((tokens.len(), grants(&sandbox)), (1, 1));

    let refused = AccessToken::new(tokens.remove(0));
    let mut tokens = join_all(fleet.iter().map(async |client| {
        client.invalidate(&refused).await;
        ask(client).await
    }))
    .await;
    tokens.dedup();
    assert_eq!((tokens.len(), grants(&sandbox)), (1, 2));
    assert_ne!(tokens[0], refused.expose());
}

#[tokio::test]
async fn what_lies_in_the_server_goes_by_itself_and_holds_no_name() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let sandbox = Sandbox::start().await.unwrap();
    ask(&Wanting::of(&sandbox).client(Arc::new(cache(&server)))).await;
    let names = server.run(&["KEYS", "*"]);
    let digest = names.strip_prefix("dan-auth:token:").unwrap();
    assert!(digest.len() == 64 && digest.chars().all(|digit| digit.is_ascii_hexdigit()), "{names}");
    let remaining: u64 = server.run(&["PTTL", &names]).parse().unwrap();
    assert!((100_000..=120_000).contains(&remaining), "{remaining}");
}

#[tokio::test]
async fn a_token_is_as_old_as_the_server_says() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let cache = cache(&server);
    assert_eq!(found(&cache).await, None);
    cache.put(&key(), &token("a")).await.unwrap();
    let name = format!("dan-auth:token:{}", key());
    server.run(&["PEXPIRE", &name, "30000"]);
    let stored = cache.get(&key()).await.unwrap().unwrap();
    assert_eq!(stored.lifetime(), LIFE);
    assert!(stored.remaining() <= Duration::from_secs(30), "{:?}", stored.remaining());
    assert!(stored.remaining() > Duration::from_secs(20), "{:?}", stored.remaining());
}

#[tokio::test]
async fn the_refused_token_goes_and_no_other() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let cache = cache(&server);
    cache.put(&key(), &token("a")).await.unwrap();
    cache.remove(&key(), &AccessToken::new("an earlier one")).await.unwrap();
    assert_eq!(found(&cache).await.as_deref(), Some("a"));
    cache.remove(&key(), &AccessToken::new("a")).await.unwrap();
    assert_eq!(found(&cache).await, None);
}

#[tokio::test]
async fn what_is_no_token_is_passed_over_and_replaced() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let cache = cache(&server);
    let name = format!("dan-auth:token:{}", key());
    for strange in ["", "{", "{\"version\":2,\"token\":\"a\",\"lifetime\":1}", "{\"version\":1}"] {
        server.run(&["SET", &name, strange, "PX", "1000"]);
        assert_eq!(found(&cache).await, None, "{strange}");
        cache.remove(&key(), &AccessToken::new("a")).await.unwrap();
        cache.put(&key(), &token("b")).await.unwrap();
        assert_eq!(found(&cache).await.as_deref(), Some("b"));
    }
}

#[tokio::test]
async fn a_lock_is_one_holders_and_only_the_holder_releases_it() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let (cache, another) = (cache(&server), cache(&server));
    let lock = cache.try_lock(&key()).await.unwrap().unwrap();
    assert!(another.try_lock(&key()).await.unwrap().is_none());
    // The lock ends by itself while its holder is busy, and another one takes it.
    server.run(&["DEL", &format!("dan-auth:lock:{}", key())]);
    let taken_over = another.try_lock(&key()).await.unwrap().unwrap();
    lock.release().await.unwrap();
    assert!(cache.try_lock(&key()).await.unwrap().is_none());
    taken_over.release().await.unwrap();
    assert!(cache.try_lock(&key()).await.unwrap().is_some());
}

#[tokio::test]
async fn one_takes_over_when_the_holder_of_the_lock_dies() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let sandbox = Sandbox::start().await.unwrap();
    let wanting = Wanting::of(&sandbox);
    let brief =
        || RedisTokenCache::builder(server.url()).lock_lifetime(Duration::from_millis(500)).build().unwrap();
    // Whatever is asked for first: the lock is put there as one who dies leaves it.
    ask(&wanting.client(Arc::new(brief()))).await;
    let name = server.run(&["KEYS", "*"]);
    server.run(&["DEL", &name]);
    server.run(&["SET", &name.replace(":token:", ":lock:"), "a dead holder", "PX", "500"]);

    let fleet: Vec<_> = (0..5).map(|_| wanting.client(Arc::new(brief()))).collect();
    let mut tokens = join_all(fleet.iter().map(ask)).await;
    tokens.dedup();
    assert_eq!((tokens.len(), grants(&sandbox)), (1, 2));
}

#[tokio::test]
async fn tokens_are_got_while_redis_is_away_and_shared_when_it_is_back() {
    let Some(mut server) = RedisServer::start(&[]) else { return };
    let sandbox = Sandbox::start().await.unwrap();
    let wanting = Wanting::of(&sandbox);
    let (client, cache) = (wanting.client(Arc::new(cache(&server))), cache(&server));
    let first = ask(&client).await;

    server.stop();
    assert_eq!(ask(&client).await, first);
    client.invalidate(&AccessToken::new(first.as_str())).await;
    let second = ask(&client).await;
    assert_ne!(first, second);
    assert!(cache.get(&key()).await.is_err());

    server.resume();
    client.invalidate(&AccessToken::new(second.as_str())).await;
    let third = ask(&client).await;
    assert_eq!(ask(&wanting.client(Arc::new(cache))).await, third);
    assert_eq!(grants(&sandbox), 3);
}

#[test]
fn a_cache_outlives_the_runtime_that_it_was_used_on() {
    let Some(server) = RedisServer::start(&[]) else { return };
    let cache = cache(&server);
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime().block_on(cache.put(&key(), &token("a"))).unwrap();
    assert_eq!(runtime().block_on(found(&cache)).as_deref(), Some("a"));
}

/// Time goes on only when nothing else does: what passes is what is waited for, however slow the machine is.
#[tokio::test(start_paused = true)]
async fn a_server_that_does_not_answer_is_given_up_within_seconds() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let cache = RedisTokenCache::new(format!("redis://{}", silent.local_addr().unwrap())).unwrap();
    let started = Instant::now();
    cache.get(&key()).await.unwrap_err();
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_server_that_does_not_answer_does_not_cost_the_token() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let sandbox = Sandbox::start().await.unwrap();
    let cache = RedisTokenCache::new(format!("redis://{}", silent.local_addr().unwrap())).unwrap();
    ask(&Wanting::of(&sandbox).client(Arc::new(cache))).await;
}

#[tokio::test]
async fn tls_is_spoken_and_its_certificate_checked() {
    let Some((_server, url, authority)) = start_over_tls() else { return };
    let trusting =
        RedisTokenCache::builder(url.as_str()).certificate_authorities_pem(authority).build().unwrap();
    trusting.put(&key(), &token("a")).await.unwrap();
    assert_eq!(found(&trusting).await.as_deref(), Some("a"));
    let error = RedisTokenCache::new(url).unwrap().get(&key()).await.unwrap_err();
    assert!(error.to_string().contains("invalid peer certificate"), "{error}");
}

#[tokio::test]
async fn a_password_is_given_and_never_shown() {
    let Some(server) = RedisServer::start(&["--requirepass", "c0rrect-h0rse"]) else { return };
    let with = |password: &str| {
        let url = format!("{}?pass={password}", server.url());
        RedisTokenCache::new(url).unwrap()
    };
    let cache = with("c0rrect-h0rse");
    cache.put(&key(), &token("a")).await.unwrap();
    assert_eq!(found(&cache).await.as_deref(), Some("a"));
    let wrong = with("wr0ng-h0rse");
    let error = wrong.get(&key()).await.unwrap_err();
    let shown = format!("{cache:?} {wrong:?} {error} {error:?}");
    assert!(shown.contains("the Redis server cannot be used"), "{shown}");
    assert!(!shown.contains("h0rse"), "{shown}");
}

/// A server repeats a command that it does not know, and with it what was sent.
#[tokio::test]
async fn a_server_without_a_command_tells_no_token() {
    let Some(server) = RedisServer::start(&["--rename-command", "SET", "\"\""]) else { return };
    let error = cache(&server).put(&key(), &token("very-secret")).await.unwrap_err();
    assert!(!format!("{error} {error:?}").contains("very-secret"), "{error:?}");
}

#[test]
fn what_is_no_url_of_redis_is_refused_without_being_repeated() {
    for url in [
        "",
        "redis",
        "http://user:h0rse@example.no",
        "redis://user:h0rse@",
        "rediss://user:h0rse@example.no/#insecure",
        "redis://user:h0rse@example.no/database",
    ] {
        let error = RedisTokenCache::new(url).unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::Configuration, "{url}");
        assert!(!error.to_string().contains("h0rse"), "{error}");
    }
}
