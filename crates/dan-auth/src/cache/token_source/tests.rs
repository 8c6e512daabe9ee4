use super::*;
use crate::cache::counting_server::CountingServer;
use crate::cache::kept_token::KeptToken;
use crate::cache::memory::MemoryTokenCache;
use crate::cache::token_cache::CachedToken;
use crate::error::AuthErrorKind;
use crate::token::GrantedToken;
use async_trait::async_trait;

async fn ask(kept: &KeptToken) -> String {
    kept.access_token().await.unwrap().expose().to_owned()
}

fn memory() -> Arc<dyn TokenCache> {
    Arc::new(MemoryTokenCache::new())
}

fn key() -> TokenCacheKey {
    TokenCacheKey::builder().build()
}

fn stored(token: &str, remaining: u64) -> CachedToken {
    CachedToken::new(AccessToken::new(token), Duration::from_secs(120), Duration::from_secs(remaining))
}

#[tokio::test(start_paused = true)]
async fn clients_who_share_a_cache_cause_one_grant() {
    let (server, cache) = (CountingServer::new(120), memory());
    let clients: Vec<_> = (0..100).map(|_| server.kept_token_behind(&cache)).collect();
    let tokens = futures_util::future::join_all(clients.iter().map(|kept| ask(kept))).await;
    assert!(tokens.iter().all(|token| token == "token 1"));
    tokio::time::advance(Duration::from_secs(92)).await;
    futures_util::future::join_all(clients.iter().map(|kept| ask(kept))).await;
    sleep(Duration::from_secs(1)).await;
    let tokens = futures_util::future::join_all(clients.iter().map(|kept| ask(kept))).await;
    assert!(tokens.iter().all(|token| token == "token 2"), "{tokens:?}");
    assert_eq!(server.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_slow_token_server_is_asked_by_one_of_those_who_share_a_cache() {
    let (server, cache) = (CountingServer::new(120), memory());
    server.take(Duration::from_secs(20));
    let clients: Vec<_> = (0..100).map(|_| server.kept_token_behind(&cache)).collect();
    let tokens = futures_util::future::join_all(clients.iter().map(|kept| ask(kept))).await;
    assert!(tokens.iter().all(|token| token == "token 1"));
    assert_eq!(server.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_refused_token_is_renewed_once_by_all_who_share_a_cache() {
    let (server, cache) = (CountingServer::new(120), memory());
    let clients: Vec<_> = (0..10).map(|_| server.kept_token_behind(&cache)).collect();
    for kept in &clients {
        let refused = AccessToken::new(ask(kept).await);
        assert!(["token 1", "token 2"].contains(&refused.expose()));
        kept.invalidate(&AccessToken::new("token 1"));
        assert_eq!(ask(kept).await, "token 2");
    }
    assert_eq!(server.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn an_old_token_in_the_cache_serves_when_the_token_server_fails() {
    let (server, cache) = (CountingServer::new(120), memory());
    server.fail(true);
    cache.put(&key(), &stored("old", 25)).await.unwrap();
    let kept = server.kept_token_behind(&cache);
    assert_eq!(ask(&kept).await, "old");
    assert_eq!(server.asked(), 1);
    for _ in 0..100 {
        assert_eq!(ask(&kept).await, "old");
        sleep(Duration::from_millis(100)).await;
    }
    assert!((3..6).contains(&server.asked()), "{}", server.asked());
    sleep(Duration::from_secs(6)).await;
    kept.access_token().await.unwrap_err();
}

#[tokio::test(start_paused = true)]
async fn with_an_old_token_in_the_cache_a_server_is_left_alone_as_long_as_it_wants() {
    let (server, cache) = (CountingServer::new(120), memory());
    server.fail(true);
    server.retry_after(Duration::from_secs(12));
    cache.put(&key(), &stored("old", 25)).await.unwrap();
    let kept = server.kept_token_behind(&cache);
    for _ in 0..110 {
        assert_eq!(ask(&kept).await, "old");
        sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(server.asked(), 1);
    sleep(Duration::from_secs(1)).await;
    ask(&kept).await;
    sleep(Duration::from_millis(100)).await;
    assert_eq!(server.asked(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_token_at_its_end_in_the_cache_is_renewed() {
    let (server, cache) = (CountingServer::new(120), memory());
    cache.put(&key(), &stored("old", 8)).await.unwrap();
    assert_eq!(ask(&server.kept_token_behind(&cache)).await, "token 1");
    assert_eq!(ask(&server.kept_token_behind(&cache)).await, "token 1");
}

#[tokio::test(start_paused = true)]
async fn a_lock_that_is_never_released_is_waited_for_in_bounds() {
    let (server, cache) = (CountingServer::new(120), memory());
    let _stuck = cache.try_lock(&key()).await.unwrap().unwrap();
    let before = Instant::now();
    assert_eq!(ask(&server.kept_token_behind(&cache)).await, "token 1");
    assert!((LOCK_PATIENCE..LOCK_PATIENCE * 2).contains(&before.elapsed()), "{:?}", before.elapsed());
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_the_lock_takes_the_token_of_its_holder() {
    let (server, cache) = (CountingServer::new(120), memory());
    let _stuck = cache.try_lock(&key()).await.unwrap().unwrap();
    let kept = server.kept_token_behind(&cache);
    let (token, ()) = tokio::join!(ask(&kept), async {
        sleep(Duration::from_secs(3)).await;
        cache.put(&key(), &stored("of the holder", 120)).await.unwrap();
    });
    assert_eq!((token.as_str(), server.asked()), ("of the holder", 0));
}

/// Whoever makes a key may ask a vault for it.
struct WithoutKey;

#[async_trait]
impl TokenGrant for WithoutKey {
    async fn cache_key(&self) -> Result<Option<TokenCacheKey>, AuthError> {
        Err(AuthError::new(AuthErrorKind::Configuration, "there is no key"))
    }

    async fn grant(&self) -> Result<GrantedToken, AuthError> {
        Ok(AccessToken::new("token").into())
    }
}

#[tokio::test]
async fn without_a_cache_nobody_asks_for_its_key() {
    assert_eq!(ask(&KeptToken::new(Arc::new(WithoutKey))).await, "token");
}

/// A cache whose every answer is an error, or none.
#[derive(Debug)]
struct Broken {
    hangs: bool,
}

impl Broken {
    async fn answer<T>(&self) -> Result<T, TokenCacheError> {
        if self.hangs {
            std::future::pending::<()>().await;
        }
        Err(TokenCacheError::new("out of order"))
    }
}

#[async_trait]
impl TokenCache for Broken {
    async fn get(&self, _: &TokenCacheKey) -> Result<Option<CachedToken>, TokenCacheError> {
        self.answer().await
    }

    async fn put(&self, _: &TokenCacheKey, _: &CachedToken) -> Result<(), TokenCacheError> {
        self.answer().await
    }

    async fn remove(&self, _: &TokenCacheKey, _: &AccessToken) -> Result<(), TokenCacheError> {
        self.answer().await
    }

    async fn try_lock(&self, _: &TokenCacheKey) -> Result<Option<Box<dyn TokenCacheLock>>, TokenCacheError> {
        self.answer().await
    }
}

#[tokio::test(start_paused = true)]
async fn a_broken_cache_costs_nobody_the_token() {
    for hangs in [false, true] {
        let server = CountingServer::new(120);
        let kept = server.kept_token_behind(&(Arc::new(Broken { hangs }) as _));
        let before = Instant::now();
        assert_eq!(ask(&kept).await, "token 1");
        assert!(before.elapsed() < ANSWER_TIMEOUT * 2, "{:?}", before.elapsed());
        assert_eq!((ask(&kept).await.as_str(), server.asked()), ("token 1", 1));
        kept.invalidate(&AccessToken::new("token 1"));
        assert_eq!(ask(&kept).await, "token 2");
    }
}

/// Without a lock, as caches are that say nothing of one.
#[derive(Debug)]
struct WithoutLock(Arc<dyn TokenCache>);

#[async_trait]
impl TokenCache for WithoutLock {
    async fn get(&self, key: &TokenCacheKey) -> Result<Option<CachedToken>, TokenCacheError> {
        self.0.get(key).await
    }

    async fn put(&self, key: &TokenCacheKey, token: &CachedToken) -> Result<(), TokenCacheError> {
        self.0.put(key, token).await
    }

    async fn remove(&self, key: &TokenCacheKey, refused: &AccessToken) -> Result<(), TokenCacheError> {
        self.0.remove(key, refused).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_cache_without_a_lock_is_a_cache() {
    let server = CountingServer::new(120);
    let cache: Arc<dyn TokenCache> = Arc::new(WithoutLock(memory()));
    for _ in 0..3 {
        assert_eq!(ask(&server.kept_token_behind(&cache)).await, "token 1");
    }
    assert_eq!(server.asked(), 1);
}
