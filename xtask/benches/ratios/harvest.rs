//! Typed harvests over TLS, some at a time: by the client, by bare reqwest with `serde_json`, and by other languages.

use std::rc::Rc;

use crate::caller::Who;
use crate::harvests::{CALLS, Harvests};
use crate::program::{Language, Program};
use crate::side_by_side::Benchmark;

pub(crate) fn benchmarks() -> Vec<Benchmark> {
    let sizes = [("harvest/1", 1), ("harvest/16", 16), ("harvest/64", 64)];
    let against_each = sizes.into_iter().flat_map(|(name, at_a_time)| {
        [
            against_reqwest(name, at_a_time),
            against_program(name, at_a_time, "httpx", Language::Python),
            against_program(name, at_a_time, "fetch of Node", Language::Node),
        ]
    });
    against_each.collect()
}

fn against_reqwest(name: &'static str, at_a_time: u32) -> Benchmark {
    Benchmark::of_rates(name, "reqwest", move || {
        let harvests = Rc::new(Harvests::start());
        let bare = Rc::clone(&harvests);
        Ok((
            Box::new(move || harvests.make(Who::Client, at_a_time)),
            Box::new(move || bare.make(Who::Reqwest, at_a_time)),
        ))
    })
    .each(CALLS)
}

fn against_program(
    name: &'static str,
    at_a_time: u32,
    against: &'static str,
    language: Language,
) -> Benchmark {
    Benchmark::of_rates(name, against, move || {
        let harvests = Rc::new(Harvests::start());
        let mut program = Program::start(language, &harvests)?;
        let tokens = Rc::clone(&harvests);
        Ok((
            Box::new(move || harvests.make(Who::Client, at_a_time)),
            Box::new(move || program.harvest(CALLS, at_a_time, &tokens.token())),
        ))
    })
    .each(CALLS)
}
