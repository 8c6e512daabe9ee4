//! Who is asked, as messages and logs name it.

use std::fmt;
use std::sync::Arc;

use url::Url;

/// Host and port of the service, without anything that could be secret.
#[derive(Clone)]
pub(crate) struct Server(Arc<Address>);

struct Address {
    host: String,
    port: Option<u16>,
}

impl Server {
    pub(crate) fn of(url: &Url) -> Self {
        let host = url.host_str().unwrap_or_default().to_owned();
        Self(Arc::new(Address { host, port: url.port_or_known_default() }))
    }

    pub(crate) fn host(&self) -> &str {
        &self.0.host
    }

    pub(crate) fn port(&self) -> u16 {
        self.0.port.unwrap_or_default()
    }
}

impl fmt::Display for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.host)
    }
}
