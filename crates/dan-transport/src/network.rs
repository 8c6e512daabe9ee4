//! No answer, or half of one: what the network, TLS or HTTP itself had to say.

use std::error::Error as StdError;
use std::time::Duration;

use dan_auth::{ClientCertificateRefusal, is_untrusted_certificate};
use dan_model::Retry;

use crate::error::{Delivery, Error, ErrorKind, ErrorOrigin};
use crate::retry::Attempt;
use crate::server::Server;

/// A request that got no answer.
pub(crate) fn no_answer(error: reqwest::Error, server: &Server) -> Error {
    let error = error.without_url();
    let told = if let Some(refusal) = ClientCertificateRefusal::of_error(&error) {
        let message = format!("{server} ended the connection: {refusal}.");
        lasting(ErrorKind::Unauthenticated, Delivery::NotSent, message)
    } else if is_untrusted_certificate(&error) {
        let message = format!(
            "the certificate of {server} is not trusted. Give the certificate authority that issued it, and check the address and the clock."
        );
        lasting(ErrorKind::Network, Delivery::NotSent, message)
    } else if error.is_connect() {
        passing(ErrorKind::Network, Delivery::NotSent, not_reached(&error, server))
    } else if is_no_http(&error) {
        let message = format!(
            "what answered at {server} does not speak HTTP. Check the base URL, and any proxy on the way."
        );
        lasting(ErrorKind::UnexpectedAnswer, Delivery::Unknown, message)
    } else if is_unsent(&error) {
        let message = format!(
            "the connection to {server} was closed before the request was sent. Try again. A server that wants a client certificate and gets none does so, too."
        );
        passing(ErrorKind::Network, Delivery::NotSent, message)
    } else {
        let delivery = if is_refused_unseen(&error) { Delivery::NotSent } else { Delivery::Unknown };
        let message = format!("the connection to {server} broke before an answer came. Try again.");
        passing(ErrorKind::Network, delivery, message)
    };
    told.with_cause(error)
}

/// A body that broke, ended before its end, or could not be unpacked.
pub(crate) fn broken(error: reqwest::Error, server: &Server) -> Error {
    let message = format!("the answer of {server} broke off, or is damaged. Try again.");
    passing(ErrorKind::Network, Delivery::Unknown, message).with_cause(error.without_url())
}

/// A body of which nothing came for too long.
pub(crate) fn stalled(server: &Server, read_timeout: Duration) -> Error {
    let message = format!(
        "the answer of {server} stalled: nothing came for {}. Try again, or allow more time.",
        shown(read_timeout)
    );
    passing(ErrorKind::Timeout, Delivery::Unknown, message)
}

/// A body that was still coming when the time of the whole call was over.
pub(crate) fn not_whole_in_time(server: &Server, deadline: Duration) -> Error {
    let message = format!(
        "the answer of {server} was not whole within {}, the deadline of the call. Try again, or allow more time.",
        shown(deadline)
    );
    passing(ErrorKind::Timeout, Delivery::Unknown, message)
}

/// An attempt that took too long. `status` is that of the answer, when one had begun.
pub(crate) fn timed_out(server: &Server, attempt: Attempt, status: Option<u16>) -> Error {
    let what = match status {
        Some(_) => format!("the answer of {server} was not whole"),
        None => format!("{server} did not answer"),
    };
    let limit = match attempt.deadline {
        Some(deadline) => format!("before the deadline of the call, {}", shown(deadline)),
        None => format!("within {}, the time of an attempt", shown(attempt.allowed)),
    };
    let message = format!("{what} {limit}. Try again, or allow more time.");
    passing(ErrorKind::Timeout, Delivery::Unknown, message).of_status(status)
}

/// An attempt whose time was over before there was a token.
pub(crate) fn no_token_in_time(allowed: Duration) -> Error {
    let message =
        format!("there was no access token within {}. Try again, or allow more time.", shown(allowed));
    passing(ErrorKind::Timeout, Delivery::NotSent, message)
}

/// A body that does not fit into memory as the caller allows.
pub(crate) fn too_large(limit: usize) -> Error {
    let message = format!(
        "the answer is larger than {limit} bytes, the limit for answers that are held in memory. Stream it, or raise the limit."
    );
    Error::from_origin(ErrorKind::AnswerTooLarge, ErrorOrigin::Client, Delivery::Answered, message)
}

/// A limit, as a person would say it.
fn shown(limit: Duration) -> String {
    match limit.as_millis() {
        milliseconds @ ..1_000 => format!("{milliseconds} ms"),
        _ => format!("{:.1} s", limit.as_secs_f64()),
    }
}

fn passing(kind: ErrorKind, delivery: Delivery, message: String) -> Error {
    lasting(kind, delivery, message).with_retry(Retry::BackOff, None)
}

fn lasting(kind: ErrorKind, delivery: Delivery, message: String) -> Error {
    Error::from_origin(kind, ErrorOrigin::Network, delivery, message)
}

fn not_reached(error: &reqwest::Error, server: &Server) -> String {
    if error.is_timeout() {
        format!(
            "{server} cannot be reached: no connection came about in time. Check the address and the network."
        )
    } else {
        format!("{server} cannot be reached. Check the address and the network.")
    }
}

/// The connection was closed before the request was written, or before it was even taken in to be written.
fn is_unsent(error: &reqwest::Error) -> bool {
    causes(error)
        .filter_map(|cause| cause.downcast_ref::<hyper::Error>())
        .any(|error| error.is_canceled() || error.is_closed())
}

/// The server says that it did not look at the request (RFC 9113 section 8.7).
fn is_refused_unseen(error: &reqwest::Error) -> bool {
    causes(error)
        .filter_map(|cause| cause.downcast_ref::<h2::Error>())
        .any(|error| error.reason() == Some(h2::Reason::REFUSED_STREAM))
}

fn is_no_http(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| cause.downcast_ref::<hyper::Error>().is_some_and(hyper::Error::is_parse))
}

/// An error and all that lies beneath it.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn StdError + 'static)> {
    let first: &(dyn StdError + 'static) = error;
    std::iter::successors(Some(first), |error| (*error).source())
}
