//! Every dataset of the sandbox, harvested by its type.

use std::future::IntoFuture;

use dan_client::model::LegalBasisKind;
use dan_client::{DanClient, Dataset, DatasetRequest, DirectHarvest, Error, NationalIdentityNumber};
use dan_sandbox::{ConsentDecision, Sandbox};

use crate::catalogue::{
    AliasOne, AliasTwo, CertificateOfRegistration, EksempelAsynkron, EksempelBinaer,
    EksempelBinaerParameters, EksempelUtgaaende, FregPerson, MvaMeldingsOpplysning, RestanserV2, Roller,
    RollerParameters, SummertSkattegrunnlag, TildaMetadatav1, TildaTilsynsrapportpdfv1,
    TildaTilsynsrapportpdfv1Parameters, TildaTilsynsrapportv1, TildaTilsynsrapportv1Parameters,
    UnitBasicInformation,
};
use crate::names;

const UNIT: &str = "998997801";
const PERSON: &str = "15867010022";

/// Which datasets were harvested, by the names of their types.
#[derive(Default)]
struct Harvested(Vec<&'static str>);

impl Harvested {
    async fn of<D: Dataset>(&mut self, harvest: impl IntoFuture<Output = Result<D, Error>>) -> D {
        let dataset = harvest.await.unwrap();
        self.0.push(D::NAME);
        dataset
    }
}

#[tokio::test]
async fn every_dataset_is_harvested_by_its_type() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = DanClient::from_variables(sandbox.variables()).unwrap();
    let mut harvested = Harvested::default();
    harvest_by_subject(&client, &mut harvested).await;
    harvest_with_parameters(&client, &mut harvested).await;
    harvest_with_consent(&sandbox, &client, &mut harvested).await;
    harvest_when_ready(&sandbox, &client, &mut harvested).await;

    let Harvested(mut names_of_types) = harvested;
    names_of_types.sort_unstable();
    names_of_types.dedup();
    assert_eq!(names_of_types, names());
}

async fn harvest_by_subject(client: &DanClient, harvested: &mut Harvested) {
    let unit = harvested.of::<UnitBasicInformation>(client.harvest(UNIT)).await;
    assert_eq!(unit.organization_number.as_ref().unwrap().as_u64(), Some(998_997_801));
    assert!(unit.unknown_fields().is_empty());

    let certificate = harvested.of::<CertificateOfRegistration>(client.harvest(UNIT)).await;
    assert!(certificate.certificate_of_registration_pdf_url.unwrap().ends_with("998997801.pdf"));

    let one = harvested.of::<AliasOne>(client.harvest(UNIT)).await;
    let with_own_token = client.harvest(UNIT).options(DirectHarvest::reuse_token);
    let two = harvested.of::<AliasTwo>(with_own_token).await;
    assert_eq!((one.test.as_deref(), two.test.as_deref()), (Some("DatasetOne"), Some("DatasetOne")));

    let outgoing = harvested.of::<EksempelUtgaaende>(client.harvest(UNIT)).await;
    assert_eq!(outgoing.navn, unit.organization_name);

    let tax = harvested.of::<SummertSkattegrunnlag>(client.harvest(person())).await;
    assert_eq!(tax.personinntekt.unwrap().hundredths(), Some(56_010_000));

    let deliveries = harvested.of::<TildaMetadatav1>(client.harvest(UNIT)).await;
    assert_eq!(deliveries.meldinger.as_deref(), Some("974761211:EKSEMPELTILSYNET"));

    let request = client.harvest(person());
    let request = request.options(|request| request.reuse_token().service_context("DigitaleHelgeland"));
    let found = harvested.of::<FregPerson>(request).await;
    assert_eq!(found.foedsels_eller_d_nummer.as_deref(), Some(PERSON));
    assert!(!format!("{found:?}").contains(PERSON));
}

async fn harvest_with_parameters(client: &DanClient, harvested: &mut Harvested) {
    let roles = harvested.of::<Roller>(client.harvest(UNIT)).await;
    assert_eq!(roles.roller.unwrap().len(), 3);
    let filter = RollerParameters::new().with_rolle_filter("DAGL");
    let roles = harvested.of::<Roller>(client.harvest_with(UNIT, filter)).await;
    assert_eq!(roles.roller.unwrap().len(), 1);

    let size = EksempelBinaerParameters::new().with_antall_bytes(1000);
    let binary = harvested.of::<EksempelBinaer>(client.harvest_with(UNIT, size)).await;
    assert_eq!(binary.content.len(), 1000);

    let period =
        TildaTilsynsrapportv1Parameters::new().with_startdato("2026-01-01").with_inkluder_underenheter(false);
    let inspections = harvested.of::<TildaTilsynsrapportv1>(client.harvest_with(UNIT, period)).await;
    assert_eq!(inspections.tilsynsrapporter.len(), 2, "a value that comes twice is a list");
    let report = inspections.tilsynsrapporter[0].intern_tilsyns_id.as_deref().unwrap();
    assert_eq!((report, inspections.enhetsinformasjon.len()), ("T-2026-0001", 1));

    let file = TildaTilsynsrapportpdfv1Parameters::new(report);
    let file = harvested.of::<TildaTilsynsrapportpdfv1>(client.harvest_with(UNIT, file)).await;
    assert_eq!(file.pdfrapport.len(), 1);
}

async fn harvest_with_consent(sandbox: &Sandbox, client: &DanClient, harvested: &mut Harvested) {
    let accreditation = client
        .request_authorization(sandbox.organisation(), UNIT)
        .dataset(DatasetRequest::new(RestanserV2::NAME).request_consent())
        .dataset(DatasetRequest::new(MvaMeldingsOpplysning::NAME).request_consent().legal_basis_id("works"))
        .legal_basis("works", LegalBasisKind::Cpv, "45000000-7")
        .consent_reference("Tender 2026/17")
        .service_context("eBevis")
        .await
        .unwrap()
        .into_handle();
    sandbox.decide_consent(accreditation.id(), ConsentDecision::Grant, true).unwrap();

    let arrears = harvested.of(accreditation.harvest(RestanserV2::NAME).dataset::<RestanserV2>()).await;
    assert_eq!(arrears.merverdiavgift_forfalt_og_ubetalt.unwrap().hundredths(), Some(1_250_000));
    assert!(arrears.restskatt_forfalt_og_ubetalt.is_none(), "the source gave none");

    let returns = accreditation.harvest(MvaMeldingsOpplysning::NAME).dataset::<MvaMeldingsOpplysning>();
    let returns = harvested.of(returns).await;
    assert_eq!(returns.siste_termin.as_deref(), Some("2026-4"));
}

async fn harvest_when_ready(sandbox: &Sandbox, client: &DanClient, harvested: &mut Harvested) {
    let accreditation = client
        .request_authorization(sandbox.organisation(), UNIT)
        .dataset(EksempelAsynkron::NAME)
        .service_context("eBevis")
        .await
        .unwrap()
        .into_handle();
    sandbox.finish_source(accreditation.id(), EksempelAsynkron::NAME).unwrap();
    let answer = accreditation.harvest(EksempelAsynkron::NAME).dataset::<EksempelAsynkron>();
    assert_eq!(harvested.of(answer).await.svar.as_deref(), Some("ferdig"));
}

fn person() -> NationalIdentityNumber {
    PERSON.parse().unwrap()
}
