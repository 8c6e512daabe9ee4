//! What an answer can cost, also one that nobody meant well: memory in proportion to its size, and bounded stack.
#![expect(clippy::unwrap_used, reason = "this is a test")]

use dan_model::{Evidence, EvidenceCode, EvidenceStatus, Party};
use peak_alloc::PeakAlloc;
use serde::de::DeserializeOwned;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The most that any JSON takes in memory while it is read, as a multiple of its size.
const AT_MOST: usize = 200;
/// The most that an answer takes as the service writes them.
const ORDINARY: usize = 12;

const STATUS: &str = r#""evidenceStatus":{"evidenceCodeName":"A","status":{"code":1,"description":null},"validFrom":null,"validTo":null}"#;
const DATASET: &str = r#""evidenceCodeName":"A","description":null,"isAsynchronous":false,"values":[],"belongsToServiceContexts":[],"isPublic":false"#;

/// One test alone, since what others allocate at the same time would count.
#[test]
fn memory_is_a_multiple_of_the_size() {
    for element in ["0", r#""""#, "{}", "[]", r#"{"":0}"#, r#"{"":{}}"#] {
        let value = format!(r#"{{{STATUS},"evidenceValues":[{{"evidenceValueName":"","source":"","value":["#);
        assert_multiple::<Evidence>(AT_MOST, &repeated(&value, element, "]}]}"));
    }
    for element in ["{}", r#"{"":0}"#, r#"{"type":""}"#, r#"{"type":"ProvideOwnTokenRequirement"}"#] {
        let requirements = format!(r#"[{{{DATASET},"authorizationRequirements":["#);
        assert_multiple::<Vec<EvidenceCode>>(AT_MOST, &repeated(&requirements, element, "]}]"));
    }
    assert_multiple::<Vec<Party>>(AT_MOST, &repeated("[", "{}", "]"));
    assert_multiple::<Vec<EvidenceStatus>>(AT_MOST, &repeated("[", r#"{"status":{"code":1}}"#, "]"));

    let value = r#"{"evidenceValueName":"OrganizationName","source":"Enhetsregisteret","value":"EKSEMPEL AS","valueType":"string"}"#;
    let values = repeated(&format!(r#"{{{STATUS},"evidenceValues":["#), value, "]}");
    assert_multiple::<Evidence>(ORDINARY, &values);
    let dataset = format!(r#"{{{DATASET},"authorizationRequirements":[]}}"#);
    assert_multiple::<Vec<EvidenceCode>>(ORDINARY, &repeated("[", &dataset, "]"));

    nesting_is_refused_before_the_stack_ends();
}

fn nesting_is_refused_before_the_stack_ends() {
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        let depth = 1_000_000;
        let nested = format!("{}0{}", open.repeat(depth), close.repeat(depth));
        for place in ["value", "unknown"] {
            let body = format!(
                r#"{{{STATUS},"evidenceValues":[{{"evidenceValueName":"","source":"","{place}":{nested}}}]}}"#
            );
            let error = serde_json::from_str::<Evidence>(&body).unwrap_err();
            assert!(error.to_string().contains("recursion limit"), "{error}");
        }
    }
}

fn repeated(open: &str, element: &str, close: &str) -> String {
    let elements = vec![element; 1_000_000 / (element.len() + 1)];
    format!("{open}{}{close}", elements.join(","))
}

#[track_caller]
fn assert_multiple<T: DeserializeOwned>(at_most: usize, body: &str) {
    MEMORY.reset_peak_usage();
    let before = MEMORY.current_usage();
    let read = serde_json::from_str::<T>(body).unwrap();
    let multiple = (MEMORY.peak_usage() - before) / body.len();
    drop(read);
    assert!(multiple <= at_most, "{multiple} times the size of {}…", &body[..300.min(body.len())]);
}
