//! Distinguished names (RFC 5280 section 4.1.2.4).

use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::asn1::ObjectIdentifier;
use x509_cert::der::{Tag, Tagged as _};
use x509_cert::name::Name;

const SERIAL_NUMBER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.5");
const ORGANIZATION_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.97");

/// National trade register, Norway (ETSI EN 319 412-1 section 5.1.4).
const NORWEGIAN_REGISTER: &str = "NTRNO-";

/// The attributes in their order, as `C=NO, O=Example AS`.
pub(super) fn text(name: &Name) -> String {
    let attributes: Vec<String> = name
        .iter()
        .map(|attribute| {
            let value = value(attribute).unwrap_or_else(|| "?".to_owned());
            format!("{}={}", attribute_name(attribute.oid), escaped(&value))
        })
        .collect();
    attributes.join(", ")
}

/// By the newer Norwegian profile, else by the older one.
pub(super) fn organization_number(subject: &Name) -> Option<String> {
    let values = |oid: ObjectIdentifier| {
        subject.iter().filter(move |attribute| attribute.oid == oid).filter_map(value)
    };
    values(ORGANIZATION_IDENTIFIER)
        .filter_map(|value| value.strip_prefix(NORWEGIAN_REGISTER).map(str::to_owned))
        .chain(values(SERIAL_NUMBER))
        .find(|number| number.len() == 9 && number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// The text of an attribute in one of the string types that names may have.
fn value(attribute: &AttributeTypeAndValue) -> Option<String> {
    let bytes = attribute.value.value();
    match attribute.value.tag() {
        Tag::Utf8String | Tag::PrintableString | Tag::Ia5String => String::from_utf8(bytes.to_vec()).ok(),
        // Issuers write Latin-1 here, whatever the standard of 1988 says.
        Tag::TeletexString => Some(bytes.iter().copied().map(char::from).collect()),
        Tag::BmpString => {
            let units: Vec<u16> =
                bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
            String::from_utf16(&units).ok()
        }
        _ => None,
    }
}

/// A name may not break out of its line, nor look like two attributes.
fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    for character in value.chars() {
        match character {
            ',' | '\\' => text.extend(['\\', character]),
            _ if character.is_control() => text.extend(character.escape_default()),
            _ => text.push(character),
        }
    }
    text
}

/// The short name that OpenSSL prints, where there is one.
fn attribute_name(oid: ObjectIdentifier) -> String {
    const NAMES: [(&str, &str); 13] = [
        ("2.5.4.3", "CN"),
        ("2.5.4.4", "SN"),
        ("2.5.4.5", "serialNumber"),
        ("2.5.4.6", "C"),
        ("2.5.4.7", "L"),
        ("2.5.4.8", "ST"),
        ("2.5.4.9", "street"),
        ("2.5.4.10", "O"),
        ("2.5.4.11", "OU"),
        ("2.5.4.42", "GN"),
        ("2.5.4.97", "organizationIdentifier"),
        ("0.9.2342.19200300.100.1.25", "DC"),
        ("1.2.840.113549.1.9.1", "emailAddress"),
    ];
    let dotted = oid.to_string();
    NAMES.iter().find(|(known, _)| *known == dotted).map_or(dotted, |(_, name)| (*name).to_owned())
}
