//! Says who is asking by an enterprise certificate, in TLS itself, without any token.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use dan_client::auth::{Bundle, CertificateSelection, Purpose};
use dan_client::{Configuration, DanClient};
use dan_sandbox::Sandbox;

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    let Some(certificate_base_url) = sandbox.certificate_base_url() else {
        return Err("this sandbox has no certificate endpoint".into());
    };

    // Outside, certificate and key are files: PEM, DER or PKCS#12.
    let issued = sandbox.issue_enterprise_certificate(&sandbox.organisation().parse()?)?;
    let pem = format!("{}{}", issued.chain_pem, issued.private_key_pem);
    let bundle = Bundle::from_bytes(pem.as_bytes(), None)?;
    let identity = bundle.identity(&CertificateSelection::for_purpose(Purpose::ClientAuthentication))?;

    let client = DanClient::builder()
        .base_url(certificate_base_url)
        .certificate_authorities_pem(sandbox.ca_pem().unwrap_or_default())
        .subscription_keys(Configuration::from_variables(sandbox.variables())?.subscription_keys)
        .client_identity(identity)
        .build()?;
    let evidence = client.direct_harvest("TildaMetadatav1").await?;
    println!("{} values, and no token", evidence.evidence_values.len());
    Ok(())
}
