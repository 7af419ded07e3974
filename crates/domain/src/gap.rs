//! Gaps: clusters of visitors' messages that the bot could not answer. A gap never expires; it is closed by people.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{Id, Moment, id, text::Title};

/// Messages that make a gap; fewer wait for their like.
pub const SMALLEST: usize = 3;
/// The most examples that a gap keeps: half of them the most central ones, half the newest.
pub const MOST_EXAMPLES: usize = 50;
/// The most messages without a gap that wait for their like; the oldest go first.
pub const MOST_WAITING: u64 = 1_200;
/// The most examples of gaps that new messages are compared with; those of the latest gaps.
pub const MOST_COMPARED: u64 = 1_200;
/// The share of a gap's messages, 0 to 1, from which on a department counts as one that likely knows.
pub const LIKELY: f64 = 0.2;
/// How long the bot's question «which of these?» may stay unanswered before the visitor counts as gone.
pub const GONE: Duration = Duration::from_hours(1);
/// Ratings up to this are bad.
pub const BAD: i64 = 2;

macro_rules! names {
    ($($(#[$doc:meta])* $kind:ident { $($(#[$of:meta])* $name:ident = $text:literal;)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $kind { $($(#[$of])* $name),* }

        impl $kind {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// Reads what `name` writes.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    )*};
}

names! {
    /// Why a message fell into a gap.
    Why {
        /// The bot said that it does not know.
        Fallback = "fallback";
        /// The bot asked which of several was meant, and the visitor chose none.
        NotChosen = "not_chosen";
        /// The visitor rated the answer badly.
        Rating = "rating";
    }

    /// How a gap stands.
    State {
        /// Nobody did anything about it.
        Open = "open";
        /// A department was asked to answer it.
        Requested = "requested";
        /// It is settled.
        Closed = "closed";
        /// It is part of another one now.
        Merged = "merged";
    }

    /// Why a gap was closed.
    Reason {
        /// Somebody gave the bot the answer.
        Answered = "answered";
        /// It is not the company's business.
        NotOurs = "not_ours";
        /// There is nothing to it: noise, tests, abuse.
        Noise = "noise";
    }
}

/// A gap.
#[derive(Debug, Clone, PartialEq)]
pub struct Gap {
    /// Its identifier.
    pub id: Id<id::Gap>,
    /// What it is about: its most central message, or what people called it.
    pub title: Title,
    /// Whether people called it so.
    pub titled: bool,
    /// How it stands.
    pub state: State,
    /// Why it was closed.
    pub reason: Option<Reason>,
    /// What was said when it was closed, or what became of it: the identifier of an intent or of a knowledge request.
    pub note: Option<String>,
    /// The gap that it is part of now.
    pub merged_into: Option<Id<id::Gap>>,
    /// How many messages fell into it, ever.
    pub count: i64,
    /// How many of them after it was closed last.
    pub since_closed: i64,
    /// The sums of its messages' likely departments.
    pub sums: Vec<(Id<id::Department>, f64)>,
    /// The most central messages when they were last compared, the most central first.
    pub central: Vec<Id<id::Message>>,
    /// When a message fell into it last.
    pub last_at: Moment,
    /// Rises with each change by people.
    pub version: i64,
    /// When it was found.
    pub created_at: Moment,
    /// When it last changed.
    pub updated_at: Moment,
}

impl Gap {
    /// The departments that likely know, the likeliest first.
    #[must_use]
    pub fn likely(&self) -> Vec<Likely> {
        let all: f64 = self.sums.iter().map(|(_, sum)| sum).sum();
        let of = |(department, sum): &(Id<id::Department>, f64)| Likely { department: *department, share: sum / all };
        let mut likely: Vec<Likely> = if all > 0.0 { self.sums.iter().map(of).collect() } else { Vec::new() };
        likely.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.department.cmp(&b.department)));
        likely
    }

    /// Takes in messages' likely departments.
    pub fn weigh<'a>(&mut self, likely: impl IntoIterator<Item = &'a (Id<id::Department>, f64)>) {
        for (department, share) in likely {
            match self.sums.iter_mut().find(|(own, _)| own == department) {
                Some((_, sum)) => *sum += share,
                None => self.sums.push((*department, *share)),
            }
        }
    }
}

/// A message that the bot could not answer, as it is kept: without personal data.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The message.
    pub message: Id<id::Message>,
    /// The gap that it is in; none while it waits for its like.
    pub gap: Option<Id<id::Gap>>,
    /// What was said, masked; none where others speak for it.
    pub text: Option<String>,
    /// Why it is here.
    pub why: Why,
    /// The language that it was read in (BCP 47), where known.
    pub language: Option<String>,
    /// Where it was said.
    pub channel: Id<id::Channel>,
    /// Who said it.
    pub visitor: Id<id::Visitor>,
    /// In which conversation.
    pub conversation: Id<id::Conversation>,
    /// How likely each department knows, 0 to 1; they sum to 1, or there are none.
    pub likely: Vec<(Id<id::Department>, f64)>,
    /// When it was said.
    pub at: Moment,
}

