//! Keys and certificates in the forms that people have them. OpenSSL makes every file when the tests run.
#![expect(clippy::unwrap_used, reason = "a test ends where something is missing")]

mod bundles;
mod certificates;
mod credentials;
mod encrypted_keys;
mod events;
mod jwks;
#[path = "../log/mod.rs"]
mod log;
mod mangled;
mod openssl;
mod pasted;
mod pkcs12;
mod private_keys;
mod sources;
