//! How numbers are shown: counts as they are, shares null where there is nothing to take them of.

use guildhall_app::analytics::{Numbers, Of, Told};
use serde::Serialize;
use utoipa::ToSchema;

use crate::v1::{gaps::date_of, views::Keys};

/// Numbers of a time.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Numbers)]
pub(crate) struct NumbersView {
    /// The bot's replies.
    replies: i64,
    /// Replies that are an intent's answer.
    answered: i64,
    /// Replies that ask which of several was meant.
    ambiguous: i64,
    /// Replies that say that nobody knows. A department has none: nobody knows whose they are.
    out_of_scope: i64,
    /// Answers among replies, 0 to 1.
    answer_rate: Option<f64>,
    /// Conversations with at least one message of a visitor, by the day of the first one.
    conversations: i64,
    /// Of these, those that are settled: three days have passed since their last message.
    settled: i64,
    /// Settled ones that were answered, with nothing against it: no rating of 1 or 2, and no return of the visitor with the
    /// same intent within 72 hours.
    resolved: i64,
    /// Settled ones that were answered, with something against it.
    unresolved: i64,
    /// Settled ones that the visitor left in silence after a fallback or a question.
    unknown: i64,
    /// Resolved among settled, 0 to 1.
    contained: Option<f64>,
    /// Unknown among settled, 0 to 1.
    unknown_rate: Option<f64>,
    /// Ratings that stand.
    ratings: i64,
    /// Ratings of 1 or 2.
    bad_ratings: i64,
    /// The mean rating, 1 to 5.
    mean_rating: Option<f64>,
}

impl From<Numbers> for NumbersView {
    fn from(n: Numbers) -> Self {
        Self {
            replies: n.replies,
            answered: n.answered,
            ambiguous: n.ambiguous,
            out_of_scope: n.out_of_scope,
            answer_rate: n.answer_rate(),
            conversations: n.conversations,
            settled: n.settled(),
            resolved: n.resolved,
            unresolved: n.unresolved,
            unknown: n.unknown,
            contained: n.contained(),
            unknown_rate: n.unknown_rate(),
            ratings: n.ratings,
            bad_ratings: n.bad_ratings,
            mean_rating: n.mean_rating(),
        }
    }
}

/// The numbers of a time, all together.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnalyticsSummary)]
pub(crate) struct SummaryView {
    /// The first day, in UTC.
    #[schema(format = Date, example = "2026-11-01")]
    from: String,
    /// The last day.
    #[schema(format = Date, example = "2026-11-30")]
    to: String,
    /// The numbers.
    numbers: NumbersView,
}

impl SummaryView {
    pub(super) fn of(told: Told) -> Self {
        let numbers = told.lines.into_iter().next().map(|(_, numbers)| numbers).unwrap_or_default();
        Self { from: date_of(told.from), to: date_of(told.to), numbers: numbers.into() }
    }
}

/// The numbers of a day, or of a week.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnalyticsPoint)]
pub(crate) struct PointView {
    /// The day, or the week's Monday, in UTC.
    #[schema(format = Date, example = "2026-11-23")]
    day: String,
    /// The numbers.
    numbers: NumbersView,
}

/// The numbers of a time, step by step.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnalyticsSeries)]
pub(crate) struct SeriesView {
    /// The first day, in UTC.
    #[schema(format = Date, example = "2026-11-01")]
    from: String,
    /// The last day.
    #[schema(format = Date, example = "2026-11-30")]
    to: String,
    /// The steps, in order.
    points: Vec<PointView>,
}

impl SeriesView {
    pub(super) fn of(told: Told) -> Self {
        let point = |(of, numbers): (Of, Numbers)| match of {
            Of::Day(day) => Some(PointView { day: date_of(day), numbers: numbers.into() }),
            _ => None,
        };
        let points = told.lines.into_iter().filter_map(point).collect();
        Self { from: date_of(told.from), to: date_of(told.to), points }
    }
}

/// The numbers of one department, intent, language or channel.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnalyticsPart)]
pub(crate) struct PartView {
    /// The department's key, where the line is a department's or an intent's.
    #[schema(example = "sales")]
    department: Option<String>,
    /// The intent.
    #[schema(example = "int_01jd0000007000g00000000001")]
    intent: Option<String>,
    /// The language, where known.
    #[schema(example = "en")]
    language: Option<String>,
    /// The channel.
    #[schema(example = "chn_01jd0000007000g00000000001")]
    channel: Option<String>,
    /// The numbers.
    numbers: NumbersView,
}

/// The numbers of a time, by whose they are.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AnalyticsBreakdown)]
pub(crate) struct BreakdownView {
    /// The first day, in UTC.
    #[schema(format = Date, example = "2026-11-01")]
    from: String,
    /// The last day.
    #[schema(format = Date, example = "2026-11-30")]
    to: String,
    /// The parts.
    parts: Vec<PartView>,
}

impl BreakdownView {
    pub(super) fn of(told: Told, keys: &Keys) -> Self {
        let part = |(of, numbers): (Of, Numbers)| {
            let none =
                PartView { department: None, intent: None, language: None, channel: None, numbers: numbers.into() };
            match of {
                Of::Department(id) => PartView { department: keys.of(id), ..none },
                Of::Intent(intent, id) => {
                    PartView { department: keys.of(id), intent: Some(intent.to_string()), ..none }
                }
                Of::Language(language) => PartView { language: Some(language).filter(|tag| !tag.is_empty()), ..none },
                Of::Channel(channel) => PartView { channel: Some(channel.to_string()), ..none },
                Of::All | Of::Day(_) => none,
            }
        };
        let parts = told.lines.into_iter().map(part).collect();
        Self { from: date_of(told.from), to: date_of(told.to), parts }
    }
}
