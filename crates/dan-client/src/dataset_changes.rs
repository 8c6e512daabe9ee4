//! What changed in the datasets since their metadata was saved.

use std::fmt;

use dan_model::{EvidenceCode, EvidenceParameter, EvidenceValue, Requirement};
use serde::Serialize;
use serde_json::Value;

/// A change of a dataset that whoever harvests it should know of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct DatasetChange {
    /// Name of the dataset.
    pub dataset: String,
    /// What changed.
    pub kind: DatasetChangeKind,
    /// The change in words, such as `parameter 'aar' is new and required`.
    pub description: String,
}

/// What changed about a dataset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DatasetChangeKind {
    /// There is no dataset of the name any more.
    Gone,
    /// It is deprecated, or its end has moved.
    Deprecated,
    /// The way in which it is harvested: at once or later, publicly or not, in which service contexts.
    Access,
    /// A parameter.
    Parameter,
    /// A value.
    Value,
    /// The JSON Schema of a value.
    Schema,
    /// A requirement.
    Requirement,
}

/// What changed about the datasets that were `saved`, by the metadata that is `current`. Datasets that are new are not
/// told, since nobody can rely on them yet.
///
/// ```
/// use dan_client::{EvidenceCode, dataset_changes};
///
/// let saved: Vec<EvidenceCode> = serde_json::from_str(
///     r#"[{"evidenceCodeName":"Restanser","description":null,"isAsynchronous":false,"values":[],
///         "belongsToServiceContexts":["eBevis"],"isPublic":false}]"#,
/// )?;
/// assert!(dataset_changes(&saved, &saved).is_empty());
/// assert_eq!(dataset_changes(&saved, &[])[0].description, "is gone");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn dataset_changes(saved: &[EvidenceCode], current: &[EvidenceCode]) -> Vec<DatasetChange> {
    let mut changes = Vec::new();
    for before in saved {
        let dataset = &before.evidence_code_name;
        let mut found = Found { dataset, changes: &mut changes };
        match counterpart(before, current) {
            None => found.add(DatasetChangeKind::Gone, "is gone"),
            Some(after) => found.compare(before, after),
        }
    }
    changes
}

/// The same dataset later. One that has an entry for each service context is compared with that of its own.
fn counterpart<'c>(before: &EvidenceCode, current: &'c [EvidenceCode]) -> Option<&'c EvidenceCode> {
    let of_name = || current.iter().filter(|after| after.evidence_code_name == before.evidence_code_name);
    of_name().find(|after| after.service_context == before.service_context).or_else(|| of_name().next())
}

/// Collects what changed about one dataset.
struct Found<'c> {
    dataset: &'c str,
    changes: &'c mut Vec<DatasetChange>,
}

