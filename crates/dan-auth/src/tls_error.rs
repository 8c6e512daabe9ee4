//! What TLS complained of, below the errors of other layers.

use std::error::Error as StdError;
use std::io;

/// Whether an error, or one of its causes, is that the server's certificate did not convince this side: its issuer is not
/// trusted, its name is another, its time is over. Nothing was sent, and asking again does not help.
pub fn is_untrusted_certificate(error: &(dyn StdError + 'static)) -> bool {
    causes(error).filter_map(in_error).any(|error| matches!(error, rustls::Error::InvalidCertificate(_)))
}

/// The error of the TLS library that this error is, or wraps. Its causes are not searched.
pub(crate) fn in_error<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a rustls::Error> {
    // An I/O error names the cause of what it wraps as its own, and so passes over what it wraps: another one, at times.
    match error.downcast_ref::<io::Error>() {
        Some(wrapping) => in_error(wrapping.get_ref()?),
        None => error.downcast_ref(),
    }
}

/// An error and all its causes.
pub(crate) fn causes<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}
