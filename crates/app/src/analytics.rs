//! The numbers of visitors' talk, from the tallies alone: the company's for who may see all, a department's own for its
//! members.

use std::collections::BTreeMap;

use guildhall_domain::{
    Id, Moment, Permit, Reach, Refusal, id,
    policy::{ReadAnalytics, ReadConversations},
    tally::{Cell, Measure, Party, day_of, share},
};
use guildhall_persistence::{LogRow, TallyFilter, Tx};

use crate::{department, exchange::formats::csv::safe};

/// The most days that are asked about at once.
pub const MOST_DAYS: i64 = 400;
/// The days that are told of where nobody says which.
pub const USUAL_DAYS: i64 = 30;
/// Rows of a table that are read at once.
const PART: u64 = 500;

/// Which numbers somebody asks for.
#[derive(Debug, Default, Clone)]
pub struct Wanted {
    /// The first day, as days since 1970.
    pub from: Option<i64>,
    /// The last day.
    pub to: Option<i64>,
    /// The key of one department.
    pub department: Option<String>,
    /// One intent.
    pub intent: Option<Id<id::Intent>>,
    /// One language.
    pub language: Option<String>,
    /// One channel.
    pub channel: Option<Id<id::Channel>>,
}

/// By what numbers are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Days in UTC.
    Day,
    /// Weeks from Monday, in UTC.
    Week,
    /// Departments.
    Department,
    /// Intents.
    Intent,
    /// Languages.
    Language,
    /// Channels.
    Channel,
}

/// What one line of an answer is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Of {
    /// All of it.
    All,
    /// A day, or a week by its Monday, as days since 1970.
    Day(i64),
    /// A department.
    Department(Id<id::Department>),
    /// An intent, and whose it is.
    Intent(Id<id::Intent>, Id<id::Department>),
    /// A language; empty where unknown.
    Language(String),
    /// A channel.
    Channel(Id<id::Channel>),
}

/// Numbers; a share is null where there is nothing to take it of.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Numbers {
    /// Replies.
    pub replies: i64,
    /// Of these, answers.
    pub answered: i64,
    /// Questions «which of these?».
    pub ambiguous: i64,
    /// Fallbacks. A department has none: nobody knows whose they are.
    pub out_of_scope: i64,
    /// Conversations with a visitor's message.
    pub conversations: i64,
    /// Of these, resolved.
    pub resolved: i64,
    /// Of these, neither resolved nor unknown.
    pub unresolved: i64,
    /// Of these, left in silence.
    pub unknown: i64,
    /// Ratings.
    pub ratings: i64,
    /// Their sum.
    pub score: i64,
    /// Those of 1 or 2.
    pub bad_ratings: i64,
}

impl Numbers {
    fn add(&mut self, measure: Measure, value: i64) {
        match measure {
            Measure::Answered => self.answered += value,
            Measure::Ambiguous => self.ambiguous += value,
            Measure::OutOfScope => self.out_of_scope += value,
            Measure::Conversations => self.conversations += value,
            Measure::Resolved => self.resolved += value,
            Measure::Unresolved => self.unresolved += value,
            Measure::Unknown => self.unknown += value,
            Measure::Ratings => self.ratings += value,
            Measure::Score => self.score += value,
            Measure::BadRatings => self.bad_ratings += value,
        }
        self.replies = self.answered + self.ambiguous + self.out_of_scope;
    }

    /// The share of replies that are answers.
    #[must_use]
    pub fn answer_rate(&self) -> Option<f64> {
        share(self.answered, self.replies)
    }

    /// Conversations that are settled: three days have passed since their last message.
    #[must_use]
    pub const fn settled(&self) -> i64 {
        self.resolved + self.unresolved + self.unknown
    }

    /// The share of settled conversations that are resolved.
    #[must_use]
    pub fn contained(&self) -> Option<f64> {
        share(self.resolved, self.settled())
    }

    /// The share of settled conversations that were left in silence.
    #[must_use]
    pub fn unknown_rate(&self) -> Option<f64> {
        share(self.unknown, self.settled())
    }

    /// The mean rating.
    #[must_use]
    pub fn mean_rating(&self) -> Option<f64> {
        share(self.score, self.ratings)
    }
}

/// An answer: the days that it covers, and its lines.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The first day, as days since 1970.
    pub from: i64,
    /// The last day.
    pub to: i64,
    /// The lines, in order; days without numbers are among them.
    pub lines: Vec<(Of, Numbers)>,
}