impl Found<'_> {
    fn add(&mut self, kind: DatasetChangeKind, description: impl Into<String>) {
        let change =
            DatasetChange { dataset: self.dataset.to_owned(), kind, description: description.into() };
        self.changes.push(change);
    }

    fn compare(&mut self, before: &EvidenceCode, after: &EvidenceCode) {
        self.compare_life(before, after);
        self.compare_access(before, after);
        self.compare_parameters(
            before.parameters.as_deref().unwrap_or_default(),
            after.parameters.as_deref().unwrap_or_default(),
        );
        self.compare_values(&before.values, &after.values);
        self.compare_requirements(
            before.authorization_requirements.as_deref().unwrap_or_default(),
            after.authorization_requirements.as_deref().unwrap_or_default(),
        );
    }

    fn compare_life(&mut self, before: &EvidenceCode, after: &EvidenceCode) {
        let end = after.valid_to.as_ref().map(|end| format!(", and ends at {end}"));
        match &after.deprecation_warning {
            Some(warning) if before.deprecation_warning != after.deprecation_warning => {
                let end = end.unwrap_or_default();
                self.add(DatasetChangeKind::Deprecated, format!("is deprecated: {}{end}", warning.trim()));
            }
            None if before.deprecation_warning.is_some() => {
                self.add(DatasetChangeKind::Deprecated, "is deprecated no more");
            }
            _ => self.compare_text(
                DatasetChangeKind::Deprecated,
                "its end",
                before.valid_to.as_ref(),
                after.valid_to.as_ref(),
            ),
        }
    }

    fn compare_access(&mut self, before: &EvidenceCode, after: &EvidenceCode) {
        let access = DatasetChangeKind::Access;
        if before.is_asynchronous != after.is_asynchronous {
            let now = if after.is_asynchronous { "is asynchronous now" } else { "is asynchronous no more" };
            self.add(access, now);
        }
        if before.is_public != after.is_public {
            self.add(access, if after.is_public { "is public now" } else { "is public no more" });
        }
        self.compare_text(
            access,
            "the days that an accreditation lasts at most",
            before.max_valid_days.as_ref(),
            after.max_valid_days.as_ref(),
        );
        let (old, new) = (&before.belongs_to_service_contexts, &after.belongs_to_service_contexts);
        for name in old.iter().filter(|name| !new.contains(name)) {
            self.add(access, format!("is no longer in the service context '{name}'"));
        }
        for name in new.iter().filter(|name| !old.contains(name)) {
            self.add(access, format!("is in the service context '{name}', too"));
        }
    }

    fn compare_parameters(&mut self, before: &[EvidenceParameter], after: &[EvidenceParameter]) {
        let kind = DatasetChangeKind::Parameter;
        for old in before {
            let name = &old.evidence_param_name;
            let Some(new) = after.iter().find(|new| new.evidence_param_name == *name) else {
                self.add(kind, format!("parameter '{name}' is gone"));
                continue;
            };
            self.compare_text(
                kind,
                &format!("the type of parameter '{name}'"),
                old.param_type.as_ref(),
                new.param_type.as_ref(),
            );
            match (is_required(old), is_required(new)) {
                (false, true) => self.add(kind, format!("parameter '{name}' is required now")),
                (true, false) => self.add(kind, format!("parameter '{name}' is required no more")),
                _ => {}
            }
        }
        for new in after {
            let name = &new.evidence_param_name;
            if !before.iter().any(|old| old.evidence_param_name == *name) {
                let required = if is_required(new) { " and required" } else { "" };
                self.add(kind, format!("parameter '{name}' is new{required}"));
            }
        }
    }

    fn compare_values(&mut self, before: &[EvidenceValue], after: &[EvidenceValue]) {
        let kind = DatasetChangeKind::Value;
        for old in before {
            let name = &old.evidence_value_name;
            let Some(new) = after.iter().find(|new| new.evidence_value_name == *name) else {
                self.add(kind, format!("value '{name}' is gone"));
                continue;
            };
            self.compare_text(
                kind,
                &format!("the type of value '{name}'"),
                old.value_type.as_ref(),
                new.value_type.as_ref(),
            );
            if schema(old) != schema(new) {
                self.add(DatasetChangeKind::Schema, format!("the JSON Schema of value '{name}' is another"));
            }
        }
        for new in after {
            let name = &new.evidence_value_name;
            if !before.iter().any(|old| old.evidence_value_name == *name) {
                self.add(kind, format!("value '{name}' is new"));
            }
        }
    }

    fn compare_requirements(&mut self, before: &[Requirement], after: &[Requirement]) {
        let kind = DatasetChangeKind::Requirement;
        for gone in before.iter().filter(|requirement| !after.contains(requirement)) {
            self.add(kind, format!("no longer required as before: {}", in_words(gone)));
        }
        for new in after.iter().filter(|requirement| !before.contains(requirement)) {
            self.add(kind, format!("required now: {}", in_words(new)));
        }
    }

    fn compare_text<T: PartialEq + fmt::Display>(
        &mut self,
        kind: DatasetChangeKind,
        what: &str,
        before: Option<&T>,
        after: Option<&T>,
    ) {
        if before != after {
            let text = |value: Option<&T>| value.map_or_else(|| "none".to_owned(), T::to_string);
            self.add(kind, format!("{what} was {}, and is {}", text(before), text(after)));
        }
    }
}

