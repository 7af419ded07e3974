//! Gaps, the messages that fell into them, and the departments that may see them.

use guildhall_domain::{
    Id, Moment, Page, PageRequest, Reach, folded,
    gap::{Count, Example, Gap, LIKELY, Reason, State, Why},
    id,
    text::Title,
};
use sea_orm::{
    ColumnTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, SimpleExpr},
};

use crate::{
    Error, Result, Tx,
    rows::{gap_counts, gap_departments, gap_messages, gaps, gaps_apart},
    search::{contains, latest_first},
};

/// The gaps of a tenant.
#[derive(Debug)]
pub struct Gaps<'a>(pub(crate) &'a Tx);

/// Which gaps are asked for.
#[derive(Debug, Clone, Default)]
pub struct GapFilter {
    /// How they stand.
    pub state: Option<State>,
    /// A department that likely knows.
    pub department: Option<Id<id::Department>>,
    /// Words in the title.
    pub words: Option<String>,
}

impl Gaps<'_> {
    /// Keeps a new gap.
    pub async fn add(&self, gap: &Gap) -> Result<()> {
        let row = gaps::Model {
            tenant_id: self.0.tenant(),
            id: gap.id.uuid(),
            title: gap.title.to_string(),
            title_folded: folded(gap.title.as_str()),
            titled: gap.titled,
            state: gap.state.name().to_owned(),
            reason: gap.reason.map(|reason| reason.name().to_owned()),
            note: gap.note.clone(),
            merged_into: gap.merged_into.map(Id::uuid),
            count: gap.count,
            since_closed: gap.since_closed,
            sums: json(&gap.sums)?,
            central: json(&gap.central)?,
            last_at: gap.last_at.0,
            version: gap.version,
            created_at: gap.created_at.0,
            updated_at: gap.updated_at.0,
        };
        self.0.insert::<gaps::Entity>([row]).await?;
        self.show(gap).await
    }

    /// Keeps a gap as it is now; says whether it was still at `version`.
    pub async fn save(&self, gap: &Gap, version: i64) -> Result<bool> {
        let saved = self
            .0
            .change::<gaps::Entity>()
            .col_expr(gaps::Column::Title, Expr::value(gap.title.as_str()))
            .col_expr(gaps::Column::TitleFolded, Expr::value(folded(gap.title.as_str())))
            .col_expr(gaps::Column::Titled, Expr::value(gap.titled))
            .col_expr(gaps::Column::State, Expr::value(gap.state.name()))
            .col_expr(gaps::Column::Reason, Expr::value(gap.reason.map(Reason::name)))
            .col_expr(gaps::Column::Note, Expr::value(gap.note.clone()))
            .col_expr(gaps::Column::MergedInto, Expr::value(gap.merged_into.map(Id::uuid)))
            .col_expr(gaps::Column::Count, Expr::value(gap.count))
            .col_expr(gaps::Column::SinceClosed, Expr::value(gap.since_closed))
            .col_expr(gaps::Column::Sums, Expr::value(json(&gap.sums)?))
            .col_expr(gaps::Column::Central, Expr::value(json(&gap.central)?))
            .col_expr(gaps::Column::LastAt, Expr::value(gap.last_at.0))
            .col_expr(gaps::Column::Version, Expr::value(gap.version))
            .col_expr(gaps::Column::UpdatedAt, Expr::value(gap.updated_at.0))
            .filter(gaps::Column::Id.eq(gap.id.uuid()))
            .filter(gaps::Column::Version.eq(version))
            .exec(self.0.connection())
            .await?;
        if saved.rows_affected == 1 {
            self.show(gap).await?;
        }
        Ok(saved.rows_affected == 1)
    }

    /// Lets the departments that likely know see a gap, and no others.
    async fn show(&self, gap: &Gap) -> Result<()> {
        let mine = gap_departments::Column::GapId.eq(gap.id.uuid());
        let shown = self.0.select::<gap_departments::Entity>().filter(mine.clone()).all(self.0.connection()).await?;
        let likely: Vec<_> = gap.likely().into_iter().filter(|likely| likely.share >= LIKELY).collect();
        let same = shown.len() == likely.len()
            && likely.iter().all(|likely| {
                shown
                    .iter()
                    .any(|row| row.department_id == likely.department.uuid() && (row.share - likely.share).abs() < 0.01)
            });
        if same {
            return Ok(());
        }
        self.0.remove::<gap_departments::Entity>().filter(mine).exec(self.0.connection()).await?;
        let row = |likely: guildhall_domain::gap::Likely| gap_departments::Model {
            tenant_id: self.0.tenant(),
            department_id: likely.department.uuid(),
            gap_id: gap.id.uuid(),
            share: likely.share,
        };
        self.0.insert::<gap_departments::Entity>(likely.into_iter().map(row)).await
    }

    /// The gap of this id, if it lies within reach.
    pub async fn get(&self, reach: &Reach, id: Id<id::Gap>) -> Result<Option<Gap>> {
        let row = self.within(reach).filter(gaps::Column::Id.eq(id.uuid())).one(self.0.connection()).await?;
        row.map(gap_of).transpose()
    }

    /// Gaps of these ids, whoever may see them.
    pub async fn some(&self, ids: &[Id<id::Gap>]) -> Result<Vec<Gap>> {
        let of = ids.iter().map(|id| id.uuid());
        let rows = self.0.select::<gaps::Entity>().filter(gaps::Column::Id.is_in(of)).order_by_asc(gaps::Column::Id);
        rows.all(self.0.connection()).await?.into_iter().map(gap_of).collect()
    }

    /// A page of the gaps within reach, the latest first; merged ones only where they are asked for.
    pub async fn list(&self, reach: &Reach, filter: &GapFilter, page: &PageRequest) -> Result<Page<Gap>> {
        let mut select = self.within(reach);
        select = match filter.state {
            Some(state) => select.filter(gaps::Column::State.eq(state.name())),
            None => select.filter(gaps::Column::State.ne(State::Merged.name())),
        };
        if let Some(department) = filter.department {
            select = select.filter(self.known_by([department]));
        }
        if let Some(words) = &filter.words {
            select = select.filter(contains(gaps::Column::TitleFolded, words));
        }
        let rows = latest_first(select, gaps::Column::LastAt, gaps::Column::Id, page).all(self.0.connection()).await?;
        let found = rows.into_iter().map(gap_of).collect::<Result<_>>()?;
        Ok(Page::cut(found, page, |gap: &Gap| (gap.last_at.0, gap.id.uuid())))
    }

    fn within(&self, reach: &Reach) -> Select<gaps::Entity> {
        let select = self.0.select::<gaps::Entity>();
        match reach {
            Reach::Tenant => select,
            Reach::Departments(departments) => select.filter(self.known_by(departments.iter().copied())),
            Reach::Own => select.filter(self.known_by([])),
        }
    }

    fn known_by(&self, departments: impl IntoIterator<Item = Id<id::Department>>) -> SimpleExpr {
        let likely = self
            .0
            .select::<gap_departments::Entity>()
            .filter(gap_departments::Column::DepartmentId.is_in(departments.into_iter().map(Id::uuid)))
            .select_only()
            .column(gap_departments::Column::GapId)
            .into_query();
        gaps::Column::Id.in_subquery(likely)
    }

    /// How many messages of a gap were said when, in which language, where.
    pub async fn counts(&self, id: Id<id::Gap>) -> Result<Vec<Count>> {
        let select = self.0.select::<gap_counts::Entity>().filter(gap_counts::Column::GapId.eq(id.uuid()));
        let rows = select.order_by_asc(gap_counts::Column::Week).all(self.0.connection()).await?;
        let count = |row: gap_counts::Model| Count {
            week: row.week,
            language: row.language,
            channel: Id::from_uuid(row.channel_id),
            count: row.count,
        };
        Ok(rows.into_iter().map(count).collect())
    }

    /// Counts more messages of a gap, or fewer.
    pub async fn count(&self, id: Id<id::Gap>, more: &[Count]) -> Result<()> {
        for Count { week, language, channel, count } in more {
            let counted = self
                .0
                .change::<gap_counts::Entity>()
                .col_expr(gap_counts::Column::Count, Expr::col(gap_counts::Column::Count).add(*count))
                .filter(gap_counts::Column::GapId.eq(id.uuid()))
                .filter(gap_counts::Column::Week.eq(*week))
                .filter(gap_counts::Column::Language.eq(language.as_str()))
                .filter(gap_counts::Column::ChannelId.eq(channel.uuid()))
                .exec(self.0.connection())
                .await?;
            if counted.rows_affected == 0 {
                let row = gap_counts::Model {
                    tenant_id: self.0.tenant(),
                    gap_id: id.uuid(),
                    week: *week,
                    language: language.clone(),
                    channel_id: channel.uuid(),
                    count: *count,
                };
                self.0.insert::<gap_counts::Entity>([row]).await?;
            }
        }
        Ok(())
    }

    /// Keeps a message that the bot could not answer; says whether it was not known yet.
    pub async fn hear(&self, example: &Example) -> Result<bool> {
        let row = gap_messages::Model {
            tenant_id: self.0.tenant(),
            message_id: example.message.uuid(),
            gap_id: example.gap.map(Id::uuid),
            text: example.text.clone(),
            why: example.why.name().to_owned(),
            language: example.language.clone(),
            channel_id: example.channel.uuid(),
            visitor_id: example.visitor.uuid(),
            conversation_id: example.conversation.uuid(),
            likely: json(&example.likely)?,
            at: example.at.0,
        };
        self.0.insert_if_absent::<gap_messages::Entity>(row).await
    }

    /// The newest messages that wait for their like.
    pub async fn waiting(&self, limit: u64) -> Result<Vec<Example>> {
        let select = self.spoken().filter(gap_messages::Column::GapId.is_null());
        self.newest(select, limit).await
    }

    /// The newest examples of all gaps.
    pub async fn known(&self, limit: u64) -> Result<Vec<Example>> {
        let select = self.spoken().filter(gap_messages::Column::GapId.is_not_null());
        self.newest(select, limit).await
    }

    /// A gap's examples, the newest first.
    pub async fn examples(&self, id: Id<id::Gap>, limit: u64) -> Result<Vec<Example>> {
        let select = self.spoken().filter(gap_messages::Column::GapId.eq(id.uuid()));
        self.newest(select, limit).await
    }

    fn spoken(&self) -> Select<gap_messages::Entity> {
        self.0.select::<gap_messages::Entity>().filter(gap_messages::Column::Text.is_not_null())
    }

    async fn newest(&self, select: Select<gap_messages::Entity>, limit: u64) -> Result<Vec<Example>> {
        let select = select.order_by_desc(gap_messages::Column::At).order_by_desc(gap_messages::Column::MessageId);
        let rows = select.limit(limit).all(self.0.connection()).await?;
        rows.into_iter().map(example_of).collect()
    }

    /// Puts messages into a gap, out of `from` if it is told and else out of none.
    pub async fn place(&self, messages: &[Id<id::Message>], from: Option<Id<id::Gap>>, to: Id<id::Gap>) -> Result<u64> {
        let mut placed = 0;
        for some in messages.chunks(500) {
            let of = match from {
                Some(from) => gap_messages::Column::GapId.eq(from.uuid()),
                None => gap_messages::Column::GapId.is_null(),
            };
            let moved = self
                .0
                .change::<gap_messages::Entity>()
                .col_expr(gap_messages::Column::GapId, Expr::value(to.uuid()))
                .filter(gap_messages::Column::MessageId.is_in(some.iter().map(|id| id.uuid())))
                .filter(of)
                .exec(self.0.connection())
                .await?;
            placed += moved.rows_affected;
        }
        Ok(placed)
    }

    /// Puts all of a gap's messages into another.
    pub async fn pour(&self, from: Id<id::Gap>, to: Id<id::Gap>) -> Result<u64> {
        let moved = self
            .0
            .change::<gap_messages::Entity>()
            .col_expr(gap_messages::Column::GapId, Expr::value(to.uuid()))
            .filter(gap_messages::Column::GapId.eq(from.uuid()))
            .exec(self.0.connection())
            .await?;
        Ok(moved.rows_affected)
    }

    /// Forgets what these messages say; that they were said still counts.
    pub async fn hush(&self, messages: &[Id<id::Message>]) -> Result<u64> {
        let mut hushed = 0;
        for some in messages.chunks(500) {
            let done = self
                .0
                .change::<gap_messages::Entity>()
                .col_expr(gap_messages::Column::Text, Expr::value(Option::<String>::None))
                .filter(gap_messages::Column::MessageId.is_in(some.iter().map(|id| id.uuid())))
                .exec(self.0.connection())
                .await?;
            hushed += done.rows_affected;
        }
        Ok(hushed)
    }

    /// Forgets the messages of expired conversations that no gap keeps as examples.
    pub async fn expire(&self, conversations: &[Id<id::Conversation>]) -> Result<u64> {
        let of = gap_messages::Column::ConversationId.is_in(conversations.iter().map(|id| id.uuid()));
        let unkept = gap_messages::Column::Text.is_null().or(gap_messages::Column::GapId.is_null());
        let gone = self.0.remove::<gap_messages::Entity>().filter(of).filter(unkept).exec(self.0.connection()).await?;
        Ok(gone.rows_affected)
    }

    /// All that a visitor said, as it was kept.
    pub async fn said_by(&self, visitor: Id<id::Visitor>) -> Result<Vec<Example>> {
        let select = self.0.select::<gap_messages::Entity>();
        let rows = select.filter(gap_messages::Column::VisitorId.eq(visitor.uuid())).all(self.0.connection()).await?;
        rows.into_iter().map(example_of).collect()
    }

    /// Deletes all that a visitor said; the counts stay.
    pub async fn erase(&self, visitor: Id<id::Visitor>) -> Result<u64> {
        let of = gap_messages::Column::VisitorId.eq(visitor.uuid());
        let gone = self.0.remove::<gap_messages::Entity>().filter(of).exec(self.0.connection()).await?;
        Ok(gone.rows_affected)
    }

    /// The pairs of gaps that people keep apart.
    pub async fn apart(&self) -> Result<Vec<(Id<id::Gap>, Id<id::Gap>)>> {
        let rows = self.0.select::<gaps_apart::Entity>().all(self.0.connection()).await?;
        Ok(rows.into_iter().map(|row| (Id::from_uuid(row.one), Id::from_uuid(row.other))).collect())
    }

    /// Keeps two gaps apart.
    pub async fn part(&self, one: Id<id::Gap>, other: Id<id::Gap>, now: Moment) -> Result<()> {
        let [one, other] = [one.min(other), one.max(other)].map(Id::uuid);
        let row = gaps_apart::Model { tenant_id: self.0.tenant(), one, other, created_at: now.0 };
        self.0.insert_if_absent::<gaps_apart::Entity>(row).await.map(|_| ())
    }
}

