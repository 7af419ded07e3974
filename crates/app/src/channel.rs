//! Channels: opening, changing and closing the places where visitors reach the bot.

use std::time::Duration;

use guildhall_auth::ChannelKey;
use guildhall_domain::{
    Id, Page, PageRequest, Permit, Refusal,
    channel::{Channel, Kind, Origin},
    event::{self, Event},
    id,
    policy::ManageChannels,
    text::Name,
};
use guildhall_persistence::Tx;
use serde_json::{Map, Value};

use crate::Work;

/// A channel that is to be opened.
#[derive(Debug)]
pub struct NewChannel {
    /// What kind of place it is.
    pub kind: Kind,
    /// Its name.
    pub name: Name,
    /// The origins that may use its key.
    pub allowed_origins: Vec<Origin>,
    /// What every conversation starts from.
    pub context: Map<String, Value>,
}

/// A change of a channel; what is `None` stays.
#[derive(Debug, Default)]
pub struct ChannelPatch {
    /// Another name.
    pub name: Option<Name>,
    /// Other origins.
    pub allowed_origins: Option<Vec<Origin>>,
    /// Another context.
    pub context: Option<Map<String, Value>>,
}

/// Opens a channel with a key of its own.
pub async fn create(work: &Work<'_>, _: &Permit<ManageChannels>, new: NewChannel) -> Result<Channel, Refusal> {
    let id = work.new_id()?;
    let channel = Channel {
        id,
        kind: new.kind,
        name: new.name,
        key: ChannelKey::draw(work.scope().tenant(), id, work.app().entropy())?.text(),
        old_key: None,
        allowed_origins: new.allowed_origins,
        context: new.context,
        version: 1,
        created_at: work.now(),
        updated_at: work.now(),
    };
    work.channels().add(&channel).await?;
    work.tell(Event::of(event::Kind::ChannelCreated, id))?;
    Ok(channel)
}

/// A channel.
pub async fn get(tx: &Tx, _: &Permit<ManageChannels>, id: Id<id::Channel>) -> Result<Channel, Refusal> {
    tx.channels().get(id).await?.ok_or(Refusal::NotFound)
}

/// A page of the channels.
pub async fn list(tx: &Tx, _: &Permit<ManageChannels>, page: &PageRequest) -> Result<Page<Channel>, Refusal> {
    Ok(tx.channels().list(page).await?)
}

/// Changes a channel.
pub async fn change(
    work: &Work<'_>,
    permit: &Permit<ManageChannels>,
    id: Id<id::Channel>,
    version: i64,
    patch: ChannelPatch,
) -> Result<Channel, Refusal> {
    let mut channel = get(work, permit, id).await?;
    patch.name.into_iter().for_each(|name| channel.name = name);
    patch.allowed_origins.into_iter().for_each(|origins| channel.allowed_origins = origins);
    patch.context.into_iter().for_each(|context| channel.context = context);
    channel.updated_at = work.now();
    if !work.channels().change(&channel, version).await? {
        return Err(Refusal::stale(channel.version));
    }
    work.tell(Event::of(event::Kind::ChannelChanged, id))?;
    work.app().forget_channel(id);
    get(work, permit, id).await
}

/// Gives a channel another key; the one before stays good for `overlap`, so that pages can be changed meanwhile.
pub async fn rotate(
    work: &Work<'_>,
    permit: &Permit<ManageChannels>,
    id: Id<id::Channel>,
    overlap: Duration,
) -> Result<Channel, Refusal> {
    get(work, permit, id).await?;
    let key = ChannelKey::draw(work.scope().tenant(), id, work.app().entropy())?.text();
    if !work.channels().rotate(id, &key, work.now().after(overlap), work.now()).await? {
        return Err(Refusal::NotFound);
    }
    work.tell(Event::of(event::Kind::ChannelKeyRotated, id))?;
    work.app().forget_channel(id);
    get(work, permit, id).await
}

/// Closes a channel; its key and its visitors' tokens open nothing any more.
pub async fn close(
    work: &Work<'_>,
    permit: &Permit<ManageChannels>,
    id: Id<id::Channel>,
    version: i64,
) -> Result<(), Refusal> {
    let channel = get(work, permit, id).await?;
    if !work.channels().close(id, version, work.now()).await? {
        return Err(Refusal::stale(channel.version));
    }
    work.tell(Event::of(event::Kind::ChannelDeleted, id))?;
    work.app().forget_channel(id);
    Ok(())
}