/// Where and how it counts may be all that changed.
fn in_words(requirement: &Requirement) -> String {
    let mut words = requirement.meaning();
    if requirement.is_soft() {
        words.push_str(" Else the dataset is left out.");
    }
    if let Some(contexts) = requirement.applies_to_service_context().filter(|contexts| !contexts.is_empty()) {
        words.push_str(&format!(" In {} only.", contexts.join(", ")));
    }
    words
}

fn is_required(parameter: &EvidenceParameter) -> bool {
    parameter.required.unwrap_or_default()
}

/// What the schema says; how it is laid out does not count.
fn schema(value: &EvidenceValue) -> Option<Value> {
    let text = value.json_schema_defintion.as_ref()?;
    Some(serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.clone())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn dataset() -> Value {
        json!({
            "evidenceCodeName": "Restanser", "description": "Arrears", "isAsynchronous": false, "isPublic": false,
            "belongsToServiceContexts": ["eBevis", "Tilda"],
            "parameters": [
                { "evidenceParamName": "aar", "paramType": "number", "required": false },
                { "evidenceParamName": "kilde", "paramType": "string", "required": true }
            ],
            "values": [
                { "evidenceValueName": "gebyr", "source": "Skatteetaten", "valueType": "amount" },
                { "evidenceValueName": "detaljer", "source": "Skatteetaten", "valueType": "jsonSchema",
                  "jsonSchemaDefintion": "{\"type\":\"object\"}" }
            ],
            "authorizationRequirements": [
                { "type": "ProvideOwnTokenRequirement", "failureAction": 0, "requiredOnEvidenceHarvester": true }
            ]
        })
    }

    fn changes(after: &Value) -> String {
        let read = |value: &Value| serde_json::from_value::<EvidenceCode>(value.clone()).unwrap();
        let changes = dataset_changes(&[read(&dataset())], &[read(after)]);
        let lines: Vec<String> =
            changes.iter().map(|change| format!("{:?} {}", change.kind, change.description)).collect();
        lines.join("\n")
    }

    #[test]
    fn each_change_is_told_once() {
        let mut after = dataset();
        after["isAsynchronous"] = true.into();
        after["deprecationWarning"] = "Use RestanserV2".into();
        after["validTo"] = "2027-01-01T00:00:00Z".into();
        after["maxValidDays"] = 30.into();
        after["belongsToServiceContexts"] = json!(["eBevis", "OED"]);
        after["parameters"] = json!([
            { "evidenceParamName": "aar", "paramType": "string", "required": true },
            { "evidenceParamName": "maaned", "required": true }
        ]);
        after["values"] = json!([
            { "evidenceValueName": "detaljer", "source": "", "valueType": "jsonSchema",
              "jsonSchemaDefintion": "{\"type\":\"array\"}" },
            { "evidenceValueName": "renter", "source": "", "valueType": "amount" }
        ]);
        after["authorizationRequirements"][0]["failureAction"] = 1.into();
        insta::assert_snapshot!(changes(&after));
    }

    #[test]
    fn each_service_context_has_its_own_entry() {
        let entry = |context: &str, days: u32| -> EvidenceCode {
            let mut entry = dataset();
            entry["serviceContext"] = context.into();
            entry["maxValidDays"] = days.into();
            serde_json::from_value(entry).unwrap()
        };
        let saved = [entry("eBevis", 30), entry("Tilda", 90)];
        assert!(dataset_changes(&saved, &saved).is_empty());
        assert_eq!(dataset_changes(&saved, &[entry("Tilda", 90), entry("eBevis", 60)]).len(), 1);
    }

    #[test]
    fn what_says_the_same_is_no_change() {
        let mut after = dataset();
        after["description"] = "Arrears, in other words".into();
        after["values"][1]["jsonSchemaDefintion"] = "{\r\n  \"type\": \"object\"\r\n}".into();
        assert_eq!(changes(&after), "");
    }
}
