//! Channels: where visitors reach the bot.

use actix_web::{delete, get, patch, post, web::Data};
use guildhall_app::{
    App,
    channel::{self, ChannelPatch, NewChannel},
    chat::MOST_CONTEXT,
    work::Secrecy,
};
use guildhall_domain::{
    Flaws, Id, Moment, Refusal,
    channel::{Channel, Kind, Origin},
    id,
    policy::ManageChannels,
    text::Name,
};
use guildhall_persistence::Tx;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use super::{
    answer::{Allowed, Answer, Created, Done, Keyed, Versioned, create, given},
    api_keys::RotationBody,
    views::page_view,
};
use crate::http::{IfMatch, Json, PageQuery, Paged, Path, Problem};

pub(super) fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(create_channel)
        .service(list_channels)
        .service(get_channel)
        .service(change_channel)
        .service(rotate_channel_key)
        .service(delete_channel);
}

/// A channel that is to be opened.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChannelBody {
    /// What kind of place it is: `web`.
    #[schema(example = "web")]
    kind: String,
    /// Its name.
    #[schema(min_length = 1, max_length = 100, example = "Shop")]
    name: String,
    /// The exact origins that may use its key; `http://` for this machine's own addresses only.
    #[schema(min_items = 1, max_items = 50, example = json!(["https://www.nordic-outfitters.example"]))]
    allowed_origins: Vec<String>,
    /// What every conversation of this channel starts from.
    #[serde(default)]
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    context: Map<String, Value>,
}

/// What changes; what is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChannelPatchBody {
    /// Another name.
    #[serde(default, deserialize_with = "given")]
    #[schema(min_length = 1, max_length = 100, nullable = false, example = "Shop")]
    name: Option<String>,
    /// Other origins.
    #[serde(default, deserialize_with = "given")]
    #[schema(min_items = 1, max_items = 50, nullable = false)]
    allowed_origins: Option<Vec<String>>,
    /// Another context.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = std::collections::BTreeMap<String, Value>, nullable = false)]
    context: Option<Map<String, Value>>,
}

impl ChannelBody {
    fn parse(self) -> Result<NewChannel, Refusal> {
        let mut flaws = Flaws::default();
        let kind = Kind::named(&self.kind);
        if kind.is_none() {
            flaws.add("/kind", "invalid", "must be web");
        }
        let name = flaws.take("/name", Name::parse(&self.name));
        let allowed_origins = read_origins(&self.allowed_origins, &mut flaws);
        check_context(&self.context, &mut flaws);
        let context = self.context;
        flaws.settle(kind.zip(name).map(|(kind, name)| NewChannel { kind, name, allowed_origins, context }))
    }
}

impl ChannelPatchBody {
    fn parse(self) -> Result<ChannelPatch, Refusal> {
        let mut flaws = Flaws::default();
        let name = self.name.and_then(|name| flaws.take("/name", Name::parse(&name)));
        let allowed_origins = self.allowed_origins.map(|origins| read_origins(&origins, &mut flaws));
        self.context.iter().for_each(|context| check_context(context, &mut flaws));
        flaws.settle(Some(ChannelPatch { name, allowed_origins, context: self.context }))
    }
}

fn read_origins(origins: &[String], flaws: &mut Flaws) -> Vec<Origin> {
    if !(1..=50).contains(&origins.len()) {
        flaws.add("/allowed_origins", "out-of-range", "must hold 1 to 50 origins");
    }
    let read = |(at, origin): (usize, &String)| flaws.take(format!("/allowed_origins/{at}"), Origin::parse(origin));
    origins.iter().enumerate().filter_map(read).collect()
}

/// A context has at most fifty keys and 8 KiB.
pub(crate) fn check_context(context: &Map<String, Value>, flaws: &mut Flaws) {
    let (keys, bytes) = MOST_CONTEXT;
    if context.len() > keys || Value::Object(context.clone()).to_string().len() > bytes {
        flaws.add("/context", "too-large", "holds at most 50 keys and 8 KiB");
    }
    if context.keys().any(|key| key.contains('\0')) || Value::Object(context.clone()).to_string().contains("\\u0000") {
        flaws.add("/context", "nul", "must not contain NUL characters");
    }
}

/// A channel.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Channel)]
pub(crate) struct ChannelView {
    /// Its identifier.
    #[schema(value_type = String, example = "chn_01jd0000007000g00000000001")]
    id: Id<id::Channel>,
    /// What kind of place it is.
    #[schema(value_type = String, example = "web")]
    kind: &'static str,
    /// Its name.
    #[schema(example = "Shop")]
    name: String,
    /// Its public key, for the page that shows the chat: an identifier, not a secret.
    #[schema(example = "wk_…")]
    key: String,
    /// The key before that one, if it may still be good.
    #[schema(example = json!(null))]
    old_key: Option<String>,
    /// Until when the key before is good.
    #[schema(value_type = Option<String>, format = DateTime, example = json!(null))]
    old_key_expires_at: Option<Moment>,
    /// The exact origins that may use the key.
    allowed_origins: Vec<String>,
    /// What every conversation starts from.
    #[schema(value_type = std::collections::BTreeMap<String, Value>)]
    context: Map<String, Value>,
    /// Rises with each change.
    version: i64,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

page_view!(ChannelPage of ChannelView);

impl From<Channel> for ChannelView {
    fn from(channel: Channel) -> Self {
        let (old_key, old_key_expires_at) = channel.old_key.unzip();
        Self {
            id: channel.id,
            kind: channel.kind.name(),
            name: channel.name.into(),
            key: channel.key,
            old_key,
            old_key_expires_at,
            allowed_origins: channel.allowed_origins.iter().map(|origin| origin.as_str().to_owned()).collect(),
            context: channel.context,
            version: channel.version,
            created_at: channel.created_at,
            updated_at: channel.updated_at,
        }
    }
}

/// Opens a channel.
#[utoipa::path(
    tag = "channels",
    operation_id = "createChannel",
    request_body = ChannelBody,
    responses((status = 201, description = "The channel with its key", body = ChannelView)),
    security(("member" = [])),
    extensions(("x-action" = json!("channel.manage")))
)]
#[post("/v1/channels")]
pub(crate) async fn create_channel(
    Allowed(permit): Allowed<ManageChannels>,
    app: Data<App>,
    sent: Keyed<ChannelBody>,
) -> Result<Answer<ChannelView>, Problem> {
    create(&app, permit.actor(), sent, Secrecy::Open, async |work, body: ChannelBody| {
        let channel = channel::create(work, &permit, body.parse()?).await?;
        let (location, version) = (format!("/v1/channels/{}", channel.id), channel.version);
        Ok(Created::at(channel.into(), location, Some(version)))
    })
    .await
}

