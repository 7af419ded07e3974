//! What the pages say about what the bot understands.

use guildhall_domain::{bot::Decision, conversation::ReplyKind};

pub(crate) const TRY: &str = "Try a sentence";
pub(crate) const LEAD: &str =
    "Write as a visitor would, and see what the bot makes of it, and why. Nobody else sees it.";
pub(crate) const SENTENCE: &str = "Sentence";
pub(crate) const SENTENCE_HINT: &str = "For example: where is my parcel?";
pub(crate) const DRAFT: &str = "Compare with a draft";
pub(crate) const NO_DRAFT: &str = "Only what is live";
pub(crate) const LANGUAGE: &str = "Language";
pub(crate) const LANGUAGE_HINT: &str = "A short code such as en; empty to let the bot find out.";
pub(crate) const ASK: &str = "Ask the bot";
pub(crate) const LIVE: &str = "Live now";
pub(crate) const WITH_DRAFT: &str = "With the draft";
pub(crate) const ASKS_BACK: &str = "The bot asks back which of the first ones was meant.";
pub(crate) const SAYS_NOTHING: &str = "The bot says that it does not know this.";
pub(crate) const RANKING: &str = "What it may mean";
pub(crate) const INTENT: &str = "Intent";
pub(crate) const SURE: &str = "How sure";
pub(crate) const WHY: &str = "Why";
pub(crate) const READ_AS: &str = "Read as";
pub(crate) const REPAIRED: &str = "Repaired";
pub(crate) const SCORE: &str = "Score of the best";
pub(crate) const NEIGHBOURS: &str = "The phrases that it leaned on most";
pub(crate) const PHRASE: &str = "Phrase";
pub(crate) const LIKENESS: &str = "How alike";
pub(crate) const SHARE: &str = "Added to the score";
pub(crate) const WORDS: &str = "What each word does";
pub(crate) const WORD: &str = "Word";
pub(crate) const WEIGHT: &str = "Without it the score changes by";

pub(crate) fn threshold(threshold: &str, margin: &str) -> String {
    format!("it answers from {threshold} on, and asks back when the two best are closer than {margin}")
}

pub(crate) const fn decision(decision: Decision) -> (&'static str, &'static str) {
    match decision {
        Decision::Answer => ("live", "answers"),
        Decision::Ambiguous => ("warning", "asks back"),
        Decision::OutOfScope => ("info", "does not know"),
    }
}

pub(crate) const fn reply(kind: ReplyKind) -> (&'static str, &'static str) {
    match kind {
        ReplyKind::Answer => ("live", "answer"),
        ReplyKind::Disambiguation => ("warning", "asked back"),
        ReplyKind::Fallback => ("info", "did not know"),
    }
}
