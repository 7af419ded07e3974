//! The numbers of visitors' talk: tallies by day, and what of each conversation they rest on.

use guildhall_domain::{
    Id, Moment, Reach,
    conversation::ReplyKind,
    id,
    tally::{Cell, Measure, Outcome, Party, Talk},
};
use sea_orm::{ColumnTrait, Condition, ExprTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr};
use uuid::Uuid;

use crate::{
    Error, Result, Tx,
    rows::{talks, tallied_ratings, tallies},
};

/// The tallies of a tenant.
#[derive(Debug)]
pub struct Tallies<'a>(pub(crate) &'a Tx);

/// Which numbers are asked for.
#[derive(Debug, Clone)]
pub struct TallyFilter {
    /// The first day, as days since 1970.
    pub from: i64,
    /// The day after the last one.
    pub to: i64,
    /// Whose numbers: this department's, or those of all that are within reach.
    pub department: Option<Id<id::Department>>,
    /// Of this intent alone.
    pub intent: Option<Id<id::Intent>>,
    /// In this language alone.
    pub language: Option<String>,
    /// On this channel alone.
    pub channel: Option<Id<id::Channel>>,
}

/// A rating as it was counted.
#[derive(Debug, Clone, PartialEq)]
pub struct TalliedRating {
    /// Its score.
    pub score: i64,
    /// Where it was counted.
    pub cells: String,
}

impl Tallies<'_> {
    /// Adds to numbers.
    pub async fn add(&self, more: impl IntoIterator<Item = (Cell, i64)>) -> Result<()> {
        for (cell, value) in more {
            if value == 0 {
                continue;
            }
            let row = tallies::Model {
                tenant_id: self.0.tenant(),
                day: cell.day,
                party: party(cell.party),
                intent_id: cell.intent.map_or(Uuid::nil(), Id::uuid),
                language: cell.language,
                channel_id: cell.channel.uuid(),
                measure: cell.measure.name().to_owned(),
                value,
            };
            let added = self
                .0
                .change::<tallies::Entity>()
                .col_expr(tallies::Column::Value, Expr::col(tallies::Column::Value).add(value))
                .filter(tallies::Column::Day.eq(row.day))
                .filter(tallies::Column::Party.eq(row.party))
                .filter(tallies::Column::IntentId.eq(row.intent_id))
                .filter(tallies::Column::Language.eq(row.language.as_str()))
                .filter(tallies::Column::ChannelId.eq(row.channel_id))
                .filter(tallies::Column::Measure.eq(row.measure.as_str()))
                .exec(self.0.connection())
                .await?;
            if added.rows_affected == 0 {
                self.0.insert::<tallies::Entity>([row]).await?;
            }
        }
        Ok(())
    }

    /// The numbers within reach: a department's own, or the whole company's and all departments'.
    pub async fn read(&self, reach: &Reach, filter: &TallyFilter) -> Result<Vec<(Cell, i64)>> {
        let mut select = self
            .0
            .select::<tallies::Entity>()
            .filter(tallies::Column::Day.gte(filter.from))
            .filter(tallies::Column::Day.lt(filter.to));
        select = match reach {
            Reach::Tenant => select,
            Reach::Departments(departments) => {
                select.filter(tallies::Column::Party.is_in(departments.iter().map(|id| id.uuid())))
            }
            Reach::Own => select.filter(Condition::any().add(tallies::Column::Day.lt(i64::MIN))),
        };
        if let Some(department) = filter.department {
            select = select.filter(tallies::Column::Party.eq(department.uuid()));
        }
        if let Some(intent) = filter.intent {
            select = select.filter(tallies::Column::IntentId.eq(intent.uuid()));
        }
        if let Some(language) = &filter.language {
            select = select.filter(tallies::Column::Language.eq(language.as_str()));
        }
        if let Some(channel) = filter.channel {
            select = select.filter(tallies::Column::ChannelId.eq(channel.uuid()));
        }
        let rows = select.order_by_asc(tallies::Column::Day).all(self.0.connection()).await?;
        rows.into_iter().map(cell_of).collect()
    }

    /// What is known of a conversation.
    pub async fn talk(&self, conversation: Id<id::Conversation>) -> Result<Option<Talk>> {
        let select = self.0.select::<talks::Entity>().filter(talks::Column::ConversationId.eq(conversation.uuid()));
        select.one(self.0.connection()).await?.map(talk_of).transpose()
    }

    /// All conversations of a visitor's that are known.
    pub async fn talks_of(&self, visitor: Id<id::Visitor>) -> Result<Vec<Talk>> {
        let select = self.0.select::<talks::Entity>().filter(talks::Column::VisitorId.eq(visitor.uuid()));
        select.all(self.0.connection()).await?.into_iter().map(talk_of).collect()
    }

    /// Conversations that are due to be looked at, the longest due first.
    pub async fn due(&self, now: Moment, limit: u64) -> Result<Vec<Talk>> {
        let select = self.0.select::<talks::Entity>().filter(talks::Column::DueAt.lte(now.0));
        let rows = select.order_by_asc(talks::Column::DueAt).limit(limit).all(self.0.connection()).await?;
        rows.into_iter().map(talk_of).collect()
    }

    /// Keeps what is known of a conversation, and when to look at it again.
    pub async fn keep(&self, talk: &Talk, due: Option<Moment>) -> Result<()> {
        let json = |error| Error::unreadable("talks", error);
        let row = talks::Model {
            tenant_id: self.0.tenant(),
            conversation_id: talk.conversation.uuid(),
            visitor_id: talk.visitor.uuid(),
            channel_id: talk.channel.uuid(),
            language: talk.language.clone(),
            began_at: talk.began_at.0,
            last_at: talk.last_at.0,
            last_kind: talk.last_kind.name().to_owned(),
            departments: serde_json::to_string(&talk.departments).map_err(json)?,
            intents: serde_json::to_string(&talk.intents).map_err(json)?,
            asked: talk.asked.as_ref().map(serde_json::to_string).transpose().map_err(json)?,
            worst: talk.worst,
            settled: talk.settled.as_ref().map(|(outcome, _)| outcome.measure().name().to_owned()),
            settled_for: serde_json::to_string(&talk.settled.as_ref().map_or(&[][..], |(_, of)| of)).map_err(json)?,
            due_at: due.map(|due| due.0),
        };
        let mine = talks::Column::ConversationId.eq(talk.conversation.uuid());
        self.0.remove::<talks::Entity>().filter(mine).exec(self.0.connection()).await?;
        self.0.insert::<talks::Entity>([row]).await
    }

    /// How a rating was counted: of a message, or of the whole conversation.
    pub async fn rating(
        &self,
        conversation: Id<id::Conversation>,
        message: Option<Id<id::Message>>,
    ) -> Result<Option<TalliedRating>> {
        let row = self
            .0
            .select::<tallied_ratings::Entity>()
            .filter(tallied_ratings::Column::ConversationId.eq(conversation.uuid()))
            .filter(tallied_ratings::Column::MessageId.eq(message.map_or(Uuid::nil(), Id::uuid)))
            .one(self.0.connection())
            .await?;
        Ok(row.map(|row| TalliedRating { score: row.score, cells: row.cells }))
    }

    /// The ratings of a conversation that were counted.
    pub async fn scores(&self, conversation: Id<id::Conversation>) -> Result<Vec<i64>> {
        let select = self.0.select::<tallied_ratings::Entity>();
        let of = tallied_ratings::Column::ConversationId.eq(conversation.uuid());
        let rows = select.filter(of).all(self.0.connection()).await?;
        Ok(rows.into_iter().map(|row| row.score).collect())
    }

    /// Keeps how a rating was counted, in place of what was kept before.
    pub async fn keep_rating(
        &self,
        conversation: Id<id::Conversation>,
        message: Option<Id<id::Message>>,
        rating: TalliedRating,
    ) -> Result<()> {
        let about = message.map_or(Uuid::nil(), Id::uuid);
        self.0
            .remove::<tallied_ratings::Entity>()
            .filter(tallied_ratings::Column::ConversationId.eq(conversation.uuid()))
            .filter(tallied_ratings::Column::MessageId.eq(about))
            .exec(self.0.connection())
            .await?;
        let row = tallied_ratings::Model {
            tenant_id: self.0.tenant(),
            conversation_id: conversation.uuid(),
            message_id: about,
            cells: rating.cells,
            score: rating.score,
        };
        self.0.insert::<tallied_ratings::Entity>([row]).await
    }

    /// Forgets what is known of these conversations; what was counted stays.
    pub async fn forget(&self, conversations: &[Id<id::Conversation>]) -> Result<u64> {
        let of: Vec<Uuid> = conversations.iter().map(|id| id.uuid()).collect();
        self.0
            .remove::<tallied_ratings::Entity>()
            .filter(tallied_ratings::Column::ConversationId.is_in(of.clone()))
            .exec(self.0.connection())
            .await?;
        let gone = self.0.remove::<talks::Entity>().filter(talks::Column::ConversationId.is_in(of));
        Ok(gone.exec(self.0.connection()).await?.rows_affected)
    }
}

