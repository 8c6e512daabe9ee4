//! One token for many threads.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::available_parallelism;

use crate::token::AccessToken;

/// More threads than this share handles, so that a token of which there are thousands stays small.
const MOST_HANDLES: usize = 16;

/// A handle of the token for each thread that can run at a time.
///
/// Whoever clones a token counts that in memory that all its clones have in common, and processors take turns at such a
/// place: two threads that clone one token take three times as long as one. So each thread clones a handle of its own. The
/// text of the token lies in memory once.
pub(crate) struct TokenHandles(Box<[AccessToken]>);

impl TokenHandles {
    pub(crate) fn new(token: &AccessToken) -> Self {
        static NUMBER: LazyLock<usize> =
            LazyLock::new(|| available_parallelism().map_or(1, usize::from).min(MOST_HANDLES));
        Self::of_number(token, *NUMBER)
    }

    /// The handle of this thread.
    pub(crate) fn own(&self) -> &AccessToken {
        &self.0[thread_number() % self.0.len()]
    }

    fn of_number(token: &AccessToken, number: usize) -> Self {
        Self((0..number).map(|_| token.counted_apart()).collect())
    }
}

/// Threads are numbered as they come here for the first time, so that any of them in a row have handles of their own.
fn thread_number() -> usize {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static NUMBER: usize = NEXT.fetch_add(1, Ordering::Relaxed);
    }
    NUMBER.with(|number| *number)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::thread;

    use super::*;

    #[test]
    fn each_thread_counts_clones_of_its_own_far_from_those_of_others() {
        let token = AccessToken::new("a token");
        let handles = TokenHandles::of_number(&token, 1000);
        let seen = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    let own = handles.own();
                    assert!(std::ptr::eq(own, handles.own()));
                    assert!(*own == token);
                    assert_eq!(own.expose().as_ptr(), token.expose().as_ptr());
                    seen.lock().unwrap().push(own.place());
                });
            }
        });
        let mut places = seen.into_inner().unwrap();
        places.push(token.place());
        places.sort_unstable();
        assert!(places.windows(2).all(|pair| pair[1] - pair[0] >= 128), "{places:?}");
    }

    #[test]
    fn there_is_a_handle_for_any_thread() {
        let handles = TokenHandles::of_number(&AccessToken::new("a token"), 1);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| assert_eq!(handles.own().expose(), "a token"));
            }
        });
        assert!((1..=MOST_HANDLES).contains(&TokenHandles::new(handles.own()).0.len()));
    }
}
