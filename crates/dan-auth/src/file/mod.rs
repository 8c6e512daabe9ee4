//! Files and variables that keys and certificates lie in, and what is found there.

pub(crate) mod contents;
mod der_form;
pub(crate) mod pasted;
pub(crate) mod pem;
pub(crate) mod pkcs12;
pub(crate) mod source;

pub use source::KeySource;
pub(crate) use source::SourceDigest;
