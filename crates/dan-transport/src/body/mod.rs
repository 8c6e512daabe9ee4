//! Reading the body of an answer, within limits of time and size.

mod parts;
mod patience;

use bytes::{Bytes, BytesMut};

pub(crate) use self::parts::Parts;
pub(crate) use self::patience::Deadline;
use crate::error::Error;
use crate::network;

/// How much room is made at once for a body that announces its length. What is announced need not come.
const ROOM: u64 = 1 << 20;

/// Reads the whole body, of at most so many bytes after content decoding. A body that comes in one part is not copied.
pub(crate) async fn collect(parts: &mut Parts, limit: usize) -> Result<Bytes, Error> {
    let announced = parts.exact_length().unwrap_or(0);
    if announced > limit as u64 {
        return Err(network::too_large(limit));
    }
    let mut only = Bytes::new();
    let mut joined = BytesMut::new();
    while let Some(part) = parts.next().await? {
        if part.len() > limit - only.len() - joined.len() {
            return Err(network::too_large(limit));
        }
        if only.is_empty() && joined.is_empty() {
            only = part;
            continue;
        }
        if joined.is_empty() {
            joined.reserve(usize::try_from(announced.min(ROOM)).unwrap_or(0));
            joined.extend_from_slice(&std::mem::take(&mut only));
        }
        joined.extend_from_slice(&part);
    }
    Ok(if joined.is_empty() { only } else { joined.freeze() })
}
