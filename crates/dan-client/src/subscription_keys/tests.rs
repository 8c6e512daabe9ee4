//! Which key is chosen, and what is said where none is.

use dan_auth::Secret;
use serde_json::json;

use super::*;

fn keys(contexts: &[&str]) -> SubscriptionKeys {
    let mut keys = SubscriptionKeys::new();
    for context in contexts {
        keys.set(context, SubscriptionKey::new(&Secret::from(*context)).unwrap());
    }
    keys
}

fn with_default(mut keys: SubscriptionKeys) -> SubscriptionKeys {
    keys.set_default(SubscriptionKey::new(&Secret::from("default")).unwrap());
    keys
}

/// `shared` belongs to two contexts, of `alias` each has its own, and `lost` belongs to one that nobody knows.
fn metadata() -> Vec<EvidenceCode> {
    let dataset = |name: &str, contexts: &[&str], alias_of: Option<&str>| {
        json!({ "evidenceCodeName": name, "description": null, "isAsynchronous": false, "values": [],
            "belongsToServiceContexts": contexts, "isPublic": false, "serviceContext": alias_of })
    };
    serde_json::from_value(json!([
        dataset("shared", &["eBevis", "Tilda"], None),
        dataset("tilda", &["Tilda"], None),
        dataset("bits", &["Bits kontrollinformasjon"], None),
        dataset("alias", &["eBevis", "Tilda"], Some("Tilda")),
        dataset("lost", &["Retired"], None),
    ]))
    .unwrap()
}

/// The context whose key it is.
fn context_of(keys: &SubscriptionKeys, key: &SubscriptionKey) -> String {
    let mut contexts = keys.by_context.iter().filter(|(_, other)| std::ptr::eq(*other, key));
    contexts.next().map_or_else(|| "the default".to_owned(), |(context, _)| context.clone())
}

/// The context whose key is chosen, or what is told instead.
fn choice(keys: &SubscriptionKeys, datasets: &[&str]) -> String {
    match keys.fitting(datasets, &metadata()) {
        Ok(Fitting::One(key)) => context_of(keys, key),
        Ok(Fitting::Several { ambiguity, .. }) => ambiguity.to_string(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn a_key_follows_from_the_datasets() {
    let two = keys(&["eBevis", "Tilda"]);
    let with_blank = keys(&["Bits kontrollinformasjon", "Tilda"]);
    let told = [
        choice(&two, &["tilda"]),
        choice(&two, &["alias"]),
        choice(&two, &["shared", "tilda"]),
        choice(&two, &["tilda", "shared"]),
        choice(&with_blank, &["bits"]),
        choice(&two, &["shared"]),
        choice(&two, &["lost"]),
        choice(&with_blank, &["tilda", "bits"]),
        choice(&two, &["Tilda"]),
        choice(&two, &["regnskap"]),
        choice(&two, &["15867010022"]),
    ];
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn where_nothing_decides_the_default_does() {
    let two = with_default(keys(&["eBevis", "Tilda"]));
    for datasets in [&["shared"][..], &["lost"], &["unknown"]] {
        assert_eq!(choice(&two, datasets), "the default");
    }
    assert_eq!(choice(&two, &["tilda"]), "TILDA");
}

#[test]
fn what_has_no_dataset_takes_the_named_key_or_the_only_one_or_the_default() {
    const NAME_ONE: &str = "there are several service contexts";
    const NO_SUCH: &str = "there is no subscription key";
    const NONE: &str = "this needs a subscription key";
    const DEFAULT: &str = "the default";
    let [none, one, two] = [&[][..], &["Tilda"], &["eBevis", "Tilda"]].map(keys);
    let [labelled_and_not, unlabelled] = [two.clone(), none.clone()].map(with_default);
    // For Tilda, for Bits, for a context that is not said, and for what any key can see.
    for (keys, expected) in [
        (none, [NONE, NONE, NONE, NONE]),
        (unlabelled, [DEFAULT; 4]),
        (one, ["TILDA", NO_SUCH, "TILDA", "TILDA"]),
        (two, ["TILDA", NO_SUCH, NAME_ONE, "EBEVIS"]),
        (labelled_and_not, ["TILDA", NO_SUCH, DEFAULT, DEFAULT]),
    ] {
        let chosen = |key: Result<&SubscriptionKey, Error>| match key {
            Ok(key) => context_of(&keys, key),
            Err(error) => error.to_string(),
        };
        let [tilda, bits, untold, any] = expected;
        for (key, start) in [
            (keys.for_context(Some("tilda")), tilda),
            (keys.any(Some("TILDA")), tilda),
            (keys.for_context(Some("Bits")), bits),
            (keys.for_context(None), untold),
            (keys.any(None), any),
        ] {
            let told = chosen(key);
            assert!(told.starts_with(start), "{keys:?}: {told}, not {start}");
        }
    }
}

#[test]
fn the_contexts_are_those_that_are_said_or_have_a_key() {
    let two = keys(&["eBevis", "Tilda"]);
    let contexts = |said, dataset| two.contexts_for(said, dataset, &metadata());
    assert_eq!(contexts(Some("BITS_KONTROLLINFORMASJON"), "bits"), ["Bits kontrollinformasjon"]);
    assert_eq!(contexts(Some("unheard of"), "bits"), ["unheard of"]);
    assert_eq!(contexts(None, "shared"), ["eBevis", "Tilda"]);
    assert_eq!(keys(&["Tilda"]).contexts_for(None, "shared", &metadata()), ["Tilda"]);
    assert_eq!(contexts(None, "lost"), ["Retired"]);
}
