//! What the sandbox can answer: service contexts and datasets, both read from data.

mod answer;
mod dataset;
mod evidence_code;
mod missing;
mod requirement;
mod service_context;
mod source_failure;
mod value_template;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::Timestamp;
use thiserror::Error;

pub(crate) use self::answer::{AnswerError, AnswerScope};
pub(crate) use self::dataset::Dataset;
use self::dataset::DatasetFile;
pub(crate) use self::evidence_code::{
    EvidenceCode, EvidenceParameter, EvidenceValue, ParameterType, ValueType,
};
use self::missing::missing_members;
pub(crate) use self::requirement::{
    FailureAction, PartyRelation, PartyRole, PartyType, ReferenceType, Requirement, RequirementKind,
};
pub(crate) use self::service_context::ServiceContext;
pub(crate) use self::source_failure::{SourceErrorCode, SourceFailure};

/// How long an accreditation lives when no dataset says otherwise, in days.
const DEFAULT_VALID_DAYS: u32 = 90;

/// The service contexts that come with the sandbox.
const SERVICE_CONTEXTS: (&str, &str) = ("service_contexts.json", include_str!("service_contexts.json"));

/// The datasets that come with the sandbox, one file each: an evidence code as the service publishes it, and an answer.
const DATASETS: [(&str, &str); 14] = [
    ("CertificateOfRegistration.json", include_str!("datasets/CertificateOfRegistration.json")),
    ("DatasetOne.json", include_str!("datasets/DatasetOne.json")),
    ("EksempelAsynkron.json", include_str!("datasets/EksempelAsynkron.json")),
    ("EksempelBinaer.json", include_str!("datasets/EksempelBinaer.json")),
    ("EksempelUtgaaende.json", include_str!("datasets/EksempelUtgaaende.json")),
    ("FregPerson.json", include_str!("datasets/FregPerson.json")),
    ("MvaMeldingsOpplysning.json", include_str!("datasets/MvaMeldingsOpplysning.json")),
    ("RestanserV2.json", include_str!("datasets/RestanserV2.json")),
    ("Roller.json", include_str!("datasets/Roller.json")),
    ("SummertSkattegrunnlag.json", include_str!("datasets/SummertSkattegrunnlag.json")),
    ("TildaMetadatav1.json", include_str!("datasets/TildaMetadatav1.json")),
    ("TildaTilsynsrapportpdfv1.json", include_str!("datasets/TildaTilsynsrapportpdfv1.json")),
    ("TildaTilsynsrapportv1.json", include_str!("datasets/TildaTilsynsrapportv1.json")),
    ("UnitBasicInformation.json", include_str!("datasets/UnitBasicInformation.json")),
];

/// The service contexts and datasets of a sandbox.
#[derive(Debug, Clone)]
pub(crate) struct Catalogue {
    contexts: Arc<[ServiceContext]>,
    datasets: Vec<Arc<Dataset>>,
}

/// A file of the catalogue is wrong.
#[derive(Debug, Error)]
#[error("{file}: {reason}")]
pub(crate) struct CatalogueError {
    file: String,
    reason: String,
}

impl Catalogue {
    /// Reads the catalogue that comes with the sandbox.
    pub(crate) fn built_in() -> Result<Self, CatalogueError> {
        let contexts: Vec<ServiceContext> = read(SERVICE_CONTEXTS)?;
        let mut datasets = Vec::new();
        for (name, text) in DATASETS {
            datasets.extend(datasets_of(name, text, &contexts)?.1.into_iter().map(Arc::new));
        }
        Ok(Self { contexts: contexts.into(), datasets })
    }

