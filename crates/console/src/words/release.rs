//! What the pages say about publishing.

use guildhall_domain::{
    content::{ChangeKind, Changes, Severity},
    release::State,
};

pub(crate) const PUBLISH: &str = "Publish";
pub(crate) const SEE_AND_PUBLISH: &str = "See changes and publish";
pub(crate) const RELEASES: &str = "Releases";
pub(crate) const LAST: &str = "Last release";
pub(crate) const NEVER: &str = "Nothing was published yet.";
pub(crate) const BY: &str = "by";
pub(crate) const CHECKS: &str = "Checks";
pub(crate) const NO_CHECKS: &str = "Nothing was found. All is well.";
pub(crate) const MAKE_LIVE: &str = "Make it live";
pub(crate) const NOT_YOURS: &str = "An owner or reviewer of this department publishes.";
pub(crate) const MEND_FIRST: &str = "Mend the errors above first. Nothing can be live with them.";
pub(crate) const NOTHING_CHANGED: &str = "Publishing makes a new release all the same.";
pub(crate) const SAME: &str = "Your draft is as it was last published.";
pub(crate) const NOTE: &str = "Note";
pub(crate) const NOTE_HINT: &str = "For colleagues: what is new, and why.";
pub(crate) const PUBLISH_NOW: &str = "Publish now";
pub(crate) const CHANGED: &str = "What changed";
pub(crate) const AGAINST: &str = "Compared with release number";
pub(crate) const COMPARE: &str = "Compare";
pub(crate) const FIRST: &str = "This is the first release.";
pub(crate) const RESTORE: &str = "Bring it back";
pub(crate) const RESTORE_MEANS: &str = "A new release with this content goes live. Your draft stays as it is.";
pub(crate) const LOOK_AGAIN: &str = "Look again";
pub(crate) const RENAMED_FROM: &str = "Renamed from";
pub(crate) const PHRASES: &str = "phrases";
pub(crate) const ANSWERS: &str = "answers";
pub(crate) const BEFORE: &str = "before";
pub(crate) const AFTER: &str = "now";

pub(crate) fn number(number: i64) -> String {
    format!("Release {number}")
}

pub(crate) fn published(number: i64) -> String {
    format!("Release {number} is published.")
}

pub(crate) fn restore(number: i64) -> String {
    format!("Bring release {number} back")
}

pub(crate) fn restored(old: i64, new: i64) -> String {
    format!("Release {new} brings the content of release {old} back.")
}

pub(crate) fn since(newest: Option<i64>) -> String {
    newest.map_or_else(|| "Nothing was published before.".to_owned(), |newest| format!("Since release {newest}:"))
}

/// Counts of what changed, in words.
pub(crate) fn changes(of: Changes) -> String {
    let part = |n: usize, words: &str| (n > 0).then(|| format!("{n} {words}"));
    let all: Vec<_> = [
        part(of.intents_added, "new"),
        part(of.intents_changed, "changed"),
        part(of.intents_removed, "gone"),
        part(of.phrases_added, "phrases more"),
        part(of.phrases_removed, "phrases less"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if all.is_empty() { "nothing changed".to_owned() } else { all.join(", ") }
}

pub(crate) const fn state(state: State) -> &'static str {
    match state {
        State::Building => "building",
        State::Live => "live",
        State::Superseded => "replaced",
        State::Held => "held",
        State::Failed => "failed",
    }
}

pub(crate) const fn stands(state: State) -> &'static str {
    match state {
        State::Building => "The bot is learning it. That takes seconds as a rule.",
        State::Live => "Visitors are answered by it now.",
        State::Superseded => "A newer release took its place.",
        State::Held => "It waits, since it would harm how another department is understood.",
        State::Failed => "The bot could not learn it. What was live before still is.",
    }
}

pub(crate) const fn kind(kind: ChangeKind) -> &'static str {
    match kind {
        ChangeKind::Added => "new",
        ChangeKind::Changed => "changed",
        ChangeKind::Removed => "gone",
    }
}

/// How much a finding weighs: for the style sheet, and in a word.
pub(crate) const fn severity(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Error => ("error", "error"),
        Severity::Warning => ("warning", "look at it"),
        Severity::Info => ("info", "good to know"),
    }
}
