//! Version 1 of the API: one file per small noun, with its bodies, views and handlers side by side.

mod advice;
mod answer;
mod api_keys;
mod audit;
mod bot;
mod channels;
mod chat;
mod conversations;
mod departments;
mod exchange;
mod intents;
mod invitations;
mod keys;
mod members;
mod memberships;
mod parse;
mod phrases;
mod releases;
mod resets;
mod roster;
mod sessions;
mod standing;
mod tenants;
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
        .configure(bot::configure)
        .configure(parse::configure)
        .configure(channels::configure)
        .configure(chat::configure)
        .configure(conversations::configure)
        .configure(audit::configure);
}

pub(crate) use chat::may_ask;
