//! Manners that all operations share: problems, idempotency, limits, headers, and what a browser or a smuggler may try.

mod browsers;
mod idempotency;
mod limits;
mod problems;
mod slowness;
mod smuggling;