    /// The same with the datasets of a folder: each file with the ending `.json` is one, and replaces what has its name.
    pub(crate) fn with_folder(mut self, folder: &Path) -> Result<Self, CatalogueError> {
        let unreadable =
            |path: &Path, error: &std::io::Error| CatalogueError::new(&path.display().to_string(), error);
        let entries = fs::read_dir(folder).map_err(|error| unreadable(folder, &error))?;
        let mut files: Vec<PathBuf> = entries
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()
            .map_err(|error| unreadable(folder, &error))?;
        files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
        files.sort();
        for file in files {
            let text = fs::read_to_string(&file).map_err(|error| unreadable(&file, &error))?;
            self = self.with_file(&file.display().to_string(), None, &text)?;
        }
        Ok(self)
    }

    /// The same with a dataset, in place of the one of its name if there is one.
    pub(crate) fn with_dataset(&self, name: &str, text: &str) -> Result<Self, CatalogueError> {
        self.clone().with_file(name, Some(name), text)
    }

    /// The same with the dataset of a file, which must have the name, if one is given, and belong to service contexts that
    /// there are.
    fn with_file(mut self, file: &str, name: Option<&str>, text: &str) -> Result<Self, CatalogueError> {
        let (called, datasets) = datasets_of(file, text, &self.contexts)?;
        if name.is_some_and(|name| name != called) {
            return Err(CatalogueError::new(file, &format!("the dataset is called {called}")));
        }
        let is_unknown = |name: &&String| !self.contexts.iter().any(|context| context.name == **name);
        let mut contexts =
            datasets.iter().flat_map(|dataset| &dataset.evidence_code.belongs_to_service_contexts);
        if let Some(unknown) = contexts.find(is_unknown) {
            return Err(CatalogueError::new(file, &format!("there is no service context {unknown}")));
        }
        for dataset in datasets {
            self.datasets.retain(|other| other.name() != dataset.name());
            self.datasets.push(Arc::new(dataset));
        }
        Ok(self)
    }

    /// The same at a time: without the datasets that are not in force.
    pub(crate) fn at(self: Arc<Self>, now: Timestamp) -> Arc<Self> {
        let is_active = |dataset: &Arc<Dataset>| dataset.evidence_code.is_active(now);
        if self.datasets.iter().all(is_active) {
            return self;
        }
        let datasets = self.datasets.iter().filter(|dataset| is_active(dataset)).cloned().collect();
        Arc::new(Self { contexts: Arc::clone(&self.contexts), datasets })
    }

    /// The same without a dataset; nothing when it has none of the name.
    pub(crate) fn without_dataset(&self, name: &str) -> Option<Self> {
        let mut less = self.clone();
        less.datasets.retain(|dataset| dataset.name() != name);
        (less.datasets.len() < self.datasets.len()).then_some(less)
    }

    pub(crate) fn service_contexts(&self) -> &[ServiceContext] {
        &self.contexts
    }

    /// Whether subjects can be written to in a service context.
    pub(crate) fn has_consent_texts(&self, service_context: &str) -> bool {
        let mut contexts = self.contexts.iter();
        contexts.any(|context| context.name == service_context && context.has_consent_texts)
    }

    pub(crate) fn datasets(&self) -> impl Iterator<Item = &Dataset> {
        self.datasets.iter().map(AsRef::as_ref)
    }

    /// The dataset of exactly that name.
    pub(crate) fn dataset(&self, name: &str) -> Option<&Dataset> {
        self.datasets().find(|dataset| dataset.name() == name)
    }

    /// How long a new accreditation lives, in days: as long as the shortest-lived of all datasets, asked for or not.
    pub(crate) fn valid_days(&self) -> u32 {
        let limits = self.datasets.iter().filter_map(|dataset| dataset.evidence_code.max_valid_days);
        limits.min().unwrap_or(DEFAULT_VALID_DAYS)
    }

