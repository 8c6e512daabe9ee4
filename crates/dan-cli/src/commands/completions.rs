//! `dan completions` and `dan manual-pages`

use std::path::PathBuf;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::failure::Failure;
use crate::output::write_bytes;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  dan completions bash > ~/.local/share/bash-completion/completions/dan\n  \
    dan completions zsh > ~/.zfunc/_dan\n  dan completions fish > ~/.config/fish/completions/dan.fish"
)]
pub(crate) struct CompletionsOptions {
    /// bash, zsh, fish, elvish or powershell
    #[arg(value_name = "SHELL", value_enum, hide_possible_values = true)]
    shell: Shell,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  dan manual-pages ~/.local/share/man/man1 && man dan")]
pub(crate) struct ManualPagesOptions {
    /// The folder; pages that are there are replaced
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

pub(crate) fn run(options: &CompletionsOptions) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(options.shell, &mut Arguments::command(), "dan", &mut script);
    write_bytes(&script)
}

/// One page for each command.
pub(crate) fn manual_pages(options: &ManualPagesOptions) -> Result<(), Failure> {
    let folder = &options.folder;
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Arguments::command(), folder))
        .map_err(|error| Failure::Io(format!("'{}' cannot be written", folder.display()), error))
}
