//! The sandbox over real TLS, asked by a client that shares no code with it.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking, also in what tests share")]

mod accreditations;
mod certificate_client;
mod consent_page;
mod control;
mod delegation;
mod document;
mod faults;
mod harvest;
mod journey;
mod limits;
mod metadata;
mod mutual_tls;
mod public;
mod quirks;
mod refused_authorization;
mod refused_harvest;
mod refused_token;
mod strangers;
mod support;
mod without_gateway;
