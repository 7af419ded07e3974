//! What the pages say about gaps.

use guildhall_domain::gap::{Reason, State, Why};

pub(crate) const GAPS: &str = "Gaps";
pub(crate) const LEAD: &str =
    "What visitors asked and the bot could not answer. A gap stays until somebody settles it.";
pub(crate) const NONE: &str = "No gap fits. They come when visitors ask what the bot does not know.";
pub(crate) const WORDS: &str = "Words in the title";
pub(crate) const STATE: &str = "How it stands";
pub(crate) const EVERY_STATE: &str = "Any";
pub(crate) const DEPARTMENT: &str = "Who likely knows";
pub(crate) const EVERY_DEPARTMENT: &str = "Any department";
pub(crate) const LIKELY: &str = "Who likely knows";
pub(crate) const COUNT: &str = "Messages";
pub(crate) const SINCE: &str = "Since it was closed";
pub(crate) const TREND: &str = "Four weeks against the four before";
pub(crate) const LAST: &str = "Last asked";
pub(crate) const NOTE: &str = "Note";
pub(crate) const PART_OF: &str = "It is part of another gap now.";
pub(crate) const THAT: &str = "Go to that one";
pub(crate) const EXAMPLES: &str = "What visitors said";
pub(crate) const EXAMPLES_LEAD: &str = "Personal data is hidden. The most typical come first.";
pub(crate) const NO_EXAMPLES: &str = "No words are kept of it any more.";
pub(crate) const BY_WEEK: &str = "Messages by week";
pub(crate) const WEEK: &str = "Week from";
pub(crate) const LANGUAGE: &str = "Language";
pub(crate) const UNKNOWN: &str = "not known";
pub(crate) const ANSWER_IT: &str = "Answer it";
pub(crate) const NEW_INTENT: &str = "Make it a new intent";
pub(crate) const NEW_LEAD: &str =
    "What visitors said becomes its phrases, in the draft. Nothing is live before it is published.";
pub(crate) const PHRASES: &str = "Add to an intent";
pub(crate) const PHRASES_LEAD: &str = "What visitors said becomes phrases of an intent that is there already.";
pub(crate) const INTENT: &str = "Intent";
pub(crate) const NAME: &str = "Name";
pub(crate) const TEXT: &str = "What the bot replies";
pub(crate) const IN: &str = "In the draft of";
pub(crate) const SETTLE: &str = "Settle it";
pub(crate) const TITLE: &str = "Title";
pub(crate) const CLOSE: &str = "Close";
pub(crate) const REASON: &str = "Reason";
pub(crate) const REOPEN: &str = "Open again";
pub(crate) const MERGE: &str = "Make it part of another gap";
pub(crate) const INTO: &str = "The other gap";
pub(crate) const SPLIT: &str = "Make the chosen ones a gap of their own";
pub(crate) const TITLED: &str = "The gap has another title.";
pub(crate) const CLOSED: &str = "The gap is closed.";
pub(crate) const REOPENED: &str = "The gap is open again.";
pub(crate) const MERGED: &str = "The two are one gap now.";
pub(crate) const PARTED: &str = "This is a gap of its own now.";
pub(crate) const MADE: &str = "The intent is in the draft. Publish it to let visitors have its answer.";
pub(crate) const ADDED: &str = "The phrases are in the draft. Publish it to let the bot learn them.";

pub(crate) const fn state(of: State) -> (&'static str, &'static str) {
    match of {
        State::Open => ("warning", "open"),
        State::Requested => ("building", "requested"),
        State::Closed => ("live", "closed"),
        State::Merged => ("", "part of another"),
    }
}

pub(crate) const fn reason(of: Reason) -> &'static str {
    match of {
        Reason::Answered => "The bot has the answer",
        Reason::NotOurs => "Not our business",
        Reason::Noise => "Nothing to it",
    }
}

pub(crate) const fn why(of: Why) -> &'static str {
    match of {
        Why::Fallback => "the bot did not know",
        Why::NotChosen => "no choice was made",
        Why::Rating => "badly rated",
    }
}
