//! What the pages say about conversation tests.

pub(crate) const TESTS: &str = "Conversation tests";
pub(crate) const LEAD: &str =
    "What visitors say, and what the bot has to make of it: run when you ask, and each night.";
pub(crate) const NONE: &str = "No tests yet. Paste some below.";
pub(crate) const REQUIRED: &str = "a release waits for it";
pub(crate) const CASES: (&str, &str) = ("test", "tests");
pub(crate) const STALE: &str = "These tests name what is not there any more";
pub(crate) const RUN_LIVE: &str = "Run against what is live";
pub(crate) const RUN_DRAFT: &str = "Run against the draft";
pub(crate) const BEGUN: &str = "The tests are being run; look again in a moment.";
pub(crate) const RUNS: &str = "Results";
pub(crate) const NO_RUNS: &str = "The tests were never run.";
pub(crate) const BRING: &str = "Bring tests in";
pub(crate) const BRING_HINT: &str =
    "Guildhall's own form in YAML or JSON, or Rasa's test stories. What is there by name is stated anew.";
pub(crate) const FILE: &str = "Tests";
pub(crate) const TAKE_OUT: &str = "Take them out as YAML";
pub(crate) const PASSED: &str = "passed";
pub(crate) const FAILED: &str = "failed";
pub(crate) const ALL_PASSED: &str = "Everything was as expected.";
pub(crate) const EXPECTED: &str = "Expected";
pub(crate) const GOT: &str = "Came";
pub(crate) const RANKING: &str = "How the bot ranked it";

/// What an import did.
pub(crate) fn brought(created: usize, updated: usize, unchanged: usize, skipped: usize) -> String {
    format!("{created} new, {updated} changed, {unchanged} as they were, {skipped} left out.")
}

/// How many passed.
pub(crate) fn score(passed: usize, total: usize) -> String {
    format!("{passed} of {total} passed")
}

/// Which bot was tried, and why.
pub(crate) fn occasion(stage: &str, occasion: &str) -> String {
    let why = match occasion {
        "night" => "at night",
        "release" => "before a release",
        _ => "on demand",
    };
    format!("{stage}, {why}")
}
