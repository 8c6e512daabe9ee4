//! Keys as they come out of clipboards, variables and secret stores.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use dan_auth::{Bundle, CertificateChain, PrivateKey};

use crate::openssl::workshop;

#[test]
fn what_people_paste_is_put_right() {
    let Some(files) = workshop() else { return };
    let pem = String::from_utf8(files.joined(&["auth.key", "auth.pem", "issuing.pem"])).unwrap();
    files.run("pkcs8 -topk8 -nocrypt -in auth.key -outform DER -out pasted.der");
    let mut with_line_end = files.read("pasted.der");
    with_line_end.push(b'\n');
    let body: String = pem.lines().skip(1).take_while(|line| !line.starts_with("-----")).collect();
    let base64 = BASE64_STANDARD.encode(&pem);
    let ways: [(&str, Vec<u8>); 16] = [
        ("a byte order mark", format!("\u{feff}{pem}").into()),
        ("Windows line ends", pem.replace('\n', "\r\n").into()),
        ("old Macintosh line ends", pem.replace('\n', "\r").into()),
        ("one line with blanks", pem.replace('\n', " ").into()),
        ("one line without", pem.replace('\n', "").into()),
        ("literal \\n", pem.replace('\n', "\\n").into()),
        ("literal \\r\\n in quotes", format!("'{}'", pem.replace('\n', "\\r\\n")).into()),
        ("indented", pem.lines().map(|line| format!("    {line}\n")).collect::<String>().into()),
        ("blank lines", pem.replace('\n', "\n\n").into()),
        ("UTF-16", "\u{feff}".encode_utf16().chain(pem.encode_utf16()).flat_map(u16::to_be_bytes).collect()),
        ("base64", base64.clone().into()),
        ("base64 in lines", base64.as_bytes().chunks(76).collect::<Vec<_>>().join(&b"\n"[..])),
        ("base64 for URLs", BASE64_URL_SAFE_NO_PAD.encode(&pem).into()),
        ("base64 of base64", BASE64_STANDARD.encode(&base64).into()),
        ("only what stands between the lines", body.into()),
        ("DER with a line end", with_line_end),
    ];
    let expected = PrivateKey::from_pem(pem.as_bytes()).unwrap().public_jwk("key").parameters;
    for (way, text) in ways {
        let key = PrivateKey::from_bytes(&text, None).unwrap_or_else(|error| panic!("{way}: {error}"));
        assert_eq!(key.public_jwk("key").parameters, expected, "{way}");
    }
}

/// What `openssl pkcs12` prints around the blocks, names with Norwegian letters included.
#[test]
fn bag_attributes_are_passed_over() {
    let Some(files) = workshop() else { return };
    files.run("pkcs12 -export -in auth.pem -inkey auth.key -certfile issuing.pem -name Ås -passout pass:test -out bags.p12");
    files.run("pkcs12 -in bags.p12 -nodes -passin pass:test -out bags.pem");
    let text = files.read("bags.pem");
    assert!(String::from_utf8_lossy(&text).contains("Bag Attributes"));
    let bundle = Bundle::from_bytes(&text, None).unwrap();
    assert_eq!((bundle.private_keys().len(), bundle.certificates().len()), (1, 2));
    let chain = CertificateChain::from_pem(&text).unwrap();
    assert_eq!(chain.issuers().len(), 1);
}
