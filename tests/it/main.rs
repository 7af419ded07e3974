//! The house from outside: every test starts a real server on a real database and speaks HTTP to it.
//!
//! Tests that want PostgreSQL and Redis find them by `GUILDHALL_TEST_DATABASE_URL` (as a superuser) and
//! `GUILDHALL_TEST_REDIS_URL`; without these they say that they are skipped, or fail where
//! `GUILDHALL_TEST_NEEDS_SERVICES=1`.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::similar_names,
    clippy::disallowed_methods,
    reason = "a test says what is wrong by failing, and looks past the walls to see that nothing came through"
)]

#[macro_use]
mod house;

mod archiving;
mod attacks;
mod auditing;
mod chatting;
mod console;
mod content;
mod crash;
mod deploying;
mod document;
mod exchanging;
mod getting_in;
mod manners;
mod metrics;
mod people;
mod programs;
mod questions;
mod releasing;
mod stopping;
mod sweep;
