//! What is counted of visitors' talk: how the bot replied, how conversations ended, how visitors judged.

use std::time::Duration;

use crate::{Id, Moment, conversation::ReplyKind, id};

/// How long a visitor has to come back with the same before a conversation counts as resolved.
pub const RETURN: Duration = Duration::from_hours(72);

macro_rules! measures {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// What is counted.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Measure { $($(#[$doc])* $name),* }

        impl Measure {
            /// Every one.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// Its name.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }

            /// Reads what [`Measure::name`] writes.
            #[must_use]
            pub fn named(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.name() == name)
            }
        }
    };
}

measures! {
    /// Replies that are an intent's answer.
    Answered = "answered";
    /// Replies that ask which of several was meant; once for each department asked about, once for the company.
    Ambiguous = "ambiguous";
    /// Replies that say that nobody knows.
    OutOfScope = "out_of_scope";
    /// Conversations with at least one message of a visitor, by the day of the first one.
    Conversations = "conversations";
    /// Of these, the resolved ones.
    Resolved = "resolved";
    /// Of these, those that the visitor left in silence after a fallback or a question.
    Unknown = "unknown";
    /// Of these, those that are settled and neither.
    Unresolved = "unresolved";
    /// Ratings that stand.
    Ratings = "ratings";
    /// The sum of their scores.
    Score = "score";
    /// Those of 1 or 2.
    BadRatings = "bad_ratings";
}

/// Whose a number is: the whole company's, or a department's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Party {
    /// The whole company: each thing counts once.
    Company,
    /// A department that took part: a conversation counts for each that answered in it.
    Department(Id<id::Department>),
}

/// What a number is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Cell {
    /// The day in UTC, as days since 1970.
    pub day: i64,
    /// Whose it is.
    pub party: Party,
    /// The intent that answered; conversations have none.
    pub intent: Option<Id<id::Intent>>,
    /// The language; empty where unknown.
    pub language: String,
    /// The channel.
    pub channel: Id<id::Channel>,
    /// What is counted.
    pub measure: Measure,
}

/// A conversation as its outcome is told: kept until it expires.
#[derive(Debug, Clone, PartialEq)]
pub struct Talk {
    /// The conversation.
    pub conversation: Id<id::Conversation>,
    /// Who talks.
    pub visitor: Id<id::Visitor>,
    /// Where.
    pub channel: Id<id::Channel>,
    /// In which language; empty where unknown.
    pub language: String,
    /// The first message of the visitor's.
    pub began_at: Moment,
    /// The last one.
    pub last_at: Moment,
    /// What kind of reply came last.
    pub last_kind: ReplyKind,
    /// The departments that answered, ascending.
    pub departments: Vec<Id<id::Department>>,
    /// The intents that answered, ascending.
    pub intents: Vec<Id<id::Intent>>,
    /// The question «which of these?» that waits for a choice: the message that it answers, and the intents to choose from.
    pub asked: Option<Asked>,
    /// The worst rating that stands.
    pub worst: Option<i64>,
    /// How it was counted, once it was; and for which departments.
    pub settled: Option<(Outcome, Vec<Id<id::Department>>)>,
}

/// A question that waits for a choice.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Asked {
    /// The visitor's message that was ambiguous.
    pub message: Id<id::Message>,
    /// The intents to choose from.
    pub intents: Vec<Id<id::Intent>>,
}

/// How a conversation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Answered, and nothing speaks against it.
    Resolved,
    /// The visitor left in silence after a fallback or a question.
    Unknown,
    /// Answered, but badly.
    Unresolved,
}

impl Outcome {
    /// What it is counted as.
    #[must_use]
    pub const fn measure(self) -> Measure {
        match self {
            Self::Resolved => Measure::Resolved,
            Self::Unknown => Measure::Unknown,
            Self::Unresolved => Measure::Unresolved,
        }
    }