/// Lists the channels.
#[utoipa::path(
    tag = "channels",
    operation_id = "listChannels",
    params(PageQuery),
    responses((status = 200, description = "A page of channels", body = ChannelPage)),
    security(("member" = [])),
    extensions(("x-action" = json!("channel.manage")))
)]
#[get("/v1/channels")]
pub(crate) async fn list_channels(
    Allowed(permit): Allowed<ManageChannels>,
    app: Data<App>,
    query: Paged,
) -> Result<Json<ChannelPage>, Problem> {
    let page = app.look(permit.actor(), async |tx: &Tx| channel::list(tx, &permit, &query.page).await).await?;
    Ok(Json(ChannelPage::of(page, ChannelView::from)))
}

/// Reads a channel.
#[utoipa::path(
    tag = "channels",
    operation_id = "getChannel",
    params(("channel" = String, Path, example = "chn_01jd0000007000g00000000001")),
    responses(
        (status = 200, description = "The channel", body = ChannelView, headers(("ETag" = String))),
        (status = 304, description = "As `If-None-Match` has it"),
    ),
    security(("member" = [])),
    extensions(("x-action" = json!("channel.manage")))
)]
#[get("/v1/channels/{channel}")]
pub(crate) async fn get_channel(
    Allowed(permit): Allowed<ManageChannels>,
    app: Data<App>,
    Path(id): Path<Id<id::Channel>>,
) -> Result<Versioned<ChannelView>, Problem> {
    let channel = app.look(permit.actor(), async |tx: &Tx| channel::get(tx, &permit, id).await).await?;
    let version = channel.version;
    Ok(Versioned::new(channel.into(), version))
}

/// Changes a channel.
#[utoipa::path(
    tag = "channels",
    operation_id = "changeChannel",
    params(("channel" = String, Path, example = "chn_01jd0000007000g00000000001"), ("If-Match" = String, Header, example = "\"v1\"")),
    request_body(content = ChannelPatchBody, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The channel as it is now", body = ChannelView, headers(("ETag" = String)))),
    security(("member" = [])),
    extensions(("x-action" = json!("channel.manage")))
)]
#[patch("/v1/channels/{channel}")]
pub(crate) async fn change_channel(
    Allowed(permit): Allowed<ManageChannels>,
    app: Data<App>,
    Path(id): Path<Id<id::Channel>>,
    IfMatch(version): IfMatch,
    body: Json<ChannelPatchBody>,
) -> Result<Versioned<ChannelView>, Problem> {
    let patch = body.0.parse()?;
    let channel =
        app.act(permit.actor(), async |work| channel::change(work, &permit, id, version, patch).await).await?;
    let version = channel.version;
    Ok(Versioned::new(channel.into(), version))
}

/// Gives a channel another key. The one before stays good for the overlap, so that its pages can be changed meanwhile.
#[utoipa::path(
    tag = "channels",
    operation_id = "rotateChannelKey",
    params(("channel" = String, Path, example = "chn_01jd0000007000g00000000001")),
    request_body = RotationBody,
    responses((status = 201, description = "The channel with its new key", body = ChannelView)),
    security(("member" = [])),
    extensions(("x-action" = json!("channel.manage")))
)]
#[post("/v1/channels/{channel}/rotate")]
pub(crate) async fn rotate_channel_key(
    Allowed(permit): Allowed<ManageChannels>,
    app: Data<App>,
    Path(id): Path<Id<id::Channel>>,
    sent: Keyed<RotationBody>,
) -> Result<Answer<ChannelView>, Problem> {
    create(&app, permit.actor(), sent, Secrecy::Open, async |work, body: RotationBody| {
        let channel = channel::rotate(work, &permit, id, body.parse()?).await?;
        let version = channel.version;
        Ok(Created::at(channel.into(), format!("/v1/channels/{id}"), Some(version)))
    })
    .await
}

/// Closes a channel: its key opens nothing any more; its conversations stay readable for staff.
#[utoipa::path(
    tag = "channels",
    operation_id = "deleteChannel",
    params(("channel" = String, Path, example = "chn_01jd0000007000g00000000001"), ("If-Match" = String, Header, example = "\"v1\"")),
    responses((status = 204, description = "Closed")),
    security(("member" = [])),
    extensions(("x-action" = json!("channel.manage")))
)]
#[delete("/v1/channels/{channel}")]
pub(crate) async fn delete_channel(
    Allowed(permit): Allowed<ManageChannels>,
    app: Data<App>,
    Path(id): Path<Id<id::Channel>>,
    IfMatch(version): IfMatch,
) -> Result<Done, Problem> {
    app.act(permit.actor(), async |work| channel::close(work, &permit, id, version).await).await?;
    Ok(Done)
}
