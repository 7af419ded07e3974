//! A visitor's judgement of a conversation, or of one reply of it.

use actix_web::{HttpRequest, post, web::Data};
use guildhall_app::{App, chat, work::Secrecy};
use guildhall_domain::{Flaws, Id, Moment, conversation::Rating, id, policy::Chat, text::Note};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    super::answer::{Allowed, Answer, Created, Keyed, create},
    CHAT_LIMIT, admitted,
};
use crate::http::{Path, Problem};

/// A visitor's judgement.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RatingBody {
    /// 1 (bad) to 5 (good).
    #[schema(minimum = 1, maximum = 5, example = 5)]
    score: i64,
    /// What else they say.
    #[schema(max_length = 1000)]
    comment: Option<String>,
    /// The reply that it is about; about the whole conversation without it.
    #[schema(value_type = Option<String>, example = "msg_01jd0000007000g00000000002")]
    message: Option<Id<id::Message>>,
}

/// A visitor's judgement.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Rating)]
pub(crate) struct RatingView {
    /// Its identifier.
    #[schema(value_type = String, example = "rat_01jd0000007000g00000000001")]
    id: Id<id::Rating>,
    /// The reply that it is about; null for the whole conversation.
    #[schema(value_type = Option<String>)]
    message: Option<Id<id::Message>>,
    /// 1 to 5.
    score: i64,
    /// What else they say.
    comment: Option<String>,
    /// When it was given.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

/// Rates a conversation, or one reply of it; rating the same again replaces the judgement.
#[utoipa::path(
    tag = "chat",
    operation_id = "rateConversation",
    request_body = RatingBody,
    params(("conversation" = String, Path, example = "con_01jd0000007000g00000000001")),
    responses((status = 201, description = "The judgement", body = RatingView)),
    security(("visitor" = [])),
    extensions(("x-action" = json!("chat.talk")))
)]
#[post("/v1/chat/conversations/{conversation}/rating")]
pub(crate) async fn rate(
    Allowed(permit): Allowed<Chat>,
    app: Data<App>,
    request: HttpRequest,
    Path(id): Path<Id<id::Conversation>>,
    sent: Keyed<RatingBody, CHAT_LIMIT>,
) -> Result<Answer<RatingView>, Problem> {
    admitted(&app, permit.actor(), &request, false).await?;
    create(&app, permit.actor(), sent, Secrecy::Open, async |work, body: RatingBody| {
        let mut flaws = Flaws::default();
        if !(1..=5).contains(&body.score) {
            flaws.add("/score", "out-of-range", "must be 1 to 5");
        }
        let comment = body.comment.and_then(|comment| flaws.take("/comment", Note::parse(&comment)));
        let comment = flaws.settle(Some(comment))?;
        let Rating { id, message, score, comment, created_at, updated_at } =
            chat::rate(work, &permit, id, body.score, comment, body.message).await?;
        let comment = comment.map(String::from);
        Ok(Created::plain(RatingView { id, message, score, comment, created_at, updated_at }))
    })
    .await
}
