//! Harvests, some at a time, from a sandbox in a process of its own.

use std::hint::black_box;

use futures_util::future::join_all;
use tokio::runtime::{self, Runtime};

use crate::caller::{Caller, Who};
use crate::sandbox_process::SandboxProcess;

/// How many harvests are made in one go, by all who ask at a time.
pub(crate) const CALLS: u32 = 256;

/// Callers and the sandbox that they ask. One thread does all that is ours.
pub(crate) struct Harvests {
    runtime: Runtime,
    pub(crate) caller: Caller,
    _sandbox: SandboxProcess,
}

impl Harvests {
    pub(crate) fn start() -> Self {
        let sandbox = SandboxProcess::start();
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self { runtime, caller: Caller::new(sandbox.variables()), _sandbox: sandbox }
    }

    /// Makes as many harvests as is measured in one go.
    pub(crate) fn make(&self, who: Who, at_a_time: u32) {
        self.runtime.block_on(async {
            let token = self.caller.token().await;
            let one_after_another = || async {
                for _ in 0..CALLS / at_a_time {
                    black_box(self.caller.harvest(who, &token).await);
                }
            };
            join_all((0..at_a_time).map(|_| one_after_another())).await;
        });
    }

    /// The token of both.
    pub(crate) fn token(&self) -> String {
        self.runtime.block_on(self.caller.token())
    }
}
