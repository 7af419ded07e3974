//! Version 1 of the API: one file per small noun, with its bodies, views and handlers side by side.

mod advice;
mod analytics;
mod answer;
mod api_keys;
mod audit;
mod bot;
mod calendars;
mod channels;
mod chat;
mod conversations;
mod departments;
mod evaluations;
mod exchange;
mod follow;
mod gaps;
mod held;
mod inbox;
mod intents;
mod invitations;
mod jobs;
mod keys;
mod knowers;
mod members;
mod memberships;
mod overlaps;
mod parse;
mod phrases;
mod proposals;
mod releases;
mod requests;
mod resets;
mod retention;
mod roster;
mod sessions;
mod settings;
mod settlements;
mod standing;
mod tenants;
mod tests;
mod views;

use utoipa_actix_web::service_config::ServiceConfig;

/// Every operation. The server and the OpenAPI document are both made of this.
pub(crate) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .configure(tenants::configure)
        .configure(sessions::configure)
        .configure(keys::configure)
        .configure(resets::configure)
        .configure(members::configure)
        .configure(standing::configure)
        .configure(roster::configure)
        .configure(invitations::configure)
        .configure(api_keys::configure)
        .configure(departments::configure)
        .configure(memberships::configure)
        .configure(intents::configure)
        .configure(phrases::configure)
        .configure(advice::configure)
        .configure(exchange::configure)
        .configure(releases::configure)
        .configure(held::configure)
        .configure(bot::configure)
        .configure(parse::configure)
        .configure(jobs::configure)
        .configure(evaluations::configure)
        .configure(channels::configure)
        .configure(chat::configure)
        .configure(conversations::configure)
        .configure(gaps::configure)
        .configure(analytics::configure)
        .configure(retention::configure)
        .configure(audit::configure)
        .configure(settings::configure)
        .configure(calendars::configure)
        .configure(requests::configure)
        .configure(knowers::configure)
        .configure(inbox::configure)
        .configure(proposals::configure)
        .configure(overlaps::configure)
        .configure(settlements::configure)
        .configure(tests::configure);
}

pub(crate) use chat::may_ask;
