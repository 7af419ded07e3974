//! What the operator does for a member.

use clap::Subcommand;
use guildhall_domain::{Refusal, member::Email};

use super::{Outcome, readable};
use crate::{
    config::Config,
    server::{self, House},
};

/// What can be done.
#[derive(Debug, Subcommand)]
pub(super) enum MemberCommand {
    /// Make a link by which a member sets a new password, and print it; it is good once, for half an hour.
    ResetLink {
        /// The company's slug.
        slug: String,
        /// The member's e-mail address.
        email: String,
    },
}

pub(super) async fn run(command: MemberCommand, config: &Config) -> Outcome {
    let House { app, .. } = &server::open_beside(config).await?;
    let MemberCommand::ResetLink { slug, email } = command;
    let email = Email::parse(&email)?;
    let link = app.operators_reset(&slug, &email).await.map_err(|refusal| match refusal {
        Refusal::NotFound => "no such company, or no member of it has this address".into(),
        other => readable(other),
    })?;
    println!("{link}");
    Ok(())
}
