//! What the sandbox can answer: service contexts and datasets, both read from data.

mod answer;
mod dataset;
mod evidence_code;
mod requirement;
mod service_context;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use thiserror::Error;

pub(crate) use self::answer::{AnswerError, AnswerScope, SourceErrorCode, SourceFailure};
pub(crate) use self::dataset::Dataset;
use self::dataset::DatasetFile;
pub(crate) use self::evidence_code::{
    EvidenceCode, EvidenceParameter, EvidenceValue, ParameterType, ValueType,
};
pub(crate) use self::requirement::{
    FailureAction, PartyRelation, PartyRole, PartyType, ReferenceType, Requirement, RequirementKind,
};
pub(crate) use self::service_context::ServiceContext;

/// How long an accreditation lives when no dataset says otherwise, in days.
const DEFAULT_VALID_DAYS: u32 = 90;

/// The service contexts that come with the sandbox.
const SERVICE_CONTEXTS: (&str, &str) = ("service_contexts.json", include_str!("service_contexts.json"));

/// The datasets that come with the sandbox, one file each: an evidence code as the service publishes it, and an answer.
const DATASETS: [(&str, &str); 14] = [
    ("AliasOne.json", include_str!("datasets/AliasOne.json")),
    ("CertificateOfRegistration.json", include_str!("datasets/CertificateOfRegistration.json")),
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
        let dataset = |(name, text)| {
            let file: DatasetFile = read((name, text))?;
            Dataset::new(file, &contexts).map(Arc::new).map_err(|error| CatalogueError::new(name, &error))
        };
        let datasets = DATASETS.into_iter().map(dataset).collect::<Result<_, _>>()?;
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
            let dataset = self.dataset_of(&file.display().to_string(), &text)?;
            self = self.with(dataset);
        }
        Ok(self)
    }

    /// The same with a dataset, in place of the one of its name if there is one.
    pub(crate) fn with_dataset(&self, name: &str, text: &str) -> Result<Self, CatalogueError> {
        let dataset = self.dataset_of(name, text)?;
        if dataset.name() != name {
            return Err(CatalogueError::new(name, &format!("the dataset is called {}", dataset.name())));
        }
        Ok(self.clone().with(dataset))
    }

    /// The same without a dataset; nothing when it has none of the name.
    pub(crate) fn without_dataset(&self, name: &str) -> Option<Self> {
        let mut less = self.clone();
        less.datasets.retain(|dataset| dataset.name() != name);
        (less.datasets.len() < self.datasets.len()).then_some(less)
    }

    /// Reads a dataset, which must belong to service contexts that there are.
    fn dataset_of(&self, file: &str, text: &str) -> Result<Dataset, CatalogueError> {
        let dataset = Dataset::new(read((file, text))?, &self.contexts)
            .map_err(|error| CatalogueError::new(file, &error))?;
        let is_known = |name: &&String| !self.contexts.iter().any(|context| context.name == **name);
        match dataset.evidence_code.belongs_to_service_contexts.iter().find(is_known) {
            Some(unknown) => {
                Err(CatalogueError::new(file, &format!("there is no service context {unknown}")))
            }
            None => Ok(dataset),
        }
    }

    fn with(mut self, dataset: Dataset) -> Self {
        self.datasets.retain(|other| other.name() != dataset.name());
        self.datasets.push(Arc::new(dataset));
        self
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

impl CatalogueError {
    fn new(file: &str, reason: &impl ToString) -> Self {
        Self { file: file.to_owned(), reason: reason.to_string() }
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
        let catalogue = Catalogue::built_in().unwrap();
        let names: Vec<_> = catalogue.datasets().map(|dataset| format!("{}.json", dataset.name())).collect();
        assert_eq!(names, DATASETS.map(|(file, _)| file));
        for dataset in catalogue.datasets() {
            for context in &dataset.evidence_code.belongs_to_service_contexts {
                assert!(catalogue.service_contexts().iter().any(|known| known.name == *context), "{context}");
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
