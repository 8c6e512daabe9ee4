//! No answer, or half of one: what the network, TLS or HTTP itself had to say.

use std::error::Error as StdError;
use std::time::Duration;

use dan_model::Retry;

use crate::error::{Delivery, Error, ErrorKind, ErrorOrigin};
use crate::server::Server;

/// A request that got no answer.
pub(crate) fn no_answer(error: reqwest::Error, server: &Server) -> Error {
    let error = error.without_url();
    if error.is_connect() {
        return failed(ErrorKind::Network, Delivery::NotSent, not_reached(&error, server)).with_cause(error);
    }
    let delivery = if surely_unprocessed(&error) { Delivery::NotSent } else { Delivery::Unknown };
    if is_no_http(&error) {
        let message = format!(
            "what answered at {server} does not speak HTTP. Check the base URL, and any proxy on the way."
        );
        return Error::from_origin(ErrorKind::UnexpectedAnswer, ErrorOrigin::Network, delivery, message)
            .with_cause(error);
    }
    failed(
        ErrorKind::Network,
        delivery,
        format!("the connection to {server} broke before an answer came. Try again."),
    )
    .with_cause(error)
}

/// A body that broke, ended before its end, or could not be unpacked.
pub(crate) fn broken(error: reqwest::Error, server: &Server) -> Error {
    let message = format!("the answer of {server} broke off, or is damaged. Try again.");
    failed(ErrorKind::Network, Delivery::Unknown, message).with_cause(error.without_url())
}

/// A body of which nothing came for too long.
pub(crate) fn stalled(server: &Server, read_timeout: Duration) -> Error {
    let message = format!(
        "the answer of {server} stalled: nothing came for {:.1} s, or the call's time was over. Try again, or allow more time.",
        read_timeout.as_secs_f64()
    );
    failed(ErrorKind::Timeout, Delivery::Unknown, message)
}

/// An attempt that took too long.
pub(crate) fn timed_out(server: &Server, allowed: Duration) -> Error {
    let message = format!(
        "{server} did not answer within {:.1} s. Try again, or allow more time.",
        allowed.as_secs_f64()
    );
    failed(ErrorKind::Timeout, Delivery::Unknown, message)
}

/// An attempt whose time was over before there was a token.
pub(crate) fn no_token_in_time(allowed: Duration) -> Error {
    let message = format!(
        "there was no access token within {:.1} s. Try again, or allow more time.",
        allowed.as_secs_f64()
    );
    failed(ErrorKind::Timeout, Delivery::NotSent, message)
}

/// A body that does not fit into memory as the caller allows.
pub(crate) fn too_large(limit: usize) -> Error {
    let message = format!(
        "the answer is larger than {limit} bytes, the limit for answers that are held in memory. Stream it, or raise the limit."
    );
    Error::from_origin(ErrorKind::AnswerTooLarge, ErrorOrigin::Client, Delivery::Answered, message)
}

fn failed(kind: ErrorKind, delivery: Delivery, message: String) -> Error {
    Error::from_origin(kind, ErrorOrigin::Network, delivery, message).with_retry(Retry::BackOff, None)
}

fn not_reached(error: &reqwest::Error, server: &Server) -> String {
    if error.is_timeout() {
        format!(
            "{server} cannot be reached: no connection came about in time. Check the address and the network."
        )
    } else {
        format!(
            "{server} cannot be reached. Check the address, the network and the trusted certificate authorities."
        )
    }
}

/// The server said that it did not look at the request (RFC 9113 section 8.7), or the connection was closed before the
/// request was written.
fn surely_unprocessed(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| {
        cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_canceled)
            || cause
                .downcast_ref::<h2::Error>()
                .is_some_and(|error| error.reason() == Some(h2::Reason::REFUSED_STREAM))
    })
}

fn is_no_http(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse))
}

/// An error and all that lies beneath it.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    let first: &(dyn StdError + 'static) = error;
    std::iter::successors(Some(first), |error| (*error).source())
}
