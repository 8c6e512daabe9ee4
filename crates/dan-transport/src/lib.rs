//! How it travels: environments, versioned URLs, headers and errors of data.altinn.no.
