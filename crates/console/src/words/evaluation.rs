//! What the pages say about evaluations and held releases.

pub(crate) const EVALUATION: &str = "Recognition";
pub(crate) const LEAD: &str = "Each phrase is taken away in its turn, and the bot is asked what it means without it. What it \
    takes for something else, visitors' words are likely to be taken for too.";
pub(crate) const EVALUATE: &str = "Measure what is live now";
pub(crate) const ASKED: &str = "It is being measured. Look again in a moment.";
pub(crate) const NONE: &str = "Nothing was measured yet. It is after each release.";
pub(crate) const TREND: &str = "Over time";
pub(crate) const WHEN: &str = "When";
pub(crate) const OF: &str = "Of";
pub(crate) const LIVE: &str = "live";
pub(crate) const DRAFT: &str = "draft";
pub(crate) const BUILD: &str = "Build";
pub(crate) const PHRASES: &str = "Phrases";
pub(crate) const RIGHT: &str = "Taken for the right intent";
pub(crate) const F1: &str = "Mean F1";
pub(crate) const DEPARTMENTS: &str = "Between departments";
pub(crate) const DEPARTMENTS_HINT: &str =
    "How many phrases of the department of the row were taken for one of the department of the column.";
pub(crate) const DEPARTMENT: &str = "Department";
pub(crate) const STAYED: &str = "Stayed";
pub(crate) const CONFUSED: &str = "Intents that are confused";
pub(crate) const CONFUSED_HINT: &str = "Those of which phrases were taken for another intent, the worst first.";
pub(crate) const NO_CONFUSED: &str = "No intent is confused with another.";
pub(crate) const INTENT: &str = "Intent";
pub(crate) const RECALL: &str = "Recognised";
pub(crate) const PRECISION: &str = "Rightly taken for it";
pub(crate) const CONFUSED_WITH: &str = "Taken for";
pub(crate) const SUSPECTS: &str = "Phrases that look misplaced";
pub(crate) const NEAR: &str = "Nearly the same phrase in two intents";
pub(crate) const PHRASE: &str = "Phrase";
pub(crate) const OTHER: &str = "The other";
pub(crate) const LIKENESS: &str = "How alike";
pub(crate) const NOTHING: &str = "None was found.";

pub(crate) const HELD: &str = "Held releases";
pub(crate) const HELD_LEAD: &str = "These releases would harm how a department is understood, so they wait. Whoever owns the \
    harmed department may let them go.";
pub(crate) const NO_HELD: &str = "No release is held.";
pub(crate) const WOULD_HARM: &str = "What it would harm";
pub(crate) const LOST: &str = "Phrases that would not be recognised any more";
pub(crate) const CLAIMS: &str = "It says in the place of";
pub(crate) const EQUAL: &str = "the same phrase";
pub(crate) const UNSEEN: &str = "understood as that intent";
pub(crate) const TESTS: &str = "Conversation tests that would fail";
pub(crate) const REASON: &str = "Why";
pub(crate) const REASON_HINT: &str = "It stands in the record of the release.";
pub(crate) const LET_GO: &str = "Let it go";
pub(crate) const LET_GO_DONE: &str = "Written down. The release goes live when every harmed department has let it go.";
pub(crate) const WAS_LET_GO: &str = "Let go";
pub(crate) const ARBITRATED: &str = "by the leader, after the due time";
pub(crate) const DUE: &str = "The leader may decide from";
pub(crate) const RECHECK: &str = "Check again";
pub(crate) const RECHECKED: &str = "It is being checked again.";
pub(crate) const WITHDRAW: &str = "Take it back";
pub(crate) const WITHDRAWN: &str = "It was taken back.";

/// `recognised 93 % now, 88 % beside it`
pub(crate) fn recall(before: &str, after: &str) -> String {
    format!("recognised {before} now, {after} beside it")
}
