//! Who may do what with a file, as the operating system has it.

use std::fs::{DirBuilder, Metadata, OpenOptions};

/// The user who may do everything anyway.
pub(super) const ADMINISTRATOR: u32 = 0;

#[cfg(unix)]
mod system {
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};

    use super::{DirBuilder, Metadata, OpenOptions};

    pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
        options.mode(0o600)
    }

    pub(crate) fn private_folder(builder: &mut DirBuilder) -> &mut DirBuilder {
        builder.mode(0o700)
    }

    pub(crate) fn owner(file: &Metadata) -> u32 {
        file.uid()
    }

    pub(crate) fn user() -> u32 {
        rustix::process::geteuid().as_raw()
    }

    pub(crate) fn others_may_write(file: &Metadata) -> bool {
        file.mode() & 0o022 != 0
    }

    pub(crate) fn others_have_any(file: &Metadata) -> bool {
        file.mode() & 0o077 != 0
    }

    pub(crate) fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
        (one.dev(), one.ino()) == (other.dev(), other.ino())
    }
}

/// Where the rights of a file are those of its folder.
#[cfg(not(unix))]
mod system {
    use super::{ADMINISTRATOR, DirBuilder, Metadata, OpenOptions};

    pub(crate) fn private(options: &mut OpenOptions) -> &mut OpenOptions {
        options
    }

    pub(crate) fn private_folder(builder: &mut DirBuilder) -> &mut DirBuilder {
        builder
    }

    pub(crate) fn owner(_: &Metadata) -> u32 {
        ADMINISTRATOR
    }

    pub(crate) fn user() -> u32 {
        ADMINISTRATOR
    }

    pub(crate) fn others_may_write(_: &Metadata) -> bool {
        false
    }

    pub(crate) fn others_have_any(_: &Metadata) -> bool {
        false
    }

    pub(crate) fn is_same_file(_: &Metadata, _: &Metadata) -> bool {
        true
    }
}

pub(super) use system::{
    is_same_file, others_have_any, others_may_write, owner, private, private_folder, user,
};
