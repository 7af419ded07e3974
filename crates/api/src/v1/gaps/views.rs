//! How gaps are shown.

use guildhall_app::gap::Whole;
use guildhall_domain::{
    Id, Moment,
    gap::{Example, Gap, Likely},
    id,
};
use serde::Serialize;
use utoipa::ToSchema;

use crate::v1::views::{Keys, page_view};

/// A department that likely knows.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GapDepartment)]
pub(crate) struct LikelyView {
    /// Its key.
    #[schema(example = "customer-service")]
    department: String,
    /// How likely, 0 to 1: the mean of the live bot's confidence in its intents.
    #[schema(example = 0.62)]
    probability: f64,
}

/// The departments that likely know and are still there, the likeliest first.
fn likely(of: Vec<Likely>, keys: &Keys) -> Vec<LikelyView> {
    let view = |likely: Likely| {
        keys.of(likely.department).map(|department| LikelyView { department, probability: likely.share })
    };
    of.into_iter().filter_map(view).collect()
}

/// A gap in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GapSummary)]
pub(crate) struct GapRowView {
    /// Its identifier.
    #[schema(value_type = String, example = "gap_01jd0000007000g00000000001")]
    id: Id<id::Gap>,
    /// What it is about.
    #[schema(example = "do you ship to Norway")]
    title: String,
    /// `open`, `requested`, `closed` or `merged`.
    #[schema(value_type = String, example = "open")]
    state: &'static str,
    /// Why it was closed: `answered`, `not_ours` or `noise`.
    #[schema(value_type = Option<String>, example = json!(null))]
    reason: Option<&'static str>,
    /// The gap that it is part of now.
    #[schema(value_type = Option<String>, example = json!(null))]
    merged_into: Option<Id<id::Gap>>,
    /// How many messages fell into it, ever.
    #[schema(example = 41)]
    count: i64,
    /// How many of them since it was closed.
    #[schema(example = 0)]
    since_closed: i64,
    /// The departments that likely know, the likeliest first.
    likely: Vec<LikelyView>,
    /// When somebody asked last.
    #[schema(value_type = String, format = DateTime)]
    last_at: Moment,
    /// Rises with each change by people.
    version: i64,
    /// When it was found.
    #[schema(value_type = String, format = DateTime)]
    created_at: Moment,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Moment,
}

page_view!(GapPage of GapRowView);

impl GapRowView {
    pub(super) fn of(gap: &Gap, keys: &Keys) -> Self {
        Self {
            id: gap.id,
            title: gap.title.to_string(),
            state: gap.state.name(),
            reason: gap.reason.map(guildhall_domain::gap::Reason::name),
            merged_into: gap.merged_into,
            count: gap.count,
            since_closed: gap.since_closed,
            likely: likely(gap.likely(), keys),
            last_at: gap.last_at,
            version: gap.version,
            created_at: gap.created_at,
            updated_at: gap.updated_at,
        }
    }
}

/// A message that the bot could not answer, without personal data.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GapExample)]
pub(crate) struct ExampleView {
    /// The message.
    #[schema(value_type = String, example = "msg_01jd0000007000g00000000001")]
    message: Id<id::Message>,
    /// What was said, masked.
    #[schema(example = "do you ship to Norway? my number is [phone]")]
    text: String,
    /// `fallback`, `not_chosen` or `rating`.
    #[schema(value_type = String, example = "fallback")]
    why: &'static str,
    /// The language that it was read in, where known.
    #[schema(example = "en")]
    language: Option<String>,
    /// Where it was said.
    #[schema(value_type = String, example = "chn_01jd0000007000g00000000001")]
    channel: Id<id::Channel>,
    /// When it was said.
    #[schema(value_type = String, format = DateTime)]
    at: Moment,
}

impl ExampleView {
    fn of(example: Example) -> Option<Self> {
        let Example { message, text, why, language, channel, at, .. } = example;
        text.map(|text| Self { message, text, why: why.name(), language, channel, at })
    }
}

/// How many messages were said in a week, in a language, on a channel.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GapCount)]
pub(crate) struct CountView {
    /// The week's Monday, in UTC.
    #[schema(format = Date, example = "2026-11-23")]
    week: String,
    /// The language, where known.
    #[schema(example = "en")]
    language: Option<String>,
    /// The channel.
    #[schema(value_type = String, example = "chn_01jd0000007000g00000000001")]
    channel: Id<id::Channel>,
    /// How many.
    #[schema(example = 7)]
    count: i64,
}

/// A gap with its examples and counts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Gap)]
pub(crate) struct GapView {
    #[serde(flatten)]
    row: GapRowView,
    /// What was said when it was closed, or what became of it: the identifier of an intent or of a knowledge request.
    note: Option<String>,
    /// The growth of the last four whole weeks over the four before: 0 is as many, 1 twice as many, −1 none any more; null
    /// where there were none before.
    #[schema(example = 0.25)]
    trend: Option<f64>,
    /// Its examples: the most central first, then the newest; a hundred at most.
    examples: Vec<ExampleView>,
    /// Its messages by week, language and channel.
    counts: Vec<CountView>,
}

impl GapView {
    pub(super) fn of(whole: Whole, keys: &Keys) -> Self {
        let Whole { gap, examples, counts, trend } = whole;
        Self {
            row: GapRowView::of(&gap, keys),
            note: gap.note,
            trend,
            examples: examples.into_iter().filter_map(ExampleView::of).collect(),
            counts: counts
                .into_iter()
                .map(|count| CountView {
                    week: date_of(count.week),
                    language: Some(count.language).filter(|language| !language.is_empty()),
                    channel: count.channel,
                    count: count.count,
                })
                .collect(),
        }
    }
}

/// A day, counted from 1970, as people write it: `2026-11-23`.
pub(crate) fn date_of(day: i64) -> String {
    let text = Moment(day.saturating_mul(86_400_000_000)).to_string();
    text.split('T').next().unwrap_or_default().to_owned()
}
