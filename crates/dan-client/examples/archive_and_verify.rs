//! Keeps what was harvested as it arrived, and proves later that it is what the service sent.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use dan_client::{Archive, Configuration, SignatureKey};
use dan_sandbox::Sandbox;

#[tokio::main]
pub(crate) async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sandbox = Sandbox::start().await?;
    // The key or certificate comes from the service, by another way than the data.
    let key = SignatureKey::from_pem(std::fs::read(sandbox.signing_key_file())?)?;
    let client = Configuration::from_variables(sandbox.variables())?
        .builder()?
        .require_signature(key.clone())
        .build()?;

    let folder = tempfile::tempdir()?;
    let archive = Archive::new(folder.path());
    let harvest = client.direct_harvest("TildaMetadatav1").enveloped().await?;
    archive.store(&harvest)?;

    // Months later, by another program.
    for record in Archive::new(folder.path()).records()? {
        match record.verify(&key) {
            Ok(()) => println!("{} is what the service sent", record.dataset()),
            Err(problem) => println!("{}: {problem}", record.dataset()),
        }
        let changed = record.body().iter().rev().copied().collect::<Vec<u8>>();
        std::fs::write(record.path().join("body.json"), changed)?;
    }
    for record in archive.records()? {
        println!("after it was changed: {:?}", record.verify(&key));
    }
    Ok(())
}
