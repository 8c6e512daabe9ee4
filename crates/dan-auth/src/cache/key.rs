//! Under what a token is kept.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};

/// Names everything that changes a token: token server, client, key, scopes, resource, customer, person, details.
///
/// It is the SHA-256 of all that, in hexadecimal digits: it can name a file or a Redis key, and shows nothing of
/// what went into it. Since the client's private key did, too, nobody else finds out by trying.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct TokenCacheKey(String);

/// Takes in, one by one, what changes a token.
pub(crate) struct TokenCacheKeyBuilder(Context);

impl TokenCacheKey {
    /// Version of what goes into a key: another order or another form of it is another version.
    const VERSION: &'static str = "dan-auth token 1";

    pub(crate) fn builder() -> TokenCacheKeyBuilder {
        TokenCacheKeyBuilder(Context::new(&SHA256)).with("version", Self::VERSION)
    }

    /// The key of nothing but this name, which no client uses: for trying out a cache of one's own.
    pub fn of_name(name: &str) -> Self {
        Self::builder().with("name", name).build()
    }

    /// 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TokenCacheKeyBuilder {
    /// Something that the token depends on. Its absence is another key than its being empty.
    pub(crate) fn with(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        for part in [name.as_bytes(), value.as_ref()] {
            self.0.update(&(part.len() as u64).to_be_bytes());
            self.0.update(part);
        }
        self
    }

    /// Something that the token may depend on.
    pub(crate) fn with_some(self, name: &str, value: Option<impl AsRef<[u8]>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub(crate) fn build(self) -> TokenCacheKey {
        TokenCacheKey(self.0.finish().as_ref().iter().map(|byte| format!("{byte:02x}")).collect())
    }
}

impl fmt::Display for TokenCacheKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for TokenCacheKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "TokenCacheKey({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_counts_and_so_does_where_it_ends() {
        let key = |parts: &[(&str, &str)]| {
            let builder = TokenCacheKey::builder();
            parts.iter().fold(builder, |builder, (name, value)| builder.with(name, value)).build()
        };
        let all = [
            key(&[]),
            key(&[("scope", "")]),
            key(&[("scope", "a b")]),
            key(&[("scope", "ab")]),
            key(&[("scope", "a"), ("b", "")]),
            key(&[("scop", "eab")]),
            key(&[("scope", "a"), ("resource", "b")]),
            key(&[("resource", "b"), ("scope", "a")]),
        ];
        for (place, one) in all.iter().enumerate() {
            assert!(all[..place].iter().all(|other| other != one), "{place}");
        }
        assert_eq!(key(&[("scope", "a b")]), all[2]);
    }

    #[test]
    fn a_key_shows_nothing_of_its_parts() {
        let key = TokenCacheKey::builder().with("pid", "17912099997").build();
        assert_eq!(key.as_str().len(), 64);
        assert!(!format!("{key} {key:?}").contains("17912099997"));
    }
}
