//! Identities over mutual TLS: who is let in, and what a refusal looks like.

use std::time::Duration;

use dan_auth::{ClientCertificateRefusal, ClientIdentity};
use reqwest::{Certificate, Client, Identity};

use super::authorities::{Authorities, without_issuers};
use super::nginx::Nginx;
use super::openssl_server::OpensslServer;

fn client(authorities: &Authorities, identity: Option<&ClientIdentity>) -> Client {
    let root = Certificate::from_pem(authorities.root_pem().as_bytes()).unwrap();
    let builder = Client::builder().tls_certs_only([root]).timeout(Duration::from_secs(5));
    match identity {
        Some(identity) => {
            let pem = identity.to_pem();
            builder.identity(Identity::from_pem(pem.expose().as_bytes()).unwrap()).build().unwrap()
        }
        None => builder.build().unwrap(),
    }
}

/// Everybody who is not to be let in, with what OpenSSL says of them.
fn strangers(
    authorities: &Authorities,
) -> [(&'static str, Option<ClientIdentity>, ClientCertificateRefusal); 4] {
    [
        ("nobody", None, ClientCertificateRefusal::Missing),
        (
            "of another authority",
            Some(Authorities::new("Other").enterprise()),
            ClientCertificateRefusal::UnknownAuthority,
        ),
        (
            "without its chain",
            Some(without_issuers(&authorities.enterprise())),
            ClientCertificateRefusal::UnknownAuthority,
        ),
        ("revoked", Some(authorities.revoked()), ClientCertificateRefusal::Revoked),
    ]
}

#[tokio::test]
async fn nginx_lets_an_enterprise_in_by_its_chain_and_nobody_else() {
    let authorities = Authorities::new("Test");
    let Some(nginx) = Nginx::start(&authorities) else { return };
    for (protocol, port) in nginx.http {
        let url = format!("https://127.0.0.1:{port}/");
        let answer = client(&authorities, Some(&authorities.enterprise())).get(&url).send().await.unwrap();
        assert_eq!((answer.status().as_u16(), answer.version()), (200, reqwest::Version::HTTP_2));
        let seen = answer.text().await.unwrap();
        assert!(seen.starts_with(&format!("{protocol} SUCCESS ")) && seen.contains("TEST AS"), "{seen}");

        for (name, identity, _) in strangers(&authorities) {
            let answer = client(&authorities, identity.as_ref()).get(&url).send().await.unwrap();
            let status = answer.status().as_u16();
            let refusal = ClientCertificateRefusal::of_answer(status, &answer.bytes().await.unwrap());
            let expected = if identity.is_some() {
                ClientCertificateRefusal::Rejected
            } else {
                ClientCertificateRefusal::Missing
            };
            assert_eq!((status, refusal), (400, Some(expected)), "{protocol} {name}");
        }
    }
}

#[tokio::test]
async fn a_refusal_in_the_words_of_tls_is_told_from_a_broken_connection() {
    let authorities = Authorities::new("Test");
    for protocol in ["-tls1_2", "-tls1_3"] {
        let Some(server) = OpensslServer::start(&authorities, protocol) else { return };
        let url = format!("https://127.0.0.1:{}/", server.port);
        let enterprise = authorities.enterprise();
        let answer = client(&authorities, Some(&enterprise)).get(&url).send().await.unwrap();
        // The server serves one after the other: the next comes when this answer has been read.
        assert!(answer.text().await.unwrap().contains("s_server"), "{protocol}");

        for (name, identity, expected) in strangers(&authorities) {
            let error = client(&authorities, identity.as_ref()).get(&url).send().await.unwrap_err();
            let refusal = ClientCertificateRefusal::of_error(&error);
            // Before TLS 1.3 there was no word for a certificate that is missing.
            let unsaid = protocol == "-tls1_2" && expected == ClientCertificateRefusal::Missing;
            let expected = if unsaid { None } else { Some(expected) };
            assert_eq!(refusal, expected, "{protocol} {name}: {error:?}");
        }
    }
}
