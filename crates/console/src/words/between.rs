//! What the pages say about proposals, overlaps and settlements.

use guildhall_domain::{overlap, patch::Told};

pub(crate) const PROPOSALS: &str = "Proposals";
pub(crate) const OVERLAPS: &str = "Overlaps";
pub(crate) const NO_PROPOSALS: &str = "Nothing is proposed. Propose a change from what a department has live.";
pub(crate) const NO_OVERLAPS: &str =
    "No two intents overlap here. They are measured after each release and every night.";
pub(crate) const STATE: &str = "State";
pub(crate) const ANY_STATE: &str = "Any";
pub(crate) const SHOW: &str = "Show";
pub(crate) const BY: &str = "by";
pub(crate) const TOUCHES: &str = "Touches";
pub(crate) const APPROVED: &str = "approved";
pub(crate) const WAITS: &str = "waits";
pub(crate) const WHAT_CHANGES: &str = "What changes";
pub(crate) const BOTH_CHANGED: &str = "Changed on both sides";
pub(crate) const BOTH_CHANGED_HINT: &str = "The content changed where the proposal does. Nothing is taken silently: choose a side \
    for each.";
pub(crate) const AS_IT_WAS: &str = "As it was";
pub(crate) const AS_IT_IS: &str = "As it is now";
pub(crate) const AS_PROPOSED: &str = "As proposed";
pub(crate) const TAKE_THEIRS: &str = "Keep what is there";
pub(crate) const TAKE_PATCH: &str = "Take what is proposed";
pub(crate) const REBASE: &str = "Propose it anew over what is there now";
pub(crate) const COMMENTS: &str = "Comments";
pub(crate) const COMMENT: &str = "Your comment";
pub(crate) const SEND_COMMENT: &str = "Comment";
pub(crate) const COMMENTED: &str = "Your comment is there.";
pub(crate) const DECIDE: &str = "Decide for your department";
pub(crate) const ACCEPT: &str = "Accept as it is";
pub(crate) const AMEND: &str = "Accept with changes";
pub(crate) const AMEND_HINT: &str = "Leave out what you don't want, and say the rest your way.";
pub(crate) const KEEP_IT: &str = "Take this";
pub(crate) const ACCEPTED: &str = "Accepted.";
pub(crate) const MERGED: &str = "Accepted: it is in the draft. Publish when you are ready.";
pub(crate) const REASON: &str = "Reason";
pub(crate) const ASK_CHANGES: &str = "Ask for changes";
pub(crate) const CHANGES_ASKED: &str = "The author is asked for changes.";
pub(crate) const DECLINE: &str = "Decline";
pub(crate) const DECLINED: &str = "Declined.";
pub(crate) const WITHDRAW: &str = "Withdraw";
pub(crate) const WITHDRAWN: &str = "Withdrawn.";
pub(crate) const REBASED: &str = "It is proposed anew.";
pub(crate) const MERGE: &str = "Put it into the drafts";
pub(crate) const PROPOSE: &str = "Propose a change";
pub(crate) const PROPOSE_HINT: &str = "The department's owner accepts, amends or declines it.";
pub(crate) const TITLE: &str = "What it is about";
pub(crate) const WHY: &str = "Why";
pub(crate) const MORE_PHRASES: &str = "Phrases to add";
pub(crate) const MORE_PHRASES_HINT: &str = "One on each line, as visitors say it.";
pub(crate) const TAKE_OUT: &str = "Take out";
pub(crate) const ANSWER: &str = "Answer";
pub(crate) const SEND: &str = "Propose";
pub(crate) const PROPOSED: &str = "Proposed.";
pub(crate) const NOTHING_CHANGES: &str = "changes nothing yet";

pub(crate) const SEVERITY: &str = "Severity";
pub(crate) const SINCE: &str = "since";
pub(crate) const PHRASES_THAT_DO_IT: &str = "The phrases that do it";
pub(crate) const NO_PHRASES: &str = "No phrase of one lies close to one of the other.";
pub(crate) const NEAR: &str = "Nearest of the other";
pub(crate) const ALIKE: &str = "Alike";
pub(crate) const PHRASE: &str = "Phrase";
pub(crate) const SIDE_BY_SIDE: &str = "Side by side";
pub(crate) const NOT_LIVE: &str = "This intent is live no more.";
pub(crate) const MEASURES: &str = "How it is measured";
pub(crate) const DUPLICATES: &str = "Equal phrases";
pub(crate) const NEIGHBOURS: &str = "Nearest phrase lies in the other";
pub(crate) const CONFUSED: &str = "Taken for the other";
pub(crate) const ASKED: &str = "Visitors were asked which was meant";
pub(crate) const BAD_RATINGS: &str = "Bad ratings where both answered";
pub(crate) const HISTORY: &str = "From run to run";
pub(crate) const WHEN: &str = "When";
pub(crate) const SETTLEMENTS: &str = "Settlements";
pub(crate) const NO_SETTLEMENTS: &str = "Nobody has proposed how to settle it.";
pub(crate) const SETTLE: &str = "Propose how to settle it";
pub(crate) const SETTLE_HINT: &str =
    "The other owner accepts or declines; if nobody decides within a week, the leader may.";
