//! The registers that the sandbox knows: a few legal entities and a few people, all of them synthetic.

use dan_model::{NationalIdentityNumber, OrganizationNumber};
use serde_json::Value;

/// Organization forms of the public sector.
const PUBLIC_FORMS: [&str; 9] = ["ADOS", "FKF", "FYLK", "KF", "KOMM", "ORGL", "STAT", "SF", "SÆR"];

/// Institutional sectors of the public sector.
const PUBLIC_SECTORS: [&str; 7] = ["1110", "1120", "1510", "1520", "3900", "6100", "6500"];

/// Industry codes of public administration begin so.
const PUBLIC_ADMINISTRATION: &str = "84";

/// The register of legal entities and the population register.
#[derive(Debug)]
pub(crate) struct Register {
    units: Vec<Value>,
    people: Vec<Value>,
}

impl Register {
    /// Reads the entries that come with the sandbox.
    pub(crate) fn built_in() -> Result<Self, serde_json::Error> {
        Ok(Self {
            units: serde_json::from_str(include_str!("units.json"))?,
            people: serde_json::from_str(include_str!("people.json"))?,
        })
    }

    /// A unit that is registered and not deleted, in the register's own form.
    pub(crate) fn unit(&self, number: &OrganizationNumber) -> Option<&Value> {
        let unit = self.units.iter().find(|unit| unit["organisasjonsnummer"] == number.as_str())?;
        unit.get("slettedato").is_none().then_some(unit)
    }

    /// The units directly below another one.
    pub(crate) fn subunits(&self, number: &str) -> impl Iterator<Item = &Value> {
        let is_below =
            move |unit: &&Value| unit["overordnetEnhet"] == number && unit.get("slettedato").is_none();
        self.units.iter().filter(is_below)
    }

    /// A person.
    pub(crate) fn person(&self, number: &NationalIdentityNumber) -> Option<&Value> {
        self.people.iter().find(|person| person["foedselsEllerDNummer"] == number.expose())
    }

    /// Whether the service takes a unit for a public agency: by form, industry or sector.
    pub(crate) fn is_public_agency(&self, number: &OrganizationNumber) -> bool {
        let text = |value: &Value, list: &[&str]| value.as_str().is_some_and(|text| list.contains(&text));
        self.unit(number).is_some_and(|unit| {
            text(&unit["organisasjonsform"]["kode"], &PUBLIC_FORMS)
                || text(&unit["institusjonellSektorkode"]["kode"], &PUBLIC_SECTORS)
                || ["naeringskode1", "naeringskode2", "naeringskode3"].iter().any(|name| {
                    unit[name]["kode"].as_str().is_some_and(|code| code.starts_with(PUBLIC_ADMINISTRATION))
                })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_is_sound() {
        let register = Register::built_in().unwrap();
        for unit in &register.units {
            unit["organisasjonsnummer"].as_str().unwrap().parse::<OrganizationNumber>().unwrap();
        }
        for person in &register.people {
            let number = person["foedselsEllerDNummer"].as_str().unwrap();
            assert!(register.person(&number.parse().unwrap()).is_some());
            let month: u8 = number[2..4].parse().unwrap();
            assert!((81..=92).contains(&month), "the person could be real");
        }
    }

    #[test]
    fn tells_agencies_from_enterprises() {
        let register = Register::built_in().unwrap();
        for (number, is_agency) in [
            ("991825827", true),
            ("958935420", true),
            ("974760673", true),
            ("998997801", false),
            ("992037601", false),
        ] {
            let number = number.parse().unwrap();
            assert!(register.unit(&number).is_some());
            assert_eq!(register.is_public_agency(&number), is_agency, "{number}");
        }
    }

    #[test]
    fn a_deleted_unit_is_gone() {
        assert!(Register::built_in().unwrap().unit(&"310000000".parse().unwrap()).is_none());
    }
}
