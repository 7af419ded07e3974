//! What a visitor's page calls: opening a conversation, writing in it, following it, rating it.

mod conversations;
mod exchanges;
mod faq;
mod messages;
mod ratings;
mod stream;

use actix_web::HttpRequest;
use guildhall_app::App;
use guildhall_domain::{Refusal, Who, channel::Channel};
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) use self::messages::{MessagePage, MessageView};
use crate::http::{Problem, cors};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(conversations::open_conversation)
        .service(exchanges::send_message)
        .service(messages::list_messages)
        .service(stream::stream_messages)
        .service(ratings::rate)
        .service(faq::faq);
}

/// How many bytes a visitor's request may have.
const CHAT_LIMIT: usize = 16 * 1024;

/// The channel that the caller comes through, if the page's origin may use it.
async fn admitted(
    app: &App,
    actor: &guildhall_domain::Actor,
    request: &HttpRequest,
    needed: bool,
) -> Result<Channel, Problem> {
    let (Who::Channel(id) | Who::Visitor { channel: id, .. }) = actor.who else {
        return Err(Refusal::Forbidden("chat.open").into());
    };
    let channel = app.channel(actor.scope, id).await?.ok_or(Refusal::Unauthenticated("invalid"))?;
    cors::check(request, channel.allowed_origins.iter().map(guildhall_domain::channel::Origin::as_str), needed)?;
    Ok(channel)
}

/// Whether some page of this origin may call the chat routes at all; browsers ask before they show a credential.
pub(crate) fn may_ask(origin: &str) -> bool {
    guildhall_domain::channel::Origin::parse(origin).is_ok()
}
