//! Channels: where visitors reach the bot.

use guildhall_domain::{
    Id, Moment, Page, PageRequest,
    channel::{Channel, Kind, Origin},
    id,
    text::Name,
};
use sea_orm::{ColumnTrait, ExprTrait, QueryFilter, Select, sea_query::Expr};

use crate::{Error, Result, Tx, rows::channels, search::oldest_first};

/// The channels of a tenant; closed ones are not found here any more.
#[derive(Debug)]
pub struct Channels<'a>(pub(crate) &'a Tx);

impl Channels<'_> {
    /// Opens a channel.
    pub async fn add(&self, channel: &Channel) -> Result<()> {
        let row = channels::Model {
            tenant_id: self.0.tenant(),
            id: channel.id.uuid(),
            kind: channel.kind.name().to_owned(),
            name: channel.name.to_string(),
            key: channel.key.clone(),
            allowed_origins: origins_json(channel)?,
            context: serde_json::Value::Object(channel.context.clone()).to_string(),
            closed_at: None,
            version: channel.version,
            created_at: channel.created_at.0,
            updated_at: channel.updated_at.0,
            old_key: channel.old_key.as_ref().map(|(key, _)| key.clone()),
            old_key_until: channel.old_key.as_ref().map(|(_, until)| until.0),
        };
        self.0.insert::<channels::Entity>([row]).await
    }

    /// The channel of this id.
    pub async fn get(&self, id: Id<id::Channel>) -> Result<Option<Channel>> {
        let select = self.open().filter(channels::Column::Id.eq(id.uuid()));
        select.one(self.0.connection()).await?.map(channel_of).transpose()
    }

    /// A page of channels.
    pub async fn list(&self, page: &PageRequest) -> Result<Page<Channel>> {
        let rows = oldest_first(self.open(), channels::Column::Id, page).all(self.0.connection()).await?;
        let found = rows.into_iter().map(channel_of).collect::<Result<_>>()?;
        Ok(Page::cut(found, page, |channel: &Channel| (0, channel.id.uuid())))
    }

    /// Changes a channel; says whether it was still at `version`.
    pub async fn change(&self, channel: &Channel, version: i64) -> Result<bool> {
        let changed = self
            .0
            .change::<channels::Entity>()
            .col_expr(channels::Column::Name, Expr::value(channel.name.as_str()))
            .col_expr(channels::Column::AllowedOrigins, Expr::value(origins_json(channel)?))
            .col_expr(
                channels::Column::Context,
                Expr::value(serde_json::Value::Object(channel.context.clone()).to_string()),
            )
            .col_expr(channels::Column::Version, Expr::value(version + 1))
            .col_expr(channels::Column::UpdatedAt, Expr::value(channel.updated_at.0))
            .filter(channels::Column::Id.eq(channel.id.uuid()))
            .filter(channels::Column::Version.eq(version))
            .exec(self.0.connection())
            .await?;
        Ok(changed.rows_affected == 1)
    }

    /// Gives a channel another key; the one before stays good until then.
    pub async fn rotate(&self, id: Id<id::Channel>, key: &str, old_until: Moment, now: Moment) -> Result<bool> {
        let rotated = self
            .0
            .change::<channels::Entity>()
            .col_expr(channels::Column::OldKey, Expr::col(channels::Column::Key))
            .col_expr(channels::Column::OldKeyUntil, Expr::value(old_until.0))
            .col_expr(channels::Column::Key, Expr::value(key))
            .col_expr(channels::Column::Version, Expr::col(channels::Column::Version).add(1))
            .col_expr(channels::Column::UpdatedAt, Expr::value(now.0))
            .filter(channels::Column::Id.eq(id.uuid()))
            .filter(channels::Column::ClosedAt.is_null())
            .exec(self.0.connection())
            .await?;
        Ok(rotated.rows_affected == 1)
    }

    /// Closes a channel: its key opens nothing any more, its conversations stay; says whether it was at `version`.
    pub async fn close(&self, id: Id<id::Channel>, version: i64, now: Moment) -> Result<bool> {
        let closed = self
            .0
            .change::<channels::Entity>()
            .col_expr(channels::Column::ClosedAt, Expr::value(now.0))
            .filter(channels::Column::Id.eq(id.uuid()))
            .filter(channels::Column::Version.eq(version))
            .exec(self.0.connection())
            .await?;
        Ok(closed.rows_affected == 1)
    }

    fn open(&self) -> Select<channels::Entity> {
        self.0.select::<channels::Entity>().filter(channels::Column::ClosedAt.is_null())
    }
}

fn origins_json(channel: &Channel) -> Result<String> {
    let origins: Vec<_> = channel.allowed_origins.iter().map(Origin::as_str).collect();
    serde_json::to_string(&origins).map_err(|error| Error::unreadable("channels", error))
}

fn channel_of(row: channels::Model) -> Result<Channel> {
    let json = |error| Error::unreadable("channels", error);
    let origins: Vec<String> = serde_json::from_str(&row.allowed_origins).map_err(json)?;
    Ok(Channel {
        id: Id::from_uuid(row.id),
        kind: Kind::named(&row.kind).ok_or_else(|| Error::unreadable("channels", &row.kind))?,
        name: Name::stored(row.name),
        key: row.key,
        old_key: row.old_key.zip(row.old_key_until.map(Moment)),
        allowed_origins: origins.into_iter().map(Origin::stored).collect(),
        context: serde_json::from_str(&row.context).map_err(json)?,
        version: row.version,
        created_at: Moment(row.created_at),
        updated_at: Moment(row.updated_at),
    })
}