fn party(party: Party) -> Uuid {
    match party {
        Party::Company => Uuid::nil(),
        Party::Department(department) => department.uuid(),
    }
}

fn cell_of(row: tallies::Model) -> Result<(Cell, i64)> {
    let party = if row.party.is_nil() { Party::Company } else { Party::Department(Id::from_uuid(row.party)) };
    let cell = Cell {
        day: row.day,
        party,
        intent: (!row.intent_id.is_nil()).then(|| Id::from_uuid(row.intent_id)),
        language: row.language,
        channel: Id::from_uuid(row.channel_id),
        measure: Measure::named(&row.measure).ok_or_else(|| Error::unreadable("tallies", row.measure))?,
    };
    Ok((cell, row.value))
}

fn talk_of(row: talks::Model) -> Result<Talk> {
    let json = |error| Error::unreadable("talks", error);
    let settled = match row.settled {
        None => None,
        Some(name) => {
            let outcome = Outcome::named(&name).ok_or_else(|| Error::unreadable("talks", name))?;
            Some((outcome, serde_json::from_str(&row.settled_for).map_err(json)?))
        }
    };
    Ok(Talk {
        conversation: Id::from_uuid(row.conversation_id),
        visitor: Id::from_uuid(row.visitor_id),
        channel: Id::from_uuid(row.channel_id),
        language: row.language,
        began_at: Moment(row.began_at),
        last_at: Moment(row.last_at),
        last_kind: ReplyKind::named(&row.last_kind).ok_or_else(|| Error::unreadable("talks", row.last_kind))?,
        departments: serde_json::from_str(&row.departments).map_err(json)?,
        intents: serde_json::from_str(&row.intents).map_err(json)?,
        asked: row.asked.map(|asked| serde_json::from_str(&asked)).transpose().map_err(json)?,
        worst: row.worst,
        settled,
    })
}