    /// Reads a measure's name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Resolved, Self::Unknown, Self::Unresolved].into_iter().find(|one| one.measure().name() == name)
    }
}

impl Talk {
    /// How it ended, looked at no sooner than [`RETURN`] after its last message: unknown if the last reply was a fallback or
    /// a question; resolved if it was an answer, no rating is bad, and the visitor did not come back with the same;
    /// unresolved otherwise. (Our definition; `docs/analytics.md`.)
    #[must_use]
    pub fn outcome(&self, came_back: bool) -> Outcome {
        match self.last_kind {
            ReplyKind::Fallback | ReplyKind::Disambiguation => Outcome::Unknown,
            ReplyKind::Answer if came_back || self.worst.is_some_and(|score| score <= crate::gap::BAD) => {
                Outcome::Unresolved
            }
            ReplyKind::Answer => Outcome::Resolved,
        }
    }

    /// Whether another conversation of the same visitor shows that they came back with the same.
    #[must_use]
    pub fn taken_up_in(&self, other: &Self) -> bool {
        other.conversation != self.conversation
            && other.began_at > self.last_at
            && other.began_at.since(self.last_at) <= RETURN
            && self.intents.iter().any(|intent| other.intents.contains(intent))
    }
}

/// The day of a moment in UTC, as days since 1970.
#[must_use]
pub const fn day_of(at: Moment) -> i64 {
    at.0.div_euclid(86_400_000_000)
}

/// A share: null where there is nothing to take it of, never 0 or 1 for want of data.
#[must_use]
pub fn share(part: i64, whole: i64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "counts of messages stay below 2^53")]
    let of = |part: i64, whole: i64| part as f64 / whole as f64;
    (whole > 0).then(|| of(part, whole))
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn talk(last_kind: ReplyKind, worst: Option<i64>) -> Talk {
        let id = Uuid::from_u128(1);
        Talk {
            conversation: Id::from_uuid(id),
            visitor: Id::from_uuid(id),
            channel: Id::from_uuid(id),
            language: "en".into(),
            began_at: Moment(0),
            last_at: Moment(10),
            last_kind,
            departments: Vec::new(),
            intents: vec![Id::from_uuid(id)],
            asked: None,
            worst,
            settled: None,
        }
    }

    #[test]
    fn outcomes_follow_the_last_reply_then_what_the_visitor_did() {
        for (kind, worst, back, expected) in [
            (ReplyKind::Answer, None, false, Outcome::Resolved),
            (ReplyKind::Answer, Some(3), false, Outcome::Resolved),
            (ReplyKind::Answer, Some(2), false, Outcome::Unresolved),
            (ReplyKind::Answer, None, true, Outcome::Unresolved),
            (ReplyKind::Fallback, None, false, Outcome::Unknown),
            (ReplyKind::Disambiguation, Some(5), true, Outcome::Unknown),
        ] {
            assert_eq!(talk(kind, worst).outcome(back), expected, "{kind:?} {worst:?} {back}");
        }
    }

    #[test]
    fn coming_back_is_the_same_intent_within_three_days() {
        let first = talk(ReplyKind::Answer, None);
        let hours = |n: i64| Moment(10 + n * 3_600_000_000);
        let again = |began_at, intent| Talk {
            conversation: Id::from_uuid(Uuid::from_u128(2)),
            began_at,
            intents: vec![Id::from_uuid(Uuid::from_u128(intent))],
            ..talk(ReplyKind::Answer, None)
        };
        assert!(first.taken_up_in(&again(hours(72), 1)));
        assert!(!first.taken_up_in(&again(hours(73), 1)));
        assert!(!first.taken_up_in(&again(hours(1), 7)));
        assert!(!first.taken_up_in(&first));
    }

    #[test]
    fn a_share_of_nothing_is_unknown() {
        assert_eq!(share(0, 0), None);
        assert_eq!(share(1, 4), Some(0.25));
    }
}