/// How likely a department knows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likely {
    /// The department.
    pub department: Id<id::Department>,
    /// The mean over the gap's messages of the ranker's confidence in the department's intents, 0 to 1.
    pub share: f64,
}

/// How many messages of a gap were said in a week, in a language, on a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The week's Monday, as days since 1970.
    pub week: i64,
    /// The language; empty where unknown.
    pub language: String,
    /// The channel.
    pub channel: Id<id::Channel>,
    /// How many.
    pub count: i64,
}

/// The Monday of a moment's week in UTC, as days since 1970; 1970-01-01 was a Thursday.
#[must_use]
pub const fn week_of(at: Moment) -> i64 {
    let day = at.0.div_euclid(86_400_000_000);
    day - (day + 3).rem_euclid(7)
}

/// Whether more people ask, or fewer: the messages of the last four whole weeks against the four before, as a ratio of
/// growth (0 = as many; 1 = twice as many; −1 = none any more); `None` where there were none before.
#[must_use]
pub fn trend(counts: &[Count], now: Moment) -> Option<f64> {
    let this = week_of(now);
    let within = |from: i64, to: i64| -> i64 {
        counts.iter().filter(|count| (from..to).contains(&count.week)).map(|count| count.count).sum()
    };
    let (late, early) = (within(this - 28, this), within(this - 56, this - 28));
    #[expect(clippy::cast_precision_loss, reason = "counts of messages stay below 2^53")]
    let growth = |late: i64, early: i64| (late - early) as f64 / early as f64;
    (early > 0).then(|| growth(late, early))
}

/// The departments' shares of a ranking's confidences: each department's sum over that of all.
#[must_use]
pub fn shares(ranking: impl IntoIterator<Item = (Id<id::Department>, f64)>) -> Vec<(Id<id::Department>, f64)> {
    let mut sums = std::collections::BTreeMap::new();
    for (department, confidence) in ranking {
        *sums.entry(department).or_insert(0.0) += confidence.max(0.0);
    }
    let all: f64 = sums.values().sum();
    if all > 0.0 { sums.into_iter().map(|(department, sum)| (department, sum / all)).collect() } else { Vec::new() }
}

/// A title made of a message: its beginning, cut between words.
#[must_use]
pub fn title_of(text: &str) -> Title {
    const LONG: usize = 80;
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut title = String::new();
    for word in flat.split(' ') {
        if title.chars().count() + word.chars().count() + 1 > LONG {
            break;
        }
        if !title.is_empty() {
            title.push(' ');
        }
        title.push_str(word);
    }
    let title = if title.is_empty() { flat.chars().take(LONG).collect() } else { title };
    Title::parse(&title).unwrap_or_else(|_| Title::stored("…".to_owned()))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn weeks_begin_on_monday() {
        // 2024-11-25 was a Monday.
        let monday = Moment::parse("2024-11-25T00:00:00Z").unwrap();
        assert_eq!(week_of(monday), monday.0 / 86_400_000_000);
        assert_eq!(week_of(Moment::parse("2024-12-01T23:59:59Z").unwrap()), week_of(monday));
        assert_eq!(week_of(Moment::parse("2024-12-02T00:00:00Z").unwrap()), week_of(monday) + 7);
        assert_eq!(week_of(Moment(0)), -3);
    }

    #[test]
    fn the_trend_compares_four_weeks_with_the_four_before() {
        let now = Moment::parse("2024-11-27T12:00:00Z").unwrap();
        let count = |weeks_ago: i64, count| Count {
            week: week_of(now) - 7 * weeks_ago,
            language: String::new(),
            channel: Id::from_uuid(Uuid::nil()),
            count,
        };
        assert_eq!(trend(&[count(0, 50), count(1, 6), count(4, 2), count(5, 4)], now), Some(1.0));
        assert_eq!(trend(&[count(8, 4)], now), Some(-1.0));
        assert_eq!(trend(&[count(2, 4), count(9, 9)], now), None);
    }

    #[test]
    fn shares_sum_to_one() {
        let [a, b] = [1, 2].map(|n| Id::from_uuid(Uuid::from_u128(n)));
        assert_eq!(shares([(a, 0.25), (b, 0.5), (a, 0.25)]), [(a, 0.5), (b, 0.5)]);
        assert!(shares([(a, 0.0)]).is_empty());
    }

    #[test]
    fn titles_are_cut_between_words() {
        assert_eq!(title_of(" do you\n ship to Norway? ").as_str(), "do you ship to Norway?");
        assert_eq!(title_of(&"parcel ".repeat(40)).as_str().chars().count(), 76);
        assert_eq!(title_of(&"x".repeat(200)).as_str().chars().count(), 80);
        assert_eq!(title_of("").as_str(), "…");
    }
}