    /// Every scope that some service context or dataset requires, in the order in which they stand.
    pub(crate) fn required_scopes(&self) -> Vec<String> {
        let of_contexts = self.contexts.iter().flat_map(|context| &context.requirements);
        let of_datasets =
            self.datasets.iter().flat_map(|dataset| &dataset.evidence_code.authorization_requirements);
        let mut scopes = Vec::new();
        for requirement in of_contexts.chain(of_datasets) {
            if let RequirementKind::MaskinportenScope { required_scopes } = &requirement.kind {
                let new = required_scopes
                    .iter()
                    .filter(|scope| !scopes.contains(*scope))
                    .cloned()
                    .collect::<Vec<_>>();
                scopes.extend(new);
            }
        }
        scopes
    }
}

/// Reads the dataset of a file: its name, and the dataset, or a copy for each of its aliases.
fn datasets_of(
    file: &str,
    text: &str,
    contexts: &[ServiceContext],
) -> Result<(String, Vec<Dataset>), CatalogueError> {
    let dataset: DatasetFile = read((file, text)).map_err(|error| error.with_missing(text))?;
    let name = dataset.name().to_owned();
    let datasets = Dataset::all_of(dataset, contexts).map_err(|error| CatalogueError::new(file, &error))?;
    Ok((name, datasets))
}

impl CatalogueError {
    fn new(file: &str, reason: &impl ToString) -> Self {
        Self { file: file.to_owned(), reason: reason.to_string() }
    }

    /// With everything that the file lacks, so that nobody has to find out one by one.
    fn with_missing(mut self, text: &str) -> Self {
        let missing = missing_members(text);
        if missing.len() > 1 {
            self.reason.push_str(&format!("; missing in all: {}", missing.join(", ")));
        }
        self
    }
}

fn read<T: serde::de::DeserializeOwned>((file, text): (&str, &str)) -> Result<T, CatalogueError> {
    serde_json::from_str(text).map_err(|error| CatalogueError::new(file, &error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_sound_and_named_after_its_dataset() {
        for (file, text) in DATASETS {
            let dataset: DatasetFile = read((file, text)).unwrap();
            assert_eq!(format!("{}.json", dataset.name()), file);
        }
        let catalogue = Catalogue::built_in().unwrap();
        for dataset in catalogue.datasets() {
            for context in &dataset.evidence_code.belongs_to_service_contexts {
                let mut contexts = catalogue.service_contexts().iter();
                let is_retired = context == "Skatteetatens attester";
                assert!(is_retired || contexts.any(|known| known.name == *context), "{context}");
            }
        }
    }

    #[test]
    fn names_file_and_place_of_a_mistake() {
        let error = read::<DatasetFile>(("X.json", "{\n  \"answr\": 1 }")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "X.json: unknown field `answr`, expected one of `evidenceCode`, `withoutContextRequirements`, \
             `readyAfterSeconds`, `answer` \
             at line 2 column 9"
        );
    }

    #[test]
    fn names_all_that_is_missing() {
        let text =
            r#"{"evidenceCode":{"evidenceCodeName":"X","values":[{"evidenceValueName":"x"}]},"answer":{}}"#;
        let error = Catalogue::built_in().unwrap().with_dataset("X", text).unwrap_err().to_string();
        insta::assert_snapshot!(error);
    }

    #[test]
    fn takes_over_the_requirements_of_its_contexts_once() {
        let catalogue = Catalogue::built_in().unwrap();
        insta::assert_json_snapshot!(
            "requirements_of_tilda",
            catalogue.dataset("TildaTilsynsrapportv1").unwrap().evidence_code.authorization_requirements
        );
    }

    #[test]
    fn the_shortest_lived_dataset_decides() {
        assert_eq!(Catalogue::built_in().unwrap().valid_days(), 90);
    }

    #[test]
    fn knows_the_scopes_that_are_required() {
        let scopes = Catalogue::built_in().unwrap().required_scopes();
        assert_eq!(scopes[..2], ["altinn:dataaltinnno/ebevis", "altinn:dataaltinnno/drosje"]);
        assert_eq!(scopes.iter().filter(|scope| *scope == "altinn:dataaltinnno/tilda").count(), 1);
    }
}
