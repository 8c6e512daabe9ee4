//! `dan unit`

use clap::Args;
use dan_client::model::{RegisterAddress, RegisterUnit, RegisterUnitHierarchy};
use dan_client::{Error, ErrorKind, OrganizationNumber};

use crate::failure::Failure;
use crate::output::style::{STRONG, styled};
use crate::output::table::{pairs, table};
use crate::session::Session;

#[derive(Debug, Args)]
#[command(after_help = "Examples:\n  dan unit 991825827\n  dan unit 991825827 --hierarchy")]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
pub(crate) struct UnitOptions {
    /// The organization number
    #[arg(value_name = "ORGNUMBER")]
    number: OrganizationNumber,
    /// List the units right below it
    #[arg(long, group = "question")]
    subunits: bool,
    /// Tell the topmost unit above it
    #[arg(long, group = "question")]
    main_unit: bool,
    /// Show all that is below it
    #[arg(long, group = "question")]
    hierarchy: bool,
    /// Tell whether it is a public body
    #[arg(long, group = "question")]
    is_public: bool,
}

pub(crate) async fn run(session: &Session, options: UnitOptions) -> Result<(), Failure> {
    let client = session.public_client()?;
    let (register, number) = (client.entity_register(), &options.number);
    let progress = session.progress();
    let what = "asking the register";
    let form = session.form();
    if options.subunits {
        let units = progress.during(what, register.subunits(number)).await?;
        let rows = units
            .iter()
            .map(|unit| [number_of(unit), unit.navn.clone(), unit.organisasjonsform.kode.clone()]);
        form.print_list(&units, || table(["Number", "Name", "Form"], rows, "There are none."))
    } else if options.hierarchy {
        let hierarchy =
            progress.during(what, register.hierarchy(number)).await?.ok_or_else(|| missing(number))?;
        form.print(&hierarchy, || tree(&hierarchy, 0))
    } else if options.is_public {
        let public = progress.during(what, register.is_public_agency(number)).await?;
        form.print(&public, || format!("{}\n", if public { "yes" } else { "no" }))
    } else {
        let unit = if options.main_unit {
            progress.during(what, register.main_unit(number)).await?
        } else {
            progress.during(what, register.unit(number)).await?
        };
        let unit = unit.ok_or_else(|| missing(number))?;
        form.print(&unit, || told(&unit))
    }
}

fn missing(number: &OrganizationNumber) -> Failure {
    Error::new(ErrorKind::NotFound, format!("the register knows no unit {number}; check the number")).into()
}

fn number_of(unit: &RegisterUnit) -> String {
    unit.organisasjonsnummer.expose().to_owned()
}

fn told(unit: &RegisterUnit) -> String {
    let yes_or_no = |value: Option<bool>| value.map(|value| if value { "yes" } else { "no" }.to_owned());
    let form = format!("{} ({})", unit.organisasjonsform.beskrivelse, unit.organisasjonsform.kode);
    let mut rows = vec![("number", number_of(unit)), ("form", form)];
    let mut add = |name, value: Option<String>| rows.extend(value.map(|value| (name, value)));
    add("address", unit.forretningsadresse.as_ref().or(unit.beliggenhetsadresse.as_ref()).map(address));
    add("postal address", unit.postadresse.as_ref().map(address));
    add("employees", unit.antall_ansatte.map(|count| count.to_string()));
    add("parent", unit.overordnet_enhet.as_ref().map(|parent| parent.expose().to_owned()));
    add("registered", unit.registreringsdato_enhetsregisteret.clone());
    add("founded", unit.stiftelsesdato.clone());
    add("deleted", unit.slettedato.clone());
    add("bankrupt", yes_or_no(unit.konkurs));
    add("being dissolved", yes_or_no(unit.under_avvikling));
    add("home page", unit.hjemmeside.clone());
    format!("{}\n{}", styled(STRONG, &unit.navn), pairs(rows))
}

fn address(address: &RegisterAddress) -> String {
    let mut lines = address.adresse.clone();
    lines.push(
        format!("{} {}", address.postnummer.as_deref().unwrap_or_default(), address.poststed)
            .trim()
            .to_owned(),
    );
    lines.join(", ")
}

fn tree(hierarchy: &RegisterUnitHierarchy, depth: usize) -> String {
    let below: String = hierarchy.subunits.iter().map(|unit| tree(unit, depth + 1)).collect();
    format!("{}{} {}\n{below}", "  ".repeat(depth), hierarchy.org_number.expose(), hierarchy.unit.navn)
}
