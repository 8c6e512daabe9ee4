//! The key and the certificate.

use std::time::SystemTime;

use dan_client::auth::{Certificate, ClientCredential, Validity};
use dan_client::{AuthenticationMethod, Configuration};

use crate::commands::doctor::finding::{Finding, Report};
use crate::failure::Failure;
use crate::output::time;

const KEY: &str = "key";
const CERTIFICATE: &str = "certificate";

/// Whether there is a key that can be used.
pub(super) fn examine(configuration: &Configuration, report: &mut Report) -> bool {
    let usable = match configuration.authentication_method() {
        Ok(AuthenticationMethod::Maskinporten) => {
            configuration.credential().map(|credential| told(&credential, report))
        }
        Ok(AuthenticationMethod::Certificate) => configuration.client_identity().map(|identity| {
            report.add(Finding::ok(KEY, identity.private_key().key_type()));
            report.add(validity(identity.certificate()));
        }),
        Ok(_) => {
            report.add(Finding::skipped(KEY, "this way of authenticating has no key"));
            return false;
        }
        Err(_) => {
            report.add(Finding::skipped(KEY, "it is not said which one is used"));
            return false;
        }
    };
    match usable {
        Ok(()) => true,
        Err(error) => {
            report.add(Finding::failed(KEY, &Failure::from(error)));
            false
        }
    }
}

fn told(credential: &ClientCredential, report: &mut Report) {
    let reference = match credential.key_id() {
        Some(key_id) => format!("key id '{key_id}'"),
        None => "by its certificate, which goes along".to_owned(),
    };
    let found = format!("{}, {reference}", credential.key_type());
    report.add(match credential.check(SystemTime::now()) {
        Ok(()) => Finding::ok(KEY, found),
        Err(error) => Finding::failed(KEY, &Failure::from(error)),
    });
    if let Some(certificate) = credential.certificate() {
        report.add(validity(certificate));
    }
}

fn validity(certificate: &Certificate) -> Finding {
    let now = SystemTime::now();
    let organization = certificate.organization_number().unwrap_or("no organization number");
    let end = format!(
        "{} ({}), until {} ({})",
        certificate.subject(),
        organization,
        time::local_time(certificate.not_after()),
        time::distance(certificate.not_after(), now)
    );
    match certificate.validity(now) {
        Validity::Valid => Finding::ok(CERTIFICATE, end),
        Validity::ExpiresSoon => Finding::warning(CERTIFICATE, end, "order a new one from its issuer now"),
        Validity::NotYetValid => {
            Finding::wrong(CERTIFICATE, format!("not valid yet: {end}"), "check this machine's clock")
        }
        _ => Finding::wrong(CERTIFICATE, format!("expired: {end}"), "order a new one from its issuer"),
    }
}
