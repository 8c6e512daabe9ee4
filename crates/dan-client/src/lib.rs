//! What can be asked of data.altinn.no: one method per thing a user wants.
