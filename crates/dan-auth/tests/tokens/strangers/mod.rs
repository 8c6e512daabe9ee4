//! Programs that nobody here wrote: nginx and OpenSSL ask for client certificates, Authlib grants tokens, `PyJWT` checks
//! them.

mod authlib;
mod authorities;
mod mutual_tls;
mod nginx;
mod openssl_server;
mod process;
mod pyjwt;
