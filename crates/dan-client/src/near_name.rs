//! The name that was probably meant.

/// How alike two names must be, from 0 to 1.
const ALIKE: f64 = 0.88;

/// The candidate that is most like `name`, which was probably mistyped; none when nothing is much like it. Case and what is
/// neither letter nor digit count for nothing.
///
/// ```
/// let service_contexts = ["eBevis", "Tilda"];
/// assert_eq!(dan_client::near_name("ebevsi", service_contexts), Some("eBevis"));
/// assert_eq!(dan_client::near_name("Bits", service_contexts), None);
/// ```
pub fn near_name<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = plain(name);
    candidates
        .into_iter()
        .map(|candidate| (strsim::jaro_winkler(&name, &plain(candidate)), candidate))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, candidate)| candidate)
}

/// The same as part of a message: blank, or the question whether that was meant.
pub(crate) fn did_you_mean<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    near_name(name, candidates).map(|near| format!(" Did you mean '{near}'?")).unwrap_or_default()
}

fn plain(name: &str) -> String {
    name.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_mended_and_a_stranger_is_not() {
        let names = ["UnitBasicInformation", "RestanserV2", "TildaMetadatav1"];
        for (wrong, right) in [
            ("UnitBasicInfomation", "UnitBasicInformation"),
            ("unit-basic-information", "UnitBasicInformation"),
            ("Restanser", "RestanserV2"),
            ("TildaMetadataV1", "TildaMetadatav1"),
        ] {
            assert_eq!(near_name(wrong, names), Some(right));
        }
        assert_eq!(near_name("Regnskap", names), None);
        assert_eq!(did_you_mean("Regnskap", names), "");
    }
}
