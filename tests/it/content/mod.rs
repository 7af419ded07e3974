//! Departments, who belongs to them, and their drafts; how lists, versions and bodies behave everywhere.

mod departments;
mod intents;
mod lists;
mod memberships;
mod searching;
mod strictness;
mod versions;