/// Adds numbers up.
#[must_use]
pub fn add_up(cells: &[(Cell, i64)], by: Option<By>, company: bool) -> BTreeMap<Of, Numbers> {
    let mut lines: BTreeMap<Of, Numbers> = BTreeMap::new();
    for (cell, value) in cells {
        let whole = cell.party == Party::Company;
        let of = match (by, cell.party) {
            (None, _) if whole == company => Of::All,
            (Some(By::Day), _) if whole == company => Of::Day(cell.day),
            (Some(By::Week), _) if whole == company => Of::Day(cell.day - (cell.day + 3).rem_euclid(7)),
            (Some(By::Language), _) if whole == company => Of::Language(cell.language.clone()),
            (Some(By::Channel), _) if whole == company => Of::Channel(cell.channel),
            (Some(By::Department), Party::Department(department)) => Of::Department(department),
            (Some(By::Intent), Party::Department(department)) => match cell.intent {
                Some(intent) => Of::Intent(intent, department),
                None => continue,
            },
            _ => continue,
        };
        lines.entry(of).or_default().add(cell.measure, *value);
    }
    lines
}

/// Tells numbers, told apart or all together.
pub async fn tell(
    tx: &Tx,
    permit: &Permit<ReadAnalytics>,
    wanted: &Wanted,
    by: Option<By>,
    now: Moment,
) -> Result<Told, Refusal> {
    let to = wanted.to.unwrap_or_else(|| day_of(now));
    let from = wanted.from.unwrap_or(to - USUAL_DAYS + 1);
    if from > to || to - from >= MOST_DAYS {
        return Err(Refusal::flaw("/from", "out-of-range", "must be up to 400 days before `to`"));
    }
    let department = match &wanted.department {
        None => None,
        Some(key) => {
            let department = department::referred(tx, permit, key, "/department").await?;
            permit.over(department.id)?;
            Some(department.id)
        }
    };
    let (intent, language, channel) = (wanted.intent, wanted.language.clone(), wanted.channel);
    let filter = TallyFilter { from, to: to + 1, department, intent, language, channel };
    let cells = tx.tallies().read(permit.reach(), &filter).await?;
    // Who sees the whole company sees each thing once; otherwise the departments' own numbers are summed.
    let company = *permit.reach() == Reach::Tenant && department.is_none() && intent.is_none();
    let mut lines = add_up(&cells, by, company);
    let monday = from - (from + 3).rem_euclid(7);
    let all: Vec<Of> = match by {
        None => vec![Of::All],
        Some(By::Day) => (from..=to).map(Of::Day).collect(),
        Some(By::Week) => (monday..=to).step_by(7).map(Of::Day).collect(),
        Some(_) => Vec::new(),
    };
    for of in all {
        lines.entry(of).or_default();
    }
    Ok(Told { from, to, lines: lines.into_iter().collect() })
}

/// Which rows of the message log somebody wants.
#[derive(Debug, Clone, Copy)]
pub struct Span {
    /// The first day, as days since 1970.
    pub from: i64,
    /// The last day.
    pub to: i64,
}

/// The next part of the message log within reach, in the order of time and identifier.
pub async fn log(
    tx: &Tx,
    permit: &Permit<ReadConversations>,
    span: Span,
    after: Option<(Moment, Id<id::Message>)>,
) -> Result<Vec<LogRow>, Refusal> {
    const DAY: i64 = 86_400_000_000;
    let (from, to) = (Moment(span.from.saturating_mul(DAY)), Moment(span.to.saturating_add(1).saturating_mul(DAY)));
    Ok(tx.conversations().log(permit.reach(), (from, to), after, PART).await?)
}

/// Rows as lines of a table, whose first line names the columns where `headed`; no cell is a formula to a spreadsheet.
pub fn table(
    rows: &[LogRow],
    keys: impl Fn(Id<id::Department>) -> Option<String>,
    headed: bool,
) -> Result<Vec<u8>, Refusal> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    if headed {
        let columns = [
            "at",
            "conversation",
            "message",
            "seq",
            "channel",
            "language",
            "visitor",
            "from",
            "kind",
            "department",
            "intent",
            "intent_name",
            "confidence",
            "text",
        ];
        writer.write_record(columns).map_err(Refusal::broken)?;
    }
    for row in rows {
        let (message, facts) = (&row.message, row.message.reply.as_ref());
        let said = |text: Option<String>| text.unwrap_or_default();
        let cells = [
            message.created_at.to_string(),
            message.conversation.to_string(),
            message.id.to_string(),
            message.seq.to_string(),
            row.channel.to_string(),
            said(row.language.clone()),
            row.visitor.to_string(),
            message.from.name().to_owned(),
            said(facts.map(|facts| facts.kind.name().to_owned())),
            said(facts.and_then(|facts| facts.department).and_then(&keys)),
            said(facts.and_then(|facts| facts.intent).map(|intent| intent.to_string())),
            said(facts.and_then(|facts| facts.intent_name.clone())),
            said(facts.and_then(|facts| facts.confidence).map(|confidence| format!("{confidence:.4}"))),
            message.text.clone(),
        ];
        writer.write_record(cells.map(|cell| safe(&cell))).map_err(Refusal::broken)?;
    }
    writer.into_inner().map_err(|error| Refusal::broken(error.into_error()))
}