fn json<T: serde::Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| Error::unreadable("gaps", error))
}

fn gap_of(row: gaps::Model) -> Result<Gap> {
    let json = |error| Error::unreadable("gaps", error);
    let reason = row.reason.map(|name| Reason::named(&name).ok_or_else(|| Error::unreadable("gaps", name)));
    Ok(Gap {
        id: Id::from_uuid(row.id),
        title: Title::stored(row.title),
        titled: row.titled,
        state: State::named(&row.state).ok_or_else(|| Error::unreadable("gaps", row.state))?,
        reason: reason.transpose()?,
        note: row.note,
        merged_into: row.merged_into.map(Id::from_uuid),
        count: row.count,
        since_closed: row.since_closed,
        sums: serde_json::from_str(&row.sums).map_err(json)?,
        central: serde_json::from_str(&row.central).map_err(json)?,
        last_at: Moment(row.last_at),
        version: row.version,
        created_at: Moment(row.created_at),
        updated_at: Moment(row.updated_at),
    })
}

fn example_of(row: gap_messages::Model) -> Result<Example> {
    Ok(Example {
        message: Id::from_uuid(row.message_id),
        gap: row.gap_id.map(Id::from_uuid),
        text: row.text,
        why: Why::named(&row.why).ok_or_else(|| Error::unreadable("gap_messages", row.why))?,
        language: row.language,
        channel: Id::from_uuid(row.channel_id),
        visitor: Id::from_uuid(row.visitor_id),
        conversation: Id::from_uuid(row.conversation_id),
        likely: serde_json::from_str(&row.likely).map_err(|error| Error::unreadable("gap_messages", error))?,
        at: Moment(row.at),
    })
}
