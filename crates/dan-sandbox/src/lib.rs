//! What data.altinn.no would answer: a DAN and a Maskinporten on your own machine.
