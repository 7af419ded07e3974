//! HTTP, OpenAPI, configuration, and the command line of Guildhall.

mod backup;
pub mod cli;
pub mod config;
mod demo;
mod directory;
mod encoder;
mod gate;
pub mod http;
mod metrics;
pub mod openapi;
mod outside;
mod probes;
mod reference;
pub mod server;
mod telemetry;
mod v1;

/// What the operations need to know of the configuration.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// Whether companies may sign up by themselves.
    pub sign_up: bool,
}
