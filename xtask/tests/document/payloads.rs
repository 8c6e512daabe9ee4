//! Every example decodes into its type and is written back equal.

use std::collections::BTreeSet;

use crate::document::schemas;
use crate::types::TYPES;
use crate::walk::Walk;

#[test]
fn there_is_a_type_for_every_schema() {
    let types: BTreeSet<&str> = TYPES.iter().map(|known| known.name).collect();
    assert_eq!(types, schemas().map(|(name, _)| name).collect());
}

#[test]
fn every_example_is_written_back_equal_and_every_type_has_one() {
    let mut without: BTreeSet<&str> = TYPES.iter().map(|known| known.name).collect();
    for (name, value) in Walk::through_all_examples().values {
        let known = TYPES.iter().find(|known| known.name == name).unwrap();
        let written =
            (known.round_trip)(&value.to_string()).unwrap_or_else(|error| panic!("{name}: {error}: {value}"));
        assert_eq!(written, value, "{name}");
        without.remove(name);
    }
    assert_eq!(without, BTreeSet::new());
}
