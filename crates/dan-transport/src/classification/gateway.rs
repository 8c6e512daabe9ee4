//! Errors of the gateway, in the words of Azure API Management.

use std::time::{Duration, SystemTime};

use dan_model::{GatewayError, Retry};
use http::StatusCode;

use super::shown;
use super::unlabelled::retry_of;
use crate::error::{Delivery, Error, ErrorKind, ErrorOrigin};

pub(super) fn read(body: &[u8]) -> Option<GatewayError> {
    serde_json::from_slice(body).ok()
}

pub(super) fn error(said: &str, status: StatusCode, retry_at: Option<SystemTime>, now: SystemTime) -> Error {
    let (kind, advice) = match status {
        StatusCode::UNAUTHORIZED => (
            ErrorKind::Unauthenticated,
            "Check the subscription key: it belongs to one environment and one service context.",
        ),
        StatusCode::FORBIDDEN if is_quota(said) => {
            (ErrorKind::QuotaExceeded, "Ask again when the quota is filled again.")
        }
        StatusCode::FORBIDDEN => (ErrorKind::Forbidden, "The subscription does not allow this now."),
        StatusCode::NOT_FOUND => (ErrorKind::NotFound, "Check the base URL."),
        StatusCode::TOO_MANY_REQUESTS => (ErrorKind::Throttled, "Ask less often."),
        _ if status.is_client_error() => (ErrorKind::InvalidRequest, "Check the request."),
        _ => (ErrorKind::Unavailable, "Try again later."),
    };
    let (retry, told) = match kind {
        ErrorKind::QuotaExceeded => {
            (Retry::AfterQuota, replenished_in(said).and_then(|wait| now.checked_add(wait)))
        }
        _ => (retry_of(status), None),
    };
    // What the gateway refuses it does not pass on; what it lost on the way may have arrived.
    let delivery = if status.is_server_error() { Delivery::Unknown } else { Delivery::NotSent };
    let message = format!("the gateway answered HTTP {}: {}. {advice}", status.as_u16(), shown(said));
    Error::from_origin(kind, ErrorOrigin::Gateway, delivery, message).with_retry(retry, told.max(retry_at))
}

fn is_quota(said: &str) -> bool {
    said.to_ascii_lowercase().contains("quota")
}

/// `Quota will be replenished in 1.02:03:04.`: days, if any, then hours, minutes and seconds.
fn replenished_in(said: &str) -> Option<Duration> {
    let span = said.split_whitespace().last()?.trim_end_matches('.');
    let (days, clock) = span.split_once('.').unwrap_or(("0", span));
    let mut parts = clock.split(':').map(|part| part.parse::<u64>().ok());
    let (hours, minutes, seconds) = (parts.next()??, parts.next()??, parts.next()??);
    let hours = days.parse::<u64>().ok()?.checked_mul(24)?.checked_add(hours)?;
    let minutes = hours.checked_mul(60)?.checked_add(minutes)?;
    Some(Duration::from_secs(minutes.checked_mul(60)?.checked_add(seconds)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_quota_is_read() {
        for (said, seconds) in [
            ("Out of call volume quota. Quota will be replenished in 00:10:05.", Some(605)),
            ("Quota will be replenished in 1.02:00:00", Some(93_600)),
            ("Out of call volume quota.", None),
            ("replenished in 99999999999999999999.00:00:00", None),
            ("replenished in 9999999999999999.00:00:00", None),
            ("", None),
        ] {
            assert_eq!(replenished_in(said), seconds.map(Duration::from_secs), "{said}");
        }
    }
}
