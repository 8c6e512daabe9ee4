//! Rust names out of the names of a document.

use heck::{ToSnakeCase, ToUpperCamelCase};
use unicode_ident::{is_xid_continue, is_xid_start};

/// Names in type position that the generated code writes without a path.
const TAKEN_TYPES: [&str; 15] = [
    "Box",
    "Default",
    "Deserialize",
    "Deserializer",
    "From",
    "Into",
    "JsonSchema",
    "Option",
    "Result",
    "Schema",
    "SchemaGenerator",
    "Self",
    "Serialize",
    "Serializer",
    "String",
];

/// The names of one namespace; every name is given once.
#[derive(Debug, Default)]
pub(crate) struct Namespace {
    given: Vec<String>,
}

impl Namespace {
    /// The namespace of types.
    pub(crate) fn types() -> Self {
        let mut given: Vec<String> = TAKEN_TYPES.map(str::to_owned).to_vec();
        given.push("Vec".to_owned());
        Self { given }
    }

    /// The namespace of an enum's variants; one variant is for the values that are not known yet.
    pub(crate) fn variants() -> Self {
        Self { given: vec!["Unknown".to_owned(), "Self".to_owned()] }
    }

    /// The namespace of a struct's fields; one field is for the fields that are not known yet.
    pub(crate) fn fields() -> Self {
        Self { given: vec!["unknown_fields".to_owned()] }
    }

    /// Gives out a name, or the name with a suffix or a number when it is taken.
    pub(crate) fn give(&mut self, name: &str, suffix: &str) -> String {
        let candidates = std::iter::once(name.to_owned())
            .chain(std::iter::once(format!("{name}{suffix}")))
            .chain((2_u32..).map(|number| format!("{name}{suffix}{number}")));
        let free = candidates.into_iter().find(|candidate| !self.given.contains(candidate));
        let name = free.unwrap_or_else(|| name.to_owned());
        self.given.push(name.clone());
        name
    }

    /// Takes back a name that was not needed.
    pub(crate) fn take_back(&mut self, name: &str) {
        self.given.retain(|given| given != name);
    }
}

/// The name of a type or a variant: `UpperCamelCase`. A name that already has the form is kept.
pub(crate) fn type_name(source: &str) -> String {
    let keeps = source.starts_with(char::is_uppercase)
        && source.contains(char::is_lowercase)
        && source.chars().all(is_part_of_a_word);
    let name = if keeps { source.to_owned() } else { spelled(source).to_upper_camel_case() };
    match name.chars().next() {
        None => "Empty".to_owned(),
        Some(first) if is_xid_start(first) => name,
        Some(_) => format!("N{name}"),
    }
}

/// The name of a field: `snake_case`.
pub(crate) fn field_name(source: &str) -> String {
    let name = spelled(source).to_snake_case();
    match name.chars().next() {
        None => "empty".to_owned(),
        Some(first) if is_xid_start(first) => name,
        Some(_) => format!("n{name}"),
    }
}

/// Words for signs that would otherwise be lost: the sign of a number, or a name that is nothing but signs.
fn spelled(source: &str) -> String {
    let number =
        source.strip_prefix(['+', '-']).is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if number {
        let sign = if source.starts_with('-') { "minus" } else { "plus" };
        return format!("{sign} {}", &source[1..]);
    }
    if source.contains(is_part_of_a_word) {
        return source.chars().map(|sign| if is_part_of_a_word(sign) { sign } else { ' ' }).collect();
    }
    source.chars().map(sign_word).collect::<Vec<_>>().join(" ")
}

/// Letters and digits, but for those that Rust takes in no name, such as `²`.
fn is_part_of_a_word(sign: char) -> bool {
    sign.is_alphanumeric() && is_xid_continue(sign)
}

fn sign_word(sign: char) -> String {
    let word = match sign {
        '+' => "plus",
        '-' => "minus",
        '*' => "star",
        '/' => "slash",
        '=' => "equal",
        '<' => "less",
        '>' => "greater",
        '!' => "not",
        '@' => "at",
        '$' => "dollar",
        '%' => "percent",
        '&' => "and",
        '|' => "or",
        '.' => "dot",
        ',' => "comma",
        ':' => "colon",
        ' ' => "blank",
        '_' => "underscore",
        other => return format!("u{:x}", u32::from(other)),
    };
    word.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_names() {
        for (source, name) in [
            ("EvidenceCode", "EvidenceCode"),
            ("CCRUnit", "CCRUnit"),
            ("evidence-code", "EvidenceCode"),
            ("no.altinn.Party", "NoAltinnParty"),
            ("URL", "Url"),
            ("3d model", "N3dModel"),
            ("ærlig", "Ærlig"),
            ("-1", "Minus1"),
            ("+1", "Plus1"),
            ("", "Empty"),
            ("<=", "LessEqual"),
            ("Areal m²", "ArealM"),
            ("²", "Ub2"),
        ] {
            assert_eq!(type_name(source), name, "{source}");
        }
    }

    #[test]
    fn field_names() {
        for (source, name) in [
            ("evidenceCodeName", "evidence_code_name"),
            ("AcceptedFormat", "accepted_format"),
            ("@odata.type", "odata_type"),
            ("$schema", "schema"),
            ("+1", "plus_1"),
            ("2fa", "n2fa"),
            ("beløp i øre", "beløp_i_øre"),
            ("areal m²", "areal_m"),
            ("½", "ubd"),
        ] {
            assert_eq!(field_name(source), name, "{source}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_the_source_rust_takes_the_name(source in ".*") {
            for name in [type_name(&source), field_name(&source)] {
                let mut signs = name.chars();
                assert!(signs.next().is_some_and(is_xid_start) && signs.all(is_xid_continue), "{name}");
            }
        }
    }

    #[test]
    fn a_name_is_given_once() {
        let mut namespace = Namespace::types();
        assert_eq!(namespace.give("Party", "Model"), "Party");
        assert_eq!(namespace.give("Party", "Model"), "PartyModel");
        assert_eq!(namespace.give("Party", "Model"), "PartyModel2");
        assert_eq!(namespace.give("Option", "Model"), "OptionModel");
    }
}
