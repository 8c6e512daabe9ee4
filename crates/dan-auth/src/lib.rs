//! Who is asking: a Maskinporten client with keys, certificates, tokens and a token cache.