pub(crate) const HOW: &str = "How";
pub(crate) const WHICH: &str = "The intent that stays, is meant, or is handed over";
pub(crate) const CONTEXT_KEY: &str = "Where this of the context";
pub(crate) const CONTEXT_KEY_HINT: &str =
    "For a boundary or a shared intent: page, channel, language, campaign or any other key.";
pub(crate) const CONTEXT_VALUE: &str = "begins with";
pub(crate) const UNTIL: &str = "Ignore until";
pub(crate) const UNTIL_HINT: &str = "To ignore it: a day such as 2027-01-31.";
pub(crate) const WHY_IGNORED: &str = "Why it is ignored";
pub(crate) const SETTLEMENT_PROPOSED: &str = "Proposed. The other owner decides.";
pub(crate) const SETTLED: &str = "Settled: it is in the drafts.";
pub(crate) const UNDO: &str = "Undo";
pub(crate) const UNDONE: &str = "Undone.";
pub(crate) const ARBITRATE: &str = "Decide in the owners' place";
pub(crate) const ARBITRATED: &str = "decided by the leader";
pub(crate) const BEFORE: &str = "Before";
pub(crate) const AFTER: &str = "After";
pub(crate) const MEASURED: &str = "Recognised";
pub(crate) const NOT_MEASURED: &str = "It is being measured.";

/// The states of proposals with their words.
pub(crate) const PROPOSAL_STATES: [(&str, &str); 8] = [
    ("", ANY_STATE),
    ("draft", "Being written"),
    ("open", "Open"),
    ("changes_requested", "Changes asked for"),
    ("accepted", "Accepted, something clashes"),
    ("declined", "Declined"),
    ("withdrawn", "Withdrawn"),
    ("merged", "In the drafts"),
];

/// The states of overlaps with their words.
pub(crate) const OVERLAP_STATES: [(&str, &str); 7] = [
    ("", ANY_STATE),
    ("open", "Open"),
    ("settling", "Being settled"),
    ("settled", "Settled"),
    ("ignored", "Ignored"),
    ("gone", "Gone"),
    ("returned", "Returned"),
];

/// The ways to settle an overlap.
pub(crate) const WAYS: [(&str, &str); 5] = [
    ("boundary", "Boundary: by context"),
    ("claim", "Claim: it takes the other's phrases"),
    ("shared", "Share: one intent, answers by context"),
    ("hand_over", "Hand over to the other's department"),
    ("ignore", "Ignore until a day"),
];

/// How a state is called.
pub(crate) fn state(of: &[(&'static str, &'static str)], name: &str) -> &'static str {
    of.iter().find(|(state, _)| *state == name).map_or("", |(_, words)| words)
}

/// How a severity is shown and called.
pub(crate) const fn severity(of: overlap::Severity) -> (&'static str, &'static str) {
    match of {
        overlap::Severity::Critical => ("bad", "critical"),
        overlap::Severity::Serious => ("warn", "serious"),
        overlap::Severity::Minor => ("calm", "minor"),
    }
}

/// What happens to a thing.
pub(crate) const fn told(of: Told) -> &'static str {
    match of {
        Told::Added => "comes",
        Told::Removed => "goes",
        Told::Changed => "changes",
        Told::Moved => "moves",
    }
}

/// How a way to settle is called in a sentence.
pub(crate) fn way(kind: &str) -> &'static str {
    match kind {
        "move_phrases" => "Phrases move",
        "claim" => "Claimed",
        "boundary" => "Boundary",
        "shared" => "Shared",
        "hand_over" => "Handed over",
        _ => "Ignored",
    }
}

/// The state of a settlement.
pub(crate) fn settlement(state: &str) -> &'static str {
    match state {
        "proposed" => "proposed",
        "accepted" => "accepted",
        "declined" => "declined",
        "withdrawn" => "withdrawn",
        _ => "undone",
    }
}

pub(crate) const CHANGES: (&str, &str) = ("change", "changes");
