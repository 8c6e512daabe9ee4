//! When to come back, as HTTP says it.

use std::time::{Duration, SystemTime};

use http::header::RETRY_AFTER;

use super::sender_time::SenderTime;
use crate::answer_head::AnswerHead;

/// `Retry-After`, in seconds or as a date (RFC 9110 section 10.2.3), by our clock.
pub(super) fn time(head: &AnswerHead, time: SenderTime) -> Option<SystemTime> {
    let text = head.header(&RETRY_AFTER)?.trim();
    match text.parse() {
        Ok(seconds) => time.now.checked_add(Duration::from_secs(seconds)),
        Err(_) => time.ours(httpdate::parse_http_date(text).ok()?),
    }
}

#[cfg(test)]
mod tests {
    use std::time::UNIX_EPOCH;

    use http::header::DATE;
    use http::{HeaderMap, StatusCode};

    use super::*;

    fn told(headers: HeaderMap, now: SystemTime) -> Option<SystemTime> {
        let head = AnswerHead { status: StatusCode::TOO_MANY_REQUESTS, headers };
        time(&head, SenderTime::of(&head, now))
    }

    #[test]
    fn both_forms_are_read() {
        let now = UNIX_EPOCH + Duration::from_secs(784_111_770);
        for (text, seconds) in [
            ("42", Some(42)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(7)),
            ("Sunday, 06-Nov-94 08:49:37 GMT", Some(7)),
            ("Sun Nov  6 08:49:37 1994", Some(7)),
            ("-1", None),
            ("1.5", None),
            ("soon", None),
            ("99999999999999999999", None),
            ("18446744073709551615", None),
            ("", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, text.parse().unwrap());
            assert_eq!(
                told(headers, now),
                seconds.map(|seconds| now + Duration::from_secs(seconds)),
                "{text}"
            );
        }
        assert_eq!(told(HeaderMap::new(), now), None);
    }

    #[test]
    fn a_date_counts_from_the_time_at_which_it_was_told() {
        // Our clock is an hour fast, or an hour slow.
        for now in [784_111_777 + 3_600, 784_111_777 - 3_600] {
            let now = UNIX_EPOCH + Duration::from_secs(now);
            for (date, after) in [("Sun, 06 Nov 1994 08:50:37 GMT", 60), ("Sun, 06 Nov 1994 08:49:37 GMT", 0)]
            {
                let mut headers = HeaderMap::new();
                headers.insert(DATE, "Sun, 06 Nov 1994 08:49:37 GMT".parse().unwrap());
                headers.insert(RETRY_AFTER, date.parse().unwrap());
                assert_eq!(told(headers, now), Some(now + Duration::from_secs(after)), "{date}");
            }
        }
    }
}
