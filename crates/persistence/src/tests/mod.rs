//! The walls around a tenant, each proved alone, the one begin, the queue; on databases of the tests' own.
//!
//! What wants PostgreSQL finds it by `GUILDHALL_TEST_DATABASE_URL` (as a superuser); without it a test says that it is
//! skipped, or fails where `GUILDHALL_TEST_NEEDS_SERVICES=1`.

#![expect(clippy::disallowed_methods, reason = "tests look past the walls to see that nothing came through")]

mod archive;
mod begin;
mod build;
mod company;
mod isolation;
mod keys;
mod place;
mod queue;
mod row_security;
mod schema;
mod stranger;
mod writer;
